"""The page as a person uses it, and small foreign backends to point it at."""

import asyncio
import contextlib
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from playwright.sync_api import BrowserContext, Locator, Page, TimeoutError, expect

from tests.conftest import Running, Start

expect.set_options(timeout=15_000)


STREAMING = ".conversation.is-running, [data-testid=stop], [data-testid=send][title^='Wait until the answer']"
"""There while an answer streams. Not every answer may be stopped."""


ANSWER = "[data-testid=item][data-item-type=assistant_message]"
OVER = ".q-dialog, .q-menu, dialog[open]"
"""What lies over the page."""

# In one go each: every step that Playwright takes by itself costs the page more than what it does there.
UNFOLD = """() => {
    window.copies = [];
    if (document.querySelector("[data-testid=inspector]").checkVisibility({ visibilityProperty: true })) return false;
    document.querySelector("[data-testid=toggle-inspector]").click();
    return true;
}"""
NEW_THREAD = """() => {
    for (const one of document.querySelectorAll("[data-testid=composer]")) one.dataset.before = "";
    document.querySelector("[data-testid=new-thread]").click();
}"""
ANSWERED = """([answer, streaming, before]) => {
    const answers = document.querySelectorAll(answer);
    return answers.length === before + 1 && answers[before].dataset.status === "done"
        && !document.querySelector(streaming) && !document.querySelector("[data-testid=composer]").value;
}"""
BEGUN = """() => document.querySelector("[data-testid=composer]:not([data-before])")?.checkVisibility()
    && !document.querySelector("[data-testid=item]")"""


class Workbench:
    """The page by its stable test ids."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url

    def open(self, path: str = "/") -> "Workbench":
        self.page.goto(self.url + path)
        expect(self.composer).to_be_visible()
        return self

    @property
    def composer(self) -> Locator:
        return self.page.get_by_test_id("composer")

    @property
    def items(self) -> Locator:
        return self.page.get_by_test_id("item")

    @property
    def answer(self) -> Locator:
        return self.page.locator(ANSWER).last

    @property
    def threads(self) -> Locator:
        return self.page.get_by_test_id("thread-row")

    @property
    def events(self) -> Locator:
        return self.page.get_by_test_id("event-row")

    def say(self, text: str) -> None:
        self.composer.fill(text)
        self.composer.press("Enter")

    def ask(self, text: str) -> Locator:
        """Say something and wait until the answer is done."""
        answers = self.page.locator(ANSWER)
        before = answers.count()
        self.say(text)
        try:
            self.page.wait_for_function(ANSWERED, arg=[ANSWER, STREAMING, before], timeout=60_000)
        except TimeoutError:  # of what it waits for: these say what is missing
            expect(answers).to_have_count(before + 1)
            expect(self.answer).to_have_attribute("data-status", "done")
            expect(self.composer).to_have_value("")  # which it is when the page has heard that the message was taken
            raise
        self.drawn()
        return self.answer

    def new_thread(self) -> None:
        """Show the start screen, which has a composer of its own."""
        self.page.evaluate(NEW_THREAD)
        self.page.wait_for_function(BEGUN)

    def begin(self) -> "Workbench":
        """Be as a new window is, but for the backend: nothing lies over the page, the inspector is open, and the start
        screen is shown."""
        if self.page.locator(OVER).count():
            self.page.keyboard.press("Escape")
            expect(self.page.locator(OVER)).to_have_count(0)
        if self.page.evaluate(UNFOLD):
            expect(self.page.get_by_test_id("inspector")).to_be_visible()
        self.new_thread()
        if self.composer.input_value():
            self.composer.fill("")
        return self

    def at_home(self) -> "Workbench":
        """Begin anew at the backend that comes with it."""
        self.begin()
        own = f"{self.url}/chatkit"
        if self.page.get_by_test_id("connection-url").input_value() != own:
            self.connect(own)
        return self

    def idle(self) -> None:
        """Wait until nothing streams, as the conversation knows it, and the composer, which hears of it by itself."""
        expect(self.page.locator(STREAMING)).to_have_count(0, timeout=60_000)
        self.drawn()

    def drawn(self) -> None:
        """Wait until the page has been drawn as it is now, and its observers have heard of it: until the next frame,
        what has just become skippable has no inner text."""
        self.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def connect(self, url: str) -> None:
        """Point the page at another backend and wait until it is known whether that works, and the address says so."""
        field, state = self.page.get_by_test_id("connection-url"), self.page.get_by_test_id("connection-state")
        elsewhere = state.get_attribute("data-url") != url
        before = profile_in(self.page.url)
        field.fill(url)
        field.press("Enter")
        known = f'[data-testid=connection-state][data-url="{url}"]:is(.ok, .failed)'
        expect(self.page.locator(known)).to_be_visible()
        if elsewhere:  # what is drawn comes before the address: a reload between the two would show the old place
            self.page.wait_for_url(lambda now: profile_in(now) != before, wait_until="commit")


def profile_in(address: str) -> list[str] | None:
    return parse_qs(urlsplit(address).query).get("profile")


def until(page: Page, condition: Callable[[], object]) -> None:
    """Wait until something holds here, in Python, while the page goes on."""
    deadline = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < deadline
        page.wait_for_timeout(10)


SAYING = """([place, words]) => {
    window.said = false;
    const look = ({ target, addedNodes }) => {
        const within = [target.closest ? target : target.parentElement].map((one) => one?.closest(place));
        for (const one of addedNodes) if (one.querySelectorAll) within.push(one, ...one.querySelectorAll(place));
        const says = (one) => one?.matches(place) && one.textContent.includes(words) && one.checkVisibility();
        window.said ||= within.some(says);
    };
    const all = { childList: true, characterData: true, subtree: true };
    new MutationObserver((changes) => changes.forEach(look)).observe(document.body, all);
}"""


TOAST = ".conversation-toast"
"""Where the page tells something for four seconds."""


def click_saying(button: Locator, words: str, place: str = "button") -> None:
    """Click what lets such a place say these words then, for a moment: who looks later does not see them any more."""
    button.page.evaluate(SAYING, [place, words])
    button.click()
    button.page.wait_for_function("window.said")


@pytest.fixture(scope="module")
def shared(lasting_context: BrowserContext, workbench: Running) -> Workbench:
    """One page for those tests of a file that only `begin` anew in it: to open one takes longer than most of them."""
    return Workbench(lasting_context.new_page(), workbench.url).open()


@pytest.fixture(scope="module")
def lasting_page(lasting_context: BrowserContext) -> Page:
    return lasting_context.new_page()


@pytest.fixture
def page(lasting_page: Page, context: BrowserContext) -> Page:
    """The page in which tests of a file open what they look at, one after the other; nothing is routed in it yet."""
    lasting_page.unroute_all()
    return lasting_page


@pytest.fixture
def app(context: BrowserContext, workbench: Running) -> Workbench:
    """A fresh browser profile on the shared workbench, at its start screen."""
    return Workbench(context.new_page(), workbench.url).open()


@pytest.fixture
def unhurried(context: BrowserContext, start: Start) -> Workbench:
    """A workbench of the test's own, whose long answers take seconds: something can be done in their middle."""
    return Workbench(context.new_page(), start("--rate", "100").url).open()


