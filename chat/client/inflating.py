"""
Compressed bodies, inflated piece by piece: what a few bytes stand for is counted while it is made, never made at once.

`gzip` and `deflate` are undone here, which are what is asked for; other codings are left to httpx where it knows them.
"""

from __future__ import annotations

import asyncio
import time
import zlib
from collections.abc import AsyncIterable, AsyncIterator, Iterator

import httpx

__all__ = ["CutInflation", "inflated"]

_PIECE = 2**16
"""Bytes that are made at a time."""
_SLICE = 0.005
"""Seconds of inflating after which others have the loop."""
_OURS = ("gzip", "x-gzip", "deflate")


class CutInflation(httpx.DecodingError):
    """The body came to its end, and what is compressed in it did not."""


async def inflated(response: httpx.Response) -> AsyncIterator[bytes]:
    """
    The body's bytes without their content codings, in pieces of at most 64 kB where these are undone here.

    Raises httpx's `DecodingError`, of which `CutInflation` is one, and `TransportError`.
    """
    codings = [one.strip().lower() for one in response.headers.get_list("content-encoding", split_commas=True)]
    codings = [one for one in codings if one not in ("", "identity")]
    if not codings or any(one not in _OURS for one in codings):
        async for data in response.aiter_bytes():
            yield data
        return
    pieces: AsyncIterable[bytes] = response.aiter_raw()
    for coding in reversed(codings):
        pieces = _undone(pieces, coding)
    async for data in pieces:
        yield data


async def _undone(pieces: AsyncIterable[bytes], coding: str) -> AsyncIterator[bytes]:
    inflater = _Deflated() if coding == "deflate" else _Gzipped()
    until = time.monotonic() + _SLICE
    async for piece in pieces:
        for data in inflater.feed(piece):
            yield data
            if time.monotonic() > until:
                await asyncio.sleep(0)
                until = time.monotonic() + _SLICE
    if inflater.open:
        raise CutInflation(f"the body ends in the middle of its {coding} data")


class _Gzipped:
    """One or more members, one behind the other; what follows them and is none is passed over, as browsers do."""

    window = zlib.MAX_WBITS | 16
    another = b"\x1f\x8b"
    """What another member begins with; b"" when there is one only."""

    def __init__(self) -> None:
        self._inflater = zlib.decompressobj(self.window)
        self._over = False
        self.open = False
        """Whether something has begun that did not end."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Inflate the next bytes. Raises `httpx.DecodingError`."""
        while data and not self._over:
            if self._inflater.eof:
                if not self.another or not self.another.startswith(data[: len(self.another)]):
                    self._over = True
                    return
                self._inflater = zlib.decompressobj(self.window)
            self.open = True
            try:
                while made := self._inflate(data):
                    yield made
                    data = self._inflater.unconsumed_tail
            except zlib.error as error:
                raise httpx.DecodingError(str(error)) from error
            data = self._inflater.unused_data if self._inflater.eof else b""
            self.open = not self._inflater.eof

    def _inflate(self, data: bytes) -> bytes:
        return self._inflater.decompress(data, _PIECE)


class _Deflated(_Gzipped):
    """zlib's format, which is what `deflate` means, or without its frame, as some servers take it to be."""

    window = zlib.MAX_WBITS
    another = b""
    _head: bytes | None = b""
    """Its first bytes, while they do not tell yet whether there is a frame."""

    def _inflate(self, data: bytes) -> bytes:
        head = self._head
        if head is None:
            return super()._inflate(data)
        try:
            made = super()._inflate(data)
        except zlib.error:
            self._inflater, data = zlib.decompressobj(-zlib.MAX_WBITS), head + data
            made = super()._inflate(data)
        self._head = head + data if len(head + data) < 2 else None
        return made
