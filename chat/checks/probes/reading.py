"""Answers read and examined by the passive rules, as far as the rules can judge what was asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Literal

from chat.checks.case import ThreadHistory
from chat.checks.examined import Examined, examine
from chat.checks.findings import Finding
from chat.checks.probes.answer import Answer
from chat.exchanges import Exchange
from chat.protocol import ThreadState, end_stream, fold

__all__ = ["Judged", "read"]

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


def read(
    exchange: Exchange, judged: Judged, history: ThreadHistory | None, state: ThreadState | None
) -> tuple[Answer, Examined]:
    """The answer in an exchange, and what the rules find in it. Its events are folded into `state`, if it has one."""
    examined = examine(exchange, history)
    answer = Answer(exchange, examined.events)
    if judged == "usual" and answer.unsupported and answer.operation != "threads.create":
        judged = "refusal"
    if state is not None:
        for event in answer.events if answer.status < 300 else ():
            fold(state, event)
        end_stream(state)
    findings = tuple(found for found in examined.findings if _counts(found, judged, answer))
    return answer, replace(examined, findings=findings)


def _counts(finding: Finding, judged: Judged, answer: Answer) -> bool:
    if judged == "usual":
        return True
    if finding.rule_id == "transport/no-message" and answer.status >= 500:
        return False  # a crash is what the probe names
    wanted: Sequence[str] = _WHERE_REFUSAL_IS_RIGHT if judged == "refusal" else _TO_NONSENSE
    return any(fnmatchcase(finding.rule_id, pattern) for pattern in wanted)
