"""The bytes of attachments in PostgreSQL, where every instance finds them.

They are written in parts under a token of the upload and belong to their attachment at one stroke, when all are there.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterable

from storage.attachments import TooManyBytes, checked_id
from storage.postgres import PostgresDatabase, Transaction

__all__ = ["PostgresContents"]

_PART = 1 << 20


class PostgresContents:
    """Attachments' contents in a `PostgresDatabase`."""

    def __init__(self, database: PostgresDatabase) -> None:
        """Clears away what uploads cut short have left."""
        self._database = database

        def change(db: Transaction) -> None:
            # A young one may be growing in another instance.
            db.execute("DELETE FROM uploads WHERE NOT finished AND begun < now() - interval '1 hour'")

        database.submit(change).result()

    async def write(self, attachment_id: str, content: AsyncIterable[bytes], limit: int) -> int:
        """Store `content`, in one piece or not at all; returns its size in bytes.

        Raises:
            TooManyBytes: it is longer than `limit` bytes.
            ValueError: this is no attachment id.
        """
        checked_id(attachment_id)
        token = secrets.token_hex(16)
        size, number, pending = 0, 0, bytearray()
        await self._do(token, "INSERT INTO uploads (token, attachment_id) VALUES (?, ?)", token, attachment_id)
        try:
            async for chunk in content:
                size += len(chunk)
                if size > limit:
                    raise TooManyBytes(limit)
                pending += chunk
                if len(pending) >= _PART:
                    await self._add(token, number, pending)
                    number += 1
                    pending.clear()
            await self._add(token, number, pending)
            await self._database.write(lambda db: self._finish(db, token, attachment_id), about=token)
        except BaseException:
            await self._do(token, "DELETE FROM uploads WHERE token = ?", token)
            raise
        return size

    async def read(self, attachment_id: str) -> bytes:
        """The whole content. Raises FileNotFoundError when nothing was uploaded, ValueError for no attachment id."""
        checked_id(attachment_id)

        def query(db: Transaction) -> bytes | None:
            sql = "SELECT token FROM uploads WHERE attachment_id = ? AND finished"
            upload = db.execute(sql, [attachment_id]).fetchone()
            if upload is None:
                return None
            parts = db.execute("SELECT data FROM parts WHERE token = ? ORDER BY number", [upload[0]]).fetchall()
            return b"".join(bytes(part[0]) for part in parts)

        content = await self._database.read(query)
        if content is None:
            raise FileNotFoundError(attachment_id)
        return content

    async def delete(self, attachment_id: str) -> None:
        """Delete the content, if there is any."""
        sql = "DELETE FROM uploads WHERE attachment_id = ? AND finished"
        await self._do(attachment_id, sql, checked_id(attachment_id))

    def _finish(self, db: Transaction, token: str, attachment_id: str) -> None:
        self._database.lock(db, f"contents of {attachment_id}")
        db.execute("DELETE FROM uploads WHERE attachment_id = ? AND finished", [attachment_id])
        db.execute("UPDATE uploads SET finished = true WHERE token = ?", [token])

    async def _add(self, token: str, number: int, data: bytearray) -> None:
        sql = "INSERT INTO parts (token, number, data) VALUES (?, ?, ?)"
        await self._do(token, sql, token, number, bytes(data))

    async def _do(self, about: str, sql: str, *values: object) -> None:
        def change(db: Transaction) -> None:
            db.execute(sql, values)

        await self._database.write(change, about=about)
