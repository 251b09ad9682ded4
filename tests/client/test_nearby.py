"""Backends on this machine: which addresses are offered, what is sent to find out, and what is left alone."""

import json

from chat.client.nearby import look_nearby
from tests.client.conftest import Call, StartBackend

LIST = json.dumps({"data": [], "has_more": False}).encode()


def port_of(url: str) -> int:
    return int(url.split(":")[2].split("/")[0])


async def test_what_answers_as_chatkit_is_offered_and_nothing_of_the_readers_is_sent(backend: StartBackend) -> None:
    async def answer(call: Call) -> None:
        found = call.head.startswith("POST /api/chatkit ")
        await call.answer(LIST if found else b"{}", "200 OK" if found else "404 Not Found")

    server = await backend(answer)
    port = port_of(server.url)
    [found] = await look_nearby(ports=[port])
    assert (found.url, found.certainty) == (f"http://127.0.0.1:{port}/api/chatkit", "seen")
    assert "0 threads" in found.words
    for call in server.calls:
        assert not call.header("authorization")
        assert not call.header("cookie")
        assert json.loads(call.body)["type"] == "threads.list"


async def test_who_wants_credentials_is_named_once_and_called_unknown(backend: StartBackend) -> None:
    async def answer(call: Call) -> None:
        await call.answer(b'{"detail":"Who are you?"}', "401 Unauthorized")

    server = await backend(answer)
    [found] = await look_nearby(ports=[port_of(server.url)])
    assert found.certainty == "unknown"
    assert "401" in found.words


async def test_a_list_with_faults_is_likely_one_and_a_page_is_none(backend: StartBackend) -> None:
    async def faulty(call: Call) -> None:
        await call.answer(b'{"data": [{"id": 7}], "has_more": false}')

    async def page(call: Call) -> None:
        await call.answer(b"<!doctype html>", "200 OK", "text/html")

    one, other = await backend(faulty), await backend(page)
    found = await look_nearby(ports=[port_of(one.url), port_of(other.url)], paths=["/chatkit"])
    assert [(port_of(near.url), near.certainty) for near in found] == [(port_of(one.url), "likely")]


async def test_the_workbenchs_own_ports_are_not_asked(backend: StartBackend) -> None:
    async def answer(call: Call) -> None:
        await call.answer(LIST)

    server = await backend(answer)
    port = port_of(server.url)
    assert await look_nearby([port], ports=[port]) == []
    assert server.calls == []
