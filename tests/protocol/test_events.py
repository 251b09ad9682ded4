import json

import pytest
from chatkit.types import ProgressUpdateEvent, ThreadItemUpdatedEvent, ThreadStreamEvent
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from chat.protocol import EventDecoder, decode_body, events, framing, runs
from chat.protocol.events import Event
from chat.protocol.lenient_json import parse_json

DELTA = {
    "type": "thread.item.updated",
    "item_id": "m",
    "update": {"type": "assistant_message.content_part.text_delta", "content_index": 0, "delta": "hi"},
}


def decode(data: str) -> Event:
    (event,) = decode_body(f"data: {data}\n\n".encode())
    return event


def test_a_valid_event_is_typed_with_the_sdks_classes() -> None:
    event = decode(json.dumps(DELTA))
    assert type(event.value) is ThreadItemUpdatedEvent
    assert event.value == TypeAdapter(ThreadStreamEvent).validate_python(DELTA)
    assert (event.valid, event.problems, event.type, event.json) == (True, (), "thread.item.updated", DELTA)


def test_events_are_numbered_and_keep_their_place_time_and_event_line() -> None:
    decoder = EventDecoder()
    body = b'data: {"type":"progress_update","text":"a"}\n\nevent: x\ndata: {}\n\n'
    first, second = [*decoder.feed(body[:20], 5), *decoder.feed(body[20:], 9)]
    assert (first.index, first.start, first.end, first.at_ns, first.sse_event) == (0, 0, 45, 9, "")
    assert (second.index, second.start, second.end, second.sse_event) == (1, 45, len(body), "x")


def test_typed_values_of_deltas_can_be_had_again_after_they_were_let_go() -> None:
    decoder = EventDecoder()
    (event,) = decoder.feed(f"data: {json.dumps(DELTA)}\n\n".encode(), 0)
    before = event.value
    decoder.feed(b"data: {}\n\n", 1)
    assert event._value is None
    assert event.value == before
    assert event.valid


def test_text_deltas_that_came_together_are_a_run_and_every_other_event_is_one() -> None:
    body = "".join(f"data: {one}\n\n" for one in [json.dumps(DELTA)] * 3 + ["{}", "{}", json.dumps(DELTA)])
    assert [[event.index for event in run] for run in runs(decode_body(body.encode()))] == [[0, 1, 2], [3], [4], [5]]


def test_a_run_has_an_end_however_much_has_come() -> None:
    body = f"data: {json.dumps(DELTA)}\n\n" * 250
    assert [len(run) for run in runs(decode_body(body.encode()))] == [100, 100, 50]


def test_an_unterminated_last_event_is_decoded_and_marked() -> None:
    events = decode_body(b'data: {"type":"progress_update","text":"a"}\n\ndata: {"type":"progress_update","text":"b"}')
    assert [(e.valid, e.terminated) for e in events] == [(True, True), (True, False)]


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
@pytest.mark.parametrize(
    "data", ['{"type":"progress_update","text":"a","score":%s}', '{"type":"custom","all":[1,{"x":%s}]}', "%s"]
)
def test_what_python_writes_for_no_number_is_no_json(data: str, constant: str) -> None:
    event = decode(data % constant)
    assert (event.valid, event.type, event.json) == (False, "", None)
    assert event.problems[0].got == f"`{constant}` for a number, which is no JSON"


def test_words_for_no_number_are_text_like_any_other() -> None:
    event = decode('{"type":"progress_update","text":"NaN, Infinity and -Infinity"}')
    assert event.valid
    texts = ("a", "NaN", '": NaN, "')
    kind = "assistant_message.content_part.text_delta"
    updates = ({"type": kind, "content_index": 0, "delta": text} for text in texts)
    body = "".join(f"data: {json.dumps({**DELTA, 'update': update})}\n\n" for update in updates).encode()
    assert all(one.valid for one in decode_body(body))


def test_an_update_without_type_is_valid_because_the_sdk_says_so() -> None:
    event = decode('{"type":"thread.item.updated","item_id":"m","update":{"content_index":0,"delta":"x"}}')
    assert event.valid


@pytest.mark.parametrize(
    "data",
    [
        "[DONE]",
        "",
        "hello",
        "[1]",
        '"{}"',
        "null",
        "3",
        "{",
        '{"type":5}',
        '{"type":NaN}',
        '{"type":["error"]}',
        "[" * 100_000,
        '{"a":' * 5_000 + "1" + "}" * 5_000,
        '{"type":"progress_update","text":' + "9" * 10_000 + "}",
        '{"type":"progress_update","text":"\\ud800"}',
        '{"type":"progress_update","text":"\\ud83d\\u0041"}',
        '{"type":"generated_image.updated","image":{"id":1e999}}',
        '{"type":"thread.item.done","item":{"type":"widget","widget":' + '{"type":"Card","children":[' * 90,
        "\x00",
        "�",
        "data: {}",
    ],
)
def test_hostile_data_makes_an_invalid_event_with_problems_and_never_raises(data: str) -> None:
    event = decode(data)
    assert not event.valid
    assert event.value is None
    assert event.problems
    assert event.raw == data


