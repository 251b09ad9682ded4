"""The connection below HTTP: arrival times, streams in a rush, and a reader that falls behind."""

import asyncio
import time
from typing import Any

import pytest

from chat.client import ChatKitClient, Connection
from chat.client.network import _HIGH_WATER, Network
from tests.client.conftest import Call, StartBackend, Until

EVENT = b'data: {"type":"progress_update","text":"x"}\n\n'


async def send_in_a_rush(call: Call, count: Any) -> None:
    await call.head_of("200 OK", "Transfer-Encoding: chunked")
    for _ in range(count):
        await call.chunk(EVENT)
        await asyncio.sleep(0.002)
    await call.write(b"0\r\n\r\n")


async def test_every_piece_of_a_rush_has_its_own_time(backend: StartBackend) -> None:
    async def answer(call: Call) -> None:
        await send_in_a_rush(call, 150)

    server = await backend(answer)
    exchange = await ChatKitClient(Connection(server.url)).raw({"type": "threads.create"})
    assert exchange.body == EVENT * 150
    times = [chunk.at_ns for chunk in exchange.chunks]
    assert times == sorted(times)
    assert len(set(times)) > 100, "by when it was looked at, they would be a tenth of that"
    assert exchange.headers_at_ns is not None
    assert exchange.headers_at_ns <= times[0]
    assert exchange.ended_at_ns is not None
    assert times[-1] <= exchange.ended_at_ns


async def test_the_time_is_the_arrivals_not_the_readers(backend: StartBackend, until: Until) -> None:
    async def answer(call: Call) -> None:
        await call.head_of("200 OK", "Transfer-Encoding: chunked")
        await call.chunk(EVENT)
        await call.left.wait()

    server = await backend(answer)
    host, port = server.url.removeprefix("http://").partition("/")[0].split(":")
    stream = await Network().connect_tcp(host, int(port))
    await stream.write(b"GET / HTTP/1.1\r\n\r\n")
    await until(lambda: stream.get_extra_info("is_readable"))
    waiting = time.monotonic_ns()
    await asyncio.sleep(0.01)  # a reader that has other things to do
    await stream.read(65536)
    assert stream.get_extra_info("arrived_at") <= waiting
    await stream.aclose()


async def test_a_reader_that_falls_behind_makes_the_backend_wait(backend: StartBackend, until: Until) -> None:
    written = 0

    async def answer(call: Call) -> None:
        nonlocal written
        piece = b"x" * 2**16
        while written < 64 * _HIGH_WATER:
            await call.write(piece)
            written += len(piece)

    server = await backend(answer)
    host, port = server.url.removeprefix("http://").partition("/")[0].split(":")
    stream = await Network().connect_tcp(host, int(port))
    await stream.write(b"GET / HTTP/1.1\r\n\r\n")
    before = -1
    while written != before:
        before = written
        await asyncio.sleep(0.05)
    assert written < 32 * _HIGH_WATER, "what nobody reads does not pile up here"
    read = 0
    while data := await stream.read(65536):
        assert len(data) <= 65536
        read += len(data)
    assert read == 64 * _HIGH_WATER
    await stream.aclose()


async def test_closing_drops_what_the_backend_has_not_taken() -> None:
    closed, taken = asyncio.Event(), asyncio.get_running_loop().create_future()

    async def serve(reader: Any, writer: Any) -> None:
        await closed.wait()
        count = 0
        try:
            while data := await reader.read(2**20):
                count += len(data)
        except ConnectionResetError:
            pass
        taken.set_result(count)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    stream = await Network().connect_tcp(*server.sockets[0].getsockname())
    sending = asyncio.create_task(stream.write(b"x" * 64 * 2**20))
    await asyncio.sleep(0)
    sending.cancel()
    await stream.aclose()
    closed.set()
    assert await asyncio.wait_for(taken, 10) < 32 * 2**20
    server.close()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
async def test_the_first_address_that_answers_is_taken(backend: StartBackend, host: str) -> None:
    async def answer(call: Call) -> None:
        await call.answer(b'{"data":[],"has_more":false}')

    server = await backend(answer)
    client = ChatKitClient(Connection(server.url.replace("127.0.0.1", host)))
    assert (await client.list_threads()).data == []
