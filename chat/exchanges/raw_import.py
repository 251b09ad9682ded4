"""A body on its own, as people paste it: no request, no status, no headers, no times."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from chat.exchanges.exchange import Chunk, Exchange, Request

__all__ = ["looks_like_stream", "raw_exchange"]

_FIELDS = (b"data:", b"event:", b"id:", b"retry:", b":")


def raw_exchange(body: bytes, now: datetime) -> Exchange:
    """The exchange that such a body is the answer of. `now`: what counts as its time.

    A JSON document that has the shape of a thread or of a page is taken for the answer of the operation that gives it.
    """
    exchange = Exchange(Request("POST", "", (), operation=_operation(body)), started_at=now)
    exchange.chunks = [Chunk(0, body)]
    exchange.wire_bytes = len(body)
    exchange.outcome = "complete"
    return exchange


def _operation(body: bytes) -> str:
    """The JSON operation whose answer the body looks like, "" when it looks like none."""
    if not body.lstrip().startswith(b"{"):
        return ""
    try:
        document: Any = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(document, dict) or "type" in document:
        return ""
    if "created_at" in document and "id" in document and "thread_id" not in document:
        return "threads.get_by_id"
    entries = document.get("data")
    if not isinstance(entries, list) or "has_more" not in document:
        return ""
    of_items = any(isinstance(entry, dict) and ("thread_id" in entry or "type" in entry) for entry in entries)
    return "items.list" if of_items else "threads.list"


def looks_like_stream(body: bytes) -> bool:
    """Whether a body whose request is not known was meant as a stream of events: as SSE, or as lines of JSON."""
    start = body[:100_000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(_FIELDS):
        return True
    lines = [line for line in start.split(b"\n", 2)[:2] if line.strip()]
    return len(lines) == 2 and all(map(_is_event, lines))


def _is_event(line: bytes) -> bool:
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(document, dict) and isinstance(document.get("type"), str)
