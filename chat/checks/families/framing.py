"""Rules about how events stand in the body."""

from __future__ import annotations

import json
import re
from codecs import getincrementaldecoder
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from chat.checks.case import Case
from chat.checks.findings import Hit, Level, counted, excerpt
from chat.checks.notation import is_python, run_together
from chat.checks.rules import END, NOT_JSON, UNKNOWN, UNTERMINATED, rule
from chat.checks.vocabularies import vocabulary_of
from chat.protocol.lenient_json import no_number_in

if TYPE_CHECKING:
    from chat.protocol import Event

_YIELD = 'yield f"data: {event.model_dump_json(exclude_none=True)}\\n\\n"'
_COMMENT_BLOCK = re.compile(
    rb"(?:\A\xef\xbb\xbf|\A|(?<=\n\n)|(?<=\r\n\r\n)|(?<=\r\r))(?::[^\r\n]*(?>\r\n|\n|\r))+(?>\r\n|\n|\r)"
)
_BLANK = 4
"""Bytes of the longest blank line, by which a block is known to begin."""
_LOOKED_AT = 2**20
"""Bytes beside the events that are searched for comments: more than anybody sends, less than others notice."""
_SHOWN = 8_000
"""Bytes of a comment of which the beginning is shown."""


@rule(
    "framing/unterminated",
    level=Level.ERROR,
    on=UNTERMINATED,
    title="The last event has no blank line after it",
    expected="a blank line after every event, the last one too",
    why="What that event says never arrives: a title, an error, the final text.",
    fix=_YIELD,
    widget="Drops that event without a word: a title that was in it never appears.",
)
def unterminated(case: Case, event: Event) -> Hit | None:
    # a body that was cut off ends somewhere: that is transport/truncated
    if case.exchange.outcome not in ("complete", "pending"):
        return None
    return Hit(f"`{event.type or excerpt(event.raw, 40)}` ends with the body", case.at(event))


@rule(
    "framing/not-json",
    level=Level.ERROR,
    on=NOT_JSON,
    title="An event's data is not a JSON object",
    expected="one JSON object after `data:`",
    why="What stands there never reaches the screen, and the page around the widget is told of an error each time.",
    fix=_YIELD,
    widget="Shows nothing of it and reads on; the page around it is told of a `StreamEventParsingError` for each. "
    "A `[DONE]` at the end does no harm.",
)
def not_json(case: Case, event: Event) -> Hit | None:
    raw = event.raw.strip()
    together, literal = run_together(raw)
    if together:
        return Hit(
            f"{counted(len(together), 'object')} in one event",
            case.at(event),
            "The events end in a backslash and an n, which are no line break"
            if literal
            else "The events run together: no blank line stands between them",
            expected="a blank line after each event: two line breaks",
            fix=f"{_YIELD}  # two line breaks: \\n\\n in the code is two letters" if literal else _YIELD,
            key="together",
        )
    if not raw or not event.terminated:
        return None
    if is_python(raw):
        as_bytes = raw[:1] in "bB"
        framed = as_bytes and raw[2:].lstrip().startswith("data:")
        return Hit(
            excerpt(raw, 60),
            case.at(event),
            "The events are in Python's own notation, which is no JSON",
            fix="async for chunk in result:  # its pieces are framed already\n    yield chunk"
            if framed
            else 'yield b"data: " + event + b"\\n\\n"  # bytes stay bytes: in f"…" they are written as b\'…\''
            if as_bytes
            else 'yield f"data: {json.dumps(event)}\\n\\n"  # not {event}, which writes it as Python does'
            if raw.startswith("{")
            else _YIELD,
            key="python",
        )
    if raw == "[DONE]":
        return Hit(
            "[DONE]",
            case.at(event),
            "`[DONE]` is no ChatKit event",
            expected="the end of the body: ChatKit has no end marker",
            fix='# delete this line; the end of the body says it\n# yield "data: [DONE]\\n\\n"',
            key="done",
        )
    if raw.startswith(("data:", "event:")):
        return Hit(
            "`data:` inside the data",
            case.at(event),
            "The events are framed twice: `data: data: …`",
            expected="`data:` once: what StreamingResult yields is framed already",
            fix='return StreamingResponse(result, media_type="text/event-stream")  # not EventSourceResponse(result)',
            key="framed-twice",
        )
    if constant := no_number_in(raw):
        return Hit(
            f"`{constant}` for a number",
            case.at(event),
            f"An event has `{constant}` in it, which is no JSON: no browser reads that event",
            expected="a number, or `null` where there is none",
            fix="from pydantic_core import to_json\n\n"
            'yield b"data: " + to_json(event, inf_nan_mode="null") + b"\\n\\n"  # json.dumps writes NaN',
            widget="Shows nothing of it and reads on, most likely: so it does with other data that is no JSON.",
            key="no-number",
        )
    if isinstance(event.json, str) and event.json.lstrip().startswith("{"):
        return Hit(
            "a text that holds JSON",
            case.at(event),
            "The events are JSON twice over: a text that holds the JSON",
            fix=f"{_YIELD}  # model_dump_json() is text already: no json.dumps() around it",
            key="encoded-twice",
        )
    return Hit(excerpt(raw, 60), case.at(event), fix=_text_as_event(raw, event.json))


