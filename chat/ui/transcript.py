"""What a conversation shows, as ordered entries and numbered frames of small operations. No network, no NiceGUI.

Changes of the thread's state mark entries; `frame` turns all marks since the last one into operations for the
browser. Frames are numbered without gaps, so a window that missed one can say where it stands and `snapshot` gives it
what has changed since. Only what is asked for is ever rendered: a thread of 2,000 messages costs the 40 on screen.
"""

from __future__ import annotations

import copy
import itertools
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from chat.protocol import (
    AnnotationAdded,
    AnnotationsReplaced,
    Change,
    ImageChanged,
    ItemAdded,
    ItemDone,
    ItemRemoved,
    ItemReplaced,
    ItemState,
    PartReplaced,
    TaskAdded,
    TaskChanged,
    TextAppended,
    ThreadState,
    WidgetChanged,
    WidgetTextAppended,
)

from .rendering import MarkdownDocument, RenderContext, render_item, render_slot

__all__ = ["PAGE", "Entry", "Op", "Transcript"]

PAGE = 40
"""Entries that a window gets at once."""
PAGE_HTML = 1_500_000
"""Characters of HTML after which a page is cut short (it has at least one entry)."""

Op = list[Any]
Status = Literal["streaming", "done", "failed"]

ANSWER_ACTIONS: tuple[dict[str, Any], ...] = (
    {"do": "copy", "label": "Copy"},
    {"do": "up", "label": "Good answer", "pressed": False},
    {"do": "down", "label": "Bad answer", "pressed": False},
    {"do": "retry", "label": "Try again"},
)
LABELS = {"user_message": "Your message", "assistant_message": "Answer", "widget": "Widget", "workflow": "Workflow"}


@dataclass(eq=False, slots=True)
class Entry:
    """One thing in the conversation: an item of the thread, or a note of the workbench (pending message, error, …)."""

    key: str
    kind: str
    testid: str
    label: str
    state: ItemState | None = None
    html: str | None = None
    """None until it is asked for, and again when it must be made anew."""
    documents: dict[int, MarkdownDocument] = field(default_factory=dict)
    status: Status = "done"
    note: str = ""
    mark: str = ""
    actions: tuple[dict[str, Any], ...] = ()
    changed: int = 0
    """Number of the frame which changed it last."""
    fresh: bool = True
    redraw: bool = False
    dressed: bool = False
    """Its state, note or buttons changed."""
    grown: set[int] = field(default_factory=set)
    slots: set[str] = field(default_factory=set)
    widget_texts: list[tuple[str, str]] = field(default_factory=list)


