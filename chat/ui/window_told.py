"""What one window's threads have told the page around them, as the official widget would tell its page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from chatkit.types import ClientEffectEvent
from nicegui.events import GenericEventArguments

from chat.conversation.conversation import Conversation
from chat.conversation.shown_thread import ShownThread
from chat.exchanges import Exchange, HostEvent
from chat.exchanges.redaction import redact_value
from chat.protocol import Event

from .elsewhere import clicked_action, do_elsewhere
from .panes.host_events import HostEventsPane, in_words, told_by
from .panes.inspector import Inspector
from .window_source import WindowSource

__all__ = ["ToldWindow", "WindowTold"]

KEPT = 24
"""Threads whose host events stay with the window."""


class ToldWindow(Protocol):
    """What is asked of the window."""

    host_events: HostEventsPane
    inspector: Inspector
    source: WindowSource

    def inspect(self) -> object:
        """Bring the inspector into view."""

    def say(self, words: str) -> None:
        """Tell the reader something, for a moment."""


class WindowTold:
    """Of one window: a list for each thread that it has shown lately."""

    def __init__(self, window: ToldWindow) -> None:
        self._window = window
        self._lists: dict[str, list[HostEvent]] = {}
        self._unwatch: tuple[Callable[[], None], ...] = ()
        self._thread_id: str | None = None
        """Of the active thread, as the page was told last."""
        self._answering: Conversation | None = None
        """Whose answer has begun, and has not ended."""

    def shows(
        self,
        thread: ShownThread,
        conversation: Conversation | None,
        thread_id: str | None = None,
        heard: Sequence[HostEvent] = (),
    ) -> Sequence[HostEvent]:
        """
        Another thread is shown; a recording has `heard` what it has. Returns what was told, which may grow.

        What comes in a `conversation` is told now; `thread_id` is its thread, before it is loaded.
        """
        if self._answering is not None:
            self._tell("chatkit.response.end")  # that of a thread which is left, too
        self.close()
        told = self._lists.pop(thread.id, None)
        if told is None:
            told = list(heard)
        self._lists[thread.id] = told
        for old in list(self._lists)[:-KEPT]:
            del self._lists[old]
        self._window.host_events.show(told)
        if conversation is not None:
            self._unwatch = (conversation.on_events(self._came), conversation.on_state(self._went_on))
            self.has_id(thread_id or conversation.thread_id)
            self._went_on(conversation)
        return told

    def has_id(self, thread_id: str | None) -> None:
        """The active thread is this one, None before the backend has made it."""
        if thread_id != self._thread_id:
            self._thread_id = thread_id
            self._tell("chatkit.thread.change", {"threadId": thread_id})

    async def loads(self, conversation: Conversation, thread_id: str, reading: Awaitable[None]) -> None:
        """A stored thread was opened, and is read now: `reading`."""
        self._tell("chatkit.thread.load.start", {"threadId": thread_id})
        await reading
        if self._thread_id == thread_id and _went_well(conversation):  # it may have been left meanwhile
            self._tell("chatkit.thread.load.end", {"threadId": thread_id})

    def tool_is(self, tool_id: str | None) -> None:
        """A tool is chosen in the composer, or none."""
        self._tell("chatkit.tool.change", {"toolId": tool_id})

    def clicked(self, action: Mapping[str, Any]) -> None:
        """Something in a message was clicked that does `action`."""
        if (event := told_by(action)) is not None:
            self._window.host_events.add(event)
            self._window.say(in_words(event))

    def acted(self, event: GenericEventArguments) -> None:
        """Something in a message was clicked that leads elsewhere."""
        action = clicked_action(event)
        self.clicked(action)
        do_elsewhere(action, self._window.source, self._show_finding)

    def _show_finding(self, exchange_id: str, rule_id: str) -> None:
        self._window.inspect()
        self._window.inspector.show_finding(exchange_id, rule_id)

    def close(self) -> None:
        """Nothing of the thread is heard any more."""
        for stop in self._unwatch:
            stop()
        self._unwatch = ()
        self._answering = None

    def _went_on(self, conversation: Conversation) -> None:
        """An answer has begun, or is over: after a failure the widget was not seen to tell of an end."""
        if conversation.running and self._answering is None:
            self._answering = conversation
            self._tell("chatkit.response.start")
        elif not conversation.running and self._answering is conversation:
            self._answering = None
            if _went_well(conversation):
                self._tell("chatkit.response.end")

    def _tell(self, name: str, detail: Any = None) -> None:
        self._window.host_events.add(HostEvent(datetime.now(UTC), name, detail, ours=True))

    def _came(self, _: ShownThread, exchange: Exchange, run: Sequence[Event]) -> None:
        for event in run:
            if event.type != "client_effect" or not isinstance(event.value, ClientEffectEvent):
                continue
            detail = redact_value({"name": event.value.name, "data": dict(event.value.data)})
            self._window.host_events.add(HostEvent(datetime.now(UTC), "chatkit.effect", detail, ours=True))


def _went_well(conversation: Conversation) -> bool:
    """Whether the last request was answered, and to the end."""
    last = conversation.exchanges[-1] if conversation.exchanges else None
    return last is not None and last.outcome == "complete" and 200 <= (last.status or 0) < 300
