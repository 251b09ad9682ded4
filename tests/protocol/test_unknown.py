"""Protocol facts, 3.19: what nobody knows is kept as JSON; what stands beside it is not lost."""

import json
from typing import Any

import pytest

from chat.protocol import (
    AnnotationAdded,
    ErrorRaised,
    ItemAdded,
    ItemDone,
    NoticeRaised,
    ProgressChanged,
    TaskAdded,
    TaskChanged,
    ThreadChanged,
    Unknown,
    WidgetChanged,
)
from tests.protocol.conftest import Told

BASE = {"id": "i", "thread_id": "t", "created_at": "2026-11-20T12:00:00"}
URL_NOTE = {"type": "annotation", "source": {"type": "url", "title": "t", "url": "https://example.org"}}
VIDEO_NOTE = {"type": "annotation", "source": {"type": "video", "title": "t"}}
THOUGHT = {"type": "thought", "content": "hm"}
DANCE = {"type": "dance", "steps": 3}


def done(**fields: Any) -> dict[str, Any]:
    return {"type": "thread.item.done", "item": {**BASE, **fields}}


def added(**fields: Any) -> dict[str, Any]:
    return {"type": "thread.item.added", "item": {**BASE, **fields}}


def update(**fields: Any) -> dict[str, Any]:
    return {"type": "thread.item.updated", "item_id": "i", "update": fields}


def test_an_unknown_event_changes_nothing(thread: Told) -> None:
    assert thread.tell({"type": "thread.item.user_message", "item": {}}) == []


@pytest.mark.parametrize("data", ["[DONE]", "[]", "{}", "null", '{"type":7}'])
def test_what_is_no_event_at_all_changes_nothing(thread: Told, data: str) -> None:
    assert thread.tell(data) == []
    assert thread.state.snapshot() == type(thread)().state.snapshot()


def test_an_unknown_update_changes_nothing(thread: Told) -> None:
    thread.tell(added(type="assistant_message", content=[]))
    assert thread.tell(update(type="assistant_message.sung", melody="la")) == []


def test_an_unknown_item_is_shown_as_its_json(thread: Told) -> None:
    assert thread.tell(added(type="hologram", depth=3)) == [ItemAdded("i", 0)]
    item: Any = thread.state.items["i"]
    assert (item.type, item.item, item.status) == ("hologram", None, "streaming")
    assert item.json == {**BASE, "type": "hologram", "depth": 3}
    thread.tell(done(type="hologram", depth=4))
    assert (item.json["depth"], item.status) == (4, "done")


@pytest.mark.parametrize("item", [None, [], "x", {}, {"id": 5, "type": "widget"}])
def test_an_item_without_identity_is_not_put_in(thread: Told, item: Any) -> None:
    thread.tell({"type": "thread.item.done", "item": item})
    assert thread.state.items == {}


def test_an_item_of_a_known_type_that_lacks_fields_still_has_its_text(thread: Told) -> None:
    thread.tell(
        {"type": "thread.item.done", "item": {"id": "i", "type": "assistant_message", "content": [{"text": "hi"}]}}
    )
    item: Any = thread.state.items["i"]
    assert (item.item, item.text(0)) == (None, "hi")


def test_an_unknown_task_does_not_take_the_other_tasks_with_it(thread: Told) -> None:
    workflow = {"type": "custom", "tasks": [THOUGHT, DANCE, THOUGHT]}
    assert thread.tell(done(type="workflow", workflow=workflow)) == [ItemAdded("i", 0), ItemDone("i")]
    item: Any = thread.state.items["i"]
    assert item.tasks[1] == Unknown("task", "dance", DANCE)
    assert [task.content for task in item.item.workflow.tasks] == ["hm", "hm"]
    assert item.json["workflow"] == workflow


def test_an_unknown_task_can_be_added_and_updated(thread: Told) -> None:
    thread.tell(added(type="workflow", workflow={"type": "custom", "tasks": []}))
    assert thread.tell(update(type="workflow.task.added", task_index=0, task=DANCE)) == [TaskAdded("i", 0)]
    assert thread.state.items["i"].tasks == [Unknown("task", "dance", DANCE)]
    assert thread.tell(update(type="workflow.task.updated", task_index=0, task=THOUGHT)) == [TaskChanged("i", 0)]
    assert thread.state.items["i"].json["workflow"]["tasks"][0]["content"] == "hm"


