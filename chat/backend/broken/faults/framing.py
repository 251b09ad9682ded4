"""What goes wrong with the way events stand in the body."""

import json
from collections.abc import AsyncIterator

from starlette.responses import Response

from chat.backend.broken.exhibit import broken
from chat.backend.broken.good import GoodBackend
from chat.backend.broken.memory import Json, Thread


@broken("framing/unterminated", "Blank lines between the events, and none after the last")
class Unterminated(GoodBackend):
    async def body(self, events: AsyncIterator[Json]) -> AsyncIterator[bytes]:
        between = b""
        async for piece in super().body(events):
            yield between + piece.removesuffix(b"\n\n")
            between = b"\n\n"


@broken("framing/not-json", "Events are framed twice: `data: data: …`")
class FramedTwice(GoodBackend):
    def frame(self, event: Json) -> bytes:
        return b"data: " + super().frame(event)


@broken("framing/type-in-event-line", "The type stands on the `event:` line only")
class TypeInEventLine(GoodBackend):
    def frame(self, event: Json) -> bytes:
        rest = {name: value for name, value in event.items() if name != "type"}
        return f"event: {event['type']}\ndata: {json.dumps(rest)}\n\n".encode()


@broken("framing/not-utf8", "Text in Latin-1")
class Latin1(GoodBackend):
    async def says(self, thread: Thread, text: str) -> AsyncIterator[Json]:
        async for event in super().says(thread, f"Grüß Gott! {text}"):
            yield event

    def frame(self, event: Json) -> bytes:
        return b"data: " + _in_latin1(event) + b"\n\n"

    def document(self, document: Json) -> Response:
        return Response(_in_latin1(document), media_type="application/json", headers={"Cache-Control": "no-store"})


def _in_latin1(document: Json) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode("latin-1", "replace")


@broken("framing/comment-ping", "Comments as a heartbeat")
class CommentPing(GoodBackend):
    def frame(self, event: Json) -> bytes:
        ping = b": ping\n\n" if event["type"] == "stream_options" else b""
        return ping + super().frame(event)
