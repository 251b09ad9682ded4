"""Reports as one HTML file that can be attached to an issue: no request leaves it, and all text in it is escaped."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable

from markupsafe import Markup, escape

from assets import ASSETS
from chat.checks.findings import Evidence, Level
from chat.checks.reports.model import Check, ExchangeReport, Meant, Report, headline
from chat.checks.reports.words import advice_words, exchange_words, number, place_words, printable, widget_words
from chat.version import version

__all__ = ["as_html"]

_MOST_PLACES = 20
_MOST_EVENTS = 1_000
_LOGO = Markup(
    '<svg width="22" height="22" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" '
    'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">'
    '<path d="M7.9 20A9 9 0 1 0 4 16.1L2 22Z"/><path d="m8 12 2.5 2.5L16 9"/></svg>'
)
_CROSS = Markup(
    '<svg width="16" height="16" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.6" '
    'stroke-linecap="round" aria-hidden="true"><path d="M18 6 6 18M6 6l12 12"/></svg>'
)
_TICK = Markup(
    '<svg width="16" height="16" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.6" '
    'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M20 6 9 17l-5-5"/></svg>'
)
_BANG = Markup(
    '<svg width="16" height="16" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.6" '
    'stroke-linecap="round" aria-hidden="true"><path d="M12 5v9M12 19h.01"/></svg>'
)
_PAGE = Markup(
    """<!doctype html>
