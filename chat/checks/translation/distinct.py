"""An id of its own for every item of a stream that is proposed: pasted, no item overwrites another."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

__all__ = ["distinct"]


def distinct(events: Iterable[Any], taken: Collection[str]) -> tuple[list[Any], dict[str, str]]:
    """
    The events, items that carry another one's id given one of their own; and the old ids by the new.

    `taken` are ids of the thread's earlier items. Items that are no messages may go on in a later turn and keep theirs.
    """
    naming = _Naming(taken)
    return [naming.renamed(event) for event in events], naming.old


class _Naming:
    def __init__(self, taken: Collection[str]) -> None:
        self.old: dict[str, str] = {}
        self._taken = taken
        self._now: dict[str, str] = {}
        """What an id stands for just now, where it was changed."""
        self._kinds: dict[str, str] = {}
        """Types of this stream's items, by the ids they have now."""
        self._done: set[str] = set()

    def renamed(self, event: Any) -> Any:
        kind = event.type
        if kind in ("thread.item.added", "thread.item.done"):
            item = event.item
            name = self._name(item.id, item.type, added=kind == "thread.item.added")
            if kind == "thread.item.done":
                self._done.add(name)
            return _with_item(event, name)
        if kind == "thread.item.replaced":
            return _with_item(event, self._now.get(event.item.id, event.item.id))
        if kind in ("thread.item.updated", "thread.item.removed"):
            name = self._now.get(event.item_id, event.item_id)
            return event if name == event.item_id else event.model_copy(update={"item_id": name})
        return event

    def _name(self, item_id: str, kind: str, *, added: bool) -> str:
        name = self._now.get(item_id, item_id)
        known = self._kinds.get(name)
        if known is None:
            another = item_id in self._taken and kind.endswith("_message")
        else:
            # the same item goes on, unless it is of another type, or begins once more
            another = known != kind or (added and name in self._done)
        if another:
            name = self._now[item_id] = self._free(item_id)
            self.old[name] = item_id
        self._kinds[name] = kind
        return name

    def _free(self, item_id: str) -> str:
        number = 2
        while (name := f"{item_id}_{number}") in self._taken or name in self._kinds:
            number += 1
        return name


def _with_item(event: Any, name: str) -> Any:
    """The event, its item under this id."""
    item = event.item
    return event if name == item.id else event.model_copy(update={"item": item.model_copy(update={"id": name})})
