"""A script is played over HTTP: each step sends what a conversation would, once, and all of it is kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from chat.client import ChatKitClient, Connection
from chat.errors import Failed, Unreachable
from chat.host.host import Answer, HostFailure, NoHost
from chat.script import CannotPlay, Player, step_of
from tests.checks.streams import answer, card, done, error, thread_created, tool_call, user_done, widget_item
from tests.conftest import free_port
from tests.script.backend import Backend, serving

TURN = [thread_created(), user_done(), *answer("You have three tasks.")]
FORM = {
    "type": "Form",
    "children": [{"type": "Button", "label": "Save", "onClickAction": {"type": "save", "payload": {"id": 7}}}],
}


@pytest.fixture
async def backend() -> AsyncIterator[Backend]:
    async with serving() as running:
        yield running


@pytest.fixture
async def player(backend: Backend, tmp_path: Path) -> AsyncIterator[Player]:
    player = Player(ChatKitClient(Connection(backend.url)), {"known_tool": {"ok": True}}, tmp_path)
    yield player
    await player.aclose()


async def begun(player: Player, backend: Backend, *events: Any) -> None:
    backend.answers["threads.create"] = [*TURN, *events]
    await player.play(step_of("send", "list my tasks"))


async def test_a_message_begins_a_thread_and_the_next_one_goes_on(player: Player, backend: Backend) -> None:
    await begun(player, backend)
    backend.answers["threads.add_user_message"] = answer("Again", "msg_2")
    played = await player.play(step_of("send", {"text": "More", "tool": "search", "quoted": "tasks"}))
    assert backend.operations == ["threads.create", "threads.add_user_message"]
    assert backend.requests[1]["params"]["thread_id"] == "thr_1"
    sent = backend.requests[1]["params"]["input"]
    assert (sent["quoted_text"], sent["inference_options"]) == ("tasks", {"tool_choice": {"id": "search"}})
    assert played.item_ids == ["msg_2"]
    assert [exchange.outcome for exchange in player.exchanges] == ["complete", "complete"]


class Answers(NoHost):
    """A host that answers every client tool so."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    async def client_tool(self, name: str, params: Any) -> Answer:
        return self.answer


async def test_what_the_script_does_not_answer_the_host_does(backend: Backend) -> None:
    calls = [done({**tool_call(), "name": "known_tool"}), done({**tool_call("call_2"), "name": "other"})]
    player = Player(ChatKitClient(Connection(backend.url)), {"known_tool": 1}, host=Answers(Answer(True, 2)))
    backend.answers["threads.add_client_tool_output"] = answer("Thanks", "msg_2")
    await begun(player, backend, *calls)
    assert [one["params"]["result"] for one in backend.requests[1:]] == [1, 2]
    await player.aclose()


async def test_a_host_that_fails_is_why_a_call_was_not_answered(backend: Backend) -> None:
    failure = HostFailure("on_client_tool", "KeyError: 'x'", "p.py", 3)
    player = Player(ChatKitClient(Connection(backend.url)), host=Answers(Answer(False, failure=failure)))
    backend.answers["threads.create"] = [*TURN, done(tool_call())]
    played = await player.play(step_of("send", "list my tasks"))
    assert str(played.failure) == "on_client_tool failed (line 3): KeyError: 'x'"
    assert backend.operations == ["threads.create"]
    await player.aclose()


async def test_a_click_sends_the_action_behind_a_label_with_the_forms_values(player: Player, backend: Backend) -> None:
    await begun(player, backend, done(widget_item("wid_1", card(FORM))))
    backend.answers["threads.custom_action"] = []
    await player.play(step_of("click", {"label": "Save", "form": {"title": "New"}}))
    params = backend.requests[1]["params"]
    assert params == {
        "thread_id": "thr_1",
        "item_id": "wid_1",
        "action": {"type": "save", "payload": {"title": "New", "id": 7}},
    }
    with pytest.raises(CannotPlay, match="nothing called 'Delete'") as refused:
        await player.play(step_of("click", "Delete"))
    assert refused.value.got == "'Save'"
    assert len(backend.requests) == 2


async def test_an_action_that_does_not_stream_is_sent_so_and_its_item_is_taken(
    player: Player, backend: Backend
) -> None:
    await begun(player, backend, done(widget_item("wid_1", card())))
    backend.answers["threads.sync_custom_action"] = {"updated_item": widget_item("wid_1", card(FORM))}
    await player.play(step_of("action", {"type": "refresh", "streaming": False}))
    assert backend.operations[-1] == "threads.sync_custom_action"
    assert "'label': 'Save'" in str(player.state.items["wid_1"].widget)


async def test_the_output_of_a_pending_tool_is_given_when_the_script_says_it(player: Player, backend: Backend) -> None:
    await begun(player, backend, done(tool_call()))
    backend.answers["threads.add_client_tool_output"] = answer("Thanks", "msg_2")
    await player.play(step_of("tool_output", None))
    assert backend.requests[1]["params"] == {"thread_id": "thr_1", "result": None}
    assert player.state.items["call_item"].json["status"] == "completed"
    with pytest.raises(CannotPlay, match="No client_tool_call is pending"):
        await player.play(step_of("tool_output", None))


