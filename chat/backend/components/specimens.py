"""One specimen of every widget component and of the items around them, as the SDK's own types."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from chatkit.widgets import (
    Badge,
    Box,
    Button,
    Caption,
    Card,
    Chart,
    Checkbox,
    Col,
    DatePicker,
    Divider,
    DynamicWidgetRoot,
    Form,
    Icon,
    Image,
    Input,
    Label,
    ListView,
    ListViewItem,
    Markdown,
    RadioGroup,
    Row,
    Select,
    Spacer,
    Text,
    Textarea,
    Title,
    Transition,
)

from chat.backend.components import items

__all__ = ["SPECIMENS", "Specimen"]


@dataclass(frozen=True)
class Specimen:
    """`make` gives the root of a widget, or the fields of an item whose type is `item`."""

    name: str
    group: str
    says: str
    """What it is for, in a few words."""
    make: Callable[[], Any]
    item: str = "widget"


PICTURE: Final = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 320 180'%3E%3Crect width='320' "
    "height='180' fill='%23cfe3f5'/%3E%3Ccircle cx='248' cy='48' r='26' fill='%23ffd27a'/%3E%3Cpath d='M0 150l90-88 74 "
    "70 56-48 100 76v20H0z' fill='%235c7f6b'/%3E%3C/svg%3E"
)


def _act(name: str, **more: Any) -> Any:
    return {"type": name, "payload": {"from": "the playground"}, **more}


def _card(*children: Any, **props: Any) -> Card:
    return Card(size=props.pop("size", "md"), children=list(children), **props)


def _root(**root: Any) -> DynamicWidgetRoot:
    """Of what the widget declares and the Python package has no class for."""
    return DynamicWidgetRoot.model_validate(root)


def _card_specimen() -> Any:
    return _root(
        type="Card",
        size="md",
        border={"size": 2, "color": "default", "style": "dashed"},
        status={"text": "From the archive", "icon": "images"},
        confirm={"label": "Book it", "action": _act("trip.book")},
        cancel={"label": "Another", "action": _act("trip.other")},
        children=[
            {"type": "Title", "value": "Lisbon in June"},
            {"type": "Text", "value": "Three nights near the river, with breakfast."},
        ],
    )


def _list_view() -> ListView:
    rows = (("Migration guide", "Done", "success"), ("Pricing page", "Open", "info"), ("Backup", "Late", "danger"))
    return ListView(
        limit=2,
        status={"text": "1 of 3 done", "icon": "check-circle"},
        children=[_row_of_a_list(*row) for row in rows],
    )


def _row_of_a_list(name: str, state: str, color: Any) -> ListViewItem:
    return ListViewItem(
        gap=3,
        align="center",
        onClickAction=_act("task.open"),
        children=[
            Icon(name="document", color="secondary"),
            Text(value=name, weight="medium"),
            Spacer(),
            Badge(label=state, color=color, pill=True),
        ],
    )


def _one_row() -> ListView:
    return ListView(children=[_row_of_a_list("Guide", "Open", "info")])


def _divider() -> Card:
    above, between, below = (Text(value=word) for word in ("Above", "Between", "Below"))
    return _card(above, Divider(), between, Divider(flush=True, size=3, color="strong"), below)


def _titles() -> Card:
    sizes: Any = ("sm", "md", "lg", "xl", "2xl", "3xl")
    return _card(*(Title(value=f"Size {size}", size=size) for size in sizes))


def _captions() -> Card:
    sizes: Any = ("sm", "md", "lg")
    return _card(*(Caption(value=f"Size {size}", size=size) for size in sizes))


def _checkboxes() -> Card:
    return _card(
        Checkbox(name="a", label="One checked bag", defaultChecked=True),
        Checkbox(name="b", label="A seat at the window", onChangeAction=_act("window")),
        Checkbox(name="c", label="Disabled", disabled=True),
    )


def _basic() -> Any:
    cards = [
        {
            "type": "Card",
            "children": [{"type": "Title", "value": title, "size": "sm"}, {"type": "Caption", "value": says}],
        }
        for title, says in (("Economy", "from 189 EUR"), ("Business", "from 642 EUR"))
    ]
    return _root(type="Basic", direction="row", gap=3, children=cards)


def _boxes(kind: Any) -> Card:
    colors = ("blue-200", "purple-300", "green-300")
    return _card(
        kind(
            gap=2,
            padding=3,
            border=1,
            radius="lg",
            background="surface-secondary",
            children=[Box(width=56, height=36, radius="md", background=color) for color in colors],
        )
    )


def _form() -> Card:
    return _card(
        Form(
            direction="col",
            gap=3,
            onSubmitAction=_act("trip.search"),
            children=[
                Label(value="Passenger", fieldName="passenger.name"),
                Input(name="passenger.name", placeholder="As in the passport", required=True),
                Label(value="Remarks", fieldName="remarks"),
                Textarea(name="remarks", rows=2, autoResize=True, maxRows=5, placeholder="Optional"),
                Checkbox(name="bag", label="One checked bag, 23 kg", defaultChecked=True),
                Row(children=[Spacer(), Button(label="Search", submit=True, style="primary")]),
            ],
        )
    )


def _texts() -> Card:
    long = "A long text that is cut off after its first line, however wide the card may be at the moment, as it says."
    return _card(
        Text(value="Plain text, with **no** Markdown in it"),
        Text(value="Small, secondary and italic", size="sm", color="secondary", italic=True),
        Text(value="Medium, struck through", weight="medium", lineThrough=True),
        Text(value=long, truncate=True),
        Text(value=long, maxLines=2, size="sm"),
        Text(value="Streams, word by word, when the backend sends it so.", id="streamed", streaming=True),
        Text(value="Click here and write", editable={"name": "note", "placeholder": "A note", "required": True}),
    )


def _markdown() -> Card:
    table = "| a | b |\n|---|---|\n| 1 | 2 |"
    text = f"**Bold**, *emphasis*, `code` and a [link](https://example.com).\n\n- one\n- two\n\n{table}"
    return _card(Markdown(id="words", value=text, streaming=True))


def _badges() -> Card:
    colors: Any = ("secondary", "success", "danger", "warning", "info", "discovery")
    variants: Any = ("solid", "soft", "outline")
    return _card(
        *(
            Row(gap=2, wrap="wrap", children=[Badge(label=color, color=color, variant=variant) for color in colors])
            for variant in variants
        ),
        Row(gap=2, children=[Badge(label="small", size="sm"), Badge(label="large, square", size="lg", pill=False)]),
    )


def _icons() -> Card:
    names: Any = (
        "agent",
        "bolt",
        "calendar",
        "check-circle",
        "globe",
        "lightbulb",
        "mail",
        "map-pin",
        "sparkle",
        "star",
    )
    sizes: Any = ("xs", "sm", "md", "lg", "xl", "2xl", "3xl")
    return _card(
        Row(gap=3, wrap="wrap", children=[Icon(name=name, size="xl") for name in names]),
        Row(gap=3, children=[Icon(name="star-filled", size=size, color="warning") for size in sizes]),
    )


def _image() -> Card:
    return _card(
        Image(src=PICTURE, alt="Hills", height=140, width="100%", fit="cover", radius="lg"),
        Row(
            gap=3,
            children=[
                Image(src=PICTURE, alt="Hills, small", size=72, radius="full", frame=True),
                Image(
                    src=PICTURE, alt="Hills, whole", width=128, aspectRatio="16/9", fit="contain", background="gray-100"
                ),
            ],
        ),
    )


def _buttons() -> Card:
    colors: Any = ("primary", "info", "discovery", "success", "caution", "danger")
    variants: Any = ("solid", "soft", "outline", "ghost")
    return _card(
        *(
            Row(
                gap=2,
                wrap="wrap",
                children=[
                    Button(label=color, color=color, variant=variant, size="sm", onClickAction=_act("clicked"))
                    for color in colors
                ],
            )
            for variant in variants
        ),
        Row(
            gap=2,
            wrap="wrap",
            children=[
                Button(label="Primary", style="primary", iconStart="sparkle", onClickAction=_act("primary")),
                Button(label="Pill", pill=True, iconEnd="chevron-right", onClickAction=_act("pill")),
                Button(iconStart="plus", uniform=True, onClickAction=_act("plus")),
                Button(label="Disabled", disabled=True),
                Button(label="For the page", variant="ghost", onClickAction=_act("page.open", handler="client")),
            ],
        ),
        Button(label="As wide as there is room", block=True, style="secondary", onClickAction=_act("block")),
    )


def _select() -> Card:
    cities = (
        "Lisbon",
        "Vienna",
        "Porto",
        "Oslo",
        "Turin",
        "Ghent",
        "Graz",
        "Bergen",
        "Malmö",
        "Cork",
        "Bilbao",
        "Riga",
    )
    more = (*cities, "Tartu", "Split", "Aarhus", "Lyon", "Basel")
    plain: Any = [{"value": city.lower(), "label": city} for city in cities[:3]]
    told: Any = [{**option, "description": "direct, daily"} for option in plain]
    return _card(
        Select(name="plain", options=plain, placeholder="Where to?", block=True),
        Select(
            name="clearable", options=told, defaultValue="porto", clearable=True, block=True, onChangeAction=_act("to")
        ),
        Select(
            name="searched", options=[{"value": c.lower(), "label": c} for c in more], placeholder="Search", block=True
        ),
        Select(name="off", options=plain, disabled=True, variant="soft", pill=True),
    )


def _dates() -> Card:
    return _card(
        DatePicker.model_validate(
            {
                "name": "departure",
                "defaultValue": "2026-06-10T00:00:00",
                "min": "2026-06-03T00:00:00",
                "max": "2026-07-20T00:00:00",
                "clearable": True,
                "block": True,
                "onChangeAction": _act("departure"),
            }
        ),
        DatePicker(name="empty", placeholder="When back?", side="top", align="end", variant="soft"),
        DatePicker(name="off", placeholder="Not now", disabled=True, pill=True),
    )


def _inputs() -> Card:
    return _card(
        Input(name="text", placeholder="Text", defaultValue="Select me", autoSelect=True),
        Input(name="email", inputType="email", placeholder="name@example.com", variant="soft"),
        Input(name="number", inputType="number", defaultValue="7", size="sm"),
        Input(name="code", placeholder="Three capital letters", pattern="[A-Z]{3}", pill=True, gutterSize="xl"),
        Input(name="off", placeholder="Disabled", disabled=True),
    )


def _textarea() -> Card:
    return _card(
        Textarea(name="fixed", rows=2, placeholder="Two rows"),
        Textarea(
            name="growing", rows=1, autoResize=True, maxRows=4, placeholder="Grows up to four rows", variant="soft"
        ),
    )


def _radios() -> Card:
    options: Any = [
        {"value": v, "label": v.title(), "disabled": v == "first"} for v in ("economy", "business", "first")
    ]
    return _card(
        RadioGroup(name="cabin", ariaLabel="Cabin", options=options, defaultValue="economy"),
        RadioGroup(name="seat", options=options[:2], direction="col", onChangeAction=_act("seat")),
    )


def _chart() -> Card:
    months = (("Jan", 30, 80, 20), ("Feb", 42, 75, 34), ("Mar", 55, 71, 48), ("Apr", 48, 68, 41), ("May", 70, 64, 66))
    data: Any = [{"month": m, "new": new, "old": old, "rate": rate} for m, new, old, rate in months]
    bars: Any = [
        {"type": "bar", "dataKey": "old", "label": "Returning", "stack": "a"},
        {"type": "bar", "dataKey": "new", "label": "New", "stack": "a"},
        {"type": "line", "dataKey": "rate", "label": "Rate", "color": "orange", "curveType": "monotone"},
    ]
    area: Any = [{"type": "area", "dataKey": "rate", "label": "Rate", "color": "green", "curveType": "natural"}]
    return _card(
        Title(value="Customers by month", size="sm"),
        Chart(data=data, series=bars, xAxis="month", showYAxis=True, showLegend=True, height=220),
        Chart(data=data, series=area, xAxis={"dataKey": "month", "hide": True}, showTooltip=False, height=80),
        size="lg",
    )


def _table() -> Any:
    def cell(value: str, **props: Any) -> dict[str, Any]:
        return {"type": "Table.Cell", "children": [{"type": "Text", "value": value}], **props}

    rows = (("Lisbon", "189 EUR", "12"), ("Vienna", "149 EUR", "3"))
    body = [[cell(city), cell(fare, align="end"), cell(seats, align="end")] for city, fare, seats in rows]
    table = {
        "type": "Table",
        "children": [
            {
                "type": "Table.Row",
                "header": True,
                "children": [
                    cell("City", colSize="lg"),
                    cell("Fare", align="end"),
                    cell("Seats", align="end", colSize="xs"),
                ],
            },
            *({"type": "Table.Row", "children": row} for row in body),
            {"type": "Table.Row", "children": [cell("Prices of today, without bags", colSpan=3, align="center")]},
        ],
    }
    return _root(type="Card", size="md", children=[table])


def _widget(group: str, *entries: tuple[str, str, Callable[[], Any]]) -> tuple[Specimen, ...]:
    return tuple(Specimen(name, group, says, make) for name, says, make in entries)


_SPECIMENS: Final = (
    *_widget(
        "Roots",
        ("Card", "a bordered surface, with status and buttons", _card_specimen),
        ("ListView", "rows, the first of them shown", _list_view),
        ("ListViewItem", "one row, which can be clicked", _one_row),
        ("Basic", "no surface: what is in it stands by itself", _basic),
    ),
    *_widget(
        "Layout",
        ("Box", "a container, downwards unless it says otherwise", lambda: _boxes(Box)),
        ("Row", "side by side", lambda: _boxes(Row)),
        ("Col", "one below the other", lambda: _boxes(Col)),
        ("Form", "fields that are sent together", _form),
        ("Spacer", "pushes apart", lambda: _card(Row(children=[Text(value="Left"), Spacer(), Text(value="Right")]))),
        ("Divider", "a line", _divider),
        ("Transition", "its child comes and goes softly", lambda: _card(Transition(children=Text(value="Inside")))),
    ),
    *_widget(
        "Text",
        ("Text", "plain text, may stream and be edited", _texts),
        ("Title", "a heading", _titles),
        ("Caption", "small print", _captions),
        ("Markdown", "formatted text, may stream", _markdown),
        ("Label", "names a field", lambda: _card(Label(value="Name", fieldName="who"), Input(name="who"))),
    ),
    *_widget(
        "Content",
        ("Badge", "a short state", _badges),
        ("Icon", "one of ChatKit's icons", _icons),
        ("Image", "a picture, fitted into its frame", _image),
        ("Chart", "bars, lines and areas", _chart),
        ("Table", "rows and cells", _table),
        ("Table.Row", "one row, or the headings", _table),
        ("Table.Cell", "a cell, which may span others", _table),
    ),
    *_widget(
        "Controls",
        ("Button", "does something when it is clicked", _buttons),
        ("Input", "one line", _inputs),
        ("Textarea", "several lines", _textarea),
        ("Select", "one of many", _select),
        ("DatePicker", "a day", _dates),
        ("Checkbox", "yes or no", _checkboxes),
        ("RadioGroup", "one of a few", _radios),
    ),
    *(Specimen(name, "Items", says, partial(dict, fields), kind) for name, says, kind, fields in items.ITEMS),
)
SPECIMENS: Final = {specimen.name: specimen for specimen in _SPECIMENS}
"""By name, in the order in which they are listed."""
