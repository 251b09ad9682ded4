"""The threads that a run makes: what it says in them, what was streamed, and what it deletes in the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chat.checks.case import ThreadHistory
from chat.checks.probes.answer import Answer
from chat.checks.probes.own_thread import OwnThread, Reply
from chat.checks.probes.reading import fold_beside
from chat.checks.probes.sightings import CouldNotRun, NotApplicable
from chat.checks.probes.visit import Visit
from chat.protocol import ThreadState, complete_tool_call, end_stream, truncate_after

__all__ = ["another_turn", "main_thread", "make_thread", "retry", "user_message"]

_MOST_FOLLOW_UPS = 3


def user_message(text: str, attachments: Sequence[str] = ()) -> dict[str, Any]:
    """The `input` of a message."""
    return {
        "content": [{"type": "input_text", "text": text}],
        "attachments": list(attachments),
        "inference_options": {},
    }


async def main_thread(visit: Visit) -> OwnThread:
    """The thread that probes look at, made at the first call. Raises `CouldNotRun` when there is none to be had."""
    if visit.notes.threads:
        return visit.notes.threads[0]
    if visit.notes.no_thread:
        raise CouldNotRun(visit.notes.no_thread)
    try:
        return await make_thread(visit)
    except CouldNotRun as why:
        visit.notes.no_thread = str(why)
        raise


async def make_thread(visit: Visit) -> OwnThread:
    """A new thread with the first message in it, and the agent's answer."""
    visit.take_turn()
    state, history = ThreadState(), ThreadHistory()
    params = {"input": user_message(visit.plan.message)}
    answer = await visit.ask("threads.create", params, history=history, state=state)
    if answer.refused:
        visit.notes.refused = True
        raise visit.patience.stop(f"the backend refuses the credentials given: {answer.words}")
    thread_id = state.id or next(
        (item.json["thread_id"] for item in state.items.values() if isinstance(item.json.get("thread_id"), str)), None
    )
    if thread_id is None:
        if answer.status < 300:
            visit.notes.left.append("perhaps a thread whose id never came (`threads.create` gave none)")
        raise CouldNotRun(f"`threads.create` brought no thread: {answer.words}")
    thread = OwnThread(thread_id, state, history)
    visit.notes.threads.append(thread)
    _take(thread, answer, before=set())
    await _follow_up(visit, thread)
    return thread


async def another_turn(visit: Visit, thread: OwnThread) -> Reply:
    """Another message in the thread, the next of those to be said, and the answer to it."""
    if thread.state.status != "active":
        raise NotApplicable(f"the thread is {thread.state.status} and takes no messages")
    visit.take_turn()
    messages = visit.plan.messages
    said = messages[thread.said % len(messages)]
    thread.said += 1
    params = {"thread_id": thread.id, "input": user_message(said)}
    turn = await _speak(visit, thread, "threads.add_user_message", params)
    await _follow_up(visit, thread)
    return turn


async def retry(visit: Visit, thread: OwnThread, item_id: str) -> Reply:
    """Have the user's message `item_id` answered again: everything after it goes, here and, if all is well, there."""
    visit.take_turn()
    before = {item.id for item in thread.state.items.values()}
    params = {"thread_id": thread.id, "item_id": item_id}
    scratch = ThreadState()
    answer = await visit.ask("threads.retry_after_item", params, history=thread.history, state=scratch)
    if answer.status < 300:
        truncate_after(thread.state, item_id)
        # What follows the message goes only now: a backend that refuses has kept it.
        await fold_beside(thread.state, answer.events)
        end_stream(thread.state)
    turn = _take(thread, answer, before)
    await _follow_up(visit, thread)
    return turn


async def _follow_up(visit: Visit, thread: OwnThread) -> None:
    """Give what the agent waits for: a client tool's result, answers to its questions."""
    for _ in range(_MOST_FOLLOW_UPS):
        waiting = next(
            (item for item in reversed(thread.visible()) if item.json.get("status") == "pending"),
            None,
        )
        if waiting is None or thread.state.status != "active":
            return
        if waiting.type == "client_tool_call":
            visit.take_turn()
            params: dict[str, Any] = {"thread_id": thread.id, "result": {}}
            turn = await _speak(visit, thread, "threads.add_client_tool_output", params)
            if turn.answer.status < 300 and turn.answer.error_event is None:
                complete_tool_call(thread.state, waiting.id, {})
        elif waiting.type == "structured_input":
            visit.take_turn()
            skipped = {"status": "skipped", "answers": {}}
            params = {"thread_id": thread.id, "item_id": waiting.id, "input": skipped}
            turn = await _speak(visit, thread, "threads.add_structured_input", params)
        else:
            return
        if not turn.answer.accepted:
            return


async def _speak(visit: Visit, thread: OwnThread, operation: str, params: dict[str, Any]) -> Reply:
    before = set(thread.state.items)
    answer = await visit.ask(operation, params, history=thread.history, state=thread.state)
    return _take(thread, answer, before)


def _take(thread: OwnThread, answer: Answer, before: set[str]) -> Reply:
    brought = tuple(item for item in thread.state.items.values() if item.id not in before)
    turn = Reply(answer, brought)
    thread.turns.append(turn)
    return turn
