"""
A body on its way into an exchange: secrets are masked before anybody can look at it.

Bytes are held back only where a secret may still be cut in two: an unfinished line, up to `_OPEN_LINE` bytes of it
(nobody can read an event before its line has ended), and a line whose text ends with the beginning of a secret, until
the next piece of that text tells. Chunks leave whole, with the time at which they came.

A secret that a stream splits over events ("sk-" in one delta, the rest in the next) is put together from the texts
under the names in `_PIECE` and of bare `data:` lines, item by item, and each part is masked in its own event. Not
covered: pieces under other names, or in an order of the backend's own; and of pieces with more than `_PATIENCE` other
lines between them, what came first is seen and only the rest is masked.
"""

from __future__ import annotations

import json
import re
import sys
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from chat.exchanges.exchange import Chunk
from chat.exchanges.secrets import Secrets
from chat.exchanges.spellings import plain_beginning, stand_in

__all__ = ["ArrivingBody", "masked_chunks"]

_OPEN_LINE = 4096
_PATIENCE = 16
_MOST_TEXTS = 64

_TEXT = rb'"([^"\\\r\n]*(?:\\.[^"\\\r\n]*)*)"'
_PIECE = re.compile(rb'"(item_id|delta|text|content|token|value)"[ \t]*:[ \t]*' + _TEXT)
_BARE_TEXT = re.compile(rb"data:[ ]?" + _TEXT)
_BARE_LINE = re.compile(rb"data:(?![ ]?[{\[\"])[ ]?([^\r\n]+)")
_UNIT = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|[^\\]", re.DOTALL
)
_LINE = re.compile(rb"[^\r\n]+")


def masked_chunks(chunks: Iterable[Chunk], secrets: Secrets) -> list[Chunk]:
    """The chunks of a whole body without the secrets, which may be split over chunks and over events."""
    body = ArrivingBody(secrets)
    masked = [out for chunk in chunks for out in body.feed(*chunk)]
    return masked + body.finish()


