"""Events that are valid each for itself, as one stream that the protocol allows.

Nothing goes on after an error, no id is used twice, whatever was begun is completed, and a message ends as the text
that was streamed. What the events say stays; where they contradict each other, the later word counts.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Generator, Sequence
from dataclasses import dataclass, field
from typing import Any

from chatkit.types import (
    AssistantMessageContent,
    AssistantMessageContentPartTextDelta,
    AssistantMessageItem,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemReplacedEvent,
    ThreadItemUpdatedEvent,
)
from pydantic import ValidationError

from chat.checks.repair import WENT_WRONG
from chat.protocol import EventDecoder, ThreadState, fold
from chat.protocol.adapters import item_adapter
from chat.protocol.vocabulary import HIDDEN_ITEM_TYPES

__all__ = ["NO_ID", "body_of", "in_order"]

NO_ID = "(no id)"
"""Stands where an item has no id; `in_order` gives it one."""
_PLACEHOLDERS = frozenset({NO_ID, "__fake_id__"})
_MADE_UP = re.compile(r"msg_(?:user|assistant)_\d+")
"""Ids that a translation makes where a stream has none."""
_PREFIXES = {"assistant_message": "msg", "user_message": "msg", "client_tool_call": "call"}
_MOST_PARTS = 1_000


def body_of(events: Sequence[Any]) -> bytes:
    """The events framed, as the body of an answer."""
    return b"".join(
        b"data: " + event.model_dump_json(exclude_none=True, by_alias=True).encode() + b"\n\n" for event in events
    )


def in_order(
    events: Sequence[Any], thread_id: str, taken: Collection[str] = ()
) -> Generator[None, None, tuple[list[Any], dict[str, str]]]:
    """
    The events as a stream that the protocol allows; and the ids of the backend's that had to be changed, with the new.
    In steps.

    `taken` are ids that items of earlier turns have.
    """
    order = _Order(thread_id, taken)
    for event in events:
        order.take(event)
        yield
    yield from order.close()
    return [event for event in order.written if event is not None], order.changed


@dataclass(slots=True)
class _Item:
    """An item as it was written so far."""

    id: str
    type: str
    last: Any
    open: bool
    parts: dict[int, list[str]] = field(default_factory=dict)
    deltas: dict[int, list[int]] = field(default_factory=dict)
    """Places of a part's deltas in what was written."""


