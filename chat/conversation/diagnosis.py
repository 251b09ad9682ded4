"""The exchanges of one thread, examined while they run.

Every event is judged once, as it comes: a text delta costs a few microseconds. Findings are put together only when
somebody reads them, and at most for a tenth of the time.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from chat.checks import (
    Examination,
    Examined,
    Eye,
    Finding,
    Level,
    ThreadHistory,
    Translation,
    WidgetView,
    translate,
    widget_view,
)
from chat.checks.examination import EVERY_RULE, Table
from chat.checks.findings import Hit
from chat.exchanges import Exchange
from chat.protocol import Event, EventList
from chat.steps import at_once, beside

__all__ = ["Counts", "Diagnoses", "Diagnosis"]

_SHARE: Final = 10
"""Putting findings together for t seconds is followed by a pause of SHARE × t while the stream runs."""
_SILENCE: Final = 1.0
"""Seconds between two questions about silence."""
_READING = WidgetView("Reads the events as they come.", "known", 1, "")
_WAITING = WidgetView("Waits for the answer.", "known", 1, "")


@dataclass(frozen=True, slots=True)
class Counts:
    """Findings by level; consequences are not counted beside their cause."""

    errors: int = 0
    warnings: int = 0
    notes: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.errors + other.errors, self.warnings + other.warnings, self.notes + other.notes)

    @classmethod
    def of(cls, findings: Sequence[Finding]) -> Counts:
        """The counts of these findings."""
        levels = [finding.level for finding in findings]
        return cls(levels.count(Level.ERROR), levels.count(Level.WARNING), levels.count(Level.NOTE))


class Diagnosis:
    """What is known of one exchange so far."""

    def __init__(self, exchange: Exchange, history: ThreadHistory, rules: Table = EVERY_RULE) -> None:
        self.exchange = exchange
        self.events = EventList(exchange)
        self._examination = Examination(exchange, history, rules)
        self._findings: tuple[Finding, ...] = ()
        self._read = -1
        self._not_before = self._idle_at = 0.0
        self._eye = Eye()
        self._view: WidgetView | None = None
        self._finishing: Generator[None, None, None] | None = None
        self._translation: Translation | None = None
        self._translated = False
        self._added: set[str] = set()

    @property
    def streams(self) -> bool:
        """Whether the answer is, or should be, a stream of events."""
        return self.exchange.expects_stream

    @property
    def history(self) -> ThreadHistory:
        """What the next exchange of the thread is judged by."""
        return self._examination.history

    @property
    def finished(self) -> bool:
        """Whether everything that can be judged was judged."""
        return self._examination.finished

    @property
    def revision(self) -> int:
        """Grows whenever the findings may have changed."""
        return self._examination.revision + self.finished

    @property
    def could_not_run(self) -> dict[str, str]:
        """Rules that failed, and how: a fault of the workbench, never of the backend."""
        return self._examination.could_not_run

    def examined(self) -> Examined:
        """All of it at once, for reports."""
        examination = self._examination
        return Examined(
            self.exchange,
            self.events,
            self.findings,
            self.could_not_run,
            examination.compares,
            examination.taken,
            examination.case.kinds,
            examination.case.flow.longest,
            problems=examination.problems,
            meant=examination.translation,
            untranslated=examination.untranslated,
        )

    def feed(self, run: Sequence[Event]) -> None:
        """Judge the next run of events (see `chat.protocol.runs`)."""
        self.events.extend(run)
        self._examination.feed(run)
        self._eye.take(run)

    def finish(self) -> None:
        """The exchange is over."""
        at_once(self.finishing())

    def finishing(self) -> Generator[None, None, None]:
        """The same in steps; whatever of it others have not done yet."""
        if self._finishing is None:
            self._finishing = self._examination.finishing()
        return self._finishing

    def add(self, rule_id: str, hit: Hit) -> None:
        """A sighting by somebody who has seen more than this exchange; nothing when its own rules have it already."""
        if rule_id not in self._added and any(finding.rule_id == rule_id for finding in self.findings):
            return
        self._added.add(rule_id)
        self._examination.sighted(rule_id, hit)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What has been found so far, errors first; while the stream runs perhaps a moment old."""
        if not self.finished and time.monotonic() > self._idle_at:
            self._examination.idle()
            self._idle_at = time.monotonic() + _SILENCE
        if self._read == self.revision or (not self.finished and time.monotonic() < self._not_before):
            return self._findings
        begin = time.monotonic()
        self._read = self.revision
        self._findings = self._examination.findings()
        now = time.monotonic()
        self._not_before = now + _SHARE * (now - begin)
        return self._findings

    @property
    def counts(self) -> Counts:
        """Findings by level."""
        return Counts.of(self.findings)

    @property
    def view(self) -> WidgetView:
        """What the official widget does with it."""
        if self._view is not None:
            return self._view
        exchange = self.exchange
        if exchange.running or (self.streams and not self.finished):  # of its end, some events may be on their way here
            if exchange.status is None:
                return _WAITING
            view = widget_view(exchange, ())
            return view if view.requests_sent > 1 or exchange.status >= 300 else _READING
        self._view = widget_view(exchange, self._eye, self._examination.problems)
        self._eye = Eye()  # all is said: what it has gathered need not be kept
        return self._view

    @property
    def translates(self) -> bool:
        """Whether it is known, once it is finished, that the backend did not speak ChatKit, and what it meant."""
        return self._examination.translation is not None

    @property
    def translation(self) -> Translation | None:
        """What the backend meant, when it did not speak ChatKit. Costs its events once, where there are very many."""
        if not self._examination.untranslated:
            return self._examination.translation
        if not self._translated and not self.exchange.running:
            self._translated = True
            self._translation = translate(self.exchange, self.events, self._examination.taken)
        return self._translation


