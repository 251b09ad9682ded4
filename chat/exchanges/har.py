"""HAR 1.2, as browsers export it from the network tab: every request in it that looks like ChatKit's.

A HAR says little about a stream. Some browsers leave the body out, cut it off or keep only the messages
(`_eventSourceMessages`); hardly one says when each event came. What is missing is said, and nothing is made up for it:
such an exchange is "interrupted", and without times its `headers_at_ns` is None.
"""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from chat.exchanges.errors import UnusableInput
from chat.exchanges.exchange import (
    OPERATIONS,
    STREAMING_OPERATIONS,
    Chunk,
    Exchange,
    Headers,
    Outcome,
    Request,
    operation_of,
)
from chat.exchanges.page_requests import is_hosted, page_request
from chat.exchanges.raw_import import looks_like_stream
from chat.exchanges.redaction import redact_url
from chat.exchanges.tokens import expiry_of
from chat.protocol import SSEStream

__all__ = ["har_exchanges"]

_MOST_EXCHANGES = 2_000
_OF_THE_WIDGET = "chatkit-frame-instance-id"
"""A header that the official widget sends with every request, and nobody else."""
_BURST_MS = 50
_LONGEST_MS = 10.0 * 24 * 3600 * 1000
_NOT_A_BACKEND = (".openai.com", ".oaistatic.com", ".sentry.io")
_ERRORS: dict[str, Outcome] = {
    "net::ERR_ABORTED": "cancelled",
    "NS_BINDING_ABORTED": "cancelled",
    "net::ERR_TIMED_OUT": "timeout",
    "net::ERR_EMPTY_RESPONSE": "unanswered",
    "net::ERR_CONNECTION_RESET": "unanswered",
    "net::ERR_CONNECTION_CLOSED": "unanswered",
    "NS_ERROR_NET_RESET": "unanswered",
    "NS_ERROR_NET_EMPTY_RESPONSE": "unanswered",
}
_BLOCKED = "blocked (CORS, an extension), or no connection"
_REASONS = {
    "net::ERR_CONNECTION_REFUSED": "nothing listens at this address",
    "NS_ERROR_CONNECTION_REFUSED": "nothing listens at this address",
    "net::ERR_NAME_NOT_RESOLVED": "there is no such host",
    "NS_ERROR_UNKNOWN_HOST": "there is no such host",
    "net::ERR_ADDRESS_UNREACHABLE": "the host cannot be reached",
    "net::ERR_INTERNET_DISCONNECTED": "the browser had no network",
    "net::ERR_SSL_PROTOCOL_ERROR": "https was spoken to what does not speak it",
    "net::ERR_BLOCKED_BY_CLIENT": "an extension of the browser kept it back",
    "net::ERR_TIMED_OUT": "no answer came in time",
}
"""What an error of the browser's says by itself; `net::ERR_FAILED` says nothing, and stands for CORS most often."""


def har_exchanges(document: dict[str, Any], name: str) -> tuple[list[Exchange], list[str]]:
    """The exchanges of a HAR document in the order of their start, and remarks. Any JSON will do: it never crashes.

    Raises `UnusableInput` when no request in it looks like ChatKit's.
    """
    entries = _list(_dict(document.get("log")).get("entries"))
    addresses = _addresses(entries)
    seen: list[str] = []
    found: list[Exchange] = []
    remarks: list[str] = []
    for entry in entries:
        request = _dict(_dict(entry).get("request"))
        if (
            not _is_chatkit(request, _dict(_dict(entry).get("response")))
            and not _page_failed(_dict(entry))
            and not _is_preflight(request, addresses)
        ):
            if _text(request.get("url")):
                seen.append(f"{_text(request.get('method'))} {redact_url(_text(request.get('url')))}")
            continue
        if len(found) == _MOST_EXCHANGES:
            remarks.append(f"Only the first {_MOST_EXCHANGES:,} ChatKit requests are explained.")
            break
        found.append(_exchange(_dict(entry), remarks))
    if not found:
        raise UnusableInput(
            f"{name} holds no ChatKit request.",
            expected='at least one POST of `{"type": "threads.create", …}`, or one answered with text/event-stream',
            got=_others(seen, len(entries)),
            advice="Open the network tab before the page is loaded, send a message, and export it all with content.",
        )
    found.sort(key=lambda exchange: exchange.started_at)
    return found, list(dict.fromkeys(remarks))


