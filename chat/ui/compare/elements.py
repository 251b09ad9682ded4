"""The parts of the page `/compare` that live in the browser: the frame with the widget, the timeline, predictions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final

from nicegui.events import GenericEventArguments

from assets import ASSETS
from chat.checks.agreement import Agreement, Claim
from chat.inspection.side_by_side import SideBySide

from ..bridge import LiveElement

__all__ = ["Predictions", "SessionTimeline", "StageFrame"]

_TICK: Final = 0.1
"""Seconds between two messages with new rows."""
_AT_ONCE: Final = 2_000
"""Rows in one message."""

_STOPPED: Final = "The widget closed the connection before the answer was over: nothing is predicted of that."

Inspect = Callable[[str, int | None], None]
"""Shows an exchange, and one of its events."""


class StageFrame(LiveElement, component=ASSETS / "stage_frame.js"):
    """The frame with the official widget in it. Whatever it says comes from another origin, and is data."""

    def __init__(self, origin: str, path: Callable[[], str], on_said: Callable[[Mapping[str, Any]], None]) -> None:
        """
        `path` is asked where the stage is, when the page has connected: what the stage says before that would be lost.
        `on_said` hears what it says: a `stage` that names it, and what belongs to that.
        """
        super().__init__()
        self.props["origin"] = origin
        self._path = path
        self._loaded = False
        self._calls = 0
        self._waiting: dict[int, Callable[[str], None]] = {}
        self._on_said = on_said
        self.on("said", self._said)
        self.client.on_connect(self._connected)

    def _connected(self) -> None:
        if self._loaded:
            self.send("repeat")
        else:
            self.load()

    def load(self) -> None:
        """Load it, or load it anew: a new widget comes up."""
        self._loaded = True
        self._waiting.clear()
        self.send("load", self._path())

    def call(self, method: str, *args: Any, failed: Callable[[str], None] = lambda why: None) -> None:
        """Call a method of the widget; `failed` hears why it did not work."""
        self._calls += 1
        self._waiting[self._calls] = failed
        self.send("post", {"call": method, "args": list(args), "id": self._calls})

    def answer(self, number: int, value: Any = None, *, error: str | None = None) -> None:
        """Give the widget what it has asked its page for."""
        message = {"answer": number, "value": value} if error is None else {"answer": number, "error": error}
        self.send("post", message)

    def _said(self, event: GenericEventArguments) -> None:
        if not isinstance(event.args, Mapping):
            return
        if event.args.get("stage") == "done":
            failed = self._waiting.pop(event.args["id"], None) if isinstance(event.args.get("id"), int) else None
            if failed is not None and (why := event.args.get("error")) is not None:
                failed(str(why)[:300])
        else:
            self._on_said(event.args)


class _Fed(LiveElement):
    """Is sent what is new, a few times a second; all of it when its page is there, and when that has come back."""

    def __init__(self) -> None:
        super().__init__()
        self._timer: asyncio.TimerHandle | None = None
        self._ready = False
        self.on("ready", self._begin)
        self.client.on_connect(self._begin)

    def _begin(self) -> None:
        self._ready = True
        if not self.is_deleted:
            self.all_anew()

    def soon(self) -> None:
        """There is something new."""
        if self._timer is None and self._ready:
            self._timer = asyncio.get_running_loop().call_later(_TICK, self._tick)

    def _tick(self) -> None:
        self._timer = None
        if not self.is_deleted and self.client.has_socket_connection:
            self.news()

    def all_anew(self) -> None:
        """Send all that there is."""
        raise NotImplementedError

    def news(self) -> None:
        """Send what was not sent."""
        raise NotImplementedError

    def stop(self) -> None:
        """The page has gone."""
        if self._timer is not None:
            self._timer.cancel()


class SessionTimeline(_Fed, component=ASSETS / "session_timeline.js"):
    """Requests, events of the wire and host events in one order."""

    def __init__(self, side: SideBySide, inspect: Inspect) -> None:
        super().__init__()
        self._side = side
        self._sent = 0
        self._unlisten = side.on_rows(self.soon)
        self.on("exchange", lambda event: _inspect(inspect, event))

    def all_anew(self) -> None:
        self._sent = self._side.count - len(self._side.rows)
        self.send("reset")
        self.news()

    def news(self) -> None:
        rows = self._side.rows_after(self._sent)
        self.send("add", rows[:_AT_ONCE])
        self._sent = rows[min(len(rows), _AT_ONCE) - 1]["id"] if rows else self._side.count
        if self._sent < self._side.count:
            self.soon()

    def removed(self) -> None:
        self._unlisten()
        self.stop()


class Predictions(_Fed, component=ASSETS / "predictions.js"):
    """What was predicted of each exchange, and what came of it."""

    def __init__(self, side: SideBySide, inspect: Inspect, keep: Callable[[str], Any]) -> None:
        """`keep` is told the exchange of a contradiction that is to be saved as a case."""
        super().__init__()
        self._side = side
        self._changed: dict[str, Agreement] = {}
        self._unlisten = side.on_agreement(self._heard)
        self.on("exchange", lambda event: _inspect(inspect, event))
        self.on("keep", lambda event: keep(str(event.args)))

    def _heard(self, agreement: Agreement) -> None:
        self._changed[agreement.exchange_id] = agreement
        self.soon()

    def all_anew(self) -> None:
        self._changed = dict(self._side.agreements)
        self.news()

    def news(self) -> None:
        changed, self._changed = self._changed, {}
        self.send("show", [self._row(agreement) for agreement in changed.values()])

    def _row(self, agreement: Agreement) -> dict[str, Any]:
        return {
            "id": agreement.exchange_id,
            "o": self._side.number(agreement.exchange_id),
            "operation": agreement.operation or "a request",
            "agrees": _word(agreement.agrees),
            "said": _STOPPED if agreement.stopped else agreement.view.sentence,
            "claims": [_claim(claim) for claim in agreement.claims],
        }

    def removed(self) -> None:
        self._unlisten()
        self.stop()


def _claim(claim: Claim) -> dict[str, str]:
    return {**claim._asdict(), "agrees": _word(claim.agrees)}


def _word(agrees: bool | None) -> str:
    return {True: "true", False: "false", None: "unknown"}[agrees]


def _inspect(inspect: Inspect, event: GenericEventArguments) -> None:
    if isinstance(event.args, Mapping) and isinstance(event.args.get("exchange"), str):
        index = event.args.get("event")
        inspect(event.args["exchange"], index if isinstance(index, int) else None)
