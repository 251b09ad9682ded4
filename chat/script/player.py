"""Plays the steps of a script against a backend, as a conversation does: one after the other, and nothing twice."""

from __future__ import annotations

import asyncio
import mimetypes
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chatkit import actions
from chatkit.types import (
    InferenceOptions,
    StructuredInputAnswerSubmission,
    StructuredInputSubmission,
    ToolChoice,
    UserMessageInput,
    UserMessageTextContent,
)

from chat.client import ChatKitClient, EventStream
from chat.conversation.form_values import merge_form
from chat.errors import BadProfile, Refused, Unreachable, Whose, WorkbenchError
from chat.exchanges import Exchange
from chat.host.host import Answer, Host, NoHost
from chat.protocol import (
    Event,
    ItemState,
    ThreadState,
    complete_tool_call,
    end_stream,
    fold,
    rename_thread,
    truncate_after,
    upsert_item,
)
from chat.script.steps import Message, Step

__all__ = ["CannotPlay", "Played", "Player"]

_MOST_TOOL_CALLS = 20


class CannotPlay(WorkbenchError):
    """A step asks for something that is not there: no widget to click on, no call that is pending."""

    whose: Whose = "your request"


@dataclass
class Played:
    """What came of one step."""

    exchanges: list[Exchange] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    """Of all its streams, in order."""
    item_ids: list[str] = field(default_factory=list)
    """Items that came with it, in the thread's order."""
    failure: WorkbenchError | None = None
    """Why an answer did not come whole; what had come is there."""

    @property
    def stops_all(self) -> bool:
        """Whether nothing more can come of this backend."""
        return isinstance(self.failure, Unreachable | Refused)


