"""Any web page can make a browser fetch the workbench's page; the reader's backend must not hear of it."""

import re

import httpx
import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import Foreign, Workbench, assistant_item, thread, user_item
from tests.conftest import Start

pytestmark = pytest.mark.browser


def test_nothing_is_sent_to_the_backend_before_a_browser_shows_the_page(
    start: Start, context: BrowserContext, foreign: Foreign
) -> None:
    running = start("--backend", foreign.url, "--header", "Authorization: Bearer open-sesame")
    with httpx.Client(base_url=running.url, trust_env=False, verify=False, timeout=60) as image:
        assert {image.get("/").status_code for _ in range(50)} == {200}
    assert foreign.operations() == []
    app = Workbench(context.new_page(), running.url).open()
    expect(app.page.get_by_test_id("connection-state")).to_contain_text("Connected")
    assert foreign.operations() == ["threads.list"], "the browser's page asks, and none of those before it"


def test_a_threads_address_loads_nothing_before_a_browser_shows_it(
    start: Start, context: BrowserContext, foreign: Foreign
) -> None:
    foreign.threads = [thread("thr_1", "Stored")]
    foreign.items["thr_1"] = [user_item("thr_1", "u1", "Hi"), assistant_item("thr_1", "a1", "Stored words")]
    running = start("--backend", foreign.url)
    with httpx.Client(base_url=running.url, trust_env=False, verify=False, timeout=60) as image:
        assert {image.get("/?thread=thr_1").status_code for _ in range(20)} == {200}
    assert foreign.operations() == []
    app = Workbench(context.new_page(), running.url).open("/?thread=thr_1")
    expect(app.answer).to_contain_text("Stored words")
    expect(app.page.get_by_test_id("connection-state")).to_contain_text("Connected")
    assert sorted(foreign.operations()) == ["threads.get_by_id", "threads.list"]
    app.page.reload()
    expect(app.answer).to_contain_text("Stored words")


def test_a_page_of_another_origin_cannot_connect_in_the_pages_name(start: Start, foreign: Foreign) -> None:
    running = start("--backend", foreign.url)
    with httpx.Client(base_url=running.url, trust_env=False, verify=False, timeout=60) as evil:
        page = evil.get("/").text
        (client_id,) = re.findall(r"client_id\W+([0-9a-f-]{36})", page)
        answer = evil.get(
            "/_nicegui_ws/socket.io/",
            params={
                "EIO": "4",
                "transport": "polling",
                "client_id": client_id,
                "implicit_handshake": "true",
                "tab_id": "t",
                "document_id": "d",
                "next_message_id": "0",
            },
            headers={"Origin": "https://evil.example"},
        )
    assert answer.status_code == 403
    assert foreign.operations() == []
