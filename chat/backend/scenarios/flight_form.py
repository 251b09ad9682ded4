"""A card with a form, and what submitting it does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zlib import crc32

from agents import RunContextWrapper, function_tool
from chatkit.types import WidgetItem
from chatkit.widgets import WidgetRoot

from chat.backend.script import Call, Cue, Reaction, Say, Scenario, Script
from chat.backend.stage import Stage, widget

__all__ = ["SCENARIO"]

_AIRPORTS = {"LIS": "Lisbon", "CPH": "Copenhagen", "VIE": "Vienna", "KEF": "Reykjavík"}
_CABINS = {"economy": "Economy", "premium": "Premium economy", "business": "Business"}
_FARES = {"economy": 189, "premium": 329, "business": 742}
_LONGEST_NAME = 60


def _options(choices: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"value": value, "label": label} for value, label in choices.items()]


def _labelled(field: str, label: str, control: dict[str, Any]) -> dict[str, Any]:
    caption = {"type": "Label", "fieldName": field, "value": label, "size": "sm"}
    return {"type": "Col", "gap": 1, "flex": 1, "children": [caption, {**control, "name": field}]}


def _form() -> WidgetRoot:
    first = datetime.combine(date.today() + timedelta(days=1), time())
    fields: list[dict[str, Any]] = [
        {
            "type": "Row",
            "gap": 3,
            "children": [
                _labelled(
                    "destination",
                    "To",
                    {"type": "Select", "options": _options(_AIRPORTS), "defaultValue": "LIS", "block": True},
                ),
                _labelled(
                    "departure",
                    "Departure",
                    {
                        "type": "DatePicker",
                        "min": first.isoformat(),
                        "defaultValue": (first + timedelta(days=20)).isoformat(),
                        "block": True,
                    },
                ),
            ],
        },
        _labelled(
            "passenger",
            "Passenger",
            {"type": "Input", "placeholder": "Name as in the passport", "required": True, "inputType": "text"},
        ),
        _labelled(
            "email", "E-mail for the ticket", {"type": "Input", "placeholder": "you@example.com", "inputType": "email"}
        ),
        _labelled(
            "cabin",
            "Cabin",
            {"type": "RadioGroup", "options": _options(_CABINS), "defaultValue": "economy", "direction": "row"},
        ),
        {"type": "Checkbox", "name": "bag", "label": "One checked bag, 23 kg (+45 EUR)", "defaultChecked": True},
        {"type": "Divider"},
        {
            "type": "Row",
            "gap": 2,
            "children": [
                {
                    "type": "Button",
                    "label": "Seat map",
                    "variant": "ghost",
                    "iconStart": "external-link",
                    "onClickAction": {"type": "flight.seats", "payload": {"flight": "WB 417"}, "handler": "client"},
                },
                {"type": "Spacer"},
                {
                    "type": "Button",
                    "label": "Cancel",
                    "variant": "outline",
                    "onClickAction": {"type": "flight.cancel", "payload": {"flight": "WB 417"}},
                },
                {"type": "Button", "label": "Book", "style": "primary", "submit": True},
            ],
        },
    ]
    return widget(
        {
            "type": "Card",
            "size": "md",
            "children": [
                {
                    "type": "Row",
                    "align": "center",
                    "gap": 3,
                    "children": [
                        {"type": "Icon", "name": "suitcase", "size": "lg", "color": "secondary"},
                        {
                            "type": "Col",
                            "children": [
                                {"type": "Title", "value": "Book a flight", "size": "sm"},
                                {"type": "Caption", "value": "WB 417 from Hamburg, daily at 09:40"},
                            ],
                        },
                        {"type": "Spacer"},
                        {"type": "Badge", "label": "from 189 EUR", "color": "info", "pill": True},
                    ],
                },
                {"type": "Divider", "flush": True},
                {
                    "type": "Form",
                    "direction": "col",
                    "gap": 3,
                    "onSubmitAction": {
                        "type": "flight.book",
                        "payload": {"flight": "WB 417"},
                        "loadingBehavior": "container",
                    },
                    "children": fields,
                },
            ],
        }
    )


def _settled(title: str, label: str, color: str, lines: Mapping[str, str]) -> WidgetRoot:
    rows: list[dict[str, Any]] = [
        {
            "type": "Row",
            "children": [
                {"type": "Text", "value": name, "color": "secondary", "size": "sm"},
                {"type": "Spacer"},
                {"type": "Text", "value": value, "weight": "medium", "size": "sm"},
            ],
        }
        for name, value in lines.items()
    ]
    head: dict[str, Any] = {
        "type": "Row",
        "align": "center",
        "children": [
            {"type": "Title", "value": title, "size": "sm"},
            {"type": "Spacer"},
            {"type": "Badge", "label": label, "color": color},
        ],
    }
    return widget({"type": "Card", "size": "md", "children": [head, *([{"type": "Divider"}] if rows else []), *rows]})


def _field(payload: Mapping[str, Any], name: str) -> str:
    value = payload.get(name)
    return " ".join(value.split())[:_LONGEST_NAME] if isinstance(value, str) else ""


def _plain(text: str) -> str:
    """`text` with what Markdown would act on taken out: it comes from the form."""
    return "".join(character for character in text if character not in "\\`*_{}[]()<>#|!~$")


def _departure(payload: Mapping[str, Any]) -> date | None:
    try:
        return datetime.fromisoformat(_field(payload, "departure")).date()
    except ValueError:
        return None


def _book(payload: Mapping[str, Any], sender: WidgetItem) -> Reaction:
    passenger = _plain(_field(payload, "passenger"))
    departure = _departure(payload)
    destination = _AIRPORTS.get(_field(payload, "destination"))
    cabin = _field(payload, "cabin") or "economy"
    missing = [
        what
        for what, there in (
            ("the passenger's name", passenger),
            ("a date", departure),
            ("a destination", destination),
            ("a cabin", cabin in _CABINS),
        )
        if not there
    ]
    if missing or departure is None or destination is None:
        return Reaction(
            script=_say(f"I cannot book that yet: {' and '.join(missing)} is missing. The form is still open."),
            context=f"The user submitted the flight form without {', '.join(missing)}.",
        )
    bag = payload.get("bag") in (True, "true", "on")
    price = _FARES[cabin] + (45 if bag else 0)
    code = f"{crc32(f'{sender.id}{passenger}'.encode()):08X}"[:6]
    card = _settled(
        f"Hamburg → {destination}",
        "Confirmed",
        "success",
        {
            "Booking code": code,
            "Passenger": passenger,
            "Departure": f"{departure:%A}, {departure.day} {departure:%B %Y}, 09:40",
            "Cabin": _CABINS[cabin],
            "Checked bag": "1 × 23 kg" if bag else "none",
            "Paid": f"{price}.00 EUR",
        },
    )
    email = _plain(_field(payload, "email"))
    return Reaction(
        script=_say(
            f"Done: **{passenger}** flies to **{destination}** on {departure.day} {departure:%B}. The booking code is "
            f"`{code}`" + (f", and the ticket is on its way to {email}." if email else ".")
        ),
        context=f"The user booked flight WB 417 with the form: {code}, {destination}, {departure}, {cabin}.",
        widget=card,
    )


def _cancel(payload: Mapping[str, Any], sender: WidgetItem) -> Reaction:
    return Reaction(
        script=_say("All right, nothing was booked."),
        context="The user cancelled the flight form.",
        widget=_settled("Book a flight", "Cancelled", "secondary", {}),
    )


def _seats(payload: Mapping[str, Any], sender: WidgetItem) -> Reaction:
    return Reaction(
        script=_say("The seat map is your page's to show: it sent the action on to me. Row 12 is free by the window."),
        context="The page sent the seat map's action on.",
    )


def _say(text: str) -> Script:
    yield Say(text)


@function_tool(failure_error_function=None)
async def show_flight_form(wrapper: RunContextWrapper[Stage]) -> str:
    """Show the user a form to book a flight."""
    await wrapper.context.stream_widget(_form(), copy_text="Book a flight: WB 417 from Hamburg")
    return "The form was shown."


def _script(cue: Cue) -> Script:
    yield Call("show_flight_form")
    yield Say("Fill in the form and press **Book**. Nothing is really booked: the airline does not exist.")


SCENARIO = Scenario(
    name="flight_form",
    label="Form in a card",
    prompt="I want to book a flight",
    icon="plane",
    title="Booking a flight",
    keywords=("form", "card", "book a flight", "flight*", "widget card", "widget"),
    script=_script,
    tools=(show_flight_form,),
    actions={"flight.book": _book, "flight.cancel": _cancel, "flight.seats": _seats},
)
