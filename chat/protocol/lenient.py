"""Events that the SDK's types refuse, into thread state as far as they can be understood.

Nothing that a person could read is lost because of what stands beside it: an item with one unknown task keeps the other
tasks, an error with a new code keeps its message. What is not understood is kept as JSON. That it is wrong, and how,
is for rules to say.
"""

from __future__ import annotations

from collections.abc import Callable
from json import loads
from typing import Any

from chatkit import types as sdk
from pydantic import ValidationError

from .adapters import event_adapter
from .arrivals import How, put_item, take_thread
from .changes import Change, ErrorRaised, NoticeRaised, ProgressChanged
from .events import Event
from .items import Unknown, type_of, understand_annotation, understand_part, understand_refused_item, understand_task
from .state import ItemState, ThreadState
from .typed import GENERAL_ERROR, apply
from .updates import (
    UPDATES,
    UpdateRule,
    add_task,
    find_item,
    put_annotation,
    put_component,
    put_part,
    put_root,
    set_task,
)
from .vocabulary import EVENT_TYPES
from .widget_tree import copy_json

__all__ = ["apply_invalid"]

_RULES: dict[str, UpdateRule] = {model.model_fields["type"].default: rule for model, rule in UPDATES.items()}


def apply_invalid(state: ThreadState, event: Event, changes: list[Change]) -> None:
    """Take what can be taken of an invalid event into the state."""
    sent = event.json
    if not isinstance(sent, dict) or event.type not in EVENT_TYPES:
        return
    mended = _mended(event)
    if mended is None:
        _LENIENT.get(event.type, _nothing)(state, sent, event, changes)
        return
    if isinstance(mended, sdk.ThreadItemUpdatedEvent):
        _join_halves(state, mended, event)
    apply(state, mended, event, changes)


def _mended(event: Event) -> sdk.ThreadStreamEvent | None:
    """The event as the SDK's type, when nothing was wrong with it but halves of surrogate pairs."""
    if not any(problem.path == "$" for problem in event.problems):
        return None
    try:
        return event_adapter().validate_python(event.json)
    except ValidationError:
        return None


def _join_halves(state: ThreadState, mended: sdk.ThreadItemUpdatedEvent, event: Event) -> None:
    """Join the halves of a character that a backend cut in two, as browsers do by adding up strings of UTF-16.

    The first half is held back in the part until the second comes.
    """
    update = mended.update
    item = state.items.get(mended.item_id)
    if not isinstance(update, sdk.AssistantMessageContentPartTextDelta) or item is None:
        return
    if 0 <= update.content_index < len(item.parts):
        part = item.parts[update.content_index]
        text = part.held + str(loads(event.raw)["update"]["delta"])
        part.held = text[-1:] if "\ud800" <= text[-1:] <= "\udbff" else ""
        text = text.removesuffix(part.held)
        update.delta = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _nothing(state: ThreadState, json: dict[str, Any], event: Event, changes: list[Change]) -> None:
    """Nothing can be taken of it."""


def _thread(state: ThreadState, json: dict[str, Any], event: Event, changes: list[Change]) -> None:
    """A thread with an id can be spoken to, whatever else it lacks."""
    thread = json.get("thread")
    thread_id = thread.get("id") if isinstance(thread, dict) else None
    if isinstance(thread_id, str) and (event.type == "thread.created" or state.id in (None, thread_id)):
        take_thread(state, None, thread, changes)


def _item(how: How) -> Callable[[ThreadState, dict[str, Any], Event, list[Change]], None]:
    def take(state: ThreadState, json: dict[str, Any], event: Event, changes: list[Change]) -> None:
        delivery = understand_refused_item(json.get("item"))
        if delivery is not None:
            put_item(state, delivery, how, changes)

    return take


def _error(state: ThreadState, json: dict[str, Any], event: Event, changes: list[Change]) -> None:
    """The set of codes is open (protocol facts, 3.14), the SDK's list of them is not."""
    code = _text(json, "code") or "custom"
    message = _text(json, "message")
    allow_retry = json.get("allow_retry") is True
    fields: dict[str, Any] = {"type": "error", "code": code, "message": message, "allow_retry": allow_retry}
    state.errors.append(sdk.ErrorEvent.model_construct(**fields))
    changes.append(ErrorRaised(message or GENERAL_ERROR, code, allow_retry))


def _notice(state: ThreadState, json: dict[str, Any], event: Event, changes: list[Change]) -> None:
    message = _text(json, "message")
    if message is not None:
        title = _text(json, "title")
        state.notices.append(sdk.NoticeEvent(level="info", message=message, title=title))
        changes.append(NoticeRaised("info", title, message))


def _progress(state: ThreadState, json: dict[str, Any], event: Event, changes: list[Change]) -> None:
    """An icon that the SDK does not know is no reason not to show the text."""
    text = _text(json, "text")
    if text is not None:
        state.progress = sdk.ProgressUpdateEvent(text=text)
        changes.append(ProgressChanged(text, None))


def _updated(state: ThreadState, json: dict[str, Any], event: Event, changes: list[Change]) -> None:
    item_id, update = json.get("item_id"), json.get("update")
    name = type_of(update)
    take = _UPDATES.get(name)
    if take is None or not isinstance(item_id, str) or not isinstance(update, dict):
        return
    item = find_item(state, item_id, _RULES[name], changes)
    if item is not None:
        take(item, update, changes)


def _part(item: ItemState, update: dict[str, Any], changes: list[Change]) -> None:
    place = _index(update, "content_index")
    if place is not None:
        put_part(item, place, understand_part(update.get("content")), changes)


def _annotation(item: ItemState, update: dict[str, Any], changes: list[Change]) -> None:
    place, at = _index(update, "content_index"), _index(update, "annotation_index")
    if place is not None:
        annotation = understand_annotation(update.get("annotation"))
        put_annotation(item, place, -1 if at is None else at, annotation, changes)


def _component(item: ItemState, update: dict[str, Any], changes: list[Change]) -> None:
    component_id = update.get("component_id")
    if isinstance(component_id, str):
        put_component(item, component_id, copy_json(update.get("component")), changes)


def _root(item: ItemState, update: dict[str, Any], changes: list[Change]) -> None:
    put_root(item, copy_json(update.get("widget")), changes)


def _task(item: ItemState, update: dict[str, Any], changes: list[Change]) -> None:
    at, others = _index(update, "task_index"), list[Unknown]()
    task = understand_task(update.get("task"), others)
    if at is not None:
        put = add_task if update["type"].endswith("added") else set_task
        put(item, at, task, changes)
        item.others += others


def _text(json: dict[str, Any], key: str) -> str | None:
    value = json.get(key)
    return value if isinstance(value, str) else None


def _index(json: dict[str, Any], key: str) -> int | None:
    value = json.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


_LENIENT: dict[str, Callable[[ThreadState, dict[str, Any], Event, list[Change]], None]] = {
    "thread.created": _thread,
    "thread.updated": _thread,
    "thread.item.added": _item("added"),
    "thread.item.done": _item("done"),
    "thread.item.replaced": _item("replaced"),
    "thread.item.updated": _updated,
    "error": _error,
    "notice": _notice,
    "progress_update": _progress,
}

_UPDATES: dict[str, Callable[[ItemState, dict[str, Any], list[Change]], None]] = {
    "assistant_message.content_part.added": _part,
    "assistant_message.content_part.done": _part,
    "assistant_message.content_part.annotation_added": _annotation,
    "widget.component.updated": _component,
    "widget.root.updated": _root,
    "workflow.task.added": _task,
    "workflow.task.updated": _task,
}
