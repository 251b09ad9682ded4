"""
The page /compare, with a stand-in for the official widget (tests/browser/stand_in): both sides show the same exchanges,
the timeline has what passed and what was told in one order, and predictions are compared with what happened.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, FrameLocator, Locator, Page, expect

from tests.browser import stand_in
from tests.browser.conftest import Foreign, Workbench, assistant_item, foreign_at, thread, until, user_item
from tests.conftest import Running, start_workbench

PENDING = {
    "type": "client_tool_call",
    "id": "t1",
    "thread_id": "thr_1",
    "created_at": "2026-01-01T00:00:00Z",
    "call_id": "c1",
    "name": "get_time_zone",
    "arguments": {"format": "iana"},
    "status": "pending",
}


def answers(text: str, *more: dict[str, Any]) -> list[Any]:
    """A first turn that answers with `text`."""
    return [
        {"type": "thread.created", "thread": thread("thr_1", "A thread")},
        {"type": "thread.item.done", "item": user_item("thr_1", "u1", "Hello")},
        {"type": "thread.item.done", "item": assistant_item("thr_1", "a1", text)},
        *more,
    ]


class Compare:
    """The page by its test ids."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url

    def open(self, query: str = "", *, ready: bool = True) -> Compare:
        self.page.goto(f"{self.url}/compare{query}")
        if ready:
            self.ready()
        return self

    def begin(self) -> Compare:
        """Look as a page that was just opened, but for its session: no sheet, no inspector, the timeline is whole."""
        over = self.page.locator(".q-dialog")
        if over.count():
            self.page.keyboard.press("Escape")
            expect(over).to_have_count(0)
        self.by("timeline-filter").fill("")
        hidden = self.by("timeline").locator("[aria-pressed=false]")
        while hidden.count():
            hidden.first.click()
        if self.by("timeline-detail").count():
            self.by("request-row").first.click()  # of which the inspector shows the details
            expect(self.by("timeline-detail")).to_have_count(0)
        if self.by("drawer").is_visible():
            self.by("close-inspector").click()
            expect(self.by("drawer")).to_be_hidden()
        return self

    def ready(self) -> None:
        expect(self.by("official-state")).to_have_attribute("data-ready", "true")

    def by(self, test_id: str) -> Locator:
        return self.page.get_by_test_id(test_id)

    @property
    def stage(self) -> FrameLocator:
        return self.page.frame_locator("[data-testid=compare-official]")

    @property
    def official(self) -> FrameLocator:
        """The inside of the widget."""
        return stand_in.frame_of(self.stage)

    @property
    def ours(self) -> Locator:
        return self.by("compare-ours")

    def say(self, text: str) -> None:
        """Type on the left."""
        self.official.locator("textarea").fill(text)
        self.official.locator("textarea").press("Enter")

    def events(self, name: str) -> Locator:
        return self.page.locator(f"[data-testid=host-event][data-name='{name}']")

    def prediction(self, agrees: str) -> Locator:
        return self.page.locator(f"[data-testid=prediction][data-agrees={agrees}]")

    def apply(self) -> None:
        """Apply the options that are typed, and wait for the widget that comes up with them."""
        frame = self.by("compare-official")
        before = frame.get_attribute("src") or ""
        self.by("options-apply").click()
        expect(frame).not_to_have_attribute("src", before)
        self.ready()

    def answered(self, text: str) -> None:
        """Both sides show this answer."""
        expect(self.official.locator(".assistant").last).to_have_text(text)
        expect(self.ours.locator("[data-testid=item][data-item-type=assistant_message]").last).to_contain_text(text)


@pytest.fixture
def page(page: Page) -> Page:
    """The page of all tests with the widget's stand-in: what each opens in it is a new session."""
    stand_in.install(page, scale=0.01)
    return page


def known(app: Workbench, url: str) -> str:
    """Make the workbench know a backend; the query of its compare page."""
    app.at_home()
    link = app.page.get_by_test_id("compare-backend")
    expect(link).to_have_attribute("href", "/compare?profile=embedded")
    app.connect(url)
    expect(link).not_to_have_attribute("href", "/compare?profile=embedded")
    return str(link.get_attribute("href")).removeprefix("/compare")


