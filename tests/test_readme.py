"""What the README says of `explain`, `check` and the gallery is true: each of its commands is run here."""

import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from chat.backend.broken import GALLERY
from chat.checks import CATALOGUE
from chat.client import ChatKitClient, Connection
from chat.exchanges import Exchange, write
from tests import forking
from tests.conftest import ROOT, Running, Start, start_workbench

README = (ROOT / "README.md").read_text("utf-8")
SECTION = README.split("## Why is it blank?")[1].split("\n## ")[0]
COMMANDS = [line.strip() for line in SECTION.splitlines() if line.startswith("    ") and "python app.py" in line]
SEED = ROOT / "tests" / "data" / "seed-attempt-3.txt"
HERE = "http://localhost:8000/chatkit"


def run(folder: Path, command: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run a command line of the README in `folder`."""
    words = shlex.split(command.replace("$TOKEN", "token-of-the-test"))
    assert words[:2] == ["python", "app.py"]
    return forking.run(words[1:], cwd=folder, input=given)


def har_of(body: str) -> str:
    request = {
        "method": "POST",
        "url": HERE,
        "headers": [],
        "postData": {"text": '{"type":"threads.create","params":{}}'},
    }
    content = {"mimeType": "text/event-stream", "text": body}
    headers = [{"name": "content-type", "value": "text/event-stream"}]
    response = {"status": 200, "statusText": "OK", "headers": headers, "content": content}
    entry = {"startedDateTime": "2026-01-01T00:00:00Z", "time": 5, "request": request, "response": response}
    return json.dumps({"log": {"version": "1.2", "entries": [{**entry, "timings": {}}]}})


async def recording_of(url: str, path: Path) -> None:
    exchanges: list[Exchange] = []
    await ChatKitClient(Connection(url), exchanges.append).list_threads()
    write(exchanges[0], path)


@pytest.fixture
async def folder(tmp_path: Path, workbench: Running) -> Path:
    """A folder with the files that the README's commands name."""
    body = SEED.read_text("utf-8")
    (tmp_path / "answer.txt").write_text(body)
    (tmp_path / "network.har").write_text(har_of(body))
    await recording_of(f"{workbench.url}/chatkit", tmp_path / "recording.jsonl")
    return tmp_path


def test_the_section_has_commands() -> None:
    assert len(COMMANDS) >= 10


@pytest.mark.parametrize("command", [line for line in COMMANDS if " explain " in line and "--explain" not in line])
async def test_explain_takes_each_kind_of_input(command: str, folder: Path) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
    result = run(folder, command.removeprefix("curl -i … | "), head + SEED.read_bytes())
    assert result.returncode == (0 if "recording" in command else 1), result.stdout.decode() + result.stderr.decode()


@pytest.mark.parametrize("command", [line for line in COMMANDS if " curl " in line])
def test_curl_prints_a_request(command: str, tmp_path: Path) -> None:
    result = run(tmp_path, command)
    assert result.returncode == 0
    assert b"curl -sS -i http://localhost:8000/chatkit" in result.stdout


def test_the_first_line_is_the_fault(tmp_path: Path) -> None:
    claimed = next(line.strip() for line in SECTION.splitlines() if line.strip().startswith("ERROR"))
    first = run(tmp_path, f"python app.py explain {SEED}").stdout.decode().splitlines()[0]
    assert first.startswith(claimed)


@pytest.fixture(scope="module")
def fast(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A workbench with answers at unlimited speed, callable from the page that the README names."""
    data = tmp_path_factory.mktemp("fast")
    running = start_workbench(data, "--rate", "0", "--allow-origin", "https://app.example.com")
    yield running
    running.stop()


@pytest.mark.parametrize("command", [line for line in COMMANDS if " check " in line])
def test_check_passes_on_the_embedded_backend(command: str, tmp_path: Path, fast: Running) -> None:
    result = run(tmp_path, command.replace(HERE, f"{fast.url}/chatkit"))
    output = result.stdout.decode()
    if "--header" in command:  # the embedded backend asks for no credentials here, and that is a warning
        assert "auth/" in output
    assert result.returncode in (0, 1 if "--header" in command else 0), output
    if "--output" in command:
        assert (tmp_path / "report.xml").read_text("utf-8").startswith("<?xml")


def test_every_format_is_written_and_masks_secrets(tmp_path: Path) -> None:
    formats = re.search(r"Reports come as (.*?)\. Secrets", SECTION, re.DOTALL)
    assert formats is not None
    secret = "sk-proj-abcdefghijklmnop1234567890"
    (tmp_path / "leak.txt").write_text(f'data: {{"type":"token","text":"{secret}"}}\n\n')
    names = re.findall(r"`(\w+)`", formats[1])
    assert names == ["text", "json", "junit", "html", "sarif"]
    for name in names:
        report = run(tmp_path, f"python app.py explain leak.txt --format {name}").stdout.decode()
        assert report
        assert secret not in report


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (f"python app.py explain {ROOT / 'tests' / 'data' / 'good-first-turn.txt'}", 0),
        (f"python app.py explain {SEED}", 1),
        ("python app.py explain nothing-here.txt", 2),
        ("python app.py check http://127.0.0.1:9/chatkit", 4),
    ],
)
def test_the_exit_codes_are_those_of_the_table(command: str, code: int, tmp_path: Path) -> None:
    assert f"| {code} |" in SECTION
    assert run(tmp_path, command).returncode == code


def test_refused_credentials_have_an_exit_code_of_their_own(tmp_path: Path, start: Start) -> None:
    running = start("--rate", "0", "--jwt-secret", "a-secret-of-thirty-two-characters-or-more")
    assert run(tmp_path, f"python app.py check {running.url}/chatkit").returncode == 5


def test_two_recordings_of_a_script_are_compared(tmp_path: Path, fast: Running) -> None:
    lines = README.split("## Guard a backend")[1].split("\n## ")[0].splitlines()
    script = [line.strip() for line in lines if line.startswith("    - ")]
    (tmp_path / "turns.yaml").write_text("\n".join(script))
    commands = [line.strip() for line in lines if line.startswith("    python app.py")]
    done = [run(tmp_path, command.replace(HERE, f"{fast.url}/chatkit")) for command in commands]
    assert [one.returncode for one in done] == [0, 0, 0], [one.stdout + one.stderr for one in done]
    assert done[-1].stdout.startswith(b"ALIKE")


def test_the_gallery_has_as_many_faults_as_the_readme_says() -> None:
    assert f"lists {len(GALLERY)} faults" in SECTION.replace("\n", " ")
    without = {rule.id for rule in CATALOGUE.values() if rule.section == "page"}
    without |= {"transport/no-answer", "endpoint/hosted"}
    assert {entry.rule_id for entry in GALLERY} == set(CATALOGUE) - without
