"""What goes through the relay comes out as it went in: bytes, times, status, breaks. What must not pass does not."""

from __future__ import annotations

import asyncio
import gzip
import json
from typing import Any

import httpx
import pytest

from chat.client.network import Network, look_up
from chat.own_failures import FAILURE_HEADER
from chat.relay.relay import KEPT_OF_ONE
from tests.client.conftest import Call, StartBackend, Until

from .conftest import CREATE, Relaying

EVENT = b'data: {"type":"progress_update","text":"x"}\n\n'


def streaming(*pieces: bytes) -> Any:
    async def answer(call: Call) -> None:
        await call.head_of("200 OK", "Transfer-Encoding: chunked")
        for piece in pieces:
            await call.chunk(piece)
            await asyncio.sleep(0)
        await call.write(b"0\r\n\r\n")

    return answer


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000, 70_000])
async def test_the_bytes_are_the_same_however_they_are_cut(
    size: int, relaying: Relaying, backend: StartBackend
) -> None:
    body = (
        b": ping\r\n\r\n"
        + EVENT * 40
        + b"data: \xc3\xa4\xf0\x9f\x98\x80\r\r"
        + b"\xff\x00 no text at all"
        + b"x" * 9000
    )
    pieces = [body[place : place + size] for place in range(0, len(body), size)]
    server = await backend(streaming(*pieces))
    session = relaying.open(server.url, splits=False)
    answer = await relaying.post(session)
    assert answer.content == body
    assert session.exchanges[0].body == body
    assert session.exchanges[0].outcome == "complete"


