"""The examination of an exchange while it streams, and of several in a row."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Never

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat.checks import CATALOGUE, Examination, Finding, Level, ThreadHistory, examine, examine_thread
from chat.checks.documents import problems_of_document
from chat.checks.examination import EVIDENCE_KEPT
from chat.checks.examined import examine_beside
from chat.checks.reports.making import explained
from chat.checks.rules import END, ITEM_EVENTS, rule
from chat.exchanges import Chunk, Exchange, read_events
from chat.protocol import EventDecoder
from chat.protocol.lenient_json import MOST_VALUES
from chat.protocol.long_lists import LONG_LIST
from tests.checks.streams import (
    OPTIONS,
    SECOND,
    THREAD,
    added,
    answer,
    assistant_item,
    card,
    data,
    delta,
    done,
    error,
    exchange,
    item,
    later_turn,
    pasted,
    removed,
    sse,
    thread_created,
    turn,
    updated,
    user_done,
    user_item,
    widget_item,
)
from tests.work import others_beside

WORKFLOW = item("workflow", "wf_1", workflow={"type": "custom", "tasks": []})


def ids(findings: Sequence[Finding]) -> list[str]:
    return [finding.rule_id for finding in findings]


def add_message(body: Any, **more: Any) -> Exchange:
    return exchange(body, "threads.add_user_message", **more)


def test_five_hundred_unknown_events_are_one_finding_with_a_count() -> None:
    tokens = [{"type": "token", "text": f"{number} "} for number in range(500)]
    (finding,) = examine(exchange(sse(*tokens))).findings
    assert finding.rule_id == "vocabulary/ad-hoc"
    assert finding.count == 500
    assert finding.got == "token (×500)"
    assert len(finding.evidence) == EVIDENCE_KEPT
    assert [evidence.event for evidence in finding.evidence[:3]] == [0, 1, 2]


def test_what_follows_from_a_foreign_language_is_folded_under_it() -> None:
    (finding,) = examine(exchange(sse({"type": "response.output_text.delta", "delta": "Hi"}))).findings
    assert finding.rule_id == "vocabulary/responses-api"
    assert set(ids(finding.consequences)) == {
        "lifecycle/no-thread-created",
        "lifecycle/user-message-missing",
        "lifecycle/no-response",
    }


def test_what_follows_from_lines_of_json_is_folded_under_them() -> None:
    body = json.dumps(thread_created()).encode() + b"\n" + json.dumps(user_done()).encode() + b"\n"
    (finding,) = examine(exchange(body, content_type="application/x-ndjson")).findings
    assert finding.rule_id == "transport/ndjson"
    assert set(ids(finding.consequences)) == {"transport/retried", "transport/empty-stream"}


def test_a_fault_that_does_not_follow_from_another_keeps_its_headline() -> None:
    notice = {"type": "notice", "level": "loud", "message": "Hm"}
    findings = examine(exchange(turn(notice, added(assistant_item()), delta("Hello")))).findings
    assert ids(findings) == ["schema/invalid", "lifecycle/never-done"]


def test_errors_come_before_warnings_and_these_before_notes() -> None:
    findings = examine(exchange(sse(thread_created(created_at="2026-11-20T10:00:00"), user_done(), OPTIONS))).findings
    assert [finding.level for finding in findings] == [Level.WARNING, Level.NOTE]


def test_evidence_names_event_bytes_milliseconds_item_and_exchange() -> None:
    body = turn(*answer(), delta("more"))
    made = add_message(later_turn(*answer(), delta("more")))
    made.chunks = [Chunk(2_500_000, made.body)]
    (finding,) = examine(made).findings
    (evidence,) = finding.evidence
    assert (evidence.event, evidence.ms, evidence.item_id, evidence.exchange_id) == (8, 2.5, "msg_1", made.id)
    assert made.body[evidence.start : evidence.end].startswith(b"data: ")
    assert "more" in evidence.excerpt
    assert b"more" in body


@pytest.mark.parametrize(
    ("message", "level"),
    [
        ("Traceback (most recent call last):\n  File …\nKeyError: 'a'", Level.WARNING),
        ("openai.RateLimitError: Error code: 429", Level.WARNING),
        ("Internal Server Error", Level.WARNING),
        ("Error: the search is closed on Sundays.", Level.NOTE),
        ("The search does not answer.", Level.NOTE),
    ],
)
def test_an_exception_is_nothing_that_somebody_wrote_for_a_user(message: str, level: Level) -> None:
    (finding,) = examine(exchange(turn(*answer()[:3], error(message)))).findings
    assert (finding.rule_id, finding.level) == ("lifecycle/ended-in-error", level)


def test_a_workflow_that_a_later_exchange_completes_is_not_left_open() -> None:
    begun, second = exchange(turn(added(WORKFLOW), *answer())), done(user_item("msg_2nd"))
    completed = add_message(sse(second, OPTIONS, done(WORKFLOW), *answer("Bye", "msg_2")), thread_id=THREAD)
    assert ids(examine(begun).findings) == ["lifecycle/never-done"]
    assert [ids(one.findings) for one in examine_thread([begun, completed])] == [[], []]
    other = add_message(sse(second, OPTIONS, *answer("Bye", "msg_2")), thread_id=THREAD)
    assert [ids(one.findings) for one in examine_thread([begun, other])] == [["lifecycle/never-done"], []]


def test_a_fix_names_the_fields_and_values_of_the_case() -> None:
    broken = {"type": "thread.created", "thread": {"id": "thr_7"}}
    (finding,) = examine(exchange(sse(broken, user_done(), OPTIONS, *answer()), thread_id="thr_7")).findings[:1]
    fixed = json.loads(finding.fix.split("\n")[0].removeprefix("data: "))
    assert fixed["thread"]["id"] == "thr_7"
    assert fixed["thread"]["items"] == {"data": [], "has_more": False}
    assert "created_at" in fixed["thread"]


def test_content_of_another_interface_is_repaired_in_the_fix() -> None:
    wrong = done({**assistant_item(), "content": [{"type": "text", "text": {"value": "Hello"}}]})
    (finding,) = examine(exchange(turn(wrong))).findings
    content = json.loads(finding.fix.split("\n")[0].removeprefix("data: "))["item"]["content"]
    assert content == [{"annotations": [], "text": "Hello", "type": "output_text"}]


def test_findings_appear_while_the_stream_runs() -> None:
    made = exchange(b"", outcome="pending")
    examination, decoder = Examination(made), EventDecoder()
    seen = []
    for event in (thread_created(), user_done(), {"type": "token", "text": "Hi"}, {"type": "token", "text": "!"}):
        for decoded in decoder.feed(sse(event), 1_000_000):
            examination.feed([decoded])
        seen.append([(finding.rule_id, finding.count) for finding in examination.findings()])
    assert seen == [[], [], [("vocabulary/ad-hoc", 1)], [("vocabulary/ad-hoc", 2)]]


def test_the_revision_says_when_findings_have_changed() -> None:
    examination = Examination(exchange(b"", outcome="pending"))
    before = examination.revision
    for decoded in EventDecoder().feed(sse({"type": "token"}), 0):
        examination.feed([decoded])
    assert examination.revision > before


def test_silence_after_the_last_item_is_found_while_the_stream_is_open() -> None:
    made = exchange(turn(), outcome="pending")
    made.ended_at_ns = None
    examination = Examination(made)
    for event in read_events(made):
        examination.feed([event])
    examination.idle()
    assert ids(examination.findings()) == []
    made._clock_zero -= 11 * SECOND
    for _ in range(60):  # however long it lasts
        examination.idle()
        assert ids(examination.findings()) == ["transport/never-ends"]
    assert examination.findings()[0].count == 1
    made.end("complete")
    assert ids(examination.finish()) == []


def test_an_id_of_an_earlier_turn_that_comes_again_is_found() -> None:
    first, second = exchange(turn()), add_message(sse(done(user_item("msg_user_2")), OPTIONS, *answer("Bye", "msg_1")))
    examined = examine_thread([first, second])
    assert examined[0].findings == ()
    assert ids(examined[1].findings) == ["identity/reused-id"]
    assert "earlier turn" in examined[1].findings[0].got


@pytest.mark.parametrize("odd", [[], {}, 7])
def test_a_request_with_an_id_that_is_none_is_examined_too(odd: Any) -> None:
    names = ("threads.retry_after_item", "threads.custom_action", "items.feedback", "threads.get_by_id", "items.list")
    asked = [exchange(sse(OPTIONS, *answer()), name, item_id=odd, thread_id=odd) for name in names]
    assert len(examine_thread([exchange(turn()), *asked])) == 6


def test_a_retry_makes_room_for_what_comes_after_it() -> None:
    second = exchange(sse(OPTIONS, *answer()), "threads.retry_after_item", item_id="msg_user")
    assert [ids(examined.findings) for examined in examine_thread([exchange(turn()), second])] == [[], []]


def test_updates_for_an_item_of_an_earlier_turn_are_no_fault() -> None:
    widget = widget_item("wid_1", card())
    later = exchange(
        sse(OPTIONS, updated("wid_1", "widget.root.updated", widget=card()), removed("msg_user")),
        "threads.custom_action",
        action={"type": "go"},
    )
    assert [ids(one.findings) for one in examine_thread([exchange(turn(done(widget))), later])] == [[], []]


def test_where_the_thread_is_known_from_its_beginning_an_unknown_id_is_a_fault() -> None:
    later = exchange(sse(OPTIONS, removed("msg_9")), "threads.custom_action", action={"type": "go"})
    assert ids(examine(later).findings) == []
    examined = examine_thread([exchange(turn()), exchange(later.body, "threads.custom_action")])
    assert ids(examined[1].findings) == ["lifecycle/unknown-item"]


def test_a_loaded_thread_is_history_too() -> None:
    page = json.dumps(
        {**thread_created()["thread"], "items": {"data": [user_item("msg_9")], "has_more": False}}
    ).encode()
    later = exchange(sse(OPTIONS, removed("msg_9"), removed("msg_8")), "threads.custom_action")
    _, examined = examine_thread([exchange(page, "threads.get_by_id"), later])
    assert [evidence.item_id for finding in examined.findings for evidence in finding.evidence] == ["msg_8"]


def test_pages_of_a_thread_have_their_order_whichever_was_asked_for_first() -> None:
    def listed(*names: Any, operation: str = "items.list", more: Any = True, **params: Any) -> Exchange:
        page = {"data": [user_item(name) for name in names], "has_more": more, "after": "x"}
        body = {**thread_created()["thread"], "items": page} if operation == "threads.get_by_id" else page
        return exchange(json.dumps(body).encode(), operation, **params)

    history = ThreadHistory()
    for page in (
        listed("a", "b", operation="threads.get_by_id"),
        listed("z", "y", order="desc", limit=2),
        listed("c", "d", order="asc", after="b"),
        listed("x", order="desc", limit=1, after="y"),
        listed("e", "x", "y", "z", more=False, order="asc", after="d"),
    ):
        examination = Examination(page, history)
        assert examination.finish() == ()
        history = examination.history
    assert "".join(history.items) == "abcdexyz"
    assert history.complete


def test_a_rule_that_fails_is_reported_and_takes_nothing_with_it() -> None:
    @rule("x/y", level=Level.ERROR, on=(*ITEM_EVENTS, END), title="T", expected="e", why="w", fix="f", widget="w")
    def broken(case: Any, event: Any = None) -> Never:
        raise ValueError("no")

    table = {"thread.item.done": (broken,), END: (replace(broken, id="x/z"), CATALOGUE["lifecycle/no-response"])}
    made = exchange(sse(thread_created(), user_done(), OPTIONS))
    examination = Examination(made, table=table)
    for event in read_events(made):
        examination.feed([event])
    assert ids(examination.finish()) == ["lifecycle/no-response"]
    assert examination.could_not_run == dict.fromkeys(("x/y", "x/z"), "the rule itself failed: ValueError: no")


def test_an_answer_that_is_larger_than_what_is_read_is_not_judged_and_nobody_is_blamed() -> None:
    body = b'{"data":[' + b"[]," * MOST_VALUES + b"1]}"
    listed = exchange(body, "threads.list")
    examined = examine(listed)
    assert ids(examined.findings) == []
    assert examined.could_not_run["schema/response"].startswith("the workbench reads documents of at most")
    assert (examined.view.certainty, "at most 100,000 values" in examined.view.behaviour) == ("unknown", True)
    report = explained("list", [examined])
    (check,) = [one for one in report.checks if one.id == "schema/response"]
    assert check.status == "could-not-run"
    assert check.got.startswith("The workbench reads documents of at most")


def test_an_event_that_is_larger_than_what_is_read_is_not_judged_and_nobody_is_blamed() -> None:
    progress = b'data: {"type":"progress_update","text":[' + b"[]," * MOST_VALUES + b"1]}\n\n"
    made = exchange(sse(thread_created(), user_done()) + progress + sse(OPTIONS, *answer()))
    examined = examine(made)
    assert ids(examined.findings) == []
    assert examined.could_not_run == {
        "schema/invalid": f"the workbench reads events of at most 100,000 values: event 2 has {len(progress):,} bytes"
    }


async def test_an_examination_beside_others_says_the_same_and_lets_them_have_their_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("chat.steps._SLICE", 0.0)
    body = turn(*(delta("x") for _ in range(200)))
    made = exchange([(at, body[at : at + 100]) for at in range(0, len(body), 100)])
    with others_beside() as turns:
        examined = await examine_beside(made)
    assert examined.findings == examine(made).findings
    assert turns.count >= made.size / 2**14, "16 kB, or a hundred events, are a step"


def test_sightings_at_the_end_come_one_in_each_step() -> None:
    examination = Examination(exchange(b": ping\n\n" * 300))
    assert sum(1 for _ in examination.finishing()) > 300
    (pings,) = (one for one in examination.findings() if one.rule_id == "framing/comment-ping")
    assert pings.count == 300


def test_of_a_flood_of_comments_the_first_megabyte_is_searched() -> None:
    quiet = b": " + b"x" * 600_000 + b"\n\n"
    examined = examine(exchange(quiet * 3))
    assert [one.count for one in examined.findings if one.rule_id == "framing/comment-ping"] == [1]


def test_a_document_is_compared_with_its_type_once_and_in_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str] = []
    found = problems_of_document

    def counted(operation: str, document: Any) -> Any:
        compared.append(operation)
        return found(operation, document)

    monkeypatch.setattr("chat.checks.case.problems_of_document", counted)
    monkeypatch.setattr("chat.checks.eye.document_problems", counted)
    listed = exchange(b'{"data":[' + b"1," * (5 * LONG_LIST) + b'1],"has_more":false}', "items.list")
    examination = Examination(listed)
    assert sum(1 for _ in examination.finishing()) > 5
    assert [one.rule_id for one in examination.findings()] == ["schema/invalid"]
    examined = examine(listed)
    assert "trips over what is wrong" in examined.view.behaviour
    assert compared == ["items.list", "items.list"]


def test_findings_are_plain_data() -> None:
    (finding,) = examine(pasted(sse({"type": "token"}))).findings
    assert json.loads(json.dumps(finding.as_json()))["evidence"][0]["event"] == 0


def test_many_different_faults_of_one_rule_stay_few_findings() -> None:
    body = later_turn(*(delta("x", f"msg_{number}") for number in range(2_000)), *answer())
    findings = examine(add_message(body)).findings
    assert len(findings) <= 26
    assert sum(finding.count for finding in findings) == 2_000


IDS = st.sampled_from(["msg_1", "msg_2", "wid_1", "__fake_id__"])
TEXTS = st.text(max_size=4)
EVENTS = st.one_of(
    st.builds(thread_created, st.sampled_from(["thr_1", "thr_2"])),
    st.builds(lambda id, text: added(assistant_item(id, text)), IDS, TEXTS),
    st.builds(lambda id, text: done(assistant_item(id, text)), IDS, TEXTS),
    st.builds(lambda id, text: done(user_item(id, text)), IDS, TEXTS),
    st.builds(delta, TEXTS, IDS, st.integers(-3, 3)),
    st.builds(removed, IDS),
    st.builds(lambda id, text: added(widget_item(id, card({"type": "Text", "id": "t", "value": text}))), IDS, TEXTS),
    st.builds(lambda id, text: done(widget_item(id, card({"type": "Text", "id": "t", "value": text}))), IDS, TEXTS),
    st.builds(
        lambda id, text: updated(id, "widget.streaming_text.value_delta", component_id="t", delta=text, done=True),
        IDS,
        TEXTS,
    ),
    st.builds(
        lambda id, text: updated(
            id, "widget.component.updated", component_id="t", component={"type": "Text", "id": "t", "value": text}
        ),
        IDS,
        TEXTS,
    ),
    st.just(OPTIONS),
    st.just({"type": "error", "message": "no"}),
    st.dictionaries(
        st.sampled_from(["type", "item", "object", "choices", "role", "text"]), st.none() | st.integers() | TEXTS
    ),
    st.builds(lambda text: data(text.replace("\n", " ").replace("\r", " ")), TEXTS),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(EVENTS, max_size=20), st.sampled_from(["", "threads.create", "threads.add_user_message", "items.list"]))
def test_no_stream_makes_a_rule_fail(events: Any, operation: str) -> None:
    made = exchange(sse(*events), operation) if operation else pasted(sse(*events))
    examined = examine(made)
    assert examined.could_not_run == {}
    assert examined.view.behaviour
    if examined.translation is not None:
        assert examined.translation.python
        assert all(event.valid for event in read_events(pasted(examined.translation.sse)))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(["", "threads.create", "items.list", "threads.get_by_id"]))
def test_no_bytes_make_a_rule_fail(body: bytes, operation: str) -> None:
    examined = examine(exchange(body, operation) if operation else pasted(body))
    assert examined.could_not_run == {}


def test_history_is_carried_by_the_examination() -> None:
    examination = Examination(exchange(turn()), ThreadHistory(thread_id="another"))
    for event in read_events(exchange(turn())):
        examination.feed([event])
    examination.finish()
    assert examination.history.thread_id == "thr_1"
    assert set(examination.history.items) == {"msg_user", "msg_1"}
    assert examination.history.complete
