"""The inspector in a real browser."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.conftest import click_saying
from tests.conftest import KEEP_COPIES, next_copy

pytestmark = pytest.mark.browser

Open = Callable[..., Page]


def demo(
    context: BrowserContext, address: str, errors: list[str], session: str, what: str, width: int = 700, fold: int = 0
) -> Page:
    """The demo page, opened in a window of its own; `errors` gets its own."""
    page = context.new_page()
    page.add_init_script(f"localStorage.setItem('workbench.inspector.fold', '{fold}')")
    page.set_viewport_size({"width": 760, "height": 800})
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{address}/?show={what}&width={width}&session={session}")
    return page


@pytest.fixture
def show(context: BrowserContext, page_url: str, request: pytest.FixtureRequest) -> Iterator[Open]:
    """Open the demo page; the test fails when the page had an error of its own."""
    errors: list[str] = []
    yield partial(demo, context, page_url, errors, request.node.name)
    assert errors == []


@pytest.fixture(scope="module")
def windows(browser: Browser) -> Iterator[BrowserContext]:
    """Of pages that several tests look at."""
    context = browser.new_context()
    context.add_init_script(KEEP_COPIES)
    yield context
    context.close()


@pytest.fixture(scope="module")
def errors() -> list[str]:
    """Of these pages."""
    return []


@pytest.fixture(scope="module")
def opened(windows: BrowserContext, page_url: str, errors: list[str]) -> Callable[[str], Page]:
    """The page that shows this, opened when it is asked for first; its session has the same name."""
    return cache(lambda what: demo(windows, page_url, errors, what, what))


@pytest.fixture
def look(opened: Callable[[str], Page], errors: list[str]) -> Iterator[Open]:
    """A demo page that several tests look at, as if it were new: the newest stream, all its events, none chosen."""

    def begin(what: str) -> Page:
        page = opened(what)
        # To choose another exchange closes what was open of the one before.
        page.get_by_test_id("exchange-row").filter(has_text="threads.create").first.click()
        tab(page, "Events")
        page.get_by_test_id("event-filter").fill("")
        page.get_by_test_id("follow").click()
        expect(selected(page)).to_contain_text("threads.add_user_message")
        expect(row(page, 0)).to_be_visible()
        return page

    yield begin
    assert errors == []


@pytest.fixture
def tell(page_url: str, request: pytest.FixtureRequest) -> Callable[..., None]:
    """Make something happen in the source of the test's page, or of the one that this `session` looks at."""

    def post(what: str, session: str = request.node.name, **params: Any) -> None:
        answer = httpx.post(
            f"{page_url}/demo/{session}/{what}", params=params, trust_env=False, verify=False, timeout=30
        )
        assert answer.status_code == 200, answer.text

    return post


def rows(page: Page) -> Locator:
    return page.get_by_test_id("event-row")


def row(page: Page, index: int) -> Locator:
    return page.locator(f'[data-testid="event-row"][data-index="{index}"]')


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()


def selected(page: Page) -> Locator:
    return page.locator('[data-testid="exchange-row"][aria-current="true"]')


def test_nothing_sent_yet(show: Open) -> None:
    page = show("none")
    expect(page.get_by_text("Nothing has been sent yet.")).to_be_visible()


def test_the_newest_stream_is_shown_with_a_row_per_event(look: Open) -> None:
    page = look("few")
    expect(page.get_by_test_id("exchange-row")).to_have_count(5)
    expect(selected(page)).to_contain_text("threads.add_user_message")
    expect(row(page, 0)).to_have_attribute("data-type", "thread.item.done")
    expect(row(page, 0)).to_have_attribute("data-valid", "true")
    expect(row(page, 0)).to_contain_text("user_message msg_0003 done: “What is open?”")


def test_rows_appear_while_the_stream_goes_on_and_the_end_is_followed(show: Open, tell: Callable[..., None]) -> None:
    page = show("live")
    expect(rows(page)).to_have_count(3)
    tell("emit", count=2)
    expect(rows(page)).to_have_count(5)
    tell("emit", count=500)
    expect(row(page, 504)).to_be_in_viewport()
    tell("emit", count=7)
    expect(row(page, 511)).to_be_in_viewport()


