"""Timings, from an exchange and its events."""

from typing import Any

from chat.exchanges import Chunk, Exchange, Request, read_events, timings
from chat.exchanges.times import Timings

THREAD = (
    b'data: {"type":"thread.created","thread":{"id":"t","created_at":"2026-01-01T00:00:00","items":{"data":[]}}}\n\n'
)


def delta(text: str) -> bytes:
    return (
        b'data: {"type":"thread.item.updated","item_id":"m","update":'
        b'{"type":"assistant_message.content_part.text_delta","content_index":0,"delta":"%s"}}\n\n' % text.encode()
    )


def measured(*pieces: Any, ended: float | None = None) -> Timings:
    exchange = Exchange(Request("POST", "http://127.0.0.1/", ()))
    exchange.chunks = [Chunk(int(at * 1e6), data) for at, data in pieces]
    exchange.headers_at_ns = 5_000_000
    exchange.ended_at_ns = None if ended is None else int(ended * 1e6)
    return timings(exchange, read_events(exchange))


def test_each_step_in_milliseconds() -> None:
    found = measured((10, b": hello\n\n"), (20, THREAD), (30, delta("")), (40, delta("a")), ended=100)
    assert (found.headers_ms, found.first_byte_ms, found.first_event_ms) == (5, 10, 20)
    assert (found.first_text_ms, found.total_ms) == (40, 100)
    assert (found.events, found.deltas) == (3, 2)
    assert found.connected_ms is None


def test_the_gaps_between_deltas() -> None:
    times = [0, *range(100, 100 + 98), 1000]
    found = measured(*((at, delta("a")) for at in times))
    assert found.deltas == 100
    assert (found.delta_p50_ms, found.delta_p95_ms, found.delta_max_ms) == (1, 1, 803)


def test_nothing_yet() -> None:
    found = measured()
    assert found.first_byte_ms is found.first_event_ms is found.first_text_ms is found.total_ms is None
    assert found.delta_p50_ms is found.delta_p95_ms is found.delta_max_ms is None


def test_one_delta_has_no_gap() -> None:
    assert measured((1, delta("a"))).delta_max_ms is None


def test_text_may_first_come_with_the_whole_item() -> None:
    done = (
        b'data: {"type":"thread.item.done","item":{"id":"m","thread_id":"t","created_at":"2026-01-01T00:00:00",'
        b'"type":"assistant_message","content":[{"type":"output_text","text":"hi"}]}}\n\n'
    )
    assert measured((1, THREAD), (7, done)).first_text_ms == 7


def test_the_users_own_message_is_not_text_of_the_assistant(exchange: Exchange) -> None:
    found = timings(exchange, events := read_events(exchange))
    user = next(event for event in events if event.type == "thread.item.done")
    assert found.first_text_ms is not None
    assert found.first_text_ms > user.at_ns / 1e6
