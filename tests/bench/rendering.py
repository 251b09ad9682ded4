"""
What a growing answer costs: bytes, server, renderer, frames. The whole path, beside naive `ui.markdown`.

Every way is measured several times, in rounds. Of CPU time the least counts: a machine that others use adds to it, by a
third from one minute to the next, and never takes away. Of everything else the worst counts.

What `make bench` runs takes a minute and a half. `python -m tests.bench.rendering long` measures long answers instead,
beside naive `ui.markdown`, and takes six; any other words choose the ways that they are in.
"""

import json
import math
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
from playwright.sync_api import Browser, Page, sync_playwright

from tests.bench.rendering_backend import DELTA, RATE
from tests.conftest import CHROMIUM_FLAGS, find_chromium, free_port

ROOT = Path(__file__).parents[2]

# Targets, at 2,000 deltas of 4 characters per second.
BYTES, BYTES_PLAIN, WIRE = 3.2, 1.8, 0.55  # per byte of text
RENDERING, WHOLE, RENDERER = 15.0, 25.0, 35.0  # ms of CPU per 1,000 deltas
EXPONENT, P95, WORST = 1.1, 20.0, 50.0


@dataclass(frozen=True)
class Way:
    name: str
    size: int
    path: str = "/"
    highlight: bool = True
    fed: bool = False
    rounds: int = 3


@dataclass(frozen=True)
class Measured:
    """Per run; CPU in seconds above idle, frames in ms, bytes of messages to the page before and after compression."""

    way: Way
    seconds: float
    messages: int
    raw: int
    wire: int
    server: float
    renderer: float
    p95: float
    worst: float

    @property
    def deltas(self) -> float:
        return self.way.size / DELTA

    @property
    def server_ms(self) -> float:
        return self.server * 1e6 / self.deltas

    @property
    def renderer_ms(self) -> float:
        return self.renderer * 1e6 / self.deltas


WAYS = (
    Way("conversation", 20_000),
    Way("conversation", 60_000),
    Way("… below 1,000 older messages", 60_000, path="/?thread=old"),
    Way("… code without a language", 20_000, highlight=False, rounds=1),
    Way("… rendering alone", 20_000, fed=True, rounds=2),
)
LONG = (
    Way("conversation", 20_000),
    Way("conversation", 100_000),
    Way("… below 1,000 older messages", 100_000, path="/?thread=old"),
    Way("… code without a language", 100_000, highlight=False),
    Way("… rendering alone", 100_000, fed=True),
    Way("conversation", 400_000),
    Way("ui.markdown every 50 ms", 20_000, path="/naive", rounds=1),
    Way("ui.markdown every 50 ms", 60_000, path="/naive", rounds=1),
)


class Meter:
    """Passes connections on to the page's server and counts what the server sends over web sockets."""

    def __init__(self, target: int) -> None:
        self.port = free_port()
        self.sent = 0
        self._target = target
        self._listening = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            client, _ = self._listening.accept()
            threading.Thread(target=self._connected, args=(client,), daemon=True).start()

    def _connected(self, client: socket.socket) -> None:
        upstream = socket.create_connection(("127.0.0.1", self._target))
        head = client.recv(65536)
        upstream.sendall(head)
        threading.Thread(target=self._pass, args=(client, upstream, False), daemon=True).start()
        self._pass(upstream, client, b"upgrade: websocket" in head.lower())

    def _pass(self, source: socket.socket, target: socket.socket, counted: bool) -> None:
        try:
            while data := source.recv(65536):
                target.sendall(data)
                if counted:
                    self.sent += len(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # one side has gone


@contextmanager
def process(*arguments: str, port: int) -> Iterator[int]:
    environment = {**os.environ, "NICEGUI_STORAGE_PATH": "/tmp/chatkit-workbench-bench"}
    running = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env=environment)
    try:
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", port), 0.2).close()
                break
            except OSError:
                time.sleep(0.1)
        yield running.pid
    finally:
        running.terminate()
        running.wait(10)


FRAMES = """() => {
    window.frames_ = [];
    let last = performance.now();
    const next = (now) => {
        window.frames_.push(now - last);
        last = now;
        window.frameId = requestAnimationFrame(next);
    };
    window.frameId = requestAnimationFrame(next);
}"""


