"""The conformance run: everything that ChatKit's operations promise, tried out on a backend, in one report.

    report = await check(Plan(Connection("http://127.0.0.1:8000/chatkit")))

The run makes threads of its own and deletes them in the end, whatever happened. It never sends anything twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace

from chat.checks.catalogue import CATALOGUE
from chat.checks.examined import Examined
from chat.checks.findings import Evidence, Hit, Level, excerpt
from chat.checks.page_side import PAGE_SIDE
from chat.checks.probes import PROBES, Probe
from chat.checks.probes.knocking import knock
from chat.checks.probes.plan import Plan
from chat.checks.probes.sightings import CouldNotRun, Found, NotApplicable
from chat.checks.probes.visit import Visit
from chat.checks.reports.making import exchange_report, preparing
from chat.checks.reports.model import Report
from chat.checks.reports.secrets import cleaning, without_secrets
from chat.checks.rules import Rule
from chat.checks.verdicts import Verdicts, all_checks
from chat.client import ChatKitClient
from chat.exchanges import Exchange, operation_of
from chat.steps import beside

__all__ = ["Plan", "Progress", "check", "select"]

_WANT_WORDS = {"widget": "widgets", "client_tool_call": "client tools", "workflow": "workflows"}
"""Items that an agent brings only when it is asked for them."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is."""

    done: int
    """Probes that have come to their end."""
    total: int
    doing: str
    """What is being tried out, in a few words; "" at the end."""
    requests: int
    """Requests sent so far."""


def select(only: tuple[str, ...] = (), skip: tuple[str, ...] = ()) -> frozenset[str]:
    """The rules that are left by `only` and `skip`, which hold ids of rules and sections.

    Raises ValueError for a name that is neither.
    """
    named = {name: _named(name) for name in (*only, *skip)}
    wanted = set(CATALOGUE) if not only else {rule_id for name in only for rule_id in named[name]}
    return frozenset(wanted.difference(*(named[name] for name in skip)))


def _named(name: str) -> set[str]:
    found = {rule.id for rule in CATALOGUE.values() if name in (rule.id, rule.section)}
    if not found:
        sections = ", ".join(dict.fromkeys(rule.section for rule in CATALOGUE.values()))
        raise ValueError(f"{name!r} is neither a rule nor a section. Sections: {sections}.")
    return found


async def check(
    plan: Plan,
    on_progress: Callable[[Progress], None] | None = None,
    on_exchange: Callable[[Exchange], None] | None = None,
) -> Report:
    """
    Check a backend. Whatever it does, there is a report.

    `on_progress` is called when something else begins, `on_exchange` with each exchange when it has ended. Cancelling
    the task deletes what was made and ends it.
    """
    visit = Visit(plan, on_exchange)
    verdicts = Verdicts()
    probes = [probe for probe in PROBES if _wanted(probe, plan)]

    def tell(done: int, doing: str) -> None:
        if on_progress is not None:
            on_progress(Progress(done, len(probes) + 1, doing, len(visit.notes.exchanges)))

    try:
        tell(0, "knocking")
        await knock(visit)
        for done, probe in enumerate(probes):
            tell(done, probe.title)
            await _try(probe, visit, verdicts)
    finally:
        tell(len(probes), "deleting what was made")
        await asyncio.shield(_clean_up(visit))
    tell(len(probes) + 1, "")
    return await beside(_reporting(visit, verdicts))


def _wanted(probe: Probe, plan: Plan) -> bool:
    """Whether the plan needs what this probe does. A rule about every answer needs every probe."""
    of_every_answer = (rule.id for rule in CATALOGUE.values() if rule.judge is not None or rule.id == "cors/response")
    return any(map(plan.wants, probe.rule_ids)) or any(map(plan.wants, of_every_answer))


async def _try(probe: Probe, visit: Visit, verdicts: Verdicts) -> None:
    unjudged: set[str] = set()
    why: NotApplicable | CouldNotRun | None = None
    try:
        async for sighting in probe.run(visit):
            if isinstance(sighting, Found):
                verdicts.take(sighting)
            else:
                unjudged.add(sighting.rule_id)
                verdicts.leave(sighting.rule_id, sighting.why)
    except (NotApplicable, CouldNotRun) as reason:
        why = reason
    except Exception as error:  # hostile answers must not end the run; what was not judged is said
        text = visit.secrets.text(f"{type(error).__name__}: {error}")[:300]
        why = CouldNotRun(f"the workbench failed here, which is a mistake of its own: {text}")
    left = [rule_id for rule_id in probe.rule_ids if rule_id not in unjudged]
    if why is None:
        verdicts.end(left)
    else:
        for rule_id in left:
            verdicts.leave(rule_id, why)


async def _clean_up(visit: Visit) -> None:
    """Delete what the run has made, as long as somebody answers; what is left is said."""
    notes = visit.notes
    errands = [("attachments.delete", {"attachment_id": name}, f"attachment {name}") for name in notes.attachments]
    for thread in notes.threads:
        if thread.delete_sent:
            if not thread.deleted:
                notes.left.append(f"thread {thread.id} (its deletion failed)")
        else:
            errands.append(("threads.delete", {"thread_id": thread.id}, f"thread {thread.id}"))
    gone = ""
    for operation, params, what in errands:
        words = gone or notes.unsupported.get(operation, "")
        if not words:
            exchange = await _errand(visit, operation, params)
            status = exchange.status or 0
            if exchange.outcome == "complete" and (200 <= status < 300 or status == 404):
                continue
            words = exchange.failure or f"{status} {exchange.reason}".strip()
            if exchange.outcome != "complete":
                gone = words
        notes.left.append(f"{what} (`{operation}`: {words})")


