"""What happens when an item or a thread arrives whole: in a stream, in a page, or in an answer.

Here is what the protocol leaves open (protocol facts, 3.18), decided once: an arrival is an upsert, and what was
shown is not lost to an `added`. What is wrong with an arrival is not said here: that is for rules, which judge events.
"""

from __future__ import annotations

from typing import Any, Literal

from chatkit.types import Thread, ThreadMetadata

from .changes import (
    AnnotationsReplaced,
    Change,
    ImageChanged,
    ItemAdded,
    ItemDone,
    ItemRemoved,
    ItemReplaced,
    PartReplaced,
    TextAppended,
    ThreadChanged,
    WidgetChanged,
)
from .items import Delivery, Part
from .state import ItemState, ThreadState

__all__ = ["How", "put_item", "remove_item", "set_part", "take_thread"]

How = Literal["added", "done", "replaced"]


def take_thread(state: ThreadState, thread: Thread | None, json: Any, changes: list[Change]) -> None:
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


def put_item(state: ThreadState, delivery: Delivery, how: How, changes: list[Change]) -> None:
    """Take an item that came whole into the state."""
    old = state.items.get(delivery.id)
    if old is None:
        _add(state, ItemState(delivery, "streaming"), changes)
    else:
        _meet(state, old, delivery, how, changes)
    item = state.items[delivery.id]
    if how != "added":
        item.status = "done"
        if item.drawn:
            changes.append(ItemDone(item.id))


def _add(state: ThreadState, item: ItemState, changes: list[Change]) -> None:
    state.items[item.id] = item
    if item.drawn:
        changes.append(ItemAdded(item.id, state.drawn_count))
        state.drawn_count += 1


def _meet(state: ThreadState, old: ItemState, delivery: Delivery, how: How, changes: list[Change]) -> None:
    """An item has come whose id is there already."""
    if how == "added":
        _open_again(state, old, delivery, changes)
    elif how == "done" and old.type == delivery.type:
        _finish(old, delivery, changes)
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


def _finish(old: ItemState, delivery: Delivery, changes: list[Change]) -> None:
    """Compare the final item with what the updates had made of it: say what differs, and nothing when nothing does."""
    if old.type == "assistant_message":
        if len(delivery.parts) < len(old.parts):
            changes.append(ItemReplaced(old.id))
        else:
            for place, part in enumerate(delivery.parts):
                set_part(old, place, part, changes)
    elif old.type == "widget":
        if old.widget != delivery.json.get("widget"):
            changes.append(WidgetChanged(old.id))
    elif old.type == "generated_image":
        if old.item != delivery.item:
            changes.append(ImageChanged(old.id, None))
    elif old.drawn and (old.item != delivery.item or (delivery.item is None and old.json != delivery.json)):
        changes.append(ItemReplaced(old.id))
    old.take(delivery)


def set_part(item: ItemState, place: int, part: Part, changes: list[Change]) -> None:
    """Put a content part in its place (protocol facts, 3.4); no change is said where nothing changed."""
    if place == len(item.parts):
        item.parts.append(part)
        changes.append(PartReplaced(item.id, place))
        return
    old = item.parts[place]
    item.parts[place] = part
    before, after = old.text, part.text
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
