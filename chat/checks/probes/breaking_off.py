"""An answer that nobody reads to its end: broken off as soon as enough has come."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any

from chatkit.types import InferenceOptions, UserMessageContent, UserMessageInput, UserMessageTextContent

from chat.checks.case import ThreadHistory
from chat.checks.findings import Hit
from chat.checks.probes.answer import Answer
from chat.checks.probes.comparing import need_readable
from chat.checks.probes.own_thread import OwnThread
from chat.checks.probes.probe import probe
from chat.checks.probes.reading import fold_beside
from chat.checks.probes.sightings import CouldNotRun, Found, NotApplicable, Sightings
from chat.checks.probes.stored import entries_of
from chat.checks.probes.threads import main_thread
from chat.checks.probes.visit import Visit
from chat.checks.rules import TEXT_DELTA
from chat.client import ChatKitClient
from chat.protocol import Event, ThreadState

__all__ = ["begun_thread"]

_DELTAS = 3
_SHORTEST_WAIT = 1.0
_LOOKS = 5


@probe("persistence/partial-lost")
async def an_answer_that_is_broken_off(visit: Visit) -> Sightings:
    """As by a user who stops it. A backend may go on alone: it is given the time that its answers take."""
    known = await main_thread(visit)
    need_readable(visit)
    thread, answer = await begun_thread(visit, [UserMessageTextContent(text=visit.plan.message)], _Words().enough)
    if not any(map(_Words().enough, answer.events)):
        raise NotApplicable("the answer has no streamed text that could be broken off")
    if answer.exchange.outcome != "cancelled":
        raise NotApplicable("the answer was over before it could be broken off")
    longest = max((turn.answer.exchange.ended_at_ns or 0 for turn in known.turns), default=0) / 1e9
    until = time.monotonic() + max(_SHORTEST_WAIT, 2 * longest)
    pause = (until - time.monotonic()) / _LOOKS
    while True:
        read = (await visit.ask("threads.get_by_id", {"thread_id": thread.id})).require()
        if _has_an_answer(read):
            return
        if time.monotonic() > until:
            break
        await asyncio.sleep(pause)
    if not _has_an_answer((await visit.ask("threads.get_by_id", {"thread_id": known.id})).require()):
        raise CouldNotRun("whole answers are not stored either: see persistence/not-stored")
    got = f"of an answer broken off after {_DELTAS} pieces of text, `threads.get_by_id` has nothing"
    yield Found("persistence/partial-lost", Hit(got, read.evidence(got)))


async def begun_thread(
    visit: Visit, content: Sequence[UserMessageContent], enough: Callable[[Event], bool]
) -> tuple[OwnThread, Answer]:
    """
    A new thread with a message, whose answer is broken off when `enough`, which is asked about each event, says that so
    much has come. Costs a turn.
    """
    visit.take_turn()
    events: list[Event] = []
    message = UserMessageInput(content=list(content), attachments=[], inference_options=InferenceOptions())

    async def send(client: ChatKitClient) -> None:
        async with client.create_thread(message) as stream:
            async for event in stream:
                events.append(event)
                if enough(event):
                    return

    answer = Answer(await visit.perform(send), events)
    state = ThreadState()
    await fold_beside(state, events)
    if state.id is None:
        if events:
            visit.notes.left.append("perhaps a thread whose id never came (`threads.create` gave none)")
        raise CouldNotRun(f"`threads.create` brought no thread: {answer.words}")
    thread = OwnThread(state.id, state, ThreadHistory())
    visit.notes.threads.append(thread)
    visit.notes.look_at(answer.exchange, events)
    return thread, answer


def _has_an_answer(read: Answer) -> bool:
    """Whether a thread has a message of the assistant's with text in it."""
    items = entries_of(read.document.get("items"))
    answers = [item["content"] for item in items if item.get("type") == "assistant_message" and item.get("content")]
    parts = [part for content in answers if isinstance(content, list) for part in content if isinstance(part, dict)]
    return any(isinstance(part.get("text"), str) and part["text"].strip() for part in parts)


class _Words:
    """Counts the pieces of text that have come."""

    def __init__(self) -> None:
        self._pieces = 0
        self._said = False

    def enough(self, event: Event) -> bool:
        """Whether there are enough of them, with this event, and anything but blanks in them."""
        delta = _update(event).get("delta")
        if isinstance(delta, str):
            self._pieces += 1
            self._said = self._said or bool(delta.strip())
        return self._said and self._pieces >= _DELTAS


def _update(event: Event) -> dict[str, Any]:
    document = event.json if isinstance(event.json, dict) else {}
    update = document.get("update")
    return update if isinstance(update, dict) and update.get("type") == TEXT_DELTA else {}
