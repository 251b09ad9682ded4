"""What a window's first screen leads to: another backend, its settings, a check, an answer to explain, the relay."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from urllib.parse import urlsplit

from nicegui import Client

from .panes.connection import ConnectionPane
from .panes.explain_sheet import open_explain
from .profiles import Profile, Profiles
from .reaching import Reaching
from .window_source import WindowSource
from .window_traffic import WindowTraffic
from .workbench import Workbench

__all__ = ["StartingWindow", "WindowStart"]


class StartingWindow(Protocol):
    """What is asked of the window."""

    id: str
    workbench: Workbench
    profile: Profile
    connection: ConnectionPane
    reaching: Reaching
    source: WindowSource
    traffic: WindowTraffic
    page: Client

    def use(self, profile: Profile) -> object:
        """Talk to another backend."""

    def check(self) -> None:
        """Ask how the backend is to be checked."""

    def show_findings(self) -> None:
        """Show the worst finding in the inspector."""


class WindowStart:
    """Of one window. Sheets are put on the page: what led to them may be gone when they open."""

    def __init__(self, window: StartingWindow) -> None:
        self._window = window
        self.id = window.id
        self.reaching = window.reaching
        self.source = window.source

    @property
    def profile(self) -> Profile:
        """The backend that the window talks to."""
        return self._window.profile

    @property
    def profiles(self) -> Profiles:
        """All backends that are known."""
        return self._window.workbench.profiles

    @property
    def token(self) -> str:
        """What the page's routes ask for."""
        return self._window.workbench.token

    @property
    def own_ports(self) -> Sequence[int]:
        """Where the workbench itself listens."""
        workbench = self._window.workbench
        own = (urlsplit(workbench.profiles.embedded.url), urlsplit(workbench.stage))
        return [port for port in (one.port for one in own) if port]

    def use(self, profile: Profile) -> object:
        """Talk to another backend."""
        return self._window.use(profile)

    def check(self) -> None:
        """Ask how the backend is to be checked."""
        self._window.check()

    def show_findings(self) -> None:
        """Show the worst finding in the inspector."""
        self._window.show_findings()

    def settings(self) -> None:
        """Ask for the headers and the rest of the connection."""
        with self._window.page.content:
            self._window.connection.settings()

    def explain_sheet(self) -> None:
        """Ask for something to explain."""
        with self._window.page.content:
            open_explain(self.id, self.token)

    def watch(self) -> None:
        """Show what a front end sends to this backend through the relay."""
        with self._window.page.content:
            self._window.traffic.begin()
