"""What a backend's own tests say: turns, a golden file, and every rule of ChatKit Workbench."""

import asyncio

from chatkit_workbench.pytest_plugin import ChatKitChecks


def test_the_tasks_are_told_and_shown(chatkit):
    turn = chatkit.send("What have I to do?")
    assert turn.failure is None
    assert turn.errors == []
    assert turn.text == "You have 3 tasks today."
    assert [item["type"] for item in turn.items] == ["user_message", "assistant_message", "widget"]


def test_a_task_can_be_finished(chatkit):
    chatkit.send("What have I to do?")
    assert chatkit.click("Upgrade the SDK").text == "Done: Upgrade the SDK."


def test_nothing_has_changed(chatkit, golden):
    assert chatkit.send("What have I to do?") == golden
    chatkit.click("Write the tests")
    chatkit.reload()
    assert chatkit == golden("whole")


def test_a_stream_can_be_stopped(chatkit):
    turn = chatkit.send("What have I to do?", stop_after=5)
    assert len(turn.events) == 5
    assert turn.exchange["outcome"] == "cancelled"


def test_it_is_quick(chatkit):
    assert chatkit.send("What have I to do?").exchange["first_event_ms"] < 1_000


def test_from_async_code(chatkit):
    async def talk():
        return await chatkit.aio.send("What have I to do?")

    assert asyncio.run(talk()).text == "You have 3 tasks today."


class TestConformance(ChatKitChecks):
    """One test for every rule, `pytest -k persistence` for some of them."""


def test_by_shape(chatkit, golden):
    """For agents that choose their own words: types, order and structure."""
    assert chatkit.send("Anything due?") == golden("shape", shape=True)
