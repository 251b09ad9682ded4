"""Sessions on disk: several exchanges and what the element told its page, in one file that grows."""

import json
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chat.errors import RecordingError
from chat.exchanges import (
    Chunk,
    Exchange,
    HostEvent,
    Recorder,
    Recording,
    import_exchanges,
    read_recording,
    write_recording,
)
from chat.exchanges.recorder import tell_about
from chat.exchanges.recording import dumps, dumps_recording, loads, loads_recording

from .test_recording import same

AT = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
READY = HostEvent(AT, "chatkit.ready", None)
FAILED = HostEvent(AT + timedelta(seconds=1), "chatkit.error", {"error": {"name": "StreamError", "message": "Oh – 🙂"}})


def another(exchange: Exchange, number: int) -> Exchange:
    made = Exchange(replace(exchange.request, operation="items.list"), id=f"other-{number}", started_at=AT)
    made.status, made.headers_at_ns = 200, 5
    made.chunks = [Chunk(7, b'{"data":'), Chunk(9, b"[]}")]
    made.end("complete")
    return made


def alike(one: Recording, other: Recording) -> bool:
    return (
        len(one.exchanges) == len(other.exchanges)
        and all(map(same, one.exchanges, other.exchanges))
        and list(one.host_events) == list(other.host_events)
        and one[2:5] == other[2:5]
        and list(one.remarks) == list(other.remarks)
    )


def test_a_session_comes_back_as_it_was(exchange: Exchange, tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    session = Recording(
        [exchange, another(exchange, 1)], [READY, FAILED], "The day it broke", True, "the relay", ["No times."]
    )
    write_recording(session, path)
    assert alike(read_recording(path), session)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_of_one_exchange_is_a_session_of_one(exchange: Exchange) -> None:
    assert alike(loads_recording(dumps(exchange)), Recording([exchange]))
    assert same(loads(dumps_recording(Recording([exchange], [READY], "named"))), exchange)


def test_a_session_in_which_nothing_was_asked_is_one_too() -> None:
    session = Recording([], [READY, FAILED])
    assert alike(loads_recording(dumps_recording(session)), session)
    assert import_exchanges(dumps_recording(session)).host_events == (READY, FAILED)


def test_of_several_exchanges_no_single_one_is_read(exchange: Exchange) -> None:
    both = dumps_recording(Recording([exchange, another(exchange, 1)]))
    with pytest.raises(RecordingError, match=r"s\.jsonl is not the recording of one exchange"):
        loads(both, "s.jsonl")


def test_a_session_is_imported_with_its_name_and_host_events(exchange: Exchange) -> None:
    session = Recording([exchange, another(exchange, 1)], [READY, FAILED], "The day it broke")
    imported = import_exchanges(dumps_recording(session), "session.jsonl")
    assert imported.kind == "recording"
    assert [one.request.operation for one in imported.exchanges] == ["threads.create", "items.list"]
    assert imported.host_events == (READY, FAILED)
    assert imported.name == "The day it broke"


def test_secrets_of_host_events_are_masked_when_written_and_when_imported(exchange: Exchange) -> None:
    shaped = HostEvent(AT, "chatkit.log", {"data": ["Bearer abcdef123456789", "sk-proj-abcdefghijklmnopqrst1234"]})
    written = dumps_recording(Recording([exchange], [shaped]))
    assert b"abcdef" not in written
    named = replace(exchange.request, headers=(("X-Api-Key", "correct horse battery"),))
    foreign = {"kind": "host", "at": AT.isoformat(), "name": "chatkit.log", "detail": {"said": "correct horse battery"}}
    head = json.loads(dumps(exchange).split(b"\n")[0])
    head["request"]["headers"] = named.headers
    lines = json.dumps(head, separators=(",", ":")) + "\n" + json.dumps(foreign) + "\n"
    imported = import_exchanges(lines.encode(), "foreign.jsonl")
    assert "correct horse" not in repr(imported)


def grown(exchange: Exchange, path: Path) -> tuple[Recorder, Exchange, Exchange]:
    """Two exchanges that run at the same time, host events before, between and behind them."""
    first, second = Exchange(exchange.request, id="first"), Exchange(exchange.request, id="second")
    recorder = Recorder(path)
    recorder.heard(READY)
    for live in (first, second):
        live.status, live.headers = 200, exchange.headers
        recorder.update(live)
    for place in range(0, len(exchange.chunks), 7):
        for live in (first, second):
            live.chunks += exchange.chunks[place : place + 7]
            recorder.update(live)
    recorder.heard(FAILED)
    return recorder, first, second


def test_exchanges_that_run_at_the_same_time_are_told_apart(exchange: Exchange, tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    recorder, first, second = grown(exchange, path)
    # Not closed: this is what another process finds after a crash.
    found = read_recording(path)
    assert [one.outcome for one in found.exchanges] == ["interrupted", "interrupted"]
    assert [len(one.chunks) > len(exchange.chunks) - 8 for one in found.exchanges] == [True, True]
    first.end("complete")
    second.end("truncated", "The answer broke off.")
    for live in (first, second, first):
        recorder.update(live)
    recorder.about(name="Both")
    recorder.about(kept=True)
    recorder.close()
    whole = read_recording(path)
    assert alike(whole, Recording([first, second], [READY, FAILED], "Both", True))
    assert path.stat().st_size == recorder.size
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_of_several_names_the_last_one_counts(tmp_path: Path) -> None:
    with Recorder(tmp_path / "session.jsonl") as recorder:
        recorder.about(name="First", source="this page")
        recorder.about(name="Second", kept=True)
    path = tmp_path / "session.jsonl"
    assert read_recording(path)[2:] == ("Second", True, "this page", ())
    tell_about(path, name="Third")
    assert read_recording(path)[2:] == ("Third", True, "this page", ())


def test_a_recording_that_was_cut_off_can_be_named(exchange: Exchange, tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    path.write_bytes(dumps(exchange)[:-20])
    tell_about(path, name="Cut off")
    found = read_recording(path)
    assert found.name == "Cut off"
    assert found.exchanges[0].chunks == exchange.chunks


def test_a_session_cut_anywhere_is_read_as_far_as_it_goes(exchange: Exchange, tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    recorder, first, _ = grown(exchange, path)
    first.end("complete")
    recorder.update(first)
    recorder.close()
    data = path.read_bytes()
    for cut in range(data.index(b"\n") + 1, len(data), 61):
        found = loads_recording(data[:cut])
        for one in found.exchanges:
            assert one.chunks == exchange.chunks[: len(one.chunks)]
            assert one.outcome in ("interrupted", "complete")


def test_parts_that_belong_to_no_exchange_are_damage(exchange: Exchange) -> None:
    head = dumps(exchange).split(b"\n")[0]
    for lines in (
        [b'{"format":"chatkit-workbench-exchange","version":1,"kind":"session"}', b'{"kind":"chunk","at_ns":1}'],
        [head, b'{"kind":"of","exchange":"nobody","line":{"kind":"end","outcome":"complete"}}'],
        [head, b'{"kind":"host","at":"2026-01-02T03:04:05","name":"chatkit.log"}'],
    ):
        with pytest.raises(RecordingError, match=r"s\.jsonl is damaged at line 2"):
            loads_recording(b"\n".join(lines) + b"\n", "s.jsonl")
