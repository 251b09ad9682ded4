"""Findings in the page: while a stream runs, where nothing appears, in the gallery, of a check, of what is pasted."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, expect

from tests.browser.conftest import Foreign, Workbench, assistant_item, click_saying, thread, user_item
from tests.conftest import Running, next_copy

pytestmark = pytest.mark.browser

DATA = Path(__file__).parent.parent / "data"
ATTEMPT = (DATA / "seed-attempt-1.txt").read_bytes()
GOOD = (DATA / "good-first-turn.txt").read_bytes()
ANSWER = [
    {"type": "thread.created", "thread": thread("thr_1")},
    {"type": "thread.item.done", "item": user_item("thr_1", "msg_1", "Hello")},
    {
        "type": "thread.item.done",
        "item": assistant_item("thr_1", "msg_2", "Good **day**:\n\n- one\n- two"),
    },
]


def responses(*words: str) -> list[Any]:
    def delta(text: str) -> dict[str, Any]:
        return {"type": "response.output_text.delta", "item_id": "m", "content_index": 0, "delta": text}

    return [*map(delta, words), {"type": "response.completed", "response": {"id": "r"}}]


@pytest.fixture
def app(shared: Workbench) -> Workbench:
    return shared.at_home()


@pytest.fixture
def astray(shared: Workbench, foreign: Foreign) -> Workbench:
    """The page at a backend of strangers."""
    shared.begin().connect(foreign.url)
    expect(shared.page.get_by_test_id("finding")).to_have_count(0)  # an earlier test's is not taken for its own
    return shared


def finding(app: Workbench, rule_id: str) -> Locator:
    return app.page.locator(f'[data-testid="finding"][data-rule-id="{rule_id}"]')


# --- in the inspector ------------------------------------------------------------------------------------------------


def test_findings_come_while_the_stream_runs(astray: Workbench, foreign: Foreign) -> None:
    foreign.answers["Hello"] = [{"type": "thread.item.assistant_message", "item": {}}, 60.0]
    astray.say("Hello")
    expect(finding(astray, "vocabulary/capability-name")).to_be_visible()
    expect(astray.page.get_by_test_id("typing")).to_be_visible()
    expect(astray.page.get_by_test_id("findings-badge")).to_have_attribute(
        "aria-label", "1 error: show in the inspector"
    )


def test_five_hundred_unknown_events_are_one_finding_with_a_count(astray: Workbench, foreign: Foreign) -> None:
    foreign.answers["Hello"] = responses(*("word " for _ in range(499)))
    astray.say("Hello")
    one = finding(astray, "vocabulary/responses-api")
    expect(one).to_contain_text("×500")
    expect(astray.page.get_by_test_id("finding")).to_have_count(1)
    expect(one.get_by_test_id("consequences")).to_contain_text("would go away with it")


def test_levels_are_counted(astray: Workbench, foreign: Foreign) -> None:
    foreign.answers["Hello"] = [ATTEMPT]
    astray.say("Hello")
    errors = astray.page.locator('[data-testid="findings-count"][data-level="error"]')
    expect(errors).to_have_text("2 errors")


def test_evidence_leads_to_the_event(astray: Workbench, foreign: Foreign) -> None:
    foreign.answers["Hello"] = [ATTEMPT]
    astray.say("Hello")
    finding(astray, "vocabulary/capability-name").get_by_test_id("evidence").nth(1).click()
    detail = astray.page.get_by_test_id("event-detail")
    expect(detail).to_have_attribute("data-index", "2")
    expect(astray.page.locator('[data-testid="event-row"][data-index="2"]')).to_be_in_viewport()
    expect(finding(astray, "vocabulary/capability-name")).to_be_visible()


def test_the_fix_is_copied(astray: Workbench, foreign: Foreign) -> None:
    foreign.answers["Hello"] = [ATTEMPT]
    astray.say("Hello")
    fix = finding(astray, "vocabulary/capability-name").get_by_test_id("fix")
    click_saying(fix.get_by_role("button", name="Copy"), "Copied")
    assert "ThreadItemDoneEvent" in next_copy(astray.page)
    whole = finding(astray, "vocabulary/capability-name").get_by_test_id("rewritten")
    expect(whole.get_by_role("button", name="Copy")).to_be_hidden()
    whole.get_by_text("The whole stream, rewritten").click()
    click_saying(whole.get_by_role("button", name="Copy"), "Copied")


def test_every_exchange_says_what_the_official_widget_does(astray: Workbench, foreign: Foreign) -> None:
    eye = astray.page.get_by_test_id("widget-eye")
    expect(eye).to_contain_text("Official widget: Reads the answer.")
    foreign.status = 500
    astray.say("Hello")
    expect(eye).to_contain_text("sends the same POST again, 5 more times")
    expect(eye).to_have_attribute("data-certainty", "known")


def test_a_good_backend_has_no_errors_and_no_warnings(app: Workbench) -> None:
    app.ask("Hello there")
    expect(app.page.get_by_test_id("widget-eye")).to_contain_text("Shows the conversation.")
    expect(app.page.get_by_test_id("blank-all-the-same")).to_be_visible()
    expect(app.page.locator('[data-testid="finding"]:not([data-level="note"])')).to_have_count(0)
    expect(app.page.get_by_test_id("findings-badge")).to_be_hidden()


def test_when_everything_passes_there_is_a_list_for_the_page(app: Workbench) -> None:
    app.ask("Write 0.1 kB")
    app.page.get_by_test_id("blank-all-the-same").click()
    expect(app.page.get_by_test_id("page-side")).to_contain_text("domainKey")


def test_the_badge_opens_a_folded_inspector(astray: Workbench, foreign: Foreign) -> None:
    astray.page.get_by_test_id("toggle-inspector").click()
    expect(astray.page.get_by_test_id("inspector")).to_be_hidden()
    foreign.answers["Hello"] = [ATTEMPT]
    astray.say("Hello")
    expect(astray.page.get_by_test_id("findings-badge")).to_be_visible()
    expect(finding(astray, "vocabulary/capability-name")).to_be_hidden()
    astray.page.get_by_test_id("findings-badge").click()
    expect(finding(astray, "vocabulary/capability-name")).to_be_visible()


def test_nothing_is_fetched_while_the_inspector_is_folded(astray: Workbench, foreign: Foreign) -> None:
    astray.page.get_by_test_id("toggle-inspector").click()
    expect(astray.page.get_by_test_id("inspector")).to_be_hidden()
    astray.drawn()  # only then the inspector knows
    asked: list[str] = []
    astray.page.on("request", lambda request: asked.append(request.url))
    foreign.answers["Hello"] = [ATTEMPT]
    astray.say("Hello")
    expect(astray.page.get_by_test_id("findings-badge")).to_be_visible()
    assert [url for url in asked if "/workbench/exchanges" in url] == []


def test_the_report_opens_as_a_page_of_its_own(astray: Workbench, foreign: Foreign) -> None:
    foreign.answers["Hello"] = [ATTEMPT]
    astray.say("Hello")
    with astray.page.expect_popup() as opened:
        astray.page.get_by_test_id("open-report").click()
    expect(opened.value.locator("body")).to_contain_text("vocabulary/capability-name")
    opened.value.close()


# --- a blank conversation --------------------------------------------------------------------------------------------


def test_a_blank_conversation_says_why_with_the_fix(astray: Workbench, foreign: Foreign) -> None:
    astray.page.get_by_test_id("toggle-inspector").click()  # beside it, the fix would stand there
    expect(astray.page.get_by_test_id("inspector")).to_be_hidden()
    foreign.answers["Hello"] = [ATTEMPT]
    astray.say("Hello")
    blank = astray.page.get_by_test_id("blank")
    expect(blank).to_contain_text("Names of widget capabilities are sent as if they were events")
    click_saying(blank.get_by_role("button", name="Copy"), "Copied")
    assert "ThreadItemDoneEvent" in next_copy(astray.page)


def test_an_empty_page_says_why_before_the_stream_has_ended(astray: Workbench, foreign: Foreign) -> None:
    foreign.answers["Hello"] = [*responses("Hello")[:1], 60.0]
    astray.say("Hello")
    expect(astray.page.get_by_test_id("blank")).to_contain_text("Responses API")
    expect(astray.page.get_by_test_id("typing")).to_be_visible()


def test_what_only_the_official_widget_leaves_out_is_said(app: Workbench) -> None:
    open_broken(app, "transport/retried")
    expect(app.page.get_by_test_id("remark")).to_contain_text("The official widget shows nothing of this.")
    expect(app.answer).to_be_visible()


def test_three_things_side_by_side(astray: Workbench, foreign: Foreign) -> None:
    foreign.answers["Hello"] = [ATTEMPT]
    astray.say("Hello")
    astray.page.get_by_test_id("compare").click()
    expect(astray.page.get_by_test_id("side-widget")).to_contain_text("Nothing: the page stays blank.")
    meant = astray.page.get_by_test_id("side-meant").get_by_test_id("meant-item")
    expect(meant).to_have_text(["list my tasks", "Hello, you have three tasks."])
    instead = astray.page.get_by_test_id("side-events")
    expect(instead).to_contain_text("from chatkit.types import")
    click_saying(instead.get_by_role("button", name="Copy").last, "Copied")
    events = [json.loads(line) for line in next_copy(astray.page).splitlines()]
    assert [event["type"] for event in events][:2] == ["thread.created", "thread.item.done"]


def test_an_empty_stream_is_explained_and_a_healthy_one_shown_beside_it(astray: Workbench) -> None:
    astray.say("Nothing comes")
    blank = astray.page.get_by_test_id("blank")
    expect(blank).to_contain_text("The stream holds no event at all")
    blank.get_by_test_id("compare").click()
    expect(astray.page.get_by_test_id("side-events")).to_contain_text("thread.item.done")
    expect(astray.page.get_by_test_id("side-events")).to_contain_text("Nothing comes")


def test_an_answer_needs_no_explanation(astray: Workbench, foreign: Foreign) -> None:
    foreign.answers["Hello"] = ANSWER
    astray.ask("Hello")
    expect(astray.page.get_by_test_id("widget-eye")).to_contain_text("Reads 3 events")
    expect(astray.page.get_by_test_id("blank")).to_have_count(0)


def test_what_a_backend_sends_never_becomes_markup(astray: Workbench, foreign: Foreign) -> None:
    bad = '<img src=x onerror="document.title=1">'
    foreign.answers["Hello"] = [{"type": bad, "text": bad}, {"type": "message", "message": bad}]
    astray.say("Hello")
    expect(astray.page.get_by_test_id("blank")).to_be_visible()
    astray.page.get_by_test_id("compare").click()
    expect(astray.page.get_by_test_id("side-meant")).to_contain_text("<img src=x")
    assert astray.page.locator("img[src=x]").count() == 0
    assert astray.page.title() != "1"


# --- what can go wrong -----------------------------------------------------------------------------------------------


def open_broken(app: Workbench, rule_id: str) -> None:
    app.page.get_by_test_id("open-gallery").click()
    app.page.locator(f'[data-testid="gallery-entry"][data-rule-id="{rule_id}"]').click()


def test_the_gallery_opens_the_chat_on_a_broken_backend_with_its_finding(app: Workbench) -> None:
    open_broken(app, "transport/retried")
    expect(finding(app, "transport/retried")).to_be_visible()
    expect(app.page.get_by_test_id("connection-url")).to_have_value(f"{app.url}/broken/transport/retried/chatkit")
    app.page.get_by_test_id("profiles").click()
    expect(app.page.get_by_test_id("profile-row").first).to_be_visible()
    assert not any("Gallery" in row for row in app.page.get_by_test_id("profile-row").all_inner_texts())


def test_the_gallery_shows_the_exchange_that_has_the_finding(app: Workbench) -> None:
    open_broken(app, "transport/json-body")
    expect(finding(app, "transport/json-body")).to_be_visible()


# --- check -----------------------------------------------------------------------------------------------------------


def test_check_this_backend_shows_its_report(app: Workbench) -> None:
    app.page.get_by_test_id("check-backend").click()
    app.page.get_by_test_id("check-start").click()
    expect(app.page.get_by_test_id("report-headline")).to_contain_text("No fault was found", timeout=60_000)
    expect(app.page.get_by_test_id("check-report").get_by_test_id("page-side")).to_be_visible()
    with app.page.expect_popup() as opened:
        app.page.get_by_test_id("open-check-report").click()
    expect(opened.value.locator("body")).to_contain_text("No fault was found")
    opened.value.close()


def test_a_check_shows_its_progress_and_can_be_cancelled(astray: Workbench, foreign: Foreign) -> None:
    foreign.answers[""] = [60.0]
    astray.page.get_by_test_id("check-backend").click()
    astray.page.get_by_test_id("check-start").click()
    expect(astray.page.get_by_test_id("check-progress")).to_be_visible()
    expect(astray.page.get_by_test_id("check-doing")).to_contain_text("so far")
    astray.page.get_by_test_id("check-cancel").click()
    expect(astray.page.get_by_test_id("check")).to_have_count(0)
    astray.page.get_by_test_id("new-thread").click()
    expect(astray.composer).to_be_enabled()


# --- explain ---------------------------------------------------------------------------------------------------------


def explain(app: Workbench, text: str) -> None:
    app.page.get_by_test_id("open-explain").click()
    app.page.get_by_test_id("explain-text").fill(text)
    app.page.get_by_test_id("explain-go").click()


def test_a_pasted_body_is_explained(app: Workbench) -> None:
    explain(app, ATTEMPT.decode())
    expect(finding(app, "vocabulary/capability-name")).to_be_visible()
    expect(app.page.get_by_test_id("blank")).to_be_visible()
    expect(app.page.get_by_test_id("recording")).to_be_visible()
    expect(app.composer).to_have_count(0)
    app.page.get_by_test_id("leave-recording").click()
    expect(app.composer).to_be_visible()


def test_a_good_body_shows_its_conversation(app: Workbench) -> None:
    explain(app, GOOD.decode())
    expect(app.answer).to_have_attribute("data-status", "done")
    expect(app.page.get_by_test_id("blank")).to_have_count(0)
    expect(app.events.first).to_be_visible()


def test_a_file_can_be_chosen_and_one_dropped(app: Workbench) -> None:
    app.page.get_by_test_id("open-explain").click()
    app.page.get_by_test_id("explain-file").set_input_files(DATA / "seed-attempt-3.txt")
    expect(finding(app, "vocabulary/responses-api")).to_be_visible()
    expect(app.page.get_by_test_id("recording")).to_contain_text("seed-attempt-3.txt")
    expect(app.page.get_by_test_id("explain-text")).to_have_count(0)  # the sheet fades away
    app.page.get_by_test_id("open-explain").click()
    files = app.page.evaluate_handle(
        "text => { const data = new DataTransfer(); data.items.add(new File([text], 'dropped.txt')); return data; }",
        ATTEMPT.decode(),
    )
    app.page.get_by_test_id("explain-text").dispatch_event("drop", {"dataTransfer": files})
    expect(app.page.get_by_test_id("recording")).to_contain_text("dropped.txt")
    expect(finding(app, "vocabulary/capability-name")).to_be_visible()


def test_what_cannot_be_read_says_what_is_wanted(app: Workbench) -> None:
    explain(app, "curl https://example.org/chatkit")
    expect(app.page.get_by_test_id("explain-problem")).to_contain_text("holds a curl command")


def test_a_recording_saved_here_is_explained_as_it_was(astray: Workbench, foreign: Foreign) -> None:
    foreign.answers["Hello"] = ANSWER
    said = astray.ask("Hello").inner_text()
    chosen = astray.page.locator("[data-testid=exchange-row][aria-current=true]")
    expect(chosen).to_contain_text("threads.create")
    with astray.page.expect_download() as saved:
        astray.page.get_by_test_id("save-recording").click()
    astray.page.get_by_test_id("open-explain").click()
    astray.page.get_by_test_id("explain-file").set_input_files(saved.value.path())
    expect(astray.page.get_by_test_id("recording")).to_be_visible()
    expect(astray.answer).to_have_attribute("data-status", "done")
    astray.idle()
    assert astray.answer.inner_text() == said


def test_on_a_narrow_screen_the_badge_opens_the_findings(context: BrowserContext, workbench: Running) -> None:
    app = Workbench(context.new_page(), workbench.url)
    app.page.set_viewport_size({"width": 390, "height": 844})
    app.open()
    app.page.get_by_test_id("toggle-threads").click()
    open_broken(app, "framing/not-json")
    expect(app.page.locator(".scrim")).to_be_hidden()  # the list of threads does not stay in front of it
    app.page.get_by_test_id("findings-badge").click()
    expect(finding(app, "framing/not-json")).to_be_in_viewport()
