"""Diffs as JSON, for other programs."""

from __future__ import annotations

from typing import Any

from chat.diff.model import Change, Diff, ExchangeDiff, FindingChange
from chat.diff.reports.words import summary_words
from chat.diff.values import ABSENT
from chat.terminal import as_json_text
from chat.version import NAME, version

__all__ = ["as_json"]


def as_json(diff: Diff) -> str:
    """The diff as JSON. A change has no `old` where something was added, and no `new` where something is gone."""
    document = {
        "tool": {"name": NAME, "version": version()},
        "format": "chatkit-workbench-diff",
        "version": 1,
        "old": diff.old_name,
        "new": diff.new_name,
        "alike": diff.alike,
        "summary": summary_words(diff),
        "not_compared": list(diff.left_out),
        "remarks": list(diff.remarks),
        "exchanges": [_exchange(exchange) for exchange in diff.exchanges],
        "order": list(diff.reordered),
        "state": [_change(change) for change in diff.state],
        "host_events": [_change(change) for change in diff.host],
        "findings": {
            "new": [_finding(one) for one in diff.new_findings],
            "gone": [_finding(one) for one in diff.gone_findings],
        },
    }
    return as_json_text(document) + "\n"


def _exchange(exchange: ExchangeDiff) -> dict[str, Any]:
    return {
        "title": exchange.title,
        "old": exchange.old,
        "new": exchange.new,
        "old_events": exchange.old_events,
        "new_events": exchange.new_events,
        "alike": exchange.alike,
        "changes": [_change(change) for change in exchange.changes],
        "timings": [
            {"what": timing.what, "old_ms": round(timing.old_ms, 1), "new_ms": round(timing.new_ms, 1)}
            for timing in exchange.timings
        ],
    }


def _change(change: Change) -> dict[str, Any]:
    fields: dict[str, Any] = {"kind": change.kind, "where": change.where}
    if change.path:
        fields["path"] = change.path
    if change.old is not ABSENT:
        fields["old"] = change.old
    if change.new is not ABSENT:
        fields["new"] = change.new
    if change.old_event is not None:
        fields["old_event"] = change.old_event
    if change.new_event is not None:
        fields["new_event"] = change.new_event
    if change.also:
        fields["also"] = list(change.also)
    return fields


def _finding(one: FindingChange) -> dict[str, Any]:
    return {"rule": one.rule_id, "level": one.level, "headline": one.headline, "exchange": one.title}
