"""Whole bodies, as real backends wrote them."""

import json
from pathlib import Path
from typing import Any

import pytest

from chat.protocol import (
    AnnotationAdded,
    Change,
    PartReplaced,
    TextAppended,
    ThreadState,
    decode_body,
    end_stream,
    fold,
)

DATA = Path(__file__).parent.parent / "data"
GOOD = sorted(path.name for path in DATA.glob("good-*.txt"))


def play(name: str, state: ThreadState | None = None) -> tuple[ThreadState, list[Any], list[Change]]:
    state = state or ThreadState()
    events = decode_body((DATA / name).read_bytes())
    changes = [change for event in events for change in fold(state, event)]
    return state, events, changes + end_stream(state)


@pytest.mark.parametrize("name", GOOD)
def test_a_good_stream_is_valid_and_complete(name: str) -> None:
    state, events, _ = play(name)
    assert all(event.valid and event.terminated for event in events)
    assert all(item.status == "done" for item in state.items.values())
    for event in events:
        if event.type == "thread.item.done":
            item = state.items[event.json["item"]["id"]]
            assert item.json == event.json["item"]
            assert item.item == event.value.item


def test_the_first_turn_makes_the_thread_its_title_and_both_messages() -> None:
    state, _, changes = play("good-first-turn.txt")
    assert (state.id, state.title) == ("thr_good0001", "Open orders")
    question, answer = state.visible_items()
    said: Any = question.item
    assert (question.type, said.content[0].text) == ("user_message", "What is open?")
    assert answer.text(0).startswith("# Orders")
    assert "\u2028" in answer.text(0)
    text = "".join(change.delta for change in changes if isinstance(change, TextAppended))
    assert text == answer.text(0)
    assert [change for change in changes if isinstance(change, PartReplaced)] == [PartReplaced(answer.id, 0)]


def test_the_second_turn_keeps_its_citation() -> None:
    state, _, changes = play("good-second-turn-cited.txt")
    (answer,) = [item for item in state.visible_items() if item.type == "assistant_message"]
    assert len(answer.annotations(0)) == 1
    assert any(isinstance(change, AnnotationAdded) for change in changes)


def test_the_turns_of_a_thread_follow_each_other() -> None:
    state = ThreadState()
    for name in ["good-first-turn.txt", "good-second-turn-cited.txt", "good-workflow.txt", "good-client-tool.txt"]:
        play(name, state)
    types = [item.type for item in state.visible_items()]
    assert types[:4] == ["user_message", "assistant_message"] * 2
    assert "workflow" in types
    assert types[-1] == "client_tool_call"
    assert json.loads(json.dumps(state.snapshot()))["thread"]["title"] == "Open orders"


@pytest.mark.parametrize(("name", "count"), [("seed-attempt-1", 3), ("seed-attempt-2", 8), ("seed-attempt-3", 12)])
def test_of_a_failed_attempt_every_event_is_invalid_explained_and_shows_nothing(name: str, count: int) -> None:
    state, events, _ = play(f"{name}.txt")
    assert len(events) == count
    assert not any(event.valid for event in events)
    assert all(event.problems for event in events)
    assert state.visible_items() == []
