"""The embedded backend under load: 100 readers at 100 deltas a second each, over HTTP, and what a delta costs it.

Processor time of the server, from outside: its workbench is a process of its own. The readers are another.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import psutil

from tests.conftest import start_workbench

READERS = 100
DELTAS_PER_SECOND = 100
SECONDS = 8
CHARACTERS_PER_DELTA = 4.7
COST_TARGET_MS = 0.08
GAP_TARGET_MS = 100.0


class Readers:
    """So many at once; measured from when all of them have something to read."""

    def __init__(self, port: int, server: psutil.Process, count: int) -> None:
        self.port = port
        self.server = server
        self.count = count
        self.reading = 0
        self.all = asyncio.Event()
        self.over = asyncio.Event()

    async def run(self) -> dict[str, object]:
        """Deltas, the server's seconds of processor time, and the gaps in ms, of the time that is measured."""
        readers = [asyncio.create_task(self.read()) for _ in range(self.count)]
        await self.all.wait()
        await asyncio.sleep(1)
        began, before = time.perf_counter(), self.server.cpu_times()
        await asyncio.sleep(SECONDS)
        ended, after = time.perf_counter(), self.server.cpu_times()
        self.over.set()
        deltas, gaps = 0, []
        for reader in readers:
            pieces = [piece for piece in await reader if began < piece[0] < ended]
            deltas += sum(count for _, count in pieces)
            gaps += [(later - earlier) * 1000 for (earlier, _), (later, _) in pairwise(pieces)]
        spent = after.user + after.system - before.user - before.system
        return {"deltas": deltas, "seconds": spent, "gaps": sorted(gaps)}

    async def read(self) -> list[tuple[float, int]]:
        """(when, deltas) of each piece that came of one answer."""
        content = [{"type": "input_text", "text": "Write 900 kB"}]
        message = {"content": content, "attachments": [], "inference_options": {}}
        body = json.dumps({"type": "threads.create", "params": {"input": message}}).encode()
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        head = f"POST /chatkit HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nContent-Type: application/json\r\n"
        writer.write(head.encode() + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        found: list[tuple[float, int]] = []
        while not self.over.is_set() and (piece := await reader.read(65_536)):
            if deltas := piece.count(b"content_part.text_delta"):
                if not found:
                    self.reading += 1
                    if self.reading == self.count:
                        self.all.set()
                found.append((time.perf_counter(), deltas))
        writer.close()
        return found


def run() -> None:
    """Print a line for 1, 20 and 100 readers."""
    rate = DELTAS_PER_SECOND * CHARACTERS_PER_DELTA / 6
    print(f"{'readers':>8}{'deltas/s each':>15}{'ms of CPU/delta':>17}{'gap p50':>10}{'p99':>8}{'worst':>8}  ms")
    with tempfile.TemporaryDirectory() as folder:
        running = start_workbench(Path(folder) / "data", "--rate", f"{rate:.1f}")
        port = int(running.url.rpartition(":")[2])
        try:
            for count in (1, 20, READERS):
                command = [sys.executable, "-m", "tests.bench.load", str(port), str(running.process.pid), str(count)]
                said = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
                spent, gaps = said["seconds"] * 1000 / said["deltas"], said["gaps"]
                each = said["deltas"] / SECONDS / count
                p50, p99 = gaps[len(gaps) // 2], gaps[int(len(gaps) * 0.99)]
                line = f"{count:>8}{each:>15.0f}{spent:>17.3f}{p50:>10.1f}{p99:>8.1f}{gaps[-1]:>8.1f}"
                if count == READERS:
                    line += f"   ≤ {COST_TARGET_MS} ms {'✓' if spent <= COST_TARGET_MS else '✗'}"
                    line += f", p99 < {GAP_TARGET_MS:.0f} ms {'✓' if p99 < GAP_TARGET_MS else '✗'}"
                print(line, flush=True)
        finally:
            running.stop()


if __name__ == "__main__":
    port, server, count = map(int, sys.argv[1:])
    print(json.dumps(asyncio.run(Readers(port, psutil.Process(server), count).run())))
