"""A conversation that was recorded, exported or pasted: shown like a live one, and nothing can be sent from it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Literal

from chatkit.types import Attachment

from chat.checks.threads import thread_of
from chat.client import ChatKitClient, Connection
from chat.exchanges import Exchange
from chat.exchanges.answer import tells_its_end
from chat.protocol import Change, Event, EventDecoder, ItemAdded, fold, load_page, load_thread

from .conversation import Busy, Conversation
from .diagnosis.blank import Screen
from .entry import Entry
from .remarks import pending_html, remark_html
from .turn import TurnEnd

__all__ = ["RecordedConversation"]

_NOWHERE: Final = "http://recording.invalid/"
_SENDS_NOTHING: Final = "This is a recording: nothing is sent from it"
_SLICE: Final = 500
"""Events taken in between two turns of the event loop."""


class RecordedConversation(Conversation):
    """Exchanges of a file, one after the other. `name` is what the reader calls the file."""

    def __init__(self, name: str, remarks: Sequence[str] = ()) -> None:
        super().__init__(ChatKitClient(Connection(_NOWHERE)))
        self.name = name
        for remark in remarks:
            self.transcript.note("remark", remark_html(remark), label="Remark")

    async def replay(self, exchanges: Sequence[Exchange]) -> None:
        """Take in what was said, as if it came now."""
        for exchange in exchanges:
            self._exchange_began(exchange)
            if exchange.request.streaming or not exchange.request.operation:
                await self._stream(exchange)
            else:
                self._document(exchange)
            self.diagnoses.settle()
        self._exchange_ended()
        self._changed()

    async def _stream(self, exchange: Exchange) -> None:
        screen = Screen()
        events: list[Event] = []
        self._events[exchange.id] = events
        pending = self._asked(exchange)
        for event in _events(exchange):
            events.append(event)
            self.diagnoses.feed(exchange, event)
            changes = fold(self.state, event)
            screen.take(changes)
            if pending is not None and any(self._is_user_message(change) for change in changes):
                self.transcript.remove(pending)
                pending = None
            self._take(changes)
            if len(events) % _SLICE == 0:
                await asyncio.sleep(0)
        self._ended(pending, TurnEnd(len(events)), exchange, screen)

    def _asked(self, exchange: Exchange) -> Entry | None:
        text = _user_text(exchange)
        return self.transcript.note("pending", pending_html(text), label="User message") if text else None

    def _document(self, exchange: Exchange) -> None:
        try:
            document = json.loads(exchange.body)
        except (ValueError, RecursionError):
            return
        changes: list[Change] = []
        if isinstance(document, dict) and exchange.request.operation == "threads.get_by_id":
            changes = load_thread(self.state, document)
        elif isinstance(document, dict) and exchange.request.operation == "items.list":
            changes = load_page(self.state, document, "asc" if b'"asc"' in exchange.request.body else "desc")
        if any(isinstance(change, ItemAdded) for change in changes):
            self.transcript.rebuild(self.state)
        self._take([change for change in changes if not isinstance(change, ItemAdded)])

    def _exchange_began(self, exchange: Exchange) -> None:
        self.exchanges.append(exchange)
        self.diagnoses.begin(exchange, thread_of(exchange) or exchange.id)
        self._exchanges_heard.tell(self, exchange)

    # --- nothing is sent --------------------------------------------------------------------------------------------

    def _must_be_idle(self, *, with_thread: bool = False) -> str:
        raise Busy(_SENDS_NOTHING)

    async def feedback(self, item_ids: Sequence[str], kind: Literal["positive", "negative"]) -> None:
        raise Busy(_SENDS_NOTHING)

    async def widget_action(
        self, item_id: str | None, action: Mapping[str, Any], form: Mapping[str, Any] | None = None
    ) -> None:
        raise Busy(_SENDS_NOTHING)

    async def upload(self, name: str, mime_type: str, data: bytes) -> Attachment:
        raise Busy(_SENDS_NOTHING)


def _events(exchange: Exchange) -> Iterator[Event]:
    decoder = EventDecoder()
    for chunk in exchange.chunks:
        yield from decoder.feed(chunk.data, chunk.at_ns)
    if tells_its_end(exchange):
        yield from decoder.close()


def _user_text(exchange: Exchange) -> str:
    try:
        request = json.loads(exchange.request.body or b"{}")
        parts = request["params"]["input"]["content"]
        return "\n".join(str(part["text"]) for part in parts if isinstance(part, dict) and "text" in part)
    except (ValueError, RecursionError, KeyError, TypeError):
        return ""
