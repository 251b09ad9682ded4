"""A backend over real HTTP that answers each operation with what the test says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.checks.streams import sse


@dataclass
class Backend:
    """`answers` by operation: a list of events (`never` waits until the client has gone), a status, or a document."""

    url: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    requests: list[dict[str, Any]] = field(default_factory=list)
    uploads: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    never: object = field(default_factory=object)
    hung_up: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def operations(self) -> list[str]:
        return [request["type"] for request in self.requests]

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/chatkit", self._answer, methods=["POST"]),
                Route("/chatkit/upload", self._upload, methods=["PUT"]),
            ]
        )

    async def _upload(self, request: Request) -> Response:
        self.uploads.append(await request.body())
        return Response()

    async def _answer(self, request: Request) -> Response:
        asked = await request.json()
        self.requests.append(asked)
        self.headers.append(dict(request.headers))
        answer = self.answers[asked["type"]]
        if isinstance(answer, int):
            return Response("No.", status_code=answer)
        if isinstance(answer, dict):
            return JSONResponse(answer)
        return StreamingResponse(self._stream(answer), media_type="text/event-stream")

    async def _stream(self, events: list[Any]) -> AsyncIterator[bytes]:
        try:
            for event in events:
                if event is self.never:
                    await asyncio.Event().wait()
                yield sse(event)
        except (asyncio.CancelledError, GeneratorExit):
            self.hung_up.set()
            raise


@asynccontextmanager
async def serving() -> AsyncIterator[Backend]:
    """A backend that listens on a free port."""
    backend = Backend()
    server = uvicorn.Server(uvicorn.Config(backend.app(), port=0, log_level="error", lifespan="off"))
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    backend.url = f"http://127.0.0.1:{port}/chatkit"
    yield backend
    server.should_exit = server.force_exit = True
    await task
