import json
import sqlite3
from collections.abc import AsyncGenerator, Callable
from datetime import datetime
from typing import Any

import httpx
import jwt
import pytest
from chatkit.server import ChatKitServer
from chatkit.types import (
    AssistantMessageContent,
    AssistantMessageItem,
    ClientToolCallItem,
    StreamOptions,
    StructuredInputFreeform,
    StructuredInputItem,
    ThreadMetadata,
    ThreadStreamEvent,
    UserMessageItem,
)
from fastapi import FastAPI

from chat.backend.auth import jwt_settings
from chat.backend.context import RequestContext
from chat.backend.routes import mount
from chat.backend.server import WorkbenchServer
from storage import SQLStore

Embed = Callable[..., Any]
LOCAL = RequestContext()
SECRET = "a secret of at least thirty-two bytes"


def a_message(text: str = "Hello", attachments: tuple[str, ...] = ()) -> dict[str, Any]:
    content = [{"type": "input_text", "text": text}]
    return {"content": content, "attachments": list(attachments), "inference_options": {}}


def op(operation: str, /, **params: Any) -> dict[str, Any]:
    return {"type": operation, "params": params}


def create(text: str = "Hello") -> dict[str, Any]:
    return op("threads.create", input=a_message(text))


def events(response: httpx.Response) -> list[dict[str, Any]]:
    assert response.status_code == 200, response.text
    return [json.loads(block.removeprefix("data: ")) for block in response.text.split("\n\n") if block]


def message(response: httpx.Response, status: int) -> str:
    assert response.status_code == status, response.text
    body = response.json()
    assert list(body) == ["message"]
    return str(body["message"])


async def a_thread(store: SQLStore[Any], *items: Any, thread_id: str = "thr_1", user: Any = LOCAL) -> str:
    await store.save_thread(ThreadMetadata(id=thread_id, created_at=datetime.now()), user)
    for item in items:
        await store.add_thread_item(thread_id, item, user)
    return thread_id


def an_answer(item_id: str = "msg_a") -> AssistantMessageItem:
    content = [AssistantMessageContent(text="Hi")]
    return AssistantMessageItem(id=item_id, thread_id="thr_1", created_at=datetime.now(), content=content)


class TestHealth:
    async def test_it_is_ok(self, embed: Embed) -> None:
        async with embed().client() as client:
            assert (await client.get("/healthz")).json() == {"status": "ok"}


class TestAnswers:
    async def test_a_streaming_operation_answers_events_with_headers_that_let_them_through(self, embed: Embed) -> None:
        async with embed().client() as client:
            response = await client.post("/chatkit", json=create())
        assert response.headers["content-type"].startswith("text/event-stream")
        assert "no-cache" in response.headers["cache-control"]
        assert response.headers["x-accel-buffering"] == "no"
        assert "content-encoding" not in response.headers
        kinds = [event["type"] for event in events(response)]
        assert kinds[:3] == ["thread.created", "thread.item.done", "stream_options"]
        assert response.text.endswith("\n\n")

    async def test_json_operations_answer_json_of_what_was_streamed(self, embed: Embed) -> None:
        async with embed().client() as client:
            streamed = events(await client.post("/chatkit", json=create()))
            thread_id = streamed[0]["thread"]["id"]
            done = [event["item"]["id"] for event in streamed if event["type"] == "thread.item.done"]
            listed = (await client.post("/chatkit", json=op("threads.list"))).json()
            assert [thread["id"] for thread in listed["data"]] == [thread_id]
            page = (await client.post("/chatkit", json=op("items.list", thread_id=thread_id, order="asc"))).json()
            assert [item["id"] for item in page["data"]] == done
            renamed = await client.post("/chatkit", json=op("threads.update", thread_id=thread_id, title="New"))
            assert renamed.headers["content-type"] == "application/json"
            assert (await client.post("/chatkit", json=op("threads.get_by_id", thread_id=thread_id))).json()[
                "title"
            ] == "New"
            assert (await client.post("/chatkit", json=op("threads.delete", thread_id=thread_id))).json() == {}
            assert (await client.post("/chatkit", json=op("threads.list"))).json()["data"] == []


