"""Pages of items and of threads: two by two, in both orders, to the end."""

from __future__ import annotations

from typing import Any

from chat.checks.findings import Hit
from chat.checks.probes.answer import Answer
from chat.checks.probes.comparing import need_readable, need_supported
from chat.checks.probes.probe import probe
from chat.checks.probes.sightings import CouldNotRun, Found, Sightings, Unjudged
from chat.checks.probes.stored import Order, Walk, read_thread, walk_items, walk_threads
from chat.checks.probes.threads import another_turn, main_thread, make_thread
from chat.checks.probes.visit import Visit

_RULES = ("paging/limit", "paging/order", "paging/cursor")
_LIMIT = 2
_ENOUGH = 3
_THREAD_PAGES = 6
_OF_THE_WIDGET = 9999
_AT_MOST = "limit = min(limit or 20, 100)  # give less, refuse nothing: the widget asks for 9999"


@probe(*_RULES)
async def pages_of_items(visit: Visit) -> Sightings:
    thread = await main_thread(visit)
    need_readable(visit)
    if len(thread.visible()) < _ENOUGH:
        await another_turn(visit, thread)
    stored = await read_thread(visit, thread.id)
    stored.answer.require()
    for fault in stored.walk.faults:
        yield Found("paging/cursor", Hit(f"reading the thread: {fault.got}", fault.answer.evidence(fault.got)))
    if len(stored.items) < _ENOUGH:
        raise CouldNotRun(f"the thread has only {len(stored.items)} stored items: pages need {_ENOUGH}")
    walks: dict[Order, Walk] = {}
    for order in ("asc", "desc"):
        walks[order] = await walk_items(visit, thread.id, _LIMIT, order, len(stored.items))
        if walks[order].broken is not None:
            break
    async for sighting in _judged(visit, "items.list", walks, stored.walk.ids if stored.whole else None):
        yield sighting


@probe(*_RULES)
async def pages_of_threads(visit: Visit) -> Sightings:
    await main_thread(visit)
    need_readable(visit)
    walk = await walk_threads(visit, 20, "desc", 1)
    if walk.broken is not None:
        walk.broken.require()
    if visit.notes.threads[0].id not in walk.ids:
        raise CouldNotRun("the list does not have the new thread: see persistence/not-listed")
    known = len(walk.ids)
    while known < _ENOUGH:
        await make_thread(visit)
        known += 1
    walks: dict[Order, Walk] = {}
    for order in ("desc", "asc"):
        walks[order] = await walk_threads(visit, _LIMIT, order, _THREAD_PAGES)
        if walks[order].broken is not None:
            break
    # The list is everybody's who has these credentials, and may be long: only a short one is known as a whole.
    whole = None
    if walk.complete:
        newer = [thread.id for thread in visit.notes.threads if thread.id not in walk.ids]
        whole = [*reversed(walk.ids), *newer]
    async for sighting in _judged(visit, "threads.list", walks, whole if known <= 2 * _THREAD_PAGES else None):
        yield sighting


@probe("paging/limit")
async def as_many_as_the_widget_asks_for(visit: Visit) -> Sightings:
    """The widget asks for 9999: whoever allows less has to give less, and must not refuse."""
    thread = await main_thread(visit)
    need_readable(visit)
    requests: tuple[tuple[str, dict[str, Any]], ...] = (
        ("threads.list", {}),
        ("items.list", {"thread_id": thread.id, "order": "asc"}),
    )
    unusual: Answer | None = None
    known = False
    for operation, params in requests:
        usual = await visit.ask(operation, {**params, "limit": _LIMIT})
        if not usual.accepted:
            unusual = usual  # another probe says so
            continue
        known = True
        answer = await visit.ask(operation, {**params, "limit": _OF_THE_WIDGET}, judged="refusal")
        if answer.exchange.outcome in ("unreachable", "timeout"):
            raise CouldNotRun(f"`{operation}` was not answered: {answer.words}")
        if answer.exchange.outcome != "oversized" and not answer.accepted:
            got = (
                f"`{operation}` with limit {_OF_THE_WIDGET} answers {answer.words}; with limit {_LIMIT}, {usual.status}"
            )
            headline = f"`{operation}` does not take the limit that the widget sends"
            yield Found("paging/limit", Hit(got, answer.evidence(got), headline, fix=_AT_MOST, key=operation))
    if unusual is not None and not known:
        unusual.require()


async def _judged(visit: Visit, operation: str, walks: dict[Order, Walk], whole: list[str] | None) -> Sightings:
    """What is wrong with the pages; `whole` are the ids that must be there, oldest first where that is known."""
    for order, walk in walks.items():
        if walk.broken is not None:
            if walk.broken.unsupported:
                need_supported(visit, operation)
            if walk.broken.whole and walk.broken.crashed:
                got = f"`{operation}` with order {order} answers {walk.broken.words}"
                yield Found("paging/cursor", Hit(got, walk.broken.evidence()))
                raise CouldNotRun(f"`{operation}` fails: see paging/cursor")
            raise CouldNotRun(f"`{operation}` was not answered as it should be: {walk.broken.words}")
        for fault in walk.faults:
            got = f"`{operation}`, order {order}: {fault.got}"
            yield Found(f"paging/{fault.kind}", Hit(got, fault.answer.evidence(got)))
        missing = [item_id for item_id in whole or () if item_id not in walk.ids]
        if missing and walk.complete:
            short = len(walk.pages) == 1
            rule_id = "paging/limit" if short else "paging/cursor"
            got = f"`{operation}`, order {order}: {missing[0]!r} is on none of the {len(walk.pages)} pages"
            if short:
                got = f"`{operation}` with limit {_LIMIT}: {len(walk.ids)} entries and has_more: false, although there "
                got += f"are {len(whole or ())}"
            yield Found(rule_id, Hit(got, walk.answers[-1].evidence(got)))
    up, down = walks["asc"], walks["desc"]
    if up.faults or down.faults:
        clean = not any(fault.kind == "cursor" for walk in walks.values() for fault in walk.faults)
        if not clean:
            yield Unjudged("paging/order", CouldNotRun("the pages do not follow each other: see paging/cursor"))
            return
    if up.complete and down.complete:
        wrong = up.ids != down.ids[::-1] and set(up.ids) == set(down.ids)
    else:
        wrong = up.pages[0] == down.pages[0]
    if wrong:
        how = "both orders give" if up.ids == down.ids else "order desc gives"
        got = f"`{operation}`: {how} {', '.join(down.ids[:6])}"
        got += "" if up.ids == down.ids else f"; asc gives {', '.join(up.ids[:6])}"
        yield Found("paging/order", Hit(got, down.answers[0].evidence(got)))
    elif whole and operation == "items.list" and up.ids != whole and set(up.ids) == set(whole):
        got = f"`{operation}` with order asc gives {', '.join(up.ids[:6])}; `threads.get_by_id` {', '.join(whole[:6])}"
        yield Found("paging/order", Hit(got, up.answers[0].evidence(got)))
