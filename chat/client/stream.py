"""A streaming operation's answer."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from chat.exchanges import Exchange
from chat.protocol import Event, Problem

__all__ = ["EventStream"]


class EventStream:
    """The events of one streaming operation, as they come."""

    exchange: Exchange
    events: list[Event]

    @property
    def problems(self) -> list[Problem]:
        raise NotImplementedError

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event:
        raise NotImplementedError

    async def aclose(self) -> None:
        raise NotImplementedError

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()
