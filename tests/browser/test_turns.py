"""Stop, retry, errors, notices, locked threads."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Workbench

pytestmark = pytest.mark.browser


def test_stop_keeps_what_had_come_and_the_backend_keeps_it_too(unhurried: Workbench) -> None:
    unhurried.say("Write me a long answer about lighthouses")
    unhurried.page.wait_for_function(
        "(document.querySelector('[data-item-type=assistant_message]')?.innerText.length ?? 0) > 120"
    )
    unhurried.page.get_by_test_id("stop").click()
    unhurried.idle()
    # all of the text: `inner_text` gives what is drawn just now
    shown = unhurried.answer.text_content() or ""
    assert len(shown) > 100
    thread = unhurried.page.url
    unhurried.page.goto(unhurried.url)
    expect(unhurried.items).to_have_count(0)
    unhurried.page.goto(thread)
    expect(unhurried.answer).to_contain_text(shown.strip()[:80])


def test_an_error_says_what_happened_and_its_retry_succeeds(app: Workbench) -> None:
    app.page.get_by_role("button", name="Error and retry").click()
    expect(app.page.get_by_test_id("error")).to_be_visible()
    app.idle()  # before that, nothing can be tried again
    app.page.get_by_test_id("retry").first.click()
    expect(app.answer).to_have_attribute("data-status", "done", timeout=60_000)
    expect(app.page.get_by_test_id("error")).to_have_count(0)


def test_a_notice_is_shown_in_the_conversation(app: Workbench) -> None:
    app.page.get_by_role("button", name="Notices").click()
    expect(app.page.get_by_test_id("notice").first).to_be_visible()
    app.idle()


def test_a_locked_thread_says_why_nothing_can_be_sent(app: Workbench) -> None:
    app.page.get_by_role("button", name="Locked thread").click()
    expect(app.composer).to_be_disabled(timeout=60_000)
