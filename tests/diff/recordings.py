"""Recordings for the tests of the diff, built in the fewest words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from chat.diff import Diff, Options, diff
from chat.exchanges import Chunk, Exchange, Request
from chat.exchanges.recording import Recording
from tests.checks.streams import STREAM, Json, sse

MS = 1_000_000


def exchange(
    *events: Json | str,
    operation: str = "threads.create",
    params: Json | None = None,
    document: Any = None,
    status: int = 200,
    url: str = "http://127.0.0.1:8000/chatkit",
    every_ms: float = 10,
    pieces: Iterable[bytes] | None = None,
) -> Exchange:
    """An exchange whose events (or JSON `document`) came piece by piece, one every so many milliseconds."""
    body = json.dumps({"type": operation, "params": params or {}}).encode()
    one = Exchange(Request("POST", url, (), body, operation, document is None))
    one.status, one.reason = status, "OK"
    one.headers = (("content-type", STREAM if document is None else "application/json"),)
    if document is not None:
        pieces = [json.dumps(document).encode()]
    at = 0
    for piece in pieces if pieces is not None else (sse(event) for event in events):
        at += int(every_ms * MS)
        one.chunks.append(Chunk(at, piece))
    one.end("complete")
    one.ended_at_ns = at
    return one


def recording(*exchanges: Exchange) -> Recording:
    return Recording(list(exchanges))


def compared(old: Iterable[Json], new: Iterable[Json], **options: Any) -> Diff:
    """The diff of two streams."""
    ignore = frozenset(options.pop("ignore", ()))
    wanted = Options(ignore=ignore, **options)
    return diff(recording(exchange(*old)), recording(exchange(*new)), wanted)


def with_ids(events: Iterable[Json], suffix: str) -> list[Json]:
    """The same events from another run: every id is another one, and so is the time."""
    text = json.dumps(list(events))
    text = re.sub(r'"((?:thr|msg|wid|call|wf)_\w+)"(?!:)', lambda match: f'"{match[1]}{suffix}"', text)
    again: list[Json] = json.loads(text.replace("2026-11-20T10:00:00Z", "2027-01-31T23:59:59Z"))
    return again
