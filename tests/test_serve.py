"""The workbench as a process: who may talk to it, and what it leaves behind."""

import signal
import stat
from pathlib import Path
from typing import Any

import httpx
import pytest

from chat.host.options_settings import settings_of
from chat.serve import _embedded_menus, _embedded_options
from tests.conftest import ROOT, Running, Start

MESSAGE = {
    "type": "threads.create",
    "params": {
        "input": {"content": [{"type": "input_text", "text": "Hi"}], "attachments": [], "inference_options": {}}
    },
}


def ask(running: Running, method: str, path: str, **options: Any) -> httpx.Response:
    return httpx.request(method, running.url + path, trust_env=False, verify=False, timeout=20, **options)


@pytest.mark.parametrize(("key", "menus"), [("", 2), ("sk-test", 0)])
def test_what_stands_for_a_script_is_offered_where_a_script_answers(
    monkeypatch: pytest.MonkeyPatch, key: str, menus: int
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", key)
    assert len(_embedded_menus().commands) == menus
    assert bool(settings_of(_embedded_options()).dictation) is not bool(key)


def test_healthz_says_ok(workbench: Running) -> None:
    assert ask(workbench, "GET", "/healthz").json() == {"status": "ok"}


@pytest.mark.parametrize(
    "path", ["/", "/chatkit", "/healthz", "/workbench/exchanges", "/broken/transport/ndjson/chatkit"]
)
def test_a_foreign_host_name_is_refused(workbench: Running, path: str) -> None:
    assert ask(workbench, "GET", path, headers={"Host": "evil.example"}).status_code == 400


@pytest.mark.parametrize("path", ["/", "/workbench/exchanges"])
def test_a_page_of_another_origin_is_refused(workbench: Running, path: str) -> None:
    assert ask(workbench, "POST", path, headers={"Origin": "https://evil.example"}).status_code == 403


def test_a_page_of_another_origin_may_not_use_the_embedded_backend(workbench: Running) -> None:
    answer = ask(workbench, "POST", "/chatkit", json=MESSAGE, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "/workbench/exchanges?session=x",
        "/workbench/exchanges/x/recording?session=x",
        "/workbench/state?session=x",
        "/workbench/conversations/x/items?before=y",
        "/workbench/conversations/x/text?key=y",
    ],
)
def test_routes_of_the_page_need_the_token_of_this_launch(workbench: Running, path: str) -> None:
    assert ask(workbench, "GET", path).status_code == 403
    assert ask(workbench, "GET", path, headers={"X-Workbench-Token": "guessed"}).status_code == 403


def test_the_page_has_a_policy_and_is_not_cached(workbench: Running) -> None:
    page = ask(workbench, "GET", "/")
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"


def test_the_stream_is_neither_compressed_nor_held_back(workbench: Running) -> None:
    with httpx.stream(
        "POST",
        f"{workbench.url}/chatkit",
        json=MESSAGE,
        headers={"Accept-Encoding": "gzip"},
        trust_env=False,
        verify=False,
        timeout=20,
    ) as answer:
        assert "content-encoding" not in answer.headers
        assert answer.headers["content-type"].startswith("text/event-stream")
        chunks = list(answer.iter_raw())
    assert len(chunks) > 10


def test_everything_it_keeps_is_in_the_data_folder_and_private(start: Start, tmp_path: Path) -> None:
    before = {path.name for path in ROOT.iterdir()}
    secret = ("--header", "Authorization: Bearer abc-secret-1234567")
    running = start("--backend", "http://127.0.0.1:9/chatkit", *secret, as_typed=True)
    ask(running, "GET", "/")
    ask(running, "POST", "/chatkit", json=MESSAGE)
    running.stop()
    assert {path.name for path in ROOT.iterdir()} - before <= {".hypothesis", ".pytest_cache"}
    for file in running.data.rglob("*"):
        if file.is_file() and file != running.log:
            assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0, file
            assert b"abc-secret" not in file.read_bytes(), file


def test_ctrl_c_ends_it_at_once_even_while_an_answer_streams(start: Start) -> None:
    running = start("--rate", "1", as_typed=True)  # at which the answer takes a minute
    with httpx.stream(
        "POST", f"{running.url}/chatkit", json=MESSAGE, trust_env=False, verify=False, timeout=20
    ) as answer:
        next(answer.iter_raw())
        running.process.send_signal(signal.SIGINT)
        assert running.process.wait(30) in (0, 130, -signal.SIGINT)
    assert "Traceback" not in running.log.read_text(), "asked for, and no failure"
    assert "ERROR" not in running.log.read_text()
