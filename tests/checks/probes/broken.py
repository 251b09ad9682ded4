"""Backends that break one rule each, and what the run is given to see it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from tests.checks.probes.tiny import Json, No, Tiny, page

ORIGIN = "https://shop.example"
ADA, BOB = "ada-0123456789abcdef", "bob-0123456789abcdef"
CRASH = PlainTextResponse("Internal Server Error", 500)


@dataclass(frozen=True)
class Broken:
    rule_id: str
    backend: Callable[[], Tiny]
    plan: dict[str, Any] = field(default_factory=dict)
    """What `Plan` is given beside the connection."""
    headers: tuple[tuple[str, str], ...] = ()


class ForgetsAnswers(Tiny):
    def store(self, thread: Json, item: Json) -> None:
        if item["type"] == "user_message":
            super().store(thread, item)


class ForgetsThreads(Tiny):
    def threads_get_by_id(self, params: Json) -> Json:
        raise No(404, "there is no such thread")


class CannotRead(Tiny):
    def threads_get_by_id(self, params: Json) -> Json:
        raise No(500, "boom")


class Trims(Tiny):
    def store(self, thread: Json, item: Json) -> None:
        if item["type"] == "assistant_message":
            item = {**item, "content": [{**part, "text": part["text"][:6]} for part in item["content"]]}
        super().store(thread, item)


class Echoes(Tiny):
    """Stores every answer twice, under two ids."""

    def store(self, thread: Json, item: Json) -> None:
        super().store(thread, item)
        if item["type"] == "assistant_message":
            super().store(thread, {**item, "id": self.new_id("copy")})


class ListsNothing(Tiny):
    def threads_list(self, params: Json) -> Json:
        return page([])


class TwoWorkers(Tiny):
    """Every other read goes to a worker that has nothing."""

    def threads_get_by_id(self, params: Json) -> Json:
        if next(self.numbers) % 2:
            raise No(404, "there is no such thread")
        return super().threads_get_by_id(params)


class LosesWhatIsBrokenOff(Tiny):
    """Stores an answer at its end, and takes its time until then."""

    async def written(self, events: Iterator[Json]) -> AsyncIterator[bytes]:
        async for event in super().written(events):
            yield event
            await asyncio.sleep(0.01)


class DropsTags(Tiny):
    def turn(self, thread: Json, input: Json) -> Iterator[Json]:
        words = [part for part in input["content"] if part["type"] == "input_text"]
        return super().turn(thread, {**input, "content": words})


class KeepsAll(Tiny):
    def forget_after(self, thread: Json, index: int) -> None:
        pass


class KeepsDeleted(Tiny):
    def threads_delete(self, params: Json) -> Json:
        self.thread(params)
        return {}


class KeepsNames(Tiny):
    def rename(self, thread: Json, title: str) -> None:
        pass


class NoLimit(Tiny):
    def page_of(self, entries: list[Json], limit: int, order: str, after: str | None) -> Json:
        return super().page_of(entries, 100, order, after)


class RefusesLargePages(Tiny):
    def page_of(self, entries: list[Json], limit: int, order: str, after: str | None) -> Json:
        if limit > 100:
            raise No(422, "limit: at most 100")
        return super().page_of(entries, limit, order, after)


class NeverMore(Tiny):
    def page_of(self, entries: list[Json], limit: int, order: str, after: str | None) -> Json:
        return page(super().page_of(entries, limit, order, after)["data"])


class OneOrder(Tiny):
    def page_of(self, entries: list[Json], limit: int, order: str, after: str | None) -> Json:
        return super().page_of(entries, limit, "asc", after)


class NewestFirst(Tiny):
    def threads_get_by_id(self, params: Json) -> Json:
        thread = super().threads_get_by_id(params)
        return {**thread, "items": page(thread["items"]["data"][::-1])}


class SamePage(Tiny):
    def page_of(self, entries: list[Json], limit: int, order: str, after: str | None) -> Json:
        return super().page_of(entries, limit, order, None)


class NoCursor(Tiny):
    def page_of(self, entries: list[Json], limit: int, order: str, after: str | None) -> Json:
        found = super().page_of(entries, limit, order, after)
        found.pop("after", None)
        return found


class EndlessPages(Tiny):
    def items_list(self, params: Json) -> Json:
        found = super().items_list({**params, "after": None})
        return {**found, "has_more": True, "after": f"page-{next(self.numbers)}"}


class CrashesOn(Tiny):
    """Answers 500 where it should explain itself with one of these statuses."""

    statuses: tuple[int, ...] = ()

    def refusal(self, no: No) -> Response:
        return CRASH if no.status in self.statuses else super().refusal(no)


class CrashesOnUnknown(CrashesOn):
    statuses = (404,)


class MakesAnyThread(Tiny):
    def thread(self, params: Json) -> Json:
        thread = {"id": params["thread_id"], "created_at": "2026-01-01T00:00:00Z", "status": {"type": "active"}}
        self.items.setdefault(params["thread_id"], [])
        return self.threads.setdefault(params["thread_id"], thread)


class CrashesOnNonsense(CrashesOn):
    statuses = (400,)

    def refusal(self, no: No) -> Response:
        return CRASH if no.status == 400 or "no_such_operation" in str(no) else super().refusal(no)


class CrashesOnUnsupported(CrashesOn):
    statuses = (501,)

    def refusal(self, no: No) -> Response:
        return Tiny.refusal(self, no) if "no_such_operation" in str(no) else super().refusal(no)


class Breaks(Tiny):
    def threads_add_client_tool_output(self, params: Json) -> Iterator[Json]:
        raise_later = self.thread(params)
        yield {"type": "stream_options", "stream_options": {"allow_cancel": True}}
        raise RuntimeError(f"no call in {raise_later['id']}")


class NoDescriptor(Tiny):
    def attachments_create(self, params: Json) -> Json:
        attachment = super().attachments_create(params)
        attachment.pop("upload_descriptor")
        return {**attachment, **self.instead()}

    def instead(self) -> Json:
        return {}


class OldUpload(NoDescriptor):
    def instead(self) -> Json:
        return {"upload_url": self.url}


class LostUpload(NoDescriptor):
    def instead(self) -> Json:
        return {"upload_descriptor": {"url": "http://127.0.0.1:9/", "method": "PUT", "headers": {}}}


class NoTitle(Tiny):
    def first_turn(self, thread: Json, input: Json) -> Iterator[Json]:
        for event in super().first_turn(thread, input):
            if event["type"] != "thread.updated":
                yield event
        thread.pop("title")


class OneIdForAnswers(Tiny):
    def reply(self, thread: Json) -> Iterator[Json]:
        self.answering = True
        yield from super().reply(thread)

    def new_id(self, kind: str) -> str:
        if getattr(self, "answering", False):
            self.answering = False
            return f"{kind}_answer"
        return super().new_id(kind)

    def store(self, thread: Json, item: Json) -> None:
        items = self.items[thread["id"]]
        items[:] = [other for other in items if other["id"] != item["id"]]
        super().store(thread, item)


class WantsToken(Tiny):
    """Only two tokens are good, and each has its own threads."""

    def authorize(self, request: Request, body: Json) -> None:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        self.user = self.user_of(token)
        if not self.user:
            raise No(401, "sign in first")
        thread_id = body.get("params", {}).get("thread_id") if isinstance(body.get("params"), dict) else None
        if thread_id in self.threads and not self.may(self.user, self.threads[thread_id]):
            raise No(404, "there is no such thread")

    def user_of(self, token: str) -> str:
        return {ADA: "ada", BOB: "bob"}.get(token, "")

    def may(self, user: str, thread: Json) -> bool:
        return bool(self.owners.get(thread["id"]) == user)

    @property
    def owners(self) -> dict[str, str]:
        owners: dict[str, str] = self.__dict__.setdefault("_owners", {})
        return owners

    def threads_create(self, params: Json) -> Iterator[Json]:
        events = super().threads_create(params)
        self.owners[list(self.threads)[-1]] = self.user
        return events

    def threads_list(self, params: Json) -> Json:
        everything = self.threads
        self.threads = {id: thread for id, thread in everything.items() if self.may(self.user, thread)}
        try:
            return super().threads_list(params)
        finally:
            self.threads = everything


class WantsAnyToken(WantsToken):
    def user_of(self, token: str) -> str:
        return token[:3]


class SharesEverything(WantsToken):
    def may(self, user: str, thread: Json) -> bool:
        return True


class WithCors(Tiny):
    """Answers as a browser on `ORIGIN` needs it."""

    allowed_headers = "content-type, authorization, chatkit-frame-instance-id"
    origin = ORIGIN
    credentials = False

    async def answer(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            response = self.preflight(request)
        else:
            response = await super().answer(request)
        if self.allows(response):
            response.headers["Access-Control-Allow-Origin"] = self.origin
        if self.credentials:
            response.headers["Access-Control-Allow-Credentials"] = "true"
        return response

    def preflight(self, request: Request) -> Response:
        return Response(status_code=204, headers={"Access-Control-Allow-Headers": self.allowed_headers})

    def allows(self, response: Response) -> bool:
        return True


class NoPreflight(WithCors):
    def preflight(self, request: Request) -> Response:
        return PlainTextResponse("Method Not Allowed", 405)


class HeadersNotAllowed(WithCors):
    allowed_headers = "content-type, chatkit-frame-instance-id"


class WidgetsHeaderNotAllowed(WithCors):
    allowed_headers = "content-type, authorization"


class NoCorsOnErrors(WithCors):
    def allows(self, response: Response) -> bool:
        return response.status_code < 400


class NoCorsOnStreams(WithCors):
    def allows(self, response: Response) -> bool:
        return not response.headers.get("content-type", "").startswith("text/event-stream")


class WildcardWithCredentials(WithCors):
    origin = "*"
    credentials = True


def bearer(token: str) -> tuple[tuple[str, str], ...]:
    return (("Authorization", f"Bearer {token}"),)


_WITH_ORIGIN = {"origin": ORIGIN}

BROKEN = (
    Broken("persistence/not-stored", ForgetsAnswers),
    Broken("persistence/not-stored", ForgetsThreads),
    Broken("persistence/differs", Trims),
    Broken("persistence/differs", Echoes),
    Broken("persistence/not-listed", ListsNothing),
    Broken("persistence/flapping", TwoWorkers),
    Broken("persistence/partial-lost", LosesWhatIsBrokenOff),
    Broken("persistence/retry-leaves-items", KeepsAll),
    Broken("persistence/delete-leaves-thread", KeepsDeleted),
    Broken("persistence/rename-lost", KeepsNames),
    Broken("paging/limit", NoLimit),
    Broken("paging/limit", NeverMore),
    Broken("paging/limit", RefusesLargePages),
    Broken("paging/order", OneOrder),
    Broken("paging/order", NewestFirst),
    Broken("paging/cursor", SamePage),
    Broken("paging/cursor", NoCursor),
    Broken("paging/cursor", EndlessPages),
    Broken("errors/unknown-thread", CrashesOnUnknown),
    Broken("errors/unknown-thread", MakesAnyThread),
    Broken("errors/bad-request", CrashesOnNonsense),
    Broken("errors/unsupported", CrashesOnUnsupported),
    Broken("tools/dangling-call", Breaks),
    Broken("uploads/descriptor", NoDescriptor),
    Broken("uploads/descriptor", OldUpload),
    Broken("uploads/descriptor", LostUpload),
    Broken("input/tags-lost", DropsTags),
    Broken("title/never-set", NoTitle),
    Broken("identity/reused-id", OneIdForAnswers),
    Broken("auth/open", Tiny, headers=bearer(ADA)),
    Broken("auth/garbage-accepted", WantsAnyToken, headers=bearer(ADA)),
    Broken("auth/cross-user", SharesEverything, {"second_headers": bearer(BOB)}, bearer(ADA)),
    Broken("cors/preflight", NoPreflight, _WITH_ORIGIN),
    Broken("cors/preflight", HeadersNotAllowed, _WITH_ORIGIN, (("X-Tenant", "7"),)),
    Broken("cors/preflight", WidgetsHeaderNotAllowed, _WITH_ORIGIN),
    Broken("cors/response", NoCorsOnErrors, _WITH_ORIGIN),
    Broken("cors/response", NoCorsOnStreams, _WITH_ORIGIN),
    Broken("cors/wildcard-credentials", WildcardWithCredentials, _WITH_ORIGIN),
)
"""At least one for every rule that needs requests of its own."""
