"""What stands after `data:` and was meant as JSON: events that run together, and Python's own notation of them."""

from __future__ import annotations

import ast
import json
import re

__all__ = ["is_python", "json_of_python", "run_together"]

_LONGEST = 200_000
_MOST_TOGETHER = 10_000
_LITERAL_BREAKS = re.compile(r"\}\s*(?:\\r)?\\n(?:\\r)?(?:\\n)?\s*(?=data:|\{|$)")
_PYTHON = re.compile(
    r"\{'|\{\"[^\"]*\": (?:'|None|True|False)|[bB][\"']|\[\{'|[A-Z]\w+\(\w+=|\w+=(?:'[^']*'|\w+\(\w+=)[ ,]"
)


def run_together(raw: str) -> tuple[list[str], bool]:
    """
    The JSON objects that stand in one event where each should have been one, and whether a backslash and an n stand
    between them, in place of a line break; ([], False) where there is no more than one.
    """
    text = raw[:_LONGEST]
    if text.startswith("["):
        return _listed(raw), False
    literal = bool(_LITERAL_BREAKS.search(text))
    pieces = _LITERAL_BREAKS.sub("}\n", text).split("\n", _MOST_TOGETHER)
    found: list[str] = []
    for piece in pieces:
        line = piece.strip().removeprefix("data:").strip()
        if not line:
            continue
        if not line.startswith("{"):
            return [], False
        try:
            if not isinstance(json.loads(line), dict):
                return [], False
        except (ValueError, RecursionError):
            if len(raw) <= _LONGEST or not found:
                return [], False
            break  # cut off here, and not by the backend
        found.append(line)
    return (found, literal) if len(found) > 1 or (found and literal) else ([], False)


def _listed(raw: str) -> list[str]:
    """The events of a list in JSON; none where it lists something else."""
    try:
        entries = json.loads(raw)
    except (ValueError, RecursionError):
        return []
    of_chatkit = all(isinstance(one, dict) and str(one.get("type")).startswith("thread.") for one in entries[:1])
    if not entries or not of_chatkit or not all(isinstance(one, dict) for one in entries):
        return []
    return [json.dumps(one) for one in entries[:_MOST_TOGETHER]]


def is_python(raw: str) -> bool:
    """Whether it looks like what Python prints of an object: `{'type': …}`, `b'…'`, `ThreadCreatedEvent(type=…)`."""
    return _PYTHON.match(raw.lstrip()[:400]) is not None


def json_of_python(raw: str) -> str:
    """The JSON of a dictionary or of bytes as Python prints them, "" for everything else."""
    if len(raw) > _LONGEST or not is_python(raw):
        return ""
    try:
        value = ast.literal_eval(raw.strip())
        if isinstance(value, bytes):
            return value.decode("utf-8", "replace").strip()
        return json.dumps(value) if isinstance(value, dict) else ""
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return ""
