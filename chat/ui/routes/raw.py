"""HTTP routes of the editor of raw requests: bodies are longer than what the page's socket carries."""

import asyncio
import json
import secrets
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, HTTPException, Request, Response
from pydantic import BaseModel

from chat.conversation.conversation import Busy
from chat.errors import WorkbenchError

from ..raw_editor import NotSendable, RawEditor

__all__ = ["raw_routes"]

_MOST_BYTES = 32 * 2**20
"""Bytes of a body that is typed, or pasted."""


class _Typed(BaseModel):
    body: str
    headers: list[tuple[str, str]] = []
    without: list[str] = []


class _JSON(Response):
    media_type = "application/json"

    def __init__(self, content: Any, status: int = 200) -> None:
        text = json.dumps(content, separators=(",", ":"))
        super().__init__(text, status, headers={"Cache-Control": "no-store"})


def raw_routes(find: Callable[[str], RawEditor | None], token: Callable[[], str]) -> APIRouter:
    """Routes under /workbench/raw; `find` gives the editor of a session, `token` the launch token they require."""

    async def asked(session: str, x_workbench_token: Annotated[str, Header()] = "") -> RawEditor:
        if not secrets.compare_digest(x_workbench_token.encode(), token().encode()):
            raise HTTPException(403, "This page belongs to another launch of the workbench: reload it.")
        if (editor := find(session)) is None:
            raise HTTPException(404, "This window's session is gone: reload the page.")
        return editor

    router = APIRouter(prefix="/workbench/raw", include_in_schema=False)
    Raw = Annotated[RawEditor, Depends(asked)]

    @router.get("")
    async def begin(raw: Raw, exchange: str | None = None) -> Response:
        """What the editor begins with; with an exchange also its request."""
        try:
            return _JSON(raw.document(exchange))
        except LookupError as gone:
            raise HTTPException(404, str(gone)) from gone

    @router.post("/check")
    async def check(raw: Raw, request: Request) -> Response:
        """What is odd about a body."""
        return _JSON(raw.check(await _text(request)))

    @router.post("/curl")
    async def curl(raw: Raw, request: Request) -> Response:
        """The request of a curl command; it is not sent."""
        text = await _text(request)
        try:
            return _JSON(await asyncio.to_thread(raw.curl, text))
        except WorkbenchError as error:
            return _JSON({"message": " ".join(filter(None, (error.message, error.advice)))}, 422)

    @router.post("/send")
    async def send(raw: Raw, typed: _Typed) -> Response:
        """Send it to the connection's backend."""
        try:
            return _JSON(raw.send(typed.body, typed.headers, typed.without), 202)
        except (Busy, NotSendable) as refusal:
            return _JSON({"message": str(refusal)}, 409)
        except WorkbenchError as error:
            return _JSON({"message": " ".join(filter(None, (error.message, error.advice)))}, 422)

    return router


async def _text(request: Request) -> str:
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > _MOST_BYTES:
            raise HTTPException(413, f"The workbench takes bodies of up to {_MOST_BYTES >> 20} MB here.")
    return data.decode("utf-8", "replace")
