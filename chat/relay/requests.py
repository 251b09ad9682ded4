"""The requests of front ends as relay and replay take them in: whole, up to a limit, until the front end leaves."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request

__all__ = ["LONGEST_REQUEST", "until_gone", "whole_body"]

LONGEST_REQUEST: Final = 64 * 2**20
"""Bytes of a request, which is answered or sent on when all of it has come."""


async def whole_body(request: Request) -> bytes | None:
    """The request's body; None when it is too long. Raises ClientDisconnect."""
    pieces, size = [], 0
    async for piece in request.stream():
        pieces.append(piece)
        size += len(piece)
        if size > LONGEST_REQUEST:
            return None
    return b"".join(pieces)


async def until_gone(request: Request) -> None:
    """Returns when the front end has closed the connection."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
