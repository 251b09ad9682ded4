"""
What a thread asks of the page around it: results of client tools, effects, widgets' client actions.

The host is asked, and the entry says who answered, and with what; where nobody does, or a function fails, the person is
asked there. A call that is still pending after a reload is left to the person, too: the official widget does not run it
(docs/widget.md), and nobody knows whether it ran before.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Iterable, Mapping
from typing import Any, Final, Protocol

from chat.client import ChatKitClient
from chat.host.host import Answer, Host
from chat.protocol import Change, ItemState, ThreadState

from .busy import Busy
from .entry import Entry
from .transcript import Transcript

__all__ = ["HostSide"]

SOON = 0.25
"""Seconds after which it is said that a function runs."""
_LONGEST = 300
_TOOL: Final = "client tool"
SEND_ACTION = {"do": "send-action", "label": "Send to the backend as custom action", "text": True}
ALWAYS_SEND = {"do": "always-send-action", "label": "Always send it", "text": True}


class HostedThread(Protocol):
    """The conversation, as far as it is asked here."""

    client: ChatKitClient
    host: Host
    state: ThreadState
    transcript: Transcript
    running: bool

    def hold(self, who: str, words: str) -> None:
        """Let the composers wait, because of what `words` say, or as far as `who` is concerned no longer ("")."""

    def changed(self) -> None:
        """Something else is to be shown."""

    async def widget_action(
        self, item_id: str | None, action: Mapping[str, Any], form: Mapping[str, Any] | None = None
    ) -> None:
        """Send a widget's action. Raises `Busy` when it has to wait."""

    async def submit_tool_output(self, item_id: str, output: Any, *, by: str = "", always: bool = False) -> None:
        """Send the result of a call, and say who gave it. Raises `Busy` when it has to wait."""


