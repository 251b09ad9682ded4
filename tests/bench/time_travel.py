"""What it costs to see a thread as it was: a jump to any of its events, beside going through all of them."""

from __future__ import annotations

import asyncio
import json
import random
import statistics
import time
from collections.abc import Iterator
from typing import Any

from chat.conversation.recorded import RecordedThread
from chat.conversation.time_travel import PastThread
from chat.exchanges import Exchange, Request

STAMP = "2026-11-20T09:44:53.162526"
ITEM = {"id": "msg_1", "thread_id": "thr_1", "created_at": STAMP, "type": "assistant_message"}
CREATED = {"type": "thread.created", "thread": {"id": "thr_1", "created_at": STAMP, "items": {"data": []}}}
MARKDOWN = "## Heading\n\nSome *text* with `code`. " + "word " * 60 + "\n\n- one\n- two\n\n```python\nprint(1)\n```\n\n"
CHUNK = 1_400  # bytes: about what one network read brings
JUMPS = 40
MOST = 0.1
"""Seconds of CPU that a jump may take, drawing included, in threads of some thousand items."""


def deltas(count: int) -> Iterator[dict[str, Any]]:
    """A long answer in deltas of four characters."""
    kind, text = "assistant_message.content_part.text_delta", (MARKDOWN * (count * 4 // len(MARKDOWN) + 1))[: count * 4]
    yield CREATED
    yield {"type": "thread.item.added", "item": {**ITEM, "content": []}}
    for at in range(0, len(text), 4):
        update = {"type": kind, "content_index": 0, "delta": text[at : at + 4]}
        yield {"type": "thread.item.updated", "item_id": "msg_1", "update": update}
    yield {"type": "thread.item.done", "item": answer("msg_1", text)}


def items(count: int) -> Iterator[dict[str, Any]]:
    """A thread of many answers."""
    yield CREATED
    for number in range(count):
        yield {"type": "thread.item.done", "item": answer(f"msg_{number}", f"Answer *{number}*.")}


def answer(item_id: str, text: str) -> dict[str, Any]:
    return {**ITEM, "id": item_id, "content": [{"type": "output_text", "text": text, "annotations": []}]}


def exchange(events: Iterator[dict[str, Any]]) -> Exchange:
    body = b'{"type":"threads.create","params":{}}'
    made = Exchange(Request("POST", "http://127.0.0.1/chatkit", (), body, "threads.create", True))
    made.status, made.headers = 200, (("content-type", "text/event-stream"),)
    whole = b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events)
    for number, at in enumerate(range(0, len(whole), CHUNK)):
        made.add(number * 5_000_000, whole[at : at + CHUNK])
    made.end("complete")
    return made


async def jumps(name: str, events: Iterator[dict[str, Any]], *, bounded: bool) -> None:
    recorded = RecordedThread(name)
    await recorded.replay([exchange(events)])
    past = PastThread(recorded)
    total = past.steps.total

    async def cost(position: int) -> float:
        begin = time.process_time()
        await past.go(position)
        past.audience.now()  # what a window gets
        return time.process_time() - begin

    whole = await cost(total)
    choose = random.Random(1)
    costs = [await cost(choose.randrange(total + 1)) for _ in range(JUMPS)]
    middle, worst = statistics.median(costs), max(costs)
    print(
        f"{name:<28} {total:>8,} {whole * 1000:>12,.0f} ms {middle * 1000:>10.1f} ms {worst * 1000:>10.1f} ms"
        f" {whole / middle:>8.0f} ×"
    )
    if bounded:
        assert middle < MOST, f"{name}: a jump takes {middle:.3f} s"
        assert whole / middle > 10, f"{name}: a jump costs nearly as much as going there"


def run() -> None:
    """Print the table."""
    print(f"{'':<28} {'events':>8} {'all of them':>15} {'a jump':>13} {'the worst':>13} {'ratio':>10}")
    for name, events, bounded in (
        ("an answer of 80 kB", deltas(20_000), True),
        ("an answer of 400 kB", deltas(100_000), True),
        ("a thread of 5,000 items", items(5_000), True),
        ("a thread of 50,000 items", items(50_000), False),
    ):
        asyncio.run(jumps(name, events, bounded=bounded))
