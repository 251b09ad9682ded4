"""The widget playground: what is read of a text, what is said of it, and what a click would send."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from chatkit import types, widgets
from chatkit.types import ChatKitReq
from chatkit.widgets import WidgetRoot
from pydantic import TypeAdapter

from chat.backend.specimens import SPECIMENS
from chat.inspection.playground import (
    NotRead,
    asked_of,
    events_of,
    judge,
    printed_json,
    printed_python,
    read_pasted,
    replaced,
)
from chat.protocol import ThreadState, fold

CARD = {"type": "Card", "children": [{"type": "Text", "value": "Hello", "id": "t"}]}
DATE = {"type": "DatePicker", "name": "d"}
ITEM = {"type": "widget", "id": "w", "widget": CARD}
DONE = {"type": "thread.item.done", "item": ITEM}
ROOT = {"type": "thread.item.updated", "item_id": "w", "update": {"type": "widget.root.updated", "widget": CARD}}
ROOT_TYPE: TypeAdapter[Any] = TypeAdapter(WidgetRoot)
WIDGETS = {name: ROOT_TYPE.validate_python(one.make()) for name, one in SPECIMENS.items() if one.item == "widget"}
"""As the objects that a backend's code makes."""


def card(*children: Any) -> dict[str, Any]:
    return {"type": "Card", "children": list(children)}


def fields_of(name: str) -> dict[str, Any]:
    specimen = SPECIMENS[name]
    made = specimen.make()
    return {"type": specimen.item, **({"widget": made} if specimen.item == "widget" else made)}


def plain(name: str) -> Any:
    return WIDGETS[name].model_dump(mode="json", exclude_none=True)


# What is read


@pytest.mark.parametrize(
    ("text", "kind", "language"),
    [
        (json.dumps(CARD), "widget", "JSON"),
        (json.dumps(json.dumps(CARD)), "widget", "JSON"),
        (json.dumps(ITEM), "item", "JSON"),
        (json.dumps(DONE), "event", "JSON"),
        (f"data: {json.dumps(DONE)}\n\n", "event", "JSON"),
        (json.dumps(ROOT), "event", "JSON"),
        ('Card(children=[Text(value="Hello", id="t")])', "widget", "Python"),
        ('card = Card(\n    children=[Text(id="t", value="Hello")],\n)\n', "widget", "Python"),
        ('text = "Hel" + "lo"\nyield Card(children=[Text(id="t", value=text)])', "widget", "Python"),
        (
            'async def respond(self):\n    """Says hello."""\n    yield ThreadItemDoneEvent(item=WidgetItem(id="w", '
            'widget=Card(children=[Text(id="t", value="Hello")])))',
            "event",
            "Python",
        ),
        ("{'type': 'Card', 'children': [{'type': 'Text', 'value': 'Hello', 'id': 't'}]}", "widget", "Python"),
        (repr(widgets.Card(children=[widgets.Text(id="t", value="Hello")])), "widget", "Python"),
    ],
    ids=range(12),
)  # fmt: skip
def test_a_widget_an_item_and_an_event_are_read_as_json_and_as_python(text: str, kind: str, language: str) -> None:
    pasted = read_pasted(text)
    assert (pasted.kind, pasted.language) == (kind, language)
    shown = pasted.widget
    assert shown["type"] == "Card"
    assert shown["children"] == [{"type": "Text", "value": "Hello", "id": "t"}]


@pytest.mark.parametrize("name", WIDGETS)
def test_what_the_sdk_prints_is_read_as_what_it_sends(name: str) -> None:
    expected = plain(name)
    assert read_pasted(repr(WIDGETS[name])).widget == expected
    assert read_pasted(str(WIDGETS[name].model_dump(exclude_none=True))).widget == expected
    assert read_pasted(WIDGETS[name].model_dump_json(exclude_none=True)).widget == expected


@pytest.mark.parametrize("name", WIDGETS)
def test_what_is_copied_as_python_makes_the_same_widget(name: str) -> None:
    pasted = read_pasted(json.dumps(plain(name)))
    assert json.loads(printed_json(pasted)) == plain(name)
    code = printed_python(pasted)
    made = eval(code, {**vars(widgets), "datetime": datetime})  # the test's own text
    assert made.model_dump(mode="json", exclude_none=True) == plain(name)
    assert read_pasted(code).widget == plain(name)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Paste the JSON"),
        ('{"type": "Card", "children": [}', "not quite JSON: expecting value (line 1, column 31)"),
        ("Card(children=[", "neither JSON nor Python"),
        ("[1, 2]", "This is a list"),
        (
            "Card(children=[row(task) for task in tasks])",
            "[row(task) for task in tasks]` would have to be run",
        ),
        ("Card(children=[Text(value=title)])", "Line 1: `title` has its value elsewhere"),
        ('Text("Hello")', "Text takes its props by name"),
        ("__import__('os').system('echo no')", "would have to be run"),
        ('open("/etc/passwd").read()', "would have to be run"),
        ('{"type": "progress_update", "text": "x"}', "brings nothing that is shown by itself"),
        ('{"version": "1.0", "name": "x", "template": "{}", "jsonSchema": {}}', "a .widget template"),
        ('{"id": "thr_1", "items": {"data": []}}', "a whole thread"),
        ("a = b\nb = a", "has its value elsewhere"),
    ],
)
def test_what_cannot_be_read_says_why_and_is_never_run(text: str, words: str) -> None:
    with pytest.raises(NotRead) as refused:
        read_pasted(text)
    assert words in str(refused.value)