class Player:
    """
    One thread of a backend, and what was done in it. `client_tools` are answers to client tool calls by name, given as
    soon as they come; other calls are put to `host`, if there is one. `folder` is where attachments are read.
    """

    def __init__(
        self,
        client: ChatKitClient,
        client_tools: Mapping[str, Any] | None = None,
        folder: Path | None = None,
        host: Host | None = None,
    ) -> None:
        self.client = client
        self.client_tools = dict(client_tools or {})
        self.folder = folder or Path()
        self._host = host or NoHost()
        self.state = ThreadState()
        self.exchanges: list[Exchange] = []
        """Everything that was sent, in order."""
        self._played = Played()
        self._also = client.on_exchange
        client.on_exchange = self._sent

    async def play(self, step: Step) -> Played:
        """Do what the step says. Raises `CannotPlay` before anything is sent."""
        self._played = Played()
        before = set(self.state.items)
        try:
            await self._do(step)
            await self._answer_tools()
        except CannotPlay:
            raise
        except WorkbenchError as error:
            self._played.failure = error
        self._played.item_ids = [item_id for item_id in self.state.items if item_id not in before]
        return self._played

    async def aclose(self) -> None:
        """Close what still runs."""
        await self.client.aclose()

    # What steps do

    async def _do(self, step: Step) -> None:
        stop = step.stop_after
        match step.verb:
            case "send" if step.send is not None:
                message = await self._input(step.send)
                thread = self.state.id
                if thread is None:
                    await self._stream(lambda: self.client.create_thread(message), stop)
                else:
                    await self._stream(lambda: self.client.add_user_message(thread, message), stop)
            case "click" if step.click is not None:
                item_id, action = self._clicked(step.click.label)
                payload = merge_form(action.get("payload"), step.click.form)
                await self._act(
                    item_id, str(action.get("type", "")), payload, action.get("streaming") is not False, stop
                )
            case "action" if step.action is not None:
                widgets = [item.id for item in self.state.items.values() if item.type == "widget"]
                if step.action.on_widget and not widgets:
                    raise CannotPlay(
                        "There is no widget that an action could come from.",
                        expected="a widget in the thread",
                        got=f"{len(self.state.items)} items, none of them one",
                        advice="Say `on_widget: false` for an action of the page itself.",
                    )
                widget = widgets[-1] if step.action.on_widget else None
                await self._act(widget, step.action.type, step.action.payload, step.action.streaming, stop)
            case "tool_output":
                await self._give(self._pending("client_tool_call"), step.tool_output, stop)
            case "answers":
                await self._submit(step.answers, stop)
            case "retry":
                await self._retry(stop)
            case "feedback" if step.feedback is not None:
                await self.client.feedback(self._thread(), self._answers(), step.feedback)
            case "reload":
                await self.client.load_thread(self._thread())
            case "list_threads":
                await self.client.list_threads(20)
            case "rename" if step.rename is not None:
                thread_with_title = await self.client.update_thread(self._thread(), step.rename)
                rename_thread(self.state, thread_with_title.title)
            case "delete":
                await self.client.delete_thread(self._thread())
                self.state = ThreadState()
            case "new_thread":
                self.state = ThreadState()
            case "wait" if step.wait is not None:
                await asyncio.sleep(step.wait)

    async def _act(self, item_id: str | None, type: str, payload: Any, streaming: bool, stop: int | None) -> None:
        thread, action = self._thread(), actions.Action[str, Any](type=type, payload=payload)
        if streaming:
            await self._stream(lambda: self.client.custom_action(thread, item_id, action), stop)
        else:
            answer = await self.client.sync_custom_action(thread, item_id, action)
            if answer.updated_item is not None:
                upsert_item(self.state, answer.updated_item)

    async def _give(self, call: ItemState, output: Any, stop: int | None = None) -> None:
        thread = self._thread()
        await self._stream(
            lambda: self.client.add_client_tool_output(thread, output),
            stop,
            accepted=lambda: complete_tool_call(self.state, call.id, output),
        )

    async def _answer_tools(self) -> None:
        """Answer the calls of client tools that the script or the host knows, as the page around the widget does."""
        for _ in range(_MOST_TOOL_CALLS):
            call = next((item for item in self._waiting("client_tool_call")), None)
            name = call.json.get("name") if call is not None else None
            if call is None or not isinstance(name, str):
                return
            if name in self.client_tools:
                await self._give(call, self.client_tools[name])
            elif (answer := await self._asked(name, call.json.get("arguments"))).handled:
                await self._give(call, answer.value)
            else:
                return

    async def _asked(self, name: str, arguments: Any) -> Answer:
        """What the host answers. Raises `BadProfile` when its function failed, or takes too long."""
        patience = self.client.connection.read_timeout
        try:
            answer = await asyncio.wait_for(self._host.client_tool(name, arguments), patience)
        except TimeoutError:
            raise BadProfile(f"on_client_tool has not answered {name} within {patience:g} seconds.") from None
        if answer.failure is not None:
            where = f" (line {answer.failure.line})" if answer.failure.line else ""
            raise BadProfile(f"on_client_tool failed{where}: {answer.failure.message}")
        return answer

    async def _submit(self, answers: Mapping[str, Sequence[str] | str] | None, stop: int | None) -> None:
        thread, item = self._thread(), self._pending("structured_input")
        given = {name: [value] if isinstance(value, str) else list(value) for name, value in (answers or {}).items()}
        submission = StructuredInputSubmission(
            status="answered" if given else "skipped",
            answers={
                name: StructuredInputAnswerSubmission(values=values, skipped=not values)
                for name, values in given.items()
            },
        )
        await self._stream(lambda: self.client.add_structured_input(thread, item.id, submission), stop)

    async def _retry(self, stop: int | None) -> None:
        thread = self._thread()
        asked = [item.id for item in self.state.items.values() if item.type == "user_message"]
        if not asked:
            raise CannotPlay("There is no message to retry.", expected="a message of the user", got="none")
        truncate_after(self.state, asked[-1])  # the server deletes what follows, and says nothing (protocol facts, 3.5)
        await self._stream(lambda: self.client.retry_after_item(thread, asked[-1]), stop)

    async def _input(self, message: Message) -> UserMessageInput:
        attachments = [await self._attached(name) for name in message.attach]
        return UserMessageInput(
            content=[UserMessageTextContent(text=message.text)] if message.text else [],
            attachments=attachments,
            quoted_text=message.quoted,
            inference_options=InferenceOptions(
                tool_choice=ToolChoice(id=message.tool) if message.tool else None, model=message.model
            ),
        )

    async def _attached(self, name: str) -> str:
        path = self.folder / name
        try:
            data = await asyncio.to_thread(path.read_bytes)
        except OSError as problem:
            raise CannotPlay(
                f"{name} cannot be read: {problem.strerror or problem}.", expected="a file", got=name
            ) from None
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        attachment = await self.client.create_attachment(path.name, len(data), kind)
        if attachment.upload_descriptor is not None:
            await self.client.upload(attachment, data)
        return attachment.id

    async def _stream(
        self,
        open_stream: Callable[[], EventStream],
        stop_after: int | None,
        accepted: Callable[[], object] = lambda: None,
    ) -> None:
        count = 0
        try:
            async with open_stream() as stream:
                async for event in stream:
                    count += 1
                    if count == 1:
                        accepted()
                    self._played.events.append(event)
                    fold(self.state, event)
                    if count == stop_after:
                        break
        finally:
            end_stream(self.state)

    # What is there

    def _sent(self, exchange: Exchange) -> None:
        self.exchanges.append(exchange)
        self._played.exchanges.append(exchange)
        if self._also is not None:
            self._also(exchange)

    def _thread(self) -> str:
        if self.state.id is None:
            raise CannotPlay(
                "There is no thread yet.",
                expected="a `send` before, and an answer with `thread.created`",
                got="no thread",
            )
        return self.state.id

    def _answers(self) -> list[str]:
        """The answers of the last turn: the official widget sends feedback for all of them."""
        found: list[str] = []
        for item in self.state.items.values():
            if item.type == "user_message":
                found = []
            elif item.type == "assistant_message":
                found.append(item.id)
        if not found:
            raise CannotPlay(
                "There is no answer to rate.", expected="an assistant's message", got="none in the last turn"
            )
        return found

    def _waiting(self, kind: str) -> Iterator[ItemState]:
        return (
            item for item in self.state.items.values() if item.type == kind and item.json.get("status") == "pending"
        )

    def _pending(self, kind: str) -> ItemState:
        waiting = list(self._waiting(kind))
        if not waiting:
            there = ", ".join(dict.fromkeys(item.type for item in self.state.items.values())) or "an empty thread"
            raise CannotPlay(f"No {kind} is pending.", expected=f"a pending {kind}", got=there)
        return waiting[-1]

    def _clicked(self, label: str) -> tuple[str, Mapping[str, Any]]:
        """The newest widget that has something with this label to click on, and its action."""
        seen: list[str] = []
        for item in reversed(self.state.items.values()):
            for name, action in _clickable(item.widget if item.type == "widget" else None):
                if name == label:
                    return item.id, action
                seen.append(name)
        there = ", ".join(map(repr, dict.fromkeys(seen))) or "no widget with anything to click on"
        raise CannotPlay(f"There is nothing called {label!r} to click on.", expected=f"a button {label!r}", got=there)


def _clickable(node: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The labels in a widget with the actions behind them: buttons, a card's confirm and cancel, list entries."""
    if isinstance(node, dict):
        action = node.get("onClickAction") or node.get("onSubmitAction") or node.get("action")
        if isinstance(action, dict) and isinstance(action.get("type"), str):
            yield _label(node), action
        for value in node.values():
            yield from _clickable(value)
    elif isinstance(node, list):
        for value in node:
            yield from _clickable(value)


def _label(node: Mapping[str, Any]) -> str:
    """What a component is called: its label, or the first text in it."""
    if isinstance(node.get("label"), str):
        return str(node["label"])
    return _text(node)


def _text(node: Mapping[str, Any]) -> str:
    if isinstance(node.get("value"), str):
        return str(node["value"])
    children = node.get("children")
    inside = children if isinstance(children, list) else [children]
    return next(filter(None, (_text(child) for child in inside if isinstance(child, dict))), "")
