"""What differs between two recordings, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from chat.diff.values import ABSENT

__all__ = ["Change", "Diff", "ExchangeDiff", "FindingChange", "Kind", "TimingChange"]

Kind = Literal["added", "gone", "changed", "moved"]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs. Values are as they are compared: ids are called `item#1`, times `(a time)`."""

    kind: Kind
    """Of all that it is about; what comes and goes inside it, at a `path`, is a change of it."""
    where: str
    """What it is about: “request”, “answer”, or an event like “thread.item.done of item#2”."""
    path: str = ""
    """The place in that, from `$`; "" for all of it."""
    old: Any = ABSENT
    new: Any = ABSENT
    old_event: int | None = None
    """Index in the old exchange's events; None when it is no event, or not there."""
    new_event: int | None = None
    also: tuple[str, ...] = ()
    """Further places of this exchange in which the same stood and now stands."""


@dataclass(frozen=True, slots=True)
class TimingChange:
    """Something took another time: by more than 100 ms and more than twice."""

    what: str
    """Like “first event”."""
    old_ms: float
    new_ms: float


@dataclass(frozen=True, slots=True)
class ExchangeDiff:
    """A pair of exchanges; one that has no counterpart has one number only."""

    title: str
    """Its operation, with a number where there are several."""
    old: int | None
    """1-based in its recording."""
    new: int | None
    old_events: int = 0
    new_events: int = 0
    changes: tuple[Change, ...] = ()
    timings: tuple[TimingChange, ...] = ()

    @property
    def alike(self) -> bool:
        return self.old is not None and self.new is not None and not self.changes and not self.timings


@dataclass(frozen=True, slots=True)
class FindingChange:
    """A rule that finds something in one recording only."""

    rule_id: str
    level: str
    headline: str
    title: str
    """The exchange in which it was first seen."""


@dataclass(frozen=True, slots=True)
class Diff:
    """Everything that differs between two recordings."""

    old_name: str
    new_name: str
    exchanges: tuple[ExchangeDiff, ...] = ()
    reordered: tuple[str, ...] = ()
    """Sentences about exchanges that came in another order."""
    state: tuple[Change, ...] = ()
    """What differs in the threads at the end; `where` is a thread, or an item of one."""
    host: tuple[Change, ...] = ()
    """What differs in what the page around the widget was told."""
    new_findings: tuple[FindingChange, ...] = ()
    gone_findings: tuple[FindingChange, ...] = ()
    left_out: tuple[str, ...] = field(default=())
    """What was not compared, in words."""
    remarks: tuple[str, ...] = ()
    """What else is to be known, in sentences: what is missing of the input, what could not be judged."""

    @property
    def alike(self) -> bool:
        """Whether nothing differs in what was compared."""
        found = (self.reordered, self.state, self.host, self.new_findings, self.gone_findings)
        return not any(found) and all(exchange.alike for exchange in self.exchanges)
