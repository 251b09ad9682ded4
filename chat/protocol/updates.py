"""Updates of items that are on their way. Numbers like 3.4 are those of the protocol facts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from chatkit import types as sdk
from pydantic import BaseModel

from .arrivals import put_item, report, report_components, set_part
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
    "find_item",
    "put_annotation",
    "put_component",
    "put_part",
    "put_root",
    "set_task",
]

MOST_PARTS = 1_000
"""More content parts than any message has: an index beyond is not padded to, whatever the backend says."""


def find_item(
    state: ThreadState, item_id: str, rule: UpdateRule, event: Event, changes: list[Change]
) -> ItemState | None:
    """The item that an update is for; None when it cannot take it.

    One that was never added is begun, so that what comes for it is not lost (3.18).
    """
    item = state.items.get(item_id)
    if item is None:
        detail = "The update is for an item that was never added."
        report(state, event.index, "unknown-item", item_id, detail, changes)
        if not rule.begins:
            return None
        begun = Delivery(item_id, rule.item_type, None, {"id": item_id, "type": rule.item_type})
        put_item(state, begun, "added", event.index, changes)
        return state.items[item_id]
    if item.type != rule.item_type:
        detail = f"The update is for a {rule.item_type!r} item, but the item is a {item.type!r}."
        report(state, event.index, "wrong-item-type", item_id, detail, changes)
        return None
    if item.status == "done" and item.done_in == state.stream:
        report(state, event.index, "after-done", item_id, "The item was done before this update.", changes)
    return item


def has_part(state: ThreadState, item: ItemState, place: int, event: Event, changes: list[Change]) -> bool:
    """3.4: pad the parts with empty ones up to `place`; False when the place is absurd."""
    if place < len(item.parts) and place >= 0:
        return True
    if not 0 <= place < MOST_PARTS:
        report(state, event.index, "part-beyond", item.id, f"There is no content part {place}.", changes)
        return False
    for new in range(len(item.parts), place + 1):
        item.parts.append(Part())
        changes.append(PartReplaced(item.id, new))
    return True


def _text_delta(
    state: ThreadState,
    item: ItemState,
    update: sdk.AssistantMessageContentPartTextDelta,
    event: Event,
    changes: list[Change],
) -> None:
    place, delta = update.content_index, update.delta
    if has_part(state, item, place, event, changes) and delta:
        item.parts[place].pieces.append(delta)
        item.touch()
        changes.append(TextAppended(item.id, place, delta))


def _part_set(
    state: ThreadState,
    item: ItemState,
    update: sdk.AssistantMessageContentPartAdded | sdk.AssistantMessageContentPartDone,
    event: Event,
    changes: list[Change],
) -> None:
    part = Part(update.content.text, list(update.content.annotations))
    final = isinstance(update, sdk.AssistantMessageContentPartDone)
    put_part(state, item, update.content_index, part, event, changes, final=final)


def put_part(
    state: ThreadState, item: ItemState, place: int, part: Part, event: Event, changes: list[Change], *, final: bool
) -> None:
    """3.4: replace a content part."""
    if place == len(item.parts) or has_part(state, item, place, event, changes):
        set_part(state, item, place, part, event.index, changes, final=final)
        item.touch()


def _annotation_added(
    state: ThreadState,
    item: ItemState,
    update: sdk.AssistantMessageContentPartAnnotationAdded,
    event: Event,
    changes: list[Change],
) -> None:
    put_annotation(state, item, update.content_index, update.annotation_index, update.annotation, event, changes)


def put_annotation(
    state: ThreadState,
    item: ItemState,
    place: int,
    at: int,
    annotation: sdk.Annotation | Unknown,
    event: Event,
    changes: list[Change],
) -> None:
    """3.4: insert an annotation at its index, else append it."""
    if has_part(state, item, place, event, changes):
        annotations = item.parts[place].annotations
        if not 0 <= at <= len(annotations):
            at = len(annotations)
        annotations.insert(at, annotation)
        item.touch()
        changes.append(AnnotationAdded(item.id, place, at))


def _widget_delta(
    state: ThreadState, item: ItemState, update: sdk.WidgetStreamingTextValueDelta, event: Event, changes: list[Change]
) -> None:
    """3.10: `done` ends nothing."""
    tree = item.tree()
    found = None if tree is None else tree.append(update.component_id, update.delta)
    if found is None:
        detail = f"The widget has no component {update.component_id!r}."
        report(state, event.index, "unknown-component", item.id, detail, changes)
    elif not found:
        detail = f"The value of component {update.component_id!r} is no text."
        report(state, event.index, "no-text-component", item.id, detail, changes)
    else:
        item.touch()
        changes.append(WidgetTextAppended(item.id, update.component_id, update.delta, update.done))


def _widget_component(
    state: ThreadState, item: ItemState, update: sdk.WidgetComponentUpdated, event: Event, changes: list[Change]
) -> None:
    put_component(state, item, update.component_id, _own(event, "component"), event, changes)


def put_component(
    state: ThreadState, item: ItemState, component_id: str, component: Any, event: Event, changes: list[Change]
) -> None:
    """3.10: replace a component whole."""
    tree = item.tree()
    if tree is None or not isinstance(component, dict) or not tree.replace(component_id, component):
        detail = f"The widget has no component {component_id!r}."
        report(state, event.index, "unknown-component", item.id, detail, changes)
        return
    item.touch()
    changes.append(WidgetChanged(item.id))
    report_components(component, event.index, changes)


def _widget_root(
    state: ThreadState, item: ItemState, update: sdk.WidgetRootUpdated, event: Event, changes: list[Change]
) -> None:
    put_root(item, _own(event, "widget"), event, changes)


def put_root(item: ItemState, root: Any, event: Event, changes: list[Change]) -> None:
    """Put another widget, as JSON that the item then owns, in the place of the one at hand."""
    if isinstance(root, dict):
        item.set_widget(root)
        changes.append(WidgetChanged(item.id))
        report_components(root, event.index, changes)


def _task_added(
    state: ThreadState, item: ItemState, update: sdk.WorkflowTaskAdded, event: Event, changes: list[Change]
) -> None:
    add_task(state, item, update.task_index, update.task, event, changes)


def add_task(
    state: ThreadState, item: ItemState, at: int, task: sdk.Task | Unknown, event: Event, changes: list[Change]
) -> None:
    """3.11: at the end; an equal task already there is a no-op; anywhere else it is put in, and that is said."""
    tasks = item.task_list
    if 0 <= at < len(tasks) and tasks[at] == task:
        return
    if at != len(tasks):
        detail = f"Task {at} was added to a workflow of {len(tasks)}."
        report(state, event.index, "task-beyond", item.id, detail, changes)
        at = at if 0 <= at < len(tasks) else len(tasks)
    tasks.insert(at, task)
    item.touch()
    changes.append(TaskAdded(item.id, at))


def _task_updated(
    state: ThreadState, item: ItemState, update: sdk.WorkflowTaskUpdated, event: Event, changes: list[Change]
) -> None:
    set_task(state, item, update.task_index, update.task, event, changes)


def set_task(
    state: ThreadState, item: ItemState, at: int, task: sdk.Task | Unknown, event: Event, changes: list[Change]
) -> None:
    """3.11: replace a task; one that is not there is put at the end, and that is said."""
    tasks = item.task_list
    if 0 <= at < len(tasks):
        if tasks[at] != task:
            tasks[at] = task
            item.touch()
            changes.append(TaskChanged(item.id, at))
        return
    detail = f"Task {at} was updated in a workflow of {len(tasks)}."
    report(state, event.index, "task-beyond", item.id, detail, changes)
    tasks.append(task)
    item.touch()
    changes.append(TaskAdded(item.id, len(tasks) - 1))


def _image_updated(
    state: ThreadState, item: ItemState, update: sdk.GeneratedImageUpdated, event: Event, changes: list[Change]
) -> None:
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
    apply: Callable[[ThreadState, ItemState, Any, Event, list[Change]], None]


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
