"""The ChatKit SDK's `Store` on a `Database`: threads, items and attachments' metadata, each row one user's.

What another user owns is not found, exactly like what never existed. Threads and items are ordered by when they were
first stored, never by their clocks; saving again changes the content and keeps the place. A page's cursor is the id
of its last element.
"""

import secrets
from collections.abc import Callable
from typing import Any, Generic, Literal, NamedTuple, Protocol

from chatkit.store import NotFoundError, Store, StoreItemType, default_generate_id
from chatkit.types import Attachment, Page, ThreadItem, ThreadMetadata
from pydantic import TypeAdapter
from typing_extensions import TypeVar

from storage.attachments import AttachmentContents
from storage.database import Database, Statements

MAX_PAGE = 1000
"""More rows than this are never read at once, whatever the caller asks: the rest is on the next page."""

_ID_BYTES = 16

_ITEM: TypeAdapter[ThreadItem] = TypeAdapter(ThreadItem)
_ATTACHMENT: TypeAdapter[Attachment] = TypeAdapter(Attachment)

_ITEM_CURSOR = "SELECT sequence FROM items WHERE thread = ? AND id = ?"
# A list may be read on from a thread that was deleted after it was shown.
_THREAD_CURSOR = """
    SELECT sequence FROM threads WHERE user_id = ? AND id = ?
    UNION ALL SELECT sequence FROM deleted_threads WHERE user_id = ? AND id = ?"""

_THREAD_FIELDS = set(ThreadMetadata.model_fields)


class UserContext(Protocol):
    """What the store needs to know of a request: whose it is."""

    @property
    def user_id(self) -> str: ...


C = TypeVar("C", bound=UserContext, default=Any)
Element = TypeVar("Element")


class BadPage(ValueError):
    """A page was asked for that cannot be: a limit below 1, or an order that is neither "asc" nor "desc"."""


class UnknownCursor(BadPage):
    """`after` names nothing to go on from: not an id of this list, or one deleted since."""


