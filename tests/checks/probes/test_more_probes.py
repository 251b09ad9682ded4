"""What a run tries out beside the usual: odd pages, actions without payload, pictures, several messages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chat.checks import Level
from chat.checks.families.typed import AFTER_NOTHING
from chat.checks.probes.errors import _LIMIT
from chat.checks.probes.paging import _AT_MOST
from chat.checks.reports import Report
from chat.checks.reports.model import Check
from chat.checks.run import Plan, check
from chat.client import Connection
from tests.checks.probes.broken import RefusesLargePages
from tests.checks.probes.tiny import Json, No, Tiny, page, served, serving


async def checked(backend: Tiny, **plan: Any) -> Report:
    async with served(backend) as url:
        return await check(Plan(Connection(url), timeout=5, **plan))


def faults(report: Report) -> list[Check]:
    return list(report.by_status("failed"))


class CrashesOnOddPages(Tiny):
    """A database that wants a limit from 1 on, and cursors that it knows."""

    def page_of(self, entries: list[Json], limit: int, order: str, after: str | None) -> Json:
        if limit < 1 or (after and after not in [entry["id"] for entry in entries]):
            raise No(500, "the database says no")
        return super().page_of(entries, limit, order, after)


async def test_odd_pages_that_crash_are_named_one_by_one_and_what_no_widget_asks_for_is_a_note() -> None:
    found = faults(await checked(CrashesOnOddPages()))
    assert {one.id for one in found} == {"errors/bad-request"}
    assert {(one.headline, one.level) for one in found} == {
        ("`items.list` with a cursor that names nothing is answered with a crash", Level.WARNING),
        ("`items.list` with limit 0 is answered with a crash", Level.NOTE),
        ("`items.list` with limit −1 is answered with a crash", Level.NOTE),
    }


async def test_the_fixes_for_odd_pages_can_be_typed() -> None:
    class Mended(CrashesOnOddPages):
        def page_of(self, entries: list[Json], limit: int, order: str, after: str | None) -> Json:
            entries = entries if order == "asc" else entries[::-1]
            items = [type("Item", (), {"id": entry["id"]}) for entry in entries]
            typed = {"limit": limit, "items": items, "after": after}
            exec(f"{_LIMIT}\n{AFTER_NOTHING}", typed)
            start, limit = int(str(typed["start"])), int(str(typed["limit"]))
            return page(entries[start : start + limit], more=len(entries) > start + limit)

    assert faults(await checked(Mended())) == []


class BeginsAgain(Tiny):
    """As the SDK's samples do it: what `after` does not name is where the list begins."""

    def page_of(self, entries: list[Json], limit: int, order: str, after: str | None) -> Json:
        known = any(entry["id"] == after for entry in entries)
        return super().page_of(entries, limit, order, after if known else None)


async def test_the_first_page_after_a_cursor_that_names_nothing_is_a_note() -> None:
    [found] = faults(await checked(BeginsAgain()))
    assert (found.id, found.level) == ("paging/cursor", Level.NOTE)
    assert found.headline == "An `after` that names nothing is answered with the first page"


async def test_a_backend_that_does_not_look_at_after_at_all_is_told_so_once() -> None:
    class NeverLooks(Tiny):
        def page_of(self, entries: list[Json], limit: int, order: str, after: str | None) -> Json:
            return super().page_of(entries, limit, order, None)

    found = [one for one in faults(await checked(NeverLooks())) if one.id == "paging/cursor"]
    assert [one.level for one in found] == [Level.ERROR]


class Acts(Tiny):
    def threads_sync_custom_action(self, params: Json) -> Json:
        self.payload(params["action"])
        return {}

    def payload(self, action: Json) -> Json:
        return dict(action.get("payload") or {})

    def threads_custom_action(self, params: Json) -> Iterator[Json]:
        yield {"type": "stream_options", "stream_options": {"allow_cancel": True}}


async def test_an_action_without_payload_that_crashes_is_named_when_one_with_payload_works() -> None:
    class WantsPayload(Acts):
        def payload(self, action: Json) -> Json:
            if "payload" not in action:
                raise No(500, "boom")
            return dict(action["payload"])

    [found] = faults(await checked(WantsPayload()))
    assert (found.id, found.level) == ("errors/operation-fails", Level.WARNING)
    assert found.headline == "`threads.sync_custom_action` fails when the action has no payload"
    assert faults(await checked(Acts())) == []


