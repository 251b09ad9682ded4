"""What a run is to check, and how."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from chat.client import Connection
from chat.exchanges.secrets import Secrets

__all__ = ["Headers", "Plan"]

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Plan:
    """What to check and how. `timeout` is in seconds; the whole run takes at most 20 times as long, and a moment."""

    connection: Connection
    second_headers: Headers = field(default=(), repr=False)
    """Another user's credentials; none when empty."""
    message: str = "Hello! Please answer in one short sentence."
    """What is said to the agent first, and most often."""
    more_messages: tuple[str, ...] = ()
    """What else is said to it, one after the other in the same thread: widgets and tools take their words."""
    origin: str | None = None
    """The origin of the page that will embed the widget, like https://your-site.example."""
    timeout: float = 30.0
    """The longest silence before an answer and within one; a JSON answer has to end in this time, a stream in 5 times
    as long."""
    max_turns: int = 14
    """The most requests that an agent may have to answer."""
    rule_ids: frozenset[str] | None = None
    """The rules to judge; None for all of them."""
    save: Path | None = None
    """Folder for recordings of everything sent, without the secrets."""

    @property
    def messages(self) -> tuple[str, ...]:
        """All that is said, in order."""
        return (self.message, *self.more_messages)

    @property
    def secrets(self) -> Secrets:
        """Both users' secrets: an answer to the one may hold the other's."""
        return self.connection.secrets | Secrets.of(self.second_headers)

    def wants(self, rule_id: str) -> bool:
        """Whether this rule is to be judged."""
        return self.rule_ids is None or rule_id in self.rule_ids
