"""Rules about how a turn ends: with an answer, in an error, or in neither."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from chat.checks.case import Case
from chat.checks.findings import Hit, Level, counted
from chat.checks.rules import EFFECT_EVENTS, END, INVALID, ITEM_EVENTS, THREAD_EVENTS, UPDATES, rule
from chat.protocol.vocabulary import HIDDEN_ITEM_TYPES

if TYPE_CHECKING:
    from chat.protocol import Event

_ANSWERS_TO_THE_USER = ("notice", "client_effect", "error", "thread.item.removed", "thread.item.replaced")
AFTER_THE_ANSWER = ", after the answer"
_EXCEPTION = re.compile(
    r"Traceback \(most recent call|(?:\w+\.)*\w+(?:Error|Exception)\s*[:(]|Error code: \d+ - \{"
    r"|Internal Server Error\W*$"
)
"""What an exception says: nobody wrote that for a user."""
_TELL = (
    "# your server's log has the traceback of this turn; to tell the user what failed, in respond():\n"
    "try:\n    ...\nexcept Exception as error:\n"
    '    raise CustomStreamError("The search is not available right now.", allow_retry=True) from error'
)


@rule(
    "lifecycle/no-response",
    level=Level.WARNING,
    on=END,
    title="The turn ends without an answer",
    expected="an item of the assistant's, or an `error` event",
    why="The spinner stops and nothing was said: the user does not know whether to wait.",
    fix="async for event in stream_agent_response(agent_context, result):  # respond() yielded nothing\n"
    "    yield event",
    widget="Shows the user's message and nothing after it.",
)
def no_response(case: Case) -> Hit | None:
    if not case.ended_well or not case.events or not case.accepted:
        return None
    if not (case.sends_message or case.operation == "threads.retry_after_item"):
        return None
    if case.locks:
        return None  # a thread that is locked with a reason has said something
    if any(record.type not in ("user_message", *HIDDEN_ITEM_TYPES) for record in case.items.values()):
        return None
    if any(case.counts[kind] for kind in _ANSWERS_TO_THE_USER):
        return None
    got = f"{counted(case.events, 'event')}, none of them an answer"
    return Hit(got, case.at(case.last) if case.last else None)


@rule(
    "lifecycle/events-after-error",
    level=Level.WARNING,
    on=(
        *(kind for kind in THREAD_EVENTS if kind != "thread.updated"),
        *ITEM_EVENTS,
        *UPDATES,
        "thread.item.removed",
        *EFFECT_EVENTS,
    ),
    title="The stream goes on after its error",
    expected="nothing but `thread.updated` after `error`",
    why="What follows may be thrown away, and is stored all the same: the page and the store disagree.",
    fix='yield ErrorEvent(message="…", allow_retry=True)\nreturn',
    widget="Shows the error, and what follows it too.",
)
def events_after_error(case: Case, event: Event) -> Hit | None:
    if case.error_at is None:
        return None
    return Hit(f"`{event.type}` after the error at event {case.error_at}", case.at(event), key="after")


@rule(
    "lifecycle/ended-in-error",
    level=Level.ERROR,
    on=END,
    title="The turn ends in an error",
    expected="an answer that is completed, or an `error` event with a `message` for the user",
    why="The user asked and reads that something went wrong.",
    fix=_TELL,
    widget="Shows “There was an error while generating the assistant's response.” below what had come, or the error's "
    "own `message`; with `allow_retry` a button to try again.",
)
def ended_in_error(case: Case) -> Hit | None:
    if case.error is None or not case.accepted:
        return None
    document = case.error.json if isinstance(case.error.json, dict) else {}
    message, code = document.get("message"), document.get("code")
    turn = f"`{case.operation}`" if case.operation else "The turn"
    answered = any(
        record.done is not None and record.type not in ("user_message", *HIDDEN_ITEM_TYPES)
        for record in case.items.values()
    )
    if isinstance(message, str) and _EXCEPTION.match(message.strip()):
        return Hit(
            f"`error`: {message[:200]}",
            case.at(case.error),
            f"{turn} ends in an exception{AFTER_THE_ANSWER if answered else ''}: the user reads what it says",
            level=Level.WARNING,
        )
    if isinstance(message, str) and message.strip():
        return Hit(
            f"`error`: {message[:200]}",
            case.at(case.error),
            f"{turn} ends in an error that the backend tells the user",
            level=Level.NOTE,
        )
    if code not in (None, "stream.error"):
        return None  # lifecycle/error-unseen
    return Hit(
        f"`error` without a message ({code or 'no code'})",
        case.at(case.error),
        f"{turn} ends in an error{AFTER_THE_ANSWER if answered else ''}: an exception in `respond()`, most likely",
        level=Level.WARNING if answered else None,
    )


@rule(
    "lifecycle/error-unseen",
    level=Level.ERROR,
    on=("error", INVALID),
    title="An error that the widget does not show",
    expected="a `message` for the user, or the code `stream.error`",
    why="The turn ends and nothing is said: the user does not know that it failed.",
    fix='yield ErrorEvent(message="The search is not available right now.", allow_retry=True)',
    widget="Shows nothing of it: a code of its own without a message is a line in the browser's console.",
)
def error_unseen(case: Case, event: Event) -> Hit | None:
    document = event.json
    if event.type != "error" or not isinstance(document, dict) or _nested_text(document):
        return None
    code = document.get("code")
    if code in (None, "stream.error") or (isinstance(document.get("message"), str) and document["message"].strip()):
        return None
    return Hit(f"`error` with the code `{code}` and no message", case.at(event))


def _nested_text(document: dict[str, object]) -> bool:
    """Whether the text stands one level too deep: that is schema/error-text-lost."""
    return any(isinstance(document.get(key), dict) for key in ("error", "data", "detail"))
