"""Workbenches that start at once: forks of one process that has imported what takes long and is the same for all.

What is typed runs as it would otherwise, in a process of its own: its arguments, folder, environment, output, signals
and exit code are its own. Only the imports are there already. What starting itself is about is tested without.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import io
import json
import os
import runpy
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

__all__ = ["Forked", "fork"]

ROOT = Path(__file__).parent.parent
PRELOADED = (
    # NiceGUI, and with it the page, reads the environment when it is imported: only what it needs is there
    *("aiohttp", "fastapi", "httpx", "jinja2", "requests", "socketio", "uvicorn"),
    *("agents", "chatkit.server", "chatkit.agents", "openai"),
    *("chat.backend.agent", "chat.backend.embedded", "chat.backend.routes", "chat.backend.server"),
    *("chat.checks.run", "chat.conversation.conversation", "chat.conversation.recorded", "chat.conversation.relayed"),
    *("chat.exchanges.importing", "chat.inspection.source", "chat.recordings", "chat.relay.registry", "storage"),
)


class Forked:
    """A process that the other one has forked, with the part of `subprocess.Popen` that tests use."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        if self.returncode is None:
            self.returncode = _asked({"poll": self.pid})
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


def fork(arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> Forked:
    """`python app.py` with these arguments; what it writes is added to `log`."""
    pid = _asked({"arguments": list(arguments), "environment": dict(environment), "log": str(log)})
    assert pid is not None
    return Forked(pid)


_ASKING = threading.Lock()


def _asked(request: Mapping[str, object]) -> int | None:
    with _ASKING:
        server = _server()
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(json.dumps(request) + "\n")
        server.stdin.flush()
        answer: int | None = json.loads(server.stdout.readline())
        return answer


@cache
def _server() -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "PYTEST_"))}
    command = [sys.executable, "-m", "tests.forking"]
    pipe = subprocess.PIPE
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=pipe, stdout=pipe, text=True)

    def end() -> None:
        assert server.stdin is not None
        server.stdin.close()
        server.wait(30)

    atexit.register(end)
    return server


def _serve() -> list[str] | None:
    """Fork as asked. In a fork: what it has to run; in the end: None."""
    running: set[int] = set()
    for line in sys.stdin:
        request = json.loads(line)
        if "poll" in request:
            pid, status = os.waitpid(request["poll"], os.WNOHANG)
            running.discard(pid)
            answer = os.waitstatus_to_exitcode(status) if pid else None
        else:
            answer = os.fork()
            if not answer:
                _become(request["environment"], request["log"])
                return ["app.py", *request["arguments"]]
            running.add(answer)
        print(json.dumps(answer), flush=True)
    for pid in running:
        os.kill(pid, signal.SIGKILL)
    return None


def _become(environment: Mapping[str, str], log: str) -> None:
    os.environ.clear()
    os.environ.update(environment)
    nothing, output = os.open(os.devnull, os.O_RDONLY), os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for number, file in enumerate((nothing, output, output)):
        os.dup2(file, number)
    os.close(nothing)
    os.close(output)
    sys.stdin = io.TextIOWrapper(io.FileIO(0, closefd=False))


if __name__ == "__main__":
    for name in PRELOADED:
        importlib.import_module(name)
    assert threading.active_count() == 1, threading.enumerate()  # a fork has only one
    gc.freeze()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C on the tests is theirs
    typed = _serve()
    if typed is not None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        sys.argv = typed
        runpy.run_path("app.py", run_name="__main__")