async def _errand(visit: Visit, operation: str, params: dict[str, str]) -> Exchange:
    async def send(client: ChatKitClient) -> None:
        await client.raw({"type": operation, "params": params})

    return await visit.perform(send, cleaning_up=True)


def _reporting(visit: Visit, verdicts: Verdicts) -> Generator[None, None, Report]:
    """What was found out, without secrets: in steps, since an answer may be long and there are many."""
    report = _report(visit, verdicts)
    yield
    exchanges = []
    for one in visit.notes.examined:
        yield from preparing(one)
        exchanges.append((yield from cleaning(exchange_report(one), visit.secrets)))
    return replace(without_secrets(report, visit.secrets), exchanges=tuple(exchanges))


def _report(visit: Visit, verdicts: Verdicts) -> Report:
    """The report, without the exchanges."""
    plan, notes = visit.plan, visit.notes
    for found in _unanswered(visit, verdicts):
        verdicts.take(found)
    active = [rule.id for rule in CATALOGUE.values() if _is_probed(rule) or verdicts.failed(rule.id)]
    judged = [one for one in notes.examined if one.exchange.request.operation and not _nonsense(one)]
    ids = {
        name for thread in notes.threads for name in (thread.id, *(item for turn in thread.turns for item in turn.ids))
    }
    stopped = _sentence(visit.patience.stopped) if visit.patience.stopped else ""
    everything = all_checks(verdicts, active, judged, ids, given_up=stopped, no_turn=_no_turn(judged))
    checks = tuple(one for one in everything if plan.wants(one.id))
    sound = not any(
        one.status == "could-not-run" or (one.status == "failed" and one.level is not Level.NOTE) for one in checks
    )
    turns_failed = any(one.id == "lifecycle/ended-in-error" and one.status == "failed" for one in checks)
    sound = sound and not turns_failed and all(map(plan.wants, CATALOGUE)) and not stopped
    unsupported = [
        f"`{operation}` is not implemented: {words.rstrip('.')}." for operation, words in notes.unsupported.items()
    ]
    left = [f"Left behind: {what}." for what in notes.left]
    unseen = [] if stopped else _unseen(visit)
    given_up = [f"The run was given up: {visit.patience.stopped}"] if stopped else []
    return Report(
        plan.connection.shown_url,
        checks,
        (),
        tuple(given_up + unsupported + unseen + left),
        "unreachable" if visit.patience.unreachable else "refused" if notes.refused else "",
        stopped if visit.patience.unreachable or notes.refused else "",
        PAGE_SIDE if sound else (),
        sound and plan.origin is not None,  # what a browser of another origin is told keeps many a page blank
    )


def _no_turn(judged: Sequence[Examined]) -> str:
    """Why not one turn was answered with an event, in a sentence; "" when one was."""
    turns = [one for one in judged if one.exchange.expects_stream]
    if any(one.events for one in turns):
        return ""
    if not turns:
        return "No turn could be tried out."
    first = turns[0].exchange
    how = first.failure or (f"status {first.status}" if (first.status or 0) >= 300 else "no event")
    return f"No turn was answered: `{first.request.operation}` got {how.rstrip('.')}."


def _unseen(visit: Visit) -> list[str]:
    """What no turn brought, so that nothing is known of it."""
    turns = [turn for thread in visit.notes.threads for turn in thread.turns]
    seen = {item.type for turn in turns for item in turn.brought}
    missing = [name for kind, name in _WANT_WORDS.items() if kind not in seen]
    if not turns or not missing:
        return []
    return [f"Not seen in this run: {', '.join(missing)}. Say what brings them with --message, once for each."]


def _is_probed(rule: Rule) -> bool:
    return any(rule.id in probe.rule_ids for probe in PROBES)


def _nonsense(one: Examined) -> bool:
    """Whether it answers what no widget sends: the passive rules have nothing to say about it."""
    return one.exchange.request.operation == "threads.no_such_operation"


def _unanswered(visit: Visit, verdicts: Verdicts) -> list[Found]:
    """Requests that got no whole answer, where no rule has said so."""
    notes = visit.notes
    said = {
        one.exchange.id for one in notes.examined if any(finding.section == "transport" for finding in one.findings)
    }
    found: list[Found] = []
    for number, exchange in enumerate(notes.exchanges):
        if (
            exchange.id in said | notes.elsewhere
            or verdicts.named(exchange.id)
            or (number == 0 and visit.patience.unreachable)
        ):
            continue
        name = f"`{exchange.request.operation or operation_of(exchange.request.body) or exchange.request.method}`"
        got = f"{name}: {exchange.failure or exchange.outcome}"
        place = Evidence(excerpt(got), exchange_id=exchange.id)
        if exchange.outcome in ("unreachable", "unanswered", "truncated", "garbled"):
            headline = f"{name} got no answer" if exchange.status is None else f"The answer to {name} broke off"
            rule_id = "transport/no-answer" if exchange.outcome == "unanswered" else "transport/truncated"
            found.append(Found(rule_id, Hit(got, place, headline, key="no answer")))
        elif exchange.outcome == "timeout":
            headline = f"{name} got no answer" if exchange.status is None else f"The answer to {name} has no end"
            found.append(Found("transport/never-ends", Hit(got, place, headline, key="no end")))
    return found


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "."
