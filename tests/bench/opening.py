"""When the end of a thread is on the screen that was never opened before: 2,000 messages, and 40, embedded backend."""

import asyncio
import json
import statistics
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import sqlite_utils
from chatkit.types import ThreadMetadata
from playwright.sync_api import Page, sync_playwright

from chat.backend.context import RequestContext
from storage import SQLStore, open_database
from tests.bench.rendering_backend import section
from tests.conftest import CHROMIUM_FLAGS, find_chromium, start_workbench

LONG, SHORT = 2_000, 40
ROUNDS = 9
RATIO, MOST = 1.5, 500.0
"""How much longer the long one may take, and milliseconds that it may take."""

SHOWN = """(last) => new Promise((resolve) => {
    const look = () =>
        document.querySelector(`[data-item-id="${last}"]`) ? resolve(performance.now()) : setTimeout(look, 2);
    look();
})"""
WHOLE = "document.querySelector('.conversation-older')?.dataset.state !== 'loading'"


def items(thread_id: str, count: int) -> Iterator[tuple[str, str]]:
    """Ids and JSON of questions and answers in turn, of about 900 bytes."""
    head = {"thread_id": thread_id, "created_at": datetime.now(UTC).isoformat()}
    said = {"type": "input_text", "text": "And what was found at the next station?"}
    part = {"type": "output_text", "text": section(3, True)[:900], "annotations": []}
    asked = {**head, "type": "user_message", "content": [said], "attachments": [], "inference_options": {}}
    for n in range(count):
        kind = {**head, "type": "assistant_message", "content": [part]} if n % 2 else asked
        yield f"{thread_id}_{n}", json.dumps({**kind, "id": f"{thread_id}_{n}"})


async def fill(data: Path) -> None:
    """Threads of both sizes, one of each for every round: what was opened once is held by the workbench."""
    database = open_database(data / "workbench.db")
    store: SQLStore[RequestContext] = SQLStore(database)

    def put(db: sqlite_utils.Database) -> None:
        for name, sequence in db.execute("SELECT id, sequence FROM threads").fetchall():
            rows = ((sequence, n, *item) for n, item in enumerate(items(name, int(name.split("_")[1])), 1))
            db.conn.executemany("INSERT INTO items (thread, sequence, id, data) VALUES (?, ?, ?, ?)", rows)

    for number in range(ROUNDS):
        for count in (LONG, SHORT):
            thread = ThreadMetadata(id=f"thr_{count}_{number}", created_at=datetime.now(UTC))
            await store.save_thread(thread, RequestContext())
    await database.write(put)
    await database.aclose()


def opened(page: Page, thread_id: str, count: int, address: str) -> tuple[float, float]:
    """Milliseconds from the answer to the page's request to the thread's end, and to the whole thread."""
    page.goto(f"{address}/?thread={thread_id}", wait_until="commit")
    begin = page.evaluate("performance.timing.responseEnd - performance.timing.navigationStart")
    end = page.evaluate(SHOWN, f"{thread_id}_{count - 1}")
    page.wait_for_function(WHOLE, polling=5)
    return end - begin, page.evaluate("performance.now()") - begin


def run() -> None:
    executable = find_chromium()
    if executable is None:
        print("no Chromium found: not run")
        return
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(fill(Path(folder)))
        running = start_workbench(Path(folder))
        times: dict[int, list[tuple[float, float]]] = {LONG: [], SHORT: []}
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)
                page = browser.new_page(viewport={"width": 1440, "height": 900})
                page.goto(running.url)  # fonts and scripts are in the browser's cache from now on
                page.wait_for_selector("[data-testid=composer]")
                for number in range(ROUNDS):
                    for count, found in times.items():
                        found.append(opened(page, f"thr_{count}_{number}", count, running.url))
                browser.close()
        finally:
            running.stop()
    ends = {count: statistics.median(end for end, _ in found) for count, found in times.items()}
    for count, found in times.items():
        whole = statistics.median(all_ for _, all_ in found)
        worst = max(end for end, _ in found)
        print(f"{count:5,} messages: end after {ends[count]:4.0f} ms (worst {worst:.0f}), all of them {whole:5.0f} ms")
    ratio = ends[LONG] / ends[SHORT]
    print(f"{'pass' if ends[LONG] <= MOST else 'FAIL'}  end of {LONG:,}, ms: {ends[LONG]:.0f} (at most {MOST:g})")
    print(f"{'pass' if ratio <= RATIO else 'FAIL'}  to that of {SHORT}: {ratio:.2f} (at most {RATIO:g})")


if __name__ == "__main__":
    run()
