"""A small ChatKit backend that is right in everything, from which the broken ones are made.

It keeps its threads in memory and always says the same. Every step is a method, so that a broken backend is this one
with one method changed:

    reply ─► user ─► find ─► events ─► turn ─► answer ─► says      what is said
                                 └► sends, body, frame, stream     how it is sent
    stored, threads, page                                          what is read back
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from typing import Any

from chatkit.types import (
    AttachmentsCreateReq,
    AttachmentsDeleteReq,
    ChatKitReq,
    InputTranscribeReq,
    ItemsFeedbackReq,
    ItemsListReq,
    ThreadsAddClientToolOutputReq,
    ThreadsAddUserMessageReq,
    ThreadsCreateReq,
    ThreadsDeleteReq,
    ThreadsGetByIdReq,
    ThreadsListReq,
    ThreadsRetryAfterItemReq,
    ThreadsSyncCustomActionReq,
    ThreadsUpdateReq,
    UserMessageInput,
    is_streaming_req,
)
from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from chat.backend.broken.memory import Json, Memory, Refusal, Thread, page
from chat.backend.broken.wire import Wire

__all__ = ["SPEECH", "GoodBackend"]

SPEECH = "You have three tasks today: water the plants, call Ada, and read the protocol once more."
_REQUEST: TypeAdapter[Any] = TypeAdapter(ChatKitReq)
_MOST_ITEMS = 200
_LARGEST_FILE = 20_000_000
_TITLE = 40


class GoodBackend(Wire):
    """One backend with a memory of its own. `pause` is the time between two words of an answer, in seconds."""

    def __init__(self, pause: float = 0.0) -> None:
        self.pause = pause
        self.memory = Memory()

    async def reply(self, request: Request) -> Response:
        """Answer an operation, or take an attachment's bytes."""
        place = request.path_params.get("place", "chatkit")
        if request.method == "PUT" and place.startswith("files/"):
            return await self.upload(request, place.removeprefix("files/"))
        if request.method != "POST" or place != "chatkit":
            raise Refusal(405 if place == "chatkit" else 404, "There is only POST to /chatkit here.")
        user = self.user(request)
        asked = self.parse(await self.read(request))
        if is_streaming_req(asked):
            return self.stream(self.sent(self.events(asked, user)))
        return self.document(self.answer_to(asked, user, request))

    def parse(self, body: bytes) -> Any:
        """The request, checked."""
        try:
            return _REQUEST.validate_json(body)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            raise Refusal(400, f"This is no ChatKit request: {place or 'the body'}: {first['msg']}") from None

    def user(self, request: Request) -> str:
        """Who is asking. Nobody has to sign in here."""
        return "anybody"

    def find(self, thread_id: str, user: str) -> Thread:
        """A thread of the user's."""
        thread = self.memory.threads.get(thread_id)
        if thread is None or thread.owner != user:
            raise Refusal(404, "This conversation does not exist.")
        return thread

    # Streams

    async def sent(self, events: AsyncIterator[Json]) -> AsyncIterator[Json]:
        """The events that are really sent."""
        async for event in events:
            for sent in self.sends(event):
                yield sent

    def sends(self, event: Json) -> Iterable[Json]:
        """What is sent for one event: the event."""
        return (event,)

    async def events(self, asked: Any, user: str) -> AsyncIterator[Json]:
        """The stream that answers a streaming operation; a refusal is an `error` event."""
        try:
            async for event in self.turn(asked, user):
                yield event
        except Refusal as refusal:
            yield {"type": "error", "code": "custom", "message": refusal.message, "allow_retry": False}

    async def turn(self, asked: Any, user: str) -> AsyncIterator[Json]:
        """One turn: thread, question, answer, title."""
        thread = self.new_thread(user) if isinstance(asked, ThreadsCreateReq) else None
        if thread is not None:
            yield {"type": "thread.created", "thread": thread.metadata()}
        else:
            thread = self.find(asked.params.thread_id, user)
        if isinstance(asked, ThreadsCreateReq | ThreadsAddUserMessageReq):
            question = self.question(thread, asked.params.input)
            self.save(thread, question)
            yield {"type": "thread.item.done", "item": question}
        elif isinstance(asked, ThreadsRetryAfterItemReq):
            self.forget_after(thread, asked.params.item_id)
        elif isinstance(asked, ThreadsAddClientToolOutputReq):
            self.complete_call(thread, asked.params.result)
        else:
            self.take(thread, asked)
        yield {"type": "stream_options", "stream_options": {"allow_cancel": True}}
        async for event in self.answer(thread):
            yield event
        if self.name(thread):
            yield {"type": "thread.updated", "thread": thread.metadata()}

    async def answer(self, thread: Thread) -> AsyncIterator[Json]:
        """The assistant's part of a turn."""
        async for event in self.says(thread, SPEECH):
            yield event

    async def says(self, thread: Thread, text: str) -> AsyncIterator[Json]:
        """A message of the assistant's, streamed word by word."""
        item = self.item(thread, "assistant_message", content=[])
        part = {"type": "output_text", "text": "", "annotations": []}
        yield {"type": "thread.item.added", "item": {**item}}
        yield _update(item, "assistant_message.content_part.added", content_index=0, content={**part})
        said = ""
        for word in text.split(" "):
            await asyncio.sleep(self.pause)
            delta = f" {word}" if said else word
            said += delta
            item["content"] = [{**part, "text": said}]
            self.save(thread, item)  # at each word: the user may stop the answer
            yield _update(item, "assistant_message.content_part.text_delta", content_index=0, delta=delta)
        whole = {**part, "text": self.final(said)}
        item["content"] = [whole]
        yield _update(item, "assistant_message.content_part.done", content_index=0, content=whole)
        yield {"type": "thread.item.done", "item": item}

    def final(self, said: str) -> str:
        """The text that a message ends with: what was streamed."""
        return said

    # What a turn is made of

    def now(self) -> datetime:
        """The time by this server's clock."""
        return datetime.now(UTC)

    def stamp(self) -> str:
        """The time, written."""
        return self.now().isoformat(timespec="milliseconds")

    def new_id(self, kind: str) -> str:
        """An id of its own for everything."""
        return f"{kind}_{uuid.uuid4().hex[:12]}"

    def new_thread(self, user: str) -> Thread:
        """A thread, kept."""
        thread = Thread(self.new_id("thr"), user, self.stamp())
        self.memory.add(thread)
        return thread

    def item(self, thread: Thread, kind: str, **fields: Any) -> Json:
        """A new item of the thread, not stored."""
        own = {"type": kind, "id": self.new_id("item"), "thread_id": thread.id, "created_at": self.stamp()}
        return {**own, **fields}

    def question(self, thread: Thread, asked: UserMessageInput) -> Json:
        """The user's message as an item."""
        if len(thread.items) >= _MOST_ITEMS:
            raise Refusal(409, "This conversation is full. Please begin another one.")
        content = asked.model_dump(mode="json", exclude_none=True)
        known = self.memory.attachments
        attachments = [known[name] for name in content.pop("attachments") if name in known]
        item = self.item(thread, "user_message", **content, attachments=attachments)
        thread.size += len(str(item))
        self.memory.forget()
        return item

    def save(self, thread: Thread, item: Json) -> None:
        """Store an item."""
        thread.save(item)

    def forget_after(self, thread: Thread, item_id: str) -> None:
        """Delete everything after a message of the user's."""
        question = thread.item(item_id)
        if question is None or question["type"] != "user_message":
            raise Refusal(404, "There is no such message to answer again.")
        del thread.items[thread.items.index(question) + 1 :]

    def complete_call(self, thread: Thread, result: Any) -> None:
        """Note the result of the client tool call that is the last item."""
        call = thread.items[-1] if thread.items else {}
        if call.get("type") != "client_tool_call" or call["status"] != "pending":
            raise Refusal(409, "No tool call of this conversation waits for a result.")
        thread.size += len(str(result))
        self.save(thread, {**call, "status": "completed", "output": result})

    def take(self, thread: Thread, asked: Any) -> None:
        """Take what a widget or a question sends. Nothing of the kind is ever shown here."""
        raise Refusal(404, "Nothing here waits for that.")

    def name(self, thread: Thread) -> bool:
        """Give the thread a title after its first turn. Returns whether it has a new one."""
        if thread.title or not thread.items:
            return False
        words = "".join(part.get("text", "") for part in thread.items[0].get("content", ()))
        thread.title = words.strip()[:_TITLE] or "A conversation"
        return True

    # Documents

    def answer_to(self, asked: Any, user: str, request: Request) -> Json:
        """The answer to an operation that answers JSON."""
        params = asked.params
        match asked:
            case ThreadsListReq():
                return self.page(self.threads(user), params.limit, params.order, params.after)
            case AttachmentsCreateReq():
                return self.attachment(params.name, params.mime_type, request)
            case AttachmentsDeleteReq():
                self.memory.attachments.pop(params.attachment_id, None)
                return {}
            case InputTranscribeReq():
                return {"text": "What is on my list today?"}
        thread = self.find(params.thread_id, user)
        match asked:
            case ThreadsGetByIdReq():
                return {**thread.metadata(), "items": self.page(self.stored(thread), None, "asc", None)}
            case ItemsListReq():
                return self.page(self.stored(thread), params.limit, params.order, params.after)
            case ThreadsUpdateReq():
                return self.rename(thread, params.title)
            case ThreadsDeleteReq():
                return self.delete(thread)
            case ItemsFeedbackReq() | ThreadsSyncCustomActionReq():
                return {}
        raise Refusal(501, "This backend does not do that.")

    def threads(self, user: str) -> list[Json]:
        """The user's threads, oldest first."""
        return [thread.metadata() for thread in self.memory.of(user)]

    def stored(self, thread: Thread) -> list[Json]:
        """The items of a thread as they are read from the store, oldest first."""
        return thread.items

    def page(self, entries: list[Json], limit: int | None, order: str, after: str | None) -> Json:
        """One page of threads or items."""
        return page(entries, limit, order, after)

    def rename(self, thread: Thread, title: str) -> Json:
        """Give a thread the user's title."""
        thread.title = title[:1000]
        return thread.metadata()

    def delete(self, thread: Thread) -> Json:
        """Delete a thread with all its items."""
        self.memory.threads.pop(thread.id, None)
        return {}

    # Attachments

    def attachment(self, name: str, mime_type: str, request: Request) -> Json:
        """A new attachment, and where its bytes are to be sent."""
        made = {"type": "file", "id": self.new_id("atc"), "name": name[:200], "mime_type": mime_type[:100]}
        self.memory.attachments[made["id"]] = made
        self.memory.forget()
        url = str(request.url).removesuffix("chatkit") + f"files/{made['id']}"
        return {**made, "upload_descriptor": {"url": url, "method": "PUT", "headers": {}}}

    async def upload(self, request: Request, attachment_id: str) -> Response:
        """The bytes of an attachment: read, and thrown away."""
        async for _ in self.chunks(request, _LARGEST_FILE):
            pass
        if attachment_id not in self.memory.attachments:
            raise Refusal(404, "There is no such attachment.")
        return self.document(self.memory.attachments[attachment_id])


def _update(item: Json, kind: str, **fields: Any) -> Json:
    return {"type": "thread.item.updated", "item_id": item["id"], "update": {"type": kind, **fields}}
