"""The schema in PostgreSQL, as the steps that led to it. Append steps; never change one that was released.

It is that of SQLite (see `storage.sqlite_migrations`), in a schema of its own, with the contents of attachments beside
it: several instances share one database, and no folder.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["SCHEMA", "STEPS", "Step"]

SCHEMA = "chatkit_workbench"


class Step(NamedTuple):
    """One step; its name is remembered in the database."""

    name: str
    sql: str


STEPS: tuple[Step, ...] = (
    Step(
        "threads_items_attachments",
        """
        CREATE TABLE threads (
            sequence BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            user_id TEXT NOT NULL,
            id TEXT NOT NULL,
            data TEXT NOT NULL,
            UNIQUE (user_id, id)
        );
        CREATE INDEX threads_by_user ON threads (user_id, sequence);
        CREATE TABLE items (
            thread BIGINT NOT NULL REFERENCES threads (sequence) ON DELETE CASCADE,
            sequence BIGINT NOT NULL,
            id TEXT NOT NULL,
            data TEXT NOT NULL,
            UNIQUE (thread, sequence),
            UNIQUE (thread, id)
        );
        CREATE TABLE attachments (
            user_id TEXT NOT NULL,
            id TEXT NOT NULL,
            thread_id TEXT,
            data TEXT NOT NULL,
            PRIMARY KEY (user_id, id)
        );
        CREATE INDEX attachments_by_thread ON attachments (user_id, thread_id);
        CREATE TABLE deleted_threads (
            user_id TEXT NOT NULL,
            id TEXT NOT NULL,
            sequence BIGINT NOT NULL,
            PRIMARY KEY (user_id, id)
        );
        CREATE TABLE keys (name TEXT PRIMARY KEY, value BYTEA NOT NULL);
        CREATE TABLE uploads (
            token TEXT PRIMARY KEY,
            attachment_id TEXT NOT NULL,
            begun TIMESTAMPTZ NOT NULL DEFAULT now(),
            finished BOOLEAN NOT NULL DEFAULT false
        );
        CREATE INDEX uploads_by_attachment ON uploads (attachment_id);
        CREATE TABLE parts (
            token TEXT NOT NULL REFERENCES uploads (token) ON DELETE CASCADE,
            number INTEGER NOT NULL,
            data BYTEA NOT NULL,
            PRIMARY KEY (token, number)
        );
        """,
    ),
)
