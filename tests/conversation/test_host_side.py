"""What a thread asks of the page around it: a profile answers, or the person is asked; it is said which."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chat.client import ChatKitClient
from chat.client.computed import Computed
from chat.conversation.conversation import Conversation
from chat.conversation.entry import Entry
from chat.host.profile_file import ProfileFile
from chat.host.profile_host import ProfileHost
from chat.ui.kept_answers import KeptAnswers
from tests.conversation.conversation_backend import CREATED, HEAD, Backend, answer, done, entries, question, until

With = Callable[[str], Conversation]


@pytest.fixture
def profiled(tmp_path: Path, embedded: Conversation) -> With:
    """A conversation with the embedded backend, for a profile with this source."""

    def make(source: str) -> Conversation:
        path = tmp_path / "my_profile.py"
        path.write_text(source, "utf-8")
        file = ProfileFile(path)
        file.load()
        host = ProfileHost(file=file, always=KeptAnswers(tmp_path / "kept.json").of("p"))
        assert not host.failures
        return with_host(embedded, host)

    return make


def with_host(like: Conversation, host: ProfileHost) -> Conversation:
    connection = like.client.connection
    return Conversation(ChatKitClient(replace(connection, computed=Computed(host.added))), host=host)


async def said(conversation: Conversation, text: str) -> Conversation:
    await conversation.send(text)
    await conversation.wait()
    return conversation


def tool(conversation: Conversation) -> Entry:
    return entries(conversation, "client_tool_call")[-1]


def operations(conversation: Conversation) -> list[str]:
    return [exchange.request.operation for exchange in conversation.exchanges]


async def test_a_client_tool_is_answered_by_the_profile_and_the_turn_goes_on(profiled: With) -> None:
    one = await said(
        profiled("async def on_client_tool(name, params): return {'zone': 'Asia/Tokyo', 'for': [name, params]}"),
        "Which time zone is my browser in?",
    )
    assert operations(one) == ["threads.create", "threads.add_client_tool_output"]
    entry = tool(one)
    assert entry.note == "Answered by on_client_tool in my_profile.py."
    assert entry.state is not None
    assert entry.state.json["output"]["for"] == ["get_time_zone", {"format": "iana", "with_offset": True}]
    assert "Asia/Tokyo" in one.transcript.entries[-1].source()


async def test_one_tool_after_the_other_is_answered(profiled: With) -> None:
    one = await said(
        profiled("def on_client_tool(name, params): return 'yes' if name == 'confirm_deletion' else 'order 7'"),
        "Delete what is selected on my page",
    )
    assert operations(one).count("threads.add_client_tool_output") == 2
    assert [entry.note for entry in entries(one, "client_tool_call")] == [
        "Answered by on_client_tool in my_profile.py."
    ] * 2


async def test_what_nobody_answers_is_asked_of_the_person_who_may_answer_always_so(
    profiled: With, embedded: Conversation, tmp_path: Path
) -> None:
    one = await said(profiled("def on_client_tool(name, params): return None"), "Which time zone is my browser in?")
    entry = tool(one)
    assert entry.note == ""
    assert "tool-always" in json.dumps(one.transcript.snapshot())
    assert entry.state is not None
    await one.submit_tool_output(entry.state.id, {"zone": "UTC"}, always=True)
    await one.wait()
    assert tool(one).note.startswith("Kept: this tool is answered so from now on.")
    await said(one, "Which time zone is my browser in?")
    assert tool(one).note == "Answered by your answer that is kept for it."
    assert KeptAnswers(tmp_path / "kept.json").tools("p") == {"get_time_zone": {"zone": "UTC"}}


async def test_a_function_that_fails_is_told_of_and_breaks_nothing(profiled: With) -> None:
    one = await said(
        profiled("def on_client_tool(name, params):\n    return params['nothing']"), "Which time zone is my browser in?"
    )
    assert tool(one).note == "on_client_tool of your profile failed (line 2): KeyError: 'nothing' You are asked."
    await one.submit_tool_output(tool(one).state.id, "UTC")  # type: ignore[union-attr]
    await one.wait()
    assert tool(one).note == ""


async def test_while_a_function_runs_it_is_said_and_the_person_may_answer_first(profiled: With) -> None:
    one = profiled("import asyncio\nasync def on_client_tool(name, params): await asyncio.Event().wait()")
    await one.send("Which time zone is my browser in?")
    await until(lambda: entries(one, "client_tool_call") and tool(one).note)
    assert tool(one).note == "on_client_tool of your profile is running…"
    assert one.composer.held == "Waiting for the result of get_time_zone"
    await one.submit_tool_output(tool(one).state.id, "UTC")  # type: ignore[union-attr]
    await one.wait()
    assert one.composer.held == ""
    assert tool(one).note == ""
    assert tool(one).state.json["output"] == "UTC"  # type: ignore[union-attr]


async def test_a_call_that_was_pending_when_the_thread_was_loaded_is_left_to_the_person(profiled: With) -> None:
    first = await said(profiled("def on_client_tool(n, p): return None"), "Which time zone is my browser in?")
    assert first.thread_id is not None
    again = profiled("def on_client_tool(n, p): return 'now'")
    await again.load(first.thread_id)
    await again.wait()
    assert tool(again).state.json["status"] == "pending"  # type: ignore[union-attr]
    assert "threads.add_client_tool_output" not in operations(again)


async def test_an_effect_is_acted_on(profiled: With) -> None:
    one = await said(profiled("def on_effect(name, data): return data['seconds']"), "Highlight order 1042 on my page")
    assert [entry.note for entry in entries(one, "effect")] == ["Done by on_effect in my_profile.py, which returned 3"]
    failing = await said(profiled("def on_effect(name, data): 1 / 0"), "Highlight order 1042 on my page")
    (entry,) = entries(failing, "effect")
    assert entry.note.startswith("on_effect of your profile failed (line 1): ZeroDivisionError")


SEATS = {"type": "flight.seats", "payload": {"flight": "WB 417"}, "handler": "client"}


async def test_a_client_action_is_answered_sent_or_left_to_the_person(profiled: With) -> None:
    one = await said(
        profiled(
            "seen = []\ndef on_action(action, item):\n    seen.append((action, item['type']))\n    return len(seen)"
        ),
        "I want to book a flight",
    )
    widget = entries(one, "widget")[-1].state
    assert widget is not None
    await one.widget_action(widget.id, SEATS)
    await one.wait()
    (entry,) = entries(one, "effect")
    assert (entry.note, entry.actions) == ("Done by on_action in my_profile.py, which returned 1", ())
    assert one.host.file.supplied.functions["on_action"].__globals__["seen"] == [(SEATS, "widget")]  # type: ignore[attr-defined]

    asked = await said(profiled("def on_action(action, item): return NotImplemented"), "I want to book a flight")
    widget = entries(asked, "widget")[-1].state
    assert widget is not None
    await asked.widget_action(widget.id, SEATS)
    await asked.wait()
    (entry,) = entries(asked, "effect")
    assert [action["do"] for action in entry.actions] == ["send-action", "always-send-action"]
    await asked.host_side.send_action(entry.key, always=True)
    await asked.wait()
    assert entry.note.startswith("Sent to the backend as custom action. Actions of this type go there by themselves")
    sent = asked.exchanges[-1].request
    assert (sent.operation, sent.params["action"]) == (
        "threads.custom_action",
        {k: SEATS[k] for k in ("type", "payload")},
    )
    await asked.widget_action(widget.id, SEATS)
    await asked.wait()
    assert operations(asked).count("threads.custom_action") == 2
    assert entries(asked, "effect")[-1].note.startswith("Your answer that is kept for it: sent to the backend")


def pending(item_id: str) -> dict[str, Any]:
    call = {
        "type": "client_tool_call",
        "status": "pending",
        "call_id": f"c_{item_id}",
        "name": item_id,
        "arguments": {},
    }
    return {**HEAD, **call, "id": item_id}


async def test_of_two_pending_calls_the_newest_goes_first(
    backend: Backend, conversation: Conversation, tmp_path: Path
) -> None:
    path = tmp_path / "p.py"
    path.write_text("def on_client_tool(name, params): return name", "utf-8")
    file = ProfileFile(path)
    file.load()
    one = with_host(conversation, ProfileHost(file=file))
    backend.answers["threads.create"] = [CREATED, done(question("Hi")), done(pending("a")), done(pending("b"))]
    backend.answers["threads.add_client_tool_output"] = [done(answer("Thanks"))]
    await said(one, "Hi")
    results = [body["params"]["result"] for body in backend.requests if body["type"].endswith("tool_output")]
    assert results == ["b", "a"], "as the official widget runs both"


async def test_after_a_turn_that_failed_the_person_is_asked(
    backend: Backend, conversation: Conversation, tmp_path: Path
) -> None:
    path = tmp_path / "p.py"
    path.write_text("def on_client_tool(name, params): return name", "utf-8")
    file = ProfileFile(path)
    file.load()
    one = with_host(conversation, ProfileHost(file=file))
    never = asyncio.Event()
    backend.answers["threads.create"] = [CREATED, done(question("Hi")), done(pending("a")), never]
    await one.send("Hi")
    await until(lambda: entries(one, "client_tool_call"))
    one.stop()
    await one.wait()
    assert backend.operations == ["threads.create"]
