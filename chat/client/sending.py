"""
Sends one request, once, and keeps what comes back in its exchange.

Each request has a connection of its own, which is closed after it: servers close a connection after a failure without
saying so, and a pooled client then fails the next request. Nothing is retried, no redirect followed, no `.netrc` read;
cookies are kept where the connection has a jar for them. The user's proxies are honoured, but never for this machine.
"""

from __future__ import annotations

import asyncio
import logging
import urllib.request
from collections.abc import Callable
from contextvars import ContextVar
from typing import Protocol

import httpx

from chat.client.connection import Connection
from chat.client.failures import failure_of, oversized, says_nothing
from chat.client.inflating import inflated
from chat.client.network import Network
from chat.client.quiet import Quiet
from chat.client.wiretap import Wiretap, connection_watch, pool_for
from chat.errors import WorkbenchError
from chat.exchanges import Exchange, Outcome
from chat.exchanges.arriving import ArrivingBody
from chat.exchanges.secrets import NONE, Secrets
from chat.hosts import is_this_machine

__all__ = ["AnswerTaker", "proxy_for", "transmit"]

_LOGGERS = ("httpcore.connection", "httpcore.http11", "httpcore.proxy")
_sending: ContextVar[Secrets] = ContextVar("sending", default=NONE)
"""The secrets of the connection that this task sends on."""


def _without_secrets(record: logging.LogRecord) -> bool:
    """The libraries below log addresses and headers, for whoever switches that on."""
    if secrets := _sending.get():
        record.msg, record.args = secrets.text(record.getMessage()), ()
    return True


for _name in _LOGGERS:
    logging.getLogger(_name).addFilter(_without_secrets)


class AnswerTaker(Protocol):
    """Takes an answer while it comes, and adds to its exchange what is to be kept of it."""

    async def head(self, response: httpx.Response) -> None:
        """Status and headers have come; the exchange has them already."""

    async def piece(self, at_ns: int, data: bytes) -> bool:
        """A piece of the body, decoded, which came at this time of the exchange's. Returns whether more is wanted."""

    async def drained(self) -> None:
        """All has come, or the answer broke off. Returns when every piece has gone where it was to go."""

    def finish(self) -> None:
        """Add to the exchange what was held back of what it may keep. Called last, however the answer ended."""


class _Keeper:
    """Keeps all of an answer, up to the connection's limit; `on_progress` hears when there is more of it."""

    def __init__(self, exchange: Exchange, connection: Connection, on_progress: Callable[[], None]) -> None:
        self._exchange = exchange
        self._connection = connection
        self._body = ArrivingBody(NONE)
        self._room = connection.body_limit
        self._on_progress = on_progress

    async def head(self, response: httpx.Response) -> None:
        self._body = ArrivingBody(self._connection.secrets)  # among them now the cookies that this answer sets
        self._room = self._connection.limit_of(self._exchange)
        self._on_progress()

    async def piece(self, at_ns: int, data: bytes) -> bool:
        self._exchange.chunks += self._body.feed(at_ns, data)
        self._on_progress()
        self._room -= len(data)
        return self._room >= 0

    async def drained(self) -> None:
        pass

    def finish(self) -> None:
        self._exchange.chunks += self._body.finish()


async def transmit(
    exchange: Exchange,
    request: httpx.Request,
    connection: Connection,
    on_progress: Callable[[], None] = lambda: None,
    network: Network | None = None,
    taker: AnswerTaker | None = None,
) -> WorkbenchError | None:
    """
    Send the request and read the answer to its end.

    Returns what went wrong on the way, None when the answer came whole, whatever its status. The exchange is ended in
    every case. `on_progress` is called when something was added to it. `network` opens the connection; a proxy, which
    looks names up itself, is not connected to with it. `taker` gets the answer; without one it is kept. Raises only
    CancelledError.
    """
    _sending.set(connection.secrets)
    url = request.url
    proxy = proxy_for(url)
    timeout = httpx.Timeout(connection.read_timeout, connect=connection.connect_timeout, pool=None)
    request.extensions = {**request.extensions, "timeout": timeout.as_dict(), "trace": connection_watch(exchange)}
    taker = taker or _Keeper(exchange, connection, on_progress)
    failure: WorkbenchError | None = None
    exchange.start()
    try:
        try:
            # Without a client of httpx's around it: that has cookies, redirects and credentials of its own to think of.
            async with Wiretap(exchange, connection, pool_for(url, proxy, network)) as transport:
                response = await transport.handle_async_request(request)
                try:
                    await taker.head(response)
                    failure = await _read(exchange, response, transport, connection, taker)
                finally:
                    await response.aclose()
        except Exception as error:  # every way a network can fail, and the workbench's own mistakes
            if exchange.running:
                outcome, failure = failure_of(error, exchange, connection, url, proxy)
                await _end(exchange, taker, outcome, failure.message)
    except asyncio.CancelledError:
        taker.finish()
        exchange.end("cancelled", "Closed from this side.")
        raise
    on_progress()
    return failure


async def _read(
    exchange: Exchange, response: httpx.Response, transport: Wiretap, connection: Connection, taker: AnswerTaker
) -> WorkbenchError | None:
    quiet, patience = Quiet(exchange), connection.quiet_timeout
    async for joined in inflated(response):
        for at_ns, data in transport.split(joined):
            quiet.take(at_ns, data)
            if patience is not None and quiet.seconds(at_ns) > patience:
                failure: WorkbenchError = says_nothing(exchange, patience)
                await _end(exchange, taker, "timeout", failure.message)
                return failure
            if not await taker.piece(at_ns, data):
                failure = oversized(exchange, connection)
                await _end(exchange, taker, "oversized", failure.message)
                return failure
    await _end(exchange, taker, "complete")
    return None


async def _end(exchange: Exchange, taker: AnswerTaker, outcome: Outcome, words: str | None = None) -> None:
    """End the exchange, at this time, when all that came has gone its way."""
    at_ns = exchange.now_ns()
    await taker.drained()
    taker.finish()
    exchange.end(outcome, words, at_ns)


def proxy_for(url: httpx.URL) -> httpx.Proxy | None:
    """The proxy that the environment (or the desktop's settings) wants for this URL; never one for this machine."""
    if is_this_machine(url.host):
        return None
    proxies = urllib.request.getproxies()
    address = proxies.get(url.scheme) or proxies.get("all")
    if not address or urllib.request.proxy_bypass(url.netloc.decode("ascii", "replace")):
        return None
    return httpx.Proxy(address if "://" in address else f"http://{address}")
