"""What a report holds, whoever made it and in whatever format it is written. All of it is frozen data.

A report lists checks, one for every rule that was asked, and the exchanges they were asked about. A rule that found
several different faults has one failed check for each; a rule whose findings all follow from another fault is not
applicable, and says from which.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from chat.checks.findings import Evidence, Finding, Level
from chat.checks.rules import Rule

__all__ = [
    "Check",
    "ExchangeReport",
    "FailOn",
    "Meant",
    "Report",
    "Spoken",
    "Status",
    "Stopped",
    "Summary",
    "exit_code",
    "failed",
    "headline",
    "in_order",
    "unfailed",
]

Status = Literal["passed", "failed", "not-applicable", "could-not-run"]
FailOn = Literal["error", "warning"]
"""The mildest level whose findings make a run fail. Notes never do."""
Stopped = Literal["", "unreachable", "refused"]
"""Why a run could not go on at all: no connection, or no way past the backend's authentication."""

_STATUS_RANK: dict[Status, int] = {"failed": 0, "could-not-run": 1, "passed": 2, "not-applicable": 3}


@dataclass(frozen=True, slots=True)
class Check:
    """One rule, as it was judged. For a failed one, one fault."""

    id: str
    level: Level
    status: Status
    count: int = 0
    """How often the fault was seen; 0 unless failed."""
    expected: str = ""
    got: str = ""
    """What was there instead; for a check that did not run or did not apply, why."""
    fix: str = ""
    """Something to type."""
    why: str = ""
    widget: str = ""
    """What the official widget does in this case."""
    evidence: tuple[Evidence, ...] = ()
    headline: str = ""
    """The fault in one sentence, or the rule's title."""
    consequences: tuple[str, ...] = ()
    """Ids of the rules whose findings would go away with this one."""
    rewritten: str = ""
    """The whole stream as it should have been, as Python, where the fix is one change of many."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """One thing that somebody says in a conversation."""

    who: str
    """"user", "assistant", or what else the item is."""
    text: str


@dataclass(frozen=True, slots=True)
class Meant:
    """What a backend meant that did not speak ChatKit."""

    language: str
    assumed: tuple[str, ...]
    """What had to be made up, in words."""
    conversation: tuple[Spoken, ...]
    json: str
    """The events to send instead, one in a line."""
    python: str
    """The same as a Python module; "" when it would be too long to read."""


@dataclass(frozen=True, slots=True)
class ExchangeReport:
    """One request and its response, as a report shows it. Without secrets, like everything in a report."""

    id: str
    method: str = ""
    url: str = ""
    operation: str = ""
    """The `type` of the request, "" when it is not known."""
    started_at: str = ""
    """ISO 8601 with offset; "" when it is not known."""
    status: int | None = None
    reason: str = ""
    content_type: str = ""
    request_id: str = ""
    """What the server calls it, with the header's name, like `x-request-id: req_1`."""
    outcome: str = ""
    failure: str = ""
    """Why it did not end well, or what is missing of it, in words."""
    size: int = 0
    """Bytes of the response's body."""
    events: int = 0
    first_event_ms: float | None = None
    """Milliseconds since the request was sent; None when the record has no times."""
    total_ms: float | None = None
    widget: str = ""
    """What the official widget does with it: one line."""
    shows: str = ""
    """What the user sees."""
    blank: bool = False
    """Whether that is nothing of what the backend answered."""
    certainty: str = ""
    requests_sent: int = 1
    """How often the official widget sends this request."""
    findings: tuple[Finding, ...] = ()
    meant: Meant | None = None

    @property
    def title(self) -> str:
        """What this exchange is, in a few words."""
        return self.operation or (f"{self.method} {self.url}".strip() or "response")


