"""A translation: the ChatKit stream that a foreign one stands for, in its forms."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import Any

from chat.checks import as_python
from chat.checks.findings import excerpt
from chat.checks.translation.order import body_of
from chat.protocol import EventDecoder, ThreadState, end_stream, fold
from chat.steps import at_once

__all__ = ["Translation"]

_MOST_GATHERED = 5_000
_DELTAS_KEPT = 4
_LONGEST_FIX = 8_000
_LONGEST_CHANGE = 600


@dataclass(frozen=True)
class Translation:
    """What a backend meant: the ChatKit stream its own stands for."""

    language: str
    """What the stream speaks, in words: “the Assistants API”."""
    events: tuple[Any, ...]
    """The events to send instead, typed (`chatkit.types`)."""
    assumed: tuple[str, ...]
    """What had to be taken from elsewhere or made up, in words."""
    renamed: dict[str, str] = field(default_factory=dict)
    """Ids of the backend's that two items have, and those that one of the two has here."""
    foreign: str = ""
    """One event of the backend's, as it came."""
    instead: Any = None
    """The event that says the same in ChatKit's words, one of `events`; None when none says it alone."""

    @cached_property
    def sse(self) -> bytes:
        """The body to send instead."""
        return body_of(self.events)

    @cached_property
    def json(self) -> str:
        """The events as JSON, one per line."""
        return at_once(self._dumped())

    @cached_property
    def python(self) -> str:
        """A module with `events()`, which yields these events, and `body()`, which frames them."""
        return as_python.module(self.events)

    @cached_property
    def brief(self) -> str:
        """`python` with the deltas gathered into a few, for a finding's fix; "" when it is long all the same."""
        gathered = _gathered(self.events) if len(self.events) <= _MOST_GATHERED else None
        if gathered is None or _is_long(gathered):
            return ""
        text = as_python.module(gathered)
        return text if len(text) <= _LONGEST_FIX else ""

    @cached_property
    def change(self) -> str:
        """One event put right, as JSON and as Python; "" when no one event of the backend's can show it."""
        if self.instead is None:
            return ""
        line = self.instead.model_dump_json(exclude_none=True, by_alias=True)
        if len(line) > _LONGEST_CHANGE:
            return ""
        code = as_python.statement(self.instead)
        of_text = as_python.delta_key(self.instead) is not None
        where = ", between ThreadItemAddedEvent and ThreadItemDoneEvent of this item" if of_text else ""
        return f"# in place of {excerpt(self.foreign, 80)}\ndata: {line}\n\n# from Python{where}:\n{code}"

    @cached_property
    def respond(self) -> str:
        """The same answer as the `respond` method of a `ChatKitServer`, which sends the rest by itself."""
        return as_python.respond(self.events)

    @cached_property
    def state(self) -> ThreadState:
        """The conversation the backend meant."""
        return at_once(self._folded())

    def preparing(self) -> Generator[None, None, None]:
        """Make `json` and `state` in steps: they are there then."""
        vars(self)["json"] = yield from self._dumped()
        vars(self)["state"] = yield from self._folded()

    def _dumped(self) -> Generator[None, None, str]:
        lines = []
        for event in self.events:
            lines.append(event.model_dump_json(exclude_none=True, by_alias=True))
            yield
        return "\n".join(lines)

    def _folded(self) -> Generator[None, None, ThreadState]:
        state, decoder = ThreadState(), EventDecoder()
        for event in self.events:
            for decoded in decoder.feed(body_of([event]), 0):
                fold(state, decoded)
            yield
        end_stream(state)
        return state


def _gathered(events: Sequence[Any]) -> list[Any]:
    """The events with each run of deltas as at most four."""
    gathered: list[Any] = []
    for key, group in groupby(events, as_python.delta_key):
        run = list(group)
        if key is not None and len(run) > _DELTAS_KEPT:
            size = -(-len(run) // _DELTAS_KEPT)
            parts = [run[start : start + size] for start in range(0, len(run), size)]
            run = [_joined(part) for part in parts]
        gathered.extend(run)
    return gathered


def _is_long(events: Iterable[Any]) -> bool:
    """Whether the events are surely too long for a fix: nobody need print them to see it."""
    length = 0
    for event in events:
        length += len(event.model_dump_json(exclude_none=True))
        if length > 4 * _LONGEST_FIX:
            return True
    return False


def _joined(run: list[Any]) -> Any:
    text = "".join(event.update.delta for event in run)
    return run[0].model_copy(update={"update": run[0].update.model_copy(update={"delta": text})})
