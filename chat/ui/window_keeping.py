"""What one window shows, as a recording that its reader keeps by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

from chat.exchanges import HostEvent, Recording
from chat.recordings import Library

from .window_source import WindowSource

__all__ = ["WindowKeeping"]


class WindowKeeping:
    """Recordings of what `source` holds; `say` tells the reader what has become of it."""

    def __init__(self, source: WindowSource, library: Library | None, say: Callable[[str], None]) -> None:
        self._source = source
        self._library = library
        self._say = say
        self._origin = ""
        self._heard: Callable[[], Sequence[HostEvent]] = tuple

    def shows(self, origin: str, heard: Callable[[], Sequence[HostEvent]] = tuple) -> None:
        """What is shown comes from `origin`, in words; `heard` gives what the official element has told its page."""
        self._origin, self._heard = origin, heard

    def recording(self, exchange_id: str | None = None) -> Recording:
        """What the inspector lists as it now is, or one exchange of it. Raises LookupError when that is not there."""
        shown = [one for one in self._source.exchanges if exchange_id in (None, one.id)]
        if not shown:
            raise LookupError("Nothing has been sent yet." if exchange_id is None else "This exchange is gone.")
        copies = [replace(one, chunks=list(one.chunks)) for one in shown]  # they may grow while they are written
        heard = self._heard() if exchange_id is None else ()
        return Recording(copies, heard, kept=True, source=self._origin)

    async def keep(self) -> None:
        """Keep what is shown."""
        if self._library is None:
            return
        try:
            await asyncio.to_thread(self._library.add, self.recording())
        except LookupError as nothing:
            self._say(str(nothing))
        except OSError as problem:
            self._say(f"It could not be kept: {problem.strerror or problem}.")
        else:
            self._say("Kept as it is now: see Recordings.")
