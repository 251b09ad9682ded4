"""What stands on the official widget's screen when a turn is over: its fold, as it was watched (docs/widget.md).

The widget was seen to be more forgiving than the protocol in some places (a second `done`, updates after it, unknown
fields) and less in others: what it cannot read is left out in silence, and some content takes the whole turn with it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from io import StringIO
from typing import TYPE_CHECKING, Any, Final

from chat.protocol.lenient_json import parse_json
from chat.protocol.vocabulary import HIDDEN_ITEM_TYPES, ITEM_TYPES, WIDGET_COMPONENT_TYPES

if TYPE_CHECKING:
    from chat.protocol import Event
    from chat.protocol.events import SmallEvent

__all__ = ["CRASHED", "GENERAL_ERROR", "ScreenFold", "WidgetScreen", "crash_of", "error_shown"]

CRASHED: Final = "Something went wrong. Please try again later."
"""What stands in place of the assistant's whole side of a turn that the widget cannot draw."""
GENERAL_ERROR: Final = "There was an error while generating the assistant's response."
"""What stands for an error that has no message."""

_ROOTS: Final = frozenset(
    {"Card", "ListView", "Basic", "Row", "Col", "Box", "Text", "Title", "Form", "Table", "Markdown"}
)
_TEXTS: Final = frozenset({"Text", "Title", "Caption", "Label", "Markdown"})
_TEXT_DELTA: Final = "assistant_message.content_part.text_delta"
_UNSEEN_TYPES: Final = HIDDEN_ITEM_TYPES | {"client_tool_call", "structured_input", "end_of_turn"}
"""Items that leave nothing in the thread."""
_ASKING_TYPES: Final = ("client_tool_call", "structured_input")
_PIECES: Any = object()
"""Where a part keeps the deltas that came for it: no name that a backend can send."""


@dataclass(frozen=True, slots=True)
class WidgetScreen:
    """
    What is on the screen when the stream has ended.

    `start` is the start screen, as if nothing had been sent; all other fields are then empty.
    """

    start: bool = False
    user: bool = False
    """Whether the user's message has its bubble."""
    text: str = ""
    """What the assistant says, of all its messages."""
    other: bool = False
    """Whether anything else of the assistant's is there: a widget, a workflow, an image."""
    asks: bool = False
    """Whether something is asked for: of the page by a client tool call, unseen, or of the user by questions."""
    crashed: bool = False
    """Whether the turn's assistant side is `CRASHED` instead of what was sent."""
    error: str = ""
    """The text of the error below, "" when there is none."""
    retry: bool = False
    """Whether it offers to try again."""
    errors_told: int = 0
    """How many `chatkit.error` events the page around it gets."""
    elsewhere: bool = False
    """Whether something is done to an item of an earlier turn: what becomes of it does not show here."""
    items: frozenset[str] = frozenset()
    """Ids of the items of which something is in the thread, or is asked."""

    @property
    def answered(self) -> bool:
        """Whether the user sees anything that the assistant sent."""
        return not self.crashed and bool(self.text or self.other)

    @property
    def blank(self) -> bool:
        """Whether the user is left with nothing of the answer, and without a word."""
        return not (self.answered or self.asks or self.error or self.crashed or self.elsewhere)