class Diagnoses:
    """The diagnoses of exchanges in their order, by these rules: those of one thread are compared with one another."""

    def __init__(self, rules: Table = EVERY_RULE) -> None:
        self._rules = rules
        self._histories: dict[str, ThreadHistory] = {}
        self._by_id: dict[str, Diagnosis] = {}
        self._open: list[Diagnosis] = []

    def begin(self, exchange: Exchange, thread: str = "") -> Diagnosis:
        """A request is sent; `thread` tells several threads apart, where there are several."""
        self.settle_documents()
        diagnosis = Diagnosis(exchange, self._histories.get(thread) or ThreadHistory(), self._rules)
        self._histories[thread] = diagnosis.history
        self._by_id[exchange.id] = diagnosis
        self._open.append(diagnosis)
        return diagnosis

    def feed(self, exchange: Exchange, run: Sequence[Event]) -> None:
        """A run of events has come (see `chat.protocol.runs`)."""
        if (diagnosis := self._by_id.get(exchange.id)) is not None:
            diagnosis.feed(run)

    def settle(self, exchange: Exchange | None = None) -> None:
        """Finish the examination of an exchange, or of every one, that has ended; its events must have been given."""
        wanted = self._open if exchange is None else [one for one in self._open if one.exchange is exchange]
        self._finish(one for one in wanted if not one.exchange.running)

    async def settle_beside(self, exchange: Exchange) -> None:
        """Do what takes long of `settle`, which is to follow, while others have their turn in the event loop."""
        diagnosis = self._by_id.get(exchange.id)
        if diagnosis is None or diagnosis not in self._open or exchange.running:
            return
        self._open.remove(diagnosis)  # nobody who looks meanwhile is to do it at once
        try:
            await beside(diagnosis.finishing())
        finally:
            self._open.append(diagnosis)

    def settle_documents(self) -> None:
        """The same for those that have no events. Of a stream that has ended, some may be on their way here."""
        self._finish(one for one in self._open if not one.exchange.running and not one.streams)

    def get(self, exchange_id: str) -> Diagnosis | None:
        """The diagnosis of an exchange; None when it is not known any more."""
        self.settle_documents()
        return self._by_id.get(exchange_id)

    def forget(self, exchange_id: str) -> None:
        """The exchange is not kept any longer."""
        self._by_id.pop(exchange_id, None)

    def counts(self) -> Counts:
        """The findings of all of them by level."""
        self.settle_documents()
        return sum((one.counts for one in self._by_id.values()), Counts())

    def _finish(self, ended: Iterable[Diagnosis]) -> None:
        for diagnosis in list(ended):
            self._open.remove(diagnosis)
            diagnosis.finish()
