"""The forms in which a recording is given out, and that nothing is lost on the way through HAR."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.exchanges import Chunk, Exchange, HostEvent, Recording, Request, import_exchanges
from chat.exchanges.har_export import har, recording_of
from chat.recordings import FORMS, exported

from .conftest import AT, turn

FIELDS = (
    *("request", "id", "started_at", "connected_at_ns", "status", "reason", "headers", "headers_at_ns", "chunks"),
    *("wire_bytes", "ended_at_ns", "outcome", "failure"),
)


def facts(exchange: Exchange) -> list[Any]:
    return [getattr(exchange, name) for name in FIELDS]


def test_json_lines_come_back_through_the_import(session: Recording) -> None:
    file = exported(session, "jsonl", session.name)
    imported = import_exchanges(file.content, file.name)
    assert list(map(facts, imported.exchanges)) == list(map(facts, session.exchanges))
    assert list(imported.host_events) == list(session.host_events)


# HAR


REQUIRED: dict[str, dict[str, type | tuple[type, ...]]] = {
    "log": {"version": str, "creator": dict, "entries": list},
    "creator": {"name": str, "version": str},
    "entry": {
        "startedDateTime": str,
        "time": (int, float),
        "request": dict,
        "response": dict,
        "cache": dict,
        "timings": dict,
    },
    "request": {
        "method": str,
        "url": str,
        "httpVersion": str,
        "cookies": list,
        "headers": list,
        "queryString": list,
        "headersSize": int,
        "bodySize": int,
    },
    "response": {
        "status": int,
        "statusText": str,
        "httpVersion": str,
        "cookies": list,
        "headers": list,
        "content": dict,
        "redirectURL": str,
        "headersSize": int,
        "bodySize": int,
    },
    "content": {"size": int, "mimeType": str},
    "postData": {"mimeType": str, "text": str},
    "timings": {"send": (int, float), "wait": (int, float), "receive": (int, float)},
    "pair": {"name": str, "value": str},
}
"""The fields that HAR 1.2 requires, and their types."""


def check(kind: str, document: Any) -> None:
    for name, types in REQUIRED[kind].items():
        assert isinstance(document.get(name), types), f"{kind}.{name}"
        assert not isinstance(document[name], bool), f"{kind}.{name}"


def check_har(document: Any) -> None:
    """As the schema of HAR 1.2 has it; fields that begin with "_" are free."""
    log = document["log"]
    check("log", log)
    assert log["version"] == "1.2"
    check("creator", log["creator"])
    for entry in log["entries"]:
        check("entry", entry)
        assert datetime.fromisoformat(entry["startedDateTime"]).tzinfo
        timings = entry["timings"]
        check("timings", timings)
        assert sum(timings.values()) == pytest.approx(entry["time"])
        assert min(timings.values()) >= 0
        check("request", entry["request"])
        check("response", entry["response"])
        check("content", entry["response"]["content"])
        if "postData" in entry["request"]:
            check("postData", entry["request"]["postData"])
        for place in (entry["request"], entry["response"]):
            for pair in (*place["headers"], *place.get("queryString", ())):
                check("pair", pair)


def unanswered() -> Exchange:
    made = Exchange(Request("POST", "http://127.0.0.1:1/chatkit?v=2&v=3", ()), started_at=AT)
    made.end("unreachable", "No connection.")
    return made


def upload() -> Exchange:
    made = Exchange(Request("PUT", "http://127.0.0.1:1/file", (("content-type", "image/png"),), b"", body_size=70_000))
    made.status = 204
    made.end("complete")
    return made


def test_a_har_has_all_that_har_1_2_requires(session: Recording) -> None:
    exchanges = [*session.exchanges, turn(broken=True), unanswered(), upload()]
    check_har(json.loads(har(session._replace(exchanges=exchanges))))
    check_har(json.loads(har(Recording([]))))


def test_a_har_holds_the_whole_body_and_every_message_with_its_time(session: Recording) -> None:
    made = session.exchanges[1]
    entry = json.loads(har(session))["log"]["entries"][1]
    assert entry["response"]["content"]["text"] == made.body.decode()
    assert [(one["at_ns"], one["size"]) for one in entry["_workbenchChunks"]] == [
        (chunk.at_ns, len(chunk.data)) for chunk in made.chunks
    ]
    messages = entry["_eventSourceMessages"]
    assert [one["data"] for one in messages] == re.findall("^data: (.*)$", made.body.decode(), re.MULTILINE)
    assert messages[0]["eventName"] == "message"
    assert messages[0]["time"] == pytest.approx(AT.timestamp() + made.chunks[0].at_ns / 1e9, abs=0.2)
    assert [one["time"] for one in messages] == sorted(one["time"] for one in messages)


def test_a_har_of_ours_comes_back_without_loss(session: Recording) -> None:
    exchanges = [*session.exchanges, turn(broken=True), unanswered(), upload()]
    whole = session._replace(exchanges=exchanges)
    imported = import_exchanges(har(whole), "session.har")
    assert imported.kind == "har"
    assert list(map(facts, imported.exchanges)) == list(map(facts, exchanges))
    assert list(imported.host_events) == list(session.host_events)
    assert imported.name == session.name
    assert imported.remarks == ("No times.",)


@given(st.lists(st.binary(max_size=40), max_size=8), st.text(max_size=20))
def test_any_bytes_in_any_pieces_come_back_through_har(pieces: Any, word: str) -> None:
    exchange = Exchange(Request("POST", "http://127.0.0.1/", (("x", word),), b"\xff" + word.encode("utf-8", "replace")))
    exchange.chunks = [Chunk(number, piece) for number, piece in enumerate(pieces)]
    exchange.end("truncated", "The answer broke off.")
    again = recording_of(json.loads(har(Recording([exchange], [HostEvent(AT, "chatkit.log", {"said": word})]))))
    assert again is not None
    assert facts(again.exchanges[0]) == facts(exchange)


def test_half_surrogates_do_no_harm() -> None:
    check_har(json.loads(har(Recording([], [HostEvent(AT, "chatkit.log", {"said": "\ud800"})], "\ud800"))))


def test_a_har_of_ours_that_was_changed_is_read_like_any_other(session: Recording) -> None:
    document = json.loads(har(session))
    document["log"]["entries"][1]["response"]["content"]["text"] += 'data: {"type":"more"}\n\n'
    imported = import_exchanges(json.dumps(document).encode(), "changed.har")
    assert imported.exchanges[1].body.endswith(b'{"type":"more"}\n\n')
    assert imported.host_events == ()


def test_what_has_the_shape_of_a_secret_is_in_no_form(session: Recording) -> None:
    secret = "sk-proj-abcdefghijklmnopqrst1234"
    made = turn(f"http://127.0.0.1:8000/chatkit?token={secret}")
    made.request = replace(made.request, headers=(("X-Api-Key", secret),), body=f'{{"a":"{secret}"}}'.encode())
    made.headers = (("set-cookie", f"sid={secret}"), ("content-type", "text/event-stream"))
    made.chunks = [Chunk(1, b'data: {"a":"' + secret[:15].encode()), Chunk(2, secret[15:].encode() + b'"}\n\n')]
    made.failure = f"Bearer {secret}"
    leaky = Recording([made], [HostEvent(AT, "chatkit.error", {"message": secret})], secret, False, secret, [secret])
    for form in FORMS:
        content = exported(leaky, form, "leaky").content
        assert b"abcdefgh" not in content, form
        assert b"klmnopq" not in content, form


# The others


def test_every_request_is_a_command_that_a_shell_can_read(session: Recording, tmp_path: Path) -> None:
    file = exported(session._replace(exchanges=[*session.exchanges, unanswered()]), "curl", "It's \n broken; rm -rf /")
    assert file.content.count(b"curl -sS") == 3
    assert b"Bearer $TOKEN" in file.content.replace(b"'", b"").replace(b'"', b"")
    shell = shutil.which("sh")
    assert shell
    script = tmp_path / "all.sh"
    script.write_bytes(file.content)
    assert subprocess.run([shell, "-n", str(script)], check=False).returncode == 0


def test_of_a_pasted_answer_no_command_is_made_up() -> None:
    pasted = import_exchanges(b'data: {"type":"thread.created"}\n\n').exchanges
    assert b"curl" not in exported(Recording(list(pasted)), "curl", "pasted").content


def test_the_report_has_every_exchange_what_was_found_and_what_the_widget_told(session: Recording) -> None:
    whole = session._replace(exchanges=[*session.exchanges, turn(broken=True)])
    page = exported(whole, "html", session.name).content.decode()
    assert page.count('class="exchange"') == 3
    assert "transport/truncated" in page
    assert "StreamError: Oh – 🙂" in page
    assert "No times." in page
    assert "<title>" in page
    assert "The day it broke</title>" in page


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("The day it broke", "The-day-it-broke"),
        ('a"; filename=evil.exe', "a-filename-evil.exe"),
        ("../../etc/passwd", "etc-passwd"),
        ("\r\nSet-Cookie: a=b", "Set-Cookie-a-b"),
        ("…", "recording"),
        ("", "recording"),
        ("x" * 500, "x" * 80),
    ],
)
def test_names_of_files_are_safe(name: str, safe: str, session: Recording) -> None:
    assert exported(session, "jsonl", name).name == f"{safe}.jsonl"
