"""The schema, as the steps that led to it. Append steps; never change one that was released.

Items belong to a thread by its sequence number, so one lookup of (user, thread id) guards every statement about items.
`sequence` is the order of creation: of threads over the whole file, of items within their thread. Pages are read along
the indexes on it.
"""

from sqlite_utils import Database, Migrations

migrations = Migrations("chatkit-workbench")


@migrations()
def threads_items_attachments(db: Database) -> None:
    db.execute("""
        CREATE TABLE threads (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            user_id TEXT NOT NULL,
            id TEXT NOT NULL,
            data TEXT NOT NULL,
            UNIQUE (user_id, id)
        )""")
    db.execute("CREATE INDEX threads_by_user ON threads (user_id, sequence)")
    db.execute("""
        CREATE TABLE items (
            thread INTEGER NOT NULL REFERENCES threads (sequence) ON DELETE CASCADE,
            sequence INTEGER NOT NULL,
            id TEXT NOT NULL,
            data TEXT NOT NULL,
            UNIQUE (thread, sequence),
            UNIQUE (thread, id)
        )""")
    db.execute("""
        CREATE TABLE attachments (
            user_id TEXT NOT NULL,
            id TEXT NOT NULL,
            thread_id TEXT,
            data TEXT NOT NULL,
            PRIMARY KEY (user_id, id)
        )""")
    db.execute("CREATE INDEX attachments_by_thread ON attachments (user_id, thread_id)")
    # A stream that outlives its thread saves it once more when it ends: what was deleted must not come back.
    db.execute("""
        CREATE TABLE deleted_threads (
            user_id TEXT NOT NULL,
            id TEXT NOT NULL,
            sequence INTEGER NOT NULL,
            PRIMARY KEY (user_id, id)
        ) WITHOUT ROWID""")
    db.execute("CREATE TABLE keys (name TEXT PRIMARY KEY, value BLOB NOT NULL)")
