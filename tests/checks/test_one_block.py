"""One cause, one block: the same fault of many items, whatever the rule, and in many exchanges."""

from typing import Any

import pytest

from chat.checks import Level
from chat.checks.reports import explained
from chat.checks.threads import examine_all
from tests.checks.streams import (
    OPTIONS,
    THREAD,
    added,
    answer,
    assistant_item,
    card,
    delta,
    done,
    exchange,
    item,
    part_done,
    sse,
    thread_created,
    user_item,
    widget_item,
)

MANY = 60


def ids() -> list[str]:
    return [f"it_{number:03}" for number in range(MANY)]


def mismatched(item_id: str) -> list[Any]:
    return [*answer("Hello", item_id)[:-2], done(assistant_item(item_id, "Goodbye"))]


def repeated(item_id: str) -> list[Any]:
    text = "Hello there"
    return [*answer(text, item_id)[:-2], delta(text, item_id), done(assistant_item(item_id, text * 2))]


FAULTS: dict[str, Any] = {
    "lifecycle/never-done": lambda one: [added(assistant_item(one))],
    "lifecycle/after-done": lambda one: [*answer("Hello", one), part_done("Hello", one)],
    "lifecycle/delta-mismatch": mismatched,
    "lifecycle/unknown-item": lambda one: [delta("Hello", one)],
    "lifecycle/repeated-text": repeated,
    "lifecycle/done-differs": lambda one: [*answer("Hello", one), done(assistant_item(one, "Bye"))],
    "identity/done-twice": lambda one: [*answer("Hello", one), done(assistant_item(one, "Hello"))],
    "identity/reused-id": lambda one: [added(assistant_item(one)), *answer("Hello", one)],
    "identity/wrong-thread": lambda one: [done({**assistant_item(one, "Hello"), "thread_id": "thr_2"})],
    "lifecycle/task-unfinished": lambda one: [
        done(item("task", one, task={"type": "custom", "title": "Look", "status_indicator": "loading"}))
    ],
    "schema/invalid": lambda one: [done({**assistant_item(one), "created_at": None})],
    "widgets/invalid": lambda one: [done(widget_item(one, card({"type": "Text"})))],
    "widgets/unknown-component": lambda one: [done(widget_item(one, card({"type": "Carousel"})))],
}


@pytest.mark.parametrize("rule_id", FAULTS)
@pytest.mark.parametrize("turns", [1, 6])
def test_the_same_fault_of_many_items_is_one_block(rule_id: str, turns: int) -> None:
    share = MANY // turns
    sent = []
    for number in range(turns):
        middle = [event for one in ids()[number * share : (number + 1) * share] for event in FAULTS[rule_id](one)]
        asked = done(user_item(f"msg_user_{number}"))
        operation = "threads.add_user_message" if number else "threads.create"
        opening = [] if number else [thread_created()]
        sent.append(exchange(sse(*opening, asked, OPTIONS, *middle), operation, thread_id=THREAD))
    report = explained("session.har", examine_all(sent))
    blocks = [check for check in report.by_status("failed") if check.id == rule_id and check.level is not Level.NOTE]
    assert [check.count for check in blocks] == [MANY]