@dataclass
class Foreign:
    """A ChatKit backend written by hand, without the SDK, as strangers write them. Keeps what it was asked."""

    url: str
    requests: list[tuple[dict[str, str], dict[str, Any]]] = field(default_factory=list)
    answers: dict[str, list[Any]] = field(default_factory=dict)
    """Events to stream for a message text; a float waits, a `threading.Event` is waited for, bytes are sent as such."""
    threads: list[dict[str, Any]] = field(default_factory=list)
    items: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    status: int = 200
    gate: threading.Event | None = None
    """What pages of items with a cursor wait for."""
    required: tuple[str, str] | None = None
    by_cookie: bool = False
    """Whether a visitor is known by a cookie, and a new one has no threads."""
    documents: dict[str, Any] = field(default_factory=dict)
    """Answers of operations that are no streams, where they are other than usual: JSON, by their names."""
    paged: bool = False
    """Whether threads are listed in pages of the length that is asked for, or all at once."""
    ended: threading.Event = field(default_factory=threading.Event)
    """Set when a stream has been sent to its end."""

    def operations(self) -> list[str]:
        return [body["type"] for _, body in self.requests]

    def forget(self) -> None:
        """Be as at the beginning: nothing stored, nothing to say, and nothing asked yet."""
        vars(self).update(vars(Foreign(self.url)))


STAMP = "2026-01-01T00:00:00"
VISITOR = "visitor-number-four-hundred"


def thread(thread_id: str, title: str | None = None) -> dict[str, Any]:
    head = {
        "id": thread_id,
        "created_at": STAMP,
        "status": {"type": "active"},
        "items": {"data": [], "has_more": False},
    }
    return {**head, "title": title} if title else head


def user_item(thread_id: str, item_id: str, text: str) -> dict[str, Any]:
    content = [{"type": "input_text", "text": text}]
    head = {"id": item_id, "thread_id": thread_id, "created_at": STAMP, "type": "user_message"}
    return {**head, "content": content, "attachments": [], "inference_options": {}}


def assistant_item(thread_id: str, item_id: str, text: str) -> dict[str, Any]:
    content = [{"type": "output_text", "text": text, "annotations": []}]
    return {"id": item_id, "thread_id": thread_id, "created_at": STAMP, "type": "assistant_message", "content": content}


