"""The transport below one request: its connection, and what is noted of the answer."""

from __future__ import annotations

import os
import ssl
from collections.abc import AsyncIterator, Callable
from functools import lru_cache
from typing import Any

import certifi
import httpx

from chat.client.connection import Connection
from chat.client.network import ARRIVED_AT, Network
from chat.exchanges import Exchange

__all__ = ["Wiretap", "connection_watch", "transport_for"]

_CERTIFICATE_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR")


def transport_for(url: httpx.URL, proxy: httpx.Proxy | None) -> httpx.AsyncHTTPTransport:
    secure = url.scheme == "https" or (proxy is not None and proxy.url.scheme == "https")
    transport = httpx.AsyncHTTPTransport(
        # Reading the certificates costs some 40 ms, which plain HTTP need not pay.
        verify=_trusted(*map(os.environ.get, _CERTIFICATE_VARIABLES))
        if secure
        else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        trust_env=False,
        http2=False,
        limits=httpx.Limits(max_connections=1, max_keepalive_connections=0),
        proxy=proxy,
        retries=0,
    )
    transport._pool._network_backend = Network()  # httpx has no option for what httpcore lets one choose
    return transport


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
    """Notes the response's head and the time of every piece of its body, below all decoding."""

    def __init__(self, exchange: Exchange, connection: Connection, inner: httpx.AsyncHTTPTransport) -> None:
        self._exchange = exchange
        self._connection = connection
        self._inner = inner
        self._info: Callable[[str], Any]
        self.last_at_ns = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._inner.handle_async_request(request)
        exchange = self._exchange
        self._info = response.extensions["network_stream"].get_extra_info
        exchange.headers_at_ns = self.last_at_ns = exchange.at_ns(self._info(ARRIVED_AT))
        exchange.status = response.status_code
        secrets = self._connection.secrets
        exchange.reason = secrets.text(response.extensions.get("reason_phrase", b"").decode("latin-1"))
        pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers.raw]
        exchange.headers = secrets.headers(pairs)
        assert isinstance(response.stream, httpx.AsyncByteStream)
        response.stream = _TimedStream(self, response.stream)
        return response

    async def pieces(self, stream: httpx.AsyncByteStream) -> AsyncIterator[bytes]:
        exchange = self._exchange
        async for piece in stream:
            self.last_at_ns = exchange.at_ns(self._info(ARRIVED_AT))
            exchange.wire_bytes += len(piece)
            yield piece

    async def aclose(self) -> None:
        await self._inner.aclose()


class _TimedStream(httpx.AsyncByteStream):
    def __init__(self, tap: Wiretap, inner: httpx.AsyncByteStream) -> None:
        self._tap = tap
        self._inner = inner

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._tap.pieces(self._inner)

    async def aclose(self) -> None:
        await self._inner.aclose()
