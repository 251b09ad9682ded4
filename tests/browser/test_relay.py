"""Watch my app's traffic: a front end talks to its backend through the relay, and the page shows it while it does."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, expect

from tests.conftest import next_copy

from .conftest import Foreign, Workbench, assistant_item, thread, until, user_item


class FrontEnd:
    """A front end at the relay's address, as its page and the widget's frame name themselves."""

    def __init__(self, address: str, frame: str, origin: str = "http://localhost:3000") -> None:
        self.address = address
        self.headers = {"Origin": origin, "chatkit-frame-instance-id": frame, "User-Agent": "Mozilla/5.0"}

    def ask(self, operation: str, **params: Any) -> httpx.Response:
        body = {"type": operation, "params": params}
        return httpx.post(self.address, json=body, headers=self.headers, trust_env=False, timeout=30)

    @contextmanager
    def saying(self, text: str) -> Iterator[Iterator[bytes]]:
        """The answer's pieces, as they come."""
        message = {"content": [{"type": "input_text", "text": text}], "attachments": [], "inference_options": {}}
        body = {"type": "threads.create", "params": {"input": message}}
        with httpx.stream("POST", self.address, json=body, headers=self.headers, trust_env=False, timeout=30) as answer:
            yield answer.iter_raw()

    def say(self, text: str) -> bytes:
        with self.saying(text) as pieces:
            return b"".join(pieces)


def answers(foreign: Foreign, text: str, answer: str, thread_id: str = "thr_1") -> None:
    item = assistant_item(thread_id, f"msg_of_{thread_id}", answer)
    foreign.answers[text] = [
        {"type": "thread.created", "thread": thread(thread_id)},
        {"type": "thread.item.done", "item": user_item(thread_id, f"usr_of_{thread_id}", text)},
        {"type": "thread.item.added", "item": {**item, "content": []}},
        {"type": "thread.item.done", "item": item},
    ]


@pytest.fixture
def app(shared: Workbench) -> Workbench:
    """A page in which other tests have watched other backends."""
    return shared.begin()


@pytest.fixture
def address(app: Workbench, foreign: Foreign) -> str:
    """The relay's address that the page gives for the foreign backend; the page watches it."""
    app.connect(foreign.url)
    app.page.get_by_test_id("open-watch").click()
    shown = app.page.get_by_test_id("relay-address")
    expect(shown).to_be_visible()
    return shown.inner_text()


def close_sheet(app: Workbench) -> None:
    app.page.get_by_test_id("close-watch").click()
    expect(app.page.get_by_test_id("watch")).to_have_count(0)


def state(app: Workbench) -> Locator:
    return app.page.get_by_test_id("watching")


def test_the_page_gives_an_address_and_says_what_comes_there(app: Workbench, foreign: Foreign, address: str) -> None:
    expect(app.page.get_by_test_id("relay-state")).to_have_text("Nothing came yet")
    sheet = app.page.get_by_test_id("watch")
    for word in ("CORS", "domain key", "Proxies", "Cookies", "check URL --origin"):
        expect(sheet).to_contain_text(word)
    sheet.get_by_role("button", name="Copy").first.click()
    assert next_copy(app.page) == address
    assert FrontEnd(address, "frame-one").ask("threads.list").status_code == 200
    expect(app.page.get_by_test_id("relay-state")).to_contain_text("threads.list")
    expect(app.page.get_by_test_id("front-end")).to_contain_text("http://localhost:3000")
    assert foreign.operations()[-1] == "threads.list"


def test_the_conversation_is_shown_while_it_streams(app: Workbench, foreign: Foreign, address: str) -> None:
    answers(foreign, "Hello", "Hello from your own backend")
    seen = threading.Event()
    foreign.answers["Hello"].insert(3, seen)
    close_sheet(app)
    expect(app.page.get_by_test_id("nothing")).to_contain_text(address)
    with FrontEnd(address, "frame-one").saying("Hello") as pieces:
        next(pieces)
        expect(app.page.locator("[data-item-type=user_message]")).to_contain_text("Hello")
        expect(app.page.locator("[data-outcome=pending]")).to_have_count(1)
        seen.set()
        rest = b"".join(pieces)
    assert b"Hello from your own backend" in rest
    expect(app.answer).to_contain_text("Hello from your own backend")
    expect(app.answer).to_have_attribute("data-status", "done")
    expect(app.events).to_have_count(4)
    expect(state(app)).to_contain_text("http://localhost:3000")
    expect(app.composer).to_have_count(0)


def test_findings_and_the_eye_judge_what_the_front_end_got(app: Workbench, foreign: Foreign, address: str) -> None:
    foreign.answers["Hello"] = [{"type": "response.output_text.delta", "delta": "no ChatKit at all"}]
    close_sheet(app)
    FrontEnd(address, "frame-one").say("Hello")
    expect(app.page.get_by_test_id("blank")).to_be_visible()
    expect(app.page.locator("[data-rule-id^='vocabulary/']").first).to_be_visible()


