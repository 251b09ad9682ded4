"""The page shows the store: after a reload, a switch and whenever it is asked to, with what differs marked."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Foreign, Workbench, assistant_item, thread, user_item

pytestmark = pytest.mark.browser

QUESTION = user_item("thr_1", "u1", "Hello")
ANSWER = assistant_item("thr_1", "a1", "Streamed words")


@pytest.fixture
def app(shared: Workbench) -> Workbench:
    return shared.begin()


@pytest.fixture
def told(app: Workbench, foreign: Foreign) -> Workbench:
    """A question and its answer, streamed; what is stored is up to the test."""
    foreign.answers["Hello"] = [
        {"type": "thread.created", "thread": thread("thr_1", "Greetings")},
        {"type": "thread.item.done", "item": QUESTION},
        {"type": "thread.item.done", "item": ANSWER},
    ]
    foreign.threads = [thread("thr_1", "Greetings")]
    app.connect(foreign.url)
    app.ask("Hello")
    return app


def marked(app: Workbench, mark: str) -> Locator:
    return app.page.locator(f"[data-testid=item][data-mark={mark}]")


def finding(app: Workbench, rule_id: str) -> Locator:
    return app.page.locator(f'[data-testid=finding][data-rule-id="{rule_id}"]')


def test_another_text_is_stored_and_a_reload_shows_it(told: Workbench, foreign: Foreign) -> None:
    foreign.items["thr_1"] = [QUESTION, assistant_item("thr_1", "a1", "Stored words")]
    told.page.reload()
    expect(marked(told, "differs")).to_contain_text("Stored words")
    expect(marked(told, "differs")).to_contain_text("streamed “Streamed words”, stored “Stored words”")
    told.page.get_by_test_id("findings-badge").click()
    expect(finding(told, "persistence/differs")).to_be_visible()


def test_a_switch_shows_what_is_not_stored_and_does_not_lose_it(told: Workbench, foreign: Foreign) -> None:
    foreign.items["thr_1"] = [QUESTION]
    told.new_thread()
    told.threads.filter(has_text="Greetings").click()
    expect(marked(told, "not-stored")).to_contain_text("Streamed words")
    expect(marked(told, "not-stored")).to_contain_text("gone on reload in the official widget")
    expect(marked(told, "not-stored").get_by_text("Streamed, not stored")).to_have_count(1)


def test_of_a_restarted_backend_the_run_that_is_now_is_shown(told: Workbench, foreign: Foreign) -> None:
    foreign.items["thr_1"] = [user_item("thr_1", "u1", "Another question"), assistant_item("thr_1", "a1", "Now")]
    told.page.get_by_test_id("reload-thread").click()
    expect(told.items.first).to_contain_text("Another question")
    expect(told.answer).to_contain_text("Now")
    expect(told.page.locator(".is-remembered")).to_have_count(0)


def test_what_cannot_be_read_leaves_what_is_remembered(told: Workbench, foreign: Foreign) -> None:
    foreign.status = 500
    told.page.get_by_test_id("reload-thread").click()
    expect(told.page.get_by_test_id("error")).to_contain_text("What is shown is what the workbench remembers")
    expect(told.answer).to_contain_text("Streamed words")


def test_after_each_turn_where_the_reader_wants_it(told: Workbench, foreign: Foreign) -> None:
    told.page.get_by_test_id("connection-settings").click()
    told.page.get_by_test_id("profile-compare").check()
    told.page.get_by_test_id("connect").click()
    expect(told.page.get_by_test_id("connection-dialog")).to_have_count(0)
    told.new_thread()
    told.ask("Hello")
    expect(marked(told, "not-stored")).to_have_count(2)
    expect(told.page.get_by_test_id("exchange-row").last).to_contain_text("threads.get_by_id")


def test_of_a_stored_thread_the_inspector_shows_the_answer_and_of_a_turn_the_events(
    app: Workbench, foreign: Foreign
) -> None:
    foreign.items["thr_1"] = [user_item("thr_1", f"i{number}", f"Message {number}") for number in range(150)]
    foreign.threads = [thread("thr_1", "Greetings")]
    foreign.answers["Hello"] = [{"type": "thread.item.done", "item": ANSWER}]
    app.connect(foreign.url)
    app.threads.filter(has_text="Greetings").click()
    chosen = app.page.locator('[data-testid=exchange-row][aria-current="true"]')
    expect(chosen).to_contain_text("threads.get_by_id")
    tab = app.page.locator('.in-tab[aria-selected="true"]')
    expect(tab).to_have_attribute("data-tab", "response")
    expect(app.items.last).to_contain_text("Message 149")
    app.ask("Hello")
    expect(chosen).to_contain_text("threads.add_user_message")
    expect(tab).to_have_attribute("data-tab", "events")


def test_the_newest_exchange_is_scrolled_to(told: Workbench, foreign: Foreign) -> None:
    foreign.items["thr_1"] = [QUESTION, ANSWER]
    rows = told.page.get_by_test_id("exchange-row")
    for count in range(3, 11):
        told.page.get_by_test_id("reload-thread").click()
        expect(rows).to_have_count(count)
        expect(told.page.locator(".is-remembered")).to_have_count(0)
    expect(rows.last).to_be_in_viewport()
