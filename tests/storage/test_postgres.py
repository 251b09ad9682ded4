"""What PostgreSQL does beyond the contract of a store: several instances, a server that goes away, words for it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
import pytest
from chatkit.store import NotFoundError
from chatkit.types import AssistantMessageContent, AssistantMessageItem, ThreadMetadata

from storage import DatabaseBusy, DatabaseClosed, DatabaseUnusable, SQLStore, TooManyBytes
from storage.postgres import PostgresDatabase, Transaction, open_postgres
from storage.postgres_contents import PostgresContents
from tests.postgres import empty_database


@dataclass(frozen=True)
class User:
    user_id: str


ANN = User("ann")
NOW = datetime(2026, 3, 1)


def an_item(item_id: str) -> AssistantMessageItem:
    content = [AssistantMessageContent(text=item_id)]
    return AssistantMessageItem(id=item_id, thread_id="thr_1", created_at=NOW, content=content)


@pytest.fixture(scope="module")
def server() -> str:
    return empty_database()


@pytest.fixture
def url(server: str) -> str:
    return empty_database()


@pytest.fixture
def two(url: str) -> Iterator[list[PostgresDatabase]]:
    """Two instances' databases."""
    opened = [open_postgres(url, busy_timeout=1), open_postgres(url, busy_timeout=1)]
    yield opened
    for database in opened:
        database.close()


async def test_two_that_write_into_one_thread_lose_nothing(two: list[PostgresDatabase]) -> None:
    stores = [SQLStore[User](database) for database in two]
    await stores[0].save_thread(ThreadMetadata(id="thr_1", created_at=NOW), ANN)
    await asyncio.gather(
        *(stores[n % 2].add_thread_item("thr_1", an_item(f"msg_{n}"), ANN) for n in range(100)),
    )
    seen = [
        [item.id for item in (await store.load_thread_items("thr_1", None, 200, "asc", ANN)).data] for store in stores
    ]
    assert seen[0] == seen[1]
    assert sorted(seen[0]) == sorted(f"msg_{n}" for n in range(100))
    for half in (0, 1):  # each one's own keep their order
        own = [int(name[4:]) for name in seen[0] if int(name[4:]) % 2 == half]
        assert own == sorted(own)


async def test_a_thread_deleted_in_one_does_not_come_back_from_the_other(two: list[PostgresDatabase]) -> None:
    one, other = (SQLStore[User](database) for database in two)
    for n in range(30):
        thread = ThreadMetadata(id=f"thr_{n}", created_at=NOW)
        await one.save_thread(thread, ANN)
        await asyncio.gather(
            one.delete_thread(thread.id, ANN),
            other.save_thread(thread, ANN),
            other.add_thread_item(thread.id, an_item("msg"), ANN),
            return_exceptions=True,
        )
    assert (await one.load_threads(100, None, "desc", ANN)).data == []


async def test_keys_are_the_same_for_all_and_threads_keep_one_order(two: list[PostgresDatabase]) -> None:
    assert two[0].key("attachments") == two[1].key("attachments")
    stores = [SQLStore[User](database) for database in two]
    for n in range(10):
        await stores[n % 2].save_thread(ThreadMetadata(id=f"thr_{n}", created_at=NOW), ANN)
    page = await stores[1].load_threads(100, None, "asc", ANN)
    assert [thread.id for thread in page.data] == [f"thr_{n}" for n in range(10)]


async def test_four_that_open_a_new_database_at_once_all_get_it(url: str) -> None:
    opened = await asyncio.gather(*(asyncio.to_thread(open_postgres, url) for _ in range(4)))
    for database in opened:
        database.close()


async def test_connections_that_were_cut_are_replaced_and_nothing_is_asked_twice(
    two: list[PostgresDatabase],
) -> None:
    database, other = two
    store = SQLStore[User](database)
    await store.save_thread(ThreadMetadata(id="thr_1", created_at=NOW), ANN)
    await store.load_thread("thr_1", ANN)

    def cut(db: Transaction) -> None:
        sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        # of this database alone: other workers have theirs on the same server
        sql += " AND datname = current_database()"
        db.execute(f"{sql} AND application_name = 'chatkit-workbench'")

    await other.write(cut)
    await store.add_thread_item("thr_1", an_item("msg_1"), ANN)
    await other.write(cut)
    assert (await store.load_thread("thr_1", ANN)).id == "thr_1"
    page = await store.load_thread_items("thr_1", None, 10, "asc", ANN)
    assert [item.id for item in page.data] == ["msg_1"]


