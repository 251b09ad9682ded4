"""Good streams, changed at random in their bytes, lines, JSON and order: `make fuzz` tries 100,000, CI 2,000."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chat.exchanges.recording import Recording, dumps_recording, loads_recording
from chat.protocol import Event, EventDecoder, ThreadState, decode_body, fold
from tests.checks.streams import exchange

COUNT = int(os.environ.get("FUZZ", "2000"))
PARTS = 8
GOOD = [path.read_bytes() for path in sorted((Path(__file__).parent.parent / "data").glob("good-*.txt"))]
GROWS = "assistant_message.content_part.text_delta"
NASTY: list[Any] = [None, True, -1, 1e308, "", "\ud83d", "x" * 5_000, [], {}, [[[[]]]], {"type": "text"}, "2026-13-45"]


def bytes_changed(body: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.randint(1, 6)):
        body = body or b"\n"
        at, noise = chance.randrange(len(body)), chance.randbytes(chance.randint(1, 4))
        body = chance.choice(
            [body[:at] + noise + body[at:], body[:at] + noise + body[at + len(noise) :], body[:at] + body[at + 3 :]]
        )
    return body


def lines_changed(body: bytes, chance: random.Random) -> bytes:
    lines = body.split(b"\n")
    at = chance.randrange(len(lines))
    extra = chance.choice(EXTRA)
    match chance.randrange(4):
        case 0:
            del lines[at]
        case 1:
            lines.insert(at, extra)
        case 2:
            lines[at] = lines[at][: chance.randrange(len(lines[at]) + 1)]
        case _:
            return chance.choice([b"\r", b"\r\n"]).join(lines)
    return b"\n".join(lines)


def order_changed(body: bytes, chance: random.Random) -> bytes:
    blocks = body.split(b"\n\n")
    one, other = chance.randrange(len(blocks)), chance.randrange(len(blocks))
    match chance.randrange(3):
        case 0:
            blocks[one], blocks[other] = blocks[other], blocks[one]
        case 1:
            blocks.insert(one, blocks[other])
        case _:
            del blocks[one]
    return b"\n\n".join(blocks)


def json_changed(body: bytes, chance: random.Random) -> bytes:
    blocks = body.split(b"\n\n")
    at = chance.randrange(len(blocks))
    try:
        document = json.loads(blocks[at].removeprefix(b"data: "))
    except ValueError:
        return body
    place = document
    while isinstance(place, dict) and place:
        name = chance.choice(list(place))
        if isinstance(place[name], dict | list) and place[name] and chance.random() < 0.7:
            place = place[name] if isinstance(place[name], dict) else next(iter(place[name]))
            continue
        if chance.random() < 0.3:
            del place[name]
        else:
            place[name] = chance.choice(NASTY)
        break
    blocks[at] = b"data: " + json.dumps(document).encode()
    return b"\n\n".join(blocks)


EXTRA = [b"", b": comment", b"event: x", b"id: 1", b"retry: 5", b"data", b"data: {}", b"\r", b"\xef\xbb\xbf"]
CHANGES: list[Callable[[bytes, random.Random], bytes]] = [bytes_changed, lines_changed, order_changed, json_changed]


def mutated(chance: random.Random) -> bytes:
    body = chance.choice(GOOD)
    for _ in range(chance.randint(1, 3)):
        body = chance.choice(CHANGES)(body, chance) or b"\n"
    return body


def in_pieces(body: bytes, chance: random.Random) -> list[Event]:
    decoder, events, at = EventDecoder(), list[Event](), 0
    while at < len(body):
        size = chance.choice([1, 7, 100, 5_000])
        events += decoder.feed(body[at : at + size], at)
        at += size
    return events + decoder.close()


def text_of(state: ThreadState) -> dict[str, int]:
    return {item.id: item.text_length for item in state.items.values()}


@pytest.mark.parametrize("part", range(PARTS))
def test_no_stream_is_lost_on_the_way(part: int) -> None:
    for seed in range(part, COUNT, PARTS):
        chance = random.Random(seed)
        body = mutated(chance)
        try:
            events, whole = in_pieces(body, chance), decode_body(body)
            assert [(one.raw, one.start, one.end) for one in events] == [(one.raw, one.start, one.end) for one in whole]
            state = ThreadState()
            for event in events:
                before = text_of(state)
                fold(state, event)
                update = event.json.get("update") if isinstance(event.json, dict) else None
                if isinstance(update, dict) and update.get("type") == GROWS:
                    after = text_of(state)
                    assert all(after.get(name, -1) >= length for name, length in before.items()), "text has shrunk"
            state.snapshot()
            if seed % 20 == 0:
                (kept,) = loads_recording(dumps_recording(Recording([exchange(body)])), "fuzz").exchanges
                assert kept.body == body
        except Exception as error:
            error.add_note(f"seed {seed}: {body[:2_000]!r}")
            raise
