"""Reports for people at a terminal: the first line names the fault, the next ones say what to type."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import IO

from chat.checks.imports_last import split_imports
from chat.checks.reports.model import Check, ExchangeReport, Meant, Report, headline
from chat.checks.reports.words import (
    advice_words,
    exchange_words,
    number,
    place_words,
    summary_words,
    widget_is_said,
    widget_words,
)
from chat.terminal import in_one_line

__all__ = ["Line", "as_text", "lines", "print_in_colour"]

Line = tuple[tuple[str, str], ...]
"""A line in pieces: (text, style)."""

_WIDTH = 100
_LABEL = 10
_PLACES = 5
_EXCERPT = _WIDTH - _LABEL
_MOST_EVENTS = 60
_LONGEST_EVENT = 2_000
_MOST_FINDINGS = 12
_MEANT = "What the backend meant"
_BAD, _WARNING, _GOOD, _QUIET, _STRONG, _CODE = "bold red", "bold yellow", "bold green", "dim", "bold", "cyan"
_LEVELS = {"error": ("ERROR", _BAD), "warning": ("WARNING", _WARNING), "note": ("NOTE", "bold blue")}


def as_text(report: Report) -> str:
    """The report as plain text."""
    return "".join("".join(text for text, _ in line) + "\n" for line in lines(report))


def print_in_colour(report: Report, file: IO[str]) -> None:
    """Print the report in colour, as far as the terminal and NO_COLOR allow."""
    from rich.console import Console
    from rich.text import Text

    console = Console(file=file, highlight=False, soft_wrap=True, emoji=False, markup=False)
    for line in lines(report):
        console.print(Text.assemble(*line), soft_wrap=True)


def lines(report: Report) -> Iterator[Line]:
    """The report line by line."""
    for line in _lines(report):
        yield tuple((in_one_line(text), style) for text, style in line)


def _lines(report: Report) -> Iterator[Line]:
    checks = report.by_status("failed")
    if report.stopped or not checks or checks[0].level == "note":
        yield _verdict(report)
        yield ()
    several = len(report.exchanges) > 1
    numbers = {exchange.id: place for place, exchange in enumerate(report.exchanges, start=1)} if several else {}
    for check in checks:
        yield from _failed(check, numbers, said=widget_is_said(report, check))
    for exchange_number, exchange in enumerate(report.exchanges, start=1):
        yield from _exchange(exchange, f"{exchange_number}. " if several else "")
    for exchange_number, exchange in enumerate(report.exchanges, start=1):
        if exchange.meant is not None:
            where = f" in exchange {exchange_number}" if several else ""
            yield from _meant(exchange.meant, where)
    yield from _could_not_run(report.by_status("could-not-run"))
    for remark in report.remarks:
        yield from _wrapped("Note", remark, _QUIET)
    if report.remarks:
        yield ()
    if report.advice:
        yield from _advice(report)
    yield ((f"{report.source}: ", _QUIET), (summary_words(report) + ".", _STRONG))


def _verdict(report: Report) -> Line:
    if report.stopped:
        return ((f"{report.stopped.upper()}  ", _BAD), (headline(report), _STRONG))
    if report.summary.could_not_run or not report.judged:
        return (("INCOMPLETE  ", _WARNING), (headline(report), _STRONG))
    return (("OK  ", _GOOD), (headline(report), _STRONG))


def _failed(check: Check, numbers: dict[str, int], *, said: bool) -> Iterator[Line]:
    """`said`: what the widget does with these exchanges stands below, with each of them."""
    word, style = _LEVELS[check.level]
    times = f"  (×{check.count:,})" if check.count > 1 else ""
    yield ((f"{word}  ", style), (check.headline, _STRONG), (f"  [{check.id}]{times}", _QUIET))
    yield ()
    if check.fix:
        yield (("Type this instead:", ""),)
        yield ()
        code, imports = split_imports(check.fix)
        for line in code.rstrip().split("\n"):
            yield ((f"    {line}".rstrip(), _CODE),)
        yield ()
        if imports:
            yield (("with these imports:", _QUIET),)
            yield ()
            for line in imports.split("\n"):
                yield ((f"    {line}".rstrip(), _CODE),)
            yield ()
    yield from _wrapped("Expected", check.expected)
    yield from _wrapped("Got", check.got)
    yield from _wrapped("Why", check.why)
    if not said:
        yield from _wrapped("Widget", check.widget)
    above = ""
    for shown, place in enumerate(check.evidence[:_PLACES]):
        exchange = numbers.get(place.exchange_id or "")
        where = ", ".join(filter(None, (f"exchange {exchange}" if exchange else "", place_words(place))))
        excerpt = place.excerpt if len(place.excerpt) <= _EXCERPT else place.excerpt[: _EXCERPT - 1] + "…"
        for text in filter(None, (where, excerpt if excerpt != above or not where else "")):
            label = "Seen at" if not shown and text is (where or excerpt) else ""
            yield ((label.ljust(_LABEL), _QUIET), (text, _QUIET if text is excerpt else ""))
        above = excerpt
    if check.count > len(check.evidence[:_PLACES]) > 0:
        yield from _wrapped("", f"… and {check.count - len(check.evidence[:_PLACES]):,} more", _QUIET)
    if check.rewritten:
        yield from _wrapped("Whole", f"the stream as it was meant stands below: “{_MEANT}”", _QUIET)
    if check.consequences:
        yield from _wrapped("With it", "goes away: " + ", ".join(check.consequences))
    yield ()


def _exchange(exchange: ExchangeReport, prefix: str) -> Iterator[Line]:
    yield (
        (f"{prefix}{exchange.title}", _STRONG),
        ("  " + exchange_words(exchange), _QUIET),
    )
    if exchange.url and exchange.operation:
        yield ((f"    {exchange.method} {exchange.url}", _QUIET),)
    if exchange.failure:
        yield from _wrapped("", exchange.failure, indent=4)
    yield from _wrapped("", f"The official widget: {widget_words(exchange)}", indent=4)
    named = [finding.rule_id + (f" (×{finding.count:,})" if finding.count > 1 else "") for finding in exchange.findings]
    if named:
        more = f", and {len(named) - _MOST_FINDINGS} more" if len(named) > _MOST_FINDINGS else ""
        yield from _wrapped("", "Findings: " + ", ".join(named[:_MOST_FINDINGS]) + more, indent=4)
    yield ()


def _meant(meant: Meant, where: str) -> Iterator[Line]:
    yield ((f"{_MEANT}{where}", _STRONG), (f"  translated from {meant.language}", _QUIET))
    for spoken in meant.conversation:
        yield from _wrapped(spoken.who, spoken.text or "…", indent=4)
    for assumed in meant.assumed:
        yield from _wrapped("assumed", assumed, _QUIET, indent=4)
    yield ()
    events = meant.json.split("\n") if meant.json else []
    if events:
        yield ((f"The {number(len(events), 'event')} to send instead, as JSON:", ""),)
        yield ()
        for event in events[:_MOST_EVENTS]:
            cut = event if len(event) <= _LONGEST_EVENT else event[:_LONGEST_EVENT] + "…"
            yield ((f"    data: {cut}", _CODE),)
        if len(events) > _MOST_EVENTS:
            yield ((f"    … {len(events) - _MOST_EVENTS:,} more: --format json has them all", _QUIET),)
        yield ()
    if meant.python:
        yield (("The same as Python:", ""),)
        yield ()
        for line in meant.python.rstrip().split("\n"):
            yield ((f"    {line}".rstrip(), _CODE),)
        yield ()


def _could_not_run(checks: tuple[Check, ...]) -> Iterator[Line]:
    reasons: dict[str, list[str]] = {}
    for check in checks:
        reasons.setdefault(check.got, []).append(check.id)
    for reason, ids in reasons.items():
        yield (("COULD NOT RUN  ", _WARNING), (number(len(ids), "rule"), _STRONG))
        yield from _wrapped("Because", reason)
        yield from _wrapped("Rules", ", ".join(ids), _QUIET)
        yield ()


def _advice(report: Report) -> Iterator[Line]:
    yield ((advice_words(report), _STRONG),)
    yield ()
    for line in report.advice:
        yield from _wrapped("•", line, indent=2, label_width=2)
    yield ()


def _wrapped(label: str, text: str, style: str = "", indent: int = 0, label_width: int = _LABEL) -> Iterator[Line]:
    """The text behind its label, wrapped, with the following lines in one column."""
    if not text:
        return
    margin = " " * indent
    gap = label_width if label or not indent else 0
    first = True
    for paragraph in text.strip().split("\n"):
        for line in textwrap.wrap(paragraph, _WIDTH - indent - gap, break_long_words=False, break_on_hyphens=False) or [
            ""
        ]:
            yield ((margin + (label.ljust(gap) if first else " " * gap), _QUIET), (line, style))
            first = False
