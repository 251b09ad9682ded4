"""HTTP routes of a composer: sending, uploads, dictation, and what the menus of "@" and "/" offer.

Everything that a person types or picks goes over HTTP and not over the page's socket: messages over 1 MB are dropped
there, and an answer tells the page at once whether it was taken.
"""

import dataclasses
from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import unquote

from chatkit.types import UserMessageContent
from fastapi import APIRouter, Depends, Header, HTTPException, Query, Request, Response
from pydantic import BaseModel

from chat.conversation.conversation import Busy, Conversation
from chat.errors import AnswerError, WorkbenchError
from chat.host.host import Command, Entity
from chat.rendering.icons import chatkit_icon
from chat.rendering.widgets import render_widget

from .no_store import NoStore

__all__ = ["composer_routes"]

UPLOAD_LIMIT = 100 * 2**20
"""Bytes of one file; a backend may well allow less."""
OFFERED = 100
"""Entries that a menu shows at most."""


class _Attached(BaseModel):
    id: str
    name: str = ""


class _Message(BaseModel):
    """`parts` stands in place of `text` where the message holds tags."""

    text: str = ""
    parts: list[UserMessageContent] = []
    attachments: list[_Attached] = []
    quoted: str | None = None
    tool: str | None = None
    model: str | None = None


class _Search(BaseModel):
    query: str = ""


class _Entity(BaseModel):
    id: str
    title: str
    icon: str = ""
    group: str = ""
    interactive: bool = False
    data: dict[str, Any] = {}


class _Command(BaseModel):
    id: str
    label: str
    description: str = ""
    icon: str = ""
    group: str = ""


class _Choice(BaseModel):
    command: _Command
    query: str = ""


def composer_routes(find: Callable[..., Conversation]) -> APIRouter:
    """Routes below a conversation's own; `find` is a dependency that gives it to whoever has the launch token."""
    router = APIRouter(include_in_schema=False)
    Acting = Annotated[Conversation, Depends(find)]
    MimeType = Annotated[str, Header(alias="content-type")]

    @router.post("/messages")
    async def send(conversation: Acting, message: _Message) -> Response:
        """Begin a turn; 409 while one runs."""
        try:
            await conversation.send(
                message.text,
                [(a.id, a.name) for a in message.attachments],
                message.quoted,
                tool=message.tool,
                model=message.model,
                parts=message.parts,
            )
        except Busy as busy:
            raise HTTPException(409, str(busy)) from busy
        return NoStore({}, 202)

    @router.post("/uploads")
    async def upload(
        conversation: Acting,
        request: Request,
        x_file_name: Annotated[str, Header()] = "",
        content_type: MimeType = "application/octet-stream",
    ) -> Response:
        """Register the file with the backend and send it the bytes; 502, with its id, when it exists without them."""
        data = await _body(request, "files")
        name = unquote(x_file_name) or "file"
        try:
            attached = await conversation.upload(name, content_type, data)
        except WorkbenchError as error:
            return NoStore(_words(error), 502)
        found = {"id": attached.attachment.id, "name": attached.attachment.name}
        if attached.failure is not None:
            return NoStore({**found, **_words(attached.failure)}, 502)
        return NoStore(found)

    @router.delete("/uploads")
    async def discard(conversation: Acting, attachment: Annotated[str, Query()]) -> Response:
        """Tell the backend that a file will not be sent after all."""
        try:
            await conversation.discard(attachment)
        except WorkbenchError as error:
            return NoStore(_words(error), 502)
        return NoStore({})

    @router.post("/transcriptions")
    async def transcribe(conversation: Acting, request: Request, content_type: MimeType = "audio/webm") -> Response:
        """The words of a recording, which the backend is asked for."""
        audio = await _body(request, "recordings")
        try:
            return NoStore({"text": await conversation.transcribe(audio, content_type)})
        except WorkbenchError as error:
            return NoStore(_words(error), 502)

    @router.post("/entities")
    async def entities(conversation: Acting, search: _Search) -> Response:
        """What "@" offers for what was typed after it."""
        found = await conversation.host.search_entities(search.query)
        failure = _failure(conversation, "search_entities")
        return NoStore({"found": [_entity(one) for one in found[:OFFERED]], "failure": failure})

    @router.post("/entities/preview")
    async def preview(conversation: Acting, entity: _Entity) -> Response:
        """HTML of the widget that shows an entity; "" where there is none. Nothing in it can be pressed."""
        widget = await conversation.host.preview_entity(Entity(**entity.model_dump()))
        if isinstance(widget, dict) and "type" not in widget:
            widget = widget.get("preview")  # as the declarations' onRequestPreview answers
        context = dataclasses.replace(conversation.render_context(), interactive=False)
        html = str(render_widget(widget, context)) if widget else ""
        return NoStore({"html": html, "failure": _failure(conversation, "preview_entity")})

    @router.post("/commands")
    async def commands(conversation: Acting, search: _Search) -> Response:
        """What "/" offers for what was typed after it."""
        found = await conversation.host.search_commands(search.query)
        failure = _failure(conversation, "search_commands")
        return NoStore({"found": [_command(one) for one in found[:OFFERED]], "failure": failure})

    @router.post("/commands/choose")
    async def choose(conversation: Acting, choice: _Choice) -> Response:
        """What a command does to the composer: an entity, another menu, text, or nothing."""
        done = await conversation.host.choose_command(Command(**choice.command.model_dump()), choice.query)
        return NoStore(
            {
                "entity": _entity(done.entity) if done.entity else None,
                "menu": [_command(one) for one in done.menu],
                "text": done.text,
                "failure": _failure(conversation, "choose_command"),
            }
        )

    return router


async def _body(request: Request, what: str) -> bytes:
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > UPLOAD_LIMIT:
            raise HTTPException(413, f"The workbench takes {what} of up to {UPLOAD_LIMIT >> 20} MB.")
    return bytes(data)


def _words(error: WorkbenchError) -> dict[str, Any]:
    """What an error says; `said` and `status` are the other side's own, where it answered."""
    words: dict[str, Any] = {"message": str(error), "advice": error.advice, "whose": error.whose}
    if isinstance(error, AnswerError):
        words |= {"status": error.status, "said": error.said}
    return words


def _failure(conversation: Conversation, function: str) -> str:
    """Why a function of the host page's did not answer, "" when it did."""
    failure = next((one for one in conversation.host.failures if one.where == function), None)
    if failure is None:
        return ""
    place = f" ({failure.file}:{failure.line})" if failure.file and failure.line else ""
    return f"{failure.where} failed: {failure.message}{place}"


def _entity(entity: Entity) -> dict[str, Any]:
    return {
        "id": entity.id,
        "title": entity.title,
        "icon": entity.icon,
        "mark": str(chatkit_icon(entity.icon or "lucide:at-sign", 16)),
        "group": entity.group,
        "interactive": entity.interactive,
        "data": dict(entity.data),
    }


def _command(command: Command) -> dict[str, Any]:
    return {
        "id": command.id,
        "label": command.label,
        "description": command.description,
        "icon": command.icon,
        "mark": str(chatkit_icon(command.icon or "lucide:slash", 16)),
        "group": command.group,
    }
