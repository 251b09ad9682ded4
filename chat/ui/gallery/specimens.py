"""Specimens as they come from the backend of components, over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol

from chatkit.types import InferenceOptions, UserMessageInput, UserMessageTextContent

from chat.client import ChatKitClient
from chat.client.connection import Connection
from chat.protocol import Event

__all__ = ["ShownSpecimen", "events_of_specimen"]


class ShownSpecimen(Protocol):
    """One entry of the list."""

    @property
    def name(self) -> str: ...
    @property
    def group(self) -> str: ...
    @property
    def says(self) -> str: ...


async def events_of_specimen(url: str, name: str) -> AsyncIterator[Event]:
    """The events that bring a specimen, without those around it. Raises what an `EventStream` raises."""
    message = UserMessageInput(
        content=[UserMessageTextContent(text=name)], attachments=[], inference_options=InferenceOptions()
    )
    async with ChatKitClient(Connection(url)).create_thread(message) as stream:
        async for event in stream:
            item = event.json.get("item") if isinstance(event.json, dict) else None
            asked = isinstance(item, dict) and item.get("type") == "user_message"
            if event.type.startswith("thread.item.") and not asked:
                yield event
