"""What is wrong with the entries of very long lists, found in pieces.

pydantic tries every entry, and says of each wrong one, branch by branch of its union, what is wrong: of a hundred
thousand that takes seconds, in one call that lets nobody else have a turn, for twenty problems that are named.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from chat.steps import at_once

from .problems import MOST_PROBLEMS, Problem, explain

__all__ = ["LONG_LIST", "is_long", "problems_in_pieces", "problems_in_steps"]

LONG_LIST = 2_000
"""Entries of a list that are tried together."""
_LONGEST_TEXT = 1_000
"""Characters of a text that are tried with every piece but the first: a longer one is of no format that says how."""
_LARGEST = 2**200
"""A number that is tried in place of larger ones: one of thousands of digits takes longer to write than to read."""


def is_long(value: Any) -> bool:
    """Whether there is a list or an object in parsed JSON that has more entries than anybody writes by hand."""
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, dict | list):
            if len(one) > LONG_LIST:
                return True
            left += one if isinstance(one, list) else one.values()
    return False


def problems_in_pieces(validate: Callable[[str], object], annotation: Any, value: Any) -> tuple[Problem, ...]:
    """
    What `validate` finds wrong with `value`, parsed JSON for `annotation`, when its long lists come piece by piece.

    At most 20 problems; none says nothing: there may be no long list, or what is wrong is not in one.
    """
    return at_once(problems_in_steps(validate, annotation, value))


def problems_in_steps(
    validate: Callable[[str], object], annotation: Any, value: Any, together: int = LONG_LIST
) -> Generator[None, None, tuple[Problem, ...]]:
    """The same in steps, some for each piece; `together` is how many entries of a list are one."""
    try:
        return tuple((yield from _problems(validate, annotation, value, together))[:MOST_PROBLEMS])
    except RecursionError:  # too deep for this, and perhaps not for the validator
        return ()


def _problems(
    validate: Callable[[str], object], annotation: Any, value: Any, together: int
) -> Generator[None, None, list[Problem]]:
    found: list[Problem] = []
    begin, longest = 0, _longest(value)
    while longest > together and begin < longest and len(found) < MOST_PROBLEMS:
        yield
        cut: list[str] = []
        piece = _piece(value, begin, together, "$", cut)
        yield
        text = json.dumps(piece)
        yield
        try:
            validate(text)
        except ValidationError as error:
            for problem in explain(error, annotation, piece):
                inside = max((path for path in cut if problem.path.startswith(f"{path}[")), key=len, default="")
                if inside or not begin:
                    found.append(replace(problem, path=_whole_path(problem.path, inside, begin)))
        begin += together
    yield
    return found


def _longest(value: Any) -> int:
    """The entries of the longest list in a value."""
    longest, left = 0, [value]
    while left:
        one = left.pop()
        if isinstance(one, list):
            longest = max(longest, len(one))
            left += one
        elif isinstance(one, dict):
            left += one.values()
    return longest


def _piece(value: Any, begin: int, together: int, path: str, cut: list[str]) -> Any:
    """The value with `together` entries of its long lists, from `begin` on; notes the paths of these in `cut`."""
    if isinstance(value, dict):
        return {key: _piece(one, begin, together, f"{path}.{key}", cut) for key, one in value.items()}
    if isinstance(value, str) and begin:
        return value[:_LONGEST_TEXT]
    if isinstance(value, int) and value.bit_length() > 200:
        return _LARGEST if value > 0 else -_LARGEST
    if not isinstance(value, list):
        return value
    if len(value) > together:
        cut.append(path)
        value = value[begin : begin + together]
    elif begin:
        return []  # it was looked at in the first piece
    return [
        _piece(one, begin, together, f"{path}[{index}]", cut) if isinstance(one, dict | list | int) else one
        for index, one in enumerate(value)
    ]


def _whole_path(path: str, inside: str, begin: int) -> str:
    if not inside or not begin:
        return path
    index, _, rest = path[len(inside) + 1 :].partition("]")
    return f"{inside}[{int(index) + begin}]{rest}"
