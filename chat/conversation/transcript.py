"""What a conversation shows, as ordered entries and numbered frames of small operations. No network, no NiceGUI.

Changes of the thread's state mark entries; `frame` turns all marks since the last one into operations for the
browser. Frames are numbered without gaps, so a window that missed one can say where it stands and `snapshot` gives it
what has changed since. Only what is asked for is ever rendered: a thread of 2,000 messages costs the 40 on screen.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
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
from chat.rendering import MarkdownDocument, RenderContext

from .entry import Entry, Op, Status, clean

__all__ = ["PAGE", "Edge", "Transcript"]

Edge = Literal["", "loading", "missing"]
"""What is above the first entry: nothing, items that are still being loaded, or items that could not be loaded."""

PAGE = 40
"""Entries that a window gets at once."""
PAGE_HTML = 1_500_000
"""Characters of HTML after which a page is cut short (it has at least one entry)."""

MOST_ADDED = 2 * PAGE
"""New entries in one frame; when there are more, windows start from the newest page instead."""


class Transcript:
    """The entries of one conversation in order, and the frames that keep any number of windows up to date."""

    def __init__(self, context: Callable[[], RenderContext]) -> None:
        self.n = 0
        """Number of the last frame."""
        self.unshown = 0
        """Characters that have been added to texts since then."""
        self.edge: Edge = ""
        self.remembered = False
        """Whether this is what is remembered, and what is stored is being read."""
        self._context = context
        self._entries: list[Entry] = []
        self._by_key: dict[str, Entry] = {}
        self._by_item: dict[str, Entry] = {}
        self._marked: dict[str, Entry] = {}
        self._streaming: dict[str, Entry] = {}
        self._removed: list[str] = []
        self._passing: list[Op] = []
        self._items = 0
        self._keys = itertools.count(1)
        self._tail = ""
        self._running = False

    # --- what happened ----------------------------------------------------------------------------------------------

    def apply(self, state: ThreadState, change: Change) -> None:
        """Take in one change of the thread's state."""
        if isinstance(change, TextAppended):
            if (entry := self._by_item.get(change.item_id)) is not None:
                entry.grow(change.part, change.delta, self._context)
                self.unshown += len(change.delta)
                self._marked[entry.key] = entry
            return
        if isinstance(change, ItemAdded):
            self._item_added(state, change)
            return
        item_id = getattr(change, "item_id", None)
        entry = self.item(item_id) if item_id is not None else None
        if entry is None:
            return
        match change:
            case PartReplaced(_, part):
                entry.restart(part, self._context())
            case WidgetTextAppended(_, component_id, delta, _):
                entry.grow_widget(component_id, delta, self._context())
            case AnnotationAdded(_, part, _) | AnnotationsReplaced(_, part):
                entry.change_slot(f"sources-{part}")
            case WidgetChanged():
                entry.change_slot("widget")
            case TaskAdded() | TaskChanged():
                entry.change_slot("tasks")
            case ImageChanged():
                entry.change_slot("image")
            case ItemDone():
                self.finish(entry, "done")
            case ItemReplaced():
                item = state.items.get(change.item_id)
                if item is not None:
                    entry.replace(item, self._context())
                    self._keep_streaming(entry)
            case ItemRemoved():
                self.remove(entry)
                return
            case _:
                return
        self._mark(entry)

    def rebuild(self, state: ThreadState) -> None:
        """Show the items of `state` and nothing else; every window starts anew."""
        self._removed.extend(entry.key for entry in self._entries)
        for held in (self._entries, self._by_key, self._by_item, self._marked, self._streaming):
            held.clear()
        self.arrange(state)

    def arrange(self, state: ThreadState, notes: dict[str, list[Entry]] | None = None) -> None:
        """
        Show the items of `state` in their order. Entries that are there stay, and so do the notes below them, or else
        `notes` take their place: below the item of this id, "" for the top.

        What comes above all that was there is not sent: windows fetch it when the reader gets there.
        """
        context, places = self._context(), {id(entry): place for place, entry in enumerate(self._entries)}
        gone = dict(self._by_key)
        entries: list[Entry] = [] if notes is None else notes.pop("", [])
        notes = self._notes_by_item() if notes is None else notes
        top, last = None, -1
        for item in state.visible_items():
            entry = self._by_item.get(item.id)
            if entry is not None and places[id(entry)] > last:
                top, last = len(entries) if top is None else top, places[id(entry)]
                self._follow(entry, item, context)
            else:
                entry = Entry.of(self._new_key(), item, context)
                entry.fresh, entry.changed = False, self.n + 1
            entries += [entry, *notes.pop(item.id, ())]
        entries += itertools.chain.from_iterable(notes.values())
        self._entries, self._by_key = entries, {entry.key: entry for entry in entries}
        self._by_item = {entry.state.id: entry for entry in entries if entry.state is not None}
        self._items = len(self._by_item)
        for key in gone.keys() - self._by_key.keys():
            self._removed.append(key)
            self._marked.pop(key, None)
            self._streaming.pop(key, None)
        for entry in entries:
            self._keep_streaming(entry)
        begin = max(0, len(entries) - PAGE) if top is None else top
        for entry in entries[begin:]:
            if entry.key not in gone:
                entry.fresh, entry.changed = True, self.n + 1
                self._mark(entry)
        if begin or top is None:
            self._passing.append(["older", begin > 0])

    def set_edge(self, edge: Edge) -> None:
        """What is known of the items above the first entry."""
        if edge != self.edge:
            self.edge = edge
            self._passing.append(["edge", edge])

    def set_remembered(self, remembered: bool) -> None:
        """Whether what is shown may not be what is stored, and that is being read."""
        if remembered != self.remembered:
            self.remembered = remembered
            self._passing.append(["remembered", remembered])

    def note(self, kind: str, html: str, *, label: str, actions: Iterable[dict[str, Any]] = ()) -> Entry:
        """Put an entry of the workbench's own at the end; `kind` is its test id as well."""
        entry = Entry(self._new_key(), kind, kind, label, html=html, actions=tuple(actions))
        self._insert(entry, len(self._entries))
        return entry

    def dress(self, entry: Entry, **changes: Any) -> None:
        """Change an entry's `status`, `note`, `mark`, `in_widget` or `actions`."""
        for name, value in changes.items():
            setattr(entry, name, value)
        entry.dressed = True
        self._keep_streaming(entry)
        self._mark(entry)

    def show_texts(self, entry: Entry, documents: dict[int | str, MarkdownDocument]) -> None:
        """Let an entry's growing texts be these."""
        entry.show_texts(documents)
        self._mark(entry)

    def finish(self, entry: Entry, status: Status, note: str = "", mark: str = "") -> None:
        """End an entry: nothing more will be added to its texts."""
        entry.finish(status)
        self.dress(entry, note=note, mark=mark)

    def press(self, entry: Entry, kind: str) -> None:
        """Show which thumb was pressed."""
        thumbs = {"up": kind == "positive", "down": kind == "negative"}
        actions = tuple({**a, "pressed": thumbs[a["do"]]} if a["do"] in thumbs else a for a in entry.actions)
        self.dress(entry, actions=actions)

    def redraw(self, entry: Entry) -> None:
        """Render an entry anew, for instance because an image may be loaded now."""
        if entry.state is not None:
            kept = {name: getattr(entry, name) for name in ("note", "mark", "in_widget", "status", "actions")}
            entry.replace(entry.state, self._context())
            self.dress(entry, **kept)

    def remove(self, entry: Entry) -> None:
        """Take an entry away."""
        if self._by_key.pop(entry.key, None) is None:
            return
        self._entries.remove(entry)
        if entry.state is not None:
            self._items -= 1
            self._by_item.pop(entry.state.id, None)
        self._marked.pop(entry.key, None)
        self._streaming.pop(entry.key, None)
        self._removed.append(entry.key)

    def remove_notes_after(self, entry: Entry) -> None:
        """Take away the workbench's own notes below an entry."""
        for later in self._entries[self._entries.index(entry) + 1 :]:
            if later.state is None:
                self.remove(later)

    def set_tail(self, html: str) -> None:
        """The line below the last entry."""
        if html != self._tail:
            self._tail = html
            self._passing.append(["tail", html])

    def set_running(self, running: bool) -> None:
        """Whether an answer is streaming."""
        if running != self._running:
            self._running = running
            self._passing.append(["running", running])

    def settle(self, entry: Entry) -> None:
        """End the busy look of an entry's buttons."""
        self._passing.append(["settle", entry.key])

    # --- what is there ----------------------------------------------------------------------------------------------

    def item(self, item_id: str) -> Entry | None:
        """The entry of an item."""
        return self._by_item.get(item_id)

    def entry(self, key: str) -> Entry | None:
        """The entry of a key."""
        return self._by_key.get(key)

    @property
    def entries(self) -> list[Entry]:
        """Every entry, oldest first."""
        return list(self._entries)

    @property
    def streaming(self) -> list[Entry]:
        """Entries whose item has not been done yet."""
        return list(self._streaming.values())

    @property
    def growing(self) -> bool:
        """Whether something on screen shows by itself that more is to come."""
        return any(entry.kind != "assistant_message" or entry.spoke for entry in self._streaming.values())

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show."""
        return not self._entries

    # --- for windows ------------------------------------------------------------------------------------------------

    def frame(self) -> list[Op]:
        """The operations since the last frame; [] (and no new number) when nothing is different."""
        ops: list[Op] = [["remove", key] for key in self._removed]
        self._removed.clear()
        self.unshown = 0
        marked, self._marked = self._marked, {}
        number, context = self.n + 1, self._context()
        touched = list(marked.values())
        fresh = [entry for entry in touched if entry.fresh]
        if len(fresh) > MOST_ADDED:
            for entry in marked.values():
                entry.left_out(number)
            marked, fresh, ops = {}, [], [["anew"]]
        if len(fresh) > 1:
            places = {id(entry): place for place, entry in enumerate(self._entries)}
            fresh.sort(key=lambda entry: places[id(entry)], reverse=True)  # each goes before one already there
        for entry in fresh:
            ops.append(["add", entry.json(context), self._key_below(entry)])
            entry.sent(number)
            del marked[entry.key]
        for entry in marked.values():
            changes = list(entry.ops(context))
            ops.extend(changes)
            entry.sent(number if changes else entry.changed)
        self._marked.update((entry.key, entry) for entry in touched if entry.colouring)
        ops.extend(self._passing)
        self._passing.clear()
        if ops:
            self.n = number
        return clean(ops)

    @property
    def colouring(self) -> bool:
        """Whether there is something for the next frame by itself: code that waits for its colours."""
        return any(entry.colouring for entry in self._marked.values())

    def snapshot(self, since: int = -1, oldest: str | None = None) -> dict[str, Any]:
        """
        What a window needs that has applied every frame up to `since` (-1: none) and holds entries from `oldest` on.

        Call `frame` first: a snapshot stands at the last frame.
        """
        held = self._by_key.get(oldest) if oldest and since >= 0 else None
        if held is not None:
            start = self._entries.index(held)
            context = self._context()
            changed = [entry.json(context) for entry in self._entries[start:] if entry.changed > since]
        else:
            start, changed = self._page(len(self._entries))
        return {
            "n": self.n,
            "order": [entry.key for entry in self._entries[start:]],
            "entries": clean(changed),
            "older": start > 0,
            "edge": self.edge,
            "remembered": self.remembered,
            "tail": self._tail,
            "running": self._running,
        }

    def page(self, before: str) -> dict[str, Any]:
        """The entries above the one with key `before`, none when there is no such entry. Call `frame` first."""
        entry = self._by_key.get(before)
        start, entries = self._page(self._entries.index(entry) if entry else 0)
        return {"n": self.n, "entries": clean(entries), "older": start > 0}

    def _page(self, end: int) -> tuple[int, list[dict[str, Any]]]:
        entries: list[dict[str, Any]] = []
        start, size, context = end, 0, self._context()
        while start > 0 and len(entries) < PAGE and size < PAGE_HTML:
            start -= 1
            entries.append(self._entries[start].json(context))
            size += len(entries[-1]["html"]) + sum(len(a) + len(b) for _, a, b in entries[-1]["texts"])
        return start, entries[::-1]

    # --- inside -----------------------------------------------------------------------------------------------------

    def _mark(self, entry: Entry) -> None:
        self._marked[entry.key] = entry

    def _follow(self, entry: Entry, item: ItemState, context: RenderContext) -> None:
        """Let an entry show another copy of its item, which is mostly the same."""
        if entry.state is item:
            return
        same = entry.state is not None and entry.state.json == item.json
        entry.state = item
        if not same:
            entry.replace(item, context)
            self._mark(entry)

    def _notes_by_item(self) -> dict[str, list[Entry]]:
        """The workbench's own notes, by the item above them."""
        notes: dict[str, list[Entry]] = {}
        above = ""
        for entry in self._entries:
            if entry.state is None:
                notes.setdefault(above, []).append(entry)
            else:
                above = entry.state.id
        return notes

    def _keep_streaming(self, entry: Entry) -> None:
        if entry.status == "streaming":
            self._streaming[entry.key] = entry
        else:
            self._streaming.pop(entry.key, None)

    def _insert(self, entry: Entry, at: int) -> None:
        self._entries.insert(at, entry)
        self._by_key[entry.key] = entry
        if entry.state is not None:
            self._items += 1
            self._by_item[entry.state.id] = entry
        self._keep_streaming(entry)
        self._mark(entry)

    def _item_added(self, state: ThreadState, added: ItemAdded) -> None:
        item = state.items.get(added.item_id)
        if item is None or item.hidden or self.item(added.item_id) is not None:
            return
        at = len(self._entries)
        if added.index < self._items:  # not the newest: its place is below the item before it
            places = [place for place, entry in enumerate(self._entries) if entry.state is not None]
            at = places[added.index - 1] + 1 if added.index else 0
        self._insert(Entry.of(self._new_key(), item, self._context()), at)

    def _new_key(self) -> str:
        return f"e{next(self._keys)}"

    def _key_below(self, entry: Entry) -> str | None:
        at = self._entries.index(entry) + 1
        return self._entries[at].key if at < len(self._entries) else None
