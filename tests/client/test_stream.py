"""Streams as they should be, and as they arrive all the same."""

import asyncio
import gzip
import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from chatkit.types import InferenceOptions, UserMessageInput, UserMessageTextContent

from chat.client import ChatKitClient, Connection, EventStream
from chat.errors import (
    BrokenStream,
    Failed,
    NotAStream,
    OversizedBody,
    Redirected,
    Refused,
    Rejected,
    StalledStream,
    WorkbenchError,
)
from chat.exchanges import Exchange, read_events
from chat.protocol import Event
from tests.client.conftest import Call, StartBackend, Until
from tests.work import others_beside

DATA = Path(__file__).parent.parent / "data"
FIRST_TURN = (DATA / "good-first-turn.txt").read_bytes()
EVENTS_IN_FIRST_TURN = FIRST_TURN.count(b"data: ")


def message(text: str) -> UserMessageInput:
    return UserMessageInput(
        content=[UserMessageTextContent(text=text)], attachments=[], inference_options=InferenceOptions()
    )


def blocks(body: bytes) -> list[bytes]:
    return [block + b"\n\n" for block in body.split(b"\n\n") if block]


async def gather(stream: EventStream) -> list[Event]:
    return [event async for event in stream]


async def fails_with(kind: type[WorkbenchError], stream: EventStream) -> Any:
    with pytest.raises(kind) as caught:
        await gather(stream)
    assert caught.value.exchange is stream.exchange
    return caught.value


async def test_every_event_comes_in_order_and_the_exchange_holds_the_bytes(backend: StartBackend) -> None:
    async def answer(call: Call) -> None:
        await call.answer(FIRST_TURN, kind="text/event-stream")

    server = await backend(answer)
    stream = ChatKitClient(Connection(server.url)).create_thread(message("What is open?"))
    events = await gather(stream)

    assert len(events) == EVENTS_IN_FIRST_TURN
    assert [event.type for event in events][:2] == ["thread.created", "thread.item.done"]
    assert all(event.valid for event in events)
    assert [event.raw for event in stream.events] == [event.raw for event in events]
    assert stream.exchange.body == FIRST_TURN
    assert stream.exchange.outcome == "complete"
    assert stream.exchange.failure is None
    assert stream.problems == []
    assert [event.raw for event in read_events(stream.exchange)] == [event.raw for event in events]


async def test_read_in_runs_the_same_events_come_in_the_same_order(backend: StartBackend) -> None:
    async def answer(call: Call) -> None:
        await call.answer(FIRST_TURN, kind="text/event-stream")

    server = await backend(answer)
    async with ChatKitClient(Connection(server.url)).create_thread(message("What is open?")) as stream:
        told = [(run, len(stream.events)) async for run in stream.runs()]
    events = [event for run, _ in told for event in run]
    assert [event.raw for event in events] == [event.raw for event in read_events(stream.exchange)]
    assert [there for _, there in told] == list(itertools.accumulate(len(run) for run, _ in told))
    assert max(len(run) for run, _ in told) > 1


async def test_an_event_is_there_before_the_next_one_was_sent(backend: StartBackend) -> None:
    first_seen = asyncio.Event()

    async def answer(call: Call) -> None:
        await call.head_of("200 OK", "Transfer-Encoding: chunked")
        await call.chunk(blocks(FIRST_TURN)[0])
        await first_seen.wait()
        for block in blocks(FIRST_TURN)[1:]:
            await call.chunk(block)
        await call.write(b"0\r\n\r\n")

    server = await backend(answer)
    async with ChatKitClient(Connection(server.url)).create_thread(message("hi")) as stream:
        event = await asyncio.wait_for(anext(stream), 10)
        assert event.type == "thread.created"
        assert stream.exchange.running
        first_seen.set()
        rest = await gather(stream)
    assert 1 + len(rest) == EVENTS_IN_FIRST_TURN
    times = [chunk.at_ns for chunk in stream.exchange.chunks]
    assert times == sorted(times)
    exchange = stream.exchange
    assert exchange.connected_at_ns is not None
    assert exchange.headers_at_ns is not None
    assert exchange.ended_at_ns is not None
    assert 0 < exchange.connected_at_ns <= exchange.headers_at_ns <= times[0] <= times[-1] <= exchange.ended_at_ns


