"""What a person has answered once and for all: the results of client tools, and actions that go to the backend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from .host import NO_ANSWER, Answer

__all__ = ["Always", "NothingKept"]


class Always(Protocol):
    """Of one profile: kept answers."""

    @property
    def tools(self) -> Mapping[str, Any]:
        """Results by the names of tools."""

    @property
    def actions(self) -> Sequence[str]:
        """Types of client actions that are sent to the backend."""

    def keep_tool(self, name: str, result: Any) -> None:
        """Answer this tool so from now on."""

    def keep_action(self, action: str) -> None:
        """Send actions of this type from now on."""


class NothingKept:
    """Nobody keeps anything."""

    tools: Mapping[str, Any] = {}
    actions: Sequence[str] = ()

    def keep_tool(self, name: str, result: Any) -> None:
        pass

    def keep_action(self, action: str) -> None:
        pass


def tool_answer(always: Always, name: str) -> Answer:
    """The kept answer of a tool."""
    if name not in always.tools:
        return NO_ANSWER
    return Answer(True, always.tools[name], "your answer that is kept for it")