async def test_readers_cannot_write(two: list[PostgresDatabase]) -> None:
    with pytest.raises(DatabaseUnusable, match="takes no writes"):
        await two[0].read(lambda db: db.execute("INSERT INTO keys (name, value) VALUES (?, ?)", ["a", b"b"]))


async def test_a_lock_that_is_not_given_up_is_said_and_the_next_write_works(two: list[PostgresDatabase]) -> None:
    database, other = two
    held, enough = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def hold(db: Transaction) -> None:
        other.lock(db, "threads of ann")
        loop.call_soon_threadsafe(held.set)
        asyncio.run_coroutine_threadsafe(enough.wait(), loop).result()

    holding = asyncio.create_task(other.write(hold))
    await held.wait()
    store = SQLStore[User](database)
    with pytest.raises(DatabaseBusy, match="another transaction was in the way"):
        await store.save_thread(ThreadMetadata(id="thr_1", created_at=NOW), ANN)
    enough.set()
    await holding
    await store.save_thread(ThreadMetadata(id="thr_1", created_at=NOW), ANN)


async def test_an_id_with_a_nul_is_not_found(two: list[PostgresDatabase]) -> None:
    with pytest.raises(NotFoundError):
        await SQLStore[User](two[0]).load_thread("thr\0", ANN)


async def test_a_mistake_in_a_statement_stays_what_it_is(two: list[PostgresDatabase]) -> None:
    with pytest.raises(psycopg.ProgrammingError):
        await two[0].write(lambda db: db.execute("SELEC 1"))


async def test_afterwards_every_call_says_so(url: str) -> None:
    database = open_postgres(url)
    await database.aclose()
    await database.aclose()
    for call in (database.read, database.write):
        with pytest.raises(DatabaseClosed, match="closed"):
            await call(lambda db: None)


class TestWords:
    """No sentence has the password, and each says what to do."""

    @pytest.mark.parametrize(
        ("url", "words"),
        [
            ("postgresql://ann:hunter2secret@127.0.0.1:1/none?connect_timeout=2", "cannot be reached"),
            ("postgresql://ann:hunter2secret@127.0.0.1:1/none?sslmode=hunter2secret", "sslmode"),
            ("postgresql://ann:hunter2secret@[::1/none", "not a URL"),
            ("postgresql://ann@127.0.0.1:1/none?nonsense=hunter2secret", "not a URL"),
        ],
    )
    def test_a_database_that_cannot_be_had(self, url: str, words: str) -> None:
        with pytest.raises((DatabaseBusy, DatabaseUnusable), match=words) as caught:
            open_postgres(url)
        assert "hunter2" not in str(caught.value).replace('sslmode value: "hunter2secret"', "")

    def test_a_newer_versions_database(self, url: str) -> None:
        open_postgres(url).close()
        with psycopg.connect(url) as connection:
            connection.execute("INSERT INTO chatkit_workbench.steps (name) VALUES ('colours')")
        with pytest.raises(DatabaseUnusable, match=r"newer version .*colours.* choose another database"):
            open_postgres(url)

    def test_what_is_shown_is_who_and_where(self, url: str) -> None:
        database = open_postgres(url.replace("postgres:@", "postgres:hunter2secret@"))
        assert database.address.startswith("postgresql://postgres@")
        assert "hunter2" not in database.address
        database.close()


class TestContents:
    @pytest.fixture
    async def contents(self, url: str) -> AsyncIterator[PostgresContents]:
        database = open_postgres(url)
        yield PostgresContents(database)
        database.close()

    async def test_content_comes_back_whole(self, contents: PostgresContents) -> None:
        content = os.urandom(2_500_000)
        assert await contents.write("atc_1", _pieces(content), 1 << 30) == len(content)
        assert await contents.read("atc_1") == content
        await contents.write("atc_1", _pieces(b""), 10)
        assert await contents.read("atc_1") == b""
        await contents.delete("atc_1")
        with pytest.raises(FileNotFoundError):
            await contents.read("atc_1")

    async def test_too_much_is_refused_and_none_of_it_kept(self, contents: PostgresContents) -> None:
        await contents.write("atc_1", _pieces(b"1234"), 4)
        with pytest.raises(TooManyBytes, match="4 bytes"):
            await contents.write("atc_1", _pieces(b"12345"), 4)
        assert await contents.read("atc_1") == b"1234"
        count: Any = await contents._database.read(lambda db: db.execute("SELECT count(*) FROM uploads").fetchone())
        assert count == (1,)

    async def test_no_id_of_an_attachment(self, contents: PostgresContents) -> None:
        with pytest.raises(ValueError, match="attachment id"):
            await contents.read("../other")


async def _pieces(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 65_536):
        yield content[start : start + 65_536]
