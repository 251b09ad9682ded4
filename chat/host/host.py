"""
Who answers in place of the page around a widget.

A `Host` has settings and functions. What it does not answer, the page asks the person. Nothing here knows whether a
Python file, a TOML file, the page's own settings or several of them stand behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from .settings import Settings

__all__ = ["NO_ANSWER", "Answer", "Command", "CommandChoice", "Entity", "Host", "HostFailure", "NoHost"]


@dataclass(frozen=True)
class Entity:
    """Something that "@" can name. It is sent as an `input_tag` with `id`, `title` as its text, `group` and `data`."""

    id: str
    title: str
    icon: str = ""
    group: str = ""
    interactive: bool = False
    data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Command:
    """An entry of the "/" menu."""

    id: str
    label: str
    description: str = ""
    icon: str = ""
    group: str = ""


@dataclass(frozen=True)
class CommandChoice:
    """
    What choosing a command does to the composer, beside what was typed of it being taken out.

    `entity` is put in as a tag, `menu` is offered next (both are the declarations' `CommandSelection`); `text` is put
    in as text, which is ours. With none of them, the function has done what there was to do.
    """

    entity: Entity | None = None
    menu: tuple[Command, ...] = ()
    text: str = ""


@dataclass(frozen=True)
class HostFailure:
    """A function, or the file as a whole, raised. Shown; the chat goes on as if there were no such function."""

    where: str
    """The function's name, or "the file"."""
    message: str
    """The exception in one line, secrets masked."""
    file: str = ""
    line: int = 0
    """In `file`; 0 where it is not known."""
    trace: str = ""


@dataclass(frozen=True)
class Answer:
    """What a function of the host said. `handled` False: there is none, or it left this one to the person."""

    handled: bool
    value: Any = None
    by: str = ""
    """Who answered, in words."""
    failure: HostFailure | None = None
    """Why there is none, where a function failed."""


NO_ANSWER = Answer(handled=False)


class Host(Protocol):
    """
    What a conversation, a composer and a connection ask of the page around the widget.

    Nothing here raises, but `headers` and `metadata`: without them a request would be another one, and is not sent.
    """

    @property
    def settings(self) -> Settings:
        """As they are now: they change when the file does."""

    @property
    def failures(self) -> Sequence[HostFailure]:
        """What went wrong last, one for each function, newest last; gone when it works again."""

    def on_change(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Call `changed` when settings or failures have changed; returns what ends that."""

    async def headers(self, operation: str, body: Mapping[str, Any]) -> Mapping[str, str]:
        """Headers for one request, over those of the connection. Raises `BadProfile`."""

    async def metadata(self, operation: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """What goes into `metadata` of one request, over that of the connection. Raises `BadProfile`."""

    async def client_tool(self, name: str, params: Any) -> Answer:
        """The result of a client tool call."""

    async def effect(self, name: str, data: Mapping[str, Any]) -> Answer:
        """A client effect has come."""

    async def action(self, action: Mapping[str, Any], item: Mapping[str, Any]) -> Answer:
        """
        A widget's action with `handler: "client"`; `item` is the widget item as JSON. A value that is an action
        (`{"type": …}`) is to be sent to the backend as a custom action.
        """

    async def search_entities(self, query: str) -> Sequence[Entity]:
        """What "@query" offers, best first."""

    async def preview_entity(self, entity: Entity) -> Any:
        """A widget (JSON) that shows an entity; None where there is none."""

    async def search_commands(self, query: str) -> Sequence[Command]:
        """What "/query" offers, best first."""

    async def choose_command(self, command: Command, query: str) -> CommandChoice:
        """A command was chosen."""

    async def press(self, label: str) -> Answer:
        """A host button of kind `call` was pressed."""

    def always_answer(self, tool: str, result: Any) -> bool:
        """From now on, `client_tool` answers this tool so, where no function does. Returns whether that is possible."""

    def always_send(self, action: str) -> bool:
        """From now on, `action` gives actions of this type back to be sent, where no function answers them."""


class NoHost:
    """Nobody: every setting is the default, and the person is asked."""

    settings = Settings()
    failures: Sequence[HostFailure] = ()

    def on_change(self, changed: Callable[[], None]) -> Callable[[], None]:
        return lambda: None

    async def headers(self, operation: str, body: Mapping[str, Any]) -> Mapping[str, str]:
        return {}

    async def metadata(self, operation: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        return {}

    async def client_tool(self, name: str, params: Any) -> Answer:
        return NO_ANSWER

    async def effect(self, name: str, data: Mapping[str, Any]) -> Answer:
        return NO_ANSWER

    async def action(self, action: Mapping[str, Any], item: Mapping[str, Any]) -> Answer:
        return NO_ANSWER

    async def search_entities(self, query: str) -> Sequence[Entity]:
        return ()

    async def preview_entity(self, entity: Entity) -> Any:
        return None

    async def search_commands(self, query: str) -> Sequence[Command]:
        return ()

    async def choose_command(self, command: Command, query: str) -> CommandChoice:
        return CommandChoice()

    async def press(self, label: str) -> Answer:
        return NO_ANSWER

    def always_answer(self, tool: str, result: Any) -> bool:
        return False

    def always_send(self, action: str) -> bool:
        return False
