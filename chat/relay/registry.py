"""The sessions of the relay by their keys, and where one may lead."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence

import httpx

from chat.client import Connection
from chat.errors import BadConnection
from chat.hosts import Address, address_of, is_off_limits, is_off_limits_name, is_this_machine
from chat.listening import Listeners

from .session import RelaySession

__all__ = ["Relay"]


class Relay:
    """
    All sessions. `address` is where the relay listens, `page` where the workbench's page does ("": nowhere).

    A session's backend may be anything but: an address at which clouds tell credentials, a link-local one, the relay
    itself, and of the page's port all but `open_paths` (the embedded backends).
    """

    def __init__(self, address: str = "", page: str = "", open_paths: Iterable[str] = ()) -> None:
        self.address = address
        self._page_port = httpx.URL(page).port if page else None
        self._port = httpx.URL(address).port if address else None
        self._open_paths = tuple(open_paths)
        self._sessions: dict[str, RelaySession] = {}
        self._opened = Listeners[[RelaySession]]()

    @property
    def sessions(self) -> Sequence[RelaySession]:
        """Those that are open, oldest first."""
        return list(self._sessions.values())

    def open(self, connection: Connection, name: str, *, splits: bool = True) -> RelaySession:
        """A new session; `splits`: whether each front end gets one of its own below it. Raises `BadConnection`."""
        self.check(connection)
        session = RelaySession(secrets.token_urlsafe(18), name, connection, splits=splits)
        self._sessions[session.key] = session
        self._opened.tell(session)
        return session

    def on_open(self, listener: Callable[[RelaySession], None]) -> Callable[[], None]:
        """Call `listener` with each new session; returns a function that ends this."""
        return self._opened.add(listener)

    def get(self, key: str) -> RelaySession | None:
        """The session with this key."""
        return self._sessions.get(key)

    def close(self, key: str) -> None:
        """Nothing goes through this address any more. What is held goes on."""
        if (session := self._sessions.pop(key, None)) is not None:
            for one in (session, *session.front_ends):
                one.gate.open()

    def address_of(self, session: RelaySession) -> str:
        """What is to be put into a front end's `api.url`."""
        return f"{self.address}/relay/{session.key}/chatkit"

    def check(self, connection: Connection) -> None:
        """Raises `BadConnection` for a backend that nothing may be forwarded to."""
        url = httpx.URL(connection.url)
        address = address_of(url.host)
        if is_off_limits_name(url.host) or (address is not None and is_off_limits(address)):
            raise BadConnection(
                f"Nothing is forwarded to {url.host}: it is no place for a backend.",
                expected="the address of a ChatKit backend",
                got="a link-local address, or one at which a cloud tells its machines their credentials",
            )
        if is_this_machine(url.host) and not self.permits_port(url):
            raise BadConnection(
                f"{connection.shown_url} is the workbench's own address: what is forwarded to it would go in a circle.",
                expected="the address of your backend",
                advice="Put the backend's address here, and the relay's into your front end.",
            )
        if any(f"/relay/{key}/" in url.path for key in self._sessions):
            raise BadConnection(f"{connection.shown_url} leads back into the relay.", expected="your backend's address")

    def permits_port(self, url: httpx.URL) -> bool:
        """Whether a port of this machine may be forwarded to, when it is one of the workbench's own."""
        port = url.port or (443 if url.scheme == "https" else 80)
        if port == self._port:
            return False
        if port != self._page_port:
            return True
        return any(url.path == one or url.path.startswith(f"{one}/") for one in self._open_paths)

    async def permits(self, url: httpx.URL, address: Address) -> bool:
        """Whether this address, which the URL's host turned out to have, may be connected to."""
        return not is_off_limits(address) and (not is_this_machine(str(address)) or self.permits_port(url))
