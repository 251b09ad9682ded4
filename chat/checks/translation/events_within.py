"""The events that stand in a body where no frames are, or in an event in place of one."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Generator, Iterable, Iterator
from typing import Any

from chat.checks.families.transport import json_lines
from chat.checks.logs import log_of
from chat.checks.notation import json_of_python, run_together
from chat.protocol import Event, EventDecoder, decode_body
from chat.protocol.lenient_json import affordable
from chat.protocol.long_lists import is_long
from chat.protocol.vocabulary import EVENT_TYPES

__all__ = ["from_lines", "unwrapped"]

_LINE = re.compile(rb"[^\r\n]+")

Found = tuple[str, list[Event], str]
_NOTHING: Found = ("", [], "")


def from_lines(body: bytes, most: int) -> Generator[None, None, Found]:
    """
    (language, events, text) of a body without one SSE message: lines of JSON, or text. In steps; of more events than
    `most`, one more.
    """
    if json_lines(body):
        lines = (line for match in _LINE.finditer(body) if (line := match[0].strip()))
        return "lines of JSON", (yield from _decoded(lines, most)), ""
    text = codecs.decode(body, "utf-8", "replace")
    yield
    if log_of(text) or (body.lstrip()[:1] in (b"[", b"{") and not affordable(body)):
        return _NOTHING  # nobody said that in a conversation
    yield
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return "plain text", [], text
    yield
    if isinstance(document, list):
        entries = (json.dumps(entry).encode() for entry in document)
        return "a list in JSON", (yield from _decoded(entries, most)), ""
    if is_long(document):
        return _NOTHING
    return "one JSON document", (yield from _decoded([json.dumps(document).encode()], most)), ""


def _decoded(lines: Iterable[bytes], most: int) -> Generator[None, None, list[Event]]:
    decoder, events = EventDecoder(), list[Event]()
    for line in lines:
        events += decoder.feed(_frame(line), 0)
        if len(events) > most:
            break
        yield
    return events


def _frame(line: bytes) -> bytes:
    return b"data: " + line + b"\n\n"


def unwrapped(events: Iterable[Event]) -> Iterator[tuple[Event, str]]:
    """
    The events with what they came as: those that were encoded, framed or wrapped twice out of their second wrapping.
    """
    for event in events:
        within = _within(event)
        if not within:
            yield event, event.raw
        for one in within:
            for inner in decode_body(_frame(one.encode("utf-8", "replace"))):
                yield inner, event.raw


def _within(event: Event) -> list[str]:
    """The JSON objects that stand in an event in place of one event; none where it is what it seems to be."""
    if event.valid:
        return []
    if isinstance(event.json, dict):
        wrapped = [value for value in event.json.values() if isinstance(value, dict) and _is_event(value)]
        return [json.dumps(wrapped[0])] if len(wrapped) == 1 and not _is_event(event.json) else []
    inner = (event.json if isinstance(event.json, str) else event.raw).strip().removeprefix("data:").strip()
    together, _ = run_together(inner)
    if together:
        return together
    inner = (json_of_python(inner) or inner).removeprefix("data:").strip()
    return [inner.replace("\n", " ")] if inner.startswith("{") and inner.endswith("}") else []


def _is_event(document: dict[str, Any]) -> bool:
    return document.get("type") in EVENT_TYPES
