"""How long what took, from an exchange and its events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chat.exchanges.exchange import Exchange
from chat.protocol import Event

__all__ = ["Timings", "timings"]


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds since the request was sent; None for what did not happen (yet)."""

    connected_ms: float | None
    headers_ms: float | None
    first_byte_ms: float | None
    """First byte of the body."""
    first_event_ms: float | None
    first_text_ms: float | None
    """First event that puts text of the assistant on the screen."""
    delta_p50_ms: float | None
    """Between one text delta and the next: median, 95th percentile (nearest rank), longest."""
    delta_p95_ms: float | None
    delta_max_ms: float | None
    total_ms: float | None
    events: int
    deltas: int


def timings(exchange: Exchange, events: Sequence[Event]) -> Timings:
    """The timings of an exchange whose events are these."""
    raise NotImplementedError
