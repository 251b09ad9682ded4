"""A backend of one's own: by address, with headers; and what is said when it does not work."""

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, expect

from tests.browser.conftest import VISITOR, Foreign, Workbench, assistant_item, thread, until, user_item
from tests.conftest import Start

pytestmark = pytest.mark.browser

TURN = [
    {"type": "thread.created", "thread": thread("thr_1", "Foreign")},
    {"type": "thread.item.done", "item": user_item("thr_1", "u1", "Hi")},
    {"type": "thread.item.done", "item": assistant_item("thr_1", "a1", "Greetings from **elsewhere**.")},
]


@pytest.fixture
def app(shared: Workbench) -> Workbench:
    """A page in which other tests have connected to other backends."""
    return shared.begin()


def state(app: Workbench) -> Locator:
    return app.page.get_by_test_id("connection-state")


def trouble(app: Workbench) -> Locator:
    return app.page.get_by_test_id("unreachable")


def test_a_foreign_backend_by_two_options(start: Start, context: BrowserContext, foreign: Foreign) -> None:
    foreign.required = ("authorization", "Bearer open-sesame")
    foreign.answers[""] = TURN
    running = start("--backend", foreign.url, "--header", "Authorization: Bearer open-sesame")
    app = Workbench(context.new_page(), running.url).open()
    expect(state(app)).to_contain_text("Connected")
    app.ask("Hi")
    expect(app.answer.locator("strong")).to_have_text("elsewhere")
    headers, body = foreign.requests[-1]
    assert body["type"] == "threads.create"
    assert headers["authorization"] == "Bearer open-sesame"
    assert headers["accept"] == "text/event-stream"
    assert "open-sesame" not in app.page.content()
    assert "open-sesame" not in (running.data / "profiles.json").read_text()
    assert "open-sesame" not in running.log.read_text()


def test_a_foreign_backend_by_the_address_field(app: Workbench, foreign: Foreign) -> None:
    foreign.answers[""] = TURN
    app.connect(foreign.url)
    expect(state(app)).to_contain_text("Connected")
    app.ask("Hi")
    app.page.reload()
    expect(app.page.get_by_test_id("connection-url")).to_have_value(foreign.url)


def test_headers_can_be_set_in_the_page_and_never_come_back_to_it(app: Workbench, foreign: Foreign) -> None:
    foreign.required = ("x-api-key", "k-123456")
    app.connect(foreign.url)
    expect(trouble(app)).to_contain_text("401")
    app.page.get_by_test_id("connection-settings").click()
    app.page.get_by_label("Header name", exact=True).fill("X-Api-Key")
    app.page.get_by_label("Header value", exact=True).fill("k-123456")
    app.page.get_by_test_id("profile-as_widget").check()
    app.page.get_by_test_id("connect").click()
    expect(state(app)).to_contain_text("Connected")
    assert "chatkit-frame-instance-id" in foreign.requests[-1][0]
    app.page.get_by_test_id("connection-settings").click()
    expect(app.page.get_by_label("Header value", exact=True)).to_have_value("")
    assert "k-123456" not in app.page.content()


def test_a_backend_that_is_down_is_said_in_words(app: Workbench, nobody: Any) -> None:
    app.connect(nobody)
    said = trouble(app)
    expect(said).to_contain_text("Nothing listens")
    expect(said).to_contain_text("your backend")
    expect(said).to_contain_text("connection refused")
    app.composer.fill("Anyone there?")
    expect(app.page.get_by_test_id("send")).to_be_disabled()
    app.page.get_by_test_id("send-anyway").click()
    expect(app.page.get_by_test_id("send")).to_be_enabled()
    app.composer.press("Enter")
    error = app.page.get_by_test_id("error")
    expect(error).to_contain_text("Nothing listens")
    expect(error).to_contain_text("your backend")


def test_a_click_is_not_lost_while_a_backend_that_is_down_is_asked_again(app: Workbench, nobody: Any) -> None:
    app.connect(nobody)
    app.page.get_by_test_id("send-anyway").evaluate("(button) => { window.before = button; }")
    expect(app.page.get_by_test_id("asks-again")).to_contain_text("Asked 2 times")
    app.composer.fill("Anyone there?")
    expect(app.page.get_by_test_id("send")).to_be_disabled()
    app.page.evaluate("window.before.click()")  # as if it had been on its way when that was asked
    expect(app.page.get_by_test_id("send")).to_be_enabled()
    app.composer.fill("")


