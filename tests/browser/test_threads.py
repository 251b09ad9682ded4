"""The list of threads: newest first, titles, rename, delete, more on scrolling."""

import re
import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import Foreign, Workbench, assistant_item, thread, user_item
from tests.conftest import Running

pytestmark = pytest.mark.browser

FIRST, SECOND = "The first of two, in 0.1 kB", "The second of two, in 0.1 kB"
"""Prompts whose answers are short."""


@pytest.fixture
def app(shared: Workbench) -> Workbench:
    return shared.at_home()


def test_a_new_thread_is_listed_first_under_its_title(app: Workbench) -> None:
    app.ask(FIRST)
    app.new_thread()
    app.ask(SECOND)
    expect(app.page.locator(".thread-row.selected")).to_have_count(1)
    expect(app.threads.first).to_have_class("thread-row selected")
    expect(app.threads.first).not_to_have_text(re.compile(r"^\s*(Untitled thread)?\s*$"))


def test_choosing_a_thread_shows_its_history(app: Workbench) -> None:
    app.ask(FIRST)
    first = app.items.all_inner_texts()
    app.new_thread()
    app.ask(SECOND)
    app.threads.nth(1).click()
    expect(app.items).to_have_count(len(first))
    expect(app.items.first).to_contain_text("The first of two")


def test_back_and_forward_go_through_the_threads_that_were_shown(app: Workbench) -> None:
    page = app.page
    app.ask("The first of two")
    app.new_thread()
    app.ask("The second of two")
    app.threads.nth(1).click()
    expect(app.items.first).to_contain_text("The first of two")
    expect(page).to_have_title(re.compile("^The first of two · "))
    page.evaluate("window.stillHere = true")
    page.go_back()
    expect(app.items.first).to_contain_text("The second of two")
    page.go_back()
    expect(app.items.first).to_contain_text("The first of two")
    page.go_forward()
    expect(app.items.first).to_contain_text("The second of two")
    expect(page).to_have_title(re.compile("^The second of two · "))
    assert page.evaluate("window.stillHere"), "the page was loaded anew"


def test_back_from_another_backend_comes_back_to_the_thread(app: Workbench, foreign: Foreign) -> None:
    app.ask("Before I go elsewhere: 0.1 kB")
    app.connect(foreign.url)
    expect(app.items).to_have_count(0)
    app.page.go_back()
    expect(app.items.first).to_contain_text("Before I go elsewhere")
    expect(app.page.get_by_test_id("connection-url")).not_to_have_value(foreign.url)


def test_the_number_of_threads_is_said_as_it_is_now(app: Workbench) -> None:
    state = app.page.get_by_test_id("connection-state")
    expect(state).to_contain_text("Connected")
    before = int(re.findall(r"\d+", state.inner_text())[0])
    app.ask("One more thread, of 0.1 kB")
    expect(state).to_contain_text(f"{before + 1}")


def test_what_was_sent_is_not_the_draft_of_the_next_thread(app: Workbench) -> None:
    app.ask("Say it once, in 0.1 kB")
    app.new_thread()
    expect(app.composer).to_have_value("")


