"""What the official widget does with a response."""

import json
from pathlib import Path
from typing import Any

import pytest

from chat.checks import widget_view
from chat.exchanges import Exchange
from tests.checks.streams import (
    OPTIONS,
    added,
    answer,
    assistant_item,
    card,
    delta,
    done,
    error,
    exchange,
    item,
    pasted,
    replaced,
    sse,
    tool_call,
    turn,
    widget_item,
)

DATA = Path(__file__).parent.parent / "data"


def test_it_reads_a_healthy_stream() -> None:
    view = widget_view(exchange(turn()))
    assert view.behaviour == "Reads 9 events."
    assert (view.certainty, view.requests_sent, view.events_read) == ("known", 1, 9)
    assert view.shows == "the conversation"


@pytest.mark.parametrize(
    "content_type", ["text/event-stream", "text/event-stream; charset=utf-8", "text/event-streams"]
)
def test_the_content_type_only_has_to_begin_like_one(content_type: str) -> None:
    assert widget_view(exchange(turn(), content_type=content_type)).requests_sent == 1


@pytest.mark.parametrize(
    ("status", "content_type", "cause"),
    [
        (500, "text/plain", "status 500"),
        (503, "text/event-stream", "status 503"),
        (204, "", "status 204"),
        (200, "application/json", "Content-Type `application/json`"),
        (200, "Text/Event-Stream", "Content-Type `Text/Event-Stream`"),
        (200, "application/x-ndjson", "Content-Type `application/x-ndjson`"),
        (200, "", "no Content-Type"),
    ],
)
def test_it_sends_the_request_six_times(status: int, content_type: str, cause: str) -> None:
    view = widget_view(exchange(turn(), status=status, content_type=content_type))
    assert (view.requests_sent, view.certainty) == (6, "known")
    assert f"({cause})" in view.behaviour


def test_a_refusal_is_silence_and_its_body_is_not_read() -> None:
    view = widget_view(exchange(b'{"message":"Please sign in"}', status=401, reason="Unauthorized"))
    assert view.shows == "the start screen again: the user's message is gone"
    assert (view.requests_sent, view.certainty, view.blank) == (1, "known", True)


def test_a_refusal_in_a_thread_takes_the_message_away() -> None:
    view = widget_view(exchange(b"", "threads.add_user_message", status=403, reason=""))
    assert view.shows == "the thread as it was: the user's message is gone"


def test_an_action_that_is_refused_is_said_to_have_failed() -> None:
    view = widget_view(exchange(b"", "threads.custom_action", status=404))
    assert (view.shows, view.certainty, view.blank) == ("a short notice that it failed", "known", True)
    view = widget_view(exchange(b"", "threads.sync_custom_action", status=500))
    assert (view.shows, view.certainty) == ("a short notice that it failed", "known")


@pytest.mark.parametrize("operation", ["threads.retry_after_item", "threads.add_client_tool_output"])
@pytest.mark.parametrize("status", [401, 503])
def test_what_nobody_has_watched_is_likely_at_best(operation: str, status: int) -> None:
    assert widget_view(exchange(b"", operation, status=status)).certainty == "likely"


def test_too_many_requests_are_the_only_refusal_that_is_said() -> None:
    assert widget_view(exchange(b"", status=429)).shows.startswith("a short notice")


def test_it_drops_the_last_event_without_its_blank_line() -> None:
    view = widget_view(exchange(turn()[:-2]))
    assert view.behaviour == "Reads 8 events and drops the last one, which has no blank line."
    assert view.events_read == 8


def test_a_broken_connection_is_an_error_at_once() -> None:
    view = widget_view(exchange(turn()[:-100], outcome="truncated", failure="closed"))
    assert view.requests_sent == 1
    assert view.shows == (
        "the conversation, and the error “There was an error while generating the assistant's response.” "
        "with a button to try again"
    )


def test_a_broken_connection_in_a_document_is_an_error() -> None:
    view = widget_view(exchange(b'{"id":', "threads.get_by_id", outcome="truncated", failure="closed"))
    assert (view.shows, view.certainty) == ("an error", "likely")


