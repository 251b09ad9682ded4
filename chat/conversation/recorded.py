"""What was recorded, exported or pasted, shown like a conversation that goes on now."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Collection, Sequence
from itertools import chain
from typing import Any, Final

from chat.checks.documents import document_items
from chat.checks.threads import thread_of
from chat.exchanges import Exchange, event_batches
from chat.protocol import (
    Change,
    Event,
    ItemAdded,
    PagePlaces,
    complete_tool_call,
    load_page,
    load_thread,
    truncate_after,
    upsert_item,
)

from .entry import Entry
from .remarks import pending_html, remark_html
from .shown_thread import ShownThread
from .turn import Turn, TurnEnd

__all__ = ["RecordedThread"]

_SLICE: Final = 500
"""Events taken in between two turns of the event loop."""


class RecordedThread(ShownThread):
    """Exchanges of a file, one after the other. `name` is what the reader calls the file."""

    def __init__(
        self,
        name: str,
        remarks: Sequence[str] = (),
        url: str = "",
        image_origins: Callable[[], Collection[str]] = tuple,
    ) -> None:
        super().__init__(url, image_origins)
        self.name = name
        self._places = PagePlaces()
        for remark in remarks:
            self.transcript.note("remark", remark_html(remark), label="Remark")

    async def replay(self, exchanges: Sequence[Exchange]) -> None:
        """Take in what was said, as if it came now."""
        for exchange in exchanges:
            self.exchange_began(exchange, thread_of(exchange) or exchange.id)
            self._known_by_request(exchange)
            if exchange.expects_stream:
                await self._stream(exchange)
            else:
                self._document(exchange)
            self.diagnoses.settle()
        self.exchange_ended()
        self.changed()

    async def _stream(self, exchange: Exchange) -> None:
        turn = Turn(self, self._asked(exchange), exchange)
        events: list[Event] = []
        for event in chain.from_iterable(event_batches(exchange)):
            events.append(event)
            turn.take(exchange, events, event)
            if len(events) % _SLICE == 0:
                await asyncio.sleep(0)
        turn.end(TurnEnd(len(events)))

    def _known_by_request(self, exchange: Exchange) -> None:
        """What a request does to the thread without an event that says so (protocol facts, 3.5 and 3.7)."""
        if exchange.status is not None and not 200 <= exchange.status < 300:
            return
        params = exchange.request.params
        match exchange.request.operation:
            case "threads.retry_after_item":
                item_id = str(params.get("item_id"))
                self.take(truncate_after(self.state, item_id))
                if entry := self.transcript.item(item_id):
                    self.transcript.remove_notes_after(entry)
            case "threads.add_client_tool_output":
                calls = [item for item in self.state.items.values() if item.type == "client_tool_call"]
                if calls and calls[-1].json.get("status") == "pending":
                    self.take(complete_tool_call(self.state, calls[-1].id, params.get("result")))

    def _asked(self, exchange: Exchange) -> Entry | None:
        text = exchange.request.text
        return self.transcript.note("pending", pending_html(text), label="User message") if text else None

    def _document(self, exchange: Exchange) -> None:
        try:
            document = json.loads(exchange.body)
        except (ValueError, RecursionError):
            return
        changes = self._page(exchange, document) if isinstance(document, dict) else []
        if any(isinstance(change, ItemAdded) for change in changes):
            self.transcript.rebuild(self.state)
        self.take([change for change in changes if not isinstance(change, ItemAdded)])

    def _page(self, exchange: Exchange, document: dict[str, Any]) -> list[Change]:
        """Take a page of items, or a thread with its first ones, to its place."""
        operation, params = exchange.request.operation, exchange.request.params
        if operation == "threads.sync_custom_action" and isinstance(document.get("updated_item"), dict):
            return upsert_item(self.state, document["updated_item"])
        if operation not in ("threads.get_by_id", "items.list"):
            return []
        descending = operation == "items.list" and params.get("order") != "asc"
        ids = [item["id"] for item in document_items(operation, document) if isinstance(item.get("id"), str)]
        before = self._places.place(ids, self.state.items, descending=descending, after=params.get("after"))
        if operation == "threads.get_by_id":
            return load_thread(self.state, document, before)
        return load_page(self.state, document, "desc" if descending else "asc", before)
