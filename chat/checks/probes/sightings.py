"""What a probe can say: a fault that it saw, or why a rule could not be judged."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from chat.checks.findings import Hit

__all__ = ["CouldNotRun", "Found", "NotApplicable", "Sightings", "Stopped", "Unjudged"]


class NotApplicable(Exception):
    """There is nothing here that the rule is about. The message says why, in words for the reader of a report."""


class CouldNotRun(Exception):
    """What the rule is about could not be tried out. The message says why, in words for the reader of a report."""


class Stopped(CouldNotRun):
    """The run was given up: the backend is gone, hangs, refuses everyone, or time is up."""


@dataclass(frozen=True, slots=True)
class Found:
    """A sighting of the fault that a rule names."""

    rule_id: str
    hit: Hit


@dataclass(frozen=True, slots=True)
class Unjudged:
    """One rule of the probe that cannot be judged, and why."""

    rule_id: str
    why: NotApplicable | CouldNotRun


Sightings = AsyncIterator[Found | Unjudged]
