"""Text deltas that are read by what they have in common say exactly what the SDK's types say of them."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from chatkit.types import ThreadStreamEvent
from pydantic import TypeAdapter, ValidationError

from chat.checks.widget_screen import ScreenFold
from chat.protocol import Event, EventDecoder, ThreadState, decode_body, fold, fold_run, runs
from chat.protocol.events import SmallEvent

ADAPTER: TypeAdapter[ThreadStreamEvent] = TypeAdapter(ThreadStreamEvent)
TEXT = "assistant_message.content_part.text_delta"
ITEM = {"id": "m", "thread_id": "t", "created_at": "2026-11-20T09:44:53", "type": "assistant_message"}
PART = {"type": "output_text", "text": "", "annotations": []}
ADDED = json.dumps({"type": "thread.item.added", "item": {**ITEM, "content": [PART]}})


def delta(written: str, item: str = '"m"', place: str = "0", more: str = "") -> str:
    """Data of a text delta, with its text as it is written between the quotes."""
    update = f'{{"type":"{TEXT}","content_index":{place},"delta":"{written}"{more}}}'
    return f'{{"type":"thread.item.updated","item_id":{item},"update":{update}}}'


def decode(*data: str) -> list[Event]:
    return decode_body("".join(f"data: {one}\n\n" for one in data).encode())


def by_the_sdk(data: str) -> Any:
    try:
        return ADAPTER.validate_json(data)
    except ValidationError:
        return None


def agrees(event: Event) -> bool:
    """Whether an event says what the SDK's types say of its data."""
    value = by_the_sdk(event.raw)
    if not isinstance(event, SmallEvent):
        return event.value == value and event.valid == (value is not None)
    return (
        value is not None
        and event.delta == value.update.delta
        and event.shape.text[0] == value.item_id
        and event.shape.text[1] is type(value.update)
        and event.shape.text[2] == getattr(value.update, "content_index", getattr(value.update, "component_id", None))
        and (event.type, event.valid, event.value) == (value.type, True, value)
    )


@pytest.mark.parametrize(
    "written",
    [
        "", " ", "a", "café", "漢字", "\\n",
        '\\"', "\\\\", "\\u00e9", "\\ud83d\\ude00", "😀", "\u00a0", "\u2028", "\x7f",
        # and what is no text, or another JSON than it looks like
        "\\", "\\x", "\\ud83d", "\t", "\x01", '"', '","delta":"b', '"},"x":{"y":"', 'a","content_index":1,"delta":"b',
        '\\","delta":"b', '" ,"delta":1,"x":"',
    ],
)  # fmt: skip
def test_a_delta_behind_another_says_what_the_sdk_says(written: str) -> None:
    for event in decode(delta("first"), delta(written), delta("last")):
        assert agrees(event), event.raw


@pytest.mark.parametrize(
    "data",
    [
        delta("a", item="7"),
        delta("a", place='"0"'),
        delta("a", place="0.0"),
        delta("a", place="true"),
        delta("a", place="-1"),
        delta("a", place="99"),
        delta("a", more=',"content_index":1'),
        delta("a", more=',"delta":"b"'),
        delta("a", more=',"delta":5'),
        delta("a", more=',"extra":"x"'),
        delta("a") + " ",
        delta("a")[:-1],
        delta("a", item='"\\"delta\\":\\"x\\""'),
        f'{{"note":"\\"delta\\":\\"x\\"","type":"thread.item.updated","item_id":"m","update":'
        f'{{"delta" : "a","type":"{TEXT}","content_index":0}}}}',
        json.dumps(
            {
                "type": "thread.item.updated",
                "item_id": "w",
                "update": {
                    "type": "widget.streaming_text.value_delta",
                    "component_id": "c",
                    "delta": "a",
                    "done": False,
                },
            }
        ),
    ],
)
def test_every_way_to_write_one_says_what_the_sdk_says(data: str) -> None:
    for events in (
        decode(data, data, delta("z")),
        decode(delta("z"), data, data),
        decode(delta("z"), delta("y"), data),
    ):
        assert all(map(agrees, events)), [event.raw for event in events if not agrees(event)]


def test_another_field_called_delta_is_not_taken_for_the_text() -> None:
    plain = delta("b").removeprefix("{")
    events = decode(*(f'{{"meta":{{"delta":"{other}"}},{plain}' for other in "xyz"))
    assert all(map(agrees, events))


def test_deltas_that_are_written_alike_share_one_shape_and_are_validated_once() -> None:
    events = decode(*(delta(f"{number} ") for number in range(50)))
    assert len({id(event.shape) for event in events if isinstance(event, SmallEvent)}) == 1


def test_deltas_of_two_texts_by_turns_have_a_shape_each() -> None:
    events = decode(*(delta(f"{number} ", place=str(number % 2)) for number in range(50)))
    assert all(map(agrees, events))
    assert len({id(event.shape) for event in events if isinstance(event, SmallEvent)}) == 2


def test_a_number_that_changes_with_each_delta_is_not_taken_for_their_shape() -> None:
    events = decode(*(delta("a", more=f',"sequence_number":{number}') for number in range(20)))
    assert all(map(agrees, events))
    assert [event.json["update"]["sequence_number"] for event in events if event.json] == list(range(20))


def some_stream(chance: random.Random) -> list[str]:
    written = ["a", "", "b c", "\\n", "é", "\\u00e9", '\\"', "\\ud800"]
    made = [ADDED] if chance.random() < 0.8 else []
    for _ in range(chance.randrange(1, 40)):
        place = chance.choice(["0", "0", "0", "1", '"0"', "5", "-1", "true"])
        item = chance.choice(['"m"'] * 6 + ['"n"', "1"])
        made.append(delta(chance.choice(written), item, place, chance.choice(["", "", "", ',"x":1'])))
        if chance.random() < 0.1:
            made.append(chance.choice([ADDED, "{}", '{"type":"progress_update","text":"x"}', "nothing"]))
    return made


@pytest.mark.parametrize("seed", range(150))
def test_state_and_screen_are_the_same_whether_deltas_are_taken_in_together_or_read_one_by_one(seed: int) -> None:
    data = some_stream(random.Random(seed))
    together, screen = ThreadState(), ScreenFold()
    for run in runs(decode(*data)):
        fold_run(together, run)
        if isinstance(run[0], SmallEvent):
            screen.grow([event for event in run if isinstance(event, SmallEvent)])
        else:
            screen.take(run[0])
    alone, one_by_one = ThreadState(), ScreenFold()
    for one in data:
        (event,) = EventDecoder().feed(f"data: {one}\n\n".encode(), 0)
        fold(alone, event)
        one_by_one.take(event)
    assert together.snapshot() == alone.snapshot()
    assert screen.screen(creates=False) == one_by_one.screen(creates=False)
