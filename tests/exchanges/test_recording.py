"""Exchanges on disk: what is written comes back, whatever happened to the file on the way."""

import contextlib
import json
import stat
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from chat.errors import RecordingError, RecordingTooNew
from chat.exchanges import Chunk, Exchange, Recorder, Request, read, write
from chat.exchanges.recording import dumps, loads
from chat.exchanges.redaction import redact_body

FIELDS = (
    *("request", "id", "started_at", "connected_at_ns", "status", "reason", "headers", "headers_at_ns", "chunks"),
    *("wire_bytes", "ended_at_ns", "outcome", "failure"),
)


def same(one: Exchange, other: Exchange) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in FIELDS)


def test_an_exchange_comes_back_as_it_was(exchange: Exchange, tmp_path: Path) -> None:
    path = tmp_path / "turn.jsonl"
    write(exchange, path)
    assert same(read(path), exchange)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_the_first_line_names_format_and_version(exchange: Exchange) -> None:
    head = json.loads(dumps(exchange).split(b"\n")[0])
    assert head["format"] == "chatkit-workbench-exchange"
    assert head["version"] == 1


def test_a_failed_write_leaves_the_old_file(exchange: Exchange, tmp_path: Path) -> None:
    path = tmp_path / "turn.jsonl"
    write(exchange, path)
    before = path.read_bytes()
    exchange.started_at = None  # type: ignore[assignment]
    with pytest.raises(AttributeError):
        write(exchange, path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@given(st.lists(st.binary(max_size=40), max_size=12))
def test_any_bytes_in_any_pieces_come_back(pieces: Any) -> None:
    exchange = Exchange(Request("POST", "http://127.0.0.1/", ()))
    exchange.chunks = [Chunk(number, piece) for number, piece in enumerate(pieces)]
    exchange.end("truncated", "The answer broke off.")
    assert same(loads(dumps(exchange)), exchange)


def test_a_secret_in_a_body_is_masked_even_when_chunks_cut_it_in_two(exchange: Exchange) -> None:
    exchange.chunks = [Chunk(1, b'{"key":"sk-proj-abcdefghij'), Chunk(2, b'klmnopqrst1234","n":1}')]
    recording = dumps(exchange)
    assert b"abcdefghij" not in recording
    again = loads(recording)
    assert again.body == b'{"key":"sk-' + b"*" * 25 + b'1234","n":1}'
    assert [len(chunk.data) for chunk in again.chunks] == [26, 22]


def test_secrets_are_masked_whatever_made_the_exchange(tmp_path: Path) -> None:
    request = Request(
        "POST",
        "http://ada:hunter22@127.0.0.1/?token=hunter22",
        (("Authorization", "Bearer hunter22"),),
        b'{"k":"ghp_abcdefghijklmnopqrst1234"}',
    )
    exchange = Exchange(request, status=200, headers=(("set-cookie", "sid=hunter22"),))
    exchange.end("complete")
    recording = dumps(exchange)
    assert b"hunter22" not in recording
    assert b"abcdefghijklmnop" not in recording


def test_a_recorder_keeps_what_came_when_the_process_dies(exchange: Exchange, tmp_path: Path) -> None:
    path = tmp_path / "live.jsonl"
    live = Exchange(exchange.request)
    recorder = Recorder(path)
    live.status, live.headers = 200, exchange.headers
    recorder.update(live)
    for chunk in exchange.chunks[:10]:
        live.chunks.append(chunk)
        recorder.update(live)
    # Not closed: this is what another process finds after a crash.
    found = read(path)
    assert found.outcome == "interrupted"
    assert found.status == 200
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    kept = len(found.chunks)
    assert kept >= 8
    assert found.chunks == exchange.chunks[:kept]
    live.chunks += exchange.chunks[10:]
    live.end("complete")
    recorder.update(live)
    recorder.update(live)
    assert same(read(path), live)


def test_a_recorder_masks_a_secret_that_comes_in_two_pieces(exchange: Exchange, tmp_path: Path) -> None:
    path = tmp_path / "live.jsonl"
    live = Exchange(exchange.request)
    with Recorder(path) as recorder:
        for piece in (b'data: {"k":"sk-proj-abcde', b"fghijklmnop", b'qrst1234"}\n\n', b"Bearer ", b"abcdef123456789 "):
            live.chunks.append(Chunk(1, piece))
            recorder.update(live)
            assert b"abcde" not in path.read_bytes()
        live.end("complete")
        recorder.update(live)
    assert b"fghij" not in path.read_bytes()
    assert read(path).body == b'data: {"k":"sk-' + b"*" * 25 + b'1234"}\n\nBearer *************** '


KEY = b"-----BEGIN PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\nabcdefghijklmnop\n-----END PRIVATE KEY-----"
SECRET_BODY = b'data: {"a":"sk-proj-abcdefghijklmnopqrst1234"}\n\nBearer abcdef123456789 x\n\n' + KEY + b"\n\nghp_abc"


@given(cuts=st.lists(st.integers(min_value=1, max_value=len(SECRET_BODY) - 1), max_size=30))
@example(cuts=[SECRET_BODY.index(b"\n\nghp")])
def test_however_a_body_is_cut_it_is_masked_as_in_one_piece(
    cuts: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("live") / "live.jsonl"
    live = Exchange(Request("POST", "http://127.0.0.1/", ()))
    places = sorted({0, len(SECRET_BODY), *cuts})
    with Recorder(path) as recorder:
        for begin, end in pairwise(places):
            live.chunks.append(Chunk(begin, SECRET_BODY[begin:end]))
            recorder.update(live)
        live.end("complete")
        recorder.update(live)
    whole = read(path)
    assert whole.body == redact_body(SECRET_BODY)
    assert [chunk.at_ns for chunk in whole.chunks] == places[:-1]


def test_a_recorder_does_not_overwrite(exchange: Exchange, tmp_path: Path) -> None:
    path = tmp_path / "live.jsonl"
    path.write_text("mine")
    with pytest.raises(FileExistsError):
        Recorder(path)
    assert path.read_text() == "mine"


def test_a_recording_cut_anywhere_is_read_as_far_as_it_goes(exchange: Exchange) -> None:
    recording = dumps(exchange)
    first = recording.index(b"\n") + 1
    for cut in {*range(first, len(recording), 97), first, len(recording) - 1}:
        found = loads(recording[:cut])
        assert found.outcome == "interrupted"
        assert found.ended_at_ns is None
        assert exchange.chunks[: len(found.chunks)] == found.chunks
    with pytest.raises(RecordingError):
        loads(recording[: first // 2])


def test_a_newer_version_is_refused_in_words(exchange: Exchange) -> None:
    recording = dumps(exchange).replace(b'"version":1', b'"version":2', 1)
    with pytest.raises(RecordingTooNew) as caught:
        loads(recording, "turn.jsonl")
    assert "turn.jsonl was written by a newer workbench" in str(caught.value)
    assert caught.value.got == "format version 2"


def test_unknown_keys_and_kinds_of_lines_are_passed_over(exchange: Exchange) -> None:
    lines = dumps(exchange).splitlines()
    lines.insert(2, b'{"kind":"remark","text":"later versions of 1 may have these"}')
    lines[1] = lines[1][:-1] + b',"new":true}'
    assert same(loads(b"\n".join(lines) + b"\n"), exchange)


@pytest.mark.parametrize(
    "first",
    [
        b"",
        b"not json",
        b"[]",
        b"{}",
        b'{"format":"har"}',
        b'{"format":"chatkit-workbench-exchange"}',
        b'{"format":"chatkit-workbench-exchange","version":"1"}',
        b'{"format":"chatkit-workbench-exchange","version":1}',
        b'{"format":"chatkit-workbench-exchange","version":1,"id":"a","started_at":"x","request":{}}',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_what_is_not_a_recording_is_refused_in_words(first: bytes) -> None:
    with pytest.raises(RecordingError) as caught:
        loads(first + b"\n", "file.jsonl")
    assert "file.jsonl" in str(caught.value)
    assert caught.value.whose == "your request"


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"null",
        b'{"kind":"chunk"}',
        b'{"kind":"chunk","at_ns":-1,"text":""}',
        b'{"kind":"chunk","at_ns":1e400,"text":""}',
        b'{"kind":"chunk","at_ns":1,"base64":"***"}',
        b'{"kind":"response","status":"ok"}',
        b'{"kind":"end","outcome":"wonderful"}',
        b'{"kind":"end","outcome":"pending"}',
    ],
)
def test_damage_is_named_with_its_line(exchange: Exchange, line: bytes) -> None:
    lines = dumps(exchange).splitlines()
    lines[3] = line
    with pytest.raises(RecordingError) as caught:
        loads(b"\n".join(lines) + b"\n", "file.jsonl")
    assert "damaged at line 4" in str(caught.value)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(st.binary(max_size=200), st.integers(min_value=0, max_value=400))
def test_no_damage_makes_reading_fail_in_another_way(exchange: Exchange, noise: bytes, place: int) -> None:
    recording = dumps(exchange)
    at = place % len(recording)
    with contextlib.suppress(RecordingError):
        loads(recording[:at] + noise + recording[at + len(noise) :])


def test_half_surrogates_in_a_foreign_recording_do_no_harm(exchange: Exchange, tmp_path: Path) -> None:
    lines = dumps(exchange).splitlines()
    lines.insert(2, b'{"kind":"chunk","at_ns":1,"text":"\\ud800"}')
    assert loads(b"\n".join(lines) + b"\n").chunks[0].data == b"?"
