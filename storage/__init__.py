"""SQLite behind the embedded backend: threads, items and attachments, each row one user's.

`open_database` opens (and if need be creates or migrates) the file, `SQLStore` is the ChatKit SDK's `Store` on it,
`AttachmentFiles` keeps the bytes of attachments. What goes wrong is a `StorageError` that names the file and says what
to do.
"""

from storage.attachments import AttachmentFiles, TooManyBytes
from storage.errors import DatabaseBusy, DatabaseClosed, DatabaseUnusable, StorageError
from storage.sqlite import SQLiteDatabase, open_database
from storage.store import MAX_PAGE, BadPage, SQLStore, UnknownCursor, UserContext, long_id

__all__ = [
    "MAX_PAGE",
    "AttachmentFiles",
    "BadPage",
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
