"""The preview of the playground: a conversation in which what is clicked is told, and not sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from chat.conversation.preview import PreviewThread
from chat.inspection.playground import Asked, asked_of

from ..conversation_view import ConversationView

__all__ = ["PreviewView"]


class PreviewView(ConversationView):
    """`told` hears what each click would send."""

    def __init__(
        self,
        thread: PreviewThread,
        token: str,
        *,
        told: Callable[[Asked], None],
        allow_image: Callable[[str], None] | None = None,
    ) -> None:
        super().__init__(thread, token, allow_image=allow_image)
        self._told = told

    async def _perform(self, key: str | None, action: Mapping[str, Any], form: Mapping[str, Any]) -> None:
        if action.get("do") == "show-image":
            await super()._perform(key, action, form)
            return
        entry = self.thread.transcript.entry(key) if key else None
        asked = asked_of(action, form, entry.state.id if entry and entry.state else None)
        if entry is not None:
            self.thread.transcript.settle(entry)
            self.thread.changed()
        if asked is not None:
            self._told(asked)
