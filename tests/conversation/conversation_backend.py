"""A backend for conversations that says what the test wants, over real HTTP, and words to say it in."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from chat.conversation.conversation import Conversation
from chat.conversation.entry import Entry

HEAD = {"thread_id": "thr_1", "created_at": "2026-01-01T00:00:00"}
THREAD = {"id": "thr_1", "created_at": HEAD["created_at"], "status": {"type": "active"}}


def question(text: str, item_id: str = "u1") -> dict[str, Any]:
    content = [{"type": "input_text", "text": text}]
    kind = {"type": "user_message", "attachments": [], "inference_options": {}}
    return {**HEAD, **kind, "id": item_id, "content": content}


def answer(text: str, item_id: str = "a1") -> dict[str, Any]:
    content = [{"type": "output_text", "text": text, "annotations": []}]
    return {**HEAD, "id": item_id, "type": "assistant_message", "content": content}


def done(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "thread.item.done", "item": item}


def added(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "thread.item.added", "item": item}


def delta(text: str, item_id: str = "a1") -> dict[str, Any]:
    update = {"type": "assistant_message.content_part.text_delta", "content_index": 0, "delta": text}
    return {"type": "thread.item.updated", "item_id": item_id, "update": update}


CREATED: dict[str, Any] = {"type": "thread.created", "thread": {**THREAD, "items": {"data": [], "has_more": False}}}
STOPPABLE = {"type": "stream_options", "stream_options": {"allow_cancel": True}}


@dataclass
class Backend:
    """
    Answers each operation with what the test says: a list of events (an `asyncio.Event` waits), a status, any JSON, or
    what a function makes of the request's params.
    """

    url: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    requests: list[dict[str, Any]] = field(default_factory=list)
    uploads: list[bytes] = field(default_factory=list)
    hung_up: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def operations(self) -> list[str]:
        return [request["type"] for request in self.requests]

    async def stream(self, events: list[Any]) -> AsyncIterator[bytes]:
        try:
            for event in events:
                if isinstance(event, asyncio.Event):
                    await event.wait()
                else:
                    yield event if isinstance(event, bytes) else f"data: {json.dumps(event)}\n\n".encode()
        except (asyncio.CancelledError, GeneratorExit):
            self.hung_up.set()
            raise


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0.005)


def entries(conversation: Conversation, kind: str) -> list[Entry]:
    return [entry for entry in conversation.transcript.entries if entry.kind == kind]


def shown(conversation: Conversation) -> list[tuple[str, str]]:
    return [(entry.kind, entry.status) for entry in conversation.transcript.entries]
