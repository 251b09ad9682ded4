"""Every rule has a backend that breaks it, and that is all that is wrong with it."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from chat.backend.broken import GALLERY
from chat.checks import CATALOGUE, Level, examine
from chat.checks.reports.model import Report
from chat.checks.run import Plan, check
from chat.client import Connection
from chat.exchanges import Exchange
from tests.backend.broken.conftest import User

ENTRIES = {entry.rule_id: entry for entry in GALLERY}
OF_PAGES = {rule.id for rule in CATALOGUE.values() if rule.section == "page"}
NOT_SHOWN = {"transport/no-answer", "endpoint/hosted", *OF_PAGES}
"""Rules without an entry: no ASGI application can close a connection without a byte, pages are no backends, and nobody
can play OpenAI."""
BY_HAND = {one.rule_id for one in GALLERY if one.then}
"""Entries whose fault wants somebody who clicks or answers: a check does neither."""
COMPARE = {rule.id for rule in CATALOGUE.values() if rule.compares}
SEVERAL = {"paging/cursor", "paging/limit", "cors/preflight", *COMPARE}
"""Entries whose fault one exchange alone does not show, though it may show others of the rule."""
PASSIVE = [rule.id for rule in CATALOGUE.values() if rule.kind != "active" and rule.id not in NOT_SHOWN | SEVERAL]

TIMEOUTS = {"transport/never-ends": 0.5}
"""Seconds after which a silent answer is given up."""
MOST_TURNS = {"transport/buffered": 1, "transport/never-ends": 1}
"""Where every answer takes its time."""


async def faulty(rule_id: str, visit: Any) -> Exchange:
    """The exchange in which the fault shows."""
    entry = ENTRIES[rule_id]
    user: User = visit(entry.path, headers=entry.headers, read_timeout=TIMEOUTS.get(rule_id, 10))
    if rule_id in ("transport/json-body", "schema/response", "auth/refused"):
        return await user.ask("threads.list")
    if rule_id in ("identity/stored-twice", "errors/operation-fails"):
        await user.say(entry.message)
        return await user.ask("threads.get_by_id", thread_id=user.thread_id)
    if rule_id == "uploads/descriptor":
        return await user.ask("attachments.create", name="a.txt", size=1, mime_type="text/plain")
    if rule_id in BY_HAND:
        brought = json.loads(
            (await user.say(entry.message)).body.split(b"data: ")[-2]
        )  # the last is the thread's title
        params = {"thread_id": user.thread_id, "item_id": brought["item"]["id"]}
        if rule_id == "input/answers-unanswered":
            given = {"status": "answered", "answers": {"first": {"values": ["Call Ada"], "skipped": False}}}
            return await user.ask("threads.add_structured_input", input=given, **params)
        return await user.ask("threads.custom_action", action={"type": "plan.book", "payload": {}}, **params)
    if rule_id in ("tools/output-unanswered", "tools/completed-call"):
        await user.say(entry.message)
        return await user.ask("threads.add_client_tool_output", thread_id=user.thread_id, result={})
    if rule_id == "transport/no-message":
        return await user.ask("threads.get_by_id", thread_id="thr_nobody_knows")
    return await user.say(entry.message)


def failed(report: Report) -> dict[str, Level]:
    """What is wrong, the headline first."""
    return {check.id: check.level for check in report.checks if check.status == "failed"}


def test_every_rule_is_in_the_gallery_once_and_nothing_else() -> None:
    assert sorted(entry.rule_id for entry in GALLERY) == sorted(set(CATALOGUE) - NOT_SHOWN)


@pytest.mark.parametrize("entry", GALLERY, ids=lambda entry: entry.rule_id)
def test_an_entry_says_what_is_wrong_and_what_to_say_to_it(entry: Any) -> None:
    assert entry.label[0].isupper() or entry.label[0] in "`0123456789"
    assert not entry.label.endswith(".")
    assert len(entry.label) <= 80
    assert entry.message
    assert entry.path == f"/broken/{entry.rule_id}/chatkit"


@pytest.mark.parametrize("rule_id", PASSIVE)
async def test_one_message_is_enough_for_the_fault_to_be_found_and_nothing_else_is(
    rule_id: str, visit: Callable[..., User]
) -> None:
    examined = examine(await faulty(rule_id, visit))
    assert not examined.could_not_run
    assert {finding.rule_id for finding in examined.findings} == {rule_id}


@pytest.mark.parametrize("rule_id", ENTRIES)
async def test_a_check_names_the_fault_first_and_no_other_error(rule_id: str, gallery: str) -> None:
    entry = ENTRIES[rule_id]
    report = await check(
        Plan(
            Connection(gallery + entry.path, headers=entry.headers),
            second_headers=entry.second_headers,
            message=entry.message,
            origin="https://shop.example",
            timeout=TIMEOUTS.get(rule_id, 5),
            max_turns=MOST_TURNS.get(rule_id, Plan.max_turns),
        )
    )
    found = failed(report)
    assert next(iter(found), None) == (None if rule_id in BY_HAND else rule_id)
    assert [other for other, level in found.items() if level is Level.ERROR and other != rule_id] == []


async def test_the_backend_that_they_are_made_from_has_no_fault(gallery: str, visit: Callable[..., User]) -> None:
    user = visit("/good/chatkit")
    for _ in range(2):
        assert examine(await user.say("What is on my list today?")).findings == ()
    report = await check(Plan(Connection(f"{gallery}/good/chatkit"), origin="https://shop.example"))
    assert failed(report) == {}
    assert [check.id for check in report.checks if check.status == "could-not-run"] == []