class Transcript:
    """The entries of one conversation in order, and the frames that keep any number of windows up to date."""

    def __init__(self, context: Callable[[], RenderContext]) -> None:
        self.n = 0
        """Number of the last frame."""
        self._context = context
        self._entries: list[Entry] = []
        self._by_key: dict[str, Entry] = {}
        self._marked: dict[str, Entry] = {}
        self._removed: list[str] = []
        self._extra: list[Op] = []
        self._items = 0
        self._notes = itertools.count(1)
        self._tail = ""
        self._running = False

    # --- what happened ----------------------------------------------------------------------------------------------

    def apply(self, state: ThreadState, change: Change) -> None:
        """Take in one change of the thread's state."""
        match change:
            case TextAppended(item_id, part, delta):
                if entry := self.item(item_id):
                    self._grow(entry, part, delta)
            case ItemAdded(item_id, index):
                self._item_added(state, item_id, index)
            case ItemDone(item_id):
                self._item_done(item_id)
            case ItemRemoved(item_id):
                self.remove(f"i:{item_id}")
            case ItemReplaced(item_id):
                if entry := self.item(item_id):
                    self._replaced(state, entry)
            case PartReplaced(item_id, part):
                if entry := self.item(item_id):
                    self._part_replaced(entry, part)
            case AnnotationAdded(item_id, part, _) | AnnotationsReplaced(item_id, part):
                self._slot(item_id, f"sources-{part}")
            case WidgetTextAppended(item_id, component_id, delta, _):
                if entry := self.item(item_id):
                    entry.widget_texts.append((component_id, delta))
                    entry.html = None
                    self._mark(entry)
            case WidgetChanged(item_id):
                self._slot(item_id, "widget")
            case TaskAdded(item_id, _) | TaskChanged(item_id, _):
                self._slot(item_id, "tasks")
            case ImageChanged(item_id, _):
                self._slot(item_id, "image")

    def rebuild(self, state: ThreadState) -> None:
        """Show the items of `state` and nothing else; every window starts anew."""
        for entry in self._entries:
            self._removed.append(entry.key)
        self._entries.clear()
        self._by_key.clear()
        self._marked.clear()
        self._items = 0
        for item in state.visible_items():
            entry = self._entry_for(item)
            self._entries.append(entry)
            self._by_key[entry.key] = entry
            self._items += 1
        self._extra.append(["older", self._items > PAGE])
        for entry in self._entries[-PAGE:]:
            self._mark(entry)
        for entry in self._entries[:-PAGE]:
            entry.fresh = False
            entry.changed = self.n + 1

    def note(self, kind: str, html: str, *, testid: str, label: str, actions: Iterable[dict[str, Any]] = ()) -> Entry:
        """Put an entry of the workbench's own at the end."""
        entry = Entry(f"n:{next(self._notes)}", kind, testid, label, html=html, actions=tuple(actions))
        self._insert(entry, len(self._entries))
        return entry

    def dress(self, entry: Entry, **changes: Any) -> None:
        """Change an entry's `status`, `note`, `mark` or `actions`."""
        for name, value in changes.items():
            setattr(entry, name, value)
        entry.dressed = True
        self._mark(entry)

    def finish(self, entry: Entry, status: Status, note: str, mark: str) -> None:
        """End an entry whose item nobody will complete."""
        entry.grown.update(entry.documents)
        self.dress(entry, status=status, note=note, mark=mark)

    def pressed(self, entry: Entry, kind: str) -> None:
        """Show which thumb was pressed."""
        thumbs = {"up": kind == "positive", "down": kind == "negative"}
        actions = tuple({**a, "pressed": thumbs[a["do"]]} if a["do"] in thumbs else a for a in entry.actions)
        self.dress(entry, actions=actions)

    def redraw(self, entry: Entry) -> None:
        """Render an entry anew, for instance because an image may be loaded now."""
        entry.html = None
        entry.documents.clear()
        entry.redraw = True
        self._mark(entry)

    def remove(self, key: str) -> None:
        """Take an entry away."""
        entry = self._by_key.pop(key, None)
        if entry is None:
            return
        self._entries.remove(entry)
        self._items -= entry.state is not None
        self._marked.pop(key, None)
        self._removed.append(key)

    def remove_after(self, entry: Entry, *, notes_only: bool = True) -> None:
        """Take away what stands below an entry: the workbench's own notes, or everything."""
        at = self._entries.index(entry)
        for later in self._entries[at + 1 :]:
            if not notes_only or later.state is None:
                self.remove(later.key)

    def set_tail(self, html: str) -> None:
        """The line below the last entry."""
        if html != self._tail:
            self._tail = html
            self._extra.append(["tail", html])

    def set_running(self, running: bool) -> None:
        """Whether an answer is streaming."""
        if running != self._running:
            self._running = running
            self._extra.append(["running", running])

    def say(self, op: str, text: str) -> None:
        """A passing operation: `toast` shows a sentence, `settle` ends the busy state of an entry's controls."""
        self._extra.append([op, text])

    # --- what is there ----------------------------------------------------------------------------------------------

    def item(self, item_id: str) -> Entry | None:
        """The entry of an item."""
        return self._by_key.get(f"i:{item_id}")

    def entry(self, key: str) -> Entry | None:
        """The entry of a key."""
        return self._by_key.get(key)

    def entries(self) -> list[Entry]:
        """Every entry, oldest first."""
        return list(self._entries)

    @property
    def streaming(self) -> list[Entry]:
        """Entries whose item has not been done yet."""
        return [entry for entry in self._entries if entry.status == "streaming"]

    @property
    def growing(self) -> bool:
        """Whether something on screen shows by itself that more is to come."""
        return any(not entry.documents or any(d.source for d in entry.documents.values()) for entry in self.streaming)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show."""
        return not self._entries

    # --- for windows ------------------------------------------------------------------------------------------------

    def frame(self) -> list[Op]:
        """The operations since the last frame; [] (and no new number) when nothing is different."""
        ops: list[Op] = [["remove", key] for key in self._removed]
        self._removed.clear()
        marked, self._marked = self._marked, {}
        number = self.n + 1
        fresh = [entry for entry in marked.values() if entry.fresh]
        if len(fresh) > 1:
            places = {entry.key: place for place, entry in enumerate(self._entries)}
            fresh.sort(key=lambda entry: places[entry.key], reverse=True)  # each is put before one already there
        for entry in fresh:
            ops.append(["add", self._as_json(entry), self._next_key(entry)])
            self._clear(entry, number)
        for entry in marked.values():
            if entry.changed != number:
                ops.extend(self._ops_of(entry))
                self._clear(entry, number)
        ops.extend(self._extra)
        self._extra.clear()
        if ops:
            self.n = number
        return clean(ops)

    def snapshot(self, since: int = -1, oldest: str | None = None) -> dict[str, Any]:
        """
        What a window needs that has applied every frame up to `since` (-1: none) and holds entries from `oldest` on.

        Call `frame` first: a snapshot stands at the last frame.
        """
        held = self._by_key.get(oldest) if oldest and since >= 0 else None
        if held is not None:
            shown = self._entries[self._entries.index(held) :]
            start = len(self._entries) - len(shown)
            changed = [self._as_json(entry) for entry in shown if entry.changed > since]
        else:
            start, changed = self._page(len(self._entries))
            shown = self._entries[start:]
        return {
            "n": self.n,
            "order": clean([entry.key for entry in shown]),
            "entries": clean(changed),
            "older": start > 0,
            "tail": self._tail,
            "running": self._running,
        }

    def page(self, before: str) -> dict[str, Any]:
        """The entries above the one with key `before`; none when there is no such entry."""
        entry = self._by_key.get(before)
        end = self._entries.index(entry) if entry else 0
        start, entries = self._page(end)
        return {"entries": clean(entries), "older": start > 0}

    def source(self, key: str) -> str | None:
        """What "copy" gives of an entry: its text as it was written, or its JSON; None when there is no such entry."""
        entry = self._by_key.get(key)
        if entry is None or entry.state is None:
            return None
        item = entry.state
        if item.part_count:
            return clean("\n\n".join(item.text(part) for part in range(item.part_count)))
        if item.type == "user_message":
            return clean("".join(str(part.get("text", "")) for part in item.json.get("content") or ()))
        return clean(
            str(item.json.get("copy_text") or json.dumps(item.json, ensure_ascii=False, indent=2, default=str))
        )

    def _page(self, end: int) -> tuple[int, list[dict[str, Any]]]:
        start, size, entries = end, 0, []
        while start > 0 and len(entries) < PAGE and size < PAGE_HTML:
            start -= 1
            entries.append(self._as_json(self._entries[start]))
            size += len(entries[-1]["html"]) + sum(len(a) + len(b) for _, a, b in entries[-1]["texts"])
        return start, entries[::-1]

    # --- inside -----------------------------------------------------------------------------------------------------

    def _mark(self, entry: Entry) -> None:
        self._marked[entry.key] = entry

    def _insert(self, entry: Entry, at: int) -> None:
        self._entries.insert(at, entry)
        self._by_key[entry.key] = entry
        self._items += entry.state is not None
        self._mark(entry)

    def _entry_for(self, item: ItemState) -> Entry:
        label = LABELS.get(item.type, item.type.replace("_", " ").capitalize())
        entry = Entry(f"i:{item.id}", "item", "item", label, state=item, status=item.status)
        if item.type == "assistant_message":
            entry.actions = ANSWER_ACTIONS
        if item.status == "streaming":
            for part in range(item.part_count):
                self._document(entry, part).feed(item.text(part))
                entry.grown.add(part)
        return entry

    def _item_added(self, state: ThreadState, item_id: str, index: int) -> None:
        item = state.items.get(item_id)
        if item is None or item.hidden or f"i:{item_id}" in self._by_key:
            return
        at = len(self._entries)
        if index < self._items:  # not the newest: its place is behind the item before it
            items = [place for place, entry in enumerate(self._entries) if entry.state is not None]
            at = items[index - 1] + 1 if index else 0
        self._insert(self._entry_for(item), at)

    def _item_done(self, item_id: str) -> None:
        entry = self.item(item_id)
        if entry is None or entry.state is None:
            return
        entry.grown.update(entry.documents)
        entry.slots.update(f"sources-{part}" for part in entry.documents)
        self.dress(entry, status="done", note="", mark="")

    def _replaced(self, state: ThreadState, entry: Entry) -> None:
        item = state.items.get(entry.key.removeprefix("i:"), entry.state)
        fresh = entry.fresh
        made = self._entry_for(item) if item is not None else entry
        entry.state, entry.label, entry.status, entry.grown = made.state, made.label, made.status, made.grown
        entry.html, entry.documents = None, made.documents
        entry.slots.clear()
        entry.widget_texts.clear()
        entry.redraw, entry.fresh = True, fresh
        self._mark(entry)

    def _document(self, entry: Entry, part: int) -> MarkdownDocument:
        if part not in entry.documents:
            entry.documents[part] = MarkdownDocument(self._context().images)
        return entry.documents[part]

    def _grow(self, entry: Entry, part: int, delta: str) -> None:
        document = entry.documents.get(part)
        if document is None or document.final:
            self._part_replaced(entry, part)
            return
        document.feed(delta)
        entry.grown.add(part)
        self._mark(entry)

    def _part_replaced(self, entry: Entry, part: int) -> None:
        """A part is new, or its text was replaced: start its document over and draw the entry again."""
        if entry.state is None:
            return
        entry.documents.pop(part, None)
        self._document(entry, part).feed(entry.state.text(part))
        entry.grown.add(part)
        entry.html, entry.redraw = None, True
        self._mark(entry)

    def _slot(self, item_id: str, slot: str) -> None:
        if entry := self.item(item_id):
            entry.slots.add(slot)
            entry.html = None
            if slot == "widget":
                entry.widget_texts.clear()
            self._mark(entry)

    def _ops_of(self, entry: Entry) -> Iterable[Op]:
        if entry.redraw:
            yield ["entry", self._as_json(entry)]
            return
        for part in sorted(entry.grown):
            patch = entry.documents[part].advance(final=entry.status != "streaming")
            if patch is not None:
                yield ["text", entry.key, part, *patch]
        if entry.state is not None:
            for slot in sorted(entry.slots):
                yield ["slot", entry.key, slot, render_slot(entry.state, slot, self._context())]
        if "widget" not in entry.slots:
            joined = ((component, "".join(delta for _, delta in group)) for component, group in _by_component(entry))
            yield from (["widget_text", entry.key, component, delta] for component, delta in joined)
        if entry.dressed:
            yield ["dress", self._dress_of(entry)]

    def _clear(self, entry: Entry, number: int) -> None:
        entry.changed = number
        entry.fresh = entry.redraw = entry.dressed = False
        entry.grown.clear()
        entry.slots.clear()
        entry.widget_texts.clear()

    def _dress_of(self, entry: Entry) -> dict[str, Any]:
        return {
            "key": entry.key,
            "kind": entry.state.type if entry.state else entry.kind,
            "testid": entry.testid,
            "label": entry.label,
            "item": entry.state.id if entry.state else None,
            "type": entry.state.type if entry.state else None,
            "status": entry.status,
            "note": entry.note,
            "mark": entry.mark,
            "actions": entry.actions if entry.status != "streaming" else (),
        }

    def _as_json(self, entry: Entry) -> dict[str, Any]:
        for part in sorted(entry.grown):
            entry.documents[part].advance(final=entry.status != "streaming")
        entry.grown.clear()
        if entry.html is None:
            entry.html = self._render(entry)
        texts = [(part, *document.html()) for part, document in sorted(entry.documents.items())]
        return {**self._dress_of(entry), "html": entry.html, "texts": texts}

    def _render(self, entry: Entry) -> str:
        item = entry.state
        if item is None:
            return ""
        if entry.documents and item.status != "streaming":
            # its text is in the documents already: only the frame around it is needed
            item = copy.copy(item)
            item.status = "streaming"
        return render_item(item, self._context())

    def _next_key(self, entry: Entry) -> str | None:
        at = self._entries.index(entry) + 1
        return self._entries[at].key if at < len(self._entries) else None


def clean(value: Any) -> Any:
    """The same JSON with U+FFFD for lone surrogates, which no socket carries; lengths in UTF-16 units stay."""
    if isinstance(value, str):
        if value.isascii():
            return value
        try:
            value.encode()
        except UnicodeEncodeError:
            return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return value
    if isinstance(value, dict):
        return {name: clean(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [clean(inner) for inner in value]
    return value


def _by_component(entry: Entry) -> Iterable[tuple[str, list[tuple[str, str]]]]:
    groups: dict[str, list[tuple[str, str]]] = {}
    for text in entry.widget_texts:
        groups.setdefault(text[0], []).append(text)
    return groups.items()
