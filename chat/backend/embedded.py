"""The embedded backend, put together: its database, its attachments, its server and its routes.

Its answers are made with the Agents SDK, which takes more than a second to be imported. That is done in a thread, while
the page is shown already; requests wait for it.
"""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.responses import JSONResponse
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from chat.backend.auth import jwt_settings
from chat.backend.broken import Gallery
from chat.backend.broken.outermost import answer_first
from chat.backend.health import healthz
from chat.backend.settings import checked_origins, dialect
from chat.collecting import no_collecting
from chat.guard import HostGuard, PageHeaders
from storage import AttachmentContents, AttachmentFiles, Database, DatabaseUnusable, SQLStore, open_database

if TYPE_CHECKING:
    from chat.backend.routes import Backend

__all__ = ["EmbeddedBackend"]

log = logging.getLogger(__name__)

PATHS = ("/chatkit", "/chatkit/attachments", "/chatkit/attachments/{attachment_id}")
"""Those of `Backend.routes`, which are known only when it is loaded."""

_EVERY_METHOD = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


class EmbeddedBackend:
    """Opened with its data folder, mounted on an application, closed at the end."""

    def __init__(
        self, data: Path, *, rate: float | None, jwt_key: str | None = None, database: str | None = None
    ) -> None:
        """`rate` is in words per second, None for unlimited; `jwt_key` as in `jwt_settings`. `database` is a
        `postgresql://` URL, None for SQLite in the data folder.

        Raises:
            StorageError: the database cannot be used.
            ValueError: the key or the environment cannot be used.
        """
        self._jwt = jwt_settings(jwt_key) if jwt_key else None
        dialect()
        self._rate = rate
        self._database, self._files = _opened(data, database)
        self._key = self._database.key("attachments")
        self.gallery = Gallery(rate)
        self._allowed_origins: frozenset[str] = frozenset()
        self._backend: Backend | None = None
        self._loading: asyncio.Task[ASGIApp] | None = None

    def mount(self, app: FastAPI, allowed_origins: tuple[str, ...] = ()) -> None:
        """Add the routes: `/chatkit`, `/chatkit/attachments`, `/healthz`, and the gallery under `/broken`.

        Raises:
            ValueError: an allowed origin is none.
        """
        self._allowed_origins = checked_origins(allowed_origins)
        app.router.routes += [healthz(), *(Route(path, self, methods=_EVERY_METHOD) for path in PATHS)]
        self.gallery.mount(app, allowed_origins)

    def stand_before(self, app: FastAPI, host: str) -> None:
        """Let this and the gallery answer before the middleware of an application that has begun to run.

        The gallery's faults would be mended there, and a piece of a stream, which passes it in six steps, costs a fifth
        more. `host` is that of the `HostGuard`, which is passed over with the rest.
        """
        answer_first(app, PATHS[0], HostGuard(PageHeaders(self, image_origins=tuple), host))
        self.gallery.stand_before(app, host)

    def begin(self) -> None:
        """Import what answers are made with, from now on. Whoever does not ask for it has the first request wait."""
        if self._loading is None:
            self._loading = asyncio.create_task(self._load())

    async def close(self) -> None:
        """End what is streaming, keep what it had written, close the database."""
        self.gallery.close()
        if self._loading is not None:
            await asyncio.wait({self._loading})
        if self._backend is not None:
            await self._backend.close()
        await self._database.aclose()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.begin()
        assert self._loading is not None
        answer = await asyncio.shield(self._loading)  # others wait for it when this request is given up
        await answer(scope, receive, send)

    async def _load(self) -> ASGIApp:
        """What answers requests; where it cannot be loaded, the answer that says so."""
        try:
            self._backend = await asyncio.to_thread(self._make)
        except Exception as problem:
            log.error("The embedded backend could not be loaded; the rest of the workbench works.", exc_info=problem)
            words = f"The embedded backend could not be loaded ({type(problem).__name__}: {problem})."
            return JSONResponse({"message": f"{words} Install the workbench anew; its log says more."}, 500)
        return Router(self._backend.routes())

    def _make(self) -> Backend:
        with no_collecting():
            from chat.backend.agent import model_from_environment
            from chat.backend.attachments import Attachments
            from chat.backend.routes import Backend
            from chat.backend.server import WorkbenchServer

        store: SQLStore = SQLStore(self._database, self._files)
        attachments = Attachments(store, self._files, self._key)
        server = WorkbenchServer(
            store, attachments, rate=self._rate, model=model_from_environment(), attachment_content=attachments
        )
        return Backend(server, self._jwt, self._allowed_origins)


def _opened(data: Path, url: str | None) -> tuple[Database, AttachmentContents]:
    """The database, and where the bytes of attachments are. Raises `StorageError`."""
    if url is None:
        return open_database(data / "workbench.db"), AttachmentFiles(data / "attachments")
    try:
        from storage.postgres import open_postgres
        from storage.postgres_contents import PostgresContents
    except ImportError as missing:
        advice = "pip install 'chatkit-workbench[postgres]'"
        raise DatabaseUnusable("--database", f"PostgreSQL needs psycopg and its pool ({missing}): {advice}") from None
    database = open_postgres(url)
    return database, PostgresContents(database)
