"""PostgreSQL in SQLite's place: several instances of the backend share one database.

    write(change, about) ──► one of four lanes, by what it is about ──► BEGIN · change · COMMIT ──► answer
    read(query)          ──► any of four threads ──► BEGIN (read only, repeatable read) · query · ROLLBACK ──► answer

A lane is a thread that does one write after the other, so that writes about the same thing keep their order; what must
not happen at the same time in two lanes, or in two instances, takes a lock by name (`PostgresDatabase.lock`). A write
is answered once it is committed. Needs psycopg with its pool: the extra `postgres`.
"""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar
from urllib.parse import unquote
from zlib import crc32

import psycopg
from chatkit.store import NotFoundError
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

from storage.database import Rows, uninterrupted
from storage.errors import DatabaseClosed, DatabaseUnusable
from storage.postgres_errors import explained
from storage.postgres_migrations import SCHEMA, STEPS

__all__ = ["PostgresDatabase", "open_postgres"]

T = TypeVar("T")
Change = Callable[["Transaction"], T]

LANES = 4
READERS = 4
OLDEST_SERVER = 120000
BUSY_TIMEOUT_S = 5.0

_MIGRATION_LOCK = 0x434B5742
_NUL = "\0"


class Transaction:
    """A transaction in PostgreSQL, for statements with `?` in place of a value."""

    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        self._connection = connection

    def execute(self, sql: str, values: Sequence[Any] = (), /) -> Rows:
        """Run one statement. Raises `NotFoundError` for a text with a NUL in it: no id of ours has one."""
        if any(isinstance(value, str) and _NUL in value for value in values):
            raise NotFoundError("There is nothing whose id has a NUL in it.")
        statement: Any = sql.replace("?", "%s")  # our own, with no other percent sign or question mark
        return self._connection.execute(statement, values)


class PostgresDatabase:
    """A database on a server. Made by `open_postgres`; give it back with `aclose`."""

    def __init__(self, conninfo: str, address: str, busy_timeout: float) -> None:
        """`address` is what is shown of it."""
        self.address = address
        self._writing = _pool(conninfo, LANES, _for_writing, busy_timeout)
        self._reading = _pool(conninfo, READERS, _for_reading, busy_timeout)
        self._lanes = [ThreadPoolExecutor(1, thread_name_prefix=f"writes {n}") for n in range(LANES)]
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="reads")
        self._closing = threading.Lock()
        self._closed = False

    async def write(self, change: Change[T], about: str = "") -> T:
        """Run `change` in a transaction of its own; see `storage.database.Database`."""
        return await uninterrupted(self.submit(change, about))

    async def read(self, query: Change[T]) -> T:
        """Run `query` on one snapshot of the data, on a connection that cannot write."""
        with self._closing:
            self._check_open("read")
            future = self._readers.submit(self._run, self._reading, query)
        return await asyncio.wrap_future(future)

    def submit(self, change: Change[T], about: str = "") -> Future[T]:
        """`write`, for callers outside an event loop: the future is done when the change is committed."""
        with self._closing:
            self._check_open("written")
            lane = self._lanes[crc32(about.encode("utf-8", "surrogatepass")) % LANES]
            return lane.submit(self._run, self._writing, change)

    def lock(self, db: Transaction, name: str) -> None:
        """Go on when no other transaction does that has locked this name, of whatever instance."""
        db.execute("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", [name])

    def key(self, name: str) -> bytes:
        """32 random bytes, the same for every instance and ever after. Blocks for one write."""

        def change(db: Transaction) -> bytes:
            made = [name, secrets.token_bytes(32)]
            db.execute("INSERT INTO keys (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING", made)
            return bytes(db.execute("SELECT value FROM keys WHERE name = ?", [name]).fetchone()[0])

        return self.submit(change).result()

    def close(self) -> None:
        """Finish the writes and reads that were asked for, then give the connections back. May be called twice."""
        with self._closing:
            self._closed = True
        for threads in (*self._lanes, self._readers):
            threads.shutdown(wait=True)
        self._writing.close()
        self._reading.close()

    async def aclose(self) -> None:
        """`close`, off the event loop."""
        await asyncio.to_thread(self.close)

    def _check_open(self, what: str) -> None:
        if self._closed:
            raise DatabaseClosed(self.address, f"closed. Nothing can be {what} any more.")

    def _run(self, pool: ConnectionPool[Any], change: Change[T]) -> T:
        try:
            return self._once(pool, change)
        except _Lost:
            # The server was started anew, or something between has cut idle connections: none of them is of use.
            pool.check()
        except (psycopg.Error, PoolTimeout, PoolClosed) as error:
            raise explained(error, self.address) from error
        try:
            return self._once(pool, change)
        except _Lost as lost:
            raise explained(lost.error, self.address) from lost
        except (psycopg.Error, PoolTimeout, PoolClosed) as error:
            raise explained(error, self.address) from error

    def _once(self, pool: ConnectionPool[Any], change: Change[T]) -> T:
        with pool.connection() as connection:
            try:
                result = change(Transaction(connection))
            except psycopg.OperationalError as error:
                if connection.broken:
                    raise _Lost(error) from error  # before the commit was sent: nothing of it has happened
                raise
            if pool is self._reading:
                connection.rollback()
            return result  # the pool commits


