"""Event rows and the filter over them, made so that a stream of 20,000 events costs what is on screen."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from chat.inspection.gist import clean, family, gist, label, update_type
from chat.protocol import Event

__all__ = ["EventFilter", "Matches", "MatchesCache", "parse_filter", "row"]

_SLICE: Final = 2_000
"""Events matched between two turns of the event loop: some 10 ms."""


def row(event: Event) -> dict[str, Any]:
    """One row of the list: short keys, because some hundred go over the wire at a time.

    `i` index, `t` nanoseconds since the request, `b` bytes on the wire, `y` type, `x` and `l` the two pieces of its
    label, `g` gist, `f` family, `v` 1 when valid, `p` the first problem in words (invalid events only).
    """
    front, name = label(event)
    fields: dict[str, Any] = {
        "i": event.index,
        "t": event.at_ns,
        "b": event.end - event.start,
        "y": clean(event.type),
        "x": front,
        "l": name,
        "g": gist(event),
        "f": family(event),
        "v": int(event.valid),
    }
    if not event.valid:
        problem = event.problems[0] if event.problems else None
        fields["p"] = f"{problem.path}: expected {problem.expected}, got {problem.got}" if problem else "invalid"
    return fields


@dataclass(frozen=True)
class EventFilter:
    """Which events to show. All `words` must occur, no `without` may, `types` must each be part of the type."""

    words: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    only_invalid: bool = False

    @property
    def passes_all(self) -> bool:
        """Whether it lets everything through."""
        return not (self.words or self.without or self.types or self.only_invalid)

    def passes(self, event: Event) -> bool:
        """Whether the event is shown."""
        if self.only_invalid and event.valid:
            return False
        if self.types:
            kind = f"{event.type} {update_type(event)}".casefold()
            if not all(part in kind for part in self.types):
                return False
        raw = event.raw.casefold()
        # the gist is looked at too: JSON may write ü as \\u00fc, and people search for what they see
        shown = gist(event).casefold() if "\\u" in raw or not raw.isascii() else ""
        if not all(word in raw or word in shown for word in self.words):
            return False
        return not any(word in raw or word in shown for word in self.without)


def parse_filter(text: str, only_invalid: bool = False) -> EventFilter:
    """Read the filter box: words that must all occur, `-word` must not, `type:word` must be part of the type."""
    words, without, types = [], [], []
    for word in text.casefold()[:500].split():
        if word.startswith("type:"):
            types.append(word.removeprefix("type:"))
        elif word.startswith("-") and len(word) > 1:
            without.append(word[1:])
        else:
            words.append(word)
    return EventFilter(tuple(words), tuple(without), tuple(types), only_invalid)


@dataclass
class Matches:
    """Indices of the events that pass a filter; goes on from where it stopped when events were added."""

    wanted: EventFilter
    indices: list[int] = field(default_factory=list)
    seen: int = 0

    async def update(self, events: Sequence[Event]) -> None:
        """Look at the events not seen yet, in slices, so that the event loop stays free."""
        while self.seen < len(events):
            self.advance(events, _SLICE)
            if self.seen < len(events):
                await asyncio.sleep(0)

    def advance(self, events: Sequence[Event], most: int | None = None) -> None:
        """Look at the next events (at most `most`) in one go."""
        end = len(events) if most is None else min(len(events), self.seen + most)
        self.indices.extend(i for i in range(self.seen, end) if self.wanted.passes(events[i]))
        self.seen = end


class MatchesCache:
    """The matches of the filters used last, so that scrolling in a filtered list does not match again."""

    def __init__(self, size: int = 16) -> None:
        self._size = size
        self._kept: OrderedDict[tuple[str, EventFilter], Matches] = OrderedDict()

    def get(self, exchange_id: str, wanted: EventFilter) -> Matches:
        """Matches of one filter on one exchange, begun when they are not there."""
        key = (exchange_id, wanted)
        found = self._kept.pop(key, None) or Matches(wanted)
        self._kept[key] = found
        while len(self._kept) > self._size:
            self._kept.popitem(last=False)
        return found
