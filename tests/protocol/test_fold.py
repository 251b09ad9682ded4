"""How state is rebuilt from a stream: the protocol facts of section 3, each with the bytes a backend sends."""

from datetime import datetime
from typing import Any

import pytest
from chatkit import types as sdk
from chatkit.widgets import Box, Card, Markdown, Text, Transition

from chat.protocol import (
    AnnotationAdded,
    AnnotationsReplaced,
    EffectRequested,
    ErrorRaised,
    ImageChanged,
    ItemAdded,
    ItemDone,
    ItemRemoved,
    ItemReplaced,
    NoticeRaised,
    OptionsChanged,
    PartReplaced,
    ProgressChanged,
    TaskAdded,
    TaskChanged,
    TextAppended,
    ThreadChanged,
    WidgetChanged,
    WidgetTextAppended,
    complete_tool_call,
    decode_body,
    fold_run,
    truncate_after,
    upsert_item,
)
from tests.protocol.conftest import Told, to_wire

NOON = datetime(2026, 11, 20, 12)
BASE: dict[str, Any] = {"thread_id": "t", "created_at": NOON}


def thread_of(**fields: Any) -> sdk.Thread:
    return sdk.Thread(id="t", created_at=NOON, items=sdk.Page(), **fields)


def user(item_id: str = "u", text: Any = "hello") -> sdk.UserMessageItem:
    content = [sdk.UserMessageTextContent(text=text)]
    return sdk.UserMessageItem(id=item_id, content=content, inference_options=sdk.InferenceOptions(), **BASE)


def assistant(*texts: str, item_id: str = "a", annotations: Any = ()) -> sdk.AssistantMessageItem:
    content = [sdk.AssistantMessageContent(text=text, annotations=list(annotations)) for text in texts]
    return sdk.AssistantMessageItem(id=item_id, content=content, **BASE)


def workflow(*tasks: Any, item_id: str = "w") -> sdk.WorkflowItem:
    return sdk.WorkflowItem(id=item_id, workflow=sdk.Workflow(type="reasoning", tasks=list(tasks)), **BASE)


def widget(root: Any, item_id: str = "g") -> sdk.WidgetItem:
    return sdk.WidgetItem(id=item_id, widget=root, **BASE)


def added(item: Any) -> sdk.ThreadItemAddedEvent:
    return sdk.ThreadItemAddedEvent(item=item)


def done(item: Any) -> sdk.ThreadItemDoneEvent:
    return sdk.ThreadItemDoneEvent(item=item)


def replaced(item: Any) -> sdk.ThreadItemReplacedEvent:
    return sdk.ThreadItemReplacedEvent(item=item)


def updated(update: Any, item_id: str = "a") -> sdk.ThreadItemUpdatedEvent:
    return sdk.ThreadItemUpdatedEvent(item_id=item_id, update=update)


def delta(text: str, part: Any = 0, item_id: str = "a") -> sdk.ThreadItemUpdatedEvent:
    return updated(sdk.AssistantMessageContentPartTextDelta(content_index=part, delta=text), item_id)


def part_added(text: Any = "", part: Any = 0) -> sdk.ThreadItemUpdatedEvent:
    content = sdk.AssistantMessageContent(text=text)
    return updated(sdk.AssistantMessageContentPartAdded(content_index=part, content=content))


def part_done(text: str, part: Any = 0) -> sdk.ThreadItemUpdatedEvent:
    content = sdk.AssistantMessageContent(text=text)
    return updated(sdk.AssistantMessageContentPartDone(content_index=part, content=content))


def note(title: str) -> sdk.Annotation:
    return sdk.Annotation(source=sdk.URLSource(title=title, url="https://example.org"))


def note_added(title: str, at: int, part: Any = 0) -> sdk.ThreadItemUpdatedEvent:
    return updated(
        sdk.AssistantMessageContentPartAnnotationAdded(content_index=part, annotation_index=at, annotation=note(title))
    )


# 1


def test_01_done_is_an_upsert_so_the_users_message_needs_no_added(thread: Told) -> None:
    assert thread.tell(done(user())) == [ItemAdded("u", 0), ItemDone("u")]
    item: Any = thread.state.items["u"]
    assert (item.item, item.status) == (user(), "done")


def test_01_done_replaces_what_was_added(thread: Told) -> None:
    thread.tell(added(workflow()))
    thread.tell(done(workflow(sdk.ThoughtTask(content="done"))))
    assert thread.state.items["w"].tasks == [sdk.ThoughtTask(content="done")]


