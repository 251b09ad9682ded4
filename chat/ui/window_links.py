"""Links into what a window shows: an exchange, an event, a finding, a recording. Following one brings it back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, Protocol

from nicegui import Client, background_tasks

from chat.conversation.conversation import Conversation
from chat.conversation.shown_thread import ShownThread
from chat.errors import WorkbenchError
from chat.exchanges.importing import Imported
from chat.recordings import NoSuchRecording

from .address import PageAddress, Place
from .panes.inspector import Inspector
from .panes.threads import ThreadsPane
from .profiles import Profile
from .window_source import WindowSource
from .window_traffic import WindowTraffic
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
    profile: Profile
    page: Client
    inspector: Inspector
    source: WindowSource
    thread: ShownThread
    conversation: Conversation | None
    threads: ThreadsPane
    traffic: WindowTraffic

    def inspect(self) -> object:
        """Bring the inspector into view."""

    def say(self, words: str) -> None:
        """Tell the reader something, for a moment."""

    def point_at(self, profile: Profile) -> None:
        """Talk to another backend."""

    def open_thread(self, thread_id: str) -> object:
        """Show a stored thread."""

    def new_thread(self) -> object:
        """Show the start screen."""

    async def explain(self, name: str, imported: Imported, recording: str = "") -> None:
        """Show exchanges in place of the conversation."""


class WindowLinks:
    """
    Of one window: what of it is looked at, for its address, and what an address wants to be shown.

    Exchanges are known by ids that last as long as they are kept; those of a recording are in its file, and stay.
    """

    def __init__(self, window: LinkedWindow) -> None:
        self._window = window
        self._address = PageAddress(window.page, window.workbench.first_profile, self._address_is)
        self._looked_at = Place("")
        self._wanted: Place | None = None
        self._recording = ""
        """Key of the recording that is shown, or is about to be."""
        self._led = False
        """Whether what is shown next is shown because an address wants it."""

    # --- what the address says ----------------------------------------------------------------------------------------

    def _address_is(self, query: str) -> None:
        """The window has this address now, with its profile named: links into it begin so."""
        self._window.inspector.place_is(query)

    def step(self) -> None:
        """Something else is shown: the address is its own, and "back" comes back from it."""
        self._address.step(self._place())

    def moved(self) -> None:
        """Something else is looked at of what is shown, or it has got its id."""
        self._address.correct(self._place())

    def forget(self) -> None:
        """What is shown is gone: its address is no place to come back to."""
        self._address.forget()

    def _place(self) -> Place:
        window, at = self._window, self._looked_at
        thread_id = window.conversation and (window.conversation.thread_id or window.threads.selected)
        return Place(
            window.profile.id,
            thread_id or None,
            window.traffic.name,
            self._recording or None,
            exchange=at.exchange,
            event=at.event,
            finding=at.finding,
        )

    def chosen(self, args: Any) -> None:
        """The reader selected an exchange in the inspector, and perhaps an event or a finding of it; or nothing."""
        args = args if isinstance(args, dict) else {}
        exchange, event, finding = args.get("exchange"), args.get("event"), args.get("finding")
        if self._wanted is not None and self._wanted.recording:
            self._recording = ""
        self._wanted = None
        self._looked_at = Place(
            "",
            exchange=exchange if isinstance(exchange, str) else None,
            event=event if isinstance(event, int) else None,
            finding=finding if isinstance(finding, str) else None,
        )
        self.moved()

    def coming(self, recording: str) -> None:
        """What is shown next is the recording with this key; "" is none."""
        self._recording = recording

    def shown(self, *, recorded: bool) -> None:
        """Something else is shown than before: a file (`recorded`), or a thread."""
        led, self._led = self._led, False
        if not led:  # the reader went elsewhere before all that an address wants was there
            self._wanted = None
            self._recording = self._recording if recorded else ""
        self._looked_at = self._wanted or Place("")

    # --- what an address wants ----------------------------------------------------------------------------------------

    def go_to(self, query: str) -> None:
        """The browser went back or forward to an address of this page: show the backend and thread it names."""
        window = self._window
        place = self._address.went(query)
        profile = window.workbench.profiles.get(place.profile)
        if profile is not None and profile.id != window.profile.id:
            window.point_at(profile)
        with self.leading(place):
            if not (place.watch and window.traffic.again(place.watch)) and not place.recording:
                if place.thread:
                    window.open_thread(place.thread)
                else:
                    window.new_thread()
        self.follow()

    @contextmanager
    def leading(self, place: Place) -> Iterator[None]:
        """An address is gone to, and the window shows, in this block, what it names; what is looked at there `follow`s
        as soon as it is there."""
        self._window.inspector.look_away()
        self._wanted = place if place.exchange or place.recording else None
        self._recording, self._led = place.recording or "", True
        try:
            yield
        finally:
            self._led = False

    def follow(self) -> None:
        """The window shows the place, or loads it: bring into view what is wanted of it."""
        if (wanted := self._wanted) is None:
            return
        if wanted.recording:
            background_tasks.create(self._open(wanted, wanted.recording), name="linked recording")
        else:
            background_tasks.create(self._find(wanted), name="linked exchange")

    async def _open(self, wanted: Place, key: str) -> None:
        keeping = self._window.workbench.keeping
        try:
            if keeping is None:
                raise NoSuchRecording("Nothing is kept here.")
            found = await asyncio.to_thread(keeping.library.read, key)
            if wanted is not self._wanted:
                return
            name = found.name or next((row.title for row in keeping.library.list() if row.key == key), key)
            exchanges, heard = tuple(found.exchanges), tuple(found.host_events)
            imported = Imported("recording", exchanges, tuple(found.remarks), heard, found.name)
            self._led = True
            await self._window.explain(name, imported, key)
        except (WorkbenchError, NoSuchRecording, OSError) as problem:
            if wanted is self._wanted:
                self._recording, self._wanted, self._looked_at = "", None, Place("")
                self.moved()
                self._window.say(f"The recording of this link cannot be shown: {problem}")
            return
        if wanted.exchange:
            await self._find(wanted)
        elif wanted is self._wanted:
            self._wanted = None

    async def _find(self, wanted: Place) -> None:
        window = self._window
        while wanted is self._wanted:
            if any(one.id == wanted.exchange for one in window.source.exchanges):
                self._show(wanted)
                return
            if not window.thread.loading:
                self._wanted, self._looked_at = None, Place("")
                self.moved()
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