class _Lost(Exception):
    """The connection broke off before the end of a transaction."""

    def __init__(self, error: psycopg.OperationalError) -> None:
        super().__init__(str(error))
        self.error = error


def open_postgres(url: str, *, busy_timeout: float = BUSY_TIMEOUT_S) -> PostgresDatabase:
    """Connect to the database at a `postgresql://` URL and bring the schema `chatkit_workbench` in it up to date.

    `busy_timeout` is how long, in seconds, to wait for a connection and for a lock.

    Raises:
        StorageError: it cannot be reached or used, or is a newer version's.
    """
    try:
        given = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        # Not the library's words, which may quote the URL.
        raise DatabaseUnusable("--database", "not a URL like postgresql://user@host:5432/name.") from None
    address = shown_address(given)
    options = f"-c search_path={SCHEMA} -c lock_timeout={int(busy_timeout * 1000)}"
    conninfo = make_conninfo(
        url,
        options=f"{given.get('options') or ''} {options}".strip(),
        connect_timeout=given.get("connect_timeout") or 5,
        application_name=given.get("application_name") or "chatkit-workbench",
    )
    try:
        with psycopg.connect(conninfo) as connection:
            _check_server(connection, address)
            _migrate(connection, address)
    except psycopg.Error as error:
        raise explained(error, address) from error
    return PostgresDatabase(conninfo, address, busy_timeout)


def shown_address(given: dict[str, Any]) -> str:
    """What may be shown of a connection: who, where and which database, and nothing else that a URL may say."""
    user, host = given.get("user"), unquote(str(given.get("host") or "localhost"))
    port, name = given.get("port"), given.get("dbname")
    where = f"{f'{user}@' if user else ''}{host}{f':{port}' if port else ''}"
    return f"postgresql://{where}{'' if name is None else f'/{name}'}"


def _pool(
    conninfo: str, size: int, configure: Callable[[psycopg.Connection[Any]], None], timeout: float
) -> ConnectionPool[Any]:
    return ConnectionPool(
        conninfo,
        min_size=0,
        max_size=size,
        open=True,
        configure=configure,
        timeout=timeout,
        max_idle=60,
        reconnect_timeout=timeout,
    )


def _for_writing(connection: psycopg.Connection[Any]) -> None:
    connection.isolation_level = psycopg.IsolationLevel.READ_COMMITTED  # after a lock, what others committed is seen


def _for_reading(connection: psycopg.Connection[Any]) -> None:
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True


def _check_server(connection: psycopg.Connection[Any], address: str) -> None:
    if connection.info.server_version < OLDEST_SERVER:
        raise DatabaseUnusable(address, "this server is older than PostgreSQL 12. Use a newer one.")
    encoding = connection.execute("SHOW server_encoding").fetchone()
    if encoding is None or encoding[0] != "UTF8":
        raise DatabaseUnusable(address, f"it stores text as {encoding and encoding[0]}. Use a database in UTF8.")


def _migrate(connection: psycopg.Connection[Any], address: str) -> None:
    """All pending steps or none; another instance that opens the same database waits its turn."""
    connection.execute("SELECT pg_advisory_xact_lock(%s)", [_MIGRATION_LOCK])
    there = connection.execute("SELECT to_regclass(%s)", [f"{SCHEMA}.steps"]).fetchone()
    if there is None or there[0] is None:
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        connection.execute("CREATE TABLE steps (name TEXT PRIMARY KEY, taken TIMESTAMPTZ NOT NULL DEFAULT now())")
    taken = {row[0] for row in connection.execute("SELECT name FROM steps").fetchall()}
    newer = sorted(taken - {step.name for step in STEPS})
    if newer:
        raise DatabaseUnusable(
            address,
            f"written by a newer version of ChatKit Workbench (it knows {', '.join(newer)}, this version does not). "
            "Update ChatKit Workbench, or choose another database.",
        )
    for step in STEPS:
        if step.name not in taken:
            statements: Any = step.sql
            connection.execute(statements)
            connection.execute("INSERT INTO steps (name) VALUES (%s)", [step.name])
