"""
What a Python profile supplies: its functions, and its values as the widget's options.

Everything is optional. What is wrong is named and left out, what is right is used all the same; a name that is nearly
one of ours is said, since nobody would ever call it.
"""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, Final, cast

from .host import Command, CommandChoice, Entity, HostFailure
from .options.declared import EDITABLE
from .options_settings import merged
from .returned import WrongValue, as_json, choice_of, commands_of, entities_of, headers_of, in_words
from .settings import HostButton

__all__ = ["FUNCTIONS", "VALUES", "Supplied", "supplied_by"]

Function = Callable[..., Any]

FUNCTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "headers": ("request",),
    "metadata": ("request",),
    "on_client_tool": ("name", "params"),
    "on_effect": ("name", "data"),
    "on_action": ("action", "item"),
    "search_entities": ("query",),
    "preview_entity": ("entity",),
    "search_commands": ("query",),
    "on_command": ("command", "query"),
}
"""Functions by name, with what they are given. One that wants less gets the first of it."""

_IN_OPTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "greeting": ("startScreen", "greeting"),
    "start_prompts": ("startScreen", "prompts"),
    "placeholder": ("composer", "placeholder"),
    "disclaimer": ("disclaimer",),
    "tools": ("composer", "tools"),
    "models": ("composer", "models"),
    "attachments": ("composer", "attachments"),
    "upload": ("api", "uploadStrategy"),
    "locale": ("locale",),
    "theme": ("theme",),
}
"""Values that are one of the widget's options, by a shorter name."""

_EITHER: Final = ("headers", "metadata", "commands", "entities")
"""Names of what may be a function or a value."""
_OF_OUR_OWN: Final = ("url", "name", "as_widget", "image_domains", "host_buttons")

VALUES: Final = ("options", *_IN_OPTIONS, *_EITHER, *_OF_OUR_OWN)
"""Values by name."""

_ALSO_FUNCTIONS: Final[Mapping[str, str]] = {"commands": "search_commands", "entities": "search_entities"}
_KINDS: Final = ("custom_action", "send_user_message", "set_composer_value", "call")
_DOES: Final = ("text", "entity", "menu")
_NEAR = 0.8


@dataclass(frozen=True)
class Supplied:
    """What a file says. `problems` are those of its values; `lines` is where each name stands."""

    functions: Mapping[str, Function] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    metadata: Mapping[str, Any] = field(default_factory=dict, repr=False)
    entities: tuple[Entity, ...] = ()
    commands: tuple[Command, ...] = ()
    image_domains: tuple[str, ...] = ()
    host_buttons: tuple[HostButton, ...] = ()
    presses: Mapping[str, Function] = field(default_factory=dict)
    """What buttons of kind `call` do, by their labels."""
    choices: Mapping[str, CommandChoice] = field(default_factory=dict)
    """What choosing a command does, by its id, where the list itself says it."""
    url: str = field(default="", repr=False)
    name: str = ""
    as_widget: bool = False
    problems: tuple[HostFailure, ...] = ()
    lines: Mapping[str, int] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    """Everything of ours that it defines and that can be used, in the order of the file."""


def supplied_by(namespace: Mapping[str, Any], file: str, lines: Mapping[str, int]) -> Supplied:
    """Read what the file has defined."""
    reading = _Reading(namespace, file, lines)
    return reading.all()


