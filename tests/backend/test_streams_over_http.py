"""Answers on a real connection: they come as they are made, and what was made is kept when the connection goes."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from chatkit.types import (
    AssistantMessageContent,
    AssistantMessageContentPartTextDelta,
    AssistantMessageItem,
    SDKHiddenContextItem,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemUpdatedEvent,
    ThreadMetadata,
    ThreadStreamEvent,
    UserMessageItem,
)
from starlette.middleware.base import BaseHTTPMiddleware

from chat.backend.context import RequestContext
from chat.backend.server import WorkbenchServer
from chat.backend.zones import with_offsets
from storage import SQLStore, open_database

Embed = Callable[..., Any]
LOCAL = RequestContext()
CREATE = {
    "type": "threads.create",
    "params": {
        "input": {"content": [{"type": "input_text", "text": "Go"}], "attachments": [], "inference_options": {}},
    },
}


class Stepwise(WorkbenchServer):
    """Answers "one ", and the rest when `go_on` is set."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.go_on = asyncio.Event()
        self.padding = ""
        self.made = 0

    async def respond(
        self, thread: ThreadMetadata, input_user_message: UserMessageItem | None, context: RequestContext
    ) -> AsyncGenerator[ThreadStreamEvent, None]:
        item = AssistantMessageItem(id="msg_answer", thread_id=thread.id, created_at=datetime.now(), content=[])
        yield ThreadItemAddedEvent(item=item)
        yield self.delta("one ")
        if self.padding:
            while True:
                await asyncio.sleep(0)
                yield self.delta(self.padding)
        await self.go_on.wait()
        yield self.delta("two")
        yield ThreadItemDoneEvent(item=item.model_copy(update={"content": [AssistantMessageContent(text="one two")]}))

    def delta(self, text: str) -> ThreadItemUpdatedEvent:
        self.made += len(text)
        update = AssistantMessageContentPartTextDelta(content_index=0, delta=text)
        return ThreadItemUpdatedEvent(item_id="msg_answer", update=update)


@asynccontextmanager
async def streaming(url: str) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
    """The events of a new thread's first answer, as they come."""
    async with (
        httpx.AsyncClient(timeout=20, verify=False) as client,
        client.stream("POST", f"{url}/chatkit", json=CREATE) as response,
    ):
        assert response.status_code == 200

        async def events() -> AsyncIterator[dict[str, Any]]:
            async for line in response.aiter_lines():
                if line:
                    yield json.loads(line.removeprefix("data: "))

        yield events()


async def until_first_text(events: AsyncIterator[dict[str, Any]]) -> str:
    """Read on to the first delta; the thread's id."""
    thread_id = ""
    async for event in events:
        thread_id = event["thread"]["id"] if event["type"] == "thread.created" else thread_id
        if event.get("update", {}).get("delta"):
            return thread_id
    raise AssertionError("no text came")


async def stored(store: SQLStore[Any], thread_id: str) -> dict[str, Any]:
    page = await store.load_thread_items(thread_id, None, 100, "asc", LOCAL)
    return {item.id: item for item in page.data}


async def cut_short(store: SQLStore[Any], thread_id: str) -> str:
    """The partial text, once the server has noticed that its reader is gone."""
    async with asyncio.timeout(60):
        while True:
            items = await stored(store, thread_id)
            if any(isinstance(item, SDKHiddenContextItem) for item in items.values()):
                return str(items["msg_answer"].content[0].text)


async def test_events_arrive_as_they_are_made(embed: Embed) -> None:
    embedded = embed(Stepwise)
    async with embedded.served() as url, streaming(url) as events:
        thread_id = await until_first_text(events)
        # The server waits for this line: had anything held the events back, the test would not have come so far.
        embedded.server.go_on.set()
        rest = [event["type"] async for event in events]
    assert rest == ["thread.item.updated", "thread.item.done"]
    assert (await stored(embedded.store, thread_id))["msg_answer"].content[0].text == "one two"


