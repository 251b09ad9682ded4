"""The workbench in a process of its own, for tests: a backend's own process gets none of our modules."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

__all__ = ["WorkbenchFault", "WorkbenchProcess"]


class WorkbenchFault(Exception):
    """Something that was asked for cannot be done: a step that has nothing to act on, a file that cannot be read."""


class WorkbenchProcess:
    """Starts with the first request, and ends with `stop`. Requests are answered one after the other."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None

    def ask(self, do: str, **details: Any) -> Any:
        """The answer to a request. Raises `WorkbenchFault`."""
        with self._lock:
            process = self._running()
            assert process.stdin is not None
            assert process.stdout is not None
            try:
                process.stdin.write(json.dumps({"do": do, **details}) + "\n")
                process.stdin.flush()
                line = process.stdout.readline()
            except OSError:
                line = ""
            if not line:
                self._process = None
                raise WorkbenchFault(f"ChatKit Workbench ended with exit code {process.wait(10)}; see standard error.")
        answer = json.loads(line)
        if "error" in answer:
            raise WorkbenchFault(_words(answer["error"]))
        return answer["answer"]

    def stop(self) -> None:
        """End the process."""
        with self._lock:
            process, self._process = self._process, None
            if process is None:
                return
            assert process.stdin is not None
            process.stdin.close()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None:
            # -P: a project's own modules must not take the place of ours, nor ours of theirs
            command = [sys.executable, "-P", str(Path(__file__).with_name("__main__.py")), "drive"]
            pipe = subprocess.PIPE
            self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, encoding="utf-8")
        return self._process


def _words(error: dict[str, str]) -> str:
    words = [error["message"]]
    if error.get("expected") or error.get("got"):
        words.append(f"Expected {error.get('expected') or 'something else'}; got {error.get('got') or 'nothing'}.")
    return " ".join([*words, *filter(None, (error.get("advice"),))])