class _Order:
    """One stream being put in order."""

    def __init__(self, thread_id: str, taken: Collection[str]) -> None:
        self.written: list[Any] = []
        self.changed: dict[str, str] = {}
        self._thread_id = thread_id
        self._taken = taken
        self._names: dict[str, str] = {}
        self._open: dict[str, _Item] = {}
        self._numbers: dict[str, int] = {}
        """The next number for ids that begin like this."""
        self._items: dict[str, _Item] = {}
        self._failed = False
        self._creates = False

    def take(self, event: Any) -> None:
        kind = event.type
        if self._failed and kind != "thread.updated":
            return
        if kind == "thread.created":
            if not self._creates and not self._items:
                self._creates = True
                self.written.append(event)
        elif kind in ("thread.item.added", "thread.item.done", "thread.item.replaced"):
            self._take_item(kind, event.item)
        elif kind == "thread.item.updated":
            self._take_update(event)
        elif kind == "thread.item.removed":
            known = self._known(event.item_id)
            if known is not None or not self._creates:
                self.written.append(event.model_copy(update={"item_id": known.id if known else event.item_id}))
            if known is not None:
                del self._items[known.id]
                self._open.pop(known.id, None)
        elif kind == "error":
            self._failed = True
            unseen = event.code == "custom" and not (event.message or "").strip()
            self.written.append(event.model_copy(update={"message": WENT_WRONG}) if unseen else event)
        else:
            self.written.append(event)

    def close(self) -> Generator[None, None, None]:
        """Complete what is still open, unless an error has ended everything."""
        left = [item for item in self._items.values() if item.open and item.type != "generated_image"]
        if self._failed or not left:
            return
        waits = any(item.type == "client_tool_call" for item in self._items.values())
        now, decoder = ThreadState(), EventDecoder()
        for written in filter(None, self.written):
            for event in decoder.feed(body_of([written]), 0):
                fold(now, event)
            yield
        for item in left:
            if waits and item.type in ("workflow", "widget"):
                continue  # it goes on in the stream that answers the tool's result
            state = now.items.get(item.id)
            try:
                whole = item_adapter().validate_python(state.json) if state is not None else item.last
            except ValidationError:
                whole = item.last
            self.written.append(ThreadItemDoneEvent(item=whole))
            yield

    def _take_item(self, kind: str, item: Any) -> None:
        if item.type in HIDDEN_ITEM_TYPES:
            return
        known = self._known(item.id, item.type)
        if kind == "thread.item.added":
            if known is None or not known.open or known.type != item.type:
                known = self._begin(item)
                self.written.append(ThreadItemAddedEvent(item=self._named(item, known)))
            return
        if kind == "thread.item.done" and known is not None and not known.open and known.type == item.type:
            same = self._named(item, known)
            if same == known.last:
                return
            if item.id not in _PLACEHOLDERS:
                kind = "thread.item.replaced"
        if known is None or known.type != item.type or (not known.open and item.id in _PLACEHOLDERS):
            if kind == "thread.item.replaced":
                self.written.append(ThreadItemReplacedEvent(item=self._in_thread(item)))
                return
            known = self._begin(item)
        named = self._named(item, known)
        if item.type == "assistant_message" and known.open:
            for index, part in enumerate(named.content):
                named.content[index] = part.model_copy(update={"text": self._agreed(known, index, part.text)})
            for index in range(len(named.content), max(known.deltas, default=-1) + 1):
                named.content.append(AssistantMessageContent(text="".join(known.parts.get(index, ()))))
        known.open, known.last = False, named
        self._open.pop(known.id, None)
        make = ThreadItemDoneEvent if kind == "thread.item.done" else ThreadItemReplacedEvent
        self.written.append(make(item=named))

    def _take_update(self, event: Any) -> None:
        update = event.update
        of_message = update.type.startswith("assistant_message.")
        known = self._known(event.item_id, "assistant_message" if of_message else "")
        if known is None and of_message:
            stamp = next((e.item.created_at for e in self.written if getattr(e, "item", None)), None)
            stamp = stamp or next((e.thread.created_at for e in self.written if getattr(e, "thread", None)), None)
            if stamp is None:
                return
            self._take_item(
                "thread.item.added",
                AssistantMessageItem(id=event.item_id, thread_id=self._thread_id, created_at=stamp, content=[]),
            )
            known = self._known(event.item_id, "assistant_message")
        if known is None:
            if not self._creates:
                self.written.append(event)  # an earlier turn may have brought it
            return
        if of_message and known.open and 0 <= update.content_index < _MOST_PARTS:
            update = self._take_text(known, update)
        self.written.append(event.model_copy(update={"item_id": known.id, "update": update}))

    def _take_text(self, known: _Item, update: Any) -> Any:
        index, kind = update.content_index, update.type.rpartition(".")[2]
        if kind == "text_delta":
            known.parts.setdefault(index, []).append(update.delta)
            known.deltas.setdefault(index, []).append(len(self.written))
        elif kind == "added":
            known.parts[index] = [update.content.text]
            known.deltas.pop(index, None)
        elif kind == "done":
            text = self._agreed(known, index, update.content.text)
            return update.model_copy(update={"content": update.content.model_copy(update={"text": text})})
        return update

    def _agreed(self, known: _Item, index: int, final: str) -> str:
        """The text that a part ends with; its deltas are made to say the same."""
        places = known.deltas.get(index)
        streamed = "".join(known.parts.get(index, ()))
        if not places or streamed == final:
            return final
        if not final:
            return streamed
        first = self.written[places[0]]
        if final.startswith(streamed):
            rest = AssistantMessageContentPartTextDelta(content_index=index, delta=final[len(streamed) :])
            places.append(len(self.written))
            self.written.append(ThreadItemUpdatedEvent(item_id=known.id, update=rest))
        else:
            for place in places:
                self.written[place] = None
            begun = "".join(known.parts[index][: -len(places)])
            text = final.removeprefix(begun) if final.startswith(begun) else final
            whole = AssistantMessageContentPartTextDelta(content_index=index, delta=text)
            self.written[places[0]] = first.model_copy(update={"update": whole})
            del places[1:]
        known.parts[index] = [final]
        return final

    def _known(self, item_id: str, kind: str = "") -> _Item | None:
        if item_id == NO_ID:
            return next((item for item in reversed(self._open.values()) if kind in ("", item.type)), None)
        return self._items.get(self._names.get(item_id, item_id))

    def _begin(self, item: Any) -> _Item:
        name = item.id
        in_the_way = name in self._items or (name in self._taken and item.type.endswith("_message"))
        if name in _PLACEHOLDERS or in_the_way:
            made_up = name in _PLACEHOLDERS or _MADE_UP.fullmatch(name)
            stem = _PREFIXES.get(item.type, item.type) if name in _PLACEHOLDERS else name
            stem = stem.rstrip("0123456789_") if made_up else stem
            number = self._numbers.get(stem, 1 if name in _PLACEHOLDERS else 2)
            while f"{stem}_{number}" in self._items or f"{stem}_{number}" in self._taken:
                number += 1
            self._numbers[stem] = number + 1
            name = f"{stem}_{number}"
            if not made_up:
                self.changed[item.id] = name
        self._names[item.id] = name
        known = self._items[name] = self._open[name] = _Item(name, item.type, item, True)
        if item.type == "assistant_message":
            known.parts = {index: [part.text] for index, part in enumerate(item.content)}
        return known

    def _in_thread(self, item: Any) -> Any:
        return item.model_copy(update={"thread_id": self._thread_id})

    def _named(self, item: Any, known: _Item) -> Any:
        update: dict[str, Any] = {"thread_id": self._thread_id, "id": known.id}
        if item.type == "assistant_message":
            update["content"] = list(item.content)
        return item.model_copy(update=update)
