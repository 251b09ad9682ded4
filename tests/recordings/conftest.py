"""Sessions and a library of their own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chat.exchanges import Chunk, Exchange, HostEvent, Recording, Request
from chat.recordings import Library

DATA = Path(__file__).parent.parent / "data"
AT = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
BODY = b'{"type":"threads.create","params":{"input":{"content":[{"type":"input_text","text":"What is to do?"}]}}}'
LIST = b'{"type":"threads.list","params":{"limit":20}}'


def turn(url: str = "http://127.0.0.1:8000/chatkit", began: datetime = AT, *, broken: bool = False) -> Exchange:
    """A first turn in pieces of 100 bytes; `broken`: it stops in the middle."""
    headers = (("content-type", "application/json"), ("Authorization", "Bearer ••••cdef"))
    made = Exchange(
        Request("POST", url, headers, BODY, "threads.create", True, len(BODY)), started_at=began, connected_at_ns=10**6
    )
    made.status, made.reason, made.headers_at_ns = 200, "OK", 40_000_000
    made.headers = (("content-type", "text/event-stream"), ("x-twice", "a"), ("x-twice", "b"))
    data = (DATA / "good-first-turn.txt").read_bytes()
    data = data[: len(data) // 2] if broken else data
    for number, place in enumerate(range(0, len(data), 100)):
        made.chunks.append(Chunk((50 + number) * 1_000_000, data[place : place + 100]))
    made.wire_bytes = len(data)
    made.end("truncated" if broken else "complete", "The connection broke." if broken else None)
    made.ended_at_ns = 500_000_000
    return made


def threads(began: datetime = AT) -> Exchange:
    """A list of threads."""
    made = Exchange(
        Request("POST", "http://127.0.0.1:8000/chatkit", (), LIST, "threads.list", False, len(LIST)), started_at=began
    )
    made.status, made.headers_at_ns, made.headers = 200, 5, (("content-type", "application/json"),)
    made.chunks = [Chunk(7, b'{"data":[],'), Chunk(9, b'"has_more":false}')]
    made.end("complete")
    return made


ERROR = HostEvent(AT + timedelta(seconds=1), "chatkit.error", {"error": {"name": "StreamError", "message": "Oh – 🙂"}})


@pytest.fixture
def session() -> Recording:
    """Two exchanges and two host events, with all that is said of a recording."""
    heard = [HostEvent(AT, "chatkit.ready", None), ERROR, HostEvent(AT, "source click", {"type": "url"}, ours=True)]
    return Recording([threads(), turn()], heard, "The day it broke", True, "the relay", ["No times."])


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    library = Library(tmp_path / "recordings")
    yield library
    library.close()
