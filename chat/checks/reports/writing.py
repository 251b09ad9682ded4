"""Reports in every format there is, the module of each imported when it is asked for: XML and Jinja take their time."""

from __future__ import annotations

from chat.checks.reports.model import FailOn, Report
from chat.checks.reports.secrets import without_secrets

__all__ = ["FORMATS", "write"]

FORMATS = ("text", "json", "junit", "html", "sarif")


def write(report: Report, format: str = "text", fail_on: FailOn = "error") -> str:
    """The report in one of `FORMATS`, without anything that has the shape of a secret.

    `fail_on` is what counts as a failure in formats that know nothing milder. Raises ValueError for other formats.
    """
    report = without_secrets(report)
    match format:
        case "text":
            from chat.checks.reports.text import as_text

            return as_text(report)
        case "json":
            from chat.checks.reports.document import as_json

            return as_json(report)
        case "junit":
            from chat.checks.reports.junit import as_junit

            return as_junit(report, fail_on)
        case "html":
            from chat.checks.reports.page import as_html

            return as_html(report)
        case "sarif":
            from chat.checks.reports.sarif import as_sarif

            return as_sarif(report)
    raise ValueError(f"{format!r} is none of {', '.join(FORMATS)}")
