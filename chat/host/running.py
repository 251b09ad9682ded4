"""Runs functions that somebody else has written, beside the event loop; says what went wrong in lines of theirs."""

from __future__ import annotations

import asyncio
import inspect
import threading
import traceback
from collections.abc import Callable
from typing import Any

__all__ = ["beside", "line_in", "result_of", "trace_from"]


async def result_of(function: Callable[..., Any], *args: Any) -> Any:
    """What the function returns, or raises. One that is not `async` runs in a thread of its own."""
    called = function(*args) if inspect.iscoroutinefunction(function) else await beside(lambda: function(*args))
    return await called if inspect.isawaitable(called) else called


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
            # a future cannot raise StopIteration, and SystemExit would end the loop
            plain = isinstance(raised, Exception) and not isinstance(raised, StopIteration)
            error = (
                raised
                if plain
                else RuntimeError(f"{type(raised).__name__}: {raised}").with_traceback(raised.__traceback__)
            )
        try:
            loop.call_soon_threadsafe(settle, result, error)
        except RuntimeError:
            return  # the loop has ended meanwhile

    threading.Thread(target=run, name="profile", daemon=True).start()
    return await done


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
