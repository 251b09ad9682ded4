"""Ids that are missing, shared, or somebody else's."""

from collections.abc import Iterable
from typing import Any

from chat.backend.broken.exhibit import broken
from chat.backend.broken.good import GoodBackend
from chat.backend.broken.memory import Json, Thread


@broken("identity/placeholder-id", "Every answer is called `__fake_id__`")
class PlaceholderId(GoodBackend):
    def item(self, thread: Thread, kind: str, **fields: Any) -> Json:
        item = super().item(thread, kind, **fields)
        return {**item, "id": "__fake_id__"} if kind == "assistant_message" else item


@broken("identity/reused-id", "The answer has the id of its question")
class ReusedId(GoodBackend):
    def item(self, thread: Thread, kind: str, **fields: Any) -> Json:
        item = super().item(thread, kind, **fields)
        return {**item, "id": thread.items[-1]["id"]} if kind == "assistant_message" else item


@broken("identity/wrong-thread", "The answer belongs to another thread")
class WrongThread(GoodBackend):
    def item(self, thread: Thread, kind: str, **fields: Any) -> Json:
        item = super().item(thread, kind, **fields)
        return {**item, "thread_id": "thr_default"} if kind == "assistant_message" else item


@broken("identity/stored-twice", "The answer is stored twice, the same to the letter")
class StoredTwice(GoodBackend):
    def stored(self, thread: Thread) -> list[Json]:
        return [item for item in thread.items for _ in range(2 if item["type"] == "assistant_message" else 1)]


@broken("identity/done-twice", "The answer is completed twice")
class DoneTwice(GoodBackend):
    def sends(self, event: Json) -> Iterable[Json]:
        yield event
        if event["type"] == "thread.item.done" and event["item"]["type"] == "assistant_message":
            yield event
