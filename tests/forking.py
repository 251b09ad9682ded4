"""Programs that start at once: forks of a process that has imported what takes long and is the same for all.

What is typed runs as it would otherwise, in a process of its own: its arguments, folder, environment, standard input
and output, signals and exit code are its own. Only the imports are there already. What starting itself is about, is
tested without.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import gc
import importlib
import io
import json
import os
import pkgutil
import runpy
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from subprocess import DEVNULL, PIPE
from typing import IO, Any

__all__ = ["Forked", "run", "run_text"]

ROOT = Path(__file__).parent.parent
APP = "app.py"
THEIRS = ("agents", "chatkit.agents", "chatkit.server", "fastapi", "httpx", "openai", "uvicorn")
SERVING = (
    *("aiohttp", "jinja2", "requests", "socketio", "nicegui.middlewares", "nicegui.ui_run"),
    *("fastapi.telemetry._runtime", "starlette.middleware.gzip", "uvicorn.lifespan.on", "uvicorn.loops.uvloop"),
    *("uvicorn.protocols.http.httptools_impl", "uvicorn.protocols.websockets.wsproto_impl"),
)


def preloaded(program: str) -> Iterator[str]:
    """The modules that take long, by name."""
    yield from THEIRS
    if program == APP:
        yield from SERVING
        for room in pkgutil.iter_modules([str(ROOT / "chat")], "chat."):
            if room.name != "chat.package":  # it is pytest's
                yield room.name
                folder = ROOT.joinpath(*room.name.split("."))
                yield from (one.name for one in pkgutil.walk_packages([str(folder)], f"{room.name}."))
    else:  # tests of somebody's backend, which have no module of this project
        yield from ("pytest", "_pytest.assertion.rewrite", "yaml")


class Forked:
    """`python app.py …`, `python -m pytest …` or `python -m` with a module of this checkout, as a fork. The part of
    `subprocess.Popen` that tests use."""

    def __init__(
        self,
        words: Sequence[str],
        *,
        cwd: Path = ROOT,
        env: Mapping[str, str] | None = None,
        stdin: int | IO[Any] = DEVNULL,
        stdout: int | IO[Any] = DEVNULL,
        stderr: int | IO[Any] = DEVNULL,
        text: bool = False,
    ) -> None:
        """`words` begin with `app.py`, `pytest`, or `-m` and the name of a module that has what `app.py` imports. Each
        of the three files is one, `PIPE` or `DEVNULL`."""
        self.returncode: int | None = None
        self._program = words[0] if words[0] == "pytest" else APP
        with contextlib.ExitStack() as opened:
            ends = [_end(file, number, opened) for number, file in enumerate((stdin, stdout, stderr))]
            mode = "" if text else "b"
            self.stdin, self.stdout, self.stderr = (
                ours if ours is None else open(ours, f"{'r' if number else 'w'}{mode}")  # noqa: SIM115
                for number, (_, ours) in enumerate(ends)
            )
            environment = dict(os.environ if env is None else env)
            request = {"words": list(words), "folder": str(cwd), "environment": environment}
            self.pid: int = _asked(self._program, request, [theirs for theirs, _ in ends])

    def __enter__(self) -> Forked:
        return self

    def __exit__(self, *error: object) -> None:
        for file in (self.stdin, self.stdout, self.stderr):
            if file is not None:
                file.close()
        self.wait()

    def poll(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        if self.returncode is None:
            self.returncode = _asked(self._program, {"poll": self.pid})
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code. Raises `subprocess.TimeoutExpired` after `timeout` seconds."""
        deadline = time.monotonic() + timeout if timeout is not None else None
        while (code := self.poll()) is None:
            if deadline is not None and time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0)
            time.sleep(0.01)
        return code

    def send_signal(self, number: int) -> None:
        """Send it a signal, if it still runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL."""
        self.send_signal(signal.SIGKILL)


def run_text(
    words: Sequence[str | Path], *, cwd: Path = ROOT, env: Mapping[str, str] | None = None, timeout: float = 120
) -> subprocess.CompletedProcess[str]:
    """`run`, with what was written as text."""
    done = run(words, cwd=cwd, env=env, timeout=timeout)
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def run(
    words: Sequence[str | Path],
    *,
    cwd: Path = ROOT,
    env: Mapping[str, str] | None = None,
    input: bytes = b"",
    timeout: float = 120,
) -> subprocess.CompletedProcess[bytes]:
    """`subprocess.run` of `app.py …` or `pytest …`. Raises `subprocess.TimeoutExpired` after `timeout` seconds."""
    typed = [str(word) for word in words]
    with contextlib.ExitStack() as opened:
        given, output, errors = (opened.enter_context(tempfile.TemporaryFile()) for _ in range(3))
        given.write(input)
        given.seek(0)
        process = Forked(typed, cwd=cwd, env=env, stdin=given, stdout=output, stderr=errors)
        try:
            code = process.wait(timeout)
        finally:
            process.kill()
        output.seek(0)
        errors.seek(0)
        return subprocess.CompletedProcess(typed, code, output.read(), errors.read())


def _end(file: int | IO[Any], number: int, opened: contextlib.ExitStack) -> tuple[int, int | None]:
    """The file descriptor that a fork gets, closed here with `opened`, and the other end of a pipe."""
    if file == PIPE:
        read, write = os.pipe()
        theirs, ours = (write, read) if number else (read, write)
    elif file == DEVNULL:
        theirs, ours = os.open(os.devnull, os.O_RDWR), None
    else:
        return file if isinstance(file, int) else file.fileno(), None
    opened.callback(os.close, theirs)
    return theirs, ours