BAD_BODIES = [
    (b"", "not JSON"),
    (b"{", "not JSON"),
    (b"\xff\xfe", "not JSON"),
    (b"[" * 100_000, "not JSON"),
    (b"[]", "not a JSON object"),
    (b"null", "not a JSON object"),
    (b'"threads.list"', "not a JSON object"),
    (b"{}", "names no operation"),
    (b'{"type": null, "params": {}}', "$.type"),
    (b'{"type": ["threads.list"], "params": {}}', "$.type"),
    (b'{"type": "threads.explode", "params": {}}', "unknown operation 'threads.explode'; known are threads.create, "),
    (b'{"type": "threads.get_by_id"}', "$.params: missing"),
    (b'{"type": "threads.get_by_id", "params": {}}', "$.params.thread_id: missing"),
    (
        b'{"type": "threads.get_by_id", "params": {"thread_id": 7}}',
        "thread_id: input should be a valid string",
    ),
    (b'{"type": "threads.list", "params": {"order": "random"}}', "$.params.order"),
    (b'{"type": "threads.list", "params": {"limit": -1}}', "limit must be at least 1"),
    (b'{"type": "threads.list", "params": {"after": "thr_nope"}}', "there is no thr_nope"),
    (
        b'{"type": "threads.create", "params": {"input": {"content": [{"type": "input_text"}], "attachments": [],'
        b' "inference_options": null}}}',
        "$.params.input.content[0].text: missing; $.params.input.inference_options",
    ),
    (b'{"type": "threads.get_by_id", "params": {"thread_id": "\\ud800"}}', "not JSON"),
    (b'{"type": "input.transcribe", "params": {"audio_base64": "a", "mime_type": "audio/webm"}}', "audio_base64"),
]


class TestRequestsThatAreNone:
    @pytest.mark.parametrize(("body", "words"), BAD_BODIES, ids=[words for _, words in BAD_BODIES])
    async def test_the_answer_is_400_and_says_where_and_what(self, embed: Embed, body: bytes, words: str) -> None:
        async with embed().client() as client:
            assert words in message(await client.post("/chatkit", content=body), 400)

    async def test_a_body_that_is_too_large_is_refused_by_its_header_or_as_it_comes(self, embed: Embed) -> None:
        async def chunks() -> AsyncGenerator[bytes, None]:
            for _ in range(20):
                yield b" " * 100

        async with embed(max_body=1000).client() as client:
            assert "1,000 bytes" in message(await client.post("/chatkit", content=b" " * 1001), 413)
            assert "1,000 bytes" in message(await client.post("/chatkit", content=chunks()), 413)

    @pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
    async def test_another_method_is_405(self, embed: Embed, method: str) -> None:
        async with embed().client() as client:
            response = await client.request(method, "/chatkit")
        assert "only POST" in message(response, 405)
        assert response.headers["allow"] == "POST, OPTIONS"


