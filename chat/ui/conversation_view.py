"""The element that shows a conversation in the browser."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from nicegui import Client
from nicegui.events import GenericEventArguments

from assets import ASSETS
from chat.conversation.conversation import Busy, Conversation
from chat.conversation.entry import Op
from chat.conversation.form_values import NotSent, answers, tool_output
from chat.conversation.shown_thread import ShownThread
from chat.rendering.icons import icon

from .bridge import LiveElement

__all__ = ["ConversationView"]

WINDOW = 96
"""Frames on their way to the browser. A page that has not confirmed so many is asked to catch up when it is back,
instead of piling up messages: NiceGUI keeps 1,000 and reloads the page beyond that."""

ELSEWHERE = ("compare", "finding", "deeplink", "entity-click", "source-click")
"""What is done, or told, elsewhere when it is clicked; nothing of it is sent."""

ICONS = {
    "latest": "arrow-down",
    "copy": "copy",
    "up": "thumbs-up",
    "down": "thumbs-down",
    "retry": "refresh-cw",
    "resend": "send",
    "reload": "rotate-cw",
    "edit": "pencil",
    "missing": "image-off",
    "unseen": "eye-off",
}


class ConversationView(LiveElement, component=ASSETS / "conversation.js"):
    """
    Shows one thread in one page. What is clicked in it is done by `actions`; without them it can only be read.

    `token` goes with the requests for older entries; `allow_image` is told the address of an image that the reader
    wants to see.
    """

    def __init__(
        self,
        thread: ShownThread,
        token: str,
        *,
        actions: Conversation | None = None,
        allow_image: Callable[[str], None] | None = None,
    ) -> None:
        super().__init__()
        self.thread = thread
        self.actions = actions
        self._allow_image = allow_image
        self._sent = self._seen = 0
        self._behind = False
        snapshot = thread.audience.join(self)
        self._sent = self._seen = snapshot["n"]
        self.props["snapshot"] = snapshot
        self.props["token"] = token
        self.props["conversation"] = thread.id
        self.props["icons"] = {name: str(icon(lucide, 16)) for name, lucide in ICONS.items()}
        self.on("resync", self._resync)
        self.on("seen", self._confirmed)
        self.on("act", self._act)
        _on_reconnect(self.client, self)
        self._leave_host: Callable[[], None] = lambda: None
        if actions is not None:
            self.props["auto-scroll"] = actions.host.settings.auto_scroll
            self._leave_host = actions.host.on_change(self._settled)

    # --- to the browser ---------------------------------------------------------------------------------------------

    def show(self, n: int, ops: Sequence[Op]) -> None:
        """Send frame `n`, unless the page is away or too far behind: it then asks for what it missed."""
        if self.is_deleted:
            self.thread.audience.windows.discard(self)
            return
        if self._behind or not self.client.has_socket_connection or n - self._seen > WINDOW:
            self._behind = True
            return
        self._sent = n
        self.send("frame", n, ops)

    def _resync(self, event: GenericEventArguments) -> None:
        n, oldest = event.args.get("n"), event.args.get("oldest")
        since = n if isinstance(n, int) else -1
        snapshot = self.thread.audience.catch_up(since, oldest if isinstance(oldest, str) else None)
        self._behind = False
        self._sent = self._seen = snapshot["n"]
        self.send("reset", snapshot)

    def _confirmed(self, event: GenericEventArguments) -> None:
        if isinstance(event.args, int):
            self._seen = max(self._seen, min(event.args, self._sent))
        if self._behind:
            self.send("catchUp")

    def reconnected(self) -> None:
        """The page is there again."""
        if self._behind and not self.is_deleted:
            self.send("catchUp")

    def _settled(self) -> None:
        """The host's settings have changed."""
        if self.actions is not None:
            self.send("follows", self.actions.host.settings.auto_scroll)

    def removed(self) -> None:
        self._leave_host()
        self.thread.audience.windows.discard(self)

    # --- from the browser -------------------------------------------------------------------------------------------

    async def _act(self, event: GenericEventArguments) -> None:
        args = event.args if isinstance(event.args, Mapping) else {}
        key, action, form = args.get("key"), args.get("action"), args.get("form")
        if not isinstance(action, Mapping) or not isinstance(form, Mapping):
            return
        try:
            await self._perform(key if isinstance(key, str) else None, action, form)
        except NotSent as problem:
            self.send("notSent", key, str(problem), problem.at)
        except Busy as busy:
            self.send("toast", str(busy))

    async def _perform(self, key: str | None, action: Mapping[str, Any], form: Mapping[str, Any]) -> None:
        entry = self.thread.transcript.entry(key) if key else None
        item_id = entry.state.id if entry and entry.state else None
        if action.get("do") == "show-image":
            if item_id and isinstance(action.get("url"), str):
                self._show_image(item_id, action["url"])
        elif self.actions is not None:
            await self._do(self.actions, key, item_id, action, form)
        elif action.get("do") not in ELSEWHERE:
            raise Busy("This is only shown: nothing is sent from it")

    def _show_image(self, item_id: str, url: str) -> None:
        self.thread.show_image(item_id, url)
        if self._allow_image is not None:
            self._allow_image(url)

    async def _do(
        self,
        conversation: Conversation,
        key: str | None,
        item_id: str | None,
        action: Mapping[str, Any],
        form: Mapping[str, Any],
    ) -> None:
        match action.get("do"):
            case "retry":
                await conversation.retry(item_id)
            case "resend" if key:
                await conversation.resend(key)
            case "edit" if key:
                self._put_back(conversation, key)
            case "abandon":
                conversation.stop()
            case "reload" if conversation.thread_id:
                await conversation.reload()
            case "up" | "down" as thumb if item_id:
                await conversation.feedback([item_id], "positive" if thumb == "up" else "negative")
            case "widget-action" if isinstance(action.get("action"), Mapping):
                await conversation.widget_action(item_id, action["action"], form)
            case "tool-output" if item_id:
                output = tool_output(form, as_text=bool(action.get("text")))
                await conversation.submit_tool_output(item_id, output, always=bool(form.get("always")))
            case "send-action" | "always-send-action" as sending if key:
                await conversation.host_side.send_action(key, always=sending == "always-send-action")
            case "structured-input" if item_id:
                skipped = bool(action.get("skip"))
                given = dict.fromkeys(form, ()) if skipped else answers(form)
                await conversation.submit_structured_input(item_id, given, skipped=skipped)

    def _put_back(self, conversation: Conversation, key: str) -> None:
        if (draft := conversation.take_back(key)) is None:
            return
        for composer in conversation.composers:
            if getattr(composer, "client", None) is self.client:
                composer.put(draft)


def _on_reconnect(client: Client, view: ConversationView) -> None:
    known = weakref.ref(view)

    def connected() -> None:
        if (live := known()) is not None:
            live.reconnected()

    client.on_connect(connected)
