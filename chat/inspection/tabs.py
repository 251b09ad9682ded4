"""What the tabs of the inspector show, as JSON-ready dicts: summary, event detail, request, response, timeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from chat.conversation.diagnosis import Diagnosis
from chat.exchanges import Exchange, Outcome, curl, timings
from chat.exchanges.attempts import Attempt
from chat.inspection.gist import clean, family, gist, update_type
from chat.inspection.timeline import timeline
from chat.protocol import Event

__all__ = [
    "BODY_SHOWN",
    "EVENT_SHOWN",
    "Tally",
    "body_slice",
    "event_detail",
    "request_document",
    "response_document",
    "summary",
    "timing_document",
]

BODY_SHOWN: Final = 100_000
"""Bytes of a body that are sent at a time."""
EVENT_SHOWN: Final = 4 * 2**20
"""Bytes of one event that are sent at once; the rest when it is asked for."""

_OUTCOMES: Final[dict[Outcome, str]] = {
    "pending": "In progress.",
    "complete": "The body came to its end.",
    "truncated": "The connection broke in the middle of the body. What had arrived is kept.",
    "cancelled": "Stopped from this side. The backend may have gone on working.",
    "unreachable": "There was no connection to the backend.",
    "unanswered": "The connection was closed without an answer.",
    "timeout": "The backend was silent for too long.",
    "garbled": "What came is not HTTP, or not compressed as its headers say.",
    "oversized": "The answer is longer than what is kept of one: this is its beginning.",
    "interrupted": "The recording stops before the exchange did.",
}


_QUIET: Final = 5
"""Seconds of nothing but comments that are worth a word."""


class Tally:
    """Counts of one exchange that grow with it; each chunk and each event is looked at once."""

    def __init__(self) -> None:
        self.invalid = 0
        self.bytes = 0
        self._events = 0
        self._chunks = 0

    def update(self, exchange: Exchange, events: Sequence[Event]) -> None:
        """Count what has been added since the last time."""
        for i in range(self._events, len(events)):
            self.invalid += not events[i].valid
        self._events = len(events)
        chunks = exchange.chunks
        for i in range(self._chunks, len(chunks)):
            self.bytes += len(chunks[i].data)
        self._chunks = len(chunks)


def summary(
    exchange: Exchange,
    events: Sequence[Event],
    tally: Tally,
    diagnosis: Diagnosis | None,
    attempt: Attempt | None = None,
) -> dict[str, Any]:
    """One line of the exchange list. Durations in nanoseconds, `started` as an ISO time with offset.

    `attempt` is which of how many it is, and the id of the first; None where the request was sent once. `findings`
    counts errors, warnings and notes; `revision` says whether they may be other ones than before.
    """
    tally.update(exchange, events)
    counts = diagnosis.counts if diagnosis else None
    return {
        "id": exchange.id,
        "operation": clean(exchange.request.operation),
        "method": exchange.request.method,
        "url": clean(exchange.request.url),
        "streaming": exchange.expects_stream,
        "started": exchange.started_at.isoformat(),
        "status": exchange.status,
        "reason": clean(exchange.reason),
        "outcome": exchange.outcome,
        "failure": clean(exchange.failure or ""),
        "running": exchange.running,
        "duration": exchange.ended_at_ns,
        "events": len(events),
        "invalid": tally.invalid,
        "bytes": tally.bytes,
        "findings": [counts.errors, counts.warnings, counts.notes] if counts else [0, 0, 0],
        "revision": diagnosis.revision if diagnosis else 0,
        "attempt": list(attempt) if attempt else None,
    }


def event_detail(event: Event, exchange: Exchange) -> dict[str, Any]:
    """One event: its JSON as it came, the bytes that carried it, and what is wrong with it; `left` are bytes of a long
    one that are not there."""
    return {
        "index": event.index,
        "type": clean(event.type),
        "name": clean(update_type(event) or event.type) or "(no type)",
        "family": family(event),
        "gist": gist(event),
        "at": event.at_ns,
        "start": event.start,
        "end": event.end,
        "sse_event": clean(event.sse_event),
        "terminated": event.terminated,
        "valid": event.valid,
        "problems": [{"path": p.path, "expected": p.expected, "got": p.got} for p in event.problems],
        "data": event.raw[:EVENT_SHOWN],
        "raw": exchange.stretch(event.start, min(event.end, event.start + EVENT_SHOWN)).decode("utf-8", "replace"),
        "left": max(0, event.end - event.start - EVENT_SHOWN),
    }


def request_document(exchange: Exchange) -> dict[str, Any]:
    """The request as it was sent, secrets masked; `body` is text."""
    request = exchange.request
    return {
        "method": request.method,
        "url": request.url,
        "headers": [list(pair) for pair in request.headers],
        "operation": request.operation,
        "body": request.body.decode("utf-8", "replace"),
        "bytes": request.body_size or len(request.body),
        "curl": curl(request),
    }


def response_document(exchange: Exchange) -> dict[str, Any]:
    """Status, headers, the outcome in words, and the beginning of the body as it came."""
    return {
        "status": exchange.status,
        "reason": exchange.reason,
        "headers": [list(pair) for pair in exchange.headers],
        "content_type": exchange.content_type,
        "bytes": exchange.size,
        "chunks": len(exchange.chunks),
        "outcome": exchange.outcome,
        "words": _in_words(exchange),
        "failure": exchange.failure or "",
        "running": exchange.running,
        "body": body_slice(exchange, 0),
    }


def _in_words(exchange: Exchange) -> str:
    seconds = exchange.only_comments_ns // 10**9
    if seconds >= _QUIET:
        return f"In progress: nothing but comments has come for {seconds} seconds."
    return _OUTCOMES[exchange.outcome]


def body_slice(exchange: Exchange, start: int) -> dict[str, Any]:
    """The next `BODY_SHOWN` bytes as text, never cut inside a UTF-8 character; `next` is None at the end."""
    total, piece = exchange.size, exchange.stretch(start, start + BODY_SHOWN + 1)
    end = min(len(piece), BODY_SHOWN)
    if end < len(piece):
        for back in range(4):
            if piece[end - back] & 0xC0 != 0x80:
                end -= back
                break
    return {
        "text": piece[:end].decode("utf-8", "replace"),
        "start": start,
        "next": start + end if start + end < total else None,
        "total": total,
    }


def timing_document(exchange: Exchange, events: Sequence[Event]) -> dict[str, Any]:
    """Timings in milliseconds (None for what has not happened), and the picture of the arrivals."""
    return {"timings": asdict(timings(exchange, events)), "timeline": timeline(exchange, events)}
