"""`relay` as a process: the one line that scripts read, and what is served then."""

from __future__ import annotations

import os
import re
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import PIPE

import httpx
import pytest

from tests.conftest import Running, free_port
from tests.forking import Forked

LIST = b'{"type":"threads.list","params":{}}'
LINE = re.compile(r"Relay: (http://127\.0\.0\.1:(\d+)/relay/[\w-]{20,}/chatkit)\n")

Begin = Callable[..., Forked]


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Begin]:
    """Starts `relay` with these arguments; stopped afterwards."""
    started: list[Forked] = []

    def start(*arguments: str) -> Forked:
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "PYTEST_"))}
        command = ["app.py", "relay", *arguments, "--no-browser", "--data", str(tmp_path / "data")]
        with (tmp_path / "log.txt").open("w") as log:
            process = Forked(command, env=environment, stdout=PIPE, stderr=log, text=True)
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(15)


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz", trust_env=False, verify=False, timeout=20).status_code == 200
    except httpx.TransportError:
        return False


def test_it_prints_one_line_and_relays(begin: Begin, workbench: Running, tmp_path: Path) -> None:
    port, page_port = free_port(), free_port()
    process = begin(f"{workbench.url}/chatkit", "--port", str(port), "--page-port", str(page_port))
    assert process.stdout is not None
    matched = LINE.fullmatch(process.stdout.readline())
    assert matched is not None
    assert int(matched[2]) == port, "--port is the relay's"
    answer = httpx.post(
        matched[1], content=LIST, headers={"Origin": "http://app.example"}, trust_env=False, verify=False, timeout=20
    )
    assert answer.status_code == 200
    assert isinstance(answer.json()["data"], list)
    assert answer.headers["access-control-allow-origin"] == "http://app.example"
    page = f"http://127.0.0.1:{page_port}"
    while not answers(page):  # Ctrl+C before it has begun is another matter
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    assert process.wait(15) in (0, 130, -signal.SIGINT)
    assert process.stdout.read() == "", "nothing else on standard output"
    log = (tmp_path / "log.txt").read_text()
    assert page in log, "where the page is, is said on standard error"
    assert "Traceback" not in log


CONNECTION = """
[connections.shop]
url = "{url}"
headers = {{ "X-Token" = "Bearer ${{SHOP_TOKEN}}" }}
profile = "shop.py"
"""
PROFILE = """
def headers(request):
    return {"article-id": "for " + request.operation}
"""


def test_headers_of_the_command_line_the_file_and_its_profile_are_sent_along(
    begin: Begin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_TOKEN", "of-the-environment")
    config = tmp_path / "connections.toml"
    (tmp_path / "shop.py").write_text(PROFILE)
    with socket.create_server(("127.0.0.1", 0)) as backend:
        config.write_text(CONNECTION.format(url=f"http://127.0.0.1:{backend.getsockname()[1]}/chatkit"))
        given = "--header", "Authorization: Bearer of-the-command-line", "--config", str(config)
        process = begin("shop", *given, "--port", "0", "--page-port", "0")
        assert process.stdout is not None
        matched = LINE.fullmatch(process.stdout.readline())
        assert matched is not None
        backend.settimeout(20)
        with socket.create_connection(("127.0.0.1", int(matched[2])), timeout=20) as client:
            path = matched[1].partition(matched[2])[2]
            head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(LIST)}\r\n\r\n"
            client.sendall(head.encode() + LIST)
            connection, _ = backend.accept()
            with connection:
                connection.settimeout(20)
                sent = connection.recv(65536)
                assert b"Authorization: Bearer of-the-command-line" in sent
                assert b"X-Token: Bearer of-the-environment" in sent
                assert b"article-id: for threads.list" in sent


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nonsense", "begins with http"),
        ("http://169.254.169.254/chatkit", "no place for a backend"),
        ("http://[fe80::1]/chatkit", "no place for a backend"),
    ],
)
def test_what_cannot_be_relayed_to_is_said(url: str, words: str, begin: Begin, tmp_path: Path) -> None:
    process = begin(url, "--port", "0", "--page-port", "0")
    assert process.wait(60) != 0
    assert words in (tmp_path / "log.txt").read_text()


def test_a_port_that_is_taken_is_said(begin: Begin, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = begin("http://127.0.0.1:9/chatkit", "--port", str(taken.getsockname()[1]), "--page-port", "0")
        assert process.wait(60) == 1
    assert "cannot be used" in (tmp_path / "log.txt").read_text()


def test_ctrl_c_ends_it_while_an_answer_streams(begin: Begin, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as backend:
        url = f"http://127.0.0.1:{backend.getsockname()[1]}/chatkit"
        page_port = free_port()
        process = begin(url, "--port", "0", "--page-port", str(page_port))
        assert process.stdout is not None
        matched = LINE.fullmatch(process.stdout.readline())
        assert matched is not None
        while not answers(f"http://127.0.0.1:{page_port}"):
            assert process.poll() is None
            time.sleep(0.02)
        backend.settimeout(20)
        with socket.create_connection(("127.0.0.1", int(matched[2])), timeout=20) as client:
            path = matched[1].partition(matched[2])[2]
            head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(LIST)}\r\n\r\n"
            client.sendall(head.encode() + LIST)
            connection, _ = backend.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: {}\n\n")
                assert client.recv(10).startswith(b"HTTP/1.1 2")
                process.send_signal(signal.SIGINT)
                assert process.wait(20) in (0, 130, -signal.SIGINT)
    log = (tmp_path / "log.txt").read_text()
    assert "Traceback" not in log, "asked for, and no failure"
    assert "ERROR" not in log
