"""What a person does inside a conversation: forms, questions, tools, thumbs, images, files."""

import json
import re
import threading
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import Foreign, Workbench, until

pytestmark = pytest.mark.browser


@pytest.fixture
def talk(shared: Workbench) -> Workbench:
    """A new conversation, in a page that tests share: they leave no more than a thread."""
    return shared.begin()


def begin(app: Workbench, prompt: str) -> None:
    app.page.get_by_role("button", name=prompt).click()
    expect(app.answer).to_have_attribute("data-status", "done", timeout=60_000)
    app.idle()


def test_a_form_is_not_sent_before_its_required_fields_are_filled(talk: Workbench) -> None:
    begin(talk, "Form in a card")
    book = talk.page.get_by_role("button", name="Book", exact=True)
    book.click()
    assert talk.page.evaluate("document.querySelector('.widget :invalid') !== null")
    talk.page.get_by_placeholder("Name as in the passport").fill("Ann Lee")
    talk.page.get_by_placeholder("you@example.com").fill("ann@example.org")
    book.click()
    expect(talk.page.locator("[data-item-type=widget]")).to_contain_text("Confirmed")
    expect(talk.page.locator("[data-item-type=widget]")).to_contain_text("Ann Lee")
    expect(talk.answer).to_contain_text("Ann Lee")


def test_questions_are_answered_with_choices_and_words_of_ones_own(talk: Workbench) -> None:
    begin(talk, "Structured questions")
    form = talk.page.locator("[data-item-type=structured_input]")
    form.get_by_label("Autumn").check()
    form.get_by_label("Lighthouses").check()
    form.locator(".own-answer").last.fill("Harbours")
    talk.page.get_by_test_id("structured-send").click()
    expect(form.locator(".is-answered")).to_be_visible()
    for said in ("Autumn", "Lighthouses", "Harbours"):
        expect(form).to_contain_text(said)
    expect(talk.answer).to_contain_text("autumn")


def test_a_client_tool_is_answered_with_json(talk: Workbench) -> None:
    begin(talk, "Client tool")
    call = talk.page.locator("[data-item-type=client_tool_call]")
    call.locator("textarea").fill(json.dumps({"zone": "Europe/Oslo"}))
    call.get_by_role("button", name="Send output").click()
    expect(call).to_contain_text("completed")
    expect(talk.answer).to_contain_text("Europe/Oslo")


def test_broken_json_is_no_output_of_a_tool_unless_it_is_meant_as_text(talk: Workbench) -> None:
    begin(talk, "Client tool")
    call = talk.page.locator("[data-item-type=client_tool_call]")
    output, as_text = call.locator("textarea"), call.get_by_role("button", name="Send as text")
    expect(as_text).to_be_hidden()
    output.fill('{"zone": "Europe/Oslo"')
    call.get_by_role("button", name="Send output").click()
    expect(call.get_by_role("alert")).to_contain_text("expecting ',' delimiter (line 1, column 23)")
    expect(call).to_contain_text("waiting for output")
    expect(output).to_be_focused()
    output.press_sequentially("x")
    expect(call.get_by_role("alert")).to_be_hidden()
    call.get_by_role("button", name="Send output").click()
    as_text.click()
    expect(call).to_contain_text("completed")
    expect(call).to_contain_text('"{\\"zone\\": \\"Europe/Oslo\\"x"')


def test_questions_without_an_answer_are_not_sent_as_skipped(talk: Workbench) -> None:
    begin(talk, "Structured questions")
    form = talk.page.locator("[data-item-type=structured_input]")
    expect(form).to_contain_text("Questions left open count as skipped.")
    talk.page.get_by_test_id("structured-send").click()
    expect(form.get_by_role("alert")).to_have_text("Nothing is answered yet. Answer a question, or skip them all.")
    form.get_by_label("Autumn").check()
    expect(form.get_by_role("alert")).to_be_hidden()
    talk.page.get_by_test_id("structured-send").click()
    expect(form.locator(".is-answered")).to_contain_text("Autumn")


def test_questions_can_be_skipped(talk: Workbench) -> None:
    begin(talk, "Structured questions")
    form = talk.page.locator("[data-item-type=structured_input]")
    talk.page.get_by_test_id("structured-skip").click()
    expect(form.locator(".is-answered")).to_contain_text("Skipped")


def test_an_action_that_need_not_wait_updates_its_widget_alone(talk: Workbench) -> None:
    begin(talk, "List widget")
    widget = talk.page.locator("[data-item-type=widget]")
    expect(widget).to_contain_text("1 of 5 done")
    talk.page.get_by_text("Update the pricing page").click()
    expect(widget).to_contain_text("2 of 5 done")


