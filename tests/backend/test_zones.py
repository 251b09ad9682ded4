"""Every time that leaves the embedded backend names its zone, whoever made it and whenever it was stored."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from chatkit.types import AssistantMessageContent, AssistantMessageItem, ThreadMetadata

from chat.backend.context import RequestContext
from chat.backend.scenarios import SCENARIOS

LOCAL = RequestContext()
PROMPTS = {scenario.name: scenario.prompt for scenario in SCENARIOS}


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
async def test_what_is_streamed_and_what_is_read_again_has_offsets(talk, prompt):
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
async def test_a_thread_stored_without_zones_is_read_in_the_local_one_and_goes_on(talk):
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