@dataclass(slots=True)
class ScreenFold:
    """The screen as it grows: `take` each event of one turn, in order, then ask for the `screen`."""

    created: bool = False
    items: dict[str, dict[str, Any]] = field(default_factory=dict)
    error: str = ""
    retry: bool = False
    told: int = 0
    notices: int = 0
    elsewhere: bool = False

    def take(self, event: Event) -> None:
        """Take in the next event that the widget reads."""
        document = parse_json(event.raw)  # not `event.json`: that would be kept for each of 100,000 deltas
        if document is None:
            self.told += event.raw.strip() not in ("", "null")  # blank data is ignored, what is no JSON is told
            return
        if not isinstance(document, dict):
            return
        match document.get("type"):
            case "thread.created":
                self.created = self.created or isinstance(document.get("thread"), dict)
            case "thread.item.added" | "thread.item.done":
                self._put(document.get("item"))
            case "thread.item.replaced":
                item = document.get("item")
                if isinstance(item, dict) and self._has(item.get("id")):
                    self._put(item)
                else:
                    self.elsewhere = True
            case "thread.item.removed":
                if isinstance(document.get("item_id"), str):
                    self.elsewhere = self.items.pop(document["item_id"], None) is None or self.elsewhere
            case "thread.item.updated":
                self.elsewhere = self.elsewhere or not self._has(document.get("item_id"))
                self._update(document.get("item_id"), document.get("update"))
            case "notice":
                self.notices += 1
            case "error":
                self._fail(document)

    def grow(self, deltas: Iterable[SmallEvent]) -> None:
        """Take in text deltas: the same as to `take` each, without reading it again."""
        shape, sink = None, None
        for event in deltas:
            if event.shape is not shape:
                shape, item_id = event.shape, event.shape.text.item_id
                sink = None if shape.part is None else self._growing(item_id, shape.part)
                self.elsewhere = self.elsewhere or item_id not in self.items
            if sink is not None:
                sink.write(event.delta)

    def _has(self, item_id: Any) -> bool:
        return isinstance(item_id, str) and item_id in self.items

    def _put(self, item: Any) -> None:
        if not isinstance(item, dict) or not isinstance(item.get("id"), str):
            return
        known = self.items.get(item["id"])
        kind = known.get("type") if known else item.get("type")  # one id for two items: the first one's bubble stays
        self.items[item["id"]] = {**item, "type": kind if isinstance(kind, str) else ""}

    def _update(self, item_id: Any, update: Any) -> None:
        item = self.items.get(item_id) if isinstance(item_id, str) else None
        if item is None or not isinstance(update, dict):
            return
        kind = str(update.get("type") or "")
        index = update.get("content_index")
        if kind == _TEXT_DELTA:
            if (sink := self._growing(item_id, index)) is not None:
                sink.write(str(update.get("delta") or ""))
        elif kind.startswith("assistant_message.content_part.") and isinstance(index, int):
            content = item.get("content")
            content = item["content"] = list(content) if isinstance(content, list) else []
            if kind.endswith((".added", ".done")) and index >= 0:
                content += [None] * (min(index, len(content) + 1) + 1 - len(content))
                content[min(index, len(content) - 1)] = update.get("content")
        elif kind == "widget.root.updated":
            item["widget"] = update.get("widget")

    def _growing(self, item_id: str, index: Any) -> StringIO | None:
        """Where the deltas of a content part go, None when there is no such part."""
        content = self.items.get(item_id, {}).get("content")
        if not isinstance(content, list) or not isinstance(index, int) or not 0 <= index < len(content):
            return None
        part = content[index]
        if not isinstance(part, dict):
            return None
        sink: StringIO = part.setdefault(_PIECES, StringIO())
        return sink

    def _fail(self, document: dict[str, Any]) -> None:
        text = error_shown(document)
        if not text:
            return  # in the console only
        self.told += 1
        self.error = text
        self.retry = document.get("allow_retry") is True

    def screen(self, *, creates: bool, broken: bool = False) -> WidgetScreen:
        """
        The screen after the events so far. `creates`: whether the turn begins a thread; `broken`: whether the
        connection broke off.
        """
        if creates and not self.created:
            return WidgetScreen(start=True, errors_told=self.told + broken)
        unsaid = broken and not self.error
        items = list(self.items.values())
        assistants = [
            item for item in items if item.get("type") != "user_message" and item["type"] not in _UNSEEN_TYPES
        ]
        return WidgetScreen(
            user=any(item.get("type") == "user_message" for item in items),
            text="".join(map(_text, assistants)),
            other=any(map(_draws, assistants)) or self.notices > 0,
            asks=any(item.get("type") in _ASKING_TYPES for item in items),
            crashed=any(crash_of(item) is not None for item in assistants),
            error=GENERAL_ERROR if unsaid else self.error,
            retry=unsaid or self.retry,
            errors_told=self.told + broken,
            elsewhere=self.elsewhere and not creates,
            items=frozenset(item["id"] for item in items if _leaves_something(item)),
        )


def error_shown(document: dict[str, Any]) -> str:
    """What is shown for an `error` event: "" for a code of its own without a message."""
    message, code = document.get("message"), document.get("code")
    if isinstance(message, str) and message:
        return message
    return GENERAL_ERROR if code in (None, "stream.error") else ""


