"""Reading one stream to its end, however it ends."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from chat.client import EventStream
from chat.errors import WorkbenchError
from chat.protocol import Event

from .outcomes import broken_workbench, empty_stream

__all__ = ["TurnEnd", "read_turn"]

SLICE = 0.01
"""Seconds after which a burst of events lets others have the loop."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TurnEnd:
    """How a stream ended: after so many events, with or without a failure; `cancelled` when it was aborted here."""

    events: int
    failure: WorkbenchError | None = None
    cancelled: bool = False


async def read_turn(open_stream: Callable[[], EventStream], take: Callable[[EventStream, Event], None]) -> TurnEnd:
    """Hand every event of the stream to `take`. Cancelling the task that runs this closes the stream."""
    count = 0
    try:
        async with open_stream() as stream:
            slice_end = time.perf_counter() + SLICE
            async for event in stream:
                count += 1
                take(stream, event)
                if time.perf_counter() > slice_end:
                    await asyncio.sleep(0)
                    slice_end = time.perf_counter() + SLICE
            return TurnEnd(count, None if count else empty_stream(stream.exchange))
    except asyncio.CancelledError:
        return TurnEnd(count, cancelled=True)
    except WorkbenchError as error:
        return TurnEnd(count, error)
    except Exception as error:
        log.exception("a turn failed in the workbench")
        return TurnEnd(count, broken_workbench(error))
