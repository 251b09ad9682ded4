"""Backends that know their users by a cookie: each user of a run has a jar, and who must not get in has none."""

from collections import Counter
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from chat.checks.reports import Report, write
from chat.checks.run import Plan, check
from chat.client import Connection
from tests.checks.probes.broken import ADA, BOB, WantsToken, bearer
from tests.checks.probes.tiny import Json, No, Tiny, served


class BySession(Tiny):
    """Everybody gets a session, and sees the threads that were made in it."""

    def __init__(self) -> None:
        super().__init__()
        self.sessions = 0
        self.current = ""
        self.owners: dict[str, str] = {}

    async def answer(self, request: Request) -> Response:
        known = request.cookies.get("session", "")
        if not known:
            self.sessions += 1
        self.current = known or f"session-of-a-visitor-{self.sessions}"
        response = await super().answer(request)
        if not known:
            response.set_cookie("session", self.current, httponly=True)
        return response

    def threads_create(self, params: Json):  # type: ignore[no-untyped-def]
        owner = self.current
        for event in super().threads_create(params):
            if event["type"] == "thread.created":
                self.owners[event["thread"]["id"]] = owner
            yield event

    def thread(self, params: Json) -> Json:
        if self.owners.get(params["thread_id"]) != self.current:
            raise No(404, "there is no such thread")
        return super().thread(params)

    def threads_list(self, params: Json) -> Json:
        everything = self.threads
        self.threads = {name: one for name, one in everything.items() if self.owners[name] == self.current}
        try:
            return super().threads_list(params)
        finally:
            self.threads = everything


async def checked(backend: Tiny, **plan: object) -> Report:
    async with served(backend) as url:
        return await check(Plan(Connection(url, plan.pop("headers", ())), timeout=5, **plan))  # type: ignore[arg-type]


def texts_in(folder: Path) -> str:
    return "".join(path.read_text("utf-8") for path in folder.iterdir())


async def test_a_backend_that_knows_its_users_by_a_cookie_has_no_fault_but_a_note(tmp_path: Path) -> None:
    backend = BySession()
    report = await checked(backend, save=tmp_path)
    found = Counter(one.id for one in report.by_status("failed"))
    assert found == {"auth/cookie": 1}
    assert report.by_status("could-not-run") == ()
    assert backend.threads == {}
    assert "session-of-a-visitor" not in write(report, "html") + write(report, "json") + write(report, "text")
    assert "session-of-a-visitor" not in texts_in(tmp_path)


async def test_two_users_have_a_jar_each_and_whoever_must_not_get_in_has_none() -> None:
    class TokenAndSession(WantsToken):
        """Sets a cookie beside the token that it wants."""

        def __init__(self) -> None:
            super().__init__()
            self.cookies: dict[str, set[str]] = {}

        async def answer(self, request: Request) -> Response:
            response = await super().answer(request)
            if "session" not in request.cookies:
                response.set_cookie("session", f"session-number-{len(self.seen)}")
            return response

        def authorize(self, request: Request, body: Json) -> None:
            who = request.headers.get("authorization", "nobody")
            self.cookies.setdefault(who, set()).add(request.cookies.get("session", ""))
            super().authorize(request, body)

    backend = TokenAndSession()
    report = await checked(backend, headers=bearer(ADA), second_headers=bearer(BOB))
    assert {one.id for one in report.by_status("failed")} == {"auth/cookie"}
    own, second = (dict([*bearer(user)])["Authorization"] for user in (ADA, BOB))
    assert len(backend.cookies[own] - {""}) == 1
    assert backend.cookies[own].isdisjoint(backend.cookies[second] - {""})
    others = [sent for who, sent in backend.cookies.items() if who not in (own, second)]
    assert others
    assert all(sent == {""} for sent in others)
