"""After a restart of the workbench the page comes back to the same thread with the same content."""

import re
import signal
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.conftest import Start

pytestmark = pytest.mark.browser


def test_a_restart_of_the_server_loses_nothing(start: Start, context: BrowserContext, tmp_path: Path) -> None:
    from tests.browser.conftest import Workbench

    first = start("--rate", "0")
    app = Workbench(context.new_page(), first.url).open()
    app.ask("Hello there")
    before = app.items.all_inner_texts()
    address = app.page.url
    app.page.close()  # it would load itself again, in between
    first.stop()
    start("--rate", "0", port=int(first.url.rsplit(":", 1)[1]))
    app = Workbench(context.new_page(), first.url).open(address.removeprefix(first.url))
    expect(app.items).to_have_count(len(before))
    assert app.items.all_inner_texts() == before
    expect(app.page.get_by_test_id("thread-row")).to_have_count(1)
    expect(app.page.get_by_test_id("thread-row")).to_have_class(re.compile("selected"))


def test_a_server_killed_in_mid_answer_leaves_a_question_that_can_be_tried_again(
    start: Start, context: BrowserContext
) -> None:
    from tests.browser.conftest import Workbench

    first = start("--rate", "5")
    app = Workbench(context.new_page(), first.url).open()
    app.say("Hello there")
    expect(app.answer).to_have_attribute("data-status", "streaming")
    address = app.page.url
    app.page.close()  # it would load itself again, in between
    first.stop(signal.SIGKILL)
    start("--rate", "0", port=int(first.url.rsplit(":", 1)[1]))
    app = Workbench(context.new_page(), first.url).open(address.removeprefix(first.url))
    expect(app.page.get_by_text("No answer was stored.")).to_be_visible()
    expect(app.items).to_have_count(1)
    app.page.get_by_test_id("retry").click()
    expect(app.answer).to_have_attribute("data-status", "done")
    expect(app.items.first).to_contain_text("Hello there")
    expect(app.page.get_by_text("No answer was stored.")).to_have_count(0)


def test_a_draft_outlives_the_server_in_the_thread_where_it_was_typed(start: Start, context: BrowserContext) -> None:
    from tests.browser.conftest import Workbench

    first = start("--rate", "0")
    app = Workbench(context.new_page(), first.url).open()
    app.ask("Hello there")
    app.composer.fill("typed in the thread")
    first.stop()
    with app.page.expect_event("load"):  # the page loads itself again when the server is back
        start("--rate", "0", port=int(first.url.rsplit(":", 1)[1]))
    expect(app.items.first).to_contain_text("Hello there")
    expect(app.composer).to_have_value("typed in the thread")
    app.new_thread()
    expect(app.composer).to_have_value("")
    app.composer.fill("typed in no thread")
    app.threads.first.click()
    expect(app.items.first).to_contain_text("Hello there")
    expect(app.composer).to_have_value("typed in the thread")
