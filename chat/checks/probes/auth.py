"""Credentials: none, mangled, another user's. Only reading operations are tried: nothing is changed."""

from __future__ import annotations

from chat.checks.findings import Hit
from chat.checks.probes.answer import Answer
from chat.checks.probes.credentials import Identity
from chat.checks.probes.probe import probe
from chat.checks.probes.sightings import CouldNotRun, Found, NotApplicable, Sightings
from chat.checks.probes.stored import entries_of
from chat.checks.probes.threads import main_thread
from chat.checks.probes.visit import Visit
from chat.exchanges.redaction import is_secret_name

_NONE_GIVEN = "no credentials were given: name them with --header 'Authorization: …'"


@probe("auth/open")
async def requests_without_credentials(visit: Visit) -> Sightings:
    _need_credentials(visit)
    listed = await visit.ask("threads.list", {"limit": 1}, identity="nobody", judged="refusal")
    read = await _thread_as(visit, "nobody")
    _need_answers(listed, read)
    works = [answer for answer in (read, listed) if answer is not None and answer.accepted]
    if listed.accepted and listed.exchange.header("set-cookie") and not entries_of(listed.document):
        works.remove(listed)  # a visitor without credentials gets a session, with nothing in it
    if works:
        visit.notes.open_to_all = read is not None and read.accepted
        got = f"`{works[0].operation}` answers {works[0].status} without credentials"
        yield Found("auth/open", Hit(got, works[0].evidence(got)))


@probe("auth/garbage-accepted")
async def a_mangled_token(visit: Visit) -> Sightings:
    """What only the right token may read is read with a wrong one."""
    _need_credentials(visit)
    if visit.notes.open_to_all:
        raise NotApplicable("the backend asks nobody for credentials: see auth/open")
    read = await _thread_as(visit, "mangled")
    if read is None:
        listed = await visit.ask("threads.list", {"limit": 1}, identity="mangled", judged="refusal")
        _need_answers(listed, None)
        if listed.accepted:
            raise CouldNotRun("there is no thread to try the mangled token on, and `threads.list` answers anybody")
        return
    _need_answers(read, None)
    if read.accepted:
        got = f"`threads.get_by_id` answers {read.status}, the thread included, to a token with a wrong signature"
        yield Found("auth/garbage-accepted", Hit(got, read.evidence(got)))


@probe("auth/cross-user")
async def another_user_reads_the_thread(visit: Visit) -> Sightings:
    if not visit.plan.second_headers:
        raise NotApplicable("no second user was given: name one with --second-header 'Authorization: …'")
    thread = await main_thread(visit)
    if visit.notes.open_to_all:
        raise NotApplicable("the backend asks nobody for credentials: see auth/open")
    listed = await visit.ask("threads.list", {"limit": 20, "order": "desc"}, identity="second", judged="refusal")
    if listed.refused:
        raise CouldNotRun(f"the credentials of --second-header are refused: {listed.words}")
    read = await _thread_as(visit, "second")
    items = await visit.ask("items.list", {"thread_id": thread.id}, identity="second", judged="refusal")
    _need_answers(listed, read)
    seen: list[tuple[str, Answer]] = []
    if read is not None and read.accepted:
        seen.append(("reads the thread with `threads.get_by_id`", read))
    if items.accepted and entries_of(items.document):
        seen.append(("reads its items with `items.list`", items))
    if thread.id in {entry["id"] for entry in entries_of(listed.document)}:
        seen.append(("finds it in `threads.list`", listed))
    for what, answer in seen:
        got = f"the second user {what}"
        yield Found("auth/cross-user", Hit(got, answer.evidence(got)))


def _need_credentials(visit: Visit) -> None:
    if not any(is_secret_name(name) for name, _ in visit.plan.connection.own_headers()):
        raise NotApplicable(_NONE_GIVEN)


async def _thread_as(visit: Visit, identity: Identity) -> Answer | None:
    """The run's thread as somebody else reads it; None when there is none that could be read."""
    try:
        thread = await main_thread(visit)
    except CouldNotRun:
        if visit.patience.stopped:
            raise
        return None
    if visit.notes.unreliable:
        return None
    answer = await visit.ask("threads.get_by_id", {"thread_id": thread.id}, identity=identity, judged="refusal")
    if answer.accepted and answer.document.get("id") != thread.id:
        return None  # an empty answer gives nothing away
    return answer


def _need_answers(*answers: Answer | None) -> None:
    for answer in answers:
        if answer is not None and not answer.whole:
            raise CouldNotRun(f"`{answer.operation}` was not answered: {answer.words}")
