"""Opening a stored thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chatkit.types import Thread, ThreadItem

from chat.errors import WorkbenchError
from chat.exchanges import Exchange
from chat.protocol import Problem

__all__ = ["LoadedThread"]


@dataclass(frozen=True)
class LoadedThread:
    """A stored thread with all its items, oldest first."""

    thread: Thread
    """Its metadata; `thread.items` is the first page as it came."""
    items: list[ThreadItem]
    """Every item that validates, once each, in page order."""
    raw_items: list[Any]
    """Every item as JSON, those included that do not validate."""
    exchanges: list[Exchange]
    problems: list[Problem]
    failure: WorkbenchError | None = None
    """What stopped the walk when a later page could not be had; the items before it are here."""