@pytest.mark.parametrize("middleware", [False, True], ids=["plain", "behind middleware that hides the connection"])
async def test_when_the_client_goes_the_answer_stops_and_its_part_is_kept(embed: Embed, middleware: bool) -> None:
    embedded = embed(Stepwise)
    if middleware:
        # NiceGUI has two of this kind; they run the route in a cancel scope that cancels again and again.
        embedded.app.add_middleware(BaseHTTPMiddleware, dispatch=lambda request, call_next: call_next(request))
    async with embedded.served() as url:
        async with streaming(url) as events:
            thread_id = await until_first_text(events)
        assert await cut_short(embedded.store, thread_id) == "one "


async def test_a_client_that_goes_while_the_server_is_sending_loses_nothing_that_was_made(embed: Embed) -> None:
    embedded = embed(Stepwise)
    embedded.server.padding = "x" * 50_000
    async with embedded.served() as url:
        async with streaming(url) as events:
            thread_id = await until_first_text(events)
        text = await cut_short(embedded.store, thread_id)
    assert text.startswith("one xxxxx")


async def test_a_client_that_reads_slowly_holds_the_answer_up(embed: Embed) -> None:
    embedded = embed(Stepwise)
    embedded.server.padding = "x" * 100_000
    async with embedded.served() as url, streaming(url) as events:
        await until_first_text(events)
        async with asyncio.timeout(60):
            made = -1
            while made != embedded.server.made:
                made = embedded.server.made
                await asyncio.sleep(0.1)  # any wait will do: what is waited for is that nothing happens
        assert made < 50_000_000, "what nobody reads piles up nowhere"


async def test_closing_the_backend_keeps_the_part_of_every_answer(embed: Embed) -> None:
    embedded = embed(Stepwise)
    async with embedded.served() as url, streaming(url) as events:
        thread_id = await until_first_text(events)
        await embedded.backend.close()
        assert (await stored(embedded.store, thread_id))["msg_answer"].content[0].text == "one "


SERVED = """
import sys
from pathlib import Path
import uvicorn
from fastapi import FastAPI
from chat.backend.routes import mount
from chat.backend.server import WorkbenchServer
from storage import SQLStore, open_database

app = FastAPI()
mount(app, WorkbenchServer(SQLStore(open_database(Path(sys.argv[1]))), rate=None))
uvicorn.run(app, port=0, log_level="info")
"""


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX")
def test_after_kill_9_everything_is_there_whose_done_reached_the_client(tmp_path: Path) -> None:
    done_before = 6
    path = tmp_path / "workbench.db"
    root = Path(__file__).parents[2]
    process = subprocess.Popen([sys.executable, "-c", SERVED, str(path)], stderr=subprocess.PIPE, text=True, cwd=root)
    assert process.stderr is not None
    try:
        address = next(line for line in process.stderr if "running on" in line).split("running on ")[1].split()[0]
        acknowledged = asyncio.run(talk(address, done_before, lambda: process.send_signal(signal.SIGKILL)))
    finally:
        process.kill()
        process.stderr.close()
        assert process.wait() == -signal.SIGKILL
    database = open_database(path)
    store: SQLStore[Any] = SQLStore(database)

    async def check() -> None:
        for thread_id, items in acknowledged.items():
            kept = await stored(store, thread_id)
            for item in items:
                written = kept[item["id"]].model_dump_json(exclude_none=True).encode()
                assert json.loads(with_offsets(written)) == item

    asyncio.run(check())
    database.close()
    assert sum(map(len, acknowledged.values())) >= done_before


async def talk(url: str, done_before: int, kill: Callable[[], None]) -> dict[str, list[dict[str, Any]]]:
    """Start threads until the server is killed, right after the event that brings the `done_before`th item. By thread,
    the items whose `done` came, with those that were still on the wire."""
    acknowledged: dict[str, list[dict[str, Any]]] = {}
    count = 0
    while True:
        try:
            async with streaming(url) as events:
                thread_id = ""
                async for event in events:
                    if event["type"] == "thread.created":
                        thread_id = event["thread"]["id"]
                        acknowledged[thread_id] = []
                    elif event["type"] == "thread.item.done":
                        acknowledged[thread_id].append(event["item"])
                        count += 1
                        if count == done_before:
                            kill()
        except httpx.TransportError:
            return acknowledged
