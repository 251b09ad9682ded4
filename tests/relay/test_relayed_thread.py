"""What goes through the relay is shown as it was said: beside the passing on, thread by thread, with its findings."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from chat.client import ChatKitClient, Connection
from chat.conversation.conversation import Conversation
from chat.conversation.relayed import RelayedThread
from chat.exchanges.attempts import attempts
from tests.client.conftest import Call, StartBackend, Until

from .conftest import CREATE, Relaying


def watch(session: Any) -> RelayedThread:
    thread = RelayedThread("test", session.connection.url)
    thread.follow(session)
    return thread


def front_end(relaying: Relaying, session: Any) -> Conversation:
    """A front end: our own client, at the relay's address."""
    return Conversation(ChatKitClient(Connection(relaying.at(session), as_widget=True)))


async def test_it_shows_what_the_front_end_shows(relaying: Relaying, parrot: ChatKitClient) -> None:
    session = relaying.open(parrot.connection.url, splits=False)
    shown, theirs = watch(session), front_end(relaying, session)
    await theirs.send("one two three")
    await theirs.wait()
    await theirs.send("four")
    await theirs.wait()
    await shown.caught_up()
    assert shown.state.snapshot() == theirs.state.snapshot()
    assert [entry.kind for entry in shown.transcript.entries] == [
        "user_message",
        "assistant_message",
        "user_message",
        "assistant_message",
    ]
    assert not shown.running
    assert [exchange.id for exchange in shown.exchanges] == [exchange.id for exchange in session.exchanges]
    assert len(shown.events(shown.exchanges[0].id)) == len(theirs.events(theirs.exchanges[0].id))
    assert shown.diagnoses.counts() == theirs.diagnoses.counts()


async def test_who_begins_to_watch_later_sees_the_same(relaying: Relaying, parrot: ChatKitClient) -> None:
    session = relaying.open(parrot.connection.url, splits=False)
    early, theirs = watch(session), front_end(relaying, session)
    for text in ("one two", "three"):
        await theirs.send(text)
        await theirs.wait()
    late = watch(session)
    await early.caught_up()
    await late.caught_up()
    assert late.state.snapshot() == early.state.snapshot() == theirs.state.snapshot()
    assert [entry.kind for entry in late.transcript.entries] == [entry.kind for entry in early.transcript.entries]


async def test_it_follows_the_front_end_from_thread_to_thread(relaying: Relaying, parrot: ChatKitClient) -> None:
    session = relaying.open(parrot.connection.url, splits=False)
    shown = watch(session)
    first, second = front_end(relaying, session), front_end(relaying, session)
    await first.send("in the first")
    await first.wait()
    await second.send("in the second")
    await second.wait()
    await shown.caught_up()
    assert shown.thread_id == second.thread_id
    await first.send("again")
    await first.wait()
    await shown.caught_up()
    assert shown.state.snapshot() == first.state.snapshot(), "what was known of it is still there"
    reloaded = front_end(relaying, session)
    assert second.thread_id
    await reloaded.load(second.thread_id)
    await shown.caught_up()
    assert shown.thread_id == second.thread_id
    assert [item.id for item in shown.state.visible_items()] == [item.id for item in second.state.visible_items()]


async def test_a_retry_takes_away_what_came_after(relaying: Relaying, parrot: ChatKitClient) -> None:
    session = relaying.open(parrot.connection.url, splits=False)
    shown, theirs = watch(session), front_end(relaying, session)
    for text in ("one", "two"):
        await theirs.send(text)
        await theirs.wait()
    first = next(item.id for item in theirs.state.visible_items() if item.type == "user_message")
    await theirs.retry(first)
    await theirs.wait()
    await shown.caught_up()
    assert shown.state.snapshot() == theirs.state.snapshot()
    kinds = [entry.kind for entry in shown.transcript.entries]
    assert kinds == ["user_message", "assistant_message"]


async def test_a_new_title_and_a_deletion_are_seen(relaying: Relaying, parrot: ChatKitClient) -> None:
    session = relaying.open(parrot.connection.url, splits=False)
    shown, theirs = watch(session), front_end(relaying, session)
    await theirs.send("one")
    await theirs.wait()
    assert theirs.thread_id
    await theirs.client.update_thread(theirs.thread_id, "Another title")
    await shown.caught_up()
    assert shown.title == "Another title"
    await theirs.client.delete_thread(theirs.thread_id)
    await shown.caught_up()
    assert "deleted this thread" in (shown.transcript.entries[-1].html or "")