def test_an_unknown_task_item_is_kept(thread: Told) -> None:
    thread.tell(done(type="task", task=DANCE))
    item: Any = thread.state.items["i"]
    assert (item.item, item.tasks) == (None, [Unknown("task", "dance", DANCE)])


def test_an_unknown_source_of_a_task_does_not_take_the_task_with_it(thread: Told) -> None:
    url = {"type": "url", "title": "t", "url": "https://example.org"}
    search = {"type": "web_search", "queries": ["q"], "sources": [url, {"type": "video", "title": "v"}]}
    thread.tell(done(type="workflow", workflow={"type": "custom", "tasks": [search]}))
    item: Any = thread.state.items["i"]
    assert [source.title for source in item.tasks[0].sources] == ["t"]
    assert item.others == [Unknown("source", "video", {"type": "video", "title": "v"})]


def test_an_unknown_source_of_an_annotation_does_not_take_the_text_with_it(thread: Told) -> None:
    content = [{"type": "output_text", "text": "cited", "annotations": [URL_NOTE, VIDEO_NOTE]}]
    thread.tell(done(type="assistant_message", content=content))
    item: Any = thread.state.items["i"]
    assert item.text(0) == "cited"
    assert item.annotations(0)[1] == Unknown("source", "video", VIDEO_NOTE)
    assert len(item.item.content[0].annotations) == 1


def test_an_annotation_with_an_unknown_source_can_be_added(thread: Told) -> None:
    thread.tell(added(type="assistant_message", content=[]))
    changes = thread.tell(
        update(
            type="assistant_message.content_part.annotation_added",
            content_index=0,
            annotation_index=0,
            annotation=VIDEO_NOTE,
        )
    )
    assert AnnotationAdded("i", 0, 0) in changes
    assert thread.state.items["i"].json["content"][0]["annotations"] == [VIDEO_NOTE]


def test_an_unknown_content_part_keeps_its_place(thread: Told) -> None:
    song = {"type": "song", "notes": "la"}
    text = {"type": "output_text", "text": "words", "annotations": []}
    thread.tell(done(type="assistant_message", content=[text, song, text]))
    item: Any = thread.state.items["i"]
    assert (item.part_count, item.text(1), item.parts[1].unknown) == (3, "", Unknown("content", "song", song))
    assert [part.text for part in item.item.content] == ["words", "words"]


def test_unknown_pieces_of_a_users_message_are_kept_beside_it(thread: Told) -> None:
    content = [{"type": "input_text", "text": "hello"}, {"type": "input_video"}]
    thread.tell(done(type="user_message", content=content, inference_options={}, attachments=[{"type": "zip"}]))
    item: Any = thread.state.items["i"]
    assert item.item.content[0].text == "hello"
    assert [(piece.what, piece.type) for piece in item.others] == [("content", "input_video"), ("attachment", "zip")]


def test_an_unknown_input_of_a_question_is_kept_beside_the_others(thread: Told) -> None:
    inputs = [{"type": "freeform", "id": "a", "question": "?"}, {"type": "slider", "id": "b"}]
    thread.tell(done(type="structured_input", inputs=inputs))
    item: Any = thread.state.items["i"]
    assert [question.id for question in item.item.inputs] == ["a"]
    assert item.others == [Unknown("input", "slider", inputs[1])]


def test_unknown_components_and_fields_of_a_widget_survive(thread: Told) -> None:
    widget: dict[str, Any] = {
        "type": "Card",
        "border": {"size": 2},
        "children": [{"type": "Hologram", "depth": 3, "children": [{"type": "Text", "id": "x", "value": "a"}]}],
    }
    assert thread.tell(added(type="widget", widget=widget)) == [ItemAdded("i", 0)]
    thread.tell(update(type="widget.streaming_text.value_delta", component_id="x", delta="b", done=False))
    widget["children"][0]["children"][0]["value"] = "ab"
    item: Any = thread.state.items["i"]
    assert item.widget == widget
    assert item.json["widget"] == widget
    assert item.item.widget.children[0].depth == 3


