"""
Sends one request, once, and keeps what comes back in its exchange.

Each request has a connection of its own, which is closed after it: servers close a connection after a failure without
saying so, and a pooled client then fails the next request. Nothing is retried, no redirect followed, no cookie kept, no
`.netrc` read. The user's proxies are honoured, but never for this machine.
"""

from __future__ import annotations

import asyncio
import logging
import os
import ssl
import urllib.request
from collections.abc import AsyncIterator, Callable
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

import certifi
import httpx

from chat.client.connection import Connection
from chat.client.failures import diagnose, oversized
from chat.client.network import ARRIVED_AT, Network
from chat.errors import WorkbenchError
from chat.exchanges import Exchange
from chat.exchanges.arriving import ArrivingBody
from chat.exchanges.secrets import NONE, Secrets
from chat.hosts import is_this_machine

__all__ = ["proxy_for", "transmit"]

_LOGGERS = ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.proxy")
_sending: ContextVar[Secrets] = ContextVar("sending", default=NONE)
"""The secrets of the connection that this task sends on."""


def _without_secrets(record: logging.LogRecord) -> bool:
    """The libraries below log addresses and headers, for whoever switches that on."""
    if secrets := _sending.get():
        record.msg, record.args = secrets.text(record.getMessage()), ()
    return True


for _name in _LOGGERS:
    logging.getLogger(_name).addFilter(_without_secrets)

_CERTIFICATE_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR")


async def transmit(
    exchange: Exchange,
    request: httpx.Request,
    connection: Connection,
    on_progress: Callable[[], None] = lambda: None,
) -> WorkbenchError | None:
    """
    Send the request and read the answer to its end.

    Returns what went wrong on the way, None when the answer came whole, whatever its status. The exchange is ended in
    every case. `on_progress` is called when something was added to it. Raises only CancelledError.
    """
    _sending.set(connection.secrets)
    url = request.url
    proxy = proxy_for(url)
    timeout = httpx.Timeout(connection.read_timeout, connect=connection.connect_timeout, pool=None)
    request.extensions = {**request.extensions, "timeout": timeout.as_dict(), "trace": _connection_watch(exchange)}
    failure: WorkbenchError | None = None
    exchange.start()
    try:
        transport = _Wiretap(exchange, connection, _transport(url, proxy))
        async with httpx.AsyncClient(transport=transport, trust_env=False, follow_redirects=False) as http:
            response = await http.send(request, stream=True)
            try:
                on_progress()
                failure = await _read(exchange, response, transport, connection, on_progress)
            finally:
                await response.aclose()
    except asyncio.CancelledError:
        exchange.end("cancelled", "Closed from this side.")
        raise
    except Exception as error:  # every way a network can fail, and the workbench's own mistakes
        if exchange.running:
            outcome, failure = diagnose(error, exchange, connection, url, proxy)
            exchange.end(outcome, failure.message)
    on_progress()
    return failure


async def _read(
    exchange: Exchange,
    response: httpx.Response,
    transport: _Wiretap,
    connection: Connection,
    on_progress: Callable[[], None],
) -> WorkbenchError | None:
    room = connection.body_limit
    body = ArrivingBody(connection.secrets)
    try:
        async for data in response.aiter_bytes():
            exchange.chunks += body.feed(transport.last_at_ns, data)
            on_progress()
            room -= len(data)
            if room < 0:
                break
    finally:
        exchange.chunks += body.finish()
    if room < 0:
        failure = oversized(exchange, connection)
        exchange.end("oversized", failure.message)
        return failure
    exchange.end("complete")
    return None


def proxy_for(url: httpx.URL) -> httpx.Proxy | None:
    """The proxy that the environment (or the desktop's settings) wants for this URL; never one for this machine."""
    if is_this_machine(url.host):
        return None
    proxies = urllib.request.getproxies()
    address = proxies.get(url.scheme) or proxies.get("all")
    if not address or urllib.request.proxy_bypass(url.netloc.decode("ascii", "replace")):
        return None
    return httpx.Proxy(address if "://" in address else f"http://{address}")


def _transport(url: httpx.URL, proxy: httpx.Proxy | None) -> httpx.AsyncHTTPTransport:
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


def _connection_watch(exchange: Exchange) -> Any:
    async def watch(name: str, info: dict[str, Any]) -> None:
        # The first header goes out when the connection stands, tunnels and TLS included.
        if name.endswith(".send_request_headers.started"):
            exchange.connected_at_ns = exchange.now_ns()

    return watch


class _Wiretap(httpx.AsyncBaseTransport):
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
    def __init__(self, tap: _Wiretap, inner: httpx.AsyncByteStream) -> None:
        self._tap = tap
        self._inner = inner

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._tap.pieces(self._inner)

    async def aclose(self) -> None:
        await self._inner.aclose()