def test_a_streaming_widget_grows_as_markdown(talk: Workbench) -> None:
    begin(talk, "Streaming widget")
    widget = talk.page.locator("[data-item-type=widget]")
    expect(widget.locator("li")).to_have_count(3)
    expect(widget.locator("strong")).to_have_text("move the launch to 14 May")
    grown = widget.inner_text()
    talk.page.reload()
    expect(widget.locator("li")).to_have_count(3)
    talk.idle()
    assert widget.inner_text() == grown


def test_citations_stand_in_the_text_live_and_after_a_reload(talk: Workbench) -> None:
    begin(talk, "Citations")
    live = talk.answer.inner_text()
    expect(talk.answer.locator("sup.cite").first).to_be_visible()
    talk.page.reload()
    expect(talk.answer.locator("sup.cite").first).to_be_visible()
    talk.idle()
    assert talk.answer.inner_text() == live
    # what is known of a source, at the pointer and at the keyboard
    card = talk.page.get_by_test_id("citation-card")
    link = talk.answer.locator("sup.cite > a").first
    link.hover()
    expect(card).to_contain_text("en.wikipedia.org")
    talk.page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    talk.answer.locator("sup.cite > button").last.focus()
    expect(card).to_have_text("lamp-power-survey.csv")
    talk.page.context.route("https://en.wikipedia.org/**", lambda route: route.fulfill(body="A lens"))
    with talk.page.expect_popup() as opened:
        link.click()
    expect(opened.value).to_have_url("https://en.wikipedia.org/wiki/Fresnel_lens")


def test_thumbs_stay_pressed(talk: Workbench) -> None:
    begin(talk, "Markdown tour")
    good = talk.answer.get_by_role("button", name="Good answer")
    good.click()
    expect(good).to_have_attribute("aria-pressed", "true")
    talk.page.reload()
    expect(good).to_have_attribute("aria-pressed", "true")


def test_trying_again_replaces_the_answer(talk: Workbench) -> None:
    begin(talk, "Markdown tour")
    before = talk.answer.get_attribute("data-item-id")
    talk.answer.get_by_role("button", name="Try again").click()
    expect(talk.page.locator(f'[data-item-id="{before}"]')).to_have_count(0)
    expect(talk.answer).to_have_attribute("data-status", "done", timeout=60_000)
    expect(talk.items).to_have_count(2)


