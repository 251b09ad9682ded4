"""`python app.py check`, as it is typed: exit codes, options, reports. The embedded backend has to pass."""

import json
import os
import pty
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from click.testing import CliRunner

from chat.checks import CATALOGUE
from chat.commands.main import main
from chat.exchanges import read
from tests import forking
from tests.conftest import ROOT, Running, free_port, start_workbench

SECRET = "a-secret-of-the-test-of-at-least-32-bytes"
ORIGIN = "https://shop.example"


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


def typed(*arguments: str) -> Done:
    """The command in a process of its own."""
    done = forking.run_text(["app.py", "check", *arguments])
    return Done(done.returncode, done.stdout, done.stderr)


def check(*arguments: str) -> Done:
    """The command in this process, which spares its imports."""
    done = CliRunner().invoke(main, ["check", *arguments])
    return Done(done.exit_code, done.stdout, done.stderr)


def report_of(done: Done) -> Any:
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The embedded backend at full speed, for one page elsewhere."""
    running = start_workbench(tmp_path_factory.mktemp("check") / "data", "--rate", "0", "--allow-origin", ORIGIN)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The embedded backend that wants a token."""
    data = tmp_path_factory.mktemp("guarded") / "data"
    running = start_workbench(data, "--rate", "0", "--jwt-secret", SECRET)
    yield running
    running.stop()


def bearer(user: str, left: float = 3600) -> str:
    token = jwt.encode({"sub": user, "exp": int(time.time() + left)}, SECRET, algorithm="HS256")
    return f"Authorization: Bearer {token}"


def url(running: Running) -> str:
    return f"{running.url}/chatkit"


def test_the_embedded_backend_passes_and_everything_could_be_judged_in_under_ten_seconds(embedded: Running) -> None:
    began = os.times()
    done = typed(url(embedded), "--format", "json", "--origin", ORIGIN)
    ended = os.times()
    # its own work, which does not grow with what else the machine has to do
    assert ended.children_user + ended.children_system - began.children_user - began.children_system < 10
    assert done.returncode == 0, done.stdout
    summary = report_of(done)["summary"]
    assert (summary["errors"], summary["warnings"], summary["could_not_run"]) == (0, 0, 0)
    assert done.stderr == ""


def test_with_tokens_of_two_users_the_embedded_backend_passes_too(guarded: Running) -> None:
    arguments = (url(guarded), "--header", bearer("ada"), "--second-header", bearer("bob"), "--format", "json")
    done = check(*arguments)
    assert done.returncode == 0, done.stdout
    passed = {one["id"] for one in report_of(done)["checks"] if one["status"] == "passed"}
    assert {"auth/open", "auth/garbage-accepted", "auth/cross-user"} <= passed


def test_nothing_is_left_of_a_run(embedded: Running) -> None:
    before = check(url(embedded), "--only", "framing", "--format", "json")
    assert before.returncode == 0
    body = {"type": "threads.list", "params": {}}
    listed = httpx.post(url(embedded), json=body, trust_env=False, verify=False).json()
    assert listed["data"] == []


@pytest.mark.parametrize("message", ["Which time zone is my browser in?", "Plan a weekend on the coast for me"])
def test_an_agent_that_waits_for_a_tool_or_an_answer_gets_one_and_passes(embedded: Running, message: str) -> None:
    done = check(url(embedded), "--format", "json", "--message", message, "--max-turns", "30")
    assert done.returncode == 0, [one for one in report_of(done)["checks"] if one["status"] not in ("passed",)]
    operations = {one["operation"] for one in report_of(done)["exchanges"]}
    assert operations & {"threads.add_client_tool_output", "threads.add_structured_input"}


def test_several_messages_are_said_and_what_none_of_them_brought_is_told(embedded: Running) -> None:
    messages = ("--message", "Hello", "--message", "Which time zone is my browser in?")
    told = " ".join(check(url(embedded), "--only", "framing", *messages).stdout.split())
    assert "Not seen in this run: widgets" in told
    assert "client tools" not in told


def test_an_origin_that_is_not_allowed_is_named(embedded: Running) -> None:
    done = check(url(embedded), "--origin", "https://other.example", "--format", "json")
    assert done.returncode == 1
    failed = {one["id"] for one in report_of(done)["checks"] if one["status"] == "failed" and one["level"] == "error"}
    assert failed == {"cors/preflight"}


def test_nobody_there_is_exit_code_4() -> None:
    done = typed(f"http://127.0.0.1:{free_port()}/chatkit")
    assert done.returncode == 4
    assert "UNREACHABLE" in done.stdout


def test_credentials_that_are_refused_are_exit_code_5(guarded: Running) -> None:
    assert check(url(guarded)).returncode == 5
    assert check(url(guarded), "--header", bearer("ada", left=-3600)).returncode == 5


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("not-a-url",), "http://"),
        (("http://127.0.0.1:1/", "--only", "nonsense"), "neither a rule nor a section"),
        (("http://127.0.0.1:1/", "--skip", "persistence/nonsense"), "neither a rule nor a section"),
        (("http://127.0.0.1:1/", "--header", "no colon"), "Name: value"),
        (("http://127.0.0.1:1/", "--second-header", "no colon"), "--second-header"),
        (("http://127.0.0.1:1/", "--origin", "https://shop.example/page"), "origin"),
        (("http://127.0.0.1:1/", "--only", "auth", "--skip", "auth"), "no rule"),
        (("--explain", "persistence/nonsense"), "no rule"),
        ((), "URL"),
    ],
)
def test_wrong_usage_is_exit_code_2_and_says_what_to_type(arguments: Any, words: str) -> None:
    done = check(*arguments)
    assert done.returncode == 2
    assert words in done.stderr


