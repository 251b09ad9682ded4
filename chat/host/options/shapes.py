"""Shapes of JSON values, and what is wrong with a value that does not have one: where, expected, got, meant."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

__all__ = [
    "FLAG",
    "NUMBER",
    "TEXT",
    "Choice",
    "Either",
    "Field",
    "ListOf",
    "MapOf",
    "Null",
    "Plain",
    "Problem",
    "Record",
    "Shape",
    "Supplied",
    "Tagged",
    "needed",
]

_IDENTIFIER: Final = re.compile(r"[A-Za-z_$][\w$]*")
_LONGEST_VALUE: Final = 60
_NAMED_CHOICES: Final = 8
"""Choices that are all named; of more, examples are enough."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong. `path` is written as JavaScript writes it: `startScreen.prompts[0].label`."""

    path: str
    expected: str
    got: str
    advice: str = ""
    """What was probably meant, or what to do; "" when nobody can say."""

    @property
    def sentence(self) -> str:
        """All of it in one line."""
        said = f"{self.path}: expected {self.expected}, got {self.got}."
        return f"{said} {self.advice}" if self.advice else said


class Shape(Protocol):
    """What a value must be."""

    @property
    def words(self) -> str:
        """What is expected, for “expected …”."""

    def problems(self, value: Any, path: str) -> Iterator[Problem]:
        """What is wrong with `value`, which stands at `path`."""


@dataclass(frozen=True)
class Plain:
    """A value of some JSON types and no further rule."""

    words: str
    types: tuple[type, ...]

    def problems(self, value: Any, path: str) -> Iterator[Problem]:
        if not isinstance(value, self.types) or (isinstance(value, bool) and bool not in self.types):
            yield Problem(path, self.words, named(value), _plain_advice(self, value))


TEXT: Final = Plain("a string", (str,))
FLAG: Final = Plain("true or false", (bool,))
NUMBER: Final = Plain("a number", (int, float))


class Null:
    """The value null."""

    words = "null"

    def problems(self, value: Any, path: str) -> Iterator[Problem]:
        if value is not None:
            yield Problem(path, self.words, named(value))


@dataclass(frozen=True)
class Choice:
    """One of a few strings or whole numbers; or a string that begins with `prefix` and goes on."""

    values: tuple[str | int, ...]
    what: str = ""
    """What they are, when they are too many to be listed: “a locale”."""
    prefix: str = ""

    @property
    def words(self) -> str:
        listed = [json.dumps(value) for value in self.values]
        if len(listed) > _NAMED_CHOICES and self.what:
            also = f", or “{self.prefix}…”" if self.prefix else ""
            return f"{self.what} such as {listed[0]}, {listed[1]} (one of {len(listed)}){also}"
        return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} or {listed[-1]}"

    def problems(self, value: Any, path: str) -> Iterator[Problem]:
        # `True == 1`, and a frame that checks strictly is not taken in by that
        if not isinstance(value, bool) and isinstance(value, str | int | float) and value in self.values:
            return
        if self.prefix and isinstance(value, str) and value.startswith(self.prefix) and len(value) > len(self.prefix):
            return
        yield Problem(path, self.words, named(value), self._advice(value))

    def _advice(self, value: Any) -> str:
        if not isinstance(value, str):
            return ""
        texts = [one for one in self.values if isinstance(one, str)]
        return _did_you_mean(value.removeprefix(self.prefix), texts, quoted=True)


@dataclass(frozen=True)
class ListOf:
    """A list of values of one shape."""

    shape: Shape

    @property
    def words(self) -> str:
        return "a list"

    def problems(self, value: Any, path: str) -> Iterator[Problem]:
        if not isinstance(value, list):
            yield Problem(path, self.words, named(value))
            return
        for index, entry in enumerate(value):
            yield from self.shape.problems(entry, f"{path}[{index}]")


@dataclass(frozen=True)
class MapOf:
    """An object with any keys and values of one shape; None for any value."""

    shape: Shape | None = None
    words: str = "an object"

    def problems(self, value: Any, path: str) -> Iterator[Problem]:
        if not isinstance(value, Mapping):
            yield Problem(path, self.words, named(value))
            return
        for key, entry in value.items() if self.shape else ():
            yield from self.shape.problems(entry, step(path, key)) if self.shape else ()


@dataclass(frozen=True)
class Field:
    """A key of a record."""

    shape: Shape
    required: bool = False


