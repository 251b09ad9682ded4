"""The thread as it was: slider, keys, rows, play, the state and the eye at that moment, and the way back to now."""

from __future__ import annotations

import re
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, expect

from chat.exchanges.recording import Recording, dumps_recording
from tests.browser.conftest import Foreign, Workbench, assistant_item, thread
from tests.browser.conftest import user_item as said
from tests.checks.streams import (
    OPTIONS,
    SECOND,
    answer,
    done,
    exchange,
    spread,
    sse,
    thread_created,
    user_done,
    user_item,
)

pytestmark = pytest.mark.browser

FIRST = sse(thread_created(title="Tasks"), user_done(), OPTIONS, *answer("You have three tasks."))
LATER = sse(done(user_item("msg_user_2", "And now?")), OPTIONS, *answer("All of them are done.", "msg_2"))
EVENTS = 9
"""Of the first answer; the later one has two less."""


class Travel:
    """The page, with a recording or a conversation in it, by the test ids of time travel."""

    def __init__(self, app: Workbench) -> None:
        self.app = app
        self.page = app.page
        self.page.get_by_test_id("fold-deltas").dispatch_event("click")  # each event has a row, whatever is open above
        self.bar = self.page.get_by_test_id("travel-bar")
        self.slider = self.page.get_by_test_id("scrubber")
        self.words = self.page.get_by_test_id("travel-words")
        self.now = self.page.locator("[data-testid=event-row][aria-current=step]")
        self.past = self.page.locator(".travel-past")

    def at(self, position: int) -> None:
        expect(self.bar).to_have_attribute("data-position", str(position))

    def items(self) -> Locator:
        return self.past.get_by_test_id("item")

    def row(self, index: int) -> Locator:
        return self.page.locator(f'[data-testid=event-row][data-index="{index}"]')

    def slide(self, position: int) -> None:
        self.slider.fill(str(position))
        self.at(position)


def recorded(tmp_path: Path, *bodies: tuple[bytes, int]) -> Path:
    exchanges = []
    for number, (body, step_ns) in enumerate(bodies):
        operation = "threads.add_user_message" if number else "threads.create"
        exchanges.append(exchange(spread(body, start_ns=step_ns, step_ns=step_ns), operation))
    path = tmp_path / "session.jsonl"
    path.write_bytes(dumps_recording(Recording(exchanges)))
    return path


