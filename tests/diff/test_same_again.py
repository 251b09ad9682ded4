"""Whatever was said: the same with other ids, at other times, in other pieces and chunks is alike."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chat.diff import Options, diff
from chat.diff.reports import FORMATS, write
from chat.protocol import decode_body
from tests.checks.streams import STAMP, sse
from tests.diff.recordings import exchange, recording, with_ids
from tests.protocol.test_properties import BODIES

PARTS = ("assistant_message.content_part.text_delta", "widget.streaming_text.value_delta")
STREAMS = [events for events in ([event.json for event in decode_body(body)] for body in BODIES) if all(events)]


@st.composite
def streams(draw: st.DrawFn) -> list[Any]:
    """Some of a real stream's events, in their order."""
    events = draw(st.sampled_from(STREAMS))
    kept = draw(st.lists(st.booleans(), min_size=len(events), max_size=len(events)))
    return [event for event, keep in zip(events, kept, strict=True) if keep]


def cut(draw: Callable[..., Any], body: bytes) -> list[bytes]:
    """The body in other chunks."""
    places = sorted(draw(st.lists(st.integers(0, len(body)), max_size=12)))
    return [body[begin:end] for begin, end in zip([0, *places], [*places, len(body)], strict=True)]


def in_other_pieces(draw: Callable[..., Any], events: list[Any]) -> list[Any]:
    """Every delta in two, somewhere."""
    found = []
    for event in events:
        update = event.get("update", {})
        if update.get("type") in PARTS and isinstance(update.get("delta"), str):
            place = draw(st.integers(0, len(update["delta"])))
            first, second = deepcopy(event), deepcopy(event)
            first["update"]["delta"], second["update"]["delta"] = update["delta"][:place], update["delta"][place:]
            if "done" in update:
                first["update"]["done"] = False
            found += [first, second]
        else:
            found.append(event)
    return found


@given(st.data())
def test_the_same_again_is_alike(data: st.DataObject) -> None:
    events = data.draw(streams())
    again = in_other_pieces(data.draw, with_ids(events, "x9"))
    old = exchange(*events, every_ms=1)
    new = exchange(pieces=cut(data.draw, sse(*again)), every_ms=1.5)
    found = diff(recording(old), recording(new))
    assert found.alike, json.dumps([change.where for one in found.exchanges for change in one.changes])


@given(st.data())
def test_an_event_less_is_a_difference(data: st.DataObject) -> None:
    events = data.draw(streams().filter(bool))
    place = data.draw(st.integers(0, len(events) - 1))
    without = events[:place] + events[place + 1 :]
    update = events[place].get("update", {})
    found = diff(recording(exchange(*events)), recording(exchange(*without)))
    assert found.alike is (update.get("delta") == "" and not update.get("done"))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["", "msg_1", "thr_1", STAMP, "x"]),
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "id", "item", "item_id", "thread", "update", "delta", "items", "data", "content"]),
            inside,
            max_size=4,
        )
    ),
    max_leaves=12,
)
OPERATIONS = ("threads.create", "threads.get_by_id", "items.list", "threads.list", "made.up", "")
KINDS = ("thread.created", "thread.item.done", "thread.item.updated", "progress_update", "")


@st.composite
def strange(draw: st.DrawFn) -> Any:
    """Exchanges of any kind, with anything in them."""
    operation = draw(st.sampled_from(OPERATIONS))
    if draw(st.booleans()):
        params = draw(st.sampled_from([{}, {"thread_id": "thr_1"}]))
        return exchange(operation=operation, params=params, document=draw(JSON))
    events = []
    for value in draw(st.lists(JSON, max_size=4)):
        kind = draw(st.sampled_from(KINDS))
        events.append({**value, "type": kind} if isinstance(value, dict) else {"type": value})
    return exchange(*events, operation=operation)


@given(st.lists(strange(), max_size=4), st.lists(strange(), max_size=4), st.booleans(), st.booleans())
def test_whatever_is_compared_is_compared(old: list[Any], new: list[Any], shape: bool, deltas: bool) -> None:
    options = Options(deltas, shape)
    found = diff(recording(*old), recording(*new), options)
    for format in FORMATS:
        assert write(found, format)
    assert diff(recording(*old), recording(*old), options).alike
