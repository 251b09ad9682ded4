"""
Reading what a backend has stored: pages of threads, and a thread with all its items.

`threads.get_by_id` brings the first twenty items, oldest first; the rest comes from `items.list` in ascending order,
after the page's cursor (protocol facts, 3.6). A page may hold fewer than asked, or none, and still have more after it:
hidden items are taken out after paging. What may not be is a cursor that comes twice, or pages without end.

That walk alone says what is stored. For whoever waits there is the end of the thread as well, in one request.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from chatkit.types import Thread, ThreadItem

from chat.client.answers import ITEM, MOST_PROBLEMS, Entry, typed_entries
from chat.errors import WorkbenchError
from chat.exchanges import Exchange
from chat.protocol import Problem
from chat.steps import beside

__all__ = ["MOST_PAGES", "MOST_PAGES_WITHOUT_NEWS", "PAGE_SIZE", "Cursor", "LoadedThread", "Order", "ThreadWalk"]

PAGE_SIZE = 100
MOST_PAGES = 10_000
MOST_PAGES_WITHOUT_NEWS = 200
PATIENCE = 3.0
"""Seconds that the end of a thread may take, before it comes with the walk like the rest."""

Order = Literal["asc", "desc"]
Answer = tuple[Any, Exchange]


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
    broken_off: Problem | None = None
    """The cursor at which the walk was stopped; it is one of `problems`."""

    @property
    def whole(self) -> bool:
        """Whether the walk came to the end."""
        return self.failure is None and self.broken_off is None


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

    def take(self, page: int, entries: Sequence[Any], read: Sequence[Entry[ThreadItem]]) -> int:
        """Take a page's entries, as they came and as they were read; return how many were new."""
        news = 0
        for index, (raw, entry) in enumerate(zip(entries, read, strict=True)):
            path = f"pages[{page}].data[{index}]"
            if not isinstance(raw, dict):
                self._note(Problem(path, "an item", str(raw)[:80]))
                continue
            name = raw.get("id")
            if isinstance(name, str):
                if name in self.ids:
                    self._note(Problem(f"{path}.id", "an item that was not there yet", f"{name[:80]} again"))
                    continue
                self.ids.add(name)
            news += 1
            self.raw.append(raw)
            if entry.value is not None:
                self.items.append(entry.value)
            for one in entry.problems:
                self._note(replace(one, path=path + one.path[1:]))
        return news

    def _note(self, problem: Problem) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(problem)


class ThreadWalk:
    """
    A stored thread, read page by page from its beginning: `begin`, then `go_on`.

    `get` answers `threads.get_by_id` as JSON, `list_items` a page of `items.list` (limit, order, cursor), `as_thread`
    validates the thread without its items.
    """

    thread: Thread

    def __init__(
        self,
        thread_id: str,
        get: Callable[[], Awaitable[Answer]],
        list_items: Callable[[int, Order, str | None], Awaitable[Answer]],
        as_thread: Callable[[Any, Exchange], Awaitable[Thread]],
    ) -> None:
        self._thread_id = thread_id
        self._get = get
        self._list = list_items
        self._as_thread = as_thread
        self._exchanges: list[Exchange] = []
        self._gathered = _Gathered()
        self._cursor = Cursor()
        self._after: str | None = None
        self._failure: WorkbenchError | None = None

    @property
    def more(self) -> bool:
        """Whether there are pages to be asked for."""
        return self._after is not None

    async def begin(self) -> None:
        """Ask for the thread and its first items. Raises what `get` and `as_thread` raise."""
        document, exchange = await self._get()
        self._exchanges.append(exchange)
        self.thread = await self._as_thread(document, exchange)
        if self.thread.id != self._thread_id:
            self._gathered.problems.append(Problem("pages[0].id", self._thread_id[:80], self.thread.id[:80]))
        await self._take(document.get("items") if isinstance(document, dict) else None)
        first_page = self.thread.items.model_copy(update={"data": list(self._gathered.items)})
        self.thread = self.thread.model_copy(update={"items": first_page})

    async def newest(self, limit: int) -> list[dict[str, Any]]:
        """
        The last items of the thread as JSON, oldest first, in one request that leaves the walk where it is.

        [] when they could not be had soon, and when they cannot be the last ones, by what is known of the first.
        """
        try:
            async with asyncio.timeout(PATIENCE):
                page, _ = await self._list(limit, "desc", None)
        except (WorkbenchError, TimeoutError):
            return []
        data = page.get("data") if isinstance(page, dict) else None
        items = data[::-1] if isinstance(data, list) else []
        return items if _may_end(self._gathered.raw, items) else []

    async def go_on(self) -> LoadedThread:
        """Walk to the end. One that was cancelled goes on where it was; a page's error is kept as `failure`."""
        while self._after is not None:
            try:
                page, exchange = await self._list(PAGE_SIZE, "asc", self._after)
            except WorkbenchError as error:
                self._failure, self._after = error, None
                if error.exchange is not None:
                    self._exchanges.append(error.exchange)
                break
            self._exchanges.append(exchange)
            await self._take(page)
        return LoadedThread(
            thread=self.thread,
            items=self._gathered.items,
            raw_items=self._gathered.raw,
            exchanges=self._exchanges,
            problems=self._gathered.problems + self._cursor.problems,
            failure=self._failure,
            broken_off=self._cursor.problems[-1] if self._cursor.problems else None,
        )

    async def _take(self, page: Any) -> None:
        data = page.get("data") if isinstance(page, dict) else None
        entries = data if isinstance(data, list) else []
        read = await beside(typed_entries(ITEM, entries))  # whoever cancels this finds the walk where it was
        self._after = None
        if isinstance(page, dict):
            news = self._gathered.take(self._cursor.pages, entries, read)
            self._after = self._cursor.following(page.get("has_more"), page.get("after"), news)


def _may_end(first: list[dict[str, Any]], last: list[Any]) -> bool:
    """
    Whether a thread that begins with `first` may end with `last`, both oldest first.

    Where they overlap, the end of the one must be the beginning of the other: a backend that does not know `order`
    answers with its first items, which turned round are no end of anything.
    """
    ids = [item.get("id") if isinstance(item, dict) else None for item in last]
    if not ids or not all(isinstance(name, str) for name in ids) or len(set(ids)) < len(ids):
        return False
    beginning = [item.get("id") for item in first]
    common = [name for name in ids if name in beginning]
    return not common or common == ids[: len(common)] == beginning[-len(common) :]
