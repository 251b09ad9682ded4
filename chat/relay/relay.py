"""
The relay's route, `POST|OPTIONS /relay/<key>/chatkit`: what comes goes to the session's backend, and back as it comes.

Who knows the key may send, from any page: a front end of somebody else's may have no way to set a header. Answers go
back byte for byte, decoded; one that breaks off breaks off here, too. What cannot be forwarded is answered with 424 and
`x-workbench-failure`, never with a status that a widget would send its request again for.
"""

from __future__ import annotations

import asyncio
import importlib.util
import logging
from typing import Any

import httpx
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from chat.client.forwarding import forwarded
from chat.client.network import AT_ONCE, Network
from chat.client.requests import document_in
from chat.client.sending import transmit
from chat.errors import WorkbenchError
from chat.exchanges import Exchange
from chat.exchanges.arriving import ArrivingBody
from chat.exchanges.exchange import EVENT_STREAM
from chat.exchanges.secrets import Secrets
from chat.own_failures import FAILURE_HEADER

from .answers import NOT_BACK, failure_answer, preflight, readable
from .gate import Line
from .registry import Relay
from .requests import LONGEST_REQUEST, until_gone, whole_body
from .session import RelaySession

__all__ = ["KEPT_OF_ONE", "relay_route"]

KEPT_OF_ONE = 16 * 2**20
"""Bytes of one answer that are kept. What passes on has no limit."""

_DECODED = {"identity", "gzip", "x-gzip", "deflate"} | {
    coding
    for coding, modules in (("br", ("brotli", "brotlicffi")), ("zstd", ("zstandard", "compression.zstd")))
    if any(importlib.util.find_spec(module.partition(".")[0]) for module in modules)
}
"""Content codings that httpx undoes."""

log = logging.getLogger(__name__)


def relay_route(relay: Relay) -> Route:
    """The route, for the stage's origin."""

    class Forward:
        """An ASGI application rather than a function, so that an answer can be left unfinished."""

        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            await _answer(relay, Request(scope, receive), send)

    return Route("/relay/{key}/chatkit", Forward(), methods=None)


async def _answer(relay: Relay, request: Request, send: Send) -> None:
    session = relay.get(request.path_params["key"])
    if request.method == "OPTIONS":
        await _say(request, send, Response(status_code=204, headers=preflight(request.headers)))
    elif session is None:
        words = "The workbench knows no session with the key in this address."
        advice = "A key ends with its session, or with the workbench: copy the address from the workbench again."
        await _say(request, send, failure_answer(404, "unknown-key", words, advice))
    elif request.method != "POST":
        words = f"The relay forwards POST, which is all that ChatKit sends, and no {request.method}."
        refused = failure_answer(405, "method", words)
        refused.headers["Allow"] = "POST, OPTIONS"
        await _say(request, send, refused)
    else:
        await _forward(relay, session, request, send)


async def _forward(relay: Relay, session: RelaySession, request: Request, send: Send) -> None:
    try:
        body = await whole_body(request)
    except ClientDisconnect:
        return
    if body is None:
        refused = failure_answer(413, "too-long", f"The relay takes requests of at most {LONGEST_REQUEST:,} bytes.")
        await _say(request, send, refused)
        return
    try:
        headers = tuple(request.headers.items())
        owner = session.of_front_end(headers)
        document = document_in(body)
        connection = await owner.connection_of(headers).for_request(str(document.get("type", "")), document)
        sent, exchange = forwarded(connection, headers, request.url.query, body)
    except WorkbenchError as problem:  # what is worked out for each request could not be
        words = f"{problem.message} The request was not sent."
        await _say(request, send, failure_answer(424, "profile", words, error=problem))
        return
    except Exception:  # a mistake of ours must not be taken for the backend's, and be sent again five times
        log.exception("a request could not be forwarded")
        words = "The workbench failed while it read this request. It was not sent."
        await _say(
            request, send, failure_answer(424, "workbench", words, "Please report this: it is the workbench's fault.")
        )
        return
    answer = _Answer(owner, exchange, connection.secrets, request, send)
    network = Network(permits=lambda address: relay.permits(sent.url, address), pace=AT_ONCE)
    owner.began(exchange)
    sending = asyncio.create_task(
        transmit(exchange, sent, connection, network=network, taker=answer), name=f"relay {exchange.request.operation}"
    )
    leaving = asyncio.create_task(until_gone(request))
    failure: WorkbenchError | None = None
    try:
        await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if sending.done():
            failure = sending.result()
            await answer.conclude(failure)
    finally:
        leaving.cancel()
        if not sending.done():
            sending.cancel()
            await asyncio.wait({sending})
            exchange.failure = "The front end closed the connection."
        answer.close()
        owner.ended(exchange, failure)


