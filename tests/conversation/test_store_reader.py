"""A thread that is shown again shows what is stored; what was streamed otherwise is marked, found, and not lost."""

import asyncio
from typing import Any

import pytest

from chat.backend.scenarios import SCENARIOS
from chat.client import ChatKitClient, Connection
from chat.conversation.conversation import Busy, Conversation
from tests.conversation.conversation_backend import (
    CREATED,
    HEAD,
    THREAD,
    Backend,
    added,
    answer,
    delta,
    done,
    entries,
    question,
    until,
)

LATER = {**HEAD, "created_at": "2026-01-01T00:10:00"}


def store(backend: Backend, *items: Any, **thread: Any) -> None:
    backend.answers["threads.get_by_id"] = {**THREAD, **thread, "items": {"data": list(items), "has_more": False}}


async def said(conversation: Conversation, backend: Backend, *events: Any) -> None:
    """One turn that brings the question and `events`."""
    first = conversation.thread_id is None
    asked = done(question("Hi", "u1" if first else f"u1{len(backend.requests)}"))
    operation = "threads.create" if first else "threads.add_user_message"
    backend.answers[operation] = [*([CREATED] if first else []), asked, *events]
    await conversation.send("Hi")
    await conversation.wait()


def texts(conversation: Conversation) -> list[str]:
    return [entry.source() for entry in conversation.transcript.entries if entry.state is not None]


def marks(conversation: Conversation) -> dict[str, str]:
    found = ((entry.state.id, entry.mark) for entry in conversation.transcript.entries if entry.state is not None)
    return {item_id: mark for item_id, mark in found if mark}


def note(conversation: Conversation, item_id: str) -> str:
    entry = conversation.transcript.item(item_id)
    assert entry is not None
    return entry.note


def found(conversation: Conversation) -> list[tuple[str, str]]:
    """Rule and level of what was found in the newest answer to `threads.get_by_id`, about the store."""
    reads = [one for one in conversation.exchanges if one.request.operation == "threads.get_by_id"]
    diagnosis = conversation.diagnoses.get(reads[-1].id)
    assert diagnosis is not None
    rules = ("persistence/", "paging/order")
    return [(one.rule_id, str(one.level)) for one in diagnosis.findings if one.rule_id.startswith(rules)]


async def test_what_is_stored_as_it_was_streamed_changes_nothing(backend: Backend, conversation: Conversation) -> None:
    await said(conversation, backend, done(answer("A")))
    store(backend, question("Hi"), answer("A"))
    before = conversation.transcript.entries
    await conversation.reload()
    assert conversation.transcript.entries == before
    assert (marks(conversation), found(conversation)) == ({}, [])
    assert not conversation.transcript.remembered


async def test_another_text_is_shown_and_marked(backend: Backend, conversation: Conversation) -> None:
    await said(conversation, backend, done(answer("A")))
    store(backend, question("Hi"), answer("B"))
    await conversation.reload()
    assert texts(conversation) == ["Hi", "B"]
    assert marks(conversation) == {"a1": "differs"}
    assert note(conversation, "a1") == (
        "Stored otherwise than it was streamed. $.content[0].text: streamed “A”, stored “B”"
    )
    assert found(conversation) == [("persistence/differs", "error")]
    await conversation.reload()
    assert marks(conversation) == {"a1": "differs"}, "what was streamed is not forgotten"
    store(backend, question("Hi"), answer("A"))
    await conversation.reload()
    assert (texts(conversation), marks(conversation), found(conversation)) == (["Hi", "A"], {}, [])


async def test_an_item_that_is_not_stored_stays_in_its_place(backend: Backend, conversation: Conversation) -> None:
    await said(conversation, backend, done(answer("A")), done(answer("B", "a2")))
    await said(conversation, backend, done(answer("C", "a3")))
    second = conversation.user_message_before(None)
    assert second is not None
    store(backend, question("Hi"), answer("B", "a2"), question("Hi", second), answer("C", "a3"))
    await conversation.reload()
    assert texts(conversation) == ["Hi", "A", "B", "Hi", "C"]
    assert marks(conversation) == {"a1": "not-stored"}
    assert note(conversation, "a1") == "Streamed, not stored: gone on reload in the official widget."
    assert found(conversation) == [("persistence/not-stored", "error")]
    assert conversation.state.drawn_count == 5
    diagnosis = conversation.diagnoses.get(conversation.exchanges[-1].id)
    assert diagnosis is not None
    (finding,) = [one for one in diagnosis.findings if one.rule_id == "persistence/not-stored"]
    assert finding.evidence[0].exchange_id == conversation.exchanges[0].id, "where it was streamed"


