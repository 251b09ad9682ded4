"""Recordings that the page serves as backends: each under a key of its own on the stage's origin."""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime

from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from chat.exchanges import Exchange
from chat.listening import Listeners

from .answers import failure_answer, readable
from .replay import Replay

__all__ = ["Replays", "Served"]

_KEPT = 8
_LINES = 200


class Served:
    """A recording that is served at `address`, and what was asked of it."""

    def __init__(self, exchanges: Sequence[Exchange], name: str, address: str) -> None:
        self.address = address
        self.lines: deque[str] = deque(maxlen=_LINES)
        """A line for each request: when, what, and how it was answered; the newest 200."""
        self.replay = Replay(exchanges, name, say=self._say)
        self._ids = [exchange.id for exchange in exchanges]
        self._heard = Listeners[[]]()

    def holds(self, exchanges: Sequence[Exchange]) -> bool:
        """Whether it is these exchanges that are served."""
        return self._ids == [exchange.id for exchange in exchanges]

    def on_line(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` when there is a new line; returns a function that ends this."""
        return self._heard.add(listener)

    def _say(self, words: str) -> None:
        self.lines.append(f"{datetime.now():%H:%M:%S}  {words}")
        self._heard.tell()


class Replays:
    """`address` is where they listen, like http://127.0.0.1:8081. The newest eight are kept."""

    def __init__(self, address: str = "") -> None:
        self._address = address
        self._by_key: dict[str, Served] = {}

    def serve(self, exchanges: Sequence[Exchange], name: str) -> Served:
        """Serve these exchanges of a recording, as fast as they came; what is served already goes on."""
        for served in self._by_key.values():
            if served.holds(exchanges):
                return served
        key = secrets.token_urlsafe(18)
        served = self._by_key[key] = Served(exchanges, name, f"{self._address}/replay/{key}/chatkit")
        for old in list(self._by_key)[:-_KEPT]:
            del self._by_key[old]
        return served

    def route(self) -> Route:
        """The route, for the stage's origin. Who may call is `Replay`'s business; the key is asked for besides."""
        replays = self

        class Serve:
            async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
                request = Request(scope, receive)
                served = replays._by_key.get(request.path_params["key"])
                if served is not None:
                    await served.replay.answer(request, send)
                    return
                words = "The workbench serves no recording with the key in this address."
                unknown = failure_answer(404, "unknown-key", words, "Serve it again, and use the new address.")
                unknown.headers.update(readable(request.headers))
                await unknown(scope, receive, send)

        return Route("/replay/{key}/chatkit", Serve(), methods=None)
