"""A plain ChatKit server made with the SDK: nothing in it but what its documentation shows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

from chatkit.server import ChatKitServer, StreamingResult
from chatkit.store import NotFoundError, Store
from chatkit.types import (
    AssistantMessageContent,
    AssistantMessageContentPartAdded,
    AssistantMessageContentPartTextDelta,
    AssistantMessageItem,
    Attachment,
    Page,
    ThreadItem,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemUpdatedEvent,
    ThreadMetadata,
    ThreadStreamEvent,
    UserMessageItem,
)
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

import chat.backend.requests  # noqa: F401  the SDK's adapter of requests is then made once
from tests.checks.probes.tiny import Tiny

Row = TypeVar("Row", ThreadMetadata, ThreadItem)


class PlainStore(Store[dict[str, Any]]):
    """In memory, as in the SDK's samples: an unknown cursor begins at the beginning. `wait` is a database's time."""

    wait = 0.0

    def __init__(self) -> None:
        self.threads: dict[str, ThreadMetadata] = {}
        self.items: dict[str, list[ThreadItem]] = {}

    async def load_thread(self, thread_id: str, context: dict[str, Any]) -> ThreadMetadata:
        if thread_id not in self.threads:
            raise NotFoundError(f"Thread {thread_id} not found")
        return self.threads[thread_id].model_copy(deep=True)

    async def save_thread(self, thread: ThreadMetadata, context: dict[str, Any]) -> None:
        self.threads[thread.id] = ThreadMetadata(**thread.model_dump(exclude={"items"}))  # it may be a `Thread`

    async def load_threads(
        self, limit: int, after: str | None, order: str, context: dict[str, Any]
    ) -> Page[ThreadMetadata]:
        return self._page(list(self.threads.values()), limit, after, order)

    async def load_thread_items(
        self, thread_id: str, after: str | None, limit: int, order: str, context: dict[str, Any]
    ) -> Page[ThreadItem]:
        return self._page(self.items.get(thread_id, []), limit, after, order)

    def _page(self, rows: Sequence[Row], limit: int, after: str | None, order: str) -> Page[Row]:
        rows = list(rows) if order == "asc" else list(rows)[::-1]
        start = next((place + 1 for place, row in enumerate(rows) if row.id == after), 0)
        data = rows[start : start + limit]
        more = start + limit < len(rows)
        return Page(data=data, has_more=more, after=data[-1].id if more and data else None)

    async def add_thread_item(self, thread_id: str, item: ThreadItem, context: dict[str, Any]) -> None:
        if self.wait:
            await asyncio.sleep(self.wait)
        self.items.setdefault(thread_id, []).append(item)

    async def save_item(self, thread_id: str, item: ThreadItem, context: dict[str, Any]) -> None:
        items = self.items[thread_id]
        items[:] = [item if other.id == item.id else other for other in items]

    async def load_item(self, thread_id: str, item_id: str, context: dict[str, Any]) -> ThreadItem:
        for item in self.items.get(thread_id, []):
            if item.id == item_id:
                return item
        raise NotFoundError(f"Item {item_id} not found")

    async def delete_thread(self, thread_id: str, context: dict[str, Any]) -> None:
        self.threads.pop(thread_id, None)
        self.items.pop(thread_id, None)

    async def delete_thread_item(self, thread_id: str, item_id: str, context: dict[str, Any]) -> None:
        self.items[thread_id] = [item for item in self.items[thread_id] if item.id != item_id]

    async def save_attachment(self, attachment: Attachment, context: dict[str, Any]) -> None:
        raise NotImplementedError

    async def load_attachment(self, attachment_id: str, context: dict[str, Any]) -> Attachment:
        raise NotImplementedError

    async def delete_attachment(self, attachment_id: str, context: dict[str, Any]) -> None:
        raise NotImplementedError


class PlainServer(ChatKitServer[dict[str, Any]]):
    """Says three words, with a pause after each."""

    pause = 0.02

    async def respond(
        self, thread: ThreadMetadata, input_user_message: UserMessageItem | None, context: dict[str, Any]
    ) -> AsyncIterator[ThreadStreamEvent]:
        thread.title = thread.title or "A conversation"
        item_id = self.store.generate_item_id("message", thread, context)
        empty = AssistantMessageContent(text="", annotations=[])
        item = AssistantMessageItem(id=item_id, thread_id=thread.id, created_at=datetime.now(), content=[])
        yield ThreadItemAddedEvent(item=item)
        yield ThreadItemUpdatedEvent(
            item_id=item_id, update=AssistantMessageContentPartAdded(content_index=0, content=empty)
        )
        for word in ("All ", "is ", "well", "."):
            yield ThreadItemUpdatedEvent(
                item_id=item_id, update=AssistantMessageContentPartTextDelta(content_index=0, delta=word)
            )
            await asyncio.sleep(self.pause)
        whole = AssistantMessageContent(text="All is well.", annotations=[])
        yield ThreadItemDoneEvent(item=item.model_copy(update={"content": [whole]}))


class Plain(Tiny):
    """The server behind the route of the SDK's documentation, with words where it would only crash."""

    def __init__(self, server: ChatKitServer[dict[str, Any]] | None = None) -> None:
        super().__init__()
        self.server = server or PlainServer(PlainStore())

    async def answer(self, request: Request) -> Response:
        body = await request.body()
        try:
            result = await self.server.process(body, {})
        except NotFoundError as error:
            return JSONResponse({"message": str(error)}, 404)
        except ValueError:
            return JSONResponse({"message": "This is no ChatKit request."}, 400)
        except (NotImplementedError, RuntimeError):
            return JSONResponse({"message": "This server does not do that."}, 501)
        if isinstance(result, StreamingResult):
            return StreamingResponse(self._events(result), media_type="text/event-stream")
        return Response(result.json, media_type="application/json")

    async def _events(self, result: StreamingResult) -> AsyncIterator[bytes]:
        try:
            async for event in result:
                yield event
        except (NotFoundError, ValueError, NotImplementedError):
            yield b'data: {"type":"error","code":"custom","message":"That cannot be done.","allow_retry":false}\n\n'
