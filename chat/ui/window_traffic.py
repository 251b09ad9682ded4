"""What a window shows of the relay: a session, one of its front ends, and the address that leads there."""

from __future__ import annotations

from typing import Protocol

from nicegui import Client, ui

from chat.conversation.shown_thread import ShownThread
from chat.errors import BadConnection
from chat.relay.session import RelaySession

from .panes.watch_sheet import open_watch_sheet
from .panes.watching import Watching
from .profiles import Profile
from .workbench import Workbench, address_name

__all__ = ["TrafficWindow", "WindowTraffic"]


class TrafficWindow(Protocol):
    """What is asked of the window."""

    @property
    def workbench(self) -> Workbench:
        """What all windows share."""

    @property
    def page(self) -> Client:
        """The page it is on."""

    @property
    def profile(self) -> Profile:
        """The backend it talks to."""

    def show_traffic(self, thread: ShownThread, watching: Watching) -> None:
        """Show what is watched in place of the conversation."""

    def point_at(self, profile: Profile) -> None:
        """Talk to another backend."""


class WindowTraffic:
    """Of one window. `watching` is what is shown of the relay, None while something else is."""

    def __init__(self, window: TrafficWindow) -> None:
        self._window = window
        self.watching: Watching | None = None

    @property
    def name(self) -> str | None:
        """What addresses call the session that is watched."""
        return address_name(self.watching.session.key) if self.watching is not None else None

    def begin(self) -> None:
        """Show what a front end sends to this backend through the relay, and at which address it has to send it."""
        try:
            session = self._window.workbench.watch(self._window.profile)
        except BadConnection as problem:
            words = f"{problem} {problem.advice}".strip()
            ui.notify(words, type="negative", position="top", timeout=8000, close_button="Close")
            return
        self._show(session)
        self.show_address()

    def again(self, name: str) -> bool:
        """Show the session that an address calls so; False when there is none any more."""
        known = self._window.workbench.watched(name)
        if known is None:
            return False
        session, profile = known
        if profile.id != self._window.profile.id:
            self._window.point_at(profile)
        self._show(session)
        return True

    def show_address(self) -> None:
        """Show the relay's address again, and who has used it."""
        if self.watching is not None:
            session = self.watching.session
            address = self._window.workbench.relay.address_of(session)
            with self._window.page:
                open_watch_sheet(session, address, lambda front_end: self._show(session, front_end, chosen=True))

    def replaced(self, watching: Watching | None = None) -> None:
        """Something else is shown: `watching`, or nothing of the relay."""
        if self.watching is not None:
            self.watching.close()
        self.watching = watching

    def _show(self, session: RelaySession, front_end: RelaySession | None = None, *, chosen: bool = False) -> None:
        """Until a front end is `chosen`, the newest is shown."""
        watching = Watching(session, lambda newest: self._show(session, newest), front_end, chosen=chosen)
        self._window.show_traffic(self._window.workbench.relayed_thread(watching.shown), watching)
