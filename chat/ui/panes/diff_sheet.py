"""What differs between two recordings of the library."""

from __future__ import annotations

import asyncio
from typing import Protocol

from nicegui import background_tasks, ui

from chat.diff import Diff, Options, diff
from chat.diff.reports import write
from chat.errors import WorkbenchError
from chat.exchanges import Recording
from chat.inspection.diff_view import diff_html
from chat.recordings import Library, NoSuchRecording

from ..controls import button
from ..window_reports import WindowReports
from .sheet import Sheet, ShownHTML

__all__ = ["DiffSheet"]

_MODES = {
    "everything": ("Everything", Options()),
    "wording": ("Without wording and times", Options(ignore=frozenset(("text", "timings")))),
    "structure": ("Structure only", Options(shape=True, ignore=frozenset(("timings",)))),
}


class ComparingWindow(Protocol):
    """The window that the sheet opens in."""

    reports: WindowReports

    def open_report(self, key: str) -> None:
        """Open a report that is kept in a page of its own."""


class DiffSheet:
    """The dialog. `old` and `new` are keys of the library."""

    def __init__(self, window: ComparingWindow, library: Library, old: str, new: str) -> None:
        self._window = window
        self._library = library
        self._keys = (old, new)
        self._sheet = Sheet("What differs", "diff", kind="diff-sheet")
        self._begin("everything")

    def _begin(self, mode: str) -> None:
        self._sheet.body.clear()
        with self._sheet.body:
            ui.label("Comparing…").classes("hint").props('role="status" data-testid="diff-running"')
        background_tasks.create(self._run(mode), name="diff")

    async def _run(self, mode: str) -> None:
        try:
            found, page = await asyncio.to_thread(self._compared, _MODES[mode][1])
        except NoSuchRecording:
            self._say("One of the two recordings is not in the library any more.")
        except WorkbenchError as problem:
            got = f" Expected {problem.expected}; got {problem.got}." if problem.expected else ""
            self._say(f"{problem.message}{got}")
        except OSError as problem:
            self._say(f"A recording cannot be read: {problem.strerror or problem}.")
        else:
            self._show(mode, found, page)

    def _compared(self, options: Options) -> tuple[Diff, str]:
        old, new = (self._library.read(key) for key in self._keys)
        names = _names(old, new, self._keys)
        found = diff(old, new, options, names=names, remarks=[*old.remarks, *new.remarks])
        return found, write(found, "html")

    def _say(self, words: str) -> None:
        if not self._sheet.body.is_deleted:
            self._sheet.body.clear()
            with self._sheet.body:
                ui.label(words).classes("problem").props('role="alert" data-testid="diff-problem"')

    def _show(self, mode: str, found: Diff, page: str) -> None:
        if self._sheet.body.is_deleted:
            return
        key = self._window.reports.keep(page)
        self._sheet.body.clear()
        with self._sheet.body:
            with ui.element("div").classes("diff-modes").props('role="group" aria-label="What is compared"'):
                for name, (words, _) in _MODES.items():
                    pressed = str(name == mode).lower()
                    button(words, lambda name=name: self._begin(name), test_id=f"diff-{name}").props(
                        f'aria-pressed="{pressed}"'
                    )
                button("Open as report", lambda: self._window.open_report(key), test_id="open-diff-report")
            ShownHTML(diff_html(found)).props('data-testid="diff-found"')


def _names(old: Recording, new: Recording, keys: tuple[str, str]) -> tuple[str, str]:
    """What the two are called; by their keys as well where the names do not tell them apart."""
    first, second = old.name or keys[0], new.name or keys[1]
    return (first, second) if first != second else (f"{first} ({keys[0]})", f"{second} ({keys[1]})")
