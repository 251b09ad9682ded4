"""Reports as one HTML file that can be attached to an issue: no request leaves it, and all text in it is escaped.

What it looks like is in `assets/report.html.j2`.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from assets import ASSETS
from chat.checks.findings import Evidence
from chat.checks.imports_last import split_imports
from chat.checks.reports.model import Check, Meant, Report, headline
from chat.checks.reports.words import (
    advice_words,
    exchange_words,
    number,
    place_words,
    verdict_words,
    widget_is_said,
    widget_words,
)
from chat.terminal import printable
from chat.version import version

__all__ = ["as_html", "prose", "sha256", "visible"]

_MOST_PLACES = 20
_MOST_EVENTS = 1_000


def as_html(report: Report) -> str:
    """The report as an HTML document."""
    several = len(report.exchanges) > 1
    numbers = {exchange.id: place for place, exchange in enumerate(report.exchanges, start=1)} if several else {}
    return _page().render(
        report=report,
        headline=headline(report),
        words=verdict_words(report),
        numbers=numbers,
        said=lambda check: widget_is_said(report, check),
        places_of=lambda check: _places(check, numbers),
        unrun=_by_reason(report.by_status("could-not-run")),
        style=_asset("report.css"),
        script=_asset("shared/clipboard.js", "report.js"),
        version=version(),
    )


@cache
def _page() -> Template:
    environment = Environment(
        autoescape=True,
        finalize=visible,
        loader=FileSystemLoader(ASSETS),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters.update(prose=prose, sha256=sha256)
    environment.globals.update(
        advice_words=advice_words,
        exchange_words=exchange_words,
        facts=_facts,
        imports_last=split_imports,
        number=number,
        stream_of=_stream,
        widget_words=widget_words,
    )
    return environment.get_template("report.html.j2")


def visible(value: Any) -> Any:
    """What is put into the page: texts without characters that hide. They are escaped afterwards."""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _asset(*names: str) -> Markup:
    return Markup("".join((ASSETS / name).read_text("utf-8") for name in names))


def sha256(text: str) -> str:
    """The hash of a style or script by which a content security policy lets it in."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def prose(text: str) -> Markup:
    """Text with what stands between backquotes as code."""
    pieces = printable(text).split("`")
    if len(pieces) % 2 == 0:
        return escape(printable(text))
    return Markup("").join(
        Markup("<code>{}</code>").format(piece) if place % 2 else escape(piece) for place, piece in enumerate(pieces)
    )


def _facts(check: Check, *, said: bool = False) -> Iterator[tuple[str, str]]:
    """
    What is to be said about a fault, one line each; empty ones are left out. `said`: what the widget does stands with
    the exchanges.
    """
    yield "Expected", check.expected
    yield "Got", check.got
    yield "Why", check.why
    yield "Widget", "" if said else check.widget
    if check.consequences:
        yield "With it", "goes away: " + ", ".join(f"`{one}`" for one in check.consequences)


def _places(check: Check, numbers: dict[str, int]) -> list[tuple[list[str], str]]:
    """Where a fault was seen: the place in words, line by line, and what is there."""
    return [
        (_where(place, numbers), place.excerpt)
        for place in check.evidence[:_MOST_PLACES]
        if place.excerpt or place_words(place)
    ]


def _where(place: Evidence, numbers: dict[str, int]) -> list[str]:
    exchange = numbers.get(place.exchange_id or "")
    return [*([f"exchange {exchange}"] if exchange else []), *filter(None, place_words(place).split(", "))]


def _stream(meant: Meant) -> str:
    """The events to send instead, as a body; not all of a great many."""
    lines = meant.json.split("\n")
    shown = "\n".join(f"data: {line}\n" for line in lines[:_MOST_EVENTS])
    return shown if len(lines) <= _MOST_EVENTS else f"{shown}\n… {len(lines) - _MOST_EVENTS:,} more"


def _by_reason(checks: tuple[Check, ...]) -> dict[str, list[Check]]:
    """The checks under the words that say why they could not run."""
    found: dict[str, list[Check]] = {}
    for check in checks:
        found.setdefault(check.got, []).append(check)
    return found
