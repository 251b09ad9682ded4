"""A recording served as a backend: what was recorded comes again, byte for byte, in its time, with its failures."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.requests import Request

from chat.backend.broken import GALLERY
from chat.checks.folded_threads import FoldedThreads
from chat.client import ChatKitClient, Connection
from chat.exchanges import STREAMING_OPERATIONS, Exchange, read_events
from chat.exchanges.importing import import_exchanges
from chat.exchanges.recording import Recording, dumps_recording, loads_recording
from chat.own_failures import FAILURE_HEADER
from chat.protocol import ThreadState, fold
from chat.relay.origin import StageOrigin
from chat.relay.replay import Replay
from chat.relay.replays import Replays
from tests.backend.broken.conftest import User, gallery, visit
from tests.checks.streams import (
    USER_INPUT,
    answer,
    assistant_item,
    done,
    exchange,
    later_turn,
    pasted,
    request_of,
    sse,
    thread_created,
    tool_call,
    turn,
    user_item,
)
from tests.work import in_no_time

__all__ = ["gallery", "visit"]

BODIES = {path.stem: path.read_bytes() for path in sorted((Path(__file__).parent.parent / "data").glob("*.txt"))}
MS = 1_000_000


@dataclass
class Replaying:
    """A replay that listens."""

    url: str
    http: httpx.AsyncClient
    said: list[str] = field(default_factory=list)

    async def ask(self, operation: str, headers: dict[str, str] | None = None, **params: Any) -> httpx.Response:
        return await self.http.post(self.url, content=request_of(operation, **params), headers=headers)

    async def say(self, text: str = "list my tasks", thread_id: str = "") -> httpx.Response:
        content = [{"type": "input_text", "text": text}]
        given: dict[str, Any] = {"input": {"content": content, "attachments": [], "inference_options": {"model": None}}}
        if thread_id:
            return await self.ask("threads.add_user_message", thread_id=thread_id, **given)
        return await self.ask("threads.create", **given)

    async def again(self, recorded: Exchange) -> Exchange:
        """The same request again, as one of ours."""
        return await ChatKitClient(Connection(self.url)).raw(json.loads(recorded.request.body))


@asynccontextmanager
async def replaying(*exchanges: Exchange, speed: float = 0, **options: Any) -> AsyncIterator[Replaying]:
    said: list[str] = []
    served = Replay(exchanges, "session.jsonl", speed=speed, say=said.append, **options)
    origin = StageOrigin("127.0.0.1", 0, [served.route()])
    await origin.start()
    async with httpx.AsyncClient(trust_env=False, verify=False, timeout=20) as http:
        yield Replaying(f"{origin.address}/chatkit", http, said)
    await origin.stop()


def folded(one: Exchange) -> dict[str, Any]:
    state = ThreadState()
    for event in read_events(one):
        fold(state, event)
    return state.snapshot()


# --- fidelity ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", BODIES)
async def test_a_recorded_stream_comes_again_and_folds_to_the_same_state(name: str) -> None:
    one = exchange(BODIES[name], "threads.create")
    (kept,) = loads_recording(dumps_recording(Recording([one])), name).exchanges
    async with replaying(kept) as replay:
        again = await replay.again(kept)
    assert again.body == kept.body
    assert (again.status, again.outcome) == (200, "complete")
    assert folded(again) == folded(kept)


@pytest.mark.parametrize("entry", GALLERY, ids=lambda entry: entry.rule_id)
async def test_what_a_broken_backend_said_comes_again_however_broken(entry: Any, visit: Callable[..., User]) -> None:
    user = visit(entry.path.removesuffix("/chatkit") + "/chatkit", headers=entry.headers, read_timeout=3)
    await user.say(entry.message)
    if user.thread_id:
        await user.ask("threads.get_by_id", thread_id=user.thread_id)
        await user.ask("items.list", thread_id=user.thread_id, limit=20, order="desc")
    await user.ask("threads.list", limit=20, order="desc")
    kept = loads_recording(dumps_recording(Recording(user.exchanges)), "gallery").exchanges
    async with replaying(*kept) as replay:
        for recorded in kept:
            again = await replay.again(recorded)
            if recorded.status is None:
                assert (again.status, again.header(FAILURE_HEADER)) == (424, recorded.outcome)
                continue
            assert (again.status, again.body) == (recorded.status, recorded.body)
            assert (again.outcome == "complete") == (recorded.outcome == "complete")
            assert folded(again) == folded(recorded)


def test_pieces_come_one_by_one_at_their_times_scaled() -> None:
    pieces = [(at * MS, f"data: {at}\n\n".encode()) for at in (400, 800, 1200)]
    requests = [{"type": "http.request", "body": request_of("threads.create", input=USER_INPUT)}]
    sent: list[tuple[float, bytes]] = []

    async def receive() -> Any:
        if not requests:
            await asyncio.sleep(3600)
        return requests.pop()

    async def send(message: Any) -> None:
        if message.get("body"):
            sent.append((asyncio.get_running_loop().time(), message["body"]))

    async def ask() -> None:
        replay = Replay([exchange(pieces)], "session.jsonl", speed=4)
        await replay.answer(Request({"type": "http", "method": "POST", "headers": []}, receive), send)

    in_no_time(ask)
    assert [data for _, data in sent] == [data for _, data in pieces]
    assert [at for at, _ in sent] == pytest.approx([0.1, 0.2, 0.3])


async def test_with_speed_0_an_hour_takes_no_time() -> None:
    async with replaying(exchange([(3_600_000 * MS, turn())], ended_at_ns=3_600_000 * MS)) as replay:
        assert (await replay.say()).content == turn()


async def test_who_leaves_is_not_waited_for() -> None:
    async with replaying(exchange([(0, b"data: 1\n\n"), (3_600_000 * MS, turn())]), speed=1) as replay:
        content = request_of("threads.create", input=USER_INPUT)
        async with replay.http.stream("POST", replay.url, content=content) as response:
            assert await anext(response.aiter_raw()) == b"data: 1\n\n"
    # and the server ends within the second that it gives its answers


@pytest.mark.parametrize("outcome", ["truncated", "cancelled", "interrupted", "timeout"])
async def test_an_answer_that_broke_off_breaks_off(outcome: str) -> None:
    one = exchange(turn(), outcome=outcome)
    async with replaying(one) as replay:
        again = await replay.again(one)
    assert again.outcome == "truncated"
    assert again.body == one.body


async def test_an_answer_that_never_came_is_told_as_the_relay_tells_it() -> None:
    one = exchange(b"", status=None, outcome="unreachable", failure="Nothing listens there")
    one.chunks.clear()
    async with replaying(one) as replay:
        response = await replay.say()
    assert response.status_code == 424
    assert response.headers[FAILURE_HEADER] == "unreachable"
    assert "Nothing listens there" in response.json()["message"]


async def test_recorded_headers_come_again_but_those_of_the_backends_own_site() -> None:
    headers = (("x-request-id", "req_1"), ("set-cookie", "a=b"), ("content-encoding", "gzip"), ("location", "/x"))
    async with replaying(exchange(turn(), headers=headers)) as replay:
        response = await replay.say()
    assert response.headers["x-request-id"] == "req_1"
    assert response.content == turn()
    assert not {"set-cookie", "content-encoding", "location"} & set(response.headers)


# --- matching ---------------------------------------------------------------------------------------------------------


def said(text: str, body: bytes, operation: str = "threads.create", **more: Any) -> Exchange:
    given: dict[str, Any] = {"input": {**USER_INPUT, "content": [{"type": "input_text", "text": text}]}}
    if operation != "threads.create":
        given["thread_id"] = "thr_1"
    return exchange(body, operation, sent=request_of(operation, **given), **more)


async def test_the_same_request_gets_its_answers_in_their_order_and_then_from_the_first_on_again() -> None:
    down: dict[str, Any] = {"status": 500, "content_type": "application/json"}
    first = said("Hi", b'{"message":"busy"}', **down)
    async with replaying(first, said("Hi", turn()), said("Bye", turn(*answer("Bye")))) as replay:
        statuses = [(await replay.say("Hi")).status_code for _ in range(4)]
        assert statuses == [500, 200, 500, 200]
        assert (await replay.say("Bye")).content == turn(*answer("Bye"))


async def test_given_once_an_answer_does_not_come_again() -> None:
    async with replaying(said("Hi", turn()), once=True) as replay:
        assert (await replay.say("Hi")).status_code == 200
        response = await replay.say("Hi")
    assert response.status_code == 404
    assert "each was given once" in response.json()["message"]


async def test_a_create_that_comes_again_begins_the_recording_anew() -> None:
    more = said("More", later_turn(*answer("One", "m1")), "threads.add_user_message")
    other = said("More", later_turn(*answer("Two", "m2")), "threads.add_user_message")
    async with replaying(said("Hi", turn()), more, other) as replay:
        for _ in range(2):
            await replay.say("Hi")
            assert b"One" in (await replay.say("More", "thr_1")).content
        assert "the recording begins again" in replay.said


async def test_what_is_null_or_empty_is_as_good_as_absent_and_secrets_are_compared_masked() -> None:
    token = "sk-proj-" + "a1B2" * 12
    recorded = import_exchanges(dumps_recording(Recording([said(f"my key is {token}", turn())]))).exchanges
    assert token.encode() not in recorded[0].request.body
    async with replaying(*recorded) as replay:
        assert (await replay.say(f"my key is {token}")).status_code == 200


async def test_what_was_not_recorded_is_named_with_what_was_and_never_asked_for_again() -> None:
    async with replaying(said("Hi", turn()), said("Bye", turn())) as replay:
        response = await replay.say("What?")
        feedback = await replay.ask("items.feedback", thread_id="thr_1", item_ids=["a"], kind="positive")
        nonsense = await replay.http.post(replay.url, content=b"[]")
    assert response.status_code == 404
    assert response.headers[FAILURE_HEADER] == "not-recorded"
    assert "no answer to `threads.create` with “What?”" in response.json()["message"]
    assert "with “Hi”; `threads.create` with “Bye”" in response.json()["advice"]
    assert (feedback.status_code, nonsense.status_code) == (404, 400)
    assert any("What?" in line for line in replay.said)


async def test_any_message_gets_the_next_answer_of_its_thread_when_that_is_wished() -> None:
    more = said("More", later_turn(*answer("One", "m1")), "threads.add_user_message")
    async with replaying(said("Hi", turn()), more, any_message=True) as replay:
        assert (await replay.say("Something else")).content == turn()
        assert b"One" in (await replay.say("And else", "thr_1")).content
        assert (await replay.say("And else", "thr_2")).status_code == 404


async def test_a_pasted_body_answers_whatever_starts_a_stream() -> None:
    async with replaying(pasted(turn())) as replay:
        response = await replay.say("Anything")
        assert response.content == turn()
        assert response.headers["content-type"] == "text/event-stream"
        assert (await replay.ask("threads.delete", thread_id="thr_1")).status_code == 404


@pytest.mark.parametrize("operation", sorted(STREAMING_OPERATIONS))
async def test_every_streaming_operation_is_matched_by_its_parameters(operation: str) -> None:
    own: dict[str, Any] = {"item_id": "i1", "action": {"type": "go", "payload": {"n": 1}}, "result": {"ok": True}}
    one = exchange(turn(), operation, sent=request_of(operation, thread_id="thr_1", **own))
    async with replaying(one) as replay:
        assert (await replay.ask(operation, thread_id="thr_1", **own)).content == turn()
        assert (await replay.ask(operation, thread_id="thr_1", **{**own, "item_id": "i2"})).status_code == 404


# --- the store --------------------------------------------------------------------------------------------------------


def stored(count: int) -> Exchange:
    """A turn that leaves this many answers."""
    return said("Hi", sse(thread_created(), done(user_item()), *(done(assistant_item(f"m{n}")) for n in range(count))))


async def test_reads_that_were_not_recorded_are_answered_from_what_was_streamed() -> None:
    async with replaying(stored(45)) as replay:
        thread = (await replay.ask("threads.get_by_id", thread_id="thr_1")).json()
        assert [item["id"] for item in thread["items"]["data"]] == ["msg_user", *(f"m{n}" for n in range(19))]
        assert (thread["items"]["has_more"], thread["items"]["after"]) == (True, "m18")
        after: dict[str, Any] = {"order": "asc", "limit": 9999, "after": "m18"}
        rest = (await replay.ask("items.list", thread_id="thr_1", **after)).json()
        assert [item["id"] for item in rest["data"]] == [f"m{n}" for n in range(19, 45)]
        assert (rest["has_more"], rest["after"]) == (False, None)
        newest = (await replay.ask("items.list", thread_id="thr_1", limit=2)).json()
        assert [item["id"] for item in newest["data"]] == ["m44", "m43"]
        assert newest["after"] == "m43"
        older = (await replay.ask("items.list", thread_id="thr_1", limit=2, after="m43", order="desc")).json()
        assert [item["id"] for item in older["data"]] == ["m42", "m41"]
        assert (await replay.ask("items.list", thread_id="thr_1", after="no")).status_code == 404
        assert (await replay.ask("threads.get_by_id", thread_id="thr_9")).status_code == 404


async def test_a_client_of_ours_reads_the_whole_thread_from_a_replay() -> None:
    one = stored(45)
    threads = FoldedThreads()
    threads.take(one)
    async with replaying(one) as replay:
        client = ChatKitClient(Connection(replay.url))
        loaded = await client.load_thread("thr_1")
        listed = await client.list_threads()
    assert [item.id for item in loaded.items] == list(threads.states["thr_1"].items)
    assert [thread.id for thread in listed.data] == ["thr_1"]


async def test_a_thread_is_as_it_has_been_played_so_far_and_before_that_as_the_recording_leaves_it() -> None:
    more = said("More", later_turn(*answer("One", "m1")), "threads.add_user_message")
    gone = exchange(b"{}", "threads.delete")
    async with replaying(said("Hi", turn()), more, gone) as replay:

        async def items() -> list[str]:
            answered = await replay.ask("items.list", thread_id="thr_1", order="asc")
            return [item["id"] for item in answered.json()["data"]] if answered.status_code == 200 else ["gone"]

        assert await items() == ["gone"]
        await replay.say("Hi")
        assert await items() == ["msg_user", "msg_1"]
        await replay.say("More", "thr_1")
        assert await items() == ["msg_user", "msg_1", "m1"]
        assert (await replay.ask("threads.delete", thread_id="thr_1")).status_code == 200
        assert await items() == ["gone"]
        assert (await replay.ask("threads.list")).json()["data"] == []


async def test_what_a_thread_had_before_the_recording_is_there_from_the_beginning() -> None:
    page = {"data": [user_item("old_1"), assistant_item("old_2")], "has_more": False}
    read = exchange(json.dumps({**thread_created()["thread"], "items": page}).encode(), "threads.get_by_id")
    more = said("More", later_turn(*answer("One", "m1")), "threads.add_user_message")
    async with replaying(read, more) as replay:
        await replay.say("More", "thr_1")
        listed = await replay.ask("items.list", thread_id="thr_1", order="asc", limit=9999)
        assert [item["id"] for item in listed.json()["data"]] == ["old_1", "old_2", "msg_user", "m1"]


async def test_a_recorded_read_comes_as_it_was_and_then_from_the_store() -> None:
    empty = exchange(b'{"data":[],"has_more":false}', "threads.list", limit=20)
    async with replaying(empty, said("Hi", turn())) as replay:
        assert (await replay.ask("threads.list", limit=20)).json()["data"] == []
        await replay.say("Hi")
        assert [one["id"] for one in (await replay.ask("threads.list", limit=20)).json()["data"]] == ["thr_1"]


async def test_a_tool_call_that_was_answered_is_stored_as_completed() -> None:
    called = said("Hi", turn(done(tool_call())))
    given = exchange(later_turn(), "threads.add_client_tool_output", result={"ok": True})
    async with replaying(called, given) as replay:
        await replay.say("Hi")
        await replay.ask("threads.add_client_tool_output", thread_id="thr_1", result={"ok": True})
        listed = (await replay.ask("items.list", thread_id="thr_1", order="asc")).json()["data"]
        assert next(item for item in listed if item["id"] == "call_item")["status"] == "completed"


# --- who may call -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("origin", ["http://localhost:3000", "http://127.0.0.1:5173", "https://[::1]:8443"])
async def test_pages_of_this_machine_may_call(origin: str) -> None:
    async with replaying(said("Hi", turn())) as replay:
        asks = {"Origin": origin, "Access-Control-Request-Headers": "content-type, chatkit-frame-instance-id"}
        leave = await replay.http.options(replay.url, headers=asks)
        assert leave.status_code == 204
        assert leave.headers["access-control-allow-origin"] == origin
        assert leave.headers["access-control-allow-headers"] == "content-type, chatkit-frame-instance-id"
        content = request_of("threads.create", input={"content": [{"type": "input_text", "text": "Hi"}]})
        answered = await replay.http.post(replay.url, content=content, headers={"Origin": origin})
        assert answered.headers["access-control-allow-origin"] == origin
        assert answered.content == turn()


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1.evil.example", "file://", "x["])
async def test_other_pages_may_not_read_what_was_said(origin: str) -> None:
    async with replaying(said("Hi", turn())) as replay:
        for answered in (
            await replay.http.options(replay.url, headers={"Origin": origin}),
            await replay.ask("threads.list", {"Origin": origin}),
        ):
            assert answered.status_code == 403
            assert not [name for name in answered.headers if name.startswith("access-control-")]
            assert "thr_1" not in answered.text
        assert any("--allow-origin" in line for line in replay.said)


async def test_a_page_that_was_named_may() -> None:
    async with replaying(said("Hi", turn()), origins=["https://shop.example"]) as replay:
        answered = await replay.ask("threads.list", {"Origin": "https://shop.example"})
        assert answered.headers["access-control-allow-origin"] == "https://shop.example"


async def test_another_host_and_another_method_are_refused() -> None:
    async with replaying(said("Hi", turn())) as replay:
        rebound = await replay.ask("threads.list", {"Host": "evil.example"})
        got = await replay.http.get(replay.url)
    assert rebound.status_code == 400
    assert (got.status_code, got.headers["allow"]) == (405, "POST, OPTIONS")


async def test_recordings_that_the_page_serves_have_keys_and_the_newest_eight_are_kept() -> None:
    origin = StageOrigin("127.0.0.1", 0)
    replays = Replays(origin.address)
    origin.add(replays.route())
    await origin.start()
    asked = request_of("threads.list")
    async with httpx.AsyncClient(trust_env=False, verify=False, timeout=20) as http:
        served = [replays.serve([said("Hi", turn())], f"{number}.jsonl") for number in range(9)]
        first, *rest = [one.address for one in served]
        listed = [await http.post(one, content=asked) for one in (first, rest[0], rest[-1])]
        foreign = await http.post(rest[0], content=asked, headers={"Origin": "https://evil.example"})
    await origin.stop()
    assert [one.status_code for one in listed] == [404, 200, 200]
    assert foreign.status_code == 403
    assert [line[10:] for line in served[-1].lines] == ["threads.list: from what the recording tells of its threads"]
    assert "evil.example" in served[1].lines[-1]
    assert len(set(rest)) == 8
