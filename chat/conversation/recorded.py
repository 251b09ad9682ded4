"""What was recorded, exported or pasted, shown like a conversation that goes on now."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from typing import Final

from chat.checks.folded_threads import said_by_document, said_by_request
from chat.checks.threads import thread_of
from chat.exchanges import Exchange, event_batches
from chat.exchanges.documents import document_of
from chat.protocol import EventList, ItemAdded, PagePlaces, runs

from .blank import prose
from .drafts import Draft
from .entry import Entry
from .remarks import pending_html, remark_html
from .shown_thread import ShownThread
from .turn import ShownTurn, TurnEnd

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
        self.remarks = tuple(remarks)
        self._places = PagePlaces()
        for remark in remarks:
            self.transcript.note("remark", remark_html(prose(remark)), label="Remark")

    async def replay(self, exchanges: Sequence[Exchange]) -> None:
        """Take in what was said, as if it came now."""
        for exchange in exchanges:
            self.exchange_began(exchange, thread_of(exchange) or exchange.id)
            self._said_by_request(exchange)
            if exchange.expects_stream:
                await self._stream(exchange)
            else:
                await self.diagnoses.settle_beside(exchange)
                self._document(exchange)
            self.diagnoses.settle()
        self.exchange_ended()
        self.changed()

    async def _stream(self, exchange: Exchange) -> None:
        turn = ShownTurn(self, self._asked(exchange), exchange)
        events = EventList(exchange)
        pause = _SLICE
        for run in (run for batch in event_batches(exchange) for run in runs(batch)):
            events.extend(run)
            turn.take(exchange, events, run)
            if len(events) >= pause:
                await asyncio.sleep(0)
                pause = len(events) + _SLICE
        await self.diagnoses.settle_beside(exchange)
        turn.end(TurnEnd(len(events)))

    def _said_by_request(self, exchange: Exchange) -> None:
        self.take(said_by_request(self.state, exchange))
        if exchange.request.operation == "threads.retry_after_item":
            entry = self.transcript.item(str(exchange.request.params.get("item_id")))
            if entry is not None:
                self.transcript.remove_notes_after(entry)

    def _asked(self, exchange: Exchange) -> Entry | None:
        text = exchange.request.text
        return self.transcript.note("pending", pending_html(Draft(text)), label="User message") if text else None

    def _document(self, exchange: Exchange) -> None:
        document = document_of(exchange)
        if not isinstance(document, dict):
            return
        changes = said_by_document(self.state, self._places, exchange, document)
        if any(isinstance(change, ItemAdded) for change in changes):
            self.transcript.rebuild(self.state)
        self.take([change for change in changes if not isinstance(change, ItemAdded)])
