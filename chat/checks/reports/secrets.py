"""Nothing leaves in a report that has the shape of a secret, whichever way it came in."""

from __future__ import annotations

import json
import re
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from chat.checks.reports.model import Meant, Report
from chat.exchanges.redaction import MASK, redact_text

__all__ = ["without_secrets"]

_Value = TypeVar("_Value")

# An excerpt may end in the middle of a secret, which then no longer has the length of one.
_CUT_SECRET = re.compile(
    r"(?<![A-Za-z0-9_-])(?:eyJ|(?:sk|rk|pk|ek|sess|whsec)[-_]|gh[pousr]_|xox[abeoprs]-|(?i:bearer)\s)[A-Za-z0-9._~+/=-]*…"
)


def without_secrets(report: Report) -> Report:
    """The report with everything masked that has the shape of a secret."""
    return _clean(report)


def _clean(value: _Value) -> _Value:
    cleaned: Any = value
    if isinstance(value, str):
        cleaned = _clean_text(value) if type(value) is str else value
    elif isinstance(value, tuple):
        cleaned = tuple(_clean(entry) for entry in value)
    elif isinstance(value, list):
        cleaned = [_clean(entry) for entry in value]
    elif isinstance(value, dict):
        cleaned = {_clean(key): _clean(entry) for key, entry in value.items()}
    elif is_dataclass(value) and not isinstance(value, type):
        old = {field.name: getattr(value, field.name) for field in fields(value)}
        new = {name: _clean(entry) for name, entry in old.items()}
        if isinstance(value, Meant):
            new["json"] = "\n".join(map(_clean_line, value.json.split("\n")))
        changed = {name: entry for name, entry in new.items() if entry != old[name]}
        cleaned = replace(value, **changed) if changed else value
    return cleaned  # type: ignore[no-any-return]


def _clean_text(text: str) -> str:
    text = redact_text(text)
    return _CUT_SECRET.sub(f"{MASK}…", text) if "…" in text else text


def _clean_line(line: str) -> str:
    """A line of JSON stays JSON: only the texts in it are touched."""
    if _clean_text(line) == line:
        return line
    return json.dumps(_clean(json.loads(line)), ensure_ascii=False, separators=(",", ":"))
