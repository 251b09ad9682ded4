"""
Runs functions that somebody else has written, beside the event loop; says what went wrong in lines of theirs.

Plain functions have a thread each, `async` ones an event loop of their own in another thread: whatever they do, with or
without `await`, nobody else waits. A loop that one of them blocks is left to it, and the next has a new one.
"""

from __future__ import annotations

import asyncio
import inspect
import threading
import traceback
from collections.abc import Awaitable, Callable
from typing import Any, Final

__all__ = ["beside", "line_in", "result_of", "trace_from"]


_BLOCKED: Final = 0.5
"""Seconds after which a loop that does nothing new counts as blocked."""


async def result_of(function: Callable[..., Any], *args: Any) -> Any:
    """What the function returns, or raises: a result, also where it is `async`."""
    called = function(*args) if inspect.iscoroutinefunction(function) else await beside(lambda: function(*args))
    return await _apart(called) if inspect.isawaitable(called) else called


async def beside(work: Callable[[], Any]) -> Any:
    """
    What `work` returns, or raises, in a thread that nobody waits for when the workbench ends.

    An executor's threads would be waited for, and a function of somebody else's may never return.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Any] = loop.create_future()

    def settle(result: Any, error: BaseException | None) -> None:
        if done.cancelled():
            return
        if error is None:
            done.set_result(result)
        else:
            done.set_exception(error)

    def run() -> None:
        result, error = None, None
        try:
            result = work()
        except (Exception, SystemExit) as raised:
            error = _plain(raised)
        try:
            loop.call_soon_threadsafe(settle, result, error)
        except RuntimeError:
            return  # the loop has ended meanwhile

    threading.Thread(target=run, name="profile", daemon=True).start()
    return await done


class _Loop:
    """An event loop in a daemon thread, which nobody waits for either."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, name="profile loop", daemon=True).start()

    async def goes(self) -> bool:
        """Whether it does what it is asked for, and nothing blocks it."""
        here, answered = asyncio.get_running_loop(), asyncio.Event()
        self.loop.call_soon_threadsafe(lambda: here.call_soon_threadsafe(answered.set))
        try:
            await asyncio.wait_for(answered.wait(), _BLOCKED)
        except TimeoutError:
            return False
        return True


_loops: list[_Loop] = []
"""The one that goes, when one was needed."""


async def _apart(awaitable: Awaitable[Any]) -> Any:
    """What comes of it, in the loop of such functions."""
    last = _loops[-1] if _loops else None
    if last is not None and not await last.goes() and _loops[-1] is last:
        _loops.clear()
    if not _loops:
        _loops.append(_Loop())
    return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(_guarded(awaitable), _loops[-1].loop))


async def _guarded(awaitable: Awaitable[Any]) -> Any:
    try:
        return await awaitable
    except asyncio.CancelledError as raised:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        raise RuntimeError("CancelledError") from raised  # its own doing: nobody here has cancelled anything
    except (Exception, SystemExit) as raised:
        raise _plain(raised) from None


def _plain(raised: BaseException) -> BaseException:
    """The error as a future may have it: it cannot raise StopIteration, and SystemExit would end the loop."""
    if isinstance(raised, Exception) and not isinstance(raised, StopIteration):
        return raised
    return RuntimeError(f"{type(raised).__name__}: {raised}").with_traceback(raised.__traceback__)


def line_in(error: BaseException, file: str) -> int:
    """The last line of this file that the error went through; of a syntax error, where it is. 0: it was elsewhere."""
    if isinstance(error, SyntaxError) and error.filename == file:
        return error.lineno or 0
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    return (lines[-1] or 0) if lines else 0


def trace_from(error: BaseException, file: str) -> str:
    """The traceback from the first line of this file on: what is above is the workbench's own."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename != file:
        trace = trace.tb_next
    return "".join(traceback.format_exception(type(error), error, trace))
