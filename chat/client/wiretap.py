"""The transport below one request: its connection, and what is noted of the answer."""

from __future__ import annotations

import os
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import certifi
import httpcore
import httpx

from chat.client.connection import Connection, origin_of
from chat.client.network import ARRIVED_AT, PARTS, Network
from chat.exchanges import Exchange

__all__ = ["Wiretap", "as_httpx_raises", "connection_watch", "pool_for"]

_CERTIFICATE_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
_UNUSED = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts nobody: for plain HTTP, for which httpcore would read the certificates too, 40 ms for each connection."""


def pool_for(url: httpx.URL, proxy: httpx.Proxy | None, network: Network | None = None) -> httpcore.AsyncConnectionPool:
    """What makes the one connection to this URL: with `network`, or through the proxy if there is one, at its pace.

    It is httpcore's rather than httpx's own because httpcore lets one choose who reads the network.
    """
    secure = url.scheme == "https" or (proxy is not None and proxy.url.scheme == "https")
    return httpcore.AsyncConnectionPool(
        ssl_context=_trusted(*map(os.environ.get, _CERTIFICATE_VARIABLES)) if secure else _UNUSED,
        proxy=None if proxy is None else _proxy(proxy),
        max_connections=1,
        max_keepalive_connections=0,
        http2=False,
        retries=0,
        network_backend=_beside(proxy, network or Network()),
    )


def _beside(proxy: httpx.Proxy | None, network: Network) -> Network:
    """The network itself; to a proxy, which looks names up itself, one that asks nothing about addresses."""
    return network if proxy is None else Network(pace=network.pace)


def _proxy(proxy: httpx.Proxy) -> httpcore.Proxy:
    return httpcore.Proxy(_url(proxy.url), proxy.raw_auth, proxy.headers.raw, proxy.ssl_context)


def _url(url: httpx.URL) -> httpcore.URL:
    return httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)


@lru_cache(maxsize=4)
def _trusted(*_places: str | None) -> ssl.SSLContext:
    """Whom to believe, read once for each setting of the variables that OpenSSL looks at."""
    # The system's authorities come first, so that a company's or a developer's own are trusted, and SSL_CERT_FILE.
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def connection_watch(exchange: Exchange) -> Any:
    async def watch(name: str, info: dict[str, Any]) -> None:
        # The first header goes out when the connection stands, tunnels and TLS included.
        if name.endswith(".send_request_headers.started"):
            exchange.connected_at_ns = exchange.now_ns()

    return watch


class Wiretap(httpx.AsyncBaseTransport):
    """Notes the response's head and the time of every piece of its body, below all decoding.

    Raises what httpx's own transports raise.
    """

    def __init__(self, exchange: Exchange, connection: Connection, pool: httpcore.AsyncConnectionPool) -> None:
        self._exchange = exchange
        self._connection = connection
        self._pool = pool
        self._info: Callable[[str], Any]
        self.last_at_ns = 0
        self.parts: list[tuple[int, int]] = []
        """When the parts of what came last came, and their bytes."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        assert isinstance(request.stream, httpx.AsyncByteStream)
        with as_httpx_raises():
            answer = await self._pool.handle_async_request(
                httpcore.Request(
                    request.method,
                    _url(request.url),
                    headers=request.headers.raw,
                    content=request.stream,
                    extensions=request.extensions,
                )
            )
        exchange = self._exchange
        self._info = answer.extensions["network_stream"].get_extra_info
        exchange.headers_at_ns = self.last_at_ns = exchange.at_ns(self._info(ARRIVED_AT))
        exchange.status = answer.status
        cookies = self._connection.cookies
        if cookies is not None and origin_of(request.url) == self._connection.origin:
            cookies.take(request, answer.status, answer.headers)
        secrets = self._connection.secrets
        exchange.reason = secrets.text(answer.extensions.get("reason_phrase", b"").decode("latin-1"))
        pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in answer.headers]
        exchange.headers = secrets.headers(pairs)
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_TimedStream(self, answer), extensions=answer.extensions
        )

    async def pieces(self, answer: httpcore.Response) -> AsyncIterator[bytes]:
        exchange = self._exchange
        with as_httpx_raises():
            async for piece in answer.aiter_stream():
                self.parts = [(exchange.at_ns(came), size) for came, size in self._info(PARTS)]
                self.last_at_ns = exchange.at_ns(self._info(ARRIVED_AT))
                exchange.wire_bytes += len(piece)
                yield piece

    def split(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """The last of the body as the parts that it came in, each with its time of the exchange's."""
        parts = self.parts
        if len(parts) < 2 or sum(size for _, size in parts) != len(data):
            yield self.last_at_ns, data
            return
        place = 0
        for at_ns, size in parts:
            yield at_ns, data[place : place + size]
            place += size

    async def aclose(self) -> None:
        await self._pool.aclose()


class _TimedStream(httpx.AsyncByteStream):
    def __init__(self, tap: Wiretap, answer: httpcore.Response) -> None:
        self._tap = tap
        self._answer = answer

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._tap.pieces(self._answer)

    async def aclose(self) -> None:
        await self._answer.aclose()


_RAISED: dict[type[Exception], type[httpx.TransportError]] = {
    httpcore.ConnectTimeout: httpx.ConnectTimeout,
    httpcore.ReadTimeout: httpx.ReadTimeout,
    httpcore.WriteTimeout: httpx.WriteTimeout,
    httpcore.PoolTimeout: httpx.PoolTimeout,
    httpcore.TimeoutException: httpx.TimeoutException,
    httpcore.ConnectError: httpx.ConnectError,
    httpcore.ReadError: httpx.ReadError,
    httpcore.WriteError: httpx.WriteError,
    httpcore.NetworkError: httpx.NetworkError,
    httpcore.LocalProtocolError: httpx.LocalProtocolError,
    httpcore.RemoteProtocolError: httpx.RemoteProtocolError,
    httpcore.ProtocolError: httpx.ProtocolError,
    httpcore.ProxyError: httpx.ProxyError,
    httpcore.UnsupportedProtocol: httpx.UnsupportedProtocol,
}
"""Exceptions of httpcore and the same of httpx, each before those that it is one of."""


@contextmanager
def as_httpx_raises() -> Iterator[None]:
    """Exceptions of httpcore become those of httpx that mean the same."""
    try:
        yield
    except tuple(_RAISED) as error:
        raised = next(raised for kind, raised in _RAISED.items() if isinstance(error, kind))
        raise raised(str(error)) from error