def test_a_file_goes_up_and_is_named_in_the_message(talk: Workbench, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("some notes")
    talk.page.get_by_test_id("file-input").set_input_files(tmp_path / "notes.txt")
    expect(talk.page.get_by_test_id("attachment")).to_have_attribute("data-status", "done")
    talk.say("Look at this")
    expect(talk.items.first).to_contain_text("notes.txt")
    expect(talk.page.get_by_test_id("attachment")).to_have_count(0)
    expect(talk.answer).to_contain_text("notes.txt")


def test_a_file_that_is_attached_while_a_message_goes_stays_for_the_next(talk: Workbench, tmp_path: Path) -> None:
    for name in ("first.txt", "second.txt"):
        (tmp_path / name).write_text("some notes")
    files, chips = talk.page.get_by_test_id("file-input"), talk.page.get_by_test_id("attachment")
    files.set_input_files(tmp_path / "first.txt")
    expect(chips).to_have_attribute("data-status", "done")
    going: list[Route] = []
    talk.page.route("**/messages", lambda route: going.append(route))
    talk.say("Look at this, in 0.1 kB")
    until(talk.page, lambda: going)
    files.set_input_files(tmp_path / "second.txt")
    expect(chips).to_contain_text(["first.txt", "second.txt"])
    expect(chips.last).to_have_attribute("data-status", "done")
    going[0].continue_()
    talk.page.unroute("**/messages")
    expect(chips).to_have_count(1)
    expect(chips).to_contain_text("second.txt")
    expect(talk.items.first).to_contain_text("first.txt")
    expect(talk.answer).to_have_attribute("data-status", "done")
    talk.idle()
    talk.say("And at this, in 0.1 kB")
    expect(talk.page.locator("[data-item-type=user_message]").last).to_contain_text("second.txt")
    expect(chips).to_have_count(0)
    talk.idle()


def test_a_file_that_the_backend_refuses_says_why(app: Workbench, foreign: Foreign, tmp_path: Path) -> None:
    app.connect(foreign.url)
    # the composer is that of the backend by now
    expect(app.page.get_by_test_id("compare-backend")).not_to_have_attribute("href", "/compare?profile=embedded")
    (tmp_path / "notes.txt").write_text("some notes")
    app.page.get_by_test_id("file-input").set_input_files(tmp_path / "notes.txt")
    chip = app.page.get_by_test_id("attachment")
    expect(chip).to_have_attribute("data-status", "failed")
    expect(chip).to_contain_text("attachments.create")
    chip.get_by_role("button", name="Remove notes.txt").click()
    expect(chip).to_have_count(0)


def test_the_routes_of_the_page_want_the_launch_token(shared: Workbench) -> None:
    status = """async (path) => (await fetch(path, {method: 'POST', headers: {'Content-Type': 'application/json',
        'X-Workbench-Token': 'guessed'}, body: '{"text": "hi"}'})).status"""
    assert shared.page.evaluate(status, "/workbench/conversations/any/messages") == 403


def test_a_reader_who_types_is_not_disturbed_by_a_widget_that_changes(talk: Workbench) -> None:
    begin(talk, "Form in a card")
    name = talk.page.get_by_placeholder("Name as in the passport")
    name.fill("Ann")
    talk.say("Hello")
    expect(talk.page.locator("[data-item-type=user_message]")).to_have_count(2)
    talk.idle()
    expect(name).to_have_value("Ann")


def test_tail_and_notes_never_show_markup_of_the_backend(app: Workbench, foreign: Foreign) -> None:
    app.connect(foreign.url)
    hostile, looked_at = "<img src=x onerror=window.hacked=1>", threading.Event()
    foreign.answers["Go"] = [
        {"type": "progress_update", "text": hostile},
        {"type": "client_effect", "name": hostile, "data": {hostile: hostile}},
        {"type": "notice", "level": "info", "message": hostile, "title": hostile},
        {"type": "error", "message": hostile, "allow_retry": False},
        looked_at,
    ]
    app.say("Go")
    expect(app.page.get_by_test_id("progress")).to_contain_text("onerror")
    expect(app.page.get_by_test_id("error").first).to_contain_text("onerror")
    assert app.page.evaluate("window.hacked") is None
    assert app.page.locator(".conversation img").count() == 0
    assert re.search("onerror", app.page.locator(".conversation").inner_text())
    looked_at.set()


def test_a_message_waits_while_an_attachment_of_it_has_failed(app: Workbench, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("The lamp oil is low.")
    (tmp_path / "map.txt").write_text("Here be lighthouses.")
    app.page.route("**/uploads", lambda route: route.abort())
    app.page.get_by_test_id("file-input").set_input_files([tmp_path / "notes.txt", tmp_path / "map.txt"])
    chips = app.page.get_by_test_id("attachment")
    problem = app.page.locator(".composer-problem")
    expect(problem).to_have_text("2 attachments failed: remove them or try again")
    app.say("Please read them")
    expect(app.page.get_by_test_id("send")).to_be_disabled()
    expect(app.composer).to_have_value("Please read them")
    app.page.get_by_role("button", name="Remove map.txt").click()
    expect(problem).to_have_text("1 attachment failed: remove it or try again")
    app.page.unroute("**/uploads")
    chips.get_by_role("button", name="Try again to upload notes.txt").click()
    expect(chips).to_have_attribute("data-status", "done")
    expect(problem).to_have_count(0)
    app.composer.press("Enter")
    expect(app.page.locator("[data-item-type=user_message]")).to_contain_text("notes.txt")


def test_a_long_message_of_ones_own_is_folded_and_shown_whole_on_demand(talk: Workbench) -> None:
    long = "\n".join(f"line {number}" for number in range(1, 101))
    talk.ask(long)
    bubble = talk.items.first.locator(".bubble")
    more = bubble.get_by_role("button", name="Show all")
    expect(more).to_have_attribute("aria-expanded", "false")
    more.scroll_into_view_if_needed()  # as the click would
    folded = bubble.bounding_box()
    assert folded is not None
    assert 300 < folded["height"] < 700
    more.click()
    expect(bubble.get_by_role("button", name="Show less")).to_be_visible()
    whole = bubble.bounding_box()
    assert whole is not None
    assert whole["height"] > 2000
    assert abs(whole["y"] - folded["y"]) < 2  # what is being read stays
    bubble.get_by_role("button", name="Show less").click()
    expect(more).to_be_visible()
    expect(talk.items.first).to_be_in_viewport()


def test_a_message_of_a_screen_is_not_folded(talk: Workbench) -> None:
    talk.ask("\n".join(f"line {number}" for number in range(1, 21)))
    expect(talk.items.first.get_by_role("button", name="Show all")).to_have_count(0)
