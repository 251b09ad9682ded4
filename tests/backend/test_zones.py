"""Every time that leaves the embedded backend names its zone, whoever made it and whenever it was stored."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from chatkit.server import ChatKitServer, StreamingResult
from chatkit.types import AssistantMessageContent, AssistantMessageItem, ThreadMetadata

from chat.backend.context import RequestContext
from chat.backend.scenarios import SCENARIOS
from chat.backend.zones import with_offsets
from tests.backend.conftest import Talk

LOCAL = RequestContext()
MESSAGE = {"content": [{"type": "input_text", "text": "Hi"}], "attachments": [], "inference_options": {}}
PROMPTS = {scenario.name: scenario.prompt for scenario in SCENARIOS} | {"sized_answer": "Write 20 kB"}


@pytest.fixture
def kathmandu(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine at UTC+05:45."""
    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def stamps(document: Any) -> list[datetime]:
    """Every `created_at` in a document."""
    found = []
    if isinstance(document, dict):
        found = [datetime.fromisoformat(value) for name, value in document.items() if name == "created_at"]
        document = list(document.values())
    return found + [stamp for part in document if isinstance(part, dict | list) for stamp in stamps(part)]


@pytest.mark.usefixtures("kathmandu")
@pytest.mark.parametrize("prompt", PROMPTS.values(), ids=PROMPTS.keys())
async def test_what_is_streamed_and_what_is_read_again_has_offsets(talk: Talk, prompt: str) -> None:
    events = await talk.say(prompt)
    streamed = stamps([event.json for event in events])
    thread = await talk.ask("threads.get_by_id", thread_id=talk.thread_id)
    read = stamps([thread, await talk.items(), await talk.ask("threads.list")])
    assert streamed
    assert read
    now = datetime.now(UTC)
    for stamp in streamed + read:
        assert stamp.tzinfo is not None
        assert abs(now - stamp) < timedelta(minutes=1)


@pytest.mark.usefixtures("kathmandu")
async def test_a_thread_stored_without_zones_is_read_in_the_local_one_and_goes_on(talk: Talk) -> None:
    noon = datetime(2026, 1, 1, 12)
    thread = ThreadMetadata(id="thr_old", created_at=noon)
    await talk.server.store.save_thread(thread, LOCAL)
    content = [AssistantMessageContent(text="From before.")]
    item = AssistantMessageItem(id="msg_old", thread_id="thr_old", created_at=noon, content=content)
    await talk.server.store.add_thread_item("thr_old", item, LOCAL)
    talk.thread_id = "thr_old"
    moment = datetime(2026, 1, 1, 6, 15, tzinfo=UTC)
    assert [one == moment for one in stamps(await talk.ask("threads.get_by_id", thread_id="thr_old"))] == [True, True]
    await talk.say("Thank you")
    assert talk.texts()


@pytest.mark.usefixtures("kathmandu")
def test_nothing_but_the_times_of_threads_and_items_is_changed() -> None:
    told = {"created_at": "2026-01-01T12:00:00", "text": "of é, 🚲 and\u2028more"}
    item = {"id": "msg_1", "created_at": "2026-01-01T12:00:00.25", "arguments": told, "n": 1e16, "cost": 0.1}
    aware = {"id": "msg_2", "created_at": "2026-01-01T06:15:00Z"}
    event = {"type": "thread.item.done", "item": item, "page": {"data": [item]}, "items": {"data": [item, aware]}}

    written = json.loads(with_offsets(json.dumps(event, ensure_ascii=False).encode()))

    stamped = {**item, "created_at": "2026-01-01T12:00:00.250000+05:45"}
    assert written == {**event, "item": stamped, "items": {"data": [stamped, aware]}}


async def test_the_sdk_streams_each_event_as_one_line_of_data(talk: Talk) -> None:
    """When this fails, `StreamingResult.json_events` yields something else, which `chat.backend.zones` must read."""
    request = json.dumps({"type": "threads.create", "params": {"input": MESSAGE}})
    result = await ChatKitServer.process(talk.server, request, talk.context)
    assert isinstance(result, StreamingResult)
    events = [event async for event in result.json_events]
    assert len(events) > 5
    for event in events:
        assert event.startswith(b"data: {")
        assert event.endswith(b"}\n\n")
        assert event.count(b"\n") == 2
