"""What we take from NiceGUI without its promise is still there, and does what we took it for."""

from collections.abc import AsyncIterator
from importlib.metadata import version
from typing import Any

import pytest
from nicegui import Client, ui
from nicegui.page import page
from playwright.sync_api import BrowserContext, Page, expect

from chat.ui.bridge import KIND, LiveElement
from tests.conftest import Running

CHANGED = f"NiceGUI {version('nicegui')} has changed what chat/ui/bridge.py and assets/shared/bridge.js lean on: "


class Gone(LiveElement):
    times = 0

    def removed(self) -> None:
        self.times += 1


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    client = Client(page("/bridge"))
    yield client
    if not client.is_deleted:
        client.delete()


async def test_a_message_waits_in_the_outbox_of_its_page(client: Client) -> None:
    with client:
        element = Gone("div")
    element.send("show", {"n": 1})
    queued: list[Any] = [message for message in client.outbox.messages if message[1] == KIND]
    data = {"to": element.html_id, "call": "show", "args": ({"n": 1},)}
    assert queued == [(client.id, KIND, data)], CHANGED + "`client.outbox.enqueue_message` queues no such message"


@pytest.mark.parametrize("how", ["the element", "what it is in", "its page"])
async def test_an_element_is_told_once_that_it_has_gone(how: str, client: Client) -> None:
    with client, ui.element("div") as around:
        element = Gone("div")
    if how == "its page":
        client.delete()
    else:
        (element if how == "the element" else around).delete()
    assert element.times == 1, CHANGED + f"`_handle_delete` is not called when {how} is deleted"
    element.send("show")


LEANT_ON = {
    "`window.path_prefix`, under which the page is": "typeof window.path_prefix === 'string'",
    "`window.socket`, which hears of messages": "typeof window.socket?.on === 'function'",
    "`window.nextMessageId`, up to which messages have come": "Number.isInteger(window.nextMessageId)",
}


@pytest.fixture
def opened(context: BrowserContext, workbench: Running) -> Page:
    page = context.new_page()
    page.goto(workbench.url)
    expect(page.get_by_test_id("composer")).to_be_visible()
    page.wait_for_function("window.did_handshake !== false && window.socket?.connected === true")
    return page


@pytest.mark.browser
@pytest.mark.parametrize("what", LEANT_ON)
def test_the_page_still_has(what: str, opened: Page) -> None:
    assert opened.evaluate(LEANT_ON[what]), CHANGED + what + " is not there any more"


@pytest.mark.browser
def test_our_messages_reach_the_component_and_are_counted(opened: Page) -> None:
    opened.evaluate(
        "window.socket.on('workbench', ({ _id, to, call }) => call === 'frame' && (window.last = [_id, to]))"
    )
    opened.get_by_test_id("composer").fill("Hello there")
    opened.get_by_test_id("composer").press("Enter")
    expect(opened.locator("[data-item-type=assistant_message]")).to_have_attribute("data-status", "done")
    number, to = opened.evaluate("window.last")
    assert opened.locator(f"#{to}.conversation").count() == 1, CHANGED + "an element's id is not its `html_id`"
    assert opened.evaluate("window.nextMessageId") > number, CHANGED + "messages have no number `_id`"
