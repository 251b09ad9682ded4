"""How fast the scripted model streams through the server: deltas per second, and what a ten times longer answer costs.

python -m tests.bench.scripted
"""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from pathlib import Path

from chatkit.server import StreamingResult

from chat.backend.context import RequestContext
from chat.backend.server import WorkbenchServer
from storage import SQLStore, open_database

FLOOR = 2000
"""Deltas per second that the benchmarks of the page need."""


async def measure(server: WorkbenchServer, kilobytes: int) -> tuple[int, float]:
    """The number of text deltas of an answer of this size, and the seconds it took."""
    content = [{"type": "input_text", "text": f"Write {kilobytes} kB"}]
    message = {"content": content, "attachments": [], "inference_options": {}}
    body = json.dumps({"type": "threads.create", "params": {"input": message}})
    begun = time.perf_counter()
    result = await server.process(body, RequestContext())
    assert isinstance(result, StreamingResult)
    deltas = 0
    async for chunk in result:
        deltas += b"content_part.text_delta" in chunk
    return deltas, time.perf_counter() - begun


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(Path(folder) / "bench.db")
        server = WorkbenchServer(SQLStore(database), rate=None)
        await measure(server, 1)
        print(f"{'size':>8}  {'deltas':>8}  {'deltas/s':>9}  {'µs/delta':>9}")
        costs = []
        for kilobytes in (40, 400):
            deltas, seconds = await measure(server, kilobytes)
            costs.append(seconds / deltas)
            print(f"{kilobytes:5} kB  {deltas:8,}  {deltas / seconds:9,.0f}  {1e6 * seconds / deltas:9.1f}")
        print(f"cost per delta, 400 kB to 40 kB: {costs[1] / costs[0]:.2f}; floor {FLOOR:,} deltas/s")
        await database.aclose()


def run() -> None:
    asyncio.run(main())
