from datetime import datetime
from typing import Any, Literal

import pytest
from chatkit import types as sdk

from chat.protocol import (
    ItemAdded,
    ItemDone,
    ItemReplaced,
    PagePlaces,
    ThreadChanged,
    ThreadState,
    load_page,
    load_thread,
    put_before,
    rename_thread,
    upsert_item,
)

NOON = datetime(2026, 11, 20, 12)


def message(item_id: str, text: Any = "hi") -> sdk.AssistantMessageItem:
    content = [sdk.AssistantMessageContent(text=text)]
    return sdk.AssistantMessageItem(id=item_id, thread_id="t", created_at=NOON, content=content)


def page(*names: str) -> sdk.Page[Any]:
    return sdk.Page(data=[message(name) for name in names])


def order(state: ThreadState) -> str:
    return "".join(item.id for item in state.visible_items())


def test_06_a_thread_is_its_first_page_and_the_ascending_pages_after_it() -> None:
    state = ThreadState()
    thread = sdk.Thread(id="t", title="T", created_at=NOON, items=page("a", "b"))
    assert load_thread(state, thread) == [
        ThreadChanged(),
        ItemAdded("a", 0),
        ItemDone("a"),
        ItemAdded("b", 1),
        ItemDone("b"),
    ]
    load_page(state, page("c", "d"))
    assert (state.id, state.title, order(state)) == ("t", "T", "abcd")


def test_06_pages_have_their_order_whichever_was_asked_for_first() -> None:
    state, places = ThreadState(), PagePlaces()

    def place(names: str, descending: bool, after: str | None = None) -> str | None:
        return places.place(list(names), state.items, descending=descending, after=after)

    load_page(state, page("z", "y"), "desc", place("zy", True))
    load_thread(state, sdk.Thread(id="t", created_at=NOON, items=page("a", "b")), place("ab", False))
    load_page(state, page("c", "d"), "asc", place("cd", False, "b"))
    load_page(state, page("x"), "desc", place("x", True, "y"))
    load_page(state, page("e", "x", "y", "z"), "asc", place("exyz", False, "d"))
    assert (order(state), state.drawn_count) == ("abcdexyz", 8)


def test_06_an_older_page_goes_in_front_though_the_newest_was_not_seen() -> None:
    state, places = ThreadState(), PagePlaces()
    load_page(state, page("c"))
    assert places.place(["b", "a"], state.items, descending=True, after="c") == "c"


def test_06_an_empty_page_changes_nothing() -> None:
    state = ThreadState()
    load_page(state, page("a"))
    assert load_page(state, sdk.Page(has_more=True, after="x")) == []


def test_06_descending_pages_come_before_what_is_there() -> None:
    state = ThreadState()
    load_page(state, page("d", "c"), order="desc")
    assert load_page(state, page("b", "a"), order="desc", before="c") == [
        ItemAdded("a", 0),
        ItemDone("a"),
        ItemAdded("b", 1),
        ItemDone("b"),
    ]
    assert order(state) == "abcd"
    assert load_page(state, page("e")) == [ItemAdded("e", 4), ItemDone("e")]


def test_06_a_page_has_its_place_before_an_item_that_is_there() -> None:
    state = ThreadState()
    load_page(state, page("a", "f", "g"))
    assert load_page(state, page("b", "c"), before="f") == [
        ItemAdded("b", 1),
        ItemDone("b"),
        ItemAdded("c", 2),
        ItemDone("c"),
    ]
    load_page(state, page("e", "d"), order="desc", before="f")
    assert (order(state), state.drawn_count) == ("abcdefg", 7)


def test_06_a_page_before_an_item_that_is_not_there_comes_at_the_end() -> None:
    state = ThreadState()
    load_page(state, page("a"))
    load_page(state, page("b"), before="z")
    assert order(state) == "ab"


def test_older_items_are_put_in_front_and_touch_nothing_that_is_there() -> None:
    stored, state = ThreadState(), ThreadState()
    load_page(stored, page("a", "b", "c"))
    load_page(state, sdk.Page(data=[message("c", "newer"), message("d")]))
    put_before(state, stored.items.values())
    assert (order(state), state.drawn_count, state.items["c"].text(0)) == ("abcd", 4, "newer")


@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_an_item_that_is_there_keeps_its_place_and_becomes_what_the_page_says(
    direction: Literal["asc", "desc"],
) -> None:
    state = ThreadState()
    load_page(state, page("a", "b"))
    changes = load_page(state, sdk.Page(data=[message("a", "new")]), order=direction)
    assert changes == [ItemReplaced("a"), ItemDone("a")]
    assert (order(state), state.items["a"].text(0)) == ("ab", "new")


def test_a_thread_as_json_keeps_what_the_types_do_not_know() -> None:
    state = ThreadState()
    widget = {"type": "Card", "border": 1, "children": []}
    base = {"thread_id": "t", "created_at": "2026-11-20T12:00:00"}
    items = [{**base, "id": "a", "type": "widget", "widget": widget}, {**base, "id": "b", "type": "hologram"}]
    load_thread(state, {"id": "t", "created_at": "2026-11-20T12:00:00", "items": {"data": items}})
    assert state.items["b"].json == items[1]
    assert state.items["a"].widget == widget
    assert state.metadata is not None
    assert order(state) == "ab"


@pytest.mark.parametrize(
    "json", [{}, {"id": "t"}, {"id": 3, "items": []}, {"id": "t", "items": {"data": [None, 3, {}]}}]
)
def test_a_thread_that_is_hardly_one_does_not_raise(json: dict[str, Any]) -> None:
    state = ThreadState()
    load_thread(state, json)
    assert state.items == {}


def test_hidden_items_of_a_page_are_not_shown() -> None:
    state = ThreadState()
    hidden = sdk.HiddenContextItem(id="h", thread_id="t", created_at=NOON, content="secret")
    load_page(state, sdk.Page(data=[hidden, message("a")]))
    assert order(state) == "a"


def test_an_answer_that_is_no_item_changes_nothing() -> None:
    assert upsert_item(ThreadState(), {"type": "widget"}) == []


def test_loading_does_not_change_the_json_it_was_given() -> None:
    state = ThreadState()
    json: dict[str, Any] = {
        "id": "t",
        "items": {"data": [{"id": "a", "type": "widget", "widget": {"type": "Card", "children": []}}]},
    }
    load_thread(state, json)
    widget: Any = state.items["a"].widget
    widget["children"].append("changed")
    assert json["items"]["data"][0]["widget"]["children"] == []


def test_a_renamed_thread_has_its_title_everywhere_and_keeps_the_rest() -> None:
    state = ThreadState()
    load_thread(state, {"id": "t", "title": "T", "created_at": "2026-01-01T00:00:00", "team": "blue"})
    assert rename_thread(state, "Another") == [ThreadChanged()]
    assert state.metadata is not None
    assert (state.title, state.metadata.title) == ("Another", "Another")
    assert state.snapshot()["thread"]["title"] == "Another"
    assert state.snapshot()["thread"]["team"] == "blue"
    assert rename_thread(state, "Another") == []


def test_a_renamed_thread_that_does_not_validate_has_its_title_all_the_same() -> None:
    state = ThreadState()
    load_thread(state, {"id": "t", "title": "T"})
    assert state.metadata is None
    assert rename_thread(state, "Another") == [ThreadChanged()]
    assert state.title == "Another"
