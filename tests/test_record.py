"""`record` on the command line: a script played against a live backend, and what is kept of it."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from chat.commands.main import main
from chat.exchanges.recording import read_recording
from tests import forking
from tests.conftest import Running, free_port
from tests.script.backend import serving

SECRET = "opaque-secret-0123456789"
SCRIPT = """
name: Tasks
steps:
- send: show me my tasks
- send: {text: hello}
- feedback: positive
- retry
- reload
- list_threads
- delete
"""


def run(command: str, *words: str | Path) -> subprocess.CompletedProcess[str]:
    return forking.run_text(["app.py", command, *words])


def here(*words: str | Path) -> Result:
    """The same in this process: what sends nothing needs no other."""
    return CliRunner().invoke(main, ["record", *map(str, words)])


def script(folder: Path, text: str) -> Path:
    path = folder / "turns.yaml"
    path.write_text(text, "utf-8")
    return path


def test_the_same_script_twice_makes_recordings_that_are_alike(workbench: Running, tmp_path: Path) -> None:
    turns = script(tmp_path, SCRIPT)
    for name in ("old.jsonl", "new.jsonl"):
        made = run("record", f"{workbench.url}/chatkit", "--script", turns, "--output", tmp_path / name)
        assert (made.returncode, made.stderr) == (0, "")
        assert made.stdout == f"7 exchanges recorded in {tmp_path / name}.\n"
    kept = read_recording(tmp_path / "old.jsonl")
    assert [exchange.request.operation for exchange in kept.exchanges] == [
        "threads.create",
        "threads.add_user_message",
        "items.feedback",
        "threads.retry_after_item",
        "threads.get_by_id",
        "threads.list",
        "threads.delete",
    ]
    assert kept.name == "Tasks"
    # other tests use the same backend: the list of threads is not of this script alone
    compared = run("diff", tmp_path / "old.jsonl", tmp_path / "new.jsonl", "--ignore", "timings", "--ignore", "$.data")
    assert compared.returncode == 0, compared.stdout


@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [
        (500, 1, "Step 1 (send)"),
        (401, 5, "Step 1 (send)"),
        ([], 3, "Step 2 (click): There is nothing called 'Save' to click on."),
    ],
)
async def test_what_goes_wrong_is_said_and_kept(answer: object, code: int, words: str, tmp_path: Path) -> None:
    turns = script(tmp_path, "- send: Hi\n- click: Save\n" if answer == [] else "- send: Hi\n")
    async with serving() as backend:
        backend.answers["threads.create"] = answer if answer != [] else [{"type": "progress_update", "text": "x"}]
        output = tmp_path / "out.jsonl"
        header = f"Authorization: Bearer {SECRET}"
        made = await asyncio.to_thread(
            run, "record", backend.url, "--script", turns, "--output", output, "--header", header
        )
        assert backend.headers[0]["authorization"] == f"Bearer {SECRET}"
    assert made.returncode == code, made.stderr
    assert words in made.stderr
    assert words in " ".join(read_recording(output).remarks)
    assert SECRET not in made.stdout + made.stderr + output.read_text()
    assert output.stat().st_mode & 0o077 == 0


def test_nobody_there_is_4_and_a_broken_script_is_2_before_anything_is_sent(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}/chatkit"
    output = tmp_path / "out.jsonl"
    assert here(url, "--script", script(tmp_path, "- send: Hi"), "--output", output).exit_code == 4
    output.unlink(missing_ok=True)
    broken = here(url, "--script", script(tmp_path, "- sned: Hi"), "--output", output)
    assert broken.exit_code == 2
    assert "turns.yaml is not a script: line 1, steps[0]: 'sned' is not known; did you mean send?" in broken.stderr
    missing = here(url, "--script", tmp_path / "gone.yaml", "--output", output)
    assert missing.exit_code == 2
    nowhere = here(url, "--script", script(tmp_path, "- send: Hi"), "--output", tmp_path / "no" / "out.jsonl")
    assert nowhere.exit_code == 2
    assert "there is no folder" in nowhere.stderr
    assert not output.exists()