@dataclass(frozen=True, slots=True)
class Summary:
    """How many checks failed by level, and how many could not run."""

    errors: int
    warnings: int
    notes: int
    could_not_run: int


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that one run of `explain` or `check` has to say."""

    source: str
    """What was looked at: a file's name, or a URL without its secrets."""
    checks: tuple[Check, ...]
    """Failed ones first, the most fundamental at the head; see `in_order`."""
    exchanges: tuple[ExchangeReport, ...] = ()
    remarks: tuple[str, ...] = ()
    """What else is to be known: what is missing of the input, which capabilities the backend lacks."""
    stopped: Stopped = ""
    stopped_because: str = ""
    """In words, with what to do about it."""
    advice: tuple[str, ...] = field(default=())
    """What to look at in the page when the backend is not at fault."""
    fine: bool = False
    """Whether everything was looked at and nothing found: only a whole `check` can say so."""

    @property
    def summary(self) -> Summary:
        """The figures of the checks."""
        failing = [check.level for check in self.checks if check.status == "failed"]
        return Summary(
            failing.count(Level.ERROR),
            failing.count(Level.WARNING),
            failing.count(Level.NOTE),
            sum(check.status == "could-not-run" for check in self.checks),
        )

    @property
    def judged(self) -> bool:
        """Whether any of the checks applied to what came: if none did, nothing was found and nothing was looked at."""
        return not self.checks or any(check.status != "not-applicable" for check in self.checks)

    def by_status(self, status: Status) -> tuple[Check, ...]:
        """The checks with this status, in their order."""
        return tuple(check for check in self.checks if check.status == status)


def failed(finding: Finding, evidence: Iterable[Evidence] | None = None) -> Check:
    """The failed check that a finding is."""
    return Check(
        finding.rule_id,
        finding.level,
        "failed",
        finding.count,
        finding.expected,
        finding.got,
        finding.fix,
        finding.why,
        finding.widget,
        finding.evidence if evidence is None else tuple(evidence),
        finding.headline,
        tuple(dict.fromkeys(below.rule_id for below in finding.consequences)),
        finding.rewritten,
    )


def unfailed(rule: Rule, status: Status, because: str = "") -> Check:
    """The check of a rule that found nothing. `because`: why it did not apply or could not run."""
    return Check(
        rule.id,
        rule.level,
        status,
        expected=rule.expected,
        got=because,
        fix="" if status == "passed" else rule.fix,
        why=rule.why,
        widget=rule.widget,
        headline=rule.title,
    )


def in_order(checks: Iterable[Check], catalogue: Iterable[str]) -> tuple[Check, ...]:
    """Checks as reports list them: failed ones by level, then what could not run, passed, and did not apply.

    `catalogue`: the ids of all rules, most fundamental first. Checks of one rule keep their order.
    """
    rank = {rule_id: place for place, rule_id in enumerate(catalogue)}

    def place(check: Check) -> tuple[int, int, int]:
        weight = check.level.weight if check.status == "failed" else 0
        return _STATUS_RANK[check.status], weight, rank.get(check.id, len(rank))

    return tuple(sorted(checks, key=place))


def headline(report: Report) -> str:
    """The report in one line: its first fault, why it stopped, or that all is well."""
    if report.stopped:
        return report.stopped_because or f"The backend is {report.stopped}."
    first = next(iter(report.by_status("failed")), None)
    if first is not None and first.level is not Level.NOTE:
        return first.headline
    missing = next(iter(report.by_status("could-not-run")), None)
    if missing is not None:
        return f"Not everything could be judged: {missing.got or missing.headline}"
    if not report.judged:
        return f"Nothing was judged: {report.checks[0].got or 'no rule applied to what came.'}"
    return f"No fault was found{_among(report)}."


def _among(report: Report) -> str:
    """In what: nobody has looked at anything else."""
    if report.fine or not report.exchanges:
        return ""
    events = sum(exchange.events for exchange in report.exchanges)
    among = f" with {events:,} event{'s' if events != 1 else ''}" if events else ""
    number = len(report.exchanges)
    return f" in this exchange{among}" if number == 1 else f" in these {number:,} exchanges{among}"


def exit_code(report: Report, fail_on: FailOn = "error") -> int:
    """The command's exit code: 0 all good, 1 violations, 3 something could not run or nothing applied, 4 unreachable,
    5 refused.

    What was found counts more than what could not be looked at; a run that was stopped says so whatever else it found.
    """
    if report.stopped:
        return {"unreachable": 4, "refused": 5}[report.stopped]
    summary = report.summary
    if summary.errors or (fail_on == "warning" and summary.warnings):
        return 1
    return 3 if summary.could_not_run or not report.judged else 0
