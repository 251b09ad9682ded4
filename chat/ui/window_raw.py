"""Requests that somebody types: what the editor begins with, what is said of them, and where their answers go."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final, Literal, Protocol

from nicegui import background_tasks

from chat.checks.folded_threads import said_by_document
from chat.checks.request_check import RequestCheck, check_request
from chat.client import ChatKitClient, Connection, EventStream
from chat.client.requests import as_typed, document_in, shown_headers
from chat.conversation.conversation import Conversation
from chat.conversation.request_templates import request_templates
from chat.conversation.shown_thread import ShownThread
from chat.errors import WorkbenchError
from chat.exchanges import Exchange
from chat.exchanges.curl_command import read_curl_command
from chat.exchanges.documents import document_of
from chat.exchanges.importing import Imported
from chat.exchanges.redaction import MASK, redact_url
from chat.inspection.tabs import Tally, summary
from chat.protocol import PagePlaces

from .commands import Command, Commands
from .panes.inspector import Inspector
from .panes.raw_request import RawRequest
from .profiles import Profile
from .raw_editor import NotSendable
from .shown_profile import shown_metadata
from .window_source import WindowSource
from .workbench import Workbench

__all__ = ["RawWindow", "WindowRaw"]

_TICK: Final = 0.2
"""Seconds between two looks at an answer that comes."""
_ITS_OWN = frozenset(("host", "content-length", "connection", "accept-encoding", "transfer-encoding"))
"""Headers of an exchange that each request writes itself."""

Goes = Literal["thread", "new", "apart"]
_GOES: Final[Mapping[Goes, str]] = {
    "thread": "The answer goes into the thread that is shown.",
    "new": "The answer is shown as a new thread.",
    "apart": "The answer is shown in the inspector.",
}


class RawWindow(Protocol):
    """What is asked of the window."""

    workbench: Workbench
    profile: Profile
    client: ChatKitClient
    conversation: Conversation | None
    thread: ShownThread
    source: WindowSource
    inspector: Inspector
    commands: Commands

    def new_thread(self) -> Conversation:
        """Show the start screen."""

    def use(self, profile: Profile) -> object:
        """Talk to another backend."""

    async def explain(self, name: str, imported: Imported) -> None:
        """Show exchanges in place of the conversation."""


class WindowRaw:
    """Of one window."""

    def __init__(self, window: RawWindow) -> None:
        self._window = window
        self._pane: RawRequest | None = None
        self._running: tuple[Exchange, Callable[[], None]] | None = None
        """The exchange that was sent last, and what stops it."""
        self._url = ""
        """Of the command that was pasted last."""

    def place(self, session: str, show_inspector: Callable[[], object]) -> None:
        """Make the editor here, closed; `show_inspector` brings the inspector into view."""
        self._window.workbench.editors[session] = self
        self._pane = RawRequest(session, self._window.workbench.token)
        self._pane.on("answer", show_inspector, args=[])
        self._pane.on("stop", self.stop, args=[])
        self._pane.on("connect", self._connect, args=[])
        self._pane.on("apart", self._show_apart, args=[])
        self._window.commands.add(
            Command("raw.open", "Raw request", "Backend", self.open, "square-pen", words="json body curl send postman")
        )

    def open(self, exchange_id: str | None = None) -> None:
        """Open the editor, with the request of an exchange in it, or with what it held before."""
        if self._pane is not None:
            self._pane.run_method("show", exchange_id)

    def shown(self) -> None:
        """The window shows another thread, or talks to another backend."""
        if self._pane is not None:
            self._pane.send("refresh")

    # --- what the editor begins with ----------------------------------------------------------------------------------

    @property
    def _connection(self) -> Connection:
        return self._window.client.connection

    def document(self, exchange_id: str | None = None) -> dict[str, Any]:
        """
        Where requests go, what goes along, and a template of each operation; with the id of an exchange also its
        request. Raises LookupError when it is gone.
        """
        connection = self._connection
        metadata = shown_metadata(dict(connection.metadata)) if connection.metadata else None
        templates = request_templates(self._window.thread.state, metadata)
        return {
            "url": connection.shown_url,
            "profile": self._window.profile.name,
            "computed": connection.computed is not None,
            "unmerged": self._unmerged(),
            "headers": {
                "stream": [list(pair) for pair in shown_headers(connection, streaming=True)],
                "json": [list(pair) for pair in shown_headers(connection, streaming=False)],
            },
            "templates": [
                {
                    "operation": one.operation,
                    "words": one.words,
                    "streaming": one.streaming,
                    "lacks": one.lacks,
                    "body": json.dumps(one.body, ensure_ascii=False, indent=2),
                }
                for one in templates
            ],
            "request": self._request_of(exchange_id) if exchange_id else None,
        }

    def _unmerged(self) -> str:
        """What is said where a profile has metadata, which a body that is typed goes without."""
        host = self._window.workbench.hosts.host_of(self._window.profile)
        supplied = host.supplied
        if host.file is None or not (supplied.metadata or "metadata" in supplied.functions):
            return ""
        return f"metadata of {host.file.name} is not put into what is typed here: the body goes out as it stands."

    def _request_of(self, exchange_id: str) -> dict[str, Any]:
        exchange = next((one for one in self._window.source.exchanges if one.id == exchange_id), None)
        if exchange is None:
            raise LookupError("This exchange is gone.")
        request = exchange.request
        body = request.body.decode("utf-8", "replace")
        notes = []
        if self._window.conversation is None and exchange_id not in self._window.source.by_hand:
            notes.append("It was sent by others, or is of a recording. Sent from here, it goes to this connection.")
        if request.body_size > len(request.body):
            notes.append("Not all of its body was kept: the bytes of an upload are not.")
        if request.method != "POST":
            notes.append(f"It was a {request.method}; from here it goes as a POST.")
        own = shown_headers(self._connection, streaming=exchange.expects_stream)
        return {"body": body, **self._changed(request.headers, own), "notes": notes}

    def _changed(self, given: Sequence[tuple[str, str]], own: Sequence[tuple[str, str]]) -> dict[str, Any]:
        """Headers that a request had otherwise than the connection's own, which stands behind what is masked."""
        known = {name.lower(): value for name, value in own}
        changed = []
        for name, value in given:
            here = known.get(name.lower())
            supplied = MASK in value and (here is not None or self._connection.computed is not None)
            if name.lower() not in _ITS_OWN and value != here and not supplied:
                changed.append([name, value])
        return {"headers": changed}

    # --- while it is typed --------------------------------------------------------------------------------------------

    def check(self, text: str) -> dict[str, Any]:
        """What is odd about a body, and where its answer would go."""
        connection = self._connection
        found = check_request(as_typed(text, connection).decode())
        remarks = [asdict(remark) for remark in found.remarks]
        for remark in remarks:
            remark["got"] = connection.secrets.text(remark["got"])
        return {
            "operation": found.operation,
            "streaming": found.streaming,
            "remarks": remarks,
            "goes": _GOES[self._goes(text, found)],
        }

    def _goes(self, text: str, found: RequestCheck) -> Goes:
        conversation = self._window.conversation
        if conversation is None or not found.streaming:
            return "apart"
        if found.operation == "threads.create":
            return "thread" if conversation.thread_id is None else "new" if found.valid else "apart"
        params = document_in(text.encode("utf-8", "replace")).get("params")
        thread_id = params.get("thread_id") if isinstance(params, dict) else None
        return "thread" if thread_id is not None and thread_id == conversation.thread_id else "apart"

    def curl(self, text: str) -> dict[str, Any]:
        """The request of a curl command. Raises `UnusableInput` when there is none in it."""
        command = read_curl_command(text)
        connection = self._connection
        self._url = command.url
        elsewhere = _place(command.url) != _place(connection.url) and command.url != ""
        own = shown_headers(connection, streaming=False)
        return {
            "url": redact_url(command.url) if elsewhere else "",
            "body": command.body,
            **self._changed(command.headers, own),
            "notes": command.remarks,
        }

    def _connect(self) -> None:
        """Use the backend of the command that was pasted: somebody has asked for it."""
        try:
            self._window.use(self._window.workbench.profiles.at(self._url))
        except WorkbenchError as error:
            self._say(str(error))

    # --- sending ------------------------------------------------------------------------------------------------------

    def send(self, text: str, headers: Sequence[tuple[str, str]], without: Collection[str]) -> dict[str, Any]:
        """
        Send it, once; its exchange grows in the inspector. Raises `NotSendable`, `Busy`, and `BadConnection` for
        headers that HTTP cannot carry.
        """
        masked = next((name for name, value in headers if MASK in value), None)
        if masked is not None:
            raise NotSendable(f"Type the value of {masked} that stands behind {MASK}: it is not known any more.")
        if self._running is not None and self._running[0].running:
            raise NotSendable("The request before is still being answered: stop it first.")
        window = self._window
        goes = self._goes(text, check_request(as_typed(text, self._connection).decode()))
        conversation = window.new_thread() if goes == "new" else window.conversation
        if goes != "apart" and conversation is not None:
            exchange = conversation.send_raw(text, headers, without)
            self._running = (exchange, conversation.stop)
        else:
            stream = window.client.raw_stream(text, headers, without)
            exchange = stream.exchange
            window.source.typed(exchange)
            task = background_tasks.create(self._read(stream), name="raw request")
            self._running = (exchange, lambda: _cancel(task))
        background_tasks.create(self._tell(exchange), name="raw answer")
        sent = exchange.request.body.decode("utf-8", "replace")
        return {"exchange": exchange.id, "sent": sent, "goes": goes}

    def stop(self) -> None:
        """Stop what was sent last."""
        if self._running is not None and self._running[0].running:
            self._running[1]()

    async def _read(self, stream: EventStream) -> None:
        """Read an answer that belongs to no thread which is shown."""
        exchange, source, window = stream.exchange, self._window.source, self._window
        profile, thread = window.profile, window.thread
        try:
            async with stream:
                async for _ in stream:
                    if exchange.expects_stream:
                        source.came(exchange, stream.events)
        except WorkbenchError as error:
            if error.exchange is None:  # nothing was sent, and there is no exchange to say why
                self._say(str(error))
        finally:
            source.ended(exchange)
        if exchange.outcome == "complete" and 200 <= (exchange.status or 0) < 300:
            self._has_done(exchange, profile, thread)

    def _has_done(self, exchange: Exchange, profile: Profile, thread: ShownThread) -> None:
        """What was asked for has changed something that is on screen."""
        request, workbench = exchange.request, self._window.workbench
        thread_id = request.params.get("thread_id")
        if not isinstance(thread_id, str):
            return
        match request.operation:
            case "threads.delete":
                workbench.forget_thread(profile.id, thread_id)
            case "threads.update" if isinstance(title := request.params.get("title"), str):
                workbench.rename_thread(profile.id, thread_id, title)
            case "threads.sync_custom_action" if thread_id == thread.thread_id and thread is self._window.thread:
                document = document_of(exchange)
                if isinstance(document, dict):
                    thread.take(said_by_document(thread.state, PagePlaces(), exchange, document))

    async def _tell(self, exchange: Exchange) -> None:
        """Say in the editor how the answer comes along."""
        tally, source = Tally(), self._window.source
        told: dict[str, Any] | None = None
        while self._pane is not None and not self._pane.is_deleted:
            over = not exchange.running
            now = summary(exchange, source.events(exchange.id), tally, source.diagnosis(exchange.id))
            if now != told:
                if told is None and any(one is exchange for one in source.exchanges):
                    self._window.inspector.select_exchange(exchange.id)
                told = now
                self._pane.send("answerIs", now)
            if over:
                return
            await asyncio.sleep(_TICK)

    async def _show_apart(self) -> None:
        """Show the answer as a thread of its own."""
        if self._running is not None:
            exchange = self._running[0]
            name = f"Answer to {exchange.request.operation or 'a raw request'}"
            await self._window.explain(name, Imported("recording", (exchange,)))

    def _say(self, words: str) -> None:
        if self._pane is not None:
            self._pane.send("say", words)


def _cancel(task: asyncio.Task[Any]) -> None:
    task.cancel()


def _place(url: str) -> str:
    """An address without what is secret in it or said elsewhere."""
    return url.partition("#")[0].rstrip("/")
