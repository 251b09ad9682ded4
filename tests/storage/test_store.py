"""What `SQLStore` does beyond the contract of a store."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from chatkit.store import NotFoundError
from chatkit.types import ThreadMetadata

from storage import SQLiteDatabase, SQLStore, open_database


@dataclass(frozen=True)
class User:
    user_id: str


ANN = User("ann")
NOW = datetime(2026, 3, 1)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SQLiteDatabase]:
    database = open_database(tmp_path / "workbench.db")
    yield database
    database.close()


async def test_a_deleted_thread_does_not_come_back_when_its_stream_ends(database: SQLiteDatabase) -> None:
    store = SQLStore[User](database)
    thread = ThreadMetadata(id="thr_1", created_at=NOW)
    await store.save_thread(thread, ANN)
    await store.delete_thread("thr_1", ANN)
    with pytest.raises(NotFoundError, match="deleted"):
        await store.save_thread(thread, ANN)
    assert (await store.load_threads(10, None, "desc", ANN)).data == []


async def test_a_list_reads_on_from_a_thread_that_was_deleted_meanwhile(database: SQLiteDatabase) -> None:
    store = SQLStore[User](database)
    for n in range(5):
        await store.save_thread(ThreadMetadata(id=f"thr_{n}", created_at=NOW), ANN)
    first = await store.load_threads(2, None, "desc", ANN)
    await store.delete_thread("thr_3", ANN)
    assert first.after == "thr_3"
    rest = await store.load_threads(10, first.after, "desc", ANN)
    assert [thread.id for thread in rest.data] == ["thr_2", "thr_1", "thr_0"]
