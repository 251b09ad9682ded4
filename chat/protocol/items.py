"""Items as they were delivered whole, understood as far as they can be.

An item that the SDK's types refuse because of one piece (an unknown task, an unknown source) is understood without that
piece, and the piece is kept as JSON. What cannot be understood at all is kept as JSON whole.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from chatkit.types import (
    Annotation,
    AssistantMessageContent,
    AssistantMessageItem,
    Attachment,
    Source,
    StructuredInput,
    Task,
    TaskItem,
    ThreadItem,
    UserMessageContent,
    WorkflowItem,
)
from pydantic import BaseModel, ValidationError

from .adapters import adapter
from .vocabulary import SOURCE_TYPES

__all__ = [
    "Delivery",
    "Part",
    "Unknown",
    "deliver",
    "plain",
    "type_of",
    "understand_annotation",
    "understand_item",
    "understand_part",
    "understand_refused_item",
    "understand_task",
]


@dataclass(frozen=True, slots=True)
class Unknown:
    """A piece that the protocol's types do not know or accept, kept as it came.

    `what`: "task", "source", "annotation", "content", "attachment" or "input". `type`: what it says it is, "" for
    nothing.
    """

    what: str
    type: str
    json: Any


class Part:
    """One content part of an assistant message. Its text is kept in pieces and joined when somebody looks."""

    __slots__ = ("_whole", "annotations", "held", "pieces", "unknown")

    def __init__(
        self, text: str = "", annotations: list[Annotation | Unknown] | None = None, unknown: Unknown | None = None
    ) -> None:
        self.pieces = [text]
        self.annotations = annotations if annotations is not None else []
        self.unknown = unknown
        """The part as JSON when it is no text part of the protocol; it has no text then."""
        self.held = ""
        """The first half of a character that two deltas brought in halves; the second is to come."""
        self._whole = 1

    def copy(self) -> Part:
        """Another one with the same content, which changes by itself.

        The small pieces that came since the last copy are joined to one, and the ones before are shared: a text of
        which a copy is made every now and then costs its length once, and not once for each copy.
        """
        if len(self.pieces) > self._whole:
            self.pieces[self._whole :] = ["".join(self.pieces[self._whole :])]
        self._whole = len(self.pieces)
        other = Part("", list(self.annotations), self.unknown)
        other.pieces = list(self.pieces)
        other.held, other._whole = self.held, self._whole
        return other

    @property
    def text(self) -> str:
        """All text so far."""
        if len(self.pieces) > 1:
            self.pieces[:] = ["".join(self.pieces)]
            self._whole = 1
        return self.pieces[0]

    def content(self) -> AssistantMessageContent:
        """The part as the SDK's type, without annotations that are not understood."""
        known = [note for note in self.annotations if not isinstance(note, Unknown)]
        return AssistantMessageContent(text=self.text, annotations=known)

    def json(self) -> Any:
        """The part as JSON."""
        if self.unknown is not None:
            return self.unknown.json
        notes = [plain(note) for note in self.annotations]
        return {"type": "output_text", "text": self.text, "annotations": notes}


@dataclass(slots=True)
class Delivery:
    """An item as it came whole. `json` is shared with the event: not to be changed."""

    id: str
    type: str
    item: ThreadItem | None
    json: dict[str, Any]
    parts: list[Part] = field(default_factory=list)
    tasks: list[Task | Unknown] = field(default_factory=list)
    others: list[Unknown] = field(default_factory=list)


def deliver(item: ThreadItem, json: Any) -> Delivery:
    """An item that the SDK's types accepted. `json` is what came, or None when only the typed item is there."""
    if not isinstance(json, dict):
        json = item.model_dump(mode="json", exclude_none=True)
    delivery = Delivery(item.id, item.type, item, json)
    if isinstance(item, AssistantMessageItem):
        delivery.parts = [Part(content.text, list(content.annotations)) for content in item.content]
    elif isinstance(item, WorkflowItem):
        delivery.tasks = list(item.workflow.tasks)
    elif isinstance(item, TaskItem):
        delivery.tasks = [item.task]
    return delivery


def plain(piece: BaseModel | Unknown) -> Any:
    """A piece as JSON."""
    return (
        piece.json if isinstance(piece, Unknown) else piece.model_dump(mode="json", exclude_none=True, warnings=False)
    )


