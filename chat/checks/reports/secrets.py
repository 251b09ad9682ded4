"""Nothing leaves in a report that is a secret or has the shape of one, whichever way it came in."""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Iterable
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from chat.checks.reports.model import Meant
from chat.exchanges.redaction import MASK
from chat.exchanges.secrets import NONE, Secrets
from chat.steps import at_once

__all__ = ["cleaning", "without_secrets"]

_Value = TypeVar("_Value")

# An excerpt may end in the middle of a secret, which then no longer has the length of one.
_CUT_SECRET = re.compile(
    r"(?<![A-Za-z0-9_-])(?:eyJ|(?:sk|rk|pk|ek|sess|whsec)[-_]|gh[pousr]_|xox[abeoprs]-|(?i:bearer)\s)[A-Za-z0-9._~+/=-]*…"
)


def without_secrets(report: _Value, secrets: Secrets = NONE) -> _Value:
    """The report, or whatever is written like one, with every secret masked, and all that has the shape of one."""
    return at_once(cleaning(report, secrets))


def cleaning(value: _Value, secrets: Secrets = NONE) -> Generator[None, None, _Value]:
    """The same in steps: one for each text, and for each line of a long one."""
    cleaned: Any = value
    if isinstance(value, str):
        cleaned = _clean_text(value, secrets) if type(value) is str else value
        yield
    elif isinstance(value, tuple | list):
        entries = yield from _all(value, secrets)
        cleaned = tuple(entries) if isinstance(value, tuple) else entries
    elif isinstance(value, dict):
        keys, entries = (yield from _all(value, secrets)), (yield from _all(value.values(), secrets))
        cleaned = dict(zip(keys, entries, strict=True))
    elif is_dataclass(value) and not isinstance(value, type):
        changed: dict[str, Any] = {}
        for field in fields(value):
            old = getattr(value, field.name)
            of_lines = isinstance(value, Meant) and field.name == "json"
            new = yield from _lines(old, secrets) if of_lines else cleaning(old, secrets)
            if new != old:
                changed[field.name] = new
        cleaned = replace(value, **changed) if changed else value
    return cleaned  # type: ignore[no-any-return]


def _all(values: Iterable[Any], secrets: Secrets) -> Generator[None, None, list[Any]]:
    cleaned = []
    for value in values:
        cleaned.append((yield from cleaning(value, secrets)))
    return cleaned


def _lines(text: str, secrets: Secrets) -> Generator[None, None, str]:
    lines = []
    for line in text.split("\n"):
        lines.append(_clean_line(line, secrets))
        yield
    return "\n".join(lines)


def _clean_text(text: str, secrets: Secrets) -> str:
    text = secrets.text(text)
    return _CUT_SECRET.sub(f"{MASK}…", text) if "…" in text else text


def _clean_line(line: str, secrets: Secrets) -> str:
    """A line of JSON stays JSON: only the texts in it are touched."""
    if _clean_text(line, secrets) == line:
        return line
    return json.dumps(without_secrets(json.loads(line), secrets), ensure_ascii=False, separators=(",", ":"))
