"""What a person is about to send, and what the composer may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from chatkit.types import (
    InferenceOptions,
    ToolChoice,
    UserMessageContent,
    UserMessageInput,
    UserMessageTextContent,
)

__all__ = ["ComposerState", "Draft"]


@dataclass(frozen=True)
class ComposerState:
    """
    What the composer may do now. `reason` is why a locked or closed thread takes no message; `held`, in words, why
    nothing is to be sent yet ("" when it may be): what is typed meanwhile stays.
    """

    running: bool = False
    can_stop: bool = False
    status: Literal["active", "locked", "closed"] = "active"
    reason: str | None = None
    empty: bool = True
    held: str = ""


@dataclass(frozen=True)
class Draft:
    """
    A user message before it is sent. `attachments` are (id, name); `tool` and `model` are ids the backend knows.

    `parts` is the message where it holds tags, in their order; without them it is `text` alone.
    """

    text: str
    attachments: tuple[tuple[str, str], ...] = ()
    quoted: str | None = None
    tool: str | None = None
    model: str | None = None
    parts: tuple[UserMessageContent, ...] = ()

    @property
    def content(self) -> tuple[UserMessageContent, ...]:
        """What it says, as the protocol has it."""
        return self.parts or ((UserMessageTextContent(text=self.text),) if self.text else ())

    @property
    def said(self) -> str:
        """The words of all its parts."""
        return "".join(part.text for part in self.content)

    def input(self) -> UserMessageInput:
        """As the protocol wants it: ids of attachments, and inference options that are never null."""
        return UserMessageInput(
            content=list(self.content),
            attachments=[attachment_id for attachment_id, _ in self.attachments],
            quoted_text=self.quoted,
            inference_options=InferenceOptions(
                tool_choice=ToolChoice(id=self.tool) if self.tool else None, model=self.model
            ),
        )
