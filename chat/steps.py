"""Work that is done in steps: at once, or beside others on the event loop.

What takes long yields where somebody else may have a turn, and returns what came of it. Who has no loop to think of
takes the steps `at_once`.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Final, TypeVar

__all__ = ["at_once", "beside"]

_SLICE: Final = 0.005
"""Seconds of work after which others have the loop."""

T = TypeVar("T")


def at_once(steps: Generator[None, None, T]) -> T:
    """Take all the steps. Returns what they return."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: T = end.value
            return result


async def beside(steps: Generator[None, None, T]) -> T:
    """The same, for an event loop in which others have something to do."""
    import asyncio  # `explain` has no loop, and this takes a twentieth of its time

    until = time.monotonic() + _SLICE
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: T = end.value
            return result
        if time.monotonic() > until:
            await asyncio.sleep(0)
            until = time.monotonic() + _SLICE
