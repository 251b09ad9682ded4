"""What PostgreSQL and its client say, in our words."""

from __future__ import annotations

import psycopg
from psycopg import errors
from psycopg_pool import PoolClosed, PoolTimeout

from storage.errors import DatabaseBusy, DatabaseClosed, DatabaseUnusable

__all__ = ["explained"]

_BUSY = (errors.LockNotAvailable, errors.DeadlockDetected, errors.SerializationFailure, errors.QueryCanceled)
_LONGEST = 300


def explained(error: psycopg.Error | PoolTimeout | PoolClosed, address: str) -> Exception:
    """The `StorageError` that stands for an error; the error itself when it is a mistake in a statement."""
    said = " ".join(str(error).split())[:_LONGEST]
    if isinstance(error, PoolClosed):
        return DatabaseClosed(address, "closed. Nothing can be read or written any more.")
    if isinstance(error, PoolTimeout):
        return DatabaseBusy(
            address, "no connection could be had in time. Look whether the server runs, and how many it allows."
        )
    if isinstance(error, _BUSY):
        return DatabaseBusy(address, f"another transaction was in the way ({said}). Try again.")
    if isinstance(error, errors.TooManyConnections):
        return DatabaseBusy(
            address, "the server has no connection left. Each instance takes up to 8: raise max_connections."
        )
    if isinstance(error, errors.DiskFull):
        return DatabaseUnusable(address, "the server's disk is full: nothing was written. Free some space there.")
    if isinstance(error, errors.InsufficientPrivilege):
        return DatabaseUnusable(
            address,
            f"this user may not do that ({said}). Grant it the schema: "
            "CREATE SCHEMA chatkit_workbench AUTHORIZATION its_name.",
        )
    if isinstance(error, errors.ReadOnlySqlTransaction):
        return DatabaseUnusable(address, "this server takes no writes: it is a standby. Name the one that does.")
    if isinstance(error, errors.InvalidAuthorizationSpecification):
        return DatabaseUnusable(address, f"the server lets this user not in ({said}). Check user and password.")
    if isinstance(error, errors.InvalidCatalogName):
        return DatabaseUnusable(address, f"{said}. Create it first: createdb.")
    if isinstance(error, psycopg.OperationalError):
        return DatabaseBusy(address, f"the server cannot be reached, or broke off ({said}). Look whether it runs.")
    if isinstance(error, psycopg.InternalError | errors.UndefinedTable):
        return DatabaseUnusable(address, f"the server failed ({said}). Its log says more.")
    return error