async def test_times_are_those_of_the_network_not_of_a_slow_reader(backend: StartBackend, until: Until) -> None:
    written = asyncio.Event()

    async def answer(call: Call) -> None:
        await call.answer(FIRST_TURN, kind="text/event-stream")
        written.set()

    server = await backend(answer)
    stream = ChatKitClient(Connection(server.url)).create_thread(message("hi"))
    await anext(stream)
    await written.wait()
    await until(lambda: not stream.exchange.running)
    ended = stream.exchange.ended_at_ns
    events = await gather(stream)
    assert stream.exchange.ended_at_ns == ended
    assert ended is not None
    assert events[-1].at_ns <= ended


async def test_the_request_is_what_the_protocol_asks_for(backend: StartBackend) -> None:
    async def answer(call: Call) -> None:
        await call.answer(FIRST_TURN, kind="text/event-stream")

    server = await backend(answer)
    connection = Connection(
        server.url,
        headers=(("Authorization", "Bearer secret-token-12345678"), ("Origin", "https://shop.example")),
        locale="pt-BR",
        metadata={"plan": "pro"},
    )
    stream = ChatKitClient(connection).add_user_message("thr_1", message("olá"))
    await gather(stream)

    call = server.calls[0]
    assert call.head.startswith("POST /chatkit HTTP/1.1\r\n")
    assert call.header("accept") == ["text/event-stream"]
    assert call.header("accept-language") == ["pt-BR"]
    assert call.header("content-type") == ["application/json"]
    assert call.header("origin") == ["https://shop.example"]
    assert call.header("authorization") == ["Bearer secret-token-12345678"]
    assert json.loads(call.body) == {
        "type": "threads.add_user_message",
        "params": {
            "thread_id": "thr_1",
            "input": {
                "content": [{"type": "input_text", "text": "olá"}],
                "attachments": [],
                "inference_options": {},
            },
        },
        "metadata": {"plan": "pro"},
    }
    request = stream.exchange.request
    assert request.operation == "threads.add_user_message"
    assert request.streaming
    assert request.body == call.body
    assert ("Authorization", "Bearer ••••5678") in request.headers
    assert "secret-token" not in repr(stream.exchange)


async def test_headers_of_the_connection_replace_the_defaults(backend: StartBackend) -> None:
    async def answer(call: Call) -> None:
        await call.answer(FIRST_TURN, kind="text/event-stream")

    server = await backend(answer)
    connection = Connection(server.url, headers=(("accept", "*/*"), ("User-Agent", "test"), ("X-A", "1"), ("X-A", "2")))
    await gather(ChatKitClient(connection).retry_after_item("thr_1", "msg_1"))
    call = server.calls[0]
    assert call.header("accept") == ["*/*"]
    assert call.header("user-agent") == ["test"]
    assert call.header("x-a") == ["1", "2"]


async def test_a_tool_result_of_null_is_sent_as_null(backend: StartBackend) -> None:
    async def answer(call: Call) -> None:
        await call.answer(FIRST_TURN, kind="text/event-stream")

    server = await backend(answer)
    await gather(ChatKitClient(Connection(server.url)).add_client_tool_output("thr_1", None))
    await gather(ChatKitClient(Connection(server.url)).add_client_tool_output("thr_1", {"a": None}))
    assert [json.loads(call.body)["params"]["result"] for call in server.calls] == [None, {"a": None}]


async def test_a_wrong_content_type_is_reported_and_the_body_decoded_all_the_same(backend: StartBackend) -> None:
    async def answer(call: Call) -> None:
        await call.answer(FIRST_TURN, kind="application/json")

    server = await backend(answer)
    stream = ChatKitClient(Connection(server.url)).create_thread(message("hi"))
    assert len(await gather(stream)) == EVENTS_IN_FIRST_TURN
    assert [(problem.path, problem.got) for problem in stream.problems] == [
        ("headers.content-type", "application/json")
    ]


