"""Secrets that turn up while a connection is used: computed for a request, or typed for one."""

from __future__ import annotations

from chat.exchanges.secrets import NONE, Secrets

__all__ = ["Learned"]


class Learned:
    """
    `secrets` only grows, up to `most` values, as a jar's of cookies does: an answer may still hold a token that was
    replaced since. A bound, since each value is looked for in each answer.
    """

    def __init__(self, most: int = 20) -> None:
        self._most = most
        self._values: list[str] = []
        self._newest = 0
        self.secrets: Secrets = NONE

    def learn(self, secrets: Secrets) -> None:
        """Nobody shall see these from now on."""
        new = [value for value in secrets.values if value not in self._values]
        for value in new:
            # Numbers of masks are places in this list: a new value takes the place of the oldest.
            if len(self._values) < self._most:
                self._values.append(value)
            else:
                self._values[self._newest % self._most] = value
            self._newest += 1
        if new:
            self.secrets = Secrets(tuple(self._values))
