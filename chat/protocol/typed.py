"""Events of the SDK's types into thread state. Numbers like 3.4 are those of the protocol facts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chatkit import types as sdk
from chatkit.errors import ErrorCode

from .arrivals import put_item, remove_item, take_thread
from .changes import Change, EffectRequested, ErrorRaised, NoticeRaised, OptionsChanged, ProgressChanged
from .events import Event
from .items import deliver
from .state import ThreadState
from .updates import UPDATES, find_item

__all__ = ["GENERAL_ERROR", "apply"]

GENERAL_ERROR = "Something went wrong while the backend was answering."
"""What is shown for an error that brings a code and no message (3.14)."""


def apply(state: ThreadState, value: sdk.ThreadStreamEvent, event: Event, changes: list[Change]) -> None:
    """Take a typed event into the state. `event` says where it came from."""
    _EVENTS[type(value)](state, value, event, changes)


def _thread_created(state: ThreadState, value: sdk.ThreadCreatedEvent, event: Event, changes: list[Change]) -> None:
    """3.18: a second one moves to the thread that it names."""
    thread = value.thread
    take_thread(state, thread, _inside(event, "thread"), changes)
    page = event.json["thread"]["items"] if isinstance(event.json, dict) else {}
    for item, json in zip(thread.items.data, page.get("data", []), strict=False):
        put_item(state, deliver(item, json), "done", changes)


def _thread_updated(state: ThreadState, value: sdk.ThreadUpdatedEvent, event: Event, changes: list[Change]) -> None:
    """3.2: metadata only; its page of items is empty and means nothing. That of another thread is not taken."""
    if state.id in (None, value.thread.id):
        take_thread(state, value.thread, _inside(event, "thread"), changes)


def _item_added(state: ThreadState, value: sdk.ThreadItemAddedEvent, event: Event, changes: list[Change]) -> None:
    put_item(state, deliver(value.item, _inside(event, "item")), "added", changes)


def _item_done(state: ThreadState, value: sdk.ThreadItemDoneEvent, event: Event, changes: list[Change]) -> None:
    """3.1: an upsert."""
    put_item(state, deliver(value.item, _inside(event, "item")), "done", changes)


def _item_replaced(state: ThreadState, value: sdk.ThreadItemReplacedEvent, event: Event, changes: list[Change]) -> None:
    """3.8: of an item that may have come in an earlier stream, so an unknown id is no fault."""
    put_item(state, deliver(value.item, _inside(event, "item")), "replaced", changes)


def _item_removed(state: ThreadState, value: sdk.ThreadItemRemovedEvent, event: Event, changes: list[Change]) -> None:
    item = state.items.get(value.item_id)
    if item is not None:
        remove_item(state, item, changes)


def _item_updated(state: ThreadState, value: sdk.ThreadItemUpdatedEvent, event: Event, changes: list[Change]) -> None:
    update = value.update
    rule = UPDATES[type(update)]
    item = find_item(state, value.item_id, rule, changes)
    if item is not None:
        rule.apply(item, update, event, changes)


def _stream_options(state: ThreadState, value: sdk.StreamOptionsEvent, event: Event, changes: list[Change]) -> None:
    state.allow_cancel = value.stream_options.allow_cancel
    changes.append(OptionsChanged(state.allow_cancel))


def _progress_update(state: ThreadState, value: sdk.ProgressUpdateEvent, event: Event, changes: list[Change]) -> None:
    """3.13: the latest one shows."""
    state.progress = value
    changes.append(ProgressChanged(value.text, value.icon))


def _client_effect(state: ThreadState, value: sdk.ClientEffectEvent, event: Event, changes: list[Change]) -> None:
    state.effects.append(value)
    changes.append(EffectRequested(value.name, value.data))


def _error(state: ThreadState, value: sdk.ErrorEvent, event: Event, changes: list[Change]) -> None:
    """3.14: its message, or a general sentence for a bare code."""
    state.errors.append(value)
    code = value.code.value if isinstance(value.code, ErrorCode) else str(value.code)
    changes.append(ErrorRaised(value.message or GENERAL_ERROR, code, value.allow_retry))


def _notice(state: ThreadState, value: sdk.NoticeEvent, event: Event, changes: list[Change]) -> None:
    state.notices.append(value)
    changes.append(NoticeRaised(value.level, value.title, value.message))


def _inside(event: Event, key: str) -> Any:
    """A part of the event's JSON; None when it is not there."""
    json = event.json
    return json.get(key) if isinstance(json, dict) else None


_EVENTS: dict[type, Callable[[ThreadState, Any, Event, list[Change]], None]] = {
    sdk.ThreadCreatedEvent: _thread_created,
    sdk.ThreadUpdatedEvent: _thread_updated,
    sdk.ThreadItemAddedEvent: _item_added,
    sdk.ThreadItemUpdatedEvent: _item_updated,
    sdk.ThreadItemDoneEvent: _item_done,
    sdk.ThreadItemRemovedEvent: _item_removed,
    sdk.ThreadItemReplacedEvent: _item_replaced,
    sdk.StreamOptionsEvent: _stream_options,
    sdk.ProgressUpdateEvent: _progress_update,
    sdk.ClientEffectEvent: _client_effect,
    sdk.ErrorEvent: _error,
    sdk.NoticeEvent: _notice,
}
