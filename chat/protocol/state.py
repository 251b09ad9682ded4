"""The state of one thread, rebuilt from what its backend sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from chatkit.types import (
    Annotation,
    ClientEffectEvent,
    ErrorEvent,
    NoticeEvent,
    ProgressUpdateEvent,
    Task,
    ThreadItem,
    ThreadMetadata,
)

__all__ = ["ItemState", "ThreadState", "Unknown"]


@dataclass(frozen=True, slots=True)
class Unknown:
    """A piece that the protocol's types do not know or accept, kept as it came. `what`: "task", "annotation", …"""

    what: str
    type: str
    json: Any


class ItemState:
    """One item, current at any moment. Text is kept in pieces and joined when it is asked for."""

    id: str
    type: str
    status: Literal["streaming", "done"]
    hidden: bool  # hidden context: never to be shown

    @property
    def item(self) -> ThreadItem | None:
        """The item as the SDK's type, with everything that has arrived; None when no SDK type fits: show `json` then."""
        raise NotImplementedError

    @property
    def json(self) -> dict[str, Any]:
        """The item as JSON, with everything that has arrived, unknown fields and pieces too. Do not change it."""
        raise NotImplementedError

    @property
    def unknown(self) -> list[Unknown]:
        """The pieces inside that are not understood (they are left out of `item`); show each as labelled JSON."""
        raise NotImplementedError

    @property
    def part_count(self) -> int:
        """Content parts of an assistant message; 0 for other items."""
        raise NotImplementedError

    def text(self, part: int) -> str:
        """The text of one content part of an assistant message."""
        raise NotImplementedError

    def annotations(self, part: int) -> list[Annotation | Unknown]:
        """The annotations of one content part of an assistant message."""
        raise NotImplementedError

    @property
    def tasks(self) -> list[Task | Unknown]:
        """The tasks of a workflow (or the one of a task item), in order."""
        raise NotImplementedError

    @property
    def widget(self) -> dict[str, Any] | None:
        """The widget's root as JSON, streamed text included, and every component and field that the SDK does not know."""
        raise NotImplementedError

    @property
    def progress(self) -> float | None:
        """Progress of a generated image, 0 to 1; None when unknown."""
        raise NotImplementedError


class ThreadState:
    """One thread. Items are in order of arrival (page order for history); nothing is ever ordered by clock."""

    id: str | None
    metadata: ThreadMetadata | None
    items: dict[str, ItemState]
    progress: ProgressUpdateEvent | None
    allow_cancel: bool | None
    errors: list[ErrorEvent]
    notices: list[NoticeEvent]
    effects: list[ClientEffectEvent]

    def __init__(self) -> None:
        self.id = None
        self.metadata = None
        self.items = {}
        self.progress = None
        self.allow_cancel = None
        self.errors = []
        self.notices = []
        self.effects = []

    def visible_items(self) -> list[ItemState]:
        """The items that are drawn, in order: no hidden context, no end-of-turn marks."""
        raise NotImplementedError

    def snapshot(self) -> dict[str, Any]:
        """The rebuilt state as JSON-ready data, independent of the state."""
        raise NotImplementedError
