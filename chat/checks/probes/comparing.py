"""The rebuilt state of a thread beside the stored one: item by item, field by field."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chat.checks import comparison
from chat.checks.comparison import comparable, metadata_differs, mismatches, wrong_order
from chat.checks.findings import Evidence, Hit
from chat.checks.probes.own_thread import OwnThread
from chat.checks.probes.sightings import CouldNotRun, Found, NotApplicable
from chat.checks.probes.stored import Stored
from chat.checks.probes.visit import Visit
from chat.protocol import ItemState
from chat.protocol.vocabulary import HIDDEN_ITEM_TYPES

__all__ = ["compared", "items_to_compare", "need_readable", "whereabouts"]


def need_readable(visit: Visit) -> None:
    """Raise `CouldNotRun` when what is stored cannot be relied on, which other rules have said already."""
    if visit.notes.unreliable:
        raise CouldNotRun(visit.notes.unreliable)


def items_to_compare(thread: OwnThread) -> list[ItemState]:
    """Finished items that must be stored. Those whose id or thread is wrong are left to the rules about that."""
    twice = reused(thread)
    return [item for item in thread.visible() if item.id not in twice and comparable(item, thread.id)]


def reused(thread: OwnThread) -> dict[str, list[int]]:
    """Ids of messages that came in more than one turn, with the numbers of those turns from 1.

    Messages are never continued in a later turn; widgets, workflows, questions and tool calls may be.
    """
    turns: dict[str, list[int]] = {}
    for number, turn in enumerate(thread.turns, 1):
        for item_id in _messages(turn.answer.notable):
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
    streams = ((turn.answer.exchange.id, turn.answer.events) for turn in reversed(thread.turns))
    return comparison.whereabouts(streams, item_id, text)


def compared(thread: OwnThread, stored: Stored) -> Iterator[Found]:
    """Everything that is not stored, or otherwise than it was streamed."""
    expected = items_to_compare(thread)
    for one in mismatches(expected, thread.state.items, stored.items, whole=stored.whole):
        yield Found(one.rule_id, Hit(one.got, whereabouts(thread, one.item_id, one.words)))
    yield from _never_streamed(thread, stored)
    yield from _metadata(thread, stored)
    yield from _order(thread, expected, stored)


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
        got = metadata_differs(thread.state.json, stored.thread, key)
        if got:
            yield Found("persistence/differs", Hit(got, stored.answer.evidence(got)))


def _order(thread: OwnThread, expected: list[ItemState], stored: Stored) -> Iterator[Found]:
    arrived = [item.id for item in expected]
    got = wrong_order(arrived, _done_order(thread), [item["id"] for item in stored.items])
    if got:
        yield Found("paging/order", Hit(got, stored.answer.evidence(got), "`threads.get_by_id` is not oldest first"))


def _done_order(thread: OwnThread) -> list[str]:
    done: dict[str, None] = {}
    for turn in thread.turns:
        for event in turn.answer.notable:
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