async def test_a_message_stored_under_another_id_stands_there_once(
    backend: Backend, conversation: Conversation
) -> None:
    await said(conversation, backend, done(answer("A")))
    store(backend, question("Hi"), answer("A", "x9"))
    await conversation.reload()
    assert (texts(conversation), marks(conversation)) == (["Hi", "A"], {"x9": "id-changes"})
    assert [rule for rule, _ in found(conversation)] == ["persistence/id-changes"]


async def test_an_item_that_was_never_done_stays_too(backend: Backend, conversation: Conversation) -> None:
    await said(conversation, backend, added(answer("")), delta("half"))
    store(backend, question("Hi"))
    await conversation.reload()
    assert (texts(conversation), marks(conversation)) == (["Hi", "half"], {"a1": "not-stored"})
    assert found(conversation) == [], "lifecycle/never-done has said it"


async def test_a_backend_that_was_restarted_and_counts_from_one_again(
    backend: Backend, conversation: Conversation
) -> None:
    await said(conversation, backend, done(answer("Of the run before")))
    store(backend, question("Something else"), answer("Of this run"), title="Another run")
    await conversation.reload()
    assert texts(conversation) == ["Something else", "Of this run"]
    assert conversation.title == "Another run"


async def test_a_thread_that_is_gone_stays_with_a_notice(backend: Backend, conversation: Conversation) -> None:
    await said(conversation, backend, done(answer("A")))
    backend.answers["threads.get_by_id"] = 404
    await conversation.reload()
    await conversation.reload()
    assert texts(conversation) == ["Hi", "A"]
    (error,) = entries(conversation, "error")
    assert error.note.startswith("The backend does not have this thread")
    assert [action["do"] for action in error.actions] == ["reload"]
    assert found(conversation) == [("persistence/not-stored", "error")]
    store(backend, question("Hi"), answer("A"))
    await conversation.reload()
    assert entries(conversation, "error") == []


@pytest.mark.parametrize("status", [500, 401])
async def test_a_read_that_fails_says_nothing_of_the_store(
    status: int, backend: Backend, conversation: Conversation
) -> None:
    await said(conversation, backend, done(answer("A")))
    backend.answers["threads.get_by_id"] = status
    await conversation.reload()
    assert (texts(conversation), found(conversation)) == (["Hi", "A"], [])
    (error,) = entries(conversation, "error")
    assert error.note == "What is shown is what the workbench remembers, not what is stored."


async def test_pages_that_cannot_be_read_to_their_end_take_nothing_away(
    backend: Backend, conversation: Conversation
) -> None:
    await said(conversation, backend, done(answer("A")), added(answer("", "a2")), delta("half", "a2"))
    page = {"data": [question("Hi")], "has_more": True, "after": "u1"}
    backend.answers["threads.get_by_id"] = {**THREAD, "items": page}
    backend.answers["items.list"] = {"data": [], "has_more": True, "after": "u1"}
    await conversation.reload()
    assert (texts(conversation), found(conversation)) == (["Hi", "A", "half"], [])
    assert marks(conversation) == {"a2": "unfinished"}
    (remark,) = [entry.html or "" for entry in entries(conversation, "remark") if "break off" in (entry.html or "")]
    assert "What is shown is what the workbench remembers" in remark
    store(backend, question("Hi"))
    await conversation.reload()
    assert found(conversation) == [("persistence/not-stored", "error")], "what was not read was not seen to be stored"
    assert not [entry for entry in entries(conversation, "remark") if "break off" in (entry.html or "")]


async def test_another_order_is_shown_and_said(backend: Backend, conversation: Conversation) -> None:
    await said(conversation, backend, done(answer("A")))
    store(backend, answer("A"), question("Hi"))
    await conversation.reload()
    assert texts(conversation) == ["A", "Hi"]
    (remark,) = entries(conversation, "remark")
    assert "another order" in (remark.html or "")
    assert ("paging/order", "error") in found(conversation)


async def test_a_thread_that_is_given_newest_first_is_said_to_be(backend: Backend, conversation: Conversation) -> None:
    store(backend, {**answer("A"), **LATER}, question("Hi"))
    await conversation.load("thr_1")
    await conversation.reload()
    assert texts(conversation) == ["A", "Hi"]
    (remark,) = entries(conversation, "remark")
    assert "newest first" in (remark.html or "")
    assert found(conversation) == [("paging/order", "error")]


