"""What one event did to a thread: small facts that a display acts on, so that nobody compares or redraws a thread.

`fold` returns them in the order in which they happened. They carry identities and places, hardly ever content: whoever
needs the content asks the `ThreadState`, where it already stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

__all__ = [
    "IRREGULARITIES",
    "AnnotationAdded",
    "AnnotationsReplaced",
    "Change",
    "EffectRequested",
    "ErrorRaised",
    "ImageChanged",
    "Irregular",
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
    "UnknownSeen",
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
    event_index: int


@dataclass(frozen=True, slots=True)
class NoticeRaised:
    """A notice event; `message` may be Markdown."""

    level: Literal["info", "warning", "danger"]
    title: str | None
    message: str
    event_index: int


@dataclass(frozen=True, slots=True)
class UnknownSeen:
    """Something of a type nobody knows was kept as JSON. `what`: "event", "update", "item", "task", "source", …"""

    event_index: int
    what: str
    type_name: str


@dataclass(frozen=True, slots=True)
class Irregular:
    """Tolerated, but wrong. `kind` is one of `IRREGULARITIES`; `detail` is a sentence for people."""

    event_index: int
    kind: str
    item_id: str | None
    detail: str


IRREGULARITIES: dict[str, str] = {
    "not-understood": "an event, or a piece of it, that the protocol's types refuse",
    "thread-created-again": "`thread.created` for another thread than the one at hand",
    "wrong-thread": "a thread's update or an item that belongs to another thread",
    "duplicate-added": "`added` for an id that is there already",
    "done-twice": "`done` for an item that was done in the same stream",
    "reused-id": "an id that belonged to an item of another type",
    "unknown-item": "an update or removal for an id that was never added",
    "after-done": "an update for an item that was done in the same stream",
    "wrong-item-type": "an update for another type of item than the one at hand",
    "hidden-leaked": "hidden context sent to the client",
    "delta-mismatch": "final text that is not what the deltas gave",
    "part-beyond": "a content index that is negative or absurdly large",
    "task-beyond": "a task index beyond the end of the workflow, or of a task that is there already",
    "unknown-component": "a widget update for a component id that is not in the widget",
    "no-text-component": "a text delta for a component whose value is no text",
    "no-update-type": "an update without `type`: the SDK guesses, browsers cannot",
}
"""The kinds of `Irregular`, and what each means."""

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
    | UnknownSeen
    | Irregular
)
"""Everything that can happen to a thread."""
