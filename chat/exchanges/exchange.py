"""One HTTP request and its response: the evidence everything else is read from."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

from chat.protocol.lenient_json import LONGEST_DOCUMENT, affordable, no_constant
from chat.protocol.vocabulary import OPERATIONS, STREAMING_OPERATIONS

__all__ = [
    "CONSOLE",
    "EVENT_STREAM",
    "FOLLOWED_AS_GET",
    "FOLLOWED_AS_IT_IS",
    "OPERATIONS",
    "STREAMING_OPERATIONS",
    "Chunk",
    "Exchange",
    "Headers",
    "Outcome",
    "Request",
    "is_event_stream",
    "operation_of",
]

EVENT_STREAM = "text/event-stream"
FOLLOWED_AS_GET = (301, 302, 303)
FOLLOWED_AS_IT_IS = (307, 308)
"""How browsers follow a redirection of a POST."""

Headers = tuple[tuple[str, str], ...]

Outcome = Literal[
    "pending",  # not sent yet, or still running
    "complete",  # the body came to its end, whatever the status
    "truncated",  # the connection broke in the middle of the body
    "cancelled",  # closed from this side
    "unreachable",  # no connection
    "unanswered",  # a connection, but no answer on it
    "timeout",  # silence for longer than the read timeout
    "garbled",  # not HTTP, or not compressed as its headers say
    "oversized",  # cut off at the connection's limit
    "interrupted",  # a recording that stops before the exchange did
]

CONSOLE = "CONSOLE"
"""In place of a method: what a browser's console said, and no request at all."""


class Chunk(NamedTuple):
    """A piece of the body, after content decoding, and when it came: nanoseconds since the request was sent."""

    at_ns: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Request:
    """What was sent, with every secret removed."""

    method: str
    url: str
    headers: Headers
    body: bytes = b""
    operation: str = ""
    """The `type` of the body, like "threads.create"; "" when it has none."""
    streaming: bool = False
    """Whether a stream of events was asked for. What the right answer is, says `Exchange.expects_stream`."""
    body_size: int = 0
    """Bytes sent. More than `len(body)` for an upload, whose bytes are not kept."""
    token_expires_at: datetime | None = None
    """When the token that was sent expires, where it is one that says so: all that is kept of it."""

    @property
    def document(self) -> dict[str, Any]:
        """The body's JSON object, {} when it is none. Parsed at every call."""
        try:
            document = json.loads(self.body or b"{}")
        except (ValueError, RecursionError):
            return {}
        return document if isinstance(document, dict) else {}

    @property
    def uploads(self) -> bool:
        """
        Whether it sends a file to its place, which is no ChatKit operation: a PUT, a form, or bytes of a type of their
        own, which are not kept.
        """
        if self.operation:
            return False
        kind = next((value for name, value in self.headers if name.lower() == "content-type"), "")
        kind = kind.partition(";")[0].strip().lower()
        raw = bool(kind) and not is_json_type(kind) and self.body_size > len(self.body)
        return self.method.upper() == "PUT" or kind == "multipart/form-data" or raw

    @property
    def params(self) -> dict[str, Any]:
        """The operation's params, {} when there are none. Parsed at every call."""
        params = self.document.get("params")
        return params if isinstance(params, dict) else {}

    @property
    def text(self) -> str:
        """The message of the user that it brings, "" when it brings none. Parsed at every call."""
        try:
            parts = self.params["input"]["content"]
            return "\n".join(str(part["text"]) for part in parts if isinstance(part, dict) and "text" in part)
        except (KeyError, TypeError):
            return ""


