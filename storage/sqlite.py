"""One SQLite file: one thread that writes, a few that read, each on a connection of its own.

    write(change) ──► queue ──► writer thread: BEGIN IMMEDIATE · change · COMMIT ──► answer
    read(query)   ──► reader threads: BEGIN · query · ROLLBACK ──► answer

A write is answered once it is committed with `synchronous=FULL`: it survives the death of the process and of the
machine. Writes happen in the order of the calls. Reads see every write answered before they began.
"""

import asyncio
import contextlib
import os
import queue
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import sqlite_utils

from storage.database import uninterrupted
from storage.errors import DatabaseClosed, DatabaseUnusable, explained
from storage.sqlite_migrations import migrations

T = TypeVar("T")
Statements = Callable[[sqlite_utils.Database], T]

APPLICATION_ID = 0x434B5742  # "CKWB" in the file's header: tells our files from other programs'
READERS = 3
BUSY_TIMEOUT_S = 5.0


class SQLiteDatabase:
    """An open database file. Made by `open_database`; give it back with `close`."""

    def __init__(self, path: Path, writing: sqlite_utils.Database, busy_timeout: float) -> None:
        self.path = path
        self._writing = writing
        self._busy_timeout = busy_timeout
        self._jobs: queue.SimpleQueue[tuple[Statements[Any], Future[Any]] | None] = queue.SimpleQueue()
        self._closing = threading.Lock()
        self._closed = False
        self._writer = threading.Thread(target=self._write_jobs, name=f"writes {path.name}", daemon=True)
        self._writer.start()
        self._local = threading.local()
        self._reading: list[sqlite3.Connection] = []
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix=f"reads {path.name}")

    async def write(self, change: Statements[T], about: str = "") -> T:
        """Run `change` in a transaction of its own; returns what it returns, after the commit. All writes take effect
        in the order of the calls, whatever they are about.

        An exception in `change` rolls everything back and is raised here. Cancelling does not undo a write: it is
        finished first, and then the cancellation goes on, so that clean-up code sees what was stored.

        Raises:
            StorageError: the file is locked by another process, damaged, full or closed.
        """
        return await uninterrupted(self.submit(change))

    async def read(self, query: Statements[T]) -> T:
        """Run `query` on one snapshot of the data, on a connection that cannot write. Raises `StorageError`."""
        with self._closing:
            if self._closed:
                raise DatabaseClosed(self.path, "closed. Nothing can be read any more.")
            future = self._readers.submit(self._read, query)
        return await asyncio.wrap_future(future)

    def lock(self, db: sqlite_utils.Database, name: str) -> None:
        """Nothing to do: a transaction that writes has the whole file to itself."""

    def submit(self, change: Statements[T]) -> "Future[T]":
        """`write`, for callers outside an event loop: the future is done when the change is committed."""
        future: Future[T] = Future()
        with self._closing:
            if self._closed:
                raise DatabaseClosed(self.path, "closed. Nothing can be written any more.")
            self._jobs.put((change, future))
        return future

    def key(self, name: str) -> bytes:
        """32 random bytes, made at the first call with this name and the same ever after. Blocks for one write."""

        def change(db: sqlite_utils.Database) -> bytes:
            db.execute(
                "INSERT INTO keys (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING", [name, secrets.token_bytes(32)]
            )
            return bytes(db.execute("SELECT value FROM keys WHERE name = ?", [name]).fetchone()[0])

        return self.submit(change).result()

    def close(self) -> None:
        """Finish the writes and reads that were asked for, then close the file. May be called twice."""
        with self._closing:
            already, self._closed = self._closed, True
            if not already:
                self._jobs.put(None)
        self._writer.join()
        self._readers.shutdown(wait=True)
        while self._reading:
            self._reading.pop().close()
        # The last connection to close folds the write-ahead log into the file.
        self._writing.close()

    async def aclose(self) -> None:
        """`close`, off the event loop."""
        await asyncio.to_thread(self.close)

    def _write_jobs(self) -> None:
        while (job := self._jobs.get()) is not None:
            change, future = job
            future.set_running_or_notify_cancel()
            try:
                result = self._commit(change)
            except sqlite3.Error as error:
                future.set_exception(explained(error, self.path))
            except BaseException as error:  # the caller's exception, whatever it is, is the caller's to see
                future.set_exception(error)
            else:
                future.set_result(result)

    def _commit(self, change: Statements[T]) -> T:
        self._writing.execute("BEGIN IMMEDIATE")
        try:
            result = change(self._writing)
            self._writing.execute("COMMIT")
        except BaseException:
            self._writing.rollback()
            raise
        return result

    def _read(self, query: Statements[T]) -> T:
        try:
            db = self._reader()
            db.execute("BEGIN")
            try:
                return query(db)
            finally:
                db.rollback()
        except sqlite3.Error as error:
            raise explained(error, self.path) from error

    def _reader(self) -> sqlite_utils.Database:
        db: sqlite_utils.Database | None = getattr(self._local, "db", None)
        if db is None:
            db = _connect(self.path, self._busy_timeout, "ro")
            db.execute("PRAGMA query_only = ON")
            self._local.db = db
            self._reading.append(db.conn)
        return db


