"""Rules about the fields of events and answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from keyword import iskeyword
from typing import TYPE_CHECKING, Any

from chat.checks import repair
from chat.checks.case import Case, value_of
from chat.checks.documents import ANSWERS, document_items
from chat.checks.extra_fields import extra_fields
from chat.checks.findings import Hit, Level, excerpt, with_article
from chat.checks.rules import CHATKIT_EVENTS, DOCUMENT, INVALID, ITEM_EVENTS, rule
from chat.checks.widget_screen import crash_of
from chat.protocol import Problem
from chat.protocol.adapters import event_adapter

if TYPE_CHECKING:
    from chat.protocol import Event

_INDEX = re.compile(r"\[\d+\]")
_LOOKED_AT_EACH = 20
_LOOKED_AT_EVERY = 50
_PROBLEMS_NAMED = 4
_ANSWER = (
    "result = await server.process(await request.body(), context)\n"
    'return Response(content=result.json, media_type="application/json")'
)
_DUMPED = (
    "# a dump without what was not set loses it: no exclude_unset, no exclude_defaults\n"
    'yield f"data: {event.model_dump_json(exclude_none=True)}\\n\\n"'
)
_PART_UPDATES = ("assistant_message.content_part.added", "assistant_message.content_part.done")
_ITEM_PLACES = {
    "items.list": re.compile(r"\$\.data\[\d+\]"),
    "threads.get_by_id": re.compile(r"\$\.items\.data\[\d+\]"),
    "threads.update": re.compile(r"\$\.items\.data\[\d+\]"),
    "threads.list": re.compile(r"\$\.data\[\d+\]\.items\.data\[\d+\]"),
}
"""Where the items stand in an answer."""
_MOST_REPAIRED = 50
"""Events of a type: the fix of a fault is that of its first sighting."""


@rule(
    "schema/invalid",
    level=Level.ERROR,
    on=(INVALID, DOCUMENT, *ITEM_EVENTS, *_PART_UPDATES),
    title="An event with wrong or missing fields",
    expected="the fields of `chatkit.types`",
    why="What the event was to show does not appear.",
    fix="event = ThreadItemDoneEvent(item=item)  # build it with chatkit.types: a wrong field fails on your side\n"
    'yield f"data: {event.model_dump_json(exclude_none=True)}\\n\\n"',
    widget="Most likely shows nothing of it, in silence; some content takes the whole turn with it.",
)
def invalid(case: Case, event: Event | None = None) -> Hit | None:
    if event is None:
        return _invalid_document(case) or _untyped_part(case, None)
    if event.valid:
        return _untyped_part(case, event)
    problems = event.problems or (Problem("$", "an event of chatkit.types", excerpt(event.raw, 60)),)
    repaired = _repaired(case, event) if case.invalid_types[event.type] <= _MOST_REPAIRED else None
    fix = f"data: {json.dumps(repaired, ensure_ascii=False)}" if repaired is not None else ""
    if len(fix) > 4000:
        fix = ""
    elif fix:
        from chat.checks.as_python import statement  # brings the SDK's types, which the catalogue alone does not need

        fix += f"\n\n# from Python:\n{statement(event_adapter().validate_python(repaired))}"
    return Hit(
        "; ".join(f"{problem.path}: {problem.got}" for problem in problems[:_PROBLEMS_NAMED]),
        case.at(event, _item_id(event.json)),
        f"`{event.type}` is not valid: {_in_words(problems)}",
        expected="; ".join(f"{problem.path}: {problem.expected}" for problem in problems[:_PROBLEMS_NAMED]),
        fix=fix,
        key=event.type + " " + ",".join(sorted({_INDEX.sub("[]", problem.path) for problem in problems[:12]})),
    )


def _repaired(case: Case, event: Event) -> dict[str, Any] | None:
    """The event as it was meant, with the ids and the text of the stream it stands in where it has none."""
    named = _item_id(event.json)
    item_id = named or _unnamed(case, event.type)
    record = case.record(item_id)
    return repair.event(
        event.json,
        now=case.exchange.started_at,
        thread_id=case.thread_id or "thr_1",
        item_id=item_id,
        streamed=["".join(record.parts[part]) for part in sorted(record.parts)] if record is not None else [],
    )


def _unnamed(case: Case, kind: str) -> str:
    """The id that an item without one has in what is proposed: one for what belongs together, and never twice."""
    if kind in ("thread.item.done", "thread.item.updated"):
        still_open = [record.id for record in case.items.values() if record.open and record.type == "assistant_message"]
        begun = still_open or [name for name, more in case.unnamed.items() if more]
        if begun:
            case.unnamed[begun[-1]] = kind != "thread.item.done"
            return begun[-1]
    number = len(case.unnamed) + 1
    while case.known(f"msg_{number}"):
        number += 1
    case.unnamed[f"msg_{number}"] = kind != "thread.item.done"
    return f"msg_{number}"


def _untyped_part(case: Case, event: Event | None) -> Hit | None:
    """A part of a message without its `type`, for which pydantic has a default and a browser has none."""
    items: list[Any]
    if event is None:
        items = list(document_items(case.operation, case.document)) if case.accepted else []
    else:
        holder = event.json if isinstance(event.json, dict) else {}
        update = holder.get("update")
        content = [update.get("content")] if isinstance(update, dict) else None
        items = [{"type": "assistant_message", "content": content} if content else holder.get("item")]
    for item in items:
        parts = item.get("content") if isinstance(item, dict) and item.get("type") == "assistant_message" else None
        for part in parts if isinstance(parts, list) else ():
            if isinstance(part, dict) and "type" not in part:
                typed = json.dumps({"type": "output_text", **part}, ensure_ascii=False)
                text = json.dumps(part, ensure_ascii=False)
                return Hit(
                    f"a part without `type`: {excerpt(text, 80)}",
                    case.at(event, _item_id(event.json)) if event is not None else case.place(text=text),
                    "A part of an assistant message has no `type`: pydantic fills it in, a browser does not",
                    expected='`"type": "output_text"` in each part',
                    fix=f"# the part: {excerpt(typed, 200)}\n{_DUMPED}",
                    key="a part without type",
                )
    return None


def _in_words(problems: Sequence[Problem]) -> str:
    named = [problem.path.removeprefix("$.") for problem in problems[:_PROBLEMS_NAMED]]
    more = f" and {len(problems) - len(named)} more" if len(problems) > len(named) else ""
    return ", ".join(f"`{path}`" for path in named) + more


def _item_id(document: Any) -> str | None:
    if not isinstance(document, dict):
        return None
    item = document.get("item")
    found = document.get("item_id") or (item.get("id") if isinstance(item, dict) else None)
    return found if isinstance(found, str) else None


def _invalid_document(case: Case) -> Hit | None:
    """The items in an answer; what is around them is `schema/response`'s."""
    problems = [one for one in case.problems if _in_an_item(case.operation, one)]
    return _wrong_answer(case, problems) if problems else None


