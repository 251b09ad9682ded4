"""What the eye predicted against what was seen from outside the frame: contradicted, held, or not to be told."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chat.checks.agreement import Agreement, Claim, Watched, agreement, predict
from chat.exchanges import Exchange, Request
from chat.exchanges.host_events import HostEvent
from chat.protocol import decode_body

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
LATER = timedelta(minutes=5)
HELLO = {"input": {"content": [{"type": "input_text", "text": "Hello"}], "attachments": [], "inference_options": {}}}
STAMP = "2026-01-01T00:00:00Z"
ITEM = {"thread_id": "thr_1", "created_at": STAMP}
PART = {"type": "output_text", "text": "Hi", "annotations": []}
CREATED = {"type": "thread.created", "thread": {"id": "thr_1", "created_at": STAMP}}
USER = {**ITEM, "type": "user_message", "id": "u1", "content": HELLO["input"]["content"], "attachments": []}
TURN = [
    CREATED,
    {"type": "thread.item.done", "item": {**USER, "inference_options": {}}},
    {"type": "thread.item.done", "item": {**ITEM, "type": "assistant_message", "id": "a1", "content": [PART]}},
]


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def exchange(
    begin: float,
    seconds: float,
    *events: dict[str, Any] | str,
    status: int = 200,
    operation: str = "threads.create",
    params: dict[str, Any] | None = None,
    media_type: str = "text/event-stream",
    outcome: Any = "complete",
) -> Exchange:
    body = json.dumps({"type": operation, "params": HELLO if params is None else params}).encode()
    streaming = operation not in ("threads.list", "threads.get_by_id")
    request = Request("POST", "http://127.0.0.1:9/chatkit", (), body, operation, streaming, len(body))
    made = Exchange(request, started_at=at(begin), status=status, headers=(("content-type", media_type),))
    blocks = [one if isinstance(one, str) else f"data: {json.dumps(one)}\n\n" for one in events]
    for block in blocks:
        made.add(0, block.encode())
    made.end(outcome)
    made.ended_at_ns = int(seconds * 1e9)
    return made


def told(seconds: float, event: str, /, **detail: Any) -> HostEvent:
    return HostEvent(at(seconds), event, detail or None)


def judged(
    one: Exchange, *host_events: HostEvent, others: tuple[Exchange, ...] = (), now: float | None = None
) -> Agreement:
    exchanges = sorted([one, *others], key=lambda exchange: exchange.started_at)
    seen = Watched(exchanges, host_events, NOON + LATER if now is None else at(now))
    return agreement(predict(one, decode_body(one.body)), seen)


def claim(judgement: Agreement, about: str) -> Claim:
    (found,) = (one for one in judgement.claims if one.about == about)
    return found


TOLD = (told(0.1, "chatkit.response.start"), told(0.2, "chatkit.thread.change", threadId="thr_1"))
END = told(1.1, "chatkit.response.end")


def test_a_turn_that_went_as_predicted_agrees() -> None:
    judgement = judged(exchange(0, 1, *TURN), *TOLD, END)
    assert judgement.agrees is True
    assert {one.about: one.agrees for one in judgement.claims} == {
        "Its request": True,
        "Sends it again": True,
        "chatkit.error": True,
        "chatkit.response.end": True,
        "chatkit.thread.change": True,
        "On the screen": None,
    }
    assert judgement.settled


def test_a_request_that_our_client_would_not_send_is_a_contradiction() -> None:
    judgement = judged(exchange(0, 1, *TURN, params={**HELLO, "mood": "good"}), *TOLD, END)
    assert judgement.agrees is False
    assert claim(judgement, "Its request").happened == "`params.mood`, which ours does not have"


def test_what_stands_on_the_screen_never_agrees() -> None:
    screen = claim(judged(exchange(0, 1, *TURN), *TOLD, END), "On the screen")
    assert screen.agrees is None
    assert screen.predicted == "the conversation"
    assert "cannot be seen" in screen.happened


def test_nothing_is_said_before_it_can_be_known() -> None:
    one = exchange(0, 1, *TURN)
    early = judged(one, now=1.01)
    assert early.agrees is None
    assert not early.settled
    assert {claim.agrees for claim in early.claims if claim.about != "Its request"} == {None}
    assert judged(one, *TOLD, END, now=1.2).agrees is True, "what has come is known at once"


def test_an_error_that_nobody_predicted_is_a_contradiction() -> None:
    judgement = judged(exchange(0, 1, *TURN), *TOLD, told(0.5, "chatkit.error", error={"message": "oh"}), END)
    assert judgement.agrees is False
    assert claim(judgement, "chatkit.error")[1:3] == ("never", "once")


def test_an_error_that_was_predicted_and_not_told_is_a_contradiction() -> None:
    one = exchange(0, 1, *TURN, {"type": "error", "code": "custom", "message": "No credit", "allow_retry": False})
    assert claim(judged(one, *TOLD, END), "chatkit.error").agrees is False
    assert claim(judged(one, *TOLD, told(0.9, "chatkit.error"), END), "chatkit.error").agrees is True
    assert claim(judged(one, *TOLD, now=1.5), "chatkit.error").agrees is None


def test_an_error_may_be_of_another_request_that_failed_meanwhile() -> None:
    other = exchange(0.3, 0.2, "{}", status=500, operation="threads.list", params={}, media_type="application/json")
    judgement = judged(exchange(0, 1, *TURN), *TOLD, told(0.5, "chatkit.error"), END, others=(other,))
    assert claim(judgement, "chatkit.error").agrees is None
    assert "`threads.list` failed at the same time" in claim(judgement, "chatkit.error").happened


def test_a_broken_stream_is_told_once() -> None:
    one = exchange(0, 1, *TURN[:2], outcome="truncated")
    assert judged(one, *TOLD, told(1.05, "chatkit.error")).agrees is True
    assert judged(one, *TOLD).agrees is False


def test_a_refusal_is_met_with_silence() -> None:
    one = exchange(0, 0.1, "{}", status=400, media_type="application/json")
    assert judged(one).agrees is True
    assert judged(one, told(0.2, "chatkit.error")).agrees is False


def test_six_attempts_are_predicted_and_counted() -> None:
    starts = (0, 1.1, 3.2, 7.3, 15.4, 29.5)
    attempts = [exchange(begin, 0.1, "{}", status=500, media_type="application/json") for begin in starts]
    for place, one in enumerate(attempts):
        others = tuple(other for other in attempts if other is not one)
        again = claim(judged(one, others=others), "Sends it again")
        assert again.agrees is True
        assert again.predicted == (
            f"yes: attempt {place + 1} of 6" if place < 5 else "no: this was the last of its attempts"
        )
    third = claim(judged(attempts[2], others=tuple(attempts[:2])), "Sends it again")
    assert (third.happened, third.agrees) == ("no", False)
    assert claim(judged(attempts[2], others=tuple(attempts[:2]), now=10), "Sends it again").agrees is None


def test_a_seventh_attempt_is_a_contradiction() -> None:
    attempts = [exchange(begin, 0.1, "{}", status=500, media_type="application/json") for begin in range(7)]
    submitted = told(-0.1, "chatkit.composer.submit")
    again = claim(judged(attempts[5], submitted, others=(*attempts[:5], attempts[6])), "Sends it again")
    assert again.agrees is False


@pytest.mark.parametrize("act", ["chatkit.composer.submit", "sendUserMessage"])
def test_a_message_that_is_written_twice_is_no_repetition(act: str) -> None:
    one, other = exchange(0, 1, *TURN), exchange(10, 1, *TURN)
    again = claim(judged(one, told(9.9, act), others=(other,)), "Sends it again")
    assert again.agrees is True


def test_a_repetition_is_a_contradiction_only_where_the_widget_tells_of_submitting() -> None:
    one, other = exchange(0, 1, *TURN), exchange(3, 1, *TURN)
    assert claim(judged(one, others=(other,)), "Sends it again").agrees is None
    told_before = told(-0.1, "chatkit.composer.submit")
    assert claim(judged(one, told_before, others=(other,)), "Sends it again").agrees is False


def test_the_history_may_be_asked_for_again() -> None:
    first, second = (
        exchange(begin, 0.1, '{"data": [], "has_more": false}', operation="threads.list", params={"limit": 9999})
        for begin in (0, 60)
    )
    assert claim(judged(first, others=(second,)), "Sends it again").agrees is None


def test_an_end_before_the_last_byte_is_a_contradiction() -> None:
    early = judged(exchange(0, 1, *TURN), *TOLD, told(0.4, "chatkit.response.end"))
    assert claim(early, "chatkit.response.end")[2:4] == ("0.60 s before the last byte", False)
    clocks = judged(exchange(0, 1, *TURN), *TOLD, told(0.9, "chatkit.response.end"))
    assert claim(clocks, "chatkit.response.end").agrees is True


def test_another_thread_that_is_chosen_ends_it_as_well() -> None:
    left = told(0.4, "chatkit.thread.change", threadId="thr_2")
    judgement = judged(exchange(0, 1, *TURN), *TOLD, left, told(0.4, "chatkit.response.end"))
    assert claim(judgement, "chatkit.response.end").agrees is None


def test_without_a_thread_it_goes_to_none() -> None:
    one = exchange(0, 1, *TURN[1:])
    assert claim(judged(one), "chatkit.thread.change").agrees is True
    assert judged(one, told(0.2, "chatkit.thread.change", threadId="thr_1")).agrees is False


def test_a_thread_other_than_the_one_that_was_created_is_a_contradiction() -> None:
    moved = told(0.2, "chatkit.thread.change", threadId="thr_7")
    assert claim(judged(exchange(0, 1, *TURN), moved, END), "chatkit.thread.change").agrees is False


def test_effects_are_compared_by_name_and_order() -> None:
    one = exchange(0, 1, *TURN, {"type": "client_effect", "name": "confetti", "data": {}})
    assert claim(judged(one, told(0.8, "chatkit.effect", name="confetti")), "chatkit.effect").agrees is True
    assert claim(judged(one, told(0.8, "chatkit.effect", name="rain")), "chatkit.effect").agrees is False
    assert claim(judged(one), "chatkit.effect").agrees is False
    assert claim(judged(one, now=1.1), "chatkit.effect").agrees is None


def test_client_tool_calls_are_compared() -> None:
    call = {**ITEM, "type": "client_tool_call", "id": "t1", "call_id": "c1", "name": "zone", "arguments": {}}
    one = exchange(0, 1, *TURN, {"type": "thread.item.done", "item": {**call, "status": "pending"}})
    assert claim(judged(one, told(1.1, "onClientTool", name="zone", params={})), "onClientTool").agrees is True
    assert claim(judged(one), "onClientTool").agrees is False


def test_what_was_stopped_is_not_compared() -> None:
    judgement = judged(exchange(0, 1, *TURN[:2], outcome="cancelled"), told(0.5, "chatkit.error"))
    assert (judgement.claims, judgement.agrees, judgement.stopped) == ((), None, True)
