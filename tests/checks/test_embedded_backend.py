"""No false alarms: the embedded backend, in every scenario it has, over real HTTP."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvicorn
from chatkit.types import InferenceOptions, StructuredInputSubmission, UserMessageInput, UserMessageTextContent
from fastapi import FastAPI

from chat.backend.embedded import EmbeddedBackend
from chat.backend.scenarios import SCENARIOS
from chat.checks import Level, examine_thread
from chat.checks.run import Plan, check
from chat.client import ChatKitClient, Connection, EventStream
from chat.errors import WorkbenchError
from chat.exchanges import Exchange
from chat.protocol import ThreadState, fold

SITE = "https://your-site.example"
CRASHES = ("Crash please",)
"""Prompts whose turn ends in an exception, on purpose."""
PROMPTS = {scenario.name: scenario.prompt for scenario in SCENARIOS} | {"sized_answer": "Write 2 kB"}


@pytest.fixture
async def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """The embedded backend at full speed behind a real server."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    backend = EmbeddedBackend(tmp_path / "data", rate=None)
    app = FastAPI()
    backend.mount(app, (SITE,))
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", timeout_graceful_shutdown=5))
    serving = asyncio.create_task(server.serve([listener]))
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/chatkit"
    server.should_exit = True
    await serving
    await backend.close()


async def told(stream: EventStream, state: ThreadState) -> None:
    async with stream:
        async for event in stream:
            fold(state, event)


def words(text: str) -> UserMessageInput:
    content = [UserMessageTextContent(text=text)]
    return UserMessageInput(content=content, attachments=[], inference_options=InferenceOptions())


@pytest.mark.parametrize("prompt", PROMPTS.values(), ids=PROMPTS.keys())
async def test_a_scenario_and_what_follows_from_it_raises_no_alarm(url: str, prompt: str) -> None:
    exchanges: list[Exchange] = []
    client = ChatKitClient(Connection(url), exchanges.append)
    state = ThreadState()
    await told(client.create_thread(words(prompt)), state)
    assert state.id is not None
    first = next(iter(state.items))
    for item in list(state.items.values()):
        pending = item.json.get("status") == "pending"
        if item.type == "client_tool_call" and pending:
            await told(client.add_client_tool_output(state.id, {"selection": []}), state)
        elif item.type == "structured_input" and pending:
            await told(
                client.add_structured_input(state.id, item.id, StructuredInputSubmission(status="skipped")), state
            )
    await told(client.retry_after_item(state.id, first), state)
    await client.load_thread(state.id)
    await client.list_threads()
    thread = await client.get_thread(state.id)
    if thread.status.type == "active":
        await told(client.add_user_message(state.id, words("Thank you")), state)
    await client.update_thread(state.id, "Another title")
    await client.delete_thread(state.id)
    await client.aclose()
    told_all = examine_thread(exchanges)
    alarms = [
        (examined.exchange.request.operation, finding.rule_id, finding.got)
        for examined in told_all
        for finding in examined.findings
        if finding.level is not Level.NOTE and not (finding.rule_id == "lifecycle/ended-in-error" and prompt in CRASHES)
    ]
    assert alarms == []
    assert [examined.could_not_run for examined in told_all] == [{}] * len(exchanges)
    assert all(examined.view.requests_sent == 1 for examined in told_all)


async def test_refusals_of_the_embedded_backend_are_explained(url: str) -> None:
    exchanges: list[Exchange] = []
    client = ChatKitClient(Connection(url), exchanges.append)
    with pytest.raises(WorkbenchError):
        await client.get_thread("thr_nowhere")
    await client.raw(b"{")
    await client.raw({"type": "nothing.like_this", "params": {}})
    await client.aclose()
    assert [f.rule_id for examined in examine_thread(exchanges) for f in examined.findings] == []


async def test_it_is_called_fine_when_everything_was_looked_at_and_only_then(url: str) -> None:
    unnamed = await check(Plan(Connection(url)))
    assert not unnamed.fine, "what the browser of another origin is told was not looked at"
    assert unnamed.advice
    assert (await check(Plan(Connection(url), origin=SITE))).fine
