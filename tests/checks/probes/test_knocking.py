"""An address that is no ChatKit endpoint: where the endpoint is, when it is at one of the usual places."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from chat.checks.reports import Report, exit_code
from chat.checks.run import Plan, check, select
from chat.client import Connection
from tests.checks.probes.tiny import No, Tiny, served


class Elsewhere(Tiny):
    """A backend at `path` of a server that answers `otherwise` at every other address."""

    def __init__(self, path: str, otherwise: Response) -> None:
        super().__init__()
        self.path = path
        self.otherwise = otherwise
        self.asked: list[tuple[str, str]] = []

    async def answer(self, request: Request) -> Response:
        body = await request.body()
        self.asked.append((request.url.path, body.decode()))
        return await super().answer(request) if request.url.path == self.path else self.otherwise


@asynccontextmanager
async def report_of(backend: Elsewhere, path: str) -> AsyncIterator[tuple[Report, str]]:
    async with served(backend, everywhere=True) as url:
        root = url.removesuffix("/chatkit")
        yield await check(Plan(Connection(f"{root}{path}"), timeout=5)), root


NOT_FOUND = JSONResponse({"detail": "Not Found"}, 404)
PAGE = HTMLResponse('<!doctype html><html><body><div id="root"></div></body></html>')


@pytest.mark.parametrize("otherwise", [NOT_FOUND, PAGE, Response(status_code=405)], ids=["404", "HTML", "405"])
@pytest.mark.parametrize("place", ["/chatkit", "/api/chatkit"])
async def test_the_endpoint_is_named_and_nothing_else_is_sent_to_the_wrong_address(
    place: str, otherwise: Response
) -> None:
    backend = Elsewhere(place, otherwise)
    async with report_of(backend, "/") as (report, root):
        [fault] = report.by_status("failed")
        assert fault.id == "endpoint/not-chatkit"
        assert fault.headline.endswith(f"; the endpoint is at `{root}{place}`")
        assert f"python app.py check {root}{place}" in fault.fix
        assert any("given up: the endpoint is at" in remark for remark in report.remarks)
        assert exit_code(report) == 1
        assert all('"threads.list"' in body for _, body in backend.asked)
        assert len(backend.asked) <= 3


async def test_an_endpoint_that_is_at_neither_place_is_not_made_up() -> None:
    backend = Elsewhere("/deep/inside", NOT_FOUND)
    async with report_of(backend, "/chatkit") as (report, _):
        [fault] = [one for one in report.by_status("failed") if one.id == "endpoint/not-chatkit"]
        assert "the endpoint is at" not in fault.headline
        assert [path for path, _ in backend.asked].count("/api/chatkit") == 1


async def test_what_answers_everything_alike_is_no_endpoint() -> None:
    backend = Elsewhere("/nowhere", PAGE)
    async with report_of(backend, "/app") as (report, _):
        [fault] = [one for one in report.by_status("failed") if one.id == "endpoint/not-chatkit"]
        assert "the endpoint is at" not in fault.headline


@pytest.mark.parametrize("elsewhere", [True, False], ids=["at another path", "behind a redirection"])
async def test_a_run_that_was_given_up_is_green_for_nothing_that_it_has_not_looked_at(
    elsewhere: bool,
) -> None:
    otherwise = NOT_FOUND if elsewhere else Response(status_code=307, headers={"location": "/chatkit"})
    async with served(Elsewhere("/chatkit", otherwise), everywhere=True) as url:
        root = url.removesuffix("/chatkit")
        plans = [
            Plan(Connection(f"{root}/"), timeout=5, rule_ids=select((wanted,)))
            for wanted in ("transport", "transport/truncated", "lifecycle")
        ]
        reports = [await check(plan) for plan in plans]
    why = "The backend redirects to /chatkit" if not elsewhere else f"The endpoint is at {root}/chatkit, where"
    for report in reports:
        assert exit_code(report) == 3
        assert not report.by_status("passed")
        assert all(one.got.startswith(why) for one in report.by_status("could-not-run"))


class AnswersNoTurn(Tiny):
    def threads_create(self, params: Any) -> Any:
        raise No(500, "the model is down")


async def test_where_no_turn_was_answered_nothing_about_turns_is_green() -> None:
    async with served(AnswersNoTurn()) as url:
        report = await check(Plan(Connection(url), timeout=5, rule_ids=select(("lifecycle",))))
    assert exit_code(report) == 3
    assert "No turn was answered: `threads.create` got status 500." in {
        one.got for one in report.by_status("could-not-run")
    }
    assert not report.by_status("not-applicable")
