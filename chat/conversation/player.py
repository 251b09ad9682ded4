"""Plays a thread that is shown as it was: its events come again, in their time or faster."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from .time_travel import PastThread

__all__ = ["AT_ONCE", "LONGEST_SILENCE", "Player"]

AT_ONCE: Final = 0.0
"""The speed that waits for nothing."""
LONGEST_SILENCE: Final = 2.0
"""Seconds of recorded silence that are kept; what is longer is shortened to this."""
_LATE: Final = 0.25
"""Seconds behind the clock from which on the clock is set again: nothing is rushed to make up for a halt."""


class Player:
    """
    Takes the steps of `past` up to `end`, one after the other, `speed` times as fast as they came.

    `moved` is called after each step, or after as many as were due at once, and when it has stopped.
    """

    def __init__(self, past: PastThread, moved: Callable[[], None]) -> None:
        self.speed = 1.0
        self.silence = 0.0
        """Seconds of the silence that goes on, where it is shortened; else 0."""
        self._past = past
        self._moved = moved
        self._task: asyncio.Task[None] | None = None

    @property
    def playing(self) -> bool:
        """Whether it plays."""
        return self._task is not None

    def play(self, end: int) -> None:
        """Go on from where the thread is, to `end`, at `speed`; also while it plays, after one of them was changed."""
        self.pause()
        if self._past.position < end:
            self._task = asyncio.create_task(self._run(end, self.speed), name=f"playing {self._past.id}")
            self._task.add_done_callback(self._stopped)

    def pause(self) -> None:
        """Stop where it is."""
        self.silence = 0.0
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def _stopped(self, task: asyncio.Task[None]) -> None:
        if task is self._task:
            self._task, self.silence = None, 0.0
            self._moved()
        if not task.cancelled():
            task.result()

    async def _run(self, end: int, speed: float) -> None:
        past, loop = self._past, asyncio.get_running_loop()
        due = loop.time()
        while past.position < end:
            if speed == AT_ONCE:
                past.forward(end)
                self._moved()
                await asyncio.sleep(0)
                continue
            gap = self._gap(past.position)
            due = max(due + min(gap, LONGEST_SILENCE) / speed, loop.time() - _LATE)
            if due > loop.time():
                self.silence = gap if gap > LONGEST_SILENCE else 0.0
                self._moved()
                await asyncio.sleep(due - loop.time())
                self.silence = 0.0
            position = past.position + 1
            while position < end and not self._gap(position):  # they came together
                position += 1
            past.forward(position)
        self._moved()

    def _gap(self, position: int) -> float:
        """Seconds between the step that leads to `position` and the next one."""
        steps = self._past.steps
        return max(0.0, steps.seconds(position + 1) - steps.seconds(position))
