"""What people paste that no backend has answered: a server's log, a traceback, what a client says of its failure."""

from __future__ import annotations

import re

__all__ = ["last_line", "log_of"]

_LOOKED_AT = 20_000
_KINDS = tuple(
    (re.compile(pattern, re.MULTILINE), what)
    for pattern, what in (
        (r"^[^\n{]{0,200}Traceback \(most recent call last\):", "a traceback"),
        (r"\A(?:curl|wget): (?:\(\d+\)|unable)", "what the client says where no answer came"),
        (
            r"\A(?:Uncaught )?(?:\w+\.){0,6}\w*(?:Error|Exception)(?: \[\w+\])?: [^\n]+(?:\n\s+at [^\n]+|\Z|\n\Z)",
            "an exception",
        ),
        (r"\A(?:INFO|WARNING|ERROR|CRITICAL|DEBUG): {1,8}\S", "a server's log"),
        (
            r"\A(?:\[?\d{4}-\d\d-\d\d[T ][\d:.,+Z -]{5,30}\]?) \S{0,40} ?\[?(?:INFO|WARN|WARNING|ERROR|CRITICAL)\b",
            "a server's log",
        ),
    )
)


def log_of(text: str) -> str:
    """What a text without an event is, in words, where it is no answer of a backend; "" where it may be one."""
    head = text[:_LOOKED_AT].lstrip()
    return next((what for pattern, what in _KINDS if pattern.search(head)), "")


def last_line(text: str) -> str:
    """The line that says most: an exception's own words stand last."""
    lines = [line.strip() for line in text[-_LOOKED_AT:].splitlines() if line.strip()]
    return lines[-1] if lines else ""
