"""The events of an exchange, kept small: what is read again from the body is what came."""

import gc

import pytest

from chat.exchanges import Exchange, Request
from chat.protocol import Event, EventDecoder, EventList

DELTA = (
    'data: {"type":"thread.item.updated","item_id":"msg_1",'
    '"update":{"type":"assistant_message.content_part.text_delta","content_index":0,"delta":"wörd "}}'
)
PROGRESS = 'data: {"type":"progress_update","text":"Still at it"}'
BODIES = {
    "as the SDK writes them": f"{DELTA}\n\n{PROGRESS}\n\n{DELTA}\n\n{DELTA}\n\n",
    "with comments and ids before them": f": ping\n\n: ping\nid: 7\n{DELTA}\n\nretry: 3\n{DELTA}\n\n{PROGRESS}\n\n",
    "with carriage returns": f"{DELTA}\r\n\r\n{DELTA}\r\r{DELTA}\r\n\r\n{PROGRESS}\r\n\r\n",
    "over several data lines": DELTA.replace(',"update"', ',\ndata: "update"') + f"\n\n{DELTA}\n\n",
    "after a byte order mark": f"\ufeff{DELTA}\n\n{DELTA}\n\n",
    "named, and cut off at the end": f"event: message\n{DELTA}\n\ndata:{DELTA[6:]}\n\n{DELTA}",
    "of foreign makes": f"data: [DONE]\n\n{DELTA}\n\ndata: {{}}\n\n{DELTA}\n\n",
}


def facts(event: Event) -> tuple[object, ...]:
    place = (event.index, event.start, event.end, event.at_ns)
    return (*place, event.type, event.raw, event.json, event.value, event.problems, event.sse_event, event.terminated)


def came(body: bytes, size: int) -> tuple[Exchange, list[Event], EventList]:
    """The exchange, its events as a plain list, and as they are kept; the body came in chunks of this size."""
    exchange = Exchange(Request("POST", "http://backend.example/", ()))
    decoder, plain, kept = EventDecoder(), list[Event](), EventList(exchange)
    for at_ns, begin in enumerate(range(0, len(body), size)):
        exchange.add(at_ns, body[begin : begin + size])
        for event in decoder.feed(body[begin : begin + size], at_ns):
            plain.append(event)
            kept.append(event)
            assert kept[-1] is event
    plain += (last := decoder.close())
    kept.extend(last)
    return exchange, plain, kept


@pytest.mark.parametrize("size", [1, 7, 100, 10_000])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_each_event_is_what_it_was_however_its_bytes_came(body: str, size: int) -> None:
    _, plain, kept = came(body.encode(), size)
    assert len(kept) == len(plain) > 0
    assert [facts(event) for event in kept] == [facts(event) for event in plain]
    assert [facts(kept[place - len(plain)]) for place in range(len(plain))] == [facts(event) for event in plain]
    assert [event.index for event in kept[1:]] == [event.index for event in plain[1:]]


@pytest.mark.parametrize("size", [1, 100, 10_000])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_none_but_text_deltas_are_left_out_of_the_others(body: str, size: int) -> None:
    _, plain, kept = came(body.encode(), size)
    others = kept.others()
    assert [event.index for event in others] == sorted({event.index for event in others})
    assert {event.type for event in plain if event not in others} <= {"thread.item.updated"}
    assert all(event in others for event in plain if event.type != "thread.item.updated" or not event.terminated)


@pytest.mark.parametrize("count", [0, 1, 2, 4])
def test_its_beginning_grows_by_itself(count: int) -> None:
    _, plain, kept = came(BODIES["as the SDK writes them"].encode(), 100)
    beginning = kept.upto(count)
    assert [facts(event) for event in beginning] == [facts(event) for event in plain[:count]]
    for event in kept[count:]:
        beginning.append(event)
    assert [facts(event) for event in beginning] == [facts(event) for event in plain] == [facts(one) for one in kept]


def test_there_is_nothing_outside_of_it() -> None:
    _, _, kept = came(BODIES["as the SDK writes them"].encode(), 100)
    for place in (4, -5):
        with pytest.raises(IndexError):
            kept[place]


def test_an_event_that_the_body_does_not_hold_is_kept_itself() -> None:
    exchange, plain, _ = came(f"{DELTA}\n\n{DELTA}\n\n".encode(), 100)
    exchange.chunks.clear()
    kept = EventList(exchange, plain)
    assert all(one is other for one, other in zip(kept, plain, strict=True))


def test_deltas_leave_no_object_behind_for_garbage_collection_to_look_at() -> None:
    exchange = Exchange(Request("POST", "http://backend.example/", ()))
    decoder, kept = EventDecoder(), EventList(exchange)
    gc.collect()
    before = len(gc.get_objects())
    for _ in range(100):
        exchange.add(1, f"{DELTA}\n\n".encode() * 20)
        kept.extend(decoder.feed(exchange.chunks[-1].data, 1))
    assert len(kept) == 2_000
    gc.collect()
    assert len(gc.get_objects()) - before < 500
