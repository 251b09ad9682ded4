"""What a person is about to send, and what the composer may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from chatkit.types import InferenceOptions, ToolChoice, UserMessageInput, UserMessageTextContent

__all__ = ["ComposerState", "Draft"]


@dataclass(frozen=True)
class ComposerState:
    """What the composer may do now. `reason` is why a locked or closed thread takes no message."""

    running: bool = False
    can_stop: bool = False
    status: Literal["active", "locked", "closed"] = "active"
    reason: str | None = None
    empty: bool = True


@dataclass(frozen=True)
class Draft:
    """A user message before it is sent. `attachments` are (id, name); `tool` and `model` are ids the backend knows."""

    text: str
    attachments: tuple[tuple[str, str], ...] = ()
    quoted: str | None = None
    tool: str | None = None
    model: str | None = None

    def input(self) -> UserMessageInput:
        """As the protocol wants it: ids of attachments, and inference options that are never null."""
        return UserMessageInput(
            content=[UserMessageTextContent(text=self.text)] if self.text else [],
            attachments=[attachment_id for attachment_id, _ in self.attachments],
            quoted_text=self.quoted,
            inference_options=InferenceOptions(
                tool_choice=ToolChoice(id=self.tool) if self.tool else None, model=self.model
            ),
        )
