"""What is kept of an answer while it is written, for the case that nobody comes to the end of it.

The SDK stores an item when it is done, and what there is of it when the stream is cancelled. A process that is killed
does neither: then the latest checkpoint is what the reader finds, marked as unfinished. When the answer is whole, or
cancelled, it takes the checkpoint's place.
"""

from __future__ import annotations

import time
from contextlib import suppress

from chatkit.store import NotFoundError, Store

from chat.backend.context import RequestContext
from chat.backend.outgoing import Outgoing

__all__ = ["EVERY_S", "Checkpoints"]

EVERY_S = 2.0
_SHARE = 0.02
"""Of the time, at most, goes into checkpoints: of a very long answer there are fewer."""


class Checkpoints:
    """The checkpoints of one run."""

    def __init__(
        self, store: Store[RequestContext], thread_id: str, context: RequestContext, outgoing: Outgoing
    ) -> None:
        self._store = store
        self._thread_id = thread_id
        self._context = context
        self._outgoing = outgoing
        self._next = time.monotonic() + EVERY_S

    async def when_due(self) -> None:
        """Store what has been written, if it is time to."""
        began = time.monotonic()
        if began < self._next:
            return
        item = self._outgoing.so_far()
        if item is not None:
            with suppress(NotFoundError):  # deleted in the middle of the answer
                await self._store.save_item(self._thread_id, item, self._context)
        ended = time.monotonic()
        self._next = ended + max(EVERY_S, (ended - began) / _SHARE)
