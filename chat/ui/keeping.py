"""What of the traffic is kept: the page's own and the relay's, of each backend whose profile says so."""

from __future__ import annotations

from collections.abc import Callable

from chat.exchanges import Exchange, HostEvent
from chat.listening import Listeners
from chat.recordings import Keeper, Library
from chat.relay.session import RelaySession

from .profiles import Profile, Profiles

__all__ = ["Keeping"]


class Keeping:
    """One per process. Belongs to the event loop."""

    def __init__(self, library: Library, profiles: Profiles) -> None:
        self.library = library
        self.problem = ""
        """Why something was not kept that should have been, in a sentence; "" when nothing was lost lately."""
        self._profiles = profiles
        self._problem_heard = Listeners[[str]]()
        self._keeper = Keeper(library, self._failed)

    def passes(self, profile_id: str, exchange: Exchange) -> None:
        """The page sends a request over this profile."""
        profile = self._profiles.get(profile_id)
        if profile is not None and profile.keep:
            self.problem = ""
            self._keeper.passes(profile_id, exchange, source="this page")

    def settings_are(self, profile: Profile) -> None:
        """The profile as it now is: what is running is kept no further when it says so."""
        if not profile.keep:
            self._keeper.end(profile.id)

    def follow(self, session: RelaySession) -> None:
        """Keep what goes through this session of the relay, whenever its backend's profile says so."""
        session.on_exchange(self._relayed)
        session.on_host_event(self._told)
        session.on_front_end(self._has_front_end)

    def on_problem(self, listener: Callable[[str], None]) -> Callable[[], None]:
        """Call `listener` when something cannot be kept, with a sentence; returns a function that ends this."""
        return self._problem_heard.add(listener)

    async def begin(self) -> None:
        """The workbench has started: what became too old meanwhile goes."""
        self._keeper.tidy()

    def close(self) -> None:
        """The workbench ends: every file is closed."""
        self._keeper.close()
        self.library.close()

    def _relayed(self, session: RelaySession, exchange: Exchange) -> None:
        if self._profiles.keeps(session.connection.url):
            self._keeper.passes(_owner(session), exchange, source="the relay")
        else:
            self._keeper.end(_owner(session))

    def _has_front_end(self, _: RelaySession, front_end: RelaySession) -> None:
        front_end.on_host_event(self._told)

    def _told(self, session: RelaySession, event: HostEvent) -> None:
        connection = session.connection
        if self._profiles.keeps(connection.url):
            self._keeper.heard(
                _owner(session),
                event,
                source="the relay",
                backend=connection.shown_url,
                secrets=connection.secrets,
            )

    def _failed(self, why: str) -> None:
        self.problem = why
        self._problem_heard.tell(why)


def _owner(session: RelaySession) -> str:
    return f"relay {session.key}"
