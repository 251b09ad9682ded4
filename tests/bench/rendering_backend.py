"""A backend for the rendering benchmark: streams a text of any size in 4-character deltas at 2,000 per second.

`python -m tests.bench.rendering_backend PORT`. The message says what to stream: `{"bytes": 20000, "highlight": true}`.
Every thread whose id begins with "old" has 1,000 stored messages.
"""

import asyncio
import functools
import itertools
import json
import random
import sys
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

RATE = 2_000
"""Deltas per second."""
DELTA = 4
"""Characters."""
STORED = 1_000
STAMP = "2026-01-01T00:00:00"

app = FastAPI()


SYLLABLES = "an ber con del en fra gen har in jor kel lan mo nar op per qui ro sta ter un ver wil xa yor zel".split()  # noqa: SIM905
CHANCE = random.Random(7)
WORDS = ["".join(CHANCE.choices(SYLLABLES, k=CHANCE.choice([1, 2, 2, 3]))) for _ in range(1_500)] + 40 * [
    "the", "of", "and", "a", "to", "in", "is", "it", "that", "was", "for", "on",
]  # fmt: skip


def prose(chance: random.Random, count: int) -> str:
    words = chance.choices(WORDS, k=count)
    return " ".join(words).capitalize() + "."


def section(n: int, highlight: bool) -> str:
    """About 2 kB of what answers are made of: heading, text, a list, sometimes a table, a block of code."""
    chance = random.Random(n)
    language = "python" if highlight else ""
    table = "| Light | Built | Height |\n|:--|:-:|--:|\n" + "".join(
        f"| {chance.choice(WORDS)} {row} | {chance.randrange(1700, 1950)} | {chance.randrange(99)} m |\n"
        for row in range(4)
    )
    entries = "".join(f"- {chance.choice(WORDS)}: {prose(chance, 6)}\n" for _ in range(3))
    name, other = chance.choice(WORDS), chance.choice(WORDS)
    code = (
        f"def {name}({other}: float, eye: float = {chance.randrange(9)}.5) -> float:\n"
        f'    """{prose(chance, 7)}"""\n'
        f"    return {chance.random():.4f} * ({other}**0.5 + eye**0.5)  # {prose(chance, 4)}\n\n\n"
        f"for {other} in ({n}, {n + 7}, {n + 19}):\n"
        f'    print(f"{{{other}}} m: {{{name}({other}):.1f}} sm")\n'
    )
    return (
        f"## {n}. {prose(chance, 4)}\n\n"
        f"{prose(chance, 40)} Then **{prose(chance, 2)}** and *{chance.choice(WORDS)}*, which "
        f"[{prose(chance, 2)}](https://example.org/{name}/{n}) confirms, at `{n % 12}:40`. {prose(chance, 20)}\n\n"
        f"{prose(chance, 60)}\n\n{prose(chance, 45)}\n\n{entries}\n"
        + (table + "\n" if n % 3 == 0 else "")
        + f"```{language}\n{code}```\n\n"
    )


@functools.cache
def text_of(size: int, highlight: bool) -> str:
    """A Markdown text of `size` ASCII characters, so that one character is one byte."""
    sections: Iterator[str] = (section(n, highlight) for n in itertools.count(1))
    pieces, length = [], 0
    while length < size:
        pieces.append(next(sections))
        length += len(pieces[-1])
    return "".join(pieces)[:size]


def stored(thread_id: str) -> list[dict[str, Any]]:
    head = {"thread_id": thread_id, "created_at": STAMP}
    text = section(3, True)[:900]
    part = {"type": "output_text", "text": text, "annotations": []}
    said = {"type": "input_text", "text": "And what was found at the next station?"}
    return [
        {
            **head,
            "id": f"old_{n}",
            "type": "user_message",
            "content": [said],
            "attachments": [],
            "inference_options": {},
        }
        if n % 2 == 0
        else {**head, "id": f"old_{n}", "type": "assistant_message", "content": [part]}
        for n in range(STORED)
    ]


def thread(thread_id: str, items: list[dict[str, Any]], more: bool) -> dict[str, Any]:
    page = {"data": items, "has_more": more, "after": items[-1]["id"] if more else None}
    return {"id": thread_id, "created_at": STAMP, "status": {"type": "active"}, "items": page}


def event(data: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(data, separators=(',', ':'))}\n\n".encode()


@app.post("/chatkit")
async def chatkit(request: Request) -> Response:
    body = await request.json()
    params = body["params"]
    match body["type"]:
        case "threads.get_by_id":
            items = stored(params["thread_id"])
            return JSONResponse(thread(params["thread_id"], items[:20], True))
        case "items.list":
            items = stored(params["thread_id"])[:: 1 if params["order"] == "asc" else -1]
            start = next((n + 1 for n, item in enumerate(items) if item["id"] == params.get("after")), 0)
            page = items[start : start + params["limit"]]
            more = start + len(page) < len(items)
            return JSONResponse({"data": page, "has_more": more, "after": page[-1]["id"] if more else None})
        case "threads.create" | "threads.add_user_message":
            wanted = json.loads(params["input"]["content"][0]["text"])
            thread_id = params.get("thread_id", f"new_{time.monotonic_ns()}")
            return StreamingResponse(
                stream(thread_id, params["input"], wanted, "thread_id" not in params), media_type="text/event-stream"
            )
    return JSONResponse({"data": [], "has_more": False})


async def stream(thread_id: str, said: dict[str, Any], wanted: dict[str, Any], new: bool) -> AsyncIterator[bytes]:
    item_id = f"msg_{time.monotonic_ns()}"
    head = {"thread_id": thread_id, "created_at": STAMP}
    text = text_of(wanted["bytes"], wanted["highlight"])
    answer = {**head, "id": item_id, "type": "assistant_message", "content": []}
    part = {"type": "output_text", "text": "", "annotations": []}
    update = {"type": "assistant_message.content_part.added", "content_index": 0, "content": part}
    user = {**head, "id": f"u{item_id}", "type": "user_message", "content": said["content"], "attachments": []}
    if new:
        yield event({"type": "thread.created", "thread": thread(thread_id, [], False)})
    yield event({"type": "thread.item.done", "item": {**user, "inference_options": {}}})
    yield event({"type": "thread.item.added", "item": answer})
    yield event({"type": "thread.item.updated", "item_id": item_id, "update": update})
    update = {"type": "assistant_message.content_part.text_delta", "content_index": 0}
    deltas = [
        event({"type": "thread.item.updated", "item_id": item_id, "update": {**update, "delta": text[at : at + DELTA]}})
        for at in range(0, len(text), DELTA)
    ]
    begin, sent = time.perf_counter(), 0
    while sent < len(deltas):
        due = min(len(deltas), int((time.perf_counter() - begin) * RATE) + 1)
        if due > sent:
            yield b"".join(deltas[sent:due])
            sent = due
        await asyncio.sleep(0.005)
    whole = {**answer, "content": [{**part, "text": text}]}
    yield event({"type": "thread.item.done", "item": whole})


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), log_level="error")
