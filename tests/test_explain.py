"""`explain` as people type it: what it reads, what it says first, and how it ends."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chat.checks.reports import explained
from chat.checks.reports import write as report_text
from chat.checks.threads import examine_all
from chat.commands.main import main
from chat.exchanges import HostEvent, Recording, recording
from chat.exchanges.importing import import_exchanges
from chat.exchanges.recording import dumps_recording
from tests.checks.streams import exchange, pasted, sse, thread_created, turn
from tests.exchanges.hars import entry, har
from tests.work import counted

ROOT = Path(__file__).parent.parent
DATA = ROOT / "tests" / "data"
FORMATS = ("text", "json", "junit", "html", "sarif")
SECRET = "opaque-secret-0123456789"


def explain(*arguments: str | Path, data: bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["explain", *map(str, arguments)], input=data)


def write(folder: Path, data: bytes, name: str = "input.txt") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("path", sorted(DATA.glob("good-*.txt")), ids=lambda path: path.stem)
def test_a_good_stream_ends_with_0(path: str) -> None:
    result = explain(path, "--fail-on", "warning")
    assert result.exit_code == 0, result.output
    assert result.output.startswith("OK  No fault was found")


@pytest.mark.parametrize(
    ("attempt", "rule"),
    [(1, "vocabulary/capability-name"), (2, "vocabulary/assistants-api"), (3, "vocabulary/responses-api")],
)
def test_each_attempt_of_the_blank_page_is_named_in_the_first_line(attempt: int, rule: str) -> None:
    result = explain(DATA / f"seed-attempt-{attempt}.txt")
    assert result.exit_code == 1
    assert rule in result.output.split("\n")[0]


def test_standard_input_is_read_for_a_dash() -> None:
    result = explain("-", data=(DATA / "seed-attempt-1.txt").read_bytes())
    assert result.exit_code == 1
    assert "standard input: " in result.output


@pytest.mark.parametrize("format", FORMATS)
def test_every_kind_of_input_comes_out_in_every_format(format: str, tmp_path: Path) -> None:
    head = b"HTTP/2 200 \r\ncontent-type: text/event-stream\r\n\r\n"
    inputs = {
        "body.txt": turn(),
        "curl.txt": head + turn(),
        "page.har": har(entry(turn().decode())),
        "recording.jsonl": recording.dumps(exchange(turn())),
    }
    for name, data in inputs.items():
        result = explain(write(tmp_path, data, name), "--format", format)
        assert result.exit_code == 0, (name, result.output[:500])
        assert name in result.output


def test_every_chatkit_request_of_a_har_is_in_the_report(tmp_path: Path) -> None:
    listed = entry(
        '{"data":[],"has_more":false}', asked={"type": "threads.list", "params": {}}, mime="application/json"
    )
    document = har(entry(turn().decode()), listed, entry("<html>", method="GET"))
    report = json.loads(explain(write(tmp_path, document, "page.har"), "--format", "json").output)
    assert [one["operation"] for one in report["exchanges"]] == ["threads.create", "threads.list"]


def test_a_body_that_a_har_lacks_is_incomplete_and_not_green(tmp_path: Path) -> None:
    result = explain(write(tmp_path, har(entry(None, content={"size": 9000})), "page.har"))
    assert result.exit_code == 3
    assert result.output.startswith("INCOMPLETE")
    assert "no body of 9,000 bytes" in " ".join(result.output.split())


@pytest.mark.parametrize("kind", [b"application/json", b"text/plain", b"Text/Event-Stream"])
def test_what_the_widget_does_six_times_is_said(kind: bytes, tmp_path: Path) -> None:
    head = b"HTTP/1.1 200 OK\r\ncontent-type: " + kind + b"\r\n\r\n"
    result = explain(write(tmp_path, head + turn()))
    assert result.exit_code == 1
    assert "transport/retried" in result.output.split("\n")[0]
    assert "sends the same POST again, 5 more times" in " ".join(result.output.split())


def test_a_warning_fails_only_when_asked_to(tmp_path: Path) -> None:
    burst = exchange([(2_000_000_000, turn())])
    path = write(tmp_path, recording.dumps(burst), "burst.jsonl")
    assert explain(path).exit_code == 0
    assert explain(path, "--fail-on", "warning").exit_code == 1
    assert ElementTree.fromstring(explain(path, "--format", "junit").output.encode()).get("failures") == "0"


# Where it goes


def test_the_report_goes_to_a_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    output = tmp_path / "report.html"
    result = explain(DATA / "seed-attempt-1.txt", "--output", output)
    assert result.exit_code == 1
    assert output.read_text("utf-8").startswith("<!doctype html>")
    assert stat.S_IMODE(output.stat().st_mode) == 0o600
    assert result.output.startswith("Names of widget capabilities are sent")
    assert str(output) in result.output


@pytest.mark.parametrize(("suffix", "begins"), [("json", "{"), ("xml", "<?xml"), ("sarif", "{"), ("txt", "ERROR")])
def test_the_files_name_says_which_format_is_meant(suffix: str, begins: str, tmp_path: Path) -> None:
    output = tmp_path / f"report.{suffix}"
    explain(DATA / "seed-attempt-1.txt", "--output", output)
    assert output.read_text("utf-8").startswith(begins)


# What cannot be used


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (
            b"",
            "is empty. Expected a response body, the output of `curl -i`, a HAR file, a browser's console or",
        ),
        (b'{"log":{"entries":[]}}', "holds no ChatKit request. Expected at least one POST"),
        (b"\x1f\x8b" + bytes(50), "is compressed."),
        (b"curl http://127.0.0.1/chatkit", "Run it with -i added"),
        (b'{"format":"chatkit-workbench-exchange","version":99}', "newer workbench"),
    ],
)
def test_unusable_input_ends_with_2_and_a_sentence(data: bytes, said: str, tmp_path: Path) -> None:
    result = explain(write(tmp_path, data))
    assert result.exit_code == 2
    assert said in result.output
    assert "; got " in result.output


def test_a_file_that_is_not_there_and_a_folder_end_with_2(tmp_path: Path) -> None:
    assert explain(tmp_path / "none.txt").exit_code == 2
    assert explain(tmp_path).exit_code == 2
    assert explain(DATA / "good-first-turn.txt", "--output", tmp_path / "no" / "report.json").exit_code == 2


# Size, secrets, hostility


@pytest.mark.parametrize("foreign", [False, True], ids=["chatkit", "foreign"])
def test_many_events_are_explained_by_work_that_grows_with_their_number(foreign: bool, tmp_path: Path) -> None:
    from tests.checks.streams import OPTIONS, added, assistant_item, delta, done, part_done, updated, user_done

    piece = "abcdefghij klmnopqrs"

    def work(count: int) -> list[int]:
        """Calls for the command, and for each format of its report."""
        if foreign:
            body = sse(*({"type": "token", "text": piece} for _ in range(count)))
        else:
            part = {"type": "output_text", "text": "", "annotations": []}
            begun = updated("msg_1", "assistant_message.content_part.added", content_index=0, content=part)
            deltas = (delta(piece) for _ in range(count))
            body = sse(thread_created(), user_done(), OPTIONS, added(assistant_item()), begun, *deltas)
            body += sse(part_done(piece * count), done(assistant_item("msg_1", piece * count)))
        with counted() as command:
            result = explain(write(tmp_path, body))
        assert result.exit_code == int(foreign), result.output[:500]
        report = explained("input.txt", examine_all(import_exchanges(body, "input.txt").exchanges))
        calls = [command.calls]
        for format in FORMATS:
            with counted() as writing:
                assert report_text(report, format)
            calls.append(writing.calls)
        return calls

    work(10)  # what is imported and compiled once
    few, many = work(500), work(2_000)
    assert all(large < 5 * small for small, large in zip(few, many, strict=True)), (few, many)


@pytest.mark.parametrize("format", FORMATS)
def test_no_token_of_a_har_or_of_curl_gets_into_a_report(format: str, tmp_path: Path) -> None:
    text = f'data: {{"type":"token","text":"Bearer {SECRET}"}}\n\n'
    document = har(
        entry(
            text,
            url=f"http://user:{SECRET}@127.0.0.1/chatkit?api_key={SECRET}",
            headers=(("Authorization", f"Bearer {SECRET}"), ("Cookie", f"session={SECRET}")),
            response_headers=(("Set-Cookie", f"session={SECRET}"),),
        )
    )
    head = f"> POST /chatkit HTTP/1.1\n> Authorization: Bearer {SECRET}\n>\n< HTTP/1.1 200 OK\n< x-token: {SECRET}\n<\n"
    for data in (document, head.encode() + text.encode()):
        result = explain(write(tmp_path, data), "--format", format)
        assert result.exit_code == 1, result.output[:500]
        assert SECRET not in result.output


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=400)
    | st.binary(max_size=200).map(lambda some: b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n" + some)
    | st.binary(max_size=200).map(lambda some: b"data: " + some + b"\n\n")
    | st.text(max_size=100).map(lambda some: har(entry(some)))
)
def test_no_input_whatever_crashes_it(tmp_path: Path, data: bytes) -> None:
    result = explain(write(tmp_path, data))
    assert result.exit_code in (0, 1, 2, 3), result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)


def test_deep_nesting_is_no_crash(tmp_path: Path) -> None:
    deep = b'{"type":"thread.created","thread":' + b"[" * 50_000 + b"]" * 50_000 + b"}"
    assert explain(write(tmp_path, b"data: " + deep + b"\n\n")).exit_code == 1
    assert explain(write(tmp_path, har(entry("data: " + "[" * 50_000 + "\n\n")))).exit_code == 1


def test_it_starts_fast_because_it_imports_neither_nicegui_nor_the_agents_sdk() -> None:
    code = (
        "import sys; from chat.commands.main import main\n"
        f"try: main(['explain', {str(DATA / 'good-first-turn.txt')!r}, '--format', 'json'])\n"
        "except SystemExit: pass\n"
        "print([name for name in ('nicegui', 'agents', 'chatkit.server', 'sqlite_utils') if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert shown.stdout.strip().endswith("[]")


def test_a_pasted_stream_and_the_same_stream_recorded_are_told_the_same(tmp_path: Path) -> None:
    body = sse({"type": "token", "text": "Hi"})
    by_body = json.loads(explain(write(tmp_path, body), "--format", "json").output)
    by_recording = json.loads(
        explain(write(tmp_path, recording.dumps(pasted(body)), "a.jsonl"), "--format", "json").output
    )
    assert [one["id"] for one in by_body["checks"]] == [one["id"] for one in by_recording["checks"]]


@pytest.mark.parametrize("form", ["text", "junit", "html"])
def test_a_session_is_explained_with_what_the_widget_told_its_page(form: str, tmp_path: Path) -> None:
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    failed = HostEvent(at, "chatkit.error", {"error": {"name": "StreamError", "message": "It broke off"}})
    good = import_exchanges((DATA / "good-first-turn.txt").read_bytes()).exchanges
    session = Recording(list(good), [HostEvent(at, "chatkit.ready", None), failed, failed])
    result = explain(write(tmp_path, dumps_recording(session), "session.jsonl"), "--format", form)
    assert result.exit_code in (0, 3)
    assert "2 times: StreamError: It broke off." in result.output


def test_a_widget_that_told_of_no_error_is_said_to_have_done_so(tmp_path: Path) -> None:
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    session = Recording([], [HostEvent(at, "chatkit.ready", None)])
    result = explain(write(tmp_path, dumps_recording(session), "session.jsonl"))
    assert "told its page of no error, in 1 event." in result.output


def test_what_our_own_page_was_told_in_the_widgets_place_says_nothing_of_the_widget(tmp_path: Path) -> None:
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    session = Recording([], [HostEvent(at, "chatkit.deeplink", {"name": "order"}, ours=True)])
    result = explain(write(tmp_path, dumps_recording(session), "session.jsonl"))
    assert "told its page" not in result.output
