"""The embedded ChatKit server."""

from __future__ import annotations

from collections.abc import AsyncIterator

from chatkit.server import ChatKitServer
from chatkit.store import AttachmentStore, Store
from chatkit.types import ThreadMetadata, ThreadStreamEvent, UserMessageItem

from chat.backend.context import RequestContext

__all__ = ["DEFAULT_RATE", "WorkbenchServer"]

DEFAULT_RATE = 60.0
"""Words per second of the scripted model."""


class WorkbenchServer(ChatKitServer[RequestContext]):
    """A ChatKit server whose assistant needs no key."""

    def __init__(
        self,
        store: Store[RequestContext],
        attachment_store: AttachmentStore[RequestContext] | None = None,
        rate: float | None = DEFAULT_RATE,
    ) -> None:
        super().__init__(store, attachment_store)
        self.rate = rate

    async def respond(
        self, thread: ThreadMetadata, input_user_message: UserMessageItem | None, context: RequestContext
    ) -> AsyncIterator[ThreadStreamEvent]:
        raise NotImplementedError
        yield
