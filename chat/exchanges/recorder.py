"""A session written to its file while it goes on: what came stays on disk, whatever happens to the process."""

from __future__ import annotations

import contextlib
import os
import re
import string
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from chat.exchanges.exchange import Chunk, Exchange
from chat.exchanges.host_events import HostEvent
from chat.exchanges.recording_lines import (
    about_line,
    chunk_line,
    end_line,
    head_line,
    host_line,
    of_line,
    response_line,
    session_line,
)
from chat.exchanges.redaction import redact_body

__all__ = ["Recorder", "tell_about"]

_HELD_BACK = 16 * 1024
_KEY_END = re.compile(rb"-----END [A-Z ]{0,20}PRIVATE KEY-----")
_TOKEN_CHARACTERS = (string.ascii_letters + string.digits + "._~+/=-").encode()


class Recorder:
    """
    Writes exchanges and host events to a file as they come: call `update` whenever something may be new of an exchange.

    The file must not exist yet. Whatever cannot be written raises OSError.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        """Bytes written."""
        self._file: BinaryIO | None = os.fdopen(
            os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600), "wb"
        )
        self._running: dict[str, _Part] = {}
        self._ended: set[str] = set()
        self._last = ""

    @property
    def closed(self) -> bool:
        """Whether nothing is written any more."""
        return self._file is None

    def update(self, exchange: Exchange, most: int | None = None) -> bool:
        """
        Write what is new of an exchange since the last time; after it has ended, nothing of it is new.

        Of the body at most about `most` bytes are written at once. Returns whether more is there already.
        """
        if self._file is None or exchange.id in self._ended:
            return False
        part = self._running.get(exchange.id)
        if part is None:
            part = self._running[exchange.id] = _Part(exchange)
            self._write([head_line(exchange)])
            self._last = exchange.id
        self._put(part, part.news(most))
        if part.ended:
            del self._running[exchange.id]
            self._ended.add(exchange.id)
        return part.behind

    def heard(self, event: HostEvent) -> None:
        """Write what the element told its page."""
        self._beside(host_line(event))

    def about(self, *, name: str | None = None, kept: bool | None = None, source: str | None = None) -> None:
        """Write what is to be known of the recording itself from now on."""
        self._beside(about_line(name=name, kept=kept, source=source))

    def close(self) -> None:
        """Write what was held back and close the file."""
        if self._file is not None:
            for part in self._running.values():
                self._put(part, part.rest())
            self._file.close()
            self._file = None

    def abandon(self) -> None:
        """Close the file without another word: it cannot be written to."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.close()
            self._file = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _beside(self, line: bytes) -> None:
        self._write([line] if self.size else [session_line(), line])

    def _put(self, part: _Part, lines: Iterable[bytes]) -> None:
        exchange = part.exchange
        self._write(lines if exchange.id == self._last else (of_line(exchange, line) for line in lines))

    def _write(self, lines: Iterable[bytes]) -> None:
        if self._file is not None and (data := b"".join(lines)):
            self._file.write(data)
            self._file.flush()
            self.size += len(data)


def tell_about(path: Path, *, name: str | None = None, kept: bool | None = None) -> None:
    """
    Add to a recording that no longer grows what is to be known of it. A line that was cut off in writing goes.

    Raises OSError.
    """
    with path.open("r+b") as file:
        file.seek(_after_the_last_line(file))
        file.truncate()
        file.write(about_line(name=name, kept=kept))


def _after_the_last_line(file: BinaryIO) -> int:
    end = file.seek(0, os.SEEK_END)
    while end > 0:
        begin = max(0, end - 64 * 1024)
        file.seek(begin)
        found = file.read(end - begin).rfind(b"\n")
        if found >= 0:
            return begin + found + 1
        end = begin
    raise OSError("there is no whole line in it")


class _Part:
    """What has been written of an exchange, and what waits."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self._has_response = False
        self._chunks = 0
        self._held: list[Chunk] = []
        self._masked = b""
        self.ended = False
        """Whether all of it has been written."""

    @property
    def behind(self) -> bool:
        """Whether more of the body has come than was written."""
        return self._chunks < len(self.exchange.chunks)

    def news(self, most: int | None) -> Iterator[bytes]:
        """The lines that can be written by now of what came since the last time, of the body about `most` bytes."""
        exchange = self.exchange
        over = not exchange.running
        if exchange.status is not None and not self._has_response:
            self._has_response = True
            yield response_line(exchange)
        size = 0
        while self.behind and (most is None or size < most):
            self._held.append(exchange.chunks[self._chunks])
            size += len(self._held[-1].data)
            self._chunks += 1
        self.ended = over and not self.behind
        yield from map(chunk_line, self._settled(everything=self.ended))
        if self.ended:
            yield end_line(exchange)

    def rest(self) -> Iterator[bytes]:
        """The lines of all that waits."""
        return map(chunk_line, self._settled(everything=True))

    def _settled(self, *, everything: bool) -> Iterator[Chunk]:
        """Let go of the chunks, masked, whose bytes cannot be part of a secret that is still to come."""
        body = b"".join(chunk.data for chunk in self._held)
        place = len(body) if everything else max(_open_end(body), len(self._masked))
        # A secret may be cut in two by chunks: what is masked once is kept, beginning where no secret can be cut.
        masked = self._masked + redact_body(body[len(self._masked) : place])
        begin = settled = 0
        for chunk in self._held:
            if begin + len(chunk.data) > place:
                break
            yield Chunk(chunk.at_ns, masked[begin : begin + len(chunk.data)])
            begin += len(chunk.data)
            settled += 1
        del self._held[:settled]
        self._masked = masked[begin:]


def _open_end(body: bytes) -> int:
    """Where the end of these bytes begins that may be the beginning of a secret; their length when there is none."""
    place = len(body.rstrip(_TOKEN_CHARACTERS))
    # "Bearer" and its token are one secret, and so is all of a private key.
    before = body[max(0, place - 16) : place].rstrip(b" \t")
    if before.lower().endswith(b"bearer"):
        place = max(0, place - 16) + len(before) - len(b"bearer")
    key = body.rfind(b"-----BEGIN ")
    if key >= 0 and ((end := _KEY_END.search(body, key)) is None or end.end() > place):
        place = min(place, key)
    return place if len(body) - place < _HELD_BACK else len(body)
