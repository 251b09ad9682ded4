import asyncio
import os
import sqlite3
import stat
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest
import sqlite_utils
from chatkit.types import ThreadMetadata

from storage import (
    DatabaseBusy,
    DatabaseClosed,
    DatabaseUnusable,
    SQLiteDatabase,
    SQLStore,
    StorageError,
    open_database,
)


@dataclass(frozen=True)
class User:
    user_id: str


ANN = User("ann")
NOW = datetime(2026, 3, 1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "workbench.db"


@pytest.fixture
def database(path: Path) -> Iterator[SQLiteDatabase]:
    database = open_database(path)
    yield database
    database.close()


def note(db: sqlite_utils.Database, value: str) -> None:
    db.execute("INSERT INTO keys (name, value) VALUES (?, x'')", [value])


def notes(db: sqlite_utils.Database) -> list[str]:
    return [row[0] for row in db.execute("SELECT name FROM keys ORDER BY rowid")]


class TestTheFile:
    @pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX")
    async def test_only_its_owner_can_read_it_or_its_folder(self, database: SQLiteDatabase, path: Path) -> None:
        await database.write(lambda db: note(db, "a"))
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        files = list(path.parent.iterdir())
        assert {file.suffix for file in files} >= {".db", ".db-wal"}
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}

    @pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX")
    def test_a_file_others_could_read_is_made_private_when_opened(self, path: Path) -> None:
        open_database(path).close()
        path.chmod(0o644)
        open_database(path).close()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def test_closing_leaves_one_file(self, database: SQLiteDatabase, path: Path) -> None:
        database.key("a")
        database.close()
        assert [file.name for file in path.parent.iterdir()] == ["workbench.db"]

    async def test_every_connection_waits_for_the_disk_and_readers_cannot_write(self, database: SQLiteDatabase) -> None:
        def settings(db: sqlite_utils.Database) -> tuple[object, ...]:
            return tuple(
                db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous", "foreign_keys")
            )

        assert await database.write(settings) == ("wal", 2, 1)
        assert await database.read(settings) == ("wal", 2, 1)
        with pytest.raises(StorageError):
            await database.read(lambda db: note(db, "a"))

    def test_a_key_is_random_and_the_same_ever_after(self, path: Path) -> None:
        database = open_database(path)
        key = database.key("uploads")
        assert len(key) == 32
        assert key != database.key("other")
        database.close()
        database = open_database(path)
        assert database.key("uploads") == key
        database.close()


class TestFilesThatCannotBeUsed:
    """Each error names the file and says what to do; the file is left as it was."""

    def refused(self, path: Path, *words: str) -> StorageError:
        with pytest.raises(StorageError) as caught:
            open_database(path, busy_timeout=0.05)
        for word in (str(path), *words):
            assert word in str(caught.value)
        return caught.value

    def test_a_file_that_is_no_database(self, tmp_path: Path) -> None:
        path = tmp_path / "workbench.db"
        path.write_bytes(b"Dear diary, " * 1000)
        assert isinstance(self.refused(path, "not an SQLite database", "move this file away"), DatabaseUnusable)
        assert path.read_bytes() == b"Dear diary, " * 1000

    def test_another_programs_database(self, tmp_path: Path) -> None:
        path = tmp_path / "workbench.db"
        with sqlite3.connect(path) as other:
            other.execute("CREATE TABLE bookmarks (url)")
        other.close()
        before = path.read_bytes()
        self.refused(path, "another program's", "another data folder")
        assert path.read_bytes() == before

    def test_a_newer_versions_database(self, database: SQLiteDatabase, path: Path) -> None:
        record = "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES (?, ?, '')"
        database.submit(lambda db: db.execute(record, ["chatkit-workbench", "from_the_future"])).result()
        database.close()
        self.refused(path, "newer version", "from_the_future", "Update")

    @pytest.mark.parametrize("keep", [40, 100, 5000])
    def test_a_truncated_file(self, path: Path, keep: int) -> None:
        open_database(path).close()
        os.truncate(path, keep)
        self.refused(path)

    def test_a_damaged_first_page(self, path: Path) -> None:
        open_database(path).close()
        with path.open("r+b") as file:
            file.seek(100)
            file.write(b"\xff" * 2000)
        self.refused(path, "damaged")

    def test_damage_further_in_is_explained_by_the_call_that_meets_it(self, path: Path) -> None:
        thread = ThreadMetadata(id="thr_1", created_at=NOW, metadata={"long": "x" * 50_000})
        database = open_database(path)
        asyncio.run(SQLStore[User](database).save_thread(thread, ANN))
        database.close()
        pages = 10 * 4096  # of the long row, which is last in the file
        with path.open("r+b") as file:
            file.seek(-pages, os.SEEK_END)
            file.write(b"\xff" * pages)
        database = open_database(path)
        with pytest.raises(DatabaseUnusable, match=r"workbench\.db: damaged"):
            asyncio.run(SQLStore[User](database).load_thread("thr_1", ANN))
        database.close()

    def test_a_file_another_process_has_locked(self, path: Path) -> None:
        path.parent.mkdir()
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        assert isinstance(self.refused(path, "lock", "Close the other program"), DatabaseBusy)
        other.close()

    async def test_a_lock_met_by_a_write_is_explained_and_the_next_write_works(self, path: Path) -> None:
        database = open_database(path, busy_timeout=0.05)
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseBusy, match=r"workbench\.db"):
            await database.write(lambda db: note(db, "a"))
        other.close()
        await database.write(lambda db: note(db, "b"))
        assert await database.read(notes) == ["b"]
        await database.aclose()

    def test_a_folder_in_its_place(self, tmp_path: Path) -> None:
        self.refused(tmp_path, "Choose another data folder")

    def test_a_file_in_the_folders_place(self, tmp_path: Path) -> None:
        (tmp_path / "data").write_text("")
        self.refused(tmp_path / "data" / "workbench.db", "Choose another data folder")