def test_a_mistyped_address_is_not_kept_among_the_backends_and_one_that_answers_is(
    start: Start, context: BrowserContext, foreign: Foreign, nobody: Any
) -> None:
    running = start()
    app = Workbench(context.new_page(), running.url).open()
    app.connect(nobody)
    expect(trouble(app)).to_contain_text("Nothing listens")
    app.page.reload()
    expect(app.page.get_by_test_id("connection-url")).to_have_value(nobody)
    expect(trouble(app)).to_contain_text("Nothing listens")
    foreign.status = 500
    app.connect(foreign.url)
    expect(trouble(app)).to_contain_text("500")
    app.page.get_by_test_id("profiles").click()
    expect(app.page.get_by_test_id("profile-row")).to_have_count(2)
    expect(app.page.get_by_test_id("profile-row").last).to_have_text(foreign.url.split("://")[1])
    assert nobody not in (running.data / "profiles.json").read_text()


def test_a_click_is_not_lost_on_what_the_list_of_backends_had_before(app: Workbench, foreign: Foreign) -> None:
    page = app.page
    app.connect(foreign.url)
    rows = page.get_by_test_id("profile-row")
    page.get_by_test_id("profiles").click()
    expect(rows.first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".q-menu")).to_have_count(0)
    page.evaluate("""() => {
        const first = () => document.querySelector("[data-testid=profile-row]");
        new MutationObserver((_, all) => first() && (all.disconnect(), first().click())).observe(
            document.body, { childList: true, subtree: true });
    }""")
    page.get_by_test_id("profiles").click()
    expect(page.get_by_test_id("connection-url")).to_have_value(f"{app.url}/chatkit")


def test_after_a_switch_the_inspector_shows_the_new_backend(app: Workbench, foreign: Foreign, nobody: Any) -> None:
    app.connect(nobody)
    app.page.locator("[data-testid=exchange-row]", has_text="threads.list").last.click()  # and stays with it
    app.connect(foreign.url)
    chosen = app.page.locator("[data-testid=exchange-row][aria-current=true]")
    expect(chosen).to_have_attribute("title", f"POST {foreign.url}")
    expect(app.page.locator("[data-testid=exchange-row][data-outcome=failed]")).to_have_count(0)


def test_a_failure_is_shown_until_the_same_is_asked_again(app: Workbench, foreign: Foreign) -> None:
    foreign.required = ("x-api-key", "k-123456")
    app.connect(foreign.url)
    chosen = app.page.locator("[data-testid=exchange-row][aria-current=true]")
    expect(chosen).to_contain_text("401")
    foreign.required = None
    app.page.get_by_test_id("connection-settings").click()
    app.page.get_by_test_id("connect").click()
    expect(chosen).to_contain_text("200")


def test_a_backend_that_fails_says_whose_fault_it_is_and_what_it_said(app: Workbench, foreign: Foreign) -> None:
    foreign.status = 500
    app.connect(foreign.url)
    app.say("Hello?")
    expect(app.page.get_by_test_id("error")).to_contain_text("The database is on fire.")


def test_an_address_that_is_none_is_refused_with_an_example(app: Workbench) -> None:
    field = app.page.get_by_test_id("connection-url")
    field.fill("localhost:8000/chatkit")
    field.press("Enter")
    expect(state(app)).to_contain_text("http://")


def test_json_that_is_no_list_of_threads_does_not_count_as_connected(app: Workbench, foreign: Foreign) -> None:
    foreign.documents["threads.list"] = {"data": {"hello": "world"}, "has_more": False}
    app.connect(foreign.url)
    expect(state(app)).to_have_class("connection-state failed")
    expect(state(app)).to_have_text("Not connected")
    expect(trouble(app)).to_contain_text("$.data should be a list")


def test_one_bad_thread_does_not_hide_the_others(app: Workbench, foreign: Foreign) -> None:
    foreign.threads = [thread("thr_1", "A good one"), {"id": "thr_2"}]
    app.connect(foreign.url)
    expect(trouble(app)).to_contain_text("$.data[1]")
    expect(app.threads).to_have_text(["A good one"])


def test_no_send_is_ever_repeated(app: Workbench, foreign: Foreign) -> None:
    app.connect(foreign.url)
    expect(state(app)).to_contain_text("Connected")
    foreign.status = 500
    app.say("Once only")
    expect(app.page.get_by_test_id("error")).to_be_visible()
    assert foreign.operations().count("threads.create") == 1


