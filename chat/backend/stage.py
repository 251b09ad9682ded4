"""What a tool gets to act on the conversation while the agent runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from chatkit.agents import AgentContext
from chatkit.server import stream_widget
from chatkit.types import ProgressUpdateEvent, ThreadStreamEvent
from chatkit.widgets import WidgetRoot
from pydantic import ConfigDict, PrivateAttr, TypeAdapter

from chat.backend.context import RequestContext
from chat.backend.pace import Pace, piece_count

__all__ = ["Stage", "widget"]

_WIDGET: TypeAdapter[WidgetRoot] = TypeAdapter(WidgetRoot)


def widget(tree: dict[str, Any]) -> WidgetRoot:
    """A widget from its JSON.

    Raises:
        pydantic.ValidationError: `tree` is no widget.
    """
    return _WIDGET.validate_python(tree)


class Stage(AgentContext[RequestContext]):
    """The SDK's `AgentContext`, in step with the stream.

    The SDK merges a tool's events with the model's by whichever is ready, so the last events of a tool may overtake
    the first ones of the model's next response, or be overtaken, and an object changed after it was queued is sent
    changed. Here `stream` returns when its event has been passed on to the client: what a tool streams is out before
    the tool returns.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    pace: Pace
    message_id: str | None = None
    """The user's message that is being answered."""

    _waiting: dict[int, tuple[ThreadStreamEvent, asyncio.Event]] = PrivateAttr(default_factory=dict)

    async def stream(self, event: ThreadStreamEvent) -> None:
        """Send `event` to the client; returns when it has been passed on."""
        passed = asyncio.Event()
        self._waiting[id(event)] = (event, passed)
        await super().stream(event)
        await passed.wait()

    async def stream_widget(
        self, widget: WidgetRoot | AsyncGenerator[WidgetRoot, None], copy_text: str | None = None
    ) -> None:
        """Send a widget, whole or as it grows; returns when it is out."""
        async for event in stream_widget(self.thread, widget, copy_text, self.generate_id):
            await self.stream(event)

    def passed(self, event: ThreadStreamEvent) -> None:
        """`event`, which may be one of ours, has been passed on."""
        if event.type == "thread.item.updated" and event.update.type == "assistant_message.content_part.text_delta":
            self.pace.passed(piece_count(event.update.delta))
        entry = self._waiting.pop(id(event), None)
        if entry is not None:
            entry[1].set()

    async def close(self) -> None:
        """Nobody listens any more: what waits to be passed on, or for something to pass on, is let go."""
        for _, passed in self._waiting.values():
            passed.set()
        self._waiting.clear()
        await super().stream(ProgressUpdateEvent(text=""))
