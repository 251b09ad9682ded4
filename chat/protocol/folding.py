"""Events into thread state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .changes import Change, ItemAdded, PartReplaced, TextAppended, WidgetTextAppended
from .deltas import Text
from .events import Event, SmallEvent
from .lenient import apply_invalid
from .state import ThreadState
from .typed import apply
from .updates import append_text, grow

__all__ = ["fold", "fold_run"]


def fold(state: ThreadState, event: Event) -> list[Change]:
    """Take one event into the state and say what it changed. Never raises, whatever the event is."""
    changes: list[Change] = []
    if isinstance(event, SmallEvent):
        grow(state, event.shape.value, event.delta, changes)
        return changes
    value = event.value
    if value is None:
        apply_invalid(state, event, changes)
    else:
        apply(state, value, event, changes)
    return changes


def fold_run(state: ThreadState, events: Sequence[Event]) -> list[Change]:
    """
    Take events that came together into the state, which is then as `fold` makes it one after the other.

    Whoever hears of the changes finds all of them made. So what was added to one text is one change, and none where
    another change tells of a text that is new: the text is there, with all that was added to it.
    """
    changes: list[Change] = []
    more: list[str] = []
    """What is to be added to the text that grew last."""
    text: Text | None = None
    """Which text that is."""
    for event in events:
        if isinstance(event, SmallEvent):
            if event.shape.text == text:
                more.append(event.delta)
                continue
            _append(state, changes, more)
            grown = fold(state, event)
            text = event.shape.text if grown and type(grown[-1]) is TextAppended else None
        else:
            _append(state, changes, more)
            grown, text = fold(state, event), None
        changes += grown
    _append(state, changes, more)
    return changes if len(changes) < 2 or len(events) < 2 else _told_once(changes)


def _append(state: ThreadState, changes: list[Change], more: list[str]) -> None:
    if not more:
        return
    last = changes[-1]
    assert isinstance(last, TextAppended)
    text = "".join(more)
    append_text(state.items[last.item_id], last.part, text)
    changes[-1] = TextAppended(last.item_id, last.part, last.delta + text)
    more.clear()


def _told_once(changes: Sequence[Change]) -> list[Change]:
    """The same, each text that has grown told once, and none that another change tells of."""
    grown: dict[tuple[str, int | str], list[str]] = {}
    told: list[Change] = []
    whole: set[str | tuple[str, int | str]] = set()
    for change in changes:
        if isinstance(change, ItemAdded):
            whole.add(change.item_id)
        elif isinstance(change, PartReplaced):
            whole.add((change.item_id, change.part))
        elif isinstance(change, TextAppended | WidgetTextAppended):
            text = change.item_id, change.part if isinstance(change, TextAppended) else change.component_id
            if text in whole or change.item_id in whole:
                continue
            grown.setdefault(text, []).append(change.delta)
            if len(grown[text]) > 1:
                continue
        told.append(change)
    return [_with_all(change, grown) for change in told]


def _with_all(change: Change, grown: dict[tuple[str, int | str], list[str]]) -> Change:
    if isinstance(change, TextAppended):
        return replace(change, delta="".join(grown[change.item_id, change.part]))
    if isinstance(change, WidgetTextAppended):
        return replace(change, delta="".join(grown[change.item_id, change.component_id]))
    return change