def _in_an_item(operation: str, problem: Problem) -> bool:
    place = _ITEM_PLACES.get(operation)
    return place is not None and place.match(problem.path) is not None


def _wrong_answer(case: Case, problems: Sequence[Problem], fix: str = "") -> Hit:
    return Hit(
        "; ".join(f"{problem.path}: {problem.got}" for problem in problems[:_PROBLEMS_NAMED]),
        case.whole(1_000),
        f"The answer of `{case.operation}` is not valid: {_in_words(problems)}",
        expected="; ".join(f"{problem.path}: {problem.expected}" for problem in problems[:_PROBLEMS_NAMED]),
        fix=fix or _ANSWER,
        key=case.operation,
    )


@rule(
    "schema/response",
    level=Level.ERROR,
    on=DOCUMENT,
    about=tuple(ANSWERS),
    title="The answer of an operation has not its type",
    expected="the operation's type in `chatkit.types`, a page as `data`, `has_more` and `after`",
    why="The widget looks for what is not there: no history, no thread, an upload that fails.",
    fix=_ANSWER,
    widget="Trips over the missing field in the browser's console and shows nothing of it, most likely.",
)
def response(case: Case) -> Hit | None:
    problems = [one for one in case.problems if not _in_an_item(case.operation, one)]
    return _wrong_answer(case, problems, _renamed(case)) if problems else None


def _renamed(case: Case) -> str:
    """The answer with its list under `data`, where a page has it under another name."""
    document = case.document
    if case.operation not in ("threads.list", "items.list") or "data" in document:
        return ""
    lists = [name for name, value in document.items() if isinstance(value, list)]
    if len(lists) != 1:
        return ""
    name = lists[0]
    return f"# the list belongs under `data`, not under `{name}`:\nreturn Page(data={_as_name(name)}, has_more=False)"


