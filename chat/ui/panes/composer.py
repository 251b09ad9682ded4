"""The composer: the text field under a conversation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nicegui.element import Element

from assets import ASSETS

from ..conversation import Conversation

__all__ = ["Composer", "StartPrompt"]


@dataclass(frozen=True)
class StartPrompt:
    """One suggestion on the start screen; any object with these three attributes serves as well."""

    label: str
    prompt: str
    icon: str | None = None


class Composer(Element, component=ASSETS / "composer.js"):
    """Text field, attachments, send and stop of one conversation."""

    def __init__(self, conversation: Conversation, token: str, prompts: Sequence[StartPrompt] = ()) -> None:
        super().__init__()
        self.conversation = conversation
        self._props["token"] = token
