"""What a rule is, and the decorator that makes one.

A rule is a small function, asked at certain moments of an exchange; it answers with a `Hit`, several, or None:

    @rule(
        "lifecycle/events-after-error",
        level=Level.WARNING,
        on=CHATKIT_EVENTS,
        title="Events after the error",
        expected="…", why="…", fix="…", widget="…",
    )
    def events_after_error(case: Case, event: Event) -> Hit | None:
        ...

The decorator turns the function into a `Rule`; the family modules are the only places where rules are written, and
`chat.checks.catalogue` finds them there. Rows that need requests of their own have no function: they are written with
`active`, and a probe attaches to them by id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from chat.checks.findings import Hit, Level

Kind = Literal["passive", "active", "both"]
Verdict = Hit | Iterable[Hit] | None
Judge = Callable[..., Verdict]

# Moments that are not event types. A rule may also ask for any event type or update type of the protocol by its name.
HEAD = "(head)"
"""Status and headers of the response are known. `judge(case)`"""
UNKNOWN = "(unknown event)"
"""An event whose type is none of the protocol's. `judge(case, event)`"""
INVALID = "(invalid event)"
"""An event of a known type that does not validate. `judge(case, event)`"""
NOT_JSON = "(not a JSON object)"
"""An event whose data is not a JSON object. `judge(case, event)`"""
UNTERMINATED = "(unterminated)"
"""A last block without its blank line. `judge(case, event)`"""
DOCUMENT = "(document)"
"""The whole body of an operation that answers JSON. `judge(case)`"""
END = "(end)"
"""The response is over, whichever way. `judge(case)`"""
PREFLIGHT = "(preflight)"
"""The answer to a browser's OPTIONS request; nothing else is asked about one. `judge(case)`"""
CONSOLE_TEXT = "(console)"
"""What a browser's console said; nothing else is asked about it. `judge(case)`"""
IDLE = "(idle)"
"""The response is open and nothing has come for a while. `judge(case)`"""

STRAY_DELTA = "(stray text delta)"
"""A text delta that does not simply continue an open message, and a sample of those that do. `judge(case, event)`

There may be 100,000 text deltas, so that the type itself cannot be asked for: `case` gathers the text of them all.
"""
TEXT_DELTA = "assistant_message.content_part.text_delta"

THREAD_EVENTS = ("thread.created", "thread.updated")
ITEM_EVENTS = ("thread.item.added", "thread.item.done", "thread.item.replaced")
"""The events that carry a whole item."""
TEXT_UPDATES = (
    "assistant_message.content_part.added",
    STRAY_DELTA,
    "assistant_message.content_part.annotation_added",
    "assistant_message.content_part.done",
)
WIDGET_UPDATES = ("widget.streaming_text.value_delta", "widget.component.updated", "widget.root.updated")
UPDATES = (
    *TEXT_UPDATES,
    *WIDGET_UPDATES,
    "workflow.task.added",
    "workflow.task.updated",
    "generated_image.updated",
)
"""The updates inside `thread.item.updated`; a rule that asks for one is given the event."""
EFFECT_EVENTS = ("stream_options", "progress_update", "client_effect", "error", "notice")
CHATKIT_EVENTS = (*THREAD_EVENTS, *ITEM_EVENTS, "thread.item.removed", *UPDATES, *EFFECT_EVENTS)
"""Every valid event, updates under the name of their update."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the catalogue. `judge` is None for rows that need requests of their own."""

    id: str
    level: Level
    kind: Kind
    title: str
    expected: str
    why: str
    fix: str
    widget: str
    on: tuple[str, ...] = ()
    judge: Judge | None = None
    about: tuple[str, ...] = ()
    """The operations whose answers it judges; none for all of them."""
    compares: bool = False
    """Whether it judges an answer by earlier exchanges of the session, and says nothing without them."""
    unless: Callable[[Any], str] | None = None
    """Says of a case, by its request alone, why the rule is not about it; "" where it is."""

    @property
    def section(self) -> str:
        """The part of the id before the slash, e.g. `transport`."""
        return self.id.partition("/")[0]

    @property
    def shown_by_a_turn(self) -> bool:
        """Whether one message and its answer show it. For the others `check` asks more."""
        return self.kind == "passive" or not {DOCUMENT, PREFLIGHT}.issuperset(self.on)


def rule(
    id: str,
    *,
    level: Level,
    on: str | tuple[str, ...],
    title: str,
    expected: str,
    why: str,
    fix: str,
    widget: str,
    kind: Kind = "passive",
    about: tuple[str, ...] = (),
    compares: bool = False,
    unless: Callable[[Any], str] | None = None,
) -> Callable[[Judge], Rule]:
    """Makes the decorated function a rule that is asked at the moments `on`."""

    moments = (on,) if isinstance(on, str) else on
    if TEXT_DELTA in moments:
        raise ValueError(f"{id}: ask for STRAY_DELTA instead of every text delta")

    def make(judge: Judge) -> Rule:
        return Rule(id, level, kind, title, expected, why, fix, widget, moments, judge, about, compares, unless)

    return make


def active(id: str, *, level: Level, title: str, expected: str, why: str, fix: str, widget: str) -> Rule:
    """A row that only requests of its own can judge."""
    return Rule(id, level, "active", title, expected, why, fix, widget)


def rules_in(module: Any) -> tuple[Rule, ...]:
    """The rules written in a module, in the order of the text."""
    return tuple(value for value in vars(module).values() if isinstance(value, Rule))
