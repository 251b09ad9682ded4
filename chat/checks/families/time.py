"""Rules about timestamps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from chat.checks.case import Case
from chat.checks.findings import Hit, Level
from chat.checks.rules import ITEM_EVENTS, THREAD_EVENTS, rule

if TYPE_CHECKING:
    from chat.protocol import Event

_TOLERANCE = timedelta(minutes=5)
_ANY_ZONE = timedelta(hours=15)
"""Naive local time may be this far from ours in another time zone."""
_EARLIEST, _LATEST = 2015, 2100
_BOTH = "Some timestamps have a time zone and some have none: a store that sorts by them fails"
_ONE_KIND = (
    "# one kind throughout: who sorts by time cannot compare the two. The SDK's own threads and user messages have\n"
    "# none, so with ChatKitServer yours are better off without one, too:\n"
    "created_at = datetime.now()\n"
    "# without the SDK's server, all of them with one:\n"
    "created_at = datetime.now(timezone.utc)"
)


def _stamped(event: Event) -> Any:
    value: Any = event.value
    return value.thread if event.type in THREAD_EVENTS else value.item


@rule(
    "time/naive",
    level=Level.NOTE,
    on=(*THREAD_EVENTS, *ITEM_EVENTS),
    title="Timestamps without a time zone",
    expected="timestamps with an offset, like 2026-02-11T10:00:00Z",
    why="A user in another time zone sees wrong times. (The SDK's own threads and user messages are so; a store that "
    "sorts by time fails when others are not.)",
    fix=_ONE_KIND,
    widget="Reads them as times of the browser's zone, most likely.",
)
def naive(case: Case, event: Event) -> Hit | None:
    stamp: datetime = _stamped(event).created_at
    if len(case.with_zone | {stamp.tzinfo is not None}) > 1:
        return Hit(
            "timestamps with an offset and timestamps without one",
            case.at(event),
            _BOTH,
            _BOTH,
        )
    if stamp.tzinfo is not None:
        return None
    return Hit("timestamps without an offset", case.at(event), several=_BOTH)


@rule(
    "time/skew",
    level=Level.WARNING,
    on=("thread.created", "thread.item.added", "thread.item.done"),
    title="Timestamps are not the time of the answer",
    expected="the time at which the item was made, within 5 minutes",
    why="Threads and messages are sorted and dated wrongly.",
    fix="created_at = datetime.now()  # or datetime.now(timezone.utc), where the others have a zone\n"
    "created_at = datetime.fromtimestamp(milliseconds / 1000)  # it takes seconds",
    widget="Shows the wrong date where it shows one.",
)
def skew(case: Case, event: Event) -> Hit | None:
    subject = _stamped(event)
    stamp: datetime = subject.created_at
    if event.type == "thread.item.done" and (subject.id in case.items or subject.id in case.history.items):
        return None  # judged when it was added, or made long ago
    if not _EARLIEST <= stamp.year < _LATEST:
        return Hit(
            f"created_at is in {stamp.year}",
            case.at(event, subject.id),
            f"A timestamp of the year {stamp.year}: seconds and milliseconds mixed up",
            key="year",
        )
    if not case.timed:
        return None
    now = case.exchange.started_at + timedelta(microseconds=event.at_ns / 1000)
    apart = abs((stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)) - now)
    if apart <= (_TOLERANCE if stamp.tzinfo else _ANY_ZONE):
        return None
    return Hit(
        f"created_at is {_apart(apart)} away from the time of the answer", case.at(event, subject.id), key="apart"
    )


def _apart(apart: timedelta) -> str:
    hours = apart.total_seconds() / 3600
    return f"{apart.days} days" if apart.days else f"{hours:.1f} hours" if hours >= 1 else f"{hours * 60:.0f} minutes"
