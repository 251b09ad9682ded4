"""Bodies of JSON operations, typed with the SDK's types, or explained."""

from __future__ import annotations

from typing import Any, TypeVar, overload

from chatkit.types import Page
from pydantic import BaseModel, TypeAdapter, ValidationError

from chat.errors import InvalidAnswer, NotJSON
from chat.exchanges import Exchange
from chat.exchanges.answer import excerpt, is_event_stream
from chat.protocol import Problem, explain
from chat.protocol.events import parse_json

__all__ = ["document_of", "empty_items", "typed", "typed_page"]

_Model = TypeVar("_Model", bound=BaseModel)

_RETURN_JSON = 'Return Response(result.json, media_type="application/json") for a NonStreamingResult.'


def document_of(exchange: Exchange) -> dict[str, Any]:
    """The JSON object in the body. Raises `NotJSON`; the official widget would go on with `{}`."""
    body = exchange.body
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


@overload
def typed(kind: type[_Model], document: Any, exchange: Exchange) -> _Model: ...
@overload
def typed(kind: Any, document: Any, exchange: Exchange) -> Any: ...
def typed(kind: Any, document: Any, exchange: Exchange) -> Any:
    """The document as this type of the SDK. Raises `InvalidAnswer` with every problem in it."""
    try:
        return TypeAdapter(kind).validate_python(document)
    except ValidationError as error:
        raise _invalid(explain(error, kind, document), exchange) from None


def typed_page(kind: Any, document: dict[str, Any], exchange: Exchange) -> Page[Any]:
    """A page of this type. Raises `InvalidAnswer`, with the valid entries as its `salvaged` page."""
    adapter = TypeAdapter(kind)
    entries = document.get("data", [])
    data: list[Any] = []
    problems: list[Problem] = []
    if not isinstance(entries, list):
        problems.append(Problem("$.data", "a list", type(entries).__name__))
        entries = []
    for index, entry in enumerate(entries):
        try:
            data.append(adapter.validate_python(entry))
        except ValidationError as error:
            problems.extend(
                Problem(f"$.data[{index}]" + found.path.removeprefix("$"), found.expected, found.got)
                for found in explain(error, kind, entry)
            )
    has_more, after = document.get("has_more", False), document.get("after")
    if not isinstance(has_more, bool):
        problems.append(Problem("$.has_more", "true or false", str(has_more)[:80]))
    if after is not None and not isinstance(after, str):
        problems.append(Problem("$.after", "text", str(after)[:80]))
    page: Page[Any] = Page(data=data, has_more=bool(has_more), after=after if isinstance(after, str) else None)
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