# 2


def test_02_thread_updated_replaces_metadata_and_never_the_items(thread: Told) -> None:
    thread.tell(sdk.ThreadCreatedEvent(thread=thread_of()), done(user()))
    assert thread.tell(sdk.ThreadUpdatedEvent(thread=thread_of(title="A title"))) == [ThreadChanged()]
    assert thread.state.title == "A title"
    assert list(thread.state.items) == ["u"]


def test_02_an_absent_title_is_a_cleared_title(thread: Told) -> None:
    thread.tell(sdk.ThreadCreatedEvent(thread=thread_of(title="Old", allowed_image_domains=["a.org"])))
    thread.tell(sdk.ThreadUpdatedEvent(thread=thread_of()))
    assert thread.state.title is None
    assert thread.state.metadata is not None
    assert thread.state.metadata.allowed_image_domains is None


# 3


@pytest.mark.parametrize("metadata", [{}, {"metadata": {}}])
def test_03_thread_metadata_is_absent_or_empty(thread: Told, metadata: dict[str, Any]) -> None:
    json = {"id": "t", "created_at": "2026-11-20T12:00:00", "status": {"type": "active"}, "items": {}, **metadata}
    assert thread.tell({"type": "thread.created", "thread": json}) == [ThreadChanged()]
    assert thread.state.metadata is not None
    assert thread.state.metadata.metadata == {}


# 4


def test_04_a_delta_pads_the_parts_up_to_its_index_and_is_told_once(thread: Told) -> None:
    thread.tell(added(assistant()))
    assert thread.tell(delta("x", part=2)) == [PartReplaced("a", 0), PartReplaced("a", 1), PartReplaced("a", 2)]
    assert thread.tell(delta("y", part=2)) == [TextAppended("a", 2, "y")]
    assert thread.state.items["a"].item == assistant("", "", "xy")


def test_04_what_a_run_adds_to_one_text_is_one_change(thread: Told) -> None:
    thread.tell(added(assistant("", "")))
    body = b"".join(to_wire(delta(text, part)) for text, part in [("a", 0), ("", 0), ("b", 0), ("c", 1), ("d", 0)])
    changes = fold_run(thread.state, decode_body(body))
    assert changes == [TextAppended("a", 0, "abd"), TextAppended("a", 1, "c")]
    assert thread.state.items["a"].item == assistant("abd", "c")


def test_04_what_a_run_adds_to_a_part_that_it_has_begun_is_not_told_again(thread: Told) -> None:
    thread.tell(added(assistant()))
    body = b"".join(to_wire(delta(text, part)) for text, part in [("a", 0), ("b", 0), ("c", 1), ("d", 0), ("e", 1)])
    assert fold_run(thread.state, decode_body(body)) == [PartReplaced("a", 0), PartReplaced("a", 1)]
    assert thread.state.items["a"].item == assistant("abd", "ce")


def test_04_what_a_run_adds_to_an_item_that_it_has_begun_is_not_told_again(thread: Told) -> None:
    body = b"".join(to_wire(delta(text)) for text in "abc")
    assert fold_run(thread.state, decode_body(body)) == [ItemAdded("a", 0), PartReplaced("a", 0)]
    assert thread.state.items["a"].text(0) == "abc"


def test_04_part_added_replaces_the_part(thread: Told) -> None:
    thread.tell(added(assistant("old words")))
    assert thread.tell(part_added("new")) == [PartReplaced("a", 0)]
    assert thread.state.items["a"].text(0) == "new"


def test_04_part_done_replaces_the_part(thread: Told) -> None:
    thread.tell(added(assistant()), part_added(), delta("wrong"))
    assert thread.tell(part_done("right")) == [PartReplaced("a", 0)]
    assert thread.state.items["a"].text(0) == "right"


def test_04_part_done_with_the_same_text_changes_nothing(thread: Told) -> None:
    thread.tell(added(assistant()), part_added(), delta("same"))
    assert thread.tell(part_done("same")) == []


def test_04_part_done_that_goes_on_appends_the_rest(thread: Told) -> None:
    thread.tell(added(assistant()), part_added())
    assert thread.tell(part_done("all of it")) == [TextAppended("a", 0, "all of it")]