def test_an_unknown_widget_root_is_kept_and_can_be_streamed_to(thread: Told) -> None:
    widget = {"type": "Sheet", "children": [{"type": "Text", "id": "x", "value": "a"}]}
    thread.tell(added(type="widget", widget=widget))
    thread.tell(update(type="widget.streaming_text.value_delta", component_id="x", delta="b", done=False))
    item: Any = thread.state.items["i"]
    assert (item.item, item.widget["children"][0]["value"]) == (None, "ab")
    assert thread.tell(update(type="widget.root.updated", widget={"type": "Pane"})) == [WidgetChanged("i")]


def test_the_sent_json_is_not_changed_by_what_is_streamed_into_it(thread: Told) -> None:
    thread.tell(added(type="widget", widget={"type": "Card", "children": [{"type": "Text", "id": "x", "value": "a"}]}))
    thread.tell(update(type="widget.streaming_text.value_delta", component_id="x", delta="b", done=False))
    assert thread.widget("i")["children"][0]["value"] == "ab"
    sent: Any = thread.events[0].json
    assert sent["item"]["widget"]["children"][0]["value"] == "a"


def test_fields_that_the_protocol_does_not_have_are_kept_in_the_json(thread: Told) -> None:
    thread.tell(done(type="assistant_message", content=[], status="completed"))
    assert thread.state.items["i"].json["status"] == "completed"


def test_a_thread_that_lacks_fields_still_has_its_id_title_and_status(thread: Told) -> None:
    sent = {"id": "123", "title": "T", "status": {"type": "locked", "reason": "r"}}
    assert thread.tell({"type": "thread.created", "thread": sent}) == [ThreadChanged()]
    state = thread.state
    assert (state.id, state.title, state.status, state.status_reason) == ("123", "T", "locked", "r")
    assert state.metadata is None


def test_an_unknown_status_leaves_the_thread_open(thread: Told) -> None:
    sent = {"id": "t", "created_at": "2026-11-20T12:00:00", "status": {"type": "frozen"}, "items": {}}
    thread.tell({"type": "thread.created", "thread": sent})
    assert thread.state.status == "active"


def test_an_unknown_icon_does_not_take_the_progress_text_with_it(thread: Told) -> None:
    assert thread.tell({"type": "progress_update", "text": "a", "icon": "nonesuch"}) == [ProgressChanged("a", None)]


def test_an_unknown_level_does_not_take_the_notice_with_it(thread: Told) -> None:
    assert thread.tell({"type": "notice", "level": "shout", "message": "m"}) == [NoticeRaised("info", None, "m")]


def test_an_error_with_unknown_fields_or_code_is_shown(thread: Told) -> None:
    changes = thread.tell({"type": "error", "code": 500, "message": "m", "allow_retry": "yes please"})
    assert changes == [ErrorRaised("m", "custom", False)]
    assert json.dumps(thread.state.snapshot())


def test_half_a_surrogate_pair_in_a_delta_does_not_lose_the_delta(thread: Told) -> None:
    thread.tell(added(type="assistant_message", content=[]))
    kind = "assistant_message.content_part.text_delta"
    thread.tell(
        '{"type":"thread.item.updated","item_id":"i","update":{"type":"'
        + kind
        + '","content_index":0,"delta":"a\\ud83d"}}'
    )
    assert thread.state.items["i"].text(0) == "a�"


def test_a_character_cut_in_two_by_deltas_is_whole_again_as_in_a_browser(thread: Told) -> None:
    thread.tell(added(type="assistant_message", content=[{"type": "output_text", "text": "", "annotations": []}]))
    kind = "assistant_message.content_part.text_delta"
    for half in ("a\ud83d", "\ude00b", "\ud83d", "c\ud83d\ude00"):
        thread.tell(json.dumps(update(type=kind, content_index=0, delta=half)))
    assert thread.state.items["i"].text(0) == "a\U0001f600bc\U0001f600"
