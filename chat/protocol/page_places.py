"""Where in a thread a page of its items goes, by the ids alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

__all__ = ["PagePlaces", "cut_from"]

_Value = TypeVar("_Value")


class PagePlaces:
    """Where the pages of one thread go, whichever were asked for first.

    The newest page goes to the end; the older ones of the same walk, and those that are read from the beginning, go
    before what came from the end.
    """

    def __init__(self) -> None:
        self._end: str | None = None  # the oldest item that pages in descending order have brought

    def copy(self) -> PagePlaces:
        """Another one that knows what this one knows now."""
        other = PagePlaces()
        other._end = self._end
        return other

    def place(
        self, ids: Sequence[str], known: Mapping[str, object], *, descending: bool, after: str | None
    ) -> str | None:
        """
        The item that a page goes before; None for the end. To be asked once of every page, as it is taken.

        `ids` are the page's, as it lists them; `known` are the items at hand in their order; `after` is the cursor that
        was asked for. The page that comes with a thread is ascending, after nothing.
        """
        before = self._end
        if descending:
            before = (before or next(iter(known), None)) if after else None
            self._end = ids[-1] if ids else self._end
        return before


def cut_from(items: dict[str, _Value], item_id: str | None) -> dict[str, _Value]:
    """Take an item and all behind it out of `items`, and return them in order; nothing when it is not there."""
    cut: list[tuple[str, _Value]] = []
    if item_id in items:
        while not cut or cut[-1][0] != item_id:  # from the end: what stays is not looked at
            cut.append(items.popitem())
    return dict(reversed(cut))
