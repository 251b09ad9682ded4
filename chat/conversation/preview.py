"""One item, shown as a conversation shows it, from events that nobody has sent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence

from chat.protocol import Event, ThreadState, fold

from .shown_thread import ShownThread

__all__ = ["PreviewThread"]

PAUSE = 0.045
"""Seconds between two events that are played: about twenty words a second."""


class PreviewThread(ShownThread):
    """What is shown is made of events: at once, or one after the other as a stream would bring them."""

    def __init__(self, image_origins: Callable[[], Collection[str]] = tuple) -> None:
        super().__init__("", image_origins)
        self._playing: asyncio.Task[None] | None = None

    def shows(self, item_id: str) -> bool:
        """Whether this item, and no other, is shown."""
        return list(self.state.items) == [item_id]

    def empty(self) -> None:
        """Show nothing."""
        self.stop()
        self.show(ThreadState(), [])

    def put(self, events: Sequence[Event]) -> None:
        """Take events in, at once."""
        for event in events:
            self.take(fold(self.state, event), event)
        self.changed()

    def play(self, events: Sequence[Event], pause: float = PAUSE) -> None:
        """Show nothing, and then what these events bring, one by one."""
        self.empty()
        self.running = True
        self._playing = asyncio.create_task(self._play(events, pause))

    async def _play(self, events: Sequence[Event], pause: float) -> None:
        try:
            for event in events:
                self.take(fold(self.state, event), event)
                await asyncio.sleep(pause)
        finally:
            self.running = False
            self.changed()

    def stop(self) -> None:
        """End what is played, where it is."""
        if self._playing is not None:
            self._playing.cancel()
            self._playing = None
        self.running = False

    def close(self) -> None:
        """Let go of every window."""
        self.stop()
        super().close()
