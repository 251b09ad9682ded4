"""Bytes of a body to server-sent messages, each with its place in the body.

Lines are split here, on bytes, because only then is the place of everything known and a character cut in two by a chunk
no matter; httpx-sse assembles the lines to messages. What makes no message, but says something about the backend, is
kept beside: comments, blocks without data, lines that are no fields (NDJSON, plain text), bytes that are not UTF-8.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from httpx_sse._decoders import SSEDecoder

__all__ = ["BadText", "Comment", "DatalessBlock", "Message", "SSEStream", "StrayLine"]

_BOM = b"\xef\xbb\xbf"
_LINE_END = re.compile(rb"\r\n|\n|\r")
_FIELDS = frozenset({"data", "event", "id", "retry"})

KEPT = 1_000
"""How many comments, data-less blocks, stray lines and bad texts are kept of each; all of them are counted."""
KEPT_CHARACTERS = 4_000
"""How much of a comment or stray line is kept."""


class Message(NamedTuple):
    """One message of an event stream, and where it stood. Offsets are bytes of the body, `[start, end)`."""

    data: str
    event: str
    """The `event:` field, "" when absent."""
    id: str
    """The last event id, "" when there was none."""
    retry: int | None
    """The `retry:` field in milliseconds."""
    start: int
    end: int
    """The blank line included."""
    at_ns: int
    """When the chunk that completed it came, nanoseconds since the request was sent."""
    terminated: bool = True
    """False for the last block of a body when no blank line follows it: browsers drop such a block."""


@dataclass(frozen=True, slots=True)
class Comment:
    """A line that begins with a colon. `text` is what follows it."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class DatalessBlock:
    """A block that ends in a blank line but has no `data:`. By the standard it is no message.

    `only_comments` is the usual ping (`: ping` and a blank line).
    """

    start: int
    end: int
    lines: int
    only_comments: bool


