"""The live state of one thread on one connection: what runs, what came, and what is shown of it. No NiceGUI here.

The task that reads a stream belongs to the conversation, not to a page: a page that is reloaded in mid-stream attaches
again and goes on, and several windows may watch the same conversation.
"""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeVar
from urllib.parse import urlsplit

from chatkit.types import Attachment, InferenceOptions, UserMessageInput, UserMessageTextContent

from chat.client import ChatKitClient, EventStream
from chat.errors import ProtocolViolation, Unreachable, WorkbenchError
from chat.exchanges import Exchange
from chat.protocol import (
    Change,
    EffectRequested,
    ErrorRaised,
    Event,
    ItemAdded,
    NoticeRaised,
    ThreadChanged,
    ThreadState,
    complete_tool_call,
    end_stream,
    fold,
    load_thread,
    truncate_after,
    upsert_item,
)

from .entries import (
    client_action_html,
    effect_html,
    failure_html,
    pending_html,
    progress_html,
    remark_html,
    typing_html,
)
from .form_values import merge_form
from .rendering import RenderContext, render_error, render_notice
from .transcript import Entry, Op, Transcript

__all__ = ["Busy", "ComposerState", "Conversation", "Draft", "Watcher"]

TICK = 0.05
"""Seconds between two frames at least."""
SHARE = 10
"""A frame that took t seconds to make is followed by a pause of at least SHARE × t."""
SLICE = 0.01
"""Seconds after which a burst of events lets others have the loop."""
KEPT_EXCHANGES = 200

log = logging.getLogger(__name__)
T = TypeVar("T")
Status = Literal["active", "locked", "closed"]


class Busy(Exception):
    """Something is asked for that has to wait until the running answer is complete."""


@dataclass(frozen=True)
class ComposerState:
    """What the composer may do now. `reason` is why a locked or closed thread takes no message."""

    running: bool = False
    can_stop: bool = False
    status: Status = "active"
    reason: str | None = None
    empty: bool = True


@dataclass(frozen=True)
class Draft:
    """A user message before it is sent. `attachments` are (id, name)."""

    text: str
    attachments: tuple[tuple[str, str], ...] = ()
    quoted: str | None = None
    tool: str | None = None
    model: str | None = None

    def input(self) -> UserMessageInput:
        """As the protocol wants it: ids of attachments, and inference options that are never null."""
        options = InferenceOptions.model_validate(
            {"tool_choice": {"id": self.tool} if self.tool else None, "model": self.model}
        )
        return UserMessageInput(
            content=[UserMessageTextContent(type="input_text", text=self.text)] if self.text else [],
            attachments=[attachment_id for attachment_id, _ in self.attachments],
            quoted_text=self.quoted,
            inference_options=options,
        )


class Watcher(Protocol):
    """A window on a conversation."""

    def show(self, n: int, ops: Sequence[Op]) -> None:
        """Frame number `n`."""


class TextField(Protocol):
    """A composer of this conversation, in some window."""

    def put(self, draft: Draft) -> None:
        """Put a message back into the field."""


