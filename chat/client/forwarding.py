"""A request that somebody else has made, sent on to the backend: what of it goes along, and what the exchange shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import httpx

from chat.client.connection import Connection
from chat.client.requests import encoded, new_exchange
from chat.exchanges import Exchange

__all__ = ["forwarded"]

_BETWEEN_TWO = frozenset(
    (
        "connection",
        "content-length",
        "expect",
        "host",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    )
)
"""What is said from one end of a connection to the other, and goes no further (RFC 9110, 7.6.1)."""
_OF_THE_PAGE = frozenset(
    (
        "access-control-request-private-network",
        "cookie",  # those of this machine, whatever their port: the workbench's own are among them
        "origin",
        "referer",
        "x-workbench-token",
    )
)
"""What the browser says of the page it is in, which is not on the backend's site as it would be without a relay."""
_SHOWN = ("origin", "referer")
"""Of these, what the exchange shows: rules want to know which page asked."""


def forwarded(
    connection: Connection, headers: Iterable[tuple[str, str]], query: str, body: bytes
) -> tuple[httpx.Request, Exchange]:
    """
    The request to the backend, and its exchange, for a POST that came with these headers and this query.

    The connection's own headers stand in place of those of the same name. The exchange shows the request as the front
    end made it, with those. Raises UnicodeEncodeError for a header that is not Latin-1.
    """
    came = list(headers)
    named = {part.strip().lower() for name, value in came if name.lower() == "connection" for part in value.split(",")}
    passed = [
        (name, value)
        for name, value in came
        if (lower := name.lower()) not in _BETWEEN_TWO | _OF_THE_PAGE | named
        and lower != "accept-encoding"
        and not lower.startswith("sec-")
    ]
    # What is read here must be decoded here: nothing is asked for that cannot be.
    own = connection.request_headers([*passed, ("Accept-Encoding", "gzip, deflate")])
    url = connection.bare_url()
    if query:
        url = url.copy_with(query="&".join(filter(None, (url.query.decode("ascii"), query))).encode())
    request = httpx.Request("POST", url, headers=encoded(own), content=body)
    exchange = new_exchange(connection, request, body)
    page = connection.secrets.headers((name, value) for name, value in came if name.lower() in _SHOWN)
    exchange.request = replace(exchange.request, headers=(*exchange.request.headers, *page))
    return request, exchange