def test_04_annotations_are_inserted_at_their_index_else_appended(thread: Told) -> None:
    thread.tell(added(assistant("text")))
    changes = thread.tell(note_added("b", 0), note_added("a", 0), note_added("c", 9), note_added("d", -4))
    assert changes == [AnnotationAdded("a", 0, at) for at in (0, 0, 2, 3)]
    notes: list[Any] = thread.state.items["a"].annotations(0)
    assert [n.source.title for n in notes] == ["a", "b", "c", "d"]


def test_04_part_done_loses_the_annotations_and_item_done_restores_them(thread: Told) -> None:
    thread.tell(added(assistant()), part_added(), delta("text"), note_added("a", 0))
    assert thread.tell(part_done("text")) == [AnnotationsReplaced("a", 0)]
    assert thread.state.items["a"].annotations(0) == []
    assert thread.tell(done(assistant("text", annotations=[note("a")]))) == [
        AnnotationsReplaced("a", 0),
        ItemDone("a"),
    ]
    assert thread.state.items["a"].annotations(0) == [note("a")]


@pytest.mark.parametrize("part", [-1, 10**9])
def test_04_an_absurd_part_index_is_not_padded_to(thread: Told, part: Any) -> None:
    thread.tell(added(assistant("kept")))
    assert thread.tell(delta("x", part=part)) == []
    assert thread.state.items["a"].item == assistant("kept")


def test_item_done_with_the_text_the_deltas_gave_is_only_done(thread: Told) -> None:
    thread.tell(added(assistant()), part_added(), delta("Hel"), delta("lo"))
    assert thread.tell(done(assistant("Hello"))) == [ItemDone("a")]


def test_item_done_with_another_text_says_which_part(thread: Told) -> None:
    thread.tell(added(assistant()), part_added(), delta("Hello"))
    assert thread.tell(done(assistant("Goodbye"))) == [PartReplaced("a", 0), ItemDone("a")]


def test_item_done_with_fewer_parts_replaces_the_item(thread: Told) -> None:
    thread.tell(added(assistant("one", "two")))
    assert thread.tell(done(assistant("one"))) == [ItemReplaced("a"), ItemDone("a")]
    assert thread.state.items["a"].part_count == 1


def test_item_done_without_deltas_brings_its_parts(thread: Told) -> None:
    thread.tell(added(assistant()))
    assert thread.tell(done(assistant("one", "two"))) == [PartReplaced("a", 0), PartReplaced("a", 1), ItemDone("a")]


# 5


def test_05_a_retry_truncates_after_the_users_message(thread: Told) -> None:
    thread.tell(*(done(user(name)) for name in "abcd"))
    assert truncate_after(thread.state, "b") == [ItemRemoved("d"), ItemRemoved("c")]
    assert list(thread.state.items) == ["a", "b"]
    assert truncate_after(thread.state, "b") == []


def test_05_a_retry_after_an_unknown_id_truncates_nothing(thread: Told) -> None:
    thread.tell(done(user()))
    assert truncate_after(thread.state, "nobody") == []
    assert list(thread.state.items) == ["u"]


# 7


def test_07_a_client_tool_call_comes_once_as_done_and_is_completed_here(thread: Told) -> None:
    call = sdk.ClientToolCallItem(id="c", call_id="call_1", name="pick", arguments={"n": 1}, **BASE)
    thread.tell(done(call))
    assert thread.item("c").status == "pending"
    assert complete_tool_call(thread.state, "c", {"picked": 2}) == [ItemReplaced("c")]
    item: Any = thread.state.items["c"]
    assert (item.item.status, item.item.output) == ("completed", {"picked": 2})
    assert (item.json["status"], item.json["output"]) == ("completed", {"picked": 2})


@pytest.mark.parametrize("item_id", ["u", "nobody"])
def test_07_what_is_no_tool_call_is_not_completed(thread: Told, item_id: str) -> None:
    thread.tell(done(user()))
    assert complete_tool_call(thread.state, item_id, 1) == []


# 8


def test_08_a_structured_input_is_replaced_at_the_beginning_of_the_reply(thread: Told) -> None:
    question = sdk.StructuredInputFreeform(id="q", question="Why?")
    thread.tell(done(sdk.StructuredInputItem(id="s", inputs=[question], **BASE)))
    assert thread.item("s").status == "pending"
    thread.end()
    question.answer = sdk.StructuredInputAnswer(values=["Because"])
    answered = sdk.StructuredInputItem(id="s", status="answered", inputs=[question], **BASE)
    assert thread.tell(replaced(answered)) == [ItemReplaced("s"), ItemDone("s")]
    assert thread.state.items["s"].item == answered


