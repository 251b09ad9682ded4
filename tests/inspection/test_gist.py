"""The one line per event, for every kind of event and update, and for what is neither."""

import json
from typing import Any, get_args

import pytest
from chatkit.types import ThreadItemUpdate, ThreadStreamEvent
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chat.inspection.gist import FAMILIES, family, gist, label, update_type
from chat.protocol import Event, decode_body


def event(data: Any) -> Event:
    text = data if isinstance(data, str) else json.dumps(data)
    (decoded,) = decode_body(b"data: " + text.encode() + b"\n\n")
    return decoded


def thread(**fields: Any) -> dict[str, Any]:
    return {"id": "thr_1", "created_at": "2026-11-20T09:44:53", "items": {"data": []}, **fields}


def item(kind: str, **fields: Any) -> dict[str, Any]:
    return {"id": "it_1", "thread_id": "thr_1", "created_at": "2026-11-20T09:44:53", "type": kind, **fields}


def update(kind: str, **fields: Any) -> dict[str, Any]:
    return {"type": "thread.item.updated", "item_id": "it_1", "update": {"type": kind, **fields}}


OPTIONS: dict[str, Any] = {"inference_options": {}}
TASK = {"type": "thought", "title": "Weighing", "content": "…", "status_indicator": "loading"}
URL_SOURCE = {"type": "annotation", "source": {"type": "url", "title": "Customs", "url": "https://example.org"}}
PART = {"type": "output_text", "text": "Hello", "annotations": []}
CARD = {"type": "Card", "children": []}
QUESTION = {"type": "freeform", "id": "q", "question": "Which port?"}

EVENTS: list[tuple[dict[str, Any], str, str]] = [
    ({"type": "thread.created", "thread": thread()}, "thread", "thread thr_1 created"),
    ({"type": "thread.updated", "thread": thread(title="Orders")}, "thread", "thread thr_1 updated “Orders”"),
    (
        {"type": "thread.updated", "thread": thread(status={"type": "locked", "reason": "Over"})},
        "thread",
        "thread thr_1 updated · locked “Over”",
    ),
    (
        {
            "type": "thread.item.done",
            "item": item("user_message", content=[{"type": "input_text", "text": "Hi"}], **OPTIONS),
        },
        "item",
        "user_message it_1 done: “Hi”",
    ),
    (
        {"type": "thread.item.added", "item": item("assistant_message", content=[])},
        "item",
        "assistant_message it_1 added",
    ),
    (
        {
            "type": "thread.item.done",
            "item": item("client_tool_call", call_id="c", name="pick", arguments={"color": 1}),
        },
        "item",
        "client_tool_call it_1 done: pick(color)",
    ),
    ({"type": "thread.item.added", "item": item("widget", widget=CARD)}, "item", "widget it_1 added: Card"),
    (
        {"type": "thread.item.added", "item": item("workflow", workflow={"type": "reasoning", "tasks": [TASK]})},
        "item",
        "workflow it_1 added: 1 task",
    ),
    (
        {"type": "thread.item.done", "item": item("task", task=TASK)},
        "item",
        "task it_1 done: thought “Weighing” loading",
    ),
    ({"type": "thread.item.added", "item": item("generated_image")}, "item", "generated_image it_1 added"),
    (
        {"type": "thread.item.replaced", "item": item("structured_input", status="answered", inputs=[QUESTION])},
        "item",
        "structured_input it_1 replaced: answered “Which port?”",
    ),
    ({"type": "thread.item.done", "item": item("end_of_turn")}, "item", "end_of_turn it_1 done"),
    ({"type": "thread.item.removed", "item_id": "it_1"}, "item", "it_1 removed"),
    ({"type": "stream_options", "stream_options": {"allow_cancel": True}}, "stream", "cancel allowed"),
    ({"type": "stream_options", "stream_options": {"allow_cancel": False}}, "stream", "cancel not allowed"),
    ({"type": "progress_update", "text": "Searching"}, "stream", "“Searching”"),
    ({"type": "client_effect", "name": "confetti", "data": {"amount": 3}}, "stream", "confetti(amount)"),
    ({"type": "error", "message": "Overloaded", "allow_retry": True}, "error", "Error: Overloaded · retry offered"),
    ({"type": "error", "code": "stream.error"}, "error", "Error: stream.error"),
    (
        {"type": "notice", "level": "warning", "message": "Soon full", "title": "Limit"},
        "stream",
        "Warning: Limit – Soon full",
    ),
]

UPDATES: list[tuple[dict[str, Any], str, str]] = [
    (
        update("assistant_message.content_part.added", content_index=0, content={**PART, "text": ""}),
        "text",
        "part 0 added",
    ),
    (update("assistant_message.content_part.text_delta", content_index=0, delta="Hel"), "text", "+“Hel”"),
    (update("assistant_message.content_part.text_delta", content_index=0, delta="a\n\tb"), "text", "+“a⏎⇥b”"),
    (update("assistant_message.content_part.text_delta", content_index=2, delta="lo"), "text", "+“lo” in part 2"),
    (
        update(
            "assistant_message.content_part.annotation_added",
            content_index=0,
            annotation_index=0,
            annotation=URL_SOURCE,
        ),
        "text",
        "url “Customs” cited in part 0",
    ),
    (
        update("assistant_message.content_part.done", content_index=0, content=PART),
        "text",
        "part 0 done, 5 characters",
    ),
    (
        update("widget.streaming_text.value_delta", component_id="body", delta="Hel", done=False),
        "widget",
        "+“Hel” in body",
    ),
    (
        update("widget.component.updated", component_id="badge", component={"type": "Badge", "label": "New"}),
        "widget",
        "Badge badge replaced",
    ),
    (update("widget.root.updated", widget=CARD), "widget", "Card root replaced"),
    (update("workflow.task.added", task_index=0, task=TASK), "workflow", "task 0 added: thought “Weighing” loading"),
    (
        update("workflow.task.updated", task_index=1, task=TASK),
        "workflow",
        "task 1 updated: thought “Weighing” loading",
    ),
    (update("generated_image.updated", image={"id": "img_1", "url": "u"}, progress=0.4), "item", "image img_1 40%"),
]

