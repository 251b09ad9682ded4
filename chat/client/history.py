"""
Reading what a backend has stored: pages of threads, and a thread with all its items.

`threads.get_by_id` brings the first twenty items, oldest first; the rest comes from `items.list` in ascending order,
after the page's cursor (protocol facts, 3.6). A page may hold fewer than asked, or none, and still have more after it:
hidden items are taken out after paging. What may not be is a cursor that comes twice, or pages without end.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from chatkit.types import Thread, ThreadItem
from pydantic import ValidationError

from chat.client.answers import ITEM
from chat.errors import WorkbenchError
from chat.exchanges import Exchange
from chat.protocol import Problem

__all__ = ["MOST_PAGES", "MOST_PAGES_WITHOUT_NEWS", "PAGE_SIZE", "Cursor", "LoadedThread", "load_thread"]

PAGE_SIZE = 100
MOST_PAGES = 10_000
MOST_PAGES_WITHOUT_NEWS = 200


@dataclass(frozen=True)
class LoadedThread:
    """A stored thread with all its items, oldest first."""

    thread: Thread
    """Its metadata; `thread.items` is the first page, without what does not validate."""
    items: list[ThreadItem]
    """Every item that validates, once each, in page order."""
    raw_items: list[dict[str, Any]]
    """Every item as JSON, once each, in page order, those included that do not validate."""
    exchanges: list[Exchange]
    problems: list[Problem]
    """Paths begin with the page: `pages[0]` is `threads.get_by_id`, `pages[1]` the first `items.list`."""
    failure: WorkbenchError | None = None
    """What stopped the walk when a later page could not be had; the items before it are here."""


class Cursor:
    """Where a walk over pages is. It stops at a cursor that was there before, and at pages that bring nothing new."""

    def __init__(self) -> None:
        self.pages = 0
        self.problems: list[Problem] = []
        self._seen: set[str] = set()
        self._without_news = 0

    def following(self, has_more: Any, after: Any, news: int) -> str | None:
        """The cursor of the next page, None at the end; `news` is how many entries were new on this page."""
        path = f"pages[{self.pages}]"
        self.pages += 1
        self._without_news = 0 if news else self._without_news + 1
        if not has_more:
            return None
        if not isinstance(after, str) or not after:
            got = "has_more: true without after" if after in (None, "") else f"after: {str(after)[:80]}"
            self.problems.append(Problem(f"{path}.after", "the cursor of the next page", got))
            return None
        if after in self._seen:
            self.problems.append(Problem(f"{path}.after", "a new cursor", f"{after[:80]!r} for the second time"))
            return None
        if self.pages >= MOST_PAGES or self._without_news >= MOST_PAGES_WITHOUT_NEWS:
            got = f"{self.pages} pages and still more, the last {self._without_news} without anything new"
            self.problems.append(Problem(f"{path}.has_more", "false at the end", got))
            return None
        self._seen.add(after)
        return after


@dataclass
class _Gathered:
    items: list[ThreadItem] = field(default_factory=list)
    raw: list[dict[str, Any]] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def take(self, page: int, entries: Any) -> int:
        """Take a page's entries; return how many were new."""
        news = 0
        for index, entry in enumerate(entries if isinstance(entries, list) else []):
            path = f"pages[{page}].data[{index}]"
            if not isinstance(entry, dict):
                self.problems.append(Problem(path, "an item", str(entry)[:80]))
                continue
            name = entry.get("id")
            if isinstance(name, str):
                if name in self.ids:
                    self.problems.append(Problem(f"{path}.id", "an item that was not there yet", f"{name[:80]} again"))
                    continue
                self.ids.add(name)
            news += 1
            self.raw.append(entry)
            try:
                self.items.append(ITEM.validate(entry))
            except ValidationError as error:
                self.problems.extend(ITEM.explain(error, entry, path))
        return news


async def load_thread(
    thread_id: str,
    get: Callable[[], Awaitable[tuple[Any, Exchange]]],
    list_after: Callable[[str], Awaitable[tuple[Any, Exchange]]],
    as_thread: Callable[[Any, Exchange], Thread],
) -> LoadedThread:
    """
    Walk a thread from its beginning to its end.

    `get` answers `threads.get_by_id` as JSON, `list_after` a page of `items.list`, `as_thread` validates the thread
    without its items. Raises what `get` and `as_thread` raise; a later page's error is kept as `failure`.
    """
    document, exchange = await get()
    exchanges = [exchange]
    gathered = _Gathered()
    cursor = Cursor()
    page = document.get("items") if isinstance(document, dict) else None
    thread = as_thread(document, exchange)
    if thread.id != thread_id:
        gathered.problems.append(Problem("pages[0].id", thread_id[:80], thread.id[:80]))
    failure: WorkbenchError | None = None
    while isinstance(page, dict):
        news = gathered.take(cursor.pages, page.get("data"))
        if cursor.pages == 0:
            thread = thread.model_copy(update={"items": thread.items.model_copy(update={"data": list(gathered.items)})})
        after = cursor.following(page.get("has_more"), page.get("after"), news)
        if after is None:
            break
        try:
            page, exchange = await list_after(after)
        except WorkbenchError as error:
            failure = error
            if error.exchange is not None:
                exchanges.append(error.exchange)
            break
        exchanges.append(exchange)
    return LoadedThread(
        thread=thread,
        items=gathered.items,
        raw_items=gathered.raw,
        exchanges=exchanges,
        problems=gathered.problems + cursor.problems,
        failure=failure,
    )