def test_doubled_keys_count_as_the_last_one() -> None:
    event = decode('{"type":"progress_update","text":"a","text":"b"}')
    assert isinstance(event.value, ProgressUpdateEvent)
    assert event.value.text == "b"


def test_json_nested_deeper_than_the_types_allow_is_no_json() -> None:
    event = decode('{"type":"client_effect","name":"x","data":{"a":' + "[" * 300 + "]" * 300 + "}}")
    assert event.json is None
    assert "recursion" in event.problems[0].got


def test_half_a_surrogate_pair_is_shown_as_a_replacement_character() -> None:
    event = decode('{"type":"progress_update","text":"a\\ud83d","icon":"\\\\ud83d \\ud83d\\ude00"}')
    assert event.json == {"type": "progress_update", "text": "a�", "icon": "\\ud83d \U0001f600"}
    assert event.type == "progress_update"


HALVES = st.sampled_from(
    ["\\ud83d", "\\uDE00", "\\uD83D\\ude00", "\\\\", "\\n", "\\u0041", "u", "ud83d", "\\u0000", "é"]
)


@given(st.lists(HALVES, max_size=12))
def test_halves_are_told_from_pairs_and_from_what_only_looks_like_one(written: list[str]) -> None:
    text = f'"{"".join(written)}"'
    assert parse_json(text) == json.loads(text).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def test_more_halves_than_anybody_writes_are_not_looked_through() -> None:
    assert parse_json('"' + "\\ud83d" * 400_000 + '"') == "\ufffd" * 400_000
    assert parse_json('"' + "\\ud83d" * 400_001 + '"') is None


def test_a_megabyte_in_one_event_is_decoded() -> None:
    event = decode(json.dumps({"type": "progress_update", "text": "x" * 1_000_000}))
    assert event.valid


@pytest.mark.parametrize("size", [1_000, 2**16, 2**30])
def test_of_an_event_that_is_too_long_the_beginning_is_kept_and_what_follows_is_read(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(framing, "LONGEST_EVENT", 1_000_000)
    monkeypatch.setattr(events, "LONGEST_EVENT", 1_000_000)
    progress = b'data: {"type":"progress_update","text":"'
    body = progress + b"x" * 1_500_000 + b'"}\n\n' + progress + b'y"}\n\n'
    decoder = EventDecoder()
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    found = [event for part in parts for event in decoder.feed(part, 1)]
    assert [(one.type, one.valid) for one in found] == [("progress_update", False), ("progress_update", True)]
    assert found[0].problems[0].expected.startswith("an event of at most")
    assert found[0].problems[0].got == f"{len(progress) + 1_500_004:,} bytes"
    assert len(found[0].raw) == 2**16
    assert body[found[1].start : found[1].end].endswith(b'y"}\n\n')
    assert (found[0].end, found[1].end) == (found[1].start, len(body))


def test_an_event_of_too_many_values_is_not_read() -> None:
    (event,) = decode_body(b'data: {"type":"progress_update","text":[' + b"1," * 500_000 + b"1]}\n\n")
    assert "100,000 values" in event.problems[0].expected
    assert event.value is None


def test_commas_in_a_text_are_no_values() -> None:
    (event,) = decode_body(b'data: {"type":"progress_update","text":"' + b",[" * 200_000 + b'"}\n\n')
    assert (event.valid, event.unread) == (True, "")


def test_whose_limit_it_is_that_an_event_is_not_read_is_said() -> None:
    (event,) = decode_body(b'data: {"type":"progress_update","text":"' + b"x" * framing.LONGEST_EVENT + b'"}\n\n')
    assert event.problems[0].expected == "an event of at most 8 MB: a limit of the workbench's own"
    assert event.unread.startswith("the workbench reads events of at most 8 MB")


def test_of_a_long_event_only_the_text_is_kept() -> None:
    decoder = EventDecoder()
    body = b'data: {"type":"progress_update","text":"' + b"x" * 100_000 + b'"}\n\n'
    (event,) = decoder.feed(body, 0)
    typed, parsed = event.value, event.json
    assert event.value is typed
    decoder.feed(b": the next chunk\n\n", 1)
    assert event.value == typed
    assert event.value is not typed
    assert event.json == parsed
    assert event.json is not parsed


@pytest.mark.parametrize("data", ['{"type":"progress_update","text":"a"}', '{"type":"foreign"}', '{"type":"notice"}'])
def test_of_very_many_events_nothing_is_kept_that_can_be_made_again(monkeypatch: pytest.MonkeyPatch, data: str) -> None:
    monkeypatch.setattr("chat.protocol.events._MANY", 3)
    decoder = EventDecoder()
    events = decoder.feed(f"data: {data}\n\n".encode() * 6, 1)
    made = [(event.json, event.value) for event in events]
    decoder.feed(b": the next chunk\n\n", 1)
    again = [(event.json, event.value) for event in events]
    assert again == made
    assert [one[0] is other[0] for one, other in zip(made, again, strict=True)] == [True] * 3 + [False] * 3
    assert all(one[1] is other[1] for one, other in zip(made[:3], again[:3], strict=True))
