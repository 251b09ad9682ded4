"""A streaming operation's answer, event by event."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from types import TracebackType
from typing import Self

from chat.client.refusals import answer_error
from chat.errors import BrokenStream, NotAStream, WorkbenchError
from chat.exchanges import Exchange, message_of, transport_problems
from chat.exchanges.answer import excerpt, tells_its_end
from chat.exchanges.exchange import is_event_stream
from chat.protocol import Event, EventDecoder, EventList, Problem, runs
from chat.protocol.events import LONGEST_RUN

__all__ = ["EventStream", "stream_failure"]

_SLICE = 0.002
"""Seconds of decoding after which others have the loop."""

Complete = Callable[[], Awaitable[None]]
Transmit = Callable[[Callable[[], None]], Awaitable[WorkbenchError | None]]


class EventStream:
    """
    The events of one streaming operation, as they come: `async for event in stream`.

    The request is sent when the iteration (or `async with`) begins, and read in a task of its own, so that times are
    the network's even when the reader is slow. `aclose` cancels by closing the connection, from any task; the iteration
    then ends quietly after what had come. Leaving the iteration early without closing lets the body run to its end: use
    `async with`.

    The iteration raises, after the events that came: `Unreachable`, `Unanswered`, `Redirected`, `Refused`, `Rejected`,
    `Failed`, `BrokenStream` (which carries those events), `NotAStream`. A wrong content-type alone is no error: see
    `problems`.
    """

    def __init__(
        self,
        exchange: Exchange,
        transmit: Transmit,
        on_start: Callable[[Exchange], None],
        complete: Complete | None = None,
    ) -> None:
        """`complete` is awaited before `on_start` hears of the exchange: what is still missing in its request. When
        that raises a `WorkbenchError`, nothing is sent."""
        self.exchange = exchange
        """The evidence. It is there from the beginning and grows."""
        self.events = EventList(exchange)
        """Every event given out so far."""
        self._transmit = transmit
        self._on_start = on_start
        self._complete = complete
        self._decoder = EventDecoder()
        self._ready: deque[Event] = deque()
        self._place = 0
        self._decoder_closed = False
        self._slice_end = 0.0
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._finished = False
        self._failure: WorkbenchError | None = None
        self._unsent: WorkbenchError | None = None

    @property
    def problems(self) -> list[Problem]:
        """What is odd about the response's headers and framing, though it is read all the same."""
        return transport_problems(self.exchange, self.events)

    def start(self) -> None:
        """Send the request now rather than at the first event. Never sends twice."""
        if self._task is None and not self._finished:
            self._task = asyncio.create_task(self._run(), name=f"chatkit {self.exchange.request.operation}")
            self._task.add_done_callback(self._finish)
            if self._complete is None:
                self._on_start(self.exchange)

    async def aclose(self) -> None:
        """Stop: close the connection, which tells the backend to stop. Does nothing when all has come."""
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait({self._task})
        self.exchange.end("cancelled", "Closed from this side.")
        self._finish()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event:
        if not self._ready and not await self._more():
            raise StopAsyncIteration
        event = self._ready.popleft()
        self.events.append(event)
        return event

    async def runs(self) -> AsyncIterator[list[Event]]:
        """The same as the iteration, in the runs in which they are best taken in: see `chat.protocol.runs`."""
        while self._ready or await self._more():
            come = list(self._ready)
            self._ready.clear()
            for run in runs(come):
                self.events.extend(run)
                yield run

    async def _more(self) -> bool:
        """Wait for the next events; False, or the exception that tells why, when there are none to come."""
        self.start()
        while not self._ready:
            if self._readable and self._place < len(self.exchange.chunks):
                if time.monotonic() > self._slice_end:
                    # A long backlog must not keep everything else from running.
                    await asyncio.sleep(0)
                    self._slice_end = time.monotonic() + _SLICE
                self._decode()
            elif not self._finished:
                self._wake.clear()
                await self._wake.wait()
                self._slice_end = time.monotonic() + _SLICE
            elif not self._decoder_closed:
                self._decoder_closed = True
                if self._readable and tells_its_end(self.exchange):
                    self._ready.extend(self._decoder.close())
            else:
                self._raise_verdict()
                return False
        return True

    def _decode(self) -> None:
        """Decode what has come: a run's worth, or as much as the slice allows."""
        while self._place < len(self.exchange.chunks):
            chunk = self.exchange.chunks[self._place]
            self._place += 1
            self._ready.extend(self._decoder.feed(chunk.data, chunk.at_ns))
            if len(self._ready) >= LONGEST_RUN or time.monotonic() > self._slice_end:
                return

    async def __aenter__(self) -> Self:
        self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    @property
    def _readable(self) -> bool:
        status = self.exchange.status
        return status is not None and 200 <= status < 300

    async def _run(self) -> None:
        if self._complete is not None:
            try:
                await self._complete()
            except WorkbenchError as error:
                self._failure = self._unsent = error
                self.exchange.end("unreachable", error.message)
                return
            self._on_start(self.exchange)
        self._failure = await self._transmit(self._wake.set)

    def _finish(self, _: object = None) -> None:
        self._finished = True
        self._wake.set()

    def _raise_verdict(self) -> None:
        if self._unsent is not None:
            raise self._unsent
        if failure := stream_failure(self.exchange, self.events, self._failure, speaks=self._decoder.speaks):
            raise failure


def stream_failure(
    exchange: Exchange, events: Sequence[Event], failure: WorkbenchError | None, *, speaks: bool
) -> WorkbenchError | None:
    """
    What went wrong with a stream that is over, when these `events` came; `failure` is what its sending returned,
    `speaks` says whether there is more in it than comments and blank lines: without, it is a turn without events.
    """
    if exchange.outcome == "cancelled":
        return None
    # A status that says no explains more than the way its body ended.
    if refusal := answer_error(exchange):
        return refusal
    if isinstance(failure, BrokenStream):
        failure.events = events
    if failure is None and not events and (speaks or not is_event_stream(exchange)):
        return _not_a_stream(exchange)
    return failure


def _not_a_stream(exchange: Exchange) -> NotAStream:
    kind = exchange.content_type
    said = message_of(exchange)
    if exchange.status == 204 or not exchange.size:
        what = f"answered {exchange.status} with an empty body"
    elif kind and not is_event_stream(exchange):
        what = f"answered with {kind.partition(';')[0]} instead of a stream of events"
    else:
        what = f"sent {exchange.size:,} bytes and not one server-sent event among them"
    return NotAStream(
        f"The backend {what}" + (f": {said}" if said else "."),
        expected="Content-Type: text/event-stream, and events as `data: <json>` with a blank line after each",
        got=f"{kind or 'no content-type'}: {excerpt(exchange.beginning(400).decode('utf-8', 'replace')) or 'nothing'}",
        advice='Return StreamingResponse(result, media_type="text/event-stream") for a StreamingResult.',
        problems=transport_problems(exchange, ()),
        exchange=exchange,
    )