@dataclass(slots=True, eq=False)
class Exchange:
    """
    One request and its response, filled in while it runs.

    Times are monotonic nanoseconds since the sending began (connecting included). Headers and the request are
    redacted when they enter; the response's body is what the backend sent and is redacted when it is written.
    """

    request: Request
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    connected_at_ns: int | None = None
    """When the connection stood (TLS included); None in recordings that do not know."""
    status: int | None = None
    reason: str = ""
    headers: Headers = ()
    headers_at_ns: int | None = None
    chunks: list[Chunk] = field(default_factory=list)
    spoke_at_ns: int | None = None
    """When something came last that is no comment, of a stream that our own client reads; None where nobody looked."""
    wire_bytes: int = 0
    """Bytes of the body as sent, before content decoding."""
    ended_at_ns: int | None = None
    outcome: Outcome = "pending"
    failure: str | None = None
    """Why it did not end well, in words; None when it did."""
    _clock_zero: int = field(default_factory=time.monotonic_ns, repr=False)

    def start(self) -> None:
        """Set the clock to zero: the sending begins now."""
        self._clock_zero = time.monotonic_ns()
        self.started_at = datetime.now(UTC)

    def now_ns(self) -> int:
        """Nanoseconds since `start`."""
        return self.at_ns(time.monotonic_ns())

    def at_ns(self, monotonic_ns: int) -> int:
        """Nanoseconds since `start` of a time that `time.monotonic_ns` gave."""
        return monotonic_ns - self._clock_zero

    def add(self, at_ns: int, data: bytes) -> None:
        """Take a piece of the body."""
        self.chunks.append(Chunk(at_ns, data))

    def end(self, outcome: Outcome, failure: str | None = None, at_ns: int | None = None) -> None:
        """Close the exchange, now or as of an earlier time; the first end counts."""
        if self.outcome == "pending":
            self.ended_at_ns = self.now_ns() if at_ns is None else at_ns
            self.outcome = outcome
            self.failure = failure

    @property
    def running(self) -> bool:
        """Whether more may still come."""
        return self.outcome == "pending"

    @property
    def expects_stream(self) -> bool:
        """
        Whether a stream of events is the right answer: what was asked for; where that is not known, what it looks like.

        An answer to an unknown request is no stream when it is said to be JSON, or is one JSON value that nobody calls
        a stream: `{}`, pasted, answers `items.feedback` and `threads.delete`.
        """
        request = self.request
        if request.method in ("OPTIONS", CONSOLE) or request.uploads:
            return False
        if request.operation or request.streaming:
            return request.streaming or request.operation in STREAMING_OPERATIONS
        kind = self.media_type
        if is_json_type(kind):
            return False
        return kind.startswith("text/event-stream") or self.running or not _is_one_document(self)

    @property
    def body(self) -> bytes:
        """All that came of the body, joined: costs its length at every call."""
        return b"".join(chunk.data for chunk in self.chunks)

    @property
    def only_comments_ns(self) -> int:
        """For how long, by now, a stream that our own client reads has brought nothing but comments; 0 if none came."""
        spoke = self.spoke_at_ns
        if spoke is None or not self.running or self.media_type != "text/event-stream":
            return 0
        return self.now_ns() - spoke if self.chunks and self.chunks[-1].at_ns > spoke else 0

    @property
    def size(self) -> int:
        """Bytes that came of the body."""
        return sum(len(chunk.data) for chunk in self.chunks)

    def beginning(self, size: int) -> bytes:
        """The first bytes of the body, `size` of them or all: costs their length."""
        found, left = [], size
        for chunk in self.chunks:
            if left <= 0:
                break
            found.append(chunk.data[:left])
            left -= len(found[-1])
        return b"".join(found)

    def stretch(self, start: int, end: int) -> bytes:
        """The body's bytes `[start, end)`: costs their length, and a look at the chunks before them."""
        return next(self.stretches([(start, end)]))

    def stretches(self, places: Iterable[tuple[int, int]]) -> Iterator[bytes]:
        """The body's bytes at these places, of which none begins before the one that it comes after: in one pass."""
        first, offset = 0, 0  # the chunk in which a place begins, and where it stands
        for start, end in places:
            while first < len(self.chunks) and offset + len(self.chunks[first].data) <= start:
                offset += len(self.chunks[first].data)
                first += 1
            found, number, begin = [], first, offset
            while number < len(self.chunks) and begin < end:
                data = self.chunks[number].data
                found.append(data[max(0, start - begin) : end - begin])
                begin += len(data)
                number += 1
            yield b"".join(found)

    @property
    def content_type(self) -> str:
        """The Content-Type header as it came, "" when there is none."""
        return self.header("content-type") or ""

    @property
    def media_type(self) -> str:
        """The Content-Type in lowercase, without its parameters; "" when there is none."""
        return self.content_type.partition(";")[0].strip().lower()

    @property
    def content_encoding(self) -> str:
        """The Content-Encoding header in lowercase, "" when there is none."""
        return (self.header("content-encoding") or "").strip().lower()

    def header(self, name: str) -> str | None:
        """The response header of this name in any case; several are joined with ", "; None when absent."""
        wanted = name.lower()
        values = [value for key, value in self.headers if key.lower() == wanted]
        return ", ".join(values) if values else None


def is_event_stream(exchange: Exchange) -> bool:
    """Whether the content-type is that of an event stream, in any case and with any parameters."""
    return exchange.media_type == EVENT_STREAM


def is_json_type(media_type: str) -> bool:
    """Whether a media type is JSON, `application/problem+json` and its like included."""
    return media_type in ("application/json", "text/json") or media_type.endswith("+json")


def _is_one_document(exchange: Exchange) -> bool:
    start = exchange.beginning(100).strip()
    if start in (b"[]", b"null", b"true", b"false", b'""'):
        return True
    if not start.startswith(b"{") or exchange.size > LONGEST_DOCUMENT or not affordable(body := exchange.body):
        return False
    try:
        document = json.loads(body, parse_constant=no_constant)
    except (ValueError, RecursionError):
        return False
    if not isinstance(document, dict):
        return False
    attachment = "mime_type" in document and "name" in document  # the one answer with a `type`
    return attachment or ("type" not in document and "choices" not in document)


def operation_of(body: bytes) -> str:
    """The `type` of a request body, "" when it is not a JSON object with a text there."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    kind = document.get("type") if isinstance(document, dict) else None
    return kind if isinstance(kind, str) else ""
