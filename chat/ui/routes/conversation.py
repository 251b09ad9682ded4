"""HTTP routes of what a page shows: older entries, the text of one; below them those of its composer."""

import secrets
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Header, HTTPException, Query, Response

from chat.conversation.conversation import Conversation
from chat.conversation.shown_thread import ShownThread

from .composer import composer_routes
from .no_store import NoStore

__all__ = ["conversation_routes"]


def conversation_routes(
    shown: Callable[[str], ShownThread | None],
    conversation: Callable[[str], Conversation | None],
    token: Callable[[], str],
) -> APIRouter:
    """
    Routes under /workbench: `shown` gives what is shown under an id, `conversation` the same when it can be acted upon,
    `token` the launch token they require.
    """

    def find_shown(conversation_id: str, x_workbench_token: Annotated[str, Header()] = "") -> ShownThread:
        if not secrets.compare_digest(x_workbench_token.encode(), token().encode()):
            raise HTTPException(403, "This page belongs to another launch of the workbench: reload it.")
        if (thread := shown(conversation_id)) is None:
            raise HTTPException(404, "The workbench does not have this conversation any more: reload the page.")
        return thread

    def find_conversation(conversation_id: str, thread: Annotated[ShownThread, Depends(find_shown)]) -> Conversation:
        if (found := conversation(conversation_id)) is None:
            raise HTTPException(409, "This is only shown: nothing is sent from it.")
        return found

    router = APIRouter(prefix="/workbench/conversations/{conversation_id}", include_in_schema=False)
    Shown = Annotated[ShownThread, Depends(find_shown)]

    @router.get("/items")
    async def items(thread: Shown, before: Annotated[str, Query()]) -> Response:
        """The entries above the one with key `before`."""
        return NoStore(thread.audience.page(before))

    @router.get("/text")
    async def text(thread: Shown, key: Annotated[str, Query()]) -> Response:
        """What "copy" copies of an entry: the source, not the HTML."""
        entry = thread.transcript.entry(key)
        if entry is None:
            raise HTTPException(404, "There is no such entry.")
        return Response(
            entry.source(), media_type="text/plain; charset=utf-8", headers={"X-Content-Type-Options": "nosniff"}
        )

    router.include_router(composer_routes(find_conversation))
    return router
