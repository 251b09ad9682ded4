"""What the probes of a run saw, gathered into checks: one verdict for every rule, one finding for every fault."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from chat.checks.catalogue import CATALOGUE
from chat.checks.examination import EVIDENCE_KEPT
from chat.checks.examined import Examined
from chat.checks.findings import Evidence, Finding, Hit
from chat.checks.probes.sightings import CouldNotRun, Found, NotApplicable
from chat.checks.reports.making import passive_checks
from chat.checks.reports.model import Check, Status, failed, in_order, unfailed

__all__ = ["Verdicts", "all_checks"]

_QUOTED = re.compile(r"`([^`]*)`")
_GOT_KEPT = 12
_LONGEST_GOT = 1_500


@dataclass
class _Fault:
    first: Hit
    got: dict[str, None] = field(default_factory=dict)
    evidence: list[Evidence] = field(default_factory=list)


@dataclass
class Verdicts:
    """What was said about each rule so far."""

    _faults: dict[tuple[str, str], _Fault] = field(default_factory=dict)
    _unjudged: dict[str, list[NotApplicable | CouldNotRun]] = field(default_factory=dict)
    _passed: set[str] = field(default_factory=set)

    def take(self, found: Found) -> None:
        """A sighting. The same one again counts once."""
        key = (found.rule_id, found.hit.key)
        fault = self._faults.setdefault(key, _Fault(found.hit))
        if found.hit.got not in fault.got:
            fault.got[found.hit.got] = None
            if found.hit.evidence is not None:
                fault.evidence.append(found.hit.evidence)

    def leave(self, rule_id: str, why: NotApplicable | CouldNotRun) -> None:
        """A rule could not be judged by one of its probes."""
        self._unjudged.setdefault(rule_id, []).append(why)

    def end(self, rule_ids: Iterable[str]) -> None:
        """A probe of these rules came to its end."""
        self._passed.update(rule_ids)

    def failed(self, rule_id: str) -> bool:
        """Whether a fault was seen."""
        return any(of == rule_id for of, _ in self._faults)

    def named(self, exchange_id: str) -> bool:
        """Whether a fault was seen in this exchange."""
        return any(place.exchange_id == exchange_id for fault in self._faults.values() for place in fault.evidence)

    def checks(self, rule_ids: Iterable[str]) -> list[Check]:
        """A check for each of these rules, one for each fault where there are several."""
        checks: list[Check] = []
        for rule_id in rule_ids:
            faults = [failed(_finding(rule_id, fault)) for (of, _), fault in self._faults.items() if of == rule_id]
            checks += faults or [unfailed(CATALOGUE[rule_id], *self._verdict(rule_id))]
        return checks

    def _verdict(self, rule_id: str) -> tuple[Status, str]:
        reasons = self._unjudged.get(rule_id, [])
        for why in reasons:
            if isinstance(why, CouldNotRun):
                return "could-not-run", _sentence(why)
        if rule_id in self._passed:
            return "passed", ""
        return ("not-applicable", _sentence(reasons[0])) if reasons else ("could-not-run", "No probe came to it.")


def all_checks(
    verdicts: Verdicts,
    probed: Sequence[str],
    judged: Sequence[Examined],
    ids: Collection[str] = (),
    *,
    given_up: str = "",
    no_turn: str = "",
) -> tuple[Check, ...]:
    """
    The checks of a run: of the rules that were probed, and of those that judge every exchange.

    `ids` are those of the run's own threads and items: faults whose headlines differ in nothing else are one.
    `given_up` and `no_turn` are those of `passive_checks`.
    """
    passive: dict[str, list[Check]] = {}
    for check in _joined(passive_checks(judged, given_up, no_turn), ids):
        passive.setdefault(check.id, []).append(check)
    checks: list[Check] = []
    for check in verdicts.checks(probed):
        others = passive.get(check.id, [])
        if any(other.status == "failed" for other in others):
            continue  # seen in the exchanges already
        if check.status == "not-applicable" and any(other.status != "not-applicable" for other in others):
            continue
        passive.pop(check.id, None)
        checks.append(check)
    for others in passive.values():
        checks += others
    return in_order(map(_under_its_cause(checks), checks), CATALOGUE)


def _under_its_cause(checks: Sequence[Check]) -> Callable[[Check], Check]:
    """What failed because of something else is said once, under its cause."""
    broken = {check.id: check.headline for check in checks if check.status == "failed"}
    causes = {
        "errors/unknown-thread": "`threads.get_by_id`" in broken.get("errors/operation-fails", "")
        and "errors/operation-fails",
        "persistence/not-listed": "`threads.list`" in broken.get("schema/response", "") and "schema/response",
        "persistence/not-stored": "persistence/id-changes" in broken and "persistence/id-changes",
        "persistence/differs": "persistence/id-changes" in broken and "persistence/id-changes",
        "persistence/partial-lost": "persistence/not-stored" in broken and "persistence/not-stored",
        "paging/cursor": "identity/stored-twice" in broken and "identity/stored-twice",
    }

    def placed(check: Check) -> Check:
        cause = causes.get(check.id)
        if check.status != "failed" or not cause:
            return check
        return unfailed(CATALOGUE[check.id], "not-applicable", f"It follows from `{cause}`.")

    return placed


def _joined(checks: Iterable[Check], ids: Collection[str]) -> list[Check]:
    """The same fault in every turn is one fault."""
    joined: dict[tuple[str, str], Check] = {}
    for check in checks:
        headline = _QUOTED.sub(lambda match: "``" if match[1] in ids else match[0], check.headline)
        before = joined.get((check.id, headline))
        if before is not None:
            got = before.got if check.got in before.got else f"{before.got}, {check.got}"
            check = replace(
                before,
                count=before.count + check.count,
                got=got if len(got) <= _LONGEST_GOT else before.got,
                evidence=(before.evidence + check.evidence)[:EVIDENCE_KEPT],
                consequences=tuple(dict.fromkeys(before.consequences + check.consequences)),
            )
        joined[check.id, headline] = check
    return list(joined.values())


def _finding(rule_id: str, fault: _Fault) -> Finding:
    rule, first = CATALOGUE[rule_id], fault.first
    got = ", ".join(list(fault.got)[:_GOT_KEPT]) + (", …" if len(fault.got) > _GOT_KEPT else "")
    return Finding(
        rule_id,
        first.level or rule.level,
        first.headline or rule.title,
        len(fault.got),
        first.expected or rule.expected,
        got if len(got) <= _LONGEST_GOT else got[: _LONGEST_GOT - 1] + "…",
        first.fix or rule.fix,
        first.why or rule.why,
        first.widget or rule.widget,
        tuple(fault.evidence[:EVIDENCE_KEPT]),
        key=first.key,
    )


def _sentence(why: Exception) -> str:
    text = str(why).strip()
    return (text[:1].upper() + text[1:] if text[:1].islower() else text).rstrip(".") + "."
