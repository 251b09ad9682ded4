"""What holds for every stream: however its bytes are cut, whatever its events say."""

import json
import os
from collections.abc import Iterator
from copy import deepcopy
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from chatkit.types import ThreadStreamEvent
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from chat.protocol import (
    EventDecoder,
    ItemAdded,
    ItemRemoved,
    ItemReplaced,
    PartReplaced,
    TextAppended,
    ThreadState,
    WidgetChanged,
    WidgetTextAppended,
    decode_body,
    end_stream,
    fold,
    fold_run,
    runs,
)

common = settings(
    max_examples=int(os.environ.get("PROTOCOL_EXAMPLES", "300")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

BODIES = [path.read_bytes() for path in sorted((Path(__file__).parent.parent / "data").glob("*.txt"))]
SDK = TypeAdapter(ThreadStreamEvent)

# Schema-valid events ------------------------------------------------------------------------------------------------
# A pool of concrete events about a handful of items, so that a few dozen draws make a story in which things meet.

TEXTS = ["", "a", "ab", "b"]
PLACES = [0, 0, 1, 3, -1]
PART = "assistant_message.content_part."
NOTES = [
    {"type": "annotation", "source": source}
    for source in (
        {"type": "url", "title": "t", "url": "u"},
        {"type": "file", "title": "t", "filename": "f"},
        {"type": "entity", "title": "t", "id": "e"},
    )
]
CONTENTS = [
    {"type": "output_text", "text": text, "annotations": notes}
    for text in TEXTS
    for notes in ([], [], NOTES[:1], NOTES)
]
TASKS = [
    {"type": "custom", "title": "t"},
    {"type": "web_search", "sources": [{"type": "url", "title": "t", "url": "u"}]},
    {"type": "thought", "content": "c"},
    {"type": "file", "title": "t"},
    {"type": "image", "title": "t"},
]
LEAVES = [
    *({"type": "Text", "id": name, "value": text} for name in "xy" for text in TEXTS),
    {"type": "Markdown", "id": "x", "value": "m", "streaming": True},
    {"type": "Hologram", "id": "y", "depth": 3},
    {"type": "Transition", "children": {"type": "Text", "id": "x", "value": "in"}},
    {"type": "Box", "id": "x", "children": [{"type": "Text", "id": "y", "value": "in"}]},
]
ROOTS = [
    *({"type": "Card", "children": [leaf, other]} for leaf in LEAVES[::3] for other in LEAVES[1::4]),
    *({"type": "Basic", "id": "x", "value": "root", "children": leaf} for leaf in LEAVES[::4]),
    {"type": "ListView", "children": [{"type": "ListViewItem", "children": LEAVES[2:4]}]},
]
IMAGES = [{"id": "1", "url": "u"}, {"id": "2", "url": "v"}]
KINDS: dict[str, list[dict[str, Any]]] = {
    "user_message": [{"content": [{"type": "input_text", "text": "hi"}], "inference_options": {}}],
    "assistant_message": [
        *({"content": [content]} for content in CONTENTS),
        *({"content": CONTENTS[at : at + 2]} for at in range(0, 12, 3)),
        {"content": []},
    ],
    "client_tool_call": [{"call_id": "c", "name": "n", "arguments": {}}],
    "widget": [{"widget": root} for root in ROOTS],
    "generated_image": [{}, {"image": IMAGES[0]}],
    "structured_input": [{"inputs": [{"type": "freeform", "id": "q", "question": "?"}]}],
    "workflow": [{"workflow": {"type": "custom", "tasks": TASKS[:count]}} for count in range(4)],
    "task": [{"task": task} for task in TASKS],
    "hidden_context_item": [{"content": {"a": 1}}],
    "sdk_hidden_context": [{"content": "secret"}],
    "end_of_turn": [{}],
}


def item(kind: str, item_id: str, fields: dict[str, Any], thread_id: Any = "t") -> dict[str, Any]:
    return {"id": item_id, "thread_id": thread_id, "created_at": "2026-11-20T12:00:00", "type": kind, **fields}


ITEMS = [item(kind, kind, fields) for kind in KINDS for fields in KINDS[kind]]
MISFITS = [item(kind, "assistant_message", KINDS[kind][0], "t2") for kind in KINDS]  # ids and threads of others
MISFITS += [item(kind, "widget", KINDS[kind][-1]) for kind in KINDS]
MESSAGE_UPDATES = [
    *({"type": PART + "text_delta", "content_index": place, "delta": text} for place in PLACES for text in TEXTS),
    *(
        {"type": PART + kind, "content_index": place, "content": content}
        for kind in ("added", "done")
        for place in PLACES
        for content in CONTENTS[::3]
    ),
    *(
        {"type": PART + "annotation_added", "content_index": 0, "annotation_index": at, "annotation": note}
        for at in PLACES
        for note in NOTES
    ),
    {"content_index": 0, "delta": "untyped"},
]
WIDGET_UPDATES: list[dict[str, Any]] = [
    *(
        {"type": "widget.streaming_text.value_delta", "component_id": name, "delta": text, "done": text == "a"}
        for name in ("x", "x", "y", "nobody")
        for text in TEXTS
    ),
    *(
        {"type": "widget.component.updated", "component_id": name, "component": leaf}
        for name in "xy"
        for leaf in LEAVES
    ),
    *({"type": "widget.root.updated", "widget": root} for root in ROOTS[::3]),
]
OTHER_UPDATES: list[dict[str, Any]] = [
    *(
        {"type": f"workflow.task.{kind}", "task_index": place, "task": task}
        for kind in ("added", "updated")
        for place in PLACES
        for task in TASKS
    ),
    *(
        {"type": "generated_image.updated", "image": image, "progress": progress}
        for image in IMAGES
        for progress in (None, -1, 0.5, 2)
    ),
]


def updated(item_id: str, update: dict[str, Any]) -> dict[str, Any]:
    return {"type": "thread.item.updated", "item_id": item_id, "update": update}


THREADS = [
    {"id": name, "created_at": "2026-11-20T12:00:00", "title": title, "status": status, "items": {"data": data}}
    for name in ("t", "t2")
    for title, status, data in (
        (None, {"type": "active"}, []),
        ("T", {"type": "locked", "reason": "r"}, ITEMS[1:2]),
        ("T", {"type": "closed"}, MISFITS[2:3]),
    )
]
ITEM_EVENTS = [{"type": f"thread.item.{how}", "item": i} for how in ("added", "done", "replaced") for i in ITEMS]
MISFIT_EVENTS = [
    *({"type": f"thread.item.{how}", "item": i} for how in ("added", "done", "replaced") for i in MISFITS),
    *(
        updated(name, update)
        for name in ("widget", "workflow", "user_message", "new")
        for update in MESSAGE_UPDATES[:9]
    ),
    *(updated(name, update) for name in ("assistant_message", "new") for update in WIDGET_UPDATES + OTHER_UPDATES),
]
OTHER_EVENTS: list[dict[str, Any]] = [
    *({"type": f"thread.{how}", "thread": thread} for how in ("created", "updated") for thread in THREADS),
    *({"type": "thread.item.removed", "item_id": name} for name in [*KINDS, "new"]),
    {"type": "stream_options", "stream_options": {"allow_cancel": True}},
    {"type": "progress_update", "text": "p", "icon": "bolt"},
    {"type": "client_effect", "name": "n", "data": {"a": 1}},
    {"type": "error", "code": "stream.error"},
    {"type": "error", "message": "m", "allow_retry": True},
    *({"type": "notice", "level": level, "message": "m"} for level in ("info", "warning", "danger")),
]
MESSAGE_EVENTS = [updated("assistant_message", update) for update in MESSAGE_UPDATES]
TEXT_DELTAS = MESSAGE_EVENTS[: len(PLACES) * len(TEXTS)]
WIDGET_EVENTS = [updated("widget", update) for update in WIDGET_UPDATES]
TASK_EVENTS = [updated(u["type"].split(".")[0], u) for u in OTHER_UPDATES]
KINDS_OF_EVENTS: list[list[dict[str, Any]]] = [
    MESSAGE_EVENTS,
    WIDGET_EVENTS,
    TASK_EVENTS,
    ITEM_EVENTS,
    MISFIT_EVENTS,
    OTHER_EVENTS,
]
events = st.sampled_from(KINDS_OF_EVENTS).flatmap(lambda kind: st.sampled_from(kind))
stories = st.lists(events, min_size=10, max_size=60)

# Hostile ones -------------------------------------------------------------------------------------------------------

texts = st.text(max_size=4)
names = ["type", "id", "item", "content", "text", "update", "tasks", "children", "widget", "thread", "source"]
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    texts,
    st.sampled_from(["Card", "Text", "url", "thought", "\ud83d", "\ude00", "a\ud83d"]),
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(names) | texts, inner, max_size=4),
    max_leaves=8,
)


