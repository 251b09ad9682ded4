"""Crashes that many backends have had, known by what they say or by their shape, and what to type against each.

What an exception says is seen; what only the shape of the answer tells is called likely, or possible.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from chat.checks.case import Case
from chat.checks.families.endings import AFTER_THE_ANSWER
from chat.checks.findings import Hit
from chat.checks.in_between import answered_in_place
from chat.checks.known_cause import KnownCause
from chat.checks.logs import log_of
from chat.checks.rules import Rule

__all__ = ["CRASHES", "KnownCause", "known_cause", "named"]

CRASHES = (
    "errors/operation-fails",
    "transport/retried",
    "transport/truncated",
    "transport/empty-stream",
    "lifecycle/ended-in-error",
    "tools/output-unanswered",
    "transport/status",
    "transport/no-message",
    "endpoint/not-chatkit",
    "auth/refused",
)
"""The rules that see that something has crashed or was refused, and not why."""

_LOOKED_AT = 20_000
_READS = ("threads.get_by_id", "items.list", "threads.list")


CITATION = KnownCause(
    ("in _convert_annotation", "instance of AnnotationURLCitation", "instance of AnnotationFileCitation"),
    "the SDK cannot convert the citations of openai 3 while they stream",
    "events = result.stream_events  # before stream_agent_response(agent_context, result)\n\n"
    "async def stream_events():\n"
    "    async for event in events():\n"
    '        annotation = getattr(getattr(event, "data", None), "annotation", None)\n'
    "        if isinstance(annotation, BaseModel):  # openai 3 streams it in a class of its own\n"
    "            event.data.annotation = annotation.model_dump()\n"
    "        yield event\n\n"
    'result.stream_events = stream_events  # or, without this: pip install "openai<3"',
)
WHOLE_THREAD = KnownCause(
    ("multiple values for keyword argument 'items'",),
    "a `Thread` was stored where its metadata belongs",
    "async def save_thread(self, thread, context):\n"
    "    thread = ThreadMetadata(**thread.model_dump(exclude={'items'}))  # in a first turn it is a Thread\n"
    "    ...",
)
BEHIND_THE_CALL = KnownCause(
    ("was not a ClientToolCallItem",),
    "the last stored item is not the client tool call that waits for its result, "
    "often because hidden context was stored behind it",
    "await self.store.add_thread_item(thread.id, hidden_item, context)  # first what is hidden\n"
    "yield ThreadItemDoneEvent(item=tool_call)  # then the call, as the last item of the turn",
)
MIXED_TIMES = KnownCause(
    ("can't compare offset-naive and offset-aware datetimes",),
    "times with and without a zone are compared",
    "# the SDK's own messages have no zone; one kind for both, wherever times are compared:\n"
    "items.sort(key=lambda item: item.created_at.astimezone(timezone.utc))",
)
AWARE_TIMES = KnownCause(
    ("can't subtract offset-naive and offset-aware datetimes",),
    "a time with a zone meets one of the SDK's own, which has none",
    "# where the store loads items, as the SDK makes them:\n"
    "item.created_at = item.created_at.astimezone().replace(tzinfo=None)",
)
_BYTES = KnownCause(
    ("Object of type bytes is not JSON serializable",),
    "an answer that is JSON already is encoded again",
    'return Response(result.json, media_type="application/json")  # not JSONResponse(result.json): these are bytes',
)
_NOT_A_STREAM = KnownCause(
    ("'NonStreamingResult' object is not",),
    "an answer that is no stream is streamed",
    "if isinstance(result, StreamingResult):\n"
    '    return StreamingResponse(result, media_type="text/event-stream")\n'
    'return Response(result.json, media_type="application/json")',
)
_KNOWN = (CITATION, WHOLE_THREAD, BEHIND_THE_CALL, MIXED_TIMES, AWARE_TIMES, _BYTES, _NOT_A_STREAM)


def known_cause(case: Case) -> KnownCause | None:
    """What an exchange that crashed most probably crashed of; None when it does not say, nor look like it."""
    between = answered_in_place(case)
    if between is not None:
        return between
    text = "\n".join(_said(case))
    for cause in _KNOWN:
        if any(said in text for said in cause.said):
            return cause
    message = case.error.json.get("message") if case.error is not None and isinstance(case.error.json, dict) else ""
    return None if message else _by_shape(case)


def named(hit: Hit, rule: Rule, cause: KnownCause) -> Hit:
    """The sighting of a crash with its cause, as sure as that is."""
    headline = hit.headline or rule.title
    if cause.sure:
        typed = f"# {cause.sure}: {cause.words}\n{cause.fix}\n\n{hit.fix or rule.fix}"
        return replace(hit, headline=headline, fix=typed)
    level = hit.level if AFTER_THE_ANSWER in headline else None  # the user is told what was meant for the log
    words = f"{headline.removesuffix(', most likely')}: {cause.words}"
    return replace(hit, headline=words, fix=cause.fix, level=level)


def _said(case: Case) -> Iterator[str]:
    """What the backend says of its failure."""
    if not case.accepted or (not case.events and log_of(case.text(_LOOKED_AT))):
        # a traceback ends with what was raised; debug pages are HTML, now and then
        size = case.exchange.size
        rest = case.exchange.stretch(max(_LOOKED_AT, size - _LOOKED_AT), size)
        for text in (case.text(_LOOKED_AT), rest.decode("utf-8", "replace")):
            yield html.unescape(text)
    document = case.error.json if case.error is not None else None
    for value in document.values() if isinstance(document, dict) else ():
        for text in value.values() if isinstance(value, dict) else (value,):
            if isinstance(text, str):
                yield text[:_LOOKED_AT]


def _by_shape(case: Case) -> KnownCause | None:
    operation = case.exchange.request.operation
    history = case.history
    if not case.streaming:
        kind = case.exchange.content_type
        if kind.startswith("text/event-stream") and not case.exchange.chunks and case.exchange.outcome == "truncated":
            return replace(_NOT_A_STREAM, sure="likely")
    if operation == "threads.add_client_tool_output" and not case.events:
        last = next(reversed(history.items.values()), "")
        return replace(BEHIND_THE_CALL, sure="likely") if last == "client_tool_call" else None
    if case.error is not None and _amid_an_answer(case) and _searches(case):
        return replace(CITATION, sure="likely")
    if operation == "threads.get_by_id" and history.saved_whole:
        return replace(WHOLE_THREAD, sure="possible")
    if len(history.zones) > 1 and (operation in _READS or case.error is not None):
        return replace(MIXED_TIMES, sure="possible")
    return None


def _amid_an_answer(case: Case) -> bool:
    return any(record.open and record.streamed and record.type == "assistant_message" for record in case.items.values())


def _searches(case: Case) -> bool:
    """Whether this turn looks something up on the web or in files, so that its answer would cite."""
    tool = case.params.get("input")
    options = tool.get("inference_options") if isinstance(tool, dict) else None
    choice = options.get("tool_choice") if isinstance(options, dict) else None
    if isinstance(choice, dict) and "search" in str(choice.get("id")):
        return True
    return case.counts["assistant_message.content_part.annotation_added"] > 0 or any(
        task.type in ("web_search", "file") for record in case.items.values() for task in _tasks(record.final)
    )


def _tasks(item: Any) -> list[Any]:
    if item is None or item.type not in ("workflow", "task"):
        return []
    return list(item.workflow.tasks) if item.type == "workflow" else [item.task]
