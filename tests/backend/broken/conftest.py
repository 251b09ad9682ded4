"""The gallery behind a real server, and clients of it."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
import uvicorn
from chatkit.types import UserMessageInput
from fastapi import FastAPI
from starlette.routing import Route

from chat.backend.broken import Gallery
from chat.backend.broken.good import GoodBackend
from chat.client import ChatKitClient, Connection
from chat.errors import WorkbenchError
from chat.exchanges import Exchange


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[str]:
    """The URL of an application behind a real server on a free port."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="error", lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve([listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving


@pytest.fixture
async def gallery() -> AsyncIterator[str]:
    """The URL of a server that holds the gallery, without pauses; `/good/chatkit` is what it is made from."""
    app = FastAPI()
    broken = Gallery(rate=None)
    broken.mount(app)
    app.router.routes.append(Route("/good/{place:path}", GoodBackend()))
    async with served(app) as url:
        yield url
    broken.close()


def message(text: str) -> UserMessageInput:
    content = [{"type": "input_text", "text": text}]
    return UserMessageInput.model_validate({"content": content, "attachments": [], "inference_options": {}})


class User:
    """Somebody who talks to one backend; every exchange is kept."""

    def __init__(self, connection: Connection) -> None:
        self.exchanges: list[Exchange] = []
        self.client = ChatKitClient(connection, self.exchanges.append)
        self.thread_id = ""

    async def say(self, text: str) -> Exchange:
        """Send a message: the first one creates the thread."""
        said = message(text)
        stream = self.client.add_user_message(self.thread_id, said) if self.thread_id else None
        stream = stream or self.client.create_thread(said)
        try:
            async for event in stream:
                if event.type == "thread.created":
                    self.thread_id = event.json["thread"]["id"]
        except WorkbenchError:
            pass
        return stream.exchange

    async def ask(self, operation: str, **params: object) -> Exchange:
        """Send any operation."""
        exchange = await self.client.raw({"type": operation, "params": params})
        self.exchanges.append(exchange) if exchange not in self.exchanges else None
        return exchange


@pytest.fixture
def visit(gallery: str) -> Callable[..., User]:
    """`visit(path, …)`: a user of the backend at this path; the rest is for its `Connection`."""
    return lambda path, **options: User(Connection(gallery + path, **options))
