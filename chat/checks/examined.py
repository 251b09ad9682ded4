"""Whole exchanges at once: what was said, what is wrong with it, what the widget does, what was meant."""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from chat.checks.case import ThreadHistory
from chat.checks.examination import Examination
from chat.checks.eye import Eye, WidgetView, widget_view
from chat.checks.families.lifecycle import GO_ON
from chat.checks.findings import Finding
from chat.checks.translation import translate_in_steps
from chat.exchanges import Exchange, event_batches
from chat.protocol import Event, EventList, runs
from chat.steps import at_once, beside

if TYPE_CHECKING:
    from chat.checks.translation import Translation
    from chat.protocol import Problem

__all__ = ["Examined", "examine", "examine_beside", "examine_thread"]


@dataclass(frozen=True)
class Examined:
    """One exchange and everything that can be said about it."""

    exchange: Exchange
    events: Sequence[Event]
    findings: tuple[Finding, ...]
    """Errors first; consequences stand inside their cause."""
    could_not_run: dict[str, str]
    """Rules that failed, by id: faults of the workbench."""
    compared: bool = False
    """Whether earlier exchanges said what it must hold."""
    taken: frozenset[str] = frozenset()
    """Ids of the items that the thread had before."""
    kinds: frozenset[str] = frozenset()
    """The types of the valid events; an update counts under its own."""
    longest: int = 0
    """Bytes of the longest event."""
    eye: Eye | None = None
    """What the official widget has read; None when nobody has looked yet."""
    problems: tuple[Problem, ...] | None = None
    """What is wrong with its document; None when nobody has looked yet."""
    meant: Translation | None = None
    """What the examination found to be meant."""
    untranslated: bool = True
    """Whether it has not looked for that."""

    @cached_property
    def view(self) -> WidgetView:
        """What the official widget does with it."""
        return widget_view(self.exchange, self.events if self.eye is None else self.eye, self.problems)

    @cached_property
    def translation(self) -> Translation | None:
        """What the backend meant, when it did not speak ChatKit."""
        return at_once(self._translating())

    def translating(self) -> Generator[None, None, None]:
        """Make the translation in steps: it is there then."""
        if "translation" not in vars(self):
            vars(self)["translation"] = yield from self._translating()

    def _translating(self) -> Generator[None, None, Translation | None]:
        if self.untranslated:
            return (yield from translate_in_steps(self.exchange, self.events, self.taken))
        return self.meant


def examine(exchange: Exchange, history: ThreadHistory | None = None) -> Examined:
    """Examine one finished exchange. `history` is what earlier exchanges of its thread told, and is carried on."""
    return at_once(_steps(exchange, history))[0]


async def examine_beside(exchange: Exchange, history: ThreadHistory | None = None) -> Examined:
    """The same, for an event loop in which others have something to do."""
    examined, _ = await beside(_steps(exchange, history))
    return examined


def examine_thread(exchanges: Iterable[Exchange], history: ThreadHistory | None = None) -> list[Examined]:
    """Examine the exchanges of one thread in their order: ids and threads are compared across turns."""
    examined = []
    for exchange in exchanges:
        one, history = at_once(_steps(exchange, history))
        examined.append(one)
    still_open = history.open if history is not None else set()
    return [*(_continued(one, still_open) for one in examined[:-1]), *examined[-1:]]


def _continued(one: Examined, still_open: Collection[str]) -> Examined:
    """Without what was said of a workflow or widget that a later exchange has completed: it may go on there."""
    kept = tuple(finding for finding in one.findings if not _completed_later(finding, still_open))
    return one if len(kept) == len(one.findings) else replace(one, findings=kept)


def _completed_later(finding: Finding, still_open: Collection[str]) -> bool:
    if finding.rule_id != "lifecycle/never-done" or not finding.got.startswith(GO_ON):
        return False
    return finding.count == len(finding.evidence) and not any(one.item_id in still_open for one in finding.evidence)


def _steps(exchange: Exchange, history: ThreadHistory | None) -> Generator[None, None, tuple[Examined, ThreadHistory]]:
    """The examination, step by step."""
    examination = Examination(exchange, history)
    events = EventList(exchange)
    eye = Eye()
    for fresh in event_batches(exchange):
        events.extend(fresh)
        for run in runs(fresh):
            examination.feed(run)
            eye.take(run)
        yield
    yield from examination.finishing()
    findings = examination.findings()
    examined = Examined(
        exchange,
        events,
        findings,
        examination.could_not_run,
        examination.compares,
        examination.taken,
        examination.case.kinds,
        examination.case.flow.longest,
        eye,
        examination.problems,
        examination.translation,
        examination.untranslated,
    )
    return examined, examination.history
