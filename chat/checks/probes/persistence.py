"""Is everything that was streamed still there after a reload? The heart of the run."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

from chat.checks.differences import differences
from chat.checks.findings import Hit
from chat.checks.probes.answer import Answer
from chat.checks.probes.comparing import compared, items_to_compare, need_answers, need_readable, need_supported
from chat.checks.probes.own_thread import OwnThread
from chat.checks.probes.probe import probe
from chat.checks.probes.sightings import CouldNotRun, Found, NotApplicable, Sightings, Unjudged
from chat.checks.probes.stored import Stored, entries_of, read_thread, walk_threads
from chat.checks.probes.threads import another_turn, main_thread, retry
from chat.checks.probes.visit import Visit

_READS_AT_ONCE, _ROUNDS = 5, 2
_LIST_PAGE, _LIST_PAGES = 20, 3


@probe("persistence/flapping")
async def ten_reads_agree(visit: Visit) -> Sightings:
    """Ten reads, five at a time: several workers only show when several connections are open."""
    thread = await main_thread(visit)
    reads: list[Answer] = []
    for _ in range(_ROUNDS):
        params = {"thread_id": thread.id}
        asked = (visit.ask("threads.get_by_id", params) for _ in range(_READS_AT_ONCE))
        for read in await asyncio.gather(*asked, return_exceptions=True):
            if isinstance(read, BaseException):
                raise read
            reads.append(read)
        if not any(read.whole for read in reads):
            break
    if any(read.unsupported for read in reads):
        need_supported(visit, "threads.get_by_id")
    silent = [read for read in reads if not read.whole]
    if silent:
        raise CouldNotRun(f"{len(silent)} of {len(reads)} reads were not answered: {silent[0].words}")
    kinds: list[Answer] = []
    seen: Counter[int] = Counter()
    for read in reads:
        kind = next((place for place, other in enumerate(kinds) if _agree(other, read)), len(kinds))
        if kind == len(kinds):
            kinds.append(read)
        seen[kind] += 1
    if len(kinds) > 1:
        got = f"of {len(reads)} reads: " + ", ".join(
            f"{times} × {_holdings(kinds[kind])}" for kind, times in seen.most_common()
        )
        visit.notes.unreliable = "reads of the same thread disagree: see persistence/flapping"
        yield Found("persistence/flapping", Hit(got, kinds[-1].evidence()))


def _agree(one: Answer, other: Answer) -> bool:
    if one.accepted != other.accepted or (not one.accepted and one.status != other.status):
        return False
    left, right = (entries_of(answer.document.get("items")) for answer in (one, other))
    return [item["id"] for item in left] == [item["id"] for item in right] and not any(
        differences(before, after) for before, after in zip(left, right, strict=True)
    )


def _holdings(answer: Answer) -> str:
    return f"{len(entries_of(answer.document.get('items')))} items" if answer.accepted else answer.words


@probe("persistence/not-stored", "persistence/differs", "paging/order")
async def every_turn_is_stored_as_it_was_streamed(visit: Visit) -> Sightings:
    """After the first turn and after each other, what is stored is compared with what was streamed."""
    thread = await main_thread(visit)
    need_readable(visit)
    told: set[tuple[str, str]] = set()
    for number in range(1, max(2, len(visit.plan.messages)) + 1):
        if number > 1:
            try:
                await another_turn(visit, thread)
            except NotApplicable:
                break
        stored = await read_thread(visit, thread.id)
        problem = _unreadable(visit, stored)
        if problem is not None:
            yield problem
            raise CouldNotRun("the thread cannot be read: see persistence/not-stored")
        if not items_to_compare(thread) and number == 1:
            break
        for found in compared(thread, stored):
            place = (found.rule_id, found.hit.evidence.item_id or "" if found.hit.evidence else "")
            if place not in told:
                told.add(place)
                yield found
        if not stored.whole:
            broken = stored.walk.broken
            why = broken.words if broken is not None else "its pages have no end"
            yield Unjudged("persistence/not-stored", CouldNotRun(f"the thread could not be read to its end: {why}"))
    need_answers(thread)


def _unreadable(visit: Visit, stored: Stored) -> Found | None:
    """What is to be said when the thread cannot be read at all. Raises where that says nothing about the store."""
    answer = stored.answer
    if answer.accepted and isinstance(stored.thread.get("items"), dict):
        return None
    if answer.unsupported:
        need_supported(visit, "threads.get_by_id")
    if answer.whole and answer.crashed:
        visit.notes.unreliable = "the thread cannot be read back: see errors/operation-fails"
        raise CouldNotRun(visit.notes.unreliable)
    if answer.missing:
        visit.notes.unreliable = "the thread cannot be read back: see persistence/not-stored"
        got = f"`threads.get_by_id` of the new thread answers {answer.words}"
        return Found("persistence/not-stored", Hit(got, answer.evidence(), "The thread was streamed and is not stored"))
    visit.notes.unreliable = f"the thread could not be read: {answer.words}"
    raise CouldNotRun(visit.notes.unreliable)


@probe("persistence/not-listed")
async def a_new_thread_is_listed(visit: Visit) -> Sightings:
    """Somewhere on the first pages: other people's threads may be newer."""
    thread = await main_thread(visit)
    need_readable(visit)
    walk = await walk_threads(visit, _LIST_PAGE, "desc", _LIST_PAGES)
    if walk.broken is not None and walk.broken.unsupported:
        need_supported(visit, "threads.list")
    if thread.id in walk.ids:
        return
    if walk.broken is not None and not (walk.broken.whole and walk.broken.crashed):
        raise CouldNotRun(f"`threads.list` was not answered as it should be: {walk.broken.words}")
    last = walk.broken or walk.answers[-1]
    if walk.broken is not None:
        got = f"`threads.list` answers {last.words}"
    else:
        got = f"`{thread.id}` is not among the {len(walk.ids)} newest threads of `threads.list`"
    yield Found("persistence/not-listed", Hit(got, last.evidence()))


