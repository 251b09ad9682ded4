"""YAML to a script. Every mistake is named with its line, its place, what was expected and what is there."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from chat.errors import UnusableInput
from chat.exchanges.redaction import redact_text
from chat.script.steps import VERBS, Script

__all__ = ["read_script"]

_EXPECTED = "a list of steps like `- send: Hello`, or a mapping with `steps`"
_MOST = 5
_LONGEST = 60

Path = tuple[str | int, ...]


def read_script(text: str, name: str = "script") -> Script:
    """The script in this text; `name` is what errors call it. Raises `UnusableInput`."""
    loader = yaml.SafeLoader(text)
    try:
        node = loader.get_single_node()
        data = None if node is None else loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f" at line {mark.line + 1}" if mark else ""
        raise UnusableInput(
            f"{name} is no YAML{where}: {redact_text(error.problem or '')}.",
            expected=_EXPECTED,
            got="text that is no YAML",
        ) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UnusableInput(f"{name} is no YAML: {redact_text(str(error))[:200]}.", expected=_EXPECTED) from None
    finally:
        loader.dispose()
    if node is None:
        raise UnusableInput(f"{name} is empty.", expected=_EXPECTED, got="nothing")
    prefix: Path = ()
    if isinstance(data, list):
        data, prefix = {"steps": data}, ("steps",)
    if isinstance(data, dict) and isinstance(data.get("steps"), list):
        data["steps"] = [{step: None} if step in VERBS else step for step in map(_hashable, data["steps"])]
    try:
        return Script.model_validate(data)
    except ValidationError as error:
        lines = dict(_lines(node, prefix, set()))
        found = [_words(one, lines) for one in error.errors(include_url=False)]
        more = f"; and {len(found) - _MOST} more" if len(found) > _MOST else ""
        raise UnusableInput(
            f"{name} is not a script: {'; '.join(words for words, _, _ in found[:_MOST])}{more}.",
            expected=found[0][1],
            got=found[0][2],
        ) from None


def _hashable(step: Any) -> Any:
    return step if isinstance(step, str | dict) else {"(no step)": step}


def _lines(node: yaml.Node, path: Path, seen: set[int]) -> Iterator[tuple[Path, int]]:
    """The line of every place, from 1."""
    yield path, node.start_mark.line + 1
    if id(node) in seen:  # an alias, perhaps of what it lies in
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield (*path, str(key.value)), key.start_mark.line + 1
            for place, line in _lines(value, (*path, str(key.value)), seen):
                if place != (*path, str(key.value)):
                    yield place, line
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _lines(value, (*path, index), seen)


def _words(error: ErrorDetails, lines: dict[Path, int]) -> tuple[str, str, str]:
    """A mistake in words, what was expected there, and what is there."""
    place: Path = error["loc"]
    line = next((lines[place[:end]] for end in range(len(place), -1, -1) if place[:end] in lines), 1)
    shown = _shown(place)
    got = redact_text(repr(error["input"]))
    got = got if len(got) <= _LONGEST else f"{got[: _LONGEST - 1]}…"
    if error["type"] == "extra_forbidden":
        word = str(place[-1])
        known = VERBS if len(place) == 3 else ()
        near = difflib.get_close_matches(word, known, 1)
        expected = f"one of {', '.join(known)}" if known else "nothing of this name"
        guess = f"; did you mean {near[0]}?" if near else ""
        return f"line {line}, {_shown(place[:-1])}: {word!r} is not known{guess}", expected, repr(word)
    said = error["msg"].removeprefix("Value error, ")
    return f"line {line}, {shown}: {said[:1].lower()}{said[1:]}", said, got


def _shown(place: Path) -> str:
    """A place as people write it: `steps[2].send.text`; steps are counted from 1 in the words around it."""
    text = ""
    for step in place:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text or "the whole"
