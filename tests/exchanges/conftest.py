"""Exchanges made by hand, as recordings and pasted bodies make them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from chat.exchanges import Chunk, Exchange, Request

DATA = Path(__file__).parent.parent / "data"


@pytest.fixture
def first_turn() -> bytes:
    """A healthy first turn, as the SDK streams it."""
    return (DATA / "good-first-turn.txt").read_bytes()


@pytest.fixture
def exchange(first_turn: bytes) -> Exchange:
    """A finished exchange whose body came in pieces of 100 bytes, a millisecond apart, from 50 ms on."""
    body = b'{"type":"threads.create","params":{}}'
    made = Exchange(
        Request(
            method="POST",
            url="http://127.0.0.1:8000/chatkit",
            headers=(("Authorization", "Bearer ••••cdef"), ("Accept-Language", "en")),
            body=body,
            operation="threads.create",
            streaming=True,
            body_size=len(body),
        ),
        started_at=datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC),
    )
    made.connected_at_ns = 1_000_000
    made.status, made.reason, made.headers_at_ns = 200, "OK", 40_000_000
    made.headers = (("content-type", "text/event-stream"), ("x-twice", "a"), ("x-twice", "b"))
    for number, place in enumerate(range(0, len(first_turn), 100)):
        made.chunks.append(Chunk((50 + number) * 1_000_000, first_turn[place : place + 100]))
    made.wire_bytes = len(first_turn)
    made.end("complete")
    made.ended_at_ns = 500_000_000
    return made
