"""One thing in a conversation, and how it becomes HTML and small operations for the browser."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar, cast

from chat.protocol import ItemState
from chat.protocol.widget_tree import components
from chat.rendering import MarkdownDocument, RenderContext, render_item, render_slot

from .in_widget import item_in_widget

__all__ = ["Entry", "Op", "Status", "clean", "user_text"]

T = TypeVar("T")
Op = list[Any]
"""An operation for the browser: its name, then its arguments."""
Status = Literal["streaming", "done", "failed"]

ANSWER_ACTIONS: tuple[dict[str, Any], ...] = (
    {"do": "copy", "label": "Copy"},
    {"do": "up", "label": "Good answer", "pressed": False},
    {"do": "down", "label": "Bad answer", "pressed": False},
    {"do": "retry", "label": "Try again"},
)
LABELS = {"user_message": "Your message", "assistant_message": "Answer"}


@dataclass(eq=False, slots=True)
class Entry:
    """
    An item of the thread, or a note of the workbench's own (pending message, error, …).

    What happens to it is only marked; `ops` makes the operations for all of it together, `json` the whole entry.
    """

    key: str
    """Short, as it goes with every patch; given by the transcript and never reused."""
    kind: str
    testid: str
    label: str
    state: ItemState | None = None
    html: str | None = None
    """None until it is asked for, and again when it must be made anew."""
    documents: dict[int | str, MarkdownDocument] = field(default_factory=dict)
    """The growing texts: of an answer by content part, of a widget's Markdown by component id; none when all came
    complete."""
    status: Status = "done"
    note: str = ""
    in_widget: str = ""
    """What the official widget shows in its place, where its item alone does not tell."""
    mark: str = ""
    actions: tuple[dict[str, Any], ...] = ()
    changed: int = 0
    """Number of the frame which changed it last."""
    fresh: bool = True
    """No frame has brought it yet."""
    redraw: bool = False
    spoke: bool = False
    """An answer: some text of it has come."""
    dressed: bool = False
    """Its status, note or buttons have changed."""
    grown: set[int | str] = field(default_factory=set)
    slots: set[str] = field(default_factory=set)
    widget_texts: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, key: str, item: ItemState, context: RenderContext) -> Entry:
        """The entry of an item as it is now."""
        label = LABELS.get(item.type, item.type.replace("_", " ").capitalize())
        entry = cls(key, item.type, "item", label, state=item, status=item.status)
        if item.type == "assistant_message":
            entry.actions = ANSWER_ACTIONS
        if item.status == "streaming":
            for part in range(item.part_count):
                entry.restart(part, context)
        return entry

    # --- marks ------------------------------------------------------------------------------------------------------

    def grow(self, part: int, delta: str, context: Callable[[], RenderContext]) -> None:
        """Text was added at the end of a part."""
        document = self.documents.get(part)
        if document is None or document.final:
            self.restart(part, context())
        else:
            document.feed(delta)
            self.grown.add(part)
            self.spoke = True

    def restart(self, part: int, context: RenderContext) -> None:
        """A part is new, or its text was replaced: its document starts over and the entry is drawn again."""
        if self.state is None:
            return
        document = self.documents[part] = MarkdownDocument(context.images)
        document.feed(text := self.state.text(part))
        self.spoke = self.spoke or bool(text)
        self.grown.add(part)
        self.html, self.redraw = None, True

    def show_texts(self, documents: dict[int | str, MarkdownDocument]) -> None:
        """Its growing texts are these: it is drawn again."""
        self.documents = documents
        self.spoke = any(document.source for part, document in documents.items() if isinstance(part, int))
        self.grown.clear()
        self.html, self.redraw = None, True

    def catch_up(self) -> None:
        """Render what was added to its texts. What no frame has brought yet comes with the whole entry."""
        for part in self.grown:
            self.documents[part].advance(final=self.status != "streaming")
            self.redraw = True
        self.grown.clear()

    def grow_widget(self, component_id: str, delta: str, context: RenderContext) -> None:
        """Text was added to a component of a widget."""
        self.html = None
        if (document := self.documents.get(component_id)) is not None:
            document.feed(delta)
            self.grown.add(component_id)
        elif (component := self._component(component_id)).get("type") == "Markdown":
            document = self.documents[component_id] = MarkdownDocument(context.images)
            document.feed(str(component.get("value", "")))
            self.grown.add(component_id)
            self.redraw = True
        else:
            self.widget_texts.setdefault(component_id, []).append(delta)

    def _component(self, component_id: str) -> dict[str, Any]:
        tree = components(self.state.widget if self.state else None)
        return next((component for component in tree if component.get("id") == component_id), {})

    def change_slot(self, slot: str) -> None:
        """One slot of the item is to be rendered anew."""
        self.slots.add(slot)
        self.html = None
        if slot == "widget":
            self.widget_texts.clear()
            self.documents.clear()
            self.grown.clear()

    def finish(self, status: Status) -> None:
        """Nothing more will be added to its texts."""
        parts = [part for part in self.documents if isinstance(part, int)]
        if self.state is not None and any(self.state.annotations(part) for part in parts):
            # citations stand inside the text: only a complete one can be rendered with them
            self.documents, self.html, self.redraw = {}, None, True
            self.grown.clear()
        self.grown.update(self.documents)
        for part in parts:
            self.change_slot(f"sources-{part}")
        self.status, self.dressed = status, True

    def replace(self, item: ItemState, context: RenderContext) -> None:
        """The item became another as a whole."""
        made = Entry.of(self.key, item, context)
        for name in ("state", "kind", "label", "status", "actions", "documents", "grown", "html", "spoke"):
            setattr(self, name, getattr(made, name))
        self.slots.clear()
        self.widget_texts.clear()
        self.note = self.mark = self.in_widget = ""
        self.redraw = True

    # --- for the browser --------------------------------------------------------------------------------------------

    def dress(self) -> dict[str, Any]:
        """Everything about it but its HTML."""
        return {
            "key": self.key,
            "kind": self.kind,
            "testid": self.testid,
            "label": self.label,
            "item": self.state.id if self.state else None,
            "type": self.state.type if self.state else None,
            "status": self.status,
            "note": self.note,
            "in_widget": self._in_widget(),
            "mark": self.mark,
            "actions": self.actions if self.status != "streaming" else (),
        }

    def _in_widget(self) -> str:
        if self.in_widget or self.state is None or self.status == "streaming":
            return self.in_widget
        return item_in_widget(self.state)

    def json(self, context: RenderContext) -> dict[str, Any]:
        """The whole entry: `html` with an empty holder for each growing text, and `texts` (part, frozen, tail)."""
        for part in sorted(self.grown, key=str):
            self.documents[part].advance(final=self.status != "streaming")
        self.grown.clear()
        if self.html is None:
            self.html = self._render(context)
        texts = [(part, *document.html()) for part, document in self.documents.items()]
        return {**self.dress(), "html": self.html, "texts": texts}

    def ops(self, context: RenderContext) -> Iterator[Op]:
        """What has happened since the last frame."""
        if self.redraw:
            yield ["entry", self.json(context)]
            return
        for part in sorted(self.grown, key=str):
            patch = self.documents[part].advance(final=self.status != "streaming")
            if patch is not None:
                yield ["text", self.key, part, *patch]
        for part in self._colouring()[:1]:  # one text at a time: a frame has few milliseconds
            if (colours := self.documents[part].colour()) is not None:
                yield ["colour", self.key, part, *colours]
        if self.state is not None:
            for slot in sorted(self.slots):
                yield ["slot", self.key, slot, render_slot(self.state, slot, context)]
        if "widget" not in self.slots:
            for component_id, deltas in self.widget_texts.items():
                yield ["widget_text", self.key, component_id, "".join(deltas)]
        if self.dressed:
            yield ["dress", self.dress()]

    @property
    def colouring(self) -> bool:
        """Whether code in it waits for its colours: the next frame brings some."""
        return bool(self._colouring())

    def _colouring(self) -> list[int | str]:
        return [part for part, document in self.documents.items() if document.colouring]

    def sent(self, number: int) -> None:
        """Frame `number` holds everything up to here."""
        self.changed = number
        self.fresh = self.redraw = self.dressed = False
        self.grown.clear()
        self.slots.clear()
        self.widget_texts.clear()

    def left_out(self, number: int) -> None:
        """Frame `number` tells windows to begin anew: they get all of it whole, with what its texts have grown by."""
        grown = set(self.grown)
        self.sent(number)
        self.grown, self.html = grown, None

    def source(self) -> str:
        """What "copy" copies: the text as it was written, or the item's JSON."""
        item = self.state
        if item is None:
            return ""
        if item.part_count:
            return clean("\n\n".join(item.text(part) for part in range(item.part_count)))
        if item.type == "user_message":
            return clean(user_text(item))
        text = item.json.get("copy_text")
        return clean(str(text) if text else json.dumps(item.json, ensure_ascii=False, indent=2, default=str))

    def _render(self, context: RenderContext) -> str:
        item = self.state
        if item is None:
            return ""
        wanted: Literal["streaming", "done"] = "streaming" if self.documents else "done"
        if item.part_count and item.status != wanted:
            # where documents hold the text only the frame around it is rendered, else all of it
            item = copy.copy(item)
            item.status = wanted
        return render_item(item, context)


def user_text(item: ItemState) -> str:
    """What a message of the user's says."""
    parts = item.json.get("content")
    return "".join(str(part.get("text", "")) for part in parts or () if isinstance(part, dict))


def clean(value: T) -> T:
    """The same JSON with U+FFFD for lone surrogates, which no socket carries; lengths in UTF-16 units stay."""
    return cast(T, _clean(value))


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        if value.isascii():
            return value
        try:
            value.encode()
        except UnicodeEncodeError:
            return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return value
    if isinstance(value, dict):
        return {name: _clean(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(inner) for inner in value]
    return value
