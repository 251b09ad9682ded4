"""Two instances of the workbench behind one address, with one PostgreSQL: they keep every promise."""

from __future__ import annotations

import json
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from chat.commands.main import main
from tests.conftest import Running, start_workbench
from tests.postgres import empty_database

WHO = "postgres:hunter2secret@"


class TakingTurns:
    """A port whose connections go to one server after the other; to those that take them."""

    def __init__(self, servers: list[Running]) -> None:
        self._servers = servers
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.taken = [0] * len(servers)
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        turns = count()
        with suppress(OSError):
            while True:
                caller, _ = self._listener.accept()
                server = self._connected(next(turns))
                for source, sink in ((caller, server), (server, caller)):
                    threading.Thread(target=_pass_on, args=(source, sink), daemon=True).start()

    def _connected(self, turn: int) -> socket.socket:
        for n in range(len(self._servers)):
            chosen = (turn + n) % len(self._servers)
            with suppress(OSError):
                connection = socket.create_connection(("127.0.0.1", int(self._servers[chosen].url.rpartition(":")[2])))
                self.taken[chosen] += 1
                return connection
        raise OSError("no server takes connections")


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65_536):
            sink.sendall(piece)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Running]]:
    url = empty_database().replace("postgres:@", WHO)
    folder = tmp_path_factory.mktemp("several")
    started: list[Running] = []
    for name in ("one", "other"):
        data: Path = folder / name
        started.append(start_workbench(data, "--rate", "0", WORKBENCH_DATABASE=url))
    yield started
    for running in started:
        running.stop()


@pytest.fixture(scope="module")
def address(two: list[Running]) -> Iterator[str]:
    turns = TakingTurns(two)
    yield f"http://127.0.0.1:{turns.port}/chatkit"
    turns.close()
    assert min(turns.taken) > 5


def asked(url: str, operation: str, **params: Any) -> Any:
    with httpx.Client(trust_env=False, verify=False, timeout=30) as client:
        answer = client.post(url, json={"type": operation, "params": params})
        assert answer.status_code == 200, answer.text
        if answer.headers["content-type"].startswith("text/event-stream"):
            return [json.loads(line[6:]) for line in answer.text.splitlines() if line.startswith("data: ")]
        return answer.json()


def test_check_finds_nothing_to_say_of_two_behind_one_address(address: str) -> None:
    done = CliRunner().invoke(main, ["check", address, "--format", "json"])

    assert done.exit_code == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    summary = report["summary"]
    assert (summary["errors"], summary["warnings"], summary["could_not_run"]) == (0, 0, 0)
    assert {one["id"]: one["status"] for one in report["checks"]}["persistence/flapping"] == "passed"


def test_what_one_has_taken_the_other_gives_out(two: list[Running]) -> None:
    one, other = two
    file = {"file": ("lamp.txt", b"lamp oil", "text/plain")}
    uploaded = httpx.post(f"{one.url}/chatkit/attachments", files=file, trust_env=False, verify=False).json()
    shown = httpx.get(f"{other.url}/chatkit/attachments/{uploaded['id']}", trust_env=False, verify=False)
    assert shown.content == b"lamp oil"

    announced = asked(f"{one.url}/chatkit", "attachments.create", name="a.txt", size=3, mime_type="text/plain")
    target = announced["upload_descriptor"]
    path = httpx.URL(target["url"]).path
    put = httpx.put(f"{other.url}{path}", headers=target["headers"], content=b"abc", trust_env=False, verify=False)
    assert put.status_code == 200


def test_nothing_acknowledged_is_lost_when_one_is_killed(two: list[Running], address: str) -> None:
    message = {"content": [{"type": "input_text", "text": "hm"}], "attachments": [], "inference_options": {}}
    created = asked(address, "threads.create", input=message)
    thread_id = created[0]["thread"]["id"]
    done = {event["item"]["id"] for event in created if event["type"] == "thread.item.done"}
    for _ in range(5):
        events = asked(address, "threads.add_user_message", thread_id=thread_id, input=message)
        done |= {event["item"]["id"] for event in events if event["type"] == "thread.item.done"}

    two[0].stop(signal.SIGKILL)

    stored = asked(address, "items.list", thread_id=thread_id, limit=100, order="asc")
    assert done <= {item["id"] for item in stored["data"]}
    assert len(done) == 12
    # and the address works on
    assert asked(address, "threads.add_user_message", thread_id=thread_id, input=message)


def test_the_password_is_in_no_log_and_no_file(two: list[Running]) -> None:
    for running in two:
        for path in running.data.rglob("*"):
            if path.is_file():
                assert b"hunter2" not in path.read_bytes(), path
