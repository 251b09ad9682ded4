"""
The official widget and ours on the same exchanges: what passed and what was told in one order, and what was predicted.

Belongs to the event loop. It outlives the pages that show it, and sends nothing.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol

from chat.checks.agreement import Agreement, Prediction, Watched, agreement, predict
from chat.conversation.shown_thread import ShownThread
from chat.exchanges import Exchange, HostEvent, Recording
from chat.listening import Listeners
from chat.protocol import Event

from .gist import clean, family, gist, label, one_line

__all__ = ["MOST_ROWS", "HostTraffic", "SideBySide"]

MOST_ROWS: Final = 60_000
"""Rows of the timeline that are kept; the oldest go first."""
_LOOK_EVERY: Final = 0.5
"""Seconds between two looks at what cannot be told yet."""
_LOOK_SOON: Final = 0.1
_LONGEST_DETAIL: Final = 8_000
_CASE_BEFORE: Final = timedelta(seconds=1)


class HostTraffic(Protocol):
    """Whoever has the exchanges of the widget, and what it told its page."""

    @property
    def exchanges(self) -> Sequence[Exchange]:
        """Oldest first."""

    @property
    def host_events(self) -> Sequence[HostEvent]:
        """Oldest first."""

    def on_host_event(self, listener: Callable[[Any, HostEvent], None]) -> Callable[[], None]:
        """Call `listener` with each host event; returns a function that ends this."""


class SideBySide:
    """
    The timeline and the predictions of a session. `thread` shows its exchanges, and has their events.

    A row of the timeline is for the browser: `id`, `k` (request, wire, host), `t` milliseconds since the beginning, `y`
    type, `g` gist; of the wire also `x` the exchange's id, `o` its number, `l` label, `f` family, `m` the same for rows
    that are one when they follow one another; of the host also `d`, the detail.
    """

    def __init__(self, traffic: HostTraffic, thread: ShownThread, holds: Callable[[], bool] = lambda: False) -> None:
        """`holds` says whether what comes is held before it goes on: its time is then when it was let go."""
        self.traffic = traffic
        self.thread = thread
        self.began = datetime.now(UTC)
        self.rows: list[dict[str, Any]] = []
        self.count = 0
        """Rows that there ever were: the last of `rows` has this number."""
        self.agreements: dict[str, Agreement] = {}
        """By exchange, in the order in which they ended."""
        self._holds = holds
        self._numbers: dict[str, int] = {}
        self._predicted: dict[str, Prediction] = {}
        """Of those that are not settled."""
        self._ended: dict[str, int] = {}
        """Exchanges that are over, with the number of their events."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._due = 0.0
        self._rows_heard = Listeners[[]]()
        self._agreements_heard = Listeners[[Agreement]]()
        self._unlisten = [
            thread.on_exchange(lambda _, exchange: self._exchange(exchange)),
            thread.on_events(lambda _, exchange, run: self._events(exchange, run)),
            traffic.on_host_event(lambda _, event: self._host_event(event)),
        ]

    # --- listening ----------------------------------------------------------------------------------------------------

    def on_rows(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` when there are new rows; returns a function that ends this."""
        return self._rows_heard.add(listener)

    def on_agreement(self, listener: Callable[[Agreement], None]) -> Callable[[], None]:
        """Call `listener` when more is known of a prediction; returns a function that ends this."""
        return self._agreements_heard.add(listener)

    def close(self) -> None:
        """Listen no longer."""
        for unlisten in self._unlisten:
            unlisten()
        for task in self._tasks:
            task.cancel()
        if self._timer is not None:
            self._timer.cancel()

    # --- what is asked ------------------------------------------------------------------------------------------------

    def number(self, exchange_id: str) -> int:
        """Which exchange it is, from 1 on."""
        return self._numbers.setdefault(exchange_id, len(self._numbers) + 1)

    def rows_after(self, count: int) -> list[dict[str, Any]]:
        """Those that came after the row with this number, as far as they are kept."""
        new = min(self.count - count, len(self.rows))
        return self.rows[-new:] if new > 0 else []

    def case(self, exchange_id: str) -> Recording | None:
        """One exchange with its repetitions and what the widget told meanwhile, for whoever mends the eye."""
        exchange = next((one for one in self.traffic.exchanges if one.id == exchange_id), None)
        judged = self.agreements.get(exchange_id)
        if exchange is None or judged is None:
            return None
        same = [one for one in self.traffic.exchanges if one.request.body == exchange.request.body]
        first = same[0].started_at - _CASE_BEFORE
        last = max(_ended(one) for one in same) + timedelta(seconds=2)
        told = [event for event in self.traffic.host_events if first <= event.at <= last]
        wrong = [claim for claim in judged.claims if claim.agrees is False]
        words = "; ".join(f"{one.about}: predicted {one.predicted}, happened {one.happened}" for one in wrong)
        name = f"Case: {exchange.request.operation} — {words or 'as predicted'}"[:200]
        return Recording(same, told, name, kept=True, source="the compare page")

    # --- what happens -------------------------------------------------------------------------------------------------

    def _exchange(self, exchange: Exchange) -> None:
        if exchange.id not in self._numbers:  # it begins; also when it is over already, its events are still to come
            sent = exchange.request
            fields = {"y": sent.operation or sent.method, "g": _asked(exchange), "x": exchange.id}
            self._add("request", exchange.started_at, {**fields, "o": self.number(exchange.id)})
            return
        events = len(self.thread.events(exchange.id))
        if exchange.running or self._ended.get(exchange.id) == events:
            return
        if exchange.id not in self._ended:
            status = "" if exchange.status is None else f"{exchange.status} {exchange.reason}".strip()
            outcome = exchange.outcome if exchange.failure is None else f"{exchange.outcome}: {exchange.failure}"
            fields = {"y": "end", "l": status or "no answer", "g": outcome, "x": exchange.id}
            bad = exchange.outcome not in ("complete", "cancelled") or (exchange.status or 0) >= 400
            self._add("request", _ended(exchange), {**fields, "o": self.number(exchange.id), "bad": bad})
        self._ended[exchange.id] = events
        task = asyncio.create_task(self._predict(exchange), name=f"prediction {exchange.id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _events(self, exchange: Exchange, run: Sequence[Event]) -> None:
        for event in run:
            self._event(exchange, event)

    def _event(self, exchange: Exchange, event: Event) -> None:
        front, name = label(event)
        fields: dict[str, Any] = {
            "y": clean(event.type) or "(no type)",
            "l": front + name,
            "g": gist(event),
            "f": family(event),
            "x": exchange.id,
            "o": self.number(exchange.id),
            "i": event.index,
        }
        if not event.valid:
            fields["bad"] = True
        elif fields["f"] == "text" and name.endswith("delta"):
            fields["m"] = f"{exchange.id} {name}"
        came = exchange.started_at + timedelta(microseconds=event.at_ns / 1000)
        self._add("wire", datetime.now(UTC) if self._holds() else came, fields)

    def _host_event(self, event: HostEvent) -> None:
        detail = "" if event.detail is None else json.dumps(event.detail, ensure_ascii=False, indent=1)
        name = event.detail.get("name") if isinstance(event.detail, dict) else None
        shown = one_line(json.dumps(event.detail, ensure_ascii=False)) if event.detail is not None else ""
        fields: dict[str, Any] = {"y": clean(event.name), "g": shown, "d": clean(detail[:_LONGEST_DETAIL])}
        if event.name == "chatkit.log" and isinstance(name, str):
            fields["l"] = f"{event.name} · {clean(name)}"
        if event.name in ("chatkit.error", "page.error", "securitypolicyviolation"):
            fields["bad"] = True
        self._add("host", event.at, fields)
        self._look(_LOOK_SOON)

    def _add(self, kind: str, at: datetime, fields: dict[str, Any]) -> None:
        self.count += 1
        milliseconds = round((at - self.began).total_seconds() * 1000, 2)
        self.rows.append({"id": self.count, "k": kind, "t": max(0.0, milliseconds), **fields})
        if len(self.rows) > MOST_ROWS * 1.1:
            del self.rows[:-MOST_ROWS]
        self._rows_heard.tell()

    # --- predictions --------------------------------------------------------------------------------------------------

    async def _predict(self, exchange: Exchange) -> None:
        # of 20,000 events in a thread of its own: meanwhile others are passed on
        self._predicted[exchange.id] = await asyncio.to_thread(predict, exchange, self.thread.events(exchange.id))
        self._judge()

    def _look(self, seconds: float) -> None:
        """Compare again in so many seconds at the latest."""
        if not self._predicted:
            return
        loop = asyncio.get_running_loop()
        if self._timer is not None:
            if self._due <= loop.time() + seconds:
                return
            self._timer.cancel()
        self._due = loop.time() + seconds
        self._timer = loop.call_later(seconds, self._judge)

    def _judge(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        watched = Watched(self.traffic.exchanges, self.traffic.host_events, datetime.now(UTC))
        for exchange_id, prediction in list(self._predicted.items()):
            now = agreement(prediction, watched)
            if now.settled:
                del self._predicted[exchange_id]
            if now != self.agreements.get(exchange_id):
                self.agreements[exchange_id] = now
                self._agreements_heard.tell(now)
        self._look(_LOOK_EVERY)


def _ended(exchange: Exchange) -> datetime:
    return exchange.started_at + timedelta(microseconds=(exchange.ended_at_ns or 0) / 1000)


def _asked(exchange: Exchange) -> str:
    params = exchange.request.params
    return one_line(json.dumps(params, ensure_ascii=False)) if params else ""
