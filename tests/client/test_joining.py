"""Chunks that wait are joined to one: h11 reads the same, finds the same faults, and every part keeps its time."""

from __future__ import annotations

import random

import h11
import pytest

from chat.client.joining import LONGEST_FRAME, Joining, Part

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
PLAIN = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"


def chunked(*bodies: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    return b"".join(b"%x\r\n%b\r\n" % (len(body), body) for body in bodies) + end


class Reader:
    """What h11 makes of what it is given, read as httpcore does."""

    def __init__(self) -> None:
        self._h11 = h11.Connection(h11.CLIENT)
        self._h11.send(h11.Request(method="POST", target="/", headers=[("host", "x")]))
        self._h11.send(h11.EndOfMessage())
        self.pieces: list[bytes] = []
        self.body = b""
        self.end = ""

    def read(self, data: bytes) -> None:
        self.pieces = []
        if self.end:
            return
        try:
            self._h11.receive_data(data)
            while True:
                event = self._h11.next_event()
                if isinstance(event, h11.Data):
                    self.pieces.append(bytes(event.data))
                    self.body += event.data
                elif isinstance(event, h11.EndOfMessage):
                    self.end = "complete"
                    return
                elif event in (h11.NEED_DATA, h11.PAUSED):
                    return
        except h11.RemoteProtocolError as error:
            self.end = str(error)


def as_it_came(pieces: list[bytes]) -> Reader:
    reader = Reader()
    for piece in [*pieces, b""]:
        reader.read(piece)
    return reader


def joined(pieces: list[bytes], chance: random.Random) -> tuple[Reader, list[Part]]:
    """The same pieces, of which several wait at each look; and the parts, as far as they were told."""
    joining, reader, parts = Joining(), Reader(), []
    at = 0
    while at < len(pieces):
        size, most = 0, chance.choice([1, 1, 2, 5, 100])
        while True:
            joining.take(at, pieces[at])
            size += len(pieces[at])
            at, most = at + 1, most - 1
            if not joining.joins or at == len(pieces) or not most:
                break
        given = joining.give()
        assert len(given) <= size + 10 + LONGEST_FRAME  # with the beginning of a line that was held back
        if given:
            reader.read(given)
            told = joining.parts  # of one piece only: of others, h11 tells the sizes
            if [sum(size for _, size in told)] != [len(piece) for piece in reader.pieces]:
                told = [(at - 1, len(piece)) for piece in reader.pieces]
            parts += told
    if rest := joining.rest():
        reader.read(rest)
    reader.read(b"")
    return reader, parts


def cut(data: bytes, chance: random.Random) -> list[bytes]:
    pieces, place = [], 0
    while place < len(data):
        size = chance.choice([1, 2, 3, 7, 20, 60, 400])
        pieces.append(data[place : place + size])
        place += size
    return pieces


def bodies(chance: random.Random) -> list[bytes]:
    return [bytes(chance.choices(b"ab\r\n0: {}", k=chance.choice([1, 5, 17, 200]))) for _ in range(chance.randrange(9))]


@pytest.mark.parametrize("seed", range(120))
def test_h11_reads_the_same_whatever_waits(seed: int) -> None:
    chance = random.Random(seed)
    interim = chance.choice([b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"])
    head = chance.choice([HEAD, HEAD.replace(b"chunked", b" CHUNKED "), PLAIN, HEAD.replace(b"\r\n", b"\n")])
    made = bodies(chance)
    end = chance.choice([b"0\r\n\r\n", b"0\r\n\r\n", b"0\r\nX: y\r\n\r\n", b"", b"5\r\nab", b"000\r\n\r\n"])
    pieces = cut(interim + head + (b"".join(made) if head is PLAIN else chunked(*made, end=end)), chance)
    plain, (reader, parts) = as_it_came(pieces), joined(pieces, chance)
    assert (reader.body, reader.end) == (plain.body, plain.end)
    assert sum(size for _, size in parts) == len(reader.body)
    assert [at for at, _ in parts] == sorted(at for at, _ in parts)


@pytest.mark.parametrize("seed", range(300))
def test_h11_finds_the_same_faults(seed: int) -> None:
    chance = random.Random(seed)
    data = bytearray(HEAD + chunked(*bodies(chance), b"the last"))
    for _ in range(chance.choice([1, 1, 2])):
        place = chance.randrange(len(HEAD) if chance.random() < 0.9 else 0, len(data))
        change = chance.choice(["cut", "put", "drop"])
        if change == "cut":
            del data[place:]
        elif change == "put":
            data[place:place] = bytes(chance.choices(b"\r\n0f;x \t", k=chance.choice([1, 2, 5])))
        else:
            del data[place : place + 1]
        if len(data) <= len(HEAD):
            break
    pieces = cut(bytes(data), chance)
    plain, (reader, _) = as_it_came(pieces), joined(pieces, chance)
    assert (reader.body, reader.end) == (plain.body, plain.end)


def test_chunks_that_wait_are_one_for_h11_and_keep_their_times() -> None:
    joining, reader = Joining(), Reader()
    joining.take(1, HEAD)
    reader.read(joining.give())
    for at in range(2, 9):
        joining.take(at, b"5\r\nhello\r\n")
    reader.read(joining.give())
    assert reader.pieces == [b"hello" * 7]
    assert joining.parts == [(at, 5) for at in range(2, 9)]


def test_a_chunk_comes_as_far_as_it_has_come() -> None:
    joining, reader = Joining(), Reader()
    joining.take(1, HEAD + b"a\r\n012")
    reader.read(joining.give())
    assert reader.pieces == [b"012"]
    joining.take(2, b"345")
    reader.read(joining.give())
    assert reader.pieces == [b"345"]
    joining.take(3, b"6789\r\n0\r\n\r\n")
    reader.read(joining.give())
    assert (reader.body, reader.end) == (b"0123456789", "complete")


@pytest.mark.parametrize(
    "head",
    [
        HEAD.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n"),
        HEAD.replace(b"HTTP/1.1", b"HTTP/1.0"),
        HEAD.replace(b"chunked", b"gzip, chunked"),
        HEAD.replace(b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n"),
        HEAD.replace(b"\r\n", b"\n"),
    ],
    ids=["compressed", "HTTP 1.0", "another coding", "twice", "bare LF"],
)
def test_what_is_not_as_expected_is_passed_on_as_it_came(head: bytes) -> None:
    joining = Joining()
    body = chunked(b"hello", b"there")
    joining.take(1, head)
    assert joining.give() == head
    joining.take(2, body)
    assert not joining.joins
    assert joining.give() == body


def test_nothing_is_given_for_the_beginning_of_a_line() -> None:
    joining = Joining()
    joining.take(1, HEAD)
    joining.give()
    joining.take(2, b"5")
    assert joining.give() == b""
    joining.take(3, b"\r\nhello\r\n")
    assert joining.give() == b"5\r\nhello"
    assert joining.parts == [(3, 5)]
    joining.take(4, b"2")
    assert joining.give() == b""
    assert joining.rest() == b"\r\n2", "it ended there, which is for h11 to say"
