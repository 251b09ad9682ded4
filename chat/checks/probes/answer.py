"""An answer to a request of a probe, and what it amounts to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from chat.checks.findings import Evidence, excerpt
from chat.checks.probes.sightings import CouldNotRun, NotApplicable
from chat.exchanges import STREAMING_OPERATIONS, Exchange, message_of
from chat.exchanges.documents import document_of
from chat.protocol import Event, EventList

__all__ = ["Answer"]

_UNSUPPORTED = (400, 405, 422, 501)
"""Statuses that say, to a request that is right, that the operation is not known here."""


@dataclass(frozen=True, eq=False)
class Answer:
    """One exchange of the run, read. Nothing here raises, whatever was answered."""

    exchange: Exchange
    events: Sequence[Event]

    @cached_property
    def notable(self) -> Sequence[Event]:
        """Its events but those of text deltas, of which there may be a million."""
        return self.events.others() if isinstance(self.events, EventList) else self.events

    @property
    def status(self) -> int:
        """The HTTP status, 0 when no answer came."""
        return self.exchange.status or 0

    @property
    def operation(self) -> str:
        return self.exchange.request.operation

    @property
    def whole(self) -> bool:
        """Whether an answer came and came to its end."""
        return self.exchange.outcome == "complete"

    @cached_property
    def document(self) -> dict[str, Any]:
        """The JSON object in the body, {} when there is none."""
        document = document_of(self.exchange)
        return document if isinstance(document, dict) else {}

    @property
    def accepted(self) -> bool:
        """Whether the operation was done: a success that came whole, with JSON where JSON was asked for."""
        return self.whole and 200 <= self.status < 300 and (self._streaming or self._is_object)

    @property
    def refused(self) -> bool:
        """401 or 403."""
        return self.status in (401, 403)

    @property
    def missing(self) -> bool:
        """404 or 410."""
        return self.status in (404, 410)

    @property
    def unsupported(self) -> bool:
        """Whether it says that the operation is not known here. To be asked about requests that are right."""
        return self.whole and (self.status in _UNSUPPORTED or (self.missing and not self._names_something))

    @property
    def crashed(self) -> bool:
        """5xx (501 says something), no answer at all, or one that broke off or never ended."""
        return not self.whole or (self.status >= 500 and self.status != 501)

    @property
    def silent(self) -> bool:
        """Whether it never ended, or never began: out of time."""
        return self.exchange.outcome == "timeout"

    @property
    def error_event(self) -> Event | None:
        """The first `error` event of a stream."""
        return next((event for event in self.notable if event.type == "error"), None)

    @property
    def clear(self) -> bool:
        """Whether a request that cannot be served was told so: a 4xx or 501 status, or an `error` event."""
        if not self.whole:
            return False
        return 400 <= self.status < 500 or self.status == 501 or (self.status < 300 and self.error_event is not None)

    @cached_property
    def words(self) -> str:
        """What was answered, in one line: status and explanation, or how it failed."""
        exchange = self.exchange
        if exchange.status is None:
            return exchange.failure or exchange.outcome
        status = f"{exchange.status} {exchange.reason}".strip()
        if not self.whole:
            return f"{status}, then: {exchange.failure or exchange.outcome}"
        if self.error_event is not None:
            document = self.error_event.json
            said = document.get("message") or document.get("code") if isinstance(document, dict) else ""
            return f"an error event: {excerpt(str(said), 120)}"
        if self.events:
            return f"{status} with {len(self.events)} events"
        said = message_of(exchange) if exchange.status >= 400 else excerpt(self._text, 120)
        return f"{status}: {said}" if said else status

    def evidence(self, text: str = "", item_id: str | None = None) -> Evidence:
        """The exchange as evidence; `text` is what to show of it, the answer in one line otherwise."""
        return Evidence(
            excerpt(text or f"{self.operation or self.exchange.request.method} → {self.words}"),
            item_id=item_id,
            exchange_id=self.exchange.id,
        )

    def require(self) -> Answer:
        """This answer, when the operation was done. Raises `NotApplicable` where it is not implemented, and
        `CouldNotRun` for everything else."""
        if self.accepted:
            return self
        if self.unsupported:
            raise NotApplicable(f"`{self.operation}` is not implemented ({self.words})")
        raise CouldNotRun(f"`{self.operation}` was not answered as it should be: {self.words}")

    @property
    def _streaming(self) -> bool:
        return self.operation in STREAMING_OPERATIONS

    @property
    def _is_object(self) -> bool:
        return bool(self.document) or self.exchange.beginning(100).strip() == b"{}"

    @property
    def _names_something(self) -> bool:
        """Whether the request was about something with an id, which may be what was not found."""
        return b'_id"' in self.exchange.request.body

    @property
    def _text(self) -> str:
        return self.exchange.beginning(2000).decode("utf-8", "replace")
