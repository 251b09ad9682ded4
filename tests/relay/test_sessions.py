"""Who may send through the relay, where it leads, and how front ends are told apart."""

from __future__ import annotations

import asyncio
import json
import socket
from typing import Any

import pytest

from chat.client.network import AT_ONCE, Network
from chat.errors import BadConnection
from chat.exchanges.host_events import HostEvent
from chat.exchanges.recording import Recording, dumps_recording
from chat.own_failures import FAILURE_HEADER
from chat.relay import session as sessions
from chat.relay.session import KEPT_EXCHANGES, KEPT_FRONT_ENDS
from tests.client.conftest import Call, StartBackend

from .conftest import Relaying

LIST = b'{"type":"threads.list","params":{}}'


async def say_nothing(call: Call) -> None:
    await call.answer(b"{}")


# Who


async def test_without_the_key_nothing_is_sent(relaying: Relaying, backend: StartBackend) -> None:
    server = await backend(say_nothing)
    session = relaying.open(server.url)
    address = relaying.at(session)
    for wrong in (address.replace(session.key, "guessed"), address.replace(session.key, session.key[:-1])):
        answer = await relaying.http.post(wrong, content=LIST, headers={"Origin": "http://app.example"})
        assert answer.status_code == 404
        assert answer.headers[FAILURE_HEADER] == "unknown-key"
        assert "copy the address" in answer.json()["advice"]
        assert answer.headers["access-control-allow-origin"] == "http://app.example", "the front end can read why"
    relaying.relay.close(session.key)
    assert (await relaying.http.post(address, content=LIST)).status_code == 404
    assert server.calls == []


async def test_keys_cannot_be_guessed(relaying: Relaying) -> None:
    keys = {relaying.open("http://127.0.0.1:9/chatkit").key for _ in range(50)}
    assert len(keys) == 50
    assert min(map(len, keys)) >= 24


async def test_a_foreign_host_is_refused(relaying: Relaying, backend: StartBackend) -> None:
    server = await backend(say_nothing)
    session = relaying.open(server.url)
    for host in ("evil.example", "127.0.0.1.evil.example", f"evil.example:{relaying.origin.port}"):
        answer = await relaying.http.post(relaying.at(session), content=LIST, headers={"Host": host})
        assert answer.status_code == 400, host
    assert server.calls == []


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
async def test_only_what_chatkit_sends_is_forwarded(method: str, relaying: Relaying, backend: StartBackend) -> None:
    server = await backend(say_nothing)
    answer = await relaying.http.request(method, relaying.at(relaying.open(server.url)))
    assert answer.status_code == 405
    assert "POST" in answer.headers["allow"]
    assert server.calls == []


# Where to


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://[::ffff:169.254.169.254]/chatkit",
        "http://[fe80::1]/chatkit",
        "http://100.100.100.200/chatkit",
        "http://metadata.google.internal/chatkit",
        "http://metadata/chatkit",
        "http://224.0.0.1/chatkit",
        "http://127.0.0.1:1/workbench/exchanges",
        "http://localhost:1/",
    ],
)
async def test_no_session_leads_to_what_is_no_backend(url: str, relaying: Relaying) -> None:
    with pytest.raises(BadConnection):
        relaying.open(url)


async def test_no_session_leads_back_into_the_relay(relaying: Relaying) -> None:
    session = relaying.open("http://127.0.0.1:9/chatkit")
    for url in (relaying.at(session), relaying.origin.address, f"http://localhost:{relaying.origin.port}/chatkit"):
        with pytest.raises(BadConnection):
            relaying.open(url)
    with pytest.raises(BadConnection, match="leads back"):
        relaying.open(relaying.at(session).replace("127.0.0.1", "workbench.example"))


async def test_the_embedded_backends_on_the_page_s_port_are_backends(relaying: Relaying) -> None:
    relaying.open("http://127.0.0.1:1/chatkit")
    relaying.open("http://127.0.0.1:1/broken/time/naive/chatkit")
    for url in ("http://127.0.0.1:1/", "http://127.0.0.1:1/chatkitty", "http://127.0.0.1:1/broken"):
        if url.endswith("broken"):
            relaying.open(url)
        else:
            with pytest.raises(BadConnection):
                relaying.open(url)


