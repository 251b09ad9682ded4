"""Every rule that needs requests of its own: named, alone, where it is broken, and silent where it is kept."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any, Never

import pytest

from chat.checks import CATALOGUE, Level
from chat.checks.probes import PROBES
from chat.checks.reports import Report
from chat.checks.run import Plan, check
from chat.client import Connection
from tests.checks.probes.broken import ADA, BOB, BROKEN, ORIGIN, Broken, CannotRead, WantsToken, WithCors, bearer
from tests.checks.probes.tiny import Json, No, Tiny, served

ACTIVE = {rule.id for rule in CATALOGUE.values() if rule.kind != "passive"}


def failing(report: Report) -> set[str]:
    return {check.id for check in report.by_status("failed")}


async def checked(backend: Tiny, headers: tuple[tuple[str, str], ...] = (), **plan: object) -> Report:
    async with served(backend) as url:
        return await check(Plan(Connection(url, headers), timeout=5, **plan))  # type: ignore[arg-type]


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: f"{broken.rule_id}-{broken.backend.__name__}")
async def test_a_broken_rule_is_the_headline_and_no_other_error(broken: Broken) -> None:
    report = await checked(broken.backend(), broken.headers, **broken.plan)
    named = [one for one in report.checks if one.id == broken.rule_id and one.status == "failed"]
    assert named, [(one.status, one.id, one.got) for one in report.checks if one.status != "passed"]
    for one in named:
        assert one.count >= 1
        assert one.got
        assert one.evidence
    others = [(one.id, one.got) for one in report.by_status("failed") if one.level is not Level.NOTE]
    if CATALOGUE[broken.rule_id].level is not Level.NOTE:
        assert {rule_id for rule_id, _ in others} == {broken.rule_id}
    else:
        assert others == []
    assert not report.stopped


def test_every_rule_that_needs_requests_has_a_probe_and_a_backend_that_breaks_it() -> None:
    assert {rule_id for probe in PROBES for rule_id in probe.rule_ids} == ACTIVE
    assert {broken.rule_id for broken in BROKEN} == ACTIVE


async def test_nothing_is_found_in_a_backend_that_does_everything_right() -> None:
    backend = Tiny()
    report = await checked(backend)
    assert failing(report) == set()
    assert report.by_status("could-not-run") == ()
    assert report.advice


async def test_with_tokens_two_users_and_a_page_elsewhere_nothing_is_left_unjudged() -> None:
    class Everything(WithCors, WantsToken):
        """Stores an answer at once, and is never done with telling it before its reader has heard the beginning."""

        async def written(self, events: Iterator[Json]) -> AsyncIterator[bytes]:
            async for event in super().written(iter(list(events))):
                yield event
                for _ in range(50):  # turns of the loop, in which the reader runs as well: so no machine is too busy
                    await asyncio.sleep(0)

    report = await checked(Everything(), bearer(ADA), second_headers=bearer(BOB), origin=ORIGIN)
    assert failing(report) == set()
    unjudged = {one.id for one in report.checks if one.status not in ("passed", "failed")}
    assert unjudged & ACTIVE == set()


async def test_the_same_fault_in_every_turn_is_one_finding() -> None:
    class Jumps(Tiny):
        def store(self, thread: Any, item: Any) -> None:
            for part in item["content"]:
                part["text"] = part["text"].upper()
            super().store(thread, item)

    report = await checked(Jumps())
    found = [one for one in report.checks if one.id == "lifecycle/delta-mismatch"]
    assert [one.count > 1 for one in found] == [True]


async def test_what_was_made_is_deleted() -> None:
    backend = Tiny()
    await checked(backend)
    assert backend.threads == {}
    assert backend.attachments == {}


async def test_what_could_not_be_deleted_is_said() -> None:
    class NeverDeletes(Tiny):
        threads_delete = None  # type: ignore[assignment]

    backend = NeverDeletes()
    report = await checked(backend)
    for thread_id in backend.threads:
        assert any(thread_id in remark for remark in report.remarks)
    by_id = {one.id: one for one in report.checks}
    assert by_id["persistence/delete-leaves-thread"].status == "not-applicable"
    assert "threads.delete" in by_id["persistence/delete-leaves-thread"].got


async def test_nothing_that_an_agent_answers_is_ever_sent_twice_for_the_same_purpose() -> None:
    backend = Tiny()
    await checked(backend)
    deletions = [body["params"]["thread_id"] for body in backend.seen if body["type"] == "threads.delete"]
    assert len(deletions) == len(set(deletions))
    turns = [body for body in backend.seen if body["type"] in ("threads.create", "threads.add_user_message")]
    assert len(turns) <= 8


async def test_a_thread_whose_loading_crashes_is_named_so_and_judged_by_its_items() -> None:
    report = await checked(CannotRead())
    assert failing(report) == {"errors/operation-fails"}
    assert report.by_status("failed")[0].headline == "`threads.get_by_id` fails with status 500"
    by_id = {one.id: one for one in report.checks}
    assert by_id["persistence/not-stored"].status == "passed"


async def test_a_thread_that_cannot_be_read_in_any_way_is_no_fault_of_the_store() -> None:
    class Shut(CannotRead):
        def items_list(self, params: Any) -> Never:
            raise No(500, "boom")

    report = await checked(Shut())
    assert "errors/operation-fails" in failing(report)
    assert "persistence/not-stored" not in failing(report)


async def test_an_operation_that_is_not_there_is_not_applicable_and_not_forty_failures() -> None:
    class Bare(Tiny):
        """Streams, and says so of everything else."""

        threads_get_by_id = threads_list = threads_update = threads_delete = items_list = None  # type: ignore
        threads_retry_after_item = items_feedback = attachments_create = None  # type: ignore

    report = await checked(Bare())
    assert failing(report) == set()
    by_id = {one.id: one for one in report.checks}
    for rule_id in ("persistence/not-stored", "persistence/not-listed", "paging/limit", "uploads/descriptor"):
        assert by_id[rule_id].status == "not-applicable"
        assert "not implemented" in by_id[rule_id].got


async def test_the_turns_that_may_be_taken_are_kept_and_what_they_did_not_reach_could_not_run() -> None:
    backend = Tiny()
    report = await checked(backend, max_turns=1)
    turns = [body for body in backend.seen if body["type"] in ("threads.create", "threads.add_user_message")]
    assert len(turns) == 1
    assert "persistence/retry-leaves-items" in {one.id for one in report.by_status("could-not-run")}


async def test_the_difference_is_shown_as_a_path_with_both_values() -> None:
    from tests.checks.probes.broken import Trims

    report = await checked(Trims())
    got = next(one.got for one in report.checks if one.id == "persistence/differs")
    assert "$.content[0].text" in got
    assert "“All is well.”" in got
    assert "“All is”" in got