@pytest.fixture
def foreign(lasting_foreign: Foreign) -> Foreign:
    lasting_foreign.forget()
    return lasting_foreign


@pytest.fixture
def compare(page: Page, workbench: Running, foreign: Foreign, profile: str) -> Compare:
    """The compare page of a backend that answers as told."""
    return _with_history(Compare(page, workbench.url).open(f"?profile={profile}"))


@pytest.fixture(scope="module")
def lasting_talk(
    lasting_context: BrowserContext, workbench: Running, lasting_foreign: Foreign, profile: str
) -> Compare:
    """A compare page on which one turn was had, and all of it was told."""
    lasting_foreign.forget()
    lasting_foreign.answers[""] = answers("Good morning")
    page = lasting_context.new_page()
    stand_in.install(page, scale=0.01)
    talk = _with_history(Compare(page, workbench.url).open(f"?profile={profile}"))
    talk.say("Hello")
    talk.answered("Good morning")
    return talk


@pytest.fixture
def talk(lasting_talk: Compare) -> Compare:
    """That page, for tests which only look at what passed: they ask the backend and the widget for nothing."""
    return lasting_talk.begin()


@pytest.fixture(scope="module")
def another() -> Iterator[Foreign]:
    with foreign_at(0) as backend:
        yield backend


@pytest.fixture(scope="module")
def lasting_optional(lasting_context: BrowserContext, shared: Workbench, another: Foreign) -> Compare:
    page = lasting_context.new_page()
    stand_in.install(page, scale=0.01)
    return _with_history(Compare(page, shared.url).open(known(shared, another.url)))


@pytest.fixture
def optional(lasting_optional: Compare) -> Compare:
    """
    The compare page of another backend: the widget's options are kept by profile, and changed in no other.

    Each test that shares it writes the options anew, all of them.
    """
    return lasting_optional.begin()


def _with_history(compare: Compare) -> Compare:
    expect(compare.page.locator("[data-testid=request-row][data-name=end]")).to_have_count(1)
    return compare


# Both sides


def test_both_sides_show_the_same_turn_and_only_the_widget_sends(compare: Compare, foreign: Foreign) -> None:
    foreign.answers[""] = answers("Good morning")
    foreign.requests.clear()
    compare.say("Hello")
    compare.answered("Good morning")
    expect(compare.by("thread-title")).to_have_text("A thread")
    expect(compare.prediction("true").first).to_be_visible()
    assert foreign.operations() == ["threads.create"], "our side sends nothing"
    assert "chatkit-frame-instance-id" in foreign.requests[0][0]


def test_what_passed_and_what_was_told_stand_in_one_order(talk: Compare) -> None:
    expect(talk.events("chatkit.response.end")).to_be_visible()
    expect(talk.page.locator("[data-testid=request-row][data-name=end]")).to_have_count(2)
    rows = talk.page.locator(".tl-row").evaluate_all("(rows) => rows.map((row) => row.dataset.name)")
    order = ["chatkit.composer.submit", "threads.create", "thread.created", "chatkit.thread.change"]
    places = [rows.index(name) for name in [*order, "chatkit.response.end"]]
    assert places == sorted(places)
    times = talk.page.locator(".tl-row .tl-t").all_inner_texts()
    assert times == sorted(times, key=lambda text: float(text.split()[0]) * (1 if "ms" in text else 1000))


def test_the_timeline_is_filtered(talk: Compare) -> None:
    expect(talk.events("chatkit.response.end")).to_be_visible()
    talk.by("timeline-wire").click()
    expect(talk.by("wire-row")).to_have_count(0)
    talk.by("timeline-filter").fill("thread.change")
    expect(talk.page.locator(".tl-row")).to_have_count(1)
    expect(talk.by("timeline-count")).to_contain_text("filtered out")
    talk.page.locator(".tl-row").click()
    expect(talk.by("timeline-detail")).to_contain_text('"threadId": "thr_1"')


