"""Fixtures for every test: the browser, and the workbench itself as a process."""

import contextlib
import gc
import inspect
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import settings
from playwright.sync_api import Browser, BrowserContext, Error, Page, sync_playwright

from tests.forking import Forked
from tests.servers import stop_at_once

# The machines are noisy, so no example has a deadline; under CI every run tries the same examples.
settings.register_profile("workbench", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("workbench")

ROOT = Path(__file__).parent.parent
DRIVER = Path(__file__).with_name("driver.cjs")
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--js-flags=--single-threaded",  # where other tests run beside, V8's own threads cost more than they save
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--use-fake-device-for-media-stream",  # a microphone that beeps
    "--use-fake-ui-for-media-stream",  # and that is allowed
]


def find_chromium() -> str | None:
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


OPENED = pytest.StashKey[contextlib.ExitStack]()
"""Closes the browser and what belongs to it."""
IN_BROWSER = pytest.StashKey[set[Path]]()
"""Files in which a test needs the browser."""


def pytest_configure(config: pytest.Config) -> None:
    """There is no browser yet."""
    config.stash[OPENED] = contextlib.ExitStack()
    stop_at_once()
    gc.disable()  # until all is imported and collected, of which nothing is garbage
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False  # files keep the order that is made below


def in_browser(item: pytest.Item) -> bool:
    """Whether a test needs the browser."""
    return "browser" in getattr(item, "fixturenames", ())


def asynchronous(item: pytest.Item) -> bool:
    """Whether a test runs in an event loop of its own."""
    return inspect.iscoroutinefunction(getattr(item, "obj", None))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Files with browser tests come first: each worker takes one file after the other, in this order.

    Those that have asynchronous tests too, before which the browser goes, are the last of them. After them come the
    files of this folder, which run whole programs, and then all others, those with many tests first: so no worker is
    left alone with a long one in the end.
    """
    config.stash[IN_BROWSER] = files = {item.path for item in items if in_browser(item)}
    tests = Counter(item.path for item in items)
    mixed = {item.path for item in items if item.path in files and not in_browser(item) and asynchronous(item)}
    places = {
        path: (
            path not in files,
            path in mixed,
            path.parent != Path(__file__).parent,
            path not in files and path.parent != Path(__file__).parent and -tests[path],
        )
        for path in tests
    }
    items.sort(key=lambda item: (places[item.path], not in_browser(item)))


def pytest_collection_finish() -> None:
    """What was imported and collected stays: collections of garbage, a third of a second each, need not look at it."""
    gc.freeze()
    gc.enable()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """While the browser lives, its event loop runs, and no asynchronous test can start one: it goes when it is done."""
    if not in_browser(item) and (asynchronous(item) or item.path not in item.config.stash[IN_BROWSER]):
        item.config.stash[OPENED].close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With what failed in the browser goes what its pages show: what is taken out of the driver, once."""
    report = yield
    if report.failed and (browser := getattr(item, "funcargs", {}).get("browser")):
        for page in [page for context in browser.contexts for page in context.pages if page.url != "about:blank"]:
            with contextlib.suppress(Error):  # the page may be gone, or hang
                report.sections.append((f"Shown at {page.url}", page.locator("body").aria_snapshot(timeout=5_000)))
    return report


@pytest.fixture(scope="session")
def browser(pytestconfig: pytest.Config) -> Iterator[Browser]:
    """Real Chromium. Where there is none, browser tests are skipped; under CI that is a failure."""
    executable = find_chromium()
    if executable is None:
        message = "No Chromium found: install Debian's `chromium-headless-shell`, or set CHROMIUM to an executable."
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    opened = pytestconfig.stash[OPENED]
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("NODE_OPTIONS", f"--require={DRIVER}")
        playwright = opened.enter_context(sync_playwright())
    chromium = playwright.chromium.launch(executable_path=executable, args=[*CHROMIUM_FLAGS, "--process-per-site"])
    opened.callback(chromium.close)
    yield chromium
    opened.close()


# What a page hands to the clipboard stays in the page: the system's clipboard has one owner for all that runs on the
# machine, and answers with whatever that was.
KEEP_COPIES = """
window.copies = [];
navigator.clipboard && Object.defineProperty(navigator, "clipboard", {
    value: { writeText: async (text) => { window.copies.push(text); } },
});
"""


def next_copy(page: Page) -> str:
    """What the page has handed to the clipboard, in the order of the copies; waits until it has."""
    page.wait_for_function("window.copies.length")
    return str(page.evaluate("window.copies.shift()"))


@pytest.fixture(scope="session")
def warm_context(browser: Browser) -> BrowserContext:
    """What `context` empties for each test. It goes with the browser.

    Its system asks for no motion: what fades and turns is drawn sixty times a second.
    """
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    context.add_init_script(KEEP_COPIES)
    # From this page the others' storage is cleared. It is of their site, whose one process it keeps alive.
    blank = context.new_page()
    blank.route("http://127.0.0.1/", lambda route: route.fulfill(body=""))
    blank.goto("http://127.0.0.1/")
    return context