@pytest.mark.parametrize("text", ["(" * 5000, "[" * 100_000, "-" * 50_000 + "1", "Card(children=[" * 300 + "])" * 300])
def test_a_text_that_is_nested_without_end_is_refused(text: str) -> None:
    with pytest.raises(NotRead):
        read_pasted(text)


def test_a_component_by_itself_stands_where_it_can() -> None:
    assert read_pasted('{"type": "Button", "label": "Go"}').widget == {
        "type": "Card",
        "children": [{"type": "Button", "label": "Go"}],
    }
    assert read_pasted('{"type": "ListViewItem", "children": []}').widget["type"] == "ListView"
    assert read_pasted('{"type": "Table.Cell"}').widget["children"][0]["type"] == "Table"


# What is said of it


@pytest.mark.parametrize(
    ("widget", "path", "outcome", "becomes"),
    [
        ({**CARD, "border": "red"}, "$.border", "crash", "Something went wrong"),
        (card(None), "$.children[0]", "crash", "Something went wrong"),
        (card({"type": "Markdown", "value": 42}), "$.children[0].value", "crash", "went wrong"),
        (card({"type": "Hologram"}), "$.children[0].type", "ignored", "leaves it out"),
        (card("text"), "$.children[0]", "ignored", "leaves it out"),
        (card({"type": "Text"}), "$.children[0].value", "wrong", "leaves it empty"),
        (card({"type": "Title", "value": 42}), "$.children[0].value", "wrong", "as text"),
        (card({"type": "Text", "value": "{{name}}"}), "$.children[0].value", "wrong", "as it stands"),
        (card({**DATE, "defaultValue": "soon"}), "$.children[0].defaultValue", "wrong", "Invalid DateTime"),
        (card({**DATE, "min": "soon"}), "$.children[0].min", "wrong", "no limit"),
        ({**CARD, "colour": "red"}, "$.colour", "ignored", "ignores it"),
        ({**CARD, "size": "huge"}, "$.size", "ignored", "the rest stays"),
        (
            {"type": "Card", "children": [{"type": "Button", "label": "x", "onClickAction": "go"}]},
            "$.children[0].onClickAction",
            "wrong",
            "posts an empty action",
        ),
    ],
    ids=range(13),
)  # fmt: skip
def test_each_fault_says_where_it_is_and_what_the_widget_makes_of_it(
    widget: Any, path: str, outcome: str, becomes: str
) -> None:
    remarks = {remark.path: remark for remark in judge(read_pasted(json.dumps(widget)))}
    assert remarks[path].outcome == outcome
    assert becomes in remarks[path].becomes
    assert remarks[path].expected
    assert remarks[path].got


@pytest.mark.parametrize("name", SPECIMENS)
def test_nothing_is_wrong_in_a_specimen(name: str) -> None:
    head = {"id": "i", "thread_id": "t", "created_at": "2026-01-01T00:00:00"}
    assert judge(read_pasted(json.dumps({**head, **fields_of(name)}))) == []


def test_of_an_item_that_is_no_widget_the_types_of_the_sdk_judge() -> None:
    task = {"type": "workflow", "workflow": {"type": "custom", "tasks": [{"type": "quantum"}]}}
    (remark,) = judge(read_pasted(json.dumps(task)))
    assert remark.path.startswith("$.workflow.tasks[0]")
    assert not remark.seen


# How it is shown, and what is sent


def folded(events: Any) -> Any:
    state = ThreadState()
    for event in events:
        fold(state, event)
    return state


@pytest.mark.parametrize("name", SPECIMENS)
def test_streamed_it_ends_as_what_it_is_at_once(name: str) -> None:
    item = read_pasted(json.dumps(fields_of(name))).item
    events = events_of(item)
    assert all(event.valid for event in events)
    assert folded(events).items[item["id"]].json == folded(replaced(item, known=False)).items[item["id"]].json
    if item["type"] in ("assistant_message", "workflow", "generated_image") or name in ("Text", "Markdown"):
        assert len(events) > 3


REQUEST: TypeAdapter[Any] = TypeAdapter(ChatKitReq)


def test_a_click_shows_the_request_that_would_go_out() -> None:
    action = {"type": "book", "payload": {"n": 1}}
    asked = asked_of({"do": "widget-action", "action": action}, {"who.name": "Ada"}, "w1")
    assert asked is not None
    sent = REQUEST.validate_json(asked.body)
    assert isinstance(sent, types.ThreadsCustomActionReq)
    assert sent.params.item_id == "w1"
    assert sent.params.action.payload == {"n": 1, "who": {"name": "Ada"}}
    at_once = asked_of({"do": "widget-action", "action": {**action, "streaming": False}}, {}, "w1")
    assert at_once is not None
    assert json.loads(at_once.body)["type"] == "threads.sync_custom_action"
    own = asked_of({"do": "widget-action", "action": {**action, "handler": "client"}}, {}, "w1")
    assert own is not None
    assert own.words.startswith("Nothing is sent")
    tool = asked_of({"do": "tool-output"}, {"output": '{"ok": true}'}, "c1")
    assert tool is not None
    assert REQUEST.validate_json(tool.body).params.result == {"ok": True}
    answered = asked_of({"do": "structured-input"}, {"where": ["here"]}, "q1")
    assert answered is not None
    assert REQUEST.validate_json(answered.body).params.input.status == "answered"
    entity = asked_of({"do": "entity-click", "entity": {"id": "e1"}}, {}, "m1")
    assert entity is not None
    assert "entities.onClick" in entity.words
    assert asked_of({"do": "copy"}, {}, "m1") is None
