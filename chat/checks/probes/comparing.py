"""The rebuilt state of a thread beside the stored one: item by item, field by field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from chat.checks.case import content_mark
from chat.checks.differences import differences
from chat.checks.families.identity import PLACEHOLDER
from chat.checks.findings import Evidence, Hit, excerpt
from chat.checks.probes.own_thread import OwnThread
from chat.checks.probes.sightings import CouldNotRun, Found, NotApplicable
from chat.checks.probes.stored import Stored
from chat.checks.probes.visit import Visit
from chat.protocol import ItemState
from chat.protocol.vocabulary import HIDDEN_ITEM_TYPES

__all__ = ["compared", "items_to_compare", "need_readable", "whereabouts"]

_MOST_PATHS = 5


def need_readable(visit: Visit) -> None:
    """Raise `CouldNotRun` when what is stored cannot be relied on, which other rules have said already."""
    if visit.notes.unreliable:
        raise CouldNotRun(visit.notes.unreliable)


def items_to_compare(thread: OwnThread) -> list[ItemState]:
    """Finished items that must be stored. Those whose id or thread is wrong are left to the rules about that."""
    twice = reused(thread)
    return [
        item
        for item in thread.visible()
        if item.id != PLACEHOLDER and item.id not in twice and item.json.get("thread_id", thread.id) == thread.id
    ]


def reused(thread: OwnThread) -> dict[str, list[int]]:
    """Ids of messages that came in more than one turn, with the numbers of those turns from 1.

    Messages are never continued in a later turn; widgets, workflows, questions and tool calls may be.
    """
    turns: dict[str, list[int]] = {}
    for number, turn in enumerate(thread.turns, 1):
        for item_id in _messages(turn.answer.events):
            turns.setdefault(item_id, []).append(number)
    return {item_id: numbers for item_id, numbers in turns.items() if len(numbers) > 1}


def _messages(events: Any) -> dict[str, None]:
    ids: dict[str, None] = {}
    for event in events:
        if event.type in ("thread.item.added", "thread.item.done"):
            item = _item(event)
            if item.get("type") in ("assistant_message", "user_message") and isinstance(item.get("id"), str):
                ids[item["id"]] = None
    return ids


def whereabouts(thread: OwnThread, item_id: str, text: str = "") -> Evidence:
    """Where an item was streamed last, as evidence."""
    for turn in reversed(thread.turns):
        for event in reversed(turn.answer.events):
            if event.type in ("thread.item.done", "thread.item.replaced") and _item(event).get("id") == item_id:
                shown = excerpt(text or event.raw)
                exchange_id = turn.answer.exchange.id
                return Evidence(shown, event.index, event.start, event.end, event.at_ns / 1e6, item_id, exchange_id)
    return Evidence(excerpt(text), item_id=item_id)


def compared(thread: OwnThread, stored: Stored) -> Iterator[Found]:
    """Everything that is not stored, or otherwise than it was streamed."""
    by_id = {item["id"]: item for item in stored.items}
    expected = items_to_compare(thread)
    strangers = _by_content(item for item in stored.items if item["id"] not in thread.state.items)
    for item in expected:
        there = by_id.get(item.id)
        if there is None:
            renamed = strangers.get(content_mark(item.type, item.json.get("content")))
            if renamed is not None:
                got = f"{item.type} `{item.id}` is stored as `{renamed}`"
                yield Found("persistence/id-changes", Hit(got, whereabouts(thread, item.id)))
            elif stored.whole:
                got = f"{item.type} `{item.id}` is not in `threads.get_by_id`"
                yield Found("persistence/not-stored", Hit(got, whereabouts(thread, item.id)))
            continue
        differing = differences(item.json, there)
        if differing:
            more = f"; and {len(differing) - _MOST_PATHS} more" if len(differing) > _MOST_PATHS else ""
            got = f"{item.type} `{item.id}`: " + "; ".join(map(str, differing[:_MOST_PATHS])) + more
            yield Found("persistence/differs", Hit(got, whereabouts(thread, item.id, str(differing[0]))))
    yield from _never_streamed(thread, stored)
    yield from _metadata(thread, stored)
    yield from _order(thread, [item.id for item in expected if item.id in by_id], list(by_id), stored)


def _by_content(items: Iterable[dict[str, Any]]) -> dict[int, str]:
    """Ids of messages by what they say."""
    found = ((content_mark(item.get("type"), item.get("content")), str(item["id"])) for item in items)
    return {said: item_id for said, item_id in found if said}


def _never_streamed(thread: OwnThread, stored: Stored) -> Iterator[Found]:
    for item in stored.items:
        silent = item.get("type") in HIDDEN_ITEM_TYPES or item.get("type") == "end_of_turn"
        if item["id"] not in thread.state.items and not silent:
            got = f"{item.get('type')} `{item['id']}` is stored and was never streamed"
            yield Found("persistence/differs", Hit(got, stored.answer.evidence(str(item)[:400], item["id"])))


def _metadata(thread: OwnThread, stored: Stored) -> Iterator[Found]:
    if "id" not in stored.thread:
        return  # read through `items.list` alone
    for key in ("title", "status", "allowed_image_domains"):
        streamed, there = thread.state.json.get(key), stored.thread.get(key)
        if streamed is None or streamed == there or (key == "status" and there is None and _active(streamed)):
            continue
        if there is not None and key == "title":
            continue  # titles are often made later, in the background
        got = f"the thread's {key}: streamed {str(streamed)[:70]!r}, stored {str(there)[:70]!r}"
        yield Found("persistence/differs", Hit(got, stored.answer.evidence(got)))


def _active(status: Any) -> bool:
    return isinstance(status, dict) and status.get("type") == "active"


def _order(thread: OwnThread, arrived: list[str], stored_ids: list[str], stored: Stored) -> Iterator[Found]:
    wanted = set(arrived)
    there = [item_id for item_id in stored_ids if item_id in wanted]
    finished = [item_id for item_id in _done_order(thread) if item_id in wanted]
    if there not in (arrived, finished):
        got = "`threads.get_by_id` gives " + ", ".join(there[:6]) + "; streamed were " + ", ".join(arrived[:6])
        yield Found("paging/order", Hit(got, stored.answer.evidence(got), "`threads.get_by_id` is not oldest first"))


def _done_order(thread: OwnThread) -> list[str]:
    done: dict[str, None] = {}
    for turn in thread.turns:
        for event in turn.answer.events:
            item_id = _item(event).get("id") if event.type == "thread.item.done" else None
            if isinstance(item_id, str):
                done.setdefault(item_id)
    return list(done)


def _item(event: Any) -> dict[str, Any]:
    document = event.json
    item = document.get("item") if isinstance(document, dict) else None
    return item if isinstance(item, dict) else {}


def need_answers(thread: OwnThread) -> None:
    """Raise `CouldNotRun` when the agent said nothing that could be stored."""
    if thread.answers():
        return
    error = next((turn.answer.error_event for turn in thread.turns if turn.answer.error_event is not None), None)
    why = thread.turns[-1].answer.words if thread.turns else "no turn"
    if error is None and thread.turns and thread.turns[-1].answer.accepted:
        why = "no item of the assistant's was done"
    raise CouldNotRun(f"the agent answered nothing that could be stored: {why}")


def need_supported(visit: Visit, operation: str) -> None:
    """Raise `NotApplicable` when the backend has said that it does not know an operation."""
    words = visit.notes.unsupported.get(operation)
    if words is not None:
        raise NotApplicable(f"`{operation}` is not implemented ({words})")
