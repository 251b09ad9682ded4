"""JSON as browsers take it."""

from __future__ import annotations

import re
from typing import Any

from pydantic_core import from_json

__all__ = ["MOST_VALUES", "affordable", "parse_json"]

MOST_VALUES = 400_000
"""Values of one document that are read: more take longer than others can wait, and much memory."""

_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"  # a whole pair
    r"|(?P<half>\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
    r"|\\."
)


def affordable(text: str) -> bool:
    """Whether a document has no more than `MOST_VALUES` values, as its commas and brackets say (those in texts too)."""
    return len(text) <= MOST_VALUES or sum(map(text.count, ",[{")) <= MOST_VALUES


def parse_json(text: str) -> Any | None:
    """Parse JSON; None when it is none, or is nested more than 200 levels deep.

    Halves of surrogate pairs, which browsers accept and UTF-8 cannot hold, become U+FFFD.
    """
    try:
        return from_json(text)
    except ValueError:
        pass
    mended = _ESCAPE.sub(lambda match: r"\ufffd" if match["half"] else match[0], text)
    if mended == text:
        return None
    try:
        return from_json(mended)
    except ValueError:
        return None
