"""The stage alone, in a page of its own that stands for the workbench, with a relay that answers as told."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from playwright.sync_api import FrameLocator, Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from chat.client import Connection
from chat.exchanges.host_events import HostEvent
from chat.own_failures import FAILURE_HEADER
from chat.relay.stage import Stage
from tests.browser.stand_in import frame_of

KEY = "k1"
BREAK = object()
"""In an answer: the connection breaks here."""

WORKBENCH = """<!doctype html><title>workbench</title><style>
body{margin:0}iframe{width:900px;height:600px;border:0}</style>
<iframe id="stage"></iframe><script>
window.said = [];
addEventListener("message", ({ data, origin }) => said.push({ ...data, origin }));
</script>"""


@dataclass
class Sent:
    """One request of the widget's."""

    headers: dict[str, str]
    body: dict[str, Any]
    at: float
    ended: str = "complete"
    """How its answer ended: complete, or aborted by who asked."""

    @property
    def operation(self) -> str:
        return str(self.body["type"])


@dataclass
class Staged:
    """What stands for a session, its relay and its backend."""

    connection: Connection
    host_events: list[HostEvent] = field(default_factory=list)
    requests: list[Sent] = field(default_factory=list)
    answers: dict[str, Any] = field(default_factory=dict)
    """By operation: (status, media type, pieces), a piece being bytes, seconds or an event to wait for, or `BREAK`."""
    workbench: str = ""
    stage: str = ""

    def take_host_event(self, event: HostEvent) -> None:
        self.host_events.append(event)

    @property
    def names(self) -> list[str]:
        """Of the host events, `chatkit.log` with what it logs."""
        return [f"{e.name}:{e.detail['name']}" if e.name == "chatkit.log" else e.name for e in self.host_events]

    def operations(self) -> list[str]:
        return [request.operation for request in self.requests]

    async def answer(self, request: Request) -> Response:
        sent = Sent(dict(request.headers), await request.json(), time.monotonic())
        self.requests.append(sent)
        status, media_type, pieces = self.answers.get(sent.operation) or self._stored(sent.operation)
        if status == 424:
            return JSONResponse({}, status, headers={FAILURE_HEADER: "unreachable"})
        return StreamingResponse(self._pieces(sent, pieces), status, media_type=media_type)

    def _stored(self, operation: str) -> tuple[int, str, list[Any]]:
        document = {"data": [], "has_more": False} if operation == "threads.list" else {}
        return 200, "application/json", [json.dumps(document).encode()]

    async def _pieces(self, sent: Sent, pieces: list[Any]) -> AsyncIterator[bytes]:
        try:
            for piece in pieces:
                if piece is BREAK:
                    raise ConnectionResetError("as the test wants it")
                if isinstance(piece, float):
                    await asyncio.sleep(piece)
                elif isinstance(piece, threading.Event):
                    await asyncio.to_thread(piece.wait, 30)
                else:
                    yield piece
        except asyncio.CancelledError:
            sent.ended = "aborted"
            raise


def event(document: dict[str, Any]) -> bytes:
    """One event of a stream."""
    return f"data: {json.dumps(document)}\n\n".encode()


STAMP = "2026-01-01T00:00:00Z"


def turn(*texts: str, thread: str = "thr_1") -> list[Any]:
    """The events of a first turn that answers with `texts`, piece after piece."""
    user = {"type": "user_message", "id": "u1", "thread_id": thread, "created_at": STAMP, "attachments": []}
    part = {"type": "output_text", "text": "", "annotations": []}
    answer = {"type": "assistant_message", "id": "a1", "thread_id": thread, "created_at": STAMP, "content": []}
    update = "assistant_message.content_part"
    return [
        event({"type": "thread.created", "thread": {"id": thread, "created_at": STAMP}}),
        event({"type": "thread.item.done", "item": {**user, "content": [{"type": "input_text", "text": "Hello"}]}}),
        event({"type": "thread.item.added", "item": answer}),
        event(_updated({"type": f"{update}.added", "content_index": 0, "content": part})),
        *(event(_updated({"type": f"{update}.text_delta", "content_index": 0, "delta": text})) for text in texts),
        event({"type": "thread.item.done", "item": {**answer, "content": [{**part, "text": "".join(texts)}]}}),
    ]


def _updated(update: dict[str, Any]) -> dict[str, Any]:
    return {"type": "thread.item.updated", "item_id": "a1", "update": update}


class StagePage:
    """The stage inside of what stands for the workbench."""

    def __init__(self, page: Page, staged: Staged) -> None:
        self.page = page
        self.staged = staged

    def open(self) -> StagePage:
        self.page.goto(self.staged.workbench)
        self.page.evaluate("(address) => (document.getElementById('stage').src = address)", self.staged.stage)
        return self

    @property
    def stage(self) -> FrameLocator:
        return self.page.frame_locator("#stage")

    @property
    def widget(self) -> FrameLocator:
        return frame_of(self.stage)

    def ready(self) -> StagePage:
        """Wait until the widget says that it is ready."""
        self.page.wait_for_function("said.some(({ facts }) => facts?.ready)")
        return self

    def say(self, text: str) -> None:
        self.widget.locator("textarea").fill(text)
        self.widget.locator("textarea").press("Enter")

    def ask(self, message: dict[str, Any]) -> None:
        """Send the stage a message, as the workbench does."""
        self.page.evaluate(
            "(message) => document.getElementById('stage').contentWindow.postMessage(message, '*')", message
        )

    def facts(self) -> dict[str, Any]:
        found = self.page.evaluate("said.findLast(({ facts }) => facts)?.facts")
        assert isinstance(found, dict)
        return found

    def until(self, condition: Any, seconds: float = 15) -> None:
        """Wait until something holds here, in Python."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, (self.staged.names, self.staged.operations())
            self.page.evaluate("new Promise((done) => setTimeout(done, 10))")  # the browser's events go on


@contextmanager
def served(app: ASGIApp) -> Iterator[int]:
    """Serve an application on a free port of the loopback."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=1))
    running = threading.Thread(target=lambda: server.run(sockets=[listening]), daemon=True)
    running.start()
    deadline = time.monotonic() + 20
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    assert server.started
    yield int(listening.getsockname()[1])
    server.should_exit = server.force_exit = True
    running.join(10)


@contextmanager
def staged(options: dict[str, Any] | None = None, *, ready_within: float = 15) -> Iterator[Staged]:
    """A stage with these options, and the page that frames it."""
    session = Staged(Connection(url="http://127.0.0.1:9/chatkit"))
    secret = "the reader's own"
    page = Starlette(
        routes=[
            Route("/", lambda _: HTMLResponse(WORKBENCH)),
            Route("/token", lambda _: JSONResponse({"token": secret})),
        ]
    )
    with served(page) as workbench_port:
        stage = Stage({KEY: session}.get, workbench_port, ready_within=ready_within)
        stage.set(KEY, options or {})
        relay = Route(f"/relay/{KEY}/chatkit", session.answer, methods=["POST"])
        with served(Starlette(routes=[*stage.routes(), relay])) as stage_port:
            session.workbench = f"http://127.0.0.1:{workbench_port}/"
            session.stage = f"http://127.0.0.1:{stage_port}/stage/{KEY}?theme=light"
            yield session
