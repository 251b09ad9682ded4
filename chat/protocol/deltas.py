"""
Text deltas, which come by the hundred thousand: what they say is read once for all that are written alike.

The deltas of one text are the same JSON but for one string. Where a first one was validated, and it was seen which of
its strings is its `delta`, another with the same characters before and behind that string is as valid as that one.
"""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

from chatkit.types import (
    AssistantMessageContentPartTextDelta,
    ThreadItemUpdatedEvent,
    ThreadStreamEvent,
    WidgetStreamingTextValueDelta,
)
from pydantic import ValidationError
from pydantic_core import from_json

from .validation import validate

__all__ = ["DeltaShape", "DeltaShapes", "Text"]

_DELTA: Final = re.compile(r'"delta"[ \t]*:[ \t]*"((?:[^"\\]|\\.)*)"')
_AS_NUMBER: Final = re.compile(r'"content_index"[ \t]*:[ \t]*\d')
_LONGEST: Final = 2**12
"""Characters of a delta of which the shape is learned."""
_MOST_SHAPES: Final = 100


class Text(NamedTuple):
    """Which text deltas continue."""

    item_id: str
    kind: type
    """Of the update."""
    place: int | str
    """Index of the content part, or id of the component."""


class DeltaShape:
    """What text deltas have in common of which nothing differs but their `delta`. One text may have several shapes."""

    __slots__ = ("_after", "_before", "_least", "part", "text", "value")

    def __init__(self, value: ThreadItemUpdatedEvent, text: Text, data: str, before: str = "", after: str = "") -> None:
        self.value = value
        """One of them: all is theirs but its delta."""
        self.text = text
        place = text.place
        self.part = place if isinstance(place, int) and _AS_NUMBER.search(data) else None
        """The content part, where the JSON names it by a number: the SDK takes "0" for one as well."""
        self._before = before
        self._after = after
        self._least = len(before) + len(after)

    def delta_of(self, data: str) -> str | None:
        """The delta of an event's data in this shape; None of every other data."""
        before, after = self._before, self._after
        if not before or not data.startswith(before) or not data.endswith(after) or len(data) < self._least:
            return None
        written = data[len(before) : len(data) - len(after)]
        if written.isprintable() and '"' not in written and "\\" not in written:
            return written
        try:
            delta: str = from_json(f'"{written}"')
        except ValueError:
            return None
        return delta


class DeltaShapes:
    """The shapes that one answer's text deltas have. Each text has one at most that others are read by."""

    def __init__(self) -> None:
        self.last: DeltaShape | None = None
        """That of the delta that came last, when it is one that others may have."""
        self._by_text: dict[Any, DeltaShape] = {}

    def read(self, value: ThreadStreamEvent, data: str) -> tuple[DeltaShape, str] | None:
        """Shape and delta of a valid event, of which this is the data; None when it is no text delta."""
        if not isinstance(value, ThreadItemUpdatedEvent):
            return None
        update = value.update
        if isinstance(update, AssistantMessageContentPartTextDelta):
            text = Text(value.item_id, type(update), update.content_index)
        elif isinstance(update, WidgetStreamingTextValueDelta):
            text = Text(value.item_id, type(update), update.component_id)
        else:
            return None
        known = self._by_text.get(text)
        if known is None:
            if len(self._by_text) >= _MOST_SHAPES:
                self._by_text.clear()
            known = self._by_text[text] = _learned(value, text, data) or DeltaShape(value, text, data)
        self.last = known if known.delta_of(data) is not None else None
        return self.last or DeltaShape(value, text, data), update.delta


def _learned(value: ThreadItemUpdatedEvent, text: Text, data: str) -> DeltaShape | None:
    """The shape with what stands before and behind the delta; None when that cannot be told."""
    update: Any = value.update
    found = _DELTA.search(data) if len(data) < _LONGEST else None
    if found is None:
        return None
    before, after = data[: found.start(1)], data[found.end(1) :]
    for other in ("", "0 Another delta than this one"):
        try:
            tried = validate(before + other + after)
        except ValidationError:
            return None
        if tried != value.model_copy(update={"update": update.model_copy(update={"delta": other})}):
            return None
    return DeltaShape(value, text, data, before, after)