@pytest.mark.parametrize(
    "items",
    [
        [question("Hi"), {**answer("A"), **LATER}],
        [answer("A"), question("Hi")],
        [answer("A"), {**question("Hi"), **LATER}],
        [{**question("Hi"), **LATER}, answer("A")],
        [{**answer("A"), "created_at": "2026-01-01T00:10:00Z"}, question("Hi")],
        [],
    ],
    ids=["right", "one second", "greeting", "times cut", "zones mixed", "empty"],
)
async def test_no_other_thread_is(items: list[Any], backend: Backend, conversation: Conversation) -> None:
    store(backend, *items)
    await conversation.load("thr_1")
    assert "newest first" not in str([entry.html for entry in entries(conversation, "remark")])


async def test_a_message_that_was_not_confirmed_is_not_lost(backend: Backend, conversation: Conversation) -> None:
    backend.answers["threads.create"] = [CREATED]
    await conversation.send("Hi")
    await conversation.wait()
    store(backend)
    await conversation.reload()
    (pending,) = entries(conversation, "pending")
    assert "never sent this message back" in pending.note


async def test_a_title_that_is_not_stored_is_said_to_be_lost(backend: Backend, conversation: Conversation) -> None:
    titled = {"type": "thread.updated", "thread": {**THREAD, "title": "Orders", "items": {"data": []}}}
    await said(conversation, backend, titled, done(answer("A")))
    store(backend, question("Hi"), answer("A"))
    for _ in range(2):
        await conversation.reload()
        (remark,) = entries(conversation, "remark")
        assert "The title “Orders” is not stored" in (remark.html or "")
        assert (conversation.title, found(conversation)) == (None, [("persistence/differs", "error")])
    store(backend, question("Hi"), answer("A"), title="Orders")
    await conversation.reload()
    assert (conversation.title, entries(conversation, "remark"), found(conversation)) == ("Orders", [], [])


# --- what others do meanwhile is no fault -----------------------------------------------------------------------------


async def test_what_somebody_else_has_changed_is_a_note(backend: Backend, conversation: Conversation) -> None:
    await said(conversation, backend, done(answer("A")))
    store(backend, question("Hi"), {**answer("Another try", "b1"), **LATER})
    await conversation.reload()
    assert texts(conversation) == ["Hi", "A", "Another try"]
    assert found(conversation) == [("persistence/not-stored", "note")]


async def test_what_was_stored_once_and_is_not_any_more_is_a_note(backend: Backend, conversation: Conversation) -> None:
    await said(conversation, backend, done(answer("A")))
    store(backend, question("Hi"), answer("A"))
    await conversation.reload()
    store(backend, question("Hi"))
    await conversation.reload()
    assert found(conversation) == [("persistence/not-stored", "note")]


async def test_a_widget_that_goes_on_behind_the_scenes_is_a_note(backend: Backend, conversation: Conversation) -> None:
    def card(text: str) -> dict[str, Any]:
        root = {"type": "Card", "children": [{"type": "Text", "value": text}]}
        return {**HEAD, "type": "widget", "id": "w1", "widget": root}

    await said(conversation, backend, done(card("Working")))
    store(backend, question("Hi"), card("Ready"))
    await conversation.reload()
    assert (marks(conversation), found(conversation)) == ({"w1": "differs"}, [("persistence/differs", "note")])


async def test_an_answered_tool_call_and_question_are_no_differences(
    backend: Backend, conversation: Conversation
) -> None:
    kind = {"type": "client_tool_call", "call_id": "x", "name": "locate", "arguments": {}}
    await said(conversation, backend, done({**HEAD, **kind, "id": "c1", "status": "pending"}))
    backend.answers["threads.add_client_tool_output"] = [done(answer("There"))]
    await conversation.submit_tool_output("c1", {"ok": True})
    await conversation.wait()
    completed = {**HEAD, **kind, "id": "c1", "status": "completed", "output": {"ok": True}}
    store(backend, question("Hi"), completed, answer("There"))
    await conversation.reload()
    assert (marks(conversation), found(conversation)) == ({}, [])


