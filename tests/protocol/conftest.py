"""A thread that is told events as bytes, the way a backend tells them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import BaseModel

from chat.protocol import Change, Event, EventDecoder, ThreadState, end_stream, fold


def to_wire(event: BaseModel | dict[str, Any] | str) -> bytes:
    """An event as the SDK's server writes it; text goes out as it is."""
    if isinstance(event, BaseModel):
        event = event.model_dump_json(by_alias=True, exclude_none=True)
    elif isinstance(event, dict):
        event = json.dumps(event)
    return b"data: " + event.encode() + b"\n\n"


class Told:
    """A thread and what it was told."""

    def __init__(self) -> None:
        self.state = ThreadState()
        self.changes: list[Change] = []
        self.events: list[Event] = []
        self._decoder = EventDecoder()

    def item(self, item_id: str) -> Any:
        """The typed item as it stands; a test knows of what type it is."""
        return self.state.items[item_id].item

    def widget(self, item_id: str) -> Any:
        """The JSON of an item's widget as it stands."""
        return self.state.items[item_id].widget

    def tell(self, *events: BaseModel | dict[str, Any] | str) -> list[Any]:
        """Fold these events; the changes they made."""
        changes: list[Change] = []
        for event in self._decoder.feed(b"".join(map(to_wire, events)), 0):
            self.events.append(event)
            changes += fold(self.state, event)
        self.changes += changes
        return changes

    def end(self) -> list[Change]:
        """The stream ends, and the next one may begin."""
        self._decoder = EventDecoder()
        return end_stream(self.state)


@pytest.fixture
def thread() -> Told:
    return Told()
