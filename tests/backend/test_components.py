"""The backend of components: each specimen comes as the SDK streams it, and fits its types."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from chatkit.types import ThreadStreamEvent
from fastapi import FastAPI
from pydantic import TypeAdapter

from chat.backend.components import Components
from chat.backend.specimens import SPECIMENS

EVENT: TypeAdapter[Any] = TypeAdapter(ThreadStreamEvent)


async def said(name: str) -> list[Any]:
    app = FastAPI()
    Components().mount(app)
    message = {"content": [{"type": "input_text", "text": name}], "attachments": [], "inference_options": {}}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
        answer = await client.post("/components/chatkit", json={"type": "threads.create", "params": {"input": message}})
    lines = [line[6:] for line in answer.text.splitlines() if line.startswith("data: ")]
    return [EVENT.validate_python(json.loads(line)) for line in lines]


@pytest.mark.parametrize("name", SPECIMENS)
async def test_a_specimen_comes_as_the_sdk_streams_it(name: str) -> None:
    events = await said(name)
    items = [event.item for event in events if event.type == "thread.item.done"]
    assert [item.type for item in items] == ["user_message", SPECIMENS[name].item]
    if name in ("Text", "Markdown"):
        grown = [event for event in events if event.type == "thread.item.updated"]
        assert len(grown) > 5
        assert {event.update.type for event in grown} == {"widget.streaming_text.value_delta"}


async def test_what_is_not_there_is_said_in_words() -> None:
    events = await said("Hologram")
    done = [event.item for event in events if event.type == "thread.item.done"]
    assert done[-1].content[0].text == "There is no specimen called Hologram."
