"""A stream in a task of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest

from chat.backend.relay import run_apart


class Source:
    """Chunks from 0 on; knows how it ended."""

    def __init__(self, length: int, waits: bool) -> None:
        self.length, self.waits = length, waits
        self.ended = ""
        self.made = 0

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        try:
            for number in range(self.length):
                if self.waits:
                    await asyncio.sleep(0)
                self.made += 1
                yield str(number).encode()
            self.ended = "complete"
        except asyncio.CancelledError:
            await asyncio.sleep(0.01)  # storing takes a while
            self.ended = "cancelled and stored"
            raise
        except GeneratorExit:
            self.ended = "closed without notice"
            raise


@pytest.mark.parametrize("waits", [True, False])
async def test_everything_arrives_in_order(waits: bool) -> None:
    source = Source(1000, waits)
    assert [int(chunk) async for chunk in run_apart(source.chunks())] == list(range(1000))
    assert source.ended == "complete"


@pytest.mark.parametrize("reads", [1, 63, 64, 65, 500])
async def test_closing_cancels_the_source_where_it_waits(reads: int) -> None:
    source = Source(100_000, waits=True)
    stream = run_apart(source.chunks())
    for _ in range(reads):
        await anext(stream)
    await stream.aclose()

    assert source.ended == "cancelled and stored"


async def test_a_source_that_is_held_back_is_cancelled_too() -> None:
    source = Source(100_000, waits=True)
    stream = run_apart(source.chunks())
    await anext(stream)
    for _ in range(500):
        await asyncio.sleep(0)
    assert source.made < 100
    await stream.aclose()

    assert source.ended == "cancelled and stored"


async def test_a_reader_cancelled_over_and_over_still_lets_it_be_stored() -> None:
    source = Source(100_000, waits=True)

    async def read() -> None:
        async for _ in run_apart(source.chunks()):
            pass

    task = asyncio.create_task(read())
    await asyncio.sleep(0.01)
    while not task.done():
        task.cancel()
        await asyncio.sleep(0.001)

    assert task.cancelled()
    assert source.ended == "cancelled and stored"


async def test_what_the_source_raises_is_raised_to_the_reader() -> None:
    async def failing() -> AsyncGenerator[bytes, None]:
        yield b"first"
        raise LookupError("no such thread")

    stream = run_apart(failing())
    assert await anext(stream) == b"first"
    with pytest.raises(LookupError, match="no such thread"):
        await anext(stream)