def test_a_clean_end_is_taken_for_success_however_little_came() -> None:
    view = widget_view(exchange(b""))
    assert view.behaviour == "Reads no event and takes the end of the body for success."
    assert view.shows == "the start screen again: the user's message is gone"


def test_lines_of_json_under_the_right_type_are_nothing() -> None:
    view = widget_view(exchange(b'{"type":"token"}\n{"type":"token"}\n'))
    assert view.behaviour == "Reads no event and takes the end of the body for success."
    assert view.certainty == "known"


@pytest.mark.parametrize("number", [1, 2, 3])
def test_none_of_the_three_attempts_of_the_report_is_shown(number: int) -> None:
    view = widget_view(pasted((DATA / f"seed-attempt-{number}.txt").read_bytes()))
    assert view.blank
    assert view.certainty == "likely"
    assert view.sentence.endswith("(likely)")


@pytest.mark.parametrize("prefix", [b"", b"\xef\xbb\xbf", b"retry: 100\n\n", b"id: 1\n"])
@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b"\r"])
def test_line_ends_marks_and_other_fields_make_no_difference(prefix: bytes, ending: bytes) -> None:
    body = prefix + turn().replace(b"\n", ending)
    assert widget_view(exchange(body)).behaviour == "Reads 9 events."


def test_events_it_does_not_know_are_counted() -> None:
    view = widget_view(exchange(turn(*answer(), {"type": "token"}, {"type": "token"})))
    assert view.behaviour == "Reads 11 events and does not know 2 of them."
    assert (view.certainty, view.shows) == ("known", "the conversation")


def test_an_error_event_is_shown_below_what_had_come() -> None:
    view = widget_view(exchange(turn(*answer(), error(allow_retry=True))))
    assert view.shows == "the conversation, and the error “It broke.” with a button to try again"


@pytest.mark.parametrize("code", [{}, {"code": "stream.error"}])
def test_an_error_without_a_message_is_a_general_sentence(code: dict[str, Any]) -> None:
    assert "There was an error while generating" in widget_view(exchange(turn(error(None, **code)))).shows


def test_an_error_with_a_code_of_its_own_and_no_message_is_nothing_at_all() -> None:
    view = widget_view(exchange(turn(error(None, code="quota"))))
    assert (view.blank, view.shows) == (True, "the user's message and nothing after it")


def wrecked(**changes: Any) -> dict[str, Any]:
    """An answer whose content is not what the widget can draw."""
    return {**assistant_item("msg_1", "Hello"), **changes}


TEXTLESS: dict[str, Any] = {"type": "output_text", "text": None, "annotations": []}
CRASHING = [
    wrecked(content=None),
    wrecked(content=[TEXTLESS]),
    wrecked(content=[{"type": "output_text", "text": "Hello"}]),
    widget_item("wid_1", None),
    widget_item("wid_1", {}),
    widget_item("wid_1", {"type": "Sheet"}),
    widget_item("wid_1", card(None)),
    widget_item("wid_1", card({"type": "Markdown", "value": 42})),
    widget_item("wid_1", card({"type": "Text", "value": {}})),
    widget_item("wid_1", card({"type": "Chart"})),
    widget_item("wid_1", {**card(), "border": "red"}),
]


@pytest.mark.parametrize("item", CRASHING, ids=str)
def test_what_it_cannot_draw_takes_the_whole_answer_with_it(item: Any) -> None:
    view = widget_view(exchange(turn(*answer("Fine so far", "msg_0"), done(item))))
    assert "Something went wrong" in view.shows
    assert view.screen is not None
    assert view.screen.user
    assert not view.blank


HARMLESS = [
    card({"type": "Hologram", "children": [{"type": "Markdown", "value": 42}]}),
    card("text", 7, ["nested"], {"type": "Text", "value": 42}),
    {"type": "Row", "children": {"type": "Text", "value": "one object"}},
    {"type": "Card", "children": "text"},
    card({"type": "Text"}, {"type": "Image"}),
]


