"""The state of one thread, rebuilt from what its backend sent."""

from __future__ import annotations

from typing import Any, Literal

from chatkit.types import (
    Annotation,
    AssistantMessageItem,
    ClientEffectEvent,
    ErrorEvent,
    GeneratedImage,
    GeneratedImageItem,
    NoticeEvent,
    ProgressUpdateEvent,
    Task,
    ThreadItem,
    ThreadMetadata,
    WidgetItem,
    WorkflowItem,
)
from chatkit.widgets import WidgetRoot
from pydantic import ValidationError

from .adapters import adapter
from .items import Delivery, Part, Unknown, plain
from .vocabulary import HIDDEN_ITEM_TYPES
from .widget_tree import WidgetTree, components, copy_json

__all__ = ["ItemState", "ThreadState", "Unknown"]


class ItemState:
    """One item, current at any moment. Text is kept in pieces and joined when it is asked for."""

    __slots__ = (
        "_base",
        "_current",
        "_delivered",
        "_image",
        "_overrides",
        "_touched",
        "_tree",
        "hidden",
        "id",
        "others",
        "parts",
        "progress",
        "status",
        "task_list",
        "type",
    )

    id: str
    type: str
    status: Literal["streaming", "done"]
    hidden: bool
    """Hidden context: never to be shown."""
    progress: float | None
    """Progress of a generated image, 0 to 1; None when unknown."""
    parts: list[Part]
    """Content parts of an assistant message."""
    task_list: list[Task | Unknown]
    others: list[Unknown]
    """What was not understood and is neither a part, an annotation nor a task."""

    def __init__(self, delivery: Delivery, status: Literal["streaming", "done"]) -> None:
        self.status = status
        self.take(delivery)

    def take(self, delivery: Delivery) -> None:
        """Become what was delivered, whole. The status stays."""
        self.id = delivery.id
        self.type = delivery.type
        self.hidden = delivery.type in HIDDEN_ITEM_TYPES
        self.parts = delivery.parts
        self.task_list = delivery.tasks
        self.others = delivery.others
        self.progress = None
        self._base = delivery.json
        self._delivered = delivery.item
        self._current: ThreadItem | None = delivery.item
        self._touched = False
        self._overrides: dict[str, Any] = {}
        self._tree: WidgetTree | None = None
        self._image: GeneratedImage | None = None
        if isinstance(delivery.item, GeneratedImageItem):
            self._image = delivery.item.image

    def copy(self) -> ItemState:
        """Another one that is as this one is now, and changes by itself. What came with events is shared."""
        other = object.__new__(ItemState)
        for name in ItemState.__slots__:
            setattr(other, name, getattr(self, name))
        other.parts = [part.copy() for part in self.parts]
        other.task_list, other.others = list(self.task_list), list(self.others)
        other._overrides = dict(self._overrides)
        other._tree = None if self._tree is None else self._tree.copy()
        return other

    def touch(self) -> None:
        """Something inside was changed since it was delivered."""
        self._current = None
        self._touched = True

    @property
    def drawn(self) -> bool:
        """Whether it shows at all: hidden context must not, and an end-of-turn mark draws nothing."""
        return not self.hidden and self.type != "end_of_turn"

    @property
    def text_length(self) -> int:
        """Characters of text in a message or a widget; 0 for other items."""
        if self.type == "widget":
            values = [node.get("value") for node in components(self.widget)]
            return sum(len(value) for value in values if isinstance(value, str))
        return sum(len(piece) for part in self.parts for piece in part.pieces)

    @property
    def item(self) -> ThreadItem | None:
        """The item as the SDK's type, with everything that has arrived; None when no SDK type fits.

        Show `json` then; `parts`, `tasks` and `widget` may still hold what was understood.
        """
        if self._current is None and self._delivered is not None:
            self._current = self._compose(self._delivered)
        return self._current

    @property
    def json(self) -> dict[str, Any]:
        """The item as JSON, with everything that has arrived, unknown fields and pieces too. Do not change it."""
        if not self._touched:
            return self._base
        json = {**self._base, **self._overrides}
        if self.type == "assistant_message":
            json["content"] = [part.json() for part in self.parts]
        elif self.type == "workflow":
            workflow = self._base.get("workflow")
            tasks = [plain(task) for task in self.task_list]
            json["workflow"] = {**(workflow if isinstance(workflow, dict) else {}), "tasks": tasks}
        elif self._tree is not None:
            json["widget"] = self._tree.root
        elif self._image is not None:
            json["image"] = plain(self._image)
        return json

    @property
    def part_count(self) -> int:
        """Content parts of an assistant message; 0 for other items."""
        return len(self.parts)

    def text(self, part: int) -> str:
        """The text of one content part of an assistant message."""
        return self.parts[part].text

    def annotations(self, part: int) -> list[Annotation | Unknown]:
        """The annotations of one content part of an assistant message."""
        return list(self.parts[part].annotations)

    @property
    def tasks(self) -> list[Task | Unknown]:
        """The tasks of a workflow (or the one of a task item), in order."""
        return list(self.task_list)

    @property
    def widget(self) -> dict[str, Any] | None:
        """The widget's root as JSON: streamed text, and everything that the SDK does not know, included.

        It goes on changing: copy what must stay.
        """
        if self._tree is not None:
            return self._tree.root
        root = self._base.get("widget") if self.type == "widget" else None
        return root if isinstance(root, dict) else None

    @property
    def image(self) -> GeneratedImage | None:
        """The latest picture of a generated image."""
        return self._image

    def tree(self) -> WidgetTree | None:
        """The widget, to be changed; None when there is none."""
        if self._tree is None:
            root = self.widget
            if root is not None:
                self._tree = WidgetTree(copy_json(root))  # what came is shared with the event
        return self._tree

    def set_widget(self, root: dict[str, Any]) -> None:
        """Put another widget in the place of the present one. The item owns it from now on."""
        if self._tree is None:
            self._tree = WidgetTree(root)
        else:
            self._tree.replace_root(root)
        self.touch()

    def set_image(self, image: GeneratedImage, progress: float | None) -> None:
        """Put another picture in the place of the present one."""
        self._image = image
        self.progress = progress
        self.touch()

    def override(self, **fields: Any) -> None:
        """Set fields of the item that no event brings (a finished client tool call)."""
        self._overrides.update(fields)
        self.touch()

    def _compose(self, delivered: ThreadItem) -> ThreadItem | None:
        update = dict(self._overrides)
        if isinstance(delivered, AssistantMessageItem):
            update["content"] = [part.content() for part in self.parts if part.unknown is None]
        elif isinstance(delivered, WorkflowItem):
            tasks = [task for task in self.task_list if not isinstance(task, Unknown)]
            update["workflow"] = delivered.workflow.model_copy(update={"tasks": tasks})
        elif isinstance(delivered, WidgetItem) and self._tree is not None:
            try:
                update["widget"] = adapter(WidgetRoot).validate_python(copy_json(self._tree.root))
            except ValidationError:
                return None
        elif isinstance(delivered, GeneratedImageItem):
            update["image"] = self._image
        return delivered.model_copy(update=update)


