"""A backend for the rendering benchmark: streams a text of any size in 4-character deltas at 2,000 per second.

`python -m tests.bench.rendering_backend PORT`. The message says what to stream: `{"bytes": 20000, "highlight": true}`.
Every thread whose id begins with "old" has 1,000 stored messages.
"""

import asyncio
import itertools
import json
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


def section(n: int, highlight: bool) -> str:
    """About 1.4 kB of what answers are made of: heading, text, a list, sometimes a table, a block of code."""
    language = "python" if highlight else ""
    table = "| Light | Built | Height |\n|:--|:-:|--:|\n" + "".join(
        f"| Cape {n}.{row} | {1850 + row} | {row * 3.5} m |\n" for row in range(1, 5)
    )
    return (
        f"## {n}. What was found at station {n}\n\n"
        f"The keeper wrote that the lamp of station {n} burned **all night** and that the *lens* was cleaned twice, which "
        f"the [annual return](https://example.org/return/{n}) confirms. Ships passed at `{n % 12}:40` and answered.\n\n"
        "Nothing else was recorded on that page, although the weather must have been worse than on the day before, when "
        "two boats were kept in the harbour and the mail came a day late.\n\n"
        f"- oil: {n % 7 + 2} litres\n- wicks: {n % 3 + 1}\n  - one of them was **new**\n- visitors: none\n\n"
        + (table + "\n" if n % 3 == 0 else "")
        + f"```{language}\n"
        f"def range_of(height: float, eye: float = 4.5) -> float:\n"
        f'    """Nautical miles at which light {n} is seen over the horizon."""\n'
        f"    return 2.08 * (height**0.5 + eye**0.5)  # in clear air\n\n\n"
        f"for height in ({n}, {n + 7}, {n + 19}):\n"
        f'    print(f"{{height}} m: {{range_of(height):.1f}} sm")\n'
        "```\n\n"
    )


def text_of(size: int, highlight: bool) -> str:
    """A Markdown text of `size` ASCII characters, so that one character is one byte."""
    sections: Iterator[str] = (section(n, highlight) for n in itertools.count(1))
    text = ""
    while len(text) < size:
        text += next(sections)
    return text[:size]


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
            items = stored(params["thread_id"])
            start = next(n + 1 for n, item in enumerate(items) if item["id"] == params["after"])
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
