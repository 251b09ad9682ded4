"""What the scripted assistant can show, one module per scenario."""

from __future__ import annotations

from chat.backend.offers import DEFAULT_MODEL
from chat.backend.scenarios import (
    citations,
    client_effect,
    client_tool,
    client_tools,
    closed,
    every_action,
    every_component,
    every_image,
    every_notice,
    every_source,
    failure,
    flight_form,
    image,
    locked,
    long_answer,
    markdown_tour,
    notice,
    page_links,
    progress,
    questions,
    reasoning,
    received,
    streaming_text,
    task_list,
    workflows,
)
from chat.backend.scenarios.fallback import fallback
from chat.backend.scenarios.matching import best_match
from chat.backend.script import Cue, Say, Scenario, Script, echo

__all__ = ["CITED", "SCENARIOS", "answering", "scenario_for"]

CITED = {**citations.ENTITIES, **every_source.SOURCES}
"""What the assistant can cite by id besides files and pages."""


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
    every_component.SCENARIO,
    every_action.SCENARIO,
    every_source.SCENARIO,
    every_image.SCENARIO,
    every_notice.SCENARIO,
    workflows.SCENARIO,
    page_links.SCENARIO,
    client_tools.SCENARIO,
    received.SCENARIO,
    closed.SCENARIO,
)
"""Every scenario, in the order of the start screen."""

_FALLBACK = Scenario(
    name="fallback",
    label="Anything else",
    prompt="",
    icon="message-square",
    title="",
    keywords=(),
    script=fallback([scenario for scenario in SCENARIOS if scenario.prompt]),
    on_start_screen=False,
)


def scenario_for(cue: Cue) -> Scenario:
    """The scenario that answers `cue`: the one whose tool was chosen, else the best match for the text, else one
    that says what there is."""
    for scenario in SCENARIOS:
        if cue.wanted is not None and cue.wanted in (scenario.name, *(tool.name for tool in scenario.tools)):
            return scenario
    if every_component.asked_component(cue.text[:200]) is not None:
        return every_component.SCENARIO
    if long_answer.asked_size(cue.text[:200]) is not None:
        return long_answer.SIZED
    return best_match(cue.text, SCENARIOS) or _FALLBACK


def answering(cue: Cue) -> tuple[Scenario, Script]:
    """The scenario that answers `cue`, and its script; at its end it says which tool and model were asked for."""
    scenario = scenario_for(cue)
    return scenario, _with_choices(scenario, cue)


def _with_choices(scenario: Scenario, cue: Cue) -> Script:
    yield from scenario.script(cue)
    other = cue.model if cue.model != DEFAULT_MODEL else None
    if scenario is received.SCENARIO or not (cue.wanted or other):
        return  # it says so itself, or nothing was chosen
    words = []
    if cue.wanted:
        known = cue.wanted in (scenario.name, *(tool.name for tool in scenario.tools))
        words.append(f"the tool {echo(cue.wanted)}" + ("" if known else ", which this assistant does not have"))
    if other:
        words.append(f"the model {echo(other)}, whose part the scripted assistant plays like any other")
    yield Say(f"You asked for {', and '.join(words)}.")
