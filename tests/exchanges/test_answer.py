"""What a response says about itself."""

from typing import Any

import pytest

from chat.exchanges import Chunk, Exchange, Outcome, Request, message_of, operation_of, read_events, transport_problems


def answered(
    body: Any = b"",
    kind: str = "application/json",
    status: Any = 200,
    streaming: Any = False,
    operation: str = "threads.list",
    **headers: str,
) -> Exchange:
    exchange = Exchange(Request("POST", "http://127.0.0.1/", (), operation=operation, streaming=streaming))
    exchange.status = status
    exchange.headers = (("Content-Type", kind), *headers.items()) if kind else tuple(headers.items())
    exchange.chunks = [Chunk(1, body)] if body else []
    exchange.end("complete")
    return exchange


@pytest.mark.parametrize(
    ("body", "kind", "said"),
    [
        (b'{"message":"no"}', "application/json", "no"),
        (b'{"detail":"not found"}', "application/json", "not found"),
        (
            b'{"detail":[{"loc":["body","input",0],"msg":"Field required"}]}',
            "application/json",
            "body.input.0: Field required",
        ),
        (b'{"error":{"message":"quota"}}', "application/json", "quota"),
        (b'{"error":"quota"}', "application/json", "quota"),
        (b'{"title":"Forbidden","status":403}', "application/problem+json", "Forbidden"),
        (b'{"message":5,"detail":null}', "application/json", ""),
        (b'"just text"', "application/json", "just text"),
        (b"Internal Server Error", "text/plain", "Internal Server Error"),
        (b"<html><title>502 &amp; gone</title>", "text/html", "502 & gone"),
        (b"<html>no title", "text/html", ""),
        (b'{"message":"no"}', "text/plain", "no"),
        (b"\x89PNG\0\1", "image/png", ""),
        (b"", "text/plain", ""),
        (b'{"message":"bad key sk-proj-abcdefghijklmnop1234"}', "application/json", "bad key ••••1234"),
        (b"[" * 50_000, "application/json", "[" * 499 + "…"),
    ],
)
def test_the_backends_own_words(body: bytes, kind: str, said: str) -> None:
    assert message_of(answered(body, kind, 500)) == said


def test_an_event_stream_is_no_message() -> None:
    assert message_of(answered(b"data: {}\n\n", "text/event-stream", 500)) == ""


@pytest.mark.parametrize("kind", ["text/event-stream", "Text/Event-Stream", "text/event-stream; charset=utf-8"])
def test_the_right_type_of_a_stream_has_no_problem(kind: str) -> None:
    assert transport_problems(answered(b"data: {}\n\n", kind, streaming=True)) == []


def test_types_encodings_and_emptiness_that_are_wrong() -> None:
    def paths(exchange: Exchange) -> list[str]:
        return [problem.path for problem in transport_problems(exchange)]

    assert paths(answered(b"data: {}\n\n", "text/plain", streaming=True)) == ["headers.content-type"]
    assert paths(answered(b"x", "text/event-stream", streaming=True)) == ["body"]
    assert paths(answered(b"{}", "text/plain")) == ["headers.content-type"]
    assert paths(answered(b"{}", "application/json; charset=utf-8")) == []
    assert paths(answered(b"{}", **{"content-encoding": "br"})) == ["headers.content-encoding"]
    assert paths(answered(b"{}", **{"content-encoding": "gzip"})) == []
    assert paths(answered(b"oops", "text/plain", 500)) == []


def test_events_of_a_recorded_body_have_the_times_of_their_chunks(exchange: Exchange, first_turn: bytes) -> None:
    events = read_events(exchange)
    assert len(events) == first_turn.count(b"data: ")
    for event in events:
        chunk = exchange.chunks[(event.end - 1) // 100]
        assert event.at_ns == chunk.at_ns
        assert first_turn[event.start : event.end].startswith(b"data: ")


@pytest.mark.parametrize(
    ("outcome", "count"), [("complete", 1), ("truncated", 1), ("cancelled", 0), ("interrupted", 0)]
)
def test_an_unterminated_end_counts_unless_this_side_made_it(outcome: Outcome, count: int) -> None:
    exchange = Exchange(Request("POST", "http://127.0.0.1/", ()))
    exchange.chunks = [Chunk(1, b'data: {"type":"x"}\n')]
    exchange.end(outcome)
    assert len(read_events(exchange)) == count


def test_headers_are_found_in_any_case_and_joined(exchange: Exchange) -> None:
    assert exchange.header("X-Twice") == "a, b"
    assert exchange.header("absent") is None
    assert exchange.content_type == "text/event-stream"


@pytest.mark.parametrize(
    ("body", "operation"),
    [
        (b'{"type":"threads.create"}', "threads.create"),
        (b'{"type":5}', ""),
        (b"[]", ""),
        (b"", ""),
        (b"\xff", ""),
        (b"[" * 100_000, ""),
    ],
)
def test_the_operation_is_read_from_the_body(body: bytes, operation: str) -> None:
    assert operation_of(body) == operation


def test_the_first_end_counts() -> None:
    exchange = Exchange(Request("POST", "http://127.0.0.1/", ()))
    assert exchange.running
    exchange.end("cancelled", "Closed.")
    exchange.end("complete")
    assert (exchange.outcome, exchange.failure, exchange.running) == ("cancelled", "Closed.", False)
