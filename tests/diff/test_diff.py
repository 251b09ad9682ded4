"""Each kind of difference is found, and what every run makes anew is none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from chat.diff import Change, Diff, Options, diff
from chat.diff.values import ABSENT
from chat.errors import UnusableInput
from chat.exchanges.host_events import HostEvent
from chat.exchanges.recording import Recording
from tests.checks.streams import (
    OPTIONS,
    Json,
    added,
    answer,
    assistant_item,
    card,
    delta,
    done,
    error,
    part_done,
    thread_created,
    thread_updated,
    tool_call,
    updated,
    user_done,
    user_item,
    widget_item,
)
from tests.diff.recordings import compared, exchange, recording, with_ids

TURN = [thread_created(), user_done(), OPTIONS, *answer("You have three tasks today.")]
BUTTON = {"type": "Button", "onClickAction": {"type": "open", "payload": {"item": "msg_1"}}}


def only(found: Diff) -> Change:
    """The one change of the one exchange."""
    (change,) = found.exchanges[0].changes
    return change


def spoken(*pieces: str) -> list[Json]:
    text = "".join(pieces)
    return [
        thread_created(),
        user_done(),
        added(assistant_item()),
        *map(delta, pieces),
        part_done(text),
        done(assistant_item("msg_1", text)),
    ]


def test_a_recording_is_like_itself() -> None:
    assert compared(TURN, TURN).alike


def test_other_ids_and_times_are_no_difference() -> None:
    widget = [*TURN, done(widget_item("wid_1", card(BUTTON))), done(tool_call())]
    assert compared(widget, with_ids(widget, "9")).alike


def test_an_id_that_stands_in_the_wrong_place_is_one() -> None:
    other = {"type": "Button", "onClickAction": {"type": "open", "payload": {"item": "msg_user"}}}
    change = only(
        compared([*TURN, done(widget_item("wid_1", card(BUTTON)))], [*TURN, done(widget_item("wid_1", card(other)))])
    )
    assert (change.old, change.new) == ("item#2", "item#1")
    assert change.path == "$.item.widget.children[0].onClickAction.payload.item"


def test_random_ids_of_the_backends_own_have_one_counterpart_each() -> None:
    first, second = "3f2504e0-4f89-41d3-9a0c-0305e82c3301", "9b2504e0-4f89-41d3-9a0c-0305e82c3302"

    def order(*ids: str) -> list[Json]:
        return [*TURN, done(widget_item("wid_1", card(*({"type": "Text", "value": f"Order {id}"} for id in ids))))]

    assert compared(order(first, first), order(second, second)).alike
    assert not compared(order(first, first), order(second, first)).alike


def test_a_time_that_lost_its_zone_is_a_difference() -> None:
    naive = thread_created()
    naive["thread"] = {**naive["thread"], "created_at": "2026-11-20T10:00:00"}
    change = only(compared([thread_created()], [naive]))
    assert (change.path, change.new) == ("$.thread.created_at", "(a time without zone)")


def test_text_in_other_pieces_is_no_difference_unless_pieces_count() -> None:
    old, new = spoken("You have ", "three tasks."), spoken("You ", "", "have three", " tasks.")
    assert compared(old, new).alike
    assert not compared(old, new, deltas=True).alike


def test_text_that_is_not_streamed_any_more_is_a_difference() -> None:
    change = only(
        compared(
            spoken("You have ", "three."), [one for one in spoken("You have ", "three.") if "delta" not in str(one)]
        )
    )
    assert (change.kind, change.where) == (
        "gone",
        "assistant_message.content_part.text_delta of item#2 (assistant_message)",
    )


def test_another_text_is_said_once_with_every_place_of_it() -> None:
    found = compared(spoken("You have three."), spoken("You have four."))
    change = only(found)
    assert (change.old, change.new) == ("You have three.", "You have four.")
    assert [place.rpartition(", ")[2] for place in change.also] == ["$.update.content.text", "$.item.content[0].text"]
    assert [(one.where, one.path) for one in found.state] == [("item#2 (assistant_message)", "$.item.content[0].text")]


def test_events_that_are_added_gone_and_moved_are_called_so() -> None:
    progress = {"type": "progress_update", "text": "Searching"}
    assert [(one.kind, one.new_event) for one in compared(TURN, [*TURN, progress]).exchanges[0].changes] == [
        ("added", len(TURN))
    ]
    assert [(one.kind, one.old_event) for one in compared([*TURN, progress], TURN).exchanges[0].changes] == [
        ("gone", len(TURN))
    ]
    assert [one.kind for one in compared([*TURN, progress], [progress, *TURN]).exchanges[0].changes] == ["moved"]


def test_an_item_that_comes_in_between_does_not_make_all_that_follow_different() -> None:
    more = [*TURN[:3], done(widget_item("wid_9", card())), *TURN[3:]]
    found = compared(TURN, more)
    assert [(one.kind, one.where) for one in found.exchanges[0].changes] == [
        ("added", "thread.item.done of item#2 (widget)")
    ]
    assert [(one.kind, one.where) for one in found.state] == [("added", "item#2 (widget)")]


def test_a_null_and_a_missing_field_are_the_same() -> None:
    assert compared([thread_created(title=None)], [thread_created()]).alike


def test_true_is_not_one() -> None:
    old, new = ([{"type": "client_effect", "name": "x", "data": {"a": value}}] for value in (True, 1))
    assert only(compared(old, new)).path == "$.data.a"


def test_a_child_that_is_put_in_front_is_one_change() -> None:
    row, other = {"type": "Row", "children": []}, {"type": "Text", "value": "New"}
    old = [*TURN, done(widget_item("wid_1", card(row, row)))]
    new = [*TURN, done(widget_item("wid_1", card(other, row, row)))]
    change = only(compared(old, new))
    assert (change.kind, change.path, change.old) == ("changed", "$.item.widget.children[0]", ABSENT)


def test_what_is_no_event_is_compared_as_text() -> None:
    change = only(compared([*TURN, "data: [DONE]\n\n"], [*TURN, "data: [END]\n\n"]))  # type: ignore[list-item]
    assert (change.old, change.new) == ("[DONE]", "[END]")


def test_status_content_type_and_end_of_an_answer_count() -> None:
    old, new = exchange(*TURN), exchange(*TURN, status=500)
    assert [(one.where, one.path) for one in diff(recording(old), recording(new)).exchanges[0].changes] == [
        ("answer", "$.status")
    ]
    broken = exchange(*TURN)
    broken.outcome = "truncated"
    assert ("answer", "$.outcome") in {
        (one.where, one.path) for one in diff(recording(old), recording(broken)).exchanges[0].changes
    }


def test_what_was_asked_is_compared_and_can_be_left_out() -> None:
    old, new = (
        exchange(*TURN, params={"input": {"content": [{"type": "input_text", "text": text}]}}) for text in ("a", "b")
    )
    assert only(diff(recording(old), recording(new))).where == "request"
    assert diff(recording(old), recording(new), Options(ignore=frozenset(("requests",)))).alike


def test_exchanges_are_counterparts_by_operation_and_ordinal() -> None:
    listed = exchange(operation="threads.list", document={"data": [], "has_more": False})
    found = diff(recording(exchange(*TURN), listed), recording(listed, exchange(*TURN), listed))
    assert [(one.title, one.old, one.new) for one in found.exchanges] == [
        ("threads.list 1", 2, 1),
        ("threads.create", 1, 2),
        ("threads.list 2", None, 3),
    ]
    assert found.reordered == ("threads.create came as exchange 2, and was exchange 1.",)


def test_documents_are_compared_path_by_path() -> None:
    old, new = (
        exchange(operation="items.list", params={"thread_id": "thr_1"}, document={"data": items, "has_more": False})
        for items in ([user_item("msg_1")], [user_item("msg_2"), assistant_item("msg_3", "Hi")])
    )
    change = only(diff(recording(old), recording(new)))
    assert (change.kind, change.path, change.old) == ("changed", "$.data[1]", ABSENT)


def test_two_backends_at_two_addresses_are_alike() -> None:
    def at(port: int) -> Recording:
        base = f"http://127.0.0.1:{port}"
        return recording(
            exchange(
                *TURN,
                done(widget_item("wid_1", card({"type": "Image", "src": f"{base}/a.png"}))),
                url=f"{base}/chatkit",
            )
        )

    assert diff(at(8000), at(9000)).alike


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (10, 12, []),
        (1, 20, []),
        (100, 150, []),
        (20, 60, ["whole answer"]),
        (60, 20, ["whole answer"]),
        (150, 400, ["first event", "whole answer"]),
    ],
)
def test_times_count_beyond_a_hundred_milliseconds_and_a_factor_of_two(old: float, new: float, what: list[str]) -> None:
    events = [thread_created(), user_done(), OPTIONS, thread_updated(title="x")]
    found = diff(recording(exchange(*events, every_ms=old)), recording(exchange(*events, every_ms=new)))
    assert [timing.what for timing in found.exchanges[0].timings] == what
    assert found.alike is not bool(what)
    assert diff(
        recording(exchange(*events, every_ms=old)),
        recording(exchange(*events, every_ms=new)),
        Options(ignore=frozenset(("timings",))),
    ).alike


def test_what_has_no_times_is_never_slower() -> None:
    pasted = exchange(*TURN, every_ms=0)
    assert diff(recording(pasted), recording(exchange(*TURN, every_ms=5_000))).alike


def test_findings_are_new_and_gone_by_rule() -> None:
    found = compared(TURN, [*TURN, error(), error()])
    assert "lifecycle/events-after-error" in {one.rule_id for one in found.new_findings}
    assert "lifecycle/events-after-error" in {
        one.rule_id for one in compared([*TURN, error(), error()], TURN).gone_findings
    }


def test_the_state_at_the_end_is_that_of_all_exchanges() -> None:
    ask = {"thread_id": "thr_1", "item_id": "msg_user"}
    retried = exchange(*answer("Again", "msg_2"), operation="threads.retry_after_item", params=ask)
    assert not diff(recording(exchange(*TURN), retried), recording(exchange(*TURN))).alike
    kept = exchange(operation="threads.get_by_id", params={"thread_id": "thr_1"}, document={})
    found = diff(recording(exchange(*TURN), retried, kept), recording(exchange(*TURN), retried, kept))
    assert found.alike


def test_a_deleted_thread_is_no_state() -> None:
    deleted = exchange(operation="threads.delete", params={"thread_id": "thr_1"}, document={})
    found = diff(recording(exchange(*TURN)), recording(exchange(*TURN), deleted))
    assert [(one.kind, one.where) for one in found.state] == [("gone", "thread#1")]


def test_host_events_are_compared() -> None:
    now = datetime.now(UTC)
    old = Recording([exchange(*TURN)], [HostEvent(now, "chatkit.response.start", None)])
    new = Recording(
        [exchange(*TURN)], [HostEvent(now, "chatkit.response.start", None), HostEvent(now, "chatkit.error", {})]
    )
    assert [(one.kind, one.where) for one in diff(old, new).host] == [("added", "chatkit.error")]
    logged = Recording([exchange(*TURN)], [*old.host_events, HostEvent(now, "chatkit.log", {"name": "click"})])
    assert diff(old, logged).alike
    assert "chatkit.log" in diff(old, logged).left_out[0]


def test_by_shape_an_agent_may_choose_its_words() -> None:
    old = [
        *spoken("You have three tasks."),
        done(widget_item("wid_1", card({"type": "Text", "value": "1"}, {"type": "Text", "value": "2"}))),
    ]
    new = [*spoken("Three tasks ", "await you!"), done(widget_item("wid_1", card({"type": "Text", "value": "one"})))]
    assert not compared(old, new).alike
    assert compared(old, new, shape=True).alike
    assert compared(old, new, shape=True).left_out


def test_by_shape_another_type_order_or_tool_is_a_difference() -> None:
    other = done({**tool_call(), "name": "delete_everything"})
    assert not compared([*TURN, done(tool_call())], [*TURN, other], shape=True).alike
    assert not compared(TURN, [*TURN, done(widget_item("wid_1", card()))], shape=True).alike
    table = done(widget_item("wid_1", {"type": "ListView", "children": []}))
    assert not compared([*TURN, done(widget_item("wid_1", card()))], [*TURN, table], shape=True).alike


def test_by_shape_the_number_of_equal_steps_does_not_count() -> None:
    def worked(*titles: str) -> list[Json]:
        tasks = [
            updated("wf_1", "workflow.task.added", task_index=place, task={"type": "custom", "title": title})
            for place, title in enumerate(titles)
        ]
        start = {"type": "workflow", "id": "wf_1", "thread_id": "thr_1", "created_at": "2026-11-20T10:00:00Z"}
        whole = {
            **start,
            "workflow": {"type": "custom", "tasks": [{"type": "custom", "title": title} for title in titles]},
        }
        return [*TURN, added({**start, "workflow": {"type": "custom", "tasks": []}}), *tasks, done(whole)]

    assert compared(worked("a", "b"), worked("c", "d", "e"), shape=True).alike


def test_wording_can_be_left_out_alone() -> None:
    old, new = spoken("You have three tasks."), spoken("Three tasks ", "await you!")
    assert compared(old, new, ignore=["text"]).alike
    assert not compared(old, [*new, OPTIONS], ignore=["text"]).alike


def test_paths_can_be_left_out() -> None:
    old, new = ([thread_created(metadata={"run": run, "kept": 1})] for run in (1, 2))
    assert not compared(old, new).alike
    assert compared(old, new, ignore=["$.thread.metadata"]).alike
    assert compared(old, new, ignore=["$.*.run"]).alike
    assert not compared(old, new, ignore=["$.thread.meta"]).alike


def test_what_cannot_be_left_out_is_refused_with_what_can() -> None:
    with pytest.raises(UnusableInput, match="'colour' cannot be ignored") as refused:
        Options(ignore=frozenset(("colour",)))
    assert "timings" in refused.value.expected


def test_what_is_nested_beyond_reason_is_compared_all_the_same() -> None:
    deep: list[object] = []
    for _ in range(700):
        deep = [deep]
    old, new = (exchange(operation="items.list", document={"data": [deep, tail]}) for tail in (1, 2))
    assert not diff(recording(old), recording(new)).alike
    assert diff(recording(old), recording(old)).alike


def thought(*contents: str, status: str = "loading") -> list[Json]:
    """A task of a workflow whose text grows by being sent again and again."""
    start = {"type": "workflow", "id": "wf_1", "thread_id": "thr_1", "created_at": "2026-11-20T10:00:00Z"}
    tasks = [{"type": "thought", "content": content, "status_indicator": status} for content in contents]
    return [
        *TURN,
        added({**start, "workflow": {"type": "reasoning", "tasks": tasks[:1]}}),
        *(updated("wf_1", "workflow.task.updated", task_index=0, task=task) for task in tasks),
        done({**start, "workflow": {"type": "reasoning", "tasks": tasks[-1:]}}),
    ]


def test_a_thought_in_other_pieces_is_no_difference_unless_pieces_count() -> None:
    old, new = thought("", "I look", "I look up"), thought("", "I ", "I l", "I look up")
    assert compared(old, new).alike
    assert not compared(old, new, deltas=True).alike
    assert not compared(old, thought("", "I look", "I look down")).alike


def test_a_step_of_a_task_that_is_left_out_is_a_difference() -> None:
    loading, complete = thought("a"), thought("a", status="complete")
    both = [*loading[:-1], complete[-2], complete[-1]]
    once = [*loading[:-2], complete[-2], complete[-1]]
    assert [one.kind for one in compared(both, once).exchanges[0].changes] == ["gone"]