class SQLStore(Store[C], Generic[C]):
    """Every method raises `chatkit.store.NotFoundError` for ids this user has not, except where its docstring says
    otherwise, and `StorageError` when the database fails. A method that writes returns when the write is on disk."""

    def __init__(self, database: Database, files: AttachmentContents | None = None) -> None:
        """`files`, when given, loses the content of attachments as their metadata is deleted."""
        self.database = database
        self._files = files

    def generate_thread_id(self, context: C) -> str:
        """The SDK's ids have 32 random bits: among 10,000 items a collision is a 1 % chance. These have 128."""
        return long_id("thread")

    def generate_item_id(self, item_type: StoreItemType, thread: ThreadMetadata, context: C) -> str:
        return long_id(item_type)

    async def load_thread(self, thread_id: str, context: C) -> ThreadMetadata:
        user = context.user_id
        data = await self.database.read(lambda db: _thread(db, user, thread_id)[1])
        return ThreadMetadata.model_validate_json(data)

    async def save_thread(self, thread: ThreadMetadata, context: C) -> None:
        """Create or change a thread. Of a `Thread` with items only the metadata is stored.

        Raises:
            NotFoundError: the thread was deleted. (A stream that goes on after that saves it again at its end.)
        """
        user = context.user_id
        # Stored with items, the SDK would later build Thread(**metadata, items=…) from them and fail.
        data = thread.model_dump_json(include=_THREAD_FIELDS)

        def change(db: Statements) -> None:
            self.database.lock(db, _threads_of(user))
            if db.execute("SELECT 1 FROM deleted_threads WHERE user_id = ? AND id = ?", [user, thread.id]).fetchone():
                raise NotFoundError(f"Thread {thread.id} was deleted.")
            db.execute(
                "INSERT INTO threads (user_id, id, data) VALUES (?, ?, ?)"
                " ON CONFLICT (user_id, id) DO UPDATE SET data = excluded.data",
                [user, thread.id, data],
            )

        await self.database.write(change, about=thread.id)

    async def load_threads(self, limit: int, after: str | None, order: str, context: C) -> Page[ThreadMetadata]:
        """A page of the user's threads by creation: `order` "desc" is newest first.

        Raises:
            UnknownCursor: `after` is not the id of a thread of this user.
            BadPage: `limit` is less than 1, or `order` neither "asc" nor "desc".
        """
        user = context.user_id
        size, ahead = _page_size(limit), _direction(order)

        def query(db: Statements) -> Page[ThreadMetadata]:
            where = "user_id = ?"
            values: list[str | int] = [user]
            if after is not None:
                where += f" AND sequence {ahead.beyond} ?"
                values.append(_cursor(db, after, _THREAD_CURSOR, [user, after, user, after]))
            sql = f"SELECT id, data FROM threads WHERE {where} ORDER BY sequence {ahead.order} LIMIT ?"
            rows = db.execute(sql, [*values, size + 1]).fetchall()
            return _page(rows, size, ThreadMetadata.model_validate_json)

        return await self.database.read(query)

    async def delete_thread(self, thread_id: str, context: C) -> None:
        """Delete a thread, its items and its attachments."""
        user = context.user_id

        def change(db: Statements) -> list[str]:
            self.database.lock(db, _threads_of(user))
            self.database.lock(db, _items_of(user, thread_id))
            sequence, _ = _thread(db, user, thread_id)
            db.execute(
                "INSERT INTO deleted_threads (user_id, id, sequence) VALUES (?, ?, ?)", [user, thread_id, sequence]
            )
            db.execute("DELETE FROM threads WHERE sequence = ?", [sequence])
            owned = [user, thread_id]
            attachments = db.execute("SELECT id FROM attachments WHERE user_id = ? AND thread_id = ?", owned).fetchall()
            db.execute("DELETE FROM attachments WHERE user_id = ? AND thread_id = ?", owned)
            return [row[0] for row in attachments]

        await self._delete_files(await self.database.write(change, about=thread_id))

    async def load_thread_items(
        self, thread_id: str, after: str | None, limit: int, order: str, context: C
    ) -> Page[ThreadItem]:
        """A page of a thread's items, hidden ones included, in the order they were first stored, or against it.

        Raises:
            UnknownCursor: `after` is not the id of an item of this thread.
            BadPage: `limit` is less than 1, or `order` neither "asc" nor "desc".
        """
        user = context.user_id
        size, ahead = _page_size(limit), _direction(order)

        def query(db: Statements) -> Page[ThreadItem]:
            thread, _ = _thread(db, user, thread_id)
            where, values = "thread = ?", [thread]
            if after is not None:
                where += f" AND sequence {ahead.beyond} ?"
                values.append(_cursor(db, after, _ITEM_CURSOR, [thread, after]))
            sql = f"SELECT id, data FROM items WHERE {where} ORDER BY sequence {ahead.order} LIMIT ?"
            return _page(db.execute(sql, [*values, size + 1]).fetchall(), size, _ITEM.validate_json)

        return await self.database.read(query)

    async def add_thread_item(self, thread_id: str, item: ThreadItem, context: C) -> None:
        """Store an item at the end of its thread. One that is there already (an item may be done twice) is changed
        and keeps its place."""
        user, item_id, data = context.user_id, item.id, _ITEM.dump_json(item, by_alias=True).decode()

        def change(db: Statements) -> None:
            self.database.lock(db, _items_of(user, thread_id))
            thread, _ = _thread(db, user, thread_id)
            db.execute(
                "INSERT INTO items (thread, sequence, id, data)"
                " VALUES (?, 1 + coalesce((SELECT max(sequence) FROM items WHERE thread = ?), 0), ?, ?)"
                " ON CONFLICT (thread, id) DO UPDATE SET data = excluded.data",
                [thread, thread, item_id, data],
            )

        await self.database.write(change, about=thread_id)

    async def save_item(self, thread_id: str, item: ThreadItem, context: C) -> None:
        """The same as `add_thread_item`: the SDK replaces items that it may never have stored."""
        await self.add_thread_item(thread_id, item, context)

    async def load_item(self, thread_id: str, item_id: str, context: C) -> ThreadItem:
        user = context.user_id

        def query(db: Statements) -> str:
            thread, _ = _thread(db, user, thread_id)
            row = db.execute("SELECT data FROM items WHERE thread = ? AND id = ?", [thread, item_id]).fetchone()
            if row is None:
                raise NotFoundError(f"Thread {thread_id} has no item {item_id}.")
            return str(row[0])

        return _ITEM.validate_json(await self.database.read(query))

    async def delete_thread_item(self, thread_id: str, item_id: str, context: C) -> None:
        """Delete an item. One that is not there is no error: an item may be removed that was never done."""
        user = context.user_id

        def change(db: Statements) -> None:
            thread, _ = _thread(db, user, thread_id)
            db.execute("DELETE FROM items WHERE thread = ? AND id = ?", [thread, item_id])

        await self.database.write(change, about=thread_id)

    async def save_attachment(self, attachment: Attachment, context: C) -> None:
        user, data = context.user_id, _ATTACHMENT.dump_json(attachment, by_alias=True).decode()

        def change(db: Statements) -> None:
            db.execute(
                "INSERT INTO attachments (user_id, id, thread_id, data) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (user_id, id) DO UPDATE SET thread_id = excluded.thread_id, data = excluded.data",
                [user, attachment.id, attachment.thread_id, data],
            )

        await self.database.write(change, about=attachment.id)

    async def load_attachment(self, attachment_id: str, context: C) -> Attachment:
        user = context.user_id

        def query(db: Statements) -> str:
            sql = "SELECT data FROM attachments WHERE user_id = ? AND id = ?"
            row = db.execute(sql, [user, attachment_id]).fetchone()
            if row is None:
                raise NotFoundError(f"There is no attachment {attachment_id}.")
            return str(row[0])

        return _ATTACHMENT.validate_json(await self.database.read(query))

    async def delete_attachment(self, attachment_id: str, context: C) -> None:
        """Delete an attachment and its content."""
        user = context.user_id

        def change(db: Statements) -> list[str]:
            sql = "DELETE FROM attachments WHERE user_id = ? AND id = ? RETURNING id"
            rows = db.execute(sql, [user, attachment_id]).fetchall()
            if not rows:
                raise NotFoundError(f"There is no attachment {attachment_id}.")
            return [row[0] for row in rows]

        await self._delete_files(await self.database.write(change, about=attachment_id))

    async def _delete_files(self, attachment_ids: list[str]) -> None:
        if self._files is not None:
            for attachment_id in attachment_ids:
                await self._files.delete(attachment_id)


