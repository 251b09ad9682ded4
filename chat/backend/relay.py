"""A stream that ends properly however its reader goes away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress

__all__ = ["run_apart"]

_WAITING = 64
_WAITING_BYTES = 12_000
"""Some 64 deltas; a single chunk may be longer."""


class _Feed:
    """What has been produced and not yet read."""

    def __init__(self) -> None:
        self.chunks: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.room = asyncio.Event()
        self.bytes = 0

    def full(self, share: float = 1.0) -> bool:
        """Whether as much as may, or that share of it, is waiting."""
        return self.chunks.qsize() >= _WAITING * share or self.bytes >= _WAITING_BYTES * share

    async def fill(self, source: AsyncIterator[bytes]) -> None:
        """Produce until the end; a cancellation always reaches `source` where it waits, never between two chunks."""
        waits = True
        try:
            async for chunk in source:
                self.chunks.put_nowait(chunk)
                self.bytes += len(chunk)
                if waits and self.full():
                    self.room.clear()
                    try:
                        await self.room.wait()
                    except asyncio.CancelledError:
                        # Taken back and given again: it is to be raised inside `source`, by its next wait.
                        waits = False
                        task = asyncio.current_task()
                        if task is not None:
                            task.cancel()
        finally:
            self.chunks.put_nowait(None)


async def run_apart(source: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    """`source`, run in a task of its own that is cancelled when the reader closes this stream or is cancelled.

    The SDK keeps a partial answer when it is cancelled while it waits for the model. A web framework cancels or closes
    it just as often while it sends a chunk, when the SDK's generators are suspended and learn nothing. Here they are
    always cancelled at a place where they notice, and are given the time to store what there is.
    """
    feed = _Feed()
    task = asyncio.create_task(feed.fill(source))
    try:
        while (chunk := await feed.chunks.get()) is not None:
            feed.bytes -= len(chunk)
            if not feed.full(0.5):
                feed.room.set()
            yield chunk
        await task
    finally:
        if not task.done():
            task.cancel()
            await _ended(task)


async def _ended(task: asyncio.Task[None]) -> None:
    """Wait for `task`, even when the one who waits is cancelled again and again, as by a cancelled scope."""
    while not task.done():
        with suppress(asyncio.CancelledError):
            await asyncio.wait({task})
    if not task.cancelled():
        task.exception()
