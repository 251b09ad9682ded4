"""What happens when an item or a thread arrives whole: in a stream, in a page, or in an answer.

Here is what the protocol leaves open (protocol facts, 3.18), decided once: an arrival is an upsert, what was shown is
not lost to an `added`, and everything that is wrong is said.
"""

from __future__ import annotations

from typing import Any, Literal

from chatkit.types import Thread, ThreadMetadata

from .changes import (
    AnnotationsReplaced,
    Change,
    ImageChanged,
    Irregular,
    ItemAdded,
    ItemDone,
    ItemRemoved,
    ItemReplaced,
    PartReplaced,
    TextAppended,
    ThreadChanged,
    UnknownSeen,
    WidgetChanged,
)
from .items import Delivery, Part
from .state import ItemState, ThreadState
from .vocabulary import ITEM_TYPES, WIDGET_COMPONENT_TYPES
from .widget_tree import components

__all__ = ["How", "put_item", "remove_item", "report", "report_unknown", "set_part", "take_thread"]

How = Literal["added", "done", "replaced"]


def report(
    state: ThreadState,
    index: int,
    kind: str,
    item_id: str | None,
    detail: str,
    changes: list[Change],
    *,
    once: bool = True,
) -> None:
    """Say that something is wrong; with `once`, only the first of its kind for the item."""
    if not once or state.first_report(kind, item_id):
        changes.append(Irregular(index, kind, item_id, detail))


def report_unknown(delivery: Delivery, index: int, changes: list[Change]) -> None:
    """Say what in a delivered item nobody knows."""
    if delivery.type not in ITEM_TYPES:
        changes.append(UnknownSeen(index, "item", delivery.type))
    for piece in delivery.unknown():
        changes.append(UnknownSeen(index, piece.what, piece.type))
    if delivery.type == "widget":
        report_components(delivery.json.get("widget"), index, changes)


def report_components(root: Any, index: int, changes: list[Change]) -> None:
    """Say which component types in a widget nobody knows, each once."""
    names = dict.fromkeys(name for node in components(root) if isinstance(name := node.get("type"), str))
    changes += [UnknownSeen(index, "component", name) for name in names if name not in WIDGET_COMPONENT_TYPES]


def take_thread(state: ThreadState, thread: Thread | None, json: Any, index: int, changes: list[Change]) -> None:
    """Take a thread's metadata, all of it: what is absent is null now (protocol facts, 3.2). Items are not touched."""
    if thread is None:
        if not isinstance(json, dict) or not isinstance(json.get("id"), str):
            return
        state.id = json["id"]
        state.metadata = None
    else:
        state.id = thread.id
        state.metadata = ThreadMetadata(
            id=thread.id,
            title=thread.title,
            created_at=thread.created_at,
            status=thread.status,
            allowed_image_domains=thread.allowed_image_domains,
            metadata=thread.metadata,
        )
        if not isinstance(json, dict):
            json = state.metadata.model_dump(mode="json", exclude_none=True)
    state.json = {key: value for key, value in json.items() if key != "items"}
    changes.append(ThreadChanged())


def put_item(state: ThreadState, delivery: Delivery, how: How, index: int, changes: list[Change]) -> None:
    """Take an item that came whole into the state."""
    report_unknown(delivery, index, changes)
    thread_id = delivery.json.get("thread_id")
    if state.id is not None and isinstance(thread_id, str) and thread_id != state.id:
        detail = f"The item belongs to thread {thread_id!r}, the stream to {state.id!r}."
        report(state, index, "wrong-thread", delivery.id, detail, changes)
    old = state.items.get(delivery.id)
    if old is None:
        _add(state, ItemState(delivery, "streaming"), changes)
    else:
        _meet(state, old, delivery, how, index, changes)
    item = state.items[delivery.id]
    if item.hidden:
        detail = "Hidden context must never be sent to a client; it is not shown."
        report(state, index, "hidden-leaked", item.id, detail, changes)
    if how != "added":
        item.status = "done"
        item.done_in = state.stream if index >= 0 else -1
        if item.drawn:
            changes.append(ItemDone(item.id))


def _add(state: ThreadState, item: ItemState, changes: list[Change]) -> None:
    state.items[item.id] = item
    if item.drawn:
        changes.append(ItemAdded(item.id, state.drawn_count))
        state.drawn_count += 1