def long_id(item_type: StoreItemType) -> str:
    """A new id with the SDK's prefix for this type and 128 random bits."""
    prefix = default_generate_id(item_type).rpartition("_")[0]
    return f"{prefix}_{secrets.token_hex(_ID_BYTES)}"


def _threads_of(user: str) -> str:
    """The name of what only one transaction at a time may do to the list of a user's threads."""
    return f"threads of {user}"


def _items_of(user: str, thread_id: str) -> str:
    return f"items of {thread_id} of {user}"


class _Direction(NamedTuple):
    order: Literal["ASC", "DESC"]
    beyond: Literal[">", "<"]


def _direction(order: str) -> _Direction:
    if order == "asc":
        return _Direction("ASC", ">")
    if order == "desc":
        return _Direction("DESC", "<")
    raise BadPage(f'order must be "asc" or "desc", not {order!r}.')


def _page_size(limit: int) -> int:
    if limit < 1:
        raise BadPage(f"limit must be at least 1, not {limit}.")
    return min(limit, MAX_PAGE)


def _thread(db: Statements, user: str, thread_id: str) -> tuple[int, str]:
    row = db.execute("SELECT sequence, data FROM threads WHERE user_id = ? AND id = ?", [user, thread_id]).fetchone()
    if row is None:
        raise NotFoundError(f"There is no thread {thread_id}.")
    return int(row[0]), str(row[1])


def _cursor(db: Statements, after: str, sql: str, values: list[Any]) -> int:
    row = db.execute(sql, values).fetchone()
    if row is None:
        raise UnknownCursor(f"after: there is no {after} in this list to go on from. Start again from its first page.")
    return int(row[0])


def _page(rows: list[tuple[str, str]], size: int, parse: Callable[[str], Element]) -> Page[Element]:
    """The page made of at most `size` rows; one row more tells that there is another page."""
    more = len(rows) > size
    rows = rows[:size]
    return Page(data=[parse(data) for _, data in rows], has_more=more, after=rows[-1][0] if more else None)