async def test_a_missing_content_type_is_reported_too(backend: StartBackend) -> None:
    async def answer(call: Call) -> None:
        await call.answer(FIRST_TURN, kind="")

    server = await backend(answer)
    stream = ChatKitClient(Connection(server.url)).create_thread(message("hi"))
    await gather(stream)
    assert stream.problems[0].got == "no content-type"


async def test_compressed_bodies_are_decoded_and_both_sizes_kept(backend: StartBackend) -> None:
    packed = gzip.compress(FIRST_TURN)

    async def answer(call: Call) -> None:
        await call.head_of("200 OK", "Content-Encoding: gzip", f"Content-Length: {len(packed)}")
        await call.write(packed[:100], packed[100:])

    server = await backend(answer)
    stream = ChatKitClient(Connection(server.url)).create_thread(message("hi"))
    assert len(await gather(stream)) == EVENTS_IN_FIRST_TURN
    assert stream.exchange.body == FIRST_TURN
    assert stream.exchange.wire_bytes == len(packed)
    assert stream.exchange.content_encoding == "gzip"


async def test_a_body_that_is_not_compressed_as_it_says_is_a_broken_stream(backend: StartBackend) -> None:
    async def answer(call: Call) -> None:
        await call.answer(FIRST_TURN, "200 OK", "text/event-stream", "Content-Encoding: gzip")

    server = await backend(answer)
    stream = ChatKitClient(Connection(server.url)).create_thread(message("hi"))
    error = await fails_with(BrokenStream, stream)
    assert stream.exchange.outcome == "garbled"
    assert "gzip" in str(error)
    assert error.whose == "your backend"


async def test_a_chunked_body_that_is_cut_raises_with_the_events_that_came(backend: StartBackend) -> None:
    async def answer(call: Call) -> None:
        await call.head_of("200 OK", "Transfer-Encoding: chunked")
        for block in blocks(FIRST_TURN)[:3]:
            await call.chunk(block)

    server = await backend(answer)
    stream = ChatKitClient(Connection(server.url)).create_thread(message("hi"))
    error = await fails_with(BrokenStream, stream)
    assert stream.exchange.outcome == "truncated"
    assert len(error.events) == 3
    assert error.events is stream.events
    assert error.whose == "your backend"
    assert "chunked" in error.got
    assert stream.exchange.failure == str(error)


async def test_what_came_before_a_broken_chunk_is_kept(backend: StartBackend, until: Until) -> None:
    async def answer(call: Call) -> None:
        await call.head_of("200 OK", "Transfer-Encoding: chunked")
        await until(lambda: stream.exchange.status)
        first = blocks(FIRST_TURN)[0]
        good = b"%x\r\n%s\r\n" % (len(first), first)
        await call.write(good + b"this is no size\r\n" + good)  # in one piece, as a network delivers it

    server = await backend(answer)
    stream = ChatKitClient(Connection(server.url)).create_thread(message("hi"))
    error = await fails_with(BrokenStream, stream)
    assert len(error.events) == 1
    assert stream.exchange.body == blocks(FIRST_TURN)[0]
    assert "chunk" in error.got
    assert error.whose == "your backend"


async def test_a_body_shorter_than_its_content_length_is_truncated(backend: StartBackend) -> None:
    async def answer(call: Call) -> None:
        await call.head_of("200 OK", f"Content-Length: {len(FIRST_TURN) + 10}")
        await call.write(FIRST_TURN)

    server = await backend(answer)
    stream = ChatKitClient(Connection(server.url)).create_thread(message("hi"))
    error = await fails_with(BrokenStream, stream)
    assert stream.exchange.outcome == "truncated"
    assert len(error.events) == EVENTS_IN_FIRST_TURN
    assert f"received {len(FIRST_TURN)} bytes" in error.got


