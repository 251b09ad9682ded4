"""What is said at the end of a turn that did not end well, and what may be clicked then."""

from __future__ import annotations

from typing import Any

from chat.errors import BadConnection, BadProfile, ProtocolViolation, Unreachable, WorkbenchError
from chat.exchanges import Exchange

from .entry import Status

__all__ = ["RELOAD", "RETRY", "broken_workbench", "empty_stream", "unconfirmed", "unfinished"]

Action = dict[str, Any]
RETRY: Action = {"do": "retry", "label": "Try again", "text": True}
RELOAD: Action = {"do": "reload", "label": "Load again", "text": True}
RESEND: Action = {"do": "resend", "label": "Send again", "text": True}
EDIT: Action = {"do": "edit", "label": "Edit", "text": True}


def unfinished(stopped: bool, cut: bool) -> tuple[Status, str, str]:
    """Status, note and mark of an item that was still growing when its stream ended; `cut`: when no more was kept."""
    if cut:
        return "done", "The rest of it was not kept here: whether the item was ever done, nobody can say.", "cut"
    if stopped:
        return "done", "Stopped before it was done. Whether the backend keeps this much, a reload shows.", "stopped"
    note = "The stream ended before this item was done (no thread.item.done): it is gone after a reload."
    return "failed", note, "unfinished"


def unconfirmed(
    failure: WorkbenchError | None, events: int, stopped: bool, cut: bool
) -> tuple[str, tuple[Action, ...]]:
    """Note and buttons of a user message which the backend never sent back. Nothing is sent again but at a click."""
    if isinstance(failure, Unreachable | BadConnection | BadProfile):
        return "Not sent: nothing reached the backend.", (RESEND, EDIT)
    if stopped:
        return "Stopped before the backend had confirmed it.", (RESEND, EDIT)
    if cut:
        return "As far as the answer was kept, the backend has not sent this message back.", ()
    if failure is not None and not events:
        return "Not confirmed: nobody said whether the backend has stored it.", (RESEND, EDIT)
    return (
        "The backend never sent this message back (thread.item.done with the user_message). "
        "In the official widget it vanishes when the stream ends."
    ), ()


def empty_stream(exchange: Exchange) -> ProtocolViolation:
    """A stream with nothing in it: an unknown item to retry after, for instance (protocol facts, 3.5)."""
    return ProtocolViolation(
        "The stream ended without a single event.",
        expected="at least the user's message, or an error event",
        got="an empty stream",
        advice="Yield events from respond(), or an ErrorEvent that says why there are none.",
        exchange=exchange,
    )


def broken_workbench(error: Exception) -> WorkbenchError:
    """A mistake of the workbench's own."""
    return WorkbenchError(
        f"The workbench failed while it read the stream: {type(error).__name__}: {error}",
        advice="This is a bug of the workbench. The inspector still has every byte that came.",
    )