class Conversation:
    """Live state of one thread on one connection; outlives a page reload and may be shown in several windows.

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
        self.views: set[Watcher] = set()
        self.composers: set[TextField] = set()
        self.exchanges: list[Exchange] = []
        self.transcript = Transcript(self.render_context)
        self._events: dict[str, list[Event]] = {}
        self._image_origins = image_origins
        self._shown_images: set[str] = set()
        self._drafts: dict[str, Draft] = {}
        self._task: asyncio.Task[None] | None = None
        self._stopping = False
        self._loading = False
        self._timer: asyncio.TimerHandle | None = None
        self._next_frame = 0.0
        self._change_listeners: list[Callable[[Conversation, Change], None]] = []
        self._event_listeners: list[Callable[[Conversation, Exchange, Event], None]] = []
        self._exchange_listeners: list[Callable[[Conversation, Exchange], None]] = []
        self._state_listeners: list[Callable[[Conversation], None]] = []
        self._told: ComposerState | None = None
        before = client.on_exchange
        client.on_exchange = lambda exchange: (before(exchange) if before else None, self._exchange_began(exchange))[1]
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
            empty=self.transcript.empty and not self._loading,
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
            allowed_image_origins=tuple(dict.fromkeys([own, *domains, *self._image_origins()])),
            shown_images=frozenset(self._shown_images),
        )

    # --- listening ----------------------------------------------------------------------------------------------------

    def on_change(self, listener: Callable[[Conversation, Change], None]) -> Callable[[], None]:
        """Call `listener` for each change of the thread's state; returns a function that ends this."""
        return _listen(self._change_listeners, listener)

    def on_event(self, listener: Callable[[Conversation, Exchange, Event], None]) -> Callable[[], None]:
        """Call `listener` for each event that arrives; returns a function that ends this."""
        return _listen(self._event_listeners, listener)

    def on_exchange(self, listener: Callable[[Conversation, Exchange], None]) -> Callable[[], None]:
        """Call `listener` when an exchange begins and when it ends (`outcome`); returns a function that ends this."""
        return _listen(self._exchange_listeners, listener)

    def on_state(self, listener: Callable[[Conversation], None]) -> Callable[[], None]:
        """Call `listener` when `running` or `composer` has changed; returns a function that ends this."""
        return _listen(self._state_listeners, listener)

    # --- what a person can do -----------------------------------------------------------------------------------------

    async def load(self, thread_id: str) -> None:
        """Replace what is shown with the stored thread; a failure becomes an entry of the conversation."""
        if self.running:
            raise Busy("An answer is still streaming")
        self._loading = True
        try:
            loaded = await self.client.load_thread(thread_id)
        except WorkbenchError as error:
            self._fail(error, actions=[{"do": "reload", "label": "Load again", "text": True}])
            if self.state.id is None:
                self.state.id = thread_id
            return
        finally:
            self._loading = False
            self._exchanges_ended()
            self._tell_state()
        state = ThreadState()
        thread = loaded.thread.model_dump(mode="json")
        changes = load_thread(state, {**thread, "items": {"data": list(loaded.raw_items), "has_more": False}})
        self.state = state
        self.transcript.rebuild(state)
        self._announce([change for change in changes if not isinstance(change, ItemAdded)])
        if loaded.failure is not None:
            self._fail(loaded.failure, actions=[{"do": "reload", "label": "Load again", "text": True}])
        self._tell_state()
        self._schedule()

    async def send(
        self, text: str, attachments: Sequence[tuple[str, str]] = (), quoted: str | None = None, **options: str | None
    ) -> None:
        """
        Begin a turn with the user's message; returns when it has begun, not when it has ended.

        `attachments` are (id, name) of what was uploaded; `options`: `tool`, `model`. Raises `Busy` while one runs.
        """
        self._send(Draft(text, tuple((str(a), str(b)) for a, b in attachments), quoted, **options))

    def _send(self, draft: Draft) -> None:
        if self.running:
            raise Busy("An answer is still streaming")
        names = [name for _, name in draft.attachments]
        pending = self.transcript.note(
            "pending", pending_html(draft.text, names, draft.quoted), testid="pending", label="Your message"
        )
        pending.mark = "sending"
        self._drafts[pending.key] = draft
        thread_id, message = self.thread_id, draft.input()
        self._begin(
            lambda: (
                self.client.add_user_message(thread_id, message) if thread_id else self.client.create_thread(message)
            ),
            pending=pending,
        )

    async def resend(self, key: str) -> None:
        """Send a message again that the backend did not confirm; only ever at a person's click."""
        draft = self.take_back(key)
        if draft is not None:
            self._send(draft)

    def take_back(self, key: str) -> Draft | None:
        """Remove an unconfirmed message and the notes below it, and return it, for the composer."""
        entry = self.transcript.entry(key)
        if self.running or entry is None or key not in self._drafts:
            return None
        self.transcript.remove_after(entry)
        self.transcript.remove(key)
        self._schedule()
        return self._drafts.pop(key)

    def stop(self) -> None:
        """Abort the running request. What has arrived stays until the thread is loaded again."""
        if self._task is not None:
            self._stopping = True
            self._task.cancel()

    async def retry(self, item_id: str | None = None) -> None:
        """Let the backend answer again after the last user message at or above `item_id` (None: at the end)."""
        if self.running:
            raise Busy("An answer is still streaming")
        user_id = self._user_message_before(item_id)
        if user_id is None or self.thread_id is None:
            self.transcript.say("toast", "There is no stored message of yours to retry after")
            self._schedule()
            return
        # the server deletes every later item and says nothing (protocol facts, 3.5)
        self._take(truncate_after(self.state, user_id))
        if entry := self.transcript.item(user_id):
            self.transcript.remove_after(entry)
        thread_id = self.thread_id
        self._begin(lambda: self.client.retry_after_item(thread_id, user_id))

    async def submit_tool_output(self, item_id: str, output: Any) -> None:
        """Send the result of a pending client tool call. Raises `Busy` before the stream has ended."""
        thread_id = self._idle_thread()
        self._begin(
            lambda: self.client.add_client_tool_output(thread_id, output),
            accepted=lambda: self._take(complete_tool_call(self.state, item_id, output)),
        )

    async def submit_structured_input(
        self, item_id: str, answers: Mapping[str, Sequence[str]], *, skipped: bool = False
    ) -> None:
        """Answer (or skip) a pending structured input: values by the id of each question."""
        thread_id = self._idle_thread()
        submission = {
            "status": "skipped" if skipped else "answered",
            "answers": {
                name: {"values": list(values), "skipped": skipped or not values} for name, values in answers.items()
            },
        }
        self._begin(lambda: self.client.add_structured_input(thread_id, item_id, submission))

    async def widget_action(
        self, item_id: str | None, action: Mapping[str, Any], form: Mapping[str, Any] | None = None
    ) -> None:
        """Perform a widget's action with the values of its form. Raises `Busy` when it has to wait for the stream."""
        payload = merge_form(action.get("payload"), form or {})
        sent = {"type": str(action.get("type", "")), "payload": payload}
        if action.get("handler") == "client":
            html = client_action_html({**action, "payload": payload})
            self.transcript.note("effect", html, testid="effect", label="Client action")
            self._schedule()
            return
        if action.get("streaming") is False:
            if self.thread_id is None:
                return
            done = await self._ask(self.client.sync_custom_action(self.thread_id, item_id, sent))
            if done is not None and getattr(done, "updated_item", None) is not None:
                self._take(upsert_item(self.state, done.updated_item))
            if item_id:
                self.transcript.say("settle", f"i:{item_id}")
            self._schedule()
            return
        thread_id = self._idle_thread()
        self._begin(lambda: self.client.custom_action(thread_id, item_id, sent))

    async def feedback(self, item_ids: Sequence[str], kind: Literal["positive", "negative"]) -> None:
        """Send thumbs up or down for items."""
        if self.thread_id is None:
            return
        if await self._ask(self.client.feedback(self.thread_id, list(item_ids), kind)) is None:
            return
        for item_id in item_ids:
            if entry := self.transcript.item(item_id):
                self.transcript.pressed(entry, kind)
        self._schedule()

    async def upload(self, name: str, mime_type: str, data: bytes) -> Attachment:
        """Register a file with the backend and send it the bytes. Raises `WorkbenchError`."""
        try:
            attachment = await self.client.create_attachment(name, len(data), mime_type)
            if attachment.upload_descriptor is not None:
                await self.client.upload(attachment.upload_descriptor, data, mime_type)
            return attachment
        finally:
            self._exchanges_ended()

    def show_image(self, item_id: str, url: str) -> None:
        """The reader asked for this one image."""
        self._shown_images.add(url)
        if entry := self.transcript.item(item_id):
            self.transcript.redraw(entry)
            self._schedule()

    def note(self, text: str) -> None:
        """Show one quiet line at the end."""
        self.transcript.note("remark", remark_html(text), testid="remark", label="Remark")
        self._schedule()

    def toast(self, text: str) -> None:
        """Show a sentence for a moment, in every window."""
        self.transcript.say("toast", text)
        self._schedule()

    async def wait(self) -> None:
        """Wait until nothing runs and every frame is out (for tests and benchmarks)."""
        while self._task is not None:
            await asyncio.wait([self._task])
        self._flush()

    def close(self) -> None:
        """Abort what runs and let go of every window."""
        self.stop()
        self.views.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # --- windows ------------------------------------------------------------------------------------------------------

    def attach(self, view: Watcher) -> dict[str, Any]:
        """Let a window watch; returns the snapshot it starts from."""
        self._flush()
        self.views.add(view)
        return self.transcript.snapshot()

    def detach(self, view: Watcher) -> None:
        """Forget a window."""
        self.views.discard(view)

    def catch_up(self, since: int, oldest: str | None) -> dict[str, Any]:
        """What a window needs that stands at frame `since` and holds entries from `oldest` on."""
        self._flush()
        return self.transcript.snapshot(since, oldest)

    # --- running a stream ---------------------------------------------------------------------------------------------

    def _idle_thread(self) -> str:
        if self.running:
            raise Busy("Wait until the answer is complete")
        if self.thread_id is None:
            raise Busy("There is no thread yet")
        return self.thread_id

    def _begin(
        self,
        open_stream: Callable[[], EventStream],
        *,
        pending: Entry | None = None,
        accepted: Callable[[], None] = lambda: None,
    ) -> None:
        self._stopping = False
        self._task = asyncio.create_task(self._run(open_stream, pending, accepted), name=f"conversation {self.id}")
        self._tell_state()
        self._schedule()

    async def _run(
        self, open_stream: Callable[[], EventStream], pending: Entry | None, accepted: Callable[[], None]
    ) -> None:
        count, failure = 0, None
        try:
            async with open_stream() as stream:
                slice_end = time.perf_counter() + SLICE
                async for event in stream:
                    if not count:
                        accepted()
                        self._events[stream.exchange.id] = stream.events
                    count += 1
                    pending = self._event(stream.exchange, event, pending)
                    if time.perf_counter() > slice_end:
                        await asyncio.sleep(0)
                        slice_end = time.perf_counter() + SLICE
                if not count:
                    raise ProtocolViolation(
                        "The stream ended without a single event.",
                        expected="at least the user's message or an error event",
                        got="an empty body",
                        advice="Yield events from respond(), or an ErrorEvent that says why there are none.",
                        whose="your backend",
                        exchange=stream.exchange,
                    )
        except asyncio.CancelledError:
            if not self._stopping:
                failure = WorkbenchError("The workbench was shut down while this was running.")
        except WorkbenchError as error:
            failure = error
        except Exception as error:
            log.exception("a turn failed")
            failure = WorkbenchError(
                f"The workbench failed while it read the stream: {type(error).__name__}: {error}",
                advice="This is a bug of the workbench. The inspector still has every byte that came.",
            )
        finally:
            self._ended(pending, failure, count)

    def _event(self, exchange: Exchange, event: Event, pending: Entry | None) -> Entry | None:
        """Take in one event; returns the pending message that is still unconfirmed."""
        changes = fold(self.state, event)
        for change in changes:
            if pending is not None and isinstance(change, ItemAdded):
                item = self.state.items.get(change.item_id)
                if item is not None and item.type == "user_message":
                    self.transcript.remove(pending.key)
                    self._drafts.pop(pending.key, None)
                    pending = None
        self._take(changes)
        for listener in list(self._event_listeners):
            listener(self, exchange, event)
        return pending

    def _ended(self, pending: Entry | None, failure: WorkbenchError | None, count: int) -> None:
        self._task = None
        self._take(end_stream(self.state))
        for entry in self.transcript.streaming:
            if self._stopping:
                self.transcript.finish(
                    entry, "done", "Stopped. The backend keeps what it had written until then.", "stopped"
                )
            else:
                self.transcript.finish(
                    entry,
                    "failed",
                    "The stream ended before this item was done (no thread.item.done): it is gone after a reload.",
                    "unfinished",
                )
        if pending is not None:
            self._unconfirmed(pending, failure, count)
        if failure is not None:
            retry = pending is None and self._user_message_before(None) is not None and self.thread_id is not None
            self._fail(failure, actions=[{"do": "retry", "label": "Try again", "text": True}] if retry else ())
        self._exchanges_ended()
        self._tell_state()
        self._schedule()

    def _unconfirmed(self, pending: Entry, failure: WorkbenchError | None, count: int) -> None:
        again = {"do": "resend", "label": "Send again", "text": True}
        edit = {"do": "edit", "label": "Edit", "text": True}
        if isinstance(failure, Unreachable):
            note, actions = "Not sent: nothing reached the backend.", (again, edit)
        elif failure is not None and not count:
            note, actions = "Not confirmed. Whether the backend has stored it, nobody said.", (again, edit)
        elif self._stopping:
            note, actions = "Stopped before the backend confirmed it.", (again, edit)
        else:
            note = (
                "The backend never sent this message back (thread.item.done with the user_message). "
                "In the official widget it vanishes when the stream ends."
            )
            actions = ()
        self.transcript.dress(pending, status="failed", mark="unconfirmed", note=note, actions=actions)

    def _fail(self, error: WorkbenchError, actions: Iterable[dict[str, Any]] = ()) -> None:
        self.transcript.note("error", failure_html(error), testid="error", label="Error", actions=actions)
        self._schedule()

    async def _ask(self, answer: Awaitable[T]) -> T | None:
        """The answer of a JSON operation, or None and an entry that says why there is none."""
        try:
            return await answer
        except WorkbenchError as error:
            self._fail(error)
            return None
        finally:
            self._exchanges_ended()

    # --- changes ------------------------------------------------------------------------------------------------------

    def _take(self, changes: Iterable[Change]) -> None:
        changes = list(changes)
        for change in changes:
            self.transcript.apply(self.state, change)
            match change:
                case ErrorRaised(message, code, allow_retry, _):
                    retry = [{"do": "retry", "label": "Try again", "text": True}] if allow_retry else ()
                    html = render_error(message, code, allow_retry)
                    self.transcript.note("error", html, testid="error", label="Error", actions=retry)
                case NoticeRaised(level, title, message, _):
                    html = render_notice(level, title, message)
                    self.transcript.note("notice", html, testid="notice", label="Notice")
                case EffectRequested(name, data):
                    html = effect_html(name, data)
                    self.transcript.note("effect", html, testid="effect", label="Client effect")
        self._announce(changes)
        if changes:
            self._schedule()

    def _announce(self, changes: Iterable[Change]) -> None:
        for change in changes:
            for listener in list(self._change_listeners):
                listener(self, change)
        self._tell_state()

    def _tell_state(self) -> None:
        now = self.composer
        if now != self._told:
            self._told = now
            for listener in list(self._state_listeners):
                listener(self)

    def _exchange_began(self, exchange: Exchange) -> None:
        self.exchanges.append(exchange)
        for old in self.exchanges[:-KEPT_EXCHANGES]:
            self._events.pop(old.id, None)
        del self.exchanges[:-KEPT_EXCHANGES]
        self._tell_exchange(exchange)

    def _exchanges_ended(self) -> None:
        if self.exchanges:
            self._tell_exchange(self.exchanges[-1])

    def _tell_exchange(self, exchange: Exchange) -> None:
        for listener in list(self._exchange_listeners):
            listener(self, exchange)

    def _user_message_before(self, item_id: str | None) -> str | None:
        found = None
        for item in self.state.visible_items():
            if item.type == "user_message":
                found = item.id
            if item.id == item_id:
                break
        return found

    # --- frames -------------------------------------------------------------------------------------------------------

    def _schedule(self) -> None:
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(max(0.0, self._next_frame - loop.time()), self._flush)

    def _flush(self) -> None:
        """One frame for all windows, and the time of the next one."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        loop = asyncio.get_running_loop()
        start = loop.time()
        self.transcript.set_tail(self._tail_html())
        self.transcript.set_running(self.running)
        if ops := self.transcript.frame():
            for view in list(self.views):
                view.show(self.transcript.n, ops)
        self._next_frame = start + max(TICK, SHARE * (loop.time() - start))

    def _tail_html(self) -> str:
        if not self.running:
            return ""
        if self.state.progress is not None:
            return progress_html(self.state.progress.text, self.state.progress.icon)
        return "" if self.transcript.growing else typing_html()


def _listen(listeners: list[T], listener: T) -> Callable[[], None]:
    listeners.append(listener)
    return lambda: listeners.remove(listener) if listener in listeners else None
