"""How the backend says no: to a thread that is not there, to bodies that are no requests."""

from __future__ import annotations

import json
from typing import Any

from chat.checks.case import ThreadHistory
from chat.checks.families.paging import first_page_again
from chat.checks.families.typed import AFTER_NOTHING
from chat.checks.findings import Hit, Level
from chat.checks.listed_pages import ids_on
from chat.checks.probes.answer import Answer
from chat.checks.probes.comparing import need_readable
from chat.checks.probes.own_thread import OwnThread
from chat.checks.probes.probe import probe
from chat.checks.probes.sightings import CouldNotRun, Found, Sightings
from chat.checks.probes.stored import entries_of
from chat.checks.probes.threads import main_thread, user_message
from chat.checks.probes.visit import Visit
from chat.protocol import ThreadState

_NOWHERE = "thr_4c9f0d1e"
_NOTHING = "workbench_check_nowhere"
_AS_IF = "An unknown thread is answered as if it were there"
_IN_NO_WORDS = "A message to an unknown thread is answered by nothing"

_NONSENSE: tuple[tuple[str, bytes], ...] = (
    ("JSON that breaks off", b'{"type":"threads.get_by_id","params":'),
    ("a JSON list", b"[]"),
    ("an unknown operation", b'{"type":"threads.no_such_operation","params":{}}'),
    ("a missing parameter", b'{"type":"threads.update","params":{}}'),
)


_ODD_PAGES: tuple[tuple[str, dict[str, Any], Level], ...] = (
    ("a cursor that names nothing", {"limit": 2, "after": _NOTHING}, Level.WARNING),
    ("limit 0", {"limit": 0}, Level.NOTE),
    ("limit −1", {"limit": -1}, Level.NOTE),
)
_LIMIT = "limit = max(1, min(limit or 20, 100))"


@probe("errors/unknown-thread")
async def a_thread_that_is_not_there(visit: Visit) -> Sightings:
    """Read, listed, and written to. The id has the shape of those that the backend makes itself."""
    known = await _known_id(visit)
    nowhere = _another(known)
    requests: list[tuple[str, dict[str, Any]]] = [
        ("threads.get_by_id", {"thread_id": nowhere}),
        ("items.list", {"thread_id": nowhere, "limit": 2}),
    ]
    if visit.notes.unreliable:  # what fails for threads that are there says nothing of others
        listed = await visit.ask("items.list", {"thread_id": known, "limit": 2}, judged="refusal")
        requests = [] if listed.crashed else requests[1:]
    for operation, params in requests:
        answer = await visit.ask(operation, params, judged="refusal")
        if answer.crashed:
            _need_end(answer)
            got = f"`{operation}` answers {answer.words}"
            yield Found("errors/unknown-thread", Hit(got, answer.evidence()))
        elif answer.accepted and (operation == "threads.get_by_id" or entries_of(answer.document)):
            got = f"`{operation}` answers {answer.words}, as if the thread were there"
            yield Found("errors/unknown-thread", Hit(got, answer.evidence(), _AS_IF, key=_AS_IF))
    visit.take_turn()  # a backend that takes any id has its agent answer
    state = ThreadState()
    params = {"thread_id": nowhere, "input": user_message(visit.plan.message)}
    answer = await visit.ask("threads.add_user_message", params, judged="refusal", state=state)
    await _note_what_was_made(visit, nowhere, state)
    if answer.clear:
        return
    if state.items or answer.crashed or not answer.events:
        if state.items:
            got = f"`threads.add_user_message` answers {answer.words}, as if the thread were there"
        else:
            _need_end(answer)
            got = f"`threads.add_user_message` answers {answer.words}"
            got += "" if answer.crashed else ", without a single event"
        headline = "" if answer.crashed else _AS_IF if state.items else _IN_NO_WORDS
        yield Found("errors/unknown-thread", Hit(got, answer.evidence(), headline, key=headline))


