"""How long what took, from an exchange and its events."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from chatkit.types import (
    AssistantMessageContentPartAdded,
    AssistantMessageContentPartDone,
    AssistantMessageContentPartTextDelta,
    AssistantMessageItem,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemReplacedEvent,
    ThreadItemUpdatedEvent,
    WidgetStreamingTextValueDelta,
)

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
    """Until the exchange ended."""
    events: int
    deltas: int


def timings(exchange: Exchange, events: Sequence[Event]) -> Timings:
    """The timings of an exchange whose events, in order, are these. Costs O(n log n) in the number of deltas."""
    deltas = [event.at_ns for event in events if _is_delta(event.value)]
    gaps = sorted(later - earlier for earlier, later in pairwise(deltas))
    first_text = next((event.at_ns for event in events if _shows_text(event.value)), None)
    return Timings(
        connected_ms=_ms(exchange.connected_at_ns),
        headers_ms=_ms(exchange.headers_at_ns),
        first_byte_ms=_ms(next((chunk.at_ns for chunk in exchange.chunks if chunk.data), None)),
        first_event_ms=_ms(events[0].at_ns if events else None),
        first_text_ms=_ms(first_text),
        delta_p50_ms=_ms(_nearest_rank(gaps, 0.50)),
        delta_p95_ms=_ms(_nearest_rank(gaps, 0.95)),
        delta_max_ms=_ms(gaps[-1] if gaps else None),
        total_ms=_ms(exchange.ended_at_ns),
        events=len(events),
        deltas=len(deltas),
    )


def _ms(nanoseconds: int | None) -> float | None:
    return None if nanoseconds is None else nanoseconds / 1e6


def _nearest_rank(ordered: Sequence[int], share: float) -> int | None:
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else None


def _is_delta(value: Any) -> bool:
    return isinstance(value, ThreadItemUpdatedEvent) and isinstance(
        value.update, AssistantMessageContentPartTextDelta | WidgetStreamingTextValueDelta
    )


def _shows_text(value: Any) -> bool:
    match value:
        case ThreadItemUpdatedEvent(update=AssistantMessageContentPartTextDelta(delta=text)):
            return bool(text)
        case ThreadItemUpdatedEvent(update=WidgetStreamingTextValueDelta(delta=text)):
            return bool(text)
        case ThreadItemUpdatedEvent(
            update=AssistantMessageContentPartAdded() | AssistantMessageContentPartDone() as update
        ):
            return bool(update.content.text)
        case ThreadItemAddedEvent() | ThreadItemDoneEvent() | ThreadItemReplacedEvent():
            item = value.item
            return isinstance(item, AssistantMessageItem) and any(part.text for part in item.content)
    return False
