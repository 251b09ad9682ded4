"""Diffs as HTML: one file that can be attached to an issue, and a fragment for the page. All text in it is escaped.

What it looks like is in `assets/diff.html.j2`, `assets/diff_parts.html.j2` and `assets/diff.css`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from assets import ASSETS
from chat.checks.reports.page import prose, sha256, visible
from chat.checks.reports.words import number
from chat.diff.model import Change, Diff
from chat.diff.reports.words import (
    gist,
    headline,
    left_out_words,
    place_words,
    runs,
    summary_words,
    timing_words,
    title_words,
)
from chat.diff.values import ABSENT
from chat.version import version

__all__ = ["as_fragment", "as_html"]

_MOST_CHANGES = 200
_LONGEST = 2_000
_AROUND = 200
"""Characters shown before and after what differs in a long text."""

_COLOURS = ":root { --df-muted: var(--muted); --df-sunken: var(--sunken); }\n"


def as_html(diff: Diff) -> str:
    """The diff as an HTML document."""
    return (
        _environment()
        .get_template("diff.html.j2")
        .render(
            diff=diff,
            headline=headline(diff),
            summary=summary_words(diff),
            notes=[*filter(None, (left_out_words(diff),)), *diff.remarks],
            style=Markup(_COLOURS + "".join((ASSETS / name).read_text("utf-8") for name in ("report.css", "diff.css"))),
            version=version(),
        )
    )


def as_fragment(diff: Diff) -> str:
    """What differs, without head and verdict, to stand in a page that has `assets/diff.css`."""
    return str(_environment().get_template("diff_parts.html.j2").module.parts(diff))  # type: ignore[attr-defined]


@cache
def _environment() -> Environment:
    environment = Environment(
        autoescape=True, finalize=visible, loader=FileSystemLoader(ASSETS), undefined=StrictUndefined
    )
    environment.filters.update(prose=prose, sha256=sha256)
    environment.globals.update(
        most=_MOST_CHANGES,
        number=number,
        place_words=place_words,
        runs_of=_runs,
        timing_words=timing_words,
        title_words=title_words,
        values_of=_values,
    )
    return environment


def _runs(changes: Sequence[Change]) -> list[list[Change]]:
    return list(runs(changes))


_Pieces = tuple[str, str, str]
"""What two values have in common before they differ, what differs, and what they have in common after it."""


def _values(change: Change) -> tuple[_Pieces | None, _Pieces | None]:
    """The old and the new value, None for one that is not to be shown."""
    old, new = change.old, change.new
    if change.kind != "changed":
        return (
            None if old is ABSENT else _whole(gist(old)),
            None if new is ABSENT or change.kind == "moved" else _whole(gist(new)),
        )
    if not isinstance(old, str) or not isinstance(new, str) or old is ABSENT or new is ABSENT:
        return None if old is ABSENT else _whole(old), None if new is ABSENT else _whole(new)
    begin = next((at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    room = min(len(old), len(new)) - begin
    end = next((at for at in range(room) if old[-1 - at] != new[-1 - at]), room)
    return _cut(old, begin, end), _cut(new, begin, end)


def _cut(text: str, begin: int, end: int) -> _Pieces:
    before, inside, after = text[:begin], text[begin : len(text) - end], text[len(text) - end :]
    return (
        before if len(before) <= _AROUND else f"…{before[-_AROUND:]}",
        inside if len(inside) <= _LONGEST else f"{inside[:_LONGEST]}… ({len(inside) - _LONGEST:,} more characters)",
        after if len(after) <= _AROUND else f"{after[:_AROUND]}…",
    )


def _whole(value: Any) -> _Pieces:
    text = json.dumps(value, ensure_ascii=False, indent=None, default=str)
    more = len(text) - _LONGEST
    return (text if more <= 0 else f"{text[:_LONGEST]}… ({more:,} more characters)"), "", ""
