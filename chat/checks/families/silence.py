"""Whether a turn says anything to a user who has done something other than write: run a tool, answered, clicked."""

from __future__ import annotations

from chat.checks.case import Case
from chat.checks.findings import counted
from chat.checks.rules import UPDATES
from chat.protocol.vocabulary import HIDDEN_ITEM_TYPES

__all__ = ["nothing_said", "silence"]

_UNSEEN = HIDDEN_ITEM_TYPES | {"end_of_turn"}
_SEEN = ("notice", "client_effect", "thread.item.removed")


def nothing_said(case: Case, beside: str = "") -> bool:
    """
    Whether a stream that came to its end brings nothing that anybody sees.

    `beside` is the id of an item that changes by itself, as a question does that was answered.
    """
    if not case.ended_well or not case.accepted or case.error_at is not None or case.locks:
        return False
    if any(record.type not in _UNSEEN for record in case.items.values() if record.id != beside):
        return False
    if any(case.counts[kind] for kind in _SEEN):
        return False
    if not case.events:
        return not any(chunk.data.strip() for chunk in case.exchange.chunks)
    # or something was said, in another language or of an item of an earlier turn
    return case.events == case.valid and not any(case.counts[kind] for kind in UPDATES)


def silence(case: Case) -> str:
    """What came instead of an answer."""
    return f"{counted(case.events, 'event')}, none of them an answer" if case.events else "a stream without an event"
