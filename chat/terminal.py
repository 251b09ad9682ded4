"""What goes to a terminal: text of strangers may be shown there, but it gives no orders and hides nothing."""

from __future__ import annotations

import json
import re
from typing import Any

__all__ = ["as_json_text", "in_one_line", "printable"]

_UNPRINTABLE = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls move the cursor, colour, ring; XML has no place for them
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # directions reorder what is read
    "\xad\u034f\u180e\u200b-\u200d\u2060-\u2065\u206a-\u206f\ufeff\ufff9-\ufffb"  # no width: nobody sees them
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"  # nor these, a whole alphabet among them
    "\u2028\u2029"  # lines and paragraphs that are none in the rest of the text
    "\ud800-\udfff\ufffe\uffff"  # no characters
    "]"
)


def printable(text: str) -> str:
    """The text with characters that nobody can see written out, as in `\\x1b`; line breaks and tabs stay."""
    return _UNPRINTABLE.sub(_written_out, text.replace("\r\n", "\n"))


def in_one_line(text: str) -> str:
    """The same for what is one line: line breaks are written out as well."""
    return printable(text).replace("\n", "\\n")


def as_json_text(value: Any) -> str:
    """JSON for a terminal: the same characters stand in it as `\\u009b`, and whoever reads it gets the same value."""
    return _UNPRINTABLE.sub(_in_json, json.dumps(value, ensure_ascii=False, indent=2))


def _written_out(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _in_json(match: re.Match[str]) -> str:
    return json.dumps(match[0])[1:-1] if match[0] != "\x7f" else "\\u007f"
