"""A newcomer types one command: the first answer, what is on the wire, and everything still there afterwards."""

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import Workbench

pytestmark = pytest.mark.browser


def test_the_start_screen_offers_prompts_and_the_first_click_brings_an_answer(app: Workbench) -> None:
    app.page.get_by_role("button", name="Markdown tour").click()
    expect(app.answer).to_have_attribute("data-status", "done", timeout=60_000)
    expect(app.answer.locator("table")).to_be_visible()
    expect(app.answer.locator("math").first).to_be_visible()
    expect(app.items.first).to_have_attribute("data-item-type", "user_message")
    app.idle()
    expect(app.threads.first).to_have_class("thread-row selected")
    expect(app.page.locator(".fi-counts")).to_have_text("none")  # nothing is wrong with the backend that comes with it


def test_the_answer_is_partly_visible_before_it_is_complete(app: Workbench) -> None:
    app.say("Write me a long answer about lighthouses")
    expect(app.answer).to_have_attribute("data-status", "streaming")
    expect(app.answer).to_contain_text(" ")
    early = len(app.answer.inner_text())
    assert app.answer.get_attribute("data-status") == "streaming"
    app.page.wait_for_function(
        "n => document.querySelector('[data-item-type=assistant_message]').innerText.length > n + 200", arg=early
    )
    app.page.get_by_test_id("stop").click()
    app.idle()


def test_every_event_on_the_wire_is_in_the_inspector(app: Workbench) -> None:
    app.ask("Hello there")
    count = int(app.page.evaluate("document.querySelectorAll('[data-testid=event-row]').length"))
    last = int(app.events.last.get_attribute("data-index") or "")
    assert 0 < count <= last + 1
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


def test_a_reload_in_the_middle_of_an_answer_loses_nothing(app: Workbench) -> None:
    app.say("Write me a long answer about lighthouses")
    expect(app.answer).to_have_attribute("data-status", "streaming")
    app.page.wait_for_function("document.querySelector('[data-item-type=assistant_message]').innerText.length > 80")
    app.page.reload()
    expect(app.answer).to_have_attribute("data-status", "streaming")
    app.page.wait_for_function("document.querySelector('[data-item-type=assistant_message]').innerText.length > 200")
    app.page.get_by_test_id("stop").click()
    app.idle()


def test_two_windows_do_not_disturb_each_other(app: Workbench, context: BrowserContext) -> None:
    app.ask("Hello there")
    shown = app.items.all_inner_texts()
    other = type(app)(context.new_page(), app.url).open()
    other.ask("Something else entirely")
    assert app.items.all_inner_texts() == shown
    assert app.page.url != other.page.url
