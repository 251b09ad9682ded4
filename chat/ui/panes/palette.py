"""The command palette: everything that the page can do, found by a few letters; and the sheet of its shortcuts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final

from nicegui import ui
from nicegui.events import GenericEventArguments

from assets import ASSETS
from chat.rendering.icons import icon

from ..bridge import LiveElement
from ..commands import Command, Commands
from .sheet import Sheet

__all__ = ["IN_PLACE", "Palette", "open_shortcuts"]

IN_PLACE: Final[Sequence[tuple[str, Sequence[tuple[str, str]]]]] = (
    (
        "While a message is typed",
        (
            ("Enter Mod+Enter", "Send"),
            ("Shift+Enter", "A new line"),
            ("ArrowUp", "In an empty field: what was sent before"),
        ),
    ),
    (
        "In the list of threads",
        (
            ("ArrowUp ArrowDown", "Go through it"),
            ("Enter", "Open the thread"),
            ("F2", "Rename"),
            ("Delete", "Delete, after a question"),
            ("Home End", "First, last"),
        ),
    ),
    (
        "In the inspector",
        (
            ("ArrowUp ArrowDown", "Go through exchanges, or through events"),
            ("ArrowLeft ArrowRight", "The tab before, the next tab"),
        ),
    ),
    (
        "Everywhere",
        (
            ("Escape", "Close what lies on top"),
            ("Tab", "The next control; a list is one of them"),
            ("ArrowLeft ArrowRight", "On the edge of a pane: make it narrower or wider"),
        ),
    ),
)
"""Keys that belong to a place on the page, and to no command."""


class Palette(LiveElement, component=ASSETS / "palette.js"):
    """Listens to the shortcuts of the whole page. What is available is asked for when it is opened."""

    def __init__(self, commands: Commands) -> None:
        super().__init__()
        self._commands = commands
        self.props["icons"] = {"search": str(icon("search", 16))}
        self.on("ask", self._tell)
        self.on("run", self._run)

    def shortcuts_are_known(self) -> None:
        """Every command with keys has been added: the page listens to them from now on."""
        self.props["shortcuts"] = [_as_json(command) for command in self._commands.shortcuts()]
        self.update()

    def open(self) -> None:
        """Show it."""
        self.send("open")

    async def _tell(self) -> None:
        self.send("entries", [_as_json(command) for command in await self._commands.available()])

    async def _run(self, event: GenericEventArguments) -> None:
        if isinstance(event.args, str):
            await self._commands.run(event.args)


def _as_json(command: Command) -> dict[str, Any]:
    return {
        "id": command.id,
        "title": command.title,
        "group": command.group,
        "icon": _picture(command.icon),
        "keys": command.keys,
        "words": command.words,
        "hint": command.hint,
        "here": command.run is None,
    }


@lru_cache(maxsize=128)
def _picture(name: str) -> str:
    return str(icon(name, 16)) if name else ""


class KeysShown(LiveElement, component=ASSETS / "keys_shown.js"):
    """A shortcut, or several with a blank between them, as the keys are called on this reader's computer."""

    def __init__(self, keys: str) -> None:
        super().__init__()
        self.props["keys"] = keys


def open_shortcuts(commands: Commands) -> None:
    """Show every shortcut of the page."""
    sheet = Sheet("Keyboard shortcuts", "shortcuts", kind="narrow")
    with sheet.body:
        groups: dict[str, list[tuple[str, str]]] = {}
        for command in commands.shortcuts():
            groups.setdefault(command.group, []).append((command.keys, command.title))
        for group, keys in groups.items():
            _shown(group, keys)
        for place, rows in IN_PLACE:
            _shown(place, rows)


def _shown(title: str, rows: Iterable[tuple[str, str]]) -> None:
    with ui.element("section").classes("shortcuts"):
        with ui.element("h3"):
            ui.label(title)
        with ui.element("dl"):
            for keys, words in rows:
                with ui.element("div").props('data-testid="shortcut"'):
                    with ui.element("dt"):
                        KeysShown(keys)
                    with ui.element("dd"):
                        ui.label(words)
