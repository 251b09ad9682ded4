"""
The stage with a widget on it, in real Chromium: what the widget tells reaches the session, what a page must answer is
answered, and what stands in the widget's way is named. The widget is a stand-in (tests/browser/stand_in).
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import stand_in
from tests.browser.staged import BREAK, Staged, StagePage, event, staged, turn

STREAM = "text/event-stream"


@pytest.fixture
def session() -> Iterator[Staged]:
    with staged() as session:
        yield session


@pytest.fixture
def opened(page: Page, session: Staged) -> StagePage:
    """The stage, with the widget ready on it."""
    stand_in.install(page, scale=0.01)
    opened = StagePage(page, session).open().ready()
    opened.until(lambda: session.operations() == ["threads.list"])
    return opened


def shows(opened: StagePage, *entries: str) -> None:
    expect(opened.widget.locator("main > *")).to_have_text(entries)


# What the widget sends


def test_it_opens_with_its_history_and_says_who_it_is(opened: StagePage, session: Staged) -> None:
    first = session.requests[0]
    assert first.body == {"type": "threads.list", "params": {"limit": 9999, "order": "desc"}}
    assert first.headers["accept"] == "*/*"
    assert first.headers["accept-language"]
    instance = first.headers["chatkit-frame-instance-id"]
    opened.say("Hello")
    opened.until(lambda: len(session.requests) >= 2)
    assert session.requests[1].headers["chatkit-frame-instance-id"] == instance
    assert session.requests[1].headers["accept"] == STREAM


def test_a_turn_is_told_in_order(opened: StagePage, session: Staged) -> None:
    session.answers["threads.create"] = (200, STREAM, turn("Good ", "morning"))
    opened.say("Hello")
    opened.until(lambda: "chatkit.response.end" in session.names)
    shows(opened, "Hello", "Good morning")
    told = ["chatkit.ready", "chatkit.log:app.init", "chatkit.log:composer.ready", "chatkit.composer.submit"]
    assert session.names == [*told, "chatkit.response.start", "chatkit.thread.change", "chatkit.response.end"]
    assert session.host_events[5].detail == {"threadId": "thr_1"}
    assert all(one.at <= other.at for one, other in itertools.pairwise(session.host_events))


def test_an_initial_thread_is_loaded(page: Page) -> None:
    with staged({"initialThread": "thr_9", "history": {"enabled": False}}) as session:
        stand_in.install(page)
        opened = StagePage(page, session).open().ready()
        opened.until(lambda: "chatkit.error" in session.names)
        assert session.operations() == ["threads.get_by_id"], "one request, no history"
        assert session.names.count("chatkit.error") == 1
        expect(opened.widget.locator(".start")).to_be_visible()


# Answers that are none


def test_a_refusal_is_met_with_silence(opened: StagePage, session: Staged) -> None:
    session.answers["threads.create"] = (400, "application/json", [b'{"message": "no"}'])
    opened.say("Hello")
    opened.until(lambda: "threads.create" in session.operations())
    expect(opened.widget.locator(".start")).to_be_visible()
    assert session.operations().count("threads.create") == 1
    assert "chatkit.error" not in session.names


@pytest.mark.parametrize(
    ("status", "kind", "seconds"), [(500, "application/json", 29), (200, "application/json", 23), (503, STREAM, 29)]
)
def test_a_passing_failure_is_met_with_six_equal_requests_and_silence(
    status: int, kind: str, seconds: float, opened: StagePage, session: Staged
) -> None:
    session.answers["threads.create"] = (status, kind, [b"{}"])
    opened.say("Hello")
    opened.until(lambda: session.operations().count("threads.create") == 6)
    expect(opened.widget.locator(".start")).to_be_visible()
    posts = [request for request in session.requests if request.operation == "threads.create"]
    assert len(posts) == 6
    assert all(post.body == posts[0].body for post in posts)
    assert posts[-1].at - posts[0].at >= seconds * 0.01
    assert "chatkit.error" not in session.names


def test_a_broken_stream_leaves_its_text_and_is_told(opened: StagePage, session: Staged) -> None:
    seen = threading.Event()
    session.answers["threads.create"] = (200, STREAM, [*turn("Good ", "morning")[:-2], seen, BREAK])
    opened.say("Hello")
    expect(opened.widget.locator(".assistant")).to_have_text("Good")
    seen.set()
    opened.until(lambda: "chatkit.error" in session.names)
    expect(opened.widget.locator(".error")).to_contain_text("There was an error")
    expect(opened.widget.locator(".assistant")).to_have_text("Good")
    expect(opened.widget.get_by_role("button", name="Retry")).to_be_visible()
    (told,) = (event for event in session.host_events if event.name == "chatkit.error")
    assert told.detail["error"]["name"] == "StreamError"


def test_a_backend_that_cannot_be_reached_is_to_the_widget_a_failed_request(opened: StagePage, session: Staged) -> None:
    session.answers["threads.create"] = (424, "", [])
    opened.say("Hello")
    opened.until(lambda: "chatkit.error" in session.names)
    assert session.operations().count("threads.create") == 1, "a 424 is not repeated"
    expect(opened.widget.locator(".error")).to_be_visible()


def test_what_is_no_json_is_told_and_read_over(opened: StagePage, session: Staged) -> None:
    session.answers["threads.create"] = (200, STREAM, [b"data: {\n\n", *turn("Hi"), b"data: [DONE]\n\n"])
    opened.say("Hello")
    opened.until(lambda: "chatkit.response.end" in session.names)
    assert session.names.count("chatkit.error") == 2
    shows(opened, "Hello", "Hi")


def test_stop_closes_the_connection_and_sends_nothing(opened: StagePage, session: Staged) -> None:
    session.answers["threads.create"] = (200, STREAM, [*turn("Good ", "morning")[:-2], 60.0])
    opened.say("Hello")
    expect(opened.widget.locator(".assistant")).to_have_text("Good")
    opened.widget.get_by_role("button", name="Stop").click()
    opened.until(lambda: session.requests[-1].ended == "aborted")
    assert session.operations() == ["threads.list", "threads.create"]
    opened.until(lambda: "chatkit.response.stop" in session.names)
    assert "chatkit.error" not in session.names
    expect(opened.widget.locator(".assistant")).to_have_text("Good")


# What a page answers


CALL = {"type": "client_tool_call", "id": "t1", "thread_id": "thr_1", "created_at": "2026-01-01T00:00:00Z"}
PENDING = {**CALL, "call_id": "c1", "name": "get_time_zone", "arguments": {"format": "iana"}, "status": "pending"}


def test_a_client_tool_call_is_answered_by_the_workbench(opened: StagePage, session: Staged) -> None:
    called = event({"type": "thread.item.done", "item": PENDING})
    session.answers["threads.create"] = (200, STREAM, [*turn("One moment"), called])
    session.answers["threads.add_client_tool_output"] = (200, STREAM, [])
    opened.say("Hello")
    opened.page.wait_for_function("said.some(({ stage }) => stage === 'asks')")
    asked = opened.page.evaluate("said.find(({ stage }) => stage === 'asks')")
    assert asked["name"] == "onClientTool"
    assert asked["value"] == {"name": "get_time_zone", "params": {"format": "iana"}}
    opened.until(lambda: "onClientTool" in session.names)
    opened.ask({"answer": asked["id"], "value": {"zone": "Europe/Berlin"}})
    opened.until(lambda: session.operations()[-1] == "threads.add_client_tool_output")
    assert session.requests[-1].body["params"]["result"] == {"zone": "Europe/Berlin"}


def test_a_handler_that_fails_is_a_page_error_and_no_request(opened: StagePage, session: Staged) -> None:
    session.answers["threads.create"] = (200, STREAM, [event({"type": "thread.item.done", "item": PENDING})])
    opened.say("Hello")
    opened.page.wait_for_function("said.some(({ stage }) => stage === 'asks')")
    opened.ask({"answer": 1, "error": "No time zone here"})
    opened.until(lambda: "page.error" in session.names)
    (told,) = (event for event in session.host_events if event.name == "page.error")
    assert "No time zone here" in told.detail["message"]
    assert session.operations()[-1] == "threads.create"


def test_an_effect_is_told(opened: StagePage, session: Staged) -> None:
    effect = event({"type": "client_effect", "name": "confetti", "data": {"count": 3}})
    session.answers["threads.create"] = (200, STREAM, [*turn("Hi"), effect])
    opened.say("Hello")
    opened.until(lambda: "chatkit.effect" in session.names)
    (told,) = (event for event in session.host_events if event.name == "chatkit.effect")
    assert told.detail == {"name": "confetti", "data": {"count": 3}}


# What the workbench asks for


def test_the_workbench_sends_a_message_through_the_widget(opened: StagePage, session: Staged) -> None:
    session.answers["threads.create"] = (200, STREAM, turn("Hi"))
    opened.ask({"call": "sendUserMessage", "args": [{"text": "From our side"}], "id": 7})
    opened.page.wait_for_function("said.some(({ stage, id }) => stage === 'done' && id === 7)")
    assert session.requests[-1].body["params"]["input"]["content"] == [{"type": "input_text", "text": "From our side"}]
    opened.until(lambda: "sendUserMessage" in session.names)
    shows(opened, "Hello", "Hi")


def test_a_thread_is_chosen_and_text_is_put_into_the_composer(opened: StagePage, session: Staged) -> None:
    opened.ask({"call": "setThreadId", "args": ["thr_5"], "id": 1})
    opened.until(lambda: "chatkit.thread.load.end" in session.names)
    assert session.requests[-1].body == {"type": "threads.get_by_id", "params": {"thread_id": "thr_5"}}
    opened.ask({"call": "setComposerValue", "args": [{"text": "half a thought"}], "id": 2})
    expect(opened.widget.locator("textarea")).to_have_value("half a thought")


def test_it_takes_orders_of_the_workbench_alone(opened: StagePage, session: Staged) -> None:
    """The stage is framed by the workbench; a message of any other window, or for another method, is nothing to it."""
    order = "{ call: 'sendUserMessage', args: [{ text: 'evil' }], id: 1 }"
    opened.stage.locator("body").evaluate(f"() => window.postMessage({order}, '*')")
    opened.widget.locator("body").evaluate(f"() => parent.postMessage({order}, '*')")
    opened.ask({"call": "remove", "args": [], "id": 2})
    opened.ask({"call": "focusComposer", "args": [], "id": 3})
    opened.page.wait_for_function("said.some(({ stage, id }) => stage === 'done' && id === 3)")
    assert session.operations() == ["threads.list"]
    assert "remove" not in session.names


def test_it_speaks_to_the_workbench_alone(opened: StagePage, session: Staged) -> None:
    assert {message["origin"] for message in opened.page.evaluate("said")} == {session.stage.rsplit("/stage", 1)[0]}


def test_the_theme_follows(opened: StagePage) -> None:
    opened.ask({"theme": "dark"})
    expect(opened.widget.locator("html")).to_have_class("dark")
    opened.ask({"theme": "light"})
    expect(opened.widget.locator("html")).not_to_have_class("dark")


def test_the_stage_reaches_nothing_of_the_workbench(opened: StagePage, session: Staged) -> None:
    fetched = opened.stage.locator("body").evaluate(
        "(_, address) => fetch(address).then((answer) => answer.text(), (problem) => `refused: ${problem}`)",
        session.workbench + "token",
    )
    assert fetched.startswith("refused:")
    opened.until(lambda: "securitypolicyviolation" in session.names)


# What stands in its way


def facts_of(page: Page, session: Staged, wanted: str, **how: Any) -> dict[str, Any]:
    if how.pop("unreachable", False):
        stand_in.unreachable(page)
    else:
        stand_in.install(page, **how)
    opened = StagePage(page, session).open()
    page.wait_for_function(f"said.some(({{ facts }}) => facts && {wanted})")
    return opened.facts()


def test_a_wrong_option_is_named_by_the_frame(page: Page) -> None:
    with staged({"startscreen": {"greeting": "Hi"}}) as session:
        facts = facts_of(page, session, "facts.error")
        assert 'unrecognized key "startscreen"' in facts["error"]
        assert not facts["ready"]
        assert session.requests == []
        StagePage(page, session).until(lambda: "chatkit.error" in session.names)
        assert session.names == ["chatkit.ready", "chatkit.error"], "it is ready also with bad options"


def test_a_cdn_that_cannot_be_reached_is_noticed(page: Page, session: Staged) -> None:
    facts = facts_of(page, session, "facts.script === 'failed'", unreachable=True)
    assert not facts["defined"]
    assert session.requests == []


def test_a_refused_domain_is_noticed(page: Page, session: Staged) -> None:
    facts = facts_of(page, session, "facts.frame?.there === false", refuse_domain=True)
    assert facts["frame"] == {"name": stand_in.FRAME, "there": False}
    assert session.requests == []


def test_a_widget_that_never_becomes_ready_is_noticed(page: Page) -> None:
    with staged(ready_within=0.2) as session:
        facts = facts_of(page, session, "facts.waited && facts.script === 'loaded'", silent=True)
        assert not facts["ready"]


def test_the_file_of_the_frame_is_told(opened: StagePage) -> None:
    opened.page.wait_for_function("said.some(({ facts }) => facts?.frame?.there)")
    assert opened.facts()["frame"] == {"name": stand_in.FRAME, "there": True}


def test_every_option_and_function_is_one_that_the_frame_takes(page: Page) -> None:
    from chat.host.options import PRESETS

    stand_in.install(page)
    for preset in PRESETS:
        with staged(dict(preset.options)) as session:
            StagePage(page, session).open().ready()
            assert "chatkit.error" not in session.names, preset.name
