"""Reports in every format there is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from chat.checks.reports.document import as_json
from chat.checks.reports.model import Report
from chat.checks.reports.secrets import without_secrets
from chat.checks.reports.text import as_text

__all__ = ["FORMATS", "write"]

_WRITERS: Mapping[str, Callable[[Report], str]] = MappingProxyType({"text": as_text, "json": as_json})
FORMATS = tuple(_WRITERS)


def write(report: Report, format: str = "text") -> str:
    """The report in one of `FORMATS`, without anything that has the shape of a secret."""
    return _WRITERS[format](without_secrets(report))