@probe("persistence/rename-lost")
async def a_new_title_stays(visit: Visit) -> Sightings:
    thread = await main_thread(visit)
    need_readable(visit)
    title = f"Workbench check {thread.id[-6:]}"
    answer = await visit.ask("threads.update", {"thread_id": thread.id, "title": title})
    if answer.whole and answer.crashed:
        yield Found("persistence/rename-lost", Hit(f"`threads.update` answers {answer.words}", answer.evidence()))
        return
    answer.require()
    thread.state.json = {**thread.state.json, "title": title}
    read = (await visit.ask("threads.get_by_id", {"thread_id": thread.id})).require()
    if read.document.get("title") != title:
        got = f"`threads.get_by_id` has the title {read.document.get('title')!r:.80}, given was {title!r}"
        yield Found("persistence/rename-lost", Hit(got, read.evidence(got)))
    walk = await walk_threads(visit, _LIST_PAGE, "desc", _LIST_PAGES)
    listed = next((entry for entry in walk.entries if entry["id"] == thread.id), None)
    if listed is not None and listed.get("title") != title:
        got = f"`threads.list` has the title {listed.get('title')!r:.80}, given was {title!r}"
        yield Found("persistence/rename-lost", Hit(got, walk.answers[-1].evidence(got)))


@probe("persistence/retry-leaves-items", "persistence/not-stored", "persistence/differs")
async def a_retry_leaves_nothing_behind(visit: Visit) -> Sightings:
    """The first message is answered again: everything after it has to go, and the new answer to be stored."""
    thread = await main_thread(visit)
    need_readable(visit)
    need_answers(thread)
    messages = thread.user_messages()
    if not messages:
        raise CouldNotRun("the stream brought no message of the user's that could be answered again")
    stored = await read_thread(visit, thread.id)
    stored.answer.require()
    before = [item["id"] for item in stored.items]
    if messages[0] not in before:
        raise CouldNotRun("the message to be answered again is not stored: see persistence/not-stored")
    old = {item_id: item for item_id, item in thread.state.items.items() if item_id in before}
    later = before[before.index(messages[0]) + 1 :]
    turn = await retry(visit, thread, messages[0])
    answer = turn.answer
    if answer.unsupported:
        need_supported(visit, "threads.retry_after_item")
    after = await read_thread(visit, thread.id)
    if not after.answer.accepted:
        raise CouldNotRun(f"the thread could not be read after the retry: {after.answer.words}")
    again = {item.id for item in thread.visible()}
    left = [item["id"] for item in after.items if item["id"] in later and item["id"] not in again]
    if left:
        kinds = Counter(old[item_id].type if item_id in old else "item" for item_id in left)
        got = ", ".join(f"{times} × {kind}" for kind, times in kinds.items())
        got = f"{got} after `{messages[0]}` still stored: {', '.join(left[:4])}"
        yield Found("persistence/retry-leaves-items", Hit(got, after.answer.evidence(got, left[0])))
    if not answer.accepted:
        raise CouldNotRun(f"`threads.retry_after_item` was not answered as it should be: {answer.words}")
    after.items[:] = [item for item in after.items if item["id"] not in left]
    for found in compared(thread, after):
        if found.rule_id != "paging/order":
            yield found


@probe("persistence/delete-leaves-thread")
async def a_deleted_thread_is_gone(visit: Visit) -> Sightings:
    """The last of the thread: what follows has nothing to look at any more."""
    thread = await main_thread(visit)
    answer = await delete(visit, thread)
    if answer.unsupported:
        need_supported(visit, "threads.delete")
    if answer.whole and answer.crashed:
        got = f"`threads.delete` answers {answer.words}"
        yield Found("persistence/delete-leaves-thread", Hit(got, answer.evidence()))
        return
    if not (answer.whole and answer.status < 300):
        raise CouldNotRun(f"`threads.delete` was not answered as it should be: {answer.words}")
    walk = await walk_threads(visit, _LIST_PAGE, "desc", _LIST_PAGES)
    read = await visit.ask("threads.get_by_id", {"thread_id": thread.id}, judged="refusal")
    places: list[Any] = []
    # A backend that knows every id answers with an empty thread: that is errors/unknown-thread.
    if read.accepted and read.document.get("id") == thread.id and entries_of(read.document.get("items")):
        places.append(("threads.get_by_id", read))
    if thread.id in walk.ids:
        places.append(("threads.list", walk.answers[-1]))
    for name, where in places:
        thread.deleted = False
        got = f"`{thread.id}` is still in `{name}`"
        yield Found("persistence/delete-leaves-thread", Hit(got, where.evidence(got)))


async def delete(visit: Visit, thread: OwnThread) -> Answer:
    """Ask once for a thread to be deleted."""
    visit.patience.need_alive()
    thread.delete_sent = True
    answer = await visit.ask("threads.delete", {"thread_id": thread.id})
    thread.deleted = answer.whole and 200 <= answer.status < 300
    return answer
