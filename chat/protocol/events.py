"""Messages to events: typed when they are what the protocol says, explained when they are not."""

from __future__ import annotations

from typing import Any

from chatkit.types import ThreadStreamEvent

from .problems import Problem

__all__ = ["Event", "EventDecoder", "decode_body"]


class Event:
    """One event of one exchange.

    `at_ns` is nanoseconds since the request was sent; `start` and `end` are byte offsets in the body.
    """

    __slots__ = (
        "_json",
        "at_ns",
        "end",
        "index",
        "problems",
        "raw",
        "sse_event",
        "start",
        "terminated",
        "type",
        "value",
    )

    index: int
    type: str
    raw: str
    at_ns: int
    start: int
    end: int
    sse_event: str
    value: ThreadStreamEvent | None
    problems: tuple[Problem, ...]
    terminated: bool

    @property
    def valid(self) -> bool:
        """Whether the SDK's types accept it."""
        return self.value is not None

    @property
    def json(self) -> Any | None:
        """The parsed data; None when it is not JSON. Shared: do not change it."""
        raise NotImplementedError


class EventDecoder:
    """A body's bytes to events; one per exchange."""

    def feed(self, chunk: bytes, at_ns: int) -> list[Event]:
        raise NotImplementedError

    def close(self) -> list[Event]:
        raise NotImplementedError


def decode_body(body: bytes) -> list[Event]:
    """All events of a whole body."""
    decoder = EventDecoder()
    return [*decoder.feed(body, 0), *decoder.close()]
