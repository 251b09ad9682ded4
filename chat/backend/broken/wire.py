"""How a small backend is spoken to over HTTP: requests in, events and documents out. Everything in it is right."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from chat.backend.broken.memory import Json, Refusal

__all__ = ["LONGEST_BODY", "BrokeOnPurpose", "Wire"]

LONGEST_BODY = 64_000
"""Bytes of a request."""

_STREAM_HEADERS = {
    "Cache-Control": "no-store",
    # Proxies and compressing middleware hold events back; these headers ask them not to.
    "Content-Encoding": "identity",
    "X-Accel-Buffering": "no",
}


class BrokeOnPurpose(Exception):
    """What a broken backend raises where a real one would fail by mistake."""


class Wire:
    """An ASGI application. What it says is decided by `reply`, how it is said by the other methods."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = self.preflight(request) if request.method == "OPTIONS" else await self.reply(request)
        except Refusal as refusal:
            response = self.refuse(refusal.status, refusal.message)
        except ClientDisconnect:
            return
        for name, value in self.cors(request).items():
            response.headers[name] = value
        await response(scope, receive, send)

    async def reply(self, request: Request) -> Response:
        """The answer to any request but a preflight. May raise `Refusal`."""
        raise Refusal(404, "There is nothing here.")

    async def read(self, request: Request) -> bytes:
        """The request's body."""
        return b"".join([chunk async for chunk in self.chunks(request, LONGEST_BODY)])

    async def chunks(self, request: Request, limit: int) -> AsyncIterator[bytes]:
        """The request's body, piece by piece. Raises `Refusal` when it has more than `limit` bytes."""
        size = 0
        async for chunk in request.stream():
            size += len(chunk)
            if size > limit:
                raise Refusal(413, f"This backend takes no more than {limit:,} bytes here.")
            yield chunk

    # Events

    def frame(self, event: Json) -> bytes:
        """One event as it stands in the body."""
        return b"data: " + json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode() + b"\n\n"

    async def body(self, events: AsyncIterator[Json]) -> AsyncIterator[bytes]:
        """The body of a stream, piece by piece."""
        async for event in events:
            yield self.frame(event)

    def stream(self, events: AsyncIterator[Json]) -> Response:
        """The answer to a streaming operation."""
        return StreamingResponse(self.body(events), media_type="text/event-stream", headers=_STREAM_HEADERS)

    # Documents

    def document(self, document: Json) -> Response:
        """The answer to an operation that answers JSON."""
        return JSONResponse(document, headers={"Cache-Control": "no-store"})

    def refuse(self, status: int, message: str) -> Response:
        """A refusal, with its reason for the user."""
        return JSONResponse({"message": message}, status)

    # Other origins

    def preflight(self, request: Request) -> Response:
        """The answer to a browser that asks whether a page of another origin may send."""
        asked = request.headers.get("access-control-request-headers", "")
        headers = {"Access-Control-Allow-Methods": "POST, PUT, OPTIONS", "Access-Control-Max-Age": "600"}
        return Response(status_code=204, headers={**headers, "Access-Control-Allow-Headers": asked})

    def cors(self, request: Request) -> Mapping[str, str]:
        """What every answer says about a page of another origin that was let in: that it may read it."""
        origin = request.headers.get("origin")
        return {"Access-Control-Allow-Origin": origin, "Vary": "Origin"} if origin else {}
