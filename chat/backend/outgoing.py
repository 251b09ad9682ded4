"""What the SDK leaves to its users on the way out: identities, unknown citations, items left open by a failure."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from agents import Agent, AgentUpdatedStreamEvent, RunResultStreaming, StreamEvent
from chatkit.types import (
    AssistantMessageContent,
    AssistantMessageContentPartAdded,
    AssistantMessageContentPartAnnotationAdded,
    AssistantMessageContentPartDone,
    AssistantMessageContentPartTextDelta,
    AssistantMessageItem,
    ClientToolCallItem,
    CustomSummary,
    ThreadItem,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemRemovedEvent,
    ThreadItemReplacedEvent,
    ThreadItemUpdate,
    ThreadItemUpdatedEvent,
    ThreadStreamEvent,
    WorkflowItem,
)
from openai.types.responses import ResponseTextDeltaEvent, ResponseTextDoneEvent
from openai.types.responses.response_output_text import Annotation
from pydantic import BaseModel, TypeAdapter, ValidationError

from chat.backend.instep import InStep

__all__ = ["UNFINISHED", "KnownEvents", "Outgoing"]

UNFINISHED = "\n\n*(unfinished)*"
"""What is stored of an answer ends in it until the answer is whole: after a crash it stays."""

_NOTHING = AgentUpdatedStreamEvent(new_agent=Agent(name="nobody"))
_ANNOTATION: TypeAdapter[Annotation] = TypeAdapter(Annotation)


class KnownEvents:
    """A run whose events are such that the SDK's converter survives them, and misses none of the text.

    The converter fails on an annotation of a kind or of a class it does not know, which ends the stream in an error:
    what is of an unknown kind is left out, the rest gets the class that it knows. It overlooks the deltas of a refusal,
    so that its text would appear at the end only: they are made text.
    """

    def __init__(self, run: RunResultStreaming, in_step: InStep) -> None:
        self._run = run
        self._in_step = in_step
        self._stopped = False

    def stop(self) -> None:
        """End the run, and with it the model's work."""
        self._stopped = True
        self._run.cancel()

    async def stream_events(self) -> AsyncIterator[StreamEvent]:
        """The run's events."""
        try:
            async for event in self._events():
                yield event
        except Exception:
            if not self._stopped:
                raise
        if self._stopped:
            # The converter, when cancelled, leaves a task behind that waits for the next event. It gets one: an
            # exception that nobody retrieves would be logged as an error.
            yield _NOTHING

    async def _events(self) -> AsyncIterator[StreamEvent]:
        async for event in self._run.stream_events():
            if event.type != "raw_response_event":
                yield event
                continue
            data: Any = event.data
            if data.type == "response.output_text.annotation.added":
                data.annotation = _known(data.annotation)
                if data.annotation is None:
                    continue
            elif data.type == "response.content_part.added":
                _keep_known(data.part)
            elif data.type in ("response.output_item.added", "response.output_item.done"):
                for part in getattr(data.item, "content", None) or ():
                    _keep_known(part)
            elif data.type == "response.refusal.delta":
                event.data = ResponseTextDeltaEvent.model_construct(
                    **data.model_dump(exclude={"type"}), type="response.output_text.delta", logprobs=[]
                )
            elif data.type == "response.refusal.done":
                event.data = ResponseTextDoneEvent.model_construct(
                    **data.model_dump(exclude={"type", "refusal"}),
                    text=data.refusal,
                    type="response.output_text.done",
                    logprobs=[],
                )
            yield event
            if data.type == "response.completed":
                self._in_step.response_read()


def _known(annotation: object) -> Annotation | None:
    """The annotation in the class that the converter expects, None when it is of a kind that it does not know.

    From openai 3 on, the events have classes of their own for it, alike in everything but their identity, and pydantic
    takes an instance of one for no other. What they dump is the same in every version.
    """
    content = annotation.model_dump(warnings=False) if isinstance(annotation, BaseModel) else annotation
    try:
        return _ANNOTATION.validate_python(content)
    except ValidationError:
        return None


def _keep_known(part: Any) -> None:
    annotations = getattr(part, "annotations", None)
    if annotations:
        part.annotations = [known for known in map(_known, annotations) if known is not None]


