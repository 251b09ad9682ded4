"""The live state of one thread on one connection: what runs, what came, and what is shown of it. No NiceGUI here.

The task that reads a stream belongs to the conversation, not to a page: a page that is reloaded in mid-stream attaches
again and goes on, and several windows may watch the same conversation.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Literal, Protocol, TypeVar
from urllib.parse import urlsplit

from chatkit.actions import Action
from chatkit.types import Attachment, StructuredInputAnswerSubmission, StructuredInputSubmission

from chat.client import ChatKitClient, EventStream
from chat.errors import WorkbenchError
from chat.exchanges import Exchange
from chat.protocol import (
    Change,
    EffectRequested,
    ErrorRaised,
    Event,
    ItemAdded,
    NoticeRaised,
    TextAppended,
    ThreadState,
    complete_tool_call,
    end_stream,
    fold,
    load_thread,
    truncate_after,
    upsert_item,
)

from .audience import Audience
from .diagnosis import Diagnoses
from .diagnosis.blank import Screen, blank_html, is_blank, unseen
from .drafts import ComposerState, Draft
from .entry import Entry
from .form_values import merge_form
from .listening import Listeners
from .outcomes import RELOAD, RETRY, unconfirmed, unfinished
from .remarks import (
    client_action_html,
    effect_html,
    failure_html,
    pending_html,
    progress_html,
    quiet_html,
    remark_html,
    typing_html,
)
from .rendering import RenderContext, render_error, render_notice
from .transcript import Transcript
from .turn import TurnEnd, read_turn

__all__ = ["Busy", "Conversation"]

KEPT_EXCHANGES = 200
QUIET = 15.0
"""Seconds of silence after which a stream that may not be stopped can be given up."""
PATIENCE = 4.0
"""Seconds that somebody may look at an empty page before it says why."""

T = TypeVar("T")


class Busy(Exception):
    """Something is asked for that cannot be done now, mostly because an answer is still streaming."""


class TextField(Protocol):
    """A composer of this conversation, in some window."""

    def put(self, draft: Draft) -> None:
        """Put a message back into the field."""


class Conversation:
    """
    Live state of one thread on one connection; outlives a page reload and may be shown in several windows.

    `image_origins` gives the origins whose images may load besides the thread's own and the backend's.
    """

    def __init__(
        self,
        client: ChatKitClient,
        state: ThreadState | None = None,
        *,
        image_origins: Callable[[], Collection[str]] = tuple,
    ) -> None:
        self.id = uuid.uuid4().hex
        self.client = client
        self.state = state if state is not None else ThreadState()
        self.exchanges: list[Exchange] = []
        self.transcript = Transcript(self.render_context)
        self.audience = Audience(self.transcript, self._before_frame)
        self.composers: set[TextField] = set()
        self.diagnoses = Diagnoses()
        """What is wrong with each of `exchanges`, judged while they run."""
        self._events: dict[str, list[Event]] = {}
        self._image_origins = image_origins
        self._shown_images: set[str] = set()
        self._drafts: dict[str, Draft] = {}
        self._task: asyncio.Task[TurnEnd] | None = None
        self._watch: asyncio.TimerHandle | None = None
        self._explanation: Entry | None = None
        self._loading = False
        self._told: ComposerState | None = None
        self._last_event = 0.0
        self._changes_heard = Listeners[[Conversation, Change]]()
        self._events_heard = Listeners[[Conversation, Exchange, Event]]()
        self._exchanges_heard = Listeners[[Conversation, Exchange]]()
        self._states_heard = Listeners[[Conversation]]()
        self._exchange_seen = client.on_exchange
        client.on_exchange = self._exchange_began
        if state is not None:
            self.transcript.rebuild(state)

    # --- what is known ------------------------------------------------------------------------------------------------

    @property
    def thread_id(self) -> str | None:
        """Id of the thread, None before the backend has created it."""
        return self.state.id

    @property
    def title(self) -> str | None:
        """Title of the thread, None when it has none."""
        return self.state.metadata.title if self.state.metadata else None

    @property
    def running(self) -> bool:
        """Whether a stream is being read."""
        return self._task is not None

    @property
    def composer(self) -> ComposerState:
        """What the composer may do now."""
        status = self.state.metadata.status if self.state.metadata else None
        return ComposerState(
            running=self.running,
            can_stop=self.running and bool(self.state.allow_cancel),
            status=status.type if status else "active",
            reason=getattr(status, "reason", None),
            empty=self.transcript.empty and self.thread_id is None and not self._loading,
        )

    def events(self, exchange_id: str) -> Sequence[Event]:
        """Decoded events of one of `exchanges`, oldest first; [] for those that are no streams."""
        return self._events.get(exchange_id, [])

    def render_context(self) -> RenderContext:
        """What the renderers may know of this thread."""
        domains = (self.state.metadata.allowed_image_domains or ()) if self.state.metadata else ()
        url = urlsplit(self.client.connection.url)
        own = f"{url.scheme}://{url.netloc.rpartition('@')[2]}"
        return RenderContext(
            thread_id=self.thread_id or "",
            allowed_image_origins=(own, *domains, *self._image_origins()),
            shown_images=frozenset(self._shown_images),
        )

    # --- listening ----------------------------------------------------------------------------------------------------

    def on_change(self, listener: Callable[[Conversation, Change], None]) -> Callable[[], None]:
        """Call `listener` for each change of the thread's state; returns a function that ends this."""
        return self._changes_heard.add(listener)

    def on_event(self, listener: Callable[[Conversation, Exchange, Event], None]) -> Callable[[], None]:
        """Call `listener` for each event that arrives; returns a function that ends this."""
        return self._events_heard.add(listener)

    def on_exchange(self, listener: Callable[[Conversation, Exchange], None]) -> Callable[[], None]:
        """Call `listener` when an exchange begins and when it ends (`outcome`); returns a function that ends this."""
        return self._exchanges_heard.add(listener)

    def on_state(self, listener: Callable[[Conversation], None]) -> Callable[[], None]:
        """Call `listener` when `running` or `composer` has changed; returns a function that ends this."""
        return self._states_heard.add(listener)

    # --- messages -----------------------------------------------------------------------------------------------------

    async def load(self, thread_id: str) -> None:
        """Replace what is shown with the stored thread; a failure becomes an entry of the conversation."""
        self._must_be_idle()
        self._loading = True
        self._tell_state()
        try:
            await self._load(thread_id)
        except WorkbenchError as error:
            self.state.id = thread_id
            self._fail(error, [RELOAD])
        finally:
            self._loading = False
            self._exchange_ended()
            self._changed()

    async def _load(self, thread_id: str) -> None:
        loaded = await self.client.load_thread(thread_id)
        stored = loaded.thread.model_dump(mode="json")
        stored["items"] = {"data": list(loaded.raw_items), "has_more": False, "after": None}
        state = ThreadState()
        changes = await asyncio.to_thread(load_thread, state, stored)  # thousands of items take half a second
        if self.running:
            return  # something was sent meanwhile: what it brings is newer than this
        self.state = state
        self.transcript.rebuild(state)
        self._announce([change for change in changes if not isinstance(change, ItemAdded)])
        if loaded.failure is not None:
            self._fail(loaded.failure, [RELOAD])

    async def send(
        self,
        text: str,
        attachments: Sequence[tuple[str, str]] = (),
        quoted: str | None = None,
        *,
        tool: str | None = None,
        model: str | None = None,
    ) -> None:
        """
        Begin a turn with the user's message; returns when it has begun, not when it has ended.

        `attachments` are (id, name) of what was uploaded. Raises `Busy` while an answer streams.
        """
        self._send(Draft(text, tuple((str(a), str(b)) for a, b in attachments), quoted, tool, model))

    async def resend(self, key: str) -> None:
        """Send a message again that the backend did not confirm; only ever at a person's click."""
        self._must_be_idle()
        if (draft := self.take_back(key)) is not None:
            self._send(draft)

    def take_back(self, key: str) -> Draft | None:
        """Remove an unconfirmed message and the notes below it, and return it, for the composer."""
        entry = self.transcript.entry(key)
        if self.running or entry is None or key not in self._drafts:
            return None
        self.transcript.remove_notes_after(entry)
        self.transcript.remove(entry)
        self._changed()
        return self._drafts.pop(key)

    def stop(self) -> None:
        """Abort the running request. What has arrived stays until the thread is loaded again."""
        if self._task is not None:
            self._task.cancel()

    async def retry(self, item_id: str | None = None) -> None:
        """Let the backend answer again after the last user message at or above `item_id` (None: at the end)."""
        thread_id = self._must_be_idle(with_thread=True)
        user_id = self._user_message_before(item_id)
        if user_id is None:
            raise Busy("There is no stored message of yours to retry after")
        # the server deletes every later item and says nothing (protocol facts, 3.5)
        self._take(truncate_after(self.state, user_id))
        if entry := self.transcript.item(user_id):
            self.transcript.remove_notes_after(entry)
        self._begin(lambda: self.client.retry_after_item(thread_id, user_id))

    def _send(self, draft: Draft) -> None:
        self._must_be_idle()
        html = pending_html(draft.text, [name for _, name in draft.attachments], draft.quoted)
        pending = self.transcript.note("pending", html, label="Your message")
        self.transcript.dress(pending, mark="sending")
        self._drafts[pending.key] = draft
        thread_id, message = self.thread_id, draft.input()
        if thread_id is None:
            self._begin(lambda: self.client.create_thread(message), pending)
        else:
            self._begin(lambda: self.client.add_user_message(thread_id, message), pending)

    # --- what items ask for -------------------------------------------------------------------------------------------

    async def submit_tool_output(self, item_id: str, output: Any) -> None:
        """Send the result of a pending client tool call. Raises `Busy` before the stream has ended."""
        thread_id = self._must_be_idle(with_thread=True)
        self._begin(
            lambda: self.client.add_client_tool_output(thread_id, output),
            accepted=lambda: self._take(complete_tool_call(self.state, item_id, output)),
        )

    async def submit_structured_input(
        self, item_id: str, answers: Mapping[str, Sequence[str]], *, skipped: bool = False
    ) -> None:
        """Answer (or skip) a pending structured input: values by the id of each question."""
        thread_id = self._must_be_idle(with_thread=True)
        submission = StructuredInputSubmission(
            status="skipped" if skipped else "answered",
            answers={
                name: StructuredInputAnswerSubmission(
                    values=[] if skipped else list(values), skipped=skipped or not values
                )
                for name, values in answers.items()
            },
        )
        self._begin(lambda: self.client.add_structured_input(thread_id, item_id, submission))

    async def widget_action(
        self, item_id: str | None, action: Mapping[str, Any], form: Mapping[str, Any] | None = None
    ) -> None:
        """Perform a widget's action with the values of its form. Raises `Busy` when it has to wait for the stream."""
        payload = merge_form(action.get("payload"), form or {})
        if action.get("handler") == "client":
            html = client_action_html({**action, "payload": payload})
            self.transcript.note("effect", html, label="Client action")
            self._changed()
            return
        sent = Action[str, Any](type=str(action.get("type", "")), payload=payload)
        if action.get("streaming") is not False:
            thread_id = self._must_be_idle(with_thread=True)
            self._begin(lambda: self.client.custom_action(thread_id, item_id, sent))
        elif self.thread_id is not None:
            answer = await self._ask(self.client.sync_custom_action(self.thread_id, item_id, sent))
            if answer is not None and answer.updated_item is not None:
                self._take(upsert_item(self.state, answer.updated_item))
            if entry := self.transcript.item(item_id or ""):
                self.transcript.settle(entry)
            self._changed()

    async def feedback(self, item_ids: Sequence[str], kind: Literal["positive", "negative"]) -> None:
        """Send thumbs up or down for items."""
        if self.thread_id is None:
            return
        if await self._ask(_done(self.client.feedback(self.thread_id, list(item_ids), kind))):
            for entry in filter(None, map(self.transcript.item, item_ids)):
                self.transcript.press(entry, kind)
            self._changed()

    async def upload(self, name: str, mime_type: str, data: bytes) -> Attachment:
        """Register a file with the backend and send it the bytes. Raises `WorkbenchError`."""
        try:
            attachment = await self.client.create_attachment(name, len(data), mime_type)
            if attachment.upload_descriptor is not None:
                await self.client.upload(attachment, data)
            return attachment
        finally:
            self._exchange_ended()

    def show_image(self, item_id: str, url: str) -> None:
        """The reader asked for this one image."""
        self._shown_images.add(url)
        if entry := self.transcript.item(item_id):
            self.transcript.redraw(entry)
            self._changed()

    async def wait(self) -> None:
        """Wait until nothing runs and every frame is out (for tests and benchmarks)."""
        while self._task is not None:
            await asyncio.wait([self._task])
        self.audience.now()

    def close(self) -> None:
        """Abort what runs and let go of every window."""
        self.stop()
        self.audience.cancel()
        self.audience.windows.clear()
        self.composers.clear()

    # --- running a stream ---------------------------------------------------------------------------------------------

    def _must_be_idle(self, *, with_thread: bool = False) -> str:
        if self.running:
            raise Busy("Wait until the answer is complete")
        if with_thread and self.thread_id is None:
            raise Busy("The backend has not created the thread yet")
        return self.thread_id or ""

    def _begin(
        self,
        open_stream: Callable[[], EventStream],
        pending: Entry | None = None,
        accepted: Callable[[], None] = lambda: None,
    ) -> None:
        waiting = [pending] if pending is not None else []
        begun: list[Exchange] = []
        screen = Screen()

        def take(stream: EventStream, event: Event) -> None:
            if stream.exchange.id not in self._events:
                self._events[stream.exchange.id] = stream.events
                accepted()
            self._last_event = time.monotonic()
            changes = fold(self.state, event)
            self.diagnoses.feed(stream.exchange, event)
            screen.take(changes)
            if waiting and any(self._is_user_message(change) for change in changes):
                self._drafts.pop(waiting[0].key, None)
                self.transcript.remove(waiting.pop())
            self._take(changes)
            self._events_heard.tell(self, stream.exchange, event)

        def ended(task: asyncio.Task[TurnEnd]) -> None:
            end = TurnEnd(0, cancelled=True) if task.cancelled() else task.result()
            self._ended(waiting[0] if waiting else None, end, begun[0] if begun else None, screen)

        def opened() -> EventStream:
            stream = open_stream()
            begun.append(stream.exchange)
            return stream

        def still_blank() -> None:
            """Somebody waits before an empty page: say why before the stream ends, when it is known."""
            if begun:
                self._explain(begun[0], screen, failed=True)
            if self._explanation is None:
                self._watch = asyncio.get_running_loop().call_later(PATIENCE, still_blank)

        self._watch = asyncio.get_running_loop().call_later(PATIENCE, still_blank)
        self._task = asyncio.create_task(read_turn(opened, take), name=f"conversation {self.id}")
        self._task.add_done_callback(ended)
        self._last_event = time.monotonic()
        self._watch_silence(self._task)
        self._changed()

    def _watch_silence(self, task: asyncio.Task[TurnEnd]) -> None:
        if not task.done():
            asyncio.get_running_loop().call_later(QUIET / 3, self._watch_silence, task)
            self.audience.soon()

    def _is_user_message(self, change: Change) -> bool:
        item = self.state.items.get(change.item_id) if isinstance(change, ItemAdded) else None
        return item is not None and item.type == "user_message"

    def _ended(self, pending: Entry | None, end: TurnEnd, exchange: Exchange | None, screen: Screen) -> None:
        self._task = None
        if self._watch is not None:
            self._watch.cancel()
        self._take(end_stream(self.state))
        self.diagnoses.settle()
        for entry in self.transcript.streaming:
            self.transcript.finish(entry, *unfinished(end.cancelled))
        if pending is not None:
            note, actions = unconfirmed(end.failure, end.events, end.cancelled)
            self.transcript.dress(pending, status="failed", mark="unconfirmed", note=note, actions=actions)
        if end.failure is not None:
            can_retry = pending is None and self.thread_id is not None and self._user_message_before(None) is not None
            self._fail(end.failure, [RETRY] if can_retry else [])
        if exchange is not None and not end.cancelled:
            self._explain(exchange, screen, failed=end.failure is not None)
        self._exchange_ended()
        self._changed()

    def _explain(self, exchange: Exchange, screen: Screen, *, failed: bool) -> None:
        """Say why, where a turn has put nothing on the screen, or nothing that the official widget would show."""
        diagnosis = self.diagnoses.get(exchange.id)
        if self._explanation is not None:
            self.transcript.remove(self._explanation)
            self._explanation = None
        if diagnosis is None:
            return
        if is_blank(diagnosis, screen, self.state, failed=failed):
            note = self.transcript.note("blank", blank_html(diagnosis), label="Why nothing appeared")
            self._explanation = note if self.running else None
        elif not self.running and (words := unseen(diagnosis)):
            self.transcript.note("remark", remark_html(words, "eye-off"), label="What the official widget shows")
        self._changed()

    def _fail(self, error: WorkbenchError, actions: Iterable[dict[str, Any]] = ()) -> None:
        self.transcript.note("error", failure_html(error), label="Error", actions=actions)
        self._changed()

    async def _ask(self, answer: Awaitable[T]) -> T | None:
        """The answer of a JSON operation; None, and an entry that says why, when there is none."""
        try:
            return await answer
        except WorkbenchError as error:
            self._fail(error)
            return None
        finally:
            self._exchange_ended()

    # --- changes ------------------------------------------------------------------------------------------------------

    def _take(self, changes: Sequence[Change]) -> None:
        for change in changes:
            if type(change) is TextAppended:  # by far the most frequent one
                self.transcript.apply(self.state, change)
                continue
            match change:
                case ErrorRaised(message, code, allow_retry, _):
                    html = render_error(message, code, allow_retry)
                    self.transcript.note("error", html, label="Error", actions=[RETRY] if allow_retry else [])
                case NoticeRaised(level, title, message, _):
                    self.transcript.note("notice", render_notice(level, title, message), label="Notice")
                case EffectRequested(name, data):
                    self.transcript.note("effect", effect_html(name, data), label="Client effect")
                case _:
                    self.transcript.apply(self.state, change)
        self._announce(changes)
        if changes:
            self.audience.soon()

    def _announce(self, changes: Sequence[Change]) -> None:
        for change in changes:
            self._changes_heard.tell(self, change)
            if type(change) is not TextAppended:
                self._tell_state()

    def _changed(self) -> None:
        self._tell_state()
        self.audience.soon()

    def _tell_state(self) -> None:
        now = self.composer
        if now != self._told:
            self._told = now
            self._states_heard.tell(self)

    def _exchange_began(self, exchange: Exchange) -> None:
        if self._exchange_seen is not None:
            self._exchange_seen(exchange)
        self.exchanges.append(exchange)
        self.diagnoses.begin(exchange)
        for old in self.exchanges[:-KEPT_EXCHANGES]:
            self._events.pop(old.id, None)
            self.diagnoses.forget(old.id)
        del self.exchanges[:-KEPT_EXCHANGES]
        self._exchanges_heard.tell(self, exchange)

    def _exchange_ended(self) -> None:
        if self.exchanges:
            self._exchanges_heard.tell(self, self.exchanges[-1])

    def _user_message_before(self, item_id: str | None) -> str | None:
        found = None
        for item in self.state.visible_items():
            if item.type == "user_message":
                found = item.id
            if item.id == item_id:
                break
        return found

    def _before_frame(self) -> None:
        self.transcript.set_running(self.running)
        silence = time.monotonic() - self._last_event
        if not self.running:
            tail = ""
        elif silence >= QUIET and not self.composer.can_stop:
            tail = quiet_html(silence)
        elif (progress := self.state.progress) is not None:
            tail = progress_html(progress.text, progress.icon)
        else:
            tail = "" if self.transcript.growing else typing_html()
        self.transcript.set_tail(tail)


async def _done(answer: Awaitable[Any]) -> bool:
    await answer
    return True
