"""Why something failed, where that is known: in words, and as something to type."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["KnownCause"]


@dataclass(frozen=True, slots=True)
class KnownCause:
    """One of them."""

    said: tuple[str, ...]
    """What its exception says: one of these."""
    words: str
    fix: str
    """Something to type."""
    sure: str = ""
    """"likely" or "possible" where nothing says so but the shape of the answer."""