async def test_a_reset_connection_is_truncated(backend: StartBackend) -> None:
    async def answer(call: Call) -> None:
        await call.head_of("200 OK", "Transfer-Encoding: chunked")
        await call.chunk(blocks(FIRST_TURN)[0])
        # Only after this does the client have the event for certain.
        await asyncio.wait_for(seen.wait(), 10)
        call.reset()

    seen = asyncio.Event()
    server = await backend(answer)
    stream = ChatKitClient(Connection(server.url)).create_thread(message("hi"))
    await anext(stream)
    seen.set()
    error = await fails_with(BrokenStream, stream)
    assert stream.exchange.outcome == "truncated"
    assert len(error.events) == 1
    assert "reset" in error.got


async def test_a_body_cut_inside_an_event_gives_that_event_as_unterminated(backend: StartBackend) -> None:
    async def answer(call: Call) -> None:
        await call.head_of("200 OK", "Transfer-Encoding: chunked")
        await call.chunk(blocks(FIRST_TURN)[0] + b'data: {"type":"thr')

    server = await backend(answer)
    stream = ChatKitClient(Connection(server.url)).create_thread(message("hi"))
    await fails_with(BrokenStream, stream)
    assert [event.terminated for event in stream.events] == [True, False]


async def test_silence_between_chunks_is_an_error_of_its_own(backend: StartBackend) -> None:
    async def answer(call: Call) -> None:
        await call.head_of("200 OK", "Transfer-Encoding: chunked")
        await call.chunk(blocks(FIRST_TURN)[0])
        await call.left.wait()

    server = await backend(answer)
    stream = ChatKitClient(Connection(server.url, read_timeout=0.2)).create_thread(message("hi"))
    error = await fails_with(StalledStream, stream)
    assert stream.exchange.outcome == "timeout"
    assert len(error.events) == 1
    assert "0.2 s" in str(error)
    await asyncio.wait_for(server.calls[0].left.wait(), 10)


async def test_closing_cancels_the_request_at_the_backend(backend: StartBackend) -> None:
    async def answer(call: Call) -> None:
        await call.head_of("200 OK", "Transfer-Encoding: chunked")
        await call.chunk(blocks(FIRST_TURN)[0])
        await call.left.wait()

    server = await backend(answer)
    stream = ChatKitClient(Connection(server.url)).create_thread(message("hi"))
    await anext(stream)
    await stream.aclose()
    await asyncio.wait_for(server.calls[0].left.wait(), 10)
    assert stream.exchange.outcome == "cancelled"
    assert [event async for event in stream] == []
    await stream.aclose()


async def test_closing_from_another_task_ends_a_waiting_iteration_quietly(backend: StartBackend, until: Until) -> None:
    async def answer(call: Call) -> None:
        await call.head_of("200 OK", "Transfer-Encoding: chunked")
        await call.chunk(blocks(FIRST_TURN)[0] + b'data: {"type":"half')
        await call.left.wait()

    server = await backend(answer)
    stream = ChatKitClient(Connection(server.url)).create_thread(message("hi"))
    reading = asyncio.create_task(gather(stream))
    await until(lambda: stream.events)
    await stream.aclose()
    events = await asyncio.wait_for(reading, 10)
    # The half event is our doing: it is not given out.
    assert [event.type for event in events] == ["thread.created"]


async def test_closing_before_the_answer_and_before_the_start(backend: StartBackend, until: Until) -> None:
    async def answer(call: Call) -> None:
        await call.left.wait()

    server = await backend(answer)
    client = ChatKitClient(Connection(server.url))
    stream = client.create_thread(message("hi"))
    stream.start()
    await until(lambda: server.calls)
    await stream.aclose()
    assert stream.exchange.outcome == "cancelled"
    assert await gather(stream) == []

    never = client.create_thread(message("hi"))
    await never.aclose()
    assert await gather(never) == []
    assert len(server.calls) == 1


