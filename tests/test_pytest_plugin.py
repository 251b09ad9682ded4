"""The pytest plugin, run as a backend's own tests run it: in a process and a folder of their own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from chat.exchanges.recording import read_recording
from tests import forking
from tests.conftest import ROOT

EXAMPLE = ROOT / "docs" / "testing-your-backend"
BARE = ("pytest", "-p", "chatkit_workbench.pytest_plugin", "-p", "no:cacheprovider", "-q", "-rs")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with this checkout's package under the name that it is installed by."""
    folder = tmp_path_factory.mktemp("installed")
    (folder / "chatkit_workbench").symlink_to(ROOT / "chat" / "package")
    return folder


def run(
    installed: Path, folder: Path, *options: str, plugins: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST_", "OPENAI_"))}
    # no other plugin: the tests of a backend need none
    environment = {
        **clean,
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONPATH": str(installed),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    more = [word for plugin in plugins for word in ("-p", plugin)]
    return forking.run_text([*BARE, *more, *options], cwd=folder, env=environment)


@pytest.fixture
def example(tmp_path: Path) -> Path:
    return shutil.copytree(EXAMPLE, tmp_path / "example", ignore=shutil.ignore_patterns("__pycache__"))


@pytest.fixture
def project(tmp_path: Path, example: Path) -> Path:
    """The example's backend, and tests yet to be written in `test_it.py`. Its own `chat` must be nobody else's."""
    shutil.rmtree(example / "tests" / "goldens")
    (example / "tests" / "test_backend.py").unlink()
    (example / "chat.py").write_text("OWN = True\n")
    return example


def test_the_worked_example_passes_with_its_golden_files(installed: Path, example: Path) -> None:
    made = run(installed, example)
    assert made.returncode == 0, made.stdout + made.stderr
    passed, skipped = (int(re.search(rf"(\d+) {word}", made.stdout)[1]) for word in ("passed", "skipped"))  # type: ignore[index]
    assert passed > 80
    assert skipped > 5
    assert "No second user was given" in made.stdout


def test_a_backend_that_changes_fails_with_what_differs(installed: Path, example: Path) -> None:
    backend = example / "backend.py"
    backend.write_text(backend.read_text().replace("tasks today", "tasks this week"))
    made = run(installed, example, "-k", "changed or test_by_shape")
    assert made.returncode == 1
    assert "1 failed, 1 passed" in made.stdout, made.stdout
    assert '- "You have 3 tasks today."' in made.stdout
    assert '+ "You have 3 tasks this week."' in made.stdout
    updated = run(installed, example, "-k", "changed", "--chatkit-update")
    assert updated.returncode == 0, updated.stdout
    assert "golden file written" in updated.stdout


def test_a_missing_golden_file_fails_with_what_to_do(installed: Path, project: Path) -> None:
    (project / "tests" / "test_it.py").write_text(
        "def test_it(chatkit, golden):\n    assert chatkit.send('Hi') == golden\n"
    )
    made = run(installed, project)
    assert made.returncode == 1
    assert "There is no golden file" in made.stdout
    assert "--chatkit-update" in made.stdout
    assert not (project / "tests" / "goldens").exists()
    assert run(installed, project, "--chatkit-update").returncode == 0
    (golden,) = (project / "tests" / "goldens" / "test_it").iterdir()
    assert golden.name == "test_it.jsonl"
    assert run(installed, project).returncode == 0


def test_what_was_said_is_kept_as_the_mode_says_and_a_projects_own_modules_stay_its_own(
    installed: Path, project: Path
) -> None:
    (project / "tests" / "test_it.py").write_text(
        "import sys\n"
        "import chat\n\n"
        "def test_it(chatkit):\n"
        "    chatkit.send('Hi')\n"
        "    assert chat.OWN\n"
        "    assert not {name for name in sys.modules if name.startswith(('chat.', 'storage', 'assets', 'nicegui'))}\n"
    )
    folder = project / "tests" / "recordings" / "test_it"

    def kept(mode: str) -> str:
        """The id of the exchange that is kept after a run in this mode."""
        made = run(installed, project, "--chatkit-record", mode)
        assert made.returncode == 0, made.stdout
        paths = list(folder.iterdir()) if folder.exists() else []
        assert [path.name for path in paths] == ([] if mode == "none" else ["test_it.jsonl"])
        return read_recording(paths[0]).exchanges[0].id if paths else ""

    kept("none")
    first = kept("once")
    assert kept("once") == first
    assert kept("rewrite") != first


def test_a_rule_that_fails_names_what_to_type_and_one_that_nobody_asks_fails_too(
    installed: Path, project: Path
) -> None:
    backend = project / "backend.py"
    backend.write_text(
        backend.read_text().replace("yield ThreadItemDoneEvent(item=item.model_copy", "(item.model_copy")
    )
    (project / "tests" / "test_it.py").write_text(
        "from chatkit_workbench.pytest_plugin import ChatKitChecks\n\n"
        "class TestIt(ChatKitChecks):\n    pass\n\n"
        "def test_careless(chatkit_check):\n    pass\n"
    )
    made = run(installed, project, "-k", "never-done", "-rf")
    assert made.returncode == 1
    assert re.search(r"FAILED .*TestIt.*never-done", made.stdout)
    assert "Type this instead" in made.stdout
    assert "never called chatkit_check.verify()" in made.stdout


def test_a_backend_that_is_not_there_skips_every_rule_and_says_why(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "from chatkit_workbench.pytest_plugin import ChatKitChecks\n\nclass TestIt(ChatKitChecks):\n    pass\n"
    )
    made = run(installed, tmp_path, "--chatkit-url", "http://127.0.0.1:9/chatkit", "-k", "lifecycle")
    assert " passed" not in made.stdout
    assert "skipped" in made.stdout
    unsaid = run(installed, tmp_path, "-k", "never-done")
    assert unsaid.returncode == 1
    assert "Which ChatKit backend is to be tested?" in unsaid.stdout


def test_what_cannot_be_done_fails_with_words(installed: Path, project: Path) -> None:
    (project / "tests" / "test_it.py").write_text(
        "def test_it(chatkit):\n    chatkit.send('Hi')\n    chatkit.click('Nowhere')\n"
        "def test_verb(chatkit):\n    chatkit.play('sned', 'Hi')\n"
    )
    made = run(installed, project)
    assert (
        "There is nothing called 'Nowhere' to click on. Expected a button 'Nowhere'; got 'Write the tests'"
        in made.stdout
    )
    assert "sned" in made.stdout
    assert "2 failed" in made.stdout


def test_an_app_streams_and_hears_that_the_client_has_gone(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        """
import asyncio, threading
import pytest

GONE = threading.Event()
EVENT = b'data: {"type": "progress_update", "text": "x"}\\n\\n'

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        assert (await receive())["type"] == "lifespan.startup"
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
    for _ in range(3):
        await send({"type": "http.response.body", "body": EVENT, "more_body": True})
    assert (await receive())["type"] == "http.disconnect"
    GONE.set()

@pytest.fixture(scope="session")
def chatkit_backend():
    return app, "/anywhere"

def test_sync(chatkit):
    assert len(chatkit.send("Hi", stop_after=3).events) == 3
    assert GONE.wait(10)

async def test_async(chatkit):
    turn = await chatkit.aio.send("Hi", stop_after=2)
    assert len(turn.events) == 2
"""
    )
    (tmp_path / "pytest.ini").write_text("[pytest]\nasyncio_mode = auto\n")
    made = run(installed, tmp_path, plugins=("pytest_asyncio.plugin",))
    assert made.returncode == 0, made.stdout + made.stderr
    assert "2 passed" in made.stdout


def test_an_app_that_does_not_start_is_said(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        """
import pytest

async def app(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "no database"})

@pytest.fixture(scope="session")
def chatkit_backend():
    return app

def test_it(chatkit):
    pass
"""
    )
    made = run(installed, tmp_path)
    assert made.returncode == 1
    assert "The app did not start" in made.stdout