def test_deltas_are_one_row_until_it_is_opened(compare: Compare, foreign: Foreign) -> None:
    update = {"type": "assistant_message.content_part.text_delta", "content_index": 0, "delta": "Good "}
    created, said, done = answers("Good " * 9)
    deltas = [{"type": "thread.item.updated", "item_id": "a1", "update": update} for _ in range(9)]
    foreign.answers[""] = [created, said, {**done, "type": "thread.item.added"}, *deltas, done]
    compare.say("Hello")
    expect(compare.events("chatkit.response.end")).to_be_visible()
    for kind in ("host", "request"):  # what happens to come between two deltas divides a run
        compare.by(f"timeline-{kind}").click()
    run = compare.page.locator(".tl-row", has_text="text_delta")
    expect(run).to_have_count(1)
    expect(run.locator(".tl-times")).to_be_visible()
    run.click()
    expect(compare.page.locator(".tl-times")).to_have_count(0)
    expect(run.nth(3)).to_be_attached()


def test_a_message_on_our_side_goes_through_the_widget(compare: Compare, foreign: Foreign) -> None:
    foreign.answers[""] = answers("Good morning")
    foreign.requests.clear()
    compare.by("compare-message").fill("From our side")
    compare.by("compare-message").press("Enter")
    compare.answered("Good morning")
    expect(compare.by("compare-message")).to_have_value("")
    expect(compare.events("sendUserMessage")).to_be_visible()
    assert foreign.operations() == ["threads.create"]
    assert foreign.requests[0][1]["params"]["input"]["content"][0]["text"] == "From our side"


def test_a_new_thread_is_begun_from_our_side(compare: Compare, foreign: Foreign) -> None:
    foreign.answers[""] = answers("Good morning")
    compare.say("Hello")
    compare.answered("Good morning")
    compare.by("compare-new-thread").click()
    expect(compare.official.locator(".start")).to_be_visible()
    compare.by("compare-message").fill("Again")
    compare.by("compare-send").click()
    compare.answered("Good morning")
    assert foreign.operations().count("threads.create") == 2


def test_a_click_on_a_row_shows_its_exchange(talk: Compare) -> None:
    talk.page.locator("[data-testid=request-row][data-name='threads.create']").click()
    expect(talk.by("drawer")).to_be_visible()
    expect(talk.by("drawer").get_by_test_id("event-row").first).to_be_visible()
    talk.by("close-inspector").click()
    expect(talk.by("drawer")).to_be_hidden()
    talk.page.locator("[data-testid=wire-row][data-name='thread.created']").click()
    expect(talk.by("drawer").locator("[data-testid=event-row].selected")).to_have_attribute("data-index", "0")
    expect(talk.by("drawer").get_by_test_id("event-detail")).to_contain_text("thr_1")


def test_a_page_that_is_loaded_again_has_lost_nothing(compare: Compare, foreign: Foreign) -> None:
    items = [user_item("thr_1", "u1", "Hello"), assistant_item("thr_1", "a1", "Good morning")]
    foreign.answers[""], foreign.items["thr_1"] = answers("Good morning"), items
    compare.say("Hello")
    compare.answered("Good morning")
    expect(compare.prediction("true").first).to_be_visible()
    compare.page.reload()
    compare.ready()
    compare.answered("Good morning")  # the widget opens its thread again
    expect(compare.events("chatkit.composer.submit")).to_have_count(1)
    expect(compare.page.locator("[data-testid=prediction]", has_text="threads.create")).to_have_count(1)


def test_two_pages_are_two_sessions(compare: Compare, foreign: Foreign, context: BrowserContext) -> None:
    foreign.answers[""] = answers("Good morning")
    beside = Compare(context.new_page(), compare.url)
    stand_in.install(beside.page, scale=0.01)
    beside.open("?" + compare.page.url.split("?")[1].split("&session")[0])
    compare.say("Hello")
    compare.answered("Good morning")
    expect(beside.by("timeline")).not_to_contain_text("threads.create")
    expect(beside.official.locator(".start")).to_be_visible()
    assert beside.page.url != compare.page.url


