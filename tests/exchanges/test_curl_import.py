"""The output of curl: heads, bodies and complaints."""

from collections.abc import Sequence

import pytest

from chat.errors import UnusableInput
from chat.exchanges import Exchange
from chat.exchanges.importing import import_exchanges

HEAD = b"HTTP/1.1 200 OK\r\ndate: Fri, 20 Nov 2026 09:45:00 GMT\r\ncontent-type: text/event-stream\r\n\r\n"


def imported(data: bytes) -> tuple[Exchange, Sequence[str]]:
    found = import_exchanges(data, "out.txt")
    assert found.kind == "curl"
    return found.exchanges[0], found.remarks


def test_head_and_body_are_told_apart(first_turn: bytes) -> None:
    exchange, remarks = imported(HEAD + first_turn)
    assert (exchange.status, exchange.reason, exchange.content_type) == (200, "OK", "text/event-stream")
    assert exchange.body == first_turn
    assert exchange.started_at.isoformat() == "2026-11-20T09:45:00+00:00"
    assert (exchange.outcome, remarks) == ("complete", ())


def test_http_2_has_no_reason(first_turn: bytes) -> None:
    exchange, _ = imported(b"HTTP/2 200 \r\ncontent-type: text/event-stream\r\n\r\n" + first_turn)
    assert (exchange.status, exchange.reason, exchange.body) == (200, "", first_turn)


def test_line_ends_may_have_been_lost(first_turn: bytes) -> None:
    exchange, _ = imported(HEAD.replace(b"\r\n", b"\n") + first_turn)
    assert exchange.body == first_turn


def test_an_interim_answer_goes_before_the_answer(first_turn: bytes) -> None:
    exchange, remarks = imported(b"HTTP/1.1 100 Continue\r\n\r\n" + HEAD + first_turn)
    assert (exchange.status, exchange.body, remarks) == (200, first_turn, ())


def test_a_redirection_that_was_followed_is_remarked(first_turn: bytes) -> None:
    first = b"HTTP/1.1 307 Temporary Redirect\r\nlocation: /chatkit/?token=abcdefghijklmnopqrst\r\n\r\n"
    exchange, remarks = imported(first + HEAD + first_turn)
    assert (exchange.status, exchange.body) == (200, first_turn)
    assert "307" in remarks[0]
    assert "abcdefghijklmnopqrst" not in remarks[0]


def test_only_an_interim_answer_is_no_answer() -> None:
    exchange, _ = imported(b"HTTP/1.1 100 Continue\r\n\r\n")
    assert exchange.outcome == "interrupted"


def test_a_body_shorter_than_its_content_length_is_said_to_be_cut() -> None:
    exchange, _ = imported(b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{}")
    assert exchange.outcome == "interrupted"
    assert "500" in (exchange.failure or "")


def test_curls_own_complaint_is_the_end_of_the_connection_and_not_of_the_body(first_turn: bytes) -> None:
    complaint = b"curl: (18) transfer closed with outstanding read data remaining\n"
    exchange, _ = imported(HEAD + first_turn + complaint)
    assert exchange.body == first_turn
    assert exchange.outcome == "truncated"
    assert "outstanding read data" in (exchange.failure or "")


def test_the_output_of_curl_v_tells_the_request_too(first_turn: bytes) -> None:
    said = (
        b"*   Trying 127.0.0.1:8000...\n* Connected to localhost\n> POST /chatkit HTTP/1.1\n> Host: localhost:8000\n"
        b"> Authorization: Bearer abcdefghijklmnop0123\n> Accept: text/event-stream\n>\n} [33 bytes data]\n"
        b"< HTTP/1.1 200 OK\n< content-type: text/event-stream\n<\n{ [8031 bytes data]\n"
    )
    exchange, _ = imported(said + first_turn + b"* Connection #0 to host localhost left intact\n")
    assert exchange.request.url == "http://localhost:8000/chatkit"
    assert exchange.request.streaming
    assert exchange.body == first_turn
    assert "abcdefghijklmnop0123" not in repr(exchange.request)


def test_curl_v_without_an_answer_is_told() -> None:
    exchange, _ = imported(b"*   Trying 127.0.0.1:1...\ncurl: (7) Failed to connect to 127.0.0.1 port 1\n")
    assert exchange.outcome == "unreachable"
    with pytest.raises(UnusableInput, match="holds no answer"):
        import_exchanges(b"* Trying 127.0.0.1...\n", "out.txt")


def test_a_head_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(UnusableInput, match="head cannot be read"):
        import_exchanges(b"HTTP/1.1 200 OK\r\nthis is no header\r\n", "out.txt")


def test_secrets_in_a_head_are_masked() -> None:
    exchange, _ = imported(b"HTTP/1.1 200 OK\r\nset-cookie: sid=abcdefghijklmnop0123; Path=/\r\n\r\ndata: {}\n\n")
    assert "abcdefghijklmnop0123" not in repr(exchange.headers)