def _meet(state: ThreadState, old: ItemState, delivery: Delivery, how: How, index: int, changes: list[Change]) -> None:
    """An item has come whose id is there already."""
    same_type = old.type == delivery.type
    if not same_type:
        detail = f"The id was that of a {old.type!r} item and is now that of a {delivery.type!r} item."
        report(state, index, "reused-id", old.id, detail, changes, once=False)
    if how == "added":
        if not old.begun_by_update:
            detail = "The item was added before."
            report(state, index, "duplicate-added", old.id, detail, changes, once=False)
        _open_again(state, old, delivery, changes)
        return
    if how == "done" and old.status == "done" and old.done_in == state.stream:
        report(state, index, "done-twice", old.id, "The item was done before.", changes, once=False)
    if same_type and how == "done":
        _finish(state, old, delivery, index, changes)
    else:
        _become(state, old, delivery, changes)


def _open_again(state: ThreadState, old: ItemState, delivery: Delivery, changes: list[Change]) -> None:
    """An `added` for an item that is there: take it, but lose no text that was shown."""
    if old.type == delivery.type == "assistant_message":
        texts = [part.text for part in old.parts]
        fits = len(texts) <= len(delivery.parts) and all(map(str.startswith, (p.text for p in delivery.parts), texts))
        if not fits:
            delivery.parts = old.parts
            old.take(delivery)
            old.touch()
        else:
            old.take(delivery)
        old.status = "streaming"
        changes.append(ItemReplaced(old.id))
    elif old.text_length <= ItemState(delivery, "streaming").text_length:
        old.status = "streaming"
        _become(state, old, delivery, changes)


def _become(state: ThreadState, old: ItemState, delivery: Delivery, changes: list[Change]) -> None:
    """Put what came in the place of what was there."""
    was_drawn = old.drawn
    old.take(delivery)
    if was_drawn and old.drawn:
        changes.append(ItemReplaced(old.id))
    elif was_drawn:
        state.drawn_count -= 1
        changes.append(ItemRemoved(old.id))
    elif old.drawn:
        place = sum(1 for item in _before(state, old) if item.drawn)
        state.drawn_count += 1
        changes.append(ItemAdded(old.id, place))


def _before(state: ThreadState, item: ItemState) -> list[ItemState]:
    items = list(state.items.values())
    return items[: items.index(item)]


def _finish(state: ThreadState, old: ItemState, delivery: Delivery, index: int, changes: list[Change]) -> None:
    """Compare the final item with what the updates had made of it: say what differs, and nothing when nothing does."""
    if old.type == "assistant_message":
        if len(delivery.parts) < len(old.parts):
            changes.append(ItemReplaced(old.id))
        else:
            for place, part in enumerate(delivery.parts):
                set_part(state, old, place, part, index, changes, final=old.status == "streaming")
    elif old.type == "widget":
        if old.widget != delivery.json.get("widget"):
            changes.append(WidgetChanged(old.id))
    elif old.type == "generated_image":
        if old.item != delivery.item:
            changes.append(ImageChanged(old.id, None))
    elif old.drawn and (old.item != delivery.item or (delivery.item is None and old.json != delivery.json)):
        changes.append(ItemReplaced(old.id))
    old.take(delivery)


def set_part(
    state: ThreadState, item: ItemState, place: int, part: Part, index: int, changes: list[Change], *, final: bool
) -> None:
    """Put a content part in its place (protocol facts, 3.4); no change is said where nothing changed.

    `final`: the part is complete, so its text should be what the deltas gave.
    """
    if place == len(item.parts):
        item.parts.append(part)
        changes.append(PartReplaced(item.id, place))
        return
    old = item.parts[place]
    item.parts[place] = part
    before, after = old.text, part.text
    if final and before and before != after:
        detail = f"The deltas of part {place} made {len(before)} characters, the final text has {len(after)}"
        detail += "." if len(before) != len(after) else ", but other ones."
        report(state, index, "delta-mismatch", item.id, detail, changes)
    if not after.startswith(before) or (old.unknown is None) != (part.unknown is None):
        changes.append(PartReplaced(item.id, place))
        return
    if len(after) > len(before):
        changes.append(TextAppended(item.id, place, after[len(before) :]))
    if old.annotations != part.annotations:
        changes.append(AnnotationsReplaced(item.id, place))


def remove_item(state: ThreadState, item: ItemState, changes: list[Change]) -> None:
    """Take an item out of the state."""
    del state.items[item.id]
    if item.drawn:
        state.drawn_count -= 1
        changes.append(ItemRemoved(item.id))
