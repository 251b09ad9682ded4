"""
Which recorded answer a request gets: that of the same operation with the same parameters, in the order of recording.

Empty and null parameters count as absent, and what has the shape of a secret is masked before it is compared, as it was
in the recording. When the answers to a request are used up, they come from the first on again; a `threads.create` that
does so begins the whole recording anew. Reads do not: what they ask for is then known from what has been played
(`RecordedStore`).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from chat.exchanges import OPERATIONS, STREAMING_OPERATIONS, Exchange
from chat.exchanges.redaction import redact_value

__all__ = ["READS", "Answered", "RecordedAnswers"]

READS: Final = ("threads.list", "threads.get_by_id", "items.list")
"""Operations that change nothing."""
_MESSAGES: Final = ("threads.create", "threads.add_user_message")


@dataclass(frozen=True, slots=True)
class Answered:
    """A recorded exchange that answers a request; `anew`: the recording begins again with it."""

    exchange: Exchange
    number: int
    """1-based in the recording."""
    anew: bool = False


class RecordedAnswers:
    """
    The exchanges of a recording, as answers.

    `once`: answers that are used up do not come again. `any_message`: a message gets the next recorded answer to a
    message of its thread, whatever it says.
    """

    def __init__(self, exchanges: Sequence[Exchange], *, once: bool = False, any_message: bool = False) -> None:
        self.exchanges = [one for one in exchanges if _answers(one)]
        """Those that can answer."""
        self._once = once
        self._any_message = any_message
        self._numbers = {one.id: number for number, one in enumerate(exchanges, 1)}
        self._by_request: defaultdict[str, list[Exchange]] = defaultdict(list)
        for one in self.exchanges:
            self._by_request[self._key(one.request.operation, one.request.params)].append(one)
        self._used: defaultdict[str, int] = defaultdict(int)

    def answer(self, operation: str, params: dict[str, Any]) -> Answered | None:
        """The recorded answer to this request; None when there is none, or none is left."""
        key = self._key(operation, params)
        if key not in self._by_request:
            key = self._unknown(operation)  # a body that was pasted, say, answers whatever is asked
        recorded = self._by_request.get(key, [])
        used = self._used[key]
        if not recorded or (used >= len(recorded) and (self._once or operation in READS)):
            return None
        anew = used >= len(recorded)
        if anew and operation == "threads.create":
            self._used.clear()
            used = 0
        self._used[key] = used + 1
        found = recorded[used % len(recorded)]
        return Answered(found, self._numbers[found.id], anew and operation == "threads.create")

    def recorded(self, operation: str) -> list[Exchange]:
        """What was recorded of an operation."""
        return [one for one in self.exchanges if one.request.operation == operation]

    def _key(self, operation: str, params: dict[str, Any]) -> str:
        if operation not in OPERATIONS:
            return self._unknown(operation)
        if self._any_message and operation in _MESSAGES:
            params = {name: value for name, value in params.items() if name != "input"}
        return f"{operation} {json.dumps(_present(redact_value(params)), sort_keys=True)}"

    def _unknown(self, operation: str) -> str:
        return "a stream" if operation in STREAMING_OPERATIONS or not operation else "a document"


def _answers(exchange: Exchange) -> bool:
    """Whether an exchange can answer anybody: it is a request to ChatKit, or nobody knows what it was."""
    request = exchange.request
    if request.method not in ("", "POST") or request.uploads:
        return False
    return request.operation in OPERATIONS or (not (request.operation or request.body) and exchange.expects_stream)


def _present(value: Any) -> Any:
    """JSON without what is null or empty."""
    if isinstance(value, dict):
        inside = {name: _present(one) for name, one in value.items()}
        return {name: one for name, one in inside.items() if one not in (None, {}, [])}
    return [_present(one) for one in value] if isinstance(value, list) else value