def _addresses(entries: list[Any]) -> set[str]:
    """Where ChatKit requests were sent to, or would have been."""
    return {
        _text(_dict(_dict(entry).get("request")).get("url"))
        for entry in entries
        if _is_chatkit(_dict(_dict(entry).get("request")), _dict(_dict(entry).get("response")))
    }


def _is_preflight(request: dict[str, Any], addresses: set[str]) -> bool:
    """Whether the browser asks here, before the widget's POST, whether it may send it."""
    if _text(request.get("method")).upper() != "OPTIONS":
        return False
    asked = {name.lower(): value.lower() for name, value in _headers(request)}
    return _text(request.get("url")) in addresses or _OF_THE_WIDGET in asked.get("access-control-request-headers", "")


def _page_failed(entry: dict[str, Any]) -> bool:
    """Whether the page's own part failed: the widget's script, its frame, its domain, its session."""
    response = _dict(entry.get("response"))
    status = _whole(response.get("status"))
    return bool(page_request(_text(_dict(entry.get("request")).get("url")))) and not 100 <= status < 400


def _others(seen: list[str], entries: int) -> str:
    if not entries:
        return "no entries at all"
    posts = [line for line in seen if line.startswith("POST ")]
    shown = "; ".join(line[:120] for line in (posts or seen)[:5])
    return f"{entries:,} requests, {len(posts):,} of them POST" + (f": {shown}" if shown else "")


def _is_chatkit(request: dict[str, Any], response: dict[str, Any]) -> bool:
    """Whether an entry is a POST to a ChatKit backend, as far as a stranger can tell."""
    if _text(request.get("method")).upper() != "POST":
        return False
    if operation_of(_request_body(request)) in OPERATIONS or _is_session(response):
        return True
    try:
        parts = urlsplit(_text(request.get("url")))
        host, path = parts.hostname or "", parts.path
    except ValueError:
        return False
    if f".{host}".endswith(_NOT_A_BACKEND):
        return is_hosted(_text(request.get("url")))
    content = _text(_dict(response.get("content")).get("mimeType"))
    kinds = [content, *(value for name, value in _headers(response) if name.lower() == "content-type")]
    asked = any(name.lower() == "accept" and "text/event-stream" in value for name, value in _headers(request))
    return asked or any("event-stream" in kind.lower() for kind in kinds) or path.rstrip("/").endswith("/chatkit")


def _is_session(response: dict[str, Any]) -> bool:
    """Whether a session for ChatKit hosted by OpenAI is answered."""
    return '"client_secret"' in _text(_dict(response.get("content")).get("text"))[:2_000]


def _exchange(entry: dict[str, Any], remarks: list[str]) -> Exchange:
    asked, answered = _dict(entry.get("request")), _dict(entry.get("response"))
    headers = _headers(asked)
    method = _text(asked.get("method")).upper()
    body = _request_body(asked) if method != "OPTIONS" else b""
    operation = operation_of(body)
    streaming = operation in STREAMING_OPERATIONS or (
        not operation and any(name.lower() == "accept" and "event-stream" in value for name, value in headers)
    )
    exchange = Exchange(
        Request(
            method,
            _text(asked.get("url")),
            headers,
            body,
            operation,
            streaming,
            len(body),
            expiry_of(headers),
        ),
        started_at=_date(entry.get("startedDateTime")),
    )
    status = _whole(answered.get("status"))
    if not 100 <= status <= 999:
        exchange.outcome, exchange.failure = _nothing(answered, entry)
        return exchange
    exchange.status = status
    exchange.reason = _text(answered.get("statusText"))
    exchange.headers = _headers(answered)
    kind = _text(_dict(answered.get("content")).get("mimeType"))
    if exchange.header("content-type") is None and kind not in ("", "x-unknown"):
        exchange.headers = (*exchange.headers, ("content-type", kind))
    _take_body(exchange, entry, answered, remarks)
    return exchange


