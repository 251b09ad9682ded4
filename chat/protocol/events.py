"""Messages to events: typed when they are what the protocol says, explained when they are not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from chatkit.types import ThreadStreamEvent
from pydantic import ValidationError
from pydantic_core import from_json

from .component_depth import too_deep, with_few_wrong
from .deltas import DeltaShape, DeltaShapes
from .framing import LONGEST_EVENT, Message, SSEStream
from .lenient_json import MOST_VALUES, affordable, is_nearly_all_text, no_number_in, parse_json
from .long_lists import LONG_LIST, problems_in_pieces
from .problems import Problem, explain, words_for, words_for_names
from .validation import ADAPTER, validate
from .vocabulary import EVENT_TYPES

__all__ = ["LONGEST_RUN", "Event", "EventDecoder", "SmallEvent", "decode_body", "runs"]


class Event:
    """One event of one exchange. Not to be changed.

    `at_ns` is nanoseconds since the request was sent; `start` and `end` are byte offsets in the body.
    """

    __slots__ = (
        "_json",
        "_raw",
        "_value",
        "at_ns",
        "end",
        "index",
        "problems",
        "sse_event",
        "start",
        "terminated",
        "type",
        "unread",
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
        unread: str = "",
    ) -> None:
        self.index = index
        """0-based in its exchange."""
        self.type = type
        """The JSON's `type`; "" when there is none, or no JSON."""
        self.at_ns = at_ns
        self.start = start
        self.end = end
        self.sse_event = sse_event
        """The message's `event:` field, "" when absent."""
        self.problems = problems
        """What is wrong with it; empty when valid."""
        self.terminated = terminated
        """False for the last block of a body when no blank line follows it: the official widget drops it."""
        self.unread = unread
        """Why the workbench has not read it, in words: `raw` is its beginning then. "" for nearly every event."""
        self._json: Any = _UNPARSED
        self._raw = raw
        self._value = value

    @property
    def raw(self) -> str:
        """The message's data as it came."""
        return self._raw

    @property
    def valid(self) -> bool:
        """Whether the SDK's types accept it."""
        return not self.problems

    @property
    def value(self) -> ThreadStreamEvent | None:
        """The event as the SDK's type; None when that does not accept it.

        Those of text deltas are made whenever somebody asks, and those of long events again once the next chunk has
        come: kept by the hundred thousand, their objects cost more in garbage collection than all decoding does.
        """
        if self._value is None and not self.problems:
            return _revalidate(self.raw)
        return self._value

    def let_go(self) -> None:
        """Forget what can be made again when somebody asks: the typed value of a valid event, and its JSON."""
        self._value, self._json = None, _UNPARSED

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


class SmallEvent(Event):
    """A text delta, valid and whole, of which an `EventList` keeps the place only."""

    __slots__ = ("delta", "shape")

    type = "thread.item.updated"
    sse_event = unread = ""
    problems: tuple[Problem, ...] = ()
    terminated = True

    def __init__(self, index: int, raw: str, at_ns: int, start: int, end: int, shape: DeltaShape, delta: str) -> None:
        self.index = index
        self.at_ns = at_ns
        self.start = start
        self.end = end
        self.shape = shape
        """What it has in common with others: all but its delta."""
        self.delta = delta
        self._json = _UNPARSED
        self._raw = raw
        self._value = None


_UNPARSED: Any = object()

_SHORT = 2**10
"""Characters of data that are too few for anything that takes long."""
_CHEAP = 2**17
"""Characters of data that are read without counting first what is in them."""
_WIDE = 2**13
"""Characters of data in which lists may be so long that they are tried in pieces."""
_LONG = 2**15
"""Characters of data of which the typed value is not kept."""
_MANY = 2_000
"""Events of a body after which the typed value of none is kept: the garbage collector looks through all that is."""
_BEGINNING = 2**16
"""Characters that are kept of data that is not read."""
_TYPE = re.compile(r'\s*\{\s*"type"\s*:\s*"([a-z_.]{1,80})"')


