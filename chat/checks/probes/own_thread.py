"""A thread that a run made, as it was streamed."""

from __future__ import annotations

from dataclasses import dataclass, field

from chat.checks.case import ThreadHistory
from chat.checks.probes.answer import Answer
from chat.protocol import ItemState, ThreadState

__all__ = ["OwnThread", "Reply"]


@dataclass(frozen=True)
class Reply:
    """One answer of the agent's."""

    answer: Answer
    brought: tuple[ItemState, ...]
    """The items that came with it, messages of the user's included."""

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of the items that came with it."""
        return tuple(item.id for item in self.brought)


@dataclass(eq=False)
class OwnThread:
    """A thread that was made by this run."""

    id: str
    state: ThreadState
    history: ThreadHistory
    turns: list[Reply] = field(default_factory=list)
    said: int = 1
    """How many messages were sent in it."""
    deleted: bool = False
    """Whether its deletion was asked for and granted."""
    delete_sent: bool = False

    def visible(self) -> list[ItemState]:
        """The items that must still be there after a reload: finished ones that are drawn."""
        return [item for item in self.state.visible_items() if item.status == "done"]

    def user_messages(self) -> list[str]:
        """Ids of the user's messages, oldest first."""
        return [item.id for item in self.state.visible_items() if item.type == "user_message"]

    def answers(self) -> list[ItemState]:
        """Finished items of the assistant's."""
        return [item for item in self.visible() if item.type != "user_message"]