def test_schema_invalid_events_are_marked_with_path_expected_and_got(app: Workbench, foreign: Foreign) -> None:
    broken = {
        "type": "thread.item.done",
        "item": {**assistant_item("thr_1", "a1", "x"), "content": [{"type": "text", "text": "x"}]},
    }
    foreign.answers[""] = [*TURN[:2], broken, {"type": "response.created", "response": {}}]
    app.connect(foreign.url)
    app.say("Hi")
    invalid = app.page.locator("[data-testid=event-row][data-valid=false], [data-testid=event-row][data-valid='0']")
    expect(invalid).to_have_count(2)
    invalid.first.click()
    expect(app.page.locator(".pane-right")).to_contain_text("$.item.content[0].type")
    expect(app.page.locator(".pane-right")).to_contain_text("output_text")


def test_what_a_backend_repeats_of_the_credentials_is_shown_nowhere(
    start: Start, context: BrowserContext, foreign: Foreign
) -> None:
    token, key = "opaque-credential-77", "value-of-the-query"
    said = f"You sent {token} and {key}."
    item = assistant_item("thr_1", "a1", said)
    delta = {"type": "assistant_message.content_part.text_delta", "content_index": 0}
    foreign.answers[""] = [
        {"type": "thread.created", "thread": thread("thr_1", f"Title with {token}")},
        {"type": "thread.item.done", "item": user_item("thr_1", "u1", "Hi")},
        {"type": "thread.item.added", "item": {**item, "content": []}},
        *({"type": "thread.item.updated", "item_id": "a1", "update": {**delta, "delta": letter}} for letter in said),
        {"type": "thread.item.done", "item": item},
    ]
    running = start("--backend", f"{foreign.url}?k={key}", "--header", f"X-Custom: {token}")
    app = Workbench(context.new_page(), running.url).open()
    expect(app.page.get_by_test_id("connection-url")).to_have_value(f"{foreign.url}?k=••••uery")
    expect(state(app)).to_contain_text("Connected")
    app.ask("Hi")
    expect(app.answer).to_contain_text("You sent opmasked01xx")
    app.page.get_by_role("tab", name="Response").click()
    expect(app.page.locator(".pane-right")).to_contain_text("Title with opmasked01")
    app.page.get_by_test_id("profiles").click()
    expect(app.page.get_by_test_id("profile-row").last).to_contain_text("••••uery")
    app.page.keyboard.press("Escape")
    app.page.get_by_test_id("connection-settings").click()
    expect(app.page.get_by_label("Address", exact=True)).to_have_value(f"{foreign.url}?k=••••uery")
    before = foreign.operations().count("threads.list")
    app.page.get_by_test_id("connect").click()  # with what the form showed, and it still works
    until(app.page, lambda: foreign.operations().count("threads.list") > before)
    expect(state(app)).to_contain_text("Connected")
    values = app.page.evaluate("[...document.querySelectorAll('input')].map(field => field.value).join()")
    everything = app.page.content() + values + (running.data / "profiles.json").read_text() + running.log.read_text()
    assert token not in everything
    assert key not in everything
    assert foreign.requests[-1][0]["x-custom"] == token


def test_a_backend_that_knows_its_users_by_a_cookie_lists_their_threads_after_a_reload(
    start: Start, context: BrowserContext, foreign: Foreign
) -> None:
    foreign.by_cookie = True
    foreign.threads = [thread("thr_1", "From yesterday")]
    running = start("--backend", foreign.url)
    app = Workbench(context.new_page(), running.url).open()
    expect(state(app)).to_have_text("Connected · 0 threads")
    expect(app.page.get_by_test_id("thread-row")).to_have_count(0)
    app.page.reload()
    expect(app.page.get_by_test_id("thread-row")).to_have_text("From yesterday")
    app.page.get_by_test_id("connection-settings").click()
    expect(app.page.get_by_test_id("cookies")).to_contain_text("visitor")
    assert VISITOR not in app.page.content()
    app.page.get_by_test_id("clear-cookies").click()
    expect(app.page.get_by_test_id("cookies")).to_have_count(0)
    app.page.get_by_test_id("connect").click()
    expect(state(app)).to_have_text("Connected · 0 threads")
    expect(app.page.get_by_test_id("thread-row")).to_have_count(0)
    assert not any(VISITOR in path.read_text("utf-8", "replace") for path in running.data.glob("*.json"))
