"""Rules about ids: of items, and of the thread they belong to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from chat.checks.case import Case, item_of, same_content, value_of
from chat.checks.documents import document_items
from chat.checks.findings import Hit, Level
from chat.checks.history import content_mark
from chat.checks.rules import DOCUMENT, ITEM_EVENTS, UPDATES, rule

if TYPE_CHECKING:
    from chat.protocol import Event

_MESSAGES = ("user_message", "assistant_message")
PLACEHOLDER = "__fake_id__"
"""The id that the Agents SDK uses where a model gives none (Chat Completions, LiteLLM)."""

_REMAP = """ids: dict[str, str] = {}
async for event in stream_agent_response(agent_context, result):
    if event.type == "thread.item.added":
        ids[event.item.id] = self.store.generate_item_id("message", thread, context)
    if event.type in ("thread.item.added", "thread.item.done"):
        event.item.id = ids.get(event.item.id, event.item.id)
    elif event.type == "thread.item.updated":
        event.item_id = ids.get(event.item_id, event.item_id)
    yield event"""


@rule(
    "identity/placeholder-id",
    level=Level.ERROR,
    on=(*ITEM_EVENTS, *UPDATES, DOCUMENT),
    title="Items carry a placeholder instead of an id",
    expected="an id of its own for every item",
    why="Every answer has the same id: each reply overwrites the one before.",
    fix=_REMAP,
    widget="Shows the first answer; the next one under the same id most likely takes its place.",
)
def placeholder_id(case: Case, event: Event | None = None) -> Iterator[Hit] | Hit | None:
    if event is None:
        return _stored_placeholders(case)
    value = value_of(event)
    item_id = value.item_id if event.type == "thread.item.updated" else value.item.id
    if item_id != PLACEHOLDER:
        return None
    return Hit(f"`{item_id}` in `{event.type}`", case.at(event, item_id), f"The id of an item is `{PLACEHOLDER}`")


def _stored_placeholders(case: Case) -> Iterator[Hit]:
    for item in document_items(case.operation, case.document):
        if item.get("id") == PLACEHOLDER:
            yield Hit(f"`{PLACEHOLDER}` stored as {item.get('type')}", case.place(text=json.dumps(item)[:400]))


@rule(
    "identity/reused-id",
    level=Level.ERROR,
    kind="both",
    on=("thread.item.added", "thread.item.done", DOCUMENT),
    title="Two items share an id",
    expected="an id of its own for every item",
    why="The second item overwrites the first: an answer, or a question, is gone.",
    fix='item_id = self.store.generate_item_id("message", thread, context)',
    widget="Puts the second into the bubble of the first: an answer under the question's id stands where that was.",
)
def reused_id(case: Case, event: Event | None = None) -> Iterator[Hit] | Hit | None:
    if event is None:
        return _stored_twice(case)
    item = item_of(event)
    record = case.items.get(item.id)
    added = event.type == "thread.item.added"
    if record is not None:
        if record.removed is not None:
            return None
        if added and record.added is not None and record.done is None and record.type == item.type:
            got = f"`{item.id}` added twice, at events {record.added} and {event.index}"
        elif added or record.type != item.type:
            place = record.done if record.done is not None else record.added
            got = f"`{item.id}` for {record.type} (event {place}) and for {item.type} (event {event.index})"
        else:
            return None
    else:
        earlier = case.history.items.get(item.id)
        # done alone may complete or replace what an earlier turn brought; messages are never continued
        if earlier is None or not (added or earlier != item.type or item.type.endswith("_message")):
            return None
        got = f"`{item.id}` for {earlier} of an earlier turn and for {item.type} (event {event.index})"
    return Hit(got, case.at(event, item.id), f"Two items share the id `{item.id}`", key=item.id)


def _stored_twice(case: Case) -> Iterator[Hit]:
    if case.operation == "threads.list":
        return
    seen: dict[str, Any] = {}
    for item in document_items(case.operation, case.document):
        item_id = item.get("id")
        if isinstance(item_id, str):
            if item_id in seen and not _same(seen[item_id], item):
                yield Hit(f"`{item_id}` twice in one page", case.place(text=json.dumps(item)[:400]), key=item_id)
            seen.setdefault(item_id, item)


@rule(
    "identity/stored-twice",
    level=Level.ERROR,
    on=DOCUMENT,
    about=("threads.get_by_id", "items.list"),
    title="The same item is stored twice",
    expected="each item once in the thread",
    why="After a reload the user reads the same message twice.",
    fix="async def respond(self, thread, input_user_message, context):\n"
    "    ...\n"
    "    yield ThreadItemDoneEvent(item=item)  # once; the SDK saves it: no store.add_thread_item() here",
    widget="Shows it twice.",
)
def stored_twice(case: Case) -> Iterator[Hit]:
    if case.operation == "threads.list":
        return
    seen: dict[str, Any] = {}
    items = document_items(case.operation, case.document)
    yield from _under_two_ids(case, items)
    for item in items:
        item_id = item.get("id")
        if isinstance(item_id, str) and item_id in seen and _same(seen[item_id], item):
            yield Hit(
                f"{item.get('type')} `{item_id}`",
                case.place(text=json.dumps(item)[:400]),
                f"`{item_id}` stands twice in one page, {_as_it_was(seen[item_id], item)}",
                f"Items stand twice in one page, {_as_it_was(seen[item_id], item)}",
            )
        elif isinstance(item_id, str):
            seen.setdefault(item_id, item)


def _under_two_ids(case: Case, items: list[dict[str, Any]]) -> Iterator[Hit]:
    """Neighbours that say the same, of which one was streamed and the other was never seen: likely, not sure."""
    said = case.history.said
    for one, other in pairwise(items if case.history.complete else ()):
        ids = one.get("id"), other.get("id")
        mark = content_mark(one.get("type"), one.get("content"))
        if (
            one.get("type") not in _MESSAGES
            or mark != content_mark(other.get("type"), other.get("content"))
            or not mark
        ):
            continue
        if ids[0] != ids[1] and (ids[0] in said) != (ids[1] in said):
            yield Hit(
                f"`{ids[0]}` and `{ids[1]}`, one after the other",
                case.place(text=json.dumps(other)[:400]),
                "A message stands twice, under two ids: stored by `respond()` and by the SDK, most likely",
                key="two ids",
                level=Level.WARNING,
            )


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two items are one that was stored twice, perhaps with the time of each storing."""
    return {**one, "created_at": None} == {**other, "created_at": None}