def test_scrolling_up_stops_following_until_the_reader_comes_back(show: Open, tell: Callable[..., None]) -> None:
    page = show("live")
    tell("emit", count=300)
    expect(row(page, 302)).to_be_in_viewport()
    page.locator(".ev-box").hover()
    top = page.locator(".ev-box").evaluate("box => box.scrollTop") - 2000
    page.mouse.wheel(0, -2000)
    expect(page.get_by_test_id("follow-tail")).to_be_visible()
    page.wait_for_function("top => document.querySelector('.ev-box').scrollTop === top", arg=top)
    tell("emit", count=100)
    expect(page.get_by_role("tab", name="Events")).to_contain_text("403")
    assert page.locator(".ev-box").evaluate("box => box.scrollTop") == top
    page.get_by_test_id("follow-tail").click()
    expect(row(page, 402)).to_be_in_viewport()
    expect(page.get_by_test_id("follow-tail")).to_be_hidden()


def test_a_click_shows_the_json(look: Open) -> None:
    page = look("few")
    row(page, 2).click()
    detail = page.get_by_test_id("event-detail")
    expect(detail).to_have_attribute("data-index", "2")
    expect(detail.get_by_test_id("event-json")).to_contain_text('"type": "assistant_message"')


def test_the_row_that_was_clicked_does_not_go_under_its_detail(show: Open) -> None:
    page = show("big", 440)
    row(page, 5).click()
    expect(page.get_by_test_id("event-detail")).to_be_visible()
    expect(row(page, 5)).to_be_in_viewport()
    top = page.locator(".ev-box").evaluate("box => box.getBoundingClientRect().bottom")
    page.wait_for_function(
        "bottom => document.querySelector('.ev-row.selected').getBoundingClientRect().bottom <= bottom + 1", arg=top
    )


def test_json_folds(look: Open) -> None:
    page = look("few")
    row(page, 2).click()
    tree = page.get_by_test_id("event-json")
    line = tree.locator(".jt-line", has_text='"item": {')
    expect(tree.get_by_text('"thread_id"')).to_be_visible()
    line.click()
    expect(tree.get_by_text('"thread_id"')).to_be_hidden()
    expect(line).to_contain_text('id: "msg_0004"')
    line.click()
    expect(tree.get_by_text('"thread_id"')).to_be_visible()


def test_raw_shows_the_bytes_as_they_came(look: Open) -> None:
    page = look("few")
    row(page, 1).click()
    page.get_by_test_id("event-raw").click()
    expect(page.get_by_test_id("event-bytes")).to_contain_text('data: {"type":"stream_options"')
    expect(page.get_by_test_id("event-bytes")).to_contain_text("␊")
    page.get_by_role("button", name="JSON", exact=True).click()
    expect(page.get_by_test_id("event-json")).to_contain_text('"type": "stream_options"')


def test_the_detail_is_copied_as_formatted_json(look: Open) -> None:
    page = look("few")
    row(page, 1).click()
    page.get_by_role("button", name="Copy the event").click()
    copied = next_copy(page)
    assert json.loads(copied) == {"type": "stream_options", "stream_options": {"allow_cancel": True}}
    assert "\n" in copied


@pytest.mark.parametrize("told", [True, False], ids=["the list is told", "the list is not told"])
def test_that_an_exchange_has_gone_is_said_only_where_it_stays_shown(
    own_context: BrowserContext, page_url: str, request: pytest.FixtureRequest, tell: Callable[..., None], told: bool
) -> None:
    page = demo(own_context, page_url, [], request.node.name, "few")
    expect(row(page, 0)).to_be_visible()
    tell("lose", operation="threads.add_user_message")
    now = datetime.now()
    page.clock.install(time=now)
    page.clock.pause_at(now + timedelta(seconds=10))
    with page.expect_response(lambda answer: answer.status == 204):
        tab(page, "Response")
    page.evaluate("fetch('/healthz').then((answer) => answer.text())")  # what reads the first answer has done so
    expect(page.locator(".in-failure")).to_have_count(0)
    if told:
        tell("refresh")
        expect(selected(page)).not_to_contain_text("threads.add_user_message")
    page.clock.run_for(2_000)
    said = ["This exchange is no longer kept."]
    expect(page.locator(".in-failure")).to_have_text([] if told else said)


