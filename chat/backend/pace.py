"""How fast the scripted model speaks, and how far it may run ahead of the reader."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from re import compile as regex

__all__ = ["DEFAULT_RATE", "Pace", "pieces"]

DEFAULT_RATE = 60.0
"""Words per second."""

_AHEAD = 64
_CHARACTERS_PER_WORD = 6
_LONGEST_WAIT = 30.0
_PIECE = regex(r"\s{0,4}\S{1,5}|\s{1,4}")


def pieces(text: str) -> Iterator[str]:
    """`text` in pieces of the size of a model's tokens, some four characters each. Joined they are `text`."""
    return (match.group() for match in _PIECE.finditer(text))


class Pace:
    """The clock of one run.

    ``rate`` is in words per second; None is as fast as the reader takes it. In both cases no more than 64 deltas are
    on the way at once: what nobody reads is not produced.
    """

    def __init__(self, rate: float | None) -> None:
        if rate is not None and not rate > 0:
            raise ValueError(f"rate is words per second and must be above 0 (got {rate})")
        self.rate = rate
        self._due: float | None = None
        self._ahead = 0
        self._room = asyncio.Event()

    async def delta(self, text: str) -> None:
        """Wait until `text` is due. Every delta is to be reported with `passed` when the reader has it."""
        self._ahead += 1
        while self._ahead > _AHEAD:
            self._room.clear()
            await self._room.wait()
        await self.speak(text)

    async def speak(self, text: str) -> None:
        """Wait for as long as `text` takes to say."""
        if self.rate is None:
            return
        now = asyncio.get_running_loop().time()
        # A reader that was slow does not get a burst afterwards, and timer inaccuracy does not add up.
        due = now if self._due is None else max(self._due, now - 0.1)
        self._due = due + len(text) / _CHARACTERS_PER_WORD / self.rate
        if self._due - now > 0.002:
            await asyncio.sleep(min(self._due - now, _LONGEST_WAIT))

    def passed(self) -> None:
        """A delta has reached the reader."""
        self._ahead -= 1
        if self._ahead <= _AHEAD // 2:
            self._room.set()

    async def pause(self, seconds: float) -> None:
        """Work that takes `seconds` at the default rate, less at a higher one and no time at all without one."""
        await asyncio.sleep(0 if self.rate is None else min(seconds * DEFAULT_RATE / self.rate, _LONGEST_WAIT))
