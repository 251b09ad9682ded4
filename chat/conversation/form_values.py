"""What is typed and chosen in the forms of a conversation, as it is sent (protocol facts, section 5)."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any

from chat.protocol.lenient_json import no_constant

__all__ = ["NotSent", "answers", "merge_form", "tool_output"]

DEEPEST = 16
"""Dots in a field's name beyond this are taken as part of the last key."""


class NotSent(Exception):
    """A form is not sent as it is: the message says why. `at` is where in its text, in UTF-16 units."""

    def __init__(self, words: str, at: int | None = None) -> None:
        super().__init__(words)
        self.at = at


def tool_output(form: Mapping[str, Any], *, as_text: bool = False) -> Any:
    """The output typed for a client tool: JSON when it is JSON, else the text itself.

    Raises:
        NotSent: it begins like an object, a list or a string of JSON but is none, and nobody said `as_text`.
    """
    text = str(form.get("output", ""))
    if as_text:
        return text
    at = None
    try:
        return json.loads(text, parse_constant=no_constant)
    except json.JSONDecodeError as error:
        problem = f"{error.msg[:1].lower()}{error.msg[1:]} (line {error.lineno}, column {error.colno})"
        at = len(text[: error.pos].encode("utf-16-le", "surrogatepass")) // 2
    except ValueError as error:
        problem = str(error)
    except RecursionError:
        problem = "it is nested too deeply"
    if not text.lstrip().startswith(("{", "[", '"')):
        return text
    raise NotSent(f"This is not quite JSON: {problem}. Correct it, or send it as text.", at)


def answers(form: Mapping[str, Any]) -> dict[str, list[str]]:
    """The answers to questions by the id of each, without empty ones.

    Raises:
        NotSent: there is none at all; to skip is for a person to say.
    """
    given: dict[str, list[str]] = {}
    for name, value in form.items():
        values = value if isinstance(value, list) else [value]
        given[name] = [str(one) for one in values if isinstance(one, str) and one.strip()]
    if not any(given.values()):
        raise NotSent("Nothing is answered yet. Answer a question, or skip them all.")
    return given


def merge_form(payload: Any, form: Mapping[str, Any]) -> Any:
    """
    `payload` with the form's values at its root, by field name; dotted names nest; a key already there wins.

    A payload that is neither an object nor absent has no root to merge into and is returned as it is.
    """
    if not form or not (payload is None or isinstance(payload, Mapping)):
        return payload
    merged: dict[str, Any] = copy.deepcopy(dict(payload or {}))
    for name, value in form.items():
        _place(merged, name.split(".", DEEPEST), value)
    return merged


def _place(target: dict[str, Any], path: list[str], value: Any) -> None:
    for key in path[:-1]:
        inner = target.setdefault(key, {})
        if not isinstance(inner, dict):
            return  # something else is there already, and it wins
        target = inner
    target.setdefault(path[-1], value)
