"""The bytes of attachments: where they are is behind `AttachmentContents`; with SQLite, `AttachmentFiles`.

One file each, in a folder that nothing serves by path.

The file's name is the attachment's id, which the server made; what the user calls the file is metadata and never
touches the disk.
"""

import asyncio
import contextlib
import os
import re
import secrets
import time
from collections.abc import AsyncIterable
from pathlib import Path
from typing import Protocol

_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_UNFINISHED = ".part"
_LEFTOVER_AGE_S = 3600
_WRITE_SIZE = 1 << 20


class TooManyBytes(Exception):
    """More content came than was allowed. Nothing of it was kept."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"The file is larger than the {limit:,} bytes allowed.")
        self.limit = limit


class AttachmentContents(Protocol):
    """The contents of attachments, by their ids."""

    async def write(self, attachment_id: str, content: AsyncIterable[bytes], limit: int) -> int:
        """Store `content`, in one piece or not at all; returns its size in bytes.

        Raises:
            TooManyBytes: it is longer than `limit` bytes.
            ValueError: this is no attachment id.
        """

    async def read(self, attachment_id: str) -> bytes:
        """The whole content. Raises FileNotFoundError when nothing was uploaded, ValueError for no attachment id."""

    async def delete(self, attachment_id: str) -> None:
        """Delete the content, if there is any."""


class AttachmentFiles:
    """A folder (mode 0700) of attachments' contents (mode 0600)."""

    def __init__(self, folder: Path) -> None:
        """Makes the folder when missing and clears away what uploads cut short have left in it."""
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for leftover in folder.glob(f"*{_UNFINISHED}"):
            with contextlib.suppress(FileNotFoundError):
                # A young one may be growing in another process.
                if time.time() - leftover.stat().st_mtime > _LEFTOVER_AGE_S:
                    leftover.unlink()

    async def write(self, attachment_id: str, content: AsyncIterable[bytes], limit: int) -> int:
        """Store `content`, in one piece or not at all; returns its size in bytes.

        Raises:
            TooManyBytes: it is longer than `limit` bytes.
            ValueError: this is no attachment id.
        """
        path = self.path(attachment_id)
        unfinished = path.with_name(f"{path.name}.{secrets.token_hex(4)}{_UNFINISHED}")
        size, pending = 0, bytearray()
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                async for chunk in content:
                    size += len(chunk)
                    if size > limit:
                        raise TooManyBytes(limit)
                    pending += chunk
                    if len(pending) >= _WRITE_SIZE:
                        await asyncio.to_thread(file.write, bytes(pending))
                        pending.clear()
                file.write(pending)
                file.flush()
                await asyncio.to_thread(os.fsync, file.fileno())
            os.replace(unfinished, path)
        except BaseException:
            with contextlib.suppress(OSError):
                unfinished.unlink()
            raise
        return size

    async def read(self, attachment_id: str) -> bytes:
        """The whole content. Raises FileNotFoundError when nothing was uploaded, ValueError for no attachment id."""
        return await asyncio.to_thread(self.path(attachment_id).read_bytes)

    async def delete(self, attachment_id: str) -> None:
        """Delete the content, if there is any."""
        path = self.path(attachment_id)
        await asyncio.to_thread(path.unlink, missing_ok=True)

    def path(self, attachment_id: str) -> Path:
        """Where the content of this attachment is, or would be. Raises ValueError for what is no attachment id."""
        return self.folder / checked_id(attachment_id)


def checked_id(attachment_id: str) -> str:
    """`attachment_id`. Raises ValueError for what is none."""
    if not _ID.fullmatch(attachment_id):
        raise ValueError(f"{attachment_id!r} is not an attachment id.")
    return attachment_id
