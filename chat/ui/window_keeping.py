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
        heard = self._heard() if exchange_id is None else ()
        return _as_it_is(Recording(shown, heard, kept=True, source=self._origin))

    async def keep(self, recording: Recording | None = None) -> None:
        """Keep what is shown, or a part of it that was made into a recording."""
        if self._library is None:
            return
        try:
            await asyncio.to_thread(self._library.add, _as_it_is(recording) if recording else self.recording())
        except LookupError as nothing:
            self._say(str(nothing))
        except OSError as problem:
            self._say(f"It could not be kept: {problem.strerror or problem}.")
        else:
            self._say("Kept as it is now: see Recordings.")


def _as_it_is(recording: Recording) -> Recording:
    """With copies of its exchanges, which may grow while they are written."""
    return recording._replace(exchanges=[replace(one, chunks=list(one.chunks)) for one in recording.exchanges])
