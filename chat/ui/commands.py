"""Everything that one page can do, in one table: its palette, its shortcuts and its list of them read nothing else."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

__all__ = ["Command", "Commands"]


@dataclass(frozen=True)
class Command:
    """
    One thing to do. Its `id` stays from launch to launch: what was used lately is remembered by it.

    `keys` is a shortcut like "Mod+Shift+O" ("Mod": Ctrl, or Command on a Mac), named by the characters on the keys.
    Without `run`, the browser does it alone: see assets/palette/page_acts.js, where it stands under its id.
    """

    id: str
    title: str
    group: str
    run: Callable[[], Any] | None = None
    icon: str = ""
    """A name of Lucide's."""
    keys: str = ""
    words: str = ""
    """What else it is found by, and is not shown."""
    hint: str = ""
    """What is shown behind the title: an address, a date."""
    when: Callable[[], bool] = lambda: True
    """Whether it can be done now."""


Source = Callable[[], Iterable[Command] | Awaitable[Iterable[Command]]]
"""Gives commands that come and go."""


class Commands:
    """The commands of one page, in the order in which they are offered."""

    def __init__(self) -> None:
        self._known: dict[str, Command] = {}
        self._sources: list[Source] = []
        self._offered: dict[str, Command] = {}

    def add(self, *commands: Command) -> None:
        """Take in commands that are there as long as the page. One that is known by its id is replaced."""
        self._known |= {command.id: command for command in commands}

    def offer(self, source: Source) -> None:
        """Take in commands that come and go, such as one for each thread: `source` is asked when the palette opens."""
        self._sources.append(source)

    async def available(self) -> list[Command]:
        """What can be done now, each once."""
        offered: dict[str, Command] = {}
        for source in self._sources:
            given = source()
            given = await given if inspect.isawaitable(given) else given
            offered |= {command.id: command for command in given}
        self._offered = offered
        return [command for command in (self._known | offered).values() if command.when()]

    def shortcuts(self) -> list[Command]:
        """Those with keys of their own, whether or not they can be done now."""
        return [command for command in self._known.values() if command.keys]

    async def run(self, command_id: str) -> bool:
        """Do what is called so, if it can be done now and is not the browser's; says whether it was."""
        command = self._known.get(command_id) or self._offered.get(command_id)
        if command is None or command.run is None or not command.when():
            return False
        result = command.run()
        if inspect.isawaitable(result):
            await result
        return True