def test_08_an_item_that_was_never_seen_can_be_replaced(thread: Told) -> None:
    assert thread.tell(replaced(user())) == [ItemAdded("u", 0), ItemDone("u")]


# 9


@pytest.mark.parametrize("event", [added, done, replaced])
@pytest.mark.parametrize("kind", [sdk.HiddenContextItem, sdk.SDKHiddenContextItem])
def test_09_hidden_context_that_leaks_is_kept_and_never_shown(thread: Told, kind: Any, event: Any) -> None:
    thread.tell(done(user()))
    assert thread.tell(event(kind(id="h", content="secret", **BASE))) == []
    assert thread.state.items["h"].hidden
    assert [item.id for item in thread.state.visible_items()] == ["u"]


def test_09_a_visible_item_that_becomes_hidden_context_goes_away(thread: Told) -> None:
    thread.tell(done(user("x")))
    assert thread.tell(replaced(sdk.HiddenContextItem(id="x", content="secret", **BASE))) == [ItemRemoved("x")]
    assert thread.state.visible_items() == []


def test_09_hidden_context_does_not_count_among_the_visible_items(thread: Told) -> None:
    thread.tell(added(sdk.HiddenContextItem(id="h", content=1, **BASE)))
    assert thread.tell(done(user())) == [ItemAdded("u", 0), ItemDone("u")]


# 10


def widget_delta(component_id: str, text: str, done: Any = False) -> sdk.ThreadItemUpdatedEvent:
    return updated(sdk.WidgetStreamingTextValueDelta(component_id=component_id, delta=text, done=done), "g")


def test_10_widget_text_grows_by_component_id_and_done_ends_nothing(thread: Told) -> None:
    thread.tell(added(widget(Card(children=[Text(id="x", value="a")]))))
    changes = thread.tell(widget_delta("x", "b", done=True), widget_delta("x", "c", done=True))
    assert changes == [WidgetTextAppended("g", "x", "b", True), WidgetTextAppended("g", "x", "c", True)]
    assert thread.item("g").widget == Card(children=[Text(id="x", value="abc")])


def test_10_components_are_found_under_a_transition_and_at_the_root(thread: Told) -> None:
    root = {"type": "Basic", "id": "r", "value": "", "children": {"type": "Text", "id": "y", "value": ""}}
    thread.tell(added(widget(Card(children=[Transition(children=Markdown(id="x", value=""))]))))
    assert thread.tell(widget_delta("x", "in")) == [WidgetTextAppended("g", "x", "in", False)]
    thread.tell(updated({"type": "widget.root.updated", "widget": root}, "g"))
    thread.tell(widget_delta("r", "at root"), widget_delta("y", "one child"))
    assert thread.state.items["g"].widget == {
        **root,
        "value": "at root",
        "children": {"type": "Text", "id": "y", "value": "one child"},
    }


def test_10_a_component_is_replaced_whole_and_its_children_can_be_streamed_to(thread: Told) -> None:
    thread.tell(added(widget(Card(children=[Text(id="x", value="old"), Text(id="z", value="stays")]))))
    thread.tell(widget_delta("x", "er"))
    component = Box(id="x", children=[Text(id="y", value="n")])
    assert thread.tell(updated({"type": "widget.component.updated", "component_id": "x", "component": component}, "g"))
    thread.tell(widget_delta("y", "ew"), widget_delta("z", "!"))
    first, second = thread.widget("g")["children"]
    assert first == {"type": "Box", "id": "x", "children": [{"type": "Text", "id": "y", "value": "new"}]}
    assert second["value"] == "stays!"


def test_10_a_new_root_forgets_the_old_components(thread: Told) -> None:
    thread.tell(added(widget(Card(children=[Text(id="x", value="old")]))))
    thread.tell(widget_delta("x", "er"))
    root = Card(children=[Text(id="x", value="new")])
    assert thread.tell(updated(sdk.WidgetRootUpdated(widget=root), "g")) == [WidgetChanged("g")]
    thread.tell(widget_delta("x", "er"))
    assert thread.item("g").widget == Card(children=[Text(id="x", value="newer")])


def test_10_a_delta_for_no_component_or_for_no_text_changes_nothing(thread: Told) -> None:
    root = {"type": "Card", "children": [{"type": "Text", "id": "n", "value": 3}]}
    thread.tell(
        {"type": "thread.item.added", "item": {**widget(Card(children=[])).model_dump(mode="json"), "widget": root}}
    )
    assert thread.tell(widget_delta("nobody", "x"), widget_delta("n", "x")) == []
    assert thread.state.items["g"].widget == root


