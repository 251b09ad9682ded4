"""Templates of all sixteen operations are filled from a thread, valid, and answered by a real backend over HTTP."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from chatkit.types import ChatKitReq, InferenceOptions, UserMessageInput, UserMessageTextContent
from pydantic import TypeAdapter

from chat.checks.request_check import check_request
from chat.client import ChatKitClient, Connection
from chat.conversation.request_templates import RequestTemplate, request_templates
from chat.errors import WorkbenchError
from chat.exchanges import Exchange
from chat.protocol import ThreadState, fold
from tests.conftest import Running

REQUEST: TypeAdapter[Any] = TypeAdapter(ChatKitReq)


def templates(state: ThreadState) -> dict[str, RequestTemplate]:
    return {one.operation: one for one in request_templates(state, {"tenant": "acme"})}


async def said(client: ChatKitClient, text: str) -> ThreadState:
    """The state of a new thread in which this was said."""
    state = ThreadState()
    content = [UserMessageTextContent(text=text)]
    message = UserMessageInput(content=content, attachments=[], inference_options=InferenceOptions())
    async for event in client.create_thread(message):
        fold(state, event)
    return state


async def answered(client: ChatKitClient, template: RequestTemplate) -> Exchange:
    stream = client.raw_stream(json.dumps(template.body))
    events: Sequence[Any] = ()
    try:
        events = [event async for event in stream]
    except WorkbenchError:
        assert not template.streaming, stream.exchange.body[:300]  # an answer in JSON is no stream
    assert all(event.valid for event in events)
    assert bool(events) == template.streaming
    return stream.exchange


def test_of_an_empty_thread_each_is_valid_with_placeholders_and_says_what_it_needs() -> None:
    found = templates(ThreadState())
    assert len(found) == 16
    for operation, template in found.items():
        assert REQUEST.validate_python(template.body).type == operation
        assert template.body["metadata"] == {"tenant": "acme"}
        left = any(
            remark.got.startswith("the placeholder") for remark in check_request(json.dumps(template.body)).remarks
        )
        assert left == bool(template.lacks), operation


async def test_of_a_real_thread_each_is_answered(workbench: Running) -> None:
    client = ChatKitClient(Connection(f"{workbench.url}/chatkit"))
    attachment = await client.create_attachment("notes.txt", 5, "text/plain")
    plain = await said(client, "Is there anything I should know?")
    form = await said(client, "I want to book a flight")
    listed = await said(client, "What is the team working on?")
    tool = await said(client, "Which time zone is my browser in?")
    asked = await said(client, "Plan a weekend on the coast for me")
    about = {
        "threads.custom_action": form,
        "threads.sync_custom_action": listed,
        "threads.add_client_tool_output": tool,
        "threads.add_structured_input": asked,
    }
    first, last = "items.feedback", "threads.delete"  # a retry deletes the item, and this the thread
    order = [first, *(one for one in templates(plain) if one not in (first, last)), last]
    for operation in order:
        template = templates(about.get(operation, plain))[operation]
        body = json.dumps(template.body)
        if operation == "attachments.delete":
            assert template.lacks == "a message with a file"
            body = body.replace("ATTACHMENT_ID", attachment.id)
            template = RequestTemplate(operation, "", json.loads(body))
        assert not template.lacks, operation
        assert check_request(body).remarks == (), operation
        exchange = await answered(client, template)
        if operation == "input.transcribe" and exchange.status != 200:
            assert "message" in json.loads(exchange.body)  # no model listens here, and the backend says so
        else:
            assert exchange.status == 200, (operation, exchange.body[:300])
    answers = templates(asked)["threads.add_structured_input"].body["params"]["input"]["answers"]
    assert answers
    assert all(answer["values"] for answer in answers.values())


async def test_what_somebody_typed_goes_out_as_it_is(workbench: Running) -> None:
    client = ChatKitClient(Connection(f"{workbench.url}/chatkit", headers=(("X-Api-Key", "secret-of-mine-1234"),)))
    typed = '{ "type":"threads.list",  "params":{"limit":1.0e0} }'
    stream = client.raw_stream(typed, [("X-Once", "only-this-time-5678"), ("accept", "text/plain")], ["user-agent"])
    with pytest.raises(WorkbenchError):
        await anext(stream)
    request = stream.exchange.request
    assert request.body == typed.encode()
    names = [name.lower() for name, _ in request.headers]
    assert "user-agent" not in names
    assert names.count("accept") == 1
    sent = {name.lower(): value for name, value in request.headers}
    assert sent["accept"] == "text/plain"
    assert "secret-of-mine" not in str(request)
    assert "only-this-time" not in str(request)
    assert "X-Once" in str(request)
    assert "only-this-time" not in repr(client.connection.once([("X-Once", "only-this-time-5678")]))
    plain = [name for name, _ in client.connection.request_headers([])]
    assert plain == ["X-Api-Key"], "the connection itself is what it was"