def test_of_a_long_event_the_beginning_is_shown_and_the_rest_at_a_click(show: Open) -> None:
    page = show("long")
    expect(page.get_by_test_id("forgotten")).to_have_text("3 earlier exchanges no longer kept")
    row(page, 0).click()
    cut = page.get_by_test_id("event-cut")
    expect(cut).to_contain_text("The first 4.2 MB are shown, 805.8 kB are left.")
    ends = "() => document.querySelector('[data-testid=event-detail]').textContent.includes('Here it is.')"
    assert not page.evaluate(ends)
    with page.expect_download() as download:
        page.get_by_test_id("save-event").click()
    assert download.value.suggested_filename == "event-0.txt"
    page.get_by_test_id("whole-event").click()
    page.wait_for_function(ends)  # which an expectation would take 5 MB out of the page for, again and again
    expect(page.get_by_test_id("event-bytes")).to_be_visible()
    expect(cut).to_have_count(0)


def test_an_invalid_event_is_marked_with_path_expected_and_got(look: Open) -> None:
    page = look("broken")
    bad = row(page, 5)
    expect(bad).to_have_attribute("data-valid", "false")
    expect(bad).to_contain_text("$.item.thread_id: expected text, got nothing")
    bad.click()
    problem = page.get_by_test_id("event-problem").first
    expect(problem.locator(".path")).to_have_text("$.item.thread_id")
    expect(problem.locator(".expected")).to_have_text("text")
    expect(problem.locator(".got")).to_have_text("nothing")


def test_what_is_missing_is_marked_at_its_place_in_the_json(look: Open) -> None:
    page = look("broken")
    row(page, 5).click()
    tree = page.get_by_test_id("event-json")
    expect(tree.locator('.jt-line.missing[data-path="$.item.thread_id"]')).to_contain_text("missing")
    expect(tree.locator('.jt-line.bad[data-path="$.item.content[0].type"]')).to_contain_text("output_text")


def test_a_last_event_without_its_blank_line_is_explained(look: Open) -> None:
    page = look("broken")
    row(page, 9).click()
    expect(page.get_by_text("No blank line ends this event")).to_be_visible()


def test_hostile_text_stays_text(look: Open) -> None:
    page = look("broken")
    expect(row(page, 9)).to_contain_text("<img src=x onerror=alert(1)>")
    row(page, 9).click()
    expect(page.get_by_test_id("event-json")).to_contain_text("<img src=x onerror=alert(1)>")
    assert page.locator(".inspector img").count() == 0


def test_20_000_events_keep_fewer_than_200_rows_in_the_page(look: Open) -> None:
    page = look("big")
    expect(row(page, 0)).to_be_visible()
    box = page.locator(".ev-box")
    for part in (0.3, 0.7, 0.1):
        box.evaluate("(box, part) => { box.scrollTop = box.scrollHeight * part; }", part)
        expect(row(page, int(20_000 * part) + 2)).to_be_visible()
        assert page.locator(".ev-row").count() < 200
    box.evaluate("box => { box.scrollTop = box.scrollHeight; }")
    expect(row(page, 19_999)).to_be_in_viewport()
    expect(row(page, 19_999)).to_have_attribute("data-type", "notice")
    assert page.locator(".ev-row").count() < 200


def test_scrolling_20_000_events_draws_what_comes_into_sight_and_no_more(look: Open) -> None:
    page = look("big")
    expect(row(page, 0)).to_be_visible()
    drawn = page.evaluate(
        """async () => {
            const box = document.querySelector(".ev-box");
            let drawn = 0;
            const count = (changes) => changes.forEach(({ addedNodes }) => (drawn += addedNodes.length));
            const counting = new MutationObserver(count);
            counting.observe(box, { childList: true, subtree: true });
            for (let i = 0; i < 60; i++) {
                box.scrollTop += 1300;
                await new Promise(requestAnimationFrame);
            }
            await new Promise(requestAnimationFrame);
            count(counting.takeRecords());
            counting.disconnect();
            return drawn;
        }"""
    )
    assert 0 < drawn < 60 * 100  # fifty rows come into sight with each step