FOREIGN: list[tuple[Any, str, str]] = [
    ({"type": "token", "text": "Hel"}, "unknown", '{"type": "token", "text": "Hel"}'),
    ({"choices": []}, "unknown", '{"choices": []}'),
    (
        update("text_delta", delta="x"),
        "item",
        '{"type": "thread.item.updated", "item_id": "it_1", "update": {"type": "text',
    ),
    ("[DONE]", "unknown", "[DONE]"),
    ('"text"', "unknown", '"text"'),
    ({"type": "thread.item.added", "item": "msg_1"}, "item", "item added"),
]


@pytest.mark.parametrize(("data", "its_family", "line"), [*EVENTS, *UPDATES], ids=lambda value: str(value)[:60])
def test_each_kind_of_event_has_its_line_and_its_family(data: dict[str, Any], its_family: str, line: str) -> None:
    decoded = event(data)
    assert decoded.valid
    assert gist(decoded) == line
    assert family(decoded) == its_family


@pytest.mark.parametrize(("data", "its_family", "line"), FOREIGN, ids=lambda value: str(value)[:60])
def test_what_is_not_of_the_protocol_is_shown_as_it_came(data: Any, its_family: str, line: str) -> None:
    decoded = event(data)
    assert not decoded.valid
    assert gist(decoded).startswith(line)
    assert family(decoded) == its_family


def test_every_event_and_update_of_the_sdk_is_among_the_kinds_above() -> None:
    events = {kind.model_fields["type"].default for kind in get_args(get_args(ThreadStreamEvent)[0])}
    updates = {kind.model_fields["type"].default for kind in get_args(ThreadItemUpdate)}
    assert {data["type"] for data, _, _ in EVENTS} | {"thread.item.updated"} == events
    assert {data["update"]["type"] for data, _, _ in UPDATES} == updates


def test_long_text_is_cut() -> None:
    line = gist(event(update("assistant_message.content_part.text_delta", content_index=0, delta="x" * 100_000)))
    assert len(line) <= 160
    assert line.endswith("…”")


def test_text_cannot_turn_the_line_around_or_break_it() -> None:
    line = gist(event({"type": "progress_update", "text": "a\u202eb\u2028c\x1b[31m\x85"}))
    assert line == "“a�b�c␛[31m�”"


@pytest.mark.parametrize(
    ("data", "front", "name"),
    [
        ({"type": "thread.created", "thread": thread()}, "", "thread.created"),
        ({"type": "thread.item.removed", "item_id": "x"}, "thread.", "item.removed"),
        (update("assistant_message.content_part.text_delta"), "content_part.", "text_delta"),
        (update("assistant_message.content_part.added"), "content_", "part.added"),
        (update("widget.streaming_text.value_delta"), "widget.streaming_text.", "value_delta"),
        (update("workflow.task.added"), "workflow.", "task.added"),
        ({"type": "thread.item.updated", "item_id": "x"}, "thread.", "item.updated"),
        ({"type": 5}, "", "(no type)"),
    ],
)
def test_a_label_keeps_what_tells_events_apart_in_its_second_piece(data: dict[str, Any], front: str, name: str) -> None:
    assert label(event(data)) == (front, name)


TYPES = [data["type"] for data, _, _ in EVENTS]
UPDATE_TYPES = [data["update"]["type"] for data, _, _ in UPDATES]
FIELDS = sorted(
    {
        *("type", "id", "title", "status", "reason", "content", "text", "attachments", "arguments", "name", "workflow"),
        *("tasks", "summary", "inputs", "question", "image", "widget", "task", "content_index", "delta", "annotation"),
        *("source", "component", "component_id", "progress", "stream_options", "allow_cancel", "message", "code"),
        *("level", "data", "task_index", "thread", "item", "update"),
    }
)
LEAVES = (
    None,
    True,
    0,
    -1,
    10**40,
    0.5,
    float("nan"),
    float("inf"),
    "",
    "pending",
    "a\nb",
    "\ud800",
    "\u202e",
    "€" * 300,
)
JSON = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4),
    max_leaves=6,
)
BODIES = st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=5)
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@unhurried
@given(kind=st.sampled_from(TYPES), body=BODIES)
def test_no_shape_of_an_event_breaks_its_line(kind: str, body: dict[str, Any]) -> None:
    decoded = event({**body, "type": kind})
    assert "\n" not in gist(decoded)
    assert family(decoded) in FAMILIES
    gist(decoded).encode()


@unhurried
@given(kind=st.sampled_from(UPDATE_TYPES), body=BODIES)
def test_no_shape_of_an_update_breaks_its_line(kind: str, body: dict[str, Any]) -> None:
    decoded = event({"type": "thread.item.updated", "item_id": "x", "update": {**body, "type": kind}})
    assert update_type(decoded) in (kind, "")
    gist(decoded).encode()
    assert len(gist(decoded)) <= 160


@unhurried
@given(st.text(max_size=80))
def test_no_text_breaks_its_line(text: str) -> None:
    for decoded in decode_body(b"data: " + text.encode() + b"\n\n"):
        assert len(gist(decoded).splitlines()) <= 1
        assert len(label(decoded)) == 2
