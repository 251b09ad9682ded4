"""An embedded backend as an application, in this process or behind a real server, on a store of its own."""

import asyncio
import json
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from chatkit.server import NonStreamingResult, StreamingResult
from fastapi import FastAPI

from chat.backend.attachments import Attachments
from chat.backend.context import RequestContext
from chat.backend.routes import Backend, mount
from chat.backend.server import WorkbenchServer
from chat.checks import Examination, Level, ThreadHistory
from chat.exchanges import Chunk, Exchange, Request
from chat.protocol import ThreadState, decode_body, fold
from storage import AttachmentFiles, SQLStore, open_database


@dataclass
class Embedded:
    app: FastAPI
    backend: Backend
    server: WorkbenchServer
    store: SQLStore[Any]
    files: AttachmentFiles

    def client(self, **options: Any) -> httpx.AsyncClient:
        """A client that calls the application in this process, without a network."""
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080", **options)

    @asynccontextmanager
    async def served(self) -> AsyncIterator[str]:
        """The URL of the application behind a real server on a free port."""
        listener = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(self.app, log_level="error", lifespan="off", timeout_graceful_shutdown=5)
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve([listener]))
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving


@pytest.fixture
async def embed(tmp_path: Path) -> AsyncIterator[Callable[..., Embedded]]:
    """Makes an embedded backend: `embed(server=WorkbenchServer, max_bytes=…, **options of mount)`."""
    database = open_database(tmp_path / "data" / "workbench.db", busy_timeout=0.1)
    made: list[Backend] = []

    def embed(server: type[WorkbenchServer] = WorkbenchServer, max_bytes: int = 100_000, **options: Any) -> Embedded:
        files = AttachmentFiles(tmp_path / "data" / "attachments")
        store: SQLStore[Any] = SQLStore(database, files)
        attachments = Attachments(store, files, database.key("attachments"), max_bytes=max_bytes)
        chatkit = server(store, attachments, rate=None, attachment_content=attachments)
        app = FastAPI()
        made.append(mount(app, chatkit, **options))
        return Embedded(app, made[-1], chatkit, store, files)

    yield embed
    for backend in made:
        await backend.close()
    await database.aclose()


class Talk:
    """A user of an embedded server, without HTTP: sends operations and keeps the events of every stream."""

    def __init__(self, server: WorkbenchServer, user_id: str = "local") -> None:
        self.server = server
        self.context = RequestContext(user_id=user_id)
        self.thread_id: str | None = None
        self.state = ThreadState()
        self._history = ThreadHistory()

    async def open(self, operation: str, **params: Any) -> AsyncGenerator[bytes, None]:
        """The stream that answers an operation, not begun."""
        result = await self.server.process(json.dumps({"type": operation, "params": params}), self.context)
        assert isinstance(result, StreamingResult)
        return result.json_events

    async def stream(self, operation: str, **params: Any) -> list[Any]:
        """All events of an operation, folded into `state`."""
        return self.take(b"".join([chunk async for chunk in await self.open(operation, **params)]))

    def take(self, body: bytes) -> list[Any]:
        """Fold the events of a body, perhaps only its beginning, into `state`; no rule may find a fault in them."""
        events: list[Any] = decode_body(body)
        stream = Exchange(Request("POST", "", (), streaming=True), chunks=[Chunk(0, body)], outcome="interrupted")
        examination = Examination(stream, self._history)
        for event in events:
            assert event.valid, (event.raw, event.problems)
            fold(self.state, event)
            examination.feed([event])
            if event.type == "thread.created":
                self.thread_id = event.json["thread"]["id"]
        found = [finding for finding in examination.finish() if finding.level is not Level.NOTE]
        faults = [finding for finding in found if finding.rule_id != "lifecycle/ended-in-error"]  # some are to fail
        assert not faults, faults
        self._history = examination.history
        return events

    async def ask(self, operation: str, **params: Any) -> Any:
        """The JSON that answers an operation."""
        result = await self.server.process(json.dumps({"type": operation, "params": params}), self.context)
        assert isinstance(result, NonStreamingResult)
        return json.loads(result.json)

    async def say(self, text: str, **input: Any) -> list[Any]:
        """Send a message: the first one creates the thread."""
        content = [{"type": "input_text", "text": text}]
        message = {"content": content, "attachments": [], "inference_options": {}, **input}
        if self.thread_id is None:
            return await self.stream("threads.create", input=message)
        return await self.stream("threads.add_user_message", thread_id=self.thread_id, input=message)

    async def items(self) -> Any:
        """What the server has stored of the thread and shows, oldest first."""
        page = await self.ask("items.list", thread_id=self.thread_id, limit=1000, order="asc")
        return page["data"]

    def streamed(self) -> list[dict[str, Any]]:
        """What a client has made of the streams."""
        return [item.json for item in self.state.visible_items()]

    def texts(self) -> list[str]:
        """What the assistant has said, message by message."""
        items = self.state.visible_items()
        return [item.text(0) for item in items if item.type == "assistant_message"]


@pytest.fixture
async def talk(embed: Callable[..., Embedded]) -> Talk:
    """A user of an embedded server whose scripted model speaks as fast as it is read."""
    return Talk(embed().server)
