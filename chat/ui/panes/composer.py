"""The composer: the text field under a conversation, with attachments, send and stop."""

from __future__ import annotations

import dataclasses
import weakref
from collections.abc import Callable, Sequence
from typing import Any

from assets import ASSETS
from chat.conversation.conversation import Conversation
from chat.conversation.drafts import Draft
from chat.rendering.icons import icon

from ..bridge import LiveElement
from ..offers import Suggestion
from .composer_settings import settings_json

__all__ = ["Composer"]

ICONS = {
    "send": "arrow-up",
    "stop": "square",
    "more": "plus",
    "attach": "paperclip",
    "file": "file",
    "remove": "x",
    "retry": "refresh-cw",
    "locked": "lock",
    "quote": "text-quote",
    "dictate": "mic",
    "audio": "file-audio",
    "done": "check",
    "down": "chevron-down",
    "tool": "wrench",
    "model": "brain",
    "tag": "at-sign",
    "by_hand": "sliders-horizontal",
}


class Composer(LiveElement, component=ASSETS / "composer.js"):
    """
    Text field, attachments, send and stop of one conversation, with what its host page offers: tools, models, the menus
    of "@" and "/", dictation; the start screen while nothing was said.

    Messages and files go over HTTP with `token`; a draft stays in the browser's tab, one per thread. `prompts` are
    offered where the host page sets none. `thread_id` says which thread is being opened, for the time until the
    conversation has loaded it; `place` tells apart what was sent and chosen over several connections. `on_tool` hears
    which tool is chosen for the next message.
    """

    def __init__(
        self,
        conversation: Conversation,
        token: str,
        prompts: Sequence[Suggestion] = (),
        *,
        thread_id: str | None = None,
        place: str = "",
        on_tool: Callable[[str | None], object] = lambda tool_id: None,
    ) -> None:
        super().__init__()
        self.conversation = conversation
        self._opening = thread_id
        self._prompts = prompts
        self.props["token"] = token
        self.props["conversation"] = conversation.id
        self.props["place"] = place
        self.props["first"] = self._state()
        self.props["given"] = self._settings()
        self.props["icons"] = {name: str(icon(lucide, 18)) for name, lucide in ICONS.items()}
        self._unlisten = conversation.on_state(self._changed)
        self._leave_host = conversation.host.on_change(self._settled)
        conversation.composers.add(self)
        self.on("stop", conversation.stop)
        self.on("tool", lambda event: on_tool(event.args if isinstance(event.args, str) else None))
        self.on("ready", self._tell)
        tell = weakref.WeakMethod(self._tell)
        self.client.on_connect(lambda: (still_there := tell()) and still_there())

    def put(self, draft: Draft) -> None:
        """Put a message into the field, before what is there."""
        self.run_method("put", _as_json(draft))

    def set_text(self, draft: Draft) -> None:
        """Put a message into the field in place of what is there."""
        self.run_method("put", _as_json(draft), True)

    def quote(self, text: str) -> None:
        """Quote a passage in the message that is being written; "" takes the quote out."""
        self.run_method("quote", text)

    def choose_tool(self, tool_id: str | None) -> None:
        """Choose a tool for the next message; None takes the choice back."""
        self.run_method("chooseTool", tool_id)

    def choose_model(self, model_id: str | None) -> None:
        """Choose the model of the next messages; None goes back to the default."""
        self.run_method("chooseModel", model_id)

    def focus(self) -> None:
        """Let the reader type."""
        self.run_method("focus")

    def _state(self) -> dict[str, Any]:
        return {
            **dataclasses.asdict(self.conversation.composer),
            "thread": self.conversation.thread_id or self._opening,
        }

    def _changed(self, _: Conversation) -> None:
        if not self.is_deleted and self.client.has_socket_connection:
            self.run_method("show", self._state())

    def _settled(self) -> None:
        """The host page sets something else."""
        if not self.is_deleted and self.client.has_socket_connection:
            self.run_method("configure", self._settings())

    def _tell(self) -> None:
        if not self.is_deleted:
            self.run_method("configure", self._settings())
            self.run_method("show", self._state())

    def _settings(self) -> dict[str, Any]:
        return settings_json(self.conversation.host.settings, self._prompts)

    def removed(self) -> None:
        self._unlisten()
        self._leave_host()
        self.conversation.composers.discard(self)


def _as_json(draft: Draft) -> dict[str, Any]:
    return {
        "parts": [part.model_dump(mode="json") for part in draft.content],
        "attachments": [{"id": attachment_id, "name": name} for attachment_id, name in draft.attachments],
        "quoted": draft.quoted or "",
        "tool": draft.tool,
        "model": draft.model,
    }
