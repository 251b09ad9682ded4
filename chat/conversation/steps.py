"""The events of a thread's exchanges, counted through: what one can go back and forth over."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from chat.exchanges import Exchange
from chat.protocol import Event

from .shown_thread import ShownThread

__all__ = ["Place", "Steps"]


class Place(NamedTuple):
    """Where a step is: the `taken`th (1-based) of exchange number `exchange` (0-based)."""

    exchange: int
    taken: int


NOWHERE = Place(-1, 0)
"""Before the first step."""


class Steps:
    """
    Every event of every exchange of `source`, in the order in which they were sent; an answer without events is one
    step. A position is a number of steps: 0 is before the first, `total` behind the last.

    Exchanges may still run: `refresh` counts what has come. What was counted is kept, also when `source` forgets it.
    """

    def __init__(self, source: ShownThread) -> None:
        self._source = source
        self.exchanges: list[Exchange] = []
        self._events: list[Sequence[Event]] = []
        self._counts: list[int] = []
        self._ends: list[int] = []
        """Position behind the last step of each exchange."""
        self.refresh()

    @property
    def total(self) -> int:
        """Steps there are."""
        return self._ends[-1] if self._ends else 0

    def refresh(self) -> int:
        """Count what has come. Returns the first position up to which all is as it was (steps may come in between)."""
        before = self.total
        last = self.exchanges[-1].id if self.exchanges else None
        known = [exchange.id for exchange in self._source.exchanges]
        begin = known.index(last) + 1 if last in known else 0
        for exchange in self._source.exchanges[begin:]:
            self.exchanges.append(exchange)
            self._counts.append(0)
            self._events.append(())
        unchanged = before
        for number, exchange in enumerate(self.exchanges):
            # what the source has forgotten does not become nothing
            events = self._source.events(exchange.id) or self._events[number]
            count = len(events) or (0 if exchange.running else 1)
            if count != self._counts[number] or events is not self._events[number]:
                self._events[number], old = events, self._counts[number]
                self._counts[number] = count
                if count != old and number < len(self._ends):
                    unchanged = min(unchanged, self._ends[number])
        self._ends = list(accumulate(self._counts))
        return unchanged

    def events(self, number: int) -> Sequence[Event]:
        """Events of exchange `number` as far as they are known; [] for an answer that has none."""
        return self._events[number]

    def span(self, number: int) -> tuple[int, int]:
        """The positions before the first and behind the last step of exchange `number`."""
        return self._ends[number] - self._counts[number], self._ends[number]

    def place(self, position: int) -> Place:
        """Where the step that leads to `position` is."""
        if position <= 0:
            return NOWHERE
        number = bisect_left(self._ends, position)
        return Place(number, position - self.span(number)[0])

    def next_exchange(self, position: int) -> int:
        """Number of the exchange that the step after `position` belongs to."""
        return bisect_right(self._ends, position)

    def position(self, exchange_id: str, event: int | None = None) -> int | None:
        """The position behind an event (0-based) of an exchange, or behind all of it; None when it is not counted."""
        for number, exchange in enumerate(self.exchanges):
            if exchange.id == exchange_id:
                begin, end = self.span(number)
                return end if event is None else min(begin + event + 1, end)
        return None

    def seconds(self, position: int) -> float:
        """When the step that leads to `position` came, in seconds since the first request was sent."""
        number, taken = self.place(position)
        if number < 0:
            return 0.0
        exchange, events = self.exchanges[number], self._events[number]
        at_ns = events[taken - 1].at_ns if events else exchange.ended_at_ns or 0
        return (exchange.started_at - self.exchanges[0].started_at).total_seconds() + at_ns / 1e9

    def event(self, position: int) -> Event | None:
        """The event of the step that leads to `position`; None for an answer without events."""
        number, taken = self.place(position)
        return self._events[number][taken - 1] if number >= 0 and self._events[number] else None
