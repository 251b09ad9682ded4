"""The windows that watch a conversation, and when they get the next frame."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from .entry import Op
from .transcript import Transcript

__all__ = ["Audience", "Watcher"]

TICK = 0.05
"""Seconds between two frames at least."""
RUSH = 500
"""Characters of HTML in one frame that are more than anybody reads in its time, ten times what a fast model writes."""
TICK_IN_A_RUSH = 0.125
"""Seconds between two frames then: each costs the browser a layout, and nobody can follow that text anyway."""
MOST_UNSHOWN = 40_000
"""Characters of text that may wait for a frame: to render more in one go would take longer than others can wait."""
SHARE = 10
"""A frame that took t seconds to make is followed by a pause of at least SHARE × t: a tenth of the loop's time."""


class Watcher(Protocol):
    """A window on a conversation."""

    def show(self, n: int, ops: Sequence[Op]) -> None:
        """Frame number `n`."""


class Audience:
    """Sends every frame of a transcript to any number of windows; `prepare` is called before each."""

    def __init__(self, transcript: Transcript, prepare: Callable[[], None]) -> None:
        self.windows: set[Watcher] = set()
        self._transcript = transcript
        self._prepare = prepare
        self._timer: asyncio.TimerHandle | None = None
        self._next = 0.0

    def soon(self) -> None:
        """Something has changed: a frame goes out as soon as one may."""
        if self._transcript.unshown > MOST_UNSHOWN:
            self.now()
        elif self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(max(0.0, self._next - loop.time()), self.now)

    def now(self) -> None:
        """Send a frame, if there is anything to send, and settle when the next one may go."""
        self.cancel()
        loop = asyncio.get_running_loop()
        begin = loop.time()
        self._prepare()
        tick = TICK
        if ops := self._transcript.frame():
            if sum(len(value) for op in ops for value in op if isinstance(value, str)) > RUSH:
                tick = TICK_IN_A_RUSH
            for window in list(self.windows):
                window.show(self._transcript.n, ops)
        self._next = begin + max(tick, SHARE * (loop.time() - begin))
        if self._transcript.colouring:
            self.soon()

    def cancel(self) -> None:
        """Forget the frame that is due."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def join(self, window: Watcher) -> dict[str, Any]:
        """Let a window watch; returns the snapshot it starts from."""
        self.now()
        self.windows.add(window)
        return self._transcript.snapshot()

    def catch_up(self, since: int, oldest: str | None) -> dict[str, Any]:
        """What a window needs that stands at frame `since` and holds entries from `oldest` on."""
        self.now()
        return self._transcript.snapshot(since, oldest)

    def page(self, before: str) -> dict[str, Any]:
        """The entries above the one with key `before`."""
        self.now()
        return self._transcript.page(before)
