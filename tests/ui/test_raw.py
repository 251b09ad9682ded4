"""The editor of raw requests, as its routes ask it: what is said before sending, and where answers go."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from nicegui import Client
from nicegui.page import page

from chat.conversation.conversation import Busy
from chat.errors import BadConnection
from chat.exchanges import Exchange, Request
from chat.exchanges.importing import Imported
from chat.host.profile_file import ProfileFile
from chat.ui.address import Place
from chat.ui.page import build_page
from chat.ui.profiles import Profile
from chat.ui.raw_editor import NotSendable
from chat.ui.window import Window
from chat.ui.workbench import Workbench
from tests.conversation.conversation_backend import (
    CREATED,
    STOPPABLE,
    Backend,
    added,
    answer,
    delta,
    done,
    question,
    until,
)
from tests.ui.test_window import workbench as workbench

KEY = "a-key-that-nobody-sees"
CREATE = {
    "type": "threads.create",
    "params": {
        "input": {"content": [{"type": "input_text", "text": "Hi"}], "attachments": [], "inference_options": {}},
    },
}
ANSWER = [CREATED, done(question("Hi")), added(answer("")), delta("Hello"), done(answer("Hello"))]


@pytest.fixture
async def window(workbench: Workbench, backend: Backend) -> AsyncIterator[Window]:
    metadata = {"tenant": "acme", "token": "metadata-secret-77"}
    headers = (("Authorization", f"Bearer {KEY}"),)
    profile = workbench.profiles.put(Profile("p", "Mine", backend.url, headers=headers, metadata=metadata))
    client = Client(page("/", reconnect_timeout=30))
    with client:
        window = Window(workbench, profile)
        build_page(window, Place(window.profile.id))
    yield window
    client.delete()


def send(window: Window, body: Any, *headers: tuple[str, str], without: tuple[str, ...] = ()) -> dict[str, Any]:
    text = body if isinstance(body, str) else json.dumps(body)
    return window.raw.send(text, headers, without)


async def ended(window: Window, sent: dict[str, Any]) -> Exchange:
    def found() -> list[Exchange]:
        return [one for one in window.source.exchanges if one.id == sent["exchange"] and not one.running]

    await until(found)
    if window.conversation is not None:
        await window.conversation.wait()
    return found()[0]


async def test_what_is_masked_in_the_editor_goes_out_as_the_connection_knows_it(
    window: Window, backend: Backend
) -> None:
    begin = window.raw.document()
    listed = next(one for one in begin["templates"] if one["operation"] == "threads.list")
    assert KEY not in json.dumps(begin)
    assert "metadata-secret" not in json.dumps(begin)
    assert dict(begin["headers"]["json"])["Authorization"].startswith("Bearer ••••")
    assert window.raw.check(listed["body"])["remarks"] == []
    exchange = await ended(window, send(window, listed["body"]))
    assert backend.requests[-1]["metadata"] == {"tenant": "acme", "token": "metadata-secret-77"}
    again = window.raw.document(exchange.id)["request"]
    assert "metadata-secret" not in again["body"]
    assert again["headers"] == []
    await ended(window, send(window, again["body"]))
    assert backend.requests[-1] == backend.requests[-2]
    assert "metadata-secret" not in json.dumps(window.raw.check(again["body"].replace("acme", "metadata-secret-77")))


async def test_what_is_secret_in_a_typed_request_is_so_from_then_on(window: Window, backend: Backend) -> None:
    backend.answers["threads.list"] = {"data": [], "has_more": False, "after": "typed-t0ken-4711 body-s3cret-4711"}
    body = {"type": "threads.list", "params": {}}
    await ended(
        window, send(window, {**body, "metadata": {"api_key": "body-s3cret-4711"}}, ("X-Key", "typed-t0ken-4711"))
    )
    later = await ended(window, send(window, body))
    assert b"4711" not in later.body
    assert "4711" not in window.workbench.hosts.connection(window.profile).secrets.text("typed-t0ken-4711")


async def test_metadata_of_a_profile_is_said_to_be_missing_in_what_is_typed(window: Window, tmp_path: Path) -> None:
    assert window.raw.document()["unmerged"] == ""
    (tmp_path / "mine.py").write_text("def metadata(request): return {'a': 1}\n", "utf-8")
    file = ProfileFile(tmp_path / "mine.py")
    file.load()
    other = window.workbench.profiles.put(Profile("q", "Other", window.profile.url))
    window.workbench.hosts.give("q", file)
    window.use(other)
    assert window.raw.document()["unmerged"].startswith("metadata of mine.py is not put into what is typed here")


async def test_answers_go_into_the_thread_that_they_belong_to(window: Window, backend: Backend) -> None:
    backend.answers |= {"threads.create": ANSWER, "threads.add_user_message": ANSWER[1:], "threads.update": {}}
    first = window.thread
    assert window.raw.check(json.dumps(CREATE))["goes"].endswith("thread that is shown.")
    await ended(window, send(window, CREATE))
    assert window.thread is first
    assert list(first.state.items) == ["u1", "a1"]
    more = {"type": "threads.add_user_message", "params": {**CREATE["params"], "thread_id": "thr_1"}}  # type: ignore[dict-item]
    assert send(window, more)["goes"] == "thread"
    await until(lambda: not window.thread.running)
    assert len(first.exchanges) == 2
    elsewhere = json.loads(json.dumps(more).replace("thr_1", "thr_2"))
    sent = send(window, elsewhere)
    await ended(window, sent)
    assert sent["goes"] == "apart"
    assert len(first.exchanges) == 2
    diagnosis = window.source.diagnosis(sent["exchange"])
    assert diagnosis is not None
    await until(lambda: diagnosis.finished)
    assert [event.type for event in window.source.events(sent["exchange"])] == [one["type"] for one in ANSWER[1:]]
    update = {"type": "threads.update", "params": {"thread_id": "thr_1", "title": "By hand"}}
    await ended(window, send(window, update))
    await until(lambda: first.title == "By hand")
    assert send(window, CREATE)["goes"] == "new"
    assert window.thread is not first
    await until(lambda: window.thread.thread_id == "thr_1" and not window.thread.running)


async def test_one_answer_is_awaited_at_a_time_and_stop_stops_it(window: Window, backend: Backend) -> None:
    backend.answers["threads.create"] = [CREATED, STOPPABLE, asyncio.Event()]
    sent = send(window, CREATE)
    await until(lambda: window.thread.thread_id)
    with pytest.raises(NotSendable, match="still being answered"):
        send(window, CREATE)
    window.raw.stop()
    assert (await ended(window, sent)).outcome == "cancelled"
    backend.answers["threads.custom_action"] = [STOPPABLE, asyncio.Event()]
    action = {"type": "threads.custom_action", "params": {"thread_id": "thr_7", "action": {"type": "a"}}}
    sent = send(window, action)
    await until(lambda: window.source.events(sent["exchange"]))
    window.raw.stop()
    assert (await ended(window, sent)).outcome == "cancelled"
    await asyncio.wait_for(backend.hung_up.wait(), 10)


async def test_what_http_cannot_carry_and_what_nobody_knows_is_not_sent(window: Window, backend: Backend) -> None:
    for refused, headers in (
        (NotSendable, ("X-Key", "••••")),
        (BadConnection, ("X Y", "1")),
        (BadConnection, ("A", "☃")),
    ):
        with pytest.raises(refused):
            send(window, {"type": "threads.list"}, headers)
    backend.answers["threads.create"] = [CREATED, asyncio.Event()]
    assert window.conversation is not None
    await window.conversation.send("Hi")
    await until(lambda: window.thread.thread_id)
    with pytest.raises(Busy):
        send(window, {"type": "threads.retry_after_item", "params": {"thread_id": "thr_1", "item_id": "u1"}})
    assert backend.operations == ["threads.create"]
    window.conversation.stop()
    await window.conversation.wait()
    not_json = send(window, "not JSON at all", ("Accept", "text/plain"), without=("authorization",))
    exchange = await ended(window, not_json)
    names = {name.lower(): value for name, value in exchange.request.headers}
    assert names["accept"] == "text/plain"
    assert "authorization" not in names
    assert exchange.request.body == b"not JSON at all"


async def test_a_request_of_a_recording_is_said_to_go_to_this_connection(window: Window, backend: Backend) -> None:
    headers = (("Authorization", "Bearer ••••"), ("X-Tenant", "b"), ("X-Token", "••••"), ("Host", "elsewhere"))
    body = b'{"type": "threads.list", "params": {}}'
    recorded = Exchange(
        Request("POST", "https://elsewhere/chatkit", headers, body, operation="threads.list"), status=200
    )
    recorded.end("complete")
    await window.explain("a file", Imported("recording", (recorded,)))
    request = window.raw.document(recorded.id)["request"]
    assert request["body"] == body.decode()
    assert request["headers"] == [["X-Tenant", "b"], ["X-Token", "••••"]], "the connection has an Authorization"
    assert "it goes to this connection" in request["notes"][0]
    sent = send(window, request["body"], ("X-Tenant", "b"))
    assert sent["goes"] == "apart"
    await ended(window, sent)
    assert [one.id for one in window.source.exchanges] == [recorded.id, sent["exchange"]]
    with pytest.raises(LookupError):
        window.raw.document("gone")


async def test_a_command_for_another_address_changes_nothing_by_itself(window: Window) -> None:
    read = window.raw.curl("curl 'http://user:secret-password@h/chatkit?key=abcdefgh12' -H 'X-A: b' --json '{}'")
    assert read["url"].startswith("http://")
    assert "secret-password" not in read["url"]
    assert "abcdefgh12" not in read["url"]
    assert read["headers"] == [["X-A", "b"]]
    assert window.raw.document()["url"] == window.profile.shown_url
