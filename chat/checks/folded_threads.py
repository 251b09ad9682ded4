"""The threads of many exchanges as their backend has told them: streams folded, pages taken in, as they were sent."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from chat.checks.documents import document_items
from chat.checks.threads import thread_of
from chat.exchanges import Exchange, read_events
from chat.exchanges.documents import document_of
from chat.protocol import (
    Change,
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

__all__ = ["FoldedThreads", "said_by_document", "said_by_request"]


class FoldedThreads:
    """Threads by id, in the order in which they were first met; those that were deleted are not there."""

    def __init__(self) -> None:
        self.states: dict[str, ThreadState] = {}
        self._places: defaultdict[str, PagePlaces] = defaultdict(PagePlaces)

    def take(self, exchange: Exchange) -> None:
        """Take in the next exchange; one that belongs to no known thread and one that failed change nothing."""
        thread_id, operation = thread_of(exchange), exchange.request.operation
        if operation == "threads.list":
            self._list(exchange)
        elif not thread_id or not 200 <= (exchange.status or 200) < 300:
            return
        elif operation == "threads.delete":
            self.states.pop(thread_id, None)
            self._places.pop(thread_id, None)
        else:
            state = self.states.setdefault(thread_id, ThreadState())
            state.id = state.id or thread_id
            said_by_request(state, exchange)
            if exchange.expects_stream:
                for event in read_events(exchange):
                    fold(state, event)
                end_stream(state)
            elif isinstance(document := document_of(exchange), dict):
                said_by_document(state, self._places[thread_id], exchange, document)

    def _list(self, exchange: Exchange) -> None:
        """A page of threads names those that nothing else is known of yet."""
        document = document_of(exchange)
        data = document.get("data") if isinstance(document, dict) else None
        for thread in data if isinstance(data, list) else ():
            if isinstance(thread, dict) and isinstance(thread.get("id"), str) and thread["id"] not in self.states:
                self.states[thread["id"]] = state = ThreadState()
                load_thread(state, {name: value for name, value in thread.items() if name != "items"})


def said_by_request(state: ThreadState, exchange: Exchange) -> list[Change]:
    """What a request does to its thread without an event that says so (protocol facts, 3.5 and 3.7)."""
    if not 200 <= (exchange.status or 200) < 300:
        return []
    params = exchange.request.params
    match exchange.request.operation:
        case "threads.retry_after_item":
            return truncate_after(state, str(params.get("item_id")))
        case "threads.add_client_tool_output":
            calls = [item for item in state.items.values() if item.type == "client_tool_call"]
            if calls and calls[-1].json.get("status") == "pending":
                return complete_tool_call(state, calls[-1].id, params.get("result"))
    return []


def said_by_document(
    state: ThreadState, places: PagePlaces, exchange: Exchange, document: dict[str, Any]
) -> list[Change]:
    """What an answer in JSON says of its thread; `places` are those of the thread's pages so far."""
    operation, params = exchange.request.operation, exchange.request.params
    match operation:
        case "threads.update":
            title = document.get("title")
            return rename_thread(state, title if isinstance(title, str) else None)
        case "threads.sync_custom_action":
            item = document.get("updated_item")
            return upsert_item(state, item) if isinstance(item, dict) else []
        case "threads.get_by_id" | "items.list":
            pass
        case _:
            return []
    descending = operation == "items.list" and params.get("order") != "asc"
    after = params.get("after")
    ids = [item["id"] for item in document_items(operation, document) if isinstance(item.get("id"), str)]
    before = places.place(ids, state.items, descending=descending, after=after if isinstance(after, str) else None)
    if operation == "threads.get_by_id":
        return load_thread(state, document, before)
    return load_page(state, document, "desc" if descending else "asc", before)