@pytest.mark.parametrize("widget", HARMLESS, ids=str)
def test_what_it_leaves_out_takes_nothing_with_it(widget: Any) -> None:
    screen = widget_view(exchange(turn(done(widget_item("wid_1", widget))))).screen
    assert screen is not None
    assert screen.crashed is False


def test_a_delta_without_its_part_is_ignored() -> None:
    view = widget_view(exchange(turn(added(assistant_item()), delta("Hello"))))
    assert view.screen is not None
    assert view.screen.text == ""


def test_deltas_are_added_to_their_part_whatever_else_is_in_it() -> None:
    part = {"type": "output_text", "text": "Hello", "annotations": [], "_pieces": 3}
    item = assistant_item() | {"content": [part]}
    view = widget_view(exchange(turn(added(item), delta(", "), delta("world"), delta("!", part=1))))
    assert view.screen is not None
    assert view.screen.text == "Hello, world"


def test_a_tool_call_is_unseen_and_no_blank_answer() -> None:
    view = widget_view(exchange(turn(done(tool_call()))))
    assert (view.shows, view.blank) == ("the user's message", False)


def test_no_answer_at_all() -> None:
    view = widget_view(exchange(b"", status=None, outcome="unreachable", failure="refused"))
    assert view.shows == "an error, and no answer"


@pytest.mark.parametrize(("status", "blank"), [(302, True), (307, False), (308, False)])
def test_a_redirection_is_followed_as_browsers_do(status: int, blank: bool) -> None:
    view = widget_view(exchange(b"", status=status, content_type=""))
    assert ("Follows" in view.behaviour, view.blank, view.certainty) == (True, blank, "known")


@pytest.mark.parametrize("operation", ["threads.list", "threads.get_by_id", "items.list", "threads.update"])
def test_so_is_one_of_a_request_for_a_document(operation: str) -> None:
    views = [widget_view(exchange(b"", operation, status=status, content_type="")) for status in (307, 301)]
    assert views[0].behaviour == "Follows the 307 with the same POST."
    assert (views[0].shows, views[0].blank) == ("what the new place answers", False)
    assert "Temporary Redirect" not in views[1].shows
    assert views[1].certainty == "likely"


def test_a_document_is_read() -> None:
    assert widget_view(exchange(b"{}", "threads.delete")).behaviour == "Reads the answer."


@pytest.mark.parametrize("body", [b"", b"<html>", sse({"type": "token"})])
def test_a_document_that_cannot_be_parsed_becomes_an_empty_object_in_silence(body: Any) -> None:
    view = widget_view(exchange(body, "threads.update"))
    assert "`{}`" in view.behaviour
    assert view.certainty == "known"


def test_json_twice_over_has_no_fields() -> None:
    assert "no object" in widget_view(exchange(json.dumps("{}").encode(), "threads.update")).behaviour


def test_the_message_of_an_error_body_is_shown() -> None:
    view = widget_view(exchange(b'{"message":"No such thread."}', "threads.update", status=404, reason="Not Found"))
    assert view.shows == "“No such thread.” at most"


def test_the_detail_of_an_error_body_is_lost() -> None:
    view = widget_view(exchange(b'{"detail":"No such thread."}', "threads.update", status=404, reason="Not Found"))
    assert view.shows == "“Not Found” at most"


@pytest.mark.parametrize("operation", ["threads.get_by_id", "items.list"])
@pytest.mark.parametrize(
    ("body", "status"), [(b'{"message":"Gone."}', 404), (b"", 500), (b"<html>", 200), (b"{}", 200)]
)
def test_a_thread_that_cannot_be_loaded_is_the_start_screen_after_one_request(
    operation: str, body: bytes, status: int
) -> None:
    view = widget_view(exchange(body, operation, status=status))
    assert (view.shows, view.requests_sent, view.blank) == ("the start screen", 1, True)


@pytest.mark.parametrize(("body", "status"), [(b"", 500), (b"<html>", 200)])
def test_a_list_of_threads_that_fails_is_asked_for_four_times(body: bytes, status: int) -> None:
    assert widget_view(exchange(body, "threads.list", status=status)).requests_sent == 4


