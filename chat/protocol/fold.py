"""Events into thread state."""

from __future__ import annotations

from typing import Any

from chatkit.types import Page, Thread, ThreadItem

from .changes import Change
from .events import Event
from .state import ThreadState

__all__ = [
    "complete_tool_call",
    "end_stream",
    "fold",
    "load_page",
    "load_thread",
    "truncate_after",
    "upsert_item",
]


def fold(state: ThreadState, event: Event) -> list[Change]:
    """Take one event into the state and say what it changed. Never raises, whatever the event is."""
    raise NotImplementedError


def load_thread(state: ThreadState, thread: Thread | dict[str, Any]) -> list[Change]:
    """Take what `threads.get_by_id` answered: metadata, and the first page of items."""
    raise NotImplementedError


def load_page(state: ThreadState, page: Page[ThreadItem] | dict[str, Any], order: str = "asc") -> list[Change]:
    """Take one page of `items.list`. `asc` pages are put behind what is there, `desc` pages, reversed, before it."""
    raise NotImplementedError


def upsert_item(state: ThreadState, item: ThreadItem | dict[str, Any]) -> list[Change]:
    """Put in an item that came outside a stream (`updated_item` of a synchronous action), finished."""
    raise NotImplementedError


def truncate_after(state: ThreadState, item_id: str) -> list[Change]:
    """Drop every item after this one, as a retry does on the server without saying so."""
    raise NotImplementedError


def complete_tool_call(state: ThreadState, item_id: str, output: Any) -> list[Change]:
    """Mark a client tool call completed: the server does not send it again."""
    raise NotImplementedError


def end_stream(state: ThreadState) -> list[Change]:
    """The stream has ended: its progress line and its options go."""
    raise NotImplementedError
