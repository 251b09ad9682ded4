"""JSON as it is compared: what is new in every run is called by what it is.

Ids become `item#1`, `thread#1`, `call#1` (`chat.diff.names`), wherever they stand; times become `(a time)`. A null and
a missing field are the same: the SDK drops nulls.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chat.diff.options import Options

__all__ = ["Normal"]

_PROSE = frozenset(
    (
        *("alt", "caption", "content", "copyText", "delta", "description", "footer", "header", "label", "message"),
        *("placeholder", "prompt", "query", "question", "reason", "subtitle", "summary", "text", "title", "value"),
    )
)
_KINDS = frozenset(
    ("allow_cancel", "code", "effect", "handler", "level", "name", "role", "status", "status_indicator", "type")
)
"""Fields that say what something is: they count where only the structure does."""
_DURATIONS = frozenset(("duration", "duration_ms", "elapsed", "elapsed_ms"))
_ID_FIELDS = frozenset(("after", "id", "ids", "item_ids"))
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?")
_DIGIT = re.compile(r"\d")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{6,}")
_WHOLE, _PART = 4, 6
"""Characters that an id has at least where it is taken for one in any field: alone, and among words."""


class Normal:
    """What the JSON of one recording is compared as. `names`: what its ids are called; it may grow meanwhile."""

    def __init__(self, names: Mapping[str, str], options: Options) -> None:
        self._names = names
        self._shape = options.shape
        self._prose = options.shape or not options.compares("text")
        self.origin = ""
        """Scheme and host of the backend, which may be another one in the other recording."""

    def __call__(self, value: Any, field: str = "") -> Any:
        """The value, which stands in this field."""
        if isinstance(value, str):
            return self.text(value, field)
        if isinstance(value, dict):
            return {key: self(entry, key) for key, entry in value.items() if entry is not None}
        if isinstance(value, list):
            entries = [self(entry, field) for entry in value]
            return _without_repeats(entries) if self._shape else entries
        if isinstance(value, int | float) and not isinstance(value, bool):
            if field.endswith("_at"):
                return "(a time)"
            if field in _DURATIONS:
                return "(a duration)"
            return "(a number)" if self._shape else value
        return "(true or false)" if self._shape and field not in _KINDS and value is not None else value

    def text(self, text: str, field: str = "") -> str:
        """A text, which stands in this field."""
        named = self._names.get(text)
        if named is not None and (field in _ID_FIELDS or field.endswith("_id") or _is_telling(text)):
            return named
        has_digits = _DIGIT.search(text) is not None
        if has_digits and _TIME.fullmatch(text):
            return _time(text)
        if self._prose and field in _PROSE:
            return "(text)"
        if self._shape and field not in _KINDS:
            return "(text)"
        if self.origin and self.origin in text:
            text = text.replace(self.origin, "(the backend)")
        # most texts are short and plain, and there are hundreds of thousands
        return _TOKEN.sub(self._named, text) if has_digits and len(text) >= _PART else text

    def _named(self, match: re.Match[str]) -> str:
        token = match[0]
        return self._names.get(token, token) if _DIGIT.search(token) else token


def _is_telling(text: str) -> bool:
    """Whether a text that is some id is that id in any field, and not a word."""
    return len(text) >= _WHOLE and not text.isalpha()


def _time(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return "(a time)" if moment.tzinfo is not None else "(a time without zone)"


def _without_repeats(entries: list[Any]) -> list[Any]:
    return [entry for place, entry in enumerate(entries) if not place or entry != entries[place - 1]]
