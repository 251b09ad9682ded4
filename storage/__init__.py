"""SQLite behind the embedded backend: threads, items and attachments, each row one user's.

`open_database` opens (and if need be creates or migrates) the file, `SQLiteStore` is the ChatKit SDK's `Store` on it,
`AttachmentFiles` keeps the bytes of attachments. What goes wrong is a `StorageError` that names the file and says what
to do.
"""

from storage.attachments import AttachmentFiles, TooManyBytes
from storage.database import Database, open_database
from storage.errors import DatabaseBusy, DatabaseClosed, DatabaseUnusable, StorageError
from storage.store import MAX_PAGE, BadPage, SQLiteStore, UnknownCursor, UserContext, long_id

__all__ = [
    "MAX_PAGE",
    "AttachmentFiles",
    "BadPage",
    "Database",
    "DatabaseBusy",
    "DatabaseClosed",
    "DatabaseUnusable",
    "SQLiteStore",
    "StorageError",
    "TooManyBytes",
    "UnknownCursor",
    "UserContext",
    "long_id",
    "open_database",
]
