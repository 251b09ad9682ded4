"""What a page of a long thread costs beside a page of a short one, and what a write costs."""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlite_utils
from chatkit.types import AssistantMessageContent, AssistantMessageItem, ThreadMetadata

from storage import SQLStore, open_database

SHORT, LONG = 100, 50_000
PAGE = 20
ROUNDS = 300
WRITES = 200
USERS, TURNS = 20, 25
TARGET = 2.0


@dataclass(frozen=True)
class User:
    user_id: str


ANN = User("ann")


def an_item(thread_id: str, n: int) -> AssistantMessageItem:
    text = f"Item {n}: " + "a sentence of an ordinary answer. " * 20
    content = [AssistantMessageContent(text=text)]
    return AssistantMessageItem(id=f"msg_{n:06}", thread_id=thread_id, created_at=datetime.now(), content=content)


async def fill(store: SQLStore[User], thread_id: str, count: int) -> None:
    """A thread of `count` items, in one transaction: the way in is not what is measured."""
    await store.save_thread(ThreadMetadata(id=thread_id, created_at=datetime.now()), ANN)
    data = an_item(thread_id, 0).model_dump_json()

    def change(db: sqlite_utils.Database) -> None:
        thread = db.execute("SELECT sequence FROM threads WHERE id = ?", [thread_id]).fetchone()[0]
        rows = ((thread, n + 1, f"msg_{n:06}", data.replace("msg_000000", f"msg_{n:06}")) for n in range(count))
        db.conn.executemany("INSERT INTO items (thread, sequence, id, data) VALUES (?, ?, ?, ?)", rows)

    await store.database.write(change)


async def medians(calls: dict[str, Callable[[], Awaitable[object]]], rounds: int) -> dict[str, float]:
    """Microseconds of each call, median of `rounds` in which the calls take turns: noise hits all alike."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            begin = time.perf_counter()
            await call()
            times[name].append((time.perf_counter() - begin) * 1e6)
    return {name: statistics.median(values) for name, values in times.items()}


async def measure(path: Path) -> None:
    database = open_database(path)
    store = SQLStore[User](database)
    await fill(store, "thr_short", SHORT)
    await fill(store, "thr_long", LONG)

    def page(thread_id: str, after: int | None, order: str) -> Callable[[], Awaitable[object]]:
        cursor = None if after is None else f"msg_{after:06}"
        return lambda: store.load_thread_items(thread_id, cursor, PAGE, order, ANN)

    rows = [("page 1, asc", None, None, "asc"), ("page 1, desc", None, None, "desc")]
    deep = [("middle page, asc", SHORT // 2, LONG // 2, "asc"), ("middle page, desc", SHORT // 2, LONG // 2, "desc")]
    deep += [("last page, asc", SHORT - PAGE - 1, LONG - PAGE - 1, "asc"), ("last page, desc", PAGE, PAGE, "desc")]

    print(f"pages of {PAGE} items, median of {ROUNDS}, µs")
    print(f"{'':20}{SHORT:>10,}{LONG:>10,}{'ratio':>8}{'target':>10}")
    for name, short_cursor, long_cursor, order in [*rows, *deep]:
        calls = {"short": page("thr_short", short_cursor, order), "long": page("thr_long", long_cursor, order)}
        cost = await medians(calls, ROUNDS)
        ratio = cost["long"] / cost["short"]
        verdict = f"≤ {TARGET:g} {'✓' if ratio <= TARGET else '✗'}"
        print(f"{name:20}{cost['short']:>10.0f}{cost['long']:>10.0f}{ratio:>8.2f}{verdict:>10}")

    numbers = iter(range(LONG, LONG + WRITES))
    write: dict[str, Callable[[], Awaitable[object]]] = {
        "write": lambda: store.add_thread_item("thr_long", an_item("thr_long", next(numbers)), ANN)
    }
    cost = await medians(write, WRITES)
    print(f"one item written and on disk, {LONG:,} before it: {cost['write']:.0f} µs")
    await database.aclose()


async def turns(stores: list[SQLStore[User]], users: int) -> float:
    """Turns a second of `users` at once, each in a thread of its own: what a turn reads and writes, without a model."""

    async def one(n: int) -> None:
        store, thread = stores[n % len(stores)], ThreadMetadata(id=f"thr_turns_{n}", created_at=datetime.now())
        await store.save_thread(thread, ANN)
        for turn in range(TURNS):
            await store.load_thread(thread.id, ANN)
            await store.add_thread_item(thread.id, an_item(thread.id, 2 * turn), ANN)
            await store.load_thread_items(thread.id, None, 60, "desc", ANN)
            await store.add_thread_item(thread.id, an_item(thread.id, 2 * turn + 1), ANN)
            await store.save_thread(thread, ANN)

    began = time.perf_counter()
    await asyncio.gather(*(one(n) for n in range(users)))
    return users * TURNS / (time.perf_counter() - began)


async def side_by_side(folder: Path) -> None:
    """SQLite, and PostgreSQL with one and two instances: each an open database of its own."""
    from storage.postgres import open_postgres
    from tests.postgres import empty_database

    print(f"\nturns/s, {USERS} users at once, {TURNS} turns each (PostgreSQL on this machine, waiting for no disk)")
    file = open_database(folder / "turns.db")
    print(f"{'SQLite, 1 instance':26}{await turns([SQLStore[User](file)], USERS):>8.0f}", flush=True)
    await file.aclose()
    for count in (1, 2):
        url = empty_database()
        opened = [open_postgres(url) for _ in range(count)]
        speed = await turns([SQLStore[User](database) for database in opened], USERS)
        print(f"{f'PostgreSQL, {count} instance' + 's' * (count > 1):26}{speed:>8.0f}", flush=True)
        for database in opened:
            await database.aclose()


def run() -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(Path(folder) / "bench.db"))
        asyncio.run(side_by_side(Path(folder)))


if __name__ == "__main__":
    run()
