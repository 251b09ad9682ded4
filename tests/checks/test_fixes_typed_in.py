"""Fixes that are SDK code, typed in: the fault is there before, and gone after.

The code is the rule's own, put into a plain server in place of the fault. A fix that does not do away with its finding
is not offered.
"""

import json
import math
import textwrap
from collections.abc import Iterable, Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from chat.checks import CATALOGUE, Finding, Level, examine
from chat.checks.run import Plan, check
from chat.client import ChatKitClient, Connection
from chat.exchanges import Exchange
from tests.checks.sdk import Code, said, served
from tests.checks.streams import USER_INPUT, answer, exchange, thread_created, user_done
from tests.checks.typed_in import (
    CHECK,
    CREATE,
    DONE,
    ITEM,
    NOTHING,
    PROCESS,
    READ,
    STREAM,
    TYPED,
    Typed,
)

NOT_TYPED = {
    "page/domain": "it is done in the page, and in an organisation's settings",
    "page/session": "it is done in the page, and in an organisation's settings",
    "page/console": "it says where to look",
    "page/loader": "it is done in the page",
    "page/frame": "it is done in the page",
    "auth/expired-token": "it is JavaScript",
    "auth/refused": "it is JavaScript",
    "auth/cookie": "half of it is JavaScript; the other half is that of cors/wildcard-credentials",
    "endpoint/hosted": "the server is not one's own",
    "transport/no-answer": "it says where to look",
    "errors/operation-fails": "it says where to look; known crashes are in test_known_causes.py",
    "persistence/flapping": "it needs several processes",
    "transport/buffered": "it needs a proxy",
    "transport/compressed": "it needs a proxy",
    "transport/never-ends": "it says what to leave out",
    "transport/truncated": "below",
    "framing/comment-ping": "the SDK sends none",
    "schema/error-text-lost": "the SDK sends none; its fix is that of lifecycle/error-unseen",
    "widgets/not-prefix": "the SDK's stream_widget() sends none",
    "tools/pending-not-last": "the embedded backend's agent is made so (chat/backend/agent.py)",
}
"""Rules whose fix is not typed into a plain server here, and why."""


def told(findings: Iterable[Finding]) -> Iterator[Finding]:
    for finding in findings:
        yield finding
        yield from told(finding.consequences)


async def found(typed: Typed, code: Code) -> dict[str, Level]:
    """What is wrong with the server: in its answers, or in a check that asks for this rule."""
    if typed.steps != CHECK:
        answers = await said(code, typed.steps, dict(typed.headers))
        return {finding.rule_id: finding.level for one in answers for finding in told(one.findings)}
    async with served(code) as url:
        plan = Plan(Connection(url, typed.headers), timeout=5, rule_ids=frozenset({typed.rule_id}), **typed.plan)
        report = await check(plan)
    return {one.id: one.level for one in report.by_status("failed")}


@pytest.mark.parametrize("typed", TYPED, ids=lambda typed: typed.rule_id)
async def test_a_fix_that_is_typed_in_does_away_with_its_finding(typed: Typed) -> None:
    level = CATALOGUE[typed.rule_id].level
    before = await found(typed, typed.code(typed.fault))
    assert before.get(typed.rule_id) == level
    after = await found(typed, typed.code(typed.fix))
    assert after.get(typed.rule_id) != level
    errors = {rule_id for rule_id, level in after.items() if level is Level.ERROR}
    assert errors <= set(before)


def test_every_fix_is_typed_in_or_is_none_for_a_server() -> None:
    typed = [one.rule_id for one in TYPED]
    assert sorted([*typed, *NOT_TYPED]) == sorted(CATALOGUE)


async def test_a_stream_that_breaks_off_ends_in_an_error_once_the_fix_is_typed_in() -> None:
    unknown = {"type": "threads.add_user_message", "params": {"thread_id": "thr_nobody_knows", "input": USER_INPUT}}
    outcomes = []
    for typed in (STREAM, CATALOGUE["transport/truncated"].fix):
        async with served(Code(route=PROCESS + typed)) as url:
            exchange = await ChatKitClient(Connection(url)).raw(unknown)
        outcomes.append((exchange.outcome, b'"type":"error"' in exchange.body))
    assert outcomes == [("truncated", False), ("complete", True)]


SHOWN = """
try:
    result = await server.process(await request.body(), context)
    if isinstance(result, StreamingResult):
        {stream}
    {here}
except TypeError as error:
    return Response(repr(error), 500)
"""


async def test_an_answer_that_was_encoded_twice_is_mended_by_the_fix_of_its_crash() -> None:
    def code(typed: str) -> Code:
        return Code(route=SHOWN.format(stream=STREAM.strip(), here=typed))

    (_, before) = await said(code("return JSONResponse(result.json)"), (CREATE, READ))
    (finding,) = before.findings
    assert finding.rule_id == "errors/operation-fails"
    (_, after) = await said(code(finding.fix), (CREATE, READ))
    assert after.findings == ()


