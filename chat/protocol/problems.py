"""What is wrong with an event, in words for people.

pydantic tries every branch of a union and reports what each of them missed. People meant one branch: the one whose
`type` they wrote. So its errors are walked along the SDK's annotations together with the JSON, and only those of the
branch that was meant remain.
"""

from __future__ import annotations

import json
import types
import typing
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from chatkit.icons import IconName
from pydantic import AnyUrl, BaseModel, ValidationError

from .unions import type_names, union_members

__all__ = ["MOST_PROBLEMS", "Problem", "explain", "words_for"]

_MOST_ERRORS = 100
MOST_PROBLEMS = 20
_LONGEST_TEXT = 60
_MOST_CHOICES = 12


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is not as the protocol says, at `path` (like `$.item.content[0].type`)."""

    path: str
    expected: str
    got: str


class _Missing(Enum):
    MISSING = 0


MISSING: Final = _Missing.MISSING
"""The value of a key that is not there."""


def explain(error: ValidationError, annotation: Any, value: Any) -> tuple[Problem, ...]:
    """Turn the errors of validating `value` (parsed JSON) as `annotation` into problems, at most 20, one per place."""
    problems: dict[str, Problem] = {}
    errors = error.errors(include_url=False, include_context=False, include_input=False)
    for details in errors[:_MOST_ERRORS]:
        problem = _walk(annotation, value, details["loc"])
        if problem is not None:
            problems.setdefault(problem.path, problem)
            if len(problems) == MOST_PROBLEMS:
                break
    # Every error can belong to a branch that was not meant only if the branch that was meant has none: not seen so far.
    return tuple(problems.values()) or (Problem("$", words_for_type(annotation), words_for(value)),)


def _walk(annotation: Any, value: Any, loc: tuple[int | str, ...]) -> Problem | None:
    """Follow one error's location; None when it lies in a branch that was not meant."""
    path = "$"
    steps = list(loc)
    while True:
        members = union_members(annotation)
        if len(members) > 1:
            meant = _meant(members, value)
            if isinstance(value, dict) and (meant is None or not steps) and type_names(annotation):
                return Problem(
                    f"{path}.type", words_for_names(type_names(annotation)), words_for(value.get("type", MISSING))
                )
            if not steps:
                break
            branch = _branch(members, steps.pop(0))
            if branch is None:
                break
            if meant is not None and branch is not meant:
                return None
            annotation = branch
            continue
        annotation = members[0]
        if not steps:
            break
        step = steps.pop(0)
        if isinstance(step, int) or (isinstance(value, dict) and step != "[key]"):
            annotation, value = _child(annotation, value, step)
            path += f"[{step}]" if isinstance(step, int) else _key_path(step)
    return Problem(path, words_for_type(annotation), words_for(value))


def _key_path(key: str) -> str:
    return f".{key}" if key.isidentifier() else f"[{json.dumps(key[:_LONGEST_TEXT])}]"


def _child(annotation: Any, value: Any, step: int | str) -> tuple[Any, Any]:
    """The annotation and the value one step further in."""
    inside: Any = MISSING
    if isinstance(step, int):
        if isinstance(value, list) and 0 <= step < len(value):
            inside = value[step]
        arguments = get_args(annotation)
        return (arguments[0] if arguments else Any), inside
    if isinstance(value, dict):
        inside = value.get(step, MISSING)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if not annotation.__pydantic_complete__:
            annotation.model_rebuild()  # until then the annotations of its fields are only names
        field = annotation.model_fields.get(step)
        return (field.annotation if field is not None else Any), inside
    if typing.is_typeddict(annotation):
        return annotation.__annotations__.get(step, Any), inside
    arguments = get_args(annotation)
    return (arguments[1] if get_origin(annotation) is dict and len(arguments) == 2 else Any), inside


def _branch(members: tuple[Any, ...], label: int | str) -> Any | None:
    """The member of a union that pydantic means by a label in an error's location."""
    for member in members:
        if isinstance(member, type) and issubclass(member, BaseModel):
            if label == member.__name__ or label == _tag(member):
                return member
        elif len(union_members(member)) > 1:
            if str(label).startswith("tagged-union["):
                return member
        elif get_origin(member) is list and str(label).startswith("list["):
            return member
    return None


def _meant(members: tuple[Any, ...], value: Any) -> Any | None:
    """The member of a union that the author of `value` seems to have meant; None when that cannot be said."""
    if isinstance(value, list):
        return next((member for member in members if get_origin(member) is list), None)
    if not isinstance(value, dict):
        return None
    models = [member for member in members if isinstance(member, type) and issubclass(member, BaseModel)]
    name = value.get("type")
    for member in members:
        if isinstance(name, str) and name in type_names(member):
            return member
    for model in models:  # one that takes any type, as widgets have
        if "type" in model.model_fields and _tag(model) is None:
            return model
    if models and not isinstance(name, str) and all(model.model_fields.keys() & value.keys() for model in models):
        return max(models, key=lambda model: len(model.model_fields.keys() & value.keys()))
    return None


def _tag(model: type[BaseModel]) -> str | None:
    field = model.model_fields.get("type")
    return field.default if field is not None and isinstance(field.default, str) else None


def words_for(value: Any) -> str:
    """Say what a JSON value is, in a few words."""
    if value is MISSING:
        return "nothing"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        number = f"{value:.17g}" if isinstance(value, float) else _integer(value)
        return f"the number {number}"
    if isinstance(value, str):
        shown = value if len(value) <= _LONGEST_TEXT else value[: _LONGEST_TEXT - 1] + "…"
        return f"the text {json.dumps(shown, ensure_ascii=False)}"
    if isinstance(value, list):
        return f"a list of {len(value)}" if value else "an empty list"
    keys = [str(key)[:_LONGEST_TEXT] for key in list(value)[:8]]
    if not keys:
        return "an empty object"
    return f"an object with {', '.join(keys)}{', …' if len(value) > len(keys) else ''}"


def _integer(value: int) -> str:
    return str(value) if abs(value) < 10**20 else f"{'-' if value < 0 else ''}1e20 or more in size"


def words_for_names(names: frozenset[str]) -> str:
    """Say which names are allowed."""
    shown = sorted(names)
    if len(shown) > _MOST_CHOICES:
        return f"one of {len(shown)} names ({', '.join(map(repr, shown[:4]))}, …)"
    if len(shown) == 1:
        return repr(shown[0])
    return f"{', '.join(map(repr, shown[:-1]))} or {shown[-1]!r}"


_PLAIN: dict[Any, str] = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    datetime: "a date and time",
    AnyUrl: "a URL",
    dict: "an object",
    list: "a list",
    Any: "a value",
    type(None): "null",
}


def words_for_type(annotation: Any) -> str:
    """Say what an annotation accepts, in a few words."""
    if annotation == IconName or union_members(annotation) == union_members(IconName):
        return "an icon name of the protocol, 'vendor:…' or 'lucide:…'"
    members = union_members(annotation)
    if len(members) > 1:
        if names := type_names(annotation):
            return f"an object whose type is {words_for_names(names)}"
        return " or ".join(dict.fromkeys(words_for_type(member) for member in members))
    annotation = members[0]
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    origin = get_origin(annotation)
    if origin in (list, dict):
        return _PLAIN[origin]
    if origin is Literal:
        return words_for_names(frozenset(str(choice) for choice in get_args(annotation)))
    if origin in (Union, types.UnionType, Annotated):
        return words_for_type(members[0])
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return words_for_names(frozenset(str(member.value) for member in annotation))
    name = str(getattr(annotation, "__name__", "")).partition("[")[0]
    return f"an object ({name})" if name else "a value"