def test_the_filter_leaves_the_rows_that_match(look: Open) -> None:
    page = look("big")
    page.get_by_test_id("event-filter").fill("customs type:text_delta")
    expect(page.locator(".ev-matched")).to_have_text("999")
    expect(rows(page).first).to_contain_text("+“customs ”")
    page.locator(".ev-box").evaluate("box => { box.scrollTop = box.scrollHeight; }")
    expect(rows(page).last).to_contain_text("+“customs ”")
    page.get_by_role("button", name="Clear the filter").click()
    expect(row(page, 0)).to_be_visible()


def test_only_invalid_events(look: Open) -> None:
    page = look("big")
    page.get_by_test_id("only-invalid").click()
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_have_attribute("data-index", "10000")
    page.get_by_test_id("only-invalid").click()
    expect(row(page, 0)).to_be_visible()


def test_the_deltas_of_a_part_are_one_row_that_unfolds(show: Open) -> None:
    page = show("big", fold=1)
    expect(rows(page)).to_have_count(10)  # of 20,000 events; the broken one parts its neighbours
    runs = page.locator('[data-testid="event-row"][data-folded="true"]')
    expect(runs.first).to_contain_text("chars")
    runs.first.click()
    page.locator(".ev-box").press("ArrowRight")
    unfolded = page.locator('[data-testid="event-row"][data-folded="false"]')
    first = int(unfolded.locator(".ev-i").inner_text())
    expect(row(page, first + 1)).to_be_visible()
    expect(row(page, first)).to_have_attribute("data-type", "thread.item.updated")
    assert rows(page).count() < 200, "however many are unfolded"
    page.locator(".ev-box").press("End")
    expect(row(page, 19_999)).to_be_in_viewport()
    page.locator(".ev-box").press("Home")
    unfolded.get_by_test_id("unfold-deltas").click()
    expect(rows(page)).to_have_count(10)


def test_a_run_that_grows_is_counted_and_evidence_inside_one_unfolds_it(show: Open, tell: Callable[..., None]) -> None:
    page = show("live", fold=1)
    tell("emit", count=300)
    grows = page.locator('[data-testid="event-row"][data-folded="true"]').last
    before = grows.get_attribute("data-run")
    tell("emit", count=40)
    expect(page.get_by_role("tab", name="Events")).to_contain_text("343")
    expect(grows).not_to_have_attribute("data-run", before or "")
    tell("select", exchange=-1, index=200)
    expect(page.get_by_test_id("event-detail")).to_have_attribute("data-index", "200")
    expect(row(page, 200)).to_be_in_viewport()


def test_without_deltas(look: Open) -> None:
    page = look("big")
    page.get_by_test_id("hide-deltas").click()
    expect(page.locator(".ev-matched")).to_have_text("7")
    expect(rows(page)).to_have_count(7)
    page.get_by_test_id("hide-deltas").click()
    expect(page.locator(".ev-matched")).to_be_hidden()


def test_a_filter_holds_while_the_stream_goes_on(show: Open, tell: Callable[..., None]) -> None:
    page = show("live")
    page.get_by_test_id("event-filter").fill("rotterdam")
    expect(page.get_by_text("No event matches.")).to_be_visible()
    tell("emit", count=200)
    expect(page.locator(".ev-matched")).to_have_text("10")
    tell("emit", count=200)
    expect(page.locator(".ev-matched")).to_have_text("20")
    expect(rows(page).last).to_contain_text("Rotterdam")


def test_the_keyboard_walks_through_the_events(look: Open) -> None:
    page = look("big")
    row(page, 0).click()
    detail = page.get_by_test_id("event-detail")
    expect(detail).to_have_attribute("data-index", "0")
    page.locator(".ev-box").focus()
    page.keyboard.press("ArrowDown")
    expect(detail).to_have_attribute("data-index", "1")
    page.keyboard.press("End")
    expect(detail).to_have_attribute("data-index", "19999")
    expect(row(page, 19_999)).to_be_in_viewport()
    page.keyboard.press("ArrowUp")
    expect(detail).to_have_attribute("data-index", "19998")
    page.keyboard.press("Escape")
    expect(detail).to_be_hidden()


