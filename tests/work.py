"""Work that is counted instead of timed, and time that is simulated: a busy machine changes neither."""

from __future__ import annotations

import asyncio
import selectors
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from cProfile import Profile
from types import CodeType
from typing import Any, TypeVar

from tests.conftest import ROOT

__all__ = ["Turns", "Work", "counted", "ends", "in_no_time", "others_beside", "ours"]

_T = TypeVar("_T")


class Work:
    """What was called while it was counted."""

    def __init__(self) -> None:
        self.calls = 0
        """Calls of functions, Python's own among them, each step of a generator too."""
        self.ours = 0
        """Those of the workbench's functions alone: what a loop does that waits is not among them."""
        self.opened: list[str] = []
        """Files that Python opened, in any thread."""


def ours(code: object) -> bool:
    """Whether this is code of the workbench."""
    return isinstance(code, CodeType) and code.co_filename.startswith((f"{ROOT}/chat/", f"{ROOT}/storage/"))


class Turns:
    """How often others had the loop."""

    count = 0


@contextmanager
def others_beside() -> Iterator[Turns]:
    """Somebody else who wants the loop whenever it is free, meanwhile."""
    turns = Turns()

    async def others() -> None:
        while True:
            turns.count += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(others())
    try:
        yield turns
    finally:
        task.cancel()


_opening: list[Work] = []


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and _opening:
        _opening[-1].opened.append(str(arguments[0]))


sys.addaudithook(_hear)


@contextmanager
def counted() -> Iterator[Work]:
    """Counts the calls of this thread, and of its event loop's tasks, until it is left."""
    work, profile = Work(), Profile()
    _opening.append(work)
    profile.enable()
    try:
        yield work
    finally:
        profile.disable()
        _opening.remove(work)
        for entry in profile.getstats():
            work.calls += entry.callcount
            work.ours += entry.callcount if ours(entry.code) else 0


@contextmanager
def ends(seconds: int = 60) -> Iterator[None]:
    """
    Fails what hangs: after so many seconds of this process's work, not of waiting for a busy machine.

    For what is written in C, whose work nobody counts, and whose fault takes minutes: regular expressions above all.
    """

    def hangs(*_: object) -> None:
        raise AssertionError(f"after {seconds} s it has not ended")

    before = signal.signal(signal.SIGPROF, hangs)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


class _Jumping(selectors.DefaultSelector):
    """Waits for nothing: the clock jumps to where the waiting would have ended."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready:
            assert timeout is not None, "everybody waits for something that will not come"
            self.now += max(0.0, timeout)
        return ready


class _Simulated(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now


def in_no_time(main: Callable[[], Coroutine[Any, Any, _T]]) -> tuple[_T, float]:
    """What `main` returns, and how many seconds it would have taken. A sleep is over at once; there is no network."""
    with asyncio.Runner(loop_factory=_Simulated) as runner:
        return runner.run(main()), runner.get_loop().time()
