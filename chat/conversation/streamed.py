"""What streams have brought into a thread, kept to be compared with what is stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chat.checks.comparison import comparable
from chat.protocol import Change, ItemRemoved, ItemState, ThreadState

__all__ = ["MESSAGES", "StreamedItems"]

MESSAGES = ("user_message", "assistant_message")
"""Items that nobody continues in a later turn, nor behind the scenes."""


class StreamedItems:
    """The items of a thread that came in streams, as they stood at the end of their turn."""

    def __init__(self) -> None:
        self._items: dict[str, ItemState] = {}
        self._done: dict[str, None] = {}
        self._again: set[str] = set()
        self._stored: set[str] = set()

    def turn_over(self, state: ThreadState, changed: Iterable[str], done: Iterable[str]) -> None:
        """A turn has `changed` these items, in their order, and has `done` these."""
        for item_id in changed:
            item = state.items.get(item_id)
            if item is None:
                self.forget(item_id)
                continue
            if item_id in self._items and item.type in MESSAGES:
                self._again.add(item_id)  # an id that was used twice: a rule of its own
            self._stored.discard(item_id)
            self._items[item_id] = item
        self._done.update(dict.fromkeys(done))

    def follow(self, state: ThreadState, changes: Iterable[Change]) -> None:
        """Items were changed here, by what the backend has answered: so they must be stored."""
        for change in changes:
            item_id = getattr(change, "item_id", None)
            if item_id in self._items:
                if isinstance(change, ItemRemoved):
                    self.forget(item_id)
                elif item_id in state.items:
                    self._items[item_id] = state.items[item_id]

    def forget(self, item_id: str) -> None:
        """An item need not be stored, or not as it is."""
        self._items.pop(item_id, None)
        self._done.pop(item_id, None)

    def seen_stored(self, ids: Iterable[str]) -> None:
        """These were found in the store as they were streamed."""
        self._stored.update(ids)

    def was_stored(self, item_id: str) -> bool:
        """Whether an item was once found in the store as it was streamed: what differs now was changed since."""
        return item_id in self._stored

    def __contains__(self, item_id: object) -> bool:
        return item_id in self._items

    def __bool__(self) -> bool:
        return bool(self._items)

    def must_be_stored(self, thread_id: str | None) -> Iterator[ItemState]:
        """Finished items that are drawn, in the order in which they came."""
        for item in self._items.values():
            if item.drawn and item.status == "done" and item.id not in self._again and comparable(item, thread_id):
                yield item

    @property
    def finished(self) -> list[str]:
        """Ids of the items in the order in which they were done."""
        return list(self._done)
