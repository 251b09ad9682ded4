"""Heads of answers that HTTP is spoken in, and that cannot be taken all the same: what h11 says of them, in words."""

from __future__ import annotations

import re

__all__ = ["bad_head"]

_HEADS: tuple[tuple[re.Pattern[str], tuple[str, str, str]], ...] = (
    (
        re.compile("Receive buffer too long"),
        (
            "The head of the answer of {} does not end: more than 100 kB of headers have come.",
            "a status line and some headers, a few kB of them",
            "Does a loop set the same header or cookie again and again?",
        ),
    ),
    (
        re.compile("Content-Length", re.IGNORECASE),
        (
            "The head of the answer of {} contradicts itself: its Content-Length cannot be trusted.",
            "one Content-Length, a number",
            "Leave Content-Length to the server: what sets it by hand, or a proxy in between, adds a second one.",
        ),
    ),
    (
        re.compile("Transfer-Encoding", re.IGNORECASE),
        (
            "The head of the answer of {} names a Transfer-Encoding that is not understood.",
            "Transfer-Encoding: chunked, or none",
            "Leave Transfer-Encoding to the server.",
        ),
    ),
    (
        re.compile("[Ii]llegal header"),
        (
            "A header in the answer of {} is not one: it breaks the rules of HTTP.",
            "Name: value on each line, without control characters",
            "Look for a header whose value has a line break in it, or a name with a blank.",
        ),
    ),
)


def bad_head(said: str) -> tuple[str, str, str] | None:
    """What happened (with a place for the address), what was expected and what to do; None for other exceptions."""
    return next((words for pattern, words in _HEADS if pattern.search(said)), None)
