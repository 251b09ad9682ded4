"""Bytes of a body to server-sent messages, each with its place in the body.

Lines are split here, on bytes, because only then is the place of everything known and a character cut in two by a chunk
no matter; httpx-sse assembles the lines to messages. What makes no message (comments, blocks without data, lines that
are no fields) is passed over, as the format asks: rules that care look at the body.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from .assembly import Assembly

__all__ = ["LONGEST_EVENT", "Message", "SSEStream"]

LONGEST_EVENT = 8 * 2**20
"""Bytes of one message that are read. The rest of a longer one is passed over and not kept here."""

_COPIED = 2**16
"""Bytes of a line that may be copied once more: to look at them where they are takes longer for a short one."""
_BOM = b"\xef\xbb\xbf"
_LINE_END = re.compile(rb"\r\n|\n|\r")


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
    cut: int = 0
    """Bytes of it that were passed over: its data is a beginning only."""


class SSEStream:
    """One response body on its way; the same code for live and recorded ones."""

    def __init__(self) -> None:
        self.speaks = False
        """Whether any line so far is neither blank nor a comment."""
        self._assembly: Assembly | None = None  # until a message has more than one data line
        self._id = ""
        self._only: str | None = None  # the one data line that the open block has so far
        self._rest: list[bytes] = []  # the beginning of a line that has not ended, in the pieces it came in
        self._position = 0  # offset in the body of the first byte of _rest
        self._held = 0  # bytes of _rest
        self._dropped = 0  # bytes of the line that has not ended that are not in _rest: it is too long
        self._at_ns = 0
        self._open_block()

    def feed(self, chunk: bytes, at_ns: int) -> list[Message]:
        """Take the next bytes, come `at_ns` nanoseconds after the request was sent; return what they completed.

        A CR at the very end waits for the next chunk: an LF may belong to it.
        """
        if not chunk:
            return []
        self._at_ns = at_ns
        held_cr = bool(self._rest) and self._rest[-1].endswith(b"\r")
        if not held_cr and b"\n" not in chunk and b"\r" not in chunk:
            if self._held < LONGEST_EVENT:
                # Joined once, when the line ends: many small pieces must not cost their square.
                self._rest.append(chunk)
                self._held += len(chunk)
            else:
                self._dropped += len(chunk)
            return []
        messages: list[Message] = []
        if not held_cr and b"\r" not in chunk:
            lines = chunk.split(b"\n")
            lines[0] = b"".join((*self._rest, lines[0]))
            rest = lines.pop()
            self._take_lines(lines, messages)
        else:
            buffer = b"".join((*self._rest, chunk))
            begin = 0
            for match in _LINE_END.finditer(buffer):
                end = match.end()
                if end == len(buffer) and match[0] == b"\r":
                    break
                self._take(buffer[begin : match.start()], end - begin, messages)
                begin = end
            rest = buffer[begin:]
        self._rest = [rest] if rest else []
        self._held = len(rest)
        self.speaks = self.speaks or bool(messages)
        return messages

    def close(self) -> Message | None:
        """Say that the body has ended; return the last message, if there is one that was not returned yet.

        It is `terminated` when a lone CR at the end of the body made its blank line, and not otherwise.
        """
        messages: list[Message] = []
        rest = b"".join(self._rest)
        self._rest, self._held = [], 0
        if rest:
            self._take(rest.removesuffix(b"\r"), len(rest), messages)
        if messages:
            return messages[0]
        return self._dispatch(self._position, terminated=False) if self._has_data else None

    def _open_block(self) -> None:
        self._start = -1  # no block is open
        self._has_data = False
        self._named = False
        self._size = 0
        self._cut = 0

    def _take_lines(self, lines: list[bytes], messages: list[Message]) -> None:
        """Take lines that end with LF. Nearly every message is one line and a blank one: those are made at once."""
        index, count = 0, len(lines)
        while index < count:
            line = lines[index]
            index += 1
            alone = self._start < 0 and index < count and not lines[index] and not self._dropped
            if alone and line.startswith(b"data: ") and len(line) <= LONGEST_EVENT:
                index += 1
                begin = self._position
                self._position = end = begin + len(line) + 2
                text = line[6:] if len(line) < _COPIED else memoryview(line)[6:]
                data = str(text, "utf-8", "replace")
                messages.append(Message(data, "", self._id, None, begin, end, self._at_ns, True, 0))
            else:
                self._take(line, len(line) + 1, messages)

    def _take(self, line: bytes, size: int, messages: list[Message]) -> None:
        """Take one line; `size` is its length with its ending."""
        begin = self._position
        if self._dropped:
            size, self._cut, self._dropped = size + self._dropped, self._cut + self._dropped, 0
        self._position = end = begin + size
        if begin == 0 and line.startswith(_BOM):
            line = line[3:]
            begin = 3
        if not line:
            if self._has_data:
                messages.append(self._dispatch(end, terminated=True))
            elif self._start >= 0:
                self._drop()
            return
        first = self._start < 0
        if first:
            self._start = begin
        self._size += len(line)
        if self._size > LONGEST_EVENT and not first:
            self._cut += len(line)
            return
        text = line.decode("utf-8", "replace")
        if text.startswith("data:"):
            self._has_data = self.speaks = True
            if first:
                self._only = text
                return
        elif not self._means_something(text):
            self.speaks = self.speaks or not (line.startswith(b":") or line.isspace())
            return
        self.speaks = True
        if self._assembly is None:
            from .assembly import Assembly  # which brings httpx along: 0.1 s that nearly no stream is to wait for

            self._assembly = Assembly()
        if self._only is not None:
            self._assembly.take(self._only)
            self._only = None
        self._assembly.take(text)

    def _means_something(self, line: str) -> bool:
        """Whether a line that is not a plain `data:` line has a meaning for the message."""
        name, _, value = line.partition(":")
        if name == "data":
            self._has_data = True
            return True
        value = value.removeprefix(" ")
        if name == "event":
            self._named = bool(value)
            return True
        return name == "id" or (name == "retry" and value.isascii() and value.isdigit())

    def _dispatch(self, end: int, *, terminated: bool) -> Message:
        start = self._start
        if self._only is not None:  # nearly every message: nothing to assemble
            data = self._only[6:] if self._only.startswith("data: ") else self._only[5:]
            self._only, cut = None, self._cut
            self._open_block()
            return Message(data, "", self._id, None, start, end, self._at_ns, terminated, cut)
        message = self._assembly.finish() if self._assembly is not None else None
        assert message is not None  # there was a data line, and another
        event = message.event if self._named else ""  # httpx-sse says "message" when there is no name
        self._id, cut = message.id, self._cut
        self._open_block()
        return Message(message.data, event, message.id, message.retry, start, end, self._at_ns, terminated, cut)

    def _drop(self) -> None:
        """A block without data is no message; its id stays all the same."""
        dropped = self._assembly.finish() if self._assembly is not None else None
        if dropped is not None:
            self._id = dropped.id
        self._open_block()
