"""What the exchanges of a thread tell one after the other, so that each is judged by those before it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from chat.checks.listed_pages import ListedPages
from chat.exchanges import Exchange
from chat.protocol import PagePlaces, cut_from

__all__ = ["Deletion", "Streamed", "ThreadHistory", "content_mark", "ended_at"]


@dataclass(frozen=True, slots=True)
class Streamed:
    """An item as a stream completed it, and nothing has changed it since."""

    item: Any
    turn: int
    """Which exchange of the thread brought it."""
    until: datetime
    """When that stream had ended."""


class Deletion(NamedTuple):
    """
    When a thread was deleted. Clocks of recordings are coarse (HAR knows milliseconds), so each of the two ends is
    asked in the direction in which a doubt accuses nobody.
    """

    began: datetime
    ended: datetime

    @classmethod
    def by(cls, exchange: Exchange) -> Deletion:
        return cls(exchange.started_at, ended_at(exchange))


@dataclass(slots=True)
class ThreadHistory:
    """What earlier exchanges told about a thread. One object is handed from each exchange's examination to the next."""

    thread_id: str | None = None
    items: dict[str, str] = field(default_factory=dict)
    """Types of the items that are there, by id."""
    open: set[str] = field(default_factory=set)
    """Ids of items that a stream has begun and not completed: a later one may (protocol facts, 3.11)."""
    said: dict[str, int] = field(default_factory=dict)
    """`content_mark` of the messages that streams have completed, by id."""
    meant: dict[str, int] = field(default_factory=dict)
    """`content_mark` of the items that streams in another language stood for, by id."""
    complete: bool = False
    """Whether the thread is known from its beginning: then an unknown id is a fault, not a gap in our knowledge."""
    turns: int = 0
    """Exchanges so far."""
    streamed: dict[str, Streamed] = field(default_factory=dict)
    """What must be stored as it was streamed, by id."""
    retried: dict[str, str] = field(default_factory=dict)
    """Types of the items that the retry which is being examined throws away, by id."""
    dropped: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    """(type, when) of the items that a retry threw away, by id."""
    deleted: dict[str, Deletion] = field(default_factory=dict)
    """When threads were deleted, by id: this one, or others of the session."""
    listed: dict[bool, tuple[str, ...]] = field(default_factory=dict)
    """The ids of the thread's items as whole pages last gave them: oldest first (True), or newest first."""
    zones: set[bool] = field(default_factory=set)
    """Whether the times of its items have a zone; both, when they are mixed."""
    saved_whole: bool = False
    """Whether its first turn changed it: the SDK then has a `Thread` saved, and not its metadata alone."""
    places: PagePlaces = field(default_factory=PagePlaces)
    pages: ListedPages = field(default_factory=ListedPages)
    """The pages of its items; of threads, where this is the history of their list."""

    @property
    def comparable(self) -> bool:
        """Whether it says what a later answer must hold."""
        return bool(self.streamed or self.said or self.dropped or self.deleted or self.listed)

    def add_page(self, types: dict[str, str], *, descending: bool, after: str | None) -> None:
        """
        Take a page of items, given as it lists them, to its place.

        What is known keeps its place; it matters where a retry deletes what follows.
        """
        new = {item_id: kind for item_id, kind in types.items() if item_id not in self.items}
        before = self.places.place(list(types), self.items, descending=descending, after=after)
        later = cut_from(self.items, before)
        self.items |= dict(reversed(new.items())) if descending else new
        self.items |= later

    def forget(self, item_id: str) -> None:
        """The item is gone, by the backend's own word."""
        for known in (self.items, self.said, self.streamed):
            known.pop(item_id, None)
        self.pages.forget(item_id)


def ended_at(exchange: Exchange) -> datetime:
    """When an exchange had ended; where that is not known, just after it began."""
    return exchange.started_at + timedelta(microseconds=max(1, (exchange.ended_at_ns or 0) / 1000))


def content_mark(kind: object, content: Any) -> int:
    """What two messages of the same type and text share, typed or as JSON; 0 for those without text."""
    text = _text_of(content)
    return hash((str(kind), text)) if text else 0


def _text_of(content: Any) -> str:
    parts = content if isinstance(content, list) else []
    texts = (part.get("text") if isinstance(part, dict) else getattr(part, "text", "") for part in parts)
    return "\n".join(text for text in texts if isinstance(text, str))