def _leaves_something(item: dict[str, Any]) -> bool:
    return item.get("type") in ("user_message", *_ASKING_TYPES) or bool(_text(item)) or _draws(item)


def _text(item: dict[str, Any]) -> str:
    if item.get("type") == "widget":
        return " ".join(
            str(component["value"])
            for component in _components(item.get("widget"))
            if str(component.get("type")) in _TEXTS and isinstance(component.get("value"), str | int)
        )
    if item.get("type") != "assistant_message" or not isinstance(item.get("content"), list):
        return ""
    parts = (part for part in item["content"] if isinstance(part, dict) and part.get("type") == "output_text")
    return "".join(f"{part.get('text') or ''}{part[_PIECES].getvalue() if _PIECES in part else ''}" for part in parts)


def _draws(item: dict[str, Any]) -> bool:
    """Whether an item that is no message leaves anything to be seen: unknown components leave nothing."""
    if item.get("type") == "widget":
        return len(_components(item.get("widget"))) > 1
    return item.get("type") in ITEM_TYPES and item.get("type") != "assistant_message"


def crash_of(item: dict[str, Any]) -> tuple[str, str, str] | None:
    """
    Why the widget cannot draw the turn that this item is in, as (JSON path in the item, expected, got); None when it
    can. Each was seen: docs/widget.md, “turn crash”.
    """
    if item.get("type") == "assistant_message":
        content = item.get("content")
        if not isinstance(content, list):
            return "$.content", "a list of parts", _named(content, "content" in item)
        for index, part in enumerate(content):
            if isinstance(part, dict) and part.get("type") == "output_text":
                if not isinstance(part.get("text"), str):
                    return f"$.content[{index}].text", "a text", _named(part.get("text"), "text" in part)
                if not isinstance(part.get("annotations"), list):
                    there = "annotations" in part
                    return f"$.content[{index}].annotations", "a list", _named(part.get("annotations"), there)
    if item.get("type") == "widget":
        root = item.get("widget")
        if not isinstance(root, dict) or str(root.get("type")) not in _ROOTS:
            got = _named(root.get("type"), "type" in root) if isinstance(root, dict) else _named(root, "widget" in item)
            return "$.widget", "a Card, a ListView or a Basic", got
        return _broken_component(root)
    return None


def _broken_component(root: dict[str, Any]) -> tuple[str, str, str] | None:
    """A component that takes the turn with it, anywhere in the tree."""
    if root.get("type") == "Card" and isinstance(root.get("border"), str):
        return "$.widget.border", "a number or an object", _named(root["border"])
    for path, component in _placed(root):
        kind, value = component.get("type"), component.get("value")
        if kind == "Markdown" and value is not None and not isinstance(value, str):
            return f"{path}.value", "a text", _named(value)
        if kind == "Text" and isinstance(value, dict | list):
            return f"{path}.value", "a text", _named(value)
        if kind == "Chart" and not isinstance(component.get("data"), list):
            return f"{path}.data", "a list of rows", _named(component.get("data"), "data" in component)
        children = component.get("children")
        if isinstance(children, list) and None in children:
            return f"{path}.children[{children.index(None)}]", "a component", "null"
    return None


def _named(value: Any, there: bool = True) -> str:
    return json.dumps(value, ensure_ascii=False)[:80] if there else "nothing"


def _components(root: Any) -> list[dict[str, Any]]:
    return [component for _, component in _placed(root)]


def _placed(root: Any) -> list[tuple[str, dict[str, Any]]]:
    """
    The components that are drawn, with their paths, the root first; one of unknown type is left out with all in it.

    `children` may be one object.
    """
    found: list[tuple[str, dict[str, Any]]] = [("$.widget", root)] if isinstance(root, dict) else []
    for path, component in found:
        children = component.get("children")
        within = (
            [(f"{path}.children[{index}]", child) for index, child in enumerate(children)]
            if isinstance(children, list)
            else [(f"{path}.children", children)]
        )
        found += [
            (place, child)
            for place, child in within
            if isinstance(child, dict) and str(child.get("type")) in WIDGET_COMPONENT_TYPES
        ]
    return found
