"""`diff` on the command line: what it prints, and the exit codes that scripts depend on."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from chat.commands.main import main
from chat.exchanges.recording import dumps_recording
from tests.checks.streams import answer, thread_created
from tests.conftest import ROOT
from tests.diff.recordings import exchange, recording, with_ids

EVENTS = [thread_created(), *answer("You have three tasks.")]


def run(*words: str | Path, stdin: bytes = b"") -> subprocess.CompletedProcess[str]:
    done = CliRunner().invoke(main, ["diff", *map(str, words)], input=stdin)
    return subprocess.CompletedProcess(["diff"], done.exit_code, done.stdout, done.stderr)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "old.jsonl"
    path.write_bytes(dumps_recording(recording(exchange(*EVENTS))))
    return path


@pytest.fixture
def same(tmp_path: Path) -> Path:
    path = tmp_path / "same.jsonl"
    path.write_bytes(dumps_recording(recording(exchange(*with_ids(EVENTS, "77")))))
    return path


@pytest.fixture
def other(tmp_path: Path) -> Path:
    path = tmp_path / "other.jsonl"
    path.write_bytes(dumps_recording(recording(exchange(*EVENTS, {"type": "progress_update", "text": "More"}))))
    return path


@pytest.mark.parametrize("flags", [(), ("--exit-code",)])
def test_alike_is_0_and_different_is_1(old: Path, same: Path, other: Path, flags: tuple[str, ...]) -> None:
    alike = run(old, same, *flags)
    assert (alike.returncode, alike.stderr) == (0, "")
    assert alike.stdout.startswith("ALIKE  old.jsonl → same.jsonl")
    different = run(old, other, *flags)
    assert (different.returncode, different.stderr) == (1, "")
    assert "added    progress_update  event 7" in different.stdout


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b'{"format":"chatkit-workbench-exchange","version":99}\n', "newer"),
        (None, "cannot be read"),
    ],
)
def test_what_cannot_be_used_is_2_and_named(old: Path, tmp_path: Path, content: bytes | None, words: str) -> None:
    path = tmp_path / "broken.jsonl"
    if content is not None:
        path.write_bytes(content)
    failed = run(old, path)
    assert (failed.returncode, failed.stdout) == (2, "")
    assert "broken.jsonl" in failed.stderr
    assert words in failed.stderr


def test_what_cannot_be_ignored_is_2(old: Path, same: Path) -> None:
    failed = run(old, same, "--ignore", "colours")
    assert failed.returncode == 2
    assert "'colours' cannot be ignored. Expected text, timings" in failed.stderr


def test_a_body_or_what_curl_prints_can_be_compared_too(tmp_path: Path) -> None:
    body = (ROOT / "tests" / "data" / "good-first-turn.txt").read_bytes()
    path = tmp_path / "body.txt"
    path.write_bytes(body)
    assert run(path, "-", stdin=body).returncode == 0
    assert (
        run(path, "-", stdin=b"HTTP/1.1 500 Internal Server Error\r\ncontent-type: text/plain\r\n\r\nNo.").returncode
        == 1
    )


def test_the_format_is_what_the_output_ends_in(old: Path, other: Path, tmp_path: Path) -> None:
    output = tmp_path / "diff.json"
    told = run(old, other, "--output", output)
    assert told.returncode == 1
    assert "1 change in 1 exchange" in told.stdout
    assert json.loads(output.read_text())["alike"] is False
    assert output.stat().st_mode & 0o077 == 0
    refused = run(old, other, "--output", tmp_path / "diff.sarif")
    assert refused.returncode == 2
    assert "There are: text, json, junit, html" in refused.stderr


def test_files_of_one_name_are_called_by_their_paths(old: Path, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    new = tmp_path / "new" / "old.jsonl"
    new.write_bytes(old.read_bytes())
    assert run(old, new).stdout.startswith(f"ALIKE  {old} → {new}")
