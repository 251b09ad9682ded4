"""Words that several formats share."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from chat.checks.reports.words import number
from chat.diff.model import Change, Diff, ExchangeDiff, TimingChange
from chat.diff.values import ABSENT

__all__ = [
    "gist",
    "headline",
    "left_out_words",
    "place_words",
    "runs",
    "sides",
    "summary_words",
    "timing_words",
    "title_words",
]

_SAID = ("type", "id", "item_id", "thread_id", "created_at")
_TOGETHER = 4
_BEFORE = 24
"""Characters shown before the first that differs."""


def headline(diff: Diff) -> str:
    """The diff in one line."""
    return f"{diff.old_name} → {diff.new_name}: {summary_words(diff)}"


def summary_words(diff: Diff) -> str:
    """How much differs."""
    events = sum(exchange.new_events for exchange in diff.exchanges)
    if diff.alike:
        return f"{number(len(diff.exchanges), 'exchange')} with {number(events, 'event')}, no difference"
    alone = [exchange for exchange in diff.exchanges if exchange.old is None or exchange.new is None]
    different = [exchange for exchange in diff.exchanges if exchange.changes]
    changes = sum(len(exchange.changes) for exchange in diff.exchanges)
    timings = sum(len(exchange.timings) for exchange in diff.exchanges)
    words = [
        changes and f"{number(changes, 'change')} in {number(len(different), 'exchange')}",
        alone and f"{number(len(alone), 'exchange')} without counterpart",
        diff.reordered and f"{number(len(diff.reordered), 'exchange')} in another order",
        diff.state and f"{number(len(diff.state), 'change')} in the threads at the end",
        diff.host and f"{number(len(diff.host), 'change')} in what the page was told",
        diff.new_findings and number(len(diff.new_findings), "new finding"),
        diff.gone_findings and number(len(diff.gone_findings), "finding gone", "findings gone"),
        timings and number(timings, "time differs", "times differ"),
    ]
    return ", ".join(filter(None, words))  # type: ignore[arg-type]


def title_words(exchange: ExchangeDiff) -> str:
    """How many events an exchange has, and had."""
    many = exchange.new_events or exchange.old_events
    events = number(many, "event") if many else ""
    if exchange.old is None or exchange.new is None:
        only = f"only in the {'new' if exchange.old is None else 'old'} recording"
        return f"{only}, {events}" if events else only
    if exchange.old_events == exchange.new_events:
        return events
    return f"{number(exchange.old_events, 'event')}, now {exchange.new_events:,}"


def place_words(change: Change) -> str:
    """Which event it is in which recording: “event 3, was 4”."""
    old, new = change.old_event, change.new_event
    if new is None:
        return "" if old is None else f"was event {old}"
    return f"event {new}" if old in (None, new) else f"event {new}, was {old}"


def runs(changes: Iterable[Change]) -> Iterator[list[Change]]:
    """The changes, with those together that are told in one: many events of one kind that are new, or gone."""
    together: list[Change] = []
    for change in changes:
        if together and (change.path or not _is_like(together[0], change)):
            yield from _told(together)
            together = []
        together.append(change)
    yield from _told(together)


def _is_like(first: Change, change: Change) -> bool:
    return change.kind in ("added", "gone") and (change.kind, change.where, first.path) == (first.kind, first.where, "")


def _told(together: list[Change]) -> Iterator[list[Change]]:
    if len(together) >= _TOGETHER:
        yield together
    else:
        yield from ([change] for change in together)


def timing_words(timing: TimingChange) -> str:
    """“first event: 120 ms, now 640 ms, 5.3 times slower”."""
    words = ""
    if timing.old_ms > 0 and timing.new_ms > 0:
        times = max(timing.old_ms, timing.new_ms) / min(timing.old_ms, timing.new_ms)
        words = f", {times:,.1f} times {'slower' if timing.new_ms > timing.old_ms else 'faster'}"
    return f"{timing.what}: {_ms(timing.old_ms)}, now {_ms(timing.new_ms)}{words}"


def left_out_words(diff: Diff) -> str:
    """What was not compared, as a sentence; "" when all was."""
    return f"Not compared: {'; '.join(diff.left_out)}." if diff.left_out else ""


def sides(change: Change, longest: int) -> tuple[str, str]:
    """The old and the new value in one line each, cut to where they differ; "" for one that is not there."""
    old, new = change.old, change.new
    both = change.kind == "changed" and old is not ABSENT and new is not ABSENT
    if both and isinstance(old, str) and isinstance(new, str):
        start = 0
        if max(len(old), len(new)) > longest - 2:
            same = next((at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), None)
            start = max(0, (min(len(old), len(new)) if same is None else same) - _BEFORE)
        return _cut(old, start, longest), _cut(new, start, longest)
    if change.kind != "changed":
        old, new = gist(old), gist(new)
    left = "" if old is ABSENT else _shown(old, longest)
    return left, "" if new is ABSENT or change.kind == "moved" else _shown(new, longest)


def gist(value: Any) -> Any:
    """An event or item as JSON, without what is said beside it: what it is, and what it belongs to."""
    if not isinstance(value, dict):
        return value
    for key in ("update", "item", "thread"):
        if isinstance(value.get(key), dict):
            value = value[key]
            break
    return {key: entry for key, entry in value.items() if key not in _SAID} or value


def _cut(text: str, start: int, longest: int) -> str:
    shown = json.dumps(text[start : start + longest], ensure_ascii=False)[1:-1]
    room = longest - 2 - bool(start)
    more = len(shown) > room or start + longest < len(text)
    return f'"{"…" * bool(start)}{shown[: room - 1] + "…" if more else shown}"'


def _shown(value: Any, longest: int) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _ms(ms: float) -> str:
    return f"{ms:,.0f} ms" if ms >= 10 else f"{ms:.1f} ms"