def two_turns(folder: Path) -> Path:
    return recorded(folder, (FIRST, SECOND // 10), (LATER, SECOND // 10))


@pytest.fixture(scope="module")
def lasting(shared: Workbench, tmp_path_factory: pytest.TempPathFactory) -> Travel:
    """A recording of two turns, opened."""
    return open_recording(shared, two_turns(tmp_path_factory.mktemp("two-turns")))


@pytest.fixture
def opened(lasting: Travel) -> Travel:
    """A recording of two turns at its end, with its events; in a page that tests share."""
    lasting.page.locator("[data-tab=events]").click()
    lasting.page.get_by_test_id("event-filter").fill("")
    lasting.page.get_by_test_id("scope").select_option("session")
    lasting.slide(EVENTS + EVENTS - 1)
    expect(lasting.row(EVENTS - 1)).to_have_count(0)  # the rows are those of the later exchange
    return lasting


def open_recording(app: Workbench, path: Path) -> Travel:
    app.page.get_by_test_id("open-explain").click()
    app.page.get_by_test_id("explain-file").set_input_files(path)
    travel = Travel(app)
    expect(travel.bar).to_be_visible()
    expect(app.page.locator(".q-dialog")).to_have_count(0)
    return travel


def test_a_recording_has_a_slider_over_its_events_and_stands_at_its_end(opened: Travel) -> None:
    opened.at(EVENTS + EVENTS - 1)
    expect(opened.words).to_contain_text("event 17 of 17")
    expect(opened.words).to_contain_text("exchange 2 of 2")
    expect(opened.page.locator(".travel-tick")).to_have_count(1)
    opened.slide(5)
    expect(opened.words).to_contain_text("event 5 of 17 · thread.item.updated")
    expect(opened.words).to_contain_text("+0.500 s")
    expect(opened.slider).to_have_attribute(
        "aria-valuetext", "event 5 of 17, thread.item.updated, added, +0.500 s, exchange 1 of 2"
    )


def test_the_conversation_the_row_the_state_and_the_eye_are_those_of_the_moment(opened: Travel) -> None:
    opened.slide(2)
    expect(opened.items()).to_have_count(1)
    expect(opened.now).to_have_attribute("data-index", "1")
    expect(opened.page.get_by_test_id("widget-eye")).to_contain_text("Reads 2 events")
    expect(opened.page.get_by_test_id("widget-eye")).to_contain_text("the user's message and nothing after it so far")
    opened.slide(6)
    expect(opened.items()).to_have_count(2)
    expect(opened.past).to_contain_text("You have t")
    expect(opened.past).not_to_contain_text("three")
    expect(opened.page.get_by_test_id("widget-eye")).to_contain_text("Reads 6 events")
    opened.page.locator("[data-tab=state]").click()
    state = opened.page.get_by_test_id("state")
    expect(state).to_contain_text("streaming")
    opened.slide(EVENTS)
    expect(state).not_to_contain_text("streaming")
    expect(opened.past).to_contain_text("You have three tasks.")


def test_keys_go_one_event_back_and_on_and_to_both_ends_but_not_while_somebody_types(opened: Travel) -> None:
    opened.page.locator("body").press("ArrowLeft")
    opened.at(16)
    opened.page.locator("body").press("ArrowRight")
    opened.at(17)
    opened.page.locator("body").press("Home")
    opened.at(0)
    expect(opened.words).to_contain_text("before the first event")
    expect(opened.items()).to_have_count(0)
    opened.page.locator("body").press("End")
    opened.at(17)
    expect(opened.items()).to_have_count(4)
    field = opened.page.get_by_test_id("event-filter")
    field.fill("abc")
    field.press("ArrowLeft")
    field.press("Home")
    opened.page.get_by_test_id("step-back").click()
    opened.at(16)


def test_selecting_a_row_goes_there_and_stepping_moves_the_mark(opened: Travel) -> None:
    opened.row(4).click()
    opened.at(EVENTS + 5)
    expect(opened.now).to_have_attribute("data-index", "4")
    opened.page.get_by_test_id("step").click()
    expect(opened.now).to_have_attribute("data-index", "5")
    opened.page.get_by_test_id("step-back").click()
    expect(opened.now).to_have_attribute("data-index", "4")


def test_going_into_another_exchange_shows_its_events(opened: Travel) -> None:
    opened.slide(3)
    expect(opened.row(EVENTS - 1)).to_be_visible()
    expect(opened.now).to_have_attribute("data-index", "2")
    opened.slide(EVENTS + 2)
    expect(opened.row(EVENTS - 1)).to_have_count(0)
    expect(opened.now).to_have_attribute("data-index", "1")


def test_the_slider_goes_over_one_exchange_when_that_is_chosen(opened: Travel) -> None:
    opened.page.get_by_test_id("scope").select_option("exchange")
    expect(opened.words).to_contain_text("event 8 of 8")
    expect(opened.slider).to_have_attribute("min", str(EVENTS))
    opened.page.get_by_test_id("scope").select_option("session")
    expect(opened.slider).to_have_attribute("min", "0")


@pytest.mark.parametrize("speed", ["10", "0"])
def test_it_plays_to_the_end_at_the_speed_that_is_chosen(opened: Travel, speed: str) -> None:
    opened.slide(3)
    opened.page.get_by_test_id("speed").select_option(speed)
    opened.page.get_by_test_id("play").click()
    opened.at(17)
    expect(opened.bar).to_have_attribute("data-playing", "false")
    expect(opened.past).to_contain_text("All of them are done.")


def test_it_plays_from_the_beginning_shortens_a_long_silence_and_can_be_halted(app: Workbench, tmp_path: Path) -> None:
    travel = open_recording(app, recorded(tmp_path, (FIRST, 30 * SECOND)))
    travel.page.get_by_test_id("play").click()  # at the end, so it begins again
    expect(travel.words).to_contain_text("30 s of silence, shortened to 2 s")
    expect(travel.bar).to_have_attribute("data-playing", "true")
    expect(travel.now).to_have_attribute("data-index", re.compile(r"^\d$"))  # an event has come
    travel.page.get_by_test_id("play").click()
    expect(travel.bar).to_have_attribute("data-playing", "false")
    assert int(travel.bar.get_attribute("data-position") or EVENTS) < EVENTS
    travel.page.get_by_test_id("play").click()
    expect(travel.bar).to_have_attribute("data-playing", "true")
    travel.page.get_by_test_id("speed").select_option("0")
    travel.at(EVENTS)


def test_a_live_conversation_shows_itself_as_it_was_and_goes_on_meanwhile(app: Workbench, foreign: Foreign) -> None:
    head: list[Any] = [
        {"type": "thread.created", "thread": thread("thr_1")},
        {"type": "thread.item.done", "item": said("thr_1", "u1", "Hello")},
    ]
    foreign.answers["Hello"] = [*head, {"type": "thread.item.done", "item": assistant_item("thr_1", "a1", "Hi there")}]
    app.connect(foreign.url)
    app.ask("Hello")
    travel = Travel(app)
    expect(travel.bar).to_have_count(0)
    travel.row(1).click()
    expect(travel.bar).to_have_count(0)
    app.page.get_by_test_id("as-it-was").click()
    travel.at(2)
    expect(travel.items()).to_have_count(1)
    expect(app.composer).to_be_hidden()
    expect(app.page.get_by_test_id("as-it-was")).to_have_count(0)
    app.page.get_by_test_id("back-to-now").click()
    expect(travel.bar).to_have_count(0)
    expect(app.composer).to_be_visible()
    expect(app.answer).to_have_text("Hi there")
    expect(travel.now).to_have_count(0)


def test_what_comes_while_somebody_is_in_the_past_is_counted_and_moves_nobody(app: Workbench, foreign: Foreign) -> None:
    head: list[Any] = [
        {"type": "thread.created", "thread": thread("thr_1")},
        {"type": "thread.item.done", "item": said("thr_1", "u1", "Hello")},
    ]
    go_on = threading.Event()
    foreign.answers["Hello"] = [
        *head,
        go_on,
        {"type": "thread.item.done", "item": assistant_item("thr_1", "a1", "Hi there")},
    ]
    app.connect(foreign.url)
    app.say("Hello")
    expect(app.events).to_have_count(2)
    travel = Travel(app)
    app.page.get_by_test_id("travel").click()
    travel.at(2)
    travel.slide(1)
    go_on.set()
    expect(app.page.get_by_test_id("behind")).to_have_text("+1")
    travel.at(1)
    expect(travel.slider).to_have_attribute("max", "3")
    app.page.get_by_test_id("back-to-now").click()
    expect(app.answer).to_have_text("Hi there")


def test_in_a_long_thread_a_jump_brings_the_end_and_what_is_above_when_somebody_scrolls(
    app: Workbench, tmp_path: Path
) -> None:
    many = [done(assistant_item("thr_1", f"m{number}", f"Answer {number}.")) for number in range(400)]
    travel = open_recording(app, recorded(tmp_path, (sse(thread_created(), user_done(), *many), 1_000_000)))
    travel.slide(0)
    expect(travel.items()).to_have_count(0)
    travel.slide(402)
    expect(travel.items().last).to_have_text("Answer 399.")
    assert travel.items().count() < 100
    travel.slide(5)
    expect(travel.items()).to_have_count(4)
    expect(travel.items().last).to_have_text("Answer 2.")
    travel.slide(395)
    expect(travel.items().last).to_have_text("Answer 392.")
    travel.slide(100)
    expect(travel.items().last).to_have_text("Answer 97.")
    travel.past.locator(".conversation-scroll").evaluate("element => element.scrollTo(0, 0)")
    expect(travel.past.get_by_text("Answer 50.", exact=True)).to_be_attached()
    assert travel.items().evaluate_all("all => new Set(all.map((one) => one.textContent)).size === all.length")


def test_a_reload_in_the_past_shows_the_present_again(app: Workbench) -> None:
    app.ask("Hello there")
    app.page.get_by_test_id("travel").click()
    travel = Travel(app)
    travel.slide(4)
    app.page.reload()
    expect(app.composer).to_be_visible()
    expect(travel.bar).to_have_count(0)
    expect(app.answer).to_have_attribute("data-status", "done")


def test_an_opened_recording_can_be_served_as_a_backend(app: Workbench, tmp_path: Path) -> None:
    opened = open_recording(app, two_turns(tmp_path))
    opened.page.get_by_test_id("serve-recording").click()
    address = opened.page.get_by_test_id("relay-address").inner_text()
    content = [{"type": "input_text", "text": "list my tasks"}]
    request = {"type": "threads.create", "params": {"input": {"content": content}}}
    answered = httpx.post(address, json=request, trust_env=False, timeout=20)
    assert answered.content == FIRST
    evil = {"Origin": "https://evil.example"}
    refused = httpx.post(address, json=request, trust_env=False, timeout=20, headers=evil)
    assert refused.status_code == 403
    unknown = {"type": "threads.delete", "params": {"thread_id": "thr_0"}}
    assert httpx.post(address, json=unknown, trust_env=False, timeout=20).status_code == 404
    log = opened.page.get_by_test_id("replay-log")
    expect(log).to_contain_text("threads.create: exchange 1")
    expect(log).to_contain_text("Pages of https://evil.example may not read this recording")
    expect(log).to_contain_text("threads.delete: not recorded")
