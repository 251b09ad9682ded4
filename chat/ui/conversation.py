"""The live state of one thread on one connection (skeleton: signatures are final, bodies are not)."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from chat.client import ChatKitClient
    from chat.exchanges import Exchange
    from chat.protocol import Change, Event, ThreadState

    from .conversation_view import ConversationView

__all__ = ["ComposerState", "Conversation"]


@dataclass(frozen=True)
class ComposerState:
    """What the composer may do now."""

    running: bool = False
    can_stop: bool = False
    status: Literal["active", "locked", "closed"] = "active"
    reason: str | None = None


class Conversation:
    """Live state of one thread on one connection; outlives a page reload and may be shown in several windows."""

    def __init__(self, client: ChatKitClient, state: ThreadState | None = None) -> None:
        self.id = uuid.uuid4().hex
        self.client = client
        self.state = state
        self.running = False
        self.views: set[ConversationView] = set()
        self.exchanges: list[Exchange] = []

    @property
    def thread_id(self) -> str | None:
        """Id of the thread, None before the backend has created it."""
        return None

    @property
    def title(self) -> str | None:
        """Title of the thread, None when it has none."""
        return None

    @property
    def composer(self) -> ComposerState:
        """What the composer may do now."""
        return ComposerState()

    def events(self, exchange_id: str) -> Sequence[Event]:
        """Decoded events of one of `exchanges`, oldest first."""
        return []

    def on_change(self, listener: Callable[[Conversation, Change], None]) -> Callable[[], None]:
        """Call `listener` for each change of the thread's state; returns a function that ends this."""
        raise NotImplementedError

    def on_event(self, listener: Callable[[Conversation, Exchange, Event], None]) -> Callable[[], None]:
        """Call `listener` for each event that arrives; returns a function that ends this."""
        raise NotImplementedError

    def on_exchange(self, listener: Callable[[Conversation, Exchange], None]) -> Callable[[], None]:
        """Call `listener` when an exchange begins and when it ends (`outcome`); returns a function that ends this."""
        raise NotImplementedError

    def on_state(self, listener: Callable[[Conversation], None]) -> Callable[[], None]:
        """Call `listener` when `running` or `composer` may have changed; returns a function that ends this."""
        raise NotImplementedError

    async def load(self, thread_id: str) -> None:
        """Replace what is shown with the stored thread; a failure becomes an entry of the conversation."""

    async def send(self, text: str, attachments: Sequence[Any] = (), quoted: str | None = None) -> None:
        """Begin a turn with the user's message; returns when the request has been begun, not when it has ended."""

    def stop(self) -> None:
        """Abort the running request."""

    async def retry(self, item_id: str) -> None:
        """Let the backend answer again after the user message at or before `item_id`."""

    async def submit_tool_output(self, item_id: str, output: Any) -> None:
        """Send the result of a pending client tool call."""

    async def submit_structured_input(
        self, item_id: str, answers: Mapping[str, Sequence[str]], *, skipped: bool = False
    ) -> None:
        """Answer (or skip) a pending structured input."""

    async def widget_action(self, item_id: str | None, action: Mapping[str, Any], form: Mapping[str, Any]) -> None:
        """Perform a widget's action with the values of its form."""

    async def feedback(self, item_ids: Sequence[str], kind: Literal["positive", "negative"]) -> None:
        """Send thumbs up or down for items."""

    async def wait(self) -> None:
        """Wait until nothing runs (for tests and benchmarks)."""

    def close(self) -> None:
        """Abort what runs and detach every view."""
