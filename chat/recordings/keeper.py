"""
Writes what passes, while it passes, for whoever wants it kept.

Exchanges say when they have ended, but nobody says when they have grown: they are looked at a few times a second while
any is running, and not at all in between. What came is on disk a moment later.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from chat.exchanges import Exchange, HostEvent, Recorder
from chat.exchanges.secrets import NONE, Secrets
from chat.recordings.library import Library

__all__ = ["Keeper"]

_TICK = 0.25
"""Seconds between two looks at what is running."""
_AT_ONCE = 1_000_000
"""Bytes of a body that are written before others have their turn."""
_SILENCE = 30 * 60
"""Seconds without anything after which another recording is begun."""
_LARGEST = 50_000_000
"""Bytes after which another recording is begun."""


@dataclass(slots=True)
class _Session:
    """A recording that grows."""

    key: str
    recorder: Recorder
    source: str
    """Where it comes from; "" as soon as that has been written."""
    running: dict[str, Exchange] = field(default_factory=dict)
    last: float = field(default_factory=time.monotonic)

    def tell_source(self) -> None:
        """Write where it comes from, once, after what came first: readers of one exchange begin with that."""
        if self.source:
            self.recorder.about(source=self.source)
            self.source = ""

    @property
    def is_over(self) -> bool:
        """Whether what comes next belongs into another file."""
        if self.recorder.closed:
            return True
        return not self.running and (time.monotonic() - self.last > _SILENCE or self.recorder.size > _LARGEST)


class Keeper:
    """
    One recording for each `owner` (a profile, a session of the relay), begun with the first thing that passes.

    Belongs to the event loop. What cannot be written ends the recording and is told to `failed`, in a sentence; nobody
    who hands something in hears of it.
    """

    def __init__(self, library: Library, failed: Callable[[str], None] = lambda why: None) -> None:
        self.library = library
        self._failed = failed
        self._sessions: dict[str, _Session] = {}
        self._task: asyncio.Task[None] | None = None
        self._sweep: asyncio.Future[Sequence[str]] | None = None

    def passes(self, owner: str, exchange: Exchange, *, source: str) -> None:
        """An exchange begins: it is written while it runs. `source` says in words where it comes from."""
        if (session := self._session(owner, exchange.request.url, source)) is not None:
            session.running[exchange.id] = exchange

            def write() -> None:
                session.recorder.update(exchange, 0)
                session.tell_source()

            if self._try(owner, write):
                self._watch()

    def heard(self, owner: str, event: HostEvent, *, source: str, backend: str = "", secrets: Secrets = NONE) -> None:
        """The element told its page something; `secrets` are those of the connection, which it may name."""
        if (session := self._session(owner, backend, source)) is not None:

            def write() -> None:
                session.recorder.heard(event._replace(detail=secrets.value(event.detail)))
                session.tell_source()

            self._try(owner, write)

    def key(self, owner: str) -> str | None:
        """The key of the recording that is being written for this owner."""
        session = self._sessions.get(owner)
        return session.key if session is not None and not session.is_over else None

    def end(self, owner: str) -> None:
        """Nothing more is kept of this owner: what is running now is written as far as it has come."""
        if self._end(owner):
            self.tidy()

    def _end(self, owner: str) -> bool:
        if (session := self._sessions.pop(owner, None)) is not None:
            try:
                for exchange in session.running.values():
                    session.recorder.update(exchange)
                self.library.end(session.key)
            except OSError as error:
                self._failed(_why(error))
            return True
        return False

    def tidy(self) -> None:
        """Remove what is over the limits, in the background."""
        if self._sweep is None or self._sweep.done():
            self._sweep = asyncio.get_running_loop().run_in_executor(None, self.library.sweep)

    def close(self) -> None:
        """End every recording."""
        if self._task is not None:
            self._task.cancel()
        for owner in list(self._sessions):
            self._end(owner)

    def _session(self, owner: str, backend: str, source: str) -> _Session | None:
        session = self._sessions.get(owner)
        if session is None or session.is_over:
            self.end(owner)
            try:
                session = _Session(*self.library.begin(backend), source)
            except OSError as error:
                self._failed(_why(error))
                return None
            self._sessions[owner] = session
        session.last = time.monotonic()
        return session

    def _try(self, owner: str, write: Callable[[], object]) -> bool:
        try:
            write()
        except OSError as error:
            self._failed(_why(error))
            session = self._sessions.pop(owner, None)
            if session is not None:
                session.running.clear()
                session.recorder.abandon()
                self.library.end(session.key)
            return False
        return True

    def _watch(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._write_news(), name="keeps what passes")

    async def _write_news(self) -> None:
        while any(session.running for session in self._sessions.values()):
            for owner, session in list(self._sessions.items()):
                for exchange in list(session.running.values()):
                    await self._write(owner, session, exchange)
            await asyncio.sleep(_TICK)

    async def _write(self, owner: str, session: _Session, exchange: Exchange) -> None:
        more = True
        while more and not session.recorder.closed:
            over = not exchange.running
            more = False

            def write() -> None:
                nonlocal more
                more = session.recorder.update(exchange, _AT_ONCE)

            if not self._try(owner, write):
                return
            if over and not more:
                session.running.pop(exchange.id, None)
            session.last = time.monotonic()
            await asyncio.sleep(0)


def _why(error: OSError) -> str:
    return f"What passes is no longer kept: {error.strerror or error}."
