"""Headers and metadata that are worked out anew for each request."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from chatkit.types import UserMessageInput

from chat.client import ChatKitClient, Connection
from chat.client.computed import Added, Computed
from chat.errors import BadConnection, BadProfile
from chat.exchanges import Exchange
from tests.client.conftest import Backend, Call, StartBackend

MESSAGE = UserMessageInput.model_validate(
    {"content": [{"type": "input_text", "text": "Hi"}], "attachments": [], "inference_options": {}}
)
TURN = b'data: {"type":"thread.created","thread":{"id":"t","created_at":"2026-01-01T00:00:00","items":{"data":[]}}}\n\n'


async def answer(call: Call) -> None:
    if b'"threads.list"' in call.body:
        await call.answer(b'{"data":[],"has_more":false}')
    elif b'"threads.delete"' in call.body:
        await call.answer(b"{}")
    else:
        await call.answer(TURN, kind="text/event-stream")


class Counted:
    """A token that is new with each request, as an app's own page would fetch one."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Mapping[str, Any]]] = []

    async def __call__(self, operation: str, body: Mapping[str, Any]) -> Added:
        self.asked.append((operation, body))
        number = len(self.asked)
        return Added((("authorization", f"Bearer token-number-{number}"),), {"visit": number})


@pytest.fixture
async def told(backend: StartBackend) -> Backend:
    return await backend(answer)


async def test_each_request_brings_what_was_worked_out_for_it(told: Backend) -> None:
    counted = Counted()
    connection = Connection(
        told.url, (("Authorization", "Bearer of-the-settings"), ("X-Own", "stays")), computed=Computed(counted)
    )
    exchanges: list[Exchange] = []
    client = ChatKitClient(connection, exchanges.append)
    async with client.create_thread(MESSAGE) as stream:
        assert [event.type async for event in stream] == ["thread.created"]
    await client.list_threads()
    await client.delete_thread("t")
    await client.raw({"type": "threads.delete", "params": {"thread_id": "t"}})
    await client.raw(b'{"type":"threads.list","params":{}}', headers=(("Authorization", "Bearer this-one"),))

    assert [call.header("authorization") for call in told.calls] == [
        *[[f"Bearer token-number-{number}"] for number in (1, 2, 3, 4)],
        ["Bearer this-one"],
    ]
    assert all(call.header("x-own") == ["stays"] for call in told.calls)
    assert [json.loads(call.body).get("metadata") for call in told.calls] == [
        *[{"visit": number} for number in (1, 2, 3, 4)],
        None,
    ]
    names = ["threads.create", "threads.list", "threads.delete", "threads.delete", "threads.list"]
    assert [operation for operation, _ in counted.asked] == names
    assert counted.asked[0][1]["params"]["input"]["content"][0]["text"] == "Hi"
    assert [exchange.request.operation for exchange in exchanges] == names
    shown = json.dumps([[*exchange.request.headers] for exchange in exchanges])
    assert "token-number" not in shown
    assert "token-number" not in repr(connection)


async def test_where_that_fails_nothing_is_sent_and_it_is_said_whose_fault_it_is(told: Backend) -> None:
    async def fails(operation: str, body: Mapping[str, Any]) -> Added:
        raise BadProfile("headers raised KeyError: 'TOKEN'.")

    exchanges: list[Exchange] = []
    client = ChatKitClient(Connection(told.url, computed=Computed(fails)), exchanges.append)
    for send in (client.list_threads, lambda: client.delete_thread("t")):
        with pytest.raises(BadProfile) as problem:
            await send()
        assert problem.value.whose == "your profile"
    stream = client.create_thread(MESSAGE)
    with pytest.raises(BadProfile):
        await anext(stream)
    assert not stream.exchange.running
    assert told.calls == []
    assert exchanges == [], "what was not sent is no exchange"


async def test_a_header_that_cannot_be_sent_is_named(told: Backend) -> None:
    async def odd(operation: str, body: Mapping[str, Any]) -> Added:
        return Added((("X-Name", "a\nb"),))

    client = ChatKitClient(Connection(told.url, computed=Computed(odd)))
    with pytest.raises(BadConnection, match="X-Name has a line break"):
        await client.list_threads()
    assert told.calls == []


async def test_of_many_tokens_the_last_are_secrets_and_places_stay() -> None:
    computed = Computed(Counted())
    for _ in range(50):
        await computed.ask("threads.list", {})
    assert len(computed.secrets.values) == 20
    assert computed.secrets.values[9] == "token-number-50", "the newest took the place of the oldest"
    assert "token-number-31" in computed.secrets.values
