"""What the official widget asks of its page, answered by the host as it answers threads of our own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final, NamedTuple

from chat.host.host import NO_ANSWER, Answer, Command, Entity, Host
from chat.host.options_settings import merged
from chat.host.returned import WrongValue, commands_of, entity_of
from chat.host.settings import Settings

__all__ = ["Given", "answer", "answered", "options_for"]

_ENTITIES: Final = ("entities.onTagSearch", "entities.onRequestPreview")
_COMMANDS: Final = ("commands.onSearch", "commands.onSelect")


class Given(NamedTuple):
    """
    What the host gave. `handled` False: the person is to be asked, and `words` say why, where a function failed.

    `call` is a method of the widget to be called, with its arguments: what a page's own function would do itself.
    """

    handled: bool
    value: Any = None
    call: tuple[str, tuple[Any, ...]] | None = None
    words: str = ""


def answered(settings: Settings) -> list[str]:
    """Names of the functions that the stage is to put to the host; of others it has an example, or does nothing."""
    return ["widgets.onAction", *(_ENTITIES if settings.entities else ()), *(_COMMANDS if settings.commands else ())]


def options_for(options: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    """The options, with the menu switched on for which somebody answers: as in our own composer, unless they forbid
    it."""
    return merged({"commands": {"enabled": True}} if settings.commands else {}, options)


async def answer(host: Host, name: str, value: Any) -> Given:
    """What the host says to one question, by the name of the function that the widget has called."""
    said = value if isinstance(value, Mapping) else {}
    try:
        match name:
            case "onClientTool":
                return _given(await host.client_tool(str(said.get("name", "")), said.get("params")))
            case "widgets.onAction" if isinstance(said.get("action"), Mapping):
                item = said["item"] if isinstance(said.get("item"), Mapping) else {}
                return _acted(await host.action(said["action"], item), item.get("id"))
            case "entities.onTagSearch":
                found = await host.search_entities(str(said.get("query", "")))
                return Given(True, [_declared(one) for one in found])
            case "entities.onRequestPreview":
                return Given(True, {"preview": await host.preview_entity(entity_of(value, name))})
            case "commands.onSearch":
                return Given(True, [_declared(one) for one in await host.search_commands(str(said.get("query", "")))])
            case "commands.onSelect":
                (command,) = commands_of([value], name)
                return await _selected(host, command)
    except WrongValue as problem:  # it comes from another origin
        return Given(True, None, words=str(problem))
    return Given(False)


async def _selected(host: Host, command: Command) -> Given:
    done = await host.choose_command(command, "")
    call = ("setComposerValue", ({"text": done.text},)) if done.text else None
    if done.entity is not None:
        return Given(True, {"entity": _declared(done.entity)}, call)
    if done.menu:
        return Given(True, {"menu": [_declared(one) for one in done.menu]}, call)
    return Given(True, None, call)


def _acted(answer: Answer, item_id: Any) -> Given:
    """A value that is an action is sent to the backend, by the method that a page has for it."""
    given = _given(answer)
    if given.handled and isinstance(given.value, Mapping) and isinstance(given.value.get("type"), str):
        sent = {name: given.value[name] for name in ("type", "payload") if name in given.value}
        return Given(True, None, ("sendCustomAction", (sent, item_id) if isinstance(item_id, str) else (sent,)))
    return Given(True, None, words=given.words)


def _given(answer: Answer = NO_ANSWER) -> Given:
    failure = answer.failure
    if failure is None:
        return Given(answer.handled, answer.value)
    place = f" (line {failure.line})" if failure.line else ""
    return Given(False, words=f"{failure.where} of your profile failed{place}: {failure.message}")


def _declared(one: Entity | Command) -> dict[str, Any]:
    """As the declarations have it: without what is not said."""
    return {name: value for name, value in asdict(one).items() if value not in ("", {}, False)}
