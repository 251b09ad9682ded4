"""What an exchange's response says: its events, its own explanation of a failure, and what is odd about it."""

from __future__ import annotations

from chat.exchanges.exchange import Exchange
from chat.protocol import Event, EventDecoder, Problem

__all__ = ["message_of", "read_events", "transport_problems"]


def read_events(exchange: Exchange) -> list[Event]:
    """The events of the body as far as it came, in order."""
    decoder = EventDecoder()
    events: list[Event] = []
    for chunk in exchange.chunks:
        events.extend(decoder.feed(chunk.data, chunk.at_ns))
    if exchange.outcome not in ("pending", "cancelled"):
        events.extend(decoder.close())
    return events


def message_of(exchange: Exchange) -> str:
    """The backend's own words in an error body."""
    raise NotImplementedError


def transport_problems(exchange: Exchange) -> list[Problem]:
    """What is wrong with the response's headers and framing."""
    raise NotImplementedError
