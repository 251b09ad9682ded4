"""Nothing leaves in a report that is a secret or has the shape of one, whichever way it came in."""

from __future__ import annotations

import json
import re
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from chat.checks.reports.model import Meant
from chat.exchanges.redaction import MASK
from chat.exchanges.secrets import NONE, Secrets

__all__ = ["without_secrets"]

_Value = TypeVar("_Value")

# An excerpt may end in the middle of a secret, which then no longer has the length of one.
_CUT_SECRET = re.compile(
    r"(?<![A-Za-z0-9_-])(?:eyJ|(?:sk|rk|pk|ek|sess|whsec)[-_]|gh[pousr]_|xox[abeoprs]-|(?i:bearer)\s)[A-Za-z0-9._~+/=-]*…"
)


def without_secrets(report: _Value, secrets: Secrets = NONE) -> _Value:
    """The report, or whatever is written like one, with every secret masked, and all that has the shape of one."""
    return _clean(report, secrets)


def _clean(value: _Value, secrets: Secrets) -> _Value:
    cleaned: Any = value
    if isinstance(value, str):
        cleaned = _clean_text(value, secrets) if type(value) is str else value
    elif isinstance(value, tuple):
        cleaned = tuple(_clean(entry, secrets) for entry in value)
    elif isinstance(value, list):
        cleaned = [_clean(entry, secrets) for entry in value]
    elif isinstance(value, dict):
        cleaned = {_clean(key, secrets): _clean(entry, secrets) for key, entry in value.items()}
    elif is_dataclass(value) and not isinstance(value, type):
        old = {field.name: getattr(value, field.name) for field in fields(value)}
        new = {name: _clean(entry, secrets) for name, entry in old.items()}
        if isinstance(value, Meant):
            new["json"] = "\n".join(_clean_line(line, secrets) for line in value.json.split("\n"))
        changed = {name: entry for name, entry in new.items() if entry != old[name]}
        cleaned = replace(value, **changed) if changed else value
    return cleaned  # type: ignore[no-any-return]


def _clean_text(text: str, secrets: Secrets) -> str:
    text = secrets.text(text)
    return _CUT_SECRET.sub(f"{MASK}…", text) if "…" in text else text


def _clean_line(line: str, secrets: Secrets) -> str:
    """A line of JSON stays JSON: only the texts in it are touched."""
    if _clean_text(line, secrets) == line:
        return line
    return json.dumps(_clean(json.loads(line), secrets), ensure_ascii=False, separators=(",", ":"))