def test_the_list_is_one_stop_of_the_tab_key_and_arrows_go_through_it(
    context: BrowserContext, workbench: Running
) -> None:
    page = context.new_page()  # the list remembers which of its rows the key stops at
    app = Workbench(page, workbench.url).open()
    app.ask("The lower one, of 0.1 kB")
    app.new_thread()
    app.ask("The upper one, of 0.1 kB")
    page.get_by_test_id("reload-threads").focus()
    page.keyboard.press("Tab")
    expect(app.threads.nth(0)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(app.threads.nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(app.items.first).to_contain_text("The lower one")
    app.threads.nth(1).press("F2")
    expect(app.threads.nth(1).locator("input")).to_be_focused()
    page.keyboard.press("Escape")
    app.threads.nth(1).focus()
    page.keyboard.press("Delete")
    expect(page.get_by_test_id("confirm-delete")).to_be_visible()


def test_renaming_is_kept_by_the_backend(app: Workbench) -> None:
    app.ask("Hello in 0.1 kB")
    app.threads.first.hover()
    app.threads.first.get_by_test_id("rename-thread").click()
    app.threads.first.locator("input").fill("A name of my own")
    app.threads.first.locator("input").press("Enter")
    expect(app.threads.first).to_have_text("A name of my own")
    expect(app.page.get_by_test_id("thread-title")).to_have_text("A name of my own")
    app.page.reload()
    expect(app.threads.first).to_have_text("A name of my own")


def test_a_title_that_is_being_typed_stays_while_an_answer_ends_and_a_thread_is_new(
    app: Workbench, foreign: Foreign
) -> None:
    ends = threading.Event()
    old = [{**thread("thr_old", "An old one"), "created_at": datetime.now().isoformat()}]
    begun = {**thread("thr_new"), "created_at": datetime.now().isoformat()}
    foreign.threads = old
    foreign.answers["Hello"] = [{"type": "thread.created", "thread": begun}, ends]
    app.connect(foreign.url)
    app.say("Hello")
    expect(app.threads).to_have_count(2)
    expect(app.threads.first.locator(".live")).to_be_visible()
    row = app.page.locator("[data-thread-id=thr_old]")
    row.press("F2")
    row.locator("input").fill("Half of a ti")
    ends.set()
    expect(app.threads.first.locator(".live")).to_have_count(0)
    row.locator("input").press_sequentially("tle")
    expect(row.locator("input")).to_have_value("Half of a title")


def test_deleting_asks_first_and_then_is_gone(app: Workbench) -> None:
    app.ask("Delete me please, all 0.1 kB")
    row = app.page.locator(".thread-row.selected")
    thread_id = row.get_attribute("data-thread-id")
    row.hover()
    row.get_by_test_id("delete-thread").click()
    app.page.get_by_test_id("confirm-delete").click()
    expect(app.page.locator(f"[data-thread-id={thread_id}]")).to_have_count(0)
    expect(app.items).to_have_count(0)


def test_a_thousand_threads_come_page_by_page(shared: Workbench, foreign: Foreign) -> None:
    app = shared.begin()
    foreign.threads = [thread(f"thr_{n:04}", f"Thread {n}") for n in range(1000)]
    app.connect(foreign.url)
    expect(app.threads.first).to_have_text("Thread 0")
    expect(app.page.get_by_test_id("connection-state")).to_contain_text("1000")


def test_a_thread_of_2000_messages_opens_at_its_end_and_scrolls_up_without_a_jump(
    shared: Workbench, foreign: Foreign
) -> None:
    app = shared.begin()
    foreign.threads = [thread("thr_long", "Long")]
    for n in range(1000):
        foreign.items.setdefault("thr_long", []).append(user_item("thr_long", f"u{n}", f"Question {n}"))
        foreign.items["thr_long"].append(assistant_item("thr_long", f"a{n}", f"Answer **{n}**"))
    app.connect(foreign.url)
    app.threads.first.click()
    expect(app.items.last).to_contain_text("Answer 999", timeout=30_000)
    assert app.items.count() < 200
    app.items.first.scroll_into_view_if_needed()
    expect(app.page.locator("[data-item-id=u970]")).to_have_count(1)


def test_threads_are_found_by_title_and_id_stand_under_their_days_and_are_told_apart(
    own_context: BrowserContext, workbench: Running, foreign: Foreign
) -> None:
    page = own_context.new_page()
    app = Workbench(page, workbench.url).open()
    now = datetime.now().astimezone()

    def made(thread_id: str, title: str | None, ago: timedelta) -> dict[str, Any]:
        return thread(thread_id, title) | {"created_at": (now - ago).isoformat()}

    foreign.threads = [
        made("thr_today", "Invoices", timedelta()),
        made("thr_alike_1", "Invoices", timedelta(days=1)),
        made("thr_alike_2", None, timedelta(days=4)),
        made("thr_alike_3", None, timedelta(days=4)),
        *(made(f"thr_{n:04}", f"Thread {n}", timedelta(days=60)) for n in range(200)),
    ]
    foreign.paged = True
    app.connect(foreign.url)
    groups = page.get_by_test_id("thread-group")
    expect(groups).to_have_text(["Today", "Yesterday", "Previous 7 days", re.compile(".")])
    apart = page.get_by_test_id("told-apart")
    expect(apart).to_have_text([re.compile(r"\d\d:\d\d"), re.compile(r"\d+ \w+"), "…ike_2", "…ike_3"])
    expect(app.threads.first).to_have_attribute("title", re.compile(rf"Created .*{now:%Y}.*\nthr_today"))

    page.keyboard.press("Control+k")
    page.get_by_test_id("palette-field").fill("search the threads")
    expect(page.get_by_test_id("command").first).to_have_attribute("data-command", "thread.search")
    page.keyboard.press("Enter")
    search = page.get_by_test_id("thread-search")
    expect(search).to_be_focused()
    search.fill("thread 17")
    expect(page.get_by_test_id("thread-search-scope")).to_contain_text("ChatKit has no search")
    expect(app.threads).to_have_count(1)
    page.get_by_test_id("search-older").click()  # what was not loaded is loaded when that is asked for
    expect(app.threads).to_have_count(12)  # 17, 117, 170 … 179
    expect(page.get_by_test_id("search-older")).to_have_count(0)
    search.fill("alike_2")
    expect(app.threads).to_have_text(re.compile("Untitled thread"))
    search.press("ArrowDown")
    expect(app.threads.first).to_be_focused()
    search.press("Escape")
    expect(search).to_have_value("")
    expect(app.threads).not_to_have_count(1)

    # begun elsewhere: there when the reader comes back to this window
    foreign.threads.insert(0, made("thr_elsewhere", "Begun by another front end", timedelta()))
    page.evaluate("window.dispatchEvent(new Event('blur'))")
    page.clock.install()
    page.clock.fast_forward(10_000)
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(app.threads.first).to_contain_text("Begun by another front end")
