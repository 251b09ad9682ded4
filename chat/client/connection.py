"""Where a backend is and what is sent along with every request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Connection"]


@dataclass(frozen=True)
class Connection:
    """A backend's address and what goes with every request. Raises `BadConnection` when it cannot be used."""

    url: str
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    locale: str = "en"
    metadata: Mapping[str, Any] = field(default_factory=dict)
    connect_timeout: float = 10
    """Seconds."""
    read_timeout: float | None = 120
    """Longest silence, in seconds, before the answer and between its chunks; None waits for ever."""
    body_limit: int = 256 * 2**20
    """Bytes of a response, decoded, after which it is cut off."""
