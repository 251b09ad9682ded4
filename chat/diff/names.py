"""What the ids of two recordings are called: the counterparts in both have one name, like `item#3`."""

from __future__ import annotations

from collections import Counter
from typing import Literal

__all__ = ["Names", "Noun"]

Noun = Literal["thread", "item", "call", "attachment", "image"]


class Names:
    """The names given so far. The first name that an id gets is its name."""

    def __init__(self) -> None:
        self.old: dict[str, str] = {}
        """Names of the old recording, by id."""
        self.new: dict[str, str] = {}
        self._taken: tuple[set[str], set[str]] = (set(), set())
        self._given: Counter[str] = Counter()

    def give(self, noun: Noun, old: str | None, new: str | None) -> None:
        """Call two ids by one name; None where there is no counterpart."""
        if not old and not new:
            return
        name = self.old.get(old or "") or self.new.get(new or "") or self._fresh(noun)
        for names, taken, key in zip((self.old, self.new), self._taken, (old, new), strict=True):
            if key and key not in names:
                names[key] = own = name if name not in taken else self._fresh(noun)
                taken.add(own)

    def _fresh(self, noun: Noun) -> str:
        self._given[noun] += 1
        return f"{noun}#{self._given[noun]}"
