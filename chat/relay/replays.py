"""Recordings that the page serves as backends: each under a key of its own on the stage's origin."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from chat.exchanges import Exchange

from .answers import failure_answer, readable
from .replay import Replay

__all__ = ["Replays"]

_KEPT = 8


class Replays:
    """`address` is where they listen, like http://127.0.0.1:8081. The newest eight are kept."""

    def __init__(self, address: str = "") -> None:
        self._address = address
        self._by_key: dict[str, Replay] = {}

    def serve(self, exchanges: Sequence[Exchange], name: str) -> str:
        """Serve these exchanges of a recording, as fast as they came; returns the address of that backend."""
        key = secrets.token_urlsafe(18)
        self._by_key[key] = Replay(exchanges, name)
        for old in list(self._by_key)[:-_KEPT]:
            del self._by_key[old]
        return f"{self._address}/replay/{key}/chatkit"

    def route(self) -> Route:
        """The route, for the stage's origin. Who may call is `Replay`'s business; the key is asked for besides."""
        replays = self

        class Serve:
            async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
                request = Request(scope, receive)
                replay = replays._by_key.get(request.path_params["key"])
                if replay is not None:
                    await replay.answer(request, send)
                    return
                words = "The workbench serves no recording with the key in this address."
                unknown = failure_answer(404, "unknown-key", words, "Serve it again, and use the new address.")
                unknown.headers.update(readable(request.headers))
                await unknown(scope, receive, send)

        return Route("/replay/{key}/chatkit", Serve(), methods=None)
