"""A thread as it was at one moment, kept so that it costs little: what has not changed since is shared."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from chat.protocol import ItemState, ThreadState
from chat.rendering import MarkdownDocument

from .entry import Entry, Status
from .transcript import Transcript

__all__ = ["KeptState", "Scene", "SharedItems"]


class SharedItems(dict[str, ItemState]):
    """
    The items of a thread, of which checkpoints hold some, too: these are copied before anybody can change them.

    Whoever changes an item asks for it by its id first, and gets the copy; `copied` is told of it. Who goes through
    `values` only reads.
    """

    def __init__(self, items: Iterable[ItemState], copied: Callable[[ItemState], None]) -> None:
        super().__init__((item.id, item) for item in items)
        self._copied = copied
        self._own: set[str] = set()

    def share(self) -> tuple[ItemState, ...]:
        """All of them, in order, as they are now: from here on nobody changes them."""
        self._own.clear()
        return tuple(self.values())

    def get(self, key: str, default: Any = None, /) -> Any:
        return self[key] if key in self else default  # noqa: SIM401, as that is this

    def __getitem__(self, key: str, /) -> ItemState:
        item = super().__getitem__(key)
        if key not in self._own:
            item = item.copy()
            self[key] = item
            self._copied(item)
        return item

    def __setitem__(self, key: str, item: ItemState, /) -> None:
        self._own.add(key)
        super().__setitem__(key, item)


@dataclass(frozen=True, slots=True)
class KeptState:
    """A thread's state: its items in order, and all else."""

    items: tuple[ItemState, ...]
    rest: ThreadState

    @classmethod
    def of(cls, state: ThreadState, items: SharedItems) -> KeptState:
        """The state as it is now; `items` are its items."""
        return cls(items.share(), _with_items(state, {}))

    def state(self, copied: Callable[[ItemState], None]) -> tuple[ThreadState, SharedItems]:
        """The state, to go on from, and its items: see `SharedItems` for `copied`."""
        items = SharedItems(self.items, copied)
        return _with_items(self.rest, items), items


def _with_items(state: ThreadState, items: dict[str, ItemState]) -> ThreadState:
    other = copy.copy(state)
    other.items = items
    other.errors, other.notices, other.effects = list(state.errors), list(state.notices), list(state.effects)
    return other


class _Dress(NamedTuple):
    """How an entry looks where its item does not say it."""

    status: Status
    note: str
    mark: str
    in_widget: str
    actions: tuple[dict[str, Any], ...]

    @classmethod
    def of(cls, entry: Entry) -> _Dress:
        return cls(entry.status, entry.note, entry.mark, entry.in_widget, entry.actions)


def _is_plain(entry: Entry) -> bool:
    """Whether an item's entry looks as its item says."""
    return entry.state is not None and entry.status == entry.state.status and not (entry.note or entry.in_widget)


def _kept(document: MarkdownDocument) -> MarkdownDocument:
    return document if document.settled else document.copy()


@dataclass(frozen=True, slots=True)
class Scene:
    """What a transcript shows besides the items' own content."""

    notes: tuple[tuple[str, Entry, _Dress], ...]
    """The workbench's own entries: the id of the item above ("" for none), the entry, how it looks."""
    dresses: dict[str, _Dress]
    """By item id, where it is not what the item says."""
    documents: dict[str, dict[int | str, MarkdownDocument]]
    """By item id: texts that have grown, rendered as far as they were there."""

    @classmethod
    def of(cls, transcript: Transcript) -> Scene:
        """What is shown now."""
        notes: list[tuple[str, Entry, _Dress]] = []
        dresses: dict[str, _Dress] = {}
        documents: dict[str, dict[int | str, MarkdownDocument]] = {}
        above = ""
        for entry in transcript.entries:
            if entry.state is None:
                notes.append((above, entry, _Dress.of(entry)))
                continue
            above = entry.state.id
            if not _is_plain(entry):
                dresses[above] = _Dress.of(entry)
            if entry.documents:
                entry.catch_up()
                documents[above] = {part: _kept(one) for part, one in entry.documents.items()}
        return cls(tuple(notes), dresses, documents)

    def show(self, transcript: Transcript, state: ThreadState) -> None:
        """Let a transcript show the items of `state` in this scene; what is the same as before stays as it is."""
        notes: dict[str, list[Entry]] = {}
        looks = {entry.key: dress for _, entry, dress in self.notes}
        for above, entry, _ in self.notes:
            notes.setdefault(above, []).append(entry)
        transcript.arrange(state, notes)
        for entry in transcript.entries:
            item = entry.state
            if item is not None and (entry.documents or item.id in self.documents):
                self._show_texts(transcript, entry, self.documents.get(item.id, {}))
            dress = looks.get(entry.key) if item is None else self.dresses.get(item.id)
            if dress is None and item is not None and not _is_plain(entry):
                dress = _Dress(item.status, "", "", "", entry.actions)
            if dress is not None and _Dress.of(entry) != dress:
                transcript.dress(entry, **dress._asdict())

    def _show_texts(self, transcript: Transcript, entry: Entry, kept: dict[int | str, MarkdownDocument]) -> None:
        if entry.documents.keys() == kept.keys() and all(entry.documents[part] is one for part, one in kept.items()):
            return
        transcript.show_texts(entry, {part: _kept(one) for part, one in kept.items()})
