"""The embedded backend, put together: its database, its attachments, its server and its routes."""

from pathlib import Path

from fastapi import FastAPI

from chat.backend.agent import model_from_environment
from chat.backend.attachments import Attachments
from chat.backend.auth import jwt_settings
from chat.backend.broken import Gallery
from chat.backend.routes import Backend, mount
from chat.backend.server import WorkbenchServer
from storage import AttachmentFiles, Database, SQLiteStore, open_database

__all__ = ["EmbeddedBackend"]


class EmbeddedBackend:
    """Opened with its data folder, mounted on an application, closed at the end."""

    def __init__(self, data: Path, *, rate: float | None, jwt_key: str | None = None) -> None:
        """`rate` is in words per second, None for unlimited; `jwt_key` as in `jwt_settings`.

        Raises:
            StorageError: the database cannot be used.
            ValueError: the key cannot be used.
        """
        self._jwt = jwt_settings(jwt_key) if jwt_key else None
        self._database: Database = open_database(data / "workbench.db")
        files = AttachmentFiles(data / "attachments")
        store: SQLiteStore = SQLiteStore(self._database, files)
        attachments = Attachments(store, files, self._database.key("attachments"))
        self.server = WorkbenchServer(
            store, attachments, rate=rate, model=model_from_environment(), attachment_content=attachments
        )
        self.gallery = Gallery(rate)
        self._routes: Backend | None = None

    def mount(self, app: FastAPI, allowed_origins: tuple[str, ...] = ()) -> None:
        """Add the routes: `/chatkit`, `/chatkit/attachments`, `/healthz`, and the gallery under `/broken`."""
        self._routes = mount(app, self.server, jwt=self._jwt, allowed_origins=allowed_origins)
        self.gallery.mount(app, allowed_origins)

    async def close(self) -> None:
        """End what is streaming, keep what it had written, close the database."""
        self.gallery.close()
        if self._routes is not None:
            await self._routes.close()
        await self._database.aclose()
