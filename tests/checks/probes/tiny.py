"""A small ChatKit backend without the SDK, in memory, that tests break in one place each.

Everything is plain JSON. A backend that is wrong overrides one method of `Tiny`; `answer` is the whole of it.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import count
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

Json = dict[str, Any]


class No(Exception):
    """A refusal: status and message."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Tiny:
    """A backend that does everything right."""

    def __init__(self) -> None:
        self.threads: dict[str, Json] = {}
        self.items: dict[str, list[Json]] = {}
        self.attachments: dict[str, Json] = {}
        self.numbers = count(1)
        self.seen: list[Json] = []
        """Every request's body."""
        self.url = ""

    # HTTP

    async def answer(self, request: Request) -> Response:
        if request.method == "PUT":
            return Response(status_code=200)
        try:
            body = await self.parsed(request)
            self.seen.append(body)
            self.authorize(request, body)
            params = body.get("params")
            if not isinstance(params, dict):
                raise No(400, "params are missing")
            work = getattr(self, body["type"].replace(".", "_"), None)
            if work is None:
                raise No(501, f"{body['type']} is not implemented")
            result = work(params)
        except No as no:
            return self.refusal(no)
        except KeyError as missing:
            return self.refusal(No(400, f"{missing} is missing"))
        if isinstance(result, dict):
            return JSONResponse(result)
        return StreamingResponse(self.written(result), media_type="text/event-stream")

    async def parsed(self, request: Request) -> Json:
        try:
            body = json.loads(await request.body())
        except ValueError:
            raise No(400, "the body is not JSON") from None
        if not isinstance(body, dict) or not isinstance(body.get("type"), str):
            raise No(400, "the body is no request")
        return body

    def authorize(self, request: Request, body: Json) -> None:
        """Everybody may."""

    def refusal(self, no: No) -> Response:
        return JSONResponse({"message": str(no)}, no.status)

    async def written(self, events: Iterator[Json]) -> AsyncIterator[bytes]:
        for event in events:
            yield f"data: {json.dumps(event)}\n\n".encode()

    # Streams

    def threads_create(self, params: Json) -> Iterator[Json]:
        thread: Json = {"id": f"thr_{next(self.numbers):08d}", "created_at": now(), "status": {"type": "active"}}
        self.threads[thread["id"]] = thread
        self.items[thread["id"]] = []
        return self.first_turn(thread, params["input"])

    def first_turn(self, thread: Json, input: Json) -> Iterator[Json]:
        yield {"type": "thread.created", "thread": {**thread, "items": page([])}}
        yield from self.turn(thread, input)
        thread["title"] = "A thread"
        yield {"type": "thread.updated", "thread": {**thread, "items": page([])}}

    def threads_add_user_message(self, params: Json) -> Iterator[Json]:
        return self.turn(self.thread(params), params["input"])

    def threads_retry_after_item(self, params: Json) -> Iterator[Json]:
        thread = self.thread(params)
        ids = [item["id"] for item in self.items[thread["id"]]]
        if params["item_id"] not in ids:
            raise No(404, "there is no such item")
        self.forget_after(thread, ids.index(params["item_id"]))
        return self.reply(thread)

    def forget_after(self, thread: Json, index: int) -> None:
        del self.items[thread["id"]][index + 1 :]

    def threads_add_client_tool_output(self, params: Json) -> Iterator[Json]:
        self.thread(params)
        raise No(409, "no tool call waits for a result")

    def turn(self, thread: Json, input: Json) -> Iterator[Json]:
        message = {
            "id": self.new_id("msg"),
            "thread_id": thread["id"],
            "created_at": now(),
            "type": "user_message",
            "content": input["content"],
            "attachments": [],
            "inference_options": input["inference_options"],
        }
        self.store(thread, message)
        yield {"type": "thread.item.done", "item": message}
        yield from self.reply(thread)

    def reply(self, thread: Json) -> Iterator[Json]:
        yield {"type": "stream_options", "stream_options": {"allow_cancel": True}}
        item = {
            "id": self.new_id("msg"),
            "thread_id": thread["id"],
            "created_at": now(),
            "type": "assistant_message",
            "content": [],
        }
        yield {"type": "thread.item.added", "item": item}
        part = {"type": "output_text", "text": "", "annotations": []}
        yield update(item, type="assistant_message.content_part.added", content_index=0, content=part)
        for word in ("All ", "is ", "well."):
            yield update(item, type="assistant_message.content_part.text_delta", content_index=0, delta=word)
        done = {**item, "content": [{**part, "text": "All is well."}]}
        self.store(thread, done)
        yield {"type": "thread.item.done", "item": done}

    def new_id(self, kind: str) -> str:
        return f"{kind}_{next(self.numbers):08d}"

    # Storage

    def store(self, thread: Json, item: Json) -> None:
        self.items[thread["id"]].append(item)

    def thread(self, params: Json) -> Json:
        if params["thread_id"] not in self.threads:
            raise No(404, "there is no such thread")
        return self.threads[params["thread_id"]]

    def threads_get_by_id(self, params: Json) -> Json:
        thread = self.thread(params)
        return {**thread, "items": self.page_of(self.items[thread["id"]], 20, "asc", None)}

    def items_list(self, params: Json) -> Json:
        items = self.items[self.thread(params)["id"]]
        return self.page_of(items, params.get("limit", 20), params.get("order", "desc"), params.get("after"))

    def threads_list(self, params: Json) -> Json:
        threads = [{**thread, "items": page([])} for thread in self.threads.values()]
        return self.page_of(threads, params.get("limit", 20), params.get("order", "desc"), params.get("after"))

    def page_of(self, entries: list[Json], limit: int, order: str, after: str | None) -> Json:
        entries = entries if order == "asc" else entries[::-1]
        ids = [entry["id"] for entry in entries]
        if after and after not in ids:
            raise No(400, "`after` names nothing in this list")
        start = ids.index(after) + 1 if after else 0
        limit = max(1, limit)
        return page(entries[start : start + limit], more=len(entries) > start + limit)

    def threads_update(self, params: Json) -> Json:
        thread = self.thread(params)
        self.rename(thread, params["title"])
        return {**thread, "title": params["title"], "items": page([])}

    def rename(self, thread: Json, title: str) -> None:
        thread["title"] = title

    def threads_delete(self, params: Json) -> Json:
        thread = self.thread(params)
        del self.threads[thread["id"]], self.items[thread["id"]]
        return {}

    # What may be left out

    def items_feedback(self, params: Json) -> Json:
        return {}

    def attachments_create(self, params: Json) -> Json:
        attachment = {
            "id": self.new_id("atc"),
            "type": "file",
            "name": params["name"],
            "mime_type": params["mime_type"],
        }
        self.attachments[attachment["id"]] = attachment
        return {**attachment, "upload_descriptor": {"url": self.url, "method": "PUT", "headers": {}}}

    def attachments_delete(self, params: Json) -> Json:
        self.attachments.pop(params["attachment_id"])
        return {}


def now() -> str:
    return datetime.now(UTC).isoformat()


def page(entries: list[Json], more: bool = False) -> Json:
    return {"data": entries, "has_more": more, **({"after": entries[-1]["id"]} if more else {})}


def update(item: Json, **fields: Any) -> Json:
    return {"type": "thread.item.updated", "item_id": item["id"], "update": fields}


@asynccontextmanager
async def served(tiny: Tiny, everywhere: bool = False) -> AsyncIterator[str]:
    """The backend behind a real server, at one path or at each; its URL."""
    path = "/{path:path}" if everywhere else "/chatkit"
    async with serving(Starlette(routes=[Route(path, tiny.answer, methods=["POST", "PUT", "OPTIONS"])])) as url:
        tiny.url = f"{url}/chatkit"
        yield tiny.url


@asynccontextmanager
async def serving(app: Any) -> AsyncIterator[str]:
    """An application behind a real server; its URL."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off", timeout_graceful_shutdown=1))
    running = asyncio.create_task(server.serve([listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await running
