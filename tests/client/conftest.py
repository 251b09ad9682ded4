"""Backends to talk to: one that writes exactly the bytes a test wants, and a real one made with the SDK."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from chatkit.server import ChatKitServer, StreamingResult
from chatkit.types import (
    AssistantMessageContent,
    AssistantMessageContentPartAdded,
    AssistantMessageContentPartTextDelta,
    AssistantMessageItem,
    HiddenContextItem,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemUpdatedEvent,
)
from fastapi import FastAPI, Request
from fastapi.responses import Response, StreamingResponse

from chat.client import ChatKitClient, Connection
from storage import SQLStore, open_database

Answer = Callable[["Call"], Awaitable[None]]


@dataclass
class Call:
    """One connection that a client made, with the request that came on it."""

    head: str
    body: bytes
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    left: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the client has closed the connection."""

    def header(self, name: str) -> list[str]:
        lines = [line.partition(":") for line in self.head.split("\r\n")[1:]]
        return [value.strip() for key, _, value in lines if key.lower() == name.lower()]

    async def write(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()

    async def head_of(self, status: str = "200 OK", *headers: str, kind: str = "text/event-stream") -> None:
        lines = [f"HTTP/1.1 {status}", *([f"Content-Type: {kind}"] if kind else []), *headers, "", ""]
        await self.write("\r\n".join(lines).encode())

    async def chunk(self, data: bytes) -> None:
        await self.write(b"%x\r\n%s\r\n" % (len(data), data))

    async def answer(self, body: bytes, status: str = "200 OK", kind: str = "application/json", *headers: str) -> None:
        await self.head_of(status, f"Content-Length: {len(body)}", *headers, kind=kind)
        await self.write(body)

    def reset(self) -> None:
        """Close so that the client gets a reset instead of an end."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        self.writer.transport.abort()


@dataclass
class Backend:
    """A server on 127.0.0.1 and every call it had."""

    url: str
    calls: list[Call]


async def _read_call(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Call:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    call = Call(head, b"", reader, writer)
    length = call.header("content-length")
    call.body = await reader.readexactly(int(length[0])) if length else b""
    return call


async def _watch(call: Call) -> None:
    try:
        while await call.reader.read(1024):
            pass
    except OSError:
        pass
    call.left.set()


StartBackend = Callable[..., Awaitable[Backend]]
Until = Callable[[Callable[[], object]], Awaitable[None]]


@pytest.fixture
async def backend() -> AsyncIterator[StartBackend]:
    """`await backend(answer)` starts a server whose connections are all answered by `answer(call)`."""
    servers: list[asyncio.Server] = []
    watchers: set[asyncio.Task[None]] = set()

    async def start(answer: Answer, tls: ssl.SSLContext | None = None) -> Backend:
        calls: list[Call] = []

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                call = await _read_call(reader, writer)
                calls.append(call)
                watcher = asyncio.create_task(_watch(call))
                watchers.add(watcher)
                watcher.add_done_callback(watchers.discard)
                await answer(call)
            except (OSError, asyncio.IncompleteReadError):
                pass
            finally:
                writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
        servers.append(server)
        port = server.sockets[0].getsockname()[1]
        return Backend(f"http{'s' if tls else ''}://127.0.0.1:{port}/chatkit", calls)

    yield start
    for server in servers:
        server.close()
    for watcher in list(watchers):
        watcher.cancel()


async def wait_until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - conditions of the code under test have no event to wait for
            await asyncio.sleep(0.002)


@pytest.fixture
def until() -> Until:
    """`await until(lambda: …)` waits for a condition."""
    return wait_until


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Visitor:
    user_id: str = "ada"


class Parrot(ChatKitServer[Visitor]):
    """Repeats what was said, word by word; "hide N" stores N hidden items first."""

    async def respond(self, thread: Any, item: Any, context: Any) -> AsyncIterator[Any]:
        text = "".join(part.text for part in item.content) if item is not None else "again"
        if text.startswith("hide "):
            for _ in range(int(text.split()[1])):
                name = self.store.generate_item_id("message", thread, context)
                hidden = HiddenContextItem(id=name, thread_id=thread.id, created_at=datetime.now(), content="secret")
                await self.store.add_thread_item(thread.id, hidden, context)
        name = self.store.generate_item_id("message", thread, context)
        message = AssistantMessageItem(id=name, thread_id=thread.id, created_at=datetime.now(), content=[])
        yield ThreadItemAddedEvent(item=message)
        part = AssistantMessageContent(text="")
        yield ThreadItemUpdatedEvent(
            item_id=name, update=AssistantMessageContentPartAdded(content_index=0, content=part)
        )
        for word in text.split():
            delta = AssistantMessageContentPartTextDelta(content_index=0, delta=word + " ")
            yield ThreadItemUpdatedEvent(item_id=name, update=delta)
        done = message.model_copy(update={"content": [AssistantMessageContent(text=text)]})
        yield ThreadItemDoneEvent(item=done)

    async def add_feedback(self, thread_id: Any, item_ids: Any, feedback: Any, context: Any) -> None:
        return None


@pytest.fixture
async def parrot(tmp_path: Path) -> AsyncIterator[ChatKitClient]:
    """A client of a real ChatKit server, as its documentation says to mount it, over HTTP."""
    database = open_database(tmp_path / "parrot.db")
    server = Parrot(SQLStore(database))
    app = FastAPI()

    @app.post("/chatkit")
    async def chatkit(request: Request) -> Response:
        result = await server.process(await request.body(), Visitor())
        if isinstance(result, StreamingResult):
            return StreamingResponse(result, media_type="text/event-stream")
        return Response(result.json, media_type="application/json")

    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, log_level="critical", lifespan="off")
        running = uvicorn.Server(config)
        task = asyncio.create_task(running.serve(sockets=[listening]))
        client = ChatKitClient(Connection(f"http://127.0.0.1:{listening.getsockname()[1]}/chatkit"))
        await wait_until(lambda: running.started)
        yield client
        running.should_exit = True
        await task
    database.close()
