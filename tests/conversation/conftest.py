"""A backend that says what the test wants, and a conversation with it."""

import asyncio
import inspect
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from chat.backend.embedded import EmbeddedBackend
from chat.client import ChatKitClient, Connection
from chat.conversation.conversation import Conversation
from tests.conftest import free_port
from tests.conversation.conversation_backend import Backend, until


@pytest.fixture
async def backend() -> AsyncIterator[Backend]:
    app, told = FastAPI(), Backend()

    @app.post("/chatkit")
    async def chatkit(request: Request) -> Response:
        body = await request.json()
        told.requests.append(body)
        answer = told.answers.get(body["type"], {})
        if callable(answer):
            answer = answer(body["params"])
            answer = await answer if inspect.isawaitable(answer) else answer
        if isinstance(answer, bytes):
            return Response(answer, media_type="application/json")
        if isinstance(answer, int):
            return JSONResponse({"message": "The database is on fire."}, answer)
        if isinstance(answer, list):
            return StreamingResponse(told.stream(answer), media_type="text/event-stream")
        return JSONResponse(answer)

    @app.put("/files/{name}")
    async def put(name: str, request: Request) -> Response:
        told.uploads.append(await request.body())
        return Response()

    @app.put("/refusing/{name}")
    async def refuse(name: str) -> Response:
        return JSONResponse({"message": "The bucket takes 3 bytes."}, 413)

    @app.post("/direct")
    async def direct(request: Request) -> Response:
        told.uploads.append(await request.body())
        return JSONResponse({"type": "file", "id": "att_direct", "name": "notes.txt", "mime_type": "text/plain"})

    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", timeout_graceful_shutdown=1))
    running = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    told.url = f"http://127.0.0.1:{port}/chatkit"
    yield told
    server.should_exit = True
    await running


@pytest.fixture
def conversation(backend: Backend) -> Conversation:
    return Conversation(ChatKitClient(Connection(backend.url)))


@pytest.fixture
async def embedded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Conversation]:
    """A conversation with the embedded backend."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    backend, app, port = EmbeddedBackend(tmp_path / "data", rate=None), FastAPI(), free_port()
    backend.mount(app)
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    yield Conversation(ChatKitClient(Connection(f"http://127.0.0.1:{port}/chatkit")))
    server.should_exit = True
    await serving
    await backend.close()
