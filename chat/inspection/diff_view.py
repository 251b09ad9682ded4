"""A diff inside the page: the verdict, and what differs below it."""

from __future__ import annotations

from markupsafe import Markup

from chat.checks.reports.secrets import without_secrets
from chat.diff import Diff
from chat.diff.reports.page import as_fragment
from chat.diff.reports.words import left_out_words, summary_words
from chat.rendering.html import join, tag

__all__ = ["diff_html"]


def diff_html(diff: Diff) -> str:
    """The diff, secrets removed; it needs `assets/diff.css`."""
    diff = without_secrets(diff)
    word = "Alike" if diff.alike else "Different"
    verdict = tag("h3", f"{word}: {summary_words(diff)}", class_="is-alike" if diff.alike else None)
    notes = [tag("p", words, class_="diff-names") for words in filter(None, (left_out_words(diff), *diff.remarks))]
    head = tag(
        "header",
        verdict,
        tag("p", f"{diff.old_name} → {diff.new_name}", class_="diff-names"),
        *notes,
        class_="diff-head",
        data_testid="diff-verdict",
        data_alike=str(diff.alike).lower(),
    )
    return str(tag("div", join([head, Markup(as_fragment(diff))]), class_="diff-view"))
