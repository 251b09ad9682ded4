"""What several exchanges of one session show together, as a HAR file or a recording holds them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

import pytest

from chat.checks import CATALOGUE, Level
from chat.checks.reports import explained
from chat.checks.threads import examine_all
from chat.exchanges import Exchange
from tests.checks.examples import preflight
from tests.checks.streams import (
    NOW,
    OPTIONS,
    STAMP,
    THREAD,
    answer,
    assistant_item,
    card,
    done,
    error,
    exchange,
    item,
    removed,
    replaced,
    sse,
    thread_created,
    turn,
    updated,
    user_done,
    user_item,
    widget_item,
)

Json = dict[str, Any]
Session = list[Exchange]

USER, HELLO = user_item(), assistant_item("msg_1", "Hello")
SECOND = [done(user_item("msg_user_2")), OPTIONS, *answer("Bye", "msg_2")]
BYE = [user_item("msg_user_2"), assistant_item("msg_2", "Bye")]
THREAD_JSON = {"id": THREAD, "created_at": STAMP, "status": {"type": "active"}}


def first(*middle: Any, **more: Any) -> Exchange:
    return exchange(turn(*middle), **more)


def second(**more: Any) -> Exchange:
    return exchange(sse(*SECOND), "threads.add_user_message", **more)


def retry(text: str = "Again", **more: Any) -> Exchange:
    return exchange(sse(OPTIONS, *answer(text, "msg_9")), "threads.retry_after_item", item_id="msg_user", **more)


def loaded(*items: Json, **more: Any) -> Exchange:
    page = {"data": list(items), "has_more": False}
    return exchange(json.dumps({**THREAD_JSON, "items": page}).encode(), "threads.get_by_id", **more)


def listed(*items: Json, has_more: bool = False, **params: Any) -> Exchange:
    after = items[-1]["id"] if has_more else None
    return exchange(
        json.dumps({"data": list(items), "has_more": has_more, "after": after}).encode(), "items.list", **params
    )


def deleted(**more: Any) -> Exchange:
    return exchange(b"{}", "threads.delete", **more)


def paged(then: str, *items: Json, **params: Any) -> Exchange:
    page = {"data": list(items), "has_more": True, "after": then}
    return exchange(json.dumps(page).encode(), "items.list", **params)


def threads(*ids: str, after: str | None = None, asked: str | None = None) -> Exchange:
    entries = [{**THREAD_JSON, "id": one, "items": {"data": [], "has_more": False}} for one in ids]
    page = {"data": entries, "has_more": after is not None, "after": after}
    return exchange(json.dumps(page).encode(), "threads.list", **cast(Any, {"after": asked} if asked else {}))


def gone() -> Exchange:
    return exchange(b'{"message":"No such thread."}', "threads.get_by_id", status=404, reason="Not Found")


def session(*exchanges: Exchange, apart: float = 10.0) -> Session:
    """These exchanges, one after the other."""
    for number, one in enumerate(exchanges):
        one.started_at = NOW + timedelta(seconds=number * apart)
    return list(exchanges)


def told(exchanges: Session) -> dict[str, Level]:
    found: dict[str, Level] = {}
    for one in examine_all(exchanges):
        assert not one.could_not_run
        for finding in one.findings:
            found[finding.rule_id] = finding.level
            found.update((below.rule_id, below.level) for below in finding.consequences)
    return found


def other(text: str) -> Json:
    return assistant_item("msg_1", text)


WIDGET = widget_item("wid_1", card({"type": "Text", "value": "Old"}))
NEW_WIDGET = widget_item("wid_1", card({"type": "Text", "value": "New"}))

FAULTS: dict[str, tuple[Callable[[], Session], ...]] = {
    "persistence/not-stored": (
        lambda: session(first(), loaded(USER)),
        lambda: session(first(), loaded()),
        lambda: session(first(), listed(HELLO, order="desc")),
        lambda: session(first(), second(), loaded(USER, HELLO, BYE[0])),
        lambda: session(first(done(WIDGET)), loaded(USER)),
        lambda: session(first(), gone()),
        lambda: session(first(), retry(), loaded(USER)),
        lambda: session(first(), loaded(USER), deleted(), gone()),
    ),
    "persistence/differs": (
        lambda: session(first(), loaded(USER, other("Hell"))),
        lambda: session(first(), listed(other("Hello, you"), USER)),
        lambda: session(first(), listed(other("Hello, you"), has_more=True)),
    ),
    "persistence/id-changes": (lambda: session(first(), loaded(USER, assistant_item("row_7", "Hello"))),),
    "persistence/retry-leaves-items": (
        lambda: session(first(), retry(), loaded(USER, HELLO, assistant_item("msg_9", "Again"))),
        lambda: session(first(), second(), retry(), listed(*BYE[::-1], has_more=True, limit=2)),
    ),
    "persistence/delete-leaves-thread": (
        lambda: session(first(), deleted(), loaded(USER, HELLO)),
        lambda: session(deleted(), threads("thr_2", THREAD)),
    ),
    "paging/order": (
        lambda: session(first(), loaded(HELLO, USER)),
        lambda: session(first(), listed(USER, HELLO)),
        lambda: session(first(), second(), loaded(*BYE, USER, HELLO)),
        lambda: session(first(), second(), listed(*BYE[::-1], HELLO, USER, order="asc")),
        lambda: session(listed(USER, HELLO, order="asc"), listed(USER, HELLO, order="desc")),
    ),
}

GOOD: tuple[Callable[[], Session], ...] = (
    lambda: session(first(), loaded(USER, HELLO)),
    lambda: session(first(), listed(HELLO, USER), listed(USER, HELLO, order="asc")),
    lambda: session(first(), second(), loaded(USER, HELLO, *BYE)),
    lambda: session(first(), second(), listed(*BYE[::-1], has_more=True, limit=2)),
    lambda: session(first(), second(), listed(HELLO, USER, after="msg_user_2", limit=2)),
    # a part of it is not all of it
    lambda: session(first(), listed(HELLO, has_more=True, limit=1)),
    lambda: session(first(), listed(USER, order="asc", limit=1)),
    # what a backend does not do
    lambda: session(exchange(b'{"message": "No."}', "input.transcribe", status=501, reason="Not Implemented")),
    # explained by what came in between
    lambda: session(first(), retry(), loaded(USER, assistant_item("msg_9", "Again"))),
    lambda: session(first(), exchange(sse(removed("msg_1"), OPTIONS), "threads.custom_action"), loaded(USER)),
    lambda: session(
        first(),
        exchange(sse(OPTIONS, replaced(other("Mended"))), "threads.custom_action"),
        loaded(USER, other("Mended")),
    ),
    lambda: session(
        first(done(WIDGET)),
        exchange(
            sse(OPTIONS, updated("wid_1", "widget.root.updated", widget=NEW_WIDGET["widget"])), "threads.custom_action"
        ),
        loaded(USER, NEW_WIDGET),
    ),
    lambda: session(
        first(done(WIDGET)),
        exchange(
            json.dumps({"updated_item": NEW_WIDGET}).encode(), "threads.sync_custom_action", item_id="wid_1", action={}
        ),
        loaded(USER, NEW_WIDGET),
    ),
    # asked before the stream had ended, or nobody knows how it ended
    lambda: session(first(ended_at_ns=5_000_000_000), loaded(USER), apart=1),
    lambda: session(first(outcome="cancelled"), loaded(USER)),
    lambda: session(exchange(turn(error())), loaded()),
    # a retry that failed leaves what was there
    lambda: session(
        first(),
        exchange(sse(error("The model is busy.")), "threads.retry_after_item", item_id="msg_user"),
        loaded(USER, HELLO),
    ),
    # deleted, and gone
    lambda: session(first(), loaded(USER, HELLO), deleted(), gone(), threads("thr_2")),
    lambda: session(threads(THREAD), deleted(), threads()),
    lambda: session(first(), deleted(), loaded()),
    # deleted, and gone so soon that the coarse clock of a HAR file has it before the deletion's end
    lambda: [*session(first()), *session(deleted(ended_at_ns=5_400_000), gone(), apart=0.005)],
    # hidden items and calls that nobody answered need not be there
    lambda: session(
        first(done(item("client_tool_call", "call", call_id="c", name="n", arguments={}, status="pending"))),
        second(),
        loaded(USER, *BYE),
    ),
    # another thread
    lambda: session(first(), loaded(thread_id="thr_2")),
    # times that a store writes its own way, and fields that it fills in
    lambda: session(first(), loaded(USER, {**HELLO, "created_at": "2026-11-20T10:00:00+00:00"})),
    lambda: session(
        exchange(sse(thread_created(), user_done(), OPTIONS, *answer())), loaded({**USER, "attachments": []}, HELLO)
    ),
)


@pytest.mark.parametrize(
    ("rule_id", "number"), [(rule_id, number) for rule_id, cases in FAULTS.items() for number in range(len(cases))]
)
def test_a_session_shows_the_fault_and_no_other_error(rule_id: str, number: int) -> None:
    found = told(FAULTS[rule_id][number]())
    assert found.get(rule_id) is Level.ERROR
    assert {one for one, level in found.items() if level is Level.ERROR} == {rule_id}


FIRST = (USER, HELLO)
AGAIN: dict[Level, tuple[Callable[[], Session], ...]] = {
    # a cursor that the backend gave itself
    Level.ERROR: (
        lambda: session(
            first(), paged("c1", *FIRST, order="asc", limit=2), paged("c1", *FIRST, order="asc", after="c1", limit=2)
        ),
        lambda: session(threads("thr_1", "thr_2", after="c1"), threads("thr_1", "thr_2", asked="c1")),
    ),
    # an item that a retry has thrown away
    Level.WARNING: (
        lambda: session(
            first(),
            second(),
            listed(*BYE[::-1], has_more=True, limit=2),
            retry(),
            listed(assistant_item("msg_9", "Again"), USER),
            listed(assistant_item("msg_9", "Again"), USER, after="msg_user_2", limit=2),
        ),
    ),
    # nothing that this session has seen
    Level.NOTE: (
        lambda: session(first(), listed(HELLO, USER), listed(HELLO, USER, after="nowhere", limit=2)),
        lambda: session(listed(HELLO, USER, limit=2), listed(HELLO, after="nowhere", limit=1)),
        lambda: session(threads("thr_1", "thr_2"), threads("thr_1", asked="nowhere")),
    ),
}


@pytest.mark.parametrize(("level", "number"), [(level, n) for level, cases in AGAIN.items() for n in range(len(cases))])
def test_the_first_page_after_something_is_as_bad_as_what_it_comes_after(level: Level, number: int) -> None:
    found = told(AGAIN[level][number]())
    assert found["paging/cursor"] is level
    assert [one for one in found.values() if one is not Level.NOTE] == [level] * (level is not Level.NOTE)


def test_pages_that_follow_each_other_are_no_first_page_again() -> None:
    followed: tuple[Session, ...] = (
        session(first(), second(), listed(*BYE[::-1], has_more=True, limit=2), listed(HELLO, USER, after="msg_user_2")),
        # another walk, and the other order
        session(first(), listed(HELLO, has_more=True, limit=1), listed(USER, HELLO, order="asc")),
        session(first(), loaded(USER, HELLO), listed(HELLO, order="asc", after="msg_user")),
        # the end, and another thread's pages
        session(first(), listed(HELLO, USER, limit=2), listed(after="nowhere", limit=2)),
        session(threads("thr_1", after="thr_1"), threads("thr_2", asked="thr_1")),
        # a refusal is an answer
        session(listed(USER), exchange(b'{"message": "No."}', "items.list", status=400, after="nowhere")),
    )
    for one in followed:
        assert "paging/cursor" not in told(one)


@pytest.mark.parametrize("number", range(len(GOOD)))
def test_a_good_session_has_no_fault(number: int) -> None:
    assert [one for one, level in told(GOOD[number]()).items() if level is not Level.NOTE] == []


def test_a_widget_that_goes_on_behind_the_scenes_is_a_note() -> None:
    assert told(session(first(done(WIDGET)), loaded(USER, NEW_WIDGET)))["persistence/differs"] is Level.NOTE


def test_every_rule_that_compares_has_its_faults_here() -> None:
    assert set(FAULTS) == {rule.id for rule in CATALOGUE.values() if rule.compares}


def test_what_a_refused_preflight_keeps_back_is_said_once() -> None:
    (refused, unsent) = (preflight(401)(), exchange(b"", status=None, outcome="unreachable", failure="blocked"))
    report = explained("page.har", examine_all(session(refused, unsent)))
    assert [check.id for check in report.by_status("failed")] == ["cors/preflight"]
    assert '"https://shop.example"' in report.by_status("failed")[0].fix
    assert report.by_status("could-not-run") == ()


def test_many_items_that_are_not_stored_are_one_fault() -> None:
    many = [answer(str(number), f"msg_{number}") for number in range(60)]
    examined = examine_all(session(first(*(event for one in many for event in one)), loaded(USER)))
    assert [(finding.rule_id, finding.count) for finding in examined[1].findings] == [("persistence/not-stored", 60)]


def test_a_message_that_stands_there_under_two_ids_is_likely_to_be_stored_twice() -> None:
    twice = session(first(), loaded(USER, user_item("msg_user_b"), HELLO))
    assert told(twice)["identity/stored-twice"] is Level.WARNING
    both = session(first(), loaded(USER, HELLO, assistant_item("row_7", "Hello")))
    assert told(both)["identity/stored-twice"] is Level.WARNING
    # said again, or by somebody else: an answer stands between; or nobody knows the thread from its beginning
    again = session(first(), loaded(USER, HELLO, user_item("msg_user_b"), assistant_item("msg_b", "Hello")))
    assert "identity/stored-twice" not in told(again)
    assert "identity/stored-twice" not in told(session(second(), listed(user_item("b"), *BYE[::-1], has_more=True)))


def test_white_space_at_the_ends_of_a_stored_text_is_a_note_and_can_be_seen() -> None:
    (_, stored) = examine_all(session(first(*answer("Hello \n")), loaded(USER, HELLO)))
    (finding,) = stored.findings
    assert (finding.rule_id, finding.level) == ("persistence/differs", Level.NOTE)
    assert '"Hello \\n"' in finding.got
