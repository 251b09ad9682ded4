"""What can be imported, and how what cannot is refused."""

import gzip
from datetime import UTC, datetime
from typing import Any

import pytest

from chat.errors import RecordingError, RecordingTooNew, UnusableInput
from chat.exchanges import Exchange, recording
from chat.exchanges.importing import import_exchanges

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


def only(data: bytes) -> Exchange:
    (exchange,) = import_exchanges(data, "pasted", NOW).exchanges
    return exchange


def test_a_body_on_its_own_has_no_head_and_no_times(first_turn: bytes) -> None:
    imported = import_exchanges(first_turn, "pasted", NOW)
    (exchange,) = imported.exchanges
    assert imported.kind == "body"
    assert exchange.body == first_turn
    assert (exchange.status, exchange.headers_at_ns, exchange.outcome) == (None, None, "complete")
    assert exchange.started_at == NOW


@pytest.mark.parametrize(
    ("body", "operation"),
    [
        (b'{"id":"thr_1","created_at":"2026-11-20T10:00:00Z","items":{"data":[]}}', "threads.get_by_id"),
        (b'{"data":[{"id":"thr_1","created_at":"2026-11-20T10:00:00Z"}],"has_more":false}', "threads.list"),
        (b'{"data":[{"id":"m","type":"user_message","thread_id":"thr_1"}],"has_more":false}', "items.list"),
        (b'{"type":"thread.item.done","item":{}}', ""),
        (b'{"answer":"Hello"}', ""),
    ],
)
def test_a_json_document_is_taken_for_the_answer_it_looks_like(body: bytes, operation: str) -> None:
    assert only(body).request.operation == operation


def test_a_recording_is_read_as_it_was_written(exchange: Exchange) -> None:
    imported = import_exchanges(recording.dumps(exchange), "a.jsonl")
    (read,) = imported.exchanges
    assert imported.kind == "recording"
    assert (read.id, read.body, read.headers_at_ns) == (exchange.id, exchange.body, exchange.headers_at_ns)
    assert [chunk.at_ns for chunk in read.chunks] == [chunk.at_ns for chunk in exchange.chunks]


def test_recordings_put_one_behind_the_other_are_several_exchanges(exchange: Exchange) -> None:
    assert len(import_exchanges(recording.dumps(exchange) * 3, "all.jsonl").exchanges) == 3


def test_a_damaged_recording_and_one_of_the_future_are_refused(exchange: Exchange) -> None:
    whole = recording.dumps(exchange)
    with pytest.raises(RecordingError, match="damaged at line 2"):
        import_exchanges(whole.replace(b'{"kind":"response"', b'{"kind":response', 1), "a.jsonl")
    with pytest.raises(RecordingTooNew):
        import_exchanges(whole.replace(b'"version":1', b'"version":9', 1), "a.jsonl")


def test_utf_16_as_powershell_writes_it_is_read(first_turn: bytes) -> None:
    imported = import_exchanges(b"\xff\xfe" + first_turn.decode().encode("utf-16-le"), "a.txt")
    assert imported.exchanges[0].body == first_turn
    assert "PowerShell" in imported.remarks[0]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b" \r\n\t", "is empty"),
        (gzip.compress(b"data: {}\n\n", mtime=0), "compressed"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(32)) * 40, "not text"),
        (b"curl http://127.0.0.1:8000/chatkit -H 'Authorization: Bearer abc'", "curl command"),
        (b'{"log": {"version": "1.2", "entries": []}}', "holds no ChatKit request"),
    ],
)
def test_what_holds_no_exchange_is_refused_with_what_was_expected_and_got(data: Any, said: str) -> None:
    with pytest.raises(UnusableInput, match=said) as caught:
        import_exchanges(data, "a.txt")
    assert caught.value.expected
    assert caught.value.got


def test_secrets_in_a_pasted_body_are_masked_in_place() -> None:
    secret = b"sk-proj-abcdefghijklmnopqrstuvwx"
    body = b'data: {"type":"notice","level":"info","message":"key ' + secret + b' used"}\n\n'
    exchange = only(body)
    assert secret not in exchange.body
    assert len(exchange.body) == len(body)


def test_a_key_that_never_ends_does_not_take_the_rest_of_the_body_along() -> None:
    body = b'data: {"text":"-----BEGIN PRIVATE KEY-----"}\n\ndata: {"type":"stream_options"}\n\n'
    assert b"stream_options" in only(body).body


def test_the_same_input_gives_the_same_ids(first_turn: bytes) -> None:
    assert only(first_turn).id == only(first_turn).id
    assert only(first_turn).id != only(first_turn + b": more\n\n").id
