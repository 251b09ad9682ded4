"""A script is read, and every mistake in one is named with its line, its place, what was expected and what is there."""

from __future__ import annotations

import pytest

from chat.errors import UnusableInput
from chat.script import read_script
from chat.script.steps import VERBS, Step
from tests.conftest import ROOT


def test_a_list_of_steps_is_a_script_and_so_is_a_mapping_with_more() -> None:
    short = read_script("- send: Hello\n- retry\n- wait: 0.5\n")
    assert [step.verb for step in short.steps] == ["send", "retry", "wait"]
    assert short.steps[0].send is not None
    assert short.steps[0].send.text == "Hello"
    long = read_script(
        "name: Orders\nclient_tools: {get_selection: {id: 1}}\nsteps:\n- click: {label: Save, form: {a: 1}}\n"
    )
    assert (long.name, long.client_tools) == ("Orders", {"get_selection": {"id": 1}})
    assert long.steps[0].click is not None
    assert long.steps[0].click.form == {"a": 1}


@pytest.mark.parametrize("value", ["{ok: true}", "null", "[1, 2]", "text"])
def test_the_output_of_a_tool_may_be_anything(value: str) -> None:
    assert read_script(f"- tool_output: {value}").steps[0].verb == "tool_output"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "script.yaml is empty"),
        ("just words", "not a script: line 1, the whole"),
        ("- send: [unclosed", "no YAML at line 1"),
        ("a: !!python/object:os.system {}", "no YAML at line 1"),
        ("- send: Hello\n- sned: Hello", "line 2, steps[1]: 'sned' is not known; did you mean send?"),
        ("- send: Hello\n- wait: soon", "line 2, steps[1].wait: input should be a valid number"),
        ("- send: Hello\n  retry:", "line 1, steps[0]: expected one verb, got retry and send"),
        ("- stop_after: 3", "line 1, steps[0]: expected one verb, got none"),
        ("- feedback: positive\n  stop_after: 3", "line 1, steps[0]: stop_after stops a stream, and feedback has none"),
        ("steps:\n- send:\n    text: Hi\n    colour: red", "line 4, steps[0].send: 'colour' is not known"),
        ("- send: Hi\n-\n- retry", "line 2, steps[1]"),
        ("steps: []", "line 1, steps: list should have at least 1 item"),
        ("name: x", "line 1, steps: field required"),
        ("- feedback: great", "line 1, steps[0].feedback: input should be 'positive' or 'negative'"),
        ("- [1, 2]", "line 1, steps[0]"),
        ("- &a\n  send: *a", "steps[0]"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_place(text: str, words: str) -> None:
    with pytest.raises(UnusableInput) as refused:
        read_script(text, "script.yaml")
    assert words in refused.value.message
    assert refused.value.expected


def test_a_secret_in_a_mistake_is_not_repeated() -> None:
    with pytest.raises(UnusableInput) as refused:
        read_script("- wait: sk-proj-abcdefghijklmnopqrstuvwx")
    assert "sk-proj" not in f"{refused.value.message}{refused.value.got}"


def test_every_verb_is_explained() -> None:
    assert set(VERBS) | {"stop_after"} == set(Step.model_fields)


def test_the_worked_examples_script_is_one() -> None:
    text = (ROOT / "docs" / "testing-your-backend" / "turns.yaml").read_text("utf-8")
    assert [step.verb for step in read_script(text).steps] == ["send", "click", "feedback", "retry", "reload"]
