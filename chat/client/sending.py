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

import httpx

from chat.client.connection import Connection
from chat.client.failures import failure_of, oversized
from chat.client.network import Network
from chat.client.wiretap import Wiretap, connection_watch, pool_for
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


async def transmit(
    exchange: Exchange,
    request: httpx.Request,
    connection: Connection,
    on_progress: Callable[[], None] = lambda: None,
    network: Network | None = None,
) -> WorkbenchError | None:
    """
    Send the request and read the answer to its end.

    Returns what went wrong on the way, None when the answer came whole, whatever its status. The exchange is ended in
    every case. `on_progress` is called when something was added to it. `network` opens the connection; a proxy, which
    looks names up itself, is not connected to with it. Raises only CancelledError.
    """
    _sending.set(connection.secrets)
    url = request.url
    proxy = proxy_for(url)
    timeout = httpx.Timeout(connection.read_timeout, connect=connection.connect_timeout, pool=None)
    request.extensions = {**request.extensions, "timeout": timeout.as_dict(), "trace": connection_watch(exchange)}
    failure: WorkbenchError | None = None
    exchange.start()
    try:
        transport = Wiretap(exchange, connection, pool_for(url, proxy, network))
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
            outcome, failure = failure_of(error, exchange, connection, url, proxy)
            exchange.end(outcome, failure.message)
    on_progress()
    return failure


async def _read(
    exchange: Exchange,
    response: httpx.Response,
    transport: Wiretap,
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
