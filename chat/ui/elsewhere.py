"""What is clicked in a message and is done beside it: a finding comes into view, a stream is compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from nicegui.events import GenericEventArguments

from chat.inspection.comparison import comparison_html

from .panes.sheet import Sheet, ShownHTML
from .window_source import WindowSource

__all__ = ["clicked_action", "do_elsewhere"]


def clicked_action(event: GenericEventArguments) -> Mapping[str, Any]:
    """The action of what was clicked in a `ConversationView`; nothing when it has none."""
    action = event.args.get("action") if isinstance(event.args, Mapping) else None
    return action if isinstance(action, Mapping) else {}


def do_elsewhere(action: Mapping[str, Any], source: WindowSource, show_finding: Callable[[str, str], object]) -> None:
    """Do `action`, if it is of this kind. `show_finding` gets the ids of an exchange and of a rule."""
    exchange = str(action.get("exchange"))
    match action.get("do"):
        case "finding":
            show_finding(exchange, str(action.get("finding")))
        case "compare" if (diagnosis := source.diagnosis(exchange)) is not None:
            with Sheet("What was sent, what was meant", "comparison", kind="wide").body:
                ShownHTML(comparison_html(diagnosis))
