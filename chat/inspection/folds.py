"""Rows of the event list in which the deltas of one part, one after the other, are one row that unfolds.

Found once for each event, as it comes; a page of rows then costs what is on it and what is unfolded, however long the
stream is.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from chat.inspection.gist import clean, one_line, update_type
from chat.inspection.rows import row
from chat.protocol import Event

__all__ = ["Folds", "FoldsCache", "Unfolded"]

_SLICE: Final = 2_000
"""Events looked at between two turns of the event loop."""
_GIST: Final = 160
"""Characters of a run's text that its row shows."""
_DELTAS: Final = {
    "assistant_message.content_part.text_delta": "content_index",
    "widget.streaming_text.value_delta": "component_id",
}
"""Types of updates that add text, with the field that says which part of the item grows."""

_Key = tuple[str, str]


@dataclass(slots=True)
class _Run:
    """Events shown in a row. `begin` is the place of the first among those that are shown, `first` its index."""

    begin: int
    first: int
    key: _Key | None
    last: int
    count: int = 1
    characters: int = 0
    ends_ns: int = 0
    text: str = ""


class Folds:
    """The runs among the events that are shown; goes on where it stopped when more have come."""

    def __init__(self) -> None:
        self.runs: list[_Run] = []
        self.seen = 0
        self._firsts: list[int] = []

    async def update(self, events: Sequence[Event], shown: Sequence[int]) -> None:
        """Look at those of `shown` (indices of events, ascending) that are new, in slices."""
        while self.seen < len(shown):
            self.advance(events, shown, _SLICE)
            if self.seen < len(shown):
                await asyncio.sleep(0)

    def advance(self, events: Sequence[Event], shown: Sequence[int], most: int | None = None) -> None:
        """Look at the next of them (at most `most`) in one go."""
        end = len(shown) if most is None else min(len(shown), self.seen + most)
        for place in range(self.seen, end):
            self._take(events[shown[place]], place)
        self.seen = end

    def _take(self, event: Event, place: int) -> None:
        key, delta = _delta(event)
        run = self.runs[-1] if self.runs else None
        if key is None or run is None or run.key != key:
            run = _Run(place, event.index, key, event.index, ends_ns=event.at_ns)
            self.runs.append(run)
            self._firsts.append(event.index)
        else:
            run.count += 1
            run.last, run.ends_ns = event.index, event.at_ns
        run.characters += len(delta)
        if len(run.text) <= _GIST:
            run.text += delta[: _GIST + 1]

    def holding(self, index: int) -> int | None:
        """The place of the run that holds the event with this index; None when it is not shown."""
        place = bisect_right(self._firsts, index) - 1
        return place if place >= 0 and index <= self.runs[place].last else None


class Unfolded:
    """The rows of `folds` while the runs that begin with these events are unfolded."""

    def __init__(self, folds: Folds, opened: Collection[int] = ()) -> None:
        self._folds = folds
        found = ((folds.holding(index), index) for index in opened)
        self._opened = sorted(
            place
            for place, index in found
            if place is not None and folds.runs[place].first == index and folds.runs[place].count > 1
        )

    @property
    def count(self) -> int:
        """Rows there are."""
        return len(self._folds.runs) + sum(self._folds.runs[place].count for place in self._opened)

    def rows(self, events: Sequence[Event], shown: Sequence[int], first: int, last: int) -> list[dict[str, Any]]:
        """Rows `first` to `last`."""
        return [self._row(events, shown, position) for position in range(first, min(last, self.count))]

    def position(self, shown: Sequence[int], index: int) -> tuple[int | None, int | None]:
        """Where the event with this index is, and the first event of the folded run that holds it, when one does."""
        place = self._folds.holding(index)
        if place is None:
            return None, None
        run = self._folds.runs[place]
        above = place + sum(self._folds.runs[one].count for one in self._opened if one < place)
        if run.count == 1:
            return above, None
        if place not in self._opened:
            return above, run.first
        within = bisect_right(shown, index, run.begin, run.begin + run.count) - 1 - run.begin
        return above + 1 + within, None

    def _row(self, events: Sequence[Event], shown: Sequence[int], position: int) -> dict[str, Any]:
        more = 0  # rows of unfolded runs above
        for place in self._opened:
            run, at = self._folds.runs[place], place + more
            if position <= at:
                break
            if position <= at + run.count:
                inner = events[shown[run.begin + position - at - 1]]
                return {**row(inner), "r": run.first}
            more += run.count
        place = position - more
        run = self._folds.runs[place]
        shown_row = row(events[run.first])
        if run.count == 1:
            return shown_row
        return {
            **shown_row,
            "b": events[run.last].end - events[run.first].start,
            "g": one_line(run.text),
            "n": run.count,
            "c": run.characters,
            "d": run.ends_ns - events[run.first].at_ns,
            "z": run.last,
            "o": int(place in self._opened),
        }


class FoldsCache:
    """The runs of the lists that were shown last."""

    def __init__(self, size: int = 16) -> None:
        self._size = size
        self._kept: dict[Any, Folds] = {}

    def get(self, key: Any) -> Folds:
        """Those of one list, begun when they are not there."""
        found = self._kept.pop(key, None) or Folds()
        self._kept[key] = found
        while len(self._kept) > self._size:
            del self._kept[next(iter(self._kept))]
        return found


def _delta(event: Event) -> tuple[_Key | None, str]:
    """Which part an event adds text to, and the text; None when it does nothing else or is not valid."""
    if event.type != "thread.item.updated" or not event.valid:
        return None, ""
    kind = update_type(event)
    if (field := _DELTAS.get(kind)) is None:
        return None, ""
    document = event.json
    if not isinstance(document, dict):
        return None, ""
    update = document["update"]  # it is valid
    text = clean(update["delta"])
    return (str(document.get("item_id")), f"{kind} {update.get(field)}"), text
