"""The library of recordings: a list to search, and what can be done with each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from nicegui.events import GenericEventArguments

from assets import ASSETS
from chat.rendering.icons import icon

from ..bridge import LiveElement
from .sheet import Sheet

__all__ = ["Compare", "open_recordings"]

_ICONS: Final = {
    "archive": "archive",
    "close": "x",
    "compare": "git-compare",
    "pin": "pin",
    "remove": "trash-2",
    "rename": "pencil",
    "save": "download",
    "search": "search",
    "upload": "upload",
}

Compare = Callable[[str, str], object]
"""Told the keys of two recordings that are to be compared, the older one first."""


class RecordingsBox(LiveElement, component=ASSETS / "recordings.js"):
    """The list. It goes over HTTP; what is opened appears in the window `session`."""

    def __init__(self, session: str, token: str, compare: Compare | None) -> None:
        super().__init__()
        self.props["session"] = session
        self.props["token"] = token
        self.props["comparable"] = compare is not None
        sizes = {"archive": 26}
        self.props["icons"] = {name: str(icon(lucide, sizes.get(name, 15))) for name, lucide in _ICONS.items()}
        if compare is not None:
            self.on("compare", lambda event: _two(event, compare))


def _two(event: GenericEventArguments, compare: Compare) -> None:
    if isinstance(event.args, list) and len(event.args) == 2 and all(isinstance(key, str) for key in event.args):
        compare(*event.args)


def open_recordings(session: str, token: str, compare: Compare | None = None) -> None:
    """Show the library; with `compare`, two of its recordings can be chosen."""
    sheet = Sheet("Recordings", "recordings", kind="recordings-sheet")
    with sheet.body:
        RecordingsBox(session, token, compare).on("done", sheet.close, args=[])
