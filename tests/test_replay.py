"""`replay` on the command line: one line on standard output, requests on standard error, and its exit codes."""

from __future__ import annotations

import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE

import httpx
import pytest

from chat.exchanges.recording import Recording, dumps_recording
from tests import forking
from tests.checks.streams import exchange, turn
from tests.conftest import ROOT
from tests.forking import Forked

GOOD = ROOT / "tests" / "data" / "good-first-turn.txt"
SESSION = ROOT / "tests" / "data" / "cases" / "f01-workflow-continues-after-tool-call" / "session.har"
HELLO = {"type": "threads.create", "params": {"input": {"content": [{"type": "input_text", "text": "list my tasks"}]}}}


@contextmanager
def running(*words: str | Path, stdin: bytes = b"") -> Iterator[tuple[str, Forked]]:
    """The address it prints, and the process, which is ended as a terminal ends it."""
    command = ["app.py", "replay", *map(str, words), "--port", "0"]
    process = Forked(command, stdin=PIPE, stdout=PIPE, stderr=PIPE)
    assert process.stdin
    assert process.stdout
    try:
        process.stdin.write(stdin)
        process.stdin.close()
        line = process.stdout.readline().decode()
        assert line.startswith("Replay: http://127.0.0.1:"), line
        assert line.endswith("/chatkit\n")
        yield line.removeprefix("Replay: ").strip(), process
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)
        process.stdout.close()
        assert process.stderr
        process.stderr.close()


def post(url: str, document: object) -> httpx.Response:
    return httpx.post(url, json=document, trust_env=False, verify=False, timeout=20)


@pytest.fixture
def session(tmp_path: Path) -> Path:
    path = tmp_path / "session.jsonl"
    path.write_bytes(dumps_recording(Recording([exchange(turn())])))
    return path


def test_a_recording_is_served_until_ctrl_c_and_says_what_it_is_asked(session: Path) -> None:
    with running(session, "--speed", "0") as (url, process):
        assert post(url, HELLO).content == turn()
        assert post(url, {**HELLO, "params": {}}).status_code == 404
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        assert process.stdout
        assert process.stderr
        assert process.stdout.read() == b""
        answered, missing = process.stderr.read().decode().splitlines()
    assert answered.startswith("threads.create: exchange 1, 200, ")
    assert "session.jsonl has no answer to `threads.create`" in missing


def test_a_har_file_and_what_comes_on_standard_input_are_served_too() -> None:
    with running(SESSION) as (url, _):
        listed = post(url, {"type": "threads.list", "params": {"limit": 9999}}).json()
        assert [thread["id"] for thread in listed["data"]] == ["thr_a"]
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
    with running("-", stdin=head + GOOD.read_bytes()) as (url, _):
        assert post(url, HELLO).content == GOOD.read_bytes()


def run(*words: str | Path) -> subprocess.CompletedProcess[bytes]:
    return forking.run(["app.py", "replay", *words])


def test_what_cannot_be_served_is_exit_code_2_with_the_reason(session: Path, tmp_path: Path) -> None:
    nothing = tmp_path / "nothing.jsonl"
    nothing.write_bytes(dumps_recording(Recording([])))
    nonsense = tmp_path / "nonsense.txt"
    nonsense.write_bytes(b"")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        busy = str(taken.getsockname()[1])
        for words, reason in (
            ((tmp_path / "missing.jsonl",), b"cannot be read"),
            ((nothing,), b"nothing to serve"),
            ((nonsense,), b"Expected"),
            ((session, "--port", busy), b"Choose another with --port"),
            ((session, "--speed", "-1"), b"--speed"),
            ((session, "--allow-origin", "shop"), b"--allow-origin"),
        ):
            done = run(*words)
            assert done.returncode == 2, words
            assert reason in done.stderr
            assert done.stdout == b""
