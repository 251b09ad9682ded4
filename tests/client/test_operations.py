"""Every operation against a real ChatKit server over HTTP."""

import asyncio
import json
from typing import Any

import pytest
from chatkit.actions import Action
from chatkit.types import (
    AssistantMessageItem,
    InferenceOptions,
    StructuredInputSubmission,
    UserMessageInput,
    UserMessageTagContent,
    UserMessageTextContent,
)

from chat.client import ChatKitClient, Connection
from chat.errors import Failed, InvalidAnswer, NotJSON
from tests.client.conftest import Call, StartBackend


def message(text: str) -> UserMessageInput:
    return UserMessageInput(
        content=[UserMessageTextContent(text=text)], attachments=[], inference_options=InferenceOptions()
    )


async def say(client: ChatKitClient, text: str, thread_id: str | None = None) -> list[Any]:
    stream = client.add_user_message(thread_id, message(text)) if thread_id else client.create_thread(message(text))
    return [event async for event in stream]


async def test_a_conversation_from_the_first_message_to_its_deletion(parrot: ChatKitClient) -> None:
    events = await say(parrot, "hello world")
    assert all(event.valid for event in events)
    thread_id = events[0].value.thread.id
    await say(parrot, "and again", thread_id)

    thread = await parrot.get_thread(thread_id)
    assert [item.type for item in thread.items.data] == ["user_message", "assistant_message"] * 2
    user = thread.items.data[0].id

    page = await parrot.list_items(thread_id, limit=2, order="asc")
    assert [item.id for item in page.data] == [item.id for item in thread.items.data[:2]]
    assert page.has_more
    rest = await parrot.list_items(thread_id, limit=2, order="asc", after=page.after)
    assert [item.id for item in rest.data] == [item.id for item in thread.items.data[2:]]

    renamed = await parrot.update_thread(thread_id, "Greetings")
    assert renamed.title == "Greetings"
    assert [thread.title for thread in (await parrot.list_threads()).data] == ["Greetings"]

    events = [event async for event in parrot.retry_after_item(thread_id, user)]
    assert any(event.type == "thread.item.done" for event in events)
    assert len((await parrot.get_thread(thread_id)).items.data) == 2

    await parrot.feedback(thread_id, [user], "positive")
    await parrot.delete_thread(thread_id)
    assert (await parrot.list_threads()).data == []


async def test_an_unknown_thread_is_a_failure_of_the_backend(parrot: ChatKitClient) -> None:
    with pytest.raises(Failed) as caught:
        await parrot.get_thread("thr_unknown")
    assert caught.value.status == 500
    assert caught.value.exchange is not None
    assert caught.value.exchange.request.operation == "threads.get_by_id"


async def test_pages_of_threads_are_walked_to_the_end(parrot: ChatKitClient) -> None:
    for number in range(5):
        await say(parrot, f"thread {number}")
    pages = [page async for page in parrot.walk_threads(limit=2)]
    assert [len(page.data) for page in pages] == [2, 2, 1]
    assert len({thread.id for page in pages for thread in page.data}) == 5


async def test_a_long_thread_is_loaded_whole_and_in_order(parrot: ChatKitClient) -> None:
    events = await say(parrot, "message 0")
    thread_id = events[0].value.thread.id
    for number in range(1, 70):
        await say(parrot, f"message {number}", thread_id)
    loaded = await parrot.load_thread(thread_id)
    said = [item.content[0].text for item in loaded.items if isinstance(item, AssistantMessageItem)]
    assert said == [f"message {number}" for number in range(70)]
    assert [exchange.request.operation for exchange in loaded.exchanges] == [
        "threads.get_by_id",
        "items.list",
        "items.list",
    ]
    assert json.loads(loaded.exchanges[1].request.body)["params"]["order"] == "asc"
    assert loaded.problems == []
    assert loaded.failure is None
    assert len(loaded.raw_items) == 140
    assert len(loaded.thread.items.data) == 20


async def test_pages_emptied_of_hidden_items_do_not_end_the_walk(parrot: ChatKitClient) -> None:
    thread_id = (await say(parrot, "start"))[0].value.thread.id
    await say(parrot, "hide 230", thread_id)
    loaded = await parrot.load_thread(thread_id)
    assert [item.type for item in loaded.items] == ["user_message", "assistant_message"] * 2
    assert loaded.problems == []


