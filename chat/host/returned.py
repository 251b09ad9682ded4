"""What functions and lists of a profile say, as our types; what is wrong is said with its place."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from .host import Command, CommandChoice, Entity
from .options.shapes import named

__all__ = [
    "WrongValue",
    "as_json",
    "choice_of",
    "commands_of",
    "entities_of",
    "entity_of",
    "headers_of",
    "in_words",
    "matching",
]

_MOST = 1000


class WrongValue(Exception):
    """A value is not what it must be. `str()` says where, what was expected, and what was there."""


def as_json(value: Any, where: str) -> Any:
    """The value as JSON would have it; objects of pydantic, such as those of `chatkit.widgets`, are dumped."""
    try:
        return json.loads(json.dumps(value, default=_dumped, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as problem:
        raise WrongValue(f"{where}: expected what JSON can hold, got {in_words(value)} ({problem}).") from None


def headers_of(value: Any, where: str) -> tuple[tuple[str, str], ...]:
    """Headers by name; a None leaves one out."""
    if not isinstance(value, Mapping):
        raise WrongValue(f'{where}: expected a dict such as {{"Authorization": "Bearer …"}}, got {in_words(value)}.')
    found = []
    for name, text in value.items():
        if text is None:
            continue
        if not isinstance(name, str) or not isinstance(text, str):
            raise WrongValue(f"{where}[{name!r}]: expected a string, got {in_words(text)}.")
        found.append((name, text))
    return tuple(found)


def entities_of(value: Any, where: str) -> tuple[Entity, ...]:
    """A list of entities."""
    return tuple(entity_of(entry, f"{where}[{place}]") for place, entry in enumerate(_entries(value, where)))


def entity_of(value: Any, where: str) -> Entity:
    """An entity: an `Entity`, a dict with `id` and `title`, or a text that is both."""
    if isinstance(value, Entity):
        return value
    if isinstance(value, str) and value:
        return Entity(value, value)
    entry = _record(value, where, "id", "title", "icon", "group", "interactive", "data")
    data = entry.get("data") or {}
    if not isinstance(data, Mapping):
        raise WrongValue(f"{where}.data: expected an object, got {in_words(data)}.")
    return Entity(
        id=_text(entry, "id", where, needed=True),
        title=_text(entry, "title", where, needed=True),
        icon=_text(entry, "icon", where),
        group=_text(entry, "group", where),
        interactive=bool(entry.get("interactive", False)),
        data={str(key): part if isinstance(part, str) else json.dumps(part, default=str) for key, part in data.items()},
    )


def commands_of(value: Any, where: str) -> tuple[Command, ...]:
    """A list of commands."""
    return tuple(_command(entry, f"{where}[{place}]") for place, entry in enumerate(_entries(value, where)))


def choice_of(value: Any, where: str) -> CommandChoice:
    """What choosing a command does: nothing, a text, an entity, a menu."""
    if value is None or isinstance(value, CommandChoice):
        return value or CommandChoice()
    if isinstance(value, Entity):
        return CommandChoice(entity=value)
    if isinstance(value, str):
        return CommandChoice(text=value)
    if isinstance(value, list | tuple):
        return CommandChoice(menu=commands_of(value, where))
    entry = _record(value, where, "entity", "menu", "text")
    return CommandChoice(
        entity=entity_of(entry["entity"], f"{where}.entity") if entry.get("entity") is not None else None,
        menu=commands_of(entry.get("menu") or (), f"{where}.menu"),
        text=_text(entry, "text", where),
    )


def matching(query: str, *texts: str) -> bool:
    """Whether something with these texts is meant by what was typed."""
    words = query.casefold().split()
    all_of_it = " ".join(texts).casefold()
    return all(word in all_of_it for word in words)


def _command(value: Any, where: str) -> Command:
    if isinstance(value, Command):
        return value
    if isinstance(value, str) and value:
        return Command(value, value)
    entry = _record(value, where, "id", "label", "description", "icon", "group")
    return Command(
        id=_text(entry, "id", where, needed=True),
        label=_text(entry, "label", where, needed=True),
        description=_text(entry, "description", where),
        icon=_text(entry, "icon", where),
        group=_text(entry, "group", where),
    )


def _entries(value: Any, where: str) -> Sequence[Any]:
    if value is None:
        return ()
    if isinstance(value, Mapping):  # `{"entities": […]}`, as the widget's own function returns it
        inside = [entry for entry in value.values() if isinstance(entry, list | tuple)]
        value = inside[0] if len(inside) == len(value) == 1 else value
    if not isinstance(value, list | tuple):
        raise WrongValue(f"{where}: expected a list, got {in_words(value)}.")
    return value[:_MOST]


def _record(value: Any, where: str, *known: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise WrongValue(f"{where}: expected a dict with {', '.join(known)}, got {in_words(value)}.")
    if unknown := [key for key in value if key not in known]:
        raise WrongValue(f"{where}: {str(unknown[0])[:40]!r} is not known here; known: {', '.join(known)}.")
    return value


def _text(entry: Mapping[str, Any], name: str, where: str, *, needed: bool = False) -> str:
    value = entry.get(name)
    if isinstance(value, str) and (value or not needed):
        return value
    if value is None and not needed:
        return ""
    raise WrongValue(f"{where}.{name}: expected a string, got {'nothing' if value is None else in_words(value)}.")


def in_words(value: Any) -> str:
    """A value as one reads it in a sentence, whatever it is."""
    if value is None or isinstance(value, bool | int | float | str | Mapping | list):
        try:
            return named(value)
        except (TypeError, ValueError):
            pass
    return f"a {type(value).__name__}"


def _dumped(value: Any) -> Any:
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json", by_alias=True, exclude_none=True)
    raise TypeError(f"{type(value).__name__} is not JSON")
