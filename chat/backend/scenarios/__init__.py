"""What the scripted assistant can show, one module per scenario."""

from __future__ import annotations

from chat.backend.scenarios import (
    citations,
    client_effect,
    client_tool,
    failure,
    flight_form,
    image,
    locked,
    long_answer,
    markdown_tour,
    notice,
    progress,
    questions,
    reasoning,
    streaming_text,
    task_list,
)
from chat.backend.scenarios.citations import ENTITIES
from chat.backend.scenarios.fallback import fallback
from chat.backend.scenarios.matching import best_match
from chat.backend.script import Cue, Scenario

__all__ = ["ENTITIES", "SCENARIOS", "scenario_for"]


SCENARIOS: tuple[Scenario, ...] = (
    markdown_tour.SCENARIO,
    reasoning.SCENARIO,
    citations.SCENARIO,
    flight_form.SCENARIO,
    task_list.SCENARIO,
    streaming_text.SCENARIO,
    image.SCENARIO,
    questions.SCENARIO,
    progress.SCENARIO,
    client_tool.SCENARIO,
    client_effect.SCENARIO,
    notice.SCENARIO,
    failure.SCENARIO,
    locked.SCENARIO,
    long_answer.SCENARIO,
    long_answer.SIZED,
    failure.CRASH,
)
"""Every scenario, in the order of the start screen."""

_FALLBACK = Scenario(
    name="fallback",
    label="Anything else",
    prompt="",
    icon="message-square",
    title="",
    keywords=(),
    script=fallback([scenario for scenario in SCENARIOS if scenario.on_start_screen]),
    on_start_screen=False,
)


def scenario_for(cue: Cue) -> Scenario:
    """The scenario that answers `cue`: the one whose tool was chosen, else the best match for the text, else one
    that says what there is."""
    for scenario in SCENARIOS:
        if cue.wanted is not None and cue.wanted in (scenario.name, *(tool.name for tool in scenario.tools)):
            return scenario
    if long_answer.asked_size(cue.text[:200]) is not None:
        return long_answer.SIZED
    return best_match(cue.text, SCENARIOS) or _FALLBACK
