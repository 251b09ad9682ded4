"""Words that several formats share."""

from __future__ import annotations

from chat.checks.findings import Evidence
from chat.checks.reports.model import Check, ExchangeReport, Report, headline

__all__ = [
    "advice_words",
    "exchange_words",
    "number",
    "place_words",
    "summary_words",
    "verdict_words",
    "widget_is_said",
    "widget_words",
]


def number(count: int, singular: str, plural: str = "") -> str:
    """A count with its noun: “1 event”, “20,000 events”."""
    return f"{count:,} {singular if count == 1 else plural or singular + 's'}"


def place_words(place: Evidence) -> str:
    """Where a piece of evidence is found, in words: “event 3, bytes 410–655, 12.5 ms”."""
    words = []
    if place.event is not None:
        words.append(f"event {place.event}")
    if place.start is not None:
        one = place.end in (None, place.start)
        words.append(f"byte {place.start}" if one else f"bytes {place.start}–{place.end}")
    if place.ms is not None:
        words.append(_milliseconds(place.ms))
    if place.item_id:
        words.append(f"item {place.item_id}")
    return ", ".join(words)


def exchange_words(exchange: ExchangeReport) -> str:
    """What came of an exchange: “200 OK, text/event-stream, 12 events, 3,045 bytes, 812.0 ms”."""
    words = []
    if exchange.status is not None:
        words.append(f"{exchange.status} {exchange.reason}".strip())
        words.append(exchange.content_type or "no Content-Type")
    if exchange.events:
        words.append(number(exchange.events, "event"))
    words.append(number(exchange.size, "byte"))
    if exchange.total_ms is not None:
        words.append(_milliseconds(exchange.total_ms))
    if exchange.outcome not in ("complete", ""):
        words.append(exchange.outcome)
    if exchange.request_id:
        words.append(exchange.request_id)
    return ", ".join(words)


def verdict_words(report: Report) -> str:
    """What stands above the faults: how many there are, as each has its headline; else the report in one line."""
    first = next(iter(report.by_status("failed")), None)
    line = headline(report)
    if first is None or line != first.headline:
        return line
    counts = ((report.summary.errors, "error"), (report.summary.warnings, "warning"))
    return ", ".join(number(count, name) for count, name in counts if count)


def advice_words(report: Report) -> str:
    """What stands above the list of what to look at in the page."""
    start = "The backend is fine." if report.fine else "Nothing of this keeps a page blank."
    return f"{start} If it stays blank all the same, look at the page:"


def widget_words(exchange: ExchangeReport) -> str:
    """What the official widget does with an exchange, and what its user sees, as far as that is known."""
    certainty = "" if exchange.certainty in ("known", "unknown", "") else f" ({exchange.certainty})"
    shows = f" The user sees {exchange.shows}." if exchange.shows else ""
    return f"{exchange.widget}{shows}{certainty}"


def summary_words(report: Report) -> str:
    """The figures of a report in one line."""
    summary = report.summary
    words = [number(summary.errors, "error"), number(summary.warnings, "warning"), number(summary.notes, "note")]
    if summary.could_not_run:
        words.append(f"{summary.could_not_run:,} could not run")
    passed = len(report.by_status("passed"))
    aside = len(report.by_status("not-applicable"))
    return ", ".join(words) + f"; {number(passed, 'rule')} passed, {aside:,} did not apply"


def _milliseconds(ms: float) -> str:
    return f"{ms:.1f} ms" if ms < 1_000 else f"{ms / 1_000:.2f} s"


def widget_is_said(report: Report, check: Check) -> bool:
    """
    Whether the lines about the exchanges in which a fault was seen say what the widget does with it: that nothing of
    their answers is shown.
    """
    blank = {exchange.id for exchange in report.exchanges if exchange.blank}
    seen = {place.exchange_id for place in check.evidence}
    return bool(seen) and seen <= blank
