"""The examination of one exchange: events in, findings out, while it streams or afterwards.

Rules are found by tables from event type to rule, built once: a text delta meets the few rules that ask for deltas.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from chat.checks.case import Case, ThreadHistory
from chat.checks.catalogue import CATALOGUE
from chat.checks.causes import fold_consequences
from chat.checks.families.endpoint import hosted, hosted_fix
from chat.checks.families.transport import events_instead_of
from chat.checks.findings import Evidence, Finding, Hit, Level, alike, shape_of
from chat.checks.history import content_mark
from chat.checks.known_causes import CRASHES, known_cause, named
from chat.checks.remembering import begin, carry_on
from chat.checks.rules import (
    DOCUMENT,
    END,
    HEAD,
    IDLE,
    INVALID,
    NOT_JSON,
    STRAY_DELTA,
    TEXT_DELTA,
    UNKNOWN,
    UNTERMINATED,
    Rule,
    Verdict,
)
from chat.checks.translation import translate_in_steps
from chat.exchanges import Exchange
from chat.protocol.events import Event
from chat.protocol.vocabulary import EVENT_TYPES
from chat.steps import at_once

if TYPE_CHECKING:
    from chat.checks.translation import Translation
    from chat.protocol import Problem

__all__ = ["EVERY_RULE", "EVIDENCE_KEPT", "Examination", "Table", "asked_at"]

EVIDENCE_KEPT = 20
"""Sightings kept with a finding; its count goes on."""
_KEYS_KEPT = 25
_GOT_KEPT = 12
_MOST_HITS_AT_ONCE = 10_000
_MOST_TRANSLATED = 3_000
_TRANSLATED = ("vocabulary/", "transport/ndjson", "transport/empty-stream", "framing/type-in-event-line")

Table = Mapping[str, tuple[Rule, ...]]


def asked_at(rules: Iterable[Rule]) -> Table:
    """The rules that judge by themselves, by the moments at which they are asked."""
    table: dict[str, list[Rule]] = {}
    for rule in rules:
        for moment in rule.on if rule.judge is not None else ():
            table.setdefault(moment, []).append(rule)
    return {moment: tuple(asked) for moment, asked in table.items()}


EVERY_RULE = asked_at(CATALOGUE.values())
_RANK = {rule_id: rank for rank, rule_id in enumerate(CATALOGUE)}


@dataclass(slots=True)
class _Tally:
    """One fault, as often as it was seen."""

    rule: Rule
    first: Hit
    count: int = 0
    evidence: list[Evidence] = field(default_factory=list)
    got: dict[str, int] = field(default_factory=dict)

    @property
    def level(self) -> Level:
        """How bad it is."""
        return self.first.level or self.rule.level

    def add(self, hit: Hit) -> None:
        self.count += 1
        if hit.evidence is not None and len(self.evidence) < EVIDENCE_KEPT:
            self.evidence.append(hit.evidence)
        if hit.got in self.got or len(self.got) < _GOT_KEPT:
            self.got[hit.got] = self.got.get(hit.got, 0) + 1

    def finding(self) -> Finding:
        rule, first = self.rule, self.first
        got = ", ".join(text if times == 1 else f"{text} (×{times})" for text, times in self.got.items() if text)
        more = self.count > sum(self.got.values())
        return Finding(
            rule.id,
            self.level,
            (first.several if len(self.got) > 1 else "") or first.headline or rule.title,
            self.count,
            first.expected or rule.expected,
            got + (", …" if more else ""),
            first.fix or rule.fix,
            first.why or rule.why,
            first.widget or rule.widget,
            tuple(self.evidence),
            key=first.key,
            rewritten=first.rewritten,
        )


class Examination:
    """The examination of one exchange.

    `feed` every event as it comes, then `finish`; `findings` may be read at any time, `revision` says whether they may
    have changed. `history` is what earlier exchanges of the same thread told, and is carried on.
    """

    def __init__(self, exchange: Exchange, history: ThreadHistory | None = None, table: Table = EVERY_RULE) -> None:
        self.history = begin(exchange, history or ThreadHistory())
        self.taken: frozenset[str] = frozenset()
        """Ids that no item of a stream proposed for this one may have; known at its end, when one may be proposed."""
        self.translation: Translation | None = None
        """What the backend meant, when it did not speak ChatKit; known at the end."""
        self.untranslated = True
        """Whether nobody has looked what it meant: before its end, and where there is too much of it."""
        self.case = Case(exchange, self.history)
        self._flow = self.case.flow
        self.revision = 0
        """Grows with every sighting."""
        self.could_not_run: dict[str, str] = {}
        """Rules that failed, or were not asked, and why: a fault or a limit of the workbench, never of the backend."""
        self.finished = False
        """Whether everything was asked."""
        self._over = False
        self.compares = self.history.comparable
        """Whether earlier exchanges say what this one must hold."""
        self._table = {} if exchange.request.uploads else table  # what a file store answers is no ChatKit
        self._tallies: dict[tuple[str, str], _Tally] = {}
        self._keys: dict[str, int] = {}
        self._shapes: dict[tuple[str, str], _Tally] = {}
        self._head_seen = False

    def feed(self, run: Sequence[Event]) -> None:
        """
        Judge the next run of events (see `chat.protocol.runs`). It makes no difference whether they were folded into a
        thread's state already.
        """
        at = 0
        while at < len(run):
            taken = self._flow.go_on(run[at:] if at else run)
            if not taken:
                self._judge(run[at])
            at += taken or 1

    def _judge(self, event: Event) -> None:
        if not self._head_seen:
            self._see_head()
        case = self.case
        if event.unread:
            self.could_not_run.setdefault("schema/invalid", event.unread)
            self.revision += 1
        if event.unread or not case.streaming:
            case.take(event)  # a stream where JSON was asked for is one fault, whatever stands in it
            return
        value: Any = event.value
        if value is not None:
            kind: str = value.type
            if kind == "thread.item.updated":
                kind = value.update.type
                if kind == TEXT_DELTA:
                    if case.take_delta(event, value.item_id, value.update):
                        return
                    kind = STRAY_DELTA
        elif event.type in EVENT_TYPES:
            kind = INVALID
            case.invalid_types[event.type] += 1
        else:
            kind = UNKNOWN if isinstance(event.json, dict) else NOT_JSON
        for rule in self._table.get(kind, ()):
            try:
                verdict = rule.judge(case, event)  # type: ignore[misc]
                if verdict is not None:
                    for hit in _hits(verdict):
                        self._note(rule, hit)
            except Exception as error:
                self._failed(rule, error)
        if not event.terminated:
            self._ask(UNTERMINATED, event)
        case.take(event)

    def idle(self) -> None:
        """Nothing has come for a while: ask the rules about silence. Costs next to nothing."""
        if not self._over and not self.case.apart:
            self._forget("transport/never-ends")
            self._ask(IDLE)

    def finish(self) -> tuple[Finding, ...]:
        """The response is over: ask what can be judged only now. Returns `findings()`."""
        at_once(self.finishing())
        return self.findings()

    def finishing(self) -> Generator[None, None, None]:
        """The same in steps, for an event loop in which others have something to do."""
        if self._over:
            return
        self._over = True
        if self.case.apart:
            self._ask(self.case.apart)
            self.finished = True
            return
        self._see_head()
        self._forget("transport/never-ends")
        if not self.case.streaming and self.case.unread:
            for rule in self._table.get(DOCUMENT, ()):
                self.could_not_run.setdefault(rule.id, self.case.unread)
        elif not self.case.streaming:
            with suppress(Exception):  # the rules that ask for it say what failed
                yield from self.case.judging()
            yield from self._asking(DOCUMENT)
        yield from self._asking(END)
        yield from self._translate()
        self._say_what_can_be_typed()
        yield
        carry_on(self.case)
        self.case.let_go()
        self.finished = True

    @property
    def problems(self) -> tuple[Problem, ...] | None:
        """What is wrong with the document of an answer; None where nobody has looked."""
        return vars(self.case).get("problems")

    def sighted(self, rule_id: str, hit: Hit) -> None:
        """Take in a sighting of somebody who has seen more than this exchange."""
        self._note(CATALOGUE[rule_id], hit)

    def findings(self) -> tuple[Finding, ...]:
        """What has been found so far: errors first, then by the catalogue, consequences under their cause."""
        tallies = sorted(self._tallies.values(), key=lambda tally: (tally.level.weight, _RANK.get(tally.rule.id, 0)))
        return alike(fold_consequences(self.case, [tally.finding() for tally in tallies]), EVIDENCE_KEPT)

    def _translate(self) -> Iterator[None]:
        """A foreign language: one of its events put right is the fix, the stream it stands for comes second."""
        if not self.case.streaming or self.case.all_valid:
            self.untranslated = False
            return
        self.taken = self.case.taken_before()
        if self.case.events > _MOST_TRANSLATED:
            return
        self.untranslated = False
        try:
            self.translation = yield from translate_in_steps(
                self.case.exchange, taken=self.taken, most=_MOST_TRANSLATED
            )
        except Exception as error:
            self.could_not_run.setdefault("translation", f"{type(error).__name__}: {error}")
        bare = self.case.accepted and not self.case.events  # then another Content-Type alone would not help
        also = ("transport/retried",) if bare else ()
        foreign = [tally for tally in self._tallies.values() if tally.rule.id.startswith((*_TRANSLATED, *also))]
        if foreign and self.translation is not None:
            self._type_instead(self.translation, foreign, also)

    def _type_instead(self, translation: Translation, foreign: Iterable[_Tally], also: tuple[str, ...]) -> None:
        self._reused(translation)
        for tally in foreign:
            fix = tally.first.fix
            if tally.rule.section == "vocabulary" and translation.change:
                agents = tally.rule.id == "vocabulary/responses-api"
                fix = f"{translation.change}\n\n{tally.rule.fix}" if agents else translation.change
            if tally.rule.id in also:
                said = self.case.text()
                change = translation.change or events_instead_of(said)
                fix = f"{change}\n\n# and its type, in the route:\n{fix or tally.rule.fix}".lstrip()
            tally.first = replace(tally.first, fix=fix, rewritten=translation.brief)

    def _reused(self, translation: Translation) -> None:
        """An id that two messages of foreign streams share is a fault of its own; the same message again is not."""
        done = [event.item for event in translation.events if event.type == "thread.item.done"]
        marks = {item.id: content_mark(item.type, getattr(item, "content", None)) for item in done}
        known = {**self.history.said, **self.history.meant, **marks}
        for old, new in translation.renamed.items():
            if known.get(old) and known[old] != marks.get(new):
                place = self.case.place(text=self.case.first_events[0].raw if self.case.first_events else "")
                said = Hit(f"`{old}` for several messages", place, f"Two messages share the id `{old}`", key=old)
                self._note(CATALOGUE["identity/reused-id"], said)
        self.history.meant |= marks

    def _say_what_can_be_typed(self) -> None:
        """A crash that is known is called by its name; and nobody is told to change what OpenAI runs."""
        if hosted(self.case):
            for tally in self._tallies.values():
                if tally.rule.section != "endpoint":
                    tally.first = replace(tally.first, fix=hosted_fix(self.case))
            return
        crashed = [tally for tally in self._tallies.values() if tally.rule.id in CRASHES]
        try:
            cause = known_cause(self.case) if crashed else None
        except Exception as error:
            self.could_not_run.setdefault("known causes", f"{type(error).__name__}: {error}")
            return
        if cause is not None:
            for tally in crashed:
                tally.first = named(tally.first, tally.rule, cause)

    def _see_head(self) -> None:
        if not self._head_seen and self.case.head_known and not self.case.apart:
            self._head_seen = True
            self._ask(HEAD)

    def _ask(self, moment: str, *about: Event) -> None:
        for _ in self._asking(moment, *about):
            pass

    def _asking(self, moment: str, *about: Event) -> Iterator[None]:
        for rule in self._table.get(moment, ()):
            try:
                for hit in _hits(rule.judge(self.case, *about)):  # type: ignore[misc]
                    self._note(rule, hit)
                    yield
            except Exception as error:
                self._failed(rule, error)
            yield

    def _note(self, rule: Rule, hit: Hit) -> None:
        tally = self._tallies.get((rule.id, hit.key))
        if tally is None:
            known = self._keys.get(rule.id, 0)
            shape = (rule.id, shape_of(hit.headline, hit.key, (hit.evidence,) if hit.evidence else ()))
            if known >= _KEYS_KEPT:
                # a fault like one that is known is counted with it, all others together
                tally = self._shapes.get(shape)
                if tally is None:
                    hit = Hit(hit.got, hit.evidence, key="…")
                    tally = self._tallies.get((rule.id, hit.key))
            if tally is None:
                self._keys[rule.id] = known + 1
                tally = self._tallies[rule.id, hit.key] = _Tally(rule, hit)
                self._shapes.setdefault(shape, tally)
        tally.add(hit)
        self.revision += 1

    def _failed(self, rule: Rule, error: Exception) -> None:
        # hostile input must not take the conversation down with a rule; what could not be judged is said, not hidden
        self.could_not_run.setdefault(rule.id, f"the rule itself failed: {type(error).__name__}: {error}")
        self.revision += 1

    def _forget(self, rule_id: str) -> None:
        for key in [key for key in self._tallies if key[0] == rule_id]:
            gone = self._tallies.pop(key)
            self._shapes = {shape: tally for shape, tally in self._shapes.items() if tally is not gone}
            self._keys[rule_id] -= 1
            self.revision += 1


def _hits(verdict: Verdict) -> Iterator[Hit]:
    if isinstance(verdict, Hit):
        yield verdict
    elif verdict is not None:
        for number, hit in enumerate(verdict):
            if number >= _MOST_HITS_AT_ONCE:
                return
            yield hit