class TestWhatIsNotThere:
    @pytest.mark.parametrize(
        "request_body",
        [
            op("threads.get_by_id", thread_id="thr_nope"),
            op("threads.update", thread_id="thr_nope", title="x"),
            op("threads.delete", thread_id="thr_nope"),
            op("items.list", thread_id="thr_nope"),
            op("items.feedback", thread_id="thr_nope", item_ids=["x"], kind="positive"),
            op("threads.sync_custom_action", thread_id="thr_nope", action={"type": "x"}),
            op("threads.add_user_message", thread_id="thr_nope", input=a_message()),
            op("threads.add_client_tool_output", thread_id="thr_nope", result=1),
            op("threads.add_structured_input", thread_id="thr_nope", item_id="x", input={"answers": {}}),
            op("threads.retry_after_item", thread_id="thr_nope", item_id="x"),
            op("threads.custom_action", thread_id="thr_nope", action={"type": "x"}),
        ],
        ids=lambda request: request["type"],
    )
    async def test_an_unknown_thread_is_404_for_every_operation(
        self, embed: Embed, request_body: dict[str, Any]
    ) -> None:
        async with embed().client() as client:
            assert "thr_nope" in message(await client.post("/chatkit", json=request_body), 404)

    @pytest.mark.parametrize(
        "request_body",
        [
            op("threads.add_structured_input", thread_id="thr_1", item_id="nope", input={"answers": {}}),
            op("threads.retry_after_item", thread_id="thr_1", item_id="nope"),
            op("threads.custom_action", thread_id="thr_1", item_id="nope", action={"type": "x"}),
            op("threads.sync_custom_action", thread_id="thr_1", item_id="nope", action={"type": "x"}),
            op("items.feedback", thread_id="thr_1", item_ids=["nope"], kind="positive"),
            op("threads.add_user_message", thread_id="thr_1", input=a_message(attachments=("nope",))),
            op("threads.create", input=a_message(attachments=("nope",))),
            op("attachments.delete", attachment_id="nope"),
        ],
        ids=lambda request: request["type"],
    )
    async def test_an_unknown_item_or_attachment_is_404(self, embed: Embed, request_body: dict[str, Any]) -> None:
        embedded = embed()
        await a_thread(embedded.store)
        async with embedded.client() as client:
            assert "nope" in message(await client.post("/chatkit", json=request_body), 404)
        assert len((await embedded.store.load_threads(10, None, "asc", LOCAL)).data) == 1, "nothing was created"

    @pytest.mark.parametrize(
        ("kind", "params", "status"),
        [
            ("threads.retry_after_item", {}, 400),
            ("threads.custom_action", {"action": {"type": "x"}}, 400),
            ("threads.sync_custom_action", {"action": {"type": "x"}}, 400),
            ("threads.add_structured_input", {"input": {"answers": {}}}, 400),
        ],
    )
    async def test_an_item_of_the_wrong_kind_is_refused(
        self, embed: Embed, kind: str, params: dict[str, Any], status: int
    ) -> None:
        embedded = embed()
        await a_thread(embedded.store, an_answer())
        async with embedded.client() as client:
            response = await client.post("/chatkit", json=op(kind, thread_id="thr_1", item_id="msg_a", **params))
        assert "msg_a" in message(response, status)
        assert "assistant message" in response.text

    async def test_questions_are_answered_once(self, embed: Embed) -> None:
        embedded = embed()
        inputs = [StructuredInputFreeform(id="q", question="?")]
        asked = StructuredInputItem(
            id="ask", thread_id="thr_1", created_at=datetime.now(), inputs=inputs, status="answered"
        )
        await a_thread(embedded.store, asked)
        async with embedded.client() as client:
            body = op("threads.add_structured_input", thread_id="thr_1", item_id="ask", input={"answers": {}})
            assert "answered already" in message(await client.post("/chatkit", json=body), 409)

    async def test_a_tools_output_nobody_waits_for_is_409(self, embed: Embed) -> None:
        embedded = embed()
        call = ClientToolCallItem(
            id="c",
            thread_id="thr_1",
            created_at=datetime.now(),
            call_id="c",
            name="f",
            arguments={},
            status="completed",
        )
        await a_thread(embedded.store, call)
        async with embedded.client() as client:
            body = op("threads.add_client_tool_output", thread_id="thr_1", result=1)
            assert "does not end in" in message(await client.post("/chatkit", json=body), 409)

    async def test_what_is_not_implemented_is_501(self, embed: Embed) -> None:
        class Deaf(WorkbenchServer):
            transcribe = ChatKitServer.transcribe

        async with embed(server=Deaf).client() as client:
            body = op("input.transcribe", audio_base64="AAAA", mime_type="audio/webm")
            assert "transcribe" in message(await client.post("/chatkit", json=body), 501)

    async def test_without_an_attachment_store_attachments_are_501(self, embed: Embed) -> None:
        app = FastAPI()
        mount(app, WorkbenchServer(embed().store))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
            body = op("attachments.create", name="a", size=1, mime_type="text/plain")
            assert "no attachments" in message(await client.post("/chatkit", json=body), 501)
            assert (await client.post("/chatkit/attachments")).status_code == 404


class FailsAfterTheMessage(WorkbenchServer):
    def get_stream_options(self, thread: ThreadMetadata, context: RequestContext) -> StreamOptions:
        raise RuntimeError("the key sk-abc is wrong")


