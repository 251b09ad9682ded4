"""What can be wrong with the database, in words.

StorageError
├── DatabaseUnusable   damaged, another program's, a newer version's, or impossible to open
├── DatabaseBusy       another process holds the lock, or the server cannot be reached just now
└── DatabaseClosed     used after `close()`
"""

import sqlite3
from pathlib import Path


class StorageError(Exception):
    """The message names the database, says what is wrong with it and what to do. `where` is its file, or its address
    without the password."""

    def __init__(self, where: Path | str, message: str) -> None:
        super().__init__(f"{where}: {message}")
        self.where = where


class DatabaseUnusable(StorageError):
    """The database cannot be used as it is."""


class DatabaseBusy(StorageError):
    """It is locked, or out of reach; the same call may work later."""


class DatabaseClosed(StorageError):
    """The database was closed before the call."""


def explained(error: sqlite3.Error, path: Path) -> Exception:
    """The `StorageError` that stands for an error of SQLite; `error` itself when it is a mistake in a statement."""
    name = getattr(error, "sqlite_errorname", "")
    text = str(error)
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return DatabaseBusy(
            path, "another process holds a lock on this file. Close the other program that has it open, and try again."
        )
    if name.startswith("SQLITE_NOTADB"):
        return DatabaseUnusable(
            path, "not an SQLite database. Choose another data folder, or move this file away to start afresh."
        )
    if name.startswith("SQLITE_CORRUPT"):
        return DatabaseUnusable(
            path,
            f"damaged ({text}). Restore a copy, or try `sqlite3 {path.name} .recover`, or move the file away to start "
            "afresh.",
        )
    if name.startswith("SQLITE_FULL"):
        return DatabaseUnusable(path, "the disk is full: nothing was written. Free some space, and try again.")
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH")):
        return DatabaseUnusable(
            path, f"cannot be opened for writing ({text}). Check the permissions of the file and of its folder."
        )
    if name.startswith("SQLITE_IOERR"):
        return DatabaseUnusable(path, f"the disk reported an error ({text}). Check the disk and the file system.")
    return error
