from typing import Any

import pytest

from chat.protocol import Message, SSEStream


def read(body: bytes, size: int | None = None) -> list[Message]:
    """All messages of a body that comes in chunks of `size` bytes."""
    stream = SSEStream()
    step = size or max(len(body), 1)
    messages = [m for at in range(0, len(body), step) for m in stream.feed(body[at : at + step], at)]
    last = stream.close()
    return [*messages, *([last] if last else [])]


def data(body: bytes, size: int | None = None) -> list[str]:
    return [message.data for message in read(body, size)]


@pytest.mark.parametrize("size", [1, 2, 3, 5, None])
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"data: a\n\ndata: b\n\n", ["a", "b"]),
        (b"data: a\r\n\r\ndata: b\r\n\r\n", ["a", "b"]),
        (b"data: a\r\rdata: b\r\r", ["a", "b"]),
        (b"data: a\r\n\ndata: b\n\r\ndata: c\r\r\n", ["a", "b", "c"]),
        (b"\xef\xbb\xbfdata: a\n\n", ["a"]),
        (b"\xef\xbb\xbf\xef\xbb\xbfdata: a\n\ndata: b\n\n", ["b"]),
        (b"data:a\n\ndata:  b\n\n", ["a", " b"]),
        (b"data: a\ndata: b\n\n", ["a\nb"]),
        (b"data\n\ndata\ndata\n\n", ["", "\n"]),
        (b": ping\n\ndata: a\n\n", ["a"]),
        (b"event: x\n\ndata: a\n\n", ["a"]),
        (b"id: 1\n\n\n\ndata: a\n\n", ["a"]),
        ("data: naïve \U0001f600\u2028\n\n".encode(), ["naïve \U0001f600\u2028"]),
        (b"data: \xff\xfe\n\n", ["��"]),
        (b"data: \x00\n\n", ["\x00"]),
        (b"", []),
        (b"\n\n\n", []),
        (b'{"type":"notice"}\n{"type":"notice"}\n', []),
    ],
)
def test_messages_are_the_same_however_the_bytes_are_cut(body: bytes, expected: Any, size: int | None) -> None:
    assert data(body, size) == expected


@pytest.mark.parametrize("size", [1, 4, None])
def test_a_message_knows_its_bytes_and_its_blank_line_is_one_of_them(size: int | None) -> None:
    body = "data: é\r\n\r\n: note\ndata: b\n\n".encode()
    messages = read(body, size)
    assert [body[m.start : m.end] for m in messages] == ["data: é\r\n\r\n".encode(), b": note\ndata: b\n\n"]


def test_a_byte_order_mark_is_no_part_of_the_first_message() -> None:
    (message,) = read(b"\xef\xbb\xbfdata: a\n\n")
    assert (message.start, message.end) == (3, 12)


def test_a_message_has_the_time_of_the_chunk_that_completed_it() -> None:
    stream = SSEStream()
    assert stream.feed(b"data: a\n", 10) == []
    assert [m.at_ns for m in stream.feed(b"\n", 25)] == [25]


def test_the_event_field_is_empty_when_absent_and_does_not_last() -> None:
    messages = read(b"data: a\n\nevent: message\ndata: b\n\nevent: x\ndata: c\n\nevent:\ndata: d\n\ndata: e\n\n")
    assert [m.event for m in messages] == ["", "message", "x", "", ""]


def test_an_event_name_of_a_block_without_data_does_not_reach_the_next() -> None:
    messages = read(b"event: x\n\ndata: a\n\n")
    assert messages[0].event == ""


def test_the_last_id_stays_and_retry_does_not() -> None:
    messages = read(b"id: 7\nretry: 100\ndata: a\n\ndata: b\n\n")
    assert [(m.id, m.retry) for m in messages] == [("7", 100), ("7", None)]


@pytest.mark.parametrize("first", [b"id: 7\n\n", b"data: a\nid: 7\n\n", b"id: 7\ndata: a\n\n"])
def test_the_last_id_reaches_messages_of_one_line(first: bytes) -> None:
    messages = read(first + b"data: x\n\ndata: y\ndata: z\n\n")
    assert [(m.data, m.id) for m in messages[-2:]] == [("x", "7"), ("y\nz", "7")]


@pytest.mark.parametrize("value", [b"+5", b"1_0", b" 5", b"-1", b"x", b""])
def test_retry_takes_digits_only(value: bytes) -> None:
    messages = read(b"retry: " + value + b"\ndata: a\n\n")
    assert messages[0].retry is None


@pytest.mark.parametrize("body", [b"data: a\n\ndata: b", b"data: a\n\ndata: b\n", b"data: a\n\ndata: b\r"])
def test_a_last_block_without_its_blank_line_is_reported_as_such(body: bytes) -> None:
    messages = read(body)
    assert [(m.data, m.terminated) for m in messages] == [("a", True), ("b", False)]
    assert messages[1].end == len(body)


def test_a_lone_cr_at_the_end_of_the_body_makes_the_blank_line() -> None:
    messages = read(b"data: a\r\n\r")
    assert [(m.data, m.terminated) for m in messages] == [("a", True)]


def test_what_makes_no_message_is_passed_over_and_moves_no_place() -> None:
    body = b': ping\n\nevent: x\nid: 1\n\n{"type":"notice"}\n\n\n: c\nnonsense\ndata: \xe9\n\n'
    (message,) = read(body)
    assert (message.data, message.event, message.id) == ("\ufffd", "", "1")
    assert body[message.start : message.end] == b": c\nnonsense\ndata: \xe9\n\n"


def test_a_long_line_in_many_pieces_is_joined_once() -> None:
    stream = SSEStream()
    piece = b"x" * 10
    assert stream.feed(b"data: ", 0) == []
    for _ in range(50_000):
        assert stream.feed(piece, 0) == []
    assert len(stream.feed(b"\n\n", 1)[0].data) == 500_000


@pytest.mark.parametrize("size", [1, 2, None])
@pytest.mark.parametrize(
    ("body", "speaks"),
    [
        (b"", False),
        (b"\n \n\t\r\n\r", False),
        (b": ping\n\n:\n\n: pong", False),
        (b"\xef\xbb\xbf: ping\n\n", False),
        (b": ping\n\n : no comment\n", True),
        (b"\n\nhello", True),
        (b"event: x\n\n", True),
        (b"retry: soon\n\n", True),
        (b"data\n\n", True),
        (b": ping\n\ndata: a\n\n", True),
    ],
)
def test_a_body_of_comments_and_blank_lines_says_nothing(body: bytes, speaks: bool, size: int | None) -> None:
    stream = SSEStream()
    step = size or max(len(body), 1)
    for at in range(0, len(body), step):
        stream.feed(body[at : at + step], at)
    stream.close()
    assert stream.speaks == speaks
