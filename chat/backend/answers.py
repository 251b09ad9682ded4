"""Answers while they are made: the SDK's stream, each in a task of its own.

The SDK keeps a partial answer when its generator is *cancelled while it waits* for something, and only then: closing
the generator, or cancelling between two events, loses it. So the generator runs in a task that never waits anywhere
but inside it, and that no cancellation of the HTTP side reaches, except through `Answer.cancel`, once.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable

__all__ = ["Answer", "Answers"]

log = logging.getLogger(__name__)

_MAX_WAITING_BYTES = 1 << 20


class Answer:
    """The chunks of one running answer; iterate over it once. A reader that is slow holds the answer up."""

    def __init__(self, chunks: AsyncIterator[bytes], failed: Callable[[Exception], bytes]) -> None:
        """`failed` makes the last chunk of an answer that has begun and then raised."""
        self._failed = failed
        self._waiting: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._began = False
        self._cancelled = False
        self._error: Exception | None = None
        self._ended = False
        self._changed = asyncio.Event()
        self._room = asyncio.Event()
        self.task = asyncio.create_task(self._make(chunks))
        # A task that is cancelled before its first step runs none of its code.
        self.task.add_done_callback(lambda _: self._end())

    def cancel(self) -> None:
        """Stop making the answer; what was made is stored. A second call does nothing: it would stop the storing."""
        if not self._cancelled:
            self._cancelled = True
            self.task.cancel()

    async def first(self) -> bytes | None:
        """Wait for the first chunk, without taking it; None when the answer ends without any. Raises what the answer
        raised when it failed before its first chunk: an HTTP status can still say so."""
        await self._wait()
        if self._waiting:
            return self._waiting[0]
        if self._error is not None:
            raise self._error
        return None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            await self._wait()
            if not self._waiting:
                return
            chunk = self._waiting.popleft()
            self._waiting_bytes -= len(chunk)
            self._room.set()
            yield chunk

    async def _wait(self) -> None:
        while not self._waiting and not self._ended:
            self._changed.clear()
            await self._changed.wait()

    async def _make(self, chunks: AsyncIterator[bytes]) -> None:
        try:
            async for chunk in chunks:
                self._put(chunk)
                await self._wait_for_room()
        except Exception as error:
            log.exception("An answer failed")
            self._error = error
            if self._began:
                self._put(self._failed(error))

    def _put(self, chunk: bytes) -> None:
        self._began = True
        self._waiting.append(chunk)
        self._waiting_bytes += len(chunk)
        self._changed.set()

    async def _wait_for_room(self) -> None:
        while self._waiting_bytes > _MAX_WAITING_BYTES and not self._cancelled:
            self._room.clear()
            try:
                await self._room.wait()
            except asyncio.CancelledError:
                # Not here, where the SDK would not see it: at its next wait.
                self._cancelled = True
                self.task.cancel()

    def _end(self) -> None:
        self._ended = True
        self._changed.set()


class Answers:
    """All that are running, so that they can be ended before the database closes."""

    def __init__(self) -> None:
        self._running: set[Answer] = set()

    def begin(self, chunks: AsyncIterator[bytes], failed: Callable[[Exception], bytes]) -> Answer:
        """Start an answer. It runs on until it ends or is cancelled, read or not."""
        answer = Answer(chunks, failed)
        self._running.add(answer)
        answer.task.add_done_callback(lambda _: self._running.discard(answer))
        return answer

    async def close(self, timeout: float = 5.0) -> None:
        """Cancel what is running and wait, at most `timeout` seconds, until it is stored."""
        tasks = [answer.task for answer in self._running]
        for answer in list(self._running):
            answer.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=timeout)