def test_an_address_of_the_page_comes_back_to_the_traffic(app: Workbench, foreign: Foreign, address: str) -> None:
    answers(foreign, "Hello", "Still here")
    FrontEnd(address, "frame-one").say("Hello")
    close_sheet(app)
    expect(app.answer).to_contain_text("Still here")
    app.page.reload()
    expect(app.answer).to_contain_text("Still here")
    expect(state(app)).to_contain_text("http://localhost:3000")
    app.page.get_by_test_id("leave-watch").click()
    app.page.wait_for_url(lambda url: "watch=" not in url)  # there is something to go back from
    expect(app.composer).to_be_visible()
    app.page.go_back()
    expect(app.answer).to_contain_text("Still here")


def test_two_front_ends_are_told_apart(app: Workbench, foreign: Foreign, address: str) -> None:
    answers(foreign, "One", "Answer to the first", "thr_1")
    answers(foreign, "Two", "Answer to the second", "thr_2")
    FrontEnd(address, "frame-one", "http://first.example").say("One")
    expect(app.answer).to_contain_text("Answer to the first")
    FrontEnd(address, "frame-two", "http://second.example").say("Two")
    expect(app.answer).to_contain_text("Answer to the second")
    expect(app.page.get_by_test_id("exchange-row")).to_have_count(1)
    expect(app.page.get_by_test_id("front-end")).to_have_count(2)
    app.page.get_by_test_id("front-end").filter(has_text="first.example").click()
    expect(app.answer).to_contain_text("Answer to the first")
    FrontEnd(address, "frame-two", "http://second.example").ask("threads.list")
    expect(state(app)).to_contain_text("first.example")
    expect(app.page.get_by_test_id("exchange-row")).to_have_count(1)


def test_a_click_on_a_front_end_is_not_lost_while_more_comes_of_it(
    app: Workbench, foreign: Foreign, address: str
) -> None:
    answers(foreign, "One", "Answer to the first")
    first = FrontEnd(address, "frame-one", "http://first.example")
    first.say("One")
    FrontEnd(address, "frame-two", "http://second.example").ask("threads.list")
    rows = app.page.get_by_test_id("front-end")
    expect(rows).to_contain_text(["second.example", "first.example"])
    expect(app.items).to_have_count(0)
    rows.last.evaluate("(row) => { window.row = row; }")
    first.ask("threads.list")
    expect(rows.last).to_contain_text("threads.list")
    app.page.evaluate("window.row.click()")  # as if it had been on its way when that came
    expect(app.answer).to_contain_text("Answer to the first")


def test_repeated_requests_are_counted(app: Workbench, foreign: Foreign, address: str) -> None:
    foreign.status = 500
    close_sheet(app)
    for _ in range(3):
        FrontEnd(address, "frame-one").say("Hello")
    expect(app.page.get_by_test_id("attempt")).to_have_text(["3 ×"])
    expect(app.page.get_by_test_id("exchange-row")).to_have_count(1)
    app.page.get_by_test_id("exchange-group").click()
    expect(app.page.get_by_test_id("attempt")).to_have_text(["attempt 1 of 3", "attempt 2 of 3", "attempt 3 of 3"])
    assert len(foreign.requests) >= 3
    expect(app.page.get_by_test_id("pending")).to_have_count(1)


def test_events_are_let_go_one_by_one_on_both_sides(app: Workbench, foreign: Foreign, address: str) -> None:
    answers(foreign, "Hello", "One step at a time")
    close_sheet(app)
    app.page.get_by_test_id("hold").click()
    step, held = app.page.get_by_test_id("step"), app.page.get_by_test_id("held")
    expect(step).to_be_visible()  # from now on they are held
    expect(step).to_be_disabled()
    got: list[dict[str, Any]] = []
    ended = threading.Event()

    def talk() -> None:
        with FrontEnd(address, "frame-one").saying("Hello") as pieces:
            for piece in pieces:
                got.extend(json.loads(line[6:]) for line in piece.split(b"\n") if line.startswith(b"data: "))
        ended.set()

    talking = threading.Thread(target=talk)
    talking.start()
    expect(held).to_have_text("4 held")
    expect(app.events).to_have_count(0)
    assert got == []
    for number in (1, 2):
        step.click()
        expect(held).to_have_text(f"{4 - number} held")
        expect(app.events).to_have_count(number)
        until(app.page, lambda: len(got) >= number)  # noqa: B023
        assert len(got) == number
    app.page.get_by_test_id("hold").click()
    talking.join(20)
    assert ended.is_set()
    assert len(got) == 4
    expect(app.answer).to_contain_text("One step at a time")
    expect(step).to_be_hidden()


def test_what_may_not_be_relayed_to_is_said(app: Workbench) -> None:
    app.connect("http://169.254.169.254/chatkit")
    app.page.get_by_test_id("open-watch").click()
    expect(app.page.get_by_text("it is no place for a backend")).to_be_visible()


def test_an_address_that_is_gone_is_said_to_be(app: Workbench) -> None:
    app.open("/?watch=a-key-of-yesterday")
    expect(app.page.get_by_text("This address of the relay is gone")).to_be_visible()
