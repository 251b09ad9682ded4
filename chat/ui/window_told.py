"""What one window's threads have told the page around them, as the official widget would tell its page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from chatkit.types import ClientEffectEvent

from chat.conversation.shown_thread import ShownThread
from chat.exchanges import Exchange, HostEvent
from chat.exchanges.redaction import redact_value
from chat.protocol import Event

from .panes.host_events import HostEventsPane, in_words, told_by

__all__ = ["ToldWindow", "WindowTold"]

KEPT = 24
"""Threads whose host events stay with the window."""


class ToldWindow(Protocol):
    """What is asked of the window."""

    host_events: HostEventsPane

    def say(self, words: str) -> None:
        """Tell the reader something, for a moment."""


class WindowTold:
    """Of one window: a list for each thread that it has shown lately."""

    def __init__(self, window: ToldWindow) -> None:
        self._window = window
        self._lists: dict[str, list[HostEvent]] = {}
        self._unwatch: Callable[[], None] = lambda: None

    def shows(self, thread: ShownThread, heard: Sequence[HostEvent] = (), *, live: bool) -> Sequence[HostEvent]:
        """
        Another thread is shown; a recording has `heard` what it has. Returns what was told, which may grow.

        `live`: what comes in it is told now.
        """
        self.close()
        told = self._lists.pop(thread.id, None)
        if told is None:
            told = list(heard)
        self._lists[thread.id] = told
        for old in list(self._lists)[:-KEPT]:
            del self._lists[old]
        self._window.host_events.show(told)
        if live:
            self._unwatch = thread.on_event(self._came)
        return told

    def clicked(self, action: Mapping[str, Any]) -> None:
        """Something in a message was clicked that does `action`."""
        if (event := told_by(action)) is not None:
            self._window.host_events.add(event)
            self._window.say(in_words(event))

    def close(self) -> None:
        """Nothing of the thread is heard any more."""
        self._unwatch()
        self._unwatch = lambda: None

    def _came(self, _: ShownThread, exchange: Exchange, event: Event) -> None:
        if event.type != "client_effect" or not isinstance(event.value, ClientEffectEvent):
            return
        detail = redact_value({"name": event.value.name, "data": dict(event.value.data)})
        self._window.host_events.add(HostEvent(datetime.now(UTC), "chatkit.effect", detail))
