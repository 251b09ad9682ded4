"""What was recorded, exported or pasted, shown like a conversation that goes on now."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from itertools import chain
from typing import Any, Final

from chat.checks.threads import thread_of
from chat.exchanges import Exchange, event_batches
from chat.protocol import Change, Event, ItemAdded, load_page, load_thread

from .entry import Entry
from .remarks import pending_html, remark_html
from .shown_thread import ShownThread
from .turn import Turn, TurnEnd

__all__ = ["RecordedThread"]

_SLICE: Final = 500
"""Events taken in between two turns of the event loop."""


class RecordedThread(ShownThread):
    """Exchanges of a file, one after the other. `name` is what the reader calls the file."""

    def __init__(self, name: str, remarks: Sequence[str] = ()) -> None:
        super().__init__()
        self.name = name
        self._end: str | None = None
        """Id of the oldest item that pages in descending order have brought."""
        for remark in remarks:
            self.transcript.note("remark", remark_html(remark), label="Remark")

    async def replay(self, exchanges: Sequence[Exchange]) -> None:
        """Take in what was said, as if it came now."""
        for exchange in exchanges:
            self.exchange_began(exchange, thread_of(exchange) or exchange.id)
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
            changes = self._page(exchange, document)
        if any(isinstance(change, ItemAdded) for change in changes):
            self.transcript.rebuild(self.state)
        self.take([change for change in changes if not isinstance(change, ItemAdded)])

    def _page(self, exchange: Exchange, page: dict[str, Any]) -> list[Change]:
        """Take a page to its place: the newest one at the end, the others before what came from the end."""
        params = _params(exchange)
        if params.get("order") == "asc":
            return load_page(self.state, page, "asc", before=self._end)
        turned = page["data"][::-1] if isinstance(page.get("data"), list) else []
        if params.get("after"):
            changes = load_page(self.state, page, "desc", before=self._end)
        else:
            changes = load_page(self.state, {"data": turned}, "asc")
        ids = [item["id"] for item in turned if isinstance(item, dict) and isinstance(item.get("id"), str)]
        self._end = ids[0] if ids else self._end
        return changes


def _params(exchange: Exchange) -> dict[str, Any]:
    try:
        params = json.loads(exchange.request.body or b"{}")["params"]
    except (ValueError, RecursionError, KeyError, TypeError):
        return {}
    return params if isinstance(params, dict) else {}


def _user_text(exchange: Exchange) -> str:
    try:
        parts = _params(exchange)["input"]["content"]
        return "\n".join(str(part["text"]) for part in parts if isinstance(part, dict) and "text" in part)
    except (KeyError, TypeError):
        return ""
