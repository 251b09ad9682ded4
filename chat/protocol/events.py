"""Messages to events: typed when they are what the protocol says, explained when they are not."""

from __future__ import annotations

import re
from typing import Any

from chatkit.types import (
    AssistantMessageContentPartTextDelta,
    ThreadItemUpdatedEvent,
    ThreadStreamEvent,
    WidgetStreamingTextValueDelta,
)
from pydantic import ValidationError
from pydantic_core import from_json

from .framing import LONGEST_EVENT, Message, SSEStream
from .lenient_json import MOST_VALUES, affordable, parse_json
from .problems import Problem, explain, words_for, words_for_names
from .validation import ADAPTER, validate
from .vocabulary import EVENT_TYPES

__all__ = ["Event", "EventDecoder", "decode_body"]


class Event:
    """One event of one exchange. Not to be changed.

    `at_ns` is nanoseconds since the request was sent; `start` and `end` are byte offsets in the body.
    """

    __slots__ = (
        "_json",
        "_value",
        "at_ns",
        "end",
        "index",
        "problems",
        "raw",
        "sse_event",
        "start",
        "terminated",
        "type",
    )

    def __init__(
        self,
        index: int,
        type: str,
        raw: str,
        at_ns: int,
        start: int,
        end: int,
        sse_event: str,
        value: ThreadStreamEvent | None,
        problems: tuple[Problem, ...],
        terminated: bool,
    ) -> None:
        self.index = index
        """0-based in its exchange."""
        self.type = type
        """The JSON's `type`; "" when there is none, or no JSON."""
        self.raw = raw
        """The message's data as it came."""
        self.at_ns = at_ns
        self.start = start
        self.end = end
        self.sse_event = sse_event
        """The message's `event:` field, "" when absent."""
        self.problems = problems
        """What is wrong with it; empty when valid."""
        self.terminated = terminated
        """False for the last block of a body when no blank line follows it: the official widget drops it."""
        self._json: Any = _UNPARSED
        self._value = value

    @property
    def valid(self) -> bool:
        """Whether the SDK's types accept it."""
        return not self.problems

    @property
    def value(self) -> ThreadStreamEvent | None:
        """The event as the SDK's type; None when that does not accept it.

        Those of text deltas are let go when the next chunk comes, and made again whenever somebody asks: kept by the
        hundred thousand, their objects cost more in garbage collection than all decoding does.
        """
        if self._value is None and not self.problems:
            return _revalidate(self.raw)
        return self._value

    def let_go(self) -> None:
        """Forget the typed value of a valid event; it is made again when somebody asks."""
        self._value = None

    @property
    def json(self) -> Any | None:
        """The parsed data; None when it is not JSON (or `null`). Parsed once and shared: do not change it."""
        if self._json is _UNPARSED:
            self._json = parse_json(self.raw)
        return self._json

    def __repr__(self) -> str:
        return (
            f"Event({self.index}, {self.type!r}, bytes {self.start}-{self.end}, {'valid' if self.valid else 'invalid'})"
        )


_UNPARSED: Any = object()

_CHEAP = 2**19
"""Characters of data that are read without counting first what is in them."""
_BEGINNING = 2**16
"""Characters that are kept of data that is not read."""
_TYPE = re.compile(r'\s*\{\s*"type"\s*:\s*"([a-z_.]{1,80})"')


def _too_much(data: str, size: int, cut: int) -> tuple[Problem, ...]:
    """Why data is not read that would hold up everything else; nothing when it can be."""
    if cut or len(data) > LONGEST_EVENT:
        most = f"{LONGEST_EVENT // 2**20} MB"
    elif not affordable(data):
        most = f"{MOST_VALUES:,} values"
    else:
        return ()
    return (Problem("$", f"an event of at most {most}, which is what the workbench reads", f"{size:,} bytes"),)


_SMALL = (AssistantMessageContentPartTextDelta, WidgetStreamingTextValueDelta)
"""The updates that come by the hundred thousand."""


def _revalidate(data: str) -> ThreadStreamEvent:
    try:
        return validate(data)
    except ValidationError:
        return ADAPTER.validate_json(data)


class EventDecoder:
    """A body's bytes to events; one per exchange."""

    def __init__(self) -> None:
        self._stream = SSEStream()
        self._count = 0
        self._fresh: list[Event] = []  # the small ones of the last chunk

    def feed(self, chunk: bytes, at_ns: int) -> list[Event]:
        """Take the next bytes, come `at_ns` nanoseconds after the request was sent; return what they completed."""
        self._let_go()
        return [self._event(message) for message in self._stream.feed(chunk, at_ns)]

    def close(self) -> list[Event]:
        """Say that the body has ended; return the last event if it was not returned yet (see `Event.terminated`)."""
        self._let_go()
        message = self._stream.close()
        return [] if message is None else [self._event(message)]

    def _event(self, message: Message) -> Event:
        data, sse_event, _, _, start, end, at_ns, terminated, cut = message
        index = self._count
        self._count = index + 1
        if (cut or len(data) > _CHEAP) and (too_much := _too_much(data, end - start, cut)):
            found, data = _TYPE.match(data, 0, _BEGINNING), data[:_BEGINNING]
            name = found[1] if found else ""
            return Event(index, name, data, at_ns, start, end, sse_event, None, too_much, terminated)
        try:
            value = validate(data)
        except ValidationError as error:
            guessed, name, problems = _understand(data, error)
            return Event(index, name, data, at_ns, start, end, sse_event, guessed, problems, terminated)
        event = Event(index, value.type, data, at_ns, start, end, sse_event, value, (), terminated)
        if type(value) is ThreadItemUpdatedEvent and type(value.update) in _SMALL:
            self._fresh.append(event)
        return event

    def _let_go(self) -> None:
        for event in self._fresh:
            event.let_go()
        self._fresh = []


def decode_body(body: bytes) -> list[Event]:
    """All events of a whole body."""
    decoder = EventDecoder()
    return [*decoder.feed(body, 0), *decoder.close()]


def _understand(data: str, error: ValidationError) -> tuple[ThreadStreamEvent | None, str, tuple[Problem, ...]]:
    """Value, type and problems of data that the quick way refused with `error`."""
    try:
        tree = from_json(data)
    except ValueError as json_error:
        return _understand_text(data, json_error)
    if not isinstance(tree, dict):
        return None, "", (Problem("$", "a JSON object with a type", words_for(tree)),)
    name = tree.get("type")
    if not isinstance(name, str) or name not in EVENT_TYPES:
        got = words_for(name) if "type" in tree else "nothing"
        problem = Problem("$.type", words_for_names(EVENT_TYPES), got)
        return None, name if isinstance(name, str) else "", (problem,)
    update = tree.get("update")
    if isinstance(update, dict) and "type" not in update:  # the one thing that the quick way refuses and the SDK takes
        try:
            return ADAPTER.validate_json(data), name, ()
        except ValidationError:
            pass
    return None, name, explain(error, ThreadStreamEvent, tree)


def _understand_text(data: str, error: ValueError) -> tuple[None, str, tuple[Problem, ...]]:
    """Type and problems of data that is not JSON for pydantic."""
    tree = parse_json(data)
    if tree is None:
        return None, "", (Problem("$", "a JSON object", f"{words_for(data)}, which is not JSON: {error}"),)
    name = tree.get("type") if isinstance(tree, dict) else None
    problem = Problem("$", "JSON with whole characters", "half of a surrogate pair, for one character cut in two")
    return None, name if isinstance(name, str) else "", (problem,)
