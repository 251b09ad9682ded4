"""What an exchange's response says: its events, its own explanation of a failure, and what is odd about its headers."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Sequence
from typing import Any

from chat.exchanges.exchange import Exchange
from chat.exchanges.redaction import redact_text
from chat.protocol import Event, EventDecoder, Problem

__all__ = [
    "EVENT_STREAM",
    "excerpt",
    "is_event_stream",
    "is_json",
    "message_of",
    "read_events",
    "tells_its_end",
    "transport_problems",
]

EVENT_STREAM = "text/event-stream"

_LONGEST_MESSAGE = 500
_LONGEST_READ = 1_000_000
_KNOWN_ENCODINGS = frozenset(("", "identity", "gzip", "deflate"))
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{1,300})", re.IGNORECASE)


def read_events(exchange: Exchange) -> list[Event]:
    """
    The events of the body as far as it came, in order; times are those of the chunks that completed them.

    A last block without its blank line is there too (`Event.terminated` is False), unless the exchange still runs or
    was cut by this side: then its end is nobody's fault.
    """
    decoder = EventDecoder()
    events: list[Event] = []
    for chunk in exchange.chunks:
        events.extend(decoder.feed(chunk.data, chunk.at_ns))
    if tells_its_end(exchange):
        events.extend(decoder.close())
    return events


def tells_its_end(exchange: Exchange) -> bool:
    """Whether the end of what came of the body is the backend's doing."""
    return exchange.outcome not in ("pending", "cancelled", "oversized", "interrupted")


def is_event_stream(exchange: Exchange) -> bool:
    """Whether the content-type is that of an event stream, in any case and with any parameters."""
    return _media_type(exchange) == EVENT_STREAM


def is_json(exchange: Exchange) -> bool:
    """Whether the content-type is JSON, `application/problem+json` and its like included."""
    kind = _media_type(exchange)
    return kind in ("application/json", "text/json") or kind.endswith("+json")


def message_of(exchange: Exchange) -> str:
    """
    What the body says in its own words, at most 500 characters, "" when it says nothing.

    Taken from a JSON object's `message`, `detail` (FastAPI's text, or its list of validation errors), `error`,
    `error.message` or `title`; from the title of an HTML page; or else the text itself.
    """
    body = exchange.body
    if not body or is_event_stream(exchange):
        return ""
    text = body[:_LONGEST_READ].decode("utf-8", "replace").strip()
    try:
        document = json.loads(body) if len(body) <= _LONGEST_READ else None
    except (ValueError, RecursionError):
        document = None
    if isinstance(document, dict):
        return excerpt(_from_object(document), _LONGEST_MESSAGE)
    if isinstance(document, str):
        return excerpt(document, _LONGEST_MESSAGE)
    if text.startswith("<") or "html" in _media_type(exchange):
        title = _TITLE.search(text)
        return excerpt(html.unescape(title[1]), _LONGEST_MESSAGE) if title else ""
    return excerpt(text, _LONGEST_MESSAGE) if text.isprintable() or "\n" in text else ""


def transport_problems(exchange: Exchange, events: Sequence[Event] | None = None) -> list[Problem]:
    """
    What is odd about a successful response's headers and framing, though its body is read all the same.

    Paths name the header, like `headers.content-type`, or `body`. `events` spares decoding the body again.
    """
    problems: list[Problem] = []
    if exchange.status is None or not 200 <= exchange.status < 300:
        return problems
    kind, encoding = exchange.content_type, exchange.content_encoding
    if exchange.request.streaming and not is_event_stream(exchange):
        problems.append(Problem("headers.content-type", EVENT_STREAM, kind or "no content-type"))
    if exchange.request.operation and not exchange.request.streaming and not is_json(exchange) and exchange.chunks:
        problems.append(Problem("headers.content-type", "application/json", kind or "no content-type"))
    if unread := [part for part in map(str.strip, encoding.split(",")) if part not in _KNOWN_ENCODINGS]:
        problems.append(Problem("headers.content-encoding", "gzip, deflate or none", ", ".join(unread)))
    ended = exchange.request.streaming and tells_its_end(exchange)
    if ended and not (read_events(exchange) if events is None else events):
        size = sum(len(chunk.data) for chunk in exchange.chunks)
        problems.append(Problem("body", "at least one event", f"none in {size} bytes" if size else "nothing"))
    return problems


def excerpt(text: str, longest: int = 200) -> str:
    """The text on one line, without what has the shape of a secret, and not longer than `longest` characters."""
    text = redact_text(" ".join(text[: longest * 4].split()))
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _media_type(exchange: Exchange) -> str:
    return exchange.content_type.partition(";")[0].strip().lower()


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
