"""One turn: a stream read to its end, however it ends, and what it does to its thread."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from chat.client import EventStream
from chat.errors import WorkbenchError
from chat.exchanges import Exchange
from chat.exchanges.answer import cut_by_us
from chat.protocol import Change, Event, ItemAdded, end_stream, fold_run

from .blank import Screen, blank_html, is_blank, is_seen, unseen
from .entry import Entry
from .in_widget import RUNS_AGAIN, completed_call, crashes, not_there
from .outcomes import RETRY, broken_workbench, empty_stream, unconfirmed, unfinished
from .remarks import progress_html, quiet_html, remark_html, typing_html
from .shown_thread import ShownThread

__all__ = ["ShownTurn", "TurnEnd", "read_turn"]

SLICE = 0.01
"""Seconds after which a burst of events lets others have the loop."""
QUIET = 15.0
"""Seconds of silence after which a stream that may not be stopped can be given up."""
PATIENCE = 4.0
"""Seconds that somebody may look at an empty page before it says why."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TurnEnd:
    """How a stream ended: after so many events, with or without a failure; `cancelled` when it was aborted here."""

    events: int
    failure: WorkbenchError | None = None
    cancelled: bool = False


class ShownTurn:
    """
    One stream of a thread. `start` reads a live one; of an `exchange` that is recorded, or that others read (`begin`),
    every run of events goes to `take`. Then `end`.

    `pending` is the user's message as it was sent, which goes when the backend sends it back (`confirmed` is told so);
    `accepted` is called at the first event.
    """

    def __init__(
        self,
        thread: ShownThread,
        pending: Entry | None = None,
        exchange: Exchange | None = None,
        *,
        confirmed: Callable[[Entry], object] = lambda entry: None,
        accepted: Callable[[], None] = lambda: None,
    ) -> None:
        self._thread = thread
        self._pending = pending
        self._confirmed = confirmed
        self._accepted = accepted
        self._exchange = exchange
        self._screen = Screen()
        self._explanation: Entry | None = None
        """Why there is nothing, said before the end."""
        self._watches: dict[str, asyncio.TimerHandle] = {}
        self._heard_at = 0.0

    def copy(self) -> ShownTurn:
        """Another one of the same thread that stands where this one does. For a turn that is not read by `start`."""
        other = ShownTurn(
            self._thread, self._pending, self._exchange, confirmed=self._confirmed, accepted=self._accepted
        )
        other._screen = self._screen.copy()
        other._explanation = self._explanation
        return other

    def start(self, open_stream: Callable[[], EventStream]) -> asyncio.Task[TurnEnd]:
        """Read the stream, in a task of its own. Cancelling it closes the stream; its result is for `end`."""

        def opened() -> EventStream:
            stream = open_stream()
            self._exchange = stream.exchange
            return stream

        async def read() -> TurnEnd:
            end = await read_turn(opened, lambda stream, run: self.take(stream.exchange, stream.events, run))
            if self._exchange is not None:
                with suppress(asyncio.CancelledError):  # then the rest is done at once
                    await self._thread.diagnoses.settle_beside(self._exchange)
            return end

        self.begin()
        return asyncio.create_task(read(), name=f"turn of {self._thread.id}")

    def begin(self) -> None:
        """The stream comes live: say what is awaited, and why nothing is there yet."""
        self._heard_at = time.monotonic()
        self._thread.tail = self._tail
        self._watch("blank", PATIENCE, self._still_blank)
        self._watch("silence", QUIET / 3, self._still_silent)

    def leave(self) -> None:
        """Another thread is shown in place of this turn's: nothing more is said of it."""
        self._thread.tail = str
        for watch in self._watches.values():
            watch.cancel()

    def take(self, exchange: Exchange, events: Sequence[Event], run: Sequence[Event]) -> None:
        """Take in a run of events (see `chat.protocol.runs`), the last ones of `events`."""
        thread = self._thread
        if len(events) == len(run):
            self._accepted()
        self._heard_at = time.monotonic()
        changes = fold_run(thread.state, run)
        thread.diagnoses.feed(exchange, run)
        self._screen.take(changes)
        if self._pending is not None and any(self._is_user_message(change) for change in changes):
            self._confirmed(self._pending)
            thread.transcript.remove(self._pending)
            self._pending = None
        thread.events_came(exchange, events, run, changes)

    def end(self, end: TurnEnd) -> None:
        """Say what has become of it. The thread must not be `running` any more."""
        thread = self._thread
        self.leave()
        thread.take(end_stream(thread.state))
        thread.diagnoses.settle(self._exchange)
        thread.streamed.turn_over(thread.state, self._screen.items, self._screen.done)
        cut = self._exchange is not None and cut_by_us(self._exchange)
        for entry in thread.transcript.streaming:
            thread.transcript.finish(entry, *unfinished(end.cancelled, cut))
        if self._pending is not None:
            note, actions = unconfirmed(end.failure, end.events, end.cancelled, cut)
            thread.transcript.dress(self._pending, status="failed", mark="unconfirmed", note=note, actions=actions)
        if end.failure is not None:
            can_retry = self._pending is None and thread.thread_id and thread.user_message_before(None) is not None
            thread.fail(end.failure, [RETRY] if can_retry else [])
        if not end.cancelled:
            self._explain(failed=end.failure is not None)
        self._mark_unseen()
        thread.exchange_ended()
        thread.changed()

    def _is_user_message(self, change: Change) -> bool:
        item = self._thread.state.items.get(change.item_id) if isinstance(change, ItemAdded) else None
        return item is not None and item.type == "user_message"

    # --- why nothing is there -----------------------------------------------------------------------------------------

    def _explain(self, *, failed: bool) -> None:
        """Say why, where a turn has put nothing on the screen, or nothing that the official widget would show."""
        thread = self._thread
        if self._explanation is not None:
            thread.transcript.remove(self._explanation)
            self._explanation = None
        diagnosis = thread.diagnoses.get(self._exchange.id) if self._exchange is not None else None
        if diagnosis is None:
            return
        if is_blank(diagnosis, self._screen, thread.state, failed=failed):
            html = blank_html(diagnosis, failure_said=failed and not thread.running)
            self._explanation = thread.transcript.note("blank", html, label="Why nothing appeared")
        elif not thread.running and not self._said_in_place() and (words := unseen(diagnosis)):
            thread.transcript.note("remark", remark_html(words, "eye-off"), label="What the official widget shows")
        thread.changed()

    def _mark_unseen(self) -> None:
        """Say in place what the official widget does otherwise with single items of the turn."""
        thread, screen = self._thread, self._screen
        diagnosis = thread.diagnoses.get(self._exchange.id) if self._exchange is not None else None
        if diagnosis is None or diagnosis.exchange.outcome not in ("complete", "truncated"):
            return
        for item in filter(None, map(thread.state.items.get, screen.items)):
            if completed_call(item, diagnosis.events):
                self._say_of(item.id, RUNS_AGAIN)
        if thread.transcript.edge:
            return  # an item may be new here and old there
        new = (thread.state.items.get(item_id) for item_id in screen.new)
        words, items = not_there(diagnosis.view, [item for item in new if item is not None and is_seen(item)])
        for item in items:
            self._say_of(item.id, words)

    def _said_in_place(self) -> bool:
        """Whether what the turn ends with says itself that the widget shows nothing of it, or an item a crash."""
        last = self._thread.transcript.entries[-1:]
        items = filter(None, map(self._thread.state.items.get, self._screen.items))
        return any(entry.kind == "error" and entry.in_widget for entry in last) or any(map(crashes, items))

    def _say_of(self, item_id: str, words: str) -> None:
        if (entry := self._thread.transcript.item(item_id)) is not None:
            self._thread.transcript.dress(entry, in_widget=words)

    def _still_blank(self) -> None:
        """Somebody waits before an empty page: say why before the stream ends, when it is known."""
        self._explain(failed=True)
        if self._explanation is None:
            self._watch("blank", PATIENCE, self._still_blank)

    # --- the line at the end ------------------------------------------------------------------------------------------

    def _still_silent(self) -> None:
        self._thread.audience.soon()
        self._watch("silence", QUIET / 3, self._still_silent)

    def _tail(self) -> str:
        thread = self._thread
        silence = time.monotonic() - self._heard_at
        if silence >= QUIET and not thread.composer.can_stop:
            return quiet_html(silence, comments=self._exchange is not None and bool(self._exchange.only_comments_ns))
        if (progress := thread.state.progress) is not None:
            return progress_html(progress.text, progress.icon)
        return "" if thread.transcript.growing else typing_html()

    def _watch(self, name: str, seconds: float, look: Callable[[], None]) -> None:
        self._watches[name] = asyncio.get_running_loop().call_later(seconds, look)


async def read_turn(
    open_stream: Callable[[], EventStream], take: Callable[[EventStream, Sequence[Event]], None]
) -> TurnEnd:
    """Hand every run of events of the stream to `take`. Cancelling the task that runs this closes the stream."""
    count = 0
    try:
        async with open_stream() as stream:
            slice_end = time.perf_counter() + SLICE
            async for run in stream.runs():
                count += len(run)
                take(stream, run)
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
