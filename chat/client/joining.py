"""
What has come of an answer since somebody looked, as one piece.

A stream in a rush comes in hundreds of chunks a second, and each would go through every layer of an HTTP client by
itself. Here the chunks that wait are put together to one, beside the times and sizes of those that it was made of.
Nothing is judged here: from the first byte on that is not exactly as expected, everything is passed on as it came, and
h11 says what is wrong with it.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["LONGEST_FRAME", "Joining", "Part"]

Part = tuple[int, int]
"""When a part of the body came, in `time.monotonic_ns`, and its bytes."""

_LONGEST_HEAD: Final = 2**16
_STATUS: Final = re.compile(rb"HTTP/1\.1 ([1-5])\d\d[ \r]")
_CODINGS: Final = re.compile(rb"\r\n(transfer-encoding|content-encoding):[ \t]*([^\r]*)", re.IGNORECASE)
_FIRST_LINE: Final = re.compile(rb"([0-9A-Fa-f]{1,8})\r\n")
_LONGEST_LINE: Final = 10
_END: Final = b"\r\n"
LONGEST_FRAME: Final = 16
"""Bytes by which more may be given than was taken, at most."""


class Joining:
    """
    Reads along with one connection: `take` everything that comes, in order, and `give` to h11 what is made of it.

    Only the body of an answer in HTTP/1.1 is joined that has no content coding: in any other, and in the head, every
    piece is to be given on by itself.
    """

    def __init__(self) -> None:
        self.joins = False
        """Whether what comes next may be joined with what came."""
        self.parts: list[Part] = []
        """Of the body, in what was given last, when that is one part for h11."""
        self._head: bytes | None = b""
        """What has come of the head; None when it is over."""
        self._chunked = False
        self._line = b""
        """The beginning of a chunk's first line."""
        self._left = 0
        """Bytes of the chunk at hand that have not come."""
        self._end_left = 0
        """Bytes of its end that have not come."""
        self._owed = b""
        """The end of the chunk that was given last."""
        self._as_it_came: list[bytes] = []
        self._bodies: list[bytes] = []
        self._behind: list[bytes] = []
        self._came: list[Part] = []

    def take(self, at_ns: int, data: bytes) -> None:
        """Take what came next, at this time."""
        if self._head is not None:
            data = self._behind_head(data)
        if self._chunked:
            self._read_chunks(at_ns, data)
        elif data:
            self._behind.append(data)
            self._came.append((at_ns, len(data)))

    def give(self) -> bytes:
        """What was taken and is to be read now; b"" when more must come first."""
        given = self._as_it_came
        if self._bodies:
            size = sum(map(len, self._bodies))
            given = [*given, self._owed, b"%x\r\n" % size, *self._bodies]
            self._owed = _END
        given += self._behind
        self.parts = self._came
        self._as_it_came, self._bodies, self._behind, self._came = [], [], [], []
        return b"".join(given)

    def rest(self) -> bytes:
        """What was held back when the connection ended."""
        held, self._line = self._owed + self._line if self._line else b"", b""
        return held

    def _behind_head(self, data: bytes) -> bytes:
        """Read the head; returns what comes behind it."""
        assert self._head is not None
        read = self._head + data
        end = read.find(_END + _END)
        if end < 0:
            self._as_it_came.append(data)
            self._head = read if len(read) < _LONGEST_HEAD else None
            return b""
        head, rest = read[: end + 4], read[end + 4 :]
        self._as_it_came.append(data[: len(data) - len(rest)])
        status = _STATUS.match(head)
        if status is not None and status[1] == b"1":  # another one follows
            self._head = b""
            return self._behind_head(rest) if rest else b""
        self._head = None
        if status is not None and head.count(b"\n") == head.count(_END):
            codings = {b"transfer-encoding": b"", b"content-encoding": b""}
            for name, value in _CODINGS.findall(head):
                codings[name.lower()] += value.strip().lower()
            self._chunked = codings[b"transfer-encoding"] == b"chunked"
            self.joins = not codings[b"content-encoding"] and (self._chunked or not codings[b"transfer-encoding"])
            self._chunked = self._chunked and self.joins
        return rest

    def _read_chunks(self, at_ns: int, data: bytes) -> None:
        data, self._line = self._line + data, b""
        place = 0
        while place < len(data):
            if self._left:
                body = data[place : place + self._left]
                self._bodies.append(body)
                self._came.append((at_ns, len(body)))
                place += len(body)
                self._left -= len(body)
                self._end_left = 0 if self._left else len(_END)
            elif self._end_left:
                missing = _END[-self._end_left :]
                end = data[place : place + len(missing)]
                if not missing.startswith(end):
                    self._pass_on(_END[: -self._end_left], data[place:])
                    return
                place += len(end)
                self._end_left -= len(end)
            else:
                line = _FIRST_LINE.match(data, place)
                if line is None and len(data) - place < _LONGEST_LINE and b"\n" not in data[place:]:
                    self._line = data[place:]
                    return
                self._left = int(line[1], 16) if line is not None else 0
                if line is None or not self._left:  # the end of the body, or no chunk
                    self._pass_on(_END if self._bodies else self._owed, data[place:])
                    return
                place = line.end()

    def _pass_on(self, end: bytes, rest: bytes) -> None:
        """From here on nothing is joined: `end` is what came of the last chunk's end."""
        self._behind += [end, rest]
        self._chunked = self.joins = False
