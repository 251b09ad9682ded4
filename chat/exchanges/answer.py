"""What an exchange's response says: its events, its own explanation of a failure, and what is odd about its headers."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from chat.exchanges.exchange import EVENT_STREAM, Exchange, is_event_stream, is_json_type
from chat.exchanges.redaction import redact_text
from chat.protocol import Event, EventDecoder, Problem
from chat.protocol.events import LONGEST_RUN
from chat.protocol.lenient_json import no_constant

__all__ = [
    "event_batches",
    "excerpt",
    "first_events",
    "is_json",
    "message_of",
    "read_events",
    "request_id",
    "tells_its_end",
    "transport_problems",
]

_LONGEST_MESSAGE = 500
_LONGEST_READ = 1_000_000
_PIECE = 2**14
"""Bytes that are decoded in one go: about a hundred deltas."""
_KNOWN_ENCODINGS = frozenset(("", "identity", "gzip", "deflate"))
_REQUEST_IDS = ("x-request-id", "openai-request-id", "x-openai-request-id", "request-id")
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{1,300})", re.IGNORECASE)


def read_events(exchange: Exchange) -> list[Event]:
    """
    The events of the body as far as it came, in order; times are those of the chunks that completed them.

    A last block without its blank line is there too (`Event.terminated` is False), unless the exchange still runs or
    was cut by this side: then its end is nobody's fault.
    """
    return [event for fresh in event_batches(exchange) for event in fresh]


def event_batches(exchange: Exchange) -> Iterator[list[Event]]:
    """
    `read_events`, some at a time: so many as make a run (see `chat.protocol.runs`), or what a long chunk's next piece
    brings, so that others can have the event loop between two of them.
    """
    decoder = EventDecoder()
    batch: list[Event] = []
    read = 0
    for at_ns, data in exchange.chunks:
        for begin in range(0, len(data), _PIECE):
            batch += decoder.feed(data[begin : begin + _PIECE], at_ns)
            read += len(data[begin : begin + _PIECE])
            if len(batch) >= LONGEST_RUN or read >= _PIECE:
                yield batch
                batch, read = [], 0
    if tells_its_end(exchange):
        batch += decoder.close()
    yield batch


def first_events(exchange: Exchange, most_bytes: int) -> list[Event]:
    """The events in the first `most_bytes` bytes of the body, to see what it is about."""
    return EventDecoder().feed(exchange.beginning(most_bytes), 0)


def request_id(exchange: Exchange) -> str:
    """What the server calls this request, as `x-request-id: req_1`; "" when it does not say."""
    for name in _REQUEST_IDS:
        value = exchange.header(name)
        if value:
            return f"{name}: {excerpt(value, 120)}"
    return ""


def tells_its_end(exchange: Exchange) -> bool:
    """Whether the end of what came of the body is the backend's doing."""
    return exchange.outcome not in ("pending", "cancelled", "oversized", "interrupted")


def cut_by_us(exchange: Exchange) -> bool:
    """Whether there was more of the body than was kept: nobody here knows how it ended."""
    return exchange.outcome in ("oversized", "interrupted")


def is_json(exchange: Exchange) -> bool:
    """Whether the content-type is JSON, `application/problem+json` and its like included."""
    return is_json_type(exchange.media_type)


def message_of(exchange: Exchange) -> str:
    """
    What the body says in its own words, at most 500 characters, "" when it says nothing.

    Taken from a JSON object's `message`, `detail` (FastAPI's text, or its list of validation errors), `error`,
    `error.message` or `title`; from the title of an HTML page; or else the text itself.
    """
    body = exchange.beginning(_LONGEST_READ + 1)
    if not body or is_event_stream(exchange):
        return ""
    text = body[:_LONGEST_READ].decode("utf-8", "replace").strip()
    try:
        document = json.loads(body, parse_constant=no_constant) if len(body) <= _LONGEST_READ else None
    except (ValueError, RecursionError):
        document = None
    if isinstance(document, dict):
        return excerpt(_from_object(document), _LONGEST_MESSAGE)
    if isinstance(document, str):
        return excerpt(document, _LONGEST_MESSAGE)
    if text.startswith("<") or "html" in exchange.media_type:
        title = _TITLE.search(text)
        return excerpt(html.unescape(title[1]), _LONGEST_MESSAGE) if title else ""
    return excerpt(text, _LONGEST_MESSAGE) if text.isprintable() or "\n" in text else ""


def transport_problems(exchange: Exchange, events: Sequence[Event] | None = None) -> list[Problem]:
    """
    What is odd about a successful response's headers and framing, though its body is read all the same.

    Paths name the header, like `headers.content-type`, or `body`. `events` spares decoding the body again.
    """
    problems: list[Problem] = []
    if exchange.status is None or not 200 <= exchange.status < 300 or exchange.request.uploads:
        return problems
    kind, encoding = exchange.content_type, exchange.content_encoding
    streams = exchange.expects_stream
    if streams and not is_event_stream(exchange):
        problems.append(Problem("headers.content-type", EVENT_STREAM, kind or "no content-type"))
    if not streams and not is_json(exchange) and exchange.chunks:
        problems.append(Problem("headers.content-type", "application/json", kind or "no content-type"))
    if unread := [part for part in map(str.strip, encoding.split(",")) if part not in _KNOWN_ENCODINGS]:
        problems.append(Problem("headers.content-encoding", "gzip, deflate or none", ", ".join(unread)))
    if streams and tells_its_end(exchange) and not (read_events(exchange) if events is None else events):
        size = exchange.size
        problems.append(Problem("body", "at least one event", f"none in {size} bytes" if size else "nothing"))
    return problems


def excerpt(text: str, longest: int = 200) -> str:
    """The text on one line, without what has the shape of a secret, and not longer than `longest` characters."""
    text = redact_text(" ".join(text[: longest * 4].split()))
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _from_object(document: dict[str, Any]) -> str:
    for key in ("message", "detail", "error", "title", "error_description", "reason"):
        said = _words(document.get(key))
        if said:
            return said
    return ""


def _words(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        message = value.get("message")
        return message if isinstance(message, str) else ""
    if isinstance(value, list):
        return "; ".join(filter(None, map(_validation_error, value[:10])))
    return ""


def _validation_error(entry: Any) -> str:
    """One of FastAPI's validation errors: where, and what is wrong there."""
    if not isinstance(entry, dict):
        return entry if isinstance(entry, str) else ""
    message, place = entry.get("msg"), entry.get("loc")
    if not isinstance(message, str):
        return ""
    where = ".".join(str(step) for step in place) if isinstance(place, list) else ""
    return f"{where}: {message}" if where else message