async def test_leaving_the_context_closes(backend: StartBackend) -> None:
    async def answer(call: Call) -> None:
        await call.head_of("200 OK", "Transfer-Encoding: chunked")
        await call.chunk(FIRST_TURN)
        await call.left.wait()

    server = await backend(answer)
    client = ChatKitClient(Connection(server.url))
    async with client.create_thread(message("hi")) as stream:
        async for _ in stream:
            break
    assert stream.exchange.outcome == "cancelled"
    await asyncio.wait_for(server.calls[0].left.wait(), 10)


async def test_closing_the_client_closes_its_streams(backend: StartBackend) -> None:
    async def answer(call: Call) -> None:
        await call.head_of("200 OK", "Transfer-Encoding: chunked")
        await call.chunk(FIRST_TURN)
        await call.left.wait()

    server = await backend(answer)
    client = ChatKitClient(Connection(server.url))
    stream = client.create_thread(message("hi"))
    await anext(stream)
    await client.aclose()
    assert stream.exchange.outcome == "cancelled"


@pytest.mark.parametrize(
    ("status", "kind", "body", "error_type", "whose", "said"),
    [
        ("401 Unauthorized", "application/json", b'{"message":"no token"}', Refused, "your request", "no token"),
        ("403 Forbidden", "application/json", b'{"detail":"CSRF"}', Refused, "your request", "CSRF"),
        ("404 Not Found", "text/plain", b"no such thread", Rejected, "your request", "no such thread"),
        (
            "422 Unprocessable Entity",
            "application/json",
            b'{"detail":[{"loc":["body","params"],"msg":"Field required","type":"missing"}]}',
            Rejected,
            "your request",
            "body.params: Field required",
        ),
        (
            "500 Internal Server Error",
            "text/plain",
            b"Internal Server Error",
            Failed,
            "your backend",
            "Internal Server Error",
        ),
        (
            "502 Bad Gateway",
            "text/html",
            b"<html><head><title>502 Bad Gateway</title>",
            Failed,
            "your backend",
            "502 Bad Gateway",
        ),
    ],
)
async def test_a_refused_stream_says_what_the_backend_said(
    backend: StartBackend, status: str, kind: str, body: bytes, error_type: Any, whose: str, said: str
) -> None:
    async def answer(call: Call) -> None:
        await call.answer(body, status, kind)

    server = await backend(answer)
    stream = ChatKitClient(Connection(server.url)).create_thread(message("hi"))
    error = await fails_with(error_type, stream)
    assert error.advice.endswith((".", "?", "…")), "a whole sentence"
    assert (error.status, error.whose, error.said) == (int(status[:3]), whose, said)
    assert said in str(error)
    assert error.advice
    assert stream.exchange.body == body
    assert stream.exchange.outcome == "complete"
    assert len(server.calls) == 1, "a send is never repeated"


async def test_an_event_stream_with_a_bad_status_is_an_error_not_events(backend: StartBackend) -> None:
    async def answer(call: Call) -> None:
        await call.answer(FIRST_TURN, "500 Internal Server Error", "text/event-stream")

    server = await backend(answer)
    stream = ChatKitClient(Connection(server.url)).create_thread(message("hi"))
    await fails_with(Failed, stream)
    assert not stream.events
    assert stream.exchange.body == FIRST_TURN


async def test_a_redirect_is_reported_and_not_followed(backend: StartBackend) -> None:
    async def elsewhere(call: Call) -> None:
        await call.answer(FIRST_TURN, kind="text/event-stream")

    other = await backend(elsewhere)

    async def answer(call: Call) -> None:
        await call.answer(b"", "307 Temporary Redirect", "text/html", f"Location: {other.url}/?token=abcdefabcdef1234")

    server = await backend(answer)
    connection = Connection(server.url, headers=(("Authorization", "Bearer abcdefabcdef1234"),))
    error = await fails_with(Redirected, ChatKitClient(connection).create_thread(message("hi")))
    assert error.location == f"{other.url}/?token=••••1234"
    assert "abcdefabcdef" not in str(error) + error.got
    assert other.calls == []


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        (b'{"id":"thr_1","message":"use the other route"}', "application/json", "use the other route"),
        (b'{"type":"thread.created"}\n{"type":"x"}\n', "application/x-ndjson", "application/x-ndjson"),
        (b'{"type":"thread.created"}\n{"type":"x"}\n', "text/event-stream", "not one server-sent event"),
        (b"<html><title>Sign in</title>", "text/html", "Sign in"),
        (b"", "application/json", "empty body"),
    ],
)
async def test_an_answer_without_one_event_is_not_a_stream(
    backend: StartBackend, body: bytes, kind: str, words: str
) -> None:
    async def answer(call: Call) -> None:
        await call.answer(body, kind=kind)

    server = await backend(answer)
    error = await fails_with(NotAStream, ChatKitClient(Connection(server.url)).create_thread(message("hi")))
    assert words in str(error)
    assert error.whose == "your backend"
    assert error.problems


