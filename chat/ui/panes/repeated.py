"""Something that is drawn again when it may be different, and no more often than anybody can read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

__all__ = ["Repeated"]

_TICK = 0.15
"""Seconds between two drawings."""


class Repeated:
    """Calls a function now and when one of several things happens. `stop` when the page has gone."""

    def __init__(self) -> None:
        self._draw: Callable[[], None] = lambda: None
        self._unsubscribe: list[Callable[[], None]] = []
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, draw: Callable[[], None], *events: Callable[[Callable[..., None]], Callable[[], None]]) -> None:
        """Each of `events` takes a listener and returns the function that ends its listening."""
        self._draw = draw
        self._unsubscribe = [subscribe(self.soon) for subscribe in events]
        draw()

    def soon(self, *_: Any) -> None:
        """Something has happened."""
        if self._timer is None and self._unsubscribe:
            self._timer = asyncio.get_running_loop().call_later(_TICK, self._now)

    def stop(self) -> None:
        """Draw no more."""
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        self._unsubscribe = []
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _now(self) -> None:
        self._timer = None
        self._draw()
