"""A page of another port, in the same browser as the workbench: what it can do to it, which is next to nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Workbench
from tests.conftest import Running

pytestmark = pytest.mark.browser

_PAGE = b"<!doctype html><title>Elsewhere</title><p>Win a prize!</p>"


class _Elsewhere(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(_PAGE)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The port of a server with somebody else's page."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Elsewhere)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    yield server.server_address[1]
    server.shutdown()
    serving.join()


@pytest.fixture(scope="module", params=["127.0.0.1", "localhost"], ids=["the same site", "another site"])
def home(request: pytest.FixtureRequest, port: int) -> str:
    """Where the page is at home. To the browser another port is the same site; another name is another site."""
    return f"http://{request.param}:{port}/"


@pytest.fixture
def elsewhere(page: Page, home: str) -> Page:
    """The page, loaded anew: nothing of an earlier test is in it. What the browser keeps of it goes after the test."""
    page.goto(home)
    return page


def answered(page: Page, url: str, script: str) -> int:
    """The status that the workbench answers when the page does this with a URL of it.

    Read below what pages are told: of an answer that the browser then keeps from its page, Playwright has no response.
    """
    devtools = page.context.new_cdp_session(page)
    sent: dict[str, str] = {}
    statuses: dict[str, int] = {}
    devtools.on("Network.requestWillBeSent", lambda event: sent.update({event["requestId"]: event["request"]["url"]}))
    devtools.on(
        "Network.responseReceivedExtraInfo",
        lambda event: statuses.update({event["requestId"]: event["statusCode"]}),
    )
    devtools.send("Network.enable")
    page.evaluate(script, url)
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        for request_id, status in statuses.items():
            if sent.get(request_id) == url:
                devtools.detach()
                return status
        page.wait_for_timeout(10)
    raise AssertionError(f"{url} was not answered: {sent}, {statuses}")


PLACES = ["/", "/workbench/assets/workbench.css", "/broken/time/naive/chatkit"]
WAYS = {
    "image": "url => { new Image().src = url }",
    "script": "url => { const it = document.createElement('script'); it.src = url; document.body.append(it) }",
    "style": "url => { const it = document.createElement('link'); it.rel = 'stylesheet'; it.href = url;"
    " document.head.append(it) }",
    "fetch": "url => { fetch(url, {mode: 'no-cors', credentials: 'include'}) }",
    "post": "url => { fetch(url, {method: 'POST', mode: 'no-cors', body: '{}'}) }",
    "read": "url => { fetch(url).catch(() => {}) }",
    "frame": "url => { const it = document.createElement('iframe'); it.src = url; document.body.append(it) }",
    "object": "url => { const it = document.createElement('object'); it.data = url; document.body.append(it) }",
    "form": "url => { const it = document.createElement('form'); it.method = 'POST'; it.action = url;"
    " document.body.append(it); it.submit() }",
    "form in a frame": "url => { document.body.insertAdjacentHTML('beforeend', `<iframe name=inside></iframe>"
    "<form method=post target=inside action='${url}'></form>`); document.forms[0].submit() }",
}


@pytest.mark.parametrize("way", WAYS)
def test_it_gets_nothing(way: str, elsewhere: Page, home: str, workbench: Running) -> None:
    for path in PLACES:
        if path != PLACES[0]:  # for which it has just been loaded
            elsewhere.goto(home)
        assert answered(elsewhere, workbench.url + path, WAYS[way]) == 403, path
        if way == "form":  # which leads away from the page: on its way there, it goes nowhere else
            elsewhere.wait_for_url(workbench.url + path)


@pytest.mark.parametrize("path", ["/_nicegui_ws/socket.io/?EIO=4&transport=websocket", "/"])
def test_it_opens_no_socket(path: str, elsewhere: Page, workbench: Running) -> None:
    ended = elsewhere.evaluate(
        """url => new Promise(done => {
            const socket = new WebSocket(url)
            socket.onopen = () => done('open')
            socket.onclose = event => done(event.code)
        })""",
        workbench.url.replace("http", "ws", 1) + path,
    )
    assert ended == 1006, "refused before it opened"


READ = """async url => {
    const body = JSON.stringify({type: 'threads.list', params: {}})
    try { return (await (await fetch(url, {method: 'POST', body})).json()).data.length } catch (error) { return 'no' }
}"""


@pytest.fixture(scope="module")
def reader(shared: Workbench) -> Workbench:
    """Has threads on the embedded backend, and on one of the gallery."""
    shared.ask("My secret plan, in 0.1 kB")
    shared.page.get_by_test_id("open-gallery").click()
    shared.page.locator('[data-testid="gallery-entry"][data-rule-id="cors/response"]').click()
    expect(shared.page.get_by_test_id("check-report")).to_be_visible(timeout=60_000)
    return shared


def test_it_reads_no_thread_of_the_readers_anywhere(reader: Workbench, elsewhere: Page, workbench: Running) -> None:
    expect(reader.threads.first).to_be_visible()
    read = {path: elsewhere.evaluate(READ, workbench.url + path) for path in ("/chatkit", "/broken/time/naive/chatkit")}
    assert set(read.values()) == {"no"}
    of_its_own = elsewhere.evaluate(READ, f"{workbench.url}/broken/cors/wildcard-credentials/chatkit")
    assert of_its_own == 0, "an entry that must answer any page answers with what that page has said"


def test_a_link_of_it_leads_to_the_page_and_the_page_works(
    home: str, context: BrowserContext, workbench: Running
) -> None:
    app = Workbench(context.new_page(), workbench.url)
    app.page.goto(home)
    app.page.evaluate("url => { location.href = url }", workbench.url)
    expect(app.composer).to_be_visible()
    app.ask("Hello in 0.1 kB")
    app.page.reload()
    expect(app.composer).to_be_visible()
