"""Events into thread state."""

from __future__ import annotations

from .changes import Change
from .events import Event
from .lenient import apply_invalid
from .state import ThreadState
from .typed import apply

__all__ = ["fold"]


def fold(state: ThreadState, event: Event) -> list[Change]:
    """Take one event into the state and say what it changed. Never raises, whatever the event is."""
    changes: list[Change] = []
    value = event.value
    if value is None:
        apply_invalid(state, event, changes)
    else:
        apply(state, value, event, changes)
    return changes
