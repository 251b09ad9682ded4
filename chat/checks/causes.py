"""Which findings go away with which: one root cause, one headline.

The table says what follows from what. A row may hold under a condition only; a consequence is folded under the first
cause, in the order of the table, that was found and whose condition holds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from chat.checks.case import Case
from chat.checks.findings import Finding

__all__ = ["CONSEQUENCES", "Consequence", "fold_consequences"]

Condition = Callable[[Case, Finding, Finding], bool]


@dataclass(frozen=True, slots=True)
class Consequence:
    """What goes away with a cause: rule ids, or patterns of them, and when."""

    cause: str
    effects: tuple[str, ...]
    when: Condition | None = None


def _broken(*event_types: str) -> Condition:
    """Whether events of one of these types did not validate."""
    return lambda case, cause, effect: any(case.invalid_types[kind] for kind in event_types)


def _same_item(case: Case, cause: Finding, effect: Finding) -> bool:
    return cause.key == effect.key


def _placeholder(case: Case, cause: Finding, effect: Finding) -> bool:
    return effect.key in ("__fake_id__", "item")


def _nothing_read(case: Case, cause: Finding, effect: Finding) -> bool:
    return (case.exchange.status or 0) >= 500 or not case.events


def _more_of_it(case: Case, cause: Finding, effect: Finding) -> bool:
    return (cause.count, effect.rule_id) > (effect.count, cause.rule_id)


def _not_an_end_mark(case: Case, cause: Finding, effect: Finding) -> bool:
    return cause.key != "done"


def _end_mark(case: Case, cause: Finding, effect: Finding) -> bool:
    return effect.key == "done"


def _together(case: Case, cause: Finding, effect: Finding) -> bool:
    return cause.key == "together"


def _same_events(case: Case, cause: Finding, effect: Finding) -> bool:
    return {place.event for place in effect.evidence} <= {place.event for place in cause.evidence}


_ANY_EVENT_RULE = ("framing/*", "vocabulary/*", "schema/*", "lifecycle/*", "identity/*")
_ITEM_EVENTS = ("thread.item.added", "thread.item.done", "thread.item.updated", "thread.item.replaced")

CONSEQUENCES: tuple[Consequence, ...] = (
    Consequence("page/*", ("endpoint/*", "transport/*", "errors/*", *_ANY_EVENT_RULE)),
    Consequence("endpoint/not-chatkit", ("transport/*", "errors/*", "auth/refused", *_ANY_EVENT_RULE)),
    Consequence("auth/refused", ("transport/no-message",)),
    Consequence("transport/no-answer", ("transport/*", *_ANY_EVENT_RULE)),
    Consequence("errors/operation-fails", ("transport/*", "schema/*")),
    Consequence("transport/status", ("transport/empty-stream", "transport/ndjson", *_ANY_EVENT_RULE)),
    Consequence("transport/ndjson", ("transport/retried", "transport/empty-stream", *_ANY_EVENT_RULE)),
    Consequence("transport/retried", ("transport/empty-stream", *_ANY_EVENT_RULE), _nothing_read),
    Consequence("transport/truncated", ("transport/empty-stream", "framing/unterminated", "lifecycle/never-done")),
    Consequence("uploads/descriptor", ("schema/response",)),
    Consequence("tools/output-unanswered", ("transport/empty-stream",)),
    Consequence("input/answers-unanswered", ("transport/empty-stream",)),
    Consequence("widgets/action-unanswered", ("transport/empty-stream",)),
    Consequence("transport/compressed", ("transport/buffered",)),
    Consequence("transport/json-body", ("schema/invalid", "schema/response")),
    Consequence("vocabulary/responses-api", ("vocabulary/conversations-api",)),
    Consequence("vocabulary/*", ("vocabulary/*",), _more_of_it),
    Consequence("vocabulary/*", ("lifecycle/*",)),
    Consequence("vocabulary/*", ("framing/not-json",), _end_mark),
    Consequence("framing/not-json", ("lifecycle/*", "framing/not-json"), _not_an_end_mark),
    Consequence("framing/not-json", ("framing/unterminated",), _together),
    Consequence("framing/type-in-event-line", ("lifecycle/*",)),
    Consequence("schema/response", ("paging/*", "persistence/*")),
    Consequence("schema/invalid", ("lifecycle/no-thread-created",), _broken("thread.created")),
    Consequence(
        "schema/invalid", ("lifecycle/user-message-missing",), _broken("thread.item.done", "thread.item.added")
    ),
    Consequence("schema/invalid", ("lifecycle/never-done",), _broken("thread.item.done")),
    Consequence("schema/invalid", ("lifecycle/unknown-item",), _broken("thread.item.added", "thread.item.done")),
    Consequence("schema/invalid", ("lifecycle/no-response",), _broken(*_ITEM_EVENTS, "error", "notice")),
    Consequence("schema/invalid", ("lifecycle/no-stream-options",), _broken("stream_options")),
    Consequence(
        "schema/invalid",
        ("lifecycle/delta-mismatch", "widgets/no-delta", "widgets/not-prefix"),
        _broken("thread.item.updated"),
    ),
    Consequence("lifecycle/thread-created-again", ("identity/wrong-thread",)),
    Consequence(
        "identity/placeholder-id",
        (
            "identity/reused-id",
            "identity/done-twice",
            "lifecycle/done-differs",
            "lifecycle/after-done",
            "lifecycle/delta-mismatch",
            "lifecycle/never-done",
        ),
        _placeholder,
    ),
    Consequence(
        "identity/reused-id",
        ("identity/done-twice", "lifecycle/done-differs", "lifecycle/after-done", "lifecycle/delta-mismatch"),
        _same_item,
    ),
    Consequence("lifecycle/unknown-item", ("lifecycle/no-response",)),
    Consequence("lifecycle/error-unseen", ("schema/invalid",), _broken("error")),
    Consequence("schema/error-text-lost", ("lifecycle/ended-in-error",)),
    Consequence("schema/invalid", ("lifecycle/ended-in-error",), _broken("error")),
    Consequence("lifecycle/events-after-error", ("lifecycle/ended-in-error",)),
    Consequence("*/breaks-turn", ("schema/invalid", "widgets/unknown-component", "widgets/invalid"), _same_events),
    Consequence("widgets/invalid", ("schema/invalid",), _same_events),
)
"""Causes and what follows from them, most fundamental first."""


def fold_consequences(case: Case, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings that stand for themselves, in the given order, each with those that follow from it."""
    owner = [_cause_of(case, effect, findings) for effect in findings]
    below: dict[int, list[Finding]] = {}
    for index, finding in enumerate(findings):
        root = _root(owner, index)
        if root != index:
            below.setdefault(root, []).append(finding)
    return tuple(
        replace(finding, consequences=tuple(below.get(index, ())))
        for index, finding in enumerate(findings)
        if _root(owner, index) == index
    )


def _cause_of(case: Case, effect: Finding, findings: Sequence[Finding]) -> int | None:
    for row in CONSEQUENCES:
        if not any(fnmatchcase(effect.rule_id, pattern) for pattern in row.effects):
            continue
        for index, cause in enumerate(findings):
            if cause is effect or not fnmatchcase(cause.rule_id, row.cause):
                continue
            if row.when is None or row.when(case, cause, effect):
                return index
    return None


def _root(owner: list[int | None], index: int) -> int:
    seen = {index}
    above = owner[index]
    while above is not None and above not in seen:
        seen.add(above)
        index, above = above, owner[above]
    return index