def test_a_click_on_an_exchange_stays_with_it(show: Open, tell: Callable[..., None]) -> None:
    page = show("live")
    page.get_by_test_id("exchange-row").nth(1).click()
    expect(row(page, 0)).to_have_attribute("data-type", "thread.created")
    tell("end")
    tell("begin")
    expect(page.get_by_test_id("exchange-row")).to_have_count(7)
    expect(selected(page)).to_contain_text("threads.create")
    expect(row(page, 0)).to_have_attribute("data-type", "thread.created")
    page.get_by_test_id("follow").click()
    expect(page.get_by_text("Waiting for the first event.")).to_be_visible()


def test_a_list_read_anew_does_not_push_the_stream_away(show: Open, tell: Callable[..., None]) -> None:
    page = show("live")
    tell("end")
    tell("begin", operation="threads.list")
    tell("end")
    expect(page.get_by_test_id("exchange-row")).to_have_count(7)
    expect(selected(page)).to_contain_text("threads.add_user_message")


def test_an_exchange_whose_end_nobody_announces_ends_in_the_list_too(show: Open, tell: Callable[..., None]) -> None:
    page = show("few")
    tell("begin", operation="threads.update")
    line = page.get_by_test_id("exchange-row").filter(has_text="threads.update")
    expect(line).to_have_attribute("data-outcome", "pending")
    tell("end", quietly=True)
    expect(line).to_have_attribute("data-outcome", "complete")


def test_evidence_elsewhere_can_point_at_an_event(look: Open, tell: Callable[..., None]) -> None:
    page = look("big")
    page.get_by_test_id("event-filter").fill("nothing at all")
    expect(page.get_by_text("No event matches.")).to_be_visible()
    tab(page, "State")
    tell("select", session="big", exchange=5, index=12_345)
    expect(page.get_by_test_id("event-detail")).to_have_attribute("data-index", "12345")
    expect(row(page, 12_345)).to_be_in_viewport()
    tell("select", session="big", exchange=1, index=0)
    expect(page.get_by_test_id("event-detail")).to_have_attribute("data-index", "0")
    expect(row(page, 0)).to_have_attribute("data-type", "thread.created")


def test_the_request_and_its_curl_command(look: Open) -> None:
    page = look("few")
    tab(page, "Request")
    request = page.get_by_test_id("request")
    expect(request).to_contain_text("POST http://127.0.0.1:8080/chatkit")
    expect(request.get_by_role("row", name="Accept-Language")).to_contain_text("en")
    expect(request).to_contain_text('"type": "threads.add_user_message"')
    click_saying(page.get_by_test_id("copy-curl"), "Copied")
    assert next_copy(page).startswith("curl ")


def test_the_response_of_a_failed_request_says_why(look: Open) -> None:
    page = look("broken")
    page.get_by_test_id("exchange-row").filter(has_text="unreachable").click()
    expect(page.get_by_test_id("response")).to_contain_text("There was no connection to the backend.")
    expect(page.get_by_test_id("response")).to_contain_text("Connection refused: nothing listens")
    tab(page, "Events")
    expect(page.get_by_label("Events").get_by_text("Connection refused: nothing listens")).to_be_visible()


def test_a_truncated_body_is_shown_as_it_came(look: Open) -> None:
    page = look("broken")
    tab(page, "Response")
    expect(page.get_by_test_id("response")).to_contain_text("The connection broke in the middle of the body.")
    expect(page.get_by_test_id("response-body")).to_contain_text("data: [DONE]")


def test_a_long_body_is_shown_in_pieces(look: Open) -> None:
    page = look("big")
    tab(page, "Response")
    body = page.get_by_test_id("response-body")
    expect(body).to_contain_text("thread.created")
    first = body.evaluate("el => el.textContent.length")
    assert first <= 100_000
    page.get_by_test_id("more-body").click()
    expect(page.get_by_test_id("more-body")).to_be_visible()
    page.wait_for_function(
        "first => document.querySelector('[data-testid=response-body]').textContent.length > first", arg=first
    )