async def test_an_answer_that_was_streamed_though_it_is_none_is_mended_by_the_fix_of_its_crash() -> None:
    listing = {"type": "threads.list", "params": {"limit": 20}}
    async with served(Code(route=PROCESS + STREAM)) as url:
        before = await ChatKitClient(Connection(url)).raw(listing)
        (first,) = examine(before).findings
        report = await check(Plan(Connection(url), timeout=5))
    assert (before.outcome, first.rule_id) == ("truncated", "transport/truncated")
    assert "answered as a stream" in first.headline
    cause, _, _ = first.fix.partition("\n\n")
    assert cause.startswith("# likely: an answer that is no stream is streamed")
    # said once, whatever was asked, and unknown threads are not said to be treated worse than those that are there
    assert [one.headline for one in report.by_status("failed") if one.id == first.rule_id] == [first.headline]
    assert "`items.list`" not in "".join(one.got for one in report.by_status("failed"))
    async with served(Code(route=PROCESS + cause)) as url:
        client = ChatKitClient(Connection(url))
        after = [await client.raw({"type": CREATE[0], "params": CREATE[1]}), await client.raw(listing)]
    assert [one.outcome for one in after] == ["complete", "complete"]
    told = {finding.rule_id for one in after for finding in examine(one).findings if finding.level is not Level.NOTE}
    assert told <= {"transport/buffered"}  # a busy machine begins late


SORTS = """
async def load_thread_items(self, thread_id, after, limit, order, context):
    page = await super().load_thread_items(thread_id, after, limit, order, context)
    page.data.sort(key=lambda item: item.created_at)
    return page
"""


async def test_one_kind_of_time_throughout_is_what_a_store_that_sorts_can_live_with() -> None:
    def code(kind: str) -> Code:
        return Code(store=SORTS, respond=f"{kind}\n{ITEM}item.created_at = created_at\n{DONE}")

    naive, aware = (line for line in CATALOGUE["time/naive"].fix.split("\n") if line.startswith("created_at"))
    turn, read = await said(code(aware), (CREATE, READ))
    assert [one.headline for one in turn.findings if "Some timestamps have a time zone" in one.headline]
    assert [one.rule_id for one in read.findings] == ["errors/operation-fails"]
    turn, read = await said(code(naive), (CREATE, READ))
    assert [one.rule_id for one in turn.findings] == ["time/naive"]
    assert read.findings == ()


@pytest.mark.parametrize(
    ("operation", "before"),
    [
        ("threads.create", "yield f'data: {json.dumps(event)}\\n\\n'.encode()"),
        ("threads.list", "return Response(json.dumps(document), media_type='application/json')"),
    ],
)
def test_no_number_is_written_as_null(operation: str, before: str) -> None:
    """Without the SDK, which writes null by itself."""

    def answered(code: str) -> Exchange:
        names: dict[str, Any] = {"json": json, "Response": Response}
        exec(f"def body(event, document):\n{textwrap.indent(code, '    ')}", names)
        if operation == "threads.list":
            listed = {"data": [], "has_more": False, "score": math.nan}
            return exchange(bytes(names["body"](None, listed).body), operation)
        events = (thread_created(), {**user_done(), "score": math.inf}, *answer())
        return exchange(b"".join(piece for event in events for piece in names["body"](event, None)), operation)

    (finding,) = examine(answered(before)).findings
    assert finding.headline.endswith(("no browser reads that event", "no browser reads it"))
    assert [one for one in examine(answered(finding.fix)).findings if one.level is not Level.NOTE] == []


async def test_what_is_raised_in_respond_is_told_to_the_user_and_not_repeated() -> None:
    raised = "raise RuntimeError('the database is away')\n"
    (before,) = await said(Code(route=raised), (CREATE,))
    assert before.findings[0].rule_id == "transport/retried"
    assert "raised in respond() instead is told" in before.findings[0].fix
    (after,) = await said(Code(respond=f"{raised}{NOTHING}"), (CREATE,))
    assert {finding.rule_id for finding in told(after.findings)} & {"transport/retried", "transport/truncated"} == set()
    assert b'"type":"error"' in after.exchange.body


@pytest.mark.parametrize(
    ("refusing", "status"),
    [("raise StarletteHTTPException(404, 'No such thread')", 404), ("raise RequestValidationError([])", 422)],
)
async def test_what_fastapi_explains_is_told_once_the_handler_is_there(refusing: str, status: int) -> None:
    async def answered(handler: str) -> Exchange:
        names: dict[str, Any] = {"app": FastAPI(), "Request": Request, "JSONResponse": JSONResponse}
        names |= {"StarletteHTTPException": HTTPException, "RequestValidationError": RequestValidationError}
        route = f"@app.post('/chatkit')\nasync def chatkit(request: Request):\n    {refusing}"
        exec(f"{route}\n{handler}", names)
        way = httpx.ASGITransport(names["app"])
        async with httpx.AsyncClient(transport=way, base_url="http://127.0.0.1") as http:
            answer = await http.post("/chatkit", json={})
        kind = answer.headers["content-type"]
        return exchange(answer.content, "threads.get_by_id", status=answer.status_code, reason="", content_type=kind)

    before = await answered("")
    (finding,) = examine(before).findings
    assert (before.status, finding.rule_id) == (status, "transport/no-message")
    after = await answered(finding.fix)
    assert (after.status, examine(after).findings) == (status, ())


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("'content-encoding': 'gzip'", "is not gzip, though its Content-Encoding says so"),
        ("'content-length': '99999'", "Content-Length promises 99,999 bytes, and"),
    ],
)
async def test_a_body_that_is_not_as_its_head_says_is_mended_by_leaving_that_to_the_server(
    header: str, words: str
) -> None:
    async def answered(code: str) -> Exchange:
        async with served(Code(route=PROCESS + code)) as url:
            return await ChatKitClient(Connection(url)).raw({"type": CREATE[0], "params": CREATE[1]})

    before = await answered(f"return StreamingResponse(result, media_type='text/event-stream', headers={{{header}}})")
    first = examine(before).findings[0]
    assert first.rule_id == "transport/truncated"
    assert words in first.headline
    after = await answered(first.fix)
    assert (after.outcome, [one for one in examine(after).findings if one.level is Level.ERROR]) == ("complete", [])