async def test_each_request_is_what_the_sdk_reads(backend: StartBackend) -> None:
    """Every operation's body validates as the SDK's own request type, with nothing null that must not be."""
    from chatkit.types import ChatKitReq
    from pydantic import TypeAdapter

    async def answer(call: Call) -> None:
        await call.answer(b"{}")

    server = await backend(answer)
    client = ChatKitClient(Connection(server.url))
    tagged = UserMessageInput(
        content=[UserMessageTagContent(id="t", text="@map", data={"zoom": None})],
        attachments=["atc_1"],
        quoted_text="quote",
        inference_options=InferenceOptions(model="m"),
    )
    calls = [
        anext(client.create_thread(tagged)),
        anext(client.add_user_message("thr", tagged)),
        anext(client.add_client_tool_output("thr", [1, None])),
        anext(client.add_structured_input("thr", "itm", StructuredInputSubmission(status="skipped"))),
        anext(client.retry_after_item("thr", "itm")),
        anext(client.custom_action("thr", None, Action(type="go", payload={"a": None}))),
        client.sync_custom_action("thr", "itm", Action(type="go")),
        client.get_thread("thr"),
        client.list_threads(limit=3, after="cur"),
        client.list_items("thr"),
        client.update_thread("thr", "title"),
        client.delete_thread("thr"),
        client.feedback("thr", ["a", "b"], "negative"),
        client.create_attachment("a.txt", 3, "text/plain"),
        client.delete_attachment("atc"),
        client.transcribe(b"\0\1", "audio/webm"),
    ]
    for call in calls:
        await asyncio.gather(call, return_exceptions=True)
    assert len(server.calls) == 16
    adapter = TypeAdapter(ChatKitReq)
    bodies = [json.loads(call.body) for call in server.calls]
    for body in bodies:
        adapter.validate_python(body)
        assert "metadata" not in body
    assert len({body["type"] for body in bodies}) == 16
    create = bodies[0]["params"]["input"]
    assert create["inference_options"] == {"model": "m"}
    assert create["attachments"] == ["atc_1"]
    assert create["content"][0]["data"] == {"zoom": None}
    assert bodies[5]["params"] == {"thread_id": "thr", "action": {"type": "go", "payload": {"a": None}}}


async def test_a_sync_action_may_be_answered_with_nothing(backend: StartBackend) -> None:
    async def answer(call: Call) -> None:
        await call.answer(b"{}")

    server = await backend(answer)
    client = ChatKitClient(Connection(server.url))
    response = await client.sync_custom_action("thr", "itm", Action(type="go"))
    assert response.updated_item is None


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        (b"", "application/json", "nothing"),
        (b"not json", "text/plain", "text/plain"),
        (b"[]", "application/json", "list"),
        (b"null", "application/json", "application/json"),
        (b'"{\\"data\\":[]}"', "application/json", "encoded twice"),
        (b'data: {"data":[]}\n\n', "text/event-stream", "stream of events"),
        (b"[" * 100_000, "application/json", "application/json"),
        (b"\xff\xfe\x00", "application/json", "application/json"),
    ],
)
async def test_what_is_not_a_json_object_is_named(backend: StartBackend, body: bytes, kind: str, words: str) -> None:
    async def answer(call: Call) -> None:
        await call.answer(body, "200 OK", kind)

    server = await backend(answer)
    with pytest.raises(NotJSON) as caught:
        await ChatKitClient(Connection(server.url)).list_threads()
    assert words in str(caught.value)
    assert caught.value.exchange is not None
    assert caught.value.exchange.body == body
    assert caught.value.whose == "your backend"


async def test_an_operation_without_a_result_asks_nothing_of_the_body(backend: StartBackend) -> None:
    async def answer(call: Call) -> None:
        await call.head_of("204 No Content", kind="")

    server = await backend(answer)
    await ChatKitClient(Connection(server.url)).delete_thread("thr")


async def test_a_page_with_one_bad_thread_tells_where_and_saves_the_others(backend: StartBackend) -> None:
    good = {"id": "thr_1", "created_at": "2026-01-01T00:00:00", "items": {"data": []}}

    async def answer(call: Call) -> None:
        await call.answer(json.dumps({"data": [good, {"id": "thr_2"}, good], "has_more": True, "after": "c"}).encode())

    server = await backend(answer)
    with pytest.raises(InvalidAnswer) as caught:
        await ChatKitClient(Connection(server.url)).list_threads()
    error = caught.value
    assert [problem.path for problem in error.problems] == ["$.data[1].created_at", "$.data[1].items"]
    assert "$.data[1].created_at" in str(error)
    assert [thread.id for thread in error.salvaged.data] == ["thr_1", "thr_1"]
    assert error.salvaged.after == "c"


async def test_a_thread_of_the_wrong_shape_is_explained(backend: StartBackend) -> None:
    async def answer(call: Call) -> None:
        await call.answer(b'{"id":5,"items":{"data":[]}}')

    server = await backend(answer)
    with pytest.raises(InvalidAnswer) as caught:
        await ChatKitClient(Connection(server.url)).get_thread("thr")
    assert {problem.path for problem in caught.value.problems} == {"$.id", "$.created_at"}
    assert caught.value.exchange is not None
    assert caught.value.exchange.status == 200
