"""Step mode: what comes is held, and goes on one event at a time, to the front end and to what is kept."""

from __future__ import annotations

import asyncio

import pytest

from chat.relay import gate as gates
from chat.relay.gate import Gate
from tests.client.conftest import Call, StartBackend, Until

from .conftest import CREATE, Relaying
from .test_fidelity import EVENT, streaming


class Passed:
    """What a line has let pass."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    async def __call__(self, at_ns: int, data: bytes) -> None:
        self.pieces.append(data)

    @property
    def bytes(self) -> bytes:
        return b"".join(self.pieces)


async def passed_by_stepping(gate: Gate, until: Until, passed: Passed, steps: int) -> list[bytes]:
    """What each step lets pass."""
    gone = []
    for _ in range(steps):
        before, held = len(passed.bytes), gate.held
        gate.release()
        await until(lambda: len(passed.bytes) > before)  # noqa: B023 - it is waited for here
        assert gate.held == held - 1
        await asyncio.sleep(0)
        gone.append(passed.bytes[before:])
    return gone


@pytest.mark.parametrize("newline", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("size", [1, 2, 5, 1000])
async def test_an_event_is_a_step_however_it_is_cut(newline: bytes, size: int, until: Until) -> None:
    events = [b"data: %d" % number + newline * 2 for number in range(4)]
    body = b"".join(events)
    gate, passed = Gate(), Passed()
    gate.hold()
    line = gate.line(passed, whole=False)
    for place in range(0, len(body), size):
        await line.take(0, body[place : place + size])
    ending = asyncio.create_task(line.end())
    await until(lambda: gate.held == 4)
    assert passed.bytes == b""
    gone = await passed_by_stepping(gate, until, passed, 4)
    await ending
    assert b"".join(gone) == body
    # of CRLF, the LF may come with the next one when it is cut there
    assert [one.strip() for one in gone] == [one.strip() for one in events]


async def test_what_keeps_the_connection_alive_is_no_step(until: Until) -> None:
    gate, passed = Gate(), Passed()
    gate.hold()
    line = gate.line(passed, whole=False)
    await line.take(0, b": ping\n\n: ping\n\ndata: 1\n\n: bye\n\n")
    ending = asyncio.create_task(line.end())
    await until(lambda: gate.held == 1)
    gate.release()
    await ending
    assert passed.bytes == b": ping\n\n: ping\n\ndata: 1\n\n: bye\n\n"


async def test_what_is_no_stream_is_held_as_one(until: Until) -> None:
    gate, passed = Gate(), Passed()
    gate.hold()
    line = gate.line(passed, whole=True)
    for piece in (b'{"a":\n\n', b"1\n\n", b"}"):
        await line.take(0, piece)
    assert gate.held == 0, "it is not whole yet"
    ending = asyncio.create_task(line.end())
    await until(lambda: gate.held == 1)
    gate.release()
    await ending
    assert passed.bytes == b'{"a":\n\n1\n\n}'


async def test_opening_lets_all_go_and_holding_again_holds(until: Until) -> None:
    gate, passed = Gate(), Passed()
    line = gate.line(passed, whole=False)
    await line.take(0, b"data: 1\n\nda")
    gate.hold()
    await line.take(0, b"ta: 2\n\ndata: 3\n\ndata:")
    assert passed.bytes == b"data: 1\n\nda"
    gate.open()
    await until(lambda: passed.bytes.endswith(b"data:"))
    assert gate.held == 0
    await line.take(0, b" 4\n\n")
    await line.end()
    assert passed.bytes == b"data: 1\n\ndata: 2\n\ndata: 3\n\ndata: 4\n\n"


async def test_two_answers_are_let_go_in_the_order_in_which_they_came(until: Until) -> None:
    gate, first, second = Gate(), Passed(), Passed()
    gate.hold()
    one, two = gate.line(first, whole=False), gate.line(second, whole=False)
    await one.take(0, b"data: 1\n\n")
    await two.take(0, b"data: 2\n\n")
    await one.take(0, b"data: 3\n\n")
    gate.release()
    await until(lambda: first.bytes == b"data: 1\n\n")
    assert second.bytes == b""
    gate.release()
    await until(lambda: second.bytes == b"data: 2\n\n")
    assert gate.held == 1
    one.drop()
    assert gate.held == 0, "nobody waits for the rest"


async def test_what_waits_has_a_limit(monkeypatch: pytest.MonkeyPatch, until: Until) -> None:
    monkeypatch.setattr(gates, "HELD_AT_MOST", 1000)
    gate, passed = Gate(), Passed()
    gate.hold()
    line = gate.line(passed, whole=False)
    taking = asyncio.create_task(line.take(0, b"data: " + b"x" * 1200))  # no end of an event in sight
    await until(lambda: gate.held == 1)
    assert not taking.done(), "the backend is made to wait"
    gate.release()
    await taking
    await line.end()
    assert len(passed.bytes) == 1206


# Through the relay


async def test_a_step_lets_one_event_go_to_both_sides(relaying: Relaying, backend: StartBackend, until: Until) -> None:
    server = await backend(streaming(EVENT + EVENT[:10], EVENT[10:] + EVENT))
    session = relaying.open(server.url, splits=False)
    session.hold()
    got: list[bytes] = []

    async def read() -> None:
        async with relaying.http.stream("POST", relaying.at(session), content=CREATE) as answer:
            assert answer.status_code == 200, "the head of a stream is not held"
            async for piece in answer.aiter_raw():
                got.append(piece)

    reading = asyncio.create_task(read())
    await until(lambda: session.gate.held == 3)
    exchange = session.exchanges[0]
    for number in (1, 2):
        session.gate.release()
        await until(lambda: b"".join(got) == EVENT * number)  # noqa: B023
        assert exchange.body == EVENT * number
        assert exchange.running
    session.let_through()
    await reading
    await until(lambda: not exchange.running)
    assert exchange.body == EVENT * 3
    assert exchange.outcome == "complete"
    assert exchange.chunks[-1].at_ns <= (exchange.ended_at_ns or 0)


async def test_times_are_those_of_the_network_and_not_of_the_steps(
    relaying: Relaying, backend: StartBackend, until: Until
) -> None:
    server = await backend(streaming(EVENT))
    session = relaying.open(server.url, splits=False)
    session.hold()
    asked = asyncio.create_task(relaying.post(session))
    await until(lambda: session.gate.held == 1)
    await until(lambda: server.calls[0].writer.is_closing())
    for _ in range(50):  # rounds of the loop, however slow they are: its end has come here too
        await asyncio.sleep(0.001)
    released_ns = session.exchanges[0].now_ns()
    session.gate.release()
    await asked
    await until(lambda: not session.exchanges[0].running)
    assert 0 < (session.exchanges[0].ended_at_ns or 0) <= released_ns


async def test_an_answer_that_breaks_off_breaks_off_after_what_was_held(
    relaying: Relaying, backend: StartBackend, until: Until
) -> None:
    async def answer(call: Call) -> None:
        await call.head_of("200 OK", "Transfer-Encoding: chunked")
        await call.chunk(EVENT * 2)
        await asyncio.sleep(0.05)
        call.reset()

    session = relaying.open((await backend(answer)).url, splits=False)
    session.hold()
    got = []

    async def read() -> None:
        async with relaying.http.stream("POST", relaying.at(session), content=CREATE) as answer_:
            async for piece in answer_.aiter_raw():
                got.append(piece)

    reading = asyncio.create_task(read())
    await until(lambda: session.gate.held == 2)
    await asyncio.sleep(0.05)
    assert not reading.done()
    session.gate.release(2)
    with pytest.raises(Exception, match="incomplete chunked read"):
        await reading
    assert b"".join(got) == EVENT * 2


async def test_a_front_end_that_leaves_frees_what_is_held(
    relaying: Relaying, backend: StartBackend, until: Until
) -> None:
    server = await backend(streaming(EVENT, EVENT))
    session = relaying.open(server.url, splits=False)
    session.hold()
    async with relaying.http.stream("POST", relaying.at(session), content=CREATE):
        await until(lambda: session.gate.held == 2)
    await until(lambda: session.gate.held == 0)
    await until(lambda: not session.exchanges[0].running)
    assert session.exchanges[0].outcome == "cancelled"


async def test_a_page_that_is_loaded_again_is_held_as_well(
    relaying: Relaying, backend: StartBackend, until: Until
) -> None:
    session = relaying.open((await backend(streaming(EVENT))).url)
    await relaying.post(session, chatkit_frame_instance_id="one")
    session.front_ends[0].hold()
    asked = asyncio.create_task(relaying.post(session, chatkit_frame_instance_id="two"))
    await until(lambda: len(session.front_ends) == 2 and session.front_ends[1].gate.held == 1)
    session.front_ends[1].let_through()
    assert (await asked).content == EVENT
    assert not session.gate.holding