class TestMigrations:
    def test_two_that_open_the_same_new_file_both_get_it(self, path: Path) -> None:
        opened: list[SQLiteDatabase] = []
        threads = [threading.Thread(target=lambda: opened.append(open_database(path))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(opened) == 4
        for database in opened:
            database.close()

    def test_a_step_that_fails_leaves_the_file_as_it_was(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        from sqlite_utils import Migrations

        from storage import sqlite as module
        from storage.sqlite_migrations import threads_items_attachments

        steps = Migrations("chatkit-workbench")
        steps()(threads_items_attachments)

        @steps()
        def broken(db: sqlite_utils.Database) -> None:
            db.execute("CREATE TABLE half (id)")
            raise RuntimeError("half way")

        monkeypatch.setattr(module, "migrations", steps)
        with pytest.raises(RuntimeError, match="half way"):
            open_database(path)
        with sqlite3.connect(path) as file:
            assert file.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
        file.close()


class TestWriting:
    async def test_a_failed_write_leaves_nothing_and_harms_no_other(self, database: SQLiteDatabase) -> None:
        def fails(db: sqlite_utils.Database) -> None:
            note(db, "half")
            raise RuntimeError("no")

        results = await asyncio.gather(
            database.write(lambda db: note(db, "a")),
            database.write(fails),
            database.write(lambda db: note(db, "b")),
            return_exceptions=True,
        )
        assert isinstance(results[1], RuntimeError)
        assert await database.read(notes) == ["a", "b"]

    async def test_a_mistake_in_a_statement_stays_what_it_is(self, database: SQLiteDatabase) -> None:
        with pytest.raises(sqlite3.OperationalError, match="no such table"):
            await database.write(lambda db: db.execute("DELETE FROM no_table"))

    async def test_the_loop_runs_on_while_a_write_waits(self, database: SQLiteDatabase) -> None:
        go_on = threading.Event()
        writing = asyncio.create_task(database.write(lambda db: go_on.wait(10)))
        await asyncio.sleep(0)
        assert await database.read(notes) == [], "readers do not wait for the writer"
        go_on.set()
        assert await writing is True

    async def test_a_read_sees_one_moment(self, database: SQLiteDatabase) -> None:
        read_once, written = threading.Event(), threading.Event()

        def twice(db: sqlite_utils.Database) -> tuple[list[str], list[str]]:
            before = notes(db)
            read_once.set()
            assert written.wait(10)
            return before, notes(db)

        reading = asyncio.create_task(database.read(twice))
        assert await asyncio.to_thread(read_once.wait, 10)
        await database.write(lambda db: note(db, "between"))
        written.set()
        assert await reading == ([], [])


class TestClosing:
    async def test_what_was_asked_for_before_is_done(self, path: Path) -> None:
        database = open_database(path)
        futures = [database.submit(partial(note, value=str(n))) for n in range(100)]
        await database.aclose()
        assert all(future.done() for future in futures)
        database = open_database(path)
        assert len(await database.read(notes)) == 100
        await database.aclose()

    async def test_afterwards_every_call_says_so(self, database: SQLiteDatabase) -> None:
        await database.aclose()
        database.close()
        with pytest.raises(DatabaseClosed, match="closed"):
            await database.write(lambda db: None)
        with pytest.raises(DatabaseClosed, match="closed"):
            await database.read(lambda db: None)
