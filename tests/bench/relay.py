"""What the relay adds: to the way of a piece, with a view that follows; 100 streams at once; memory for 100 MB.

python -m tests.bench.relay
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection as Pipe
from typing import Any

import psutil

from chat.client import Connection
from chat.conversation.relayed import RelayedThread
from chat.relay.origin import StageOrigin
from chat.relay.registry import Relay
from chat.relay.relay import relay_route

MOST_P50 = 1.0
"""Milliseconds that a piece may take longer than without the relay, half of the time."""
MOST_P95 = 5.0
MOST_MEMORY = 96
"""MB that the relay may take more while 100 MB pass."""
ROUNDS = 8
BIG = 100 * 2**20

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
THREAD = {"id": "thr_1", "created_at": "2026-01-01T00:00:00Z", "status": {"type": "active"}, "items": {"data": []}}
ITEM = {"id": "msg_1", "thread_id": "thr_1", "created_at": "2026-01-01T00:00:00Z", "type": "assistant_message"}
PART = {"type": "output_text", "text": "", "annotations": []}


def event(document: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(document).encode() + b"\n\n"


def delta(text: str) -> bytes:
    update = {"type": "assistant_message.content_part.text_delta", "content_index": 0, "delta": text}
    return event({"type": "thread.item.updated", "item_id": "msg_1", "update": update})


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


BEGIN = [
    {"type": "thread.created", "thread": {**THREAD, "items": {"data": [], "has_more": False}}},
    {"type": "thread.item.added", "item": {**ITEM, "content": []}},
    {
        "type": "thread.item.updated",
        "item_id": "msg_1",
        "update": {"type": "assistant_message.content_part.added", "content_index": 0, "content": PART},
    },
]


# The backend: a process that says when it has sent each piece


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        count, gap = (int(value) for value in head.split(b"bench=", 1)[1].split(b" ", 1)[0].split(b","))
        writer.write(HEAD)
        if not count:
            block = chunk(b"x" * 2**16)
            for _ in range(BIG // 2**16):
                writer.write(block)
                await writer.drain()
        else:
            writer.write(chunk(b"".join(map(event, BEGIN))))
            for _ in range(count):
                await asyncio.sleep(gap / 1000)
                writer.write(chunk(delta(f"at {time.monotonic_ns()} ")))
        writer.write(b"0\r\n\r\n")
        await writer.drain()
    except (OSError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()


def backend(pipe: Pipe) -> None:
    async def serve() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(serve())


# The relay: a process of its own, with somebody who watches


def relay(pipe: Pipe, backend_port: int) -> None:
    async def serve() -> None:
        origin = StageOrigin("127.0.0.1", 0)
        known = Relay(origin.address)
        origin.add(relay_route(known))
        session = known.open(Connection(f"http://127.0.0.1:{backend_port}/chatkit"), "bench", splits=False)
        RelayedThread("bench").follow(session)
        await origin.start()
        pipe.send(known.address_of(session))
        await asyncio.Event().wait()

    asyncio.run(serve())


@contextmanager
def processes() -> Iterator[tuple[int, str, psutil.Process]]:
    """The port of a backend, the address of a relay before it, and the relay's process."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    first = context.Process(target=backend, args=(theirs,), daemon=True)
    first.start()
    port: int = ours.recv()
    second = context.Process(target=relay, args=(theirs, port), daemon=True)
    second.start()
    try:
        yield port, ours.recv(), psutil.Process(second.pid)
    finally:
        for process in (second, first):
            process.terminate()
            process.join()


# The front end: reads as little as can be


async def read(port: int, path: str, count: int, gap: int) -> tuple[list[float], int]:
    """The milliseconds that each piece took from the backend, and the bytes of the body."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    body = b'{"type":"threads.create","params":{}}'
    head = f"POST {path}?bench={count},{gap} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    assert b"200" in await reader.readline()
    await reader.readuntil(b"\r\n\r\n")
    took, size = [], 0
    while length := int(await reader.readline(), 16):
        data = await reader.readexactly(length + 2)
        now = time.monotonic_ns()
        size += length
        took += [(now - int(part.split(b" ", 1)[0])) / 1e6 for part in data.split(b"at ")[1:]]
    writer.close()
    return took, size


def percentiles(values: list[float]) -> tuple[float, float]:
    """p50 and p95."""
    cuts = statistics.quantiles(values, n=100)
    return cuts[49], cuts[94]


async def delays(port: int, address: str) -> None:
    relay_port, path = int(address.split(":")[2].split("/")[0]), "/" + address.split("/", 3)[3]
    await read(relay_port, path, 20, 1)  # what is made once, at the first exchange, is no delay of a piece
    rounds = []
    for _ in range(ROUNDS):  # in turns, so that what else the machine does meets both
        direct = percentiles((await read(port, "/chatkit", 200, 5))[0])
        relayed = percentiles((await read(relay_port, path, 200, 5))[0])
        rounds.append((*direct, *relayed, relayed[0] - direct[0], relayed[1] - direct[1]))
    # Where a machine has fewer cores than work, a third process waits for its turn now and then: the middle counts.
    d50, d95, r50, r95, added50, added95 = map(statistics.median, zip(*rounds, strict=True))
    print(
        f"{'':24}{'p50':>9}{'p95':>9}   ms from the backend's write to the front end's read, median of {ROUNDS} rounds"
    )
    print(f"{'direct':24}{d50:9.2f}{d95:9.2f}")
    print(f"{'through the relay':24}{r50:9.2f}{r95:9.2f}")
    print(f"{'added':24}{added50:9.2f}{added95:9.2f}   bounds {MOST_P50:.0f} and {MOST_P95:.0f}")
    assert added50 < MOST_P50
    assert added95 < MOST_P95


async def many(address: str) -> None:
    relay_port, path = int(address.split(":")[2].split("/")[0]), "/" + address.split("/", 3)[3]
    begun = time.perf_counter()
    answers = await asyncio.gather(*(read(relay_port, path, 50, 100) for _ in range(100)))
    seconds = time.perf_counter() - begun
    p50, p95 = percentiles([value for took, _ in answers for value in took])
    assert {len(took) for took, _ in answers} == {50}, "every piece has come"
    print(f"100 streams at once, 1,000 pieces/s: {seconds:.1f} s for 5.0 s of them, p50 {p50:.1f} ms, p95 {p95:.1f} ms")


async def big(address: str, process: psutil.Process) -> None:
    relay_port, path = int(address.split(":")[2].split("/")[0]), "/" + address.split("/", 3)[3]
    before = most = process.memory_info().rss
    reading = asyncio.create_task(read(relay_port, path, 0, 0))
    begun = time.perf_counter()
    while not reading.done():
        await asyncio.wait({reading}, timeout=0.01)
        most = max(most, process.memory_info().rss)
    _, size = reading.result()
    seconds = time.perf_counter() - begun
    grown = (most - before) / 2**20
    print(f"100 MB through the relay: {seconds:.1f} s, {grown:.0f} MB more memory at most; bound {MOST_MEMORY} MB")
    assert size == BIG
    assert grown < MOST_MEMORY


async def main() -> None:
    with processes() as (port, address, process):
        await delays(port, address)
        await many(address)
        await big(address, process)


def run() -> None:
    asyncio.run(main())


if __name__ == "__main__":
    run()
