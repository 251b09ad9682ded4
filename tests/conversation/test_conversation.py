"""A conversation against a backend that really speaks HTTP: what it keeps, shows, sends, and never sends twice."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from chat.client import ChatKitClient, Connection
from chat.conversation.conversation import Busy, Conversation
from chat.inspection.tabs import response_document
from chat.protocol import Change, TextAppended, ThreadChanged
from tests.conftest import free_port
from tests.conversation.conversation_backend import (
    CREATED,
    HEAD,
    STOPPABLE,
    THREAD,
    Backend,
    added,
    answer,
    delta,
    done,
    entries,
    question,
    shown,
    until,
)


def text(conversation: Conversation, item_id: str = "a1") -> str:
    return conversation.state.items[item_id].text(0)


async def test_a_turn_ends_with_what_the_backend_said(backend: Backend, conversation: Conversation) -> None:
    backend.answers["threads.create"] = [
        CREATED,
        done(question("Hi")),
        added(answer("")),
        delta("Hel"),
        delta("lo"),
        done(answer("Hello")),
    ]
    await conversation.send("Hi")
    assert conversation.running
    await conversation.wait()
    assert shown(conversation) == [("user_message", "done"), ("assistant_message", "done")]
    assert text(conversation) == "Hello"
    assert conversation.thread_id == "thr_1"
    (exchange,) = conversation.exchanges
    assert exchange.outcome == "complete"
    assert conversation.events(exchange.id)[0].type == "thread.created"
    assert len(conversation.events(exchange.id)) == 6


async def test_the_message_is_there_at_once_and_gives_way_to_the_backends_own(
    backend: Backend, conversation: Conversation
) -> None:
    gate = asyncio.Event()
    backend.answers["threads.create"] = [CREATED, gate, done(question("Hi")), done(answer("Hello"))]
    await conversation.send("Hi")
    (pending,) = entries(conversation, "pending")
    assert pending.mark == "sending"
    assert "Hi" in (pending.html or "")
    assert conversation.state.items == {}, "no item is invented"
    gate.set()
    await conversation.wait()
    assert shown(conversation) == [("user_message", "done"), ("assistant_message", "done")]


async def test_a_message_that_the_backend_never_sends_back_says_so(
    backend: Backend, conversation: Conversation
) -> None:
    backend.answers["threads.create"] = [CREATED, done(answer("Hello"))]
    await conversation.send("Hi")
    await conversation.wait()
    (pending,) = entries(conversation, "pending")
    assert pending.mark == "unconfirmed"
    assert "vanishes" in pending.note


async def test_the_second_message_goes_to_the_same_thread(backend: Backend, conversation: Conversation) -> None:
    backend.answers["threads.create"] = [CREATED, done(question("Hi"))]
    backend.answers["threads.add_user_message"] = [done(question("More", "u2"))]
    for message in ("Hi", "More"):
        await conversation.send(message)
        await conversation.wait()
    assert backend.operations == ["threads.create", "threads.add_user_message"]
    assert backend.requests[1]["params"]["thread_id"] == "thr_1"
    sent = backend.requests[0]["params"]["input"]
    assert sent["inference_options"] == {}
    assert sent["attachments"] == []


async def test_only_one_turn_at_a_time(backend: Backend, conversation: Conversation) -> None:
    gate = asyncio.Event()
    backend.answers["threads.create"] = [CREATED, gate]
    await conversation.send("Hi")
    with pytest.raises(Busy):
        await conversation.send("Hi again")
    gate.set()
    await conversation.wait()
    assert backend.operations == ["threads.create"]


async def test_stop_closes_the_request_and_keeps_the_partial_answer(
    backend: Backend, conversation: Conversation
) -> None:
    backend.answers["threads.create"] = [
        CREATED,
        done(question("Hi")),
        STOPPABLE,
        added(answer("")),
        delta("Half an"),
        asyncio.Event(),
    ]
    await conversation.send("Hi")
    assert not conversation.composer.can_stop, "not before the backend allows it"
    await until(lambda: "a1" in conversation.state.items and text(conversation) == "Half an")
    assert conversation.composer.can_stop
    conversation.stop()
    await conversation.wait()
    async with asyncio.timeout(60):
        await backend.hung_up.wait()
    assert conversation.exchanges[0].outcome == "cancelled"
    assert text(conversation) == "Half an"
    (entry,) = entries(conversation, "assistant_message")
    assert (entry.status, entry.mark) == ("done", "stopped")
    assert entries(conversation, "error") == []
    assert not conversation.composer.running


async def test_stopping_before_anything_was_sent_leaves_nothing_running(
    backend: Backend, conversation: Conversation
) -> None:
    await conversation.send("Hi")
    conversation.stop()
    await conversation.wait()
    assert not conversation.running
    (pending,) = entries(conversation, "pending")
    assert [action["do"] for action in pending.actions] == ["resend", "edit"]


async def test_an_unreachable_backend_is_told_and_the_message_can_be_taken_back() -> None:
    conversation = Conversation(ChatKitClient(Connection(f"http://127.0.0.1:{free_port()}/chatkit")))
    await conversation.send("Hi", [("att_1", "notes.txt")])
    await conversation.wait()
    (pending,) = entries(conversation, "pending")
    (error,) = entries(conversation, "error")
    assert "Not sent" in pending.note
    assert "your backend" in (error.html or "")
    draft = conversation.take_back(pending.key)
    assert draft is not None
    assert (draft.text, draft.attachments) == ("Hi", (("att_1", "notes.txt"),))
    assert conversation.transcript.empty


async def test_sending_again_sends_once_more_and_clears_the_failure(backend: Backend) -> None:
    conversation = Conversation(ChatKitClient(Connection(backend.url)))
    backend.answers["threads.create"] = 503
    await conversation.send("Hi")
    await conversation.wait()
    assert backend.operations == ["threads.create"], "nothing is repeated by itself"
    backend.answers["threads.create"] = [CREATED, done(question("Hi")), done(answer("Hello"))]
    (pending,) = entries(conversation, "pending")
    await conversation.resend(pending.key)
    await conversation.wait()
    assert backend.operations == ["threads.create"] * 2
    assert shown(conversation) == [("user_message", "done"), ("assistant_message", "done")]


async def test_a_turn_that_shows_nothing_says_why_with_the_fix(backend: Backend, conversation: Conversation) -> None:
    backend.answers["threads.create"] = [{"type": "thread.item.assistant_message", "item": answer("Hello")}]
    await conversation.send("Hi")
    await conversation.wait()
    (blank,) = entries(conversation, "blank")
    assert "vocabulary/capability-name" in (blank.html or "")
    assert "ThreadItemDoneEvent" in (blank.html or "")
    diagnosis = conversation.diagnoses.get(conversation.exchanges[-1].id)
    assert diagnosis is not None
    assert diagnosis.view.blank
    assert diagnosis.translation is not None


async def test_a_turn_that_fails_is_judged_once_and_leads_to_its_finding(
    backend: Backend, conversation: Conversation
) -> None:
    backend.answers["threads.create"] = 503
    await conversation.send("Hi")
    await conversation.wait()
    (failure,) = (entry.html or "" for entry in entries(conversation, "error"))
    (blank,) = (entry.html or "" for entry in entries(conversation, "blank"))
    assert 'data-testid="show-finding"' in failure
    assert 'data-testid="show-finding"' not in blank
    assert '<dd class="inspected">503' in failure, "the finding has what came, too"
    assert "Nothing appeared" not in blank.partition('<div class="inspected">')[0]


async def test_a_turn_that_answers_explains_nothing(backend: Backend, conversation: Conversation) -> None:
    backend.answers["threads.create"] = [CREATED, done(question("Hi")), done(answer("Hello"))]
    await conversation.send("Hi")
    await conversation.wait()
    assert entries(conversation, "blank") == []


async def test_an_error_event_that_allows_it_offers_a_retry_after_the_last_message(
    backend: Backend, conversation: Conversation
) -> None:
    failing = {"type": "error", "message": "It broke", "allow_retry": True}
    backend.answers["threads.create"] = [CREATED, done(question("Hi")), done(answer("Half")), failing]
    backend.answers["threads.retry_after_item"] = [done(answer("Whole", "a2"))]
    await conversation.send("Hi")
    await conversation.wait()
    (error,) = entries(conversation, "error")
    assert [action["do"] for action in error.actions] == ["retry"]
    await conversation.retry(None)
    assert shown(conversation) == [("user_message", "done")], "what came after the message is gone at once"
    await conversation.wait()
    assert backend.requests[-1]["params"] == {"thread_id": "thr_1", "item_id": "u1"}
    assert text(conversation, "a2") == "Whole"


async def test_a_retry_of_an_answer_goes_to_the_message_before_it(backend: Backend, conversation: Conversation) -> None:
    backend.answers["threads.create"] = [CREATED, done(question("Hi")), done(answer("One"))]
    backend.answers["threads.add_user_message"] = [done(question("More", "u2")), done(answer("Two", "a2"))]
    backend.answers["threads.retry_after_item"] = [done(answer("One again", "a3"))]
    for message in ("Hi", "More"):
        await conversation.send(message)
        await conversation.wait()
    await conversation.retry("a1")
    await conversation.wait()
    assert backend.requests[-1]["params"]["item_id"] == "u1"
    assert list(conversation.state.items) == ["u1", "a3"]


async def test_an_empty_stream_is_a_failure_and_not_a_success(backend: Backend, conversation: Conversation) -> None:
    backend.answers["threads.create"] = [CREATED, done(question("Hi"))]
    backend.answers["threads.retry_after_item"] = []
    await conversation.send("Hi")
    await conversation.wait()
    await conversation.retry()
    await conversation.wait()
    assert len(entries(conversation, "error")) == 1


async def test_a_stream_that_breaks_off_keeps_what_had_come(backend: Backend, conversation: Conversation) -> None:
    async def broken(events: list[Any]) -> AsyncIterator[bytes]:
        for event in events:
            yield f"data: {json.dumps(event)}\n\n".encode()
        raise RuntimeError("the backend broke")

    backend.stream = broken  # type: ignore[method-assign]
    backend.answers["threads.create"] = [CREATED, done(question("Hi")), added(answer("")), delta("Half")]
    await conversation.send("Hi")
    await conversation.wait()
    (entry,) = entries(conversation, "assistant_message")
    assert (entry.status, text(conversation)) == ("failed", "Half")
    (error,) = entries(conversation, "error")
    assert [action["do"] for action in error.actions] == ["retry"]


async def test_notices_effects_and_progress_show_and_progress_goes_with_the_stream(
    backend: Backend, conversation: Conversation
) -> None:
    gate = asyncio.Event()
    backend.answers["threads.create"] = [
        CREATED,
        done(question("Hi")),
        {"type": "notice", "level": "warning", "message": "Careful"},
        {"type": "client_effect", "name": "highlight", "data": {"id": 7}},
        {"type": "progress_update", "text": "Counting <b>things</b>", "icon": "bolt"},
        gate,
    ]
    await conversation.send("Hi")
    await until(lambda: conversation.state.progress)
    conversation.audience.now()
    tail = conversation.transcript.snapshot()["tail"]
    assert "Counting &lt;b&gt;things" in tail
    gate.set()
    await conversation.wait()
    assert conversation.transcript.snapshot()["tail"] == ""
    assert [kind for kind, _ in shown(conversation)] == ["user_message", "notice", "effect"]


async def test_something_shows_that_the_backend_works_before_the_first_item(
    backend: Backend, conversation: Conversation
) -> None:
    gate = asyncio.Event()
    backend.answers["threads.create"] = [
        CREATED,
        done(question("Hi")),
        gate,
        added(answer("")),
        delta("x"),
        asyncio.Event(),
    ]
    await conversation.send("Hi")
    await until(lambda: "u1" in conversation.state.items)
    conversation.audience.now()
    assert "typing" in conversation.transcript.snapshot()["tail"]
    gate.set()
    await until(lambda: "a1" in conversation.state.items and text(conversation))
    conversation.audience.now()
    assert conversation.transcript.snapshot()["tail"] == ""
    conversation.stop()
    await conversation.wait()


async def test_a_silent_stream_that_may_not_be_stopped_can_be_given_up(
    backend: Backend, conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chat.conversation.turn.QUIET", 0.2)
    backend.answers["threads.create"] = [CREATED, done(question("Hi")), asyncio.Event()]
    await conversation.send("Hi")
    await until(lambda: "Give up waiting" in conversation.transcript.snapshot()["tail"])
    assert not conversation.composer.can_stop
    conversation.stop()
    await conversation.wait()
    assert conversation.exchanges[0].outcome == "cancelled"


async def test_of_a_stream_that_goes_on_with_comments_it_says_that_these_came(
    backend: Backend, conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chat.conversation.turn.QUIET", 0.0)
    gate = asyncio.Event()
    backend.answers["threads.create"] = [CREATED, gate, b": still here\n\n", asyncio.Event()]
    await conversation.send("Hi")
    await until(lambda: "Nothing has come" in conversation.transcript.snapshot()["tail"] and conversation.thread_id)
    gate.set()
    await until(lambda: "Nothing but comments has come" in conversation.transcript.snapshot()["tail"])
    exchange = conversation.exchanges[0]
    monkeypatch.setattr(exchange, "spoke_at_ns", exchange.now_ns() - 60 * 10**9)
    assert response_document(exchange)["words"] == "In progress: nothing but comments has come for 60 seconds."
    conversation.stop()
    await conversation.wait()


async def test_a_conversation_keeps_so_many_bytes(
    backend: Backend, conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chat.conversation.conversation.KEPT_BYTES", 1_000)
    backend.answers["threads.create"] = [CREATED, {"type": "progress_update", "text": "x" * 900}]
    backend.answers["threads.add_user_message"] = [{"type": "progress_update", "text": "y" * 900}]
    for text in ("Hi", "And now?"):
        await conversation.send(text)
        await conversation.wait()
    assert [one.request.operation for one in conversation.exchanges] == ["threads.add_user_message"]
    assert conversation.forgotten == 1


async def test_a_tool_output_is_sent_after_the_stream_and_completes_the_call(
    backend: Backend, conversation: Conversation
) -> None:
    gate = asyncio.Event()
    call = {
        **HEAD,
        "id": "t1",
        "type": "client_tool_call",
        "status": "pending",
        "call_id": "c",
        "name": "n",
        "arguments": {},
    }
    backend.answers["threads.create"] = [CREATED, done(question("Hi")), done(call), gate]
    backend.answers["threads.add_client_tool_output"] = [done(answer("Thanks"))]
    await conversation.send("Hi")
    await until(lambda: "t1" in conversation.state.items)
    with pytest.raises(Busy):
        await conversation.submit_tool_output("t1", {"ok": True})
    gate.set()
    await conversation.wait()
    await conversation.submit_tool_output("t1", {"ok": True})
    await conversation.wait()
    assert backend.requests[-1]["params"] == {"thread_id": "thr_1", "result": {"ok": True}}
    assert conversation.state.items["t1"].json["status"] == "completed"


async def test_answers_to_questions_go_by_their_ids(backend: Backend, conversation: Conversation) -> None:
    backend.answers["threads.create"] = [CREATED, done(question("Hi"))]
    backend.answers["threads.add_structured_input"] = [done(answer("Thanks"))]
    await conversation.send("Hi")
    await conversation.wait()
    await conversation.submit_structured_input("s1", {"when": ["spring"], "why": []})
    await conversation.wait()
    assert backend.requests[-1]["params"]["input"] == {
        "status": "answered",
        "answers": {"when": {"values": ["spring"], "skipped": False}, "why": {"values": [], "skipped": True}},
    }


async def test_widget_actions_wait_for_the_stream_unless_they_need_not(
    backend: Backend, conversation: Conversation
) -> None:
    gate = asyncio.Event()
    backend.answers["threads.create"] = [CREATED, done(question("Hi")), gate]
    backend.answers["threads.sync_custom_action"] = {"updated_item": answer("Updated", "a9")}
    await conversation.send("Hi")
    await until(lambda: "u1" in conversation.state.items)
    with pytest.raises(Busy):
        await conversation.widget_action("w1", {"type": "book"})
    await conversation.widget_action(
        "w1", {"type": "tick", "streaming": False, "payload": {"id": 1}}, {"id": 2, "a.b": "c"}
    )
    assert backend.requests[-1]["params"]["action"] == {"type": "tick", "payload": {"id": 1, "a": {"b": "c"}}}
    assert text(conversation, "a9") == "Updated"
    await conversation.widget_action("w1", {"type": "open", "handler": "client"})
    assert len(entries(conversation, "effect")) == 1
    gate.set()
    await conversation.wait()
    assert backend.operations == ["threads.create", "threads.sync_custom_action"]


async def test_feedback_is_sent_and_shown_when_it_was_taken(backend: Backend, conversation: Conversation) -> None:
    backend.answers["threads.create"] = [CREATED, done(question("Hi")), done(answer("Hello"))]
    await conversation.send("Hi")
    await conversation.wait()
    await conversation.feedback(["a1"], "positive")
    assert backend.requests[-1]["params"] == {"thread_id": "thr_1", "item_ids": ["a1"], "kind": "positive"}
    (entry,) = entries(conversation, "assistant_message")
    assert {action["do"]: action.get("pressed") for action in entry.actions}["up"] is True
    backend.answers["items.feedback"] = 500
    await conversation.feedback(["a1"], "negative")
    assert len(entries(conversation, "error")) == 1
    assert {action["do"]: action.get("pressed") for action in entry.actions}["down"] is False


async def test_a_file_is_registered_and_its_bytes_follow(backend: Backend, conversation: Conversation) -> None:
    target = backend.url.replace("/chatkit", "/files/notes")
    backend.answers["attachments.create"] = {
        "type": "file",
        "id": "att_1",
        "name": "notes.txt",
        "mime_type": "text/plain",
        "upload_descriptor": {"url": target, "method": "PUT", "headers": {}},
    }
    attached = await conversation.upload("notes.txt", "text/plain", b"some notes")
    assert (attached.attachment.id, attached.failure) == ("att_1", None)
    assert backend.uploads == [b"some notes"]
    assert backend.requests[0]["params"] == {"name": "notes.txt", "size": 10, "mime_type": "text/plain"}


async def test_loading_shows_what_is_stored_and_a_failure_when_it_cannot(
    backend: Backend, conversation: Conversation
) -> None:
    page = {"data": [question("Hi"), answer("Hello")], "has_more": False}
    backend.answers["threads.get_by_id"] = {**THREAD, "title": "A title", "items": page}
    changes: list[Change] = []
    conversation.on_change(lambda _, change: changes.append(change))
    await conversation.load("thr_1")
    assert shown(conversation) == [("user_message", "done"), ("assistant_message", "done")]
    assert conversation.title == "A title"
    assert any(isinstance(change, ThreadChanged) for change in changes)
    backend.answers["threads.get_by_id"] = 404
    await conversation.load("thr_1")
    (error,) = entries(conversation, "error")
    assert [action["do"] for action in error.actions] == ["reload"]
    assert ("assistant_message", "done") in shown(conversation), "what was shown is not lost"


async def test_listeners_hear_changes_events_and_states(backend: Backend, conversation: Conversation) -> None:
    heard: list[Any] = []
    ends = [
        conversation.on_change(lambda _, change: heard.append(change)),
        conversation.on_events(lambda _, exchange, run: heard.extend(event.type for event in run)),
        conversation.on_state(lambda c: heard.append(("running", c.running))),
        conversation.on_exchange(lambda _, exchange: heard.append(exchange.outcome)),
    ]
    backend.answers["threads.create"] = [
        CREATED,
        done(question("Hi")),
        added(answer("")),
        delta("x"),
        done(answer("x")),
    ]
    await conversation.send("Hi")
    await conversation.wait()
    assert ("running", True) in heard
    assert ("running", False) in heard
    assert "thread.item.updated" in heard
    assert any(isinstance(change, TextAppended) for change in heard)
    assert "pending" in heard
    assert "complete" in heard
    for end in ends:
        end()
    count = len(heard)
    await conversation.retry()
    await conversation.wait()
    assert len(heard) == count


async def test_a_locked_thread_says_why(backend: Backend, conversation: Conversation) -> None:
    locked: dict[str, Any] = {**CREATED["thread"], "status": {"type": "locked", "reason": "Closed for the night"}}
    backend.answers["threads.create"] = [CREATED, done(question("Hi")), {"type": "thread.updated", "thread": locked}]
    await conversation.send("Hi")
    await conversation.wait()
    assert (conversation.composer.status, conversation.composer.reason) == ("locked", "Closed for the night")


async def test_what_is_not_kept_of_a_stream_is_no_fault_of_the_backends(backend: Backend) -> None:
    backend.answers["threads.create"] = [CREATED, added(answer("")), *[delta("word ")] * 200]
    conversation = Conversation(ChatKitClient(Connection(backend.url, body_limit=5_000)))
    await conversation.send("Hi")
    await conversation.wait()
    assert conversation.exchanges[-1].outcome == "oversized"
    pending, said, error = conversation.transcript.entries
    assert pending.note == "As far as the answer was kept, the backend has not sent this message back."
    assert (said.status, said.mark) == ("done", "cut")
    assert "whether the item was ever done, nobody can say" in said.note
    assert "<dd>the workbench</dd>" in (error.html or "")
    assert "Show cause and fix" not in (error.html or ""), "what was found in the rest did not cut it off"
