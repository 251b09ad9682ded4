"""Links into what a window shows: an exchange, an event, a finding, a recording. Following one brings it back."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, Protocol

from nicegui import background_tasks

from chat.conversation.shown_thread import ShownThread
from chat.errors import WorkbenchError
from chat.exchanges.importing import Imported
from chat.recordings import NoSuchRecording

from .address import Place
from .panes.inspector import Inspector
from .window_source import WindowSource
from .workbench import Workbench

__all__ = ["LinkedWindow", "WindowLinks"]

_TICK: Final = 0.1
"""Seconds between two looks whether what a link names is there."""
_GONE: Final = (
    "The exchange of this link is gone: exchanges are kept until the workbench ends, or until newer ones take their "
    "place. Keep what is shown as a recording, and link to that."
)


class LinkedWindow(Protocol):
    """What is asked of the window."""

    workbench: Workbench
    inspector: Inspector
    source: WindowSource
    thread: ShownThread

    def inspect(self) -> object:
        """Bring the inspector into view."""

    def say(self, words: str) -> None:
        """Tell the reader something, for a moment."""

    def moved(self) -> None:
        """What is looked at has another address now."""

    async def explain(self, name: str, imported: Imported, recording: str = "") -> None:
        """Show exchanges in place of the conversation."""


class WindowLinks:
    """
    Of one window: what of it is looked at, for its address, and what an address wants to be shown.

    Exchanges are known by ids that last as long as they are kept; those of a recording are in its file, and stay.
    """

    def __init__(self, window: LinkedWindow) -> None:
        self._window = window
        self._looked_at = Place("")
        self._wanted: Place | None = None
        self._recording = ""
        """Key of the recording that is shown, or is about to be."""
        self._opening = False

    # --- what the address says ----------------------------------------------------------------------------------------

    def of(self, place: Place) -> Place:
        """The place with what is looked at in it."""
        at = self._looked_at
        recording = self._recording or None
        return replace(place, recording=recording, exchange=at.exchange, event=at.event, finding=at.finding)

    def address_is(self, query: str) -> None:
        """The window has this address now, with its profile named: links into it begin so."""
        self._window.inspector.place_is(query)

    def chosen(self, args: Any) -> None:
        """The reader selected an exchange in the inspector, and perhaps an event or a finding of it; or nothing."""
        args = args if isinstance(args, dict) else {}
        exchange, event, finding = args.get("exchange"), args.get("event"), args.get("finding")
        self._wanted = None
        self._looked_at = Place(
            "",
            exchange=exchange if isinstance(exchange, str) else None,
            event=event if isinstance(event, int) else None,
            finding=finding if isinstance(finding, str) else None,
        )
        self._window.moved()

    def coming(self, recording: str) -> None:
        """What is shown next is the recording with this key; "" is none."""
        self._recording = recording

    def shown(self, *, recorded: bool) -> None:
        """Something else is shown than before: a file (`recorded`), or a thread."""
        if not recorded and not self._opening:
            self._recording = ""
        self._looked_at = self._wanted or Place("")

    # --- what an address wants ----------------------------------------------------------------------------------------

    def want(self, place: Place) -> None:
        """An address is gone to: what it names is to be shown as soon as it is there."""
        self._wanted = place if place.exchange else None
        self._opening = bool(place.recording)
        self._recording = place.recording or ""

    def follow(self) -> None:
        """The window shows the place, or loads it: bring into view what is wanted of it."""
        if self._opening:
            background_tasks.create(self._open(), name="linked recording")
        elif self._wanted is not None:
            background_tasks.create(self._find(self._wanted), name="linked exchange")

    async def _open(self) -> None:
        key, wanted = self._recording, self._wanted
        keeping = self._window.workbench.keeping
        try:
            if keeping is None:
                raise NoSuchRecording("Nothing is kept here.")
            found = await asyncio.to_thread(keeping.library.read, key)
            name = found.name or next((row.title for row in keeping.library.list() if row.key == key), key)
            exchanges, heard = tuple(found.exchanges), tuple(found.host_events)
            imported = Imported("recording", exchanges, tuple(found.remarks), heard, found.name)
            await self._window.explain(name, imported, key)
        except (WorkbenchError, NoSuchRecording, OSError) as problem:
            self._opening, self._recording, self._wanted, self._looked_at = False, "", None, Place("")
            self._window.moved()
            self._window.say(f"The recording of this link cannot be shown: {problem}")
            return
        self._opening = False
        if wanted is not None and wanted is self._wanted:
            await self._find(wanted)

    async def _find(self, wanted: Place) -> None:
        window = self._window
        while wanted is self._wanted:
            if any(one.id == wanted.exchange for one in window.source.exchanges):
                self._show(wanted)
                return
            if not window.thread.loading:
                self._wanted, self._looked_at = None, Place("")
                window.moved()
                window.say(_GONE)
                return
            await asyncio.sleep(_TICK)

    def _show(self, wanted: Place) -> None:
        window, exchange = self._window, wanted.exchange or ""
        self._wanted = None
        window.inspect()
        events: Sequence[Any] = window.source.events(exchange)
        if wanted.event is not None and 0 <= wanted.event < len(events):
            window.inspector.show_event(exchange, wanted.event)
        elif wanted.finding:
            window.inspector.show_finding(exchange, wanted.finding)
        else:
            window.inspector.select_exchange(exchange)
