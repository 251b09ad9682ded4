"""Servers inside the tests' own process, of which hundreds are started and stopped."""

from __future__ import annotations

import asyncio
from typing import Any

import uvicorn.server

__all__ = ["stop_at_once"]

_OFTEN = 0.005


class _Asyncio:
    """`asyncio` to uvicorn, but for naps of a tenth of a second, which are short."""

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)

    @staticmethod
    async def sleep(seconds: float) -> None:
        await asyncio.sleep(min(seconds, _OFTEN))


def stop_at_once() -> None:
    """
    Let uvicorn's servers in this process see within some milliseconds that they are to stop.

    It looks ten times a second whether that is so, and once it is, sleeps a tenth of a second before it looks whether
    all connections are closed: a quarter of a second for each test that has a server of its own.
    """
    uvicorn.server.asyncio = _Asyncio()  # type: ignore[assignment, attr-defined]
