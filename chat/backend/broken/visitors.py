"""Who has what in the gallery: each visitor of an entry has a backend, and with it a memory, that nobody else reads."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from chat.backend.broken.good import GoodBackend

__all__ = ["WINDOW_HEADER", "Visitors"]

WINDOW_HEADER: Final = "X-Gallery-Window"
"""By this header a window of the page says which one it is. No secret: other pages are kept out by their origin."""

_KEPT_FOR = 30 * 60
"""Seconds without a request after which what was said is forgotten."""
_MOST = 16
_LONGEST_NAME = 80


@dataclass
class _Stay:
    backend: GoodBackend
    last_at: float


class Visitors:
    """The visitors of one entry, the one that was here last at the end."""

    def __init__(self, make: Callable[[], GoodBackend], now: Callable[[], float] = time.monotonic) -> None:
        """`make` makes a backend with nothing in its memory; `now` is in seconds."""
        self._make = make
        self._now = now
        self._stays: dict[str, _Stay] = {}

    def backend_of(self, visitor: str) -> GoodBackend:
        """The backend of a visitor: a new one for who is new, or has not been here for half an hour."""
        name, now = visitor[:_LONGEST_NAME], self._now()
        stay = self._stays.pop(name, None)
        if stay is None or now - stay.last_at > _KEPT_FOR:
            stay = _Stay(self._make(), now)
        stay.last_at = now
        self._stays = {
            known: other for known, other in list(self._stays.items())[1 - _MOST :] if now - other.last_at <= _KEPT_FOR
        }
        self._stays[name] = stay
        return stay.backend
