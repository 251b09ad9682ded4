"""What a front end sends against what our own client would send for it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chat.checks.sent_alike import differences
from chat.client import Connection
from chat.client.requests import FRAME_HEADER, build
from chat.exchanges import STREAMING_OPERATIONS, Request

URL = "http://127.0.0.1:9/chatkit"
INPUT = {"content": [{"type": "input_text", "text": "Hello"}], "attachments": [], "inference_options": {}}


def sent(operation: str, params: Any, headers: tuple[tuple[str, str], ...] = (), **more: Any) -> Request:
    body = json.dumps({"type": operation, "params": params, **more}).encode()
    return Request("POST", URL, headers, body, operation, operation in STREAMING_OPERATIONS, len(body))


@pytest.mark.parametrize(
    "request_",
    [
        sent("threads.create", {"input": INPUT}),
        sent("threads.create", {"input": {**INPUT, "quoted_text": None, "inference_options": {"model": None}}}),
        sent("threads.create", {"input": INPUT}, metadata={"tenant": "a"}),
        sent("threads.list", {"limit": 9999, "order": "desc", "after": None}),
        sent("threads.add_client_tool_output", {"thread_id": "thr_1", "result": {"a": None, "b": [1, {"c": None}]}}),
        sent("threads.custom_action", {"thread_id": "thr_1", "item_id": None, "action": {"type": "go", "payload": {}}}),
    ],
)
def test_keys_that_both_have_are_alike_whatever_is_empty(request_: Request) -> None:
    assert differences(request_) == []


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (sent("threads.create", {"input": INPUT, "mood": "good"}), "`params.mood`, which ours does not have"),
        (
            sent(
                "threads.create", {"input": {**INPUT, "content": [{"type": "input_text", "text": "Hi", "lang": "de"}]}}
            ),
            "`params.input.content[0].lang`, which ours does not have",
        ),
        (sent("threads.list", {"limit": "9999"}), '`params.limit` as "9999"'),
        (sent("threads.create", {}), "no request by the SDK's types: `input`: Field required"),
        (sent("threads.fly", {}), "no request by the SDK's types: `type`: "),
    ],
)
def test_what_is_not_as_ours_is_named_with_its_path(request_: Request, words: str) -> None:
    (found,) = differences(request_)
    assert found.startswith(words)


def test_headers_are_compared_where_they_are_known() -> None:
    ours = build(Connection(URL, as_widget=True), b"{}", streaming=True)
    headers = tuple((name.decode(), value.decode()) for name, value in ours.headers.raw)
    assert differences(sent("threads.create", {"input": INPUT}, headers)) == []
    other = tuple((name, "text/html" if name.lower() == "accept" else value) for name, value in headers)
    assert differences(sent("threads.create", {"input": INPUT}, other)) == [
        "`accept: text/html`, ours `text/event-stream`"
    ]
    without = tuple(pair for pair in headers if pair[0].lower() != FRAME_HEADER)
    assert differences(sent("threads.create", {"input": INPUT}, without)) == [f"no header `{FRAME_HEADER}`"]


def test_many_differences_are_counted() -> None:
    found = differences(sent("threads.create", {"input": INPUT, **{f"key_{number}": 1 for number in range(9)}}))
    assert len(found) == 6
    assert found[-1] == "and 4 more"
