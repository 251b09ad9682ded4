"""A real process that writes items and says which were acknowledged, killed in the middle."""

import asyncio
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from chatkit.types import AssistantMessageItem

from storage import SQLStore, open_database
from storage.postgres import open_postgres
from tests.postgres import empty_database


@dataclass(frozen=True)
class User:
    user_id: str


ANN = User("ann")

WRITES_UNTIL_KILLED = """
import asyncio, sys
from datetime import datetime
from pathlib import Path
from chatkit.types import AssistantMessageContent, AssistantMessageItem, ThreadMetadata
from storage import SQLStore, open_database
from storage.postgres import open_postgres

class Ann:
    user_id = "ann"

async def main():
    where = sys.argv[1]
    store = SQLStore(open_postgres(where) if where.startswith("postgresql:") else open_database(Path(where)))
    await store.save_thread(ThreadMetadata(id="thr_1", created_at=datetime.now()), Ann)

    async def stream(name):
        for n in range(10**9):
            content = [AssistantMessageContent(text=f"{name}-{n} " * 200)]
            item = AssistantMessageItem(id=f"{name}-{n}", thread_id="thr_1", created_at=datetime.now(), content=content)
            await store.add_thread_item("thr_1", item, Ann)
            sys.stdout.write(item.id + "\\n")
            sys.stdout.flush()

    await asyncio.gather(*(stream(name) for name in "abcd"))

asyncio.run(main())
"""


async def all_items(store: SQLStore[User]) -> list[AssistantMessageItem]:
    items: list[AssistantMessageItem] = []
    after: str | None = None
    while True:
        page = await store.load_thread_items("thr_1", after, 1000, "asc", ANN)
        items += [item for item in page.data if isinstance(item, AssistantMessageItem)]
        if not page.has_more:
            return items
        after = page.after


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX")
@pytest.mark.parametrize(
    ("kind", "acknowledged_before"),
    [*(("sqlite", count) for count in (1, 60, 250)), ("postgres", 1), ("postgres", 250)],
)
def test_every_acknowledged_item_is_there_after_kill_9(tmp_path: Path, kind: str, acknowledged_before: int) -> None:
    path = tmp_path / "workbench.db"
    where = str(path) if kind == "sqlite" else empty_database()
    process = subprocess.Popen(
        [sys.executable, "-c", WRITES_UNTIL_KILLED, where],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert process.stdout is not None
    acknowledged = [process.stdout.readline().strip() for _ in range(acknowledged_before)]
    process.send_signal(signal.SIGKILL)
    rest = process.stdout.read()
    process.stdout.close()
    assert process.wait() == -signal.SIGKILL
    # A line without its end is one that the death of the process cut off.
    acknowledged += [line.strip() for line in rest.splitlines(keepends=True) if line.endswith("\n")]

    database = open_database(path) if kind == "sqlite" else open_postgres(where)
    items = asyncio.run(all_items(SQLStore(database)))
    stored = {item.id for item in items}
    assert set(acknowledged) <= stored
    assert len(items) <= len(acknowledged) + 4, "at most one unacknowledged item of each of the four streams"
    assert all(item.content[0].text == f"{item.id} " * 200 for item in items)
    if kind == "sqlite":
        check = asyncio.run(database.read(lambda db: db.execute("PRAGMA integrity_check").fetchall()))
        assert check == [("ok",)]
    database.close()
