"""Right events with wrong fields."""

from collections.abc import AsyncIterator, Iterable
from typing import Any

from chatkit.types import ThreadsListReq
from starlette.requests import Request

from chat.backend.broken.exhibit import broken
from chat.backend.broken.good import GoodBackend
from chat.backend.broken.memory import Json, Thread


@broken("schema/invalid", "The answer's content is called `text` instead of `output_text`")
class Invalid(GoodBackend):
    def sends(self, event: Json) -> Iterable[Json]:
        yield {**event, "item": _misnamed(event["item"])} if event["type"] == "thread.item.done" else event

    def stored(self, thread: Thread) -> list[Json]:
        return [_misnamed(item) for item in thread.items]


def _misnamed(item: Json) -> Json:
    if item["type"] != "assistant_message":
        return item
    return {**item, "content": [{**part, "type": "text"} for part in item["content"]]}


@broken("schema/response", "`threads.list` answers its threads under `threads`, and not under `data`")
class WrongAnswer(GoodBackend):
    def answer_to(self, asked: Any, user: str, request: Request) -> Json:
        answer = super().answer_to(asked, user, request)
        return {"threads": answer["data"]} if isinstance(asked, ThreadsListReq) else answer


@broken("schema/breaks-turn", "The answer's text is `null`")
class BreaksTurn(GoodBackend):
    def sends(self, event: Json) -> Iterable[Json]:
        yield {**event, "item": _textless(event["item"])} if event["type"] == "thread.item.done" else event

    def stored(self, thread: Thread) -> list[Json]:
        return [_textless(item) for item in thread.items]


def _textless(item: Json) -> Json:
    if item["type"] != "assistant_message":
        return item
    return {**item, "content": [{**part, "text": None} for part in item["content"]]}


@broken("schema/unknown-field", "Events with an `id` and a `status` of their own")
class UnknownField(GoodBackend):
    def sends(self, event: Json) -> Iterable[Json]:
        yield {**event, "id": self.new_id("evt"), "status": "completed"}


@broken("schema/error-text-lost", "The error's text one level too deep")
class ErrorTextLost(GoodBackend):
    async def answer(self, thread: Thread) -> AsyncIterator[Json]:
        yield {"type": "error", "error": {"message": "The model is busy. Please try again in a minute."}}
