"""One request, one connection, nothing carried over."""

import asyncio
import uuid
from pathlib import Path

import httpx
import pytest

from chat.client import ChatKitClient, Connection
from chat.client.sending import proxy_for
from chat.errors import Failed
from chat.exchanges import Exchange
from tests.client.conftest import Call, StartBackend, Until

EMPTY_PAGE = b'{"data":[],"has_more":false}'


async def test_every_request_has_a_connection_of_its_own_which_is_closed_after_it(backend: StartBackend) -> None:
    async def answer(call: Call) -> None:
        await call.answer(EMPTY_PAGE)
        await call.left.wait()

    server = await backend(answer)
    client = ChatKitClient(Connection(server.url))
    await client.list_threads()
    await asyncio.wait_for(server.calls[0].left.wait(), 10)
    await client.list_threads()
    await asyncio.wait_for(server.calls[1].left.wait(), 10)
    assert len(server.calls) == 2


async def test_a_server_that_closes_after_a_failure_does_not_spoil_the_next_request(backend: StartBackend) -> None:
    answers = [(b"broken", "500 Internal Server Error"), (EMPTY_PAGE, "200 OK")]

    async def answer(call: Call) -> None:
        await call.answer(*answers.pop(0))

    server = await backend(answer)
    client = ChatKitClient(Connection(server.url))
    with pytest.raises(Failed):
        await client.list_threads()
    assert (await client.list_threads()).data == []
    assert len(server.calls) == 2


async def test_cookies_are_not_kept_and_never_shown(backend: StartBackend) -> None:
    exchanges: list[Exchange] = []

    async def answer(call: Call) -> None:
        await call.answer(EMPTY_PAGE, "200 OK", "application/json", "Set-Cookie: sid=0123456789abcdef0123; Path=/")

    server = await backend(answer)
    client = ChatKitClient(Connection(server.url), exchanges.append)
    await client.list_threads()
    await client.list_threads()
    assert server.calls[1].header("cookie") == []
    assert exchanges[0].header("set-cookie") == "sid=••••0123; Path=/"


async def test_userinfo_in_the_url_becomes_basic_credentials(backend: StartBackend) -> None:
    exchanges: list[Exchange] = []

    async def answer(call: Call) -> None:
        await call.answer(EMPTY_PAGE)

    server = await backend(answer)
    url = server.url.replace("http://", "http://ada:s%40cret@")
    await ChatKitClient(Connection(url), exchanges.append).list_threads()
    assert server.calls[0].header("authorization") == ["Basic YWRhOnNAY3JldA=="]
    assert server.calls[0].header("host")[0].startswith("127.0.0.1:")
    shown = repr(exchanges[0].request)
    assert "s%40cret" not in shown
    assert "YWRhOnNAY3JldA" not in shown


async def test_a_netrc_file_is_not_read(backend: StartBackend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login ada password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))

    async def answer(call: Call) -> None:
        await call.answer(EMPTY_PAGE)

    server = await backend(answer)
    await ChatKitClient(Connection(server.url)).list_threads()
    assert server.calls[0].header("authorization") == []


async def test_a_secret_that_the_backend_echoes_in_a_header_is_masked(backend: StartBackend) -> None:
    exchanges: list[Exchange] = []

    async def answer(call: Call) -> None:
        await call.answer(EMPTY_PAGE, "200 OK", "application/json", "X-Echo: you sent opaque-credential-77")

    server = await backend(answer)
    connection = Connection(server.url, headers=(("X-Api-Key", "opaque-credential-77"),))
    await ChatKitClient(connection, exchanges.append).list_threads()
    assert exchanges[0].header("x-echo") == "you sent opmasked01xxxxxxxxxx"


