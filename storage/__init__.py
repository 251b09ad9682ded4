"""What the embedded backend keeps: threads, items and attachments, each row one user's.

`SQLStore` is the ChatKit SDK's `Store` on a `Database`. By default that is a file of SQLite (`open_database`, which
creates or migrates it if need be), with the bytes of attachments in a folder (`AttachmentFiles`). `storage.postgres`
and `storage.postgres_contents` put both into PostgreSQL, for several instances; they need the extra `postgres`, and
are imported by whoever wants them. What goes wrong is a `StorageError` that names the database and says what to do.
"""

from storage.attachments import AttachmentContents, AttachmentFiles, TooManyBytes
from storage.database import Database
from storage.errors import DatabaseBusy, DatabaseClosed, DatabaseUnusable, StorageError
from storage.sqlite import SQLiteDatabase, open_database
from storage.store import MAX_PAGE, BadPage, SQLStore, UnknownCursor, UserContext, long_id

__all__ = [
    "MAX_PAGE",
    "AttachmentContents",
    "AttachmentFiles",
    "BadPage",
    "Database",
    "DatabaseBusy",
    "DatabaseClosed",
    "DatabaseUnusable",
    "SQLStore",
    "SQLiteDatabase",
    "StorageError",
    "TooManyBytes",
    "UnknownCursor",
    "UserContext",
    "long_id",
    "open_database",
]
