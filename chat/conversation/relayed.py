"""What a front end says to its backend, shown while it goes through the relay. Nothing is sent from here."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from chat.client.refusals import answer_error
from chat.client.stream import stream_failure
from chat.errors import WorkbenchError
from chat.exchanges import Exchange
from chat.exchanges.answer import tells_its_end
from chat.exchanges.attempts import attempts
from chat.exchanges.documents import document_of
from chat.protocol import (
    Event,
    EventDecoder,
    EventList,
    PagePlaces,
    ThreadChanged,
    ThreadState,
    end_stream,
    fold_run,
    runs,
)

from .outcomes import empty_stream
from .recorded import RecordedThread
from .remarks import remark_html
from .turn import ShownTurn, TurnEnd

__all__ = ["RelayedThread", "Traffic"]

_SLICE: Final = 0.002
"""Seconds of reading after which others have the loop: what is passed on must not wait for what is drawn."""
_AT_ONCE: Final = 500
"""Events of one exchange after which the others are looked at."""
_KEPT_THREADS: Final = 20

log = logging.getLogger(__name__)


class Traffic(Protocol):
    """Whoever has the exchanges of a front end, as they come."""

    @property
    def exchanges(self) -> Sequence[Exchange]:
        """Those that are kept, oldest first."""

    def failure(self, exchange_id: str) -> WorkbenchError | None:
        """Why an exchange did not end well."""

    def on_exchange(self, listener: Callable[[Any, Exchange], None]) -> Callable[[], None]:
        """Call `listener` when an exchange begins and when it has ended; returns a function that ends this."""

    def on_data(self, listener: Callable[[Any, Exchange], None]) -> Callable[[], None]:
        """Call `listener` when an exchange has its head, or more chunks; returns a function that ends this."""


@dataclass
class _Reading:
    """How far an exchange was read."""

    exchange: Exchange
    state: ThreadState | None = None
    """Of the thread that it streams into."""
    turn: ShownTurn | None = None
    """While that thread is shown."""
    attempt: int = 1
    decoder: EventDecoder = field(default_factory=EventDecoder)
    chunks: int = 0

    def __post_init__(self) -> None:
        self.events = EventList(self.exchange)


class RelayedThread(RecordedThread):
    """
    The thread that a front end has used last; what is known of the others is kept for when it goes back to one.

    `follow` shows what there is and what comes. It is read beside the passing on, never before it.
    """

    def __init__(self, name: str, url: str = "", image_origins: Callable[[], Collection[str]] = tuple) -> None:
        """`url` is the backend's."""
        super().__init__(name, (), url, image_origins)
        self._others: OrderedDict[str, tuple[ThreadState, PagePlaces]] = OrderedDict()
        self._keys: dict[str, str] = {}
        """What `Diagnoses` calls a thread that was created here: by the exchange that created it."""
        self.traffic: Traffic | None = None
        """What is followed."""
        self._unfollow: list[Callable[[], None]] = []
        self._worker: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self._known: set[str] = set()
        self._over: set[str] = set()
        """Ids of exchanges that have ended, all that is known of them included."""
        self._coming: deque[Exchange] = deque()
        self._open: list[_Reading] = []

    def follow(self, traffic: Traffic) -> None:
        """Show this from now on, and what it has already. May be called once."""
        self.traffic = traffic
        for exchange in traffic.exchanges:
            self._began(exchange)
            if not exchange.running:
                self._over.add(exchange.id)
        self._unfollow = [traffic.on_exchange(self._heard), traffic.on_data(lambda _, exchange: self._wake.set())]
        self._worker = asyncio.create_task(self._work(), name=f"relayed {self.id}")
        self._wake.set()

    async def caught_up(self) -> None:
        """Wait until all that has come is shown (for tests and benchmarks)."""
        while self._lags:  # noqa: ASYNC110 - of what it depends on, not all has an event
            await asyncio.sleep(0.001)
        self.audience.now()

    @property
    def _lags(self) -> bool:
        ended = any(reading.exchange.id in self._over for reading in self._open)
        return ended or bool(self._coming) or self._wake.is_set()

    def close(self) -> None:
        """Follow no longer, and let go of every window."""
        for unfollow in self._unfollow:
            unfollow()
        if self._worker is not None:
            self._worker.cancel()
        for reading in self._open:
            if reading.turn is not None:
                reading.turn.leave()
        super().close()

    # --- what comes ---------------------------------------------------------------------------------------------------

    def _heard(self, _: object, exchange: Exchange) -> None:
        if exchange.id in self._known:
            self._over.add(exchange.id)
        else:
            self._began(exchange)
        self._wake.set()

    def _began(self, exchange: Exchange) -> None:
        self._known.add(exchange.id)
        self._coming.append(exchange)

    async def _work(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                await self._catch_up()
            except Exception:
                log.exception("what went through the relay could not be shown")

    async def _catch_up(self) -> None:
        """Read what there is. An exchange is begun when all that came before it has been read."""
        while True:
            moved = False
            for reading in list(self._open):
                moved = await self._read(reading) or moved
            if moved:
                continue
            if not self._coming:
                return
            self._open.append(self._begin(self._coming.popleft()))

    def _begin(self, exchange: Exchange) -> _Reading:
        request = exchange.request
        thread_id = request.params.get("thread_id")
        known = thread_id if isinstance(thread_id, str) else ""
        self.exchange_began(exchange, self._keys.get(known, known) or exchange.id)
        self._forget_old()
        reading = _Reading(exchange)
        if not request.streaming:
            return reading
        tried = attempts(self.exchanges).get(exchange.id)
        reading.attempt = tried.number if tried else 1
        if reading.attempt > 1:
            self._take_back(exchange)
        elif request.operation == "threads.create":
            self._turn_to("")
        elif known:
            self._turn_to(known)
        self._said_by_request(exchange)
        reading.state = self.state
        reading.turn = ShownTurn(self, self._asked(exchange), exchange)
        self.running = True
        reading.turn.begin()
        self.changed()
        return reading

    async def _read(self, reading: _Reading) -> bool:
        """Take what has come of an exchange. Returns whether there was anything."""
        exchange = reading.exchange
        over = exchange.id in self._over  # looked at first: what comes meanwhile is for the next time
        chunks, before, taken = exchange.chunks, reading.chunks, 0
        if _is_read(exchange, over):
            slice_end = time.monotonic() + _SLICE
            while reading.chunks < len(chunks) and taken < _AT_ONCE:
                chunk = chunks[reading.chunks]
                reading.chunks += 1
                for run in runs(reading.decoder.feed(chunk.data, chunk.at_ns)):
                    self._take(reading, run)
                    taken += len(run)
                    if time.monotonic() > slice_end:
                        await asyncio.sleep(0)
                        slice_end = time.monotonic() + _SLICE
            if reading.chunks < len(chunks):
                return True
        if over:
            if _is_read(exchange, True) and tells_its_end(exchange):
                for run in runs(reading.decoder.close()):
                    self._take(reading, run)
            await self.diagnoses.settle_beside(exchange)
            self._open.remove(reading)
            self._end(reading)
        return over or reading.chunks > before

    def _take(self, reading: _Reading, run: Sequence[Event]) -> None:
        reading.events.extend(run)
        exchange = reading.exchange
        if reading.turn is not None:
            reading.turn.take(exchange, reading.events, run)
        else:
            changes = [] if reading.state is None else fold_run(reading.state, run)
            self.diagnoses.feed(exchange, run)
            self.events_came(exchange, reading.events, run, changes if reading.state is self.state else [])
        if run[0].type == "thread.created" and reading.state is not None and reading.state.id:
            self._keys.setdefault(reading.state.id, exchange.id)

    # --- what has come ------------------------------------------------------------------------------------------------

    def _end(self, reading: _Reading) -> None:
        exchange = reading.exchange
        self._over.discard(exchange.id)
        failure = self.traffic.failure(exchange.id) if self.traffic is not None else None
        if reading.turn is not None:
            self._end_turn(reading, reading.turn, failure)
        elif reading.state is not None:
            changes = end_stream(reading.state)
            if reading.state is self.state:
                self.take(changes)
        else:
            self._answered(exchange, answer_error(exchange) or failure)
        self.diagnoses.settle(exchange)
        self.exchange_judged(exchange)
        self.changed()

    def _end_turn(self, reading: _Reading, turn: ShownTurn, failure: WorkbenchError | None) -> None:
        exchange, events = reading.exchange, reading.events
        self.running = any(one.turn is not None for one in self._open)
        failure = stream_failure(exchange, events, failure, speaks=reading.decoder.speaks)
        cancelled = exchange.outcome == "cancelled"
        if failure is None and not events and not cancelled:
            failure = empty_stream(exchange)
        turn.end(TurnEnd(len(events), failure, cancelled))
        if reading.attempt > 1:
            words = f"The front end has sent this request {reading.attempt} times."
            self.transcript.note("remark", remark_html(words), label="Remark")
        for entry in self.transcript.entries:
            if entry.state is None and entry.actions:
                self.transcript.dress(entry, actions=())  # nobody can act here

    def _answered(self, exchange: Exchange, failure: WorkbenchError | None) -> None:
        """An exchange that is no stream is over."""
        operation, params = exchange.request.operation, exchange.request.params
        shown = params.get("thread_id") == self.thread_id is not None
        if failure is not None:
            if operation == "threads.get_by_id" or shown:
                self.fail(failure)
            return
        document = _document_of(exchange)
        match operation:
            case "threads.get_by_id":
                self._turn_to(str(document.get("id") or params.get("thread_id") or ""))
                self._document(exchange)
            case "threads.update" if shown:
                self.rename(document.get("title") if isinstance(document.get("title"), str) else None)
            case "threads.delete" if shown:
                words = "The front end has deleted this thread."
                self.transcript.note("remark", remark_html(words), label="Remark")
            case "threads.delete":
                self._others.pop(str(params.get("thread_id")), None)
            case _ if shown:
                self._document(exchange)

    def _turn_to(self, thread_id: str) -> None:
        """Show this thread; "" is one that has no id yet."""
        if thread_id == (self.thread_id or "") and (thread_id or self.transcript.empty):
            return
        for reading in self._open:
            if reading.turn is not None:
                reading.turn.leave()
                reading.turn = None
        self.running = False
        if self.thread_id:
            self._others[self.thread_id] = (self.state, self._places)
            while len(self._others) > _KEPT_THREADS:
                self._others.popitem(last=False)
        state, self._places = self._others.pop(thread_id, (ThreadState(), PagePlaces()))
        state.id = thread_id or None
        self.show(state, [ThreadChanged()])

    def _take_back(self, exchange: Exchange) -> None:
        """The request is sent again: what was said of the last attempt goes."""
        for entry in reversed(self.transcript.entries):
            if entry.state is not None:
                return
            self.transcript.remove(entry)
            if entry.kind == "pending":
                return

    def _forget_old(self) -> None:
        if self.traffic is None:
            return
        kept = {exchange.id for exchange in self.traffic.exchanges}
        open_ = {reading.exchange.id for reading in self._open} | {exchange.id for exchange in self._coming}
        old = [one for one in self.exchanges[:-1] if one.id not in kept and one.id not in open_]
        self.forget_exchanges(old)
        self._known = kept | open_ | {exchange.id for exchange in self.exchanges}


def _is_read(exchange: Exchange, over: bool) -> bool:
    """Whether the body is to be read as events."""
    if exchange.status is None or not 200 <= exchange.status < 300:
        return False
    return exchange.request.streaming or (over and exchange.expects_stream)


def _document_of(exchange: Exchange) -> dict[str, Any]:
    document = document_of(exchange)
    return document if isinstance(document, dict) else {}
