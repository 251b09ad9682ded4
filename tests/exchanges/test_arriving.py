"""A body loses its secrets on its way in: over chunks and over events, byte for byte as long as it was."""

import json
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chat.exchanges.arriving import ArrivingBody, masked_chunks
from chat.exchanges.exchange import Chunk
from chat.exchanges.secrets import NONE, Secrets
from tests.work import counted

TOKEN = "opaque/credential+77"
SECRETS = Secrets.of([("Authorization", f"Bearer {TOKEN}")])


def delta(text: str, item: str = "msg_1") -> dict[str, object]:
    update = {"type": "assistant_message.content_part.text_delta", "content_index": 0, "delta": text}
    return {"type": "thread.item.updated", "item_id": item, "update": update}


def stream(*events: object) -> bytes:
    return b"".join(f"data: {json.dumps(event)}\n\n".encode() for event in events)


def texts(body: bytes) -> list[str]:
    events = [json.loads(line[6:]) for line in body.split(b"\n") if line]
    return [event["update"]["delta"] for event in events if "update" in event]


def cut(body: bytes, places: list[int]) -> list[Chunk]:
    edges = sorted({0, len(body), *(place % (len(body) + 1) for place in places)})
    return [Chunk(number, body[begin:end]) for number, (begin, end) in enumerate(pairwise(edges))]


def pieces(text: str, places: list[int]) -> list[str]:
    edges = sorted({0, len(text), *(place % (len(text) + 1) for place in places)})
    return [text[begin:end] for begin, end in pairwise(edges)]


places = st.lists(st.integers(0, 10_000), max_size=30)


@given(places)
def test_over_chunks(cuts: Any) -> None:
    body = b'{"message": "bad token ' + json.dumps(TOKEN)[1:-1].encode() + b'"}'
    chunks = masked_chunks(cut(body, cuts), SECRETS)
    assert b"".join(chunk.data for chunk in chunks) == b'{"message": "bad token opmasked01xxxxxxxxxx"}'
    assert [(chunk.at_ns, len(chunk.data)) for chunk in chunks] == [
        (chunk.at_ns, len(chunk.data)) for chunk in cut(body, cuts)
    ]


@given(places, places, st.booleans())
def test_over_events_and_chunks(cuts: Any, splits: Any, escaped: bool) -> None:
    said = pieces(f"Your token is {TOKEN}, is it not?", splits)
    body = stream({"type": "thread.created"}, *map(delta, said), {"type": "end"})
    if escaped:
        body = body.replace(b"/", b"\\/")
    chunks = masked_chunks(cut(body, cuts), SECRETS)
    masked = b"".join(chunk.data for chunk in chunks)
    assert len(masked) == len(body)
    shown = "".join(texts(masked))
    assert shown.startswith("Your token is ")
    assert shown.endswith(", is it not?")
    # As in a text that comes whole; its first two characters may be out before anybody can know.
    assert shown == "Your token is opmasked01xxxxxxxxxx, is it not?" or escaped
    assert not any(TOKEN[place : place + 4] in shown for place in range(len(TOKEN) - 3))


@given(st.permutations(["msg_1"] * 23 + ["msg_2"] * 23))
def test_over_the_events_of_two_items_at_once(order: Any) -> None:
    rest = {"msg_1": list(f"is {TOKEN}"), "msg_2": list(f"no {TOKEN}")}
    events = [delta(rest[item].pop(0), item) for item in order]
    masked = b"".join(chunk.data for chunk in masked_chunks([Chunk(0, stream(*events))], SECRETS))
    of = {"msg_1": "", "msg_2": ""}
    for event, text in zip(events, texts(masked), strict=True):
        of[str(event["item_id"])] += text
    assert TOKEN not in of["msg_1"]
    assert TOKEN not in of["msg_2"]


def test_over_events_of_other_kinds_of_stream() -> None:
    def letters(frame: bytes) -> bytes:
        return b"".join(frame % letter for letter in TOKEN.encode())

    for frame in (b'data: {"choices": [{"delta": {"content": "%c"}}]}\n\n', b"data: %c\n\n", b'data: "%c"\n\n'):
        masked = b"".join(chunk.data for chunk in masked_chunks([Chunk(0, letters(frame))], SECRETS))
        assert masked == b"".join(frame % letter for letter in b"opmasked01xxxxxxxxxx")


def test_a_line_that_is_whole_is_not_held_back() -> None:
    arriving = ArrivingBody(SECRETS)
    event = stream(delta("Hello"))
    assert arriving.feed(5, event) == [Chunk(5, event)]
    assert arriving.feed(6, event[:20]) == []
    assert arriving.feed(7, event[20:]) == [Chunk(6, event[:20]), Chunk(7, event[20:])]
    assert arriving.finish() == []


def test_the_beginning_of_a_secret_waits_for_the_rest_but_not_for_ever() -> None:
    arriving = ArrivingBody(SECRETS)
    first = stream(delta("opaque"))
    assert arriving.feed(1, first) == []
    ping = stream({"type": "progress_update", "text": "…"})
    came = [chunk for number in range(40) for chunk in arriving.feed(number, ping)]
    assert came[0] == Chunk(1, first)
    rest = b"".join(chunk.data for chunk in arriving.feed(50, stream(delta(TOKEN[6:]))))
    assert TOKEN[6:] not in texts(rest)[0]


def test_what_only_begins_like_a_secret_comes_as_it_was() -> None:
    body = stream(delta("opaque"), delta("/cred"), delta("o quia absurdum"), delta("opa"))
    assert masked_chunks([Chunk(0, body)], SECRETS) == [Chunk(0, body)]


def test_without_secrets_nothing_is_looked_at() -> None:
    arriving = ArrivingBody(NONE)
    assert arriving.feed(1, b"half a li") == [Chunk(1, b"half a li")]
    assert arriving.finish() == []


def test_the_cost_grows_with_the_length_and_no_faster() -> None:
    secrets = Secrets.of([("Authorization", f"Bearer {'eyJ' + 'a1B2c3' * 150}"), ("Cookie", "sid=0123456789abcdef")])

    def work(count: int) -> tuple[int, int]:
        """Calls, and the most bytes that were held at a time: each look costs what is held."""
        events = [stream(delta(f"e{number:03x}")) for number in range(count)]
        arriving, came, given, held = ArrivingBody(secrets), 0, 0, 0
        with counted() as work:
            for number, event in enumerate(events):
                came += len(event)
                given += sum(len(chunk.data) for chunk in arriving.feed(number, event))
                held = max(held, came - given)
            arriving.finish()
        return work.calls, held

    (small, held), (large, held_of_large) = work(1_000), work(4_000)
    assert large < 4.5 * small, (small, large)
    assert held_of_large <= 2 * held, (held, held_of_large)


def test_a_body_without_line_ends_is_let_through_all_the_same() -> None:
    arriving = ArrivingBody(SECRETS)
    given_out = sum(len(arriving.feed(number, b"x" * 100)) for number in range(100))
    assert given_out > 50