class _Reading:
    def __init__(self, namespace: Mapping[str, Any], file: str, lines: Mapping[str, int]) -> None:
        self._names = {name: value for name, value in namespace.items() if not name.startswith("_")}
        self._file = file
        self._lines = lines
        self._problems: list[HostFailure] = []

    def all(self) -> Supplied:
        functions = self._functions()
        presses: dict[str, Function] = {}
        choices: dict[str, CommandChoice] = {}
        found: dict[str, Any] = {}
        for name, read in (
            ("headers", lambda value: headers_of(value, "headers")),
            ("metadata", self._object),
            ("entities", lambda value: entities_of(value, "entities")),
            ("commands", lambda value: self._commands(value, choices)),
            ("image_domains", self._domains),
            ("host_buttons", lambda value: tuple(self._buttons(value, presses))),
            ("url", lambda value: self._typed("url", value, str, "a string")),
            ("name", lambda value: self._typed("name", value, str, "a string")),
            ("as_widget", lambda value: self._typed("as_widget", value, bool, "True or False")),
        ):
            if name in self._names and not _is_function(self._names[name]):
                try:
                    found[name] = cast(Callable[[Any], Any], read)(self._names[name])
                except WrongValue as problem:
                    self._wrong(name, str(problem))
        options = self._options()
        self._look_for_misspelt()
        wrong = {problem.where for problem in self._problems}
        known = {*FUNCTIONS, *VALUES}
        return Supplied(
            functions=functions,
            options=options,
            presses=presses,
            choices=choices,
            problems=tuple(self._problems),
            lines=self._lines,
            names=tuple(name for name in self._names if name in known and name not in wrong),
            **found,
        )

    def _functions(self) -> dict[str, Function]:
        functions: dict[str, Function] = {}
        for name, value in self._names.items():
            called = _ALSO_FUNCTIONS.get(name, name) if _is_function(value) else name
            if called not in FUNCTIONS or (name in _EITHER and not _is_function(value)):
                continue
            given = FUNCTIONS[called]
            if not callable(value):
                self._wrong(name, f"{name}: expected a function of {', '.join(given)}, got {in_words(value)}.")
            elif (fitting := _fitting(value, len(given))) is None:
                self._wrong(name, f"{name}: expected a function of ({', '.join(given)}), got {name}{_wants(value)}.")
            else:
                functions[called] = fitting
        return functions

    def _options(self) -> dict[str, Any]:
        layers: list[dict[str, Any]] = []
        if "options" in self._names:
            layers.append(self._checked_options("options", self._names["options"], ()))
        for name, path in _IN_OPTIONS.items():
            if name in self._names:
                layers.append(self._checked_options(name, self._names[name], path))
        return merged(*layers)

    def _checked_options(self, name: str, value: Any, path: tuple[str, ...]) -> dict[str, Any]:
        """The options with this value in its place; without what is wrong in it."""
        try:
            value = as_json(_as_declared(name, value), name)
        except WrongValue as problem:
            self._wrong(name, str(problem))
            return {}
        for key in reversed(path):
            value = {key: value}
        place = ".".join(path)
        wrong = set()
        for found in EDITABLE.problems(value, ""):
            inside = found.path[len(place) :] if found.path.startswith(place) else f".{found.path}"
            where = f"{name}{inside if path else f'.{found.path}'}"
            advice = f" {found.advice}" if found.advice else ""
            self._wrong(name, f"{where}: expected {found.expected}, got {found.got}.{advice}")
            wrong.add(found.path.replace("[", ".").partition(".")[0])
        if not wrong:
            return cast(dict[str, Any], value)
        return {} if path or not isinstance(value, dict) else {k: v for k, v in value.items() if k not in wrong}

    def _commands(self, value: Any, choices: dict[str, CommandChoice]) -> tuple[Command, ...]:
        """A list of commands, each with what choosing it does (`text`, `entity`, `menu`) where that stands there."""
        if not isinstance(value, list | tuple):
            return commands_of(value, "commands")
        bare = [{k: v for k, v in e.items() if k not in _DOES} if isinstance(e, Mapping) else e for e in value]
        commands = commands_of(bare, "commands")
        for place, (command, entry) in enumerate(zip(commands, value, strict=False)):
            does = {k: entry[k] for k in _DOES if k in entry} if isinstance(entry, Mapping) else {}
            if does:
                choices[command.id] = choice_of(does, f"commands[{place}]")
        return commands

    def _object(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise WrongValue(f"metadata: expected a dict, got {in_words(value)}.")
        return cast(dict[str, Any], as_json(value, "metadata"))

    def _domains(self, value: Any) -> tuple[str, ...]:
        if isinstance(value, str) or not isinstance(value, list | tuple) or not all(isinstance(d, str) for d in value):
            raise WrongValue('image_domains: expected a list of host names such as ["cdn.example.com"].')
        return tuple(value)

    def _typed(self, name: str, value: Any, kind: type, words: str) -> Any:
        if not isinstance(value, kind):
            raise WrongValue(f"{name}: expected {words}, got {in_words(value)}.")
        return value

    def _buttons(self, value: Any, presses: dict[str, Function]) -> Iterator[HostButton]:
        if not isinstance(value, list | tuple):
            raise WrongValue(f"host_buttons: expected a list, got {in_words(value)}.")
        for place, entry in enumerate(value):
            where = f"host_buttons[{place}]"
            label = entry.get("label") if isinstance(entry, Mapping) else None
            if not isinstance(label, str) or not label:
                raise WrongValue(f"{where}: expected a dict with a label and one of {', '.join(_KINDS)}.")
            kinds = [kind for kind in _KINDS if kind in entry]
            unknown = [key for key in entry if key not in (*_KINDS, "label", "icon")]
            if len(kinds) != 1 or unknown:
                got = f"{unknown[0]!r}" if unknown else ", ".join(kinds) or "none"
                raise WrongValue(f"{where}: expected one of {', '.join(_KINDS)}, got {got}.")
            yield self._button(where, label, str(entry.get("icon") or ""), kinds[0], entry[kinds[0]], presses)

    def _button(
        self, where: str, label: str, icon: str, kind: str, value: Any, presses: dict[str, Function]
    ) -> HostButton:
        if kind == "call":
            fitting = _fitting(value, 0) if callable(value) else None
            if fitting is None:
                raise WrongValue(f"{where}.call: expected a function that wants nothing.")
            presses[label] = fitting
            return HostButton(label, "call", icon=icon)
        value = as_json(value, f"{where}.{kind}")
        if kind == "custom_action":
            value = {"type": value} if isinstance(value, str) else value
            if not isinstance(value, dict) or not isinstance(value.get("type"), str):
                raise WrongValue(f'{where}.custom_action: expected {{"type": …, "payload": …}}.')
        elif not isinstance(value, str) and not (isinstance(value, dict) and isinstance(value.get("text"), str)):
            raise WrongValue(f"{where}.{kind}: expected a text, or a dict with text, tool, model, new_thread.")
        return HostButton(label, cast(Any, kind), value, icon)

    def _look_for_misspelt(self) -> None:
        known = (*FUNCTIONS, *VALUES)
        for name, value in self._names.items():
            if name in known or isinstance(value, ModuleType | type) or name not in self._lines:
                continue
            near = difflib.get_close_matches(name.lower(), [one for one in known if one not in self._names], 1, _NEAR)
            if near:
                self._wrong(name, f"{name}: nothing asks for this. Did you mean `{near[0]}`?")
            elif name.startswith("on_") and _is_function(value):
                ours = ", ".join(one for one in FUNCTIONS if one.startswith("on_"))
                self._wrong(name, f"{name}: nothing asks for this. Known: {ours}.")

    def _wrong(self, name: str, words: str) -> None:
        self._problems.append(HostFailure(name, words, self._file, self._lines.get(name, 0)))


def _as_declared(name: str, value: Any) -> Any:
    """Shorter ways to write a value, as the declarations have it."""
    match name, value:
        case "disclaimer", str():
            return {"text": value}
        case "upload", "two_phase":
            return {"type": "two_phase"}
        case "upload", {"direct": url, **rest} if not rest:
            return {"type": "direct", "uploadUrl": url}
        case "start_prompts", list() | tuple():
            return [{"label": entry, "prompt": entry} if isinstance(entry, str) else entry for entry in value]
        case "tools" | "models", list() | tuple():
            return [_choice(name, entry) for entry in value]
    return value


def _choice(name: str, entry: Any) -> Any:
    if isinstance(entry, str):
        entry = {"id": entry, "label": entry}
    if name == "tools" and isinstance(entry, Mapping) and "icon" not in entry:
        return {**entry, "icon": "bolt"}
    return entry


def _is_function(value: Any) -> bool:
    return callable(value) and not isinstance(value, type)


def _fitting(function: Function, given: int) -> Function | None:
    """The function as one of `given` arguments, of which it may want less; None when it wants others."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return function
    for count in range(given, -1, -1):
        try:
            signature.bind(*(object() for _ in range(count)))
        except TypeError:
            continue
        return function if count == given else _of_less(function, count)
    return None


def _of_less(function: Function, count: int) -> Function:
    if inspect.iscoroutinefunction(function):

        async def awaited(*args: Any) -> Any:
            return await function(*args[:count])

        return awaited
    return lambda *args: function(*args[:count])


def _wants(function: Function) -> str:
    try:
        return str(inspect.signature(function))
    except (TypeError, ValueError):
        return "(…)"
