"""
The lines of a recording, written. What they mean, says `chat.exchanges.recording`; they are read by
`chat.exchanges.recording_reader`.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from datetime import UTC
from typing import Any

from chat.exchanges.exchange import Chunk, Exchange
from chat.exchanges.host_events import HostEvent
from chat.exchanges.redaction import redact_body, redact_headers, redact_text, redact_url, redact_value

__all__ = [
    "FORMAT",
    "VERSION",
    "about_line",
    "chunk_line",
    "end_line",
    "exchange_lines",
    "head_line",
    "host_line",
    "of_line",
    "redacted",
    "response_line",
    "session_line",
]

FORMAT = "chatkit-workbench-exchange"
VERSION = 1


def redacted(chunks: list[Chunk]) -> Iterator[Chunk]:
    """The pieces of a body with everything masked that has the shape of a secret, also across pieces."""
    body = redact_body(b"".join(chunk.data for chunk in chunks))
    place = 0
    for chunk in chunks:
        yield Chunk(chunk.at_ns, body[place : place + len(chunk.data)])
        place += len(chunk.data)


def exchange_lines(exchange: Exchange) -> Iterator[bytes]:
    """All lines of an exchange as it now is."""
    yield head_line(exchange)
    if exchange.status is not None:
        yield response_line(exchange)
    yield from map(chunk_line, redacted(exchange.chunks))
    if not exchange.running:
        yield end_line(exchange)


def _line(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace") + b"\n"


def _data(data: bytes) -> dict[str, str]:
    try:
        return {"text": data.decode()}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode()}


def head_line(exchange: Exchange) -> bytes:
    """An exchange begins: its request."""
    request = exchange.request
    return _line(
        {
            "format": FORMAT,
            "version": VERSION,
            "id": exchange.id,
            "started_at": exchange.started_at.astimezone(UTC).isoformat(),
            "request": {
                "method": request.method,
                "url": redact_url(request.url),
                "headers": redact_headers(request.headers),
                "operation": request.operation,
                "streaming": request.streaming,
                "body_size": request.body_size,
                "token_expires_at": request.token_expires_at.isoformat() if request.token_expires_at else None,
                "body": _data(redact_body(request.body)),
            },
        }
    )


def response_line(exchange: Exchange) -> bytes:
    """The response's head."""
    return _line(
        {
            "kind": "response",
            "at_ns": exchange.headers_at_ns,
            "connected_at_ns": exchange.connected_at_ns,
            "status": exchange.status,
            "reason": exchange.reason,
            "headers": redact_headers(exchange.headers),
        }
    )


def chunk_line(chunk: Chunk) -> bytes:
    """A piece of the body, as it is: whoever writes it has masked it."""
    return _line({"kind": "chunk", "at_ns": chunk.at_ns, **_data(chunk.data)})


def end_line(exchange: Exchange) -> bytes:
    """How the exchange ended."""
    return _line(
        {
            "kind": "end",
            "at_ns": exchange.ended_at_ns,
            "connected_at_ns": exchange.connected_at_ns,
            "outcome": exchange.outcome,
            "failure": redact_text(exchange.failure) if exchange.failure else None,
            "wire_bytes": exchange.wire_bytes,
        }
    )


def of_line(exchange: Exchange, line: bytes) -> bytes:
    """A line of an exchange after which another one has begun."""
    return b'{"kind":"of","exchange":' + json.dumps(exchange.id).encode() + b',"line":' + line.rstrip(b"\n") + b"}\n"


def session_line() -> bytes:
    """The first line of a file in which something else than an exchange comes first."""
    return _line({"format": FORMAT, "version": VERSION, "kind": "session"})


def host_line(event: HostEvent) -> bytes:
    """What the element told its page, or what ours was told in its place."""
    line = {"kind": "host", "at": event.at.astimezone(UTC).isoformat(), "name": redact_text(event.name)}
    return _line({**line, "detail": redact_value(event.detail), **({"ours": True} if event.ours else {})})


def about_line(
    *,
    name: str | None = None,
    kept: bool | None = None,
    source: str | None = None,
    remarks: Sequence[str] | None = None,
) -> bytes:
    """What is to be known of the recording itself, or of it what has changed: see `Recording`."""
    said: dict[str, Any] = {"kind": "about"}
    if name is not None:
        said["name"] = redact_text(name)
    if kept is not None:
        said["kept"] = kept
    if source is not None:
        said["source"] = redact_text(source)
    if remarks is not None:
        said["remarks"] = list(map(redact_text, remarks))
    return _line(said)