def _as_name(name: str) -> str:
    return name if name.isidentifier() and not iskeyword(name) else "entries"


@rule(
    "schema/breaks-turn",
    level=Level.ERROR,
    on=(*ITEM_EVENTS, INVALID, DOCUMENT),
    title="A message that takes the whole answer with it",
    expected='every part of an assistant message as {"type": "output_text", "text": "…", "annotations": []}',
    why="The whole answer is lost to the user, after every reload too.",
    fix='item.content = [AssistantMessageContent(text=text or "", annotations=[])]\n'
    "yield ThreadItemDoneEvent(item=item)",
    widget="Puts “Something went wrong. Please try again later.” in place of the turn's whole assistant side; the page "
    "around it is told nothing.",
)
def breaks_turn(case: Case, event: Event | None = None) -> Iterator[Hit]:
    yield from crashes(case, event, "assistant_message")


def crashes(case: Case, event: Event | None, kind: str) -> Iterator[Hit]:
    """The items of a kind that the widget cannot draw, in an event or in a document."""
    if event is not None:
        item = event.json.get("item") if isinstance(event.json, dict) else None
        items = [item] if event.type in ITEM_EVENTS else []
    else:
        items = list(document_items(case.operation, case.document)) if case.accepted else []
    for item in items:
        crash = crash_of(item) if isinstance(item, dict) and item.get("type") == kind else None
        if crash is not None:
            path, expected, got = crash
            place = (
                case.at(event, _item_id(event.json)) if event is not None else case.place(text=json.dumps(item)[:400])
            )
            yield Hit(
                f"{path}: {got}",
                place,
                f"`{path}` of {with_article(kind.replace('_', ' '))} takes the whole answer with it",
                expected=f"{path}: {expected}",
                key=_INDEX.sub("[]", path),
            )


@rule(
    "schema/unknown-field",
    level=Level.NOTE,
    on=CHATKIT_EVENTS,
    title="Fields that the protocol does not have",
    expected="only the fields of `chatkit.types`",
    why="Harmless, and never the cure for a blank page: nobody reads them.",
    fix="# build events with chatkit.types and dump them: no field can be too many\n"
    'yield f"data: {event.model_dump_json(exclude_none=True)}\\n\\n"',
    widget="Ignores them.",
)
def unknown_field(case: Case, event: Event) -> Hit | None:
    # every event of a type at first, then a sample: 100,000 deltas are not to be parsed twice
    seen = case.counts[value_of(event).update.type if event.type == "thread.item.updated" else event.type]
    if seen >= _LOOKED_AT_EACH and seen % _LOOKED_AT_EVERY:
        return None
    found = extra_fields(event.value, event.json)
    if not found or (event.type == "error" and _nested_message(event.json)):
        return None
    return Hit(
        ", ".join(found[:8]),
        case.at(event),
        f"`{event.type}` has fields that the protocol does not have: " + ", ".join(f"`{path}`" for path in found[:4]),
        fix=f"# remove {', '.join(found[:8])}",
        key=event.type,
    )


@rule(
    "schema/error-text-lost",
    level=Level.ERROR,
    on="error",
    title="The error's text stands where nobody reads it",
    expected='{"type": "error", "code": "custom", "message": "…"}',
    why="The user reads a general sentence instead of what happened.",
    fix='yield ErrorEvent(code="custom", message="…", allow_retry=True)',
    widget="Shows “There was an error while generating the assistant's response.” and not your text.",
)
def error_text_lost(case: Case, event: Event) -> Hit | None:
    if value_of(event).message:
        return None
    text = _nested_message(event.json)
    if not text:
        return None
    return Hit(
        excerpt(event.raw, 120),
        case.at(event),
        fix=f"yield ErrorEvent(message={text[:300]!r}, allow_retry=True)",
    )


def _nested_message(document: Any) -> str:
    if not isinstance(document, dict) or document.get("message"):
        return ""
    for key in ("error", "data", "detail", "text", "content", "reason", "error_message"):
        value = document.get(key)
        if isinstance(value, str) and value.strip():
            return value
        if isinstance(value, dict):
            inner = value.get("message") or value.get("detail") or value.get("text")
            if isinstance(inner, str) and inner.strip():
                return inner
    return ""
