"""
A recording as HAR 1.2, which the network panel of browsers opens, and back again without loss.

The whole body is in `content.text`, the messages of a stream in `_eventSourceMessages` as Chrome writes them (their
times in seconds since 1970). What HAR has no room for is in fields of our own: `_workbenchChunks` says where and when
each piece of the body came, `_workbench` has the exact times and the outcome, and in the log what the element told its
page. `recording_of` reads these; a file without them is read by `chat.exchanges.har`, like that of any browser.
"""

from __future__ import annotations

import base64
import binascii
import json
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlsplit

from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from chat.exchanges.exchange import Chunk, Exchange, Headers, Outcome, Request
from chat.exchanges.host_events import HostEvent
from chat.exchanges.recording import Recording
from chat.exchanges.recording_lines import redacted
from chat.exchanges.redaction import redact_body, redact_headers, redact_text, redact_url, redact_value
from chat.protocol import SSEStream
from chat.version import NAME, version

__all__ = ["har", "recording_of"]

_VERSION = 1


def har(recording: Recording) -> bytes:
    """The recording as a HAR file. What has the shape of a secret is masked, as in all that is written."""
    _, _, name, kept, source, remarks = recording
    log = {
        "version": "1.2",
        "creator": {"name": NAME, "version": version()},
        "comment": redact_text(name),
        "entries": list(map(_entry, recording.exchanges)),
        "_workbench": {
            "version": _VERSION,
            "name": redact_text(name),
            "kept": kept,
            "source": redact_text(source),
            "remarks": list(map(redact_text, remarks)),
            "host_events": [
                {
                    "at": _iso(event.at),
                    "name": redact_text(event.name),
                    "detail": redact_value(event.detail),
                    "ours": event.ours,
                }
                for event in recording.host_events
            ],
        },
    }
    return json.dumps({"log": log}, indent=1).encode()


def _entry(exchange: Exchange) -> dict[str, Any]:
    request, chunks = exchange.request, list(redacted(exchange.chunks))
    body = b"".join(chunk.data for chunk in chunks)
    connect, wait, receive = _phases(exchange)
    entry: dict[str, Any] = {
        "startedDateTime": _iso(exchange.started_at),
        "time": connect + wait + receive,
        "request": _request(request),
        "response": _response(exchange, body),
        "cache": {},
        "timings": {
            **({"connect": connect} if exchange.connected_at_ns is not None else {}),
            "send": 0,
            "wait": wait,
            "receive": receive,
        },
        "_resourceType": "fetch",
        "_workbenchChunks": [{"at_ns": chunk.at_ns, "size": len(chunk.data)} for chunk in chunks],
        "_workbench": _exact(exchange),
    }
    if exchange.expects_stream and (messages := _messages(exchange, chunks)):
        entry["_eventSourceMessages"] = messages
    return entry


def _request(request: Request) -> dict[str, Any]:
    body, headers = redact_body(request.body), redact_headers(request.headers)
    url = redact_url(request.url)
    document: dict[str, Any] = {
        "method": request.method,
        "url": url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(headers),
        "queryString": _query(url),
        "headersSize": -1,
        "bodySize": request.body_size or len(body),
    }
    if body:
        kind = next((value for name, value in headers if name.lower() == "content-type"), "application/json")
        document["postData"] = {"mimeType": kind, **_text(body)}
    return document


def _response(exchange: Exchange, body: bytes) -> dict[str, Any]:
    headers = redact_headers(exchange.headers)
    location = next((value for name, value in headers if name.lower() == "location"), "")
    document: dict[str, Any] = {
        "status": exchange.status or 0,
        "statusText": redact_text(exchange.reason),
        "httpVersion": "HTTP/1.1" if exchange.status else "",
        "cookies": [],
        "headers": _pairs(headers),
        "content": {"size": len(body), "mimeType": exchange.content_type or "x-unknown", **_text(body)},
        "redirectURL": location,
        "headersSize": -1,
        "bodySize": exchange.wire_bytes if exchange.status else -1,
    }
    if exchange.failure:
        document["_error"] = redact_text(exchange.failure)
    return document


def _text(body: bytes) -> dict[str, str]:
    try:
        return {"text": body.decode()}
    except UnicodeDecodeError:
        return {"text": base64.b64encode(body).decode(), "encoding": "base64"}


def _pairs(headers: Headers) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]


def _query(url: str) -> list[dict[str, str]]:
    try:
        pairs = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    except ValueError:
        return []
    return [{"name": name, "value": value} for name, value in pairs]


def _phases(exchange: Exchange) -> tuple[float, float, float]:
    """Milliseconds of connecting, waiting for the head, and receiving the body."""
    connected = exchange.connected_at_ns or 0
    head = exchange.headers_at_ns if exchange.headers_at_ns is not None else connected
    last = exchange.chunks[-1].at_ns if exchange.chunks else head
    end = exchange.ended_at_ns if exchange.ended_at_ns is not None else last
    return connected / 1e6, max(0, head - connected) / 1e6, max(0, end - head) / 1e6