@pytest.mark.parametrize("meant", ["169.254.169.254", "fe80::1", "100.100.100.200"])
async def test_a_name_that_stands_for_such_an_address_is_not_connected_to(
    meant: str, relaying: Relaying, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def resolved(*_: Any, **__: Any) -> list[Any]:
        family = socket.AF_INET6 if ":" in meant else socket.AF_INET
        return [(family, socket.SOCK_STREAM, 6, "", (meant, 80))]

    session = relaying.open("http://innocent.example/chatkit")
    monkeypatch.setattr(Network.__init__, "__defaults__", (resolved, None, AT_ONCE))
    answer = await relaying.post(session)
    assert answer.status_code == 424
    assert answer.headers[FAILURE_HEADER] == "unreachable"
    assert "no backend" in answer.json()["message"]


async def test_a_name_that_stands_for_the_relay_is_not_connected_to(
    relaying: Relaying, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def resolved(*_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", relaying.origin.port))]

    session = relaying.open(f"http://innocent.example:{relaying.origin.port}/chatkit")
    monkeypatch.setattr(Network.__init__, "__defaults__", (resolved, None, AT_ONCE))
    answer = await relaying.post(session)
    assert answer.status_code == 424


# Front ends


async def test_front_ends_at_one_address_are_sessions_of_their_own(relaying: Relaying, backend: StartBackend) -> None:
    session = relaying.open((await backend(say_nothing)).url)
    news = []
    session.on_front_end(lambda _, front_end: news.append(front_end))
    await relaying.post(session, LIST, chatkit_frame_instance_id="one", origin="http://a.example")
    await relaying.post(session, LIST, chatkit_frame_instance_id="two", origin="http://a.example")
    await relaying.post(session, LIST, origin="http://a.example", user_agent="first")
    await relaying.post(session, LIST, origin="http://a.example", user_agent="second")
    await relaying.post(session, LIST, chatkit_frame_instance_id="one", origin="http://a.example")
    assert [len(one.exchanges) for one in session.front_ends] == [2, 1, 1, 1]
    assert news == session.front_ends
    assert len(session.exchanges) == 5, "the address has them all"
    assert {one.key for one in session.front_ends} == {session.key}


async def test_a_session_that_does_not_split_has_all_of_it(relaying: Relaying, backend: StartBackend) -> None:
    session = relaying.open((await backend(say_nothing)).url, splits=False)
    for frame in ("one", "two"):
        await relaying.post(session, LIST, chatkit_frame_instance_id=frame)
    assert session.front_ends == []
    assert len(session.exchanges) == 2


async def test_two_sessions_know_nothing_of_each_other(relaying: Relaying, backend: StartBackend) -> None:
    first, second = relaying.open((await backend(say_nothing)).url), relaying.open((await backend(say_nothing)).url)
    await asyncio.gather(*(relaying.post(one, LIST) for one in (first, second, first)))
    assert [len(first.exchanges), len(second.exchanges)] == [2, 1]
    assert {one.request.url for one in first.exchanges} == {first.connection.url}


async def test_what_is_kept_has_limits(
    relaying: Relaying, backend: StartBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = relaying.open((await backend(say_nothing)).url)
    for number in range(KEPT_FRONT_ENDS + 3):
        await relaying.post(session, LIST, chatkit_frame_instance_id=f"frame {number}")
    assert len(session.front_ends) == KEPT_FRONT_ENDS
    monkeypatch.setattr(sessions, "KEPT_EXCHANGES", 10)
    await relaying.post(session, LIST)
    assert len(session.exchanges) == 10
    assert sum(len(one.exchanges) for one in session.front_ends) <= 10, "of an address, and not of each front end"
    monkeypatch.setattr(sessions, "KEPT_BYTES", 7)
    await relaying.post(session, LIST)
    assert len(session.exchanges) <= 4
    assert KEPT_EXCHANGES == 200


async def test_who_watches_and_fails_breaks_nothing(relaying: Relaying, backend: StartBackend) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("on purpose")

    session = relaying.open((await backend(say_nothing)).url, splits=False)
    session.on_exchange(fail)
    session.on_data(fail)
    assert (await relaying.post(session, LIST)).json() == {}


# Secrets


async def test_no_secret_is_in_what_is_kept(relaying: Relaying, backend: StartBackend) -> None:
    profile, theirs, cookie = "of-the-profile-0123456789", "of-the-front-end-9876543210", "our-own-cookie-1122334455"

    async def answer(call: Call) -> None:
        told = json.dumps({"message": f"{profile} {theirs} {call.header('x-api-key')}"}).encode()
        cookie = "Set-Cookie: session=set-by-it-42424242"
        await call.answer(told, "200 OK", "application/json", f"X-Echo: {theirs}", cookie)

    server = await backend(answer)
    session = relaying.open(server.url, (("X-Api-Key", profile),))
    headers = {"Authorization": f"Bearer {theirs}", "Cookie": f"session={cookie}"}
    body = json.dumps({"type": "threads.list", "params": {}, "metadata": {"token": theirs}})
    answer_ = await relaying.http.post(relaying.at(session), content=body, headers=headers)
    assert profile in answer_.text, "what passes on is what the backend said"
    assert theirs in server.calls[0].body.decode()
    event = HostEvent(session.exchanges[0].started_at, "chatkit.log", {})
    kept = dumps_recording(Recording(list(session.exchanges), [event], "kept"))
    shown = repr(session.exchanges).encode() + repr(session.connection).encode()
    for secret in (profile, theirs, cookie, "set-by-it-42424242"):
        assert secret.encode() not in kept, secret
        assert secret.encode() not in shown, secret
