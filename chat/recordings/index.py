"""
What the list knows of each file, kept beside the files so that opening the list reads none of them.

It holds nothing that the files do not: lost, damaged or of another version, it is made anew.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable
from dataclasses import asdict, fields
from pathlib import Path

import sqlite_utils

from chat.checks import CATALOGUE
from chat.recordings.listed import Listed
from chat.version import version

__all__ = ["Index"]

_TABLE = "recordings"
_COLUMNS = {field.name for field in fields(Listed)}
_BOOLEANS = ("kept", "looked_into")


class Index:
    """A small table of `Listed`, by key. Used by one thread at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._database = self._opened()

    def rows(self) -> dict[str, Listed]:
        """All rows by key."""
        rows = ({**row, **{name: bool(row[name]) for name in _BOOLEANS}} for row in self._database.table(_TABLE).rows)
        return {row["key"]: Listed(**row) for row in rows}

    def put(self, rows: Iterable[Listed]) -> None:
        """Remember these rows, in place of what was known of their files."""
        self._database.table(_TABLE).upsert_all(map(asdict, rows), pk="key")

    def drop(self, keys: Iterable[str]) -> None:
        """Forget these files."""
        with self._database.conn:
            self._database.conn.executemany(f"delete from {_TABLE} where key = ?", ((key,) for key in keys))

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _opened(self) -> sqlite_utils.Database:
        try:
            return self._made()
        except sqlite3.Error:
            for path in self._path.parent.glob(f"{self._path.name}*"):
                path.unlink()
            return self._made()

    def _made(self) -> sqlite_utils.Database:
        with contextlib.suppress(FileExistsError):
            self._path.touch(mode=0o600, exist_ok=False)
        database = sqlite_utils.Database(sqlite3.connect(self._path, check_same_thread=False))
        try:
            made_by = next(iter(database["made_by"].rows), {}).get("version") if database["made_by"].exists() else None
            table = database.table(_TABLE)
            maker = f"{version()}, {len(CATALOGUE)} rules"
            if made_by != maker or not table.exists() or set(table.columns_dict) != _COLUMNS:
                # what rules find, and what the list wants to know, changes with the version
                table.drop(ignore=True)
                table.create({field.name: _type(str(field.type)) for field in fields(Listed)}, pk="key")
                database["made_by"].drop(ignore=True)
                database.table("made_by").insert({"version": maker})
        except BaseException:
            database.close()
            raise
        return database


def _type(annotation: str) -> type:
    return {"str": str, "float": float}.get(annotation, int)