async def test_each_piece_passes_when_it_comes_in_a_rush_too(
    relaying: Relaying, backend: StartBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our own client looks at a rush every 30 ms, which is right for drawing only: here it would be once an hour."""
    monkeypatch.setattr(Network.__init__, "__defaults__", (look_up, None, 3600.0))
    count, came, taken = 60, 0, asyncio.Semaphore(0)

    async def answer_in_step(call: Call) -> None:
        await call.head_of("200 OK", "Transfer-Encoding: chunked")
        for _ in range(count):
            await call.chunk(EVENT)
            await taken.acquire()
        await call.write(b"0\r\n\r\n")

    server = await backend(answer_in_step)
    session = relaying.open(server.url, splits=False)
    async with relaying.http.stream("POST", relaying.at(session), content=CREATE) as answer:
        async for piece in answer.aiter_raw():
            assert piece == EVENT, "none waits for the next, which comes when this one is here"
            came += 1
            taken.release()
    assert came == count


async def test_an_answer_that_breaks_off_breaks_off(relaying: Relaying, backend: StartBackend) -> None:
    async def answer(call: Call) -> None:
        await call.head_of("200 OK", "Transfer-Encoding: chunked")
        await call.chunk(EVENT)
        await asyncio.sleep(0.05)
        call.reset()

    server = await backend(answer)
    session = relaying.open(server.url, splits=False)
    async with relaying.http.stream("POST", relaying.at(session), content=CREATE) as answer_:
        assert answer_.status_code == 200
        came = answer_.aiter_raw()
        assert await anext(came) == EVENT
        with pytest.raises(httpx.RemoteProtocolError, match="incomplete chunked read"):
            await anext(came)
    assert session.exchanges[0].outcome == "truncated"
    assert session.failure(session.exchanges[0].id) is not None


async def test_an_answer_shorter_than_it_says_breaks_off(relaying: Relaying, backend: StartBackend) -> None:
    async def answer(call: Call) -> None:
        await call.head_of("200 OK", "Content-Length: 1000", kind="application/json")
        await call.write(b"{")

    server = await backend(answer)
    session = relaying.open(server.url, splits=False)
    with pytest.raises(httpx.RemoteProtocolError):
        await relaying.post(session)
    assert session.exchanges[0].outcome == "truncated"


async def test_a_front_end_that_leaves_closes_the_connection_to_the_backend(
    relaying: Relaying, backend: StartBackend, until: Until
) -> None:
    async def answer(call: Call) -> None:
        await call.head_of("200 OK", "Transfer-Encoding: chunked")
        await call.chunk(EVENT)
        await call.left.wait()

    server = await backend(answer)
    session = relaying.open(server.url, splits=False)
    async with relaying.http.stream("POST", relaying.at(session), content=CREATE) as answer_:
        await anext(answer_.aiter_raw())
    async with asyncio.timeout(60):
        await server.calls[0].left.wait()
    await until(lambda: not session.exchanges[0].running)
    assert session.exchanges[0].outcome == "cancelled"
    assert "front end" in (session.exchanges[0].failure or "")


async def test_a_front_end_that_leaves_before_the_answer_does_too(
    relaying: Relaying, backend: StartBackend, until: Until
) -> None:
    async def answer(call: Call) -> None:
        await call.left.wait()

    server = await backend(answer)
    session = relaying.open(server.url, splits=False)
    asking = asyncio.create_task(relaying.post(session))
    await until(lambda: server.calls)
    asking.cancel()
    async with asyncio.timeout(60):
        await server.calls[0].left.wait()


async def test_a_backend_that_is_not_there_is_no_status_to_repeat(relaying: Relaying, unused_port: int) -> None:
    session = relaying.open(f"http://127.0.0.1:{unused_port}/chatkit", splits=False)
    answer = await relaying.post(session, origin="http://app.example")
    assert answer.status_code == 424
    assert answer.headers[FAILURE_HEADER] == "unreachable"
    assert f"Nothing listens on 127.0.0.1:{unused_port}" in answer.json()["message"]
    assert answer.json()["whose"] == "your backend"
    assert FAILURE_HEADER in answer.headers["access-control-expose-headers"]
    assert session.exchanges[0].outcome == "unreachable"
    assert session.exchanges[0].status is None, "the backend has said nothing"


@pytest.mark.parametrize("garbage", [b"", b"220 smtp.example ready\r\n"])
async def test_a_connection_without_an_answer_is_none_either(
    garbage: bytes, relaying: Relaying, backend: StartBackend
) -> None:
    async def answer(call: Call) -> None:
        await call.write(garbage)

    session = relaying.open((await backend(answer)).url, splits=False)
    answer_ = await relaying.post(session)
    assert answer_.status_code == 424
    assert answer_.headers[FAILURE_HEADER] in ("unanswered", "garbled")


@pytest.mark.parametrize("status", [400, 401, 404, 418, 429, 500, 502, 503])
async def test_a_refusal_passes_as_it_is_and_is_not_repeated(
    status: int, relaying: Relaying, backend: StartBackend
) -> None:
    async def answer(call: Call) -> None:
        await call.answer(b'{"message":"no"}', f"{status} Whatever")

    server = await backend(answer)
    session = relaying.open(server.url, splits=False)
    for sent in (1, 2):
        answer_ = await relaying.post(session)
        assert answer_.status_code == status
        assert answer_.json() == {"message": "no"}
        assert FAILURE_HEADER not in answer_.headers
        assert len(server.calls) == sent, "each request is sent once"


async def test_a_redirect_is_not_followed_and_does_not_say_where_to(relaying: Relaying, backend: StartBackend) -> None:
    async def answer(call: Call) -> None:
        await call.answer(b"", "307 Temporary Redirect", "text/html", "Location: http://127.0.0.1:9/elsewhere")

    server = await backend(answer)
    session = relaying.open(server.url, splits=False)
    answer_ = await relaying.post(session)
    assert answer_.status_code == 307
    assert "location" not in answer_.headers
    assert len(server.calls) == 1
    assert session.exchanges[0].header("location"), "what the backend said is in the exchange"


async def test_what_was_compressed_arrives_as_it_was_before(relaying: Relaying, backend: StartBackend) -> None:
    body = json.dumps({"data": ["ä" * 5000], "has_more": False}).encode()
    packed = gzip.compress(body)

    async def answer(call: Call) -> None:
        await call.answer(packed, "200 OK", "application/json", "Content-Encoding: gzip")

    session = relaying.open((await backend(answer)).url, splits=False)
    answer_ = await relaying.post(session, b'{"type":"threads.list","params":{}}')
    assert "content-encoding" not in answer_.headers
    assert answer_.content == body
    assert session.exchanges[0].wire_bytes == len(packed)


async def test_what_cannot_be_decoded_here_stays_encoded(relaying: Relaying, backend: StartBackend) -> None:
    async def answer(call: Call) -> None:
        await call.answer(b"squeezed", "200 OK", "application/json", "Content-Encoding: x-squeeze")

    session = relaying.open((await backend(answer)).url, splits=False)
    answer_ = await relaying.post(session)
    assert answer_.headers["content-encoding"] == "x-squeeze"
    assert answer_.content == b"squeezed"


async def test_upwards_goes_what_belongs_to_the_request(relaying: Relaying, backend: StartBackend) -> None:
    async def answer(call: Call) -> None:
        await call.answer(b"{}")

    server = await backend(answer)
    session = relaying.open(server.url, (("Authorization", "Bearer profile-token-123456"),), splits=False)
    sent = {
        "Origin": "http://app.example",
        "Referer": "http://app.example/page",
        "Cookie": "nicegui=our-own-session-cookie",
        "Sec-Fetch-Site": "cross-site",
        "sec-ch-ua": "x",
        "Connection": "X-Only-Here",
        "X-Only-Here": "1",
        "Authorization": "Bearer of-the-front-end-654321",
        "chatkit-frame-instance-id": "0f8fad5b-d9cb-469f-a165-70867728950e",
        "Accept-Language": "de",
        "X-Tenant": "blue",
        "X-Workbench-Token": "guess",
        "User-Agent": "Mozilla/5.0 of the front end",
    }
    answer_ = await relaying.http.post(relaying.at(session) + "?lang=de", content=CREATE, headers=sent)
    assert answer_.status_code == 200
    call = server.calls[0]
    assert call.body == CREATE
    assert call.head.startswith("POST /chatkit?lang=de HTTP/1.1")
    assert call.header("host") == [server.url.split("/")[2]]
    for name in ("origin", "referer", "cookie", "sec-fetch-site", "sec-ch-ua", "x-only-here", "x-workbench-token"):
        assert call.header(name) == [], name
    assert call.header("authorization") == ["Bearer profile-token-123456"], "the profile's wins"
    assert call.header("chatkit-frame-instance-id") == [sent["chatkit-frame-instance-id"]]
    assert call.header("accept-language") == ["de"]
    assert call.header("x-tenant") == ["blue"]
    assert call.header("user-agent") == [sent["User-Agent"]]
    assert call.header("accept-encoding") == ["gzip, deflate"], "what is read here must be decoded here"
    shown = dict(session.exchanges[0].request.headers)
    assert shown["Origin" if "Origin" in shown else "origin"] == "http://app.example", "rules want to know who asked"


async def test_downwards_goes_what_belongs_to_the_answer(relaying: Relaying, backend: StartBackend) -> None:
    async def answer(call: Call) -> None:
        headers = (
            "Set-Cookie: session=abc",
            "Access-Control-Allow-Origin: http://other.example",
            "Access-Control-Allow-Credentials: false",
            "Strict-Transport-Security: max-age=1",
            "Location: /x",
            'Clear-Site-Data: "*"',
            "X-Workbench-Failure: silence",
            "X-Request-Id: req_1",
            "Cache-Control: no-store",
            "Server: theirs",
        )
        await call.answer(b"{}", "200 OK", "application/json", *headers)

    session = relaying.open((await backend(answer)).url, splits=False)
    answer_ = await relaying.post(session, origin="http://app.example")
    for name in ("set-cookie", "strict-transport-security", "location", "clear-site-data", FAILURE_HEADER):
        assert name not in answer_.headers, name
    assert answer_.headers.get_list("access-control-allow-origin") == ["http://app.example"]
    assert answer_.headers.get_list("access-control-allow-credentials") == ["true"]
    assert answer_.headers["x-request-id"] == "req_1"
    assert answer_.headers["cache-control"] == "no-store"
    assert answer_.headers.get_list("server") == ["theirs"]
    assert "x-request-id" in answer_.headers["access-control-expose-headers"]
    assert "sandbox" in answer_.headers["content-security-policy"], "no answer is a page of this origin"
    assert session.exchanges[0].header("access-control-allow-origin") == "http://other.example", "as the backend said"


async def test_a_preflight_is_answered_here(relaying: Relaying, backend: StartBackend) -> None:
    async def answer(call: Call) -> None:
        await call.answer(b"{}")

    server = await backend(answer)
    session = relaying.open(server.url, splits=False)
    asked = {
        "Origin": "https://app.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type,chatkit-frame-instance-id,authorization",
        "Access-Control-Request-Private-Network": "true",
    }
    answer_ = await relaying.http.options(relaying.at(session), headers=asked)
    assert answer_.status_code == 204
    assert answer_.headers["access-control-allow-origin"] == "https://app.example"
    assert answer_.headers["access-control-allow-credentials"] == "true"
    assert answer_.headers["access-control-allow-headers"] == asked["Access-Control-Request-Headers"]
    assert "POST" in answer_.headers["access-control-allow-methods"]
    assert answer_.headers["access-control-allow-private-network"] == "true"
    assert server.calls == []
    assert session.exchanges == []


async def test_what_is_too_much_to_keep_passes_on(relaying: Relaying, backend: StartBackend) -> None:
    block, count = b"x" * 2**20, 24

    server = await backend(streaming(*[block] * count))
    session = relaying.open(server.url, splits=False)
    size = 0
    async with relaying.http.stream("POST", relaying.at(session), content=CREATE) as answer:
        async for data in answer.aiter_raw():
            size += len(data)
    exchange = session.exchanges[0]
    assert size == count * len(block)
    assert sum(len(chunk.data) for chunk in exchange.chunks) <= KEPT_OF_ONE
    assert exchange.outcome == "oversized"
    assert "passed on and not kept" in (exchange.failure or "")


async def test_a_body_that_is_no_json_is_forwarded_too(relaying: Relaying, backend: StartBackend) -> None:
    async def answer(call: Call) -> None:
        await call.answer(b'{"message":"what?"}', "400 Bad Request")

    server = await backend(answer)
    session = relaying.open(server.url, splits=False)
    for body in (b"", b"\xff\xfe", b"{" * 100_000):
        assert (await relaying.post(session, body)).status_code == 400
        assert server.calls[-1].body == body