def test_10_widget_done_as_it_was_streamed_is_only_done(thread: Told) -> None:
    thread.tell(added(widget(Card(children=[Text(id="x", value="")]))), widget_delta("x", "hi", done=True))
    assert thread.tell(done(widget(Card(children=[Text(id="x", value="hi")])))) == [ItemDone("g")]
    thread.tell(added(widget(Card(children=[]), "h")))
    assert thread.tell(done(widget(Card(children=[Text(value="new")]), "h"))) == [WidgetChanged("h"), ItemDone("h")]


# 11


def thought(text: str) -> sdk.ThoughtTask:
    return sdk.ThoughtTask(content=text)


def task_added(at: int, task: Any) -> sdk.ThreadItemUpdatedEvent:
    return updated(sdk.WorkflowTaskAdded(task_index=at, task=task), "w")


def task_updated(at: int, task: Any) -> sdk.ThreadItemUpdatedEvent:
    return updated(sdk.WorkflowTaskUpdated(task_index=at, task=task), "w")


def test_11_a_task_at_the_end_is_appended_and_the_same_again_is_nothing(thread: Told) -> None:
    thread.tell(added(workflow()))
    assert thread.tell(task_added(0, thought("a")), task_added(0, thought("a"))) == [TaskAdded("w", 0)]
    assert thread.state.items["w"].item == workflow(thought("a"))


def test_11_a_task_beyond_the_end_is_put_there(thread: Told) -> None:
    thread.tell(added(workflow(thought("a"))))
    assert thread.tell(task_added(5, thought("b"))) == [TaskAdded("w", 1)]


def test_11_a_different_task_for_a_place_that_is_taken_is_inserted(thread: Told) -> None:
    thread.tell(added(workflow(thought("a"))))
    assert thread.tell(task_added(0, thought("b"))) == [TaskAdded("w", 0)]
    assert thread.state.items["w"].tasks == [thought("b"), thought("a")]


def test_11_tasks_are_replaced_and_an_equal_one_changes_nothing(thread: Told) -> None:
    thread.tell(added(workflow(thought("a"))))
    assert thread.tell(task_updated(0, thought("b")), task_updated(0, thought("b"))) == [TaskChanged("w", 0)]


def test_11_an_update_of_a_task_that_is_not_there_loses_nothing(thread: Told) -> None:
    thread.tell(added(workflow()))
    changes = thread.tell(task_updated(3, thought("a")), task_updated(-1, thought("b")))
    assert changes == [TaskAdded("w", 0), TaskAdded("w", 1)]


def test_11_item_done_is_trusted(thread: Told) -> None:
    thread.tell(added(workflow()), task_added(0, thought("a")))
    final = workflow(thought("a"))
    final.workflow.summary = sdk.DurationSummary(duration=3)
    assert thread.tell(done(final)) == [ItemReplaced("w"), ItemDone("w")]
    assert thread.state.items["w"].item == final


def test_11_a_workflow_may_be_updated_in_a_later_stream(thread: Told) -> None:
    thread.tell(added(workflow()))
    thread.end()
    assert thread.tell(task_added(0, thought("a"))) == [TaskAdded("w", 0)]
    thread.tell(done(workflow(thought("a"))))
    thread.end()
    assert thread.tell(task_added(1, thought("b"))) == [TaskAdded("w", 1)]


@pytest.mark.parametrize(
    "task",
    [
        sdk.CustomTask(title="t", icon="bolt", content="c"),
        sdk.SearchTask(queries=["q"], sources=[sdk.URLSource(title="t", url="https://example.org")]),
        sdk.ThoughtTask(content="c"),
        sdk.FileTask(sources=[sdk.FileSource(title="t", filename="f")]),
        sdk.ImageTask(title="t"),
    ],
)
def test_11_every_kind_of_task_is_kept(thread: Told, task: Any) -> None:
    thread.tell(added(workflow()), task_added(0, task), done(sdk.TaskItem(id="k", task=task, **BASE)))
    assert thread.state.items["w"].tasks == [task]
    assert thread.state.items["k"].tasks == [task]


# 12


def image_updated(url: str, progress: float | None = None) -> sdk.ThreadItemUpdatedEvent:
    image = sdk.GeneratedImage(id="img", url=url)
    return updated(sdk.GeneratedImageUpdated(image=image, progress=progress), "i")


