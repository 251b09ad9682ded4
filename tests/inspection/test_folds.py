"""Runs of deltas as one row: what is folded, what it says, and where an event is then."""

from collections.abc import Mapping
from types import ModuleType
from typing import Any

import pytest

from chat.inspection.folds import Folds, Unfolded
from chat.protocol import Event, decode_body


def events_of(demo: ModuleType, *blocks: Mapping[str, object] | bytes) -> list[Event]:
    return decode_body(b"".join(one if isinstance(one, bytes) else demo.sse(one) for one in blocks))


@pytest.fixture
def events(demo: ModuleType) -> list[Event]:
    """Ten deltas, a progress line, three more, one that is not valid, two more."""
    progress = {"type": "progress_update", "text": "Looking"}
    broken = {
        "type": "thread.item.updated",
        "item_id": "msg_1",
        "update": {"type": "assistant_message.content_part.text_delta", "content_index": 0},
    }
    deltas = [demo.delta(n) for n in range(15)]
    return events_of(demo, *deltas[:10], progress, *deltas[10:13], broken, *deltas[13:])


def folded(events: list[Event], shown: range | list[int] | None = None) -> tuple[Folds, range | list[int]]:
    folds, shown = Folds(), range(len(events)) if shown is None else shown
    folds.advance(events, shown)
    return folds, shown


def test_deltas_of_one_part_one_after_the_other_are_one_row(events: list[Event]) -> None:
    folds, shown = folded(events)
    rows = Unfolded(folds).rows(events, shown, 0, 99)
    assert [(row["i"], row.get("n"), row.get("z")) for row in rows] == [
        (0, 10, 9),
        (10, None, None),
        (11, 3, 13),
        (14, None, None),  # an invalid one is never folded away
        (15, 2, 16),
    ]
    documents: list[Any] = [event.json for event in events[:10]]
    said = "".join(document["update"]["delta"] for document in documents)
    assert rows[0]["c"] == len(said)
    assert said.startswith(rows[0]["g"].rstrip("…").replace("⏎", "\n"))
    assert rows[0]["d"] == events[9].at_ns - events[0].at_ns


def test_another_part_or_another_item_begins_a_row_of_its_own(demo: ModuleType) -> None:
    def delta(item: str, part: int) -> dict[str, object]:
        update = {"type": "assistant_message.content_part.text_delta", "content_index": part, "delta": "x"}
        return {"type": "thread.item.updated", "item_id": item, "update": update}

    events = events_of(demo, delta("a", 0), delta("a", 0), delta("a", 1), delta("b", 1), delta("b", 1))
    folds, shown = folded(events)
    assert [row.get("n", 1) for row in Unfolded(folds).rows(events, shown, 0, 9)] == [2, 1, 2]


@pytest.mark.parametrize("opened", [(), (0,), (11,), (0, 15), (0, 11, 15)])
def test_every_event_is_where_it_is_said_to_be(events: list[Event], opened: tuple[int, ...]) -> None:
    folds, shown = folded(events)
    unfolded = Unfolded(folds, opened)
    rows = unfolded.rows(events, shown, 0, 99)
    assert len(rows) == unfolded.count
    pages = [row for start in range(0, len(rows), 4) for row in unfolded.rows(events, shown, start, start + 4)]
    assert pages == rows
    for index in range(len(events)):
        position, run = unfolded.position(shown, index)
        assert position is not None
        held = rows[position]
        if run is None:
            assert held["i"] == index
            assert "n" not in held
        else:
            assert held["i"] == run <= index <= held["z"]
            assert not held["o"]


def test_it_goes_on_as_events_come_and_folds_what_a_filter_leaves(events: list[Event]) -> None:
    growing = Folds()
    for count in range(1, len(events) + 1):
        growing.advance(events[:count], range(count))
    whole, _ = folded(events)
    assert growing.runs == whole.runs
    some, left = folded(events, [1, 3, 5, 11, 12])
    rows = Unfolded(some, [1]).rows(events, left, 0, 9)
    assert [(row["i"], row.get("n")) for row in rows] == [(1, 4 + 1)] + [(i, None) for i in left]
    assert Unfolded(some).position(left, 40) == (None, None)


def test_what_is_no_run_cannot_be_unfolded(events: list[Event]) -> None:
    folds, _ = folded(events)
    assert Unfolded(folds, [10, 3, -1, 10_000]).count == len(folds.runs)