def needed(shape: Shape) -> Field:
    """A key that must be there."""
    return Field(shape, required=True)


@dataclass(frozen=True)
class Record:
    """An object with these keys and no other."""

    fields: Mapping[str, Shape | Field]
    words: str = "an object"

    def problems(self, value: Any, path: str) -> Iterator[Problem]:
        if not isinstance(value, Mapping):
            yield Problem(path or "options", self.words, named(value))
            return
        for key, entry in value.items():
            if (known := self.fields.get(key)) is None:
                yield self._unknown(key, path, value)
            else:
                shape = known.shape if isinstance(known, Field) else known
                yield from shape.problems(entry, step(path, key))
        for key, declared in self.fields.items():
            if isinstance(declared, Field) and declared.required and key not in value:
                yield Problem(step(path, key), declared.shape.words, "nothing")

    def _unknown(self, key: str, path: str, value: Mapping[str, Any]) -> Problem:
        free = [name for name in self.fields if name not in value]
        advice = _did_you_mean(key, free) or f"Known here: {', '.join(self.fields)}."
        return Problem(step(path, key), f"a key that is declared for {path or 'the options'}", f"`{key[:40]}`", advice)


@dataclass(frozen=True)
class Tagged:
    """Objects told apart by one of their keys."""

    tag: str
    records: Mapping[str, Record]

    @property
    def words(self) -> str:
        return f"an object whose `{self.tag}` is {Choice(tuple(self.records)).words}"

    def problems(self, value: Any, path: str) -> Iterator[Problem]:
        if not isinstance(value, Mapping):
            yield Problem(path, self.words, named(value))
        elif (tag := value.get(self.tag)) in self.records and isinstance(tag, str):
            yield from self.records[tag].problems(value, path)
        elif self.tag not in value:
            yield Problem(step(path, self.tag), Choice(tuple(self.records)).words, "nothing")
        else:
            yield from Choice(tuple(self.records)).problems(value[self.tag], step(path, self.tag))


@dataclass(frozen=True)
class Either:
    """One of several shapes; what is wrong is said of the one that has the value's JSON type."""

    shapes: Sequence[Shape]

    @property
    def words(self) -> str:
        return ", or ".join(shape.words for shape in self.shapes)

    def problems(self, value: Any, path: str) -> Iterator[Problem]:
        found = [list(shape.problems(value, path)) for shape in self.shapes]
        if not all(found):
            return
        # what is wrong inside the value tells more than that the value is of another type
        inside = [problems for problems in found if any(problem.path != path for problem in problems)]
        if inside:
            yield from inside[0]
        else:
            advice = next((problem.advice for problems in found for problem in problems if problem.advice), "")
            yield Problem(path, self.words, named(value), advice)


@dataclass(frozen=True)
class Supplied:
    """A key that the declarations know and that must not be given here; `advice` says who gives it."""

    words: str
    advice: str = ""

    def problems(self, value: Any, path: str) -> Iterator[Problem]:
        yield Problem(path, f"nothing ({self.words})", named(value), self.advice)


def step(path: str, key: object) -> str:
    """The path of what stands under `key` at `path`."""
    name = str(key)
    if not _IDENTIFIER.fullmatch(name):
        return f"{path}[{json.dumps(name, ensure_ascii=False)}]"
    return f"{path}.{name}" if path else name


def named(value: Any) -> str:
    """A value as one reads it in a sentence."""
    if isinstance(value, Mapping):
        return "an object" if value else "an empty object"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_VALUE else text[:_LONGEST_VALUE] + "…"


def _did_you_mean(word: str, known: Sequence[str], *, quoted: bool = False) -> str:
    by_lowercase = {one.lower().replace("_", ""): one for one in known}
    plain = word.lower().replace("_", "")
    near = difflib.get_close_matches(plain, by_lowercase, n=1, cutoff=0.6)
    if not near:
        return ""
    meant = by_lowercase[near[0]]
    return f"Did you mean {json.dumps(meant) if quoted else f'`{meant}`'}?"


def _plain_advice(shape: Plain, value: Any) -> str:
    if shape.types == (bool,) and isinstance(value, str) and value.lower() in ("true", "false"):
        return "Without the quotes."
    if shape is NUMBER and isinstance(value, str) and value.strip().lstrip("-").replace(".", "", 1).isdigit():
        return "Without the quotes."
    return ""