def open_database(path: Path, *, busy_timeout: float = BUSY_TIMEOUT_S) -> SQLiteDatabase:
    """Open the database file at `path`, making it and its folder when missing, and bring its schema up to date.

    The file is readable by its owner only, and so is the folder when it is made here. `busy_timeout` is how long, in
    seconds, to wait for another process's lock.

    Raises:
        StorageError: the file is damaged, another program's, a newer version's, locked, or cannot be opened.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make_private(path)
    except OSError as error:
        raise DatabaseUnusable(path, f"cannot be opened ({error.strerror}). Choose another data folder.") from error
    db: sqlite_utils.Database | None = None
    try:
        db = _connect(path, busy_timeout, "rw")
        _check_ours(db, path)
        _use_write_ahead_log(db, path, busy_timeout)
        _migrate(db)
    except sqlite3.Error as error:
        _close(db)
        raise explained(error, path) from error
    except BaseException:
        _close(db)
        raise
    return SQLiteDatabase(path, db, busy_timeout)


def _connect(path: Path, busy_timeout: float, mode: str) -> sqlite_utils.Database:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=busy_timeout,
        isolation_level=None,  # transactions begin where the code says so
        check_same_thread=False,  # opened in one thread, used in one other, closed in a third; never in two at once
    )
    # Plugins that other packages install for the sqlite-utils command have no business in this file.
    db = sqlite_utils.Database(connection, execute_plugins=False)
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA synchronous = FULL")
    return db


def _close(db: sqlite_utils.Database | None) -> None:
    if db is not None:
        with contextlib.suppress(sqlite3.Error):
            db.close()


def _make_private(path: Path) -> None:
    # SQLite gives the log files the permissions of the main file.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    if os.name == "posix" and path.stat().st_mode & 0o077:
        path.chmod(0o600)


def _check_ours(db: sqlite_utils.Database, path: Path) -> None:
    """Raise when the file holds what this version did not write. An empty file is ours."""
    tables = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    application_id = db.execute("PRAGMA application_id").fetchone()[0]
    if tables and application_id != APPLICATION_ID:
        raise DatabaseUnusable(path, "another program's SQLite database. Choose another data folder.")
    known = {step.name for step in migrations.pending(sqlite_utils.Database(memory=True, execute_plugins=False))}
    newer = [step.name for step in migrations.applied(db) if step.name not in known]
    if newer:
        raise DatabaseUnusable(
            path,
            f"written by a newer version of ChatKit Workbench (it knows {', '.join(newer)}, this version does not). "
            "Update ChatKit Workbench, or choose another data folder.",
        )


def _use_write_ahead_log(db: sqlite_utils.Database, path: Path, busy_timeout: float) -> None:
    deadline = time.monotonic() + busy_timeout
    while True:
        try:
            mode = db.execute("PRAGMA journal_mode = WAL").fetchone()[0]
            break
        except sqlite3.OperationalError as error:
            # SQLite does not wait by itself when two change the mode of a new file at the same moment.
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
    if mode != "wal":
        raise DatabaseUnusable(
            path, "this file system cannot hold a write-ahead log. Choose a data folder on a local disk."
        )


def _migrate(db: sqlite_utils.Database) -> None:
    """All pending steps or none; another process that opens the same new file waits its turn."""
    db.execute("BEGIN IMMEDIATE")
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    migrations.apply(db)
    db.commit()
