"""A report inside the page: the headline, what to change, what passed, what could not be judged."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from markupsafe import Markup

from chat.checks.page_side import PAGE_SIDE
from chat.checks.reports import Check, Report, headline
from chat.checks.reports.secrets import without_secrets
from chat.checks.reports.words import place_words, verdict_words
from chat.conversation.blank import fix_html, in_words, prose, rewritten_html
from chat.conversation.diagnosis import Counts
from chat.rendering.html import join, tag
from chat.rendering.icons import icon

__all__ = ["checklist_html", "report_html"]

_PLACES: Final = 6


def report_html(report: Report) -> str:
    """The report, secrets removed."""
    report = without_secrets(report)
    summary = report.summary
    bad = bool(report.stopped or summary.errors)
    doubtful = bool(summary.warnings or summary.could_not_run) or not report.judged
    mark = "circle-x" if bad else "triangle-alert" if doubtful else "circle-check"
    tone = "is-error" if bad else "is-warning" if doubtful else "is-good"
    passed = report.by_status("passed")
    words = verdict_words(report)
    counted = (
        Counts(notes=summary.notes)
        if words != headline(report)
        else Counts(summary.errors, summary.warnings, summary.notes)
    )
    figures = [
        in_words(counted),
        f"{len(passed)} {'rule' if len(passed) == 1 else 'rules'} passed" if passed else "",
        f"{summary.could_not_run} could not run" if summary.could_not_run else "",
    ]
    return str(
        join(
            [
                tag(
                    "header",
                    icon(mark, 22),
                    tag(
                        "div",
                        tag("h3", prose(words)),
                        tag("p", " · ".join(filter(None, figures))),
                    ),
                    class_=f"rp-head {tone}",
                    data_testid="report-headline",
                ),
                tag("p", prose(report.stopped_because), class_="rp-remark") if report.stopped_because else None,
                *(
                    _fault(check, opened=place == 0 and (bad or doubtful))
                    for place, check in enumerate(report.by_status("failed"))
                ),
                _folded("Could not be judged", report.by_status("could-not-run")),
                _folded("Do not apply", report.by_status("not-applicable")),
                _folded("Passed", passed),
                *(tag("p", prose(remark), class_="rp-remark") for remark in report.remarks),
                Markup(checklist_html("Blank all the same? Then look at the page:")) if report.advice else None,
            ]
        )
    )


def checklist_html(title: str) -> str:
    """What to look at in the embedding page when the backend is not at fault."""
    points = [tag("li", prose(words)) for words in PAGE_SIDE]
    return str(tag("div", tag("h4", title), tag("ul", *points), class_="rp-list", data_testid="page-side"))


def _fault(check: Check, *, opened: bool) -> Markup:
    times = tag("small", f"×{check.count:,}", class_="fi-times") if check.count > 1 else None
    facts = [
        part
        for name, text in (("Got", check.got), ("Expected", check.expected))
        if text
        for part in (tag("dt", name), tag("dd", prose(text)))
    ]
    places = [tag("span", words, class_="fi-place") for words in map(place_words, check.evidence[:_PLACES]) if words]
    if places:
        facts += [tag("dt", "Where"), tag("dd", *places, class_="fi-places")]
    widget = tag("p", icon("scan-eye", 14), tag("span", prose(check.widget)), class_="rp-widget")
    return tag(
        "details",
        tag("summary", tag("i", class_="fi-dot"), tag("span", prose(check.headline), class_="fi-title"), times),
        tag(
            "div",
            tag("dl", *facts, class_="fi-facts") if facts else None,
            tag("div", tag("h4", "Type instead"), fix_html(check.fix), class_="fi-fix") if check.fix else None,
            rewritten_html(check.rewritten) if check.rewritten else None,
            tag("p", prose(check.why), class_="rp-why") if check.why else None,
            widget if check.widget else None,
            tag("p", f"{check.level} · ", tag("code", check.id), class_="fi-rule"),
            class_="fi-body",
        ),
        class_=f"rp-fault is-{check.level}",
        data_testid="finding",
        data_rule_id=check.id,
        open=opened,
    )


def _folded(title: str, checks: Iterable[Check]) -> Markup | None:
    rows = [
        tag("li", tag("code", check.id), " ", prose(check.headline if check.status == "passed" else check.got))
        for check in checks
    ]
    if not rows:
        return None
    return tag("details", tag("summary", f"{title} ({len(rows)})"), tag("ul", *rows), class_="rp-others fi-more")
