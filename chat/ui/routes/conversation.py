"""HTTP routes of what a page shows: older entries, the text of one; and of a conversation: sending, uploads.

Everything that a person types or picks goes over HTTP and not over the page's socket: messages over 1 MB are dropped
there, and an answer tells the page at once whether it was taken.
"""

import json
import secrets
from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import unquote

from fastapi import APIRouter, Depends, Header, HTTPException, Query, Request, Response
from pydantic import BaseModel

from chat.conversation.conversation import Busy, Conversation
from chat.conversation.shown_thread import ShownThread
from chat.errors import WorkbenchError

__all__ = ["conversation_routes"]

UPLOAD_LIMIT = 100 * 2**20
"""Bytes of one file; a backend may well allow less."""


class _Attached(BaseModel):
    id: str
    name: str = ""


class _Message(BaseModel):
    text: str
    attachments: list[_Attached] = []
    quoted: str | None = None


class _JSON(Response):
    media_type = "application/json"

    def __init__(self, content: Any, status: int = 200) -> None:
        text = json.dumps(content, separators=(",", ":"))
        super().__init__(text, status, headers={"Cache-Control": "no-store"})


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
    Acting = Annotated[Conversation, Depends(find_conversation)]

    @router.get("/items")
    async def items(thread: Shown, before: Annotated[str, Query()]) -> Response:
        """The entries above the one with key `before`."""
        return _JSON(thread.audience.page(before))

    @router.get("/text")
    async def text(thread: Shown, key: Annotated[str, Query()]) -> Response:
        """What "copy" copies of an entry: the source, not the HTML."""
        entry = thread.transcript.entry(key)
        if entry is None:
            raise HTTPException(404, "There is no such entry.")
        return Response(
            entry.source(), media_type="text/plain; charset=utf-8", headers={"X-Content-Type-Options": "nosniff"}
        )

    @router.post("/messages")
    async def send(conversation: Acting, message: _Message) -> Response:
        """Begin a turn; 409 while one runs."""
        try:
            await conversation.send(message.text, [(a.id, a.name) for a in message.attachments], message.quoted)
        except Busy as busy:
            raise HTTPException(409, str(busy)) from busy
        return _JSON({}, 202)

    @router.post("/uploads")
    async def upload(
        conversation: Acting,
        request: Request,
        x_file_name: Annotated[str, Header()] = "",
        content_type: Annotated[str, Header()] = "application/octet-stream",
    ) -> Response:
        """Register the file with the backend and send it the bytes (two-phase)."""
        data = bytearray()
        async for chunk in request.stream():
            data += chunk
            if len(data) > UPLOAD_LIMIT:
                raise HTTPException(413, f"The workbench takes files of up to {UPLOAD_LIMIT >> 20} MB.")
        name = unquote(x_file_name) or "file"
        try:
            attachment = await conversation.upload(name, content_type, bytes(data))
        except WorkbenchError as error:
            return _JSON({"message": str(error), "advice": error.advice, "whose": error.whose}, 502)
        return _JSON({"id": attachment.id, "name": attachment.name})

    @router.delete("/uploads")
    async def discard(conversation: Acting, attachment: Annotated[str, Query()]) -> Response:
        """Tell the backend that a file will not be sent after all."""
        try:
            await conversation.client.delete_attachment(attachment)
        except WorkbenchError as error:
            return _JSON({"message": str(error)}, 502)
        return _JSON({})

    return router
