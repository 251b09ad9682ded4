"""`profile` on the command line, and `--profile` and `--config` of the other commands."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from chat.commands.main import main
from chat.exchanges.recording import read_recording
from tests import forking
from tests.conftest import ROOT, Running, free_port


def here(*words: str | Path) -> Result:
    return CliRunner().invoke(main, list(map(str, words)))


def run(*words: str | Path, folder: Path = ROOT, **variables: str) -> subprocess.CompletedProcess[str]:
    return forking.run_text(["app.py", *words], cwd=folder, env={**os.environ, **variables})


def test_a_new_profile_is_written_once_and_nothing_is_wrong_with_it(tmp_path: Path) -> None:
    path = tmp_path / "shop.py"
    made = here("profile", "new", path)
    assert (made.exit_code, made.output) == (0, f"{path} is written. Start with: python app.py --profile {path}\n")
    assert "--profile shop.py" in path.read_text("utf-8")
    again = here("profile", "new", path)
    assert again.exit_code == 2
    assert "is there already" in again.output
    checked = here("profile", "check", path)
    assert (checked.exit_code, checked.stderr) == (0, "")
    assert "on_client_tool   results of client tools" in checked.output


def test_what_is_wrong_with_a_profile_is_said_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "shop.py"
    path.write_text("greeting = 'Hi'\n\ndef on_client_tol(name, params): ...\n", "utf-8")
    checked = here("profile", "check", path)
    assert checked.exit_code == 1
    assert checked.stdout == "  greeting         the greeting                       line 1\n"
    words = "shop.py, line 3: on_client_tol: nothing asks for this. Did you mean `on_client_tool`?\n"
    assert checked.stderr == words
    path.write_text("def headers(:\n", "utf-8")
    assert here("profile", "check", path).exit_code == 2
    assert "shop.py, line 1: SyntaxError" in here("profile", "check", path).output
    assert "There is no profile" in here("profile", "check", tmp_path / "none.py").output


@pytest.mark.parametrize("command", ["check", "record"])
def test_a_profile_that_cannot_be_used_ends_a_command(command: str, tmp_path: Path) -> None:
    more = ("--script", tmp_path / "s.yaml", "--output", tmp_path / "o.jsonl") if command == "record" else ()
    missing = here(command, "http://127.0.0.1:9/", "--profile", tmp_path / "none.py", *more)
    assert missing.exit_code == 2
    assert "python app.py profile new" in missing.output
    nothing = here(command, *more)
    assert nothing.exit_code == 2
    assert "Missing argument 'URL'" in nothing.output
    (tmp_path / "c.toml").write_text("[connections.shop]\nurl = 'http://127.0.0.1:9/'\n", "utf-8")
    unknown = here(command, "shp", "--config", tmp_path / "c.toml", *more)
    assert unknown.exit_code == 2
    assert "Did you mean shop?" in unknown.output


def test_a_named_connection_is_recorded_with_the_headers_of_its_profile(workbench: Running, tmp_path: Path) -> None:
    token = "shop-t0ken-0123456789"
    (tmp_path / "chatkit-workbench.toml").write_text(
        f"[connections.shop]\nurl = '{workbench.url}/chatkit'\nprofile = 'shop.py'\n"
        "headers = { X-Shop = '${SHOP_TOKEN}' }\n",
        "utf-8",
    )
    (tmp_path / "shop.py").write_text(
        "from count import one\n"
        "def headers(request): return {'X-Operation': request.operation, 'Authorization': f'Bearer minted-{one()}'}\n"
        "async def metadata(request): return {'thread': request.thread_id}\n"
        "def on_client_tool(name, params): return {'zone': 'Europe/Paris', 'asked': name}\n",
        "utf-8",
    )
    (tmp_path / "count.py").write_text("def one(): return '0123456789'\n", "utf-8")
    (tmp_path / "turns.yaml").write_text("steps:\n- send: client tool\n- list_threads\n", "utf-8")
    words = ("record", "shop", "--script", "turns.yaml", "--output", "out.jsonl")
    unset = run(*words, folder=tmp_path, SHOP_TOKEN="")
    assert unset.returncode == 2
    assert "the environment variable SHOP_TOKEN is not set" in unset.stderr
    made = run(*words, folder=tmp_path, SHOP_TOKEN=token)
    assert (made.returncode, made.stderr) == (0, "")
    text = (tmp_path / "out.jsonl").read_text("utf-8")
    assert token not in text
    assert "minted-0123456789" not in text
    first, answered, second = read_recording(tmp_path / "out.jsonl").exchanges
    assert answered.request.params["result"] == {"zone": "Europe/Paris", "asked": "get_time_zone"}
    assert first.request.document["metadata"] == {"thread": None}
    assert "x-operation" in {name.lower() for name, _ in second.request.headers}


def test_headers_that_fail_are_the_profiles_fault(workbench: Running, tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text(f"url = '{workbench.url}/chatkit'\ndef headers(request): return 1 / 0\n", "utf-8")
    (tmp_path / "turns.yaml").write_text("steps:\n- send: Hello\n", "utf-8")
    made = here(
        "record",
        "--profile",
        tmp_path / "bad.py",
        "--script",
        tmp_path / "turns.yaml",
        "--output",
        tmp_path / "o.jsonl",
    )
    assert made.exit_code == 1
    assert "headers in bad.py failed: ZeroDivisionError" in made.output


def test_a_check_whose_headers_do_not_come_ends_and_says_so(tmp_path: Path) -> None:
    source = "import threading\nurl = 'http://127.0.0.1:9/chatkit'\ndef headers(request): threading.Event().wait()\n"
    (tmp_path / "hangs.py").write_text(source, "utf-8")
    done = here("check", "--profile", tmp_path / "hangs.py", "--timeout", "0.1")
    assert done.exit_code == 3, "nothing could be judged"
    assert "headers in hangs.py failed: It has not returned within 0.1 seconds." in done.output
    assert "mistake of its own" not in done.output


def test_a_workbench_does_not_start_with_what_cannot_be_used(tmp_path: Path) -> None:
    port = str(free_port())
    common = ("--no-browser", "--port", port, "--data", tmp_path / "data")
    missing = run(*common, "--profile", tmp_path / "none.py")
    assert missing.returncode == 1
    assert "There is no profile" in missing.stderr
    (tmp_path / "c.toml").write_text("[connections.a]\nurl = 1\n", "utf-8")
    wrong = run(*common, "--config", tmp_path / "c.toml")
    assert wrong.returncode == 1
    assert "c.toml, line 2: connections.a.url: expected a string, got 1." in wrong.stderr
