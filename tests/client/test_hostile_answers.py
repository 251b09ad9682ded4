"""Answers broken at random, as they come over a socket: each one ends, in words, with what had come."""

import asyncio
import random

import pytest

from chat.client import ChatKitClient, Connection
from chat.client.answers import document_of
from chat.errors import NotJSON
from chat.protocol.lenient_json import MOST_VALUES
from tests.checks.streams import exchange
from tests.client.conftest import Call, StartBackend

EVENT = b'data: {"type":"progress_update","text":"x"}\n\n'


def broken_answer(chance: random.Random) -> bytes:
    """An HTTP answer of some events, with a piece cut off, changed, put in or repeated."""
    body = EVENT * chance.randint(1, 5)
    status = chance.choice(["200 OK", "200 OK", "500 Oops", "204 No Content", "200"])
    if chance.random() < 0.5:
        framing = "Transfer-Encoding: chunked"
        parts = [body[at : at + 37] for at in range(0, len(body), 37)]
        body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
    else:
        framing = chance.choice([f"Content-Length: {len(body)}", f"Content-Length: {len(body) - 9}", "X-Length: none"])
    answer = f"HTTP/1.1 {status}\r\nContent-Type: text/event-stream\r\n{framing}\r\n\r\n".encode() + body
    place = chance.randrange(len(answer))
    noise = chance.randbytes(chance.randint(1, 5))
    match chance.choice(["whole", "cut", "changed", "inserted", "repeated"]):
        case "cut":
            return answer[:place]
        case "changed":
            return answer[:place] + noise + answer[place + len(noise) :]
        case "inserted":
            return answer[:place] + noise + answer[place:]
        case "repeated":
            return answer + answer[:place]
    return answer


@pytest.mark.parametrize("seed", range(60))
async def test_every_broken_answer_ends_in_words(backend: StartBackend, seed: int) -> None:
    chance = random.Random(seed)
    sent = broken_answer(chance)
    size = chance.choice([11, 60, len(sent) or 1])
    reset = chance.random() < 0.3

    async def answer(call: Call) -> None:
        for at in range(0, len(sent), size):
            await call.write(sent[at : at + size])
            await asyncio.sleep(0)
        if reset:
            call.reset()

    server = await backend(answer)
    client = ChatKitClient(Connection(server.url, read_timeout=5))
    exchange = await asyncio.wait_for(client.raw({"type": "threads.create"}), 20)
    assert exchange.ended_at_ns is not None
    assert (exchange.outcome == "complete") == (exchange.failure is None)
    assert "mistake in the workbench" not in (exchange.failure or "")
    assert exchange.wire_bytes <= len(sent)
    assert (exchange.status is None) == (exchange.outcome in ("unanswered", "garbled", "unreachable"))
    for piece in exchange.chunks:
        assert exchange.headers_at_ns is not None
        assert exchange.ended_at_ns is not None
        assert exchange.headers_at_ns <= piece.at_ns <= exchange.ended_at_ns


def test_json_that_is_larger_than_what_is_read_is_called_a_limit_of_the_workbench() -> None:
    listed = exchange(b'{"data":[' + b"[]," * MOST_VALUES + b"1]}", "threads.list")
    with pytest.raises(NotJSON, match="the workbench reads documents of at most 100,000 values") as caught:
        document_of(listed)
    assert caught.value.whose == "the workbench"
