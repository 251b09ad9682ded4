"""When an answer goes on and says nothing: comments that keep it open, a line that never ends, bytes that drip."""

from __future__ import annotations

import re

from chat.exchanges import Exchange
from chat.exchanges.exchange import is_event_stream

__all__ = ["Quiet"]

_BEGINS = re.compile(rb"[\r\n][^:\r\n]")
"""A line that is neither blank nor a comment."""


class Quiet:
    """
    Watches one answer. What says something is a new line of an event stream that is no comment; of any other answer
    only its end does.
    """

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._lines = is_event_stream(exchange)
        self._at_line_start = True
        exchange.spoke_at_ns = exchange.headers_at_ns

    def take(self, at_ns: int, data: bytes) -> None:
        """Look at the next piece of the body, which came at this time."""
        if not self._lines or not data:
            return
        if _BEGINS.search(data) or (self._at_line_start and data[:1] not in (b":", b"\r", b"\n")):
            self._exchange.spoke_at_ns = at_ns
        self._at_line_start = data[-1:] in (b"\r", b"\n")

    def seconds(self, at_ns: int) -> float:
        """For how long nothing was said at this time."""
        return (at_ns - (self._exchange.spoke_at_ns or 0)) / 1e9
