"""Times on the wire.

The SDK stamps threads and items with `datetime.now()`: local time without an offset. It also subtracts such times from
the ones it finds in items, so inside it, and in what it has stored, they stay as they are. On the way out they get the
offset of the local zone, so that a client elsewhere knows which moment is meant.
"""

from datetime import datetime
from typing import TypeVar

from pydantic import BaseModel

__all__ = ["with_offsets"]

_HOLDERS = ("thread", "item", "updated_item", "items")
"""Where events, threads and answers hold what has a time."""

M = TypeVar("M", bound=BaseModel)


def with_offsets(model: M) -> M:
    """A copy of an event, thread, item or page of them with an offset at every `created_at`; the model is unchanged."""
    changes: dict[str, object] = {}
    for name in _HOLDERS:
        held = getattr(model, name, None)
        if isinstance(held, BaseModel):
            changes[name] = with_offsets(held)
    page = getattr(model, "data", None)
    if isinstance(page, list):
        changes["data"] = [with_offsets(one) if isinstance(one, BaseModel) else one for one in page]
    made = getattr(model, "created_at", None)
    if isinstance(made, datetime) and made.tzinfo is None:
        changes["created_at"] = made.astimezone()
    return model.model_copy(update=changes) if changes else model