class HostSide:
    """Of one conversation."""

    def __init__(self, conversation: HostedThread) -> None:
        self._thread = conversation
        self._calls: dict[str, None] = {}
        """Ids of client tool calls that came live and wait for an answer, oldest first."""
        self._asking: dict[str, asyncio.Task[None]] = {}
        """By the ids of calls: who is asking."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._actions: dict[str, tuple[str | None, Mapping[str, Any]]] = {}
        """By the keys of entries: client actions, with their widget items, that nobody has answered."""

    @property
    def busy(self) -> bool:
        """Whether the host is being asked something."""
        return bool(self._tasks)

    async def wait(self) -> None:
        """Until nothing is being asked."""
        if self._tasks:
            await asyncio.wait(self._tasks)

    # --- client tools -------------------------------------------------------------------------------------------------

    def came(self, changes: Iterable[Change]) -> None:
        """Something has come live."""
        for change in changes:
            item = self._thread.state.items.get(getattr(change, "item_id", ""))
            if item is not None and item.type == "client_tool_call" and _pending(item):
                self._calls[item.id] = None

    def turn_over(self, *, well: bool) -> None:
        """The turn has ended: of the calls that wait, the newest is asked for first, for that is the one that an answer
        is taken for. After a turn that failed or was stopped, the person is asked."""
        items = self._thread.state.items
        waiting = [call for call in self._calls if (item := items.get(call)) is not None and _pending(item)]
        self._calls = dict.fromkeys(waiting)
        if not well:
            self._calls.clear()
        elif waiting:
            self._calls.pop(waiting[-1])
            self._asking[waiting[-1]] = self._begin(self._ask_for(items[waiting[-1]]))

    def answered(self, item_id: str) -> None:
        """The person has answered a call: nobody else is asked."""
        self._calls.pop(item_id, None)
        asking = self._asking.pop(item_id, None)
        if asking is not None and asking is not asyncio.current_task():
            asking.cancel()

    async def _ask_for(self, item: ItemState) -> None:
        name, arguments = str(item.json.get("name", "")), item.json.get("arguments")
        thread = self._thread
        entry = thread.transcript.item(item.id)
        thread.hold(_TOOL, f"Waiting for the result of {name[:60]}")
        try:
            answer = await self._asked(entry, "on_client_tool", thread.host.client_tool(name, arguments))
        finally:
            thread.hold(_TOOL, "")
            self._asking.pop(item.id, None)
        if not answer.handled:
            return
        if thread.running or not _pending(item):
            self._say(
                entry, f"{_capital(answer.by)} gave a result while something else was sent: {_short(answer.value)}"
            )
            return
        await thread.submit_tool_output(item.id, answer.value, by=answer.by)

    # --- effects and actions ------------------------------------------------------------------------------------------

    def effect(self, entry: Entry, name: str, data: Mapping[str, Any]) -> None:
        """A client effect has come, which `entry` shows."""
        self._begin(self._tell_effect(entry, name, data))

    async def _tell_effect(self, entry: Entry, name: str, data: Mapping[str, Any]) -> None:
        answer = await self._asked(entry, "on_effect", self._thread.host.effect(name, data))
        if answer.handled:
            self._say(entry, _told_words(answer))

    def action(self, entry: Entry, item_id: str | None, action: Mapping[str, Any]) -> None:
        """A widget's client action, which `entry` shows."""
        self._actions[entry.key] = (item_id, action)
        self._begin(self._tell_action(entry, item_id, action))

    async def _tell_action(self, entry: Entry, item_id: str | None, action: Mapping[str, Any]) -> None:
        item = self._thread.state.items.get(item_id or "")
        plain = {name: value for name, value in action.items() if name in ("type", "payload", "handler")}
        answer = await self._asked(
            entry, "on_action", self._thread.host.action(plain, item.json if item is not None else {})
        )
        if not answer.handled:
            self._thread.transcript.dress(entry, actions=(SEND_ACTION, ALWAYS_SEND))
            self._thread.changed()
        elif isinstance(answer.value, Mapping) and isinstance(answer.value.get("type"), str):
            self._actions.pop(entry.key, None)
            self._say(
                entry, f"{_capital(answer.by)}: sent to the backend as custom action {answer.value['type'][:80]}."
            )
            await self._send(entry, item_id, answer.value)
        else:
            self._actions.pop(entry.key, None)
            self._say(entry, _told_words(answer))

    async def send_action(self, key: str, *, always: bool = False) -> None:
        """The person lets a client action go to the backend; `always`: every one of its type from now on. Raises
        `Busy` when something is streaming."""
        entry, found = self._thread.transcript.entry(key), self._actions.get(key)
        if entry is None or found is None:
            return
        item_id, action = found
        await self._thread.widget_action(item_id, {**action, "handler": "server"})
        del self._actions[key]
        kept = always and self._thread.host.always_send(str(action.get("type")))
        more = " Actions of this type go there by themselves from now on; the host page's settings end that."
        self._thread.transcript.dress(entry, actions=())
        self._say(entry, f"Sent to the backend as custom action.{more if kept else ''}")

    async def _send(self, entry: Entry, item_id: str | None, action: Mapping[str, Any]) -> None:
        try:
            await self._thread.widget_action(item_id, {**action, "handler": "server"})
        except Busy as busy:
            self._actions[entry.key] = (item_id, action)
            self._thread.transcript.dress(entry, actions=(SEND_ACTION,))
            self._say(entry, f"Not sent: {busy}.")

    # --- asking -------------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Ask nothing more."""
        for task in self._tasks:
            task.cancel()

    def _begin(self, asking: Awaitable[None]) -> asyncio.Task[None]:
        task = asyncio.ensure_future(asking)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _asked(self, entry: Entry | None, function: str, question: Awaitable[Answer]) -> Answer:
        """The host's answer. While it is awaited that is said, and so is it when the function has failed."""
        asking = asyncio.ensure_future(question)
        try:
            done, _ = await asyncio.wait({asking}, timeout=SOON)
            if not done:
                self._say(entry, f"{function} of your profile is running…")
            answer = await asking
        except asyncio.CancelledError:
            asking.cancel()
            self._say(entry, "")
            raise
        if (failure := answer.failure) is not None:
            place = f" (line {failure.line})" if failure.line else ""
            self._say(entry, f"{function} of your profile failed{place}: {failure.message[:_LONGEST]} You are asked.")
        elif not done:
            self._say(entry, "")
        return answer

    def _say(self, entry: Entry | None, words: str) -> None:
        if entry is not None and (words or entry.note):
            self._thread.transcript.dress(entry, note=self._thread.client.connection.secrets.known(words))
            self._thread.changed()


def _pending(item: ItemState) -> bool:
    return item.json.get("status") == "pending"


def _told_words(answer: Answer) -> str:
    if answer.value is None:
        return f"Done by {answer.by}."
    return f"Done by {answer.by}, which returned {_short(answer.value)}"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
