"""What one event did to a thread: small facts that a display acts on, so that nobody compares or redraws a thread.

`fold` returns them in the order in which they happened. They carry identities and places, hardly ever content: whoever
needs the content asks the `ThreadState`, where it already stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

__all__ = [
    "AnnotationAdded",
    "AnnotationsReplaced",
    "Change",
    "EffectRequested",
    "ErrorRaised",
    "ImageChanged",
    "ItemAdded",
    "ItemDone",
    "ItemRemoved",
    "ItemReplaced",
    "NoticeRaised",
    "OptionsChanged",
    "PartReplaced",
    "ProgressChanged",
    "TaskAdded",
    "TaskChanged",
    "TextAppended",
    "ThreadChanged",
    "WidgetChanged",
    "WidgetTextAppended",
]


@dataclass(frozen=True, slots=True)
class ThreadChanged:
    """The thread itself changed: its id, title, status, allowed image domains."""


@dataclass(frozen=True, slots=True)
class ItemAdded:
    """An item has come that was not there. `index`: its place among the visible items."""

    item_id: str
    index: int


@dataclass(frozen=True, slots=True)
class ItemDone:
    """The item is complete. What it changed, if anything, was said by the changes before this one."""

    item_id: str


@dataclass(frozen=True, slots=True)
class ItemReplaced:
    """The item became another as a whole: draw it again."""

    item_id: str


@dataclass(frozen=True, slots=True)
class ItemRemoved:
    """The item is gone."""

    item_id: str


@dataclass(frozen=True, slots=True)
class PartReplaced:
    """A content part was added, or its text was replaced by another one (not by the same)."""

    item_id: str
    part: int


@dataclass(frozen=True, slots=True)
class TextAppended:
    """`delta` was added at the end of a content part's text."""

    item_id: str
    part: int
    delta: str


@dataclass(frozen=True, slots=True)
class AnnotationAdded:
    """An annotation was put at `index` of a content part's annotations."""

    item_id: str
    part: int
    index: int


@dataclass(frozen=True, slots=True)
class AnnotationsReplaced:
    """A part's list of annotations was replaced as a whole; its text is untouched."""

    item_id: str
    part: int


@dataclass(frozen=True, slots=True)
class WidgetTextAppended:
    """`delta` was added to the value of a text component. `done` is what the wire said, and ends nothing."""

    item_id: str
    component_id: str
    delta: str
    done: bool


@dataclass(frozen=True, slots=True)
class WidgetChanged:
    """The widget, or a component of it, was replaced."""

    item_id: str


@dataclass(frozen=True, slots=True)
class TaskAdded:
    """A task was put at `index` of a workflow."""

    item_id: str
    index: int


@dataclass(frozen=True, slots=True)
class TaskChanged:
    """The task at `index` of a workflow became another."""

    item_id: str
    index: int


@dataclass(frozen=True, slots=True)
class ImageChanged:
    """A generated image has a new picture or progress (0 to 1, None when the backend gave none)."""

    item_id: str
    progress: float | None


@dataclass(frozen=True, slots=True)
class OptionsChanged:
    """The backend said whether this stream may be cancelled."""

    allow_cancel: bool


@dataclass(frozen=True, slots=True)
class ProgressChanged:
    """The progress line changed; `text` None: it went away."""

    text: str | None
    icon: str | None


@dataclass(frozen=True, slots=True)
class EffectRequested:
    """The backend asks the page around the chat for an effect."""

    name: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ErrorRaised:
    """An error event. `message` is what people are shown: the backend's, or a general sentence for a bare code."""

    message: str
    code: str
    allow_retry: bool


@dataclass(frozen=True, slots=True)
class NoticeRaised:
    """A notice event; `message` may be Markdown."""

    level: Literal["info", "warning", "danger"]
    title: str | None
    message: str


Change: TypeAlias = (
    ThreadChanged
    | ItemAdded
    | ItemDone
    | ItemReplaced
    | ItemRemoved
    | PartReplaced
    | TextAppended
    | AnnotationAdded
    | AnnotationsReplaced
    | WidgetTextAppended
    | WidgetChanged
    | TaskAdded
    | TaskChanged
    | ImageChanged
    | OptionsChanged
    | ProgressChanged
    | EffectRequested
    | ErrorRaised
    | NoticeRaised
)
"""Everything that can happen to a thread."""
