"""
What goes through one address of the relay: its exchanges, what the page around the widget heard, and who watches.

Several front ends may use one address: what each of them does is a session of its own below it (`front_ends`), with the
same key. The one above has all of it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import NamedTuple, ParamSpec

from chat.client import Connection
from chat.errors import WorkbenchError
from chat.exchanges import Exchange
from chat.exchanges.host_events import HostEvent
from chat.exchanges.secrets import Secrets
from chat.listening import Listeners

from .gate import Gate

__all__ = ["KEPT_BYTES", "KEPT_EXCHANGES", "FrontEnd", "RelaySession"]

KEPT_EXCHANGES = 200
"""Exchanges of an address that are kept; the oldest go first."""
KEPT_BYTES = 64 * 2**20
"""Bytes of their bodies that are kept together."""
KEPT_HOST_EVENTS = 5_000
KEPT_FRONT_ENDS = 20
FRAME_HEADER = "chatkit-frame-instance-id"

P = ParamSpec("P")
log = logging.getLogger(__name__)

Headers = tuple[tuple[str, str], ...]


class FrontEnd(NamedTuple):
    """Who uses an address, as far as the requests say: "" is what they do not say."""

    frame_id: str = ""
    """The official widget's frame: new each time that its page is loaded."""
    origin: str = ""
    """Of the page; programs have none."""
    agent: str = ""
    """User-Agent."""

    @classmethod
    def of(cls, headers: Iterable[tuple[str, str]]) -> FrontEnd:
        """Who has sent these headers."""
        said = {name.lower(): value[:300] for name, value in headers}
        return cls(said.get(FRAME_HEADER, ""), said.get("origin", ""), said.get("user-agent", ""))

    @property
    def key(self) -> tuple[str, ...]:
        """What tells one from another."""
        return (self.frame_id,) if self.frame_id else (self.origin, self.agent)