class ThreadState:
    """One thread. Items are in order of arrival (page order for history); nothing is ever ordered by clock."""

    id: str | None
    metadata: ThreadMetadata | None
    """None until a valid thread has come; `title` and `status` are there all the same."""
    json: dict[str, Any]
    """The thread as it came last, without its items."""
    items: dict[str, ItemState]
    """By id, in order; hidden ones are in it too."""
    progress: ProgressUpdateEvent | None
    allow_cancel: bool | None
    """Whether the running stream may be cancelled; None before the backend says so, and between streams."""
    errors: list[ErrorEvent]
    notices: list[NoticeEvent]
    effects: list[ClientEffectEvent]

    def __init__(self) -> None:
        self.id = None
        self.metadata = None
        self.json = {}
        self.items = {}
        self.progress = None
        self.allow_cancel = None
        self.errors = []
        self.notices = []
        self.effects = []
        self.drawn_count = 0
        """How many items are drawn."""

    @property
    def title(self) -> str | None:
        """The thread's title, None when it has none."""
        title = self.json.get("title")
        return title if isinstance(title, str) else None

    @property
    def status(self) -> Literal["active", "locked", "closed"]:
        """`locked`: no composer, `status_reason` as its placeholder; `closed`: a banner in its place."""
        status = self.json.get("status")
        name = status.get("type") if isinstance(status, dict) else None
        return "locked" if name == "locked" else "closed" if name == "closed" else "active"

    @property
    def status_reason(self) -> str | None:
        """Why the thread is locked or closed, in the backend's words."""
        status = self.json.get("status")
        reason = status.get("reason") if isinstance(status, dict) else None
        return reason if isinstance(reason, str) else None

    def visible_items(self) -> list[ItemState]:
        """The items that are drawn, in order: no hidden context, no end-of-turn marks."""
        return [item for item in self.items.values() if item.drawn]

    def snapshot(self) -> dict[str, Any]:
        """The rebuilt state as JSON-ready data, independent of the state."""
        items = [
            {"status": item.status, **({"hidden": True} if item.hidden else {}), "item": copy_json(item.json)}
            for item in self.items.values()
        ]
        return {
            "id": self.id,
            "thread": copy_json(self.json),
            "items": items,
            "progress": None if self.progress is None else plain(self.progress),
            "allow_cancel": self.allow_cancel,
            "errors": [plain(error) for error in self.errors],
            "notices": [plain(notice) for notice in self.notices],
            "effects": [plain(effect) for effect in self.effects],
        }