async def test_where_no_text_file_is_taken_a_picture_is() -> None:
    class PicturesOnly(Tiny):
        def attachments_create(self, params: Json) -> Json:
            if not params["mime_type"].startswith("image/"):
                raise No(422, "only pictures, please")
            made = super().attachments_create(params)
            return {**made, "type": "image", "preview_url": self.url}

    backend = PicturesOnly()
    report = await checked(backend)
    assert faults(report) == []
    assert {one.id: one.status for one in report.checks}["uploads/descriptor"] == "passed"
    assert not any("attachments.create" in remark for remark in report.remarks)
    assert backend.attachments == {}


async def test_each_message_is_said_and_what_no_answer_brought_is_told() -> None:
    backend = Tiny()
    report = await checked(backend, message="One", more_messages=("Two", "Three", "Four"), max_turns=30)
    said = [
        body["params"]["input"]["content"][0]["text"] for body in backend.seen if body["type"].endswith("user_message")
    ]
    assert said[:3] == ["Two", "Three", "Four"]
    assert (
        "Not seen in this run: widgets, client tools, workflows. Say what brings them with --message, once for each."
        in (report.remarks)
    )


@pytest.mark.parametrize("answers", [404, 200])
async def test_a_thread_that_was_made_for_an_unknown_id_is_deleted_whatever_was_answered(answers: int) -> None:
    class MakesThreads(Tiny):
        def threads_add_user_message(self, params: Json) -> Iterator[Json]:
            if params["thread_id"] not in self.threads:
                self.threads[params["thread_id"]] = {"id": params["thread_id"], "created_at": "2026-01-01T00:00:00Z"}
                self.items[params["thread_id"]] = []
                if answers == 404:
                    raise No(404, "there is no such thread")
            return super().threads_add_user_message(params)

    backend = MakesThreads()
    await checked(backend)
    assert backend.threads == {}


async def test_items_of_a_thread_that_is_not_there_are_a_fault() -> None:
    class AnyItems(Tiny):
        def items_list(self, params: Json) -> Json:
            if params["thread_id"] in self.threads:
                return super().items_list(params)
            everything = [item for items in self.items.values() for item in items]
            return self.page_of(everything, params["limit"], "desc", None)

    [found] = faults(await checked(AnyItems()))
    assert found.id == "errors/unknown-thread"
    assert "`items.list`" in found.got


async def test_the_fix_for_limits_that_are_refused_can_be_typed() -> None:
    class Mended(RefusesLargePages):
        def page_of(self, entries: list[Json], limit: int, order: str, after: str | None) -> Json:
            typed: Json = {"limit": limit}
            exec(_AT_MOST, typed)
            return super().page_of(entries, typed["limit"], order, after)

    assert faults(await checked(Mended())) == []


async def test_a_backend_that_takes_everything_does_not_crash_and_is_not_said_to() -> None:
    class TakesEverything(Tiny):
        async def parsed(self, request: Request) -> Json:
            try:
                return await super().parsed(request)
            except No:
                return {"type": "threads.list", "params": {}}

        def thread(self, params: Json) -> Json:
            if params["thread_id"] not in self.threads:
                self.threads[params["thread_id"]] = {"id": params["thread_id"], "created_at": "2026-01-01T00:00:00Z"}
                self.items[params["thread_id"]] = []
            return self.threads[params["thread_id"]]

    found = {one.id: one.headline for one in faults(await checked(TakesEverything()))}
    assert found["errors/unknown-thread"] == "An unknown thread is answered as if it were there"
    assert found["errors/bad-request"] == "What is no request is answered as if it were one"


async def test_a_stream_for_everything_is_one_fault() -> None:
    async def stream(request: Request) -> Response:
        return Response(b'data: {"choices": [{"delta": {"content": "Hello"}}]}\n\n', media_type="text/event-stream")

    async with serving(Starlette(routes=[Route("/chatkit", stream, methods=["POST"])])) as url:
        report = await check(Plan(Connection(f"{url}/chatkit"), timeout=5))
    (found,) = (one for one in faults(report) if one.id == "transport/json-body")
    assert {"`threads.list`", "`items.list`"} <= set(found.got.replace(":", "").split())