def test_the_theme_follows(talk: Compare) -> None:
    talk.by("theme").click()
    expect(talk.by("theme")).to_have_attribute("title", "Theme: light")
    expect(talk.official.locator("html")).not_to_have_class("dark")
    talk.by("theme").click()
    expect(talk.official.locator("html")).to_have_class("dark")
    talk.by("theme").click()  # as the system: the workbench keeps it for windows that are opened later
    expect(talk.by("theme")).to_have_attribute("title", "Theme: as the system")


def test_a_client_tool_is_answered_by_hand(compare: Compare, foreign: Foreign) -> None:
    foreign.answers[""] = answers("One moment", {"type": "thread.item.done", "item": PENDING})
    compare.say("Hello")
    card = compare.by("client-tool")
    expect(card).to_contain_text("get_time_zone")
    expect(card).to_contain_text('"format": "iana"')
    compare.by("client-tool-answer").fill("[1]")
    compare.by("client-tool-go").click()
    expect(card).to_contain_text("is a JSON object")
    compare.by("client-tool-answer").fill('{"zone": "Europe/Berlin"}')
    compare.by("client-tool-go").click()
    expect(card).to_have_count(0)
    until(compare.page, lambda: foreign.operations()[-1] == "threads.add_client_tool_output")
    assert foreign.requests[-1][1]["params"]["result"] == {"zone": "Europe/Berlin"}
    expect(compare.page.locator("[data-name='threads.add_client_tool_output']").first).to_be_visible()


PROFILE = """
url = "{url}"
greeting = "Of the profile"
entities = ["Ada"]
def on_client_tool(name, params): return {{"zone": "Europe/Paris"}} if name == "get_time_zone" else None
def on_effect(name, data): open({told!r}, "w").write(name)
"""


def test_a_profile_stands_in_for_the_widgets_page_too(
    context: BrowserContext, foreign: Foreign, tmp_path: Path
) -> None:
    page = context.new_page()  # which goes with its workbench: it would look for it
    stand_in.install(page, scale=0.01)
    profile, told = tmp_path / "mine.py", tmp_path / "told"
    profile.write_text(PROFILE.format(url=foreign.url, told=str(told)), "utf-8")
    running = start_workbench(tmp_path / "data", "--profile", str(profile))
    try:
        Workbench(page, running.url).open()
        query = page.get_by_test_id("compare-backend").get_attribute("href")
        compare = Compare(page, running.url).open(str(query).removeprefix("/compare"))
        expect(compare.official.get_by_text("Of the profile")).to_be_visible()
        stage = next(frame for frame in page.frames if "/stage/" in frame.url)
        found = stage.evaluate("document.querySelector('openai-chatkit').options.entities.onTagSearch('a')")
        assert found == [{"id": "Ada", "title": "Ada"}]
        effect = {"type": "client_effect", "name": "confetti", "data": {}}
        foreign.answers[""] = answers("One moment", effect, {"type": "thread.item.done", "item": PENDING})
        compare.say("Hello")
        until(page, lambda: foreign.operations()[-1] == "threads.add_client_tool_output")
        assert foreign.requests[-1][1]["params"]["result"] == {"zone": "Europe/Paris"}
        expect(compare.page.locator("[data-name='threads.add_client_tool_output']").first).to_be_visible()
        expect(compare.by("client-tool")).to_have_count(0)
        until(page, lambda: told.exists() and told.read_text("utf-8") == "confetti")
    finally:
        running.stop()


# Step by step


def test_events_are_held_and_both_sides_move_together(compare: Compare, foreign: Foreign) -> None:
    foreign.answers[""] = answers("Good morning")
    compare.by("step-mode").click()
    expect(compare.by("step")).to_be_visible()
    expect(compare.by("step")).to_be_disabled()
    compare.say("Hello")
    expect(compare.by("held")).to_have_text("3 held")
    expect(compare.events("chatkit.thread.change")).to_have_count(0)
    compare.by("step").click()
    expect(compare.events("chatkit.thread.change")).to_have_count(1)
    expect(compare.by("thread-title")).to_have_text("A thread")
    compare.by("step").click()
    expect(compare.by("held")).to_have_text("1 held")
    expect(compare.official.locator(".assistant")).to_have_count(0)
    expect(compare.ours.locator("[data-item-type=assistant_message]")).to_have_count(0)
    compare.by("step").click()
    compare.answered("Good morning")
    compare.by("step-mode").click()
    expect(compare.by("step")).to_be_hidden()


