"""What holds for every stream: however its bytes are cut, whatever its events say."""

import json
import os
from copy import deepcopy
from itertools import pairwise
from pathlib import Path

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
)

common = settings(
    max_examples=int(os.environ.get("PROTOCOL_EXAMPLES", "150")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

BODIES = [path.read_bytes() for path in sorted((Path(__file__).parent.parent / "data").glob("*.txt"))]
SDK = TypeAdapter(ThreadStreamEvent)

# Schema-valid events ------------------------------------------------------------------------------------------------

ids = st.sampled_from(["a", "b", "c"])
components = st.sampled_from(["x", "y", "nobody"])
texts = st.text(max_size=4)
small = st.integers(-1, 4)
threads = st.sampled_from(["t", "t2"])


def record(**fields) -> st.SearchStrategy[dict]:
    """An object whose fields are strategies or plain values."""
    return st.fixed_dictionaries({k: v if isinstance(v, st.SearchStrategy) else st.just(v) for k, v in fields.items()})


sources = st.one_of(
    record(type="url", title=texts, url=texts),
    record(type="file", title=texts, filename=texts),
    record(type="entity", title=texts, id=texts),
)
annotations = record(type="annotation", source=sources)
contents = record(type="output_text", text=texts, annotations=st.lists(annotations, max_size=2))
tasks = st.one_of(
    record(type="custom", title=texts),
    record(type="web_search", sources=st.lists(record(type="url", title=texts, url=texts), max_size=1)),
    record(type="thought", content=texts),
    record(type="file", title=texts),
    record(type="image", title=texts),
)
leaves = st.one_of(
    record(type="Text", id=components, value=texts),
    record(type="Markdown", id=components, value=texts, streaming=True),
    record(type="Hologram", id=components, depth=3),
)
branches = st.one_of(
    leaves,
    record(type="Transition", children=leaves),
    record(type="Box", id=components, children=st.lists(leaves, max_size=2)),
)
roots = st.one_of(
    record(type="Card", children=st.lists(branches, max_size=3)),
    record(type="Basic", id=components, children=branches),
    record(
        type="ListView",
        children=st.lists(record(type="ListViewItem", children=st.lists(leaves, max_size=1)), max_size=1),
    ),
)
images = record(id="img", url=texts)
item_kinds = {
    "user_message": {"content": st.lists(record(type="input_text", text=texts), max_size=1), "inference_options": {}},
    "assistant_message": {"content": st.lists(contents, max_size=2)},
    "client_tool_call": {"call_id": "c", "name": "n", "arguments": {}},
    "widget": {"widget": roots},
    "generated_image": {"image": st.none() | images},
    "structured_input": {"inputs": st.lists(record(type="freeform", id=texts, question=texts), max_size=1)},
    "workflow": {"workflow": record(type="custom", tasks=st.lists(tasks, max_size=2))},
    "task": {"task": tasks},
    "hidden_context_item": {"content": texts},
    "sdk_hidden_context": {"content": texts},
    "end_of_turn": {},
}
items = st.one_of(
    *(
        record(id=ids, thread_id=threads, created_at="2026-11-20T12:00:00", type=kind, **fields)
        for kind, fields in item_kinds.items()
    )
)
part = "assistant_message.content_part."
updates = st.one_of(
    record(type=part + "added", content_index=small, content=contents),
    record(type=part + "text_delta", content_index=small, delta=texts),
    record(type=part + "annotation_added", content_index=small, annotation_index=small, annotation=annotations),
    record(type=part + "done", content_index=small, content=contents),
    record(content_index=small, delta=texts),
    record(type="widget.streaming_text.value_delta", component_id=components, delta=texts, done=st.booleans()),
    record(type="widget.component.updated", component_id=components, component=branches),
    record(type="widget.root.updated", widget=roots),
    record(type="workflow.task.added", task_index=small, task=tasks),
    record(type="workflow.task.updated", task_index=small, task=tasks),
    record(type="generated_image.updated", image=images, progress=st.none() | st.floats(-1, 2)),
)
thread_objects = record(
    id=threads,
    created_at="2026-11-20T12:00:00",
    title=st.none() | texts,
    status=st.sampled_from([{"type": "active"}, {"type": "locked", "reason": "r"}, {"type": "closed"}]),
    items=record(data=st.lists(items, max_size=1)),
)
events = st.one_of(
    record(type="thread.created", thread=thread_objects),
    record(type="thread.updated", thread=thread_objects),
    record(type="thread.item.added", item=items),
    record(type="thread.item.done", item=items),
    record(type="thread.item.replaced", item=items),
    record(type="thread.item.removed", item_id=ids),
    *[record(type="thread.item.updated", item_id=ids, update=updates)] * 4,
    record(type="stream_options", stream_options=record(allow_cancel=st.booleans())),
    record(type="progress_update", text=texts),
    record(type="client_effect", name=texts, data=st.dictionaries(texts, texts, max_size=1)),
    record(type="error", code=st.sampled_from(["custom", "stream.error"]), message=st.none() | texts),
    record(type="notice", level=st.sampled_from(["info", "warning", "danger"]), message=texts),
)

# Hostile ones -------------------------------------------------------------------------------------------------------

names = ["type", "id", "item", "content", "text", "update", "tasks", "children", "widget", "thread", "source"]
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    texts,
    ids,
    st.sampled_from(["Card", "Text", "url", "thought"]),
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(names) | texts, inner, max_size=4),
    max_leaves=8,
)


