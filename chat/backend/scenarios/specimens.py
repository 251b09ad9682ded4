"""One specimen of every widget component, by its type's name, each with most of its props set.

Roots stand by themselves; what is only a component is shown in a card that names it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["GROUPS", "SPECIMENS", "specimen"]

_PICTURE = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 160 90'%3E"
    "%3Crect width='160' height='90' fill='%23274060'/%3E%3Ccircle cx='120' cy='28' r='14' fill='%23ffd27a'/%3E"
    "%3Cpath d='M0 90V66l50-30 40 26 30-16 40 24v20z' fill='%235c7f6b'/%3E%3C/svg%3E"
)
_SHIPS = (("Ada", "Hamburg", 41), ("Beatrix", "Oslo", 28), ("Cormorant", "Leith", 67))


def _text(value: str, **more: Any) -> dict[str, Any]:
    return {"type": "Text", "value": value, **more}


def _col(*children: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "Col", "gap": 2, "children": list(children), **more}


def _row(*children: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "Row", "gap": 2, "align": "center", "children": list(children), **more}


def _labelled(control: dict[str, Any], label: str) -> dict[str, Any]:
    return _col({"type": "Label", "fieldName": control["name"], "value": label, "size": "sm"}, control, gap=1)


def _action(type: str, **more: Any) -> dict[str, Any]:
    return {"type": f"specimen.{type}", "payload": {"from": type}, **more}


def _swatch(label: str, **more: Any) -> dict[str, Any]:
    return {"type": "Box", "padding": 2, "radius": "md", "children": [_text(label, size="sm")], **more}


_SALES: dict[str, Any] = {
    "type": "Chart",
    "height": 220,
    "data": [
        {"month": "Jan", "lamps": 31, "wicks": 12, "oil": 44},
        {"month": "Feb", "lamps": 28, "wicks": 19, "oil": 39},
        {"month": "Mar", "lamps": 45, "wicks": 23, "oil": 51},
        {"month": "Apr", "lamps": 39, "wicks": 31, "oil": 48},
    ],
    "xAxis": {"dataKey": "month", "labels": {"Jan": "January"}},
    "showYAxis": True,
    "showLegend": True,
    "showTooltip": True,
    "barGap": 4,
    "barCategoryGap": 16,
    "series": [
        {"type": "bar", "dataKey": "lamps", "label": "Lamps", "stack": "goods"},
        {"type": "bar", "dataKey": "wicks", "label": "Wicks", "stack": "goods", "color": "#c46a4a"},
        {"type": "area", "dataKey": "oil", "label": "Oil", "curveType": "monotone"},
        {"type": "line", "dataKey": "oil", "label": "Oil, as a line", "curveType": "step", "color": "#274060"},
    ],
}
_CELLS: list[dict[str, Any]] = [
    {
        "type": "Table.Row",
        "header": True,
        "children": [
            {"type": "Table.Cell", "colSize": "lg", "children": [_text("Ship", weight="semibold")]},
            {"type": "Table.Cell", "colSize": "md", "children": [_text("Harbour", weight="semibold")]},
            {"type": "Table.Cell", "colSize": "sm", "align": "end", "children": [_text("Tons", weight="semibold")]},
        ],
    },
    *(
        {
            "type": "Table.Row",
            "children": [
                {"type": "Table.Cell", "children": [_text(ship)]},
                {"type": "Table.Cell", "children": [{"type": "Badge", "label": harbour, "color": "info"}]},
                {"type": "Table.Cell", "align": "end", "vAlign": "center", "children": [_text(str(tons))]},
            ],
        }
        for ship, harbour, tons in _SHIPS
    ),
    {
        "type": "Table.Row",
        "children": [
            {"type": "Table.Cell", "colSpan": 2, "children": [_text("Together", color="secondary")]},
            {"type": "Table.Cell", "align": "end", "children": [_text("136", weight="bold")]},
        ],
    },
]

SPECIMENS: Mapping[str, dict[str, Any]] = {
    "Text": _col(
        _text("Text of the largest size", size="xl", weight="bold"),
        _text("Italic, and in a colour of its own", italic=True, color={"light": "#1d5b8f", "dark": "#8fc4f0"}),
        _text("Struck through", lineThrough=True, color="tertiary"),
        _text("Cut off after a line, however much there is to say about it: " + "lamp, " * 30, truncate=True),
        _text("Two lines at most. " * 20, maxLines=2, size="sm"),
        _text("In the middle", textAlign="center"),
        _text("A text to be edited", editable={"name": "note", "placeholder": "A note", "required": False}),
    ),
    "Title": _col(
        *({"type": "Title", "value": f"A title, {size}", "size": size} for size in ("sm", "md", "xl", "3xl"))
    ),
    "Caption": _col(*({"type": "Caption", "value": f"A caption, {size}", "size": size} for size in ("sm", "md", "lg"))),
    "Markdown": {
        "type": "Markdown",
        "value": "**Markdown** in a widget:\n\n1. a list\n2. `code`\n\n| a | b |\n|---|---|\n| 1 | 2 |",
    },
    "Badge": _col(
        *(
            _row(
                *(
                    {"type": "Badge", "label": color, "color": color, "variant": variant, "pill": variant == "outline"}
                    for color in ("secondary", "success", "danger", "warning", "info", "discovery")
                ),
                wrap="wrap",
            )
            for variant in ("solid", "soft", "outline")
        )
    ),
    "Box": _row(
        _swatch("border 1", border=1),
        _swatch("dashed", border={"size": 2, "style": "dashed", "color": "#c46a4a"}, radius="none"),
        _swatch("below only", border={"bottom": 3}),
        _swatch("background", background={"light": "#e8eef6", "dark": "#27405e"}),
        _swatch("a square", size=72, border=1, align="center", justify="center", radius="full"),
        wrap="wrap",
    ),
    "Row": _row(_swatch("start", border=1), _swatch("end", border=1), justify="between", padding={"x": 4, "y": 2}),
    "Col": _row(
        _col(_swatch("one", border=1), _swatch("two", border=1), flex=1),
        _col(_swatch("half as wide as three", border=1), flex=2, align="stretch"),
    ),
    "Spacer": _row(_text("Left"), {"type": "Spacer", "minSize": 24}, _text("Right")),
    "Divider": _col(
        _text("Above"),
        {"type": "Divider"},
        _text("Between"),
        {"type": "Divider", "size": 3, "color": "#c46a4a", "spacing": 8},
        _text("Below"),
    ),
    "Icon": _row(
        *(
            {"type": "Icon", "name": name, "size": size}
            for name, size in (("sparkle", "xs"), ("calendar", "md"), ("lightbulb", "xl"), ("maps", "3xl"))
        ),
        {"type": "Icon", "name": "check-circle-filled", "color": "success", "size": "xl"},
        {"type": "Icon", "name": "lucide:sailboat", "size": "xl"},
    ),
    "Image": _row(
        *(
            {"type": "Image", "src": _PICTURE, "alt": f"A hill, {fit}", "fit": fit, "size": 88, "radius": "md"}
            for fit in ("cover", "contain", "fill", "scale-down")
        ),
        {"type": "Image", "src": _PICTURE, "alt": "A hill", "width": 160, "aspectRatio": "16/9", "frame": True},
        wrap="wrap",
    ),
    "Button": _col(
        _row(
            *(
                {"type": "Button", "label": variant, "variant": variant, "onClickAction": _action("button")}
                for variant in ("solid", "soft", "outline", "ghost")
            ),
            wrap="wrap",
        ),
        _row(
            *(
                {"type": "Button", "label": color, "color": color, "size": "sm", "onClickAction": _action("button")}
                for color in ("primary", "secondary", "info", "discovery", "success", "caution", "warning", "danger")
            ),
            wrap="wrap",
        ),
        _row(
            {"type": "Button", "iconStart": "plus", "uniform": True, "pill": True, "onClickAction": _action("button")},
            {"type": "Button", "label": "With icons", "iconStart": "mail", "iconEnd": "chevron-right"},
            {"type": "Button", "label": "Not now", "disabled": True},
        ),
        {"type": "Button", "label": "As wide as there is room", "block": True, "style": "primary"},
    ),
    "Form": {
        "type": "Form",
        "direction": "col",
        "gap": 3,
        "onSubmitAction": _action("form", loadingBehavior="container"),
        "children": [
            _labelled({"type": "Input", "name": "ship.name", "required": True, "placeholder": "A name"}, "Ship"),
            {"type": "Checkbox", "name": "insured", "label": "Insured", "defaultChecked": True},
            {"type": "Button", "label": "Send the form", "submit": True, "style": "primary"},
        ],
    },
    "Input": _col(
        *(
            {"type": "Input", "name": kind, "inputType": kind, "placeholder": kind}
            for kind in ("text", "number", "email", "password", "tel", "url")
        ),
        {"type": "Input", "name": "soft", "variant": "soft", "pill": True, "defaultValue": "Soft, and a pill"},
        {"type": "Input", "name": "off", "disabled": True, "defaultValue": "Not to be changed"},
    ),
    "Label": _labelled({"type": "Input", "name": "labelled", "placeholder": "…"}, "A label, and what it labels"),
    "Textarea": _col(
        {"type": "Textarea", "name": "grows", "rows": 2, "maxRows": 6, "autoResize": True, "placeholder": "Grows"},
        {"type": "Textarea", "name": "fixed", "rows": 3, "defaultValue": "Three lines", "variant": "soft"},
    ),
    "Select": _col(
        {
            "type": "Select",
            "name": "harbour",
            "placeholder": "A harbour",
            "clearable": True,
            "searchable": True,
            "block": True,
            "onChangeAction": _action("select"),
            "options": [
                {"value": "ham", "label": "Hamburg", "description": "The home port"},
                {"value": "osl", "label": "Oslo"},
                {"value": "lth", "label": "Leith", "disabled": True},
            ],
        },
        {
            "type": "Select",
            "name": "pill",
            "pill": True,
            "variant": "outline",
            "defaultValue": "b",
            "options": [{"value": "a", "label": "First"}, {"value": "b", "label": "Second"}],
        },
    ),
    "DatePicker": _row(
        {
            "type": "DatePicker",
            "name": "day",
            "placeholder": "A day",
            "clearable": True,
            "min": "2026-05-04T00:00:00",
            "max": "2026-06-30T00:00:00",
            "side": "bottom",
            "align": "start",
            "onChangeAction": _action("date"),
        },
        {"type": "DatePicker", "name": "set", "defaultValue": "2026-05-17T00:00:00", "variant": "outline"},
    ),
    "Checkbox": _col(
        {"type": "Checkbox", "name": "on", "label": "On", "defaultChecked": True, "onChangeAction": _action("check")},
        {"type": "Checkbox", "name": "needed", "label": "Has to be on", "required": True},
        {"type": "Checkbox", "name": "off", "label": "Cannot be changed", "disabled": True},
    ),
    "RadioGroup": {
        "type": "RadioGroup",
        "name": "cabin",
        "ariaLabel": "Cabin",
        "direction": "col",
        "defaultValue": "in",
        "onChangeAction": _action("radio"),
        "options": [
            {"value": "in", "label": "Inside"},
            {"value": "out", "label": "Outside"},
            {"value": "deck", "label": "On deck", "disabled": True},
        ],
    },
    "Transition": {"type": "Transition", "children": _swatch("What changes in here fades", key="first", border=1)},
    "Chart": _SALES,
    "Table": {"type": "Table", "children": _CELLS},
    "Card": {
        "type": "Card",
        "size": "md",
        "asForm": True,
        "status": {"text": "A card with a status", "icon": "info"},
        "background": {"light": "#fbf7ee", "dark": "#2c2a25"},
        "confirm": {"label": "Confirm", "action": _action("confirm")},
        "cancel": {"label": "Cancel", "action": _action("cancel")},
        "children": [
            {"type": "Title", "value": "A card", "size": "sm"},
            _labelled({"type": "Input", "name": "reason", "placeholder": "A word"}, "Why?"),
        ],
    },
    "ListView": {
        "type": "ListView",
        "limit": 2,
        "status": {"text": "A list that shows two of three", "icon": "notebook"},
        "children": [
            {
                "type": "ListViewItem",
                "key": ship,
                "gap": 3,
                "align": "center",
                "onClickAction": _action("list", loadingBehavior="self"),
                "children": [
                    {"type": "Icon", "name": "compass"},
                    _col(_text(ship, weight="medium"), {"type": "Caption", "value": f"{harbour}, {tons} t"}, gap=0),
                ],
            }
            for ship, harbour, tons in _SHIPS
        ],
    },
    "Basic": {
        "type": "Basic",
        "gap": 2,
        "direction": "col",
        "children": [
            _text("A root without a frame, with a card in it:"),
            {"type": "Card", "size": "sm", "children": [_text("The card")]},
        ],
    },
}
"""By type, in the order in which they are shown."""

GROUPS: Mapping[str, tuple[str, ...]] = {
    "Texts": ("Text", "Title", "Caption", "Markdown", "Badge"),
    "Layout": ("Box", "Row", "Col", "Spacer", "Divider", "Transition"),
    "Pictures and figures": ("Icon", "Image", "Chart", "Table"),
    "Controls": ("Button", "Form", "Input", "Label", "Textarea", "Select", "DatePicker", "Checkbox", "RadioGroup"),
    "Roots": ("Card", "ListView", "Basic"),
}
"""What is shown together, by a word for it."""


def specimen(name: str) -> dict[str, Any]:
    """The widget that shows this component. Raises KeyError for a name that is none."""
    tree = SPECIMENS[name]
    if name in GROUPS["Roots"]:
        return tree
    heading = {"type": "Caption", "value": name}
    return {"type": "Card", "size": "md", "children": [heading, tree]}