def test_12_an_image_is_absent_at_first_then_replaced_and_may_never_be_done(thread: Told) -> None:
    thread.tell(added(sdk.GeneratedImageItem(id="i", **BASE)))
    item: Any = thread.state.items["i"]
    assert (item.image, item.progress) == (None, None)
    changes = thread.tell(image_updated("/1.png", 0.3), image_updated("/2.png", 1))
    assert changes == [ImageChanged("i", 0.3), ImageChanged("i", 1)]
    thread.end()
    assert (item.item.image.url, item.progress, item.status) == ("/2.png", 1, "streaming")


@pytest.mark.parametrize(("sent", "shown"), [("-3", 0.0), ("7", 1.0), ("null", None)])
def test_12_progress_is_kept_between_nothing_and_all(thread: Told, sent: str, shown: float | None) -> None:
    thread.tell(added(sdk.GeneratedImageItem(id="i", **BASE)))
    update = '{"type":"generated_image.updated","image":{"id":"x","url":"/x"},"progress":' + sent + "}"
    assert thread.tell('{"type":"thread.item.updated","item_id":"i","update":' + update + "}") == [
        ImageChanged("i", shown)
    ]


def test_12_an_image_may_be_done(thread: Told) -> None:
    item = sdk.GeneratedImageItem(id="i", image=sdk.GeneratedImage(id="x", url="/x.png"), **BASE)
    thread.tell(added(sdk.GeneratedImageItem(id="i", **BASE)))
    assert thread.tell(done(item)) == [ImageChanged("i", None), ItemDone("i")]


# 13


def test_13_the_latest_progress_shows_until_the_stream_ends(thread: Told) -> None:
    assert thread.tell(sdk.ProgressUpdateEvent(text="a"), sdk.ProgressUpdateEvent(text="b", icon="bolt")) == [
        ProgressChanged("a", None),
        ProgressChanged("b", "bolt"),
    ]
    assert thread.state.progress is not None
    assert thread.state.progress.text == "b"
    assert thread.end() == [ProgressChanged(None, None)]
    assert thread.state.progress is None
    assert thread.end() == []


# 14


def test_14_an_error_is_shown_with_its_message(thread: Told) -> None:
    changes = thread.tell(sdk.ErrorEvent(message="No credit left", allow_retry=True))
    assert changes == [ErrorRaised("No credit left", "custom", True)]
    assert thread.state.errors[0].message == "No credit left"


def test_14_a_bare_code_gets_a_general_sentence(thread: Told) -> None:
    (change,) = thread.tell({"type": "error", "code": "stream.error"})
    assert (change.code, change.allow_retry) == ("stream.error", False)
    assert len(change.message) > 10


def test_14_the_set_of_codes_is_open(thread: Told) -> None:
    changes = thread.tell({"type": "error", "code": "rate_limit", "message": "Slow down", "allow_retry": True})
    assert changes == [ErrorRaised("Slow down", "rate_limit", True)]


def test_14_a_thread_may_be_updated_after_an_error_and_pending_items_stay_shown(thread: Told) -> None:
    thread.tell(sdk.ThreadCreatedEvent(thread=thread_of()), added(assistant()), delta("half"))
    thread.tell(sdk.ErrorEvent(message="x"), sdk.ThreadUpdatedEvent(thread=thread_of(title="T")))
    assert thread.state.title == "T"
    assert thread.state.items["a"].text(0) == "half"


# 15


def test_15_cancelling_is_offered_while_the_stream_allows_it(thread: Told) -> None:
    options = sdk.StreamOptionsEvent(stream_options=sdk.StreamOptions(allow_cancel=True))
    assert thread.tell(options) == [OptionsChanged(True)]
    assert thread.state.allow_cancel is True
    assert thread.end() == [OptionsChanged(False)]
    assert thread.state.allow_cancel is None


def test_15_partial_items_stay_after_a_cancelled_stream(thread: Told) -> None:
    thread.tell(added(assistant()), delta("half an"), added(widget(Card(children=[]))), added(workflow(thought("a"))))
    thread.end()
    assert [item.status for item in thread.state.visible_items()] == ["streaming"] * 3
    assert thread.state.items["a"].text(0) == "half an"


# 16


def test_16_items_are_in_order_of_arrival_whatever_their_clocks_say(thread: Told) -> None:
    late, early = user("late"), user("early")
    late.created_at, early.created_at = datetime(2030, 1, 1), datetime(2001, 1, 1)
    thread.tell(done(late), done(early))
    assert [item.id for item in thread.state.visible_items()] == ["late", "early"]


