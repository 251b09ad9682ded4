"""Streams in another language than ChatKit's."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable

from chat.backend.broken.exhibit import broken
from chat.backend.broken.good import SPEECH, GoodBackend
from chat.backend.broken.memory import Json, Thread


class Foreign(GoodBackend):
    """A backend whose answers are passed on as something else made them."""

    async def answer(self, thread: Thread) -> AsyncIterator[Json]:
        for event in self.script([word + " " for word in SPEECH.split(" ")]):
            await asyncio.sleep(self.pause)
            yield event

    def script(self, words: list[str]) -> Iterable[Json]:
        """The answer in the foreign language."""
        raise NotImplementedError


@broken("vocabulary/responses-api", "The model's own events are passed on")
class Responses(Foreign):
    def script(self, words: list[str]) -> Iterable[Json]:
        place = {"item_id": self.new_id("msg"), "output_index": 0, "content_index": 0}
        yield {"type": "response.created", "response": {"id": "resp_68", "status": "in_progress", "output": []}}
        for word in words:
            yield {"type": "response.output_text.delta", **place, "delta": word}
        yield {"type": "response.output_text.done", **place, "text": "".join(words)}
        yield {"type": "response.completed", "response": {"id": "resp_68", "status": "completed", "output": []}}


@broken("vocabulary/assistants-api", "The Assistants API's events are passed on")
class Assistants(Foreign):
    def script(self, words: list[str]) -> Iterable[Json]:
        message = {"id": self.new_id("msg"), "role": "assistant"}
        yield {"object": "thread.message.created", **message, "content": []}
        for word in words:
            part = {"index": 0, "type": "text", "text": {"value": word, "annotations": []}}
            yield {"object": "thread.message.delta", "id": message["id"], "delta": {"content": [part]}}
        text = {"type": "text", "text": {"value": "".join(words), "annotations": []}}
        yield {"object": "thread.message.completed", **message, "content": [text]}

    def frame(self, event: Json) -> bytes:
        named = f"event: {event['object']}\n".encode() if "object" in event else b""
        return named + super().frame(event)


@broken("vocabulary/conversations-api", "The Conversations API's items are passed on")
class Conversations(Foreign):
    def script(self, words: list[str]) -> Iterable[Json]:
        text = {"type": "output_text", "text": "".join(words)}
        item = {"id": self.new_id("msg"), "type": "message", "role": "assistant", "content": [text]}
        yield {"type": "conversation.item.created", "item": {**item, "status": "in_progress", "content": []}}
        yield {"type": "conversation.item.done", "item": {**item, "status": "completed"}}


@broken("vocabulary/chat-completions", "Chat Completions chunks are passed on")
class ChatCompletions(Foreign):
    def script(self, words: list[str]) -> Iterable[Json]:
        name = self.new_id("chatcmpl")
        for word in words:
            yield self.chunk(name, {"content": word}, None)
        yield self.chunk(name, {}, "stop")

    def chunk(self, name: str, delta: Json, finish_reason: str | None) -> Json:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
        return {"id": name, "object": "chat.completion.chunk", "model": "gpt-5", "choices": [choice]}

    def frame(self, event: Json) -> bytes:
        return f"data: {json.dumps(event)}\n\n".encode()


@broken("vocabulary/capability-name", "Names of widget capabilities in place of events")
class CapabilityName(GoodBackend):
    def sends(self, event: Json) -> Iterable[Json]:
        if event["type"] == "thread.item.done":
            yield {**event, "type": f"thread.item.{event['item']['type']}"}
        else:
            yield event


@broken("vocabulary/ad-hoc", "Home-made events: `chunk` and `complete`")
class AdHoc(Foreign):
    def script(self, words: list[str]) -> Iterable[Json]:
        for word in words:
            yield {"type": "chunk", "content": word}
        yield {"type": "complete"}


@broken("vocabulary/bare-item", "Items and updates without their wrapper")
class BareItem(GoodBackend):
    def sends(self, event: Json) -> Iterable[Json]:
        if event["type"] == "thread.item.updated":
            yield {**event["update"], "item_id": event["item_id"]}
        elif event["type"] == "thread.item.done":
            yield event["item"]
        else:
            yield event