def _application(foreign: Foreign) -> FastAPI:
    app = FastAPI()

    @app.post("/api/chatkit")
    async def chatkit(request: Request) -> Response:
        body = await request.json()
        foreign.requests.append((dict(request.headers), body))
        if foreign.required and request.headers.get(foreign.required[0]) != foreign.required[1]:
            return JSONResponse({"message": "Who are you?"}, 401)
        params = body["params"]
        if foreign.gate is not None and params.get("after"):
            await asyncio.to_thread(foreign.gate.wait, 30)
        if foreign.status != 200:
            return JSONResponse({"message": "The database is on fire."}, foreign.status)
        if body["type"] in foreign.documents:
            return JSONResponse(foreign.documents[body["type"]])
        match body["type"]:
            case "threads.list":
                stranger = foreign.by_cookie and "visitor" not in request.cookies
                start = next((i + 1 for i, one in enumerate(foreign.threads) if one["id"] == params.get("after")), 0)
                end = start + params["limit"] if foreign.paged else None
                shown = [] if stranger else foreign.threads[start:end]
                more = end is not None and end < len(foreign.threads)
                listed = JSONResponse({"data": shown, "has_more": more, "after": shown[-1]["id"] if more else None})
                if stranger:
                    listed.set_cookie("visitor", VISITOR, httponly=True)
                return listed
            case "threads.get_by_id":
                stored = foreign.items.get(params["thread_id"], [])
                page = {
                    "data": stored[:20],
                    "has_more": len(stored) > 20,
                    "after": stored[19]["id"] if stored[19:] else None,
                }
                return JSONResponse({**thread(params["thread_id"]), "items": page})
            case "items.list":
                stored = foreign.items.get(params["thread_id"], [])
                if params.get("order") != "asc":
                    stored = stored[::-1]
                start = next((i + 1 for i, item in enumerate(stored) if item["id"] == params.get("after")), 0)
                limit = params.get("limit") or 20
                shown = stored[start : start + limit]
                more = start + limit < len(stored)
                return JSONResponse({"data": shown, "has_more": more, "after": shown[-1]["id"] if more else None})
            case "threads.create" | "threads.add_user_message" | "threads.retry_after_item":
                text = "".join(part.get("text", "") for part in params.get("input", {}).get("content", []))
                return StreamingResponse(_stream(foreign, text), media_type="text/event-stream")
        return JSONResponse({"message": f"{body['type']} is not implemented here."}, 501)

    @app.put("/files/{name}")
    async def store(name: str) -> Response:
        return Response() if name == "good" else JSONResponse({"message": "The bucket is full."}, 507)

    return app


async def _stream(foreign: Foreign, text: str) -> Any:
    for part in foreign.answers.get(text, foreign.answers.get("", [])):
        if isinstance(part, float):
            await asyncio.sleep(part)
        elif isinstance(part, threading.Event):
            await asyncio.to_thread(part.wait, 30)
        elif isinstance(part, bytes):
            yield part
        else:
            yield f"data: {json.dumps(part)}\n\n".encode()
    foreign.ended.set()


@pytest.fixture
def foreign() -> Iterator[Foreign]:
    """A foreign backend on a port of its own."""
    with foreign_at(0) as backend:
        yield backend


@pytest.fixture(scope="module")
def lasting_foreign() -> Iterator[Foreign]:
    """A foreign backend for the tests of a file: each lets it `forget` first."""
    with foreign_at(0) as backend:
        yield backend


@pytest.fixture(scope="module")
def profile(lasting_foreign: Foreign, lasting_context: BrowserContext, workbench: Running) -> str:
    """The name under which the workbench knows that backend."""
    page = lasting_context.new_page()
    Workbench(page, workbench.url).open().connect(lasting_foreign.url)
    page.wait_for_url(re.compile("profile="))
    page.close()
    return parse_qs(urlsplit(page.url).query)["profile"][0]


@contextlib.contextmanager
def foreign_at(port: int, **known: Any) -> Iterator[Foreign]:
    """A foreign backend on this port, 0 for any, with what it has from the first; `OSError` when the port is taken."""
    listening = socket.create_server(("127.0.0.1", port))
    port = listening.getsockname()[1]
    backend = Foreign(f"http://127.0.0.1:{port}/api/chatkit", **known)
    server = uvicorn.Server(uvicorn.Config(_application(backend), log_level="warning"))
    running = threading.Thread(target=lambda: server.run(sockets=[listening]), daemon=True)
    running.start()
    deadline = time.monotonic() + 20
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    assert server.started
    httpx.get(f"http://127.0.0.1:{port}/", trust_env=False, verify=False)
    try:
        yield backend
    finally:
        server.should_exit = True
        server.force_exit = True
        running.join(10)


@pytest.fixture
def nobody() -> Iterator[str]:
    """An address on which nothing listens: its port is taken by somebody who does not."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}/chatkit"
