"""Reading back what a backend has stored: a thread, and pages to their end. Cursors that lead nowhere are stopped."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from chat.checks.probes.answer import Answer
from chat.checks.probes.sightings import CouldNotRun
from chat.checks.probes.visit import Visit

__all__ = ["Fault", "Stored", "Walk", "entries_of", "read_thread", "walk_items", "walk_threads"]

Order = Literal["asc", "desc"]
_PAGE = 100
_SPARE_PAGES = 10


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with pages: with their size, or with how one leads to the next."""

    kind: Literal["limit", "cursor"]
    got: str
    answer: Answer


@dataclass
class Walk:
    """The pages of one list, one after the other."""

    entries: list[dict[str, Any]] = field(default_factory=list)
    """Each entry once."""
    pages: list[list[str]] = field(default_factory=list)
    """The ids on each page, repeated ones too."""
    faults: list[Fault] = field(default_factory=list)
    complete: bool = False
    """Whether the list came to its end by itself."""
    broken: Answer | None = None
    """The answer at which it could not go on."""
    answers: list[Answer] = field(default_factory=list)

    @property
    def ids(self) -> list[str]:
        """The id of each entry, once, in order."""
        return [entry["id"] for entry in self.entries]


@dataclass
class Stored:
    """A thread as it is stored."""

    answer: Answer
    """Of `threads.get_by_id`."""
    thread: dict[str, Any]
    items: list[dict[str, Any]]
    """Oldest first, each once."""
    walk: Walk
    """The first page and what came after it."""

    @property
    def whole(self) -> bool:
        """Whether it was read to its end."""
        return self.walk.complete


def entries_of(page: Any) -> list[dict[str, Any]]:
    """The entries of a page that are objects with an id, whatever the page really is."""
    data = page.get("data") if isinstance(page, dict) else None
    return (
        [entry for entry in data if isinstance(entry, dict) and isinstance(entry.get("id"), str)]
        if isinstance(data, list)
        else []
    )


async def read_thread(visit: Visit, thread_id: str) -> Stored:
    """
    `threads.get_by_id`, and `items.list` to the end. The answer may be a refusal: see `Stored.answer`.

    Where the first one crashes (errors/operation-fails says so), `items.list` alone may still have the items.
    """
    answer = await visit.ask("threads.get_by_id", {"thread_id": thread_id})
    walk = Walk()

    async def after(cursor: str | None) -> Answer:
        params = {"thread_id": thread_id, "limit": _PAGE, "order": "asc"}
        return await visit.ask("items.list", params if cursor is None else {**params, "after": cursor})

    if answer.whole and answer.crashed:
        await _walk(walk, after, limit=None, most_pages=50)
        if walk.answers:
            return Stored(walk.answers[0], {"items": walk.answers[0].document}, walk.entries, walk)
    if not answer.accepted:
        return Stored(answer, {}, [], walk)

    await _walk(walk, after, limit=None, most_pages=50, first=(answer.document.get("items"), answer))
    return Stored(answer, answer.document, walk.entries, walk)


async def walk_items(visit: Visit, thread_id: str, limit: int, order: Order, known: int) -> Walk:
    """All pages of `items.list`; `known` is how many items there should be."""

    async def after(cursor: str | None) -> Answer:
        params: dict[str, Any] = {"thread_id": thread_id, "limit": limit, "order": order}
        return await visit.ask("items.list", params if cursor is None else {**params, "after": cursor})

    walk = Walk()
    await _walk(walk, after, limit, most_pages=known // limit + 1 + _SPARE_PAGES)
    return walk


async def walk_threads(visit: Visit, limit: int, order: Order, most_pages: int) -> Walk:
    """Pages of `threads.list`, at most so many: not to be complete is no fault here."""

    async def after(cursor: str | None) -> Answer:
        params: dict[str, Any] = {"limit": limit, "order": order}
        return await visit.ask("threads.list", params if cursor is None else {**params, "after": cursor})

    walk = Walk()
    await _walk(walk, after, limit, most_pages=most_pages, endless=True)
    return walk


async def _walk(
    walk: Walk,
    after: Callable[[str | None], Awaitable[Answer]],
    limit: int | None,
    most_pages: int,
    first: tuple[Any, Answer] | None = None,
    endless: bool = False,
) -> None:
    seen: set[str] = set()
    cursors: set[str] = set()
    cursor: str | None = None
    while True:
        if first is not None:
            (page, answer), first = first, None
        else:
            answer = await after(cursor)
            page = answer.document
            if not answer.accepted:
                walk.broken = answer
                return
        walk.answers.append(answer)
        entries = entries_of(page)
        walk.pages.append([entry["id"] for entry in entries])
        again = [entry["id"] for entry in entries if entry["id"] in seen]
        fresh = {entry["id"]: entry for entry in entries if entry["id"] not in seen}
        walk.entries.extend(fresh.values())
        seen |= fresh.keys()
        where = f"page {len(walk.pages)}" + (f" (after {cursor!r:.60})" if cursor else "")
        if limit is not None and len(entries) > limit:
            walk.faults.append(Fault("limit", f"{len(entries)} entries on {where}, asked for {limit}", answer))
        if again:
            walk.faults.append(Fault("cursor", f"{again[0]!r} again on {where}", answer))
        if not (isinstance(page, dict) and page.get("has_more")):
            walk.complete = True
            return
        cursor = page.get("after")
        if not isinstance(cursor, str) or not cursor:
            walk.faults.append(Fault("cursor", f"has_more without after on {where}", answer))
            return
        if cursor in cursors:
            walk.faults.append(Fault("cursor", f"the cursor {cursor!r:.60} for the second time, on {where}", answer))
            return
        cursors.add(cursor)
        if len(walk.pages) >= most_pages:
            if not endless:
                walk.faults.append(Fault("cursor", f"{most_pages} pages and still more", answer))
            return


def unreadable(stored: Stored) -> CouldNotRun:
    """What a probe raises when it needs the stored thread and cannot have it."""
    return CouldNotRun(f"the thread could not be read: {stored.answer.words}")
