"""The threads of a recording as they are at its end: streams folded, pages taken in, in the order of the exchanges."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from chat.checks.folded_threads import said_by_document, said_by_request
from chat.checks.threads import thread_of
from chat.diff.reading import Answer
from chat.protocol import PagePlaces, ThreadState, end_stream, fold

__all__ = ["end_states"]


def end_states(answers: Iterable[Answer]) -> dict[str, ThreadState]:
    """By thread id; threads that were deleted are not there."""
    states: dict[str, ThreadState] = {}
    places: dict[str, PagePlaces] = defaultdict(PagePlaces)
    for answer in answers:
        thread_id = thread_of(answer.exchange) or _named_by_items(answer)
        operation = answer.exchange.request.operation
        succeeded = 200 <= (answer.exchange.status or 0) < 300
        if operation == "threads.delete" and succeeded:
            states.pop(thread_id, None)
        elif answer.exchange.expects_stream:
            if answer.examined.events or succeeded:
                _stream(states.setdefault(thread_id, ThreadState()), answer)
        elif succeeded and thread_id and isinstance(answer.document, dict):
            said_by_document(
                states.setdefault(thread_id, ThreadState()), places[thread_id], answer.exchange, answer.document
            )
    return states


def _named_by_items(answer: Answer) -> str:
    """The thread that the stream's first item says it belongs to: a pasted body may have no more."""
    return next((mention.id for mention in answer.mentions if mention.noun == "thread"), "")


def _stream(state: ThreadState, answer: Answer) -> None:
    events = answer.examined.events
    if events:
        said_by_request(state, answer.exchange)
    for event in events:
        fold(state, event)
    end_stream(state)