def places(value, here=()):
    """The paths of everything inside a JSON value."""
    yield here
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*here, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from places(inner, (*here, index))


@st.composite
def spoiled(draw):
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


def wire(*events) -> bytes:
    return b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events)


def cut(body: bytes, cuts: list[int]) -> list[bytes]:
    places = [0, *sorted(at % (len(body) + 1) for at in cuts), len(body)]
    return [body[begin:end] for begin, end in pairwise(places)]


def play(chunks: list[bytes]):
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
    stream = decoder.stream
    framing = (stream.comments, stream.dataless, stream.strays, stream.bad_text, stream.line_ends, stream.bom)
    return seen, changes, state.snapshot(), framing


# Properties ---------------------------------------------------------------------------------------------------------


@common
@given(st.sampled_from(BODIES), st.lists(st.integers(0, 20_000), max_size=30))
def test_however_a_body_is_cut_it_gives_the_same_events_changes_and_state(body, cuts):
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
def test_however_odd_bytes_are_cut_they_give_the_same_messages(pieces, cuts):
    body = b"".join(pieces)
    whole = play([body])
    assert play(cut(body, cuts)) == whole
    assert play([body[at : at + 1] for at in range(len(body))]) == whole


@common
@given(st.lists(events, max_size=12))
def test_schema_valid_events_never_make_the_fold_raise_and_always_leave_a_state_to_look_at(sent):
    state = ThreadState()
    for event in decode_body(wire(*sent)):
        assert event.valid, event.problems
        fold(state, event)
        assert state.drawn_count == len(state.visible_items())
    json.dumps(state.snapshot())
    for item in state.items.values():
        if item.item is not None:
            assert (item.item.id, item.item.type) == (item.id, item.type)
        assert item.unknown == []
    end_stream(state)


REPLACING = {"thread.item.replaced", "thread.item.done", "thread.item.removed", "thread.created"}
REPLACING_UPDATES = {part + "added", part + "done", "widget.component.updated", "widget.root.updated"}


@common
@given(st.lists(events, max_size=15))
def test_text_never_shrinks_except_where_something_whole_replaces_it(sent):
    state = ThreadState()
    for raw, event in zip(sent, decode_body(wire(*sent)), strict=True):
        before = {name: item.text_length for name, item in state.items.items()}
        fold(state, event)
        if raw["type"] in REPLACING or raw.get("update", {}).get("type") in REPLACING_UPDATES:
            continue
        for name, length in before.items():
            assert state.items[name].text_length >= length


@common
@given(st.lists(events, max_size=15))
def test_a_display_that_only_follows_the_changes_shows_what_the_state_holds(sent):
    state, shown, order = ThreadState(), {}, []
    for event in decode_body(wire(*sent)):
        fresh = set()
        for change in fold(state, event):
            match change:
                case ItemAdded(item_id, index):
                    order.insert(index, item_id)
                    fresh.add(item_id)
                case ItemRemoved(item_id):
                    order.remove(item_id)
                case ItemReplaced(item_id) | PartReplaced(item_id, _) | WidgetChanged(item_id):
                    fresh.add(item_id)
                case TextAppended(item_id, place, delta) if item_id not in fresh:
                    shown[item_id][place] = shown[item_id].get(place, "") + delta
                case WidgetTextAppended(item_id, component_id, delta, _) if item_id not in fresh:
                    shown[item_id][component_id] = shown[item_id].get(component_id, "") + delta
        for item_id in fresh & state.items.keys():
            shown[item_id] = displayed(state, item_id)
        assert order == [item.id for item in state.visible_items()]
        assert {name: shown[name] for name in order} == {name: displayed(state, name) for name in order}


def displayed(state: ThreadState, item_id: str) -> dict:
    """The texts of an item by part, or by component."""
    item = state.items[item_id]
    if item.type != "widget":
        return {place: item.text(place) for place in range(item.part_count)}
    tree = item.tree()
    found = {} if tree is None else {name: tree.text(name) for name in ("x", "y", "nobody")}
    return {name: text for name, text in found.items() if text is not None}


@common
@given(spoiled() | events | anything)
def test_events_are_valid_exactly_when_the_sdks_types_accept_them_and_have_the_same_value(sent):
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
def test_no_sequence_of_spoiled_events_makes_the_fold_raise(sent):
    state = ThreadState()
    for event in decode_body(wire(*sent)):
        fold(state, event)
        assert state.drawn_count == len(state.visible_items())
    state.snapshot()
    for item in state.items.values():
        assert item.item is None or item.item.id == item.id


@common
@given(st.binary(max_size=200), st.binary(max_size=20))
def test_no_bytes_make_decoding_raise(body, rest):
    state = ThreadState()
    for event in decode_body(b"data: " + body + b"\n\n" + rest):
        fold(state, event)


@pytest.mark.parametrize("deltas", [20_000])
def test_the_text_of_a_long_answer_is_joined_when_it_is_asked_for(deltas):
    delta = {"type": "thread.item.updated", "item_id": "a", "update": {"type": part + "text_delta", "content_index": 0}}
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