@contextlib.contextmanager
def emptied(context: BrowserContext) -> Iterator[BrowserContext]:
    """A browser profile without cookies, storage and permissions, which afterwards has none again, nor new pages.

    Its cache is kept: to load and compile the page's scripts anew takes more than the rest of most tests. So are
    the pages that the tests of a file share.
    """
    there = context.pages
    yield context
    for page in context.pages:
        if page not in there:
            page.close()
    devtools = context.new_cdp_session(there[0])
    devtools.send("Storage.clearDataForOrigin", {"origin": "*", "storageTypes": "all"})
    devtools.detach()
    context.clear_cookies()
    context.clear_permissions()


@pytest.fixture
def context(warm_context: BrowserContext) -> Iterator[BrowserContext]:
    """An empty browser profile for one test."""
    with emptied(warm_context):
        yield warm_context


@pytest.fixture
def own_context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser profile that ends with its test: for what would stay in one, as a clock does that was set."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield context
    context.close()


@pytest.fixture(scope="module")
def lasting_context(warm_context: BrowserContext) -> Iterator[BrowserContext]:
    """The browser profile for pages that tests of one file share. A test's own `context` takes only its storage."""
    with emptied(warm_context):
        yield warm_context


AS_TYPED = (sys.executable, "app.py")


def free_port() -> int:
    """
    A port for a server that starts soon.

    Below those which the system gives to whoever asks for any, and to every connection: in the seconds until the
    server listens, nothing else takes it.
    """
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


WARM: list[int] = []
"""Ports at which a workbench was: by its address the browser keeps the page's scripts, and what it made of them."""


def warm_port() -> int:
    """A port as `free_port` has them, and one more often used if there is any that is free again."""
    for port in WARM:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server will; closed connections linger
            probe.bind(("127.0.0.1", port))
            return port
    WARM.append(free_port())
    return WARM[-1]


@dataclass
class Running:
    """A workbench that runs as a process of its own."""

    process: subprocess.Popen[bytes] | Forked
    url: str
    data: Path
    log: Path

    def stop(self, how: int = signal.SIGTERM) -> None:
        if self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)


Start = Callable[..., Running]


def start_workbench(
    data: Path,
    *options: str,
    port: int = 0,
    host: str = "127.0.0.1",
    program: Sequence[str] = AS_TYPED,
    folder: Path = ROOT,
    as_typed: bool = False,
    **variables: str,
) -> Running:
    """Start the workbench with `data` as its folder and wait until it answers.

    It is the checkout's, unless another `program` is to be run in another `folder`, with more environment `variables`.
    What this Python runs is forked from a process that has the slow imports already, unless it has to be started
    `as_typed`.
    """
    port = port or warm_port()
    data.mkdir(parents=True, exist_ok=True)
    log = data / "log.txt"
    command = [*program, "--no-browser", "--port", str(port), "--data", str(data), *options]
    if host != "127.0.0.1":
        command += ["--host", host]
    address = f"[{host}]" if ":" in host and not host.startswith("[") else host
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "PYTEST_"))}
    environment |= variables
    process: subprocess.Popen[bytes] | Forked
    with log.open("ab") as output:
        if program[0] == sys.executable and not as_typed:
            process = Forked(command[1:], env=environment, stdout=output, stderr=output)
        else:
            process = subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=output)
    running = Running(process, f"http://{address}:{port}", data, log)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"The workbench ended with {process.returncode}:\n{log.read_text()}")
        try:
            socket.create_connection((urlsplit(running.url).hostname, port), timeout=2).close()
        except OSError:
            time.sleep(0.02)
            continue
        # Plain HTTP, so no certificates are read: that takes longer than the request.
        if httpx.get(f"{running.url}/healthz", trust_env=False, verify=False, timeout=20).status_code == 200:
            return running
    running.stop(signal.SIGKILL)
    raise RuntimeError(f"The workbench did not answer within a minute:\n{log.read_text()}")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a workbench of the test's own: `start("--rate", "0", data=…)`; stopped afterwards."""
    started: list[Running] = []

    def begin(*options: str, data: Path | None = None, port: int = 0, as_typed: bool = False) -> Running:
        running = start_workbench(data or tmp_path / "data", *options, port=port, as_typed=as_typed)
        started.append(running)
        return running

    yield begin
    for running in started:
        if isinstance(running.process, Forked):
            running.process.terminate()  # whose end nobody need wait for: whatever is left goes with all forks
        else:
            running.stop()


@pytest.fixture(scope="session")
def workbench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One workbench with its embedded backend at 2,000 words per second, shared by the tests that do not stop it."""
    running = start_workbench(tmp_path_factory.mktemp("workbench") / "data", "--rate", "2000")
    yield running
    running.stop()
