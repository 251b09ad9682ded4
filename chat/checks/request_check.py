"""A request body as somebody types it, compared with the SDK's request types: what a backend would find wrong with it.

It may be sent all the same: nothing here forbids anything.
"""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass
from typing import Any, Literal, get_args

from pydantic import BaseModel, ValidationError

from chat.checks.extra_fields import extra_fields
from chat.exchanges.redaction import MASK
from chat.protocol.adapters import adapter
from chat.protocol.problems import explain, words_for
from chat.protocol.vocabulary import OPERATIONS, STREAMING_OPERATIONS

__all__ = ["PLACEHOLDERS", "Remark", "RequestCheck", "check_request"]

PLACEHOLDERS = frozenset(("THREAD_ID", "ITEM_ID", "ATTACHMENT_ID", "ACTION_TYPE"))
"""What stands in a sample where nothing is known yet."""
_MOST = 20
_LONGEST = 5_000_000
"""Characters that are looked at."""


@dataclass(frozen=True, slots=True)
class Remark:
    """
    What is odd at `path` (like `$.params.thread_id`), or at a character of a text that is no JSON.

    An "error" is what the SDK refuses; a "warning" is what it takes, and a person hardly means.
    """

    level: Literal["error", "warning"]
    path: str
    expected: str
    got: str
    at: int | None = None
    """0-based, in UTF-16 units, as a browser counts; None where the path says it."""


@dataclass(frozen=True, slots=True)
class RequestCheck:
    """What a text would be as a request. `operation` is its `type`, "" when it has none."""

    operation: str
    streaming: bool
    remarks: tuple[Remark, ...] = ()

    @property
    def valid(self) -> bool:
        """Whether the SDK takes it."""
        return all(remark.level != "error" for remark in self.remarks)


def check_request(text: str) -> RequestCheck:
    """Compare a body with the type of its operation."""
    if len(text) > _LONGEST:
        words = f"{len(text):,} characters: only a body of up to {_LONGEST:,} is compared"
        return RequestCheck("", False, (Remark("warning", "$", "a smaller body", words),))
    if not text.strip():
        return RequestCheck("", False, (Remark("error", "$", "a JSON object with type and params", "nothing"),))
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        return RequestCheck("", False, (_no_json(text, error),))
    except RecursionError:
        return RequestCheck("", False, (Remark("error", "$", "JSON that is nested less deeply", "hundreds of levels"),))
    if not isinstance(document, dict):
        expected = "a JSON object with type and params"
        return RequestCheck("", False, (Remark("error", "$", expected, words_for(document)),))
    kind = document.get("type")
    operation = kind if isinstance(kind, str) else ""
    streaming = operation in STREAMING_OPERATIONS
    if operation not in OPERATIONS:
        return RequestCheck(operation, False, (_unknown(document),))
    remarks = [*_refused(document, operation, text), *_left(document)]
    return RequestCheck(operation, streaming, tuple(remarks[:_MOST]))


def _no_json(text: str, error: json.JSONDecodeError) -> Remark:
    what = f"{error.msg[:1].lower()}{error.msg[1:]}"
    at = len(text[: error.pos].encode("utf-16-le", "surrogatepass")) // 2
    return Remark("error", f"line {error.lineno}, column {error.colno}", "JSON", what, at)


def _unknown(document: dict[str, Any]) -> Remark:
    if "type" not in document:
        return Remark("error", "$.type", "the name of an operation, like 'threads.list'", "nothing")
    kind = document["type"]
    if not isinstance(kind, str):
        return Remark("error", "$.type", "the name of an operation, like 'threads.list'", words_for(kind))
    close = difflib.get_close_matches(kind, sorted(OPERATIONS), n=2, cutoff=0.55)
    meant = f"; did you mean {' or '.join(map(repr, close))}?" if close else ": " + ", ".join(sorted(OPERATIONS))
    return Remark("error", "$.type", f"one of the sixteen operations{meant}", words_for(kind))


def _refused(document: dict[str, Any], operation: str, text: str) -> list[Remark]:
    annotation = _request_types()[operation]
    try:
        value = adapter(annotation).validate_json(text.encode("utf-8", "surrogatepass"))
    except ValidationError as error:
        found = explain(error, annotation, document)
        return [Remark("error", one.path, one.expected, one.got) for one in found]
    words = "a field of this operation: the SDK passes over others"
    return [Remark("warning", path, words, path.rpartition(".")[2]) for path in extra_fields(value, document)]


def _left(document: Any) -> list[Remark]:
    """Places where a sample's placeholder still stands, or a mask."""
    found: list[Remark] = []
    todo: list[tuple[str, Any]] = [("$", document)]
    while todo and len(found) < _MOST:
        path, value = todo.pop()
        if isinstance(value, str) and value in PLACEHOLDERS:
            words = "the type of a widget's action" if value == "ACTION_TYPE" else "an id that the backend gave"
            found.append(Remark("warning", path, words, f"the placeholder {value}"))
        elif isinstance(value, str) and MASK in value:
            words = "the value that stands behind the mask: it is not known any more"
            found.append(Remark("warning", path, words, words_for(value)))
        elif isinstance(value, dict):
            todo += [(f"{path}.{name}", inner) for name, inner in reversed(value.items())]
        elif isinstance(value, list):
            todo += [(f"{path}[{index}]", inner) for index, inner in reversed(list(enumerate(value)))]
    return found


def _request_types() -> dict[str, type[BaseModel]]:
    from chatkit.types import NonStreamingReq, StreamingReq

    kinds = (*get_args(StreamingReq), *get_args(NonStreamingReq))
    return {kind.model_fields["type"].default: kind for kind in kinds}