def test_timing_leads_back_to_the_events(look: Open) -> None:
    page = look("few")
    tab(page, "Timing")
    expect(page.locator('[data-timing="first-event"]')).to_contain_text("640 ms")
    page.get_by_test_id("timeline").hover()
    page.get_by_test_id("timeline").click()
    expect(page.get_by_test_id("event-detail")).to_be_visible()


def test_the_state_as_json(look: Open) -> None:
    page = look("few")
    tab(page, "State")
    expect(page.get_by_test_id("state")).to_contain_text('"id": "thr_good0001"')


def test_the_recording_is_saved(look: Open) -> None:
    page = look("few")
    expect(row(page, 0)).to_be_visible()
    with page.expect_download() as download:
        page.get_by_test_id("save-recording").click()
    assert download.value.suggested_filename == "threads.add_user_message-20261120-094509.jsonl"


def test_a_folded_pane_is_neither_pushed_to_nor_does_it_fetch(
    show: Open, tell: Callable[..., None], page_url: str, request: pytest.FixtureRequest
) -> None:
    page = show("live")
    expect(rows(page)).to_have_count(3)
    page.locator("#frame").evaluate("frame => { frame.style.width = '0'; frame.style.overflow = 'hidden'; }")
    state = f"{page_url}/demo/{request.node.name}/pane"
    deadline = time.monotonic() + 10
    while httpx.get(state, trust_env=False, verify=False).json() != {"shown": False, "push_planned": False}:
        assert time.monotonic() < deadline
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    tell("emit", count=50)
    assert httpx.get(state, trust_env=False, verify=False).json() == {"shown": False, "push_planned": False}
    page.evaluate("window.heard = 0; window.socket.onAny(() => { window.heard += 1; })")
    tell("late")
    page.wait_for_function("window.heard")
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert asked == []
    page.locator("#frame").evaluate("frame => { frame.style.width = '700px'; }")
    expect(page.get_by_role("tab", name="Events")).to_contain_text("53")
    expect(row(page, 52)).to_be_in_viewport()


def test_the_list_of_exchanges_is_as_tall_as_the_reader_wants_and_stays_so(show: Open) -> None:
    page = show("few")
    expect(page.get_by_test_id("exchange-row")).to_have_count(5)
    heads = page.locator(".ex-head")
    expect(heads).to_have_text("TimeOperationStatusTookEventsFound")
    grip = page.get_by_role("separator", name="Height of the list of exchanges")
    box = grip.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"])
    page.mouse.down()
    page.mouse.move(box["x"] + 40, box["y"] + 200)
    page.mouse.up()
    page.wait_for_function("document.querySelector('.in-exchanges').offsetHeight > 250")
    tall = page.locator(".in-exchanges").evaluate("list => list.offsetHeight")
    page.reload()
    expect(page.get_by_test_id("exchange-row")).to_have_count(5)
    assert page.locator(".in-exchanges").evaluate("list => list.offsetHeight") == tall
    grip.dblclick()
    page.wait_for_function("tall => document.querySelector('.in-exchanges').offsetHeight < tall", arg=tall)


@pytest.mark.parametrize("width", [300, 440, 900])
def test_nothing_sticks_out_at_any_width(show: Open, width: int) -> None:
    page = show("broken", width)
    row(page, 5).click()
    expect(page.get_by_test_id("event-detail")).to_be_visible()
    for name in ("Events", "Request", "Response", "Timing", "State"):
        tab(page, name)
        expect(page.get_by_role("tabpanel", name=name)).to_be_visible()
        wide = page.locator(".inspector").evaluate(
            "pane => [...pane.querySelectorAll('.in-page, .ev-body, .ev-tools, .in-head, .ex-row')]"
            ".filter(el => el.offsetParent && el.scrollWidth > el.clientWidth + 1).map(el => el.className)"
        )
        assert wide == []
