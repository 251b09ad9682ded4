"""Bodies of JSON operations, typed with the SDK's types, or explained."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from chatkit.types import Attachment, Page, SyncCustomActionResponse, Thread, ThreadItem, TranscriptionResult
from pydantic import ValidationError

from chat.errors import InvalidAnswer, NotJSON
from chat.exchanges import Exchange
from chat.exchanges.answer import excerpt, is_event_stream
from chat.protocol import Problem, explain
from chat.protocol.adapters import adapter
from chat.protocol.lenient_json import MOST_VALUES, affordable, parse_json

__all__ = [
    "ATTACHMENT",
    "ITEM",
    "SYNC_ACTION",
    "THREAD",
    "TRANSCRIPTION",
    "Shape",
    "document_of",
    "empty_items",
    "typed",
    "typed_page",
]

_T = TypeVar("_T")

LONGEST_DOCUMENT = 32 * 2**20
"""Bytes of a JSON answer that are read: some 50 ms for long texts. What has more than `MOST_VALUES` is not."""


_RETURN_JSON = 'Return Response(result.json, media_type="application/json") for a NonStreamingResult.'


class Shape(Generic[_T]):
    """A type of the SDK with its validation, and its problems in words."""

    def __init__(self, annotation: Any) -> None:
        self._annotation = annotation

    def validate(self, document: Any) -> _T:
        """The document as this type. Raises pydantic's ValidationError."""
        value: _T = adapter(self._annotation).validate_python(document)
        return value

    def explain(self, error: ValidationError, document: Any, path: str = "$") -> list[Problem]:
        """What is wrong with a document that stands at `path`."""
        return [
            Problem(path + problem.path.removeprefix("$"), problem.expected, problem.got)
            for problem in explain(error, self._annotation, document)
        ]


THREAD = Shape[Thread](Thread)
ITEM = Shape[ThreadItem](ThreadItem)
ATTACHMENT = Shape[Attachment](Attachment)
SYNC_ACTION = Shape[SyncCustomActionResponse](SyncCustomActionResponse)
TRANSCRIPTION = Shape[TranscriptionResult](TranscriptionResult)


def document_of(exchange: Exchange) -> dict[str, Any]:
    """The JSON object in the body. Raises `NotJSON`; the official widget would go on with `{}`."""
    body = exchange.body
    text = body.decode("utf-8-sig", "replace")
    if len(body) > LONGEST_DOCUMENT or not affordable(text):
        raise _too_much(exchange, len(body))
    document = parse_json(text)
    if isinstance(document, dict):
        return document
    operation = exchange.request.operation or "this request"
    advice = _RETURN_JSON
    if not body.strip():
        got, what = "an empty body", "nothing"
    elif is_event_stream(exchange) or text.startswith(("data:", "event:", ":")):
        got, what = "server-sent events", "a stream of events"
        advice = (
            "Only the result's own kind tells what to answer: StreamingResult or NonStreamingResult. " + _RETURN_JSON
        )
    elif isinstance(document, str):
        got, what = "a JSON text", "a JSON text"
        if isinstance(parse_json(document), dict):
            got = what = "JSON inside a JSON text: it is encoded twice"
    elif isinstance(document, list):
        got, what = f"a list of {len(document)}", "a JSON list"
    else:
        got, what = excerpt(text) or "bytes", (exchange.content_type.partition(";")[0] or "something without a type")
    raise NotJSON(
        f"The backend answered {operation} with {what} instead of a JSON object.",
        expected="a JSON object",
        got=got,
        advice=advice,
        problems=[Problem("$", "a JSON object", got)],
        exchange=exchange,
    )


def _too_much(exchange: Exchange, size: int) -> NotJSON:
    expected = f"at most {LONGEST_DOCUMENT // 2**20} MB and {MOST_VALUES:,} values, which the workbench reads"
    return NotJSON(
        f"The answer to {exchange.request.operation or 'this request'} is too large to be read here: {size:,} bytes.",
        expected=expected,
        got=f"{size:,} bytes",
        advice="The bytes that came are kept. Answer in pages: `limit` and `after` are there for that.",
        problems=[Problem("$", expected, f"{size:,} bytes")],
        exchange=exchange,
    )


def typed(shape: Shape[_T], document: Any, exchange: Exchange) -> _T:
    """The document in this shape. Raises `InvalidAnswer` with every problem in it."""
    try:
        return shape.validate(document)
    except ValidationError as error:
        raise _invalid(shape.explain(error, document), exchange) from None


def typed_page(shape: Shape[_T], document: dict[str, Any], exchange: Exchange) -> Page[_T]:
    """A page of entries of this shape. Raises `InvalidAnswer`, with the valid entries as its `salvaged` page."""
    entries = document.get("data")
    data: list[_T] = []
    problems: list[Problem] = []
    if not isinstance(entries, list):
        problems.append(Problem("$.data", "a list", type(entries).__name__ if "data" in document else "nothing"))
        entries = []
    for index, entry in enumerate(entries):
        try:
            data.append(shape.validate(entry))
        except ValidationError as error:
            problems.extend(shape.explain(error, entry, f"$.data[{index}]"))
    has_more, after = document.get("has_more", False), document.get("after")
    if not isinstance(has_more, bool):
        problems.append(Problem("$.has_more", "true or false", str(has_more)[:80]))
    if after is not None and not isinstance(after, str):
        problems.append(Problem("$.after", "text", str(after)[:80]))
    page: Page[_T] = Page(data=data, has_more=bool(has_more), after=after if isinstance(after, str) else None)
    if problems:
        raise _invalid(problems, exchange, salvaged=page)
    return page


def empty_items(document: dict[str, Any]) -> dict[str, Any]:
    """A thread's JSON with an empty first page, which says no more than whether there is more."""
    page = document.get("items")
    if not isinstance(page, dict):
        return document
    after = page.get("after")
    items = {"data": [], "has_more": bool(page.get("has_more")), "after": after if isinstance(after, str) else None}
    return {**document, "items": items}


def _invalid(problems: Any, exchange: Exchange, salvaged: Any = None) -> InvalidAnswer:
    problems = tuple(problems)
    first = problems[0]
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return InvalidAnswer(
        f"The answer to {exchange.request.operation or 'this request'} is not of the right shape: "
        f"{first.path} should be {first.expected}, but is {first.got}{more}.",
        expected=first.expected,
        got=first.got,
        advice="Let ChatKitServer.process() make the answer, or build it with the SDK's types.",
        problems=problems,
        salvaged=salvaged,
        exchange=exchange,
    )
