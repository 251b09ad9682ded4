"""What every event changes of a case, and a quick way for text deltas, which come by the hundred thousand."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from chat.protocol.deltas import DeltaShape
    from chat.protocol.events import Event, SmallEvent

__all__ = ["Flow"]

_SAMPLED_FIRST, _SAMPLED_EVERY = 20, 1000


class Flow:
    """How far the events of one body have come.

    A run is text deltas of one content part, one behind the other. What was found of the part at its first one holds
    until something else comes, so that the others are only counted and kept: a delta costs about half a microsecond.
    """

    __slots__ = ("_between", "_pieces", "_shape", "_text", "last", "longest", "quiet_deltas")

    def __init__(self) -> None:
        self.last: Event | None = None
        self.longest = 0
        """Bytes of the longest event."""
        self.quiet_deltas = 0
        """Text deltas that continue an open message, those included that are judged as a sample."""
        self._between: array[int] = array("Q")  # where stretches begin and end, by turns, that are part of no event
        self._pieces: list[str] | None = None
        self._text: tuple[str, type, int] | None = None
        self._shape: DeltaShape | None = None

    def take(self, event: Event) -> None:
        """Take the place of any event in."""
        start, end = event.start, event.end
        before = 0 if self.last is None else self.last.end
        if start != before:
            self._between.extend((before, start))
        if end - start > self.longest:
            self.longest = end - start
        self.last = event

    def beside(self, size: int) -> Iterator[tuple[int, int]]:
        """Where the stretches of the body begin and end that are part of no event; `size` bytes have come of it."""
        places = iter(self._between)
        yield from zip(places, places, strict=True)
        end = 0 if self.last is None else self.last.end
        if end < size:
            yield end, size

    def counts(self) -> bool:
        """Count a text delta that continues an open message. Whether it may go by: a few are judged as a sample."""
        count = self.quiet_deltas = self.quiet_deltas + 1
        return count > _SAMPLED_FIRST and count % _SAMPLED_EVERY > 0

    def begin(self, item_id: str, update: Any, pieces: list[str]) -> None:
        """A run: deltas like `update` are pieces of the same text."""
        self._text, self._shape = (item_id, type(update), update.content_index), None
        self._pieces = pieces

    def stop(self) -> None:
        """Something else has come: what was found of the part need not hold any longer."""
        self._pieces = None

    def go_on(self, run: Sequence[Event]) -> int:
        """Take in a run, or its first events as long as they are deltas that go on. Returns how many they are: those
        end before one of the sample."""
        pieces = self._pieces
        if pieces is None:
            return 0
        from chat.protocol.events import (
            SmallEvent,
        )  # the catalogue of rules needs none of the SDK's types, which are slow

        if type(run[0]) is not SmallEvent:
            return 0  # a run of one
        deltas = cast("Sequence[SmallEvent]", run)[: _SAMPLED_EVERY - 1 - self.quiet_deltas % _SAMPLED_EVERY]
        shape = self._shape
        texts = [event.delta for event in deltas if event.shape is shape]
        if len(texts) < len(deltas):
            fits = [event.shape.text == self._text for event in deltas]
            deltas = deltas[: fits.index(False)] if False in fits else deltas
            texts = [event.delta for event in deltas]
            self._shape = deltas[-1].shape if deltas else None
        if not deltas:
            return 0
        self.quiet_deltas += len(deltas)
        pieces += texts
        sizes = [event.end - event.start for event in deltas]
        place = 0 if self.last is None else self.last.end
        if place + sum(sizes) == deltas[-1].end and max(sizes) <= self.longest:
            self.last = deltas[-1]
        else:
            for event in deltas:
                self.take(event)
        return len(deltas)
