"""What goes with a request and is worked out anew for each: headers and metadata, by a function of whoever sends."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chat.client.learned import Learned
from chat.exchanges.secrets import Secrets

__all__ = ["NOTHING", "Added", "Ask", "Computed"]


@dataclass(frozen=True)
class Added:
    """What was worked out for one request. Both stand over the connection's own of the same name."""

    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    metadata: Mapping[str, Any] = field(default_factory=dict, repr=False)


NOTHING = Added()

Ask = Callable[[str, Mapping[str, Any]], Awaitable[Added]]
"""Gets the operation and the body as it would be sent. Raises `WorkbenchError` when the request must not be sent."""


class Computed:
    """The function, and what of its results nobody shall see."""

    def __init__(self, ask: Ask, learned: Learned | None = None) -> None:
        """`learned` is shared by several that work out the same secrets."""
        self._ask = ask
        self._learned = learned or Learned()

    @property
    def secrets(self) -> Secrets:
        """Those of before, too: a token is new with each request, and an answer may still hold an older one."""
        return self._learned.secrets

    async def ask(self, operation: str, body: Mapping[str, Any]) -> Added:
        """What goes with this request. Raises `WorkbenchError` when it must not be sent."""
        added = await self._ask(operation, body)
        self._learned.learn(Secrets.of(added.headers, metadata=added.metadata))
        return added
