"""What all pages `/compare` of a running workbench share: sessions with both sides of them, stage and options."""

from __future__ import annotations

from urllib.parse import urlsplit

from chat.inspection.side_by_side import SideBySide
from chat.relay.session import RelaySession
from chat.relay.stage import Stage

from ..profiles import Profile
from ..workbench import Workbench

__all__ = ["Comparing"]

KEPT = 8
"""Sessions without a page that stay, so that loading a page again loses nothing."""


class Comparing:
    """One per process. A session outlives its pages: its key is in their address."""

    def __init__(self, workbench: Workbench, stage: Stage) -> None:
        self.workbench = workbench
        self.stage = stage
        self.options = workbench.hosts.options
        self._sides: dict[str, tuple[str, SideBySide]] = {}
        """By the key of the session: the id of the profile, and both sides."""

    def open(self, profile: Profile, key: str = "") -> tuple[RelaySession, SideBySide]:
        """
        The session with this key, when it leads to the profile's backend; else a new one.

        Raises `BadConnection` when nothing may be relayed to that backend.
        """
        connection = self.workbench.hosts.relayed(profile)
        session = self.workbench.relay.get(key)
        of_profile = self._sides.get(key, ("", None))[0] == profile.id
        if session is None or not of_profile or session.connection.url != connection.url:
            session = self.workbench.relay.open(connection, profile.name, splits=False)
        session.connection = connection
        thread = self.workbench.relayed_thread(session)
        known = self._sides.pop(session.key, None)
        if known is not None and known[1].thread is thread:
            side = known[1]
        else:
            if known is not None:
                known[1].close()
            side = SideBySide(session, thread, lambda: session.gate.holding)
        self._sides[session.key] = (profile.id, side)
        self._close_old()
        return session, side

    def origin(self, page: str) -> str:
        """The stage's origin, under the host by which the browser knows the page at this address."""
        host = urlsplit(page).hostname or "127.0.0.1"
        return f"http://{f'[{host}]' if ':' in host else host}:{urlsplit(self.workbench.stage).port}"

    def left(self, key: str) -> None:
        """A page of this session has gone. One in which nothing happened goes with it."""
        session = self.workbench.relay.get(key)
        if session is not None and not session.exchanges and not self._is_open(key):
            self._close(key)

    def _is_open(self, key: str) -> bool:
        side = self._sides[key][1] if key in self._sides else None
        return side is not None and any(window.thread is side.thread for window in self.workbench.windows)

    def _close_old(self) -> None:
        for key in [key for key in self._sides if not self._is_open(key)][:-KEPT]:
            self._close(key)

    def _close(self, key: str) -> None:
        if (known := self._sides.pop(key, None)) is not None:
            known[1].close()
        self.workbench.relay.close(key)
        self.stage.forget(key)