def test_16_timestamps_may_have_no_offset(thread: Told) -> None:
    thread.tell(done(user()))
    assert thread.item("u").created_at.tzinfo is None


# 17


def test_17_end_of_turn_draws_nothing(thread: Told) -> None:
    assert thread.tell(done(sdk.EndOfTurnItem(id="e", **BASE))) == []
    assert thread.state.visible_items() == []
    assert not thread.state.items["e"].hidden


def test_17_the_item_of_a_synchronous_action_is_an_upsert(thread: Told) -> None:
    assert upsert_item(thread.state, widget(Card(children=[]))) == [ItemAdded("g", 0), ItemDone("g")]
    new = widget(Card(children=[Text(value="clicked")])).model_dump(mode="json", exclude_none=True)
    assert upsert_item(thread.state, new) == [ItemReplaced("g"), ItemDone("g")]
    assert thread.widget("g")["children"][0]["value"] == "clicked"


# 18


def test_18_a_second_added_loses_no_text(thread: Told) -> None:
    thread.tell(added(assistant()), delta("Hello"))
    thread.tell(added(assistant()))
    assert thread.state.items["a"].text(0) == "Hello"
    thread.tell(delta("!"))
    assert thread.state.items["a"].item == assistant("Hello!")


def test_18_a_second_added_of_another_type_is_taken_when_no_text_is_lost(thread: Told) -> None:
    thread.tell(added(workflow(item_id="x")))
    thread.tell(added(assistant(item_id="x")))
    assert thread.state.items["x"].type == "assistant_message"
    thread.tell(delta("words", item_id="x"), added(workflow(item_id="x")))
    assert thread.state.items["x"].text(0) == "words"


def test_18_an_update_for_an_unknown_id_begins_the_item(thread: Told) -> None:
    assert ItemAdded("a", 0) in thread.tell(delta("Hel"), delta("lo"))
    item: Any = thread.state.items["a"]
    assert (item.text(0), item.type, item.item) == ("Hello", "assistant_message", None)
    assert item.json["content"] == [{"type": "output_text", "text": "Hello", "annotations": []}]
    assert thread.tell(done(assistant("Hello"))) == [ItemDone("a")]
    assert item.item == assistant("Hello")


def test_18_an_item_that_is_added_after_its_first_deltas_keeps_them(thread: Told) -> None:
    thread.tell(delta("Hel"))
    thread.tell(added(assistant()), delta("lo"))
    assert thread.state.items["a"].item == assistant("Hello")


def test_18_a_widget_delta_for_an_unknown_id_begins_nothing(thread: Told) -> None:
    assert thread.tell(widget_delta("x", "y")) == []
    assert thread.state.items == {}


def test_18_updates_after_done_are_applied(thread: Told) -> None:
    thread.tell(done(assistant("Hello")))
    thread.tell(delta(" again"), delta("!"))
    assert thread.state.items["a"].text(0) == "Hello again!"


def test_18_done_a_second_time_is_only_done(thread: Told) -> None:
    thread.tell(done(assistant("Hello")))
    assert thread.tell(done(assistant("Hello"))) == [ItemDone("a")]


def test_18_a_removed_item_goes_away_and_may_come_again(thread: Told) -> None:
    thread.tell(done(user()))
    removed = sdk.ThreadItemRemovedEvent(item_id="u")
    assert thread.tell(removed) == [ItemRemoved("u")]
    assert thread.tell(removed) == []
    assert thread.tell(done(user())) == [ItemAdded("u", 0), ItemDone("u")]


def test_18_an_update_for_another_type_of_item_changes_nothing(thread: Told) -> None:
    thread.tell(done(user("a")))
    assert thread.tell(delta("x")) == []
    assert thread.state.items["a"].item == user("a")


def test_18_an_item_of_another_thread_is_shown(thread: Told) -> None:
    thread.tell(sdk.ThreadCreatedEvent(thread=thread_of()))
    item = user()
    item.thread_id = "other"
    assert thread.tell(done(item)) == [ItemAdded("u", 0), ItemDone("u")]
    assert list(thread.state.items) == ["u"]


def test_18_a_second_thread_created_moves_to_it(thread: Told) -> None:
    thread.tell(sdk.ThreadCreatedEvent(thread=thread_of()), done(user()))
    other = thread_of()
    other.id = "t2"
    assert thread.tell(sdk.ThreadCreatedEvent(thread=other)) == [ThreadChanged()]
    assert (thread.state.id, list(thread.state.items)) == ("t2", ["u"])


