"""The embedded ChatKit server."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from datetime import UTC, datetime
from typing import Any, cast

from agents import Model, RunConfig, Runner, RunResultStreaming
from chatkit.actions import Action
from chatkit.agents import stream_agent_response
from chatkit.errors import CustomStreamError
from chatkit.server import ChatKitServer, NonStreamingResult, StreamingResult
from chatkit.store import AttachmentStore, NotFoundError, Store
from chatkit.types import (
    AudioInput,
    FeedbackKind,
    HiddenContextItem,
    SyncCustomActionResponse,
    ThreadItem,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemReplacedEvent,
    ThreadMetadata,
    ThreadStreamEvent,
    TranscriptionResult,
    UserMessageItem,
    WidgetItem,
)

from chat.backend.agent import build_agent
from chat.backend.checkpoints import Checkpoints
from chat.backend.context import RequestContext
from chat.backend.conversion import AttachmentContent, History, Replies
from chat.backend.deltas import apart
from chat.backend.failures import shown_to_user
from chat.backend.instep import InStep
from chat.backend.outgoing import KnownEvents, Outgoing
from chat.backend.pace import DEFAULT_RATE, Pace
from chat.backend.relay import run_apart
from chat.backend.scenarios import CITED, SCENARIOS, answering
from chat.backend.script import Cue, Reaction, Say, Script, cue_of, echo
from chat.backend.scripted import ScriptedModel
from chat.backend.stage import Stage
from chat.backend.titles import title_from
from chat.backend.zones import in_events, with_offsets

__all__ = ["DEFAULT_RATE", "UnknownAction", "WorkbenchServer"]

_HISTORY = 60
_MOST_TURNS = 12
_MOST_FEEDBACK = 200

_ACTIONS = {name: react for scenario in SCENARIOS for name, react in scenario.actions.items()}
_SYNC_ACTIONS = {name: react for scenario in SCENARIOS for name, react in scenario.sync_actions.items()}


class UnknownAction(ValueError):
    """A widget action that no scenario answers."""


class WorkbenchServer(ChatKitServer[RequestContext]):
    """A ChatKit server whose assistant plays scripts, or is a real model when it is given one.

    Streams are answered as the SDK makes them, with its traps avoided: see `chat.backend.outgoing` and
    `chat.backend.stage`. Ids are the store's.
    """

    def __init__(
        self,
        store: Store[RequestContext],
        attachment_store: AttachmentStore[RequestContext] | None = None,
        rate: float | None = DEFAULT_RATE,
        model: Model | None = None,
        attachment_content: AttachmentContent | None = None,
    ) -> None:
        """
        Args:
            store: where threads and items are kept.
            attachment_store: needed for ``attachments.create`` and ``attachments.delete``.
            rate: words per second of the scripted model; None is as fast as it is read.
            model: the real model (see `chat.backend.agent.model_from_environment`); None plays scripts.
            attachment_content: where a real model's copy of attached files comes from.
        """
        super().__init__(store, attachment_store)
        Pace(rate)  # an impossible rate is to fail here, not in the first answer
        self.rate = rate
        self.model = model
        self._attachment_content = attachment_content
        self._answering = 0
        self._together: set[str] = set()
        """The messages that are being written and whose deltas are handed over together."""

    async def process(
        self, request: str | bytes | bytearray, context: RequestContext
    ) -> StreamingResult | NonStreamingResult:
        """Answer one request. Closing or cancelling a stream, at any point, keeps what the assistant had written.

        All times in the answer have an offset.
        """
        result = await super().process(request, context)
        if isinstance(result, StreamingResult):
            events = in_events(result.json_events, lambda event: apart(event, self._together))
            return StreamingResult(run_apart(events))
        return NonStreamingResult(with_offsets(result.json))

    async def respond(
        self, thread: ThreadMetadata, input_user_message: UserMessageItem | None, context: RequestContext
    ) -> AsyncGenerator[ThreadStreamEvent, None]:
        """The answer to the thread's last message, or the rest of it after a tool's output or the user's answers."""
        _refuse_unless_active(thread)
        items = await self._latest_items(thread, context)
        cue = cue_of(items)
        message = input_user_message or next((item for item in reversed(items) if item.type == "user_message"), None)
        scenario, script = answering(cue)
        if thread.title is None:
            # Changed at once, so that the thread has a name even when the answer is cancelled.
            thread.title = (scenario.title if self.model is None else "") or title_from(cue.text)
        answer = self._perform(thread, context, script, items, cue, message.id if message else None)
        async with aclosing(answer) as events:
            async for event in events:
                yield event

    async def action(
        self,
        thread: ThreadMetadata,
        action: Action[str, Any],
        sender: WidgetItem | None,
        context: RequestContext,
    ) -> AsyncGenerator[ThreadStreamEvent, None]:
        """What a button or form does: the widget changes, and the assistant says what happened.

        An action that no widget sent is the page's own: it is told back.
        """
        _refuse_unless_active(thread)
        react = _ACTIONS.get(action.type)
        if sender is None:
            reaction = _of_the_page(action)
        elif react is not None:
            reaction = react(_payload(action), sender)
        else:
            raise CustomStreamError(f"This assistant knows no action {action.type[:80]!r} here.", allow_retry=False)
        hidden = HiddenContextItem(
            id=self.store.generate_item_id("message", thread, context),
            thread_id=thread.id,
            created_at=datetime.now(UTC),
            content=reaction.context,
        )
        yield ThreadItemDoneEvent(item=hidden)
        if reaction.widget is not None and sender is not None:
            yield ThreadItemReplacedEvent(item=sender.model_copy(update={"widget": reaction.widget}))
        items = await self._latest_items(thread, context)
        answer = self._perform(thread, context, reaction.script, items, Cue(text=""), None)
        async with aclosing(answer) as events:
            async for event in events:
                yield event

    async def sync_action(
        self,
        thread: ThreadMetadata,
        action: Action[str, Any],
        sender: WidgetItem | None,
        context: RequestContext,
    ) -> SyncCustomActionResponse:
        """What a click on a list does, without a stream.

        Raises:
            UnknownAction: no scenario has an action of this type, or no widget was named.
        """
        react = _SYNC_ACTIONS.get(action.type)
        if react is None or sender is None:
            raise UnknownAction(f"This assistant knows no action {action.type[:80]!r} here.")
        updated = sender.model_copy(update={"widget": react(_payload(action), sender)})
        # The SDK stores what is streamed; what is answered here is not.
        await self.store.save_item(thread.id, updated, context)
        return SyncCustomActionResponse(updated_item=updated)

    async def transcribe(self, audio_input: AudioInput, context: RequestContext) -> TranscriptionResult:
        """What came, in words: nothing here listens.

        Raises:
            NotImplementedError: a real model answers, and nobody would take such words for the script's.
        """
        if self.model is not None:
            raise NotImplementedError("This assistant does not listen: write what you want to say.")
        size, kind = len(audio_input.data), " ".join(audio_input.mime_type.split())[:80]
        return TranscriptionResult(text=f"(Scripted: {size:,} bytes of {kind} came. Nothing here listens to them.)")

    async def add_feedback(
        self, thread_id: str, item_ids: list[str], feedback: FeedbackKind, context: RequestContext
    ) -> None:
        """Keep the user's opinion on items with their thread, the latest one for each item.

        Raises:
            chatkit.store.NotFoundError: the user has no such thread or item.
        """
        thread = await self.store.load_thread(thread_id, context)
        for item_id in item_ids[:_MOST_FEEDBACK]:
            await self.store.load_item(thread_id, item_id, context)
        kept = dict(thread.metadata.get("feedback") or {})
        for item_id in item_ids[:_MOST_FEEDBACK]:
            kept.pop(item_id, None)
            kept[item_id] = feedback
        thread.metadata["feedback"] = dict(list(kept.items())[-_MOST_FEEDBACK:])
        await self.store.save_thread(thread, context)

    async def handle_stream_cancelled(
        self, thread: ThreadMetadata, pending_items: list[ThreadItem], context: RequestContext
    ) -> None:
        """Keep what was written, as the SDK does, unless the thread was deleted in the middle of the answer."""
        with suppress(NotFoundError):
            await super().handle_stream_cancelled(thread, pending_items, context)

    async def _latest_items(self, thread: ThreadMetadata, context: RequestContext) -> list[ThreadItem]:
        """The thread's last items, oldest first: what the model is told of the conversation."""
        page = await self.store.load_thread_items(thread.id, None, _HISTORY, "desc", context)
        return page.data[::-1]

    async def _perform(
        self,
        thread: ThreadMetadata,
        context: RequestContext,
        script: Script,
        items: list[ThreadItem],
        cue: Cue,
        message_id: str | None,
    ) -> AsyncGenerator[ThreadStreamEvent, None]:
        """Run the agent and stream what it does."""
        stage = Stage(
            thread=thread,
            store=self.store,
            request_context=context,
            pace=Pace(self.rate, lambda: self._answering),
            message_id=message_id,
        )
        scripted = self.model is None
        model = self.model or ScriptedModel(script, stage.pace)
        history = History(context, None if scripted else self._attachment_content)
        outgoing = Outgoing(lambda: stage.generate_id("message"), lambda: stage.generate_id("tool_call"))
        in_step = InStep()
        run = Runner.run_streamed(
            build_agent(model, None if scripted else cue.wanted),
            await history.to_agent_input(items),
            context=stage,
            max_turns=_MOST_TURNS,
            hooks=in_step,
            # Nothing leaves the machine unasked.
            run_config=RunConfig(tracing_disabled=True),
        )
        known = KnownEvents(run, in_step)
        checkpoints = Checkpoints(self.store, thread.id, context, outgoing)
        self._answering += 1
        added: list[str] = []
        # The SDK reads nothing of a run but its events.
        response = stream_agent_response(stage, cast(RunResultStreaming, known), converter=Replies(CITED))
        try:
            async with aclosing(cast(AsyncGenerator[ThreadStreamEvent, None], response)) as events:
                async for event in events:
                    rewritten = outgoing.rewrite(event)
                    if scripted and isinstance(rewritten, ThreadItemAddedEvent):
                        self._together.add(rewritten.item.id)
                        added.append(rewritten.item.id)
                    yield rewritten
                    stage.passed(event)
                    await checkpoints.when_due()
        except Exception as problem:
            for event in outgoing.unfinished():
                if event.type == "thread.item.removed":
                    # It is in no store yet, and a store may refuse to delete what it does not have.
                    await self.store.add_thread_item(thread.id, outgoing.left(event.item_id), context)
                yield event
            raise shown_to_user(problem) from problem
        finally:
            self._answering -= 1
            self._together.difference_update(added)
            known.stop()
            await stage.close()


def _refuse_unless_active(thread: ThreadMetadata) -> None:
    if thread.status.type != "active":
        raise CustomStreamError(thread.status.reason or f"This thread is {thread.status.type}.", allow_retry=False)


def _payload(action: Action[str, Any]) -> dict[str, Any]:
    return action.payload if isinstance(action.payload, dict) else {}


def _of_the_page(action: Action[str, Any]) -> Reaction:
    def script() -> Script:
        payload = f", with {echo(action.payload)}" if action.payload not in (None, {}) else ", without a payload"
        yield Say(f"Your page sent the action {echo(action.type)}{payload}. No widget sent it.")

    return Reaction(script(), f"The page around the chat sent an action of its own, {action.type[:80]!r}.")