# Predicted and happened


def test_silence_was_predicted_and_six_attempts_are_counted(compare: Compare, foreign: Foreign) -> None:
    foreign.status = 500
    compare.say("Hello")
    expect(compare.page.locator("[data-testid=request-row][data-name='threads.create']")).to_have_count(6)
    expect(compare.prediction("true").filter(has_text="threads.create")).to_have_count(6)
    expect(compare.prediction("false")).to_have_count(0)
    foreign.status = 200
    compare.ours.get_by_test_id("compare").last.click()  # what the explanation on our side offers is done
    expect(compare.by("comparison").get_by_test_id("side-events")).to_contain_text("ThreadCreatedEvent")


def test_a_contradiction_is_shown_and_saved_as_a_case(compare: Compare, foreign: Foreign, workbench: Running) -> None:
    """The widget of this test reports an error that nothing in the answer explains."""
    foreign.answers[""] = answers("Good morning")
    compare.stage.locator("openai-chatkit").evaluate("""(widget) => widget.addEventListener(
        "chatkit.response.end",
        () => widget.dispatchEvent(new CustomEvent("chatkit.error", { detail: { error: new Error("A surprise") } }))
    )""")
    compare.say("Hello")
    wrong = compare.prediction("false")
    expect(wrong).to_have_count(1)
    expect(compare.by("agreement")).to_contain_text("1 contradicted")
    claim = wrong.locator("[data-testid=claim][data-about='chatkit.error']")
    expect(claim).to_have_attribute("data-agrees", "false")
    expect(claim).to_contain_text("never")
    wrong.get_by_test_id("save-case").click()
    expect(compare.page.get_by_text("Kept as it is now")).to_be_visible()
    (file,) = (
        path for path in (workbench.data / "recordings").glob("*.jsonl") if "Case: threads.create" in _text(path)
    )
    lines = [json.loads(line) for line in _text(file).splitlines()]
    assert any(line.get("kind") == "host" and line["name"] == "chatkit.error" for line in lines)
    assert any(line.get("kind") == "about" and "predicted never, happened once" in line["name"] for line in lines)


def _text(path: Path) -> str:
    return path.read_text("utf-8")


def test_a_session_is_kept_with_what_the_widget_told(talk: Compare, workbench: Running) -> None:
    expect(talk.events("chatkit.response.end")).to_be_visible()
    talk.by("keep-session").click()
    expect(talk.page.get_by_text("Kept as it is now")).to_be_visible()
    kept = [_text(path) for path in (workbench.data / "recordings").glob("*.jsonl")]
    (session,) = (text for text in kept if "the compare page" in text and "Case:" not in text)
    assert "chatkit.composer.submit" in session
    assert "threads.list" in session


def test_the_screen_is_never_said_to_agree(talk: Compare) -> None:
    row = talk.prediction("true").filter(has_text="threads.create")
    row.get_by_role("button").first.click()
    screen = row.locator("[data-testid=claim][data-about='On the screen']")
    expect(screen).to_have_attribute("data-agrees", "unknown")


# Options


def test_a_wrong_option_is_named_before_the_frame_dies_of_it(optional: Compare) -> None:
    optional.by("edit-options").click()
    optional.by("options-text").fill('{"startscreen": {"greeting": "Welcome"}}')
    problem = optional.by("options-problem")
    expect(problem).to_have_attribute("data-path", "startscreen")
    expect(problem).to_contain_text("Did you mean `startScreen`?")
    optional.by("options-text").fill('{"startScreen": ')
    expect(optional.by("options-apply")).to_be_disabled()
    optional.by("options-text").fill('{"startScreen": {"greeting": "Welcome"}}')
    expect(problem).to_have_count(0)
    optional.apply()
    expect(optional.official.locator(".start")).to_have_text("Welcome")