def test_rules_of_which_none_applied_are_never_green(embedded: Running) -> None:
    done = check(url(embedded), "--only", "page")
    assert done.returncode == 3
    assert done.stdout.startswith("INCOMPLETE  Nothing was judged: It is about the page's own requests.")


def test_only_and_skip_choose_the_rules_by_section_and_by_id(embedded: Running) -> None:
    done = check(
        url(embedded), "--only", "paging", "--only", "title/never-set", "--skip", "paging/order", "--format", "json"
    )
    assert {one["id"] for one in report_of(done)["checks"]} == {"paging/limit", "paging/cursor", "title/never-set"}
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("entry", "options"),
    [("transport/no-message", ()), ("cors/response", ("--origin", ORIGIN))],
)
def test_a_rule_about_every_answer_is_judged_when_it_is_asked_for_alone(
    embedded: Running, entry: str, options: Any
) -> None:
    broken = f"{embedded.url}/broken/{entry}/chatkit"
    report = report_of(check(broken, "--only", entry, *options, "--format", "json"))
    assert [(one["id"], one["status"]) for one in report["checks"]] == [(entry, "failed")]
    fine = report_of(check(url(embedded), "--only", entry, *options, "--format", "json"))
    assert [(one["id"], one["status"]) for one in fine["checks"]] == [(entry, "passed")]


def test_list_names_every_rule() -> None:
    done = check("--list")
    assert done.returncode == 0
    assert [line.split()[0] for line in done.stdout.splitlines()] == list(CATALOGUE)


def test_explain_says_what_to_type() -> None:
    done = check("--explain", "persistence/flapping")
    assert done.returncode == 0
    assert CATALOGUE["persistence/flapping"].fix in done.stdout.replace("\n    ", "\n")


def test_known_failures_do_not_count_until_they_pass(embedded: Running, tmp_path: Path) -> None:
    known = tmp_path / "known.txt"
    known.write_text("# until the proxy is configured\ncors/preflight   # see the ticket\n\n")
    elsewhere = ("--origin", "https://other.example", "--only", "cors/preflight", "--expected-failures", str(known))
    done = check(url(embedded), *elsewhere)
    assert done.returncode == 0, done.stdout
    assert "Known to fail" in done.stdout
    done = check(url(embedded), "--origin", ORIGIN, *elsewhere[2:])
    assert done.returncode == 1
    assert "No longer failing: cors/preflight" in done.stdout
    known.write_text("cors/nonsense\n")
    assert check(url(embedded), *elsewhere).returncode == 2


def test_warnings_fail_the_run_when_they_are_to(embedded: Running) -> None:
    arguments = (url(embedded), "--only", "auth/open", "--header", "Authorization: Bearer anything-at-all-0123")
    assert check(*arguments).returncode == 0
    assert check(*arguments, "--fail-on", "warning").returncode == 1


def test_everything_sent_is_recorded_without_its_secrets(guarded: Running, tmp_path: Path) -> None:
    folder = tmp_path / "recordings"
    token = bearer("ada")
    done = check(url(guarded), "--header", token, "--only", "persistence", "--save", str(folder))
    assert done.returncode == 0, done.stdout
    recordings = sorted(folder.iterdir())
    assert read(recordings[0]).request.operation == "threads.list"
    assert any(read(path).request.operation == "threads.create" for path in recordings)
    secret = token.rpartition(" ")[2].encode()
    assert not any(secret in path.read_bytes() for path in recordings)
    assert {path.stat().st_mode & 0o777 for path in recordings} == {0o600}


def test_a_report_can_go_to_a_file_in_the_format_of_its_name(embedded: Running, tmp_path: Path) -> None:
    done = check(url(embedded), "--only", "title", "--output", str(tmp_path / "report.xml"))
    assert done.returncode == 0
    assert "<testsuite" in (tmp_path / "report.xml").read_text()


def test_there_is_a_progress_bar_on_a_terminal_and_none_in_a_file(embedded: Running) -> None:
    ours, theirs = pty.openpty()
    command = ["app.py", "check", url(embedded), "--only", "title"]
    with forking.Forked(command, stderr=theirs, env={**os.environ, "TERM": "xterm"}) as running:
        os.close(theirs)
        drawn = b""
        while True:
            try:
                piece = os.read(ours, 4096)
            except OSError:
                break
            if not piece:
                break
            drawn += piece
        assert running.wait(30) == 0
    os.close(ours)
    assert "━" in drawn.decode("utf-8", "replace")  # a fast run may draw its last frame only, which has no words
    assert typed(url(embedded), "--only", "title").stderr == ""


def test_the_command_imports_neither_the_page_nor_the_agents_sdk() -> None:
    code = (
        "import sys, app, chat.checks.run;"
        "print([name for name in ('nicegui', 'agents', 'chatkit.server', 'sqlite_utils') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_help_begins_soon() -> None:
    began = os.times()
    assert typed("--help").returncode == 0
    ended = os.times()
    assert ended.children_user + ended.children_system - began.children_user - began.children_system < 3


def test_what_the_command_writes_is_for_people(embedded: Running, tmp_path: Path) -> None:
    done = check(url(embedded), "--origin", "https://other.example", "--only", "cors/preflight")
    assert done.stdout.startswith("ERROR")
    assert "Type this instead" in done.stdout.split("\n\n")[1]
