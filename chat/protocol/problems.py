"""What is wrong with an event, in words for people."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Problem"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is not as the protocol says, at `path` (like `$.item.content[0].type`)."""

    path: str
    expected: str
    got: str
