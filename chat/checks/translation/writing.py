"""Writing a ChatKit stream: what was meant goes in, valid events come out in the order the protocol asks for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chatkit.types import (
    Annotation,
    AssistantMessageContent,
    AssistantMessageContentPartAdded,
    AssistantMessageContentPartAnnotationAdded,
    AssistantMessageContentPartDone,
    AssistantMessageContentPartTextDelta,
    AssistantMessageItem,
    ErrorEvent,
    Page,
    ProgressUpdateEvent,
    Thread,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemUpdatedEvent,
    ThreadUpdatedEvent,
)

__all__ = [
    "Annotated",
    "Began",
    "Ended",
    "Meaning",
    "Piece",
    "Progress",
    "Sent",
    "ThreadIs",
    "Titled",
    "UserSaid",
    "WentWrong",
    "Whole",
    "Writer",
    "is_users",
]


_MOST_PARTS = 1_000

# What a foreign event can mean. `id` None: the message at hand, or a new one.


@dataclass(frozen=True, slots=True)
class ThreadIs:
    """The thread has this id."""

    id: str


@dataclass(frozen=True, slots=True)
class Titled:
    """The thread has this title."""

    title: str


@dataclass(frozen=True, slots=True)
class UserSaid:
    """The user's message."""

    text: str
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Began:
    """A message of the assistant's begins."""

    id: str | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """More text of a part of the assistant's message."""

    text: str
    part: int = 0
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Whole:
    """The whole text of a part of the assistant's message."""

    text: str
    part: int = 0
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Annotated:
    """A source for a part of the assistant's message."""

    annotation: Annotation
    part: int = 0
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """The assistant's message is complete; `texts` are its parts when they were said."""

    texts: tuple[str, ...] = ()
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """What the assistant is doing."""

    text: str


@dataclass(frozen=True, slots=True)
class WentWrong:
    """It went wrong."""

    message: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A ChatKit event, valid as it is."""

    event: Any


def is_users(event: Any) -> bool:
    """Whether a typed event brings a message of the user's."""
    return event.type in ("thread.item.added", "thread.item.done") and event.item.type == "user_message"


def _renames(meaning: Meaning) -> bool:
    return isinstance(meaning, Sent) and meaning.event.type == "thread.updated"


Meaning = ThreadIs | Titled | UserSaid | Began | Piece | Whole | Annotated | Ended | Progress | WentWrong | Sent


@dataclass(slots=True)
class _Message:
    id: str
    parts: list[list[str]] = field(default_factory=list)
    annotations: list[list[Annotation]] = field(default_factory=list)
    added: bool = False
    done: bool = False

    def pad(self, part: int) -> None:
        while len(self.parts) <= part:
            self.parts.append([])
            self.annotations.append([])


