"""Answers read and examined by the passive rules, as far as the rules can judge what was asked."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Literal

from chat.checks.case import ThreadHistory
from chat.checks.examined import Examined, examine_beside
from chat.checks.findings import Finding
from chat.checks.probes.answer import Answer
from chat.exchanges import Exchange
from chat.protocol import Event, ThreadState, end_stream, fold

__all__ = ["Judged", "fold_beside", "read"]

_SLICE = 500
"""Events taken in between two turns of the event loop."""

Judged = Literal["usual", "refusal", "nonsense"]
"""How the passive rules look at an answer: as always; as one where a refusal is right, so that its status is nobody's
fault; or as one to something that no widget sends."""

_WHERE_REFUSAL_IS_RIGHT = (
    "framing/*",
    "vocabulary/*",
    "schema/*",
    "transport/no-message",
    "transport/json-body",
    "transport/compressed",
)
_TO_NONSENSE = ("framing/*", "vocabulary/*", "schema/*")


async def read(
    exchange: Exchange, judged: Judged, history: ThreadHistory | None, state: ThreadState | None
) -> tuple[Answer, Examined]:
    """The answer in an exchange, and what the rules find in it. Its events are folded into `state`, if it has one."""
    examined = await examine_beside(exchange, history)
    answer = Answer(exchange, examined.events)
    if judged == "usual" and answer.unsupported and answer.operation != "threads.create":
        judged = "refusal"
    if state is not None:
        await fold_beside(state, answer.events if answer.status < 300 else ())
        end_stream(state)
    findings = tuple(found for found in examined.findings if _counts(found, judged, answer))
    examined = replace(examined, findings=findings)
    await asyncio.sleep(0)
    _ = examined.view  # which the report asks of all of them at once
    await asyncio.sleep(0)
    return answer, examined


async def fold_beside(state: ThreadState, events: Sequence[Event]) -> None:
    """Fold events into a state, for an event loop in which others have something to do."""
    for number, event in enumerate(events):
        fold(state, event)
        if number % _SLICE == 0:
            await asyncio.sleep(0)


def _counts(finding: Finding, judged: Judged, answer: Answer) -> bool:
    if judged == "usual":
        return True
    if finding.rule_id == "transport/no-message" and answer.status >= 500:
        return False  # a crash is what the probe names
    wanted: Sequence[str] = _WHERE_REFUSAL_IS_RIGHT if judged == "refusal" else _TO_NONSENSE
    return any(fnmatchcase(finding.rule_id, pattern) for pattern in wanted)
