"""What the official widget does with a response."""

import json
from pathlib import Path

import pytest

from chat.checks import widget_view
from tests.checks.streams import answer, error, exchange, pasted, sse, turn

DATA = Path(__file__).parent.parent / "data"


def test_it_reads_a_healthy_stream():
    view = widget_view(exchange(turn()))
    assert view.behaviour == "Reads 9 events."
    assert (view.certainty, view.requests_sent, view.events_read) == ("known", 1, 9)
    assert view.shows == "the conversation"


@pytest.mark.parametrize(
    "content_type", ["text/event-stream", "text/event-stream; charset=utf-8", "text/event-streams"]
)
def test_the_content_type_only_has_to_begin_like_one(content_type):
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
def test_it_sends_the_request_six_times(status, content_type, cause):
    view = widget_view(exchange(turn(), status=status, content_type=content_type))
    assert (view.requests_sent, view.certainty) == (6, "known")
    assert f"({cause})" in view.behaviour


def test_a_refusal_is_shown_with_its_status_text_and_its_body_is_not_read():
    view = widget_view(exchange(b'{"message":"Please sign in"}', status=401, reason="Unauthorized"))
    assert view.shows == "the error “Streaming failed: Unauthorized”"
    assert (view.requests_sent, view.certainty) == (1, "known")


def test_a_refusal_without_status_text_as_in_http_2():
    assert widget_view(exchange(b"", status=403, reason="")).shows == "the error “Streaming failed”"


def test_it_drops_the_last_event_without_its_blank_line():
    view = widget_view(exchange(turn()[:-2]))
    assert view.behaviour == "Reads 8 events and drops the last one, which has no blank line."
    assert view.events_read == 8


def test_a_broken_connection_is_an_error_at_once():
    view = widget_view(exchange(turn()[:-100], outcome="truncated", failure="closed"))
    assert view.requests_sent == 1
    assert view.shows == "the conversation, then an error at once; it does not ask again"


def test_a_broken_connection_in_a_document_is_an_error():
    view = widget_view(exchange(b'{"id":', "threads.get_by_id", outcome="truncated", failure="closed"))
    assert (view.shows, view.certainty) == ("an error", "likely")


def test_a_clean_end_is_taken_for_success_however_little_came():
    view = widget_view(exchange(b""))
    assert view.behaviour == "Reads no event and takes the end of the body for success."
    assert view.shows == "nothing: the page stays blank"


def test_lines_of_json_under_the_right_type_are_nothing():
    view = widget_view(exchange(b'{"type":"token"}\n{"type":"token"}\n'))
    assert view.behaviour == "Reads no event and takes the end of the body for success."
    assert view.certainty == "known"


@pytest.mark.parametrize("number", [1, 2, 3])
def test_none_of_the_three_attempts_of_the_report_is_shown(number):
    view = widget_view(pasted((DATA / f"seed-attempt-{number}.txt").read_bytes()))
    assert view.shows == "nothing: the page stays blank"
    assert view.certainty == "likely"
    assert view.sentence.endswith("(likely)")


@pytest.mark.parametrize("prefix", [b"", b"\xef\xbb\xbf", b"retry: 100\n\n", b"id: 1\n"])
@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b"\r"])
def test_line_ends_marks_and_other_fields_make_no_difference(prefix, ending):
    body = prefix + turn().replace(b"\n", ending)
    assert widget_view(exchange(body)).behaviour == "Reads 9 events."


def test_events_it_does_not_know_are_counted():
    view = widget_view(exchange(turn(*answer(), {"type": "token"}, {"type": "token"})))
    assert view.behaviour == "Reads 11 events and does not know 2 of them."
    assert view.certainty == "likely"


def test_an_error_event_is_shown():
    assert widget_view(exchange(turn(error()))).shows == "the conversation, and the error of the stream"


def test_no_answer_at_all():
    view = widget_view(exchange(b"", status=None, outcome="unreachable", failure="refused"))
    assert view.shows == "an error, and no answer"


def test_a_redirection_is_followed():
    assert "redirection" in widget_view(exchange(b"", status=307, content_type="")).behaviour


def test_a_document_is_read():
    assert widget_view(exchange(b"{}", "threads.delete")).behaviour == "Reads the answer."


@pytest.mark.parametrize("body", [b"", b"<html>", sse({"type": "token"})])
def test_a_document_that_cannot_be_parsed_becomes_an_empty_object_in_silence(body):
    view = widget_view(exchange(body, "threads.get_by_id"))
    assert "`{}`" in view.behaviour
    assert view.certainty == "known"


def test_json_twice_over_has_no_fields():
    assert "no object" in widget_view(exchange(json.dumps("{}").encode(), "threads.list")).behaviour


def test_the_message_of_an_error_body_is_shown():
    view = widget_view(exchange(b'{"message":"No such thread."}', "threads.get_by_id", status=404, reason="Not Found"))
    assert view.shows == "“No such thread.”"


def test_the_detail_of_an_error_body_is_lost():
    view = widget_view(exchange(b'{"detail":"No such thread."}', "threads.get_by_id", status=404, reason="Not Found"))
    assert view.shows == "“Not Found”"


def test_what_was_not_recorded_is_not_taken_for_an_empty_answer():
    lost = widget_view(exchange(b"", outcome="interrupted"))
    assert lost.certainty == "unknown"
    assert "not recorded" in lost.behaviour
    cut = widget_view(exchange(turn()[:600], outcome="interrupted"))
    assert cut.events_read > 0
    assert "not recorded" in cut.behaviour
    assert widget_view(exchange(b"", "threads.list", outcome="interrupted")).certainty == "unknown"