def test_an_option_that_is_applied_all_the_same_is_named_by_the_frame(optional: Compare) -> None:
    optional.by("edit-options").click()
    optional.by("options-text").fill('{"startscreen": {}}')
    optional.by("options-apply").get_by_text("Apply anyway").click()
    trouble = optional.by("stage-trouble")
    expect(trouble).to_have_attribute("data-cause", "options")
    expect(trouble).to_contain_text('unrecognized key "startscreen"')
    optional.by("export-options").click()
    expect(optional.by("widget-export")).to_contain_text("not as declared in 1 place")
    optional.by("close-widget-export").click()
    optional.by("edit-options").click()
    optional.by("options-preset").first.click()
    optional.apply()
    expect(trouble).to_have_count(0)


def test_options_are_kept_by_profile_and_exported(optional: Compare, another: Foreign, workbench: Running) -> None:
    optional.by("edit-options").click()
    optional.page.locator("[data-testid=options-preset][data-name='German']").click()
    optional.apply()
    another.requests.clear()
    optional.page.goto(optional.page.url.split("&session")[0])
    optional.ready()
    expect(optional.page.locator("[data-testid=request-row][data-name=end]").first).to_be_visible()
    assert another.requests[0][0]["accept-language"] == "de-DE"
    optional.by("export-options").click()
    code = optional.by("export-html").locator("pre")
    expect(code).to_contain_text('locale: "de-DE"')
    expect(code).to_contain_text(f'url: "{another.url}"')
    expect(optional.by("export-jsx").locator("pre")).to_contain_text("useChatKit({")


def test_the_exported_element_works_in_a_page_of_ones_own(optional: Compare, context: BrowserContext) -> None:
    optional.by("edit-options").click()
    optional.page.locator("[data-testid=options-preset][data-name='Everything on']").click()
    optional.apply()
    optional.by("export-options").click()
    code = optional.by("export-html").locator("pre").inner_text()
    own = context.new_page()
    stand_in.install(own)
    own.route("http://localhost:1/", lambda route: route.fulfill(body=code, content_type="text/html"))
    own.goto("http://localhost:1/")
    inside = own.frame_locator("openai-chatkit iframe")
    expect(inside.locator(".start")).to_have_text("How can I help?")


# What stands in its way


@pytest.fixture
def standing(page: Page, workbench: Running) -> Compare:
    """The compare page of the embedded backend, without anything at the CDN's address yet."""
    page.unroute_all()
    return Compare(page, workbench.url)


def test_a_cdn_that_cannot_be_reached_is_named_and_all_else_goes_on(standing: Compare) -> None:
    stand_in.unreachable(standing.page)
    standing.open(ready=False)
    trouble = standing.by("stage-trouble")
    expect(trouble).to_have_attribute("data-cause", "cdn")
    expect(trouble).to_have_attribute("data-grade", "seen")
    expect(trouble).to_contain_text("could not load")
    standing.by("edit-options").click()
    expect(standing.by("options-text")).to_be_visible()
    standing.page.keyboard.press("Escape")
    standing.page.unroute_all()
    stand_in.install(standing.page)
    standing.by("reload-widget").click()
    standing.ready()
    expect(trouble).to_have_count(0)


TELL = """(messages) => {
    const { workbench } = JSON.parse(document.getElementById("config").textContent);
    for (const [load, facts] of messages) parent.postMessage({ stage: "facts", load, facts }, workbench);
}"""


def test_only_the_widget_that_is_there_is_listened_to_and_what_it_repeats_is_not_drawn_again(standing: Compare) -> None:
    stand_in.install(standing.page)
    standing.open()
    standing.by("reload-widget").click()
    state, trouble = standing.by("official-state"), standing.by("stage-trouble")
    expect(standing.by("compare-official")).to_have_attribute("src", re.compile("load=2"))
    standing.ready()
    stage = standing.page.frame(url=re.compile("/stage/"))
    assert stage
    up, down = {"script": "loaded", "defined": True, "ready": True}, {"script": "failed"}
    stage.evaluate(TELL, [[2, {**up, "frame": {"name": "of now", "there": True}}], [1, down]])
    standing.by("edit-options").click()
    expect(standing.by("options-text")).to_be_visible()  # the server has heard both
    expect(state).to_have_text("Ready · frame of now")
    expect(trouble).to_have_count(0)
    standing.page.keyboard.press("Escape")
    stage.evaluate(TELL, [[2, down]])
    expect(trouble).to_have_attribute("data-cause", "cdn")
    trouble.evaluate("(one) => { one.dataset.before = ''; }")
    stage.evaluate(TELL, [[2, {**down, "frame": {"name": "again", "there": True}}]])
    expect(state).to_have_text("Does not come up · frame again")
    expect(standing.page.locator("[data-testid=stage-trouble][data-before]")).to_have_count(1)