class FailsAtOnce(WorkbenchServer):
    async def process(self, request: Any, context: RequestContext) -> Any:
        raise RuntimeError("the key sk-abc is wrong")


class TestFailures:
    async def test_a_stream_that_has_begun_ends_in_an_error_event(self, embed: Embed) -> None:
        async with embed(FailsAfterTheMessage).client() as client:
            response = await client.post("/chatkit", json=create())
        *rest, last = events(response)
        assert [event["type"] for event in rest] == ["thread.created", "thread.item.done"]
        assert last["type"] == "error"
        assert last["allow_retry"] is True
        assert "RuntimeError" in last["message"]
        assert "sk-abc" not in response.text, "what an exception says may be secret"

    async def test_a_streaming_operation_that_fails_at_once_is_an_error_event_not_a_5xx(self, embed: Embed) -> None:
        # At a 5xx the official widget sends the same message five times more.
        async with embed(FailsAtOnce).client() as client:
            response = await client.post("/chatkit", json=create())
        assert [event["type"] for event in events(response)] == ["error"]
        assert response.headers["content-type"].startswith("text/event-stream")

    async def test_a_json_operation_that_fails_is_500_without_the_exceptions_text(self, embed: Embed) -> None:
        async with embed(FailsAtOnce).client() as client:
            response = await client.post("/chatkit", json=op("threads.list"))
        assert "RuntimeError" in message(response, 500)
        assert "sk-abc" not in response.text

    async def test_a_locked_database_is_said_so(self, embed: Embed) -> None:
        embedded = embed()
        await a_thread(embedded.store)
        other = sqlite3.connect(embedded.store.database.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        async with embedded.client() as client:
            body = op("threads.update", thread_id="thr_1", title="x")
            assert "another process holds a lock" in message(await client.post("/chatkit", json=body), 503)
            [event] = events(await client.post("/chatkit", json=create()))
            assert "another process holds a lock" in event["message"]
            other.close()
            assert (await client.post("/chatkit", json=body)).json()["title"] == "x"


class TestOtherSitesPages:
    ALLOWED = "https://app.example.org"

    @pytest.mark.parametrize("origin", [None, "http://127.0.0.1:8080"])
    async def test_programs_and_our_own_page_may_call(self, embed: Embed, origin: str | None) -> None:
        headers = {} if origin is None else {"Origin": origin}
        async with embed().client(headers=headers) as client:
            response = await client.post("/chatkit", json=op("threads.list"))
        assert response.status_code == 200
        assert "access-control-allow-origin" not in response.headers

    @pytest.mark.parametrize(
        "origin",
        [
            "https://evil.example",
            "http://127.0.0.1:9999",
            "http://localhost:8080",
            "null",
            "https://app.example.org.evil",
        ],
    )
    async def test_pages_of_other_origins_may_not_and_nothing_happens(self, embed: Embed, origin: str) -> None:
        embedded = embed(allowed_origins=(self.ALLOWED,))
        async with embedded.client(headers={"Origin": origin}) as client:
            response = await client.post("/chatkit", json=create())
            assert origin in message(response, 403)
            assert "access-control-allow-origin" not in response.headers
            asked = {"Access-Control-Request-Method": "POST"}
            assert (await client.options("/chatkit", headers=asked)).status_code == 403
        assert (await embedded.store.load_threads(1, None, "asc", LOCAL)).data == []

    async def test_an_allowed_page_may_read_streams_json_and_errors(self, embed: Embed) -> None:
        embedded = embed(allowed_origins=(self.ALLOWED,), jwt=jwt_settings(SECRET))
        token = jwt.encode({"sub": "ann", "exp": 4_000_000_000}, SECRET, "HS256")
        async with embedded.client(headers={"Origin": self.ALLOWED}) as client:
            authorized = {"Authorization": f"Bearer {token}"}
            for body, headers, status in (
                (create(), authorized, 200),
                (op("threads.list"), authorized, 200),
                (op("nonsense"), authorized, 400),
                (op("threads.get_by_id", thread_id="x"), authorized, 404),
                (op("threads.list"), {}, 401),
            ):
                response = await client.post("/chatkit", json=body, headers=headers)
                assert response.status_code == status
                assert response.headers["access-control-allow-origin"] == self.ALLOWED
                assert "access-control-allow-credentials" not in response.headers
                assert "Origin" in response.headers["vary"]

    async def test_an_allowed_pages_preflight_passes_before_any_token_with_the_headers_it_names(
        self, embed: Embed
    ) -> None:
        asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,x-tenant"}
        embedded = embed(allowed_origins=(self.ALLOWED,), jwt=jwt_settings(SECRET))
        async with embedded.client(headers={"Origin": self.ALLOWED}) as client:
            response = await client.options("/chatkit", headers=asked)
        assert response.status_code == 204
        assert response.headers["access-control-allow-origin"] == self.ALLOWED
        assert response.headers["access-control-allow-headers"] == "authorization,x-tenant"
        assert "POST" in response.headers["access-control-allow-methods"]

    @pytest.mark.parametrize("origin", ["*", "null", "app.example.org", "https://app.example.org/", ""])
    def test_what_is_no_origin_cannot_be_allowed(self, embed: Embed, origin: str) -> None:
        with pytest.raises(ValueError, match="not an origin"):
            embed(allowed_origins=(origin,))


class TestUsers:
    async def test_without_a_token_the_answer_is_401_and_says_why(self, embed: Embed) -> None:
        async with embed(jwt=jwt_settings(SECRET)).client() as client:
            response = await client.post("/chatkit", content=b"not even JSON")
            assert "Authorization: Bearer" in message(response, 401)
            assert response.headers["www-authenticate"] == 'Bearer realm="chatkit"'
            expired = jwt.encode({"sub": "ann", "exp": 1_700_000_000}, SECRET, "HS256")
            response = await client.post("/chatkit", json=create(), headers={"Authorization": f"Bearer {expired}"})
            assert "expired" in message(response, 401)
            assert 'error="invalid_token"' in response.headers["www-authenticate"]

    async def test_one_users_threads_are_not_there_for_another(self, embed: Embed) -> None:
        embedded = embed(jwt=jwt_settings(SECRET))
        ann, bob = (
            {"Authorization": f"Bearer {jwt.encode({'sub': name, 'exp': 4_000_000_000}, SECRET, 'HS256')}"}
            for name in ("ann", "bob")
        )
        async with embedded.client() as client:
            [created, *_] = events(await client.post("/chatkit", json=create(), headers=ann))
            thread_id = created["thread"]["id"]
            assert (await client.post("/chatkit", json=op("threads.list"), headers=bob)).json()["data"] == []
            for body in (
                op("threads.get_by_id", thread_id=thread_id),
                op("threads.add_user_message", thread_id=thread_id, input=a_message()),
                op("threads.delete", thread_id=thread_id),
            ):
                assert thread_id in message(await client.post("/chatkit", json=body, headers=bob), 404)
                unknown = json.loads(json.dumps(body).replace(thread_id, "thr_nope"))
                assert "thr_nope" in message(await client.post("/chatkit", json=unknown, headers=bob), 404)


class TellsItsContext(WorkbenchServer):
    seen: RequestContext

    async def respond(
        self, thread: ThreadMetadata, input_user_message: UserMessageItem | None, context: RequestContext
    ) -> AsyncGenerator[ThreadStreamEvent, None]:
        self.seen = context
        return
        yield


class TestContext:
    @pytest.mark.parametrize(
        ("language", "locale"),
        [("de-CH,de;q=0.9", "de-CH"), ("fr", "fr"), ("", "en"), ("*", "en"), ("<script>", "en")],
    )
    async def test_the_server_learns_user_address_and_language(self, embed: Embed, language: str, locale: str) -> None:
        embedded = embed(TellsItsContext)
        async with embedded.client(headers={"Accept-Language": language}) as client:
            await client.post("/chatkit", json=create())
        assert embedded.server.seen == RequestContext("local", "http://127.0.0.1:8080", locale)

    async def test_a_host_that_is_none_is_refused(self, embed: Embed) -> None:
        async with embed().client(headers={"Host": "a/b?c"}) as client:
            assert "Host" in message(await client.post("/chatkit", json=create()), 400)
