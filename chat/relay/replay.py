"""
A recording, served as a ChatKit backend: for a widget, for a front end's tests, for a demo without a network.

Answers come with the bytes, the pieces and the times of the recording; a status, an answer that broke off and one that
never came are replayed as such. What was not recorded is answered with 404 and `x-workbench-failure`: the official
widget sends a request again that is answered with 5xx.

Recordings hold no secrets, but what somebody has said: pages of this machine may call, and those that were named, and
no others. Programs, which have no origin, may too.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Collection, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from chat.exchanges import Exchange, operation_of
from chat.exchanges.answer import tells_its_end
from chat.exchanges.redaction import redact_text
from chat.hosts import is_loopback
from chat.own_failures import FAILURE_HEADER

from .answers import NOT_BACK, failure_answer, preflight, readable
from .recorded_answers import READS, RecordedAnswers
from .recorded_store import NotStored, RecordedStore
from .requests import LONGEST_REQUEST, until_gone, whole_body

__all__ = ["Replay"]

_NAMED: Final = 3
"""Recorded requests that are named where none fits."""
_SECOND: Final = 1e9

log = logging.getLogger(__name__)


class Replay:
    """
    The exchanges of a recording called `name`, served.

    `speed`: how many times as fast as it was recorded; 0 is at once. `origins`: pages of elsewhere that may call.
    `say` gets a line for each request. For `once` and `any_message` see `RecordedAnswers`.
    """

    def __init__(
        self,
        exchanges: Sequence[Exchange],
        name: str,
        *,
        speed: float = 1.0,
        origins: Collection[str] = (),
        once: bool = False,
        any_message: bool = False,
        say: Callable[[str], object] = log.info,
    ) -> None:
        self.name = name
        self.answers = RecordedAnswers(exchanges, once=once, any_message=any_message)
        self._store = RecordedStore(exchanges)
        self._speed = speed
        self._origins = {origin.rstrip("/").lower() for origin in origins}
        self._say = say

    def route(self, path: str = "/chatkit") -> Route:
        """The route under which it is the backend."""
        replay = self

        class Serve:
            """An ASGI application rather than a function, so that an answer can be left unfinished."""

            async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
                await replay.answer(Request(scope, receive), send)

        return Route(path, Serve(), methods=None)

    async def answer(self, request: Request, send: Send) -> None:
        """Answer a request to this backend, whatever it is."""
        origin = request.headers.get("origin")
        if origin is not None and not self._may_call(origin):
            words = f"Pages of {origin} may not read this recording."
            self._say(f"refused: {words} Name them with --allow-origin.")
            refused = failure_answer(403, "origin", words, f"Start it with `--allow-origin {origin}`.")
            await refused(request.scope, request.receive, send)
        elif request.method == "OPTIONS":
            await self._give(request, send, Response(status_code=204, headers=preflight(request.headers)))
        elif request.method != "POST":
            words = f"A ChatKit backend takes POST, which is all that ChatKit sends, and no {request.method}."
            refused = failure_answer(405, "method", words)
            refused.headers["Allow"] = "POST, OPTIONS"
            await self._give(request, send, refused)
        else:
            await self._post(request, send)

    def _may_call(self, origin: str) -> bool:
        if origin.lower() in self._origins:
            return True
        try:
            host = urlsplit(origin).hostname
        except ValueError:
            return False
        return host is not None and is_loopback(host)

    async def _post(self, request: Request, send: Send) -> None:
        try:
            body = await whole_body(request)
        except ClientDisconnect:
            return
        if body is None:
            words = f"A replay takes requests of at most {LONGEST_REQUEST:,} bytes."
            await self._give(request, send, failure_answer(413, "too-long", words))
            return
        operation = operation_of(body)
        params = json.loads(body).get("params") if operation else {}
        params = params if isinstance(params, dict) else {}
        answered = self.answers.answer(operation, params) if operation else None
        if answered is not None:
            if answered.anew:
                self._store.begin_anew()
                self._say("the recording begins again")
            self._say(f"{operation}: exchange {answered.number}, {_outcome(answered.exchange)}")
            await self._replay(answered.exchange, request, send)
        elif operation in READS:
            await self._read(operation, params, request, send)
        else:
            await self._give(request, send, self._not_recorded(operation, params))

    async def _read(self, operation: str, params: dict[str, Any], request: Request, send: Send) -> None:
        try:
            document = self._store.answer(operation, params)
        except NotStored as missing:
            words = f"The recording {self.name} has no {str(missing).removeprefix('a ').removeprefix('an ')}."
            self._say(f"{operation}: not recorded. {words}")
            await self._give(request, send, failure_answer(404, "not-recorded", words))
            return
        self._say(f"{operation}: from what the recording tells of its threads")
        await self._give(request, send, JSONResponse(document, headers={"Cache-Control": "no-store"}))

    def _not_recorded(self, operation: str, params: dict[str, Any]) -> Response:
        if not operation:
            words = "This is no ChatKit request: a JSON object with a `type` was expected."
            self._say(f"refused: {words}")
            return failure_answer(400, "no-request", words)
        got = _said(operation, params)
        recorded = self.answers.recorded(operation)
        known = list(dict.fromkeys(_said(operation, one.request.params) for one in recorded))
        words = f"The recording {self.name} has no answer to {got}."
        if got in known:
            words = f"The recording {self.name} has no other answer to {got}: each was given once."
        expected = "; ".join(known[:_NAMED]) + (f"; and {len(known) - _NAMED} more" if known[_NAMED:] else "")
        advice = f"Recorded of this operation: {expected or 'nothing'}."
        self._say(f"{operation}: not recorded. {words} {advice}")
        return failure_answer(404, "not-recorded", words, advice)

    async def _give(self, request: Request, send: Send, response: Response) -> None:
        response.headers.update(readable(request.headers))
        await response(request.scope, request.receive, send)

    # --- one recorded answer ------------------------------------------------------------------------------------------

    async def _replay(self, exchange: Exchange, request: Request, send: Send) -> None:
        if exchange.status is None and not exchange.chunks:
            words = f"Nothing came when this was recorded: {exchange.failure or exchange.outcome}."
            await self._give(request, send, failure_answer(424, exchange.outcome, words))
            return
        sending = asyncio.create_task(self._send(exchange, request, send))
        leaving = asyncio.create_task(until_gone(request))
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                sending.result()
        finally:
            self._store.play(exchange)  # whoever leaves early misses what the backend has written all the same
            leaving.cancel()
            sending.cancel()

    async def _send(self, exchange: Exchange, request: Request, send: Send) -> None:
        """The answer in its time. One that did not come to its end is left without one: its connection then breaks."""
        begin = asyncio.get_running_loop().time()
        await self._until(begin, exchange.headers_at_ns or 0)
        status = 200 if exchange.status is None else exchange.status
        await send({"type": "http.response.start", "status": status, "headers": _headers(exchange, request)})
        for at_ns, data in exchange.chunks:
            await self._until(begin, at_ns)
            await send({"type": "http.response.body", "body": data, "more_body": True})
        if exchange.outcome == "complete":
            await self._until(begin, exchange.ended_at_ns or 0)
            await send({"type": "http.response.body", "body": b""})
        elif not tells_its_end(exchange):
            self._say("the recording of this answer stops here: the connection is closed")

    async def _until(self, begin: float, at_ns: int) -> None:
        if self._speed:
            left = begin + at_ns / _SECOND / self._speed - asyncio.get_running_loop().time()
            if left > 0:
                await asyncio.sleep(left)


def _headers(exchange: Exchange, request: Request) -> list[tuple[bytes, bytes]]:
    """The recorded headers that still say something true here: bodies are kept decoded."""
    kept = [
        (name, value)
        for name, value in exchange.headers
        if name.lower() not in NOT_BACK
        and name.lower() != "content-encoding"
        and not name.lower().startswith("access-control-")
    ]
    if exchange.status is None and exchange.expects_stream:  # a body that was pasted
        kept = [("content-type", "text/event-stream")]
    exposed = sorted({name.lower() for name, _ in kept} | {FAILURE_HEADER})
    together = [*kept, *readable(request.headers, exposed).items()]
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in together]


def _said(operation: str, params: dict[str, Any]) -> str:
    """A request in a few words."""
    try:
        text = "".join(str(part.get("text", "")) for part in params["input"]["content"])
    except (AttributeError, KeyError, TypeError):
        text = ""
    rest = {name: value for name, value in params.items() if name != "input" and value not in (None, [], {})}
    words = [f"`{operation}`"]
    if text:
        words.append(f"with “{text[:80]}”")
    if rest:
        words.append(json.dumps(rest, ensure_ascii=False)[:200])
    return redact_text(" ".join(words))


def _outcome(exchange: Exchange) -> str:
    size = sum(len(chunk.data) for chunk in exchange.chunks)
    return f"{exchange.status or 'no status'}, {size:,} bytes, {exchange.outcome}"
