"""What to type comes before what it needs: the imports at the top of a fix are shown below it."""

from __future__ import annotations

import re

__all__ = ["split_imports"]

_IMPORT = re.compile(r"(?:from\s+[\w.]+\s+)?import\s")


def split_imports(fix: str) -> tuple[str, str]:
    """The code of a fix without the imports at its top, and these; ("the fix", "") when there is no code but them."""
    lines = fix.split("\n")
    place = end = 0
    while place < len(lines):
        line = lines[place]
        if _IMPORT.match(line):
            if "(" in line and ")" not in line:
                while place + 1 < len(lines) and ")" not in lines[place]:
                    place += 1
            end = place + 1
        elif line.strip():
            break
        place += 1
    code = "\n".join(lines[end:]).strip("\n")
    if not end or not code.strip():
        return fix, ""
    return code, "\n".join(lines[:end]).strip("\n")
