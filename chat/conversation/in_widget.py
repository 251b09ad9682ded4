"""What the official widget shows in place of what the page shows, said in one short line where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chat.checks import WidgetView
from chat.checks.widget_screen import CRASHED, crash_of, error_shown
from chat.protocol import Event, ItemState
from chat.protocol.vocabulary import ITEM_TYPES

__all__ = [
    "ONLY_LAST_NOTICE",
    "RUNS_AGAIN",
    "completed_call",
    "crashes",
    "error_in_widget",
    "item_in_widget",
    "not_there",
]

ONLY_LAST_NOTICE = "The official widget shows only the last notice of a turn, and not this one."
RUNS_AGAIN = "The official widget runs this tool, completed as it is: it runs every call that a stream brings."
_ARRIVALS = ("thread.item.added", "thread.item.done")
_NOTHING = "The official widget shows nothing here"


def item_in_widget(item: ItemState) -> str:
    """What the widget shows of a finished item, by what it is; "" when it shows it as well. All of it was seen."""
    if item.type == "client_tool_call":
        return f"{_NOTHING}: the page around it runs the tool when a stream brings it, and not after a reload."
    if item.type == "structured_input" and item.json.get("status") == "pending":
        return "The official widget asks this in place of its composer, one question at a time."
    crash = crash_of(item.json)
    if crash is None:
        return ""
    path, expected, got = crash
    return (
        f"The official widget shows “{CRASHED}” in place of the whole answer. {path}: expected {expected}, got {got}."
    )


def crashes(item: ItemState) -> bool:
    """Whether the widget cannot draw the turn that this item is in."""
    return crash_of(item.json) is not None


def error_in_widget(event: Event | None) -> str:
    """What the widget shows of an `error` event; "" when it shows an error as well."""
    document = event.json if event is not None else None
    if not isinstance(document, dict) or document.get("type") != "error" or error_shown(document):
        return ""
    return f"{_NOTHING}: an error with a code of its own needs a message."


def completed_call(item: ItemState, events: Sequence[Event]) -> bool:
    """Whether these events bring a client tool call that is completed when it comes."""
    if item.type != "client_tool_call" or item.json.get("status") != "completed":
        return False
    brought = (event.json.get("item") for event in events if event.type in _ARRIVALS and isinstance(event.json, dict))
    return any(
        one.get("id") == item.id and one.get("status") == "completed" for one in brought if isinstance(one, dict)
    )


def not_there(view: WidgetView, items: Iterable[ItemState]) -> tuple[str, list[ItemState]]:
    """
    Those of a turn's new items that its end leaves out of the widget's thread, and what is to be said of each.

    None of a turn of which the widget shows nothing at all: that is said once, below it.
    """
    screen = view.screen
    if screen is None or view.blank or screen.start or screen.crashed or view.certainty == "unknown":
        return "", []
    words = f"{_NOTHING}." if view.certainty == "known" else "The official widget likely shows nothing here."
    return words, [item for item in items if item.type in ITEM_TYPES and item.id not in screen.items]
