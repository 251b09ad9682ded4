"""What `curl -i` prints, and `curl -v`: heads (one, or several after an interim answer or a redirection) and a body."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from chat.exchanges.errors import UnusableInput
from chat.exchanges.exchange import Chunk, Exchange, Headers, Outcome, Request
from chat.exchanges.raw_import import looks_like_stream
from chat.exchanges.redaction import redact_url
from chat.exchanges.tokens import expiry_of

__all__ = ["curl_exchange", "looks_like_curl_output"]

_STATUS_LINE = re.compile(rb"HTTP/(\d(?:\.\d)?) (\d{3})(?: ([^\r\n]*))?\r*\n")
_HEADER_LINE = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([^\r\n]*)\Z")
_REQUEST_LINE = re.compile(rb"> ([A-Z]{3,10}) (\S+) HTTP/")
_VERBOSE = re.compile(rb"(?:\* |> [A-Z]{3,10} \S+ HTTP/|< HTTP/\d)")
_NOISE = re.compile(rb"(?:\* |\*\r?$|[{}] \[\d+ bytes data\]|> |>\r?$)")
_METER = re.compile(rb"\s*(?:% Total\s+%|Dload\s+Upload|[ \d]{3}\s+[\d.]+[kMG]?\s+[ \d]{1,3}\s+[\d.]+[kMG]?\s)")
_FAILURE = re.compile(rb"(?:\A|\n)curl: \((\d+)\) ([^\r\n]*)\s*\Z")
_OUTCOMES: dict[int, Outcome] = {6: "unreachable", 7: "unreachable", 28: "timeout", 52: "unanswered"}
_LONGEST_HEAD = 1_000_000


def looks_like_curl_output(start: bytes) -> bool:
    """Whether the bytes begin as the output of `curl -i` or `curl -v` does."""
    return _STATUS_LINE.match(start[:4_000]) is not None or _VERBOSE.match(start[:4_000]) is not None


def curl_exchange(data: bytes, name: str, now: datetime) -> tuple[Exchange, list[str]]:
    """The exchange that was printed, and remarks. `now` counts where no Date header tells the time."""
    request = Request("POST", "", ())
    if _STATUS_LINE.match(data) is None:
        data, request = _quiet(data)
    data, code, failure = _without_complaint(data)
    remarks: list[str] = []
    heads = 0
    place = 0
    status, reason = 0, ""
    headers: Headers = ()
    while (match := _STATUS_LINE.match(data, place)) is not None:
        if heads and status >= 200:
            remarks.append(_before(status, headers))
        status, reason = int(match[2]), (match[3] or b"").decode("utf-8", "replace").strip()
        headers, place = _headers(data, match.end(), name)
        heads += 1
    body = data[place:]
    if not heads and not failure:
        raise UnusableInput(
            f"{name} looks like the output of `curl -v`, but holds no answer.",
            expected="lines like `< HTTP/1.1 200 OK` and what follows them",
            got=f"{len(data):,} bytes without one",
            advice="Use `curl -i`.",
        )
    if not request.streaming and looks_like_stream(body):
        request = replace(request, streaming=True)
    exchange = Exchange(request, started_at=_date(headers) or now)
    if heads:
        exchange.status, exchange.reason, exchange.headers = status, reason, headers
    if body:
        exchange.chunks = [Chunk(0, body)]
    exchange.wire_bytes = len(body)
    exchange.outcome, exchange.failure = _outcome(exchange, len(body), code, failure)
    return exchange, remarks


def _before(status: int, headers: Headers) -> str:
    """What is to be known about an answer that came before the last one."""
    place = next((value for name, value in headers if name.lower() == "location"), "")
    if 300 <= status < 400:
        where = f" to {redact_url(place)}" if place else ""
        return (
            f"The first answer was {status}, a redirection{where}. Browsers follow it too, "
            "but not for a preflight, and 301, 302 and 303 turn the POST into a GET: use the final address."
        )
    return f"An answer with status {status} came first; the last answer is the one that is explained."


def _headers(data: bytes, place: int, name: str) -> tuple[Headers, int]:
    """The headers from `place` on, and where the body begins."""
    found: list[tuple[str, str]] = []
    begin = place
    while place < len(data):
        end = data.find(b"\n", place)
        end = len(data) if end < 0 else end
        line = data[place:end].rstrip(b"\r")
        if not line:
            return tuple(found), end + 1
        match = _HEADER_LINE.match(line)
        if match is None:
            if line.startswith((b"data:", b"event:", b"{")) or found:
                # the blank line was lost in copying
                return tuple(found), place
            raise UnusableInput(
                f"{name} begins like the output of `curl -i`, but its head cannot be read.",
                expected="`Name: value` in each line, then a blank line",
                got=line[:60].decode("utf-8", "replace"),
            )
        if match[1] in (b"data", b"event"):
            return tuple(found), place
        found.append((match[1].decode("ascii", "replace"), match[2].decode("utf-8", "replace").strip()))
        place = end + 1
        if place - begin > _LONGEST_HEAD:
            break
    return tuple(found), place


def _quiet(data: bytes) -> tuple[bytes, Request]:
    """The output of `curl -v` as `curl -i` would have printed it, and the request it tells of."""
    kept: list[bytes] = []
    method, path, sent = "POST", "", []
    in_body = False
    for line in data.splitlines(keepends=True):
        if line.startswith(b"< ") or line.rstrip() == b"<":
            if _STATUS_LINE.match(line[2:]) and not in_body:
                kept.clear()
            kept.append(line[2:] if line.startswith(b"< ") else b"\r\n")
            in_body = False
        elif (match := _REQUEST_LINE.match(line)) is not None:
            method, path = match[1].decode(), match[2].decode("utf-8", "replace")
        elif line.startswith(b"> ") and (header := _HEADER_LINE.match(line[2:].rstrip())) is not None:
            sent.append((header[1].decode("ascii", "replace"), header[2].decode("utf-8", "replace").strip()))
        elif not _NOISE.match(line) and not (not in_body and _METER.match(line)):
            in_body = bool(kept)
            kept.append(line)
    host = next((value for name, value in sent if name.lower() == "host"), "")
    url = path if "://" in path else f"http://{host}{path}" if host else path
    streaming = any(name.lower() == "accept" and "text/event-stream" in value for name, value in sent)
    return b"".join(kept), Request(
        method, url, tuple(sent), streaming=streaming, token_expires_at=expiry_of(sent) if sent else None
    )


def _without_complaint(data: bytes) -> tuple[bytes, int, str]:
    """The output without curl's own last words, their number and text."""
    match = _FAILURE.search(data, max(0, len(data) - 2_000))
    if match is None:
        return data, 0, ""
    text = f"curl says: ({match[1].decode()}) {match[2].decode('utf-8', 'replace')}"
    return data[: match.start() + data[match.start() : match.start() + 1].count(b"\n")], int(match[1]), text


def _outcome(exchange: Exchange, size: int, code: int, failure: str) -> tuple[Outcome, str | None]:
    if failure:
        if exchange.status is None:
            return _OUTCOMES.get(code, "unanswered"), failure
        return ("timeout" if code == 28 else "truncated"), failure
    if exchange.status is not None and 100 <= exchange.status < 200:
        return "interrupted", "Only an interim answer was printed."
    length = exchange.header("content-length") or ""
    if length.isascii() and length.isdigit() and len(length) < 16 and size < int(length):
        if exchange.content_encoding not in ("", "identity"):
            return "complete", None  # decoded, it may be shorter
        return "interrupted", f"Content-Length says {int(length):,} bytes; the output holds {size:,} of them."
    return "complete", None


def _date(headers: Headers) -> datetime | None:
    text = next((value for name, value in headers if name.lower() == "date"), "")
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
