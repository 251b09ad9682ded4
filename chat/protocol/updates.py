"""Updates of items that are on their way. Numbers like 3.4 are those of the protocol facts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from chatkit import types as sdk
from pydantic import BaseModel

from .arrivals import put_item, set_part
from .changes import (
    AnnotationAdded,
    Change,
    ImageChanged,
    PartReplaced,
    TaskAdded,
    TaskChanged,
    TextAppended,
    WidgetChanged,
    WidgetTextAppended,
)
from .events import Event
from .items import Delivery, Part, Unknown
from .state import ItemState, ThreadState
from .widget_tree import copy_json

__all__ = [
    "UPDATES",
    "UpdateRule",
    "add_task",
    "append_text",
    "find_item",
    "grow",
    "put_annotation",
    "put_component",
    "put_part",
    "put_root",
    "set_task",
]

MOST_PARTS = 1_000
"""More content parts than any message has: an index beyond is not padded to, whatever the backend says."""


def find_item(state: ThreadState, item_id: str, rule: UpdateRule, changes: list[Change]) -> ItemState | None:
    """The item that an update is for; None when it cannot take it.

    One that was never added is begun, so that what comes for it is not lost (3.18).
    """
    item = state.items.get(item_id)
    if item is None and rule.begins:
        begun = Delivery(item_id, rule.item_type, None, {"id": item_id, "type": rule.item_type})
        put_item(state, begun, "added", changes)
        return state.items[item_id]
    return item if item is not None and item.type == rule.item_type else None


def has_part(item: ItemState, place: int, changes: list[Change]) -> bool:
    """3.4: pad the parts with empty ones up to `place`; False when the place is absurd."""
    if place < len(item.parts) and place >= 0:
        return True
    if not 0 <= place < MOST_PARTS:
        return False
    for new in range(len(item.parts), place + 1):
        item.parts.append(Part())
        changes.append(PartReplaced(item.id, new))
    return True


def grow(state: ThreadState, value: sdk.ThreadItemUpdatedEvent, delta: str, changes: list[Change]) -> None:
    """Take in the delta of an event that is otherwise like this one."""
    update = value.update
    item = find_item(state, value.item_id, UPDATES[type(update)], changes)
    if item is None:
        return
    if isinstance(update, sdk.AssistantMessageContentPartTextDelta):
        _grow_text(item, update.content_index, delta, changes)
    elif isinstance(update, sdk.WidgetStreamingTextValueDelta):
        _grow_widget(item, update.component_id, delta, update.done, changes)


def _text_delta(
    item: ItemState, update: sdk.AssistantMessageContentPartTextDelta, event: Event, changes: list[Change]
) -> None:
    _grow_text(item, update.content_index, update.delta, changes)


def _grow_text(item: ItemState, place: int, delta: str, changes: list[Change]) -> None:
    known = len(item.parts)
    if has_part(item, place, changes) and delta:
        append_text(item, place, delta)
        if place < known:  # of a new part, `PartReplaced` says it all: who hears it finds this text there already
            changes.append(TextAppended(item.id, place, delta))


def append_text(item: ItemState, place: int, text: str) -> None:
    """Add to the end of a content part that is there."""
    item.parts[place].pieces.append(text)
    item.touch()


def _part_set(
    item: ItemState,
    update: sdk.AssistantMessageContentPartAdded | sdk.AssistantMessageContentPartDone,
    event: Event,
    changes: list[Change],
) -> None:
    part = Part(update.content.text, list(update.content.annotations))
    put_part(item, update.content_index, part, changes)


def put_part(item: ItemState, place: int, part: Part, changes: list[Change]) -> None:
    """3.4: replace a content part, or put it behind the last one."""
    if place == len(item.parts) or has_part(item, place - (place > len(item.parts)), changes):
        set_part(item, place, part, changes)
        item.touch()


def _annotation_added(
    item: ItemState, update: sdk.AssistantMessageContentPartAnnotationAdded, event: Event, changes: list[Change]
) -> None:
    put_annotation(item, update.content_index, update.annotation_index, update.annotation, changes)


def put_annotation(
    item: ItemState, place: int, at: int, annotation: sdk.Annotation | Unknown, changes: list[Change]
) -> None:
    """3.4: insert an annotation at its index, else append it."""
    if has_part(item, place, changes):
        annotations = item.parts[place].annotations
        if not 0 <= at <= len(annotations):
            at = len(annotations)
        annotations.insert(at, annotation)
        item.touch()
        changes.append(AnnotationAdded(item.id, place, at))


def _widget_delta(
    item: ItemState, update: sdk.WidgetStreamingTextValueDelta, event: Event, changes: list[Change]
) -> None:
    _grow_widget(item, update.component_id, update.delta, update.done, changes)


def _grow_widget(item: ItemState, component_id: str, delta: str, done: bool, changes: list[Change]) -> None:
    """3.10: `done` ends nothing."""
    tree = item.tree()
    if tree is not None and tree.append(component_id, delta):
        item.touch()
        changes.append(WidgetTextAppended(item.id, component_id, delta, done))


def _widget_component(item: ItemState, update: sdk.WidgetComponentUpdated, event: Event, changes: list[Change]) -> None:
    put_component(item, update.component_id, _own(event, "component"), changes)


def put_component(item: ItemState, component_id: str, component: Any, changes: list[Change]) -> None:
    """3.10: replace a component whole."""
    tree = item.tree()
    if tree is not None and isinstance(component, dict) and tree.replace(component_id, component):
        item.touch()
        changes.append(WidgetChanged(item.id))


def _widget_root(item: ItemState, update: sdk.WidgetRootUpdated, event: Event, changes: list[Change]) -> None:
    put_root(item, _own(event, "widget"), changes)


def put_root(item: ItemState, root: Any, changes: list[Change]) -> None:
    """Put another widget, as JSON that the item then owns, in the place of the one at hand."""
    if isinstance(root, dict):
        item.set_widget(root)
        changes.append(WidgetChanged(item.id))


def _task_added(item: ItemState, update: sdk.WorkflowTaskAdded, event: Event, changes: list[Change]) -> None:
    add_task(item, update.task_index, update.task, changes)


def add_task(item: ItemState, at: int, task: sdk.Task | Unknown, changes: list[Change]) -> None:
    """3.11: at its index, else at the end; an equal task already there is a no-op."""
    tasks = item.task_list
    if 0 <= at < len(tasks) and tasks[at] == task:
        return
    if not 0 <= at <= len(tasks):
        at = len(tasks)
    tasks.insert(at, task)
    item.touch()
    changes.append(TaskAdded(item.id, at))


def _task_updated(item: ItemState, update: sdk.WorkflowTaskUpdated, event: Event, changes: list[Change]) -> None:
    set_task(item, update.task_index, update.task, changes)


def set_task(item: ItemState, at: int, task: sdk.Task | Unknown, changes: list[Change]) -> None:
    """3.11: replace a task; one that is not there is put at the end."""
    tasks = item.task_list
    if not 0 <= at < len(tasks):
        tasks.append(task)
        item.touch()
        changes.append(TaskAdded(item.id, len(tasks) - 1))
    elif tasks[at] != task:
        tasks[at] = task
        item.touch()
        changes.append(TaskChanged(item.id, at))


def _image_updated(item: ItemState, update: sdk.GeneratedImageUpdated, event: Event, changes: list[Change]) -> None:
    """3.12: each one replaces the picture; progress is kept within 0 and 1."""
    progress = update.progress
    if progress is not None:
        progress = min(max(progress, 0.0), 1.0) if progress == progress else None
    item.set_image(update.image, progress)
    changes.append(ImageChanged(item.id, progress))


def _own(event: Event, key: str) -> Any:
    """A part of the event's update as JSON that may be changed."""
    json = event.json
    update = json.get("update") if isinstance(json, dict) else None
    return copy_json(update.get(key)) if isinstance(update, dict) else None