def test_a_refused_domain_is_named(standing: Compare) -> None:
    stand_in.install(standing.page, refuse_domain=True)
    standing.open(ready=False)
    expect(standing.by("stage-trouble")).to_have_attribute("data-cause", "domain")


def test_a_backend_that_cannot_be_reached_is_one_failed_request(page: Page, shared: Workbench, nobody: str) -> None:
    compare = Compare(page, shared.url).open(known(shared, nobody))
    compare.say("Hello")
    expect(compare.official.locator(".error")).to_be_visible()
    expect(compare.ours.get_by_test_id("error").first).to_contain_text("Nothing listens")
    expect(compare.page.locator("[data-testid=request-row][data-name='threads.create']")).to_have_count(1)


def test_what_a_relay_hides_is_said(talk: Compare) -> None:
    talk.by("relay-hides").click()
    expect(talk.by("relay-hides-sheet")).to_contain_text("check URL --origin")


# For a demo, and on small screens


def test_the_presenter_sees_the_two_sides_alone(page: Page, workbench: Running) -> None:
    compare = Compare(page, workbench.url).open("?present=1")
    for test_id in ("timeline", "agreement", "edit-options", "step-mode", "compare-url"):
        expect(compare.by(test_id)).to_have_count(0)
    compare.by("compare-message").fill("What can you do?")
    compare.by("compare-message").press("Enter")
    expect(compare.ours.locator("[data-item-type=assistant_message]").first).to_be_visible()


def test_a_narrow_window_says_so_and_stacks(context: BrowserContext, workbench: Running) -> None:
    page = context.new_page()  # the size is its own
    stand_in.install(page, scale=0.01)
    page.set_viewport_size({"width": 1000, "height": 800})
    compare = Compare(page, workbench.url).open()
    expect(compare.by("narrow")).to_be_visible()
    left, right = (compare.page.locator(f".cp-{side}").bounding_box() for side in ("official", "ours"))
    assert left is not None
    assert right is not None
    assert right["y"] >= left["y"] + left["height"]
    page.set_viewport_size({"width": 390, "height": 844})
    expect(compare.by("compare-url")).to_have_css("order", "1")
    title, address = page.locator(".cp-head .brand"), compare.by("compare-url")
    assert title.evaluate("element => element.scrollWidth <= element.clientWidth"), "its text stays in its own place"
    assert address.evaluate("element => element.scrollWidth <= element.clientWidth"), "the address is not cut off"
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(compare.by("narrow")).to_be_hidden()


# Who may frame what


def test_only_the_compare_page_frames_the_stage(talk: Compare, workbench: Running) -> None:
    answer = talk.page.request.get(workbench.url + "/")
    assert "frame-src 'none';" in answer.headers["content-security-policy"]
    policy = talk.page.request.get(workbench.url + "/compare").headers["content-security-policy"]
    stage = talk.by("compare-official").get_attribute("src")
    assert stage is not None
    assert f"frame-src {stage.split('/stage')[0]};" in policy
    same = policy.replace(f"frame-src {stage.split('/stage')[0]};", "frame-src 'none';")
    assert same == answer.headers["content-security-policy"], "and in nothing else it differs"


def test_the_stage_has_nothing_of_the_workbench(optional: Compare, workbench: Running) -> None:
    """From the stage's origin the page and its token cannot be fetched, and `/` frames nothing."""
    for path in ("/", "/compare", "/workbench/exchanges"):
        refused = optional.stage.locator("body").evaluate(
            "(_, address) => fetch(address).then((answer) => answer.text(), () => 'refused')", workbench.url + path
        )
        assert refused == "refused", path
