"""The threads of a recording as they are at its end: streams folded, pages taken in, in the order of the exchanges."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from chat.checks.documents import document_items
from chat.checks.threads import thread_of
from chat.diff.reading import Answer
from chat.protocol import (
    PagePlaces,
    ThreadState,
    complete_tool_call,
    end_stream,
    fold,
    load_page,
    load_thread,
    rename_thread,
    truncate_after,
    upsert_item,
)

__all__ = ["end_states"]


def end_states(answers: Iterable[Answer]) -> dict[str, ThreadState]:
    """By thread id; threads that were deleted are not there."""
    states: dict[str, ThreadState] = {}
    places: dict[str, PagePlaces] = defaultdict(PagePlaces)
    for answer in answers:
        thread_id = thread_of(answer.exchange) or _named_by_items(answer)
        operation = answer.exchange.request.operation
        succeeded = 200 <= (answer.exchange.status or 0) < 300
        if operation == "threads.delete" and succeeded:
            states.pop(thread_id, None)
        elif answer.exchange.expects_stream:
            if answer.examined.events or succeeded:
                _stream(states.setdefault(thread_id, ThreadState()), answer)
        elif succeeded and thread_id and isinstance(answer.document, dict):
            _document(states.setdefault(thread_id, ThreadState()), places[thread_id], answer)
    return states


def _named_by_items(answer: Answer) -> str:
    """The thread that the stream's first item says it belongs to: a pasted body may have no more."""
    return next((mention.id for mention in answer.mentions if mention.noun == "thread"), "")


def _stream(state: ThreadState, answer: Answer) -> None:
    operation, params = answer.exchange.request.operation, answer.exchange.request.params
    events = answer.examined.events
    if operation == "threads.retry_after_item" and events:
        truncate_after(state, str(params.get("item_id")))
    elif operation == "threads.add_client_tool_output" and events:
        pending = [item for item in state.items.values() if item.json.get("status") == "pending"]
        calls = [item.id for item in pending if item.type == "client_tool_call"]
        if calls:
            complete_tool_call(state, calls[-1], params.get("result"))
    for event in events:
        fold(state, event)
    end_stream(state)


def _document(state: ThreadState, places: PagePlaces, answer: Answer) -> None:
    operation, params, document = answer.exchange.request.operation, answer.exchange.request.params, answer.document
    if operation in ("threads.get_by_id", "items.list"):
        descending = operation == "items.list" and params.get("order") != "asc"
        ids = [item["id"] for item in document_items(operation, document) if isinstance(item.get("id"), str)]
        after = params.get("after")
        before = places.place(ids, state.items, descending=descending, after=after if isinstance(after, str) else None)
        if operation == "threads.get_by_id":
            load_thread(state, document, before)
        else:
            load_page(state, document, "desc" if descending else "asc", before)
    elif operation == "threads.update":
        title: Any = document.get("title")
        rename_thread(state, title if isinstance(title, str) else None)
    elif isinstance(document.get("updated_item"), dict):
        upsert_item(state, document["updated_item"])
