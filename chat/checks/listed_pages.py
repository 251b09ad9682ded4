"""The pages of one list, of items or of threads, as earlier exchanges gave them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["ListedPages", "ids_on"]

Whence = Literal["given", "gone", "unknown"]


@dataclass(slots=True)
class ListedPages:
    """What is known of the list. Cost per page: its entries."""

    _first: dict[bool, tuple[str, ...]] = field(default_factory=dict)
    """The ids of the page that begins the list, as it came last: oldest first (True), or newest first."""
    _given: set[str] = field(default_factory=set)
    """What one may go on after: ids of entries, and cursors as the backend gave them."""
    _gone: set[str] = field(default_factory=set)
    """What one might have gone on after, and which is not there any more."""

    def take(self, page: dict[str, Any], *, descending: bool, after: object) -> None:
        """Take a page in. `after` is what was asked for."""
        ids = ids_on(page)
        if not after:
            self._first[not descending] = ids
        cursor = page.get("after")
        self._given.update(ids, [cursor] if isinstance(cursor, str) and cursor else [])
        self._gone.difference_update(ids)

    def forget(self, entry_id: str) -> None:
        """The entry was deleted: nothing follows it any more."""
        if entry_id in self._given:
            self._given.discard(entry_id)
            self._gone.add(entry_id)

    def begins_again(self, page: dict[str, Any], *, descending: bool) -> bool:
        """Whether a page that was asked for after something is the one that begins the list, or a piece of it."""
        first, ids = self._first.get(not descending, ()), ids_on(page)
        shared = min(len(first), len(ids))
        return shared > 0 and ids[:shared] == first[:shared]

    def whence(self, after: str) -> Whence:
        """Whether the backend has named what was asked after, has deleted it since, or never named it."""
        if after in self._given:
            return "given"
        return "gone" if after in self._gone else "unknown"


def ids_on(page: dict[str, Any]) -> tuple[str, ...]:
    """The ids of the entries of a page, as it lists them."""
    entries = page.get("data")
    found = (entry.get("id") for entry in entries if isinstance(entry, dict)) if isinstance(entries, list) else ()
    return tuple(entry_id for entry_id in found if isinstance(entry_id, str))
