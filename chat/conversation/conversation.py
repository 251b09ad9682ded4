"""A conversation with a backend: what a person can do in one thread on one connection.

The task that reads a stream belongs to the conversation, not to a page: a page that is reloaded in mid-stream attaches
again and goes on, and several windows may watch the same conversation.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any, Literal, Protocol, TypeVar

from chatkit.actions import Action
from chatkit.types import StructuredInputAnswerSubmission, StructuredInputSubmission, UserMessageContent

from chat.checks import CATALOGUE
from chat.checks.examination import asked_at
from chat.checks.folded_threads import said_by_request
from chat.client import ChatKitClient, EventStream
from chat.errors import WorkbenchError
from chat.exchanges import Exchange
from chat.host.host import Host, NoHost
from chat.protocol import Change, Event, ItemState, complete_tool_call, truncate_after, upsert_item

from .attaching import Attached, attach
from .busy import Busy
from .drafts import Draft
from .entry import Entry, user_text
from .form_values import merge_form
from .host_side import HostSide
from .kept import KEPT_BYTES, KEPT_EXCHANGES
from .outcomes import RELOAD
from .remarks import client_action_html, pending_html
from .shown_thread import ShownThread
from .store_reader import StoreReader
from .stored_thread import StoredThread
from .turn import ShownTurn, TurnEnd

# Of these the store's reader says more: it knows what is not this window's doing.
_READ_IN_THE_STORE = ("persistence/not-stored", "persistence/differs")
_RULES = asked_at(rule for rule in CATALOGUE.values() if rule.id not in _READ_IN_THE_STORE)

__all__ = ["Busy", "Conversation"]

T = TypeVar("T")


class TextField(Protocol):
    """A composer of this conversation, in some window."""

    def put(self, draft: Draft) -> None:
        """Put a message into the field, before what is there."""

    def set_text(self, draft: Draft) -> None:
        """Put a message into the field in place of what is there (`setComposerValue` of the widget)."""

    def quote(self, text: str) -> None:
        """Quote a passage in the message that is being written; "" takes the quote out."""

    def choose_tool(self, tool_id: str | None) -> None:
        """Choose a tool for the next message; None takes the choice back."""

    def choose_model(self, model_id: str | None) -> None:
        """Choose the model of the next messages; None goes back to the default."""

    def focus(self) -> None:
        """Let the reader type."""


class Conversation(ShownThread):
    """
    A thread that can be acted upon, over one connection; outlives a page reload and may be shown in several windows.

    `image_origins` gives the origins whose images may load besides the thread's own and the backend's; `compares` says
    whether the thread is read after each turn, to be compared with what was streamed; `host` answers in place of the
    page around the widget.
    """

    def __init__(
        self,
        client: ChatKitClient,
        *,
        image_origins: Callable[[], Collection[str]] = tuple,
        compares: Callable[[], bool] = bool,
        host: Host | None = None,
    ) -> None:
        super().__init__(client.connection.url, image_origins, _RULES)
        self.client = client
        self.host: Host = host or NoHost()
        self._compares = compares
        self._reader = StoreReader(self, client.walk_thread, self._appeared)
        self.composers: set[TextField] = set()
        self._stored = StoredThread(self)
        self._drafts: dict[str, Draft] = {}
        self.host_side = HostSide(self)
        self._task: asyncio.Task[TurnEnd] | None = None
        self.expected: str | None = None
        """Id of the stored thread that is to be loaded."""
        self._exchange_seen = client.on_exchange
        client.on_exchange = self._requested
        client.on_answer = self.diagnoses.settle_beside

    # --- messages -----------------------------------------------------------------------------------------------------

    def expect(self, thread_id: str) -> None:
        """A stored thread is to be loaded: until it is, nothing may be sent. Raises `Busy` while an answer streams."""
        self.must_be_idle()
        self.expected, self.loading = thread_id, True
        self.tell_state()

    async def load(self, thread_id: str) -> None:
        """
        Replace what is shown with the stored thread; a failure becomes an entry of the conversation.

        The end of a long thread is shown before the rest is there. Returns when all of it is, or when something was
        sent meanwhile: the rest then follows the answer.
        """
        if self.expected != thread_id:
            self.expect(thread_id)
        self.expected = None
        try:
            await self._stored.show(self.client.walk_thread(thread_id))
        except WorkbenchError as error:
            self.state.id = thread_id
            self.fail(error, [RELOAD])
        finally:
            self.loading = False
            self.exchange_ended()
            self.changed()
        await self._stored.wait()

    async def reload(self) -> None:
        """
        Read the thread again and show what is stored; what was streamed and is not stored stays, marked.

        What is there stays until then, and when it cannot be read. Raises `Busy` while an answer streams.
        """
        thread_id = self.must_be_idle(with_thread=True)
        if not self.state.items and not self._drafts:
            await self.load(thread_id)
            return
        if not self._stored.reading:
            self._reader.begin("show")
            await self._reader.wait()

    async def send(
        self,
        text: str,
        attachments: Sequence[tuple[str, str]] = (),
        quoted: str | None = None,
        *,
        tool: str | None = None,
        model: str | None = None,
        parts: Sequence[UserMessageContent] = (),
    ) -> None:
        """
        Begin a turn with the user's message; returns when it has begun, not when it has ended.

        `attachments` are (id, name) of what was uploaded; `parts` stands in place of `text` where there are tags.
        Raises `Busy` while an answer streams.
        """
        named = tuple((str(attachment_id), str(name)) for attachment_id, name in attachments)
        self._send(Draft(text, named, quoted, tool, model, tuple(parts)))

    async def resend(self, key: str) -> None:
        """Send a message again that the backend did not confirm; only ever at a person's click."""
        self.must_be_idle()
        if (draft := self.take_back(key)) is not None:
            self._send(draft)

    def take_back(self, key: str) -> Draft | None:
        """Remove an unconfirmed message and the notes below it, and return it, for the composer."""
        entry = self.transcript.entry(key)
        if self.running or entry is None or key not in self._drafts:
            return None
        self.transcript.remove_notes_after(entry)
        self.transcript.remove(entry)
        self.changed()
        return self._drafts.pop(key)

    def stop(self) -> None:
        """Abort the running request. What has arrived stays until the thread is loaded again."""
        if self._task is not None:
            self._task.cancel()

    async def retry(self, item_id: str | None = None) -> None:
        """Let the backend answer again after the last user message at or above `item_id` (None: at the end)."""
        thread_id = self.must_be_idle(with_thread=True)
        user_id = self.user_message_before(item_id)
        if user_id is None:
            raise Busy(
                "Older messages are not loaded yet"
                if self.transcript.edge
                else "There is no stored message of yours to retry after"
            )
        # the server deletes every later item and says nothing (protocol facts, 3.5)
        self.take(truncate_after(self.state, user_id))
        if entry := self.transcript.item(user_id):
            self.transcript.remove_notes_after(entry)
        self._begin(lambda: self.client.retry_after_item(thread_id, user_id))

    def _send(self, draft: Draft) -> None:
        self.must_be_idle()
        shown = draft.with_texts(self.client.connection.secrets.known)
        pending = self.transcript.note("pending", pending_html(shown), label="Your message")
        self.transcript.dress(pending, mark="sending")
        self._drafts[pending.key] = draft
        thread_id, message = self.thread_id, draft.input()
        if thread_id is None:
            self._begin(lambda: self.client.create_thread(message), pending)
        else:
            self._begin(lambda: self.client.add_user_message(thread_id, message), pending)

    # --- what items ask for -------------------------------------------------------------------------------------------

    async def submit_tool_output(self, item_id: str, output: Any, *, by: str = "", always: bool = False) -> None:
        """
        Send the result of a pending client tool call; `by` is who gave it, where that was not the person. `always`: it
        is kept, and given for this tool from now on. Raises `Busy` before the stream has ended.
        """
        thread_id = self.must_be_idle(with_thread=True)
        self.host_side.answered(item_id)
        words = f"Answered by {by}." if by else ""
        item = self.state.items.get(item_id)
        if always and item is not None and self.host.always_answer(str(item.json.get("name", "")), output):
            words = "Kept: this tool is answered so from now on. The host page's settings end that."

        def accepted() -> None:
            self.take(complete_tool_call(self.state, item_id, output))
            if words and (entry := self.transcript.item(item_id)) is not None:
                self.transcript.dress(entry, note=words)

        self._begin(lambda: self.client.add_client_tool_output(thread_id, output), accepted=accepted)

    async def submit_structured_input(
        self, item_id: str, answers: Mapping[str, Sequence[str]], *, skipped: bool = False
    ) -> None:
        """Answer (or skip) a pending structured input: values by the id of each question."""
        thread_id = self.must_be_idle(with_thread=True)
        submission = StructuredInputSubmission(
            status="skipped" if skipped else "answered",
            answers={
                name: StructuredInputAnswerSubmission(
                    values=[] if skipped else list(values), skipped=skipped or not values
                )
                for name, values in answers.items()
            },
        )
        self.streamed.forget(item_id)  # it is stored with the answers, which no event need bring
        self._begin(lambda: self.client.add_structured_input(thread_id, item_id, submission))

    async def widget_action(
        self, item_id: str | None, action: Mapping[str, Any], form: Mapping[str, Any] | None = None
    ) -> None:
        """Perform a widget's action with the values of its form. Raises `Busy` when it has to wait for the stream."""
        payload = merge_form(action.get("payload"), form or {})
        if action.get("handler") == "client":
            html = client_action_html({**action, "payload": payload})
            note = self.transcript.note("effect", html, label="Client action")
            self.changed()
            self.host_side.action(note, item_id, {**action, "payload": payload})
            return
        sent = Action[str, Any](type=str(action.get("type", "")), payload=payload)
        if action.get("streaming") is not False:
            thread_id = self.must_be_idle(with_thread=True)
            self._begin(lambda: self.client.custom_action(thread_id, item_id, sent))
        elif self.thread_id is not None:
            answer = await self._ask(self.client.sync_custom_action(self.thread_id, item_id, sent))
            if answer is not None and answer.updated_item is not None:
                self.take(upsert_item(self.state, answer.updated_item))
            if entry := self.transcript.item(item_id or ""):
                self.transcript.settle(entry)
            self.changed()

    async def feedback(self, item_ids: Sequence[str], kind: Literal["positive", "negative"]) -> None:
        """Send thumbs up or down for items."""
        if self.thread_id is None:
            return
        if await self._ask(_done(self.client.feedback(self.thread_id, list(item_ids), kind))):
            for entry in filter(None, map(self.transcript.item, item_ids)):
                self.transcript.press(entry, kind)
            self.changed()

    async def upload(self, name: str, mime_type: str, data: bytes) -> Attached:
        """Send a file to the backend, as the host page has it. Raises `WorkbenchError` when nothing came of it."""
        try:
            return await attach(self.client, self.host.settings.attachments, name, mime_type, data)
        finally:
            self.exchange_ended()

    async def discard(self, attachment_id: str) -> None:
        """Tell the backend that a file will not be sent after all. Raises `WorkbenchError`."""
        try:
            await self.client.delete_attachment(attachment_id)
        finally:
            self.exchange_ended()

    async def transcribe(self, audio: bytes, mime_type: str) -> str:
        """The words of a recording, by the backend. Raises `WorkbenchError`."""
        try:
            return await self.client.transcribe(audio, mime_type)
        finally:
            self.exchange_ended()

    def send_raw(self, text: str, headers: Sequence[tuple[str, str]] = (), without: Collection[str] = ()) -> Exchange:
        """
        Begin a turn with a request as somebody typed it, headers for it alone, and without some that usually go along.

        Returns its exchange. Raises `Busy`, and `BadConnection` for headers that HTTP cannot carry.
        """
        self.must_be_idle()
        stream = self.client.raw_stream(text, headers, without)
        self._begin(lambda: stream, accepted=lambda: self.take(said_by_request(self.state, stream.exchange)))
        return stream.exchange

    async def wait(self) -> None:
        """Wait until nothing runs and every frame is out (for tests and benchmarks)."""
        while self._task is not None or self.host_side.busy:
            await self.host_side.wait()
            if self._task is not None:
                await asyncio.wait([self._task])
        await self._reader.wait()
        self.audience.now()

    def close(self) -> None:
        """Abort what runs and let go of every window."""
        self.stop()
        self._stored.close()
        self.host_side.close()
        self._reader.make_way()
        self.composers.clear()
        super().close()

    # --- running a stream ---------------------------------------------------------------------------------------------

    def events_came(
        self, exchange: Exchange, events: Sequence[Event], run: Sequence[Event], changes: Sequence[Change]
    ) -> None:
        """As of every thread; what it asks of the page around the widget is asked."""
        super().events_came(exchange, events, run, changes)
        self.host_side.came(changes)

    def effect_shown(self, entry: Entry, name: str, data: Mapping[str, Any]) -> None:
        """The host is told of it."""
        self.host_side.effect(entry, name, data)

    def must_be_idle(self, *, with_thread: bool = False) -> str:
        """The thread's id ("" when there is none). Raises `Busy` when nothing may be asked now."""
        if self.running:
            raise Busy("Wait until the answer is complete")
        if self.loading:
            raise Busy("Wait until the thread is loaded")
        if with_thread and self.thread_id is None:
            raise Busy("The backend has not created the thread yet")
        return self.thread_id or ""

    def _begin(
        self,
        open_stream: Callable[[], EventStream],
        pending: Entry | None = None,
        accepted: Callable[[], None] = lambda: None,
    ) -> None:
        self._stored.make_way()
        self._reader.make_way()
        turn = ShownTurn(self, pending, confirmed=lambda entry: self._drafts.pop(entry.key, None), accepted=accepted)
        self.running = True
        self._task = turn.start(open_stream)
        self._task.add_done_callback(lambda task: self._ended(turn, task))
        self.changed()

    def _ended(self, turn: ShownTurn, task: asyncio.Task[TurnEnd]) -> None:
        self._task, self.running = None, False
        end = TurnEnd(0, cancelled=True) if task.cancelled() else task.result()
        turn.end(end)
        self._stored.go_on()
        self.host_side.turn_over(well=end.failure is None and not end.cancelled)
        if self.thread_id and end.failure is None and not end.cancelled and self._compares():
            self._compare()

    def _compare(self) -> None:
        if not self._stored.reading:
            self._reader.begin("compare")

    def exchange_ended(self) -> None:
        """As of every thread; what is too much is forgotten."""
        self.keep_exchanges(KEPT_EXCHANGES, KEPT_BYTES)
        super().exchange_ended()

    def _appeared(self, items: Sequence[ItemState]) -> None:
        """Stored items that no stream has brought: a message that was not confirmed may be among them."""
        said = {text for item in items if item.type == "user_message" for text in [user_text(item)]}
        for key, draft in list(self._drafts.items()):
            if draft.said in said and (entry := self.transcript.entry(key)) is not None:
                self.transcript.remove(entry)
                del self._drafts[key]

    async def _ask(self, answer: Awaitable[T]) -> T | None:
        """The answer of a JSON operation; None, and an entry that says why, when there is none."""
        try:
            return await answer
        except WorkbenchError as error:
            self.fail(error)
            return None
        finally:
            self.exchange_ended()

    def _requested(self, exchange: Exchange) -> None:
        if self._exchange_seen is not None:
            self._exchange_seen(exchange)
        self.exchange_began(exchange)
        self.keep_exchanges(KEPT_EXCHANGES, KEPT_BYTES)


async def _done(answer: Awaitable[Any]) -> bool:
    await answer
    return True