class UpdateRule(NamedTuple):
    """What is done with one type of update."""

    item_type: str
    begins: bool
    """Whether it may begin an item that was never added: whether something can be shown of it then."""
    apply: Callable[[ItemState, Any, Event, list[Change]], None]


UPDATES: dict[type[BaseModel], UpdateRule] = {
    sdk.AssistantMessageContentPartAdded: UpdateRule("assistant_message", True, _part_set),
    sdk.AssistantMessageContentPartTextDelta: UpdateRule("assistant_message", True, _text_delta),
    sdk.AssistantMessageContentPartAnnotationAdded: UpdateRule("assistant_message", True, _annotation_added),
    sdk.AssistantMessageContentPartDone: UpdateRule("assistant_message", True, _part_set),
    sdk.WidgetStreamingTextValueDelta: UpdateRule("widget", False, _widget_delta),
    sdk.WidgetComponentUpdated: UpdateRule("widget", False, _widget_component),
    sdk.WidgetRootUpdated: UpdateRule("widget", True, _widget_root),
    sdk.WorkflowTaskAdded: UpdateRule("workflow", True, _task_added),
    sdk.WorkflowTaskUpdated: UpdateRule("workflow", True, _task_updated),
    sdk.GeneratedImageUpdated: UpdateRule("generated_image", True, _image_updated),
}