class ArrivingBody:
    """Takes the chunks of one body and gives them out again, masked, as soon as they are safe."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._sizes: deque[tuple[int, int]] = deque()
        """(time, bytes) of each chunk that is held."""
        self._held = bytearray()
        self._given = 0
        """Bytes that were given out."""
        self._looked = 0
        """Where in the body the first line begins that was not looked at."""
        self._splits = _Splits(secrets)
        self._open_line = max(_OPEN_LINE, secrets.reach)

    def feed(self, at_ns: int, data: bytes) -> list[Chunk]:
        """Take a chunk. Returns those that are safe now, oldest first."""
        if not self._secrets:
            return [Chunk(at_ns, data)]
        self._sizes.append((at_ns, len(data)))
        self._take(data)
        line = max(self._held.rfind(b"\n"), self._held.rfind(b"\r")) + 1
        self._look(line)
        end = self._given + len(self._held)
        return self._give(min(max(self._given + line, end - self._open_line), self._splits.hold_from()))

    def finish(self) -> list[Chunk]:
        """The body has ended: everything that was held."""
        self._look(len(self._held))
        return self._give(self._given + len(self._held))

    def _take(self, data: bytes) -> None:
        begin = max(0, len(self._held) - self._secrets.reach)
        news = bytes(self._held[begin:]) + data
        self._held[begin:] = self._secrets.mask(news)

    def _look(self, line: int) -> None:
        """Look for pieces in the lines before this place among what is held."""
        begin = max(0, self._looked - self._given)
        if line > begin:
            self._splits.look(self._held, self._given, begin, line)
            self._looked = self._given + line

    def _give(self, settled: int) -> list[Chunk]:
        given: list[Chunk] = []
        place = 0
        while self._sizes and self._given + place + self._sizes[0][1] <= settled:
            at_ns, size = self._sizes.popleft()
            given.append(Chunk(at_ns, bytes(self._held[place : place + size])))
            place += size
        del self._held[:place]
        self._given += place
        return given


@dataclass(slots=True)
class _Beginning:
    """A secret of which the pieces of a text hold the beginning."""

    number: int
    spelling: bytes
    matched: int
    parts: list[tuple[int, int]]
    """(place in the body, bytes) of what is to be masked when the rest comes."""
    line: int


class _Splits:
    """Follows the texts that come in pieces. A piece costs its length, whatever came before it."""

    def __init__(self, secrets: Secrets) -> None:
        self._by_first: dict[int, list[tuple[int, bytes]]] = {}
        for number, spelling in secrets.spellings:
            self._by_first.setdefault(spelling[0], []).append((number, spelling))
        self._longest = max((len(spelling) for _, spelling in secrets.spellings), default=0)
        self._first = re.compile(b"|".join(re.escape(bytes((byte,))) for byte in self._by_first) or b"(?!)")
        self._open: dict[tuple[bytes, bytes], list[_Beginning]] = {}
        self._line = 0

    def hold_from(self) -> int:
        """The place in the body of the first byte that may yet have to be masked; beyond its end when none has."""
        held = (
            beginning.parts[0][0]
            for beginnings in self._open.values()
            for beginning in beginnings
            if beginning.matched > plain_beginning(beginning.spelling) and self._line - beginning.line <= _PATIENCE
        )
        return min(held, default=sys.maxsize)

    def look(self, held: bytearray, offset: int, begin: int, end: int) -> None:
        """Look at whole lines of what is held, which begins at `offset` in the body, and mask in it."""
        lines = bytes(held[begin:end])
        begin += offset
        for line in _LINE.finditer(lines):
            self._line += 1
            item = b""
            for found in _PIECE.finditer(lines, line.start(), line.end()):
                if found[1] == b"item_id":
                    item = found[2]
                else:
                    self._piece((found[1], item), held, offset, begin + found.start(2), found[2])
            if bare := _BARE_TEXT.match(lines, *line.span()) or _BARE_LINE.match(lines, *line.span()):
                self._piece((b"", b""), held, offset, begin + bare.start(1), bare[1])

    def _piece(self, key: tuple[bytes, bytes], held: bytearray, offset: int, place: int, raw: bytes) -> None:
        text = _unescaped(raw)
        still: list[_Beginning] = []
        for beginning in self._open.pop(key, ()):
            rest = beginning.spelling[beginning.matched :]
            if text.startswith(rest):
                beginning.parts.append((place, _place_in(raw, len(rest))))
                _mask_parts(beginning, held, offset)
            elif rest.startswith(text):
                beginning.matched += len(text)
                beginning.parts.append((place, len(raw)))
                beginning.line = self._line
                still.append(beginning)
        for first in self._first.finditer(text, max(0, len(text) - self._longest + 1)):
            begin, tail = first.start(), text[first.start() :]
            for number, spelling in self._by_first[text[begin]]:
                if len(tail) < len(spelling) and spelling.startswith(tail):
                    skipped = _place_in(raw, begin)
                    part = (place + skipped, len(raw) - skipped)
                    still.append(_Beginning(number, spelling, len(tail), [part], self._line))
        if still:
            self._open[key] = still
            if len(self._open) > _MOST_TEXTS:
                del self._open[next(iter(self._open))]


def _mask_parts(beginning: _Beginning, held: bytearray, offset: int) -> None:
    """Mask what has not been given out."""
    # What is escaped in the pieces is longer than its spelling.
    whole = beginning.spelling.ljust(sum(size for _, size in beginning.parts), b"\\")
    masked = stand_in(beginning.number, whole)
    for place, size in beginning.parts:
        for index in range(max(place, offset), place + size):
            held[index - offset] = masked[index - place]
        masked = masked[size:]


def _place_in(raw: bytes, count: int) -> int:
    """Where the text of a JSON string ends that has its first `count` bytes, escapes undone."""
    if b"\\" not in raw:
        return count
    for unit in _UNIT.finditer(raw):
        if count <= 0:
            return unit.start()
        count -= len(_unescaped(unit[0]))
    return len(raw)


def _unescaped(raw: bytes) -> bytes:
    """The text of a JSON string; the same object when nothing is escaped in it."""
    if b"\\" not in raw:
        return raw
    try:
        text: str = json.loads(b'"' + raw + b'"')
    except ValueError:
        return raw
    return text.encode("utf-8", "surrogatepass")
