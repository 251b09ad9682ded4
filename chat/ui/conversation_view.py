"""The element that shows a conversation in the browser."""

from __future__ import annotations

from nicegui.element import Element

from assets import ASSETS

from .conversation import Conversation

__all__ = ["ConversationView"]


class ConversationView(Element, component=ASSETS / "conversation.js"):
    """Shows one conversation; the page gives the launch token for the routes it loads older items from."""

    def __init__(self, conversation: Conversation, token: str) -> None:
        super().__init__()
        self.conversation = conversation
        self._props["token"] = token