# What comes out of the socket, before the page's code sees it. (The protocol of the browser's tools could tell as well,
# but costs the renderer more than the messages themselves.)
COUNT = """() => {
    window.raw_ = [0, 0];
    window.socket.io.engine.on("packet", ({ data }) => {
        window.raw_[0] += 1;
        window.raw_[1] += (data?.length ?? 0) + 1;
    });
}"""


def cpu(process: int) -> float:
    """Seconds of processor time that a process has had."""
    if sys.platform == "linux":  # whose other figures are hundredths of a second: a tenth of what a short answer costs
        return time.clock_gettime(~process << 3 | 2)  # clock_getcpuclockid(3)
    times = psutil.Process(process).cpu_times()
    return float(times.user + times.system)


def renderer_cpu(browser: Browser) -> float:
    """Seconds of all renderer processes; only one of them has something to do."""
    session = browser.new_browser_cdp_session()
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    return sum(cpu(one["id"]) for one in processes if one["type"] == "renderer")


@dataclass(frozen=True)
class Idle:
    """What a page costs on which nothing happens, in seconds of CPU per second."""

    server: float
    renderer: float


def opened(browser: Browser, meter: Meter, way: Way) -> Page:
    """A page that counts its frames, and has settled."""
    page = browser.new_page(viewport={"width": 1000, "height": 800})
    page.goto(f"http://127.0.0.1:{meter.port}{way.path}")
    page.wait_for_function("window.did_handshake")
    page.wait_for_timeout(700)
    page.evaluate(FRAMES)
    return page


def idle(browser: Browser, server: int, meter: Meter, way: Way) -> Idle:
    page = opened(browser, meter, way)
    begin, server_begin, renderer_begin = time.monotonic(), cpu(server), renderer_cpu(browser)
    page.wait_for_timeout(3000)
    seconds = time.monotonic() - begin
    found = Idle((cpu(server) - server_begin) / seconds, (renderer_cpu(browser) - renderer_begin) / seconds)
    page.close()
    return found


def measure(browser: Browser, server: int, meter: Meter, way: Way, still: Idle) -> Measured:
    page = opened(browser, meter, way)
    address = f"http://127.0.0.1:{meter.port}"
    page.evaluate("window.frames_.length = 0")
    page.evaluate(COUNT)
    begin, server_begin, renderer_begin, wire = time.monotonic(), cpu(server), renderer_cpu(browser), meter.sent
    wanted = {"bytes": way.size, "highlight": way.highlight}
    if way.fed:
        httpx.post(f"{address}/feed", json=wanted, trust_env=False).raise_for_status()
    else:
        conversation = httpx.get(f"{address}/newest", trust_env=False).json()
        httpx.post(
            f"{address}/workbench/conversations/{conversation}/messages",
            json={"text": json.dumps(wanted)},
            headers={"X-Workbench-Token": "bench"},
            trust_env=False,
        ).raise_for_status()
    wait_until_done(page, way)
    seconds = time.monotonic() - begin
    server_used = cpu(server) - server_begin - still.server * seconds
    renderer_used = renderer_cpu(browser) - renderer_begin - still.renderer * seconds
    frames = sorted(page.evaluate("(cancelAnimationFrame(window.frameId), window.frames_)"))
    messages, raw = page.evaluate("window.raw_")
    result = Measured(
        way,
        seconds,
        messages,
        raw,
        meter.sent - wire,
        server_used,
        renderer_used,
        frames[int(len(frames) * 0.95)],
        frames[-1],
    )
    page.close()
    return result


def together(runs: list[Measured]) -> Measured:
    """Several runs of one way as one: the least CPU time, the worst of everything else."""
    return Measured(
        runs[0].way,
        max(one.seconds for one in runs),
        max(one.messages for one in runs),
        max(one.raw for one in runs),
        max(one.wire for one in runs),
        min(one.server for one in runs),
        min(one.renderer for one in runs),
        max(one.p95 for one in runs),
        max(one.worst for one in runs),
    )


def wait_until_done(page: Page, way: Way) -> None:
    done = '[data-testid="naive"][data-status="done"]' if way.path == "/naive" else (
        '[data-item-type="assistant_message"][data-status="done"]:not([data-item-id^="old_"])'
    )  # fmt: skip
    limit = way.size / DELTA / RATE * 1000 * 20 + 60_000
    page.wait_for_function(f"document.querySelector('{done}')", timeout=limit, polling=100)