def _nothing(response: dict[str, Any], entry: dict[str, Any]) -> tuple[Outcome, str]:
    """Outcome and words for a request that the browser has no answer for."""
    error = _text(response.get("_error")) or _text(entry.get("_error"))
    if _ERRORS.get(error) == "cancelled":
        return "cancelled", "The page gave this request up before an answer came."
    because = f" ({error})" if error else ""
    if _ERRORS.get(error) == "unanswered":
        return "unanswered", f"The server closed the connection without an answer{because}: it went away."
    outcome = _ERRORS.get(error, "unreachable")
    why = "its certificate is not trusted" if "ERR_CERT_" in error else _REASONS.get(error, _BLOCKED)
    return outcome, f"The browser has no answer for it{because}: {why}."


@dataclass(slots=True)
class _Body:
    """What a HAR holds of a response's body."""

    data: bytes
    missing: str = ""
    """What is not there, in a sentence."""
    messages: list[tuple[int, float]] | None = None
    """(end in `data`, milliseconds since 1970) of each message."""


def _take_body(exchange: Exchange, entry: dict[str, Any], response: dict[str, Any], remarks: list[str]) -> None:
    body = _body(exchange, entry, response, remarks)
    if not exchange.request.operation and looks_like_stream(body.data):
        exchange.request = replace(exchange.request, streaming=True)
    connected, headers_at, total = _timings(entry)
    exchange.connected_at_ns = connected
    exchange.ended_at_ns = total
    begin = exchange.started_at.timestamp() * 1000
    if body.messages:
        place, last = 0, 0
        for end, at_ms in body.messages:
            last = max(last, _ns(at_ms - begin) or 0)
            exchange.chunks.append(Chunk(last, body.data[place:end]))
            place = end
        if place < len(body.data):
            exchange.chunks.append(Chunk(max(last, total or 0), body.data[place:]))
        exchange.headers_at_ns = headers_at if headers_at is not None else exchange.chunks[0].at_ns
    elif body.data:
        burst = headers_at is not None and total is not None and total - headers_at <= _BURST_MS * 1_000_000
        # the body came in one burst, or nobody knows when what came
        exchange.headers_at_ns = headers_at if burst else None
        exchange.chunks.append(Chunk((total or 0) if burst else 0, body.data))
    else:
        exchange.headers_at_ns = headers_at
    exchange.wire_bytes = max(0, _whole(response.get("bodySize"))) or len(body.data)
    error = _text(response.get("_error"))
    if body.missing:
        exchange.outcome, exchange.failure = "interrupted", body.missing
    elif error:
        exchange.outcome = _ERRORS.get(error, "truncated")
        exchange.failure = f"The browser says {error}."
    else:
        exchange.outcome = "complete"


def _body(exchange: Exchange, entry: dict[str, Any], response: dict[str, Any], remarks: list[str]) -> _Body:
    content = _dict(response.get("content"))
    messages = _list(entry.get("_eventSourceMessages")) or _list(response.get("_eventSourceMessages"))
    text = content.get("text")
    if isinstance(text, str) and text:
        body = _decoded(text, content)
        if messages and not body.missing:
            body.messages = _placed(body.data, messages)
        return body
    if messages:
        remarks.append(
            "The HAR holds the messages of a stream, not its bytes: byte places, comments and missing blank lines "
            "cannot be judged."
        )
        return _rebuilt(messages)
    if exchange.status in (204, 205, 304) or (text == "" and not _size(content, response)):
        return _Body(b"")
    size = _size(content, response)
    of = f" of {size:,} bytes" if size else ""
    said = _text(content.get("comment"))
    return _Body(
        b"",
        f"The HAR holds no body{of} for this response{': ' + said if said else ''}. Browsers leave streamed bodies out "
        "when the network tab was opened late; `curl -i` or the workbench's own relay shows them.",
    )


def _size(content: dict[str, Any], response: dict[str, Any]) -> int:
    return max(0, _whole(content.get("size")), _whole(response.get("bodySize")))


def _decoded(text: str, content: dict[str, Any]) -> _Body:
    if _text(content.get("encoding")).lower() == "base64":
        try:
            data = base64.b64decode("".join(text.split()), validate=True)
        except (binascii.Error, ValueError) as error:
            return _Body(b"", f"The body in the HAR is not the base64 it is said to be ({error}).")
    else:
        data = text.encode("utf-8", "replace")
    size = _whole(content.get("size"))
    # some writers count characters
    if size > len(data) and size != len(text):
        return _Body(data, f"The HAR holds only {len(data):,} of the {size:,} bytes of this response.")
    return _Body(data)


