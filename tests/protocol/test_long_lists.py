"""Wrong entries of very long lists: tried in pieces, they are named as when all are tried at once."""

import json
from typing import Any

import pytest
from chatkit.types import ThreadStreamEvent
from pydantic import ValidationError

from chat.protocol import Problem, decode_body
from chat.protocol.long_lists import LONG_LIST, is_long, problems_in_pieces, problems_in_steps
from chat.protocol.problems import explain
from chat.protocol.validation import validate
from tests.checks.streams import assistant_item, card, done, sse, widget_item

RIGHT = {"type": "Divider"}
WRONG: list[Any] = [1, {}, None, [], {"type": 7}]


def all_at_once(event: Any) -> tuple[Problem, ...]:
    try:
        validate(json.dumps(event))
    except ValidationError as error:
        return explain(error, ThreadStreamEvent, event)
    return ()


def in_pieces(event: Any) -> tuple[Problem, ...]:
    return problems_in_pieces(validate, ThreadStreamEvent, event)


def widget_of(children: list[Any], **more: Any) -> Any:
    return done({**widget_item("wid_1", card(*children)), **more})


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("places", [range(30), range(500, 530), range(LONG_LIST - 5, LONG_LIST + 25), [2_345], [2_999]])
def test_wrong_entries_are_named_with_their_places(wrong: Any, places: Any) -> None:
    event = widget_of([wrong if index in places else RIGHT for index in range(3 * LONG_LIST)])
    assert in_pieces(event) == all_at_once(event)
    (decoded,) = decode_body(sse(event))
    assert (decoded.type, decoded.value, decoded.problems) == ("thread.item.done", None, all_at_once(event))


def test_what_is_wrong_beside_a_long_list_is_named_once() -> None:
    event = widget_of([RIGHT] * (2 * LONG_LIST) + [1], id=7)
    assert {problem.path for problem in in_pieces(event)} == {problem.path for problem in all_at_once(event)}


def test_a_long_list_in_an_entry_of_a_long_list_has_its_places_too() -> None:
    inner = [RIGHT] * (LONG_LIST + 7) + [1]
    event = widget_of([{"type": "Col", "children": inner}, *[RIGHT] * LONG_LIST])
    assert [problem.path for problem in in_pieces(event)] == []  # of another piece than its place in the outer one
    (decoded,) = decode_body(sse(event))
    assert [problem.path for problem in decoded.problems] == [f"$.item.widget.children[0].children[{LONG_LIST + 7}]"]


@pytest.mark.parametrize("count", [0, 1, LONG_LIST, LONG_LIST + 1, 5 * LONG_LIST])
def test_right_entries_are_no_problem_however_many(count: int) -> None:
    event = widget_of([RIGHT] * count)
    assert in_pieces(event) == ()
    (decoded,) = decode_body(sse(event))
    assert decoded.valid


@pytest.mark.parametrize(
    "number", [10**4_000, -(10**4_000), 2**201, True], ids=["4,001 digits", "as many below 0", "2 ** 201", "true"]
)
def test_a_number_of_thousands_of_digits_is_as_wrong_as_another(number: int) -> None:
    event = widget_of([number] * (2 * LONG_LIST))
    assert [problem.path for problem in in_pieces(event)] == [problem.path for problem in all_at_once(event)]


def test_each_piece_is_a_step_after_which_others_have_their_turn() -> None:
    event = widget_of([RIGHT] * (5 * LONG_LIST))
    assert sum(1 for _ in problems_in_steps(validate, ThreadStreamEvent, event)) > 5


@pytest.mark.parametrize("inner", [[1] * LONG_LIST, {str(number): 1 for number in range(LONG_LIST)}])
def test_what_has_more_entries_than_a_piece_is_long_wherever_it_stands(inner: Any) -> None:
    assert not is_long([{"a": [inner]}])
    more = [*inner, 1] if isinstance(inner, list) else {**inner, "more": 1}
    assert is_long([{"a": [more]}])


def test_a_long_text_with_commas_is_no_list() -> None:
    (decoded,) = decode_body(sse(done(assistant_item("msg_1", "one, " * 10_000))))
    assert decoded.valid
