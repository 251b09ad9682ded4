"""What a person is about to send, and what the composer may do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from chatkit.types import (
    InferenceOptions,
    ToolChoice,
    UserMessageContent,
    UserMessageInput,
    UserMessageTagContent,
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

    def with_texts(self, change: Callable[[str], str]) -> Draft:
        """The same with all that is shown of it changed, as by masking; what tags carry is left out."""
        return replace(
            self,
            text=change(self.text),
            attachments=tuple((change(attachment_id), change(name)) for attachment_id, name in self.attachments),
            quoted=change(self.quoted) if self.quoted else self.quoted,
            tool=change(self.tool) if self.tool else self.tool,
            model=change(self.model) if self.model else self.model,
            parts=tuple(
                UserMessageTagContent(
                    id=change(part.id),
                    text=change(part.text),
                    group=change(part.group) if part.group else None,
                    interactive=part.interactive,
                    data={},
                )
                if isinstance(part, UserMessageTagContent)
                else UserMessageTextContent(text=change(part.text))
                for part in self.parts
            ),
        )

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
