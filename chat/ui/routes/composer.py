"""HTTP routes of a composer: sending, uploads.

Everything that a person types or picks goes over HTTP and not over the page's socket: messages over 1 MB are dropped
there, and an answer tells the page at once whether it was taken.
"""

from collections.abc import Callable
from typing import Annotated
from urllib.parse import unquote

from fastapi import APIRouter, Depends, Header, HTTPException, Query, Request, Response
from pydantic import BaseModel

from chat.conversation.conversation import Busy, Conversation
from chat.errors import WorkbenchError

from .no_store import NoStore

__all__ = ["composer_routes"]

UPLOAD_LIMIT = 100 * 2**20
"""Bytes of one file; a backend may well allow less."""


class _Attached(BaseModel):
    id: str
    name: str = ""


class _Message(BaseModel):
    text: str
    attachments: list[_Attached] = []
    quoted: str | None = None


def composer_routes(find: Callable[..., Conversation]) -> APIRouter:
    """Routes below a conversation's own; `find` is a dependency that gives it to whoever has the launch token."""
    router = APIRouter(include_in_schema=False)
    Acting = Annotated[Conversation, Depends(find)]

    @router.post("/messages")
    async def send(conversation: Acting, message: _Message) -> Response:
        """Begin a turn; 409 while one runs."""
        try:
            await conversation.send(message.text, [(a.id, a.name) for a in message.attachments], message.quoted)
        except Busy as busy:
            raise HTTPException(409, str(busy)) from busy
        return NoStore({}, 202)

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
            return NoStore({"message": str(error), "advice": error.advice, "whose": error.whose}, 502)
        return NoStore({"id": attachment.id, "name": attachment.name})

    @router.delete("/uploads")
    async def discard(conversation: Acting, attachment: Annotated[str, Query()]) -> Response:
        """Tell the backend that a file will not be sent after all."""
        try:
            await conversation.client.delete_attachment(attachment)
        except WorkbenchError as error:
            return NoStore({"message": str(error)}, 502)
        return NoStore({})

    return router