class _Open:
    """An item that was added and is not done."""

    def __init__(self, item: ThreadItem) -> None:
        self.item = item
        self.text: list[list[str]] = []
        self.annotations: list[int] = []

    def update(self, update: ThreadItemUpdate) -> None:
        if isinstance(update, AssistantMessageContentPartTextDelta):
            self._part(update.content_index)
            self.text[update.content_index].append(update.delta)
        elif isinstance(update, AssistantMessageContentPartAdded | AssistantMessageContentPartDone):
            self._part(update.content_index)
            self.text[update.content_index] = [update.content.text]
        elif isinstance(update, AssistantMessageContentPartAnnotationAdded):
            self._part(update.content_index)
            update.annotation_index = self.annotations[update.content_index]
            self.annotations[update.content_index] += 1

    def _part(self, index: int) -> None:
        while len(self.text) <= index:
            self.text.append([])
            self.annotations.append(0)


class Outgoing:
    """The events of one run on their way to the client.

    The SDK uses the model's ids for messages and client tool calls. Chat-completions models have none: every message
    is ``__fake_id__`` and overwrites the one before it. So these items get ids of the store, in every event.
    """

    def __init__(self, new_message_id: Callable[[], str], new_call_id: Callable[[], str]) -> None:
        self._new_message_id = new_message_id
        self._new_call_id = new_call_id
        self._ids: dict[str, str] = {}
        self._open: dict[str, _Open] = {}

    def rewrite(self, event: ThreadStreamEvent) -> ThreadStreamEvent:
        """`event` with the ids of the store."""
        if isinstance(event, ThreadItemUpdatedEvent):
            event.item_id = self._ids.get(event.item_id, event.item_id)
            if event.item_id in self._open:
                self._open[event.item_id].update(event.update)
        elif isinstance(event, ThreadItemAddedEvent):
            item = event.item
            if isinstance(item, AssistantMessageItem):
                self._ids[item.id] = self._new_message_id()
                item.id = self._ids[item.id]
            self._open[item.id] = _Open(item.model_copy())
        elif isinstance(event, ThreadItemDoneEvent):
            item = event.item
            if isinstance(item, AssistantMessageItem):
                item.id = self._ids.pop(item.id, "") or self._new_message_id()
                if item.id in self._open:
                    # The SDK stamps a message again when it is done.
                    item.created_at = self._open[item.id].item.created_at
            elif isinstance(item, ClientToolCallItem):
                item.id = self._new_call_id()
            self._open.pop(item.id, None)
        elif isinstance(event, ThreadItemRemovedEvent):
            event.item_id = self._ids.pop(event.item_id, event.item_id)
            self._open.pop(event.item_id, None)
        elif isinstance(event, ThreadItemReplacedEvent):
            self._open.pop(event.item.id, None)
        return event

    def so_far(self) -> AssistantMessageItem | None:
        """The message that is being written, as far as it is, and marked as unfinished; None when there is none."""
        for open_item in self._open.values():
            if isinstance(open_item.item, AssistantMessageItem) and any(map(any, open_item.text)):
                content = [AssistantMessageContent(text="".join(parts)) for parts in open_item.text]
                content[-1].text += UNFINISHED
                return open_item.item.model_copy(update={"content": content})
        return None

    def unfinished(self) -> Iterator[ThreadItemDoneEvent | ThreadItemRemovedEvent]:
        """The events that settle what a failed run left open: text is kept, what has nothing to show is removed."""
        for open_item in self._open.values():
            item = open_item.item
            if isinstance(item, AssistantMessageItem) and any(map(any, open_item.text)):
                item.content = [AssistantMessageContent(text="".join(parts)) for parts in open_item.text]
                yield ThreadItemDoneEvent(item=item)
            elif isinstance(item, WorkflowItem):
                if item.workflow.summary is None:
                    item.workflow.summary = CustomSummary(title="Interrupted", icon="info")
                yield ThreadItemDoneEvent(item=item)
            else:
                yield ThreadItemRemovedEvent(item_id=item.id)
        self._open.clear()

    def left(self, item_id: str) -> ThreadItem:
        """The item with this id that `unfinished` is removing."""
        return self._open[item_id].item
