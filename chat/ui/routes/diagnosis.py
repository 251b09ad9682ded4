"""HTTP routes of the diagnosis: reports as pages of their own, and what is to be explained."""

import asyncio
import secrets
from collections.abc import Callable
from typing import Annotated, Protocol
from urllib.parse import unquote

from fastapi import APIRouter, Depends, Header, HTTPException, Request, Response
from fastapi.responses import JSONResponse

from chat.checks.reports import explained, write
from chat.errors import WorkbenchError
from chat.exchanges.importing import Imported, import_exchanges

from ..window_reports import WindowReports

__all__ = ["DiagnosedWindow", "diagnosis_routes"]

MOST_BYTES = 256 * 2**20
"""Bytes of a file that is to be explained."""


class DiagnosedWindow(Protocol):
    """What the routes ask of a window."""

    @property
    def reports(self) -> WindowReports:
        """The reports about this window."""

    async def explain(self, name: str, imported: Imported) -> None:
        """Show what was imported."""


def diagnosis_routes(find: Callable[[str], DiagnosedWindow | None], token: Callable[[], str]) -> APIRouter:
    """Routes under /workbench; `find` gives the window of a session, `token` the launch token they require."""

    def asked(session: str, x_workbench_token: Annotated[str, Header()] = "") -> DiagnosedWindow:
        if not secrets.compare_digest(x_workbench_token.encode(), token().encode()):
            raise HTTPException(403, "This page belongs to another launch of the workbench: reload it.")
        window = find(session)
        if window is None:
            raise HTTPException(404, "This window's session is gone: reload the page.")
        return window

    router = APIRouter(prefix="/workbench", include_in_schema=False)
    Asked = Annotated[DiagnosedWindow, Depends(asked)]

    @router.get("/report")
    async def report(window: Asked) -> Response:
        """The report about what the inspector lists."""
        examined = [diagnosis.examined() for diagnosis in window.reports.reported()]
        subject = window.reports.subject
        return _page(await asyncio.to_thread(lambda: write(explained(subject, examined), "html")))

    @router.get("/reports/{key}")
    async def kept_report(window: Asked, key: str) -> Response:
        """A report that was made earlier."""
        page = window.reports.get(key)
        if page is None:
            raise HTTPException(404, "This report is no longer kept: check again.")
        return _page(page)

    @router.post("/explain")
    async def explain(window: Asked, request: Request, x_file_name: Annotated[str, Header()] = "") -> Response:
        """Take in a recording, a HAR file, the output of curl or a body, and show it."""
        data = bytearray()
        async for chunk in request.stream():
            data += chunk
            if len(data) > MOST_BYTES:
                raise HTTPException(413, f"The workbench takes files of up to {MOST_BYTES >> 20} MB here.")
        name = unquote(x_file_name)[:200] or "pasted text"
        try:
            imported = await asyncio.to_thread(import_exchanges, bytes(data), name)
        except WorkbenchError as error:
            return JSONResponse({"message": " ".join(filter(None, (error.message, error.advice)))}, 422)
        await window.explain(name, imported)
        return JSONResponse({"exchanges": len(imported.exchanges)})

    return router


def _page(html: str) -> Response:
    return Response(
        html.encode("utf-8", "replace"),
        media_type="text/html; charset=utf-8",
        headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"},
    )