def _as_it_was(one: dict[str, Any], other: dict[str, Any]) -> str:
    return "the same to the letter" if one == other else "the same but for its time"


@rule(
    "identity/wrong-thread",
    level=Level.ERROR,
    on=(*ITEM_EVENTS, DOCUMENT),
    title="An item belongs to another thread",
    expected="the id of the thread in every item's `thread_id`",
    why="The item is stored elsewhere, or nowhere: it is gone after a reload.",
    fix="item.thread_id = thread.id",
    widget="Shows the item while it streams; what `threads.get_by_id` answers decides after a reload.",
)
def wrong_thread(case: Case, event: Event | None = None) -> Iterator[Hit] | Hit | None:
    if event is None:
        return _stored_elsewhere(case)
    item = item_of(event)
    if case.thread_id is None or item.thread_id == case.thread_id:
        return None
    return Hit(
        f"`{item.thread_id}` in {item.type} `{item.id}`",
        case.at(event, item.id),
        expected=f"`{case.thread_id}`",
        fix=f"item.thread_id = thread.id  # {case.thread_id!r}, not {item.thread_id!r}",
    )


def _stored_elsewhere(case: Case) -> Iterator[Hit]:
    thread_id = case.params.get("thread_id")
    if case.operation == "threads.list" or not isinstance(thread_id, str):
        return
    for item in document_items(case.operation, case.document):
        if isinstance(item.get("thread_id"), str) and item["thread_id"] != thread_id:
            yield Hit(
                f"`{item['thread_id']}` in `{item.get('id')}`",
                case.place(text=json.dumps(item)[:400]),
                expected=f"`{thread_id}`",
            )


@rule(
    "identity/done-twice",
    level=Level.ERROR,
    on="thread.item.done",
    title="The same item is completed twice",
    expected="`thread.item.done` once for each item",
    why="A store that appends has it twice: the user sees the answer double after a reload.",
    fix="async def respond(self, thread, input_user_message, context):\n"
    "    ...\n"
    "    yield ThreadItemDoneEvent(item=item)  # once; the SDK saves it: no store.add_thread_item() here",
    widget="Shows it once, until the thread is loaded again.",
)
def done_twice(case: Case, event: Event) -> Hit | None:
    item = item_of(event)
    record = case.items.get(item.id)
    if record is None or not record.done_count or record.done is None or record.type != item.type:
        return None
    if not same_content(record.final, item):
        return None  # lifecycle/done-differs
    return Hit(
        f"{item.type} `{item.id}` at events {record.done} and {event.index}",
        case.at(event, item.id),
        f"`{item.id}` is completed twice",
        key=item.id,
    )