async def _note_what_was_made(visit: Visit, nowhere: str, state: ThreadState) -> None:
    """A backend may have made a thread of it, under this id or another, whatever it answered: that has to go, too."""
    if visit.notes.unreliable and not state.items:
        return
    read = await visit.ask("threads.get_by_id", {"thread_id": nowhere}, judged="refusal")
    if state.items or read.accepted:
        visit.notes.threads.append(OwnThread(nowhere, state, ThreadHistory()))
    if state.id and state.id != nowhere:
        visit.notes.threads.append(OwnThread(state.id, state, ThreadHistory()))


@probe("errors/bad-request", "paging/cursor")
async def numbers_and_cursors_that_make_no_sense(visit: Visit) -> Sightings:
    """
    What is answered may be anything but a crash; the first page again is worth a note, as no widget asks for limits
    such as these.
    """
    thread = await main_thread(visit)
    need_readable(visit)
    first = (await visit.ask("items.list", {"thread_id": thread.id, "limit": 2})).require()
    ids = ids_on(first.document)
    for what, params, level in _ODD_PAGES:
        answer = await visit.ask("items.list", {"thread_id": thread.id, **params}, judged="nonsense")
        if not answer.crashed:
            again = "after" in params and answer.accepted and ids and ids_on(answer.document) == ids
            if again and ids_on((await _after(visit, thread.id, ids[-1])).document) != ids:  # else paging/cursor is red
                got = f"`items.list` after `{_NOTHING}` → the first page"
                yield Found("paging/cursor", first_page_again("items.list", _NOTHING, "unknown", answer.evidence(got)))
            continue
        _need_end(answer)
        got = f"`items.list` with {what}: {answer.words}"
        headline = f"`items.list` with {what} is answered with a crash"
        fix = AFTER_NOTHING if "after" in params else _LIMIT
        yield Found("errors/bad-request", Hit(got, answer.evidence(got), headline, fix=fix, key=what, level=level))


async def _after(visit: Visit, thread_id: str, item_id: str) -> Answer:
    return await visit.ask("items.list", {"thread_id": thread_id, "limit": 2, "after": item_id})


@probe("errors/bad-request")
async def bodies_that_are_no_requests(visit: Visit) -> Sightings:
    for what, body in _NONSENSE:
        answer = await visit.send(body, judged="nonsense")
        if answer.clear:
            continue
        if answer.crashed:
            _need_end(answer)
        got = f"{what}: {answer.words}"
        place = answer.evidence(f"{body.decode()} → {answer.words}")
        headline = "" if answer.crashed else "What is no request is answered as if it were one"
        yield Found("errors/bad-request", Hit(got, place, headline, key=headline))


async def _known_id(visit: Visit) -> str:
    try:
        return (await main_thread(visit)).id
    except CouldNotRun:
        if visit.patience.stopped:
            raise
        return _NOWHERE


def _another(thread_id: str) -> str:
    """An id of the same shape: its last eight letters and digits are others, each of its kind and of base 16."""
    changed = 0
    characters = list(thread_id)
    for place in range(len(characters) - 1, -1, -1):
        character = characters[place]
        if changed == 8:
            break
        if character.isascii() and character.isdigit():
            characters[place] = str(9 - int(character))
        elif character in "abcdef":
            characters[place] = "fedcba"["abcdef".index(character)]
        elif character.isascii() and character.islower():
            characters[place] = chr(ord("g") + (ord(character) - ord("g") + 7) % 20)
        elif character.isascii() and character.isupper():
            characters[place] = chr(ord("A") + (ord(character) - ord("A") + 13) % 26)
        else:
            continue
        changed += 1
    return "".join(characters) if changed else json.dumps(thread_id)[1:-1] + "9f0d"


def _need_end(answer: Answer) -> None:
    """A request that nobody answered says nothing about how the backend refuses."""
    if answer.exchange.outcome in ("unreachable", "timeout"):
        raise CouldNotRun(f"`{answer.operation or 'the request'}` was not answered: {answer.words}")
