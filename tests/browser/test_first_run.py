"""A newcomer types one command: the first answer, what is on the wire, and everything still there afterwards."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, expect

from chat.client.nearby import PORTS
from tests.browser.conftest import Foreign, Workbench, assistant_item, foreign_at, thread, user_item
from tests.conftest import Start

pytestmark = pytest.mark.browser

HOMEMADE = [b'data: {"type":"token","text":"Hel"}\n\n', b'data: {"type":"token","text":"lo"}\n\n']
BLANK = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n" + b"".join(HOMEMADE).decode() + "data: [DONE]\n\n"


@pytest.fixture
def app(shared: Workbench) -> Workbench:
    """A page that somebody uses already."""
    return shared.at_home()


@pytest.fixture
def newcomer(start: Start, context: BrowserContext) -> Workbench:
    """A workbench that nobody has used yet."""
    return Workbench(context.new_page(), start().url).open()


@pytest.fixture
def somewhere() -> Iterator[Foreign]:
    """A backend at one of the addresses that are common."""
    with ExitStack() as held:
        for port in reversed(PORTS):
            try:
                yield held.enter_context(foreign_at(port))
                return
            except OSError:
                continue
        pytest.skip("every common port of this machine is taken")


# --- the ways in ------------------------------------------------------------------------------------------------------


def test_a_blank_widget_is_explained_in_three_actions(newcomer: Workbench) -> None:
    page = newcomer.page
    for width, height in ((1024, 768), (1280, 720), (1440, 900)):
        page.set_viewport_size({"width": width, "height": height})
        for door in ("connect", "explain", "watch", "demo"):
            expect(page.get_by_test_id(f"door-{door}")).to_be_in_viewport(ratio=1)
    box = page.get_by_test_id("start-explain-text")
    box.click()  # the first action
    page.keyboard.insert_text(BLANK)  # the second
    page.get_by_test_id("start-explain-go").click()  # the third
    cause, fix = "token is no ChatKit event", "yield ThreadItemUpdatedEvent("
    why = "Nothing of it reaches the screen: the answer stays blank under a 200 OK."
    what_is_seen = page.get_by_text("3 events have come, and none of them shows an answer.")
    inspector, middle = page.get_by_test_id("inspector"), page.locator("section.blank")
    for width, height, holder in ((1440, 900, inspector), (1024, 768, inspector), (390, 844, middle)):
        page.set_viewport_size({"width": width, "height": height})
        for told in (holder.get_by_text(cause), holder.get_by_text(why), holder.locator("pre")):
            expect(told.first).to_be_in_viewport()
        for words in (cause, why, fix):
            page.wait_for_function("(words) => document.body.innerText.split(words).length === 2", arg=words)  # once
        expect(what_is_seen).to_be_visible(visible=holder is inspector)
    page.set_viewport_size({"width": 1440, "height": 900})
    finding = inspector.get_by_test_id("finding")
    finding.get_by_role("button", name=cause).click()
    expect(inspector.get_by_text(why)).to_have_count(0)
    middle.get_by_test_id("show-finding").click()
    expect(inspector.get_by_text(why)).to_be_in_viewport()
    expect(finding.get_by_role("button", name=cause)).to_be_focused()
    page.get_by_test_id("new-thread").click()
    expect(page.get_by_test_id("way-explain")).to_be_visible()  # the ways stay, in small
    expect(page.get_by_test_id("door-connect")).to_have_count(0)


def test_a_file_may_be_dropped_anywhere_and_a_refusal_is_said(app: Workbench) -> None:
    page = app.page
    drop = """([text, name]) => {
        const data = new DataTransfer();
        data.items.add(new File([text], name));
        const to = document.querySelector("[data-testid=inspector]");
        for (const kind of ["dragover", "drop"])
            to.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
    }"""
    page.evaluate(drop, ["", "empty.txt"])
    expect(page.get_by_test_id("drop-problem")).to_be_visible()
    page.evaluate(drop, [BLANK, "answer.txt"])
    expect(page.get_by_test_id("recording")).to_contain_text("answer.txt")


def test_a_backend_on_this_machine_is_offered_when_it_is_asked_for_and_connects_by_a_click(
    newcomer: Workbench, somewhere: Foreign
) -> None:
    page = newcomer.page
    assert somewhere.requests == [], "nobody asks before the reader wants it"
    page.get_by_test_id("look-nearby").click()
    path = urlsplit(somewhere.url)
    offered = page.locator(f"[data-testid=nearby][data-url$=':{path.port}{path.path}']")
    expect(offered).to_contain_text("answers as ChatKit")
    assert set(somewhere.operations()) == {"threads.list"}
    assert all("authorization" not in headers for headers, _ in somewhere.requests)
    offered.click()
    expect(page.get_by_test_id("reach")).to_contain_text("0 threads")
    expect(page.get_by_test_id("whole-address")).to_have_text(f"http://127.0.0.1:{path.port}{path.path}")
    somewhere.answers[""] = [
        {"type": "thread.created", "thread": thread("thr_1", "Foreign")},
        {"type": "thread.item.done", "item": user_item("thr_1", "u1", "Hi")},
        {"type": "thread.item.done", "item": assistant_item("thr_1", "a1", "Found you")},
    ]
    expect(newcomer.ask("Hi")).to_contain_text("Found you")
    expect(page.get_by_test_id("start")).to_be_hidden()


def test_a_backend_that_is_started_later_comes_by_itself(newcomer: Workbench) -> None:
    page = newcomer.page
    with socket.socket() as held:  # nobody else gets the port meanwhile
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        page.get_by_test_id("start-url").fill(f"127.0.0.1:{port}/api/chatkit")
        page.get_by_test_id("start-connect").click()
        said = page.get_by_test_id("unreachable")
        expect(said).to_contain_text(f"Nothing listens on 127.0.0.1:{port}")
        expect(said).to_contain_text(f"uvicorn main:app --port {port}")
        expect(page.get_by_test_id("asks-again")).to_contain_text("again in")
        newcomer.composer.fill("Are you there?")
        newcomer.composer.press("Enter")
        expect(newcomer.composer).to_have_value("Are you there?")  # what is typed waits
        expect(page.get_by_test_id("send")).to_have_attribute("title", "Waits until the backend answers")
    with foreign_at(port, threads=[thread("thr_1", "Here I am")]):
        expect(page.get_by_test_id("reach")).to_contain_text("1 thread", timeout=30_000)
        expect(newcomer.threads).to_have_text(["Here I am"])
        expect(page.get_by_test_id("send")).to_be_enabled()


def test_refused_credentials_are_asked_for_and_not_tried_again(app: Workbench, foreign: Foreign) -> None:
    page = app.page
    foreign.required = ("authorization", "Bearer open-sesame")
    app.connect(foreign.url)
    said = page.get_by_test_id("unreachable")
    expect(said).to_contain_text("401")
    expect(said).to_contain_text("Authorization")
    expect(page.get_by_test_id("asks-again")).to_be_hidden()
    said.get_by_test_id("start-settings").click()
    page.get_by_label("Header name", exact=True).fill("Authorization")
    page.get_by_label("Header value", exact=True).fill("Bearer open-sesame")
    page.get_by_test_id("connect").click()
    expect(page.get_by_test_id("reach")).to_contain_text("sent with Authorization")
    assert "open-sesame" not in page.content()


# --- the demo ---------------------------------------------------------------------------------------------------------


def test_the_start_screen_offers_prompts_and_the_first_click_brings_an_answer(app: Workbench) -> None:
    app.page.get_by_role("button", name="Markdown tour").click()
    expect(app.answer).to_have_attribute("data-status", "done", timeout=60_000)
    expect(app.answer.locator("table")).to_be_visible()
    expect(app.answer.locator("math").first).to_be_visible()
    expect(app.items.first).to_have_attribute("data-item-type", "user_message")
    app.idle()
    expect(app.threads.first).to_have_class("thread-row selected")
    expect(app.page.locator(".fi-counts")).to_have_text("none")  # nothing is wrong with the backend that comes with it


def test_the_answer_is_partly_visible_before_it_is_complete(unhurried: Workbench) -> None:
    unhurried.say("Write me a long answer about lighthouses")
    expect(unhurried.answer).to_have_attribute("data-status", "streaming")
    expect(unhurried.answer).to_contain_text(" ")
    early = len(unhurried.answer.inner_text())
    assert unhurried.answer.get_attribute("data-status") == "streaming"
    unhurried.page.wait_for_function(
        "n => document.querySelector('[data-item-type=assistant_message]').innerText.length > n + 200", arg=early
    )
    unhurried.page.get_by_test_id("stop").click()
    unhurried.idle()


def test_every_event_on_the_wire_is_in_the_inspector(app: Workbench) -> None:
    app.ask("Hello in 0.3 kB")
    expect(app.events.last).to_be_visible()
    indices = app.events.evaluate_all("(rows) => rows.map((row) => Number(row.dataset.index))")
    assert 0 < len(indices) <= indices[-1] + 1
    app.page.get_by_test_id("event-filter").fill("type:thread.created")
    first = app.page.locator("[data-testid=event-row][data-index='0']")
    expect(first).to_have_attribute("data-type", "thread.created")
    first.click()
    expect(app.page.get_by_test_id("event-detail")).to_contain_text("created_at")


def test_a_reload_finds_the_same_thread_with_the_same_content(app: Workbench) -> None:
    app.ask("Hello there")
    before = app.items.all_inner_texts()
    app.page.reload()
    expect(app.items).to_have_count(len(before))
    assert app.items.all_inner_texts() == before


def test_two_windows_do_not_disturb_each_other(app: Workbench, context: BrowserContext) -> None:
    app.ask("Hello in 0.1 kB")
    shown = app.items.all_inner_texts()
    other = type(app)(context.new_page(), app.url).open()
    other.ask("Something else entirely, in 0.1 kB")
    assert app.items.all_inner_texts() == shown
    assert app.page.url != other.page.url
