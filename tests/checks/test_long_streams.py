"""Streams of hundreds of deltas: those that simply go on are not judged one by one, and nothing is missed by that."""

from typing import Any

import pytest

from chat.checks import Finding, examine
from tests.checks.streams import (
    added,
    answer,
    assistant_item,
    delta,
    done,
    error,
    exchange,
    sse,
    turn,
)

PIECES = [f"{number} " for number in range(400)]
TEXT = "".join(PIECES)
BEGUN = (added(assistant_item("msg_1", "")), *(delta(piece) for piece in PIECES))
OVER = done(assistant_item("msg_1", TEXT))


def found(*middle: Any) -> list[Finding]:
    return list(examine(exchange(turn(*middle))).findings)


def test_a_long_answer_is_good() -> None:
    assert found(*BEGUN, OVER) == []


@pytest.mark.parametrize(
    ("end", "rule_id"),
    [
        ((OVER, delta("late")), "lifecycle/after-done"),
        ((error(), delta("late")), "lifecycle/events-after-error"),
        ((delta("stray", "msg_2"), OVER), "lifecycle/unknown-item"),
        ((delta("one more"), OVER), "lifecycle/delta-mismatch"),
        ((delta("elsewhere", part=1), OVER), "lifecycle/delta-mismatch"),
        ((delta(TEXT), done(assistant_item("msg_1", TEXT + TEXT))), "lifecycle/repeated-text"),
    ],
)
def test_what_one_delta_does_wrong_is_found_behind_hundreds_that_do_not(end: Any, rule_id: str) -> None:
    assert [finding.rule_id for finding in found(*BEGUN, *end)] == [rule_id]


def test_two_answers_that_stream_by_turns_keep_their_own_texts() -> None:
    names = ("msg_1", "msg_2")
    pieces = [delta(f"{name} {number}\n", name) for number in range(200) for name in names]
    texts = {name: "".join(f"{name} {number}\n" for number in range(200)) for name in names}
    begun = [added(assistant_item(name, "")) for name in names]
    assert found(*begun, *pieces, *(done(assistant_item(name, texts[name])) for name in names)) == []
    (finding,) = found(*begun, *pieces, *(done(assistant_item(name, texts["msg_1"])) for name in names))
    assert (finding.rule_id, finding.evidence[0].item_id) == ("lifecycle/delta-mismatch", "msg_2")


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("size", [7, 100, 1_000_000])
def test_comments_are_found_where_they_stand(line_end: bytes, size: int) -> None:
    beginning, middle, end = sse(*answer("Bye", "msg_2")), turn(*BEGUN, OVER), sse(*answer("So long", "msg_3"))
    comments = [b"\xef\xbb\xbf: first\n\n", b": in between\n: and on\n\n", b": last\n\n"]
    body = b"".join((comments[0], beginning, comments[1], middle, b"\n\n", end, comments[2])).replace(b"\n", line_end)
    made = exchange([(at, body[at : at + size]) for at in range(0, len(body), size)])
    (finding,) = (one for one in examine(made).findings if one.rule_id == "framing/comment-ping")
    shown = [body[one.start : one.end] for one in finding.evidence if one.start is not None]
    assert shown == [comment.replace(b"\n", line_end) for comment in comments]


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
def test_a_comment_in_the_block_of_an_event_is_no_heartbeat(line_end: bytes) -> None:
    body = turn(": of the next line\n", *BEGUN, ": and of this one\n", OVER).replace(b"\n", line_end)
    assert examine(exchange(body)).findings == ()
