"""Diffs in every format there is."""

from __future__ import annotations

from chat.checks.reports.secrets import without_secrets
from chat.diff.model import Diff
from chat.diff.reports.document import as_json
from chat.diff.reports.junit import as_junit
from chat.diff.reports.text import as_text
from chat.diff.reports.words import headline

__all__ = ["FORMATS", "headline", "write"]

FORMATS = ("text", "json", "junit", "html")


def write(diff: Diff, format: str = "text") -> str:
    """The diff in one of `FORMATS`, without anything that has the shape of a secret. Raises ValueError for others."""
    diff = without_secrets(diff)
    match format:
        case "text":
            return as_text(diff)
        case "json":
            return as_json(diff)
        case "junit":
            return as_junit(diff)
        case "html":
            from chat.diff.reports.page import as_html  # only this format needs Jinja

            return as_html(diff)
    raise ValueError(f"{format!r} is none of {', '.join(FORMATS)}")
