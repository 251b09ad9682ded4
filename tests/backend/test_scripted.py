"""The scripted model on its own, and the clock it speaks by."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from agents import Agent, ModelSettings, ModelTracing, RunConfig, RunContextWrapper, Runner, function_tool
from hypothesis import given
from hypothesis import strategies as st

from chat.backend.pace import DEFAULT_RATE, Pace, piece_count, pieces
from chat.backend.script import Call, Citation, Say, Script, Think, cite_url
from chat.backend.scripted import ScriptedModel
from tests.work import in_no_time


@given(st.text())
def test_pieces_joined_are_the_text(text: str) -> None:
    assert "".join(pieces(text)) == text


def test_pieces_are_of_the_size_of_tokens() -> None:
    text = "An ordinary sentence, with some longer words such as incomprehensibility in it.\n\nAnd a second paragraph."
    sizes = [len(piece) for piece in pieces(text)]
    assert 3 <= sum(sizes) / len(sizes) <= 6
    assert max(sizes) <= 9


def test_the_rate_is_in_words_per_second() -> None:
    async def speak() -> None:
        pace = Pace(rate=300)
        async for text in pace.deltas("words " * 300):
            pace.passed(piece_count(text))

    assert 0.9 < in_no_time(speak)[1] < 1.1


def test_without_a_rate_a_pause_takes_no_time() -> None:
    assert in_no_time(lambda: Pace(rate=None).pause(60))[1] == 0
    assert in_no_time(lambda: Pace(rate=DEFAULT_RATE).pause(0.5))[1] == 0.5


async def test_no_more_than_64_deltas_are_on_the_way() -> None:
    pace = Pace(rate=None)
    written = 0

    async def write() -> None:
        nonlocal written
        async for text in pace.deltas("word " * 1000):
            written += piece_count(text)

    task = asyncio.create_task(write())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert written == 64
    while not task.done():
        pace.passed()
        await asyncio.sleep(0)
    assert written == piece_count("word " * 1000)


def arguments() -> tuple[Any, ...]:
    return (None, "hello", ModelSettings(), [], None, [], ModelTracing.DISABLED)


async def responses_of(script: Script) -> list[Any]:
    model = ScriptedModel(script, Pace(None))
    events = []
    async for event in model.stream_response(
        *arguments(), previous_response_id=None, conversation_id=None, prompt=None
    ):
        events.append(event)
        if event.type == "response.output_text.delta":
            model._pace.passed(piece_count(event.delta))
    return events


async def test_events_come_in_the_order_of_the_responses_api() -> None:
    def script() -> Script:
        yield Think("I see.")
        yield Say("Hello you.", citations=(cite_url("Hello", "https://example.com", "Example"),))

    types = [event.type.removeprefix("response.") for event in await responses_of(script())]
    assert types == [
        "created",
        "output_item.added",
        "reasoning_summary_text.delta",
        "reasoning_summary_text.delta",
        "reasoning_summary_text.done",
        "output_item.done",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.annotation.added",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ]


async def test_sequence_numbers_count_up_and_places_are_right() -> None:
    def script() -> Script:
        yield Say("One.")
        yield Say("Two.")

    events = await responses_of(script())
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert [event.output_index for event in events if event.type == "response.output_item.done"] == [0, 1]
    assert [item.content[0].text for item in events[-1].response.output] == ["One.", "Two."]


async def test_a_response_can_be_had_at_once() -> None:
    def script() -> Script:
        yield Say("Hello " * 500)

    model = ScriptedModel(script(), Pace(None))
    response = await model.get_response(*arguments(), previous_response_id=None, conversation_id=None, prompt=None)
    message: Any = response.output[0]
    assert message.content[0].text == "Hello " * 500


async def test_a_script_gets_what_its_tool_returned() -> None:
    @function_tool
    async def add(wrapper: RunContextWrapper[None], one: int, two: int) -> str:
        """Add."""
        return str(one + two)

    def script() -> Script:
        first = yield Call("add", {"one": 2, "two": 3})
        second = yield Call("add", {"one": int(first), "two": 10})
        yield Say(f"{first} and {second}")

    agent = Agent(name="test", model=ScriptedModel(script(), Pace(None)), tools=[add])
    result = await Runner.run(agent, "hello", run_config=RunConfig(tracing_disabled=True))
    assert result.final_output == "5 and 15"


async def test_a_citation_of_text_that_is_not_there_is_a_mistake_of_the_script() -> None:
    def script() -> Script:
        yield Say("Hello.", citations=(Citation("Goodbye", lambda at: {}),))

    with pytest.raises(ValueError, match="'Goodbye'"):
        await responses_of(script())