<html lang="en" class="no-script">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-{style_hash}'; \
script-src 'sha256-{script_hash}'; base-uri 'none'; form-action 'none'">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>
{content}
</main>
<script type="module">{script}</script>
</body>
</html>
"""
)


def as_html(report: Report) -> str:
    """The report as an HTML document."""
    style = (ASSETS / "report.css").read_text("utf-8")
    script = "".join((ASSETS / name).read_text("utf-8") for name in ("shared/clipboard.js", "report.js"))
    several = len(report.exchanges) > 1
    numbers = {exchange.id: place for place, exchange in enumerate(report.exchanges, start=1)} if several else {}
    content = _join(
        [
            _top(report),
            _verdict(report),
            _faults(report.by_status("failed"), numbers),
            *(_meant(exchange, numbers) for exchange in report.exchanges if exchange.meant is not None),
            _exchanges(report.exchanges),
            _advice(report),
            _others(report),
            Markup("<footer>Made by ChatKit Workbench {}. Secrets were removed from this report.</footer>").format(
                version()
            ),
        ]
    )
    return str(
        _PAGE.format(
            title=_text(f"{headline(report)} – {report.source}"),
            style=Markup(style),
            style_hash=_hash(style),
            script=Markup(script),
            script_hash=_hash(script),
            content=content,
        )
    )


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _text(text: str) -> Markup:
    """Text as people should see it: escaped, and without characters that hide."""
    return escape(printable(text))


def _prose(text: str) -> Markup:
    """Text with what stands between backquotes as code."""
    pieces = printable(text).split("`")
    if len(pieces) % 2 == 0:
        return _text(text)
    return _join(
        [Markup("<code>{}</code>").format(piece) if place % 2 else escape(piece) for place, piece in enumerate(pieces)]
    )


def _join(parts: Iterable[Markup]) -> Markup:
    return Markup("").join(parts)


def _top(report: Report) -> Markup:
    return Markup(
        '<div class="top">{}<b>ChatKit Workbench</b><span>report</span><span class="source">{}</span></div>'
    ).format(_LOGO, _text(report.source))


def _verdict(report: Report) -> Markup:
    summary = report.summary
    if report.stopped or summary.errors:
        kind, icon = "error", _CROSS
    elif summary.warnings or summary.could_not_run:
        kind, icon = "warning", _BANG
    else:
        kind, icon = "good", _TICK
    chips = [
        ("error" if summary.errors else "", number(summary.errors, "error")),
        ("warning" if summary.warnings else "", number(summary.warnings, "warning")),
        ("note" if summary.notes else "", number(summary.notes, "note")),
    ]
    if summary.could_not_run:
        chips.append(("warning", f"{summary.could_not_run:,} could not run"))
    chips.append(("good" if kind == "good" else "", f"{number(len(report.by_status('passed')), 'rule')} passed"))
    return Markup(
        '<div class="verdict"><span class="mark {}">{}</span><h1>{}</h1></div><div class="figures">{}</div>'
    ).format(kind, icon, _prose(headline(report)), _join(_chip(*chip) for chip in chips))


def _chip(kind: str, text: str) -> Markup:
    return Markup('<span class="chip {}">{}</span>').format(kind, _text(text))


def _faults(checks: tuple[Check, ...], numbers: dict[str, int]) -> Markup:
    faults = [check for check in checks if check.level is not Level.NOTE]
    notes = [check for check in checks if check.level is Level.NOTE]
    return _join(
        Markup("<section><h2>{}</h2>{}</section>").format(title, _join(_fault(check, numbers) for check in some))
        for title, some in (("What to change", faults), ("Worth knowing", notes))
        if some
    )


def _fault(check: Check, numbers: dict[str, int]) -> Markup:
    times = Markup(' <span class="chip">×{}</span>').format(f"{check.count:,}") if check.count > 1 else ""
    facts = [
        ("Expected", check.expected),
        ("Got", check.got),
        ("Why", check.why),
        ("Widget", check.widget),
        ("With it", "goes away: " + ", ".join(f"`{one}`" for one in check.consequences) if check.consequences else ""),
    ]
    return Markup(
        '<article class="card"><header><div class="line">{chip} <code>{id}</code>{times}</div>'
        "<h3>{headline}</h3></header>{fix}<dl>{facts}</dl>{places}</article>"
    ).format(
        chip=_chip(str(check.level), str(check.level)),
        id=check.id,
        times=times,
        headline=_prose(check.headline),
        fix=_code("Type this instead", check.fix) if check.fix else "",
        facts=_join(Markup("<dt>{}</dt><dd>{}</dd>").format(name, _prose(text)) for name, text in facts if text),
        places=_places(check, numbers),
    )


def _code(label: str, text: str) -> Markup:
    return Markup(
        '<div class="fix" data-copied><div class="label"><span>{}</span>'
        '<button type="button" data-copy>Copy</button></div><pre tabindex="0">{}</pre></div>'
    ).format(label, _text(text.rstrip()))


def _places(check: Check, numbers: dict[str, int]) -> Markup:
    places = [place for place in check.evidence[:_MOST_PLACES] if place.excerpt or place_words(place)]
    if not places:
        return Markup("")
    rows = _join(_place(place, numbers) for place in places)
    more = f", the first {len(places)} of {check.count:,}" if check.count > len(places) else ""
    return Markup(
        "<details{open}><summary>Evidence{more}</summary>"
        '<div class="places-box"><table class="places">{rows}</table></div></details>'
    ).format(open=Markup(" open") if len(places) <= 3 else "", more=more, rows=rows)


def _place(place: Evidence, numbers: dict[str, int]) -> Markup:
    exchange = numbers.get(place.exchange_id or "")
    where = ", ".join(filter(None, (f"exchange {exchange}" if exchange else "", place_words(place))))
    return Markup("<tr><td>{}</td><td><code>{}</code></td></tr>").format(
        _text(where.replace(", ", "\n")).replace("\n", Markup("<br>")), _text(place.excerpt)
    )


def _meant(exchange: ExchangeReport, numbers: dict[str, int]) -> Markup:
    meant = exchange.meant
    if meant is None:
        return Markup("")
    where = f" in exchange {numbers[exchange.id]}" if exchange.id in numbers else ""
    shown = Markup('<span class="empty">{}</span>').format(
        _text(f"{exchange.shows[:1].upper()}{exchange.shows[1:]}.") if exchange.shows else "Nothing of it."
    )
    spoken = _join(
        Markup('<div class="said {}">{}</div>').format(
            one.who if one.who in ("user", "assistant") else "other", _text(one.text or one.who)
        )
        for one in meant.conversation
    )
    assumed = (
        Markup('<p class="lead">Made up: {}.</p>').format(_prose("; ".join(meant.assumed))) if meant.assumed else ""
    )
    return Markup(
        "<section><h2>What the backend meant{where}<small>translated from {language}</small></h2>{assumed}"
        '<div class="sides"><div class="side"><b>What the widget shows</b><div class="stage">{shown}</div></div>'
        '<div class="side"><b>What was meant</b><div class="stage">{spoken}</div></div></div>{events}</section>'
    ).format(
        where=where, language=_text(meant.language), assumed=assumed, shown=shown, spoken=spoken, events=_events(meant)
    )


def _events(meant: Meant) -> Markup:
    lines = meant.json.split("\n") if meant.json else []
    shown = "\n".join(f"data: {line}\n" for line in lines[:_MOST_EVENTS])
    if len(lines) > _MOST_EVENTS:
        shown += f"\n… {len(lines) - _MOST_EVENTS:,} more"
    boxes = [
        _box(f"The {number(len(lines), 'event')} to send instead, as JSON", shown) if lines else Markup(""),
        _box("The same as Python", meant.python) if meant.python else Markup(""),
    ]
    return Markup('<div class="card below">{}</div>').format(_join(boxes))


def _box(title: str, text: str) -> Markup:
    return Markup(
        '<details data-copied><summary>{}<button type="button" data-copy>Copy</button></summary>'
        '<pre class="plain" tabindex="0">{}</pre></details>'
    ).format(title, _text(text.rstrip()))


def _exchanges(exchanges: tuple[ExchangeReport, ...]) -> Markup:
    if not exchanges:
        return Markup("")
    several = len(exchanges) > 1
    rows = _join(
        _exchange(exchange, f"{place}. " if several else "") for place, exchange in enumerate(exchanges, start=1)
    )
    return Markup('<section><h2>What the official widget does</h2><div class="card">{}</div></section>').format(rows)


def _exchange(exchange: ExchangeReport, prefix: str) -> Markup:
    address = exchange.url and exchange.operation
    url = Markup('<div class="url">{}</div>').format(_text(f"{exchange.method} {exchange.url}")) if address else ""
    chips = _join(
        _chip(str(finding.level), finding.rule_id + (f" ×{finding.count:,}" if finding.count > 1 else ""))
        for finding in exchange.findings
    )
    return Markup(
        '<div class="exchange"><div class="line"><b>{title}</b><span>{what}</span></div>'
        "{url}{failure}<p>{does}</p>{chips}</div>"
    ).format(
        title=_text(prefix + exchange.title),
        what=_text(exchange_words(exchange)),
        url=url,
        failure=Markup("<p>{}</p>").format(_prose(exchange.failure)) if exchange.failure else "",
        does=_prose(widget_words(exchange)),
        chips=Markup('<div class="chips">{}</div>').format(chips) if chips else "",
    )


def _advice(report: Report) -> Markup:
    if not report.advice:
        return Markup("")
    return Markup(
        '<section><h2>If the page stays blank all the same</h2><p class="lead">{}</p><ul class="list">{}</ul></section>'
    ).format(advice_words(report), _join(Markup("<li>{}</li>").format(_prose(line)) for line in report.advice))


def _others(report: Report) -> Markup:
    """What is left to be told: remarks, what could not run, passed, and did not apply."""
    boxes = [_unrun(reason, checks) for reason, checks in _by_reason(report.by_status("could-not-run")).items()]
    for title, status in (("passed", "passed"), ("did not apply", "not-applicable")):
        checks = [check for check in report.checks if check.status == status]
        if checks:
            boxes.append(
                Markup('<details><summary>{} {}</summary><ul class="rules">{}</ul></details>').format(
                    number(len(checks), "rule"), title, _join(_rule(check) for check in checks)
                )
            )
    remarks = _join(Markup('<p class="lead">{}</p>').format(_prose(remark)) for remark in report.remarks)
    if not boxes and not remarks:
        return Markup("")
    card = Markup('<div class="card">{}</div>').format(_join(boxes)) if boxes else ""
    return Markup("<section><h2>What else was looked at</h2>{}{}</section>").format(remarks, card)


def _by_reason(checks: Iterable[Check]) -> dict[str, list[Check]]:
    """The checks under the words that say why they could not run."""
    found: dict[str, list[Check]] = {}
    for check in checks:
        found.setdefault(check.got, []).append(check)
    return found


def _unrun(reason: str, checks: list[Check]) -> Markup:
    ids = _join(Markup("<li><code>{}</code></li>").format(check.id) for check in checks)
    return Markup(
        '<details><summary>{} could not run</summary><ul class="rules">{}</ul></details><p class="because">{}</p>'
    ).format(number(len(checks), "rule"), ids, _prose(reason))


def _rule(check: Check) -> Markup:
    because = Markup(" {}").format(_prose(check.got)) if check.got else ""
    return Markup("<li><code>{}</code>{}</li>").format(check.id, because)