def places(value: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of everything inside a JSON value."""
    yield here
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*here, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from places(inner, (*here, index))


@st.composite
def spoiled(draw: Any) -> Any:
    """A schema-valid event of which one or two pieces were taken away or replaced by anything."""
    event = deepcopy(draw(events))
    for _ in range(draw(st.integers(1, 2))):
        path = draw(st.sampled_from([path for path in places(event) if path] or [("type",)]))
        holder = event
        for step in path[:-1]:
            holder = holder[step]
        if draw(st.booleans()) and isinstance(holder, dict):
            holder.pop(path[-1], None)
        else:
            holder[path[-1]] = draw(anything)
    return event


def wire(*events: Any) -> bytes:
    return b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events)


def cut(body: bytes, cuts: list[int]) -> list[bytes]:
    places = [0, *sorted(at % (len(body) + 1) for at in cuts), len(body)]
    return [body[begin:end] for begin, end in pairwise(places)]


def play(chunks: list[bytes]) -> tuple[Any, ...]:
    """Events, changes and snapshot of a body that comes in these chunks."""
    decoder, state = EventDecoder(), ThreadState()
    events, changes = [], []
    for chunk in chunks:
        for event in decoder.feed(chunk, 0):
            events.append(event)
            changes += fold(state, event)
    for event in decoder.close():
        events.append(event)
        changes += fold(state, event)
    seen = [(e.index, e.type, e.raw, e.start, e.end, e.sse_event, e.problems, e.terminated) for e in events]
    return seen, changes, state.snapshot()


# Properties ---------------------------------------------------------------------------------------------------------


@common
@given(st.sampled_from(BODIES), st.lists(st.integers(0, 20_000), max_size=30))
def test_however_a_body_is_cut_it_gives_the_same_events_changes_and_state(body: Any, cuts: Any) -> None:
    assert play(cut(body, cuts)) == play([body])


@common
@given(
    st.lists(
        st.one_of(
            st.sampled_from(
                [b"\n", b"\r", b"\r\n", b"\n\n", b"data: ", b"data", b"event: x", b": c", b"id: 1", b"\xef\xbb\xbf"]
            ),
            st.sampled_from([b"\xf0\x9f", b"\x98\x80", b"\xff", b"retry: 5", b'{"type":"progress_update","text":"a"}']),
        ),
        max_size=20,
    ),
    st.lists(st.integers(0, 200), max_size=8),
)
def test_however_odd_bytes_are_cut_they_give_the_same_messages(pieces: Any, cuts: Any) -> None:
    body = b"".join(pieces)
    whole = play([body])
    assert play(cut(body, cuts)) == whole
    assert play([body[at : at + 1] for at in range(len(body))]) == whole


@common
@given(stories)
def test_schema_valid_events_never_make_the_fold_raise_and_always_leave_a_state_to_look_at(sent: Any) -> None:
    state = ThreadState()
    for event in decode_body(wire(*sent)):
        assert event.valid, event.problems
        fold(state, event)
        assert state.drawn_count == len(state.visible_items())
    json.dumps(state.snapshot())
    for item in state.items.values():
        if item.item is not None:
            assert (item.item.id, item.item.type) == (item.id, item.type)
        assert item.others == []
    end_stream(state)


@common
@given(st.lists(st.sampled_from(TEXT_DELTAS) | events, max_size=60))
def test_folding_in_runs_makes_the_same_state(sent: Any) -> None:
    one_by_one, in_runs = ThreadState(), ThreadState()
    events = decode_body(wire(*sent))
    for event in events:
        fold(one_by_one, event)
    for run in runs(events):
        fold_run(in_runs, run)
    assert in_runs.snapshot() == one_by_one.snapshot()


REPLACING = {"thread.item.replaced", "thread.item.done", "thread.item.removed", "thread.created"}
REPLACING_UPDATES = {PART + "added", PART + "done", "widget.component.updated", "widget.root.updated"}


@common
@given(stories)
def test_text_never_shrinks_except_where_something_whole_replaces_it(sent: Any) -> None:
    state = ThreadState()
    for raw, event in zip(sent, decode_body(wire(*sent)), strict=True):
        before = {name: item.text_length for name, item in state.items.items()}
        fold(state, event)
        if raw["type"] in REPLACING or raw.get("update", {}).get("type") in REPLACING_UPDATES:
            continue
        for name, length in before.items():
            assert state.items[name].text_length >= length


@common
@given(stories | st.lists(st.sampled_from(TEXT_DELTAS + WIDGET_EVENTS) | events, max_size=60), st.booleans())
def test_a_display_that_only_follows_the_changes_shows_what_the_state_holds(sent: Any, in_runs: bool) -> None:
    state = ThreadState()
    shown: dict[str, Any] = {}
    order: list[str] = []
    come = decode_body(wire(*sent))
    for run in runs(come) if in_runs else ([event] for event in come):
        # the state holds all of the run before the first of its changes is told
        for change in fold_run(state, run) if in_runs else fold(state, run[0]):
            match change:
                case ItemAdded(item_id, index):
                    order.insert(index, item_id)
                    shown[item_id] = displayed(state, item_id)
                case ItemRemoved(item_id):
                    order.remove(item_id)
                case ItemReplaced(item_id) | WidgetChanged(item_id):
                    shown[item_id] = displayed(state, item_id)
                case PartReplaced(item_id, place):
                    shown[item_id][place] = state.items[item_id].text(place)
                case TextAppended(item_id, place, delta):
                    shown[item_id][place] = shown[item_id].get(place, "") + delta
                case WidgetTextAppended(item_id, component_id, delta, _):
                    shown[item_id][component_id] = shown[item_id].get(component_id, "") + delta
        assert order == [item.id for item in state.visible_items()]
        assert {name: shown[name] for name in order} == {name: displayed(state, name) for name in order}


def displayed(state: ThreadState, item_id: str) -> dict[Any, Any]:
    """The texts of an item by part, or by component."""
    item = state.items[item_id]
    if item.type != "widget":
        return {place: item.text(place) for place in range(item.part_count)}
    tree = item.tree()
    found = {} if tree is None else {name: tree.text(name) for name in ("x", "y", "nobody")}
    return {name: text for name, text in found.items() if text is not None}


@common
@given(spoiled() | events | anything)
def test_events_are_valid_exactly_when_the_sdks_types_accept_them_and_have_the_same_value(sent: Any) -> None:
    data = json.dumps(sent)
    (event,) = decode_body(b"data: " + data.encode() + b"\n\n")
    try:
        value = SDK.validate_json(data)
    except ValidationError:
        assert not event.valid
        assert event.value is None
        assert event.problems
    else:
        assert event.problems == ()
        assert type(event.value) is type(value)
        assert repr(event.value) == repr(value)  # NaN is not equal to itself


@common
@given(st.lists(spoiled() | events, max_size=8))
def test_no_sequence_of_spoiled_events_makes_the_fold_raise(sent: Any) -> None:
    state = ThreadState()
    for event in decode_body(wire(*sent)):
        fold(state, event)
        assert state.drawn_count == len(state.visible_items())
    state.snapshot()
    for item in state.items.values():
        assert item.item is None or item.item.id == item.id


@common
@given(st.binary(max_size=200), st.binary(max_size=20))
def test_no_bytes_make_decoding_raise(body: bytes, rest: bytes) -> None:
    state = ThreadState()
    for event in decode_body(b"data: " + body + b"\n\n" + rest):
        fold(state, event)


@pytest.mark.parametrize("deltas", [20_000])
def test_the_text_of_a_long_answer_is_joined_when_it_is_asked_for(deltas: int) -> None:
    delta: dict[str, Any] = {
        "type": "thread.item.updated",
        "item_id": "a",
        "update": {"type": PART + "text_delta", "content_index": 0},
    }
    delta["update"]["delta"] = "word"
    body = wire(delta) * deltas
    state = ThreadState()
    for event in decode_body(body):
        fold(state, event)
    item = state.items["a"]
    assert len(item.parts[0].pieces) == deltas + 1
    assert item.text(0) == "word" * deltas
    assert len(item.parts[0].pieces) == 1
    assert item.text(0) is item.text(0)