def exponent(small: float, large: float, sizes: tuple[int, int]) -> float:
    """k in cost ~ size^k."""
    return math.log(max(large, 1e-9) / max(small, 1e-9)) / math.log(sizes[1] / sizes[0])


def table(results: list[Measured]) -> None:
    print(f"{DELTA}-character deltas at {RATE:,}/s; bytes and wire per byte of text, CPU above idle per 1,000 deltas")
    print("the least CPU time of several rounds, the worst of everything else")
    print("| way | text | bytes | wire | server ms | renderer ms | frame p95 | worst | time |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|")
    for one in results:
        size = one.way.size
        print(
            f"| {one.way.name} | {size // 1000} kB | {one.raw / size:.2f} | {one.wire / size:.2f} "
            f"| {one.server_ms:.0f} | {one.renderer_ms:.0f} "
            f"| {one.p95:.0f} ms | {one.worst:.0f} ms | {one.seconds:.1f} s |"
        )


def verdicts(results: list[Measured]) -> Iterator[tuple[str, float, float]]:
    """(what, measured, target)"""
    by_name: dict[str, list[Measured]] = {}
    for one in results:
        by_name.setdefault(one.way.name, []).append(one)
    small, *_, large = by_name["conversation"]
    (older,), (plain,), (alone,) = (
        by_name[name] for name in ("… below 1,000 older messages", "… code without a language", "… rendering alone")
    )
    same = next(one for one in by_name["conversation"] if one.way.size == older.way.size)
    sizes = (small.way.size, large.way.size)
    yield "bytes per byte of text", large.raw / large.way.size, BYTES
    yield "bytes per byte, unhighlighted", plain.raw / plain.way.size, BYTES_PLAIN
    yield "wire per byte of text", large.wire / large.way.size, WIRE
    yield "server ms per 1,000, rendering", alone.server_ms, RENDERING
    yield "server ms per 1,000, whole path", large.server_ms, WHOLE
    yield "renderer ms per 1,000", large.renderer_ms, RENDERER
    yield (
        f"growth of bytes, {sizes[0] // 1000} to {sizes[1] // 1000} kB",
        exponent(small.raw, large.raw, sizes),
        EXPONENT,
    )
    yield "growth of server CPU", exponent(small.server, large.server, sizes), EXPONENT
    yield "growth of renderer CPU", exponent(small.renderer, large.renderer, sizes), EXPONENT
    yield "frame p95, ms", large.p95, P95
    yield "worst frame, ms", large.worst, WORST
    yield "renderer, 1,000 older messages (of 1.2 ×)", older.renderer / same.renderer, 1.2
    yield "server, 1,000 older messages (of 1.2 ×)", older.server / same.server, 1.2


def run(wanted: str = "") -> None:
    executable = find_chromium()
    if executable is None:
        print("no Chromium found: not run")
        return
    backend_port, page_port = free_port(), free_port()
    backend_url = f"http://127.0.0.1:{backend_port}/chatkit"
    whole = wanted in ("", "long")
    ways = LONG if wanted == "long" else [way for way in WAYS if whole or wanted in f"{way.name} {way.size}"]
    with (
        process("-m", "tests.bench.rendering_backend", str(backend_port), port=backend_port),
        process("-m", "tests.bench.rendering_page", str(page_port), backend_url, port=page_port) as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)
        meter = Meter(page_port)
        still = {path: idle(browser, server, meter, way) for path, way in {way.path: way for way in ways}.items()}
        runs: dict[Way, list[Measured]] = {way: [] for way in ways}
        for turn in range(max(way.rounds for way in ways)):
            for way in ways:
                if turn < way.rounds:
                    runs[way].append(measure(browser, server, meter, way, still[way.path]))
        results = [together(of_way) for of_way in runs.values()]
        browser.close()
    table(results)
    if whole:
        print()
        for what, measured, target in verdicts(results):
            print(f"{'pass' if measured <= target else 'FAIL'}  {what}: {measured:.2f} (at most {target:g})")


if __name__ == "__main__":
    run(" ".join(sys.argv[1:]))
