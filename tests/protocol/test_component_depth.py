"""Components deep in others, and very many wrong ones: what is said of them, and when they are not read at all."""

import json
from typing import Any

import pytest
from chatkit.types import ThreadStreamEvent
from pydantic import ValidationError

from chat.exchanges.documents import document_of, unread
from chat.protocol import Problem, component_depth, decode_body
from chat.protocol.component_depth import too_deep, with_few_wrong
from chat.protocol.problems import explain
from chat.protocol.validation import validate
from tests.checks.streams import card, done, exchange, sse, widget_item

RIGHT = {"type": "Text", "value": "x"}


def inside(levels: int, leaf: Any) -> Any:
    for _ in range(levels):
        leaf = {"type": "Box", "children": [leaf]}
    return leaf


def event_of(children: list[Any]) -> Any:
    return done(widget_item("wid_1", card(*children)))


def all_problems(event: Any) -> tuple[Problem, ...]:
    try:
        validate(json.dumps(event))
    except ValidationError as error:
        return explain(error, ThreadStreamEvent, event)
    return ()


@pytest.mark.parametrize(("levels", "count"), [(0, 20_000), (3, 2_000), (7, 1_000), (20, 5), (38, 1)])
def test_what_people_build_is_read(levels: int, count: int) -> None:
    assert not too_deep(json.dumps(event_of([inside(levels, RIGHT)] * count)))


@pytest.mark.parametrize(("levels", "count"), [(10, 500), (20, 20), (60, 1)])
def test_what_is_too_deep_is_not_read_and_it_is_said_whose_limit_that_is(levels: int, count: int) -> None:
    event = event_of([inside(levels, RIGHT)] * count)
    (decoded,) = decode_body(sse(event))
    assert decoded.type == "thread.item.done"
    assert decoded.unread.startswith("the workbench reads events of at most a few components that stand as deep")
    assert "a limit of the workbench's own" in decoded.problems[0].expected
    listed = exchange(json.dumps({"data": [event["item"]], "has_more": False}).encode(), "items.list")
    assert document_of(listed) is None
    assert unread(listed) == "the workbench reads few components that stand as deep in others"


@pytest.mark.parametrize("wrong", [1, None, [], {}, {"type": 7}])
@pytest.mark.parametrize("levels", [0, 1, 4])
@pytest.mark.parametrize("every", [1, 3])
def test_of_very_many_wrong_components_the_first_are_named_as_they_are(
    monkeypatch: pytest.MonkeyPatch, wrong: Any, levels: int, every: int
) -> None:
    monkeypatch.setattr(component_depth, "_MOST_WRONG", 60)
    event = event_of([inside(levels, RIGHT if number % every else wrong) for number in range(1_000)])
    (decoded,) = decode_body(sse(event))
    expected = all_problems(event)
    assert decoded.problems
    assert decoded.problems == expected[: len(decoded.problems)]
    assert (decoded.type, decoded.value) == ("thread.item.done", None)


def test_what_stands_in_place_of_wrong_components_is_no_more_than_keeps_their_places(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(component_depth, "_MOST_WRONG", 10)
    few: Any = with_few_wrong(event_of([RIGHT, inside(2, 1), *[inside(2, RIGHT), inside(2, 1)] * 500]))
    children = few["item"]["widget"]["children"]
    divider = {"type": "Divider"}
    assert children[:4] == [divider, inside(2, 1), divider, inside(2, 1)]
    assert children[4:] == [divider] * (1_002 - 4)


def test_where_few_are_wrong_nothing_is_taken_away() -> None:
    assert with_few_wrong(event_of([RIGHT, 1, inside(4, 1)])) is None
    assert with_few_wrong(event_of([RIGHT] * 3_000)) is None
