"""What `auth/cookie` says to type, typed in: a page of another origin keeps the backend's cookie and sends it back."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import HTMLResponse, JSONResponse, Response
from playwright.sync_api import BrowserContext

from chat.checks import CATALOGUE

pytestmark = pytest.mark.browser

_BACKEND, _, _PAGE = CATALOGUE["auth/cookie"].fix.partition("# and in the page:")
_FETCH = _PAGE.partition("fetch: ")[2].partition("}\n")[0]


def application(page: str, fixed: bool) -> FastAPI:
    """A backend that sets a cookie and says which it was sent. `page` is the origin of the page that asks."""
    app = FastAPI()
    if fixed:
        names: dict[str, Any] = {"app": app, "CORSMiddleware": CORSMiddleware}
        exec(_BACKEND.replace("https://your-site.example", page), names)
    else:
        app.add_middleware(CORSMiddleware, allow_origins=[page], allow_methods=["*"], allow_headers=["*"])

    @app.post("/chatkit")
    async def chatkit(request: Request) -> Response:
        answer = JSONResponse({"known": "session" in request.cookies})
        answer.set_cookie("session", "one", httponly=True)
        return answer

    @app.get("/")
    async def nothing() -> Response:
        return HTMLResponse("<!doctype html><title>A page with the widget</title>")

    return app


@pytest.fixture
def origins(fixed: bool) -> Iterator[list[str]]:
    """Of the page and of the backend: two ports of one server."""
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
    places = [f"http://127.0.0.1:{listener.getsockname()[1]}" for listener in listeners]
    app = application(places[0], fixed)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    running = threading.Thread(target=lambda: server.run(sockets=listeners), daemon=True)
    running.start()
    while not server.started:
        time.sleep(0.01)
    yield places
    server.should_exit = True
    running.join(10)


@pytest.mark.parametrize("fixed", [False, True])
def test_the_cookie_comes_back_only_with_the_fix(context: BrowserContext, origins: list[str], fixed: bool) -> None:
    page = context.new_page()
    page.goto(f"{origins[0]}/")
    send = _FETCH if fixed else "(input, init) => fetch(input, init)"
    script = f"""async (url) => {{
        const send = {send};
        const headers = {{"content-type": "application/json", "chatkit-frame-instance-id": "1"}};
        const ask = async () => (await send(url, {{method: "POST", headers, body: "{{}}"}})).json();
        await ask();
        return (await ask()).known;
    }}"""
    assert page.evaluate(script, f"{origins[1]}/chatkit") is fixed