async def test_what_a_retry_takes_away_need_not_be_stored(backend: Backend, conversation: Conversation) -> None:
    await said(conversation, backend, done(answer("A")))
    backend.answers["threads.retry_after_item"] = [done(answer("B", "a2"))]
    await conversation.retry()
    await conversation.wait()
    store(backend, question("Hi"), answer("B", "a2"))
    await conversation.reload()
    assert (texts(conversation), marks(conversation), found(conversation)) == (["Hi", "B"], {}, [])


async def test_a_message_that_was_stored_and_never_sent_back_is_there_once(
    backend: Backend, conversation: Conversation
) -> None:
    backend.answers["threads.create"] = [CREATED, done(answer("A"))]
    await conversation.send("Hi")
    await conversation.wait()
    assert len(entries(conversation, "pending")) == 1
    store(backend, question("Hi"), answer("A"))
    await conversation.reload()
    assert (entries(conversation, "pending"), texts(conversation)) == ([], ["Hi", "A"])


async def test_the_embedded_backend_stores_what_it_streams_in_every_scenario(embedded: Conversation) -> None:
    for scenario in SCENARIOS:
        conversation = Conversation(embedded.client, compares=lambda: True)
        await conversation.send("Write 2 kB" if scenario.name == "sized_answer" else scenario.prompt)
        await conversation.wait()
        assert (scenario.name, marks(conversation), found(conversation)) == (scenario.name, {}, [])
        before = texts(conversation)
        await act_upon_the_last(conversation)
        await conversation.reload()
        assert (scenario.name, marks(conversation), found(conversation)) == (scenario.name, {}, [])
        assert texts(conversation)[:1] == before[:1]


async def act_upon_the_last(conversation: Conversation) -> None:
    """Answer what the thread ends with, where it asks for something."""
    last = conversation.state.visible_items()[-1]
    if last.type == "client_tool_call":
        await conversation.submit_tool_output(last.id, {"time_zone": "Europe/Berlin"})
    elif last.type == "structured_input":
        await conversation.submit_structured_input(last.id, {}, skipped=True)
    await conversation.wait()


# --- when it is read --------------------------------------------------------------------------------------------------


async def test_what_is_remembered_shows_first_and_a_turn_goes_first(
    backend: Backend, conversation: Conversation
) -> None:
    await said(conversation, backend, done(answer("A")))
    gate = asyncio.Event()

    async def later(_: Any) -> Any:
        await gate.wait()
        return {**THREAD, "items": {"data": [], "has_more": False}}

    backend.answers["threads.get_by_id"] = later
    reading = asyncio.create_task(conversation.reload())
    await until(lambda: backend.operations[-1] == "threads.get_by_id")
    assert (texts(conversation), conversation.transcript.remembered) == (["Hi", "A"], True)
    backend.answers["threads.add_user_message"] = [done(question("More", "u2")), done(answer("B", "a2"))]
    await conversation.send("More")
    assert not conversation.transcript.remembered
    await reading
    gate.set()
    await conversation.wait()
    assert texts(conversation) == ["Hi", "A", "More", "B"]


async def test_nothing_is_read_while_an_answer_streams(backend: Backend, conversation: Conversation) -> None:
    gate = asyncio.Event()
    backend.answers["threads.create"] = [CREATED, done(question("Hi")), gate]
    await conversation.send("Hi")
    await until(lambda: conversation.thread_id)
    with pytest.raises(Busy):
        await conversation.reload()
    gate.set()
    await conversation.wait()
    assert backend.operations == ["threads.create"]


async def test_after_a_turn_it_is_only_compared_where_that_is_wished(backend: Backend) -> None:
    client = ChatKitClient(Connection(backend.url))
    conversation = Conversation(client, compares=lambda: True)
    store(backend, question("Hi"), answer("B"))
    await said(conversation, backend, done(answer("A")), done(answer("C", "a2")))
    assert backend.operations == ["threads.create", "threads.get_by_id"]
    assert texts(conversation) == ["Hi", "A", "C"], "what was streamed stays in view"
    assert marks(conversation) == {"a1": "differs", "a2": "not-stored"}
    assert "shows what is stored after a reload" in note(conversation, "a1")
    assert {rule for rule, _ in found(conversation)} == {"persistence/differs", "persistence/not-stored"}
    assert {level for _, level in found(conversation)} == {"error"}
    backend.answers["threads.get_by_id"] = 500
    await said(conversation, backend, done(answer("D", "a4")))
    assert entries(conversation, "error") == [], "quietly"
