"""The page is there before what the embedded backend's answers are made with, and what goes wrong with that is said."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.routing import Router

from chat.backend.embedded import PATHS, EmbeddedBackend
from tests.conftest import ROOT, Running, start_workbench

LIST = {"type": "threads.list", "params": {}}
FAILS_WHEN_TOLD = """
import pathlib, time
while not (pathlib.Path(__file__).parent.parent / "go").exists():
    time.sleep(0.01)
raise ImportError("agents was broken on purpose")
"""


def ask(running: Running, method: str, path: str, **options: Any) -> httpx.Response:
    return httpx.request(method, running.url + path, trust_env=False, verify=False, timeout=30, **options)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where an Agents SDK is found that waits for the file `go`, and cannot be imported then."""
    package = tmp_path / "agents"
    package.mkdir()
    (package / "__init__.py").write_text(FAILS_WHEN_TOLD)
    return tmp_path


@pytest.fixture
def waiting(folder: Path) -> Iterator[Running]:
    """A workbench that is importing it."""
    running = start_workbench(folder / "data", as_typed=True, PYTHONPATH=str(folder))
    yield running
    (folder / "go").touch()  # a thread that imports is waited for
    running.stop()


@pytest.mark.parametrize("module", ["chat.backend.broken", "chat.backend.embedded", "chat.backend.offers", "storage"])
def test_what_the_page_needs_of_the_backend_does_not_import_the_agents_sdk(module: str) -> None:
    code = (
        f"import sys, {module}; print([name for name in ('agents', 'openai', 'chatkit.server') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_page_and_the_gallery_do_not_wait_and_the_backend_says_why_it_cannot_answer(
    waiting: Running, folder: Path
) -> None:
    answers: list[httpx.Response] = []
    asking = threading.Thread(target=lambda: answers.append(ask(waiting, "POST", "/chatkit", json=LIST)))
    asking.start()
    assert ask(waiting, "GET", "/").status_code == 200
    assert ask(waiting, "GET", "/healthz").json() == {"status": "ok"}
    assert ask(waiting, "POST", "/broken/time/naive/chatkit", json=LIST).status_code == 200
    assert asking.is_alive()
    assert not answers
    (folder / "go").touch()
    asking.join(30)
    words = "The embedded backend could not be loaded (ImportError: agents was broken on purpose)."
    assert answers[0].status_code == 500
    assert answers[0].json()["message"].startswith(words)
    assert ask(waiting, "POST", "/chatkit", json=LIST).json() == answers[0].json()
    assert ask(waiting, "GET", "/").status_code == 200
    log = waiting.log.read_text()
    assert "The embedded backend could not be loaded; the rest of the workbench works." in log
    assert "ImportError: agents was broken on purpose" in log


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_can_be_stopped_while_it_loads(tmp_path: Path, how: signal.Signals) -> None:
    running = start_workbench(tmp_path / "data", as_typed=True)
    running.process.send_signal(how)
    assert running.process.wait(30) in (0, -how)
    assert "Traceback" not in running.log.read_text()


def test_a_model_that_nobody_can_speak_to_is_said_before_anything_is_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    monkeypatch.setenv("OPENAI_API", "telepathy")
    with pytest.raises(ValueError, match="OPENAI_API must be 'responses' or 'chat_completions'"):
        EmbeddedBackend(tmp_path, rate=None)


async def test_the_paths_that_are_there_from_the_start_are_those_of_the_backend(tmp_path: Path) -> None:
    backend = EmbeddedBackend(tmp_path, rate=None)
    backend.begin()
    assert backend._loading is not None
    loaded = await backend._loading
    assert isinstance(loaded, Router)
    assert tuple(getattr(route, "path", None) for route in loaded.routes) == PATHS
    await backend.close()
