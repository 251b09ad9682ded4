"""A proposed stream never gives an id that another item has: neither in itself nor in the turns before it."""

from typing import Any

import pytest

from chat.checks import Examined
from chat.checks.threads import examine_all
from chat.exchanges import Exchange
from tests.checks.streams import (
    OPTIONS,
    THREAD,
    added,
    answer,
    assistant_item,
    delta,
    done,
    exchange,
    sse,
    turn,
    user_done,
)

Json = dict[str, Any]


def asked(text: str, item_id: str = "msg-user-7") -> Json:
    content = [{"type": "input_text", "text": text}]
    return {
        "type": "conversation.item.created",
        "item": {"id": item_id, "type": "message", "role": "user", "content": content},
    }


def said(text: str, item_id: str) -> list[Json]:
    return [
        {"type": "response.output_text.delta", "item_id": item_id, "delta": text},
        {"type": "response.done", "response": {"id": "r"}},
    ]


def foreign(*events: Json, operation: str = "threads.add_user_message") -> Exchange:
    return exchange(sse(*events), operation, thread_id=THREAD)


SESSIONS: dict[str, list[Exchange]] = {
    "a constant id for the question": [
        foreign(asked("one"), *said("Yes.", "a")),
        foreign(asked("two"), *said("No.", "b")),
    ],
    "a constant id for the answer": [
        foreign(asked("one", "u1"), *said("Yes.", "a")),
        foreign(asked("two", "u2"), *said("No.", "a")),
    ],
    "one id for question and answer": [foreign(asked("one", "x"), *said("Yes.", "x"))],
    "no ids at all": [foreign({"type": "chunk", "text": "Yes."}), foreign({"type": "chunk", "text": "No."})],
    "an id of a valid turn": [exchange(turn(*answer("Hello", "a"))), foreign(asked("two", "u"), *said("No.", "a"))],
    "three turns": [foreign(asked(str(n)), *said("Yes.", "a")) for n in range(3)],
}


def proposed(examined: list[Examined]) -> list[Exchange]:
    """The session as it would be if every proposed stream were sent."""
    sent = []
    for one in examined:
        operation = one.exchange.request.operation
        body = one.translation.sse if one.translation is not None else one.exchange.body
        sent.append(exchange(body, operation, thread_id=THREAD))
    return sent


@pytest.mark.parametrize("name", SESSIONS)
def test_proposed_streams_give_every_item_an_id_of_its_own(name: str) -> None:
    examined = examine_all(SESSIONS[name])
    again = examine_all(proposed(examined))
    found = {finding.rule_id for one in again for finding in one.findings if finding.level == "error"}
    assert not found
    values: list[Any] = [event.value for one in again for event in one.events if event.type == "thread.item.done"]
    ids = [value.item.id for value in values if value is not None]
    assert len(ids) == len(set(ids))


def named(examined: list[Examined]) -> list[str]:
    return [finding.headline for one in examined for finding in one.findings if finding.rule_id == "identity/reused-id"]


def test_an_id_for_two_messages_of_a_foreign_stream_is_named() -> None:
    assert named(examine_all(SESSIONS["a constant id for the question"])) == ["Two messages share the id `msg-user-7`"]


def test_ids_that_were_made_up_and_messages_that_are_said_again_are_nobody_s_fault() -> None:
    assert named(examine_all(SESSIONS["no ids at all"])) == []
    again = [foreign(asked("one"), *said("Yes.", "a")), foreign(asked("one"), *said("Yes.", "b"))]
    assert named(examine_all(again)) == []


def test_a_valid_stream_with_a_fault_keeps_its_ids() -> None:
    message = [added(assistant_item()), delta("Hi"), {"type": "oops"}, done(assistant_item("msg_1", "Hi"))]
    broken = sse(user_done(), OPTIONS, *message)
    (examined,) = examine_all([exchange(broken, "threads.add_user_message", thread_id=THREAD)])
    assert examined.translation is not None
    assert examined.translation.renamed == {}
