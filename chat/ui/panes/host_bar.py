"""A slim bar above the composer: the buttons that a page has around the widget."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from nicegui import background_tasks, ui
from nicegui.element import Element

from chat.conversation.conversation import Busy, Conversation
from chat.conversation.drafts import Draft
from chat.host.settings import HostButton
from chat.rendering.icons import chatkit_icon, icon

from ..controls import button
from .composer import Composer

__all__ = ["HostBar"]

_ICONS: Mapping[str, str] = {
    "custom_action": "mouse-pointer-click",
    "send_user_message": "send",
    "set_composer_value": "pencil",
    "call": "zap",
}
_HINTS: Mapping[str, str] = {
    "custom_action": "Sends the custom action {} to the backend",
    "send_user_message": "Sends: {}",
    "set_composer_value": "Writes into the composer: {}",
    "call": "Calls a function of your profile",
}
_LONGEST = 120


class BarredWindow(Protocol):
    """What the bar asks of its window."""

    def new_thread(self) -> Conversation:
        """Show a new thread."""

    def say(self, words: str) -> None:
        """Tell the reader something, for a moment."""


class HostBar(Element):
    """The host's buttons, for one conversation; `composer` is told later which one is below."""

    def __init__(self, window: BarredWindow, conversation: Conversation) -> None:
        super().__init__("div")
        self.classes("host-bar").props('role="toolbar" aria-label="Buttons of the host page" data-testid="host-bar"')
        self._window = window
        self._conversation = conversation
        self.composer: Composer | None = None
        self._shown: tuple[HostButton, ...] | None = None
        self.leave = conversation.host.on_change(self._draw)
        """Hear of its host no more: that one outlives the page."""
        self._draw()

    def _draw(self) -> None:
        buttons = self._conversation.host.settings.host_buttons
        if buttons == self._shown:
            return
        self._shown = buttons
        self.clear()
        self.set_visibility(bool(buttons))
        with self:
            for one in buttons:
                self._button(one)

    def _button(self, one: HostButton) -> None:
        made = button("", lambda: self.press(one), kind="btn host-button", test_id="host-button")
        made.props["title"] = _HINTS[one.kind].format(_gist(one))
        made.clear()
        with made:
            ui.html(str(chatkit_icon(one.icon, 14)) if one.icon else icon(_ICONS[one.kind], 14), sanitize=False)
            ui.label(one.label)

    def press(self, one: HostButton) -> None:
        """Do what a button does."""
        background_tasks.create(self._pressed(one), name=f"host button {one.label}")

    async def _pressed(self, one: HostButton) -> None:
        try:
            await self._do(one)
        except Busy as busy:
            self._window.say(str(busy))

    async def _do(self, one: HostButton) -> None:
        said: Mapping[str, Any] = one.value if isinstance(one.value, Mapping) else {"text": str(one.value)}
        match one.kind:
            case "custom_action":
                await self._conversation.widget_action(None, {**said, "handler": "server"})
            case "send_user_message":
                conversation = self._window.new_thread() if said.get("new_thread") else self._conversation
                await conversation.send(str(said["text"]), tool=said.get("tool"), model=said.get("model"))
            case "set_composer_value" if self.composer is not None:
                self.composer.set_text(Draft(str(said["text"])))
                if "tool" in said:
                    self.composer.choose_tool(said["tool"])
                if "model" in said:
                    self.composer.choose_model(said["model"])
                self.composer.focus()
            case "call":
                await self._call(one)

    async def _call(self, one: HostButton) -> None:
        answer = await self._conversation.host.press(one.label)
        if answer.failure is not None:
            self._window.say(f"“{one.label}” failed: {answer.failure.message[:_LONGEST]}")
        elif answer.handled:
            said = answer.value
            self._window.say(f"“{one.label}” is done." if said is None else f"{said}"[:_LONGEST])


def _gist(one: HostButton) -> str:
    value = one.value
    if isinstance(value, Mapping):
        value = value.get("text") or value.get("type") or ""
    return str(value or "")[:_LONGEST]