def _messages(exchange: Exchange, chunks: list[Chunk]) -> list[dict[str, Any]]:
    stream = SSEStream()
    begin = exchange.started_at.astimezone(UTC)
    return [
        {
            "time": (begin + timedelta(microseconds=message.at_ns / 1000)).timestamp(),
            "eventName": message.event or "message",
            "eventId": message.id or "",
            "data": message.data,
        }
        for chunk in chunks
        for message in stream.feed(chunk.data, chunk.at_ns)
    ]


def _exact(exchange: Exchange) -> dict[str, Any]:
    request = exchange.request
    return {
        "id": exchange.id,
        "started_at": _iso(exchange.started_at),
        "operation": request.operation,
        "streaming": request.streaming,
        "body_size": request.body_size,
        "token_expires_at": request.token_expires_at and _iso(request.token_expires_at),
        "status": exchange.status,
        "connected_at_ns": exchange.connected_at_ns,
        "headers_at_ns": exchange.headers_at_ns,
        "ended_at_ns": exchange.ended_at_ns,
        "outcome": exchange.outcome if not exchange.running else "interrupted",
        "failure": redact_text(exchange.failure) if exchange.failure else None,
        "wire_bytes": exchange.wire_bytes,
    }


# And back

_Nanoseconds = Annotated[int, Field(ge=0, lt=2**63)]


class _Piece(BaseModel):
    at_ns: _Nanoseconds
    size: Annotated[int, Field(ge=0)]


class _Pair(BaseModel):
    name: str
    value: str


class _Text(BaseModel):
    text: str = ""
    encoding: str = ""

    def decoded(self) -> bytes:
        if self.encoding == "base64":
            return base64.b64decode(self.text, validate=True)
        return self.text.encode("utf-8", "replace")


class _Asked(BaseModel):
    method: str
    url: str
    headers: list[_Pair]
    postData: _Text = _Text()


class _Answered(BaseModel):
    statusText: str
    headers: list[_Pair]
    content: _Text


class _Facts(BaseModel):
    id: str
    started_at: AwareDatetime
    operation: str
    streaming: bool
    body_size: int
    token_expires_at: AwareDatetime | None
    status: int | None
    connected_at_ns: _Nanoseconds | None
    headers_at_ns: _Nanoseconds | None
    ended_at_ns: _Nanoseconds | None
    outcome: Outcome
    failure: str | None
    wire_bytes: int


class _Entry(BaseModel):
    request: _Asked
    response: _Answered
    chunks: Annotated[list[_Piece], Field(alias="_workbenchChunks")]
    facts: Annotated[_Facts, Field(alias="_workbench")]

    def exchange(self) -> Exchange:
        """The exchange that was exported. Raises ValueError when the pieces are not those of the body."""
        asked, answered, facts = self.request, self.response, self.facts
        exchange = Exchange(
            Request(
                asked.method,
                asked.url,
                tuple((one.name, one.value) for one in asked.headers),
                asked.postData.decoded(),
                facts.operation,
                facts.streaming,
                facts.body_size,
                facts.token_expires_at,
            ),
            id=facts.id,
            started_at=facts.started_at,
            connected_at_ns=facts.connected_at_ns,
            status=facts.status,
            reason=answered.statusText,
            headers=tuple((one.name, one.value) for one in answered.headers),
            headers_at_ns=facts.headers_at_ns,
            wire_bytes=facts.wire_bytes,
            ended_at_ns=facts.ended_at_ns,
            outcome=facts.outcome,
            failure=facts.failure,
        )
        body, place = answered.content.decoded(), 0
        for piece in self.chunks:
            exchange.chunks.append(Chunk(piece.at_ns, body[place : place + piece.size]))
            place += piece.size
        if place != len(body) or facts.outcome == "pending":
            raise ValueError("not as it was exported")
        return exchange


class _Heard(BaseModel):
    at: AwareDatetime
    name: str
    detail: Any = None
    ours: bool = False


class _About(BaseModel):
    version: Annotated[int, Field(ge=1, le=_VERSION)]
    name: str = ""
    kept: bool = False
    source: str = ""
    remarks: list[str] = []
    host_events: list[_Heard] = []


class _Log(BaseModel):
    about: Annotated[_About, Field(alias="_workbench")]
    entries: list[_Entry]


def recording_of(document: dict[str, Any]) -> Recording | None:
    """The recording that this HAR document was made from; None when it is not ours, or was changed since."""
    try:
        log = _Log.model_validate(document.get("log"))
        exchanges = [entry.exchange() for entry in log.entries]
    except (ValidationError, ValueError, binascii.Error, RecursionError):
        return None
    about = log.about
    heard = [HostEvent(_utc(one.at), one.name, one.detail, one.ours) for one in about.host_events]
    return Recording(exchanges, heard, about.name, about.kept, about.source, about.remarks)


def _iso(moment: datetime) -> str:
    return _utc(moment).isoformat(timespec="microseconds")


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