async def test_tools_that_the_page_knows_are_answered_as_soon_as_they_are_called(
    player: Player, backend: Backend
) -> None:
    backend.answers["threads.add_client_tool_output"] = answer("Thanks", "msg_2")
    await begun(player, backend, done({**tool_call(), "name": "known_tool"}))
    assert backend.operations == ["threads.create", "threads.add_client_tool_output"]
    assert backend.requests[1]["params"]["result"] == {"ok": True}


async def test_questions_are_answered_or_skipped(player: Player, backend: Backend) -> None:
    inputs = [{"type": "freeform", "id": "q1", "question": "Which?"}]
    asked = {"type": "structured_input", "id": "ask_1", "thread_id": "thr_1", "created_at": "2026-11-20T10:00:00Z"}
    await begun(player, backend, done({**asked, "inputs": inputs, "status": "pending"}))
    backend.answers["threads.add_structured_input"] = []
    await player.play(step_of("answers", {"q1": "The first"}))
    given = backend.requests[1]["params"]["input"]
    assert given == {"status": "answered", "answers": {"q1": {"values": ["The first"], "skipped": False}}}
    await player.play(step_of("answers", None))
    assert backend.requests[2]["params"]["input"]["status"] == "skipped"


async def test_a_retry_asks_for_the_last_message_again_and_drops_what_followed(
    player: Player, backend: Backend
) -> None:
    await begun(player, backend)
    backend.answers["threads.retry_after_item"] = answer("Again", "msg_2")
    await player.play(step_of("retry"))
    assert backend.requests[1]["params"] == {"thread_id": "thr_1", "item_id": "msg_user"}
    assert list(player.state.items) == ["msg_user", "msg_2"]


async def test_feedback_reload_rename_list_and_delete(player: Player, backend: Backend) -> None:
    await begun(player, backend)
    thread = {**thread_created()["thread"], "title": "Tasks"}
    backend.answers |= {
        "items.feedback": {},
        "threads.get_by_id": thread,
        "threads.update": thread,
        "threads.list": {"data": [thread], "has_more": False},
        "threads.delete": {},
    }
    asked = [("items.feedback", "feedback", "positive"), ("threads.get_by_id", "reload", None)]
    asked += [("threads.update", "rename", "Tasks"), ("threads.list", "list_threads", None)]
    asked += [("threads.delete", "delete", None)]
    for _, verb, value in asked:
        assert (await player.play(step_of(verb, value))).failure is None
    assert backend.operations[1:] == [operation for operation, _, _ in asked]
    assert backend.requests[1]["params"]["item_ids"] == ["msg_1"]
    with pytest.raises(CannotPlay, match="There is no thread yet"):
        await player.play(step_of("reload"))


async def test_a_stream_is_stopped_after_so_many_events_and_the_backend_notices(
    player: Player, backend: Backend
) -> None:
    backend.answers["threads.create"] = [*TURN[:3], backend.never]
    played = await player.play(step_of("send", "Hi", stop_after=3))
    assert len(played.events) == 3
    assert played.failure is None
    assert player.exchanges[0].outcome == "cancelled"
    await backend.hung_up.wait()


async def test_a_failing_answer_is_kept_and_told_and_never_sent_again(player: Player, backend: Backend) -> None:
    backend.answers["threads.create"] = 500
    played = await player.play(step_of("send", "Hi"))
    assert isinstance(played.failure, Failed)
    assert not played.stops_all
    assert len(backend.requests) == len(player.exchanges) == 1


async def test_an_error_event_is_an_event_like_another(player: Player, backend: Backend) -> None:
    backend.answers["threads.create"] = [thread_created(), error()]
    played = await player.play(step_of("send", "Hi"))
    assert played.failure is None
    assert played.events[-1].type == "error"


async def test_nobody_there_stops_all() -> None:
    player = Player(ChatKitClient(Connection(f"http://127.0.0.1:{free_port()}/chatkit")))
    played = await player.play(step_of("send", "Hi"))
    assert isinstance(played.failure, Unreachable)
    assert played.stops_all


async def test_files_are_uploaded_before_their_message(player: Player, backend: Backend, tmp_path: Path) -> None:
    (tmp_path / "tasks.txt").write_text("one")
    backend.answers["attachments.create"] = {
        "type": "file",
        "id": "att_1",
        "name": "tasks.txt",
        "mime_type": "text/plain",
        "upload_descriptor": {"url": f"{backend.url}/upload", "method": "PUT", "headers": {}},
    }
    backend.answers["threads.create"] = TURN
    await player.play(step_of("send", {"text": "Look", "attach": ["tasks.txt"]}))
    assert backend.uploads == [b"one"]
    assert backend.requests[-1]["params"]["input"]["attachments"] == ["att_1"]
    with pytest.raises(CannotPlay, match=r"gone\.txt cannot be read"):
        await player.play(step_of("send", {"attach": ["gone.txt"]}))


async def test_a_widget_that_is_none_is_looked_through_all_the_same(player: Player, backend: Backend) -> None:
    strange = {"type": "Card", "children": 5, "action": {"type": "x"}}
    events = [done(widget_item(f"wid_{at}", widget)) for at, widget in enumerate((strange, [strange], None, "x", 7))]
    await begun(player, backend, *events, done({**tool_call(), "name": ["known_tool"]}))
    with pytest.raises(CannotPlay, match="nothing called 'Save'"):
        await player.play(step_of("click", "Save"))