def _messages(messages: list[Any]) -> Iterator[tuple[dict[str, Any], float | None]]:
    """Each message with its time, milliseconds since 1970: browsers write seconds, HAR in general milliseconds."""
    for entry in messages:
        message = _dict(entry)
        time = _number(message.get("time"))
        yield message, None if time is None else time * 1000 if time < 1e11 else time


def _placed(body: bytes, messages: list[Any]) -> list[tuple[int, float]] | None:
    """Where each message ends in the body, and when it came; None when the two do not tell the same story."""
    stream = SSEStream()
    ends = [(message.end, message.data) for message in stream.feed(body, 0)]
    times = list(_messages(messages))
    if len(ends) != len(times):
        return None
    placed: list[tuple[int, float]] = []
    for (end, data), (message, at_ms) in zip(ends, times, strict=True):
        if at_ms is None or _text(message.get("data")) != data:
            return None
        placed.append((end, at_ms))
    return placed


def _rebuilt(messages: list[Any]) -> _Body:
    """The body that gives these messages."""
    data = bytearray()
    placed: list[tuple[int, float]] = []
    timed = True
    for message, at_ms in _messages(messages):
        name, text = _text(message.get("eventName")), _text(message.get("data"))
        if name and name != "message":
            data += f"event: {name.splitlines()[0] if name.splitlines() else ''}\n".encode("utf-8", "replace")
        for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
            data += b"data: " + line.encode("utf-8", "replace") + b"\n"
        data += b"\n"
        timed = timed and at_ms is not None
        placed.append((len(data), at_ms or 0.0))
    return _Body(bytes(data), messages=placed if timed else None)


def _timings(entry: dict[str, Any]) -> tuple[int | None, int | None, int | None]:
    """(connected, headers, end) in nanoseconds since the sending began; None for what is not told."""
    timings = _dict(entry.get("timings"))
    phases = {name: _number(timings.get(name)) for name in ("blocked", "dns", "connect", "send", "wait", "receive")}
    known = {name: value for name, value in phases.items() if value is not None and value >= 0}
    if "wait" not in known:
        return None, None, _ns(_number(entry.get("time")) or -1)
    connecting = known.get("blocked", 0) + known.get("dns", 0) + known.get("connect", 0)
    headers = connecting + known.get("send", 0) + known["wait"]
    end = headers + known["receive"] if "receive" in known else _number(entry.get("time"))
    return (
        _ns(connecting) if "connect" in known else None,
        _ns(headers),
        _ns(end) if end is not None else None,
    )


def _ns(ms: float) -> int | None:
    """Milliseconds as nanoseconds; None for what cannot be the duration of a request."""
    return int(ms * 1e6) if 0 <= ms <= _LONGEST_MS else None


def _request_body(request: dict[str, Any]) -> bytes:
    post = _dict(request.get("postData"))
    text = post.get("text")
    if not isinstance(text, str):
        return b""
    if _text(post.get("encoding")).lower() == "base64":
        try:
            return base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            return b""
    return text.encode("utf-8", "replace")


def _headers(message: dict[str, Any]) -> Headers:
    """The headers of a request or response. HTTP/2's `:authority` and its like are none."""
    pairs = (
        (_text(_dict(header).get("name")), _text(_dict(header).get("value")))
        for header in _list(message.get("headers"))
    )
    return tuple((name, value) for name, value in pairs if name and not name.startswith(":"))


def _date(value: Any) -> datetime:
    try:
        date = datetime.fromisoformat(_text(value))
        date = date if date.tzinfo else date.replace(tzinfo=UTC)
        # so that times can be added to it
        return date if 1970 <= date.year < 9000 else datetime.fromtimestamp(0, UTC)
    except (ValueError, OverflowError):
        return datetime.fromtimestamp(0, UTC)


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _whole(value: Any) -> int:
    """A number as an int, -1 for what is none."""
    number = _number(value)
    return int(number) if number is not None and abs(number) < 1e15 else -1
