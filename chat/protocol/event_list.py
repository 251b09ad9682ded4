"""The events of one exchange, kept small: what can be read again from the body is not kept beside it."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol, overload

from .events import Event, SmallEvent
from .framing import SSEStream

__all__ = ["EventList"]

_UPDATED = "thread.item.updated"


class _Body(Protocol):
    """An exchange, as far as it is needed here: its body may grow at its end."""

    @property
    def chunks(self) -> Sequence[tuple[int, bytes]]: ...


class EventList(Sequence[Event]):
    """
    A list of an exchange's events that costs 24 bytes for each small one, and nothing in garbage collection.

    Small events are those of text deltas, which come by the hundred thousand: of them only the places are kept, and an
    `Event` is made anew whenever somebody asks. All others, and the last one, are the objects that were appended.
    """

    __slots__ = ("_at_ns", "_body", "_ends", "_kept", "_last", "_size", "_starts", "_stops")

    def __init__(self, body: _Body, events: Iterable[Event] = ()) -> None:
        self._body = body
        self._kept: dict[int, Event] = {}
        self._last: Event | None = None
        self._starts, self._stops, self._at_ns = array("Q"), array("Q"), array("q")
        self._ends = array("Q")  # where the body's chunks end
        self._size = 0
        for event in events:
            self.append(event)

    def append(self, event: Event) -> None:
        """Take the next event."""
        if type(event) is not SmallEvent or not self._covers(event.end):
            self._kept[len(self._starts)] = event
        self._starts.append(event.start)
        self._stops.append(event.end)
        self._at_ns.append(event.at_ns)
        self._last = event

    def extend(self, events: Iterable[Event]) -> None:
        """Take the next ones."""
        run = list(events)
        if run and self._covers(run[-1].end) and all(type(event) is SmallEvent for event in run):
            self._starts.extend([event.start for event in run])
            self._stops.extend([event.end for event in run])
            self._at_ns.extend([event.at_ns for event in run])
            self._last = run[-1]
            return
        for event in run:
            self.append(event)

    def upto(self, count: int) -> EventList:
        """The first `count` of them, as a list that grows by itself: copies their places, and makes no event."""
        other = EventList(self._body)
        other._kept = {index: event for index, event in self._kept.items() if index < count}
        other._starts, other._stops = self._starts[:count], self._stops[:count]
        other._at_ns, other._ends, other._size = self._at_ns[:count], self._ends[:], self._size
        return other

    def others(self) -> list[Event]:
        """All events but the small ones, in their order: costs nothing for those."""
        return list(self._kept.values())

    def __len__(self) -> int:
        return len(self._starts)

    @overload
    def __getitem__(self, place: int) -> Event: ...
    @overload
    def __getitem__(self, place: slice) -> list[Event]: ...
    def __getitem__(self, place: int | slice) -> Event | list[Event]:
        count = len(self._starts)
        if isinstance(place, slice):
            return [self._event(index) for index in range(*place.indices(count))]
        index = place + count if place < 0 else place
        if not 0 <= index < count:
            raise IndexError(place)
        return self._event(index)

    def __iter__(self) -> Iterator[Event]:
        index = 0
        while index < len(self._starts):  # it may grow meanwhile, as a list may
            yield self._event(index)
            index += 1

    def _event(self, index: int) -> Event:
        if self._last is not None and index == len(self._starts) - 1:
            return self._last
        kept = self._kept.get(index)
        if kept is not None:
            return kept
        return _ReadAgain(index, self._at_ns[index], self._starts[index], self._stops[index], self)

    def _covers(self, end: int) -> bool:
        """Whether the body's chunks reach so far."""
        while self._size < end and len(self._ends) < len(self._body.chunks):
            self._size += len(self._body.chunks[len(self._ends)][1])
            self._ends.append(self._size)
        return end <= self._size

    def data(self, start: int, end: int) -> str:
        """The data of the message that stands at this place of the body."""
        number = bisect_right(self._ends, start)
        place = self._ends[number - 1] if number else 0
        found = []
        while place < end:
            chunk = self._body.chunks[number][1]
            found.append(chunk[max(0, start - place) : end - place])
            place, number = place + len(chunk), number + 1
        block = b"".join(found)
        if block.startswith(b"data: ") and block.endswith(b"\n\n"):
            line = block[6:-2]
            if b"\n" not in line and b"\r" not in line:
                return line.decode("utf-8", "replace")
        stream = SSEStream()
        # a byte order mark counts at the beginning of a body only; a CR at the end waits for what follows
        return stream.feed(b"\n" + block + b"\n", 0)[0].data


class _ReadAgain(Event):
    """A small event whose data is read from the body when somebody asks."""

    __slots__ = ("_list",)

    def __init__(self, index: int, at_ns: int, start: int, end: int, events: EventList) -> None:
        super().__init__(index, _UPDATED, "", at_ns, start, end, "", None, (), True)
        self._list = events

    @property
    def raw(self) -> str:
        """The message's data as it came."""
        return self._list.data(self.start, self.end)
