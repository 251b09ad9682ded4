"""A request body as somebody types it: what a backend's SDK would say of it is said before it is sent."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from chatkit.types import ChatKitReq
from pydantic import TypeAdapter, ValidationError

from chat.checks.request_check import Remark, check_request
from chat.client.samples import OPERATIONS, Names

REQUEST: TypeAdapter[Any] = TypeAdapter(ChatKitReq)
REAL = Names(thread="thr_1", item="msg_1", attachment="atc_1", action={"type": "order.open", "payload": {"id": 7}})

# Of each operation: what is set to which value (None: taken out), and where that is found to be wrong.
WRONG: dict[str, tuple[list[str], Any, str]] = {
    "threads.create": (["input", "inference_options"], None, "an object (InferenceOptions) · nothing"),
    "threads.add_user_message": (["input", "attachments"], "atc_1", 'a list · the text "atc_1"'),
    "threads.add_client_tool_output": (["result"], None, "a value · nothing"),
    "threads.add_structured_input": (["input", "status"], "done", "'answered' or 'skipped' · the text \"done\""),
    "threads.retry_after_item": (["item_id"], 5, "text · the number 5"),
    "threads.custom_action": (["action"], "order.open", 'an object (Action) · the text "order.open"'),
    "threads.sync_custom_action": (["action"], None, "an object (Action) · nothing"),
    "threads.get_by_id": (["thread_id"], None, "text · nothing"),
    "threads.list": (["order"], "newest", "'asc' or 'desc' · the text \"newest\""),
    "threads.update": (["title"], ["A"], "text · a list of 1"),
    "threads.delete": (["thread_id"], {"id": "thr_1"}, "text · an object with id"),
    "items.list": (["limit"], "many", 'a whole number · the text "many"'),
    "items.feedback": (["kind"], "up", "'negative' or 'positive' · the text \"up\""),
    "attachments.create": (["size"], "5 kB", 'a whole number · the text "5 kB"'),
    "attachments.delete": (["attachment_id"], None, "text · nothing"),
    "input.transcribe": (["mime_type"], None, "text · nothing"),
}


def body(operation: str) -> dict[str, Any]:
    return {"type": operation, "params": OPERATIONS[operation](REAL)}


def remarks(text: str) -> tuple[Remark, ...]:
    return check_request(text).remarks


@pytest.mark.parametrize("operation", OPERATIONS)
def test_what_the_sdk_takes_is_left_alone_and_what_it_refuses_is_named_by_its_place(operation: str) -> None:
    good = check_request(json.dumps(body(operation)))
    assert (good.operation, good.remarks, good.valid) == (operation, (), True)
    place, value, said = WRONG[operation]
    bad = copy.deepcopy(body(operation))
    inside = bad["params"]
    for name in place[:-1]:
        inside = inside[name]
    if value is None:
        del inside[place[-1]]
    else:
        inside[place[-1]] = value
    with pytest.raises(ValidationError):
        REQUEST.validate_python(bad)
    [remark] = remarks(json.dumps(bad))
    assert (remark.level, remark.path) == ("error", f"$.params.{'.'.join(place)}")
    assert f"{remark.expected} · {remark.got}" == said
    [remark] = remarks(json.dumps({"type": operation}))
    assert (remark.path, remark.got) == ("$.params", "nothing")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("thread.create", "'threads.create'"),
        ("threads.add_message", "'threads.add_user_message'"),
        ("item.list", "'items.list'"),
    ],
)
def test_an_unknown_operation_is_named_and_so_is_what_may_be_meant(typed: str, meant: str) -> None:
    [remark] = remarks(json.dumps({"type": typed, "params": {}}))
    assert remark.path == "$.type"
    assert "did you mean" in remark.expected
    assert meant in remark.expected
    assert remark.got == f'the text "{typed}"'


def test_one_that_resembles_none_is_answered_with_all_of_them() -> None:
    [remark] = remarks('{"type": "zzz"}')
    assert all(operation in remark.expected for operation in OPERATIONS)


@pytest.mark.parametrize(
    ("text", "path", "got"),
    [
        ("", "$", "nothing"),
        ("[1, 2]", "$", "a list of 2"),
        ('{"params": {}}', "$.type", "nothing"),
        ('{"type": 5}', "$.type", "the number 5"),
        ("[" * 100_000, "$", "hundreds of levels"),
    ],
)
def test_what_is_no_request_at_all_is_said(text: str, path: str, got: str) -> None:
    [remark] = remarks(text)
    assert (remark.level, remark.path, remark.got) == ("error", path, got)


def test_where_json_breaks_off_is_counted_as_a_browser_counts() -> None:
    [remark] = remarks('{\n "text": "🗼",\n "type": }')
    assert remark.path == "line 3, column 10"
    assert remark.at == len('{\n "text": "🗼",\n "type": '.encode("utf-16-le")) // 2


def test_what_the_sdk_passes_over_and_what_still_stands_for_something_are_warnings() -> None:
    text = '{"type": "threads.get_by_id", "params": {"thread_id": "THREAD_ID", "limit": 5}, "metadata": {"k": "••••"}}'
    found = check_request(text)
    assert found.valid
    said = {remark.path: remark.got for remark in found.remarks if remark.level == "warning"}
    assert said == {
        "$.params.limit": "limit",
        "$.params.thread_id": "the placeholder THREAD_ID",
        "$.metadata.k": 'the text "••••"',
    }