async def test_a_thread_that_cannot_be_read_is_said(relaying: Relaying, parrot: ChatKitClient) -> None:
    session = relaying.open(parrot.connection.url, splits=False)
    shown = watch(session)
    answer = await relaying.post(session, b'{"type":"threads.get_by_id","params":{"thread_id":"thr_unknown"}}')
    await shown.caught_up()
    assert answer.status_code >= 400
    assert [entry.kind for entry in shown.transcript.entries] == ["error"]


async def test_another_thread_is_shown_while_the_first_still_streams(
    relaying: Relaying, backend: StartBackend, until: Until
) -> None:
    go_on = asyncio.Event()

    async def answer(call: Call) -> None:
        name = json.loads(call.body)["params"]["input"]["content"][0]["text"]
        await call.head_of("200 OK", "Transfer-Encoding: chunked")
        thread = {"id": name, "created_at": "2026-01-01T00:00:00Z", "status": {"type": "active"}}
        thread["items"] = {"data": [], "has_more": False}
        item = {"id": f"msg_{name}", "thread_id": name, "created_at": "2026-01-01T00:00:00Z"}
        item |= {"type": "assistant_message", "content": []}
        part = {"type": "output_text", "text": f"of {name}", "annotations": []}
        await call.chunk(_data({"type": "thread.created", "thread": thread}))
        await call.chunk(_data({"type": "thread.item.added", "item": item}))
        if name == "slow":
            await go_on.wait()
        await call.chunk(_data({"type": "thread.item.done", "item": {**item, "content": [part]}}))
        await call.write(b"0\r\n\r\n")

    session = relaying.open((await backend(answer)).url, splits=False)
    shown = watch(session)
    slow = asyncio.create_task(relaying.post(session, _create("slow")))
    await until(lambda: shown.thread_id == "slow")
    await relaying.post(session, _create("quick"))
    await until(lambda: shown.thread_id == "quick" and not shown.running)
    go_on.set()
    await slow
    await shown.caught_up()
    assert [item.id for item in shown.state.visible_items()] == ["msg_quick"], "the other one is not drawn into it"
    assert len(shown.events(session.exchanges[0].id)) == 3, "but read"
    assert shown.diagnoses.get(session.exchanges[0].id).finished  # type: ignore[union-attr]


async def test_a_request_that_is_repeated_is_said_once(relaying: Relaying, backend: StartBackend) -> None:
    async def answer(call: Call) -> None:
        await call.answer(b'{"message":"on fire"}', "500 Internal Server Error")

    session = relaying.open((await backend(answer)).url, splits=False)
    shown = watch(session)
    for _ in range(6):  # as the official widget does
        await relaying.post(session)
    await shown.caught_up()
    assert [one[:2] for one in attempts(shown.exchanges).values()] == [(number, 6) for number in range(1, 7)]
    kinds = [entry.kind for entry in shown.transcript.entries]
    assert kinds.count("pending") == 1
    assert "6 times" in (shown.transcript.entries[-1].html or "")
    assert not any(entry.actions for entry in shown.transcript.entries), "nothing can be sent from here"


async def test_the_same_question_after_a_good_answer_is_no_second_attempt(
    relaying: Relaying, parrot: ChatKitClient
) -> None:
    session = relaying.open(parrot.connection.url, splits=False)
    for _ in range(2):
        await relaying.post(session, _create("Hi"))
    assert attempts(session.exchanges) == {}


async def test_what_the_front_end_stopped_is_called_so(relaying: Relaying, backend: StartBackend, until: Until) -> None:
    async def answer(call: Call) -> None:
        await call.head_of("200 OK", "Transfer-Encoding: chunked")
        await call.chunk(b'data: {"type":"progress_update","text":"x"}\n\n')
        await call.left.wait()

    session = relaying.open((await backend(answer)).url, splits=False)
    shown = watch(session)
    async with relaying.http.stream("POST", relaying.at(session), content=CREATE) as answer_:
        await anext(answer_.aiter_raw())
        await until(lambda: shown.running)
    await until(lambda: not shown.running and shown.exchanges[0].outcome == "cancelled")


def _create(text: str) -> bytes:
    content = [{"type": "input_text", "text": text}]
    params = {"input": {"content": content, "attachments": [], "inference_options": {}}}
    return json.dumps({"type": "threads.create", "params": params}).encode()


def _data(event: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(event).encode() + b"\n\n"
