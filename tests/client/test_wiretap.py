"""The transport below one request: httpcore by its public doors, through proxies, and its exceptions as httpx's."""

import asyncio
import base64
import importlib.util
import inspect
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpcore
import httpx
import pytest

from chat.client import ChatKitClient, Connection
from chat.client.wiretap import as_httpx_raises, pool_for
from chat.errors import Unreachable
from tests.client.conftest import StartBackend
from tests.client.test_failures import certificate, page

EMPTY_PAGE = b'{"data":[],"has_more":false}'


@pytest.fixture
def proxied(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """`proxied(url)` makes it the proxy of the environment, and `backend.invalid` a name that is not this machine's."""

    def use(url: str) -> None:
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"):
            monkeypatch.setenv(name, url)
        for name in ("NO_PROXY", "no_proxy", "REQUEST_METHOD"):
            monkeypatch.delenv(name, raising=False)

    return use


@pytest.fixture
async def tunnel() -> AsyncIterator[Any]:
    """A proxy that tunnels whatever is asked for to `tunnel.to`; `tunnel.heads` are the requests for tunnels."""

    class Tunnel:
        url = ""
        to = 0
        answer = b"HTTP/1.1 200 Connection established\r\n\r\n"

        def __init__(self) -> None:
            self.heads: list[str] = []

    proxy = Tunnel()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        proxy.heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(proxy.answer)
        if b" 200 " in proxy.answer:
            onward, backward = await asyncio.open_connection("127.0.0.1", proxy.to)
            await asyncio.gather(pump(reader, backward), pump(onward, writer))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    proxy.url = f"http://ada:open%20sesame@127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield proxy
    server.close()


async def test_tls_goes_through_a_tunnel_and_the_certificate_is_the_backends(
    backend: StartBackend, tunnel: Any, proxied: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, public = certificate(tmp_path, name="backend.invalid")
    server = await backend(page, tls=context)
    tunnel.to = int(server.url.rpartition(":")[2].partition("/")[0])
    proxied(tunnel.url)
    with pytest.raises(Unreachable, match="self-signed"):
        await ChatKitClient(Connection("https://backend.invalid/chatkit")).list_threads()
    monkeypatch.setenv("SSL_CERT_FILE", str(public))
    exchange = await ChatKitClient(Connection("https://backend.invalid/chatkit")).raw({"type": "threads.list"})
    assert exchange.body == EMPTY_PAGE
    assert exchange.connected_at_ns is not None
    assert exchange.headers_at_ns is not None
    assert 0 < exchange.connected_at_ns <= exchange.headers_at_ns <= exchange.chunks[0].at_ns
    credentials = base64.b64encode(b"ada:open sesame").decode()
    for head in tunnel.heads:
        assert head.startswith("CONNECT backend.invalid:443 HTTP/1.1\r\n")
        assert f"Proxy-Authorization: Basic {credentials}\r\n" in head
    assert "proxy" not in server.calls[0].head.lower(), "the proxy's password is not the backend's business"


async def test_a_proxy_that_refuses_a_tunnel(tunnel: Any, proxied: Any) -> None:
    tunnel.answer = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
    proxied(tunnel.url)
    with pytest.raises(Unreachable, match="407 Proxy Authentication Required") as caught:
        await ChatKitClient(Connection("https://backend.invalid/chatkit")).list_threads()
    assert caught.value.cause == "proxy"
    assert "sesame" not in str(caught.value)


@pytest.mark.skipif(importlib.util.find_spec("socksio") is not None, reason="SOCKS works here")
async def test_a_socks_proxy_needs_another_package(unused_port: int, proxied: Any) -> None:
    proxied(f"socks5://127.0.0.1:{unused_port}")
    with pytest.raises(Unreachable, match="speaks SOCKS, which needs another package"):
        await ChatKitClient(Connection("http://backend.invalid/chatkit")).list_threads()


# What httpx and httpcore promise. These fail when a new version of them breaks it.


def test_httpcore_lets_one_choose_who_reads_the_network() -> None:
    known = inspect.signature(httpcore.AsyncConnectionPool).parameters
    missing = {"network_backend", "proxy", "ssl_context"} - known.keys()
    assert not missing, (
        f"httpcore {httpcore.__version__} has no {', '.join(missing)} for its AsyncConnectionPool any more: "
        "find another public way in chat/client/wiretap.py, pool_for"
    )


async def test_httpcore_tells_when_a_piece_of_the_answer_came(backend: StartBackend) -> None:
    server = await backend(page)
    pool = pool_for(httpx.URL(server.url), None)
    answer = await pool.request("POST", server.url)
    stream = answer.extensions.get("network_stream")
    told = stream.get_extra_info("arrived_at") if stream is not None else None
    assert isinstance(told, int), (
        f"httpcore {httpcore.__version__} no longer gives out the stream of chat/client/network.py as the extension "
        "`network_stream`: chat/client/wiretap.py has the time of every piece from there"
    )
    await pool.aclose()


def exceptions(module: Any) -> dict[str, type[Exception]]:
    return {name: kind for name, kind in vars(module).items() if inspect.isclass(kind) and issubclass(kind, Exception)}


@pytest.mark.parametrize("name", sorted(exceptions(httpcore).keys() - {"ConnectionNotAvailable"}))  # inside only
def test_every_exception_of_httpcore_becomes_the_one_of_httpx_with_the_same_name(name: str) -> None:
    error = exceptions(httpcore)[name]("why")
    with pytest.raises(Exception, match=r"^why$") as caught, as_httpx_raises():
        raise error
    assert type(caught.value) is exceptions(httpx).get(name), (
        f"httpcore {httpcore.__version__} raises {name}: say in chat/client/wiretap.py which exception of httpx it is"
    )
    assert caught.value.__cause__ is error
