"""The gallery answers before all middleware: what it breaks arrives broken."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import Response

from chat.backend.broken import Gallery

PLACE = "/broken/transport/truncated/chatkit"
INPUT = {"content": [{"type": "input_text", "text": "Hello"}], "attachments": [], "inference_options": {}}
MESSAGE = {"type": "threads.create", "params": {"input": INPUT}}
MOVED = (
    "Starlette no longer runs an application through `middleware_stack`, which `chat/backend/broken/outermost.py` "
    "exchanges: answers that the gallery breaks off reach the page whole. Find the new place, or a public one."
)


class Around(BaseHTTPMiddleware):
    """Middleware of the kind that NiceGUI puts around everything."""

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        response = await call_next(request)
        response.headers["x-around"] = "yes"
        return response


@asynccontextmanager
async def served(stand_before: bool) -> AsyncIterator[str]:
    """The gallery in an application with middleware around it, which it stands before or not, on a real server."""
    gallery = Gallery(rate=None)

    @asynccontextmanager
    async def running(app: FastAPI) -> AsyncIterator[None]:
        if stand_before:
            gallery.stand_before(app, "127.0.0.1")
        yield

    app = FastAPI(lifespan=running)
    gallery.mount(app)
    app.add_middleware(Around)
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical"))
    serving = asyncio.create_task(server.serve([listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving
        gallery.close()


async def read_whole(client: httpx.AsyncClient) -> httpx.Response:
    return await client.post(PLACE, content=json.dumps(MESSAGE))


async def test_what_is_broken_off_arrives_broken_off() -> None:
    async with (
        served(stand_before=True) as url,
        httpx.AsyncClient(base_url=url, trust_env=False, verify=False) as client,
    ):
        try:
            await read_whole(client)
        except httpx.RemoteProtocolError:
            return
    pytest.fail(MOVED)


async def test_middleware_would_bring_it_to_a_clean_end() -> None:
    """The reason for the door: when this fails, it is needed no more."""
    async with (
        served(stand_before=False) as url,
        httpx.AsyncClient(base_url=url, trust_env=False, verify=False) as client,
    ):
        answer = await read_whole(client)
    assert answer.status_code == 200
    assert answer.headers["x-around"] == "yes"


async def test_other_paths_have_their_middleware_and_foreign_hosts_are_refused() -> None:
    async with (
        served(stand_before=True) as url,
        httpx.AsyncClient(base_url=url, trust_env=False, verify=False) as client,
    ):
        assert (await client.get("/nothing")).headers["x-around"] == "yes"
        assert (await client.post(PLACE, headers={"host": "evil.example"})).status_code == 400