def _too_much(data: str, cut: int) -> str:
    """How much of an event is read, in words, where this one would hold up everything else; "" when it is read."""
    if cut or len(data) > LONGEST_EVENT:
        return f"{LONGEST_EVENT // 2**20} MB"
    if len(data) > _CHEAP and not affordable(data):
        return f"{MOST_VALUES:,} values"
    return "a few components that stand as deep in others" if too_deep(data) else ""


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
        self._shapes = DeltaShapes()
        self._fresh: list[Event] = []  # those of the last chunk that are long, or of which there are many

    @property
    def speaks(self) -> bool:
        """Whether there is more in the body so far than comments and blank lines."""
        return self._stream.speaks

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
        whole = terminated and not sse_event and not cut
        if whole and (shape := self._shapes.last) is not None and (delta := shape.delta_of(data)) is not None:
            return SmallEvent(index, data, at_ns, start, end, shape, delta)
        size = len(data)
        plain = not cut and (size <= _SHORT or (_CHEAP < size <= LONGEST_EVENT and is_nearly_all_text(data)))
        if not plain and (most := _too_much(data, cut)):
            found, data = _TYPE.match(data, 0, _BEGINNING), data[:_BEGINNING]
            name, limit = found[1] if found else "", f"an event of at most {most}: a limit of the workbench's own"
            problems: tuple[Problem, ...] = (Problem("$", limit, f"{end - start:,} bytes"),)
            unread = f"the workbench reads events of at most {most}: event {index} has {end - start:,} bytes"
            return Event(index, name, data, at_ns, start, end, sse_event, None, problems, terminated, unread)
        value, name, problems = self._read(data, plain)
        if whole and value is not None and (small := self._shapes.read(value, data)) is not None:
            return SmallEvent(index, data, at_ns, start, end, *small)
        event = Event(index, name, data, at_ns, start, end, sse_event, value, problems, terminated)
        if len(data) > _LONG or index >= _MANY:
            self._fresh.append(event)
        return event

    @staticmethod
    def _read(data: str, plain: bool) -> tuple[ThreadStreamEvent | None, str, tuple[Problem, ...]]:
        if ("NaN" in data or "Infinity" in data) and (constant := no_number_in(data)):  # which pydantic takes
            return None, "", (Problem("$", "a JSON object", f"`{constant}` for a number, which is no JSON"),)
        if not plain and len(data) > _WIDE and (in_pieces := _understand_in_pieces(data)) is not None:
            return None, *in_pieces
        try:
            value = validate(data)
        except ValidationError as error:
            return _understand(data, error)
        return value, value.type, ()

    def _let_go(self) -> None:
        for event in self._fresh:
            event.let_go()
        self._fresh = []


LONGEST_RUN = 100
"""Events taken in at once: others must not wait long for the loop."""


def runs(events: Iterable[Event]) -> Iterator[list[Event]]:
    """Events that came in one go, as they are best taken in: text deltas together, every other one alone."""
    run: list[Event] = []
    for event in events:
        if run and (type(event) is not SmallEvent or len(run) == LONGEST_RUN):
            yield run
            run = []
        if type(event) is SmallEvent:
            run.append(event)
        else:
            yield [event]
    if run:
        yield run


def decode_body(body: bytes) -> list[Event]:
    """All events of a whole body."""
    decoder = EventDecoder()
    return [*decoder.feed(body, 0), *decoder.close()]


def _understand_in_pieces(data: str) -> tuple[str, tuple[Problem, ...]] | None:
    """Type and problems of data with very many wrong entries; None when it is to be validated as it is."""
    if data.count(",") < LONG_LIST and '"children"' not in data:
        return None
    try:
        tree = from_json(data)
    except ValueError:
        return None
    name = tree.get("type") if isinstance(tree, dict) else None
    if not isinstance(name, str) or name not in EVENT_TYPES:
        return None
    problems = _of_components(tree) or problems_in_pieces(validate, ThreadStreamEvent, tree)
    return (name, problems) if problems else None


def _of_components(tree: Any) -> tuple[Problem, ...]:
    """The problems of the first of very many wrong components; none where there are few."""
    few = with_few_wrong(tree)
    if few is None:
        return ()
    try:
        validate(json.dumps(few))
    except ValidationError as error:
        return explain(error, ThreadStreamEvent, few)
    return ()


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
