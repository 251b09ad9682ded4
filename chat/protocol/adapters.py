"""The SDK's types as validators, each built when it is first asked for: it takes some milliseconds, and few are needed.

Whoever asks here for events or items need not import `chatkit.types`, either, which takes a third of a second.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

if TYPE_CHECKING:
    from chatkit.types import ThreadItem, ThreadStreamEvent

__all__ = ["adapter", "event_adapter", "item_adapter"]


@cache
def adapter(annotation: Any) -> TypeAdapter[Any]:
    """The validator of a type, one for all who ask."""
    return TypeAdapter(annotation)


def event_adapter() -> TypeAdapter[ThreadStreamEvent]:
    """The validator of every event."""
    from chatkit.types import ThreadStreamEvent

    return adapter(ThreadStreamEvent)


def item_adapter() -> TypeAdapter[ThreadItem]:
    """The validator of every item."""
    from chatkit.types import ThreadItem

    return adapter(ThreadItem)
