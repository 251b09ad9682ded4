"""DatePicker: a button with the date, and a calendar that the browser's side opens.

Its value is an ISO time with a zone, as the official widget was seen to send it (`2026-05-06T00:00:00.000+00:00`). The
zone is the reader's, which only the browser knows: the field holds what was sent until it is read there.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from markupsafe import Markup

from chat.rendering.icons import icon

from ..html import tag, text_of, void
from .fields import clear_button, field_disabled, field_kind
from .registry import Node, Scene, draws, flag, one_of, string, widget_action

_INVALID = "Invalid DateTime"
"""What the official widget was seen to show of a default that is no date."""


def _date(value: Any) -> date | None:
    if not isinstance(value, str):
        return None
    try:
        return datetime.fromisoformat(value.strip()).date()
    except ValueError:
        return None


@draws("DatePicker")
def _date_picker(node: Node, scene: Scene) -> Markup:
    name, placeholder = string(node, "name", 200), string(node, "placeholder", 500) or "Select date"
    given = text_of(node.get("defaultValue"), 60)
    day = _date(given)
    shown = f"{day.day} {day:%b %Y}" if day else _INVALID if given else placeholder
    value = void(
        "input",
        type="text",
        class_="w-date-value",
        name=name,
        value=given if day else "",
        tabindex="-1",
        aria_hidden="true",
        disabled=field_disabled(node, scene),
        data_date=True,
        data_on_change=widget_action(node.get("onChangeAction")),
    )
    least, most = _date(node.get("min")), _date(node.get("max"))
    button = tag(
        "button",
        tag("span", shown, class_="w-date-shown"),
        icon("calendar", 15),
        type="button",
        class_=field_kind(node),
        disabled=field_disabled(node, scene),
        aria_haspopup="dialog",
        aria_label=f"{name or 'Date'}: {shown}",
        data_calendar=True,
        data_placeholder=placeholder,
        data_min=least.isoformat() if least else None,
        data_max=most.isoformat() if most else None,
        data_side=one_of(node, "side", ("top", "bottom", "left", "right"), "bottom"),
        data_align=one_of(node, "align", ("start", "center", "end"), "start"),
    )
    kind = "w-date" + "".join(f" is-{prop}" for prop in ("block", "clearable") if flag(node, prop))
    return tag("span", value, button, clear_button(node, scene), class_=kind, data_empty=None if day else "true")
