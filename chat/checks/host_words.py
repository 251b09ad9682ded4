"""What the official element told the page around it, in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from chat.exchanges import HostEvent

__all__ = ["said_of", "told"]

_ERROR = "chatkit.error"
_LONGEST = 300


def told(events: Iterable[HostEvent]) -> Iterator[str]:
    """A sentence for each error that the element reported, equal ones counted, and one for how much else it told.

    What our own page was told in the element's place says nothing of the element.
    """
    errors: dict[str, int] = {}
    others = 0
    for event in events:
        if event.ours:
            continue
        if event.name == _ERROR:
            said = said_of(event.detail) or "without a word of what it was"
            errors[said] = errors.get(said, 0) + 1
        else:
            others += 1
    for said, count in errors.items():
        yield f"The official widget told its page `{_ERROR}`{f' {count:,} times' if count > 1 else ''}: {said}."
    if others and not errors:
        yield f"The official widget told its page of no error, in {others:,} event{'s' if others > 1 else ''}."


def said_of(detail: Any) -> str:
    """The name and message of an error, as the detail of `chatkit.error` has them; "" when it has neither."""
    error = detail.get("error", detail) if isinstance(detail, Mapping) else detail
    if isinstance(error, str):
        return _short(error)
    if not isinstance(error, Mapping):
        return ""
    said = (error.get("name"), error.get("message"))
    return _short(": ".join(part for part in said if isinstance(part, str) and part))


def _short(text: str) -> str:
    line = " ".join(text.split()).rstrip(".")
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"
