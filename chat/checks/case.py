"""The facts of one exchange that rules judge by, gathered in one pass over its events.

Rules are asked about an event *before* its facts are taken in: `case.items` then says how things stood when it came.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from chat.checks.documents import problems_of_document
from chat.checks.findings import Evidence, excerpt
from chat.checks.flow import Flow
from chat.checks.history import ThreadHistory, content_mark
from chat.checks.rules import CONSOLE_TEXT, ITEM_EVENTS, PREFLIGHT, TEXT_DELTA
from chat.exchanges import CONSOLE, OPERATIONS, Exchange
from chat.exchanges.documents import document_of, unread
from chat.protocol.widget_tree import WidgetTree
from chat.steps import at_once

if TYPE_CHECKING:
    from chat.protocol import Event, Problem

__all__ = ["Case", "ItemRecord", "ThreadHistory", "content_mark", "item_of", "same_content", "value_of"]

_CREATES = "threads.create"
_APART = {"OPTIONS": PREFLIGHT, CONSOLE: CONSOLE_TEXT}
_FIRST_EVENTS_KEPT = 40


@dataclass(slots=True)
class ItemRecord:
    """What one stream said about one item."""

    id: str
    type: str
    added: int | None = None
    """Index of the event that added it."""
    done: int | None = None
    """Index of the event that completed it last."""
    done_count: int = 0
    removed: int | None = None
    final: Any = None
    """The item as the last whole-item event gave it."""
    open: bool = False
    """Added, and neither done nor removed since."""
    parts: dict[int, list[str]] = field(default_factory=dict)
    """Text of each content part as streamed, in pieces."""
    streamed: set[int] = field(default_factory=set)
    """Content parts that received deltas."""
    earlier: bool = False
    """Whether an earlier exchange had brought an item of this id."""
    touched: bool = False
    """Updated after it was completed."""
    annotated: bool = False
    """Whether annotations came before it was completed."""
    widget: WidgetTree | None = None
    """The widget as its updates left it."""


def same_content(one: Any, other: Any) -> bool:
    """Whether two items, typed, say the same: when each was made does not matter."""
    return bool(one.model_copy(update={"created_at": other.created_at}) == other)


def value_of(event: Event) -> Any:
    """The typed value of an event that is known to be valid."""
    return event.value


def item_of(event: Event) -> Any:
    """The item of an event that is known to carry one."""
    return value_of(event).item


class Case:
    """The facts of one exchange. Cost per event: constant; per text delta: one append."""

    def __init__(self, exchange: Exchange, history: ThreadHistory) -> None:
        self.exchange = exchange
        self.history = history
        self.items: dict[str, ItemRecord] = {}
        self.user_messages = 0
        """`thread.item.done` events with a message of the user's."""
        self.elsewhere: set[str] = set()
        """Ids of items of earlier turns that this stream updated or removed."""
        self.pending_calls: dict[str, ItemRecord] = {}
        """Client tool calls of this stream that wait for their result."""
        self.counts: Counter[str] = Counter()
        """How many valid events of each type there were; updates count under their own type."""
        self.invalid_types: Counter[str] = Counter()
        """How many events of each known type did not validate."""
        self.created: list[tuple[int, str]] = []
        """(event index, thread id) of each `thread.created`."""
        self.thread_id: str | None = history.thread_id
        self.error_at: int | None = None
        """Index of the first `error` event, valid or not."""
        self.error: Event | None = None
        self.locks = False
        """Whether the stream locks or closes the thread and says why."""
        self.with_zone: set[bool] = set()
        """Whether the times of threads and items so far have a zone; both, when some have one and some have not."""
        self.first_at_ns: int | None = None
        """When the first event came, nanoseconds since the request was sent."""
        self.flow = Flow()
        self._not_valid = 0
        self.unnamed: dict[str, bool] = {}
        """Ids proposed for items that came without one, and whether more of the item is to come."""
        self.first_events: list[Event] = []
        """The first events, enough to say what a stream looks like."""
        thread_id = self.params.get("thread_id")
        if isinstance(thread_id, str):
            self.thread_id = thread_id

    # What came

    @property
    def events(self) -> int:
        """Events so far."""
        return self.last.index + 1 if self.last is not None else 0

    @property
    def last(self) -> Event | None:
        """The last event so far."""
        return self.flow.last

    def taken_before(self) -> frozenset[str]:
        """Ids that the thread's items have from earlier exchanges, or were given in the streams proposed for them."""
        there = (name for name in self.history.items if name not in self.items or self.items[name].earlier)
        retried = self.operation == "threads.retry_after_item"  # what it throws away may come again
        return frozenset((*there, *(() if retried else self.history.meant)))

    @property
    def kinds(self) -> frozenset[str]:
        """The types of the valid events so far; an update counts under its own."""
        return frozenset((*self.counts, *((TEXT_DELTA,) if self.flow.quiet_deltas else ())))

    @property
    def all_valid(self) -> bool:
        """Whether every event so far is one of ChatKit's."""
        return bool(self.events) and not self._not_valid

    @property
    def valid(self) -> int:
        """Valid events so far."""
        return self.events - self._not_valid

    # What was asked

    @cached_property
    def request(self) -> dict[str, Any]:
        """The request's JSON, {} when there is none."""
        return self.exchange.request.document

    @cached_property
    def params(self) -> dict[str, Any]:
        """The request's params, {} when there are none."""
        params = self.request.get("params")
        return params if isinstance(params, dict) else {}

    @cached_property
    def malformed(self) -> bool:
        """Whether what was sent is no ChatKit request: it has a body, and that names no operation of ChatKit's."""
        return bool(self.exchange.request.body) and self.exchange.request.operation not in OPERATIONS

    @cached_property
    def apart(self) -> str:
        """The one moment that is asked about what is no exchange of ChatKit's at all; "" for all others."""
        return _APART.get(self.exchange.request.method, "")

    @property
    def operation(self) -> str:
        """The operation asked for, or the one the stream shows it must have been; "" when that cannot be known."""
        return self.exchange.request.operation or (_CREATES if self.created else "")

    @property
    def creates(self) -> bool:
        """Whether this exchange begins a thread."""
        return self.operation == _CREATES

    @property
    def sends_message(self) -> bool:
        """Whether this exchange brings a message of the user's."""
        return self.operation in (_CREATES, "threads.add_user_message")

    @cached_property
    def streaming(self) -> bool:
        """Whether a stream of events is the right answer: `Exchange.expects_stream`, asked once."""
        return self.exchange.expects_stream

    # What was answered

    @property
    def head_known(self) -> bool:
        """Whether status and headers are part of the record: a pasted body has none."""
        return self.exchange.status is not None

    @property
    def timed(self) -> bool:
        """Whether the times of the chunks are real."""
        return self.exchange.headers_at_ns is not None

    @property
    def ended_well(self) -> bool:
        """Whether the body came to its own end."""
        return self.exchange.outcome == "complete"

    @property
    def accepted(self) -> bool:
        """Whether the status is one under which a body of events is read."""
        status = self.exchange.status
        return status is None or 200 <= status < 300

    def text(self, size: int = 400) -> str:
        """The beginning of the body, as text."""
        return self.exchange.beginning(size).decode("utf-8", "replace")

    def whole(self, size: int = 400) -> Evidence:
        """The evidence that the whole body is, of which as much is shown."""
        return self.place(0, self.exchange.size, self.text(size))

    def let_go(self) -> None:
        """The examination is over: the parsed body, which is kept in its chunks as well, is made again if asked for."""
        vars(self).pop("document", None)

    @cached_property
    def document(self) -> Any:
        """The body's JSON, None when it is not JSON, or `unread`. Only at the end."""
        return document_of(self.exchange)

    @cached_property
    def unread(self) -> str:
        """Why the workbench does not read the JSON of the body, in words; "" when it does. Only at the end."""
        return unread(self.exchange) if self.document is None else ""

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the answer of an operation that answers JSON. Only at the end."""
        return at_once(self._problems())

    def judging(self) -> Generator[None, None, None]:
        """Find the `problems` in steps: they are there then."""
        vars(self)["problems"] = yield from self._problems()

    def _problems(self) -> Generator[None, None, tuple[Problem, ...]]:
        if not self.accepted or not isinstance(self.document, dict):
            return ()
        yield
        return (yield from problems_of_document(self.operation, self.document))

    @property
    def history_known(self) -> bool:
        """Whether every item of the thread is known, so that an unknown id is a fault."""
        return self.creates or self.history.complete

    def record(self, item_id: str) -> ItemRecord | None:
        """What this stream said about an item so far."""
        return self.items.get(item_id)

    def known(self, item_id: str) -> bool:
        """Whether this stream or an earlier exchange brought the item."""
        return item_id in self.items or item_id in self.history.items

    # Evidence

    def at(self, event: Event, item_id: str | None = None) -> Evidence:
        """The evidence that an event is."""
        return Evidence(
            excerpt(event.raw), event.index, event.start, event.end, event.at_ns / 1e6, item_id, self.exchange.id
        )

    def place(self, start: int | None = None, end: int | None = None, text: str = "") -> Evidence:
        """The evidence that a stretch of the body is; without one, the exchange as a whole."""
        return Evidence(excerpt(text), start=start, end=end, exchange_id=self.exchange.id)

    def item_place(self, item_id: str, index: int | None) -> Evidence:
        """The evidence that an earlier event about an item is, which is not kept any more."""
        early = next((event for event in self.first_events if event.index == index), None)
        if early is not None:
            return self.at(early, item_id)
        return Evidence(event=index, item_id=item_id, exchange_id=self.exchange.id)

    # Gathering

    def take(self, event: Event) -> None:
        """Take an event's facts in, after the rules were asked about it."""
        self.flow.stop()
        self.flow.take(event)
        if self.first_at_ns is None:
            self.first_at_ns = event.at_ns
        if len(self.first_events) < _FIRST_EVENTS_KEPT:
            self.first_events.append(event)
        value: Any = event.value
        if value is None:
            self._not_valid += 1
            if event.type == "error":
                self._take_error(event)
            return
        kind = value.type
        if kind == "thread.item.updated":
            self._take_update(event, value)
        else:
            self.counts[kind] += 1
            if kind in ITEM_EVENTS:
                self.with_zone.add(value.item.created_at.tzinfo is not None)
                self._take_item(event, kind, value.item)
            elif kind == "thread.updated":
                self.with_zone.add(value.thread.created_at.tzinfo is not None)
                self.locks = self.locks or bool(getattr(value.thread.status, "reason", None))
                self.history.saved_whole = self.history.saved_whole or bool(self.created)
            elif kind == "thread.created":
                self.with_zone.add(value.thread.created_at.tzinfo is not None)
                self.created.append((event.index, value.thread.id))
                self.thread_id = value.thread.id
            elif kind == "thread.item.removed":
                record = self.items.get(value.item_id)
                if record is not None:
                    record.removed, record.open = event.index, False
                else:
                    self.elsewhere.add(value.item_id)
                self.pending_calls.pop(value.item_id, None)
                self.history.forget(value.item_id)
            elif kind == "error":
                self._take_error(event)

    def _take_error(self, event: Event) -> None:
        if self.error_at is None:
            self.error_at, self.error = event.index, event

    def take_delta(self, event: Event, item_id: str, update: Any) -> bool:
        """Take in a text delta that simply continues an open message, whose part has begun, before any error.

        False for every other one, and for a sample: those are to be judged first.
        """
        record = self.items.get(item_id)
        if record is None or not record.open or self.error_at is not None:
            return False
        quiet = self.flow.counts()
        part = update.content_index
        if part not in record.streamed or not quiet or not event.terminated:
            return False
        pieces = record.parts[part]
        pieces.append(update.delta)
        self.flow.take(event)
        self.flow.begin(item_id, update, pieces)
        return True

    def _take_item(self, event: Event, kind: str, item: Any) -> None:
        record = self.items.get(item.id)
        if record is None:
            record = self.items[item.id] = ItemRecord(item.id, item.type, earlier=item.id in self.history.items)
        record.type, record.final, record.touched = item.type, item, False
        self.history.zones.add(item.created_at.tzinfo is not None)
        if self.thread_id is None:
            self.thread_id = item.thread_id
        if kind == "thread.item.added":
            record.added, record.done, record.removed, record.open = event.index, None, None, True
        else:
            record.done, record.open = event.index, False
            record.done_count += kind == "thread.item.done"
            if kind == "thread.item.done" and item.type in ("user_message", "assistant_message"):
                self.history.said[item.id] = content_mark(item.type, item.content)
            self.user_messages += kind == "thread.item.done" and item.type == "user_message"
            self.history.items[item.id] = item.type
        if item.type == "client_tool_call" and kind != "thread.item.added" and item.status == "pending":
            self.pending_calls[item.id] = record
        else:
            self.pending_calls.pop(item.id, None)
        if item.type == "assistant_message":
            record.parts = {index: [part.text] for index, part in enumerate(item.content)}
            record.streamed = set()
        elif item.type == "widget":
            record.widget = WidgetTree(_as_json(item.widget))

    def _take_update(self, event: Event, value: Any) -> None:
        update = value.update
        kind = update.type
        self.counts[kind] += 1
        record = self.items.get(value.item_id)
        if record is None:
            self.history.streamed.pop(value.item_id, None)  # it is not any more what it was
            self.elsewhere.add(value.item_id)
            return
        record.touched = record.touched or record.done is not None
        if kind == TEXT_DELTA:
            record.parts.setdefault(update.content_index, []).append(update.delta)
            record.streamed.add(update.content_index)
        elif kind in ("assistant_message.content_part.added", "assistant_message.content_part.done"):
            record.parts[update.content_index] = [update.content.text]
            record.annotated = record.annotated or bool(update.content.annotations)
        elif kind == "assistant_message.content_part.annotation_added":
            record.annotated = True
        elif kind.startswith("widget.") and record.widget is not None:
            _grow(record.widget, update)


def _grow(widget: WidgetTree, update: Any) -> None:
    """Take a typed update of a widget in; one for an unknown component changes nothing (protocol facts, 3.10)."""
    if update.type == "widget.root.updated":
        widget.replace_root(_as_json(update.widget))
    elif update.type == "widget.component.updated":
        widget.replace(update.component_id, _as_json(update.component))
    else:
        widget.append(update.component_id, update.delta)


def _as_json(piece: BaseModel) -> dict[str, Any]:
    return piece.model_dump(exclude_none=True)