def test_18_the_update_of_another_thread_is_not_applied(thread: Told) -> None:
    thread.tell(sdk.ThreadCreatedEvent(thread=thread_of(title="Mine")))
    other = thread_of(title="Theirs")
    other.id = "t2"
    assert thread.tell(sdk.ThreadUpdatedEvent(thread=other)) == []
    assert (thread.state.id, thread.state.title) == ("t", "Mine")


def test_18_an_update_that_lacks_its_type_is_applied_as_the_sdk_guesses_it(thread: Told) -> None:
    thread.tell(added(assistant("w")))
    changes = thread.tell({"type": "thread.item.updated", "item_id": "a", "update": {"content_index": 0, "delta": "x"}})
    assert TextAppended("a", 0, "x") in changes
    assert thread.state.items["a"].text(0) == "wx"


# 19: see test_unknown.py


def test_19_an_unknown_event_changes_nothing(thread: Told) -> None:
    assert thread.tell({"type": "response.created", "response": {}}) == []
    assert thread.state.snapshot() == type(thread)().state.snapshot()


# 20


@pytest.mark.parametrize(
    ("status", "name", "reason"),
    [
        (sdk.ActiveStatus(), "active", None),
        (sdk.LockedStatus(reason="Paid plans only"), "locked", "Paid plans only"),
        (sdk.ClosedStatus(reason="Resolved"), "closed", "Resolved"),
        (sdk.ClosedStatus(), "closed", None),
    ],
)
def test_20_a_thread_may_be_locked_or_closed_with_a_reason(
    thread: Told, status: Any, name: str, reason: str | None
) -> None:
    thread.tell(sdk.ThreadCreatedEvent(thread=thread_of()), sdk.ThreadUpdatedEvent(thread=thread_of(status=status)))
    assert (thread.state.status, thread.state.status_reason) == (name, reason)


# The other events


def test_a_client_effect_is_requested(thread: Told) -> None:
    changes = thread.tell(sdk.ClientEffectEvent(name="confetti", data={"n": 1}))
    assert changes == [EffectRequested("confetti", {"n": 1})]


def test_a_notice_is_raised(thread: Told) -> None:
    changes = thread.tell(sdk.NoticeEvent(level="warning", message="Soon *full*", title="Quota"))
    assert changes == [NoticeRaised("warning", "Quota", "Soon *full*")]


@pytest.mark.parametrize(
    "item_type",
    sorted(
        {
            "user_message",
            "assistant_message",
            "client_tool_call",
            "widget",
            "generated_image",
            "structured_input",
            "workflow",
            "task",
        }
    ),
)
def test_every_visible_item_type_is_typed_and_current(thread: Told, item_type: str) -> None:
    items = {
        "user_message": user("x"),
        "assistant_message": assistant("text", item_id="x"),
        "client_tool_call": sdk.ClientToolCallItem(id="x", call_id="c", name="n", arguments={}, **BASE),
        "widget": widget(Card(children=[]), "x"),
        "generated_image": sdk.GeneratedImageItem(id="x", **BASE),
        "structured_input": sdk.StructuredInputItem(id="x", inputs=[], **BASE),
        "workflow": workflow(item_id="x"),
        "task": sdk.TaskItem(id="x", task=thought("a"), **BASE),
    }  # fmt: skip
    assert thread.tell(added(items[item_type])) == [ItemAdded("x", 0)]
    assert thread.tell(done(items[item_type])) == [ItemDone("x")]
    assert thread.state.items["x"].item == items[item_type]
    assert thread.state.items["x"].type == item_type


@pytest.mark.parametrize(
    "source",
    [
        sdk.URLSource(title="t", url="https://example.org", attribution="a"),
        sdk.FileSource(title="t", filename="f.pdf"),
        sdk.EntitySource(title="t", id="e", data={"k": 1}),
    ],
)
def test_every_kind_of_source_is_kept(thread: Told, source: Any) -> None:
    annotation = sdk.Annotation(source=source, index=3)
    thread.tell(
        added(assistant("text")),
        updated(
            sdk.AssistantMessageContentPartAnnotationAdded(content_index=0, annotation_index=0, annotation=annotation)
        ),
    )
    assert thread.state.items["a"].annotations(0) == [annotation]
    assert thread.item("a").content[0].annotations == [annotation]
