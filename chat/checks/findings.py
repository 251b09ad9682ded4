"""What a rule says: sightings (`Hit`), what they rest on (`Evidence`) and what people read (`Finding`).

All of it is data: frozen, comparable, ready for JSON. A finding names one fault once, however often it was seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

_QUOTED = re.compile(r"`([^`]*)`")
_GOT_LENGTH = 1_000

EXCERPT_LENGTH = 200
"""Longest excerpt kept with a piece of evidence, in characters."""


class Level(StrEnum):
    """How bad a finding is for the people who use the widget."""

    ERROR = "error"
    """A user sees nothing, loses something, or things happen twice."""
    WARNING = "warning"
    """Works today, breaks for someone."""
    NOTE = "note"
    """Worth knowing."""

    @property
    def weight(self) -> int:
        """0 for errors, 1 for warnings, 2 for notes: the order in which findings are read."""
        return _WEIGHTS[self]


_WEIGHTS = {Level.ERROR: 0, Level.WARNING: 1, Level.NOTE: 2}


@dataclass(frozen=True, slots=True)
class Evidence:
    """One place where a fault can be seen. Fields that do not apply are None."""

    excerpt: str = ""
    """What stands there, shortened to `EXCERPT_LENGTH` characters."""
    event: int | None = None
    """Index of the event in its exchange, from 0."""
    start: int | None = None
    end: int | None = None
    """Byte range [start, end) in the response body."""
    ms: float | None = None
    """Milliseconds since the request was sent."""
    item_id: str | None = None
    exchange_id: str | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """One sighting of a fault. Empty texts stand for the rule's own."""

    got: str = ""
    """What was there instead; the distinct ones of a fault are listed and counted in its finding."""
    evidence: Evidence | None = None
    headline: str = ""
    several: str = ""
    """The headline in place of `headline` once there are sightings with another `got`."""
    expected: str = ""
    fix: str = ""
    """Something to type, with this case's names and values in it."""
    why: str = ""
    widget: str = ""
    rewritten: str = ""
    """The whole stream as it should have been, as Python, where that is known."""
    key: str = ""
    """Sightings of one rule with the same key are one fault; another key makes a finding of its own."""
    level: Level | None = None
    """How bad this sighting is, where that is not what the rule says."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault of one exchange: what people read, and what scripts get as JSON."""

    rule_id: str
    level: Level
    headline: str
    count: int
    expected: str
    got: str
    fix: str
    """Something to type: the smallest change that does it."""
    why: str
    """Why it matters to a user."""
    widget: str
    """What the official widget does in this case."""
    evidence: tuple[Evidence, ...] = ()
    """The first sightings; `count` says how many there were."""
    consequences: tuple[Finding, ...] = field(default=())
    """Findings that would go away with this one."""
    key: str = ""
    rewritten: str = ""
    """The whole stream as it should have been, as Python; "" where the change is all there is to say."""

    @property
    def section(self) -> str:
        """The part of the rule's id before the slash, e.g. `transport`."""
        return self.rule_id.partition("/")[0]

    def as_json(self) -> dict[str, Any]:
        """The finding as plain JSON values."""
        return asdict(self)


def alike(findings: Iterable[Finding], kept: int) -> tuple[Finding, ...]:
    """
    The same fault of several items as one finding, in the order of the first of each; at most `kept` places with each.

    Alike are findings of one rule whose headlines differ in nothing but the ids of their items.
    """
    found: dict[tuple[str, Level, str], Finding] = {}
    for finding in findings:
        shape = (finding.rule_id, finding.level, _shape(finding))
        before = found.get(shape)
        if before is None:
            found[shape] = finding
            continue
        got = (
            before.got if finding.got in before.got or len(before.got) > _GOT_LENGTH else f"{before.got}, {finding.got}"
        )
        found[shape] = replace(
            before,
            count=before.count + finding.count,
            got=got,
            evidence=(before.evidence + finding.evidence)[:kept],
            consequences=before.consequences + finding.consequences,
        )
    return tuple(found.values())


def _shape(finding: Finding) -> str:
    return shape_of(finding.headline, finding.key, finding.evidence)


def shape_of(headline: str, key: str, evidence: Iterable[Evidence]) -> str:
    """A headline without the ids of the items that it is about."""
    ids = {key, *(place.item_id for place in evidence)}
    return _QUOTED.sub(lambda match: "``" if match[1] in ids else match[0], headline)


def counted(number: int, what: str) -> str:
    """`1 character`, `2 characters`."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def with_article(noun: str) -> str:
    """`a widget`, `an assistant message`."""
    return f"{'an' if noun[:1] in 'aeioAEIO' else 'a'} {noun}"


def excerpt(text: str, limit: int = EXCERPT_LENGTH) -> str:
    """The text in one line of at most `limit` characters, an ellipsis where it was cut."""
    line = " ".join(text[: limit * 4].split())
    return line if len(line) <= limit and len(text) <= limit * 4 else line[: limit - 1] + "…"
