"""What goes wrong with the response as a whole."""

import asyncio
import json
import time
import zlib
from collections.abc import AsyncIterator
from itertools import count

from starlette.responses import JSONResponse, Response

from chat.backend.broken.exhibit import broken
from chat.backend.broken.good import GoodBackend
from chat.backend.broken.memory import Json
from chat.backend.broken.wire import BrokeOnPurpose

_HELD_OPEN = 300.0
_HELD_BACK = 1.3


@broken("transport/status", "Streams are refused with a 401")
class Status(GoodBackend):
    def stream(self, events: AsyncIterator[Json]) -> Response:
        return self.refuse(401, "Please sign in again.")


@broken("transport/retried", "The stream has no Content-Type")
class Retried(GoodBackend):
    def stream(self, events: AsyncIterator[Json]) -> Response:
        response = super().stream(events)
        del response.headers["content-type"]
        return response


@broken("transport/ndjson", "Lines of JSON instead of events")
class Lines(GoodBackend):
    def frame(self, event: Json) -> bytes:
        return json.dumps(event).encode() + b"\n"


@broken("transport/json-body", "Answers are JSON twice over")
class JSONInJSON(GoodBackend):
    def document(self, document: Json) -> Response:
        return JSONResponse(json.dumps(document))


@broken("transport/no-message", "Errors explain themselves in `detail`, as FastAPI's do")
class Detail(GoodBackend):
    def refuse(self, status: int, message: str) -> Response:
        return JSONResponse({"detail": message}, status)


@broken("transport/truncated", "An exception after the 200 was sent")
class Truncated(GoodBackend):
    async def body(self, events: AsyncIterator[Json]) -> AsyncIterator[bytes]:
        words = count()
        async for piece in super().body(events):
            yield piece
            if b"text_delta" in piece and next(words) == 5:
                raise BrokeOnPurpose("transport/truncated breaks off every answer")


@broken("transport/empty-stream", "200, and not one event")
class Empty(GoodBackend):
    async def body(self, events: AsyncIterator[Json]) -> AsyncIterator[bytes]:
        async for _ in events:
            pass
        yield b""


@broken("transport/buffered", "The answer is gathered first and sent in one piece")
class Buffered(GoodBackend):
    async def body(self, events: AsyncIterator[Json]) -> AsyncIterator[bytes]:
        began = time.monotonic()
        whole = b"".join([piece async for piece in super().body(events)])
        await asyncio.sleep(_HELD_BACK - (time.monotonic() - began))
        yield whole


@broken("transport/compressed", "The stream is sent under gzip")
class Compressed(GoodBackend):
    async def body(self, events: AsyncIterator[Json]) -> AsyncIterator[bytes]:
        gzip = zlib.compressobj(wbits=31)
        async for piece in super().body(events):
            yield gzip.compress(piece) + gzip.flush(zlib.Z_SYNC_FLUSH)
        yield gzip.flush()

    def stream(self, events: AsyncIterator[Json]) -> Response:
        response = super().stream(events)
        response.headers["Content-Encoding"] = "gzip"
        return response


@broken("transport/never-ends", "The stream stays open after the answer")
class NeverEnds(GoodBackend):
    async def body(self, events: AsyncIterator[Json]) -> AsyncIterator[bytes]:
        async for piece in super().body(events):
            yield piece
        await asyncio.sleep(_HELD_OPEN)  # seconds; for ever would keep a server from stopping