def test_what_was_not_recorded_is_not_taken_for_an_empty_answer() -> None:
    lost = widget_view(exchange(b"", outcome="interrupted"))
    assert lost.certainty == "unknown"
    assert "not recorded" in lost.behaviour
    cut = widget_view(exchange(turn()[:600], outcome="interrupted"))
    assert cut.events_read > 0
    assert "not recorded" in cut.behaviour
    assert widget_view(exchange(b"", "threads.list", outcome="interrupted")).certainty == "unknown"


@pytest.mark.parametrize(
    ("certainty", "shown"),
    [
        ("unknown", exchange(b'{"ok": true}', "")),
        ("known", exchange(b'{"data": [], "has_more": false}', "threads.list")),
        ("likely", exchange(b'{"threads": []}', "threads.list")),
        ("likely", exchange(b"{}", "threads.delete")),
        ("known", exchange(b"{}", "threads.get_by_id", status=404)),
        ("likely", exchange(b"{}", "threads.get_by_id", status=403)),
        ("known", exchange(b"", "threads.list", status=500)),
        ("likely", exchange(b"", "threads.list", status=502)),
        ("likely", exchange(turn(done(item("task", "t", task={"type": "custom", "title": "Look"}))))),
        ("likely", exchange(turn(done({**assistant_item(), "content": [{"text": "Hi", "annotations": []}]})))),
    ],
)
def test_only_what_was_watched_is_known(certainty: str, shown: Exchange) -> None:
    assert widget_view(shown).certainty == certainty


def test_a_stored_message_that_crashes_its_turn_is_not_called_an_answer() -> None:
    broken = {**assistant_item("msg_1", "Hi"), "content": [{"type": "output_text", "text": None, "annotations": []}]}
    page = json.dumps({"data": [broken], "has_more": False}).encode()
    assert "Something went wrong" in widget_view(exchange(page, "items.list")).shows


def test_an_event_that_is_known_and_not_valid_is_not_called_unknown() -> None:
    camel = {"type": "thread.item.done", "item": {**assistant_item("msg_1", "Hello"), "created_at": None}}
    view = widget_view(exchange(turn(camel)))
    assert view.behaviour == "Reads 4 events and makes what it can of 1 that is not valid."
    assert view.certainty == "likely"


def test_where_a_redirection_leads_elsewhere_it_is_only_likely_what_is_found_there() -> None:
    def led(to: str) -> str:
        return widget_view(exchange(b"", status=302, content_type="", headers=(("location", to),))).certainty

    assert led("/chatkit/") == led("http://127.0.0.1/chatkit/") == "known"
    assert led("/login?next=/chatkit") == "likely"


def test_what_is_done_to_an_item_of_an_earlier_turn_is_no_blank_page() -> None:
    changed = widget_view(exchange(sse(OPTIONS, replaced(widget_item("wid_1", card()))), "threads.custom_action"))
    assert (changed.shows, changed.blank, changed.certainty) == (
        "what becomes of an item of an earlier turn",
        False,
        "likely",
    )
    nothing = widget_view(exchange(sse(OPTIONS), "threads.custom_action"))
    assert (nothing.shows, nothing.blank) == ("nothing new in the thread", True)


@pytest.mark.parametrize("odd", [[], {}, 7, None])
def test_an_id_that_is_none_is_of_no_item_that_the_widget_has(odd: Any) -> None:
    update = {"type": "thread.item.updated", "item_id": odd, "update": {}}
    for event in (update, {"type": "thread.item.replaced", "item": {"id": odd}}):
        assert widget_view(exchange(sse(event))).certainty == "likely"


@pytest.mark.parametrize("odd", [[], {}, {"a": []}, 7, None])
def test_a_type_that_is_none_is_of_nothing_that_the_widget_draws(odd: Any) -> None:
    for drawn in (
        {"id": "it_1", "type": odd},
        {"id": "it_1", "type": "widget", "widget": {"type": odd}},
        {"id": "it_1", "type": "widget", "widget": {"type": "Card", "children": [{"type": odd, "value": "x"}]}},
    ):
        assert "x" not in widget_view(exchange(turn({"type": "thread.item.done", "item": drawn}))).shows
