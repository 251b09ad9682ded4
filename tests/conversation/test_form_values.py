"""Form values in an action's payload, and the forms of tools and questions."""

from typing import Any

import pytest

from chat.conversation.form_values import NotSent, answers, merge_form, tool_output


@pytest.mark.parametrize(
    ("payload", "form", "merged"),
    [
        (None, {"name": "Ann"}, {"name": "Ann"}),
        ({"id": 1}, {"name": "Ann"}, {"id": 1, "name": "Ann"}),
        ({"name": "Bob"}, {"name": "Ann"}, {"name": "Bob"}),
        ({}, {"user.name": "Ann", "user.age": "7"}, {"user": {"name": "Ann", "age": "7"}}),
        ({"user": {"name": "Bob"}}, {"user.name": "Ann", "user.age": "7"}, {"user": {"name": "Bob", "age": "7"}}),
        ({"user": "Bob"}, {"user.name": "Ann"}, {"user": "Bob"}),
        (None, {}, None),
        ([1], {"name": "Ann"}, [1]),
    ],
)
def test_values_go_to_the_root_by_name_and_what_is_there_wins(payload: Any, form: dict[str, Any], merged: Any) -> None:
    assert merge_form(payload, form) == merged


def test_the_widgets_own_payload_is_not_touched() -> None:
    payload = {"user": {"name": "Bob"}}
    merge_form(payload, {"user.age": 7})
    assert payload == {"user": {"name": "Bob"}}


def test_a_name_of_ten_thousand_dots_does_no_harm() -> None:
    assert merge_form({}, {"a" + ".a" * 10_000: 1})


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ('{"zone": "Europe/Oslo"}', {"zone": "Europe/Oslo"}),
        (" [1, 2]\n", [1, 2]),
        ('"quoted"', "quoted"),
        ("42", 42),
        ("null", None),
        ("", ""),
        ("It is noon in Oslo.", "It is noon in Oslo."),
        ("4 o'clock", "4 o'clock"),
        ("NaN", "NaN"),
    ],
)
def test_a_tools_output_is_json_when_it_is_json_and_else_text(typed: str, sent: Any) -> None:
    assert tool_output({"output": typed}) == sent


@pytest.mark.parametrize(
    ("typed", "words", "at"),
    [
        ('{"zone": "Europe/Oslo"', "expecting ',' delimiter (line 1, column 23)", 22),
        ("{'zone': 1}", "property name enclosed in double quotes (line 1, column 2)", 1),
        ('["🙂",\n\n  oops]', "expecting value (line 3, column 3)", 10),
        ('"quoted', "unterminated string starting at (line 1, column 1)", 0),
        ('{"a": NaN}', "JSON has no NaN", None),
        ("[" * 100_000, "nested too deeply", None),
    ],
)
def test_broken_json_is_not_sent_unless_as_text_on_purpose(typed: str, words: str, at: int | None) -> None:
    with pytest.raises(NotSent) as refused:
        tool_output({"output": typed})
    assert words in str(refused.value)
    assert refused.value.at == at
    assert tool_output({"output": typed}, as_text=True) == typed


def test_answers_go_without_empty_ones() -> None:
    form = {"when": "Spring", "what": ["Birds", " ", ""], "wish": ""}
    assert answers(form) == {"when": ["Spring"], "what": ["Birds"], "wish": []}


@pytest.mark.parametrize("form", [{}, {"when": "", "what": ["", "  "]}])
def test_no_answer_at_all_is_not_sent_as_skipped(form: dict[str, Any]) -> None:
    with pytest.raises(NotSent, match="Nothing is answered yet"):
        answers(form)
