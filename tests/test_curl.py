"""`python app.py curl`: what it prints is typed into a shell, and the SDK takes the request."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
from typing import Any, get_args

import httpx
import pytest
from chatkit.types import ChatKitReq, NonStreamingReq, StreamingReq
from click.testing import CliRunner
from pydantic import TypeAdapter

from chat.client.samples import OPERATIONS
from chat.commands.main import main
from chat.exchanges.importing import import_exchanges
from tests.conftest import Running

ALL = [request.model_fields["type"].default for kind in (StreamingReq, NonStreamingReq) for request in get_args(kind)]
REQUEST: TypeAdapter[Any] = TypeAdapter(ChatKitReq)
URL = "http://127.0.0.1:8000/chatkit"
ABOUT_MORE = (
    "threads.add_client_tool_output",
    "threads.add_structured_input",
    "threads.custom_action",
    "threads.sync_custom_action",
    "input.transcribe",
)
"""What needs a call, a question or a widget in the thread, or a model: the backend may say no, in words."""


def printed(*arguments: str) -> str:
    done = CliRunner().invoke(main, ["curl", *arguments])
    assert done.exit_code == 0, done.output
    return done.stdout


def body_of(command: str) -> dict[str, Any]:
    words = shlex.split(command, comments=True)
    document: dict[str, Any] = json.loads(words[words.index("--data-raw") + 1])
    return document


def run(command: str, **variables: str) -> bytes:
    """What the command prints in a shell, or what an HTTP client reads where there is no curl."""
    if shutil.which("curl"):
        return subprocess.run(["sh", "-c", command], capture_output=True, env=os.environ | variables, timeout=30).stdout
    words = shlex.split(command, comments=True)
    url = next(word for word in words if word.startswith("http"))
    headers = dict(words[place + 1].split(": ", 1) for place, word in enumerate(words) if word == "-H")
    answer = httpx.post(url, headers=headers, content=words[-1].encode(), trust_env=False, verify=False)
    return f"HTTP/1.1 {answer.status_code} \r\n\r\n".encode() + answer.content


def test_there_is_a_sample_for_each_operation_of_the_protocol() -> None:
    assert sorted(OPERATIONS) == sorted(ALL)


@pytest.mark.parametrize("operation", ALL)
def test_the_body_is_a_request_to_the_sdk(operation: str) -> None:
    command = printed(operation, URL)
    assert REQUEST.validate_python(body_of(command)).type == operation
    named = re.findall(r"THREAD_ID|ITEM_ID|ATTACHMENT_ID|ACTION_TYPE", json.dumps(body_of(command)))
    assert re.findall(r"^# Replace (\w+)\.$", command, re.MULTILINE) == list(dict.fromkeys(named))


def test_each_command_typed_into_a_shell_is_answered_by_the_embedded_backend(workbench: Running) -> None:
    url = f"{workbench.url}/chatkit"
    created = run(printed("threads.create", url, "--message", "It's a \"fine\" day; $HOME & `id` – isn't it?"))
    events = [json.loads(line[6:]) for line in created.decode().splitlines() if line.startswith("data: ")]
    thread = next(event["thread"]["id"] for event in events if event["type"] == "thread.created")
    items = [event["item"] for event in events if event["type"] == "thread.item.done"]
    question = next(item for item in items if item["type"] == "user_message")
    assert question["content"][0]["text"] == "It's a \"fine\" day; $HOME & `id` – isn't it?"
    attached = run(printed("attachments.create", url)).split(b"\r\n\r\n", 1)[1]
    ids = ["--thread", thread, "--item", question["id"], "--attachment", json.loads(attached)["id"]]
    last = ("threads.delete",)
    for operation in [*(name for name in ALL if name not in ("threads.create", "attachments.create", *last)), *last]:
        command = printed(operation, url, *ids)
        assert "Replace" not in command or "ACTION_TYPE" in command
        [exchange] = import_exchanges(run(command), "printed").exchanges
        answered = exchange.status == 200 or (operation in ABOUT_MORE and "message" in json.loads(exchange.body))
        assert answered, (operation, exchange.status, exchange.body[:300])


def test_secrets_are_variables_of_the_shell() -> None:
    command = printed("threads.list", f"{URL}?api_key=abcdefgh-123", "--header", "Authorization: Bearer 0123456789abc")
    assert "abcdefgh" not in command
    assert "0123456789abc" not in command
    words = shlex.split(command, comments=True)
    assert "Authorization: Bearer $TOKEN" in words
    assert f"{URL}?api_key=$API_KEY" in words
    assert "# $TOKEN stands for" in command


def test_an_operation_that_does_not_exist_is_refused_with_those_that_do() -> None:
    done = CliRunner().invoke(main, ["curl", "threads.remove", URL])
    assert done.exit_code == 2
    assert "threads.delete" in done.output
