"""JSON as browsers take it."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from pydantic_core import from_json

__all__ = [
    "LONGEST_DOCUMENT",
    "MOST_VALUES",
    "affordable",
    "is_nearly_all_text",
    "no_constant",
    "no_number_in",
    "parse_json",
]

LONGEST_DOCUMENT = 16 * 2**20
"""Bytes of one document that are read."""
MOST_VALUES = 100_000
"""Values of one document that are read: more take longer than others can wait, and much memory."""

_FEW = 40
"""Commas and brackets of a document whose values need not be counted."""
_NO_SIGNS = bytes(set(range(256)) - set(b',[{"'))

_PIECE = 2**17
_END_OF_ESCAPES = re.compile(rb"\\*.?", re.DOTALL)
_HALF = re.compile(
    r"\\u[dD](?:[89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F][0-9a-fA-F]{2})"  # a first one before no second one
    r"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD])[c-fC-F][0-9a-fA-F]{2})"  # a second one behind no first one
)
_MOST_HALVES = 400_000
"""Escaped surrogates in one text: more are not looked through."""


def affordable(text: str | bytes) -> bool:
    """Whether a document has no more than `MOST_VALUES` values, as its commas and brackets outside of texts say.

    Costs as much of it as says so: one of very many values is not looked at to its end.
    """
    if len(text) <= MOST_VALUES:
        return True
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    return _has_few_signs(data, MOST_VALUES) or _affordable_outside_of_texts(data)


def is_nearly_all_text(text: str) -> bool:
    """Whether a document has so few commas and brackets that nothing about it takes long but its length."""
    return _has_few_signs(text.encode("utf-8", "surrogatepass"), _FEW)


def _has_few_signs(data: bytes, most: int) -> bool:
    """Whether there are at most so many commas and brackets, those in texts included."""
    signs = 0
    for begin in range(0, len(data), _PIECE):
        signs += sum(data.count(sign, begin, begin + _PIECE) for sign in (b",", b"[", b"{"))
        if signs > most:
            return False
    return True


def _affordable_outside_of_texts(data: bytes) -> bool:
    signs = quotes = begin = 0
    while begin < len(data):
        end = begin + _PIECE
        if data[end - 1 : end] == b"\\":  # what is escaped stays with what escapes it
            end = found.end() if (found := _END_OF_ESCAPES.match(data, end)) else end
        plain = data[begin:end].replace(rb"\\", b"").replace(rb"\"", b"")
        inside = quotes % 2
        quotes += plain.count(b'"')
        if quotes > 4 * MOST_VALUES:  # each text is a value, or the name of one
            return False
        # Two quotes side by side change nothing about what is inside of texts: most texts have no sign in them.
        parts = plain.translate(None, _NO_SIGNS).replace(b'""', b"").split(b'"')
        signs += sum(map(len, parts[inside::2]))
        if signs > MOST_VALUES:
            return False
        begin = end
    return True


def parse_json(text: str) -> Any | None:
    """Parse JSON; None when it is none, or is nested more than 200 levels deep.

    Halves of surrogate pairs, which browsers accept and UTF-8 cannot hold, become U+FFFD.
    """
    try:
        return from_json(text, allow_inf_nan=False)
    except ValueError:
        mended = _without_halves(text)
    if mended == text:
        return None
    try:
        return from_json(mended, allow_inf_nan=False)
    except ValueError:
        return None


def no_constant(name: str) -> NoReturn:
    """For `json.loads(…, parse_constant=…)`: NaN, Infinity and -Infinity are no JSON. Raises `ValueError`.

    Python's own `json` writes and reads them; `JSON.parse` of a browser refuses all that they stand in.
    """
    raise ValueError(f"JSON has no {name}")


def no_number_in(text: str) -> str:
    """The first of NaN, Infinity and -Infinity in a text that is JSON but for those; "" in any other."""
    if "NaN" not in text and "Infinity" not in text:
        return ""
    found: list[str] = []
    try:
        json.loads(text, parse_constant=found.append)
    except (ValueError, RecursionError):
        return ""
    return found[0] if found else ""


def _without_halves(text: str) -> str:
    if not 0 < text.count(r"\ud") + text.count(r"\uD") <= _MOST_HALVES or "\0" in text:
        return text
    single = text.replace(r"\\", "\0\0")  # so that each backslash that is left escapes something
    return _HALF.sub(r"\\ufffd", single).replace("\0\0", r"\\")
