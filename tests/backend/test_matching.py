"""Which scenario answers which text."""

from __future__ import annotations

from typing import Any

import pytest

from chat.backend.scenarios import SCENARIOS, scenario_for
from chat.backend.scenarios.long_answer import LARGEST_SIZE, asked_size
from chat.backend.script import Cue, Scenario


def name_for(text: str, wanted: str | None = None) -> str:
    return scenario_for(Cue(text=text, wanted=wanted)).name


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_prompt_label_and_name_all_lead_to_the_scenario(scenario: Scenario) -> None:
    for text in (scenario.prompt, scenario.prompt.upper(), f"  {scenario.prompt}!? ", scenario.label, scenario.name):
        assert name_for(text) == scenario.name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("could you draw a picture of the sea", "image"),
        ("show me a form", "flight_form"),
        ("please use a client tool", "client_tool"),
        ("what about a table and some LaTeX?", "markdown_tour"),
        ("make it fail, then I retry", "failure"),
        ("write an essay", "long_answer"),
        ("a widget with streaming text please", "streaming_text"),
        ("lock this thread", "locked"),
        ("show progress", "progress"),
        ("Write 400 kB", "sized_answer"),
        ("a long answer of 2 MB", "sized_answer"),
        ("", "fallback"),
        ("?!", "fallback"),
        ("hello", "fallback"),
        ("information about platforms and discards", "fallback"),
        ("x" * 1_000_000, "fallback"),
        ("\x00\ud7ff 日本語", "fallback"),
    ],
)
def test_a_text_is_understood_by_its_words(text: str, name: str) -> None:
    assert name_for(text) == name


def test_the_chosen_tool_decides_over_the_text() -> None:
    assert name_for("draw me a picture", wanted="show_flight_form") == "flight_form"
    assert name_for("draw me a picture", wanted="no such tool") == "image"


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("Write 400 kB", 400_000),
        ("1.5 MB", 1_500_000),
        ("20 kilobytes", 20_000),
        ("0 kB", 1),
        ("999999 MB", LARGEST_SIZE),
        ("40 pages", None),
        ("kB", None),
    ],
)
def test_sizes(text: str, size: Any) -> None:
    assert asked_size(text) == size
