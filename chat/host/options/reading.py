"""Options as somebody types them: parsed, and checked before the frame sees them."""

from __future__ import annotations

import json
from typing import Any, NamedTuple, NoReturn

from .declared import EDITABLE
from .shapes import Problem

__all__ = ["OptionsText", "read_options"]

LONGEST = 200_000
"""Characters. They go to the frame in its address: a browser gives up long before."""


class OptionsText(NamedTuple):
    """What was typed, read. `options` is None when it is no JSON object: then nothing can be applied."""

    options: dict[str, Any] | None
    problems: list[Problem]


def read_options(text: str) -> OptionsText:
    """Read JSON; nothing typed at all means no options."""
    if len(text) > LONGEST:
        size = Problem("options", f"at most {LONGEST:,} characters", f"{len(text):,}")
        return OptionsText(None, [size])
    try:
        document = json.loads(text, object_pairs_hook=_object, parse_constant=_refused) if text.strip() else {}
    except json.JSONDecodeError as problem:
        return OptionsText(None, [_unparsable(problem)])
    except _Twice as twice:
        return OptionsText(None, [Problem(str(twice), "each key once", "the same key twice", "Remove one of them.")])
    except _NoNumber as constant:
        return OptionsText(None, [Problem("options", "JSON", str(constant), "JSON has no such number.")])
    except RecursionError:
        return OptionsText(None, [Problem("options", "an object of a few levels", "one of a thousand levels")])
    if not isinstance(document, dict):
        return OptionsText(None, list(EDITABLE.problems(document, "")))
    return OptionsText(document, list(EDITABLE.problems(document, "")))


class _Twice(ValueError):
    pass


class _NoNumber(ValueError):
    pass


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) < len(pairs):
        names = [name for name, _ in pairs]
        raise _Twice(next(name for name in names if names.count(name) > 1))
    return document


def _refused(constant: str) -> NoReturn:
    raise _NoNumber(constant)


def _unparsable(problem: json.JSONDecodeError) -> Problem:
    where = f"line {problem.lineno}, column {problem.colno}"
    line = problem.doc.split("\n")[problem.lineno - 1]
    got = line[max(0, problem.colno - 1) :].strip()[:20] or "the end of the line"
    advice = ""
    if "property name" in problem.msg:
        advice = (
            "A comma before a closing brace is not allowed in JSON."
            if got[:1] == "}"
            else "Keys stand in double quotes."
        )
    elif "delimiter" in problem.msg:
        advice = "A comma is missing, probably."
    elif got[:1] == "'":
        advice = "Strings stand in double quotes."
    elif got[:1] == "]":
        advice = "A comma before a closing bracket is not allowed in JSON."
    return Problem(where, "JSON", f"“{got}” ({problem.msg})", advice)
