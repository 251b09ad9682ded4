"""Threads in memory: few, small, and forgotten when newer ones need the room."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

__all__ = ["Json", "Memory", "Refusal", "Thread", "page"]

Json = dict[str, Any]

_MOST_THREADS = 50
_MOST_BYTES = 1_000_000
_BYTES_OF_AN_ITEM = 500
_PAGE = 20
_LONGEST_PAGE = 100


class Refusal(Exception):
    """What is asked for is refused: `status`, and a `message` for the user."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass
class Thread:
    """A conversation. Items are JSON, as they are sent."""

    id: str
    owner: str
    created_at: str
    title: str = ""
    items: list[Json] = field(default_factory=list)
    size: int = 0
    """About how many bytes it takes."""

    def metadata(self) -> Json:
        """The thread without its items."""
        empty = {"data": [], "has_more": False}
        named = {"title": self.title} if self.title else {}
        return {"id": self.id, **named, "created_at": self.created_at, "status": {"type": "active"}, "items": empty}

    def item(self, item_id: str) -> Json | None:
        """The item with this id."""
        return next((item for item in self.items if item["id"] == item_id), None)

    def save(self, item: Json) -> None:
        """Put an item in, in place of the one with its id if there is one."""
        for index, old in enumerate(self.items):
            if old["id"] == item["id"]:
                self.items[index] = item
                return
        self.items.append(item)
        self.size += _BYTES_OF_AN_ITEM


class Memory:
    """The threads of all users, and their attachments, within bounds."""

    def __init__(self) -> None:
        self.threads: dict[str, Thread] = {}
        self.attachments: dict[str, Json] = {}

    def add(self, thread: Thread) -> None:
        """Keep a new thread."""
        self.threads[thread.id] = thread
        self.forget()

    def forget(self) -> None:
        """Drop the oldest until what is left is within bounds."""
        size = sum(thread.size for thread in self.threads.values())
        while len(self.threads) > _MOST_THREADS or (size > _MOST_BYTES and len(self.threads) > 1):
            oldest = next(iter(self.threads))
            size -= self.threads.pop(oldest).size
        while len(self.attachments) > _MOST_THREADS:
            del self.attachments[next(iter(self.attachments))]

    def of(self, owner: str) -> list[Thread]:
        """A user's threads, oldest first."""
        return [thread for thread in self.threads.values() if thread.owner == owner]


def page(entries: list[Json], limit: int | None, order: str, after: str | None) -> Json:
    """One page of entries that are given oldest first: those after the one with the id `after`, in this order.

    Raises:
        Refusal: there is no entry `after`.
    """
    ordered = entries if order == "asc" else entries[::-1]
    start = 0
    if after is not None:
        start = 1 + next((index for index, entry in enumerate(ordered) if entry["id"] == after), -2)
        if start < 0:
            raise Refusal(400, "`after` names nothing in this list.")
    size = _PAGE if limit is None else max(1, min(limit, _LONGEST_PAGE))
    shown = ordered[start : start + size]
    if start + size >= len(ordered):
        return {"data": shown, "has_more": False}
    return {"data": shown, "has_more": True, "after": shown[-1]["id"]}
