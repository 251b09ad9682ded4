"""Reports as JSON, for scripts. The layout is a contract: keys are added, never renamed or taken away."""

from __future__ import annotations

import json
from typing import Any

from chat.checks.findings import Evidence
from chat.checks.reports.model import Check, ExchangeReport, Meant, Report
from chat.terminal import as_json_text
from chat.version import NAME, version

__all__ = ["as_json", "document"]


def as_json(report: Report) -> str:
    """The report as JSON text."""
    return as_json_text(document(report)) + "\n"


def document(report: Report) -> dict[str, Any]:
    """The report as plain JSON values."""
    summary = report.summary
    return {
        "tool": NAME,
        "version": version(),
        "source": report.source,
        "summary": {
            "errors": summary.errors,
            "warnings": summary.warnings,
            "notes": summary.notes,
            "could_not_run": summary.could_not_run,
        },
        "checks": [_check(check) for check in report.checks],
        "exchanges": [_exchange(exchange) for exchange in report.exchanges],
    }


def _check(check: Check) -> dict[str, Any]:
    return {
        "id": check.id,
        "level": str(check.level),
        "status": check.status,
        "count": check.count,
        "expected": check.expected,
        "got": check.got,
        "fix": check.fix,
        "why": check.why,
        "widget": check.widget,
        "evidence": [_evidence(place) for place in check.evidence],
    }


def _evidence(place: Evidence) -> dict[str, Any]:
    return {
        "exchange": place.exchange_id,
        "event": place.event,
        "start": place.start,
        "end": place.end,
        "ms": place.ms,
        "item_id": place.item_id,
        "excerpt": place.excerpt,
    }


def _exchange(exchange: ExchangeReport) -> dict[str, Any]:
    return {
        "id": exchange.id,
        "method": exchange.method,
        "url": exchange.url,
        "operation": exchange.operation,
        "started_at": exchange.started_at or None,
        "status": exchange.status,
        "reason": exchange.reason,
        "content_type": exchange.content_type,
        "request_id": exchange.request_id or None,
        "outcome": exchange.outcome,
        "failure": exchange.failure or None,
        "size": exchange.size,
        "events": exchange.events,
        "first_event_ms": exchange.first_event_ms,
        "total_ms": exchange.total_ms,
        "widget": {
            "does": exchange.widget,
            "certainty": exchange.certainty,
            "requests_sent": exchange.requests_sent,
            "shows": exchange.shows,
        },
        "findings": [
            {
                "id": finding.rule_id,
                "level": str(finding.level),
                "headline": finding.headline,
                "count": finding.count,
                "consequences": [below.rule_id for below in finding.consequences],
            }
            for finding in exchange.findings
        ],
        "translation": _meant(exchange.meant) if exchange.meant is not None else None,
    }


def _meant(meant: Meant) -> dict[str, Any]:
    return {
        "language": meant.language,
        "assumed": list(meant.assumed),
        "conversation": [{"who": spoken.who, "text": spoken.text} for spoken in meant.conversation],
        "events": [json.loads(line) for line in meant.json.split("\n") if line],
        "python": meant.python,
    }
