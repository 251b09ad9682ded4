"""What goes with a request and is worked out anew for each: headers and metadata, by a function of whoever sends."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chat.exchanges.secrets import NONE, Secrets

__all__ = ["NOTHING", "Added", "Ask", "Computed"]

_MOST_SECRETS = 20
"""Values of before that are looked for in answers: a token that is new with each request must not make each slower."""


@dataclass(frozen=True)
class Added:
    """What was worked out for one request. Both stand over the connection's own of the same name."""

    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    metadata: Mapping[str, Any] = field(default_factory=dict, repr=False)


NOTHING = Added()

Ask = Callable[[str, Mapping[str, Any]], Awaitable[Added]]
"""Gets the operation and the body as it would be sent. Raises `WorkbenchError` when the request must not be sent."""


class Computed:
    """
    The function, and what of its results nobody shall see: `secrets` only grows, up to a bound, as a jar's of cookies
    does. An answer may still hold a token that was replaced since.
    """

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._values: list[str] = []
        self._newest = 0
        self.secrets: Secrets = NONE

    async def ask(self, operation: str, body: Mapping[str, Any]) -> Added:
        """What goes with this request. Raises `WorkbenchError` when it must not be sent."""
        added = await self._ask(operation, body)
        self._learn(Secrets.of(added.headers, metadata=added.metadata))
        return added

    def _learn(self, secrets: Secrets) -> None:
        new = [value for value in secrets.values if value not in self._values]
        for value in new:
            # Numbers of masks are places in this list: a new value takes the place of the oldest.
            if len(self._values) < _MOST_SECRETS:
                self._values.append(value)
            else:
                self._values[self._newest % _MOST_SECRETS] = value
            self._newest += 1
        if new:
            self.secrets = Secrets(tuple(self._values))
