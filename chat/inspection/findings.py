"""Findings as JSON for the page: text to read, places to go to, fixes to copy."""

from __future__ import annotations

from typing import Any, Final

from chat.checks import Finding, WidgetView
from chat.conversation.blank import fix_html, prose, widget_line
from chat.conversation.diagnosis import Diagnosis
from chat.conversation.entry import clean
from chat.rendering.code import code_block

__all__ = ["findings_document"]

_SHOWN: Final = 100
"""Findings of one exchange that a page gets: a hostile stream may have thousands."""
_TEXT: Final = 4_000


def findings_document(diagnosis: Diagnosis, view: WidgetView | None = None) -> dict[str, Any]:
    """Everything about one exchange that the findings panel shows.

    Texts for people are HTML. `view` is the line about the official widget, that of the whole exchange unless it is
    given; `passed` says that all was judged and
    neither an error nor a warning was found.
    """
    findings = diagnosis.findings
    counts = diagnosis.counts
    view = view or diagnosis.view
    return {
        "revision": diagnosis.revision,
        "view": {"line": _html(widget_line(view)), "certainty": view.certainty, "requests": view.requests_sent},
        "findings": [_finding(finding, said=view.blank) for finding in findings[:_SHOWN]],
        "left_out": max(0, len(findings) - _SHOWN),
        "passed": diagnosis.finished and not counts.errors and not counts.warnings,
        "running": diagnosis.exchange.running or not diagnosis.finished,
        "streaming": diagnosis.streams,
        "could_not_run": sorted(diagnosis.could_not_run),
    }


def _finding(finding: Finding, *, said: bool) -> dict[str, Any]:
    """`said`: what the widget does with all of it stands above the findings already."""
    return {
        "id": finding.rule_id,
        "key": f"{finding.rule_id} {clean(finding.key)[:200]}",
        "level": str(finding.level),
        "headline": _html(finding.headline),
        "count": finding.count,
        "expected": _html(finding.expected),
        "got": _html(finding.got),
        "fix": str(fix_html(clean(finding.fix))) if finding.fix else "",
        "rewritten": code_block(clean(finding.rewritten), "python", highlight=True) if finding.rewritten else "",
        "why": _html(finding.why),
        "widget": "" if said else _html(finding.widget),
        "evidence": [
            {
                "exchange": place.exchange_id,
                "event": place.event,
                "bytes": [place.start, place.end] if place.start is not None else None,
                "ms": place.ms,
                "excerpt": clean(place.excerpt),
            }
            for place in finding.evidence
            if place.event is not None or place.excerpt or place.end  # else there is nothing to name it by
        ],
        "consequences": [
            {"id": below.rule_id, "headline": _html(below.headline), "count": below.count}
            for below in finding.consequences[:_SHOWN]
        ],
    }


def _html(text: str) -> str:
    text = clean(text)
    return str(prose(text if len(text) <= _TEXT else text[:_TEXT] + "…"))
