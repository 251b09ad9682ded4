"""What changes a thread outside its streams: history, answers, and what the client does itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from chatkit.types import Page, Thread, ThreadItem
from pydantic import ValidationError

from .adapters import adapter
from .arrivals import put_item, remove_item, take_thread
from .changes import Change, ItemReplaced, OptionsChanged, ProgressChanged, ThreadChanged
from .items import Delivery, deliver, understand_item
from .page_places import cut_from
from .state import ItemState, ThreadState
from .widget_tree import copy_json

__all__ = [
    "complete_tool_call",
    "end_stream",
    "load_page",
    "load_thread",
    "put_after",
    "put_before",
    "rename_thread",
    "truncate_after",
    "upsert_item",
]


def load_thread(state: ThreadState, thread: Thread | dict[str, Any], before: str | None = None) -> list[Change]:
    """Take what `threads.get_by_id` answered: metadata, and the first page of items (protocol facts, 3.6).

    As JSON it keeps what the SDK's types do not know (a card's border); as a `Thread` that is lost already. Its
    items go where `load_page` puts them.
    """
    changes: list[Change] = []
    if isinstance(thread, Thread):
        take_thread(state, thread, None, changes)
        return changes + load_page(state, thread.items, before=before)
    json = copy_json(thread)
    page = json.get("items")
    try:
        typed = adapter(Thread).validate_python({**json, "items": {"data": []}})
    except ValidationError:
        typed = None
    take_thread(state, typed, json, changes)
    return changes + (load_page(state, page, before=before) if isinstance(page, dict) else [])


def load_page(
    state: ThreadState,
    page: Page[ThreadItem] | dict[str, Any],
    order: Literal["asc", "desc"] = "asc",
    before: str | None = None,
) -> list[Change]:
    """Take one page of `items.list`, listed in this `order`.

    Its items come before the item `before` (see `PagePlaces`), and without it behind those at hand, oldest first. Items
    that are at hand keep their place, and become what the page says.
    """
    deliveries = _deliveries(page)
    if order == "desc":
        deliveries.reverse()
    new = [delivery for delivery in deliveries if delivery.id not in state.items]
    old = [delivery for delivery in deliveries if delivery.id in state.items]
    later = cut_from(state.items, before)
    state.drawn_count -= sum(item.drawn for item in later.values())
    changes = [change for delivery in new for change in _put(state, delivery)]
    state.items |= later
    state.drawn_count += sum(item.drawn for item in later.values())
    return changes + [change for delivery in old for change in _put(state, delivery)]


def put_before(state: ThreadState, items: Iterable[ItemState]) -> None:
    """Put items in front of those at hand; those that are at hand stay as they are."""
    older = {item.id: item for item in items if item.id not in state.items}
    state.items = {**older, **state.items}
    state.drawn_count += sum(item.drawn for item in older.values())


def put_after(state: ThreadState, behind: Mapping[str | None, Sequence[ItemState]]) -> None:
    """Put items behind those with the given ids, None for the very first place; none of them may be at hand."""
    together = list(behind.get(None, ()))
    for item in state.items.values():
        together += [item, *behind.get(item.id, ())]
    state.items = {item.id: item for item in together}
    state.drawn_count = sum(item.drawn for item in together)


def upsert_item(state: ThreadState, item: ThreadItem | dict[str, Any]) -> list[Change]:
    """Put in an item that came outside a stream (3.17: `updated_item` of a synchronous action), finished."""
    delivery = understand_item(copy_json(item)) if isinstance(item, dict) else deliver(item, None)
    return [] if delivery is None else _put(state, delivery)


def rename_thread(state: ThreadState, title: str | None) -> list[Change]:
    """Give the thread the title that `threads.update` has answered; nothing else of it changes."""
    if state.id is None or state.title == title:
        return []
    state.json = {**state.json, "title": title}
    if state.metadata is not None:
        state.metadata = state.metadata.model_copy(update={"title": title})
    return [ThreadChanged()]


def truncate_after(state: ThreadState, item_id: str) -> list[Change]:
    """Drop every item after this one, as a retry does on the server without saying so (3.5)."""
    changes: list[Change] = []
    if item_id in state.items:
        later = list(state.items.values())
        while later[-1].id != item_id:
            remove_item(state, later.pop(), changes)
    return changes


def complete_tool_call(state: ThreadState, item_id: str, output: Any) -> list[Change]:
    """Mark a client tool call completed: the server does not send it again (3.7)."""
    item = state.items.get(item_id)
    if item is None or item.type != "client_tool_call":
        return []
    item.override(status="completed", output=output)
    return [ItemReplaced(item_id)]


def end_stream(state: ThreadState) -> list[Change]:
    """The stream has ended, well or not: its progress line and its options go (3.13). Items stay as they are (3.15)."""
    changes: list[Change] = []
    if state.progress is not None:
        state.progress = None
        changes.append(ProgressChanged(None, None))
    if state.allow_cancel:
        changes.append(OptionsChanged(False))
    state.allow_cancel = None
    return changes


def _deliveries(page: Page[ThreadItem] | dict[str, Any]) -> list[Delivery]:
    if isinstance(page, Page):
        return [deliver(item, None) for item in page.data]
    data = page.get("data")
    found = [understand_item(copy_json(json)) for json in data] if isinstance(data, list) else []
    return [delivery for delivery in found if delivery is not None]


def _put(state: ThreadState, delivery: Delivery) -> list[Change]:
    changes: list[Change] = []
    put_item(state, delivery, "replaced" if delivery.id in state.items else "done", changes)
    return changes