async def test_no_content_is_not_a_stream(backend: StartBackend) -> None:
    async def answer(call: Call) -> None:
        await call.head_of("204 No Content", kind="")

    server = await backend(answer)
    error = await fails_with(NotAStream, ChatKitClient(Connection(server.url)).create_thread(message("hi")))
    assert "204" in str(error)


@pytest.mark.parametrize("body", [b"", b": ping\n\n", b"\n\n"])
async def test_a_stream_without_events_is_legal(backend: StartBackend, body: bytes) -> None:
    async def answer(call: Call) -> None:
        await call.answer(body, kind="text/event-stream; charset=utf-8")

    server = await backend(answer)
    stream = ChatKitClient(Connection(server.url)).retry_after_item("thr_1", "unknown")
    assert await gather(stream) == []
    assert [problem.path for problem in stream.problems] == ["body"]


async def test_invalid_events_are_given_out_with_their_problems(backend: StartBackend) -> None:
    body = (DATA / "seed-attempt-1.txt").read_bytes()

    async def answer(call: Call) -> None:
        await call.answer(body, kind="text/event-stream")

    server = await backend(answer)
    events = await gather(ChatKitClient(Connection(server.url)).create_thread(message("hi")))
    assert len(events) == 3
    assert all(event.problems for event in events)


async def test_a_body_without_end_is_cut_off_at_the_limit(backend: StartBackend) -> None:
    async def answer(call: Call) -> None:
        await call.head_of()
        while not call.left.is_set():
            await call.write(b": " + b"x" * 8000 + b"\n\n")

    server = await backend(answer)
    stream = ChatKitClient(Connection(server.url, body_limit=50_000)).create_thread(message("hi"))
    await fails_with(OversizedBody, stream)
    assert stream.exchange.outcome == "oversized"
    assert 50_000 < len(stream.exchange.body) < 300_000


async def test_on_exchange_is_called_once_when_the_request_goes_out(backend: StartBackend) -> None:
    async def answer(call: Call) -> None:
        await call.answer(FIRST_TURN, kind="text/event-stream")

    server = await backend(answer)
    exchanges: list[Exchange] = []
    client = ChatKitClient(Connection(server.url), on_exchange=exchanges.append)
    stream = client.create_thread(message("hi"))
    assert exchanges == []
    await gather(stream)
    assert exchanges == [stream.exchange]


async def test_a_long_backlog_does_not_starve_the_event_loop(backend: StartBackend, until: Until) -> None:
    delta = (
        b'data: {"type":"thread.item.updated","item_id":"m","update":'
        b'{"type":"assistant_message.content_part.text_delta","content_index":0,"delta":"word"}}\n\n'
    )

    async def answer(call: Call) -> None:
        await call.head_of("200 OK", "Transfer-Encoding: chunked")
        for _ in range(200):
            await call.chunk(delta * 100)
        await call.write(b"0\r\n\r\n")

    server = await backend(answer)
    stream = ChatKitClient(Connection(server.url)).create_thread(message("hi"))
    stream.start()
    await until(lambda: not stream.exchange.running)
    with others_beside() as turns:
        assert len(await gather(stream)) == 20_000
    assert turns.count > 3
