"""Plain SDK servers have no fault; where one has, what is said to type makes it go away."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from chatkit.types import ThreadMetadata, ThreadsCreateReq, UserMessageItem

from chat.checks import CATALOGUE, Level
from chat.checks.reports import Report
from chat.checks.run import Plan, check
from chat.client import Connection
from tests.checks.probes.sdk import Plain, PlainServer, PlainStore
from tests.checks.probes.tiny import served


async def faults(backend: Plain) -> dict[str, str]:
    """What is found, notes left out."""
    async with served(backend) as url:
        report: Report = await check(Plan(Connection(url), timeout=5))
    assert report.by_status("could-not-run") == ()
    return {one.id: one.got for one in report.by_status("failed") if one.level is not Level.NOTE}


async def test_an_answer_that_the_check_breaks_off_is_shown_as_what_it_is() -> None:
    async with served(Plain()) as url:
        report = await check(Plan(Connection(url), timeout=5))
    assert [one.meant for one in report.exchanges if one.meant] == []
    broken = [one for one in report.exchanges if one.outcome == "cancelled"]
    assert broken
    for one in broken:
        assert one.events >= 2
        assert "the start screen" not in one.shows


async def test_a_plain_sdk_server_has_no_fault() -> None:
    backend = Plain()
    assert await faults(backend) == {}
    assert backend.server.store.threads == {}  # type: ignore[attr-defined]


class SlowStore(PlainStore):
    wait = 0.01


async def test_a_store_that_waits_loses_what_was_broken_off_and_the_fix_keeps_it() -> None:
    assert set(await faults(Plain(PlainServer(SlowStore())))) == {"persistence/partial-lost"}
    typed: dict[str, Any] = {"PlainServer": PlainServer}
    fix = CATALOGUE["persistence/partial-lost"].fix.replace("super()", "super(PlainServer, self)")
    exec(f"import anyio\n{fix}", typed)
    mended = type("Mended", (PlainServer,), {"handle_stream_cancelled": typed["handle_stream_cancelled"]})
    assert await faults(Plain(mended(SlowStore()))) == {}


async def test_the_fix_for_lost_tags_keeps_them() -> None:
    tag = {"type": "input_tag", "id": "1", "text": "Order 7", "data": {}}
    sent = {"content": [tag], "attachments": [], "inference_options": {}}
    request = ThreadsCreateReq.model_validate({"params": {"input": sent}})
    thread = ThreadMetadata(id="thr_1", created_at=datetime.now())
    typed: dict[str, Any] = {"request": request, "thread": thread, "item_id": "msg_1"}
    exec(CATALOGUE["input/tags-lost"].fix, {**typed, "UserMessageItem": UserMessageItem, "datetime": datetime}, typed)
    assert [part.type for part in typed["item"].content] == ["input_tag"]
