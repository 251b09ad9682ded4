"""What differs between an item as it was streamed and as it is stored, path by path.

A null and a missing field are the same (the SDK drops nulls), and so are a missing field and the SDK's default for it.
Ignored is what may differ: the creation time by a little (or by its time zone, when one of the two names none), what
becomes of an attachment when its message is saved, addresses of images that are signed anew, and fields at the item's
top that ChatKit does not have.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from chat.checks.findings import excerpt
from chat.protocol.adapters import item_adapter

__all__ = ["Difference", "differences"]

_MOST = 20
_DEEPEST = 60
_SECONDS = 300.0
_QUARTER_HOUR = 900.0
_OF_ATTACHMENTS = frozenset(("upload_descriptor", "metadata", "thread_id"))
_SHOWN = 70


@dataclass(frozen=True, slots=True)
class Difference:
    """One place that differs. A value that is not there is None."""

    path: str
    streamed: Any
    stored: Any

    @property
    def blank(self) -> bool:
        """Whether nothing but white space at its ends differs in a text."""
        streamed, stored = self.streamed, self.stored
        return isinstance(streamed, str) and isinstance(stored, str) and streamed.strip() == stored.strip()

    def __str__(self) -> str:
        streamed, stored = self.streamed, self.stored
        if isinstance(streamed, str) and isinstance(stored, str):
            if self.blank:
                return f"{self.path}: streamed {_ends(streamed)}, stored {_ends(stored)}"
            same = next((at for at, (a, b) in enumerate(zip(streamed, stored, strict=False)) if a != b), None)
            start = max(0, (same if same is not None else min(len(streamed), len(stored))) - 20)
            return f"{self.path}: streamed {_text(streamed, start)}, stored {_text(stored, start)}"
        return f"{self.path}: streamed {_shown(streamed)}, stored {_shown(stored)}"


def differences(streamed: dict[str, Any], stored: dict[str, Any]) -> list[Difference]:
    """The first 20 places in which a stored item differs from the streamed one; paths begin at `$`, the item."""
    left, fields = _completed(streamed)
    right, more = _completed(stored)
    if fields and more:
        known = fields | more
        left = {key: value for key, value in left.items() if key in known}
        right = {key: value for key, value in right.items() if key in known}
    found: list[Difference] = []
    _compare(left, right, "$", found, 0)
    return found


def _completed(item: dict[str, Any]) -> tuple[dict[str, Any], set[str]]:
    """The item with the SDK's defaults where it is silent, and the fields that it may have; none when it is invalid."""
    try:
        typed = item_adapter().validate_python(item)
        full = typed.model_dump(mode="json", by_alias=True, warnings=False)
    except (ValidationError, ValueError, RecursionError):
        return item, set()
    merged = _over(full, item, 0)
    return merged, set(full)


def _over(default: Any, value: Any, depth: int) -> Any:
    if depth > _DEEPEST:
        return value
    if isinstance(default, dict) and isinstance(value, dict):
        return {**default, **{key: _over(default.get(key), entry, depth + 1) for key, entry in value.items()}}
    if isinstance(default, list) and isinstance(value, list) and len(default) == len(value):
        return [_over(before, entry, depth + 1) for before, entry in zip(default, value, strict=True)]
    return value


def _compare(streamed: Any, stored: Any, path: str, found: list[Difference], depth: int) -> None:
    if len(found) >= _MOST or streamed == stored:
        return
    if depth > _DEEPEST:
        found.append(Difference(path, streamed, stored))
    elif isinstance(streamed, dict) and isinstance(stored, dict):
        for key in dict.fromkeys((*streamed, *stored)):
            if not _ignored(path, key):
                step = f".{key}" if key.isidentifier() else f"[{key!r:.60}]"
                _compare(streamed.get(key), stored.get(key), path + step, found, depth + 1)
    elif isinstance(streamed, list) and isinstance(stored, list):
        for index in range(max(len(streamed), len(stored))):
            left = streamed[index] if index < len(streamed) else None
            right = stored[index] if index < len(stored) else None
            _compare(left, right, f"{path}[{index}]", found, depth + 1)
    elif not _as_good_as(streamed, stored, path):
        found.append(Difference(path, streamed, stored))


def _ignored(path: str, key: str) -> bool:
    if path.startswith("$.attachments["):
        return key in _OF_ATTACHMENTS
    return path == "$" and key == "thread_id"  # a rule of its own


def _as_good_as(streamed: Any, stored: Any, path: str) -> bool:
    if (streamed is None and stored in ([], {})) or (stored is None and streamed in ([], {})):
        return True
    if not (isinstance(streamed, str) and isinstance(stored, str)):
        return False
    if path == "$.created_at":
        return _same_time(streamed, stored)
    if path.startswith("$.attachments[") and path.endswith(("url", "uri")):
        return _without_query(streamed) == _without_query(stored)  # signed anew
    if path == "$.image.url" or path.endswith(".src"):
        return _same_place(streamed, stored)
    return False


def _same_place(streamed: str, stored: str) -> bool:
    """Whether two addresses lead to the same: signed anew, or bytes that got an address when they were stored."""
    if streamed.startswith("data:"):
        return stored.startswith(("https://", "http://"))
    signed = all(address.startswith(("https://", "http://")) and "?" in address for address in (streamed, stored))
    return signed and _without_query(streamed) == _without_query(stored)


def _same_time(streamed: str, stored: str) -> bool:
    try:
        one, other = datetime.fromisoformat(streamed), datetime.fromisoformat(stored)
    except ValueError:
        return False
    if (one.tzinfo is None) == (other.tzinfo is None):
        return abs((one - other).total_seconds()) <= _SECONDS
    apart = abs((one.replace(tzinfo=None) - other.replace(tzinfo=None)).total_seconds()) % _QUARTER_HOUR
    return min(apart, _QUARTER_HOUR - apart) <= _SECONDS


def _without_query(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", url
    return parts.netloc, parts.path


def _text(text: str, start: int) -> str:
    cut = text[start : start + _SHOWN]
    return f"“{'…' if start else ''}{excerpt(cut)}{'…' if start + _SHOWN < len(text) else ''}”"


def _ends(text: str) -> str:
    """A text with its white space to be seen, its middle left out."""
    written = json.dumps(text, ensure_ascii=False)
    return written if len(written) <= _SHOWN else f"{written[: _SHOWN // 2]}…{written[-_SHOWN // 2 :]}"


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    try:
        return excerpt(json.dumps(value, ensure_ascii=False, default=str), _SHOWN)
    except (ValueError, RecursionError):
        return type(value).__name__