_ASKING = threading.Lock()
RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID") or f"{os.getpid()}"
"""What all workers of one run of the tests have in common: they have one such process of each kind."""


def _asked(program: str, request: Mapping[str, object], files: Sequence[int] = ()) -> Any:
    with _ASKING:
        server = _server(program)
        message = json.dumps(request).encode() + b"\n"
        sent = socket.send_fds(server, [message], files) if files else 0
        server.sendall(message[sent:])
        return json.loads(_line(server))


def _line(other: socket.socket) -> bytes:
    """One line; empty when the other end is gone."""
    line = b""
    while not line.endswith(b"\n") and (piece := other.recv(65536)):
        line += piece
    return line


def _folder() -> Path:
    folder = Path(tempfile.gettempdir(), f"workbench-forks-{os.getuid()}")
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """While nobody else connects, and nothing that forks ends."""
    with (_folder() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@cache
def _server(program: str) -> socket.socket:
    """A connection to what forks. Who needs it first starts it; what it forks for a worker ends with that one."""
    place = _folder() / f"{RUN[:16]}-{Path(program).stem}"
    connected = socket.socket(socket.AF_UNIX)
    with _alone():
        try:
            connected.connect(str(place))
        except OSError:  # nobody has started it, or it has gone with the last that needed it
            place.unlink(missing_ok=True)
            with socket.socket(socket.AF_UNIX) as listening:
                listening.bind(str(place))
                listening.listen()
                environment = {key: v for key, v in os.environ.items() if not key.startswith(("OPENAI_", "PYTEST_"))}
                # its standard input, which no fork has
                command = [sys.executable, __file__, program]
                subprocess.Popen(command, cwd=ROOT, env=environment, stdin=listening.fileno(), stdout=DEVNULL)
            connected.connect(str(place))
    atexit.register(connected.close)
    return connected


def _serve() -> list[str] | None:
    """Fork as asked, until nobody is there any more who could ask. In a fork: what was typed; in the end: None."""
    running: dict[socket.socket, set[int]] = {}
    with socket.socket(fileno=0) as listening, selectors.DefaultSelector() as waiting:
        waiting.register(listening, selectors.EVENT_READ)
        while True:
            for key, _ in waiting.select():
                other = key.fileobj
                assert isinstance(other, socket.socket)
                if other is listening:
                    other, _ = listening.accept()
                    running[other] = set()
                    waiting.register(other, selectors.EVENT_READ)
                elif (typed := _answered(other, running[other])) is None:
                    waiting.unregister(other)
                    other.close()
                    for pid in running.pop(other):
                        os.kill(pid, signal.SIGKILL)
                elif typed:
                    listening.detach()  # whose number is that of its standard input now
                    for one in running:
                        one.close()
                    return typed
            if not running:
                with _alone():
                    if not waiting.select(0):
                        os.unlink(listening.getsockname())
                        return None


def _answered(other: socket.socket, running: set[int]) -> list[str] | None:
    """Answer one request. In a fork: what was typed; when the other end is gone: None."""
    try:
        line, files, _, _ = socket.recv_fds(other, 65536, 3)
        line += b"" if line.endswith(b"\n") else _line(other)
    except ConnectionError:  # it was killed
        return None
    if not line:
        return None
    request = json.loads(line)
    if "poll" in request:
        pid, status = os.waitpid(request["poll"], os.WNOHANG)
        running.discard(pid)
        answer = os.waitstatus_to_exitcode(status) if pid else None
    else:
        answer = os.fork()
        if not answer:
            _become(request["folder"], request["environment"], files)
            words: list[str] = request["words"]
            return words
        running.add(answer)
        for file in files:
            os.close(file)
    with contextlib.suppress(ConnectionError):  # the next look at it says that it has gone
        other.sendall(json.dumps(answer).encode() + b"\n")
    return []


def _become(folder: str, environment: Mapping[str, str], files: Sequence[int]) -> None:
    """Be a process that was started in this folder with this environment and these three files."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(0, closefd=False)))
    out, errors = (io.BufferedWriter(io.FileIO(number, "w", closefd=False)) for number in (1, 2))
    sys.stdout = io.TextIOWrapper(out, line_buffering=os.isatty(1))
    sys.stderr = io.TextIOWrapper(errors, errors="backslashreplace", line_buffering=True)
    sys.dont_write_bytecode = "PYTHONDONTWRITEBYTECODE" in environment


if __name__ == "__main__":
    sys.path.remove(str(Path(__file__).parent))
    if sys.argv[1] == APP:
        sys.path.insert(0, str(ROOT))
    gc.disable()  # of what is imported nothing is garbage
    for name in preloaded(sys.argv[1]):
        importlib.import_module(name)
    assert threading.active_count() == 1, threading.enumerate()  # a fork has only one
    gc.freeze()
    gc.enable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C on the tests is theirs
    typed = _serve()
    if typed is not None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        more = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
        module = typed[1] if typed[0] == "-m" else ""
        sys.argv = typed[1:] if module else typed
        if module:
            sys.path[1:1] = more
            runpy.run_module(module, run_name="__main__", alter_sys=True)
        elif typed[0] == APP:
            sys.path[1:1] = more
            runpy.run_path(str(ROOT / APP), run_name="__main__")
        else:
            sys.path[:0] = [os.getcwd(), *more]
            runpy.run_module(typed[0], run_name="__main__", alter_sys=True)
