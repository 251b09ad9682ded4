"""What a page around the widget would be told is told here too; and what its options change of the view."""

import json
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import TOAST, Foreign, Workbench, assistant_item, click_saying, thread, user_item
from tests.conftest import Running, start_workbench

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A workbench whose embedded backend is shown with `thread.autoScroll` switched off."""
    data = tmp_path_factory.mktemp("still") / "data"
    data.mkdir()
    options = {"embedded": '{"thread": {"autoScroll": false}}'}
    (data / "widget-options.json").write_text(json.dumps({"version": 1, "options": options}), "utf-8")
    running = start_workbench(data, "--rate", "0")
    yield running
    running.stop()


@pytest.fixture
def app(context: BrowserContext, still: Running) -> Workbench:
    return Workbench(context.new_page(), still.url).open()


def test_links_into_the_page_sources_and_effects_are_told_and_never_followed(app: Workbench) -> None:
    page = app.page
    app.say("Show me links into my page")
    expect(page.get_by_test_id("item").get_by_text("your page is told, and does what it likes")).to_be_visible()
    app.idle()
    told = page.locator("[data-testid=host-event]:not([data-name^='chatkit.thread'], [data-name^='chatkit.response'])")
    pane = page.get_by_test_id("host-events")
    expect(pane.get_by_role("button")).to_have_attribute("aria-expanded", "false")  # that one was told opens nothing
    expect(page.get_by_test_id("host-event")).to_have_count(3)
    names = page.get_by_test_id("host-event").evaluate_all("(rows) => rows.map((row) => row.dataset.name)")
    assert names == ["chatkit.response.start", "chatkit.thread.change", "chatkit.response.end"]
    before = page.url
    click_saying(page.get_by_role("button", name="order 1042").first, "chatkit.deeplink “order”", TOAST)
    expect(told).to_have_count(1)
    expect(told.first).to_have_attribute("data-name", "chatkit.deeplink")
    expect(told.first).to_contain_text('"id": "1042"')
    page.get_by_role("button", name="open the orders").first.focus()
    page.keyboard.press("Enter")
    expect(told).to_have_count(2)
    assert page.url == before
    assert len(page.context.pages) == 2, "nothing was opened"  # the context's blank page is the other one

    app.new_thread()
    app.ask("every kind of source")
    page.locator("[data-action*='entity-click']").first.click()
    expect(told).to_have_count(1)
    expect(told.last).to_have_attribute("data-name", "entities.onClick")
    page.locator("a[data-action*='source-click']").first.evaluate(
        "(link) => { link.addEventListener('click', (event) => event.preventDefault()); link.click(); }"
    )
    expect(told.last).to_have_attribute("data-name", "source click")

    app.new_thread()
    expect(told).to_have_count(0)
    expect(page.get_by_test_id("host-event")).to_contain_text('"threadId": null')
    app.say("Highlight order 1042 on my page")
    expect(told.first).to_have_attribute("data-name", "chatkit.effect")
    app.threads.nth(2).click()
    expect(told).to_have_count(2)  # each thread has its own


def test_without_auto_scroll_the_view_stays_and_a_button_leads_to_the_end(app: Workbench) -> None:
    page = app.page
    app.say("Write me a long answer about lighthouses")
    latest = page.locator(".conversation-latest")
    expect(latest).to_be_visible()
    gap = "(one => one.scrollHeight - one.scrollTop - one.clientHeight)(document.querySelector('.conversation-scroll'))"
    app.idle()
    assert page.evaluate(gap) > 400
    latest.click()
    page.wait_for_function(f"{gap} < 5")
    expect(latest).to_be_hidden()


def test_without_auto_scroll_an_answer_that_comes_together_with_its_end_is_not_followed_either(
    app: Workbench, foreign: Foreign
) -> None:
    page, asked = app.page, threading.Event()
    head = {**assistant_item("thr_1", "a1", ""), "content": []}
    foreign.answers["Hello"] = [
        {"type": "thread.created", "thread": thread("thr_1")},
        {"type": "thread.item.done", "item": user_item("thr_1", "u1", "Hello")},
        asked,
        {"type": "thread.item.added", "item": head},
        0.01,  # the page was told of that just now: what comes next it is told together with the end
        {"type": "thread.item.done", "item": assistant_item("thr_1", "a1", "Word.\n\n" * 100)},
    ]
    app.connect(foreign.url)
    page.get_by_test_id("host").click()
    page.get_by_test_id("host-options").click()
    options = {"thread": {"autoScroll": False}, "composer": {"placeholder": "Not followed"}}
    page.get_by_test_id("options-text").fill(json.dumps(options))
    page.get_by_test_id("options-apply").click()
    expect(app.composer).to_have_attribute("placeholder", "Not followed")
    page.keyboard.press("Escape")
    expect(page.locator(".q-dialog")).to_have_count(0)
    app.say("Hello")
    expect(app.items).to_have_attribute("data-item-id", "u1")
    asked.set()
    expect(app.answer).to_have_attribute("data-status", "done")
    app.idle()
    expect(page.locator(".conversation-latest")).to_be_visible()


def test_a_language_that_the_widget_does_not_have_is_named_with_the_one_that_was_meant(app: Workbench) -> None:
    app.page.get_by_test_id("connection-settings").click()
    words = app.page.get_by_test_id("locale-words")
    expect(words).to_contain_text("translates its own labels only")
    app.page.get_by_test_id("locale").fill("de-De")
    expect(words).to_contain_text("“de-De” is no locale of the official widget")
    expect(words).to_contain_text("Did you mean de-DE?")
    app.page.get_by_test_id("locale").fill("de-DE")
    expect(words).not_to_contain_text("is no locale")