class RelaySession:
    """
    One address, or what one front end does with it (`front_end`).

    Exchanges are added by `began`, which also tells `above`; they then grow. The oldest are forgotten beyond
    `KEPT_EXCHANGES` and `KEPT_BYTES`.
    """

    def __init__(
        self,
        key: str,
        name: str,
        connection: Connection,
        *,
        splits: bool = True,
        front_end: FrontEnd | None = None,
        above: RelaySession | None = None,
    ) -> None:
        """`splits`: whether each front end gets a session of its own."""
        self.key = key
        """In the address: who knows it may send."""
        self.name = name
        self.connection = connection
        """Where everything goes. May be replaced, by one with other credentials."""
        self.splits = splits
        self.front_end = front_end
        self.front_ends: list[RelaySession] = []
        """One for each front end, the one that began last at the end; the oldest of many are forgotten."""
        self.exchanges: list[Exchange] = []
        """Oldest first."""
        self.host_events: list[HostEvent] = []
        """Oldest first; the newest `KEPT_HOST_EVENTS`."""
        self._above = above
        self._gate_heard = Listeners[[RelaySession]]()
        self.gate = Gate(lambda: _tell(self._gate_heard, self))
        """Where events are held and let go one by one."""
        self._sizes: dict[str, int] = {}
        """Bytes of the bodies of exchanges that have ended."""
        self._failures: dict[str, WorkbenchError] = {}
        self._exchange_heard = Listeners[[RelaySession, Exchange]]()
        self._data_heard = Listeners[[RelaySession, Exchange]]()
        self._host_event_heard = Listeners[[RelaySession, HostEvent]]()
        self._front_end_heard = Listeners[[RelaySession, RelaySession]]()
        self._of_headers: tuple[Connection, Headers, Connection] | None = None

    # --- listening ----------------------------------------------------------------------------------------------------

    def on_exchange(self, listener: Callable[[RelaySession, Exchange], None]) -> Callable[[], None]:
        """Call `listener` when an exchange begins and when it has ended; returns a function that ends this."""
        return self._exchange_heard.add(listener)

    def on_data(self, listener: Callable[[RelaySession, Exchange], None]) -> Callable[[], None]:
        """Call `listener` when an exchange has its head, or more chunks; returns a function that ends this."""
        return self._data_heard.add(listener)

    def on_host_event(self, listener: Callable[[RelaySession, HostEvent], None]) -> Callable[[], None]:
        """Call `listener` with each host event; returns a function that ends this."""
        return self._host_event_heard.add(listener)

    def on_front_end(self, listener: Callable[[RelaySession, RelaySession], None]) -> Callable[[], None]:
        """Call `listener` with the session of each new front end; returns a function that ends this."""
        return self._front_end_heard.add(listener)

    def on_gate(self, listener: Callable[[RelaySession], None]) -> Callable[[], None]:
        """Call `listener` when the gate holds or not, or holds more or less; returns a function that ends this."""
        return self._gate_heard.add(listener)

    # --- what is told -------------------------------------------------------------------------------------------------

    def of_front_end(self, headers: Headers) -> RelaySession:
        """The session of the front end that has sent these headers: this one, when it does not split."""
        if not self.splits:
            return self
        front_end = FrontEnd.of(headers)
        for known in self.front_ends:
            if known.front_end is not None and known.front_end.key == front_end.key:
                return known
        session = RelaySession(self.key, self.name, self.connection, splits=False, front_end=front_end, above=self)
        if self.gate.holding:
            session.gate.hold()
        self.front_ends.append(session)
        for old in self.front_ends[:-KEPT_FRONT_ENDS]:
            if not any(exchange.running for exchange in old.exchanges):
                self.front_ends.remove(old)
        _tell(self._front_end_heard, self, session)
        return session

    def began(self, exchange: Exchange) -> None:
        """A request is sent."""
        self.exchanges.append(exchange)
        self._forget()
        _tell(self._exchange_heard, self, exchange)
        if self._above is not None:
            self._above.began(exchange)

    def came(self, exchange: Exchange) -> None:
        """An exchange has its head, or more of its body."""
        _tell(self._data_heard, self, exchange)
        if self._above is not None:
            self._above.came(exchange)

    def ended(self, exchange: Exchange, failure: WorkbenchError | None = None) -> None:
        """An exchange is over; `failure` says why it did not end well."""
        self._sizes[exchange.id] = sum(len(chunk.data) for chunk in exchange.chunks)
        if failure is not None:
            self._failures[exchange.id] = failure
        self._forget()
        _tell(self._exchange_heard, self, exchange)
        if self._above is not None:
            self._above.ended(exchange, failure)

    def take_host_event(self, event: HostEvent) -> None:
        """The page around the widget has heard something."""
        self.host_events.append(event)
        del self.host_events[:-KEPT_HOST_EVENTS]
        _tell(self._host_event_heard, self, event)

    # --- what is asked ------------------------------------------------------------------------------------------------

    def failure(self, exchange_id: str) -> WorkbenchError | None:
        """Why an exchange did not end well, when it did not."""
        return self._failures.get(exchange_id)

    def hold(self) -> None:
        """Hold what comes, from front ends that are new by then, too: a page that is loaded again is one."""
        self.gate.hold()
        if self._above is not None:
            self._above.gate.hold()

    def let_through(self) -> None:
        """Let all go on that is held, and hold nothing any more."""
        self.gate.open()
        if self._above is not None:
            self._above.gate.open()

    def connection_of(self, headers: Headers) -> Connection:
        """
        What a request with these headers is sent over: the credentials among them are secrets as well.

        Cookies are neither kept nor sent, and silence has no limit: a browser has none.
        """
        if self._above is not None:
            return self._above.connection_of(headers)
        if self._of_headers is None or self._of_headers[:2] != (self.connection, headers):
            also = self.connection.also_secret | Secrets.named(headers)
            made = replace(self.connection, also_secret=also, cookies=None, read_timeout=None, quiet_timeout=None)
            self._of_headers = (self.connection, headers, made)
        return self._of_headers[2]

    def _forget(self) -> None:
        total = sum(self._sizes.values())
        while len(self.exchanges) > KEPT_EXCHANGES or total > KEPT_BYTES:
            old = next((one for one in self.exchanges[:-1] if not one.running), None)
            if old is None:
                return
            total -= self._sizes.get(old.id, 0)
            self.forget(old)

    def forget(self, exchange: Exchange) -> None:
        """An exchange is not kept any longer, nor by the front end's session that has it."""
        if exchange in self.exchanges:
            self.exchanges.remove(exchange)
        self._sizes.pop(exchange.id, None)
        self._failures.pop(exchange.id, None)
        for front_end in self.front_ends:
            front_end.forget(exchange)


def _tell(listeners: Listeners[P], *args: P.args, **kwargs: P.kwargs) -> None:
    """Tell them, whatever they make of it: who watches must not break what passes."""
    try:
        listeners.tell(*args, **kwargs)
    except Exception:
        log.exception("somebody who watches the relay has failed")
