"""Bodies of JSON operations, typed with the SDK's types, or explained."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import Any, Generic, NamedTuple, TypeVar

from chatkit.types import Attachment, Page, SyncCustomActionResponse, Thread, ThreadItem, TranscriptionResult
from pydantic import ValidationError

from chat.errors import InvalidAnswer, NotJSON
from chat.exchanges import Exchange
from chat.exchanges.answer import excerpt
from chat.exchanges.documents import may_be_one, unread
from chat.exchanges.exchange import is_event_stream
from chat.protocol import Problem, explain
from chat.protocol.adapters import adapter
from chat.protocol.lenient_json import LONGEST_DOCUMENT, MOST_VALUES, no_number_in, parse_json
from chat.protocol.long_lists import problems_in_steps
from chat.steps import beside

__all__ = [
    "ATTACHMENT",
    "ITEM",
    "MOST_PROBLEMS",
    "SYNC_ACTION",
    "THREAD",
    "TRANSCRIPTION",
    "Entry",
    "Shape",
    "document_of",
    "empty_items",
    "typed",
    "typed_entries",
    "typed_page",
]

_T = TypeVar("_T")

_RETURN_JSON = 'Return Response(result.json, media_type="application/json") for a NonStreamingResult.'


class Shape(Generic[_T]):
    """A type of the SDK with its validation, and its problems in words."""

    def __init__(self, annotation: Any) -> None:
        self._annotation = annotation

    def validate(self, document: Any) -> _T:
        """The document as this type. Raises pydantic's ValidationError."""
        value: _T = adapter(self._annotation).validate_python(document)
        return value

    def problems_in_steps(self, document: Any) -> Generator[None, None, tuple[Problem, ...]]:
        """What is wrong in the long lists of a document; none says nothing."""
        return problems_in_steps(adapter(self._annotation).validate_json, self._annotation, document)

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

_BEGINNING = 2**14
"""Bytes that are looked at of a body that does not begin as JSON does."""
MOST_PROBLEMS = 1_000
"""Problems of a page from which on no more are put into words."""


def document_of(exchange: Exchange) -> dict[str, Any]:
    """The JSON object in the body. Raises `NotJSON`; the official widget would go on with `{}`."""
    if words := unread(exchange):
        raise _too_much(exchange, words)
    body = exchange.body if may_be_one(exchange) else exchange.beginning(_BEGINNING)
    text = body.decode("utf-8-sig", "replace")
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
    elif constant := no_number_in(text):
        got = what = f"`{constant}` for a number, which is no JSON"
        advice = "Answer `null` where there is no number: Python's json.dumps writes NaN, and no browser reads it."
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


def _too_much(exchange: Exchange, words: str) -> NotJSON:
    expected = f"at most {LONGEST_DOCUMENT // 2**20} MB and {MOST_VALUES:,} values: limits of the workbench's own"
    got = f"{exchange.size:,} bytes"
    return NotJSON(
        f"The answer to {exchange.request.operation or 'this request'} is not read: {words}.",
        expected=expected,
        got=got,
        whose="the workbench",
        advice="The bytes that came are kept. Answer in pages: `limit` and `after` are there for that.",
        problems=[Problem("$", expected, got)],
        exchange=exchange,
    )


async def typed(shape: Shape[_T], document: Any, exchange: Exchange) -> _T:
    """The document in this shape, read by turns with others. Raises `InvalidAnswer` with every problem in it."""
    if problems := await beside(shape.problems_in_steps(document)):
        raise _invalid(problems, exchange)
    try:
        return shape.validate(document)
    except ValidationError as error:
        raise _invalid(shape.explain(error, document), exchange) from None


class Entry(NamedTuple, Generic[_T]):
    """What a page lists, read: its value, or what is wrong with it."""

    value: _T | None
    problems: Sequence[Problem] = ()


def typed_entries(shape: Shape[_T], entries: Sequence[Any]) -> Generator[None, None, list[Entry[_T]]]:
    """Each entry in this shape, in steps. What is wrong is put into words as far as anybody is told of it."""
    read: list[Entry[_T]] = []
    told = 0
    for entry in entries:
        try:
            read.append(Entry(shape.validate(entry)))
        except ValidationError as error:
            problems = shape.explain(error, entry) if told < MOST_PROBLEMS else ()
            told += len(problems)
            read.append(Entry(None, problems))
        yield
    return read


async def typed_page(shape: Shape[_T], document: dict[str, Any], exchange: Exchange) -> Page[_T]:
    """
    A page of entries of this shape, read by turns with others. Raises `InvalidAnswer`, with the valid entries as its
    `salvaged` page, and what is wrong with the first of the others.
    """
    entries = document.get("data")
    data: list[_T] = []
    problems: list[Problem] = []
    if not isinstance(entries, list):
        problems.append(Problem("$.data", "a list", type(entries).__name__ if "data" in document else "nothing"))
        entries = []
    for index, entry in enumerate(await beside(typed_entries(shape, entries))):
        if entry.value is not None:
            data.append(entry.value)
        problems.extend(replace(one, path=f"$.data[{index}]{one.path[1:]}") for one in entry.problems)
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
