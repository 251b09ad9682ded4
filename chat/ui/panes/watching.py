"""One window's watching of a session of the relay: which of its front ends is shown, and when another one is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from chat.exchanges import HostEvent
from chat.relay.session import RelaySession

from .watch_bar import WatchBar

__all__ = ["Watching"]


class Watching:
    """
    Of `session`, what `shown` does: the front end that came last, unless another is handed in.

    Until one is `chosen`, `show` gets each new one. `close` it when something else is shown.
    """

    def __init__(
        self,
        session: RelaySession,
        show: Callable[[RelaySession], None],
        shown: RelaySession | None = None,
        *,
        chosen: bool = False,
    ) -> None:
        self.session = session
        self.shown = shown or (session.front_ends[-1] if session.front_ends else session)
        self._bar: WatchBar | None = None
        self._show = show
        self._coming: asyncio.Handle | None = None
        self._unsubscribe: list[Callable[[], None]] = []
        if not chosen:
            self.heard(session.on_front_end(lambda _, front_end: self._came(front_end)))

    def bar(self, show_address: Callable[[], object], leave: Callable[[], object]) -> None:
        """Put the bar where the page is being built."""
        self._bar = WatchBar(self.session, self.shown, show_address, leave)

    def host_events(self) -> list[HostEvent]:
        """What the official element has told the page around it, in the order in which it was heard."""
        sessions = {id(one): one for one in (self.session, self.shown)}.values()
        return sorted((event for one in sessions for event in one.host_events), key=lambda event: event.at)

    def heard(self, unsubscribe: Callable[[], None]) -> None:
        """Call this, too, when the watching ends."""
        self._unsubscribe.append(unsubscribe)

    def close(self) -> None:
        """Something else is shown."""
        if self._coming is not None:
            self._coming.cancel()
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        if self._bar is not None:
            self._bar.close()

    def _came(self, front_end: RelaySession) -> None:
        # Later, as its first request is being sent on: that must not wait for a page to be built.
        if self._coming is not None:
            self._coming.cancel()
        self._coming = asyncio.get_running_loop().call_soon(self._show, front_end)
