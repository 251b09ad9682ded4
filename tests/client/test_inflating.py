"""Compressed answers come out whole, in small pieces, however they are cut."""

from __future__ import annotations

import gzip
import random
import zlib
from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from chat.client.inflating import CutInflation, inflated

PACKED: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": lambda body: gzip.compress(body[:100]) + gzip.compress(body[100:]),
    "deflate": zlib.compress,
    "Deflate": lambda body: zlib.compress(body)[2:-4],
}


async def came(coding: str, packed: bytes, size: int) -> list[bytes]:
    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(packed), size):
            yield packed[at : at + size]

    return [
        piece async for piece in inflated(httpx.Response(200, headers={"Content-Encoding": coding}, content=pieces()))
    ]


@pytest.mark.parametrize("size", [1, 7, 100_000])
@pytest.mark.parametrize("coding", PACKED)
async def test_it_comes_out_whole_in_pieces_that_are_small(coding: str, size: int) -> None:
    for body in (b"", b"data: {}\n\n" * 30_000, random.Random(1).randbytes(3_000)):
        packed = PACKED[coding](body)
        pieces = await came(coding, packed, size)
        assert b"".join(pieces) == body
        assert all(0 < len(piece) <= 2**16 for piece in pieces)
        with pytest.raises(CutInflation):
            await came(coding, packed[:-1], size)


async def test_both_codings_one_in_the_other_and_what_follows_that_is_none() -> None:
    assert b"".join(await came("gzip, deflate", zlib.compress(gzip.compress(b"Hello")), 3)) == b"Hello"
    assert b"".join(await came("gzip", gzip.compress(b"Hello") + b"\0\0\0", 3)) == b"Hello"
    assert b"".join(await came("identity", b"Hello", 3)) == b"Hello"


async def test_what_is_not_compressed_is_said() -> None:
    with pytest.raises(httpx.DecodingError):
        await came("gzip", b"data: {}\n\n", 3)
