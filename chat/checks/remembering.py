"""What an exchange finds of its thread's history, and what it adds to it."""

from __future__ import annotations

from typing import Any

from chat.checks.case import Case, ItemRecord
from chat.checks.documents import document_items, whole_page
from chat.checks.history import Deletion, Streamed, ThreadHistory, ended_at
from chat.exchanges import Exchange
from chat.protocol.vocabulary import HIDDEN_ITEM_TYPES

__all__ = ["begin", "carry_on"]

_PAGES = ("threads.get_by_id", "items.list")
_MAY_GO = frozenset((*HIDDEN_ITEM_TYPES, "client_tool_call", "end_of_turn"))
"""Items that need not be found in the store: the SDK itself deletes calls that nobody answered."""


def begin(exchange: Exchange, history: ThreadHistory) -> ThreadHistory:
    """The history as it stands when this exchange is sent."""
    operation = exchange.request.operation
    if operation == "threads.create":
        return ThreadHistory(deleted=history.deleted)
    history.turns += 1
    history.retried = {}
    if operation == "threads.retry_after_item":
        asked = exchange.request.params.get("item_id")
        ids = list(history.items)
        if isinstance(asked, str) and asked in history.items:
            for later in ids[ids.index(asked) + 1 :]:
                history.retried[later] = history.items[later]
                history.forget(later)
    return history


def carry_on(case: Case) -> None:
    """Add what an exchange told to the history, beside the items that were noted on the way."""
    history = case.history
    history.thread_id = case.thread_id
    if case.creates and case.created:
        history.complete = True
    for record in case.items.values():
        if record.open:
            history.open.add(record.id)
        else:
            history.open.discard(record.id)
    if case.streaming:
        _take_stream(case)
    elif case.accepted:
        _take_answer(case)
    if not case.streaming and case.operation in (*_PAGES, "threads.list"):
        _learn_page(case)


def _take_stream(case: Case) -> None:
    history = case.history
    history.listed.clear()
    changed = case.params.get("item_id")
    if isinstance(changed, str) and case.operation != "threads.retry_after_item":
        history.streamed.pop(changed, None)  # what was acted upon may have changed
    if not case.ended_well or not case.accepted or case.error_at is not None:
        return  # what is kept of a turn that failed is the backend's affair
    until = ended_at(case.exchange)
    for record in case.items.values():
        earlier = history.streamed.pop(record.id, None)
        if _must_be_stored(record, case.thread_id):
            history.streamed[record.id] = Streamed(record.final, earlier.turn if earlier else history.turns, until)
    history.dropped |= {item_id: (kind, until) for item_id, kind in history.retried.items()}
    for item_id in case.items:
        history.dropped.pop(item_id, None)


def _must_be_stored(record: ItemRecord, thread_id: str | None) -> bool:
    return (
        record.done is not None
        and record.removed is None
        and record.done_count < 2
        and not record.touched
        and record.type not in _MAY_GO
        and record.final.thread_id == thread_id
    )


def _take_answer(case: Case) -> None:
    thread_id, item_id = case.params.get("thread_id"), case.params.get("item_id")
    if case.operation == "threads.delete" and isinstance(thread_id, str):
        case.history.deleted[thread_id] = Deletion.by(case.exchange)
    elif case.operation == "threads.sync_custom_action" and isinstance(item_id, str):
        case.history.streamed.pop(item_id, None)


def _learn_page(case: Case) -> None:
    document, params, history = case.document, case.params, case.history
    descending = case.operation != "threads.get_by_id" and params.get("order") != "asc"
    page: Any = document
    if case.operation == "threads.get_by_id" and isinstance(document, dict):
        page = document.get("items")
    if isinstance(page, dict) and case.accepted:
        history.pages.take(page, descending=descending, after=params.get("after"))
    if case.operation == "threads.list":
        return
    items = [item for item in document_items(case.operation, document) if isinstance(item.get("id"), str)]
    types = {item["id"]: str(item.get("type")) for item in items}
    history.add_page(types, descending=descending, after=params.get("after"))
    if isinstance(page, dict) and not page.get("has_more"):
        history.complete = True
    if whole_page(case.operation, params, document):
        history.listed[not descending] = tuple(item["id"] for item in items)
