"""What a store asks of a database: transactions that write, and transactions that read one moment.

The statements are SQL that SQLite and PostgreSQL both speak, with `?` for a value. What the two do differently is
behind these protocols.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, Protocol, TypeVar

__all__ = ["Database", "Rows", "Statements", "uninterrupted"]

T = TypeVar("T")


class Rows(Protocol):
    """What a statement found."""

    def fetchone(self) -> Any:
        """The next row, None after the last."""

    def fetchall(self) -> list[Any]:
        """The rows that are left."""


class Statements(Protocol):
    """A transaction that statements are run in."""

    def execute(self, sql: str, values: Sequence[Any] = (), /) -> Rows:
        """Run one statement."""


class Database(Protocol):
    """An open database. Whatever goes wrong with it is raised as a `StorageError`."""

    async def write(self, change: Callable[[Any], T], about: str = "") -> T:
        """Run `change` in a transaction of its own; returns what it returns, after the commit.

        Writes `about` the same take effect in the order of the calls. An exception in `change` rolls everything back
        and is raised here. Cancelling does not undo a write: it is finished first, and then the cancellation goes on,
        so that clean-up code sees what was stored. `change` may be run again when its transaction could not be ended.
        """

    async def read(self, query: Callable[[Any], T]) -> T:
        """Run `query` on one snapshot of the data, on a connection that cannot write."""

    def lock(self, db: Any, name: str) -> None:
        """Within a write: go on when no other transaction does that has locked this name, in this process or another.
        Locked until the transaction ends."""

    def key(self, name: str) -> bytes:
        """32 random bytes, made at the first call with this name and the same ever after. Blocks for one write."""

    async def aclose(self) -> None:
        """Finish what was asked for, then close. May be called twice."""


async def uninterrupted(future: Future[T]) -> T:
    """What `future` brings. When the caller is cancelled, the cancellation goes on after the future is done."""
    done = asyncio.wrap_future(future)
    try:
        # Without the shield a cancelled caller would take its write out of the queue.
        return await asyncio.shield(done)
    except asyncio.CancelledError:
        await asyncio.wait([done])
        if not done.cancelled():
            done.exception()  # the cancellation is what the caller sees; asyncio need not report this one too
        raise
