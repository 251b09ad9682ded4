"""The gallery behind a real server, and clients of it."""

import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

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


@pytest.fixture(scope="session")
def gallery() -> Iterator[str]:
    """The URL of a server that holds the gallery, without pauses; `/good/chatkit` is what it is made from.

    Pages of https://shop.example may talk to it.
    """
    app = FastAPI()
    broken = Gallery(rate=None)
    broken.mount(app, ["https://shop.example"])
    app.router.routes.append(Route("/good/{place:path}", GoodBackend()))
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="error", lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    # In a thread of its own, so that all tests can share it: each of them has its own event loop.
    serving = threading.Thread(target=server.run, args=([listener],))
    serving.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    serving.join()
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
            event: Any
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