class Writer:
    """The ChatKit stream being written, for one exchange."""

    def __init__(self, thread_id: str, opening: Sequence[Any], now: datetime) -> None:
        """`opening`: the events a stream begins with, whatever follows."""
        self.thread_id = thread_id
        self._opening = opening
        self._now = now
        self._opened = False
        self._messages: dict[str, _Message] = {}
        self._current: _Message | None = None
        self._last_progress = ""
        self._failed = False

    def write(self, meaning: Meaning) -> Iterator[Any]:
        """The events that say this; after an error none but a title, since what was open is dropped with it."""
        if self._failed and not isinstance(meaning, Titled) and not _renames(meaning):
            return
        match meaning:
            case ThreadIs() | UserSaid():
                pass  # said at the beginning
            case Titled(title):
                yield from self._open()
                yield ThreadUpdatedEvent(thread=self._thread(title))
            case Began(id):
                yield from self._open()
                yield from self._begin(id)
            case Piece(text, part, id):
                if text:
                    yield from self._piece(text, part, id)
            case Whole(text, part, id):
                yield from self._whole(text, part, id)
            case Annotated(annotation, part, id):
                yield from self._annotate(annotation, part, id)
            case Ended(texts, id):
                yield from self._end(texts, id)
            case Progress(text):
                if text and text != self._last_progress:
                    self._last_progress = text
                    yield from self._open()
                    yield ProgressUpdateEvent(text=text)
            case WentWrong(message):
                yield from self._open()
                self._failed = True
                yield ErrorEvent(message=message or None, allow_retry=True)
            case Sent(event):
                yield from self._pass_on(event)

    def close(self) -> Iterator[Any]:
        """The events that complete what is still open."""
        yield from self._open()
        for message in list(self._messages.values()):
            if not message.done and not self._failed:
                yield from self._finish(message)

    def _open(self) -> Iterator[Any]:
        if self._opened:
            return
        self._opened = True
        yield from self._opening

    def _thread(self, title: str | None = None) -> Thread:
        return Thread(id=self.thread_id, created_at=self._now, title=title, items=Page())

    def _message(self, id: str | None, *, new: bool = False) -> _Message:
        if id is None:
            current = self._current
            if current is not None and not current.done and not (new and current.added):
                return current
            number = len(self._messages) + 1
            id = f"msg_assistant_{number}"
        known = self._messages.get(id)
        if known is None:
            known = self._messages[id] = _Message(id)
        self._current = known
        return known

    def _begin(self, id: str | None) -> Iterator[Any]:
        message = self._message(id, new=True)
        if not message.added and not message.done:
            yield from self._add(message)

    def _add(self, message: _Message) -> Iterator[Any]:
        if not message.added:
            message.added = True
            yield ThreadItemAddedEvent(item=self._item(message, empty=True))

    def _part(self, message: _Message, part: int) -> Iterator[Any]:
        for index in range(len(message.parts), part + 1):
            message.pad(index)
            added = AssistantMessageContentPartAdded(content_index=index, content=AssistantMessageContent(text=""))
            yield ThreadItemUpdatedEvent(item_id=message.id, update=added)

    def _piece(self, text: str, part: int, id: str | None) -> Iterator[Any]:
        message = self._message(id)
        if message.done:
            return
        yield from self._open()
        yield from self._add(message)
        yield from self._part(message, part)
        message.parts[part].append(text)
        delta = AssistantMessageContentPartTextDelta(content_index=part, delta=text)
        yield ThreadItemUpdatedEvent(item_id=message.id, update=delta)

    def _whole(self, text: str, part: int, id: str | None) -> Iterator[Any]:
        message = self._message(id)
        if message.done:
            return
        yield from self._open()
        if not message.added:
            message.pad(part)
        else:
            yield from self._part(message, part)
            so_far = "".join(message.parts[part])
            if text != so_far and text.startswith(so_far):
                yield from self._piece(text[len(so_far) :], part, message.id)
        message.parts[part] = [text]

    def _annotate(self, annotation: Annotation, part: int, id: str | None) -> Iterator[Any]:
        message = self._message(id)
        if message.done:
            return
        yield from self._open()
        yield from self._add(message)
        yield from self._part(message, part)
        message.annotations[part].append(annotation)
        update = AssistantMessageContentPartAnnotationAdded(
            content_index=part, annotation_index=len(message.annotations[part]) - 1, annotation=annotation
        )
        yield ThreadItemUpdatedEvent(item_id=message.id, update=update)

    def _end(self, texts: tuple[str, ...], id: str | None) -> Iterator[Any]:
        if id is None and not texts and (self._current is None or self._current.done):
            return
        message = self._message(id)
        if message.done:
            return
        for part, text in enumerate(texts):
            if text:
                yield from self._whole(text, part, message.id)
        yield from self._open()
        yield from self._finish(message)

    def _finish(self, message: _Message) -> Iterator[Any]:
        message.done = True
        if message.added:
            for index in range(len(message.parts)):
                done = AssistantMessageContentPartDone(content_index=index, content=self._content(message, index))
                yield ThreadItemUpdatedEvent(item_id=message.id, update=done)
        yield ThreadItemDoneEvent(item=self._item(message))

    def _content(self, message: _Message, part: int) -> AssistantMessageContent:
        return AssistantMessageContent(text="".join(message.parts[part]), annotations=list(message.annotations[part]))

    def _item(self, message: _Message, *, empty: bool = False) -> AssistantMessageItem:
        parts = [] if empty else [self._content(message, index) for index in range(len(message.parts))]
        return AssistantMessageItem(id=message.id, thread_id=self.thread_id, created_at=self._now, content=parts)

    def _pass_on(self, event: Any) -> Iterator[Any]:
        """A ChatKit event goes as it is, in its place; what it opens or closes is noted."""
        kind = event.type
        if kind in ("thread.created", "stream_options") or is_users(event):
            return  # said at the beginning
        yield from self._open()
        self._failed = self._failed or kind == "error"
        item = getattr(event, "item", None)
        if item is not None and item.type == "assistant_message":
            message = self._message(item.id)
            message.added = message.added or kind == "thread.item.added"
            message.done = message.done or kind != "thread.item.added"
            message.parts = [[part.text] for part in item.content]
            message.annotations = [list(part.annotations) for part in item.content]
        elif kind == "thread.item.updated" and event.item_id in self._messages:
            self._note_update(self._messages[event.item_id], event.update)
        yield event

    def _note_update(self, message: _Message, update: Any) -> None:
        if not update.type.startswith("assistant_message.") or not 0 <= update.content_index < _MOST_PARTS:
            return
        message.pad(update.content_index)
        if update.type.endswith("text_delta"):
            message.parts[update.content_index].append(update.delta)
        elif update.type.endswith(("part.added", "part.done")):
            message.parts[update.content_index] = [update.content.text]
