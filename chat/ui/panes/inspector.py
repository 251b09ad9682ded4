"""The inspector: every exchange of a window, and all that can be known of the one selected."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import Any, Final

from nicegui import events

from assets import ASSETS
from chat.exchanges import Exchange
from chat.exchanges.attempts import Attempt, attempts
from chat.inspection.source import InspectionSource
from chat.inspection.tabs import Tally, summary
from chat.rendering.icons import icon

from ..bridge import LiveElement

__all__ = ["Inspector"]

_TICK: Final = 0.2
"""Seconds between two pushes while something happens. What is pushed is a summary per live exchange, never events."""

_SOON: Final = 0.03
"""Seconds until the first push after a quiet time."""

_ICONS: Final = (
    "activity",
    "arrow-down-to-line",
    "bookmark-plus",
    "check",
    "chevron-down",
    "chevron-right",
    "copy",
    "download",
    "link",
    "radio",
    "scan-eye",
    "search",
    "square-pen",
    "x",
)


class Inspector(LiveElement, component=ASSETS / "inspector.js"):
    """Fills its container. Costs nothing while it is folded away: then nothing is pushed and nothing fetched."""

    def __init__(self, source: InspectionSource, *, session: str, token: str) -> None:
        """Show what `source` holds; `session` is the name under which the routes find it, `token` the launch token."""
        super().__init__()
        self._source = source
        self._tallies: defaultdict[str, Tally] = defaultdict(Tally)
        self._changed: set[str] = set()
        self._listed: list[str] = []
        self._told: dict[str, dict[str, Any]] = {}
        self._shown = False
        """Whether the browser said that the pane is in view."""
        self._pushed_at = 0.0
        self._pending: asyncio.TimerHandle | None = None
        self._moment: dict[str, Any] = {}
        self.props["session"] = session
        self.props["token"] = token
        self.props["icons"] = {name: str(icon(name, 15)) for name in _ICONS}
        self.on("shown", self._show)
        self._unsubscribe = source.on_activity(self._activity)

    def select_exchange(self, exchange_id: str) -> None:
        """Show one exchange and stay with it."""
        self._tell_all()  # it may be folded away, and know nothing of the exchange
        self.run_method("selectExchange", exchange_id)

    def show_event(self, exchange_id: str, index: int) -> None:
        """Show one event of an exchange, and stay with it."""
        self._tell_all()
        self.run_method("leadTo", exchange_id, index)

    def show_finding(self, exchange_id: str, rule_id: str) -> None:
        """Show what a rule has found in an exchange, and stay with it."""
        self._tell_all()
        self.run_method("showFinding", exchange_id, rule_id)

    def look_away(self) -> None:
        """What was to be shown, and is not there yet, is not wanted any more."""
        self.run_method("lookAway")

    def place_is(self, query: str) -> None:
        """What is shown has an address with this query: links into it begin so."""
        self.run_method("placeIs", query)

    def moment_is(self, *, live: bool, exchange: str | None, event: int | None, position: int | None) -> None:
        """
        What is shown is the thread after this event of this exchange, at a `position`; without one it is the present.

        `live`: that is not where selecting an event leads by itself.
        """
        now = {"live": live, "exchange": exchange, "event": event, "position": position}
        if now != self._moment:
            if exchange is not None and exchange not in self._told:
                self._tell_all()
            self._moment = now
            self.run_method("momentIs", now)

    def open_report(self, key: str) -> None:
        """Open a report that the window keeps in a page of its own."""
        self.run_method("openReport", f"reports/{key}")

    def refresh(self) -> None:
        """Read the list of exchanges anew: for when the source holds other ones than before."""
        self._listed = []
        self._wake()

    def _show(self, event: events.GenericEventArguments) -> None:
        self._shown = bool(event.args)
        self._listed = []
        if self._shown:
            self._wake()

    def _activity(self, exchange_id: str) -> None:
        self._changed.add(exchange_id)
        if self._shown:
            self._wake()

    def _wake(self) -> None:
        if self._pending is None:
            loop = asyncio.get_running_loop()
            self._pending = loop.call_at(max(loop.time() + _SOON, self._pushed_at + _TICK), self._push)

    def _push(self) -> None:
        self._pending = None
        if not self._shown or self.is_deleted:
            return
        if not self.client.has_socket_connection:
            self._pending = asyncio.get_running_loop().call_later(1, self._push)
            return
        self._pushed_at = asyncio.get_running_loop().time()
        exchanges = self._source.exchanges
        listed = [exchange.id for exchange in exchanges]
        if self._listed and listed[: len(self._listed)] == self._listed:
            tried = attempts(exchanges)
            news = [one for one in (self._news(exchange, tried.get(exchange.id)) for exchange in exchanges) if one]
            if news:
                self.run_method("activity", news)
            self._listed = listed
            self._changed.clear()
        else:
            self._tell_all()
        if any(exchange.running for exchange in exchanges):
            self._wake()  # nobody says when an exchange outside a conversation gets its headers or ends

    def _tell_all(self) -> None:
        exchanges = self._source.exchanges
        tried = attempts(exchanges)
        self._told = {exchange.id: self._summary(exchange, tried.get(exchange.id)) for exchange in exchanges}
        self._listed = list(self._told)
        self._changed.clear()
        self.run_method("exchangesAre", list(self._told.values()), self._source.forgotten)

    def _news(self, exchange: Exchange, attempt: Attempt | None) -> dict[str, Any] | None:
        """The summary of an exchange when the browser has another one."""
        told = self._told.get(exchange.id)
        same = told and not told["running"] and told["attempt"] == (list(attempt) if attempt else None)
        if same and exchange.id not in self._changed:
            return None
        now = self._summary(exchange, attempt)
        self._told[exchange.id] = now
        return now if now != told else None

    def _summary(self, exchange: Exchange, attempt: Attempt | None) -> dict[str, Any]:
        source = self._source
        events, diagnosis = source.events(exchange.id), source.diagnosis(exchange.id)
        return summary(exchange, events, self._tallies[exchange.id], diagnosis, attempt)

    def removed(self) -> None:
        self._unsubscribe()
        if self._pending is not None:
            self._pending.cancel()
