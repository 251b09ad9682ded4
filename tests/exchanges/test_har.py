"""HAR files: which requests are taken, what of them is there, and what is said to be missing."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat.errors import UnusableInput, WorkbenchError
from chat.exchanges import Exchange, read_events
from chat.exchanges.importing import import_exchanges
from tests.exchanges.hars import ASKED, STARTED_MS, URL, entry, har, messages

FIRST, SECOND = '{"type":"stream_options","stream_options":{"allow_cancel":true}}', '{"type":"notice","level":"info"}'
BODY = f"data: {FIRST}\n\ndata: {SECOND}\n\n"


def only(document: bytes) -> Exchange:
    """The one exchange of a HAR."""
    (exchange,) = import_exchanges(document, "page.har").exchanges
    return exchange


def test_a_chatkit_post_becomes_an_exchange() -> None:
    exchange = only(har(entry(BODY)))
    assert exchange.body == BODY.encode()
    assert exchange.request.operation == "threads.create"
    assert exchange.request.streaming
    assert json.loads(exchange.request.body) == ASKED
    assert (exchange.status, exchange.content_type, exchange.outcome) == (200, "text/event-stream", "complete")
    assert exchange.started_at.isoformat() == "2026-11-20T10:00:00+00:00"


def test_every_chatkit_post_is_taken_in_the_order_of_their_start() -> None:
    later = entry("{}", asked={"type": "threads.list"}, mime="application/json", started="2026-11-20T10:00:05.000Z")
    found = import_exchanges(har(later, entry(BODY)), "page.har").exchanges
    assert [exchange.request.operation for exchange in found] == ["threads.create", "threads.list"]


@pytest.mark.parametrize(
    "foreign",
    [
        entry("<html>", method="GET"),
        entry("{}", asked={"email": "a@b.c"}, url="http://127.0.0.1:8000/api/login", mime="application/json"),
        entry("", method="OPTIONS", url="http://127.0.0.1:8000/api/login"),
        entry("{}", asked={}, url="https://api.openai.com/v1/chatkit/domain_keys/verify", mime="application/json"),
    ],
    ids=["page", "login", "preflight", "vendor"],
)
def test_other_requests_are_passed_over(foreign: Any) -> None:
    assert only(har(foreign, entry(BODY))).request.operation == "threads.create"


def preflight(url: str = URL, asks: str = "content-type") -> Any:
    headers = (("Origin", "https://shop.example"), ("Access-Control-Request-Headers", asks))
    return entry("", method="OPTIONS", status=204, url=url, headers=headers, mime="x-unknown")


def test_the_browser_s_question_before_a_chatkit_post_is_taken_too() -> None:
    found = import_exchanges(har(preflight(), entry(BODY)), "page.har").exchanges
    assert [exchange.request.method for exchange in found] == ["OPTIONS", "POST"]


def test_the_widget_s_own_header_gives_away_a_question_without_its_post() -> None:
    widget_s = preflight("http://127.0.0.1:8000/x", "chatkit-frame-instance-id,content-type")
    assert only(har(widget_s, entry("", method="GET"))).request.method == "OPTIONS"
    with pytest.raises(UnusableInput):
        import_exchanges(har(preflight("http://127.0.0.1:8000/x")), "page.har")


def test_when_an_answer_had_ended_is_known_without_phases() -> None:
    assert only(har(entry(BODY))).ended_at_ns == 900_000_000


def test_a_stream_that_answers_a_foreign_request_is_taken_too() -> None:
    exchange = only(har(entry(BODY, asked={"message": "Hi"}, url="http://127.0.0.1:8000/api/chat")))
    assert len(read_events(exchange)) == 2


def test_a_har_without_any_chatkit_request_says_what_it_holds() -> None:
    with pytest.raises(UnusableInput) as caught:
        import_exchanges(
            har(entry(method="GET"), entry("{}", asked={}, url="http://h/login", mime="text/plain")), "a.har"
        )
    assert "2 requests, 1 of them POST: POST http://h/login" in caught.value.got
    assert "threads.create" in caught.value.expected


def test_a_base64_body_is_decoded() -> None:
    text = base64.b64encode(BODY.encode()).decode()
    exchange = only(har(entry(text, content={"encoding": "base64", "size": len(BODY)})))
    assert exchange.body == BODY.encode()
    assert exchange.outcome == "complete"


def test_base64_that_is_none_is_said_to_be_damaged() -> None:
    exchange = only(har(entry("not base64!", content={"encoding": "base64"})))
    assert exchange.outcome == "interrupted"
    assert "base64" in (exchange.failure or "")


def test_a_body_that_is_missing_is_said_to_be_missing() -> None:
    exchange = only(har(entry(None, content={"size": 8031})))
    assert exchange.body == b""
    assert exchange.outcome == "interrupted"
    assert "no body of 8,031 bytes" in (exchange.failure or "")


def test_a_body_that_was_cut_off_is_said_to_be_cut_off() -> None:
    exchange = only(har(entry(BODY, content={"size": len(BODY) + 100})))
    assert exchange.outcome == "interrupted"
    assert f"only {len(BODY)} of the {len(BODY) + 100} bytes" in (exchange.failure or "")


def test_an_empty_body_is_empty_and_not_missing() -> None:
    exchange = only(har(entry("")))
    assert (exchange.body, exchange.outcome) == (b"", "complete")


def test_a_connection_that_broke_is_a_truncated_answer() -> None:
    broken = entry(BODY)
    broken["response"]["_error"] = "net::ERR_INCOMPLETE_CHUNKED_ENCODING"
    exchange = only(har(broken))
    assert exchange.outcome == "truncated"
    assert "ERR_INCOMPLETE_CHUNKED_ENCODING" in (exchange.failure or "")


def test_a_request_without_an_answer_is_said_to_have_none() -> None:
    exchange = only(har(entry(status=0, _error="net::ERR_FAILED")))
    assert exchange.status is None
    assert exchange.outcome == "unreachable"
    assert "CORS" in (exchange.failure or "")


@pytest.mark.parametrize("error", ["net::ERR_EMPTY_RESPONSE", "net::ERR_CONNECTION_RESET", "NS_ERROR_NET_RESET"])
def test_a_server_that_went_away_is_said_to_have_done_so(error: str) -> None:
    exchange = only(har(entry(status=0, _error=error)))
    assert exchange.outcome == "unanswered"
    assert "went away" in (exchange.failure or "")


def test_messages_of_a_stream_stand_in_for_a_body_that_is_not_there() -> None:
    imported = import_exchanges(har(entry(None, _eventSourceMessages=messages(FIRST, SECOND))), "a.har")
    (exchange,) = imported.exchanges
    events = read_events(exchange)
    assert [event.raw for event in events] == [FIRST, SECOND]
    assert [round(event.at_ns / 1e6) for event in events] == [100, 200]
    assert exchange.outcome == "complete"
    assert any("not its bytes" in remark for remark in imported.remarks)


def test_messages_of_a_stream_give_the_times_of_a_body_that_is_there() -> None:
    exchange = only(har(entry(BODY, _eventSourceMessages=messages(FIRST, SECOND))))
    assert exchange.body == BODY.encode()
    assert [round(event.at_ns / 1e6) for event in read_events(exchange)] == [100, 200]
    assert exchange.headers_at_ns == 100_000_000


def test_messages_that_tell_another_story_than_the_body_give_no_times() -> None:
    exchange = only(har(entry(BODY, _eventSourceMessages=messages(FIRST))))
    assert exchange.body == BODY.encode()
    assert exchange.headers_at_ns is None


def test_times_that_the_har_does_not_hold_are_not_made_up() -> None:
    exchange = only(har(entry(BODY)))
    assert exchange.headers_at_ns is None
    assert exchange.ended_at_ns == 900_000_000


def test_a_burst_at_the_end_is_seen_from_the_timings_alone() -> None:
    timings = {"blocked": 0, "dns": -1, "connect": -1, "send": 0, "wait": 4000, "receive": 20}
    exchange = only(har(entry(BODY, timings=timings)))
    assert (exchange.headers_at_ns, exchange.chunks[0].at_ns) == (4_000_000_000, 4_020_000_000)


def test_secrets_never_get_out_of_a_har() -> None:
    opaque, jwt = "opaque-secret-0123456789", "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjE3OTUxNjg4MDB9.c2lnbmF0dXJlMTIz"
    text = f'data: {{"type":"notice","level":"info","message":"{opaque} {jwt} sk-proj-abcdefghijklmnopqrstuvwx"}}\n\n'
    imported = import_exchanges(
        har(
            entry(
                text,
                url=f"http://user:{opaque}@127.0.0.1:8000/chatkit?token={opaque}",
                headers=(("Authorization", f"Bearer {jwt}"), ("X-Api-Key", opaque), ("Cookie", f"sid={opaque}")),
                response_headers=(("Set-Cookie", f"session={opaque}"),),
            )
        ),
        "a.har",
    )
    (exchange,) = imported.exchanges
    said = repr((exchange.request, exchange.headers, exchange.body, imported.remarks))
    for secret in (opaque, jwt, "sk-proj-abcdefghijklmnopqrstuvwx"):
        assert secret not in said
    assert len(exchange.body) == len(text)
    assert exchange.request.token_expires_at is not None


def test_a_damaged_har_is_unusable_and_says_so() -> None:
    with pytest.raises(UnusableInput, match="cannot be read"):
        import_exchanges(har(entry(BODY))[:-5], "a.har")
    with pytest.raises(UnusableInput, match="cannot be read"):
        import_exchanges(b'{"log": {"entries": [' + b"[" * 200_000, "a.har")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
LIKELY = st.sampled_from(
    [
        STARTED_MS,
        -1,
        1e308,
        "POST",
        "base64",
        BODY,
        "2026-11-20T10:00:00Z",
        "9999-12-31T23:59:59-12:00",
        "http://[",
        "\ud800",
    ]
)


@st.composite
def hostile_entries(draw: Any) -> dict[str, Any]:
    """Entries in which some values were replaced by anything."""
    made = entry(draw(st.sampled_from([BODY, "", None])), _eventSourceMessages=messages(FIRST, SECOND))
    for _ in range(draw(st.integers(1, 5))):
        place, key = made, draw(st.sampled_from(sorted(made)))
        while isinstance(place[key], dict) and place[key] and draw(st.booleans()):
            place, key = place[key], draw(st.sampled_from(sorted(place[key])))
        place[key] = draw(JSON | LIKELY)
    return made


@settings(max_examples=150, deadline=None)
@given(st.lists(hostile_entries() | JSON, max_size=3))
def test_no_har_whatever_crashes_the_import(entries: Any) -> None:
    try:
        imported = import_exchanges(har(*entries), "a.har")
    except WorkbenchError:
        return
    for exchange in imported.exchanges:
        read_events(exchange)
        assert exchange.outcome != "pending"
