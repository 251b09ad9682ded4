"""Events in the wrong order, missing, or too many."""

from collections.abc import AsyncIterator, Iterable
from typing import Any

from chat.backend.broken.exhibit import broken
from chat.backend.broken.good import GoodBackend
from chat.backend.broken.memory import Json, Thread


def completes(event: Json, kind: str) -> bool:
    """Whether this event completes an item of this kind."""
    return bool(event["type"] == "thread.item.done" and event["item"]["type"] == kind)


@broken("lifecycle/no-thread-created", "A new thread is not announced")
class NoThreadCreated(GoodBackend):
    def sends(self, event: Json) -> Iterable[Json]:
        if event["type"] != "thread.created":
            yield event


@broken("lifecycle/thread-created-again", "Every stream begins with `thread.created`, once more than it should")
class ThreadCreatedAgain(GoodBackend):
    async def events(self, asked: Any, user: str) -> AsyncIterator[Json]:
        async for event in super().events(asked, user):
            if event["type"] == "thread.item.done" and event["item"]["type"] == "user_message":
                thread = self.find(event["item"]["thread_id"], user)
                yield {"type": "thread.created", "thread": thread.metadata()}
            yield event


@broken("lifecycle/user-message-missing", "The user's message is not sent back")
class UserMessageMissing(GoodBackend):
    def sends(self, event: Json) -> Iterable[Json]:
        if not completes(event, "user_message"):
            yield event

    def save(self, thread: Thread, item: Json) -> None:
        if item["type"] != "user_message":
            super().save(thread, item)


@broken("lifecycle/never-done", "The answer streams and is never completed")
class NeverDone(GoodBackend):
    def sends(self, event: Json) -> Iterable[Json]:
        if not completes(event, "assistant_message"):
            yield event


@broken("lifecycle/unknown-item", "The answer is updated without having been added")
class UnknownItem(GoodBackend):
    def sends(self, event: Json) -> Iterable[Json]:
        if event["type"] != "thread.item.added":
            yield event


@broken("lifecycle/after-done", "The answer's last update comes after it was completed")
class AfterDone(GoodBackend):
    async def answer(self, thread: Thread) -> AsyncIterator[Json]:
        late: list[Json] = []
        async for event in super().answer(thread):
            if event.get("update", {}).get("type") == "assistant_message.content_part.done":
                late.append(event)
            else:
                yield event
        for event in late:
            yield event


@broken("lifecycle/delta-mismatch", "The final text is not the one that was streamed")
class DeltaMismatch(GoodBackend):
    def final(self, said: str) -> str:
        return said.upper()


@broken("lifecycle/no-response", "The turn ends without an answer")
class NoResponse(GoodBackend):
    async def answer(self, thread: Thread) -> AsyncIterator[Json]:
        return
        yield


@broken("lifecycle/events-after-error", "The stream goes on after its error")
class EventsAfterError(GoodBackend):
    async def answer(self, thread: Thread) -> AsyncIterator[Json]:
        yield {"type": "error", "code": "custom", "message": "The search failed.", "allow_retry": True}
        async for event in super().answer(thread):
            yield event


@broken("lifecycle/hidden-leaked", "Hidden context is sent to the client")
class HiddenLeaked(GoodBackend):
    async def answer(self, thread: Thread) -> AsyncIterator[Json]:
        secret = "The user is on the cheap plan: keep it short."
        yield {"type": "thread.item.added", "item": self.item(thread, "hidden_context_item", content=secret)}
        async for event in super().answer(thread):
            yield event


@broken("lifecycle/no-stream-options", "Nothing says whether the answer may be stopped")
class NoStreamOptions(GoodBackend):
    def sends(self, event: Json) -> Iterable[Json]:
        if event["type"] != "stream_options":
            yield event


@broken("lifecycle/ended-in-error", "An exception in the middle of the answer")
class EndedInError(GoodBackend):
    async def answer(self, thread: Thread) -> AsyncIterator[Json]:
        words = 0
        async for event in super().answer(thread):
            words += event["type"] == "thread.item.updated"
            if words > 5:
                thread.items.pop()  # what was not completed is not kept
                yield {"type": "error", "code": "stream.error", "allow_retry": True}
                return
            yield event


@broken("lifecycle/error-unseen", "An error with a code of its own and no message")
class ErrorUnseen(GoodBackend):
    async def answer(self, thread: Thread) -> AsyncIterator[Json]:
        yield {"type": "error", "code": "quota_exceeded", "allow_retry": False}


@broken("lifecycle/task-unfinished", "A workflow is completed while a task is loading")
class TaskUnfinished(GoodBackend):
    async def answer(self, thread: Thread) -> AsyncIterator[Json]:
        task = {"type": "custom", "title": "Look at the list", "status_indicator": "loading"}
        workflow = {"type": "custom", "tasks": [task], "expanded": False}
        item = self.item(thread, "workflow", workflow=workflow)
        self.save(thread, item)
        yield {"type": "thread.item.done", "item": item}
        async for event in super().answer(thread):
            yield event


@broken("lifecycle/repeated-text", "The last delta repeats the whole answer")
class RepeatedText(GoodBackend):
    def sends(self, event: Json) -> Iterable[Json]:
        update = event.get("update", {})
        if update.get("type") == "assistant_message.content_part.done":
            text = update["content"]["text"]
            delta = {"type": "assistant_message.content_part.text_delta", "content_index": 0, "delta": text}
            yield {**event, "update": delta}
            yield {**event, "update": {**update, "content": {**update["content"], "text": text * 2}}}
        elif completes(event, "assistant_message"):
            yield {**event, "item": doubled(event["item"])}
        else:
            yield event

    def stored(self, thread: Thread) -> list[Json]:
        return [doubled(item) if item["type"] == "assistant_message" else item for item in thread.items]


def doubled(item: Json) -> Json:
    """The message with its text twice."""
    return {**item, "content": [{**part, "text": part["text"] * 2} for part in item["content"]]}


@broken("lifecycle/done-differs", "The answer is completed a second time, with a sentence more")
class DoneDiffers(GoodBackend):
    def sends(self, event: Json) -> Iterable[Json]:
        yield event
        if completes(event, "assistant_message"):
            yield {**event, "item": _longer(event["item"])}

    def stored(self, thread: Thread) -> list[Json]:
        return [_longer(item) if item["type"] == "assistant_message" else item for item in thread.items]


def _longer(item: Json) -> Json:
    return {**item, "content": [{**part, "text": part["text"] + " Shall I go on?"} for part in item["content"]]}


@broken("lifecycle/late-annotations", "The answer's source comes with the finished message alone")
class LateAnnotations(GoodBackend):
    def sends(self, event: Json) -> Iterable[Json]:
        yield {**event, "item": _cited(event["item"])} if completes(event, "assistant_message") else event

    def stored(self, thread: Thread) -> list[Json]:
        return [_cited(item) if item["type"] == "assistant_message" else item for item in thread.items]


def _cited(item: Json) -> Json:
    source = {"type": "url", "title": "The list of tasks", "url": "https://tasks.example"}
    annotation = {"type": "annotation", "source": source, "index": 20}
    return {**item, "content": [{**part, "annotations": [annotation]} for part in item["content"]]}
