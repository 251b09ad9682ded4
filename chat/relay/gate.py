"""
Step mode: what has come from the backend waits, and goes on one event at a time.

A `Gate` belongs to a session. Each answer goes through it on a `Line` of its own, which takes the body apart at the
ends of its events and lets it pass in the order in which it came. An open gate costs one comparison for each piece.
"""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Awaitable, Callable

__all__ = ["HELD_AT_MOST", "Deliver", "Gate", "Line"]

HELD_AT_MOST = 8 * 2**20
"""Bytes of one answer that wait at a gate; then its backend is made to wait."""

_END_OF_EVENT = re.compile(rb"\n\r?\n|\r\r\n?")
_DATA = re.compile(rb"(?:\A|[\r\n])data")
_OVERLAP = 2
"""Bytes before a piece in which the end of an event may have begun."""

Deliver = Callable[[int, bytes], Awaitable[None]]
"""Takes a piece of a body that goes on, with the time at which it came."""


class Gate:
    """Open, or holding. What is held is let go oldest first, whichever answer it belongs to."""

    def __init__(self, changed: Callable[[], None] = lambda: None) -> None:
        """`changed` is called when `holding` or `held` is different."""
        self._holding = False
        self._lines: set[Line] = set()
        self._waiting: deque[Line] = deque()
        """A line for each of its events that are held, in the order in which these came."""
        self._changed = changed

    @property
    def holding(self) -> bool:
        """Whether what comes is held."""
        return self._holding

    @property
    def held(self) -> int:
        """Events that wait, and answers that are no streams, which wait as one."""
        return len(self._waiting)

    def hold(self) -> None:
        """Hold what comes from now on."""
        self._holding = True
        self._changed()

    def release(self, count: int = 1) -> None:
        """Let the oldest `count` go on."""
        for _ in range(min(count, len(self._waiting))):
            self._waiting.popleft().let_go()
        self._changed()

    def open(self) -> None:
        """Let all go on, and hold nothing any more."""
        self._holding = False
        self._waiting.clear()
        for line in self._lines:
            line.let_all_go()
        self._changed()

    def line(self, deliver: Deliver, *, whole: bool) -> Line:
        """The way of one answer to `deliver`; `whole`: it is no stream of events, and is held as one."""
        line = Line(self, deliver, whole)
        self._lines.add(line)
        return line

    def arrived(self, line: Line) -> None:
        """An event of this line waits."""
        self._waiting.append(line)
        self._changed()

    def left(self, line: Line) -> None:
        """This line is over."""
        self._lines.discard(line)
        if line in self._waiting:
            self._waiting = deque(one for one in self._waiting if one is not line)
            self._changed()


class Line:
    """One answer's way through a gate. Whoever reads the answer awaits `take` for each piece, and `end`."""

    def __init__(self, gate: Gate, deliver: Deliver, whole: bool) -> None:
        self._gate = gate
        self._deliver = deliver
        self._whole = whole
        self._open: list[tuple[int, bytes]] = []
        """The pieces of an event whose end has not come."""
        self._seen = b""
        """The last bytes of these."""
        self._events: deque[list[tuple[int, bytes]]] = deque()
        self._bytes = 0
        """In `_open` and `_events`."""
        self._free = 0
        """How many of `_events` may go on."""
        self._may_go = asyncio.Event()
        self._gone = asyncio.Event()
        self._mover: asyncio.Task[None] | None = None

    async def take(self, at_ns: int, data: bytes) -> None:
        """A piece has come. Returns when the next may be read; raises what `deliver` raises."""
        if not self._gate.holding and not self._bytes:
            await self._deliver(at_ns, data)
            return
        self._bytes += len(data)
        self._sort(at_ns, data)
        if not self._gate.holding:
            self.let_all_go()
        while self._bytes > HELD_AT_MOST:
            if not self._events:
                self._close()
            await self._one_gone()

    async def end(self) -> None:
        """Nothing more comes. Returns when all has gone on."""
        if not self._gate.holding:
            self.let_all_go()
        elif self._whole or self._has_data():
            self._close()
        elif self._open and self._events:
            self._events[-1] += self._open
        elif self._open:
            self.let_all_go()
        while self._bytes:
            await self._one_gone()

    def drop(self) -> None:
        """All has gone on, or nobody wants the rest."""
        self._gate.left(self)
        if self._mover is not None:
            self._mover.cancel()

    def let_go(self) -> None:
        """The oldest event that is held may go on."""
        self._free += 1
        self._may_go.set()

    def let_all_go(self) -> None:
        """All that has come may go on, the beginning of an event included."""
        if self._open:
            self._events.append(self._open)
            self._open, self._seen = [], b""
        self._free = len(self._events)
        self._may_go.set()

    def _sort(self, at_ns: int, data: bytes) -> None:
        if self._mover is None:
            self._mover = asyncio.create_task(self._move(), name="held events")
        begin = 0
        if not self._whole:
            looked_at = self._seen + data
            before = len(self._seen)
            for found in _END_OF_EVENT.finditer(looked_at):
                if (end := found.end() - before) > begin:
                    self._open.append((at_ns, data[begin:end]))
                    begin = end
                    # What only keeps the connection alive is no step of its own.
                    if self._has_data():
                        self._close()
        if begin < len(data):
            self._open.append((at_ns, data[begin:]))
        self._seen = (self._seen + data)[-_OVERLAP:]

    def _close(self) -> None:
        """What is open is all of an event."""
        if self._open:
            self._events.append(self._open)
            self._open = []
            if self._gate.holding:
                self._gate.arrived(self)

    def _has_data(self) -> bool:
        return _DATA.search(b"".join(piece for _, piece in self._open)) is not None

    async def _move(self) -> None:
        while True:
            while not (self._free and self._events):
                self._may_go.clear()
                await self._may_go.wait()
            self._free -= 1
            event = self._events.popleft()
            for at_ns, data in event:
                await self._deliver(at_ns, data)
            self._bytes -= sum(len(data) for _, data in event)
            self._gone.set()

    async def _one_gone(self) -> None:
        assert self._mover is not None
        self._gone.clear()
        gone = asyncio.ensure_future(self._gone.wait())
        await asyncio.wait({gone, self._mover}, return_when=asyncio.FIRST_COMPLETED)
        gone.cancel()
        if self._mover.done():
            self._mover.result()