async def test_cancelling_a_json_operation_closes_its_connection(backend: StartBackend, until: Until) -> None:
    exchanges: list[Exchange] = []

    async def answer(call: Call) -> None:
        await call.left.wait()

    server = await backend(answer)
    task = asyncio.create_task(ChatKitClient(Connection(server.url), exchanges.append).list_threads())
    await until(lambda: server.calls)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert exchanges[0].outcome == "cancelled"
    await asyncio.wait_for(server.calls[0].left.wait(), 10)


async def test_the_proxy_of_the_environment_is_used_but_never_for_this_machine(
    backend: StartBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def answer(call: Call) -> None:
        await call.answer(EMPTY_PAGE)

    server = await backend(answer)
    proxy = await backend(answer)
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, proxy.url)
    for name in ("NO_PROXY", "no_proxy", "REQUEST_METHOD"):
        monkeypatch.delenv(name, raising=False)
    await ChatKitClient(Connection(server.url)).list_threads()
    assert (len(server.calls), len(proxy.calls)) == (1, 0)
    await ChatKitClient(Connection("http://backend.invalid/chatkit")).list_threads()
    assert proxy.calls[0].head.startswith("POST http://backend.invalid/chatkit HTTP/1.1")


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.8.9.1", "localhost", "LOCALHOST", "app.localhost", "[::1]", "0.0.0.0"]
)
def test_hosts_that_are_this_machine(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://proxy.invalid:3128")
    monkeypatch.setenv("all_proxy", "http://proxy.invalid:3128")
    monkeypatch.delenv("no_proxy", raising=False)
    assert proxy_for(httpx.URL(f"http://{host}:8000/chatkit")) is None


def test_a_proxy_without_a_scheme_and_hosts_that_go_around_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.setenv("https_proxy", "proxy.invalid:3128")
    monkeypatch.setenv("no_proxy", "inside.example")
    proxy = proxy_for(httpx.URL("https://outside.example/"))
    assert proxy is not None
    assert proxy.url == "http://proxy.invalid:3128"
    assert proxy_for(httpx.URL("https://inside.example/")) is None


async def test_raw_sends_anything_and_returns_whatever_happened(backend: StartBackend, unused_port: int) -> None:
    async def answer(call: Call) -> None:
        await call.answer(b"no", "500 Internal Server Error", "text/plain")

    server = await backend(answer)
    client = ChatKitClient(Connection(server.url, headers=(("Authorization", "Bearer abcdef-123456-abcdef"),)))
    exchange = await client.raw(b"{not json", headers=[("content-type", "text/plain"), ("authorization", "Bearer x")])
    assert (exchange.status, exchange.body, exchange.outcome) == (500, b"no", "complete")
    assert server.calls[0].body == b"{not json"
    assert server.calls[0].header("content-type") == ["text/plain"]
    assert server.calls[0].header("authorization") == ["Bearer x"]

    exchange = await client.raw({"type": "threads.create", "params": {}})
    assert exchange.request.streaming
    assert server.calls[1].header("accept") == ["text/event-stream"]

    exchange = await client.raw(b"", method="OPTIONS", headers=[("Origin", "https://shop.example")])
    assert server.calls[2].head.startswith("OPTIONS ")

    exchange = await ChatKitClient(Connection(f"http://127.0.0.1:{unused_port}/")).raw({"type": "threads.list"})
    assert exchange.outcome == "unreachable"
    assert "Nothing listens" in (exchange.failure or "")


async def test_requests_may_look_as_the_widgets_do(backend: StartBackend) -> None:
    async def answer(call: Call) -> None:
        await call.head_of("200 OK", kind="application/json")
        await call.write(b'{"data": [], "has_more": false}')

    server = await backend(answer)
    for as_widget in (False, True):
        await ChatKitClient(Connection(server.url, as_widget=as_widget)).list_threads()
    plain, like = server.calls
    assert (plain.header("Accept"), plain.header("chatkit-frame-instance-id")) == (["application/json"], [])
    [frame] = like.header("chatkit-frame-instance-id")
    assert uuid.UUID(frame)
    assert like.header("Accept") == ["*/*"]
