"""Form values in an action's payload."""

from typing import Any

import pytest

from chat.ui.form_values import merge_form


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