_LISTS: dict[str, dict[str, tuple[Any, str]]] = {
    "user_message": {"content": (UserMessageContent, "content"), "attachments": (Attachment, "attachment")},
    "structured_input": {"inputs": (StructuredInput, "input")},
}
"""Lists of items of which each member can be left out without the others losing their meaning."""


def understand_item(json: Any) -> Delivery | None:
    """Understand as much of an item as can be; None when it is no object with an id."""
    if not isinstance(json, dict) or not isinstance(json.get("id"), str):
        return None
    item = _accept(ThreadItem, json)
    return deliver(item, json) if item is not None else understand_refused_item(json)


def understand_refused_item(json: Any) -> Delivery | None:
    """Understand as much as can be of an item that the SDK's types are known to refuse; None when it has no id.

    To ask them once more is not only idle: for a deeply nested widget it takes them a second.
    """
    if not isinstance(json, dict) or not isinstance(json.get("id"), str):
        return None
    delivery = Delivery(json["id"], type_of(json), None, json)
    rest = dict(json)
    if delivery.type == "assistant_message":
        delivery.parts = [understand_part(content) for content in _list(json.get("content"))]
        rest["content"] = [part.content() for part in delivery.parts if part.unknown is None]
    elif delivery.type == "workflow" and isinstance(json.get("workflow"), dict):
        tasks = _list(json["workflow"].get("tasks"))
        delivery.tasks = [understand_task(task, delivery.others) for task in tasks]
        rest["workflow"] = {**json["workflow"], "tasks": [t for t in delivery.tasks if not isinstance(t, Unknown)]}
    elif delivery.type == "task":
        delivery.tasks = [understand_task(json.get("task"), delivery.others)]
        rest["task"] = delivery.tasks[0]
    for key, (kind, what) in _LISTS.get(delivery.type, {}).items():
        rest[key] = _sieve(json.get(key), kind, what, delivery.others)
    if rest.keys() - json.keys() or any(rest[key] is not json[key] for key in json):
        delivery.item = _accept(ThreadItem, rest)
    return delivery


def understand_part(json: Any) -> Part:
    """Understand a content part of an assistant message, without the annotations that cannot be."""
    content = _accept(AssistantMessageContent, json)
    if content is not None:
        return Part(content.text, list(content.annotations))
    if isinstance(json, dict) and isinstance(json.get("annotations"), list):
        content = _accept(AssistantMessageContent, {**json, "annotations": []})
        if content is not None:
            return Part(content.text, [understand_annotation(note) for note in json["annotations"]])
    return Part(unknown=Unknown("content", type_of(json), json))


def understand_annotation(json: Any) -> Annotation | Unknown:
    """Understand an annotation; an unknown source makes it unknown."""
    annotation: Annotation | None = _accept(Annotation, json)
    if annotation is not None:
        return annotation
    source = json.get("source") if isinstance(json, dict) else None
    if isinstance(source, dict) and type_of(source) not in SOURCE_TYPES:
        return Unknown("source", type_of(source), json)
    return Unknown("annotation", type_of(json), json)


def understand_task(json: Any, others: list[Unknown]) -> Task | Unknown:
    """Understand a task, without the sources that cannot be: those are put into `others`."""
    task: Task | None = _accept(Task, json)
    if task is None and isinstance(json, dict) and isinstance(json.get("sources"), list):
        sources: list[Unknown] = []
        task = _accept(Task, {**json, "sources": _sieve(json["sources"], Source, "source", sources)})
        if task is not None:
            others += sources
    return Unknown("task", type_of(json), json) if task is None else task


def type_of(json: Any) -> str:
    """What a piece of JSON says its type is; "" when it says nothing."""
    name = json.get("type") if isinstance(json, dict) else None
    return name if isinstance(name, str) else ""


def _accept(annotation: Any, json: Any) -> Any | None:
    try:
        return adapter(annotation).validate_python(json)
    except ValidationError:
        return None


def _list(json: Any) -> list[Any]:
    return json if isinstance(json, list) else []


def _sieve(json: Any, annotation: Any, what: str, others: list[Unknown]) -> list[Any]:
    """The members of a list that are understood; the others go to `others`."""
    understood: list[Any] = []
    for value in _list(json):
        accepted = _accept(annotation, value)
        if accepted is None:
            others.append(Unknown(what, type_of(value), value))
        else:
            understood.append(accepted)
    return understood