@dataclass(frozen=True, slots=True)
class StrayLine:
    """A line that is neither a field of the format nor a comment: the format says to ignore it."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class BadText:
    """A line with bytes that are not UTF-8; they became U+FFFD."""

    start: int
    end: int


class SSEStream:
    """One response body on its way; the same code for live and recorded ones.

    Beside messages it keeps, for rules about framing (each list holds the first `KEPT`, the counters count all):
    """

    comments: list[Comment]
    comment_count: int
    dataless: list[DatalessBlock]
    dataless_count: int
    strays: list[StrayLine]
    stray_count: int
    bad_text: list[BadText]
    bad_text_count: int
    field_counts: dict[str, int]
    """How many lines there were of each field; `data` is counted by `messages` only."""
    line_ends: dict[str, int]
    r"""How many lines ended in "\n", "\r\n" and "\r"."""
    bom: bool
    """The body began with a byte order mark."""
    messages: int
    """Messages returned so far."""

    def __init__(self) -> None:
        self.comments = []
        self.comment_count = 0
        self.dataless = []
        self.dataless_count = 0
        self.strays = []
        self.stray_count = 0
        self.bad_text = []
        self.bad_text_count = 0
        self.field_counts = {"event": 0, "id": 0, "retry": 0}
        self.line_ends = {"\n": 0, "\r\n": 0, "\r": 0}
        self.bom = False
        self.messages = 0
        self._decoder = SSEDecoder()
        self._id = ""
        self._only: str | None = None  # the one data line that the open block has so far
        self._rest: list[bytes] = []  # the beginning of a line that has not ended, in the pieces it came in
        self._position = 0  # offset in the body of the first byte of _rest
        self._at_ns = 0
        self._open_block()

    @property
    def received(self) -> int:
        """Bytes taken so far."""
        return self._position + sum(map(len, self._rest))

    def feed(self, chunk: bytes, at_ns: int) -> list[Message]:
        """Take the next bytes, come `at_ns` nanoseconds after the request was sent; return what they completed.

        A CR at the very end waits for the next chunk: an LF may belong to it.
        """
        if not chunk:
            return []
        self._at_ns = at_ns
        held_cr = bool(self._rest) and self._rest[-1].endswith(b"\r")
        if not held_cr and b"\n" not in chunk and b"\r" not in chunk:
            self._rest.append(chunk)  # joined once, when the line ends: many small pieces must not cost their square
            return []
        self._rest.append(chunk)
        buffer = b"".join(self._rest)
        messages: list[Message] = []
        if b"\r" not in buffer:
            lines = buffer.split(b"\n")
            rest = lines.pop()
            self.line_ends["\n"] += len(lines)
            for line in lines:
                self._take(line, len(line) + 1, messages)
        else:
            begin = 0
            for match in _LINE_END.finditer(buffer):
                end = match.end()
                ending = match[0]
                if ending == b"\r" and end == len(buffer):
                    break
                self.line_ends[ending.decode()] += 1
                self._take(buffer[begin : match.start()], end - begin, messages)
                begin = end
            rest = buffer[begin:]
        self._rest = [rest] if rest else []
        return messages

    def close(self) -> Message | None:
        """Say that the body has ended; return the last message, if there is one that was not returned yet.

        It is `terminated` when a lone CR at the end of the body made its blank line, and not otherwise.
        """
        messages: list[Message] = []
        rest = b"".join(self._rest)
        self._rest = []
        if rest.endswith(b"\r"):
            self.line_ends["\r"] += 1
            self._take(rest[:-1], len(rest), messages)
        elif rest:
            self._take(rest, len(rest), messages)
        if messages:
            return messages[0]
        if self._data_lines:
            return self._dispatch(self._position, terminated=False)
        self._open_block()
        return None

    def _open_block(self) -> None:
        self._start = -1  # no block is open
        self._data_lines = 0
        self._named = False
        self._lines = 0
        self._comment_lines = 0

    def _take(self, line: bytes, size: int, messages: list[Message]) -> None:
        """Take one line; `size` is its length with its ending."""
        begin = self._position
        self._position = end = begin + size
        if begin == 0 and line.startswith(_BOM):
            self.bom = True
            line = line[3:]
            begin = 3
        if not line:
            if self._data_lines:
                messages.append(self._dispatch(end, terminated=True))
            elif self._start >= 0:
                self._close_dataless(end)
            return
        if self._start < 0:
            self._start = begin
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError:
            text = line.decode("utf-8", "replace")
            self.bad_text_count += 1
            if len(self.bad_text) < KEPT:
                self.bad_text.append(BadText(begin, end))
        self._lines += 1
        if text.startswith("data:"):
            self._data_lines += 1
            if self._lines == 1:
                self._only = text
                return
        elif not self._take_other(text, begin, end):
            return
        self._flush()
        self._decoder.decode(text)

    def _take_other(self, text: str, begin: int, end: int) -> bool:
        """Take note of a line that is not a plain `data:` line; say whether it has a meaning for the message."""
        name, colon, value = text.partition(":")
        if colon and not name:
            self._comment_lines += 1
            self.comment_count += 1
            if len(self.comments) < KEPT:
                self.comments.append(Comment(text[1 : KEPT_CHARACTERS + 1], begin, end))
            return False
        if name not in _FIELDS:
            self.stray_count += 1
            if len(self.strays) < KEPT:
                self.strays.append(StrayLine(text[:KEPT_CHARACTERS], begin, end))
            return False
        if name == "data":
            self._data_lines += 1
            return True
        self.field_counts[name] += 1
        value = value.removeprefix(" ")
        if name == "event":
            self._named = bool(value)
        return name != "retry" or (value.isascii() and value.isdigit())

    def _flush(self) -> None:
        if self._only is not None:
            self._decoder.decode(self._only)
            self._only = None

    def _dispatch(self, end: int, *, terminated: bool) -> Message:
        self.messages += 1
        start = self._start
        if self._only is not None:  # nearly every message: nothing to assemble
            data = self._only[6:] if self._only.startswith("data: ") else self._only[5:]
            self._only = None
            self._open_block()
            return Message(data, "", self._id, None, start, end, self._at_ns, terminated)
        message = self._decoder.decode("")
        assert message is not None  # httpx-sse returns one whenever there was a data line
        event = message.event if self._named else ""  # httpx-sse says "message" when there is no name
        self._id = message.id
        self._open_block()
        return Message(message.data, event, message.id, message.retry, start, end, self._at_ns, terminated)

    def _close_dataless(self, end: int) -> None:
        if (forgotten := self._decoder.decode("")) is not None:  # a message without data, which is none
            self._id = forgotten.id
        self.dataless_count += 1
        if len(self.dataless) < KEPT:
            only_comments = self._comment_lines == self._lines
            self.dataless.append(DatalessBlock(self._start, end, self._lines, only_comments))
        self._open_block()
