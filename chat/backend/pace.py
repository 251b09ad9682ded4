"""How fast the scripted model speaks, and how far it may run ahead of the reader."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from re import compile as regex

__all__ = ["DEFAULT_RATE", "Pace", "piece_count", "pieces"]

DEFAULT_RATE = 60.0
"""Words per second."""

_AHEAD = 64
_TOGETHER = 16
_TICK_FOR_EACH = 0.001
_LONGEST_TICK = 0.05
_CHARACTERS_PER_WORD = 6
_LONGEST_WAIT = 30.0
_PIECE = regex(r"\s{0,4}\S{1,5}|\s{1,4}")


def pieces(text: str) -> Iterator[str]:
    """`text` in pieces of the size of a model's tokens, some four characters each. Joined they are `text`."""
    return (match.group() for match in _PIECE.finditer(text))


def piece_count(text: str) -> int:
    """How many pieces `text` is in."""
    return sum(1 for _ in _PIECE.finditer(text))


class Pace:
    """The clock of one run.

    ``rate`` is in words per second; None is as fast as the reader takes it. In both cases no more than 64 deltas are
    on the way at once: what nobody reads is not produced.

    ``company`` says how many runs there are. The more of them, the more of what is due within some milliseconds, at
    most 50, is handed over together: a hundred readers at a hundred deltas a second cost a fifth of what they would.
    """

    def __init__(self, rate: float | None, company: Callable[[], int] = lambda: 1) -> None:
        if rate is not None and not rate > 0:
            raise ValueError(f"rate is words per second and must be above 0 (got {rate})")
        self.rate = rate
        self._company = company
        self._due: float | None = None
        self._ahead = 0
        self._room = asyncio.Event()

    async def deltas(self, text: str, stops: Iterable[int] = ()) -> AsyncIterator[str]:
        """`text` in `pieces`, one or several at a time, when they are due. At each offset of `stops` something comes
        between: nothing is handed over together across it. What came is to be reported with `passed`."""
        waiting = deque(sorted(stops))
        held: list[str] = []
        said, begins = 0, 0.0
        for piece in pieces(text):
            due = self._next_due(piece)
            begins = begins if held else due
            held.append(piece)
            said += len(piece)
            stopped = False
            while waiting and waiting[0] <= said:
                waiting.popleft()
                stopped = True
            if stopped or len(held) == _TOGETHER or not self._more_is_due(begins):
                await self._hand_over(len(held), due)
                yield "".join(held)
                held.clear()
        if held:
            await self._hand_over(len(held), begins)
            yield "".join(held)

    async def speak(self, text: str) -> None:
        """Wait for as long as `text` takes to say."""
        await self._until(self._next_due(text))

    def passed(self, count: int = 1) -> None:
        """So many pieces have reached the reader."""
        self._ahead -= count
        if self._ahead <= _AHEAD // 2:
            self._room.set()

    async def pause(self, seconds: float) -> None:
        """Work that takes `seconds` at the default rate, less at a higher one and no time at all without one."""
        await asyncio.sleep(0 if self.rate is None else min(seconds * DEFAULT_RATE / self.rate, _LONGEST_WAIT))

    async def _hand_over(self, count: int, due: float) -> None:
        self._ahead += count
        while self._ahead > _AHEAD:
            self._room.clear()
            await self._room.wait()
        await self._until(due)

    def _more_is_due(self, begins: float) -> bool:
        """Whether the next piece is due as well, or so soon after `begins` that it can be waited for."""
        if self.rate is None:
            return True
        assert self._due is not None
        within = min(_LONGEST_TICK, _TICK_FOR_EACH * (self._company() - 1))
        return self._due <= asyncio.get_running_loop().time() or self._due - begins < within

    def _next_due(self, text: str) -> float:
        """When `text` is due, which moves the clock on by as long as it takes to say."""
        if self.rate is None:
            return 0.0
        now = asyncio.get_running_loop().time()
        # A reader that was slow does not get a burst afterwards, and timer inaccuracy does not add up.
        due = now if self._due is None else max(self._due, now - 0.1)
        self._due = due + len(text) / _CHARACTERS_PER_WORD / self.rate
        return due

    async def _until(self, due: float) -> None:
        if self.rate is not None and (left := due - asyncio.get_running_loop().time()) > 0.002:
            await asyncio.sleep(min(left, _LONGEST_WAIT))