def _text_as_event(raw: str, document: Any) -> str:
    if document is not None and not isinstance(document, str):
        return ""
    delta = json.dumps((document or raw)[:80], ensure_ascii=False)
    return (
        "event = ThreadItemUpdatedEvent(\n"
        f"    item_id=item.id, update=AssistantMessageContentPartTextDelta(content_index=0, delta={delta})\n)\n{_YIELD}"
    )


@rule(
    "framing/type-in-event-line",
    level=Level.ERROR,
    on=UNKNOWN,
    title="The type stands on the `event:` line only",
    expected="the type inside the JSON: {“type”: …}",
    why="Without it no event is recognised: nothing appears.",
    fix=_YIELD,
    widget="Does not look at `event:` lines, and finds no event: the start screen comes again, in silence.",
)
def type_in_event_line(case: Case, event: Event) -> Hit | None:
    if vocabulary_of(event) is not None:
        return None
    body = event.raw.strip()
    rest = body[1:].lstrip()
    typed = f'{{"type":{json.dumps(event.sse_event)}{"," if not rest.startswith("}") else ""}{rest}'
    return Hit(
        f"event: {event.sse_event}",
        case.at(event),
        expected=f'"type": "{event.sse_event}" inside the JSON',
        fix=f"data: {typed}" if len(typed) < 2000 else "",
    )


@rule(
    "framing/not-utf8",
    level=Level.ERROR,
    on=END,
    title="The text is not UTF-8",
    expected="UTF-8 throughout",
    why="Every character that is not in ASCII is lost: the user reads � in its place.",
    fix='yield f"data: {event.model_dump_json(exclude_none=True)}\\n\\n".encode()  # UTF-8, where no other is named',
    widget="Shows � for what it cannot read, most likely: browsers read streams and JSON as UTF-8, whatever the "
    "Content-Type names.",
)
def not_utf8(case: Case) -> Hit | None:
    exchange = case.exchange
    if not case.events and not isinstance(case.document, dict):
        return None  # a page, a file or a log may be in another one
    decoder, place, waiting = getincrementaldecoder("utf-8")(), 0, 0
    for chunk in exchange.chunks:
        if not waiting and chunk.data.isascii():  # a hundred thousand deltas are no hundred thousand calls
            place += len(chunk.data)
            continue
        try:
            decoder.decode(chunk.data)
        except UnicodeDecodeError as wrong:
            at = place - waiting + wrong.start
            around = exchange.stretch(max(0, at - 20), at + 20).decode("utf-8", "replace")
            got = f"the byte {exchange.stretch(at, at + 1).hex()}, which begins no character there"
            return Hit(got, case.place(at, at + 1, around))
        place += len(chunk.data)
        waiting = len(decoder.getstate()[0])
    return None


@rule(
    "framing/comment-ping",
    level=Level.NOTE,
    on=END,
    title="Comment lines are sent as a heartbeat",
    expected="no comments, or a `progress_update` when there is something to say",
    why="Harmless: comments tell the user nothing, and nobody reads them.",
    fix='yield ProgressUpdateEvent(text="Still working…")  # or, with sse-starlette: EventSourceResponse(…, ping=3600)',
    widget="Ignores it.",
)
def comment_ping(case: Case) -> Iterator[Hit]:
    if not case.streaming:
        return
    # a block of nothing but comments is part of no event: where none stands beside the events, nothing is searched
    places, left = [], _LOOKED_AT
    for start, end in case.flow.beside(case.exchange.size):
        places.append((start, min(end, start + left)))
        left -= end - start
        if left <= 0:
            break
    stretches = case.exchange.stretches((max(0, start - _BLANK), end) for start, end in places)
    for (start, _), stretch in zip(places, stretches, strict=True):
        if not _has_comment(stretch):
            continue
        offset = max(0, start - _BLANK)
        for found in _COMMENT_BLOCK.finditer(stretch, start - offset):
            text = found[0][:_SHOWN].decode("utf-8", "replace")
            yield Hit(excerpt(text, 40), case.place(offset + found.start(), offset + found.end(), text))


def _has_comment(stretch: bytes) -> bool:
    """Whether any line begins with a colon: found ten times as fast as the blocks are."""
    begins = stretch.startswith((b":", b"\xef\xbb\xbf:"))
    return begins or b"\n:" in stretch or (b"\r" in stretch and b"\r:" in stretch)