class _Answer:
    """Takes an answer (an `AnswerTaker`): passes it on, and keeps it in its exchange, both at the same time."""

    def __init__(
        self, session: RelaySession, exchange: Exchange, secrets: Secrets, request: Request, send: Send
    ) -> None:
        self._session = session
        self._exchange = exchange
        self._request = request
        self._send = send
        self._masked = ArrivingBody(secrets)
        self._room = KEPT_OF_ONE
        self._not_kept = 0
        self._line: Line | None = None
        self._head: dict[str, Any] | None = None
        """The head, when it is to go with the first piece of the body."""
        self.started = False
        """Whether the front end has a status."""

    async def head(self, response: httpx.Response) -> None:
        status = response.status_code
        streams = self._exchange.media_type == EVENT_STREAM and 200 <= status < 300
        headers = _headers_back(response, self._request.headers)
        self._head = {"type": "http.response.start", "status": status, "headers": headers}
        self._line = self._session.gate.line(self._deliver, whole=not streams)
        if streams or not self._session.gate.holding:
            await self._start()
        self._session.came(self._exchange)

    async def piece(self, at_ns: int, data: bytes) -> bool:
        assert self._line is not None
        await self._line.take(at_ns, data)
        return True

    async def drained(self) -> None:
        if self._line is not None:
            await self._line.end()

    def finish(self) -> None:
        self._exchange.chunks += self._masked.finish()
        if self._not_kept:
            kept, rest = KEPT_OF_ONE, self._not_kept
            words = f"The first {kept:,} bytes are kept here; {rest:,} more were passed on and not kept."
            self._exchange.end("oversized", words)

    def close(self) -> None:
        """The exchange is over."""
        if self._line is not None:
            self._line.drop()

    async def conclude(self, failure: WorkbenchError | None) -> None:
        """
        End the answer as the backend's ended.

        When that broke off, nothing is said: the server then closes the connection in the middle of the body.
        """
        outcome = self._exchange.outcome
        if outcome in ("complete", "oversized") and failure is None:
            await self._start()
            await self._send({"type": "http.response.body", "body": b""})
        elif outcome == "cancelled":
            return
        elif not self.started and self._head is None:
            words = failure.message if failure else self._exchange.failure or ""
            refused = failure_answer(424, outcome, words, error=failure)
            await _say(self._request, self._send, refused)
        else:
            await self._start()

    async def _start(self) -> None:
        if self._head is not None:
            head, self._head, self.started = self._head, None, True
            await self._send(head)

    async def _deliver(self, at_ns: int, data: bytes) -> None:
        await self._start()
        await self._send({"type": "http.response.body", "body": data, "more_body": True})
        if len(data) <= self._room:
            self._room -= len(data)
            self._exchange.chunks += self._masked.feed(at_ns, data)
            self._session.came(self._exchange)
        else:
            self._not_kept += len(data)
            self._room = 0


# --- headers and answers of the relay's own ---------------------------------------------------------------------------


def _headers_back(response: httpx.Response, asked: Headers) -> list[tuple[bytes, bytes]]:
    codings = response.headers.get("content-encoding", "")
    left = [coding for coding in map(str.strip, codings.split(",")) if coding.lower() not in _DECODED and coding]
    passed = [
        (name, value)
        for name, value in response.headers.raw
        if (lower := name.lower().decode("latin-1")) not in NOT_BACK
        and lower != "content-encoding"
        and not lower.startswith("access-control-")
    ]
    if left:
        passed.append((b"content-encoding", ", ".join(left).encode("latin-1")))
    exposed = sorted({name.lower().decode("latin-1") for name, _ in passed} | {FAILURE_HEADER})
    return [*passed, *_raw(readable(asked, exposed))]


def _raw(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode("ascii"), value.encode("latin-1")) for name, value in headers.items()]


async def _say(request: Request, send: Send, response: Response) -> None:
    response.headers.update(readable(request.headers))
    await response(request.scope, request.receive, send)
