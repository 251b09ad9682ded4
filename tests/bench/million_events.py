"""A recorded stream of a million deltas, shown: what it costs in memory and in processor time, and holds the loop."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import time
from collections.abc import Iterator
from itertools import islice
from multiprocessing.connection import Connection as Pipe

from chat.conversation.recorded import RecordedThread
from chat.exchanges import Exchange, Request
from tests.bench.bounds import most_memory, watched

EVENTS = 1_000_000
MOST_MB = 400
MOST_S = 20
MOST_MS = 150
"""Of processor time in one go, as in `bounds`."""
PIECES = 400
"""Events in one piece of the network: so many have come when somebody reads a stream that does not pause."""

HEAD = {"thread_id": "thr_1", "created_at": "2026-01-01T00:00:00Z"}
PART = {"type": "output_text", "text": "", "annotations": []}


def event(document: object) -> bytes:
    return f"data: {json.dumps(document, separators=(',', ':'))}\n\n".encode()


def update(**fields: object) -> bytes:
    return event({"type": "thread.item.updated", "item_id": "msg_1", "update": fields})


def beginning() -> bytes:
    thread = {"id": "thr_1", "created_at": HEAD["created_at"], "status": {"type": "active"}}
    created = {"type": "thread.created", "thread": {**thread, "items": {"data": [], "has_more": False}}}
    added = {
        "type": "thread.item.added",
        "item": {**HEAD, "id": "msg_1", "type": "assistant_message", "content": []},
    }
    part = update(type="assistant_message.content_part.added", content_index=0, content=PART)
    return event(created) + event(added) + part


def deltas(count: int) -> Iterator[bytes]:
    """Words, and a new paragraph after each forty."""
    kind = "assistant_message.content_part.text_delta"
    word, last = (update(type=kind, content_index=0, delta=text) for text in ("word ", "word. \n\n"))
    for number in range(count):
        yield last if number % 40 == 39 else word


def recorded(count: int) -> Exchange:
    exchange = Exchange(Request("POST", "http://b.example/chatkit", (), b"{}", "threads.create", streaming=True))
    exchange.status, exchange.headers = 200, (("content-type", "text/event-stream"),)
    exchange.headers_at_ns = 1
    exchange.add(1, beginning())
    coming = deltas(count)
    for number in range(count // PIECES):
        exchange.add((number + 2) * 1000, b"".join(islice(coming, PIECES)))
    exchange.end("complete")
    return exchange


def measure(count: int, told: Pipe) -> None:
    """Show it in this process. Tells peak of memory in MB, seconds of processor time, milliseconds held, and events."""

    async def show() -> tuple[float, float, int]:
        thread, exchange = RecordedThread("bench"), recorded(count)
        began = time.process_time()
        held = await watched(thread.replay([exchange]))
        return time.process_time() - began, held, len(thread.events(exchange.id))

    seconds, held, events = asyncio.run(show())
    told.send((most_memory(), seconds, held, events))


def run() -> None:
    processes = multiprocessing.get_context("spawn")
    for count in (EVENTS // 10, EVENTS):
        ours, theirs = processes.Pipe()
        process = processes.Process(target=measure, args=(count, theirs), daemon=True)
        process.start()
        megabytes, seconds, held, events = ours.recv()
        process.join()
        print(f"{events:>9,} events   {megabytes:4.0f} MB   {seconds:5.1f} s of processor time   held {held:3.0f} ms")
    good = megabytes <= MOST_MB and seconds <= MOST_S and held <= MOST_MS
    print(f"{'ok' if good else 'MISSED'}: {MOST_MB} MB, {MOST_S} s, held {MOST_MS} ms")
