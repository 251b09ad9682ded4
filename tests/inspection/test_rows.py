"""Rows and the filter over them."""

import asyncio
from itertools import pairwise
from types import ModuleType

import pytest

from chat.inspection.rows import EventFilter, Matches, MatchesCache, parse_filter, row
from chat.protocol import Event, decode_body


@pytest.fixture(scope="module")
def events(demo: ModuleType) -> list[Event]:
    body = (demo.DATA / "good-first-turn.txt").read_bytes() + demo.sse({"type": "token", "text": "Gr\u00fc\u00df dich"})
    return decode_body(body)


def matching(events: list[Event], text: str, only_invalid: bool = False) -> list[int]:
    matches = Matches(parse_filter(text, only_invalid))
    matches.advance(events)
    return matches.indices


def test_a_row_says_when_how_big_what_and_whether_it_is_valid(events: list[Event]) -> None:
    first = row(events[0])
    assert (first["i"], first["y"], first["f"], first["v"]) == (0, "thread.created", "thread", 1)
    assert first["b"] == events[0].end - events[0].start > 100
    assert "p" not in first


def test_the_row_of_an_invalid_event_names_path_expected_and_got(events: list[Event]) -> None:
    last = row(events[-1])
    assert last["v"] == 0
    assert last["p"].startswith("$.type: expected")
    assert "got" in last["p"]


def test_an_empty_filter_lets_everything_through(events: list[Event]) -> None:
    assert parse_filter("  ").passes_all
    assert matching(events, "") == list(range(len(events)))


def test_every_word_must_occur_in_any_case(events: list[Event]) -> None:
    assert matching(events, "THREAD.CREATED thr_good0001") == [0]
    assert matching(events, "thread.created nowhere") == []


def test_a_word_with_a_minus_must_not_occur(events: list[Event]) -> None:
    quiet = matching(events, "-text_delta")
    assert 0 in quiet
    assert len(quiet) < len(events)
    assert all("text_delta" not in events[i].raw for i in quiet)


def test_type_looks_at_types_only(events: list[Event]) -> None:
    assert matching(events, "type:item.added") == [i for i, e in enumerate(events) if e.type == "thread.item.added"]
    assert matching(events, "type:thr_good0001") == []
    assert set(matching(events, "type:text_delta")) == {i for i, e in enumerate(events) if "text_delta" in e.raw}


def test_text_is_found_as_it_is_read_although_json_writes_it_in_escapes(events: list[Event]) -> None:
    assert "\\u00fc" in events[-1].raw
    assert matching(events, "grüß") == [len(events) - 1]


def test_only_invalid(events: list[Event]) -> None:
    assert matching(events, "", only_invalid=True) == [len(events) - 1]
    assert matching(events, "thread", only_invalid=True) == []


def test_matching_goes_on_where_it_stopped(events: list[Event]) -> None:
    matches = Matches(EventFilter(types=("done",)))
    matches.advance(events[:3])
    assert matches.seen == 3
    matches.advance(events)
    assert matches.indices == matching(events, "type:done")


def test_the_cache_keeps_the_filters_used_last() -> None:
    cache = MatchesCache(size=2)
    first = cache.get("x", parse_filter("a"))
    assert cache.get("x", parse_filter("a")) is first
    assert cache.get("y", parse_filter("a")) is not first
    cache.get("x", parse_filter("b"))
    assert cache.get("x", parse_filter("a")) is not first


async def test_a_long_stream_is_filtered_without_holding_up_the_loop(demo: ModuleType) -> None:
    body = b"".join(demo.delta(n) for n in range(20_000))
    events = decode_body(body)
    matches = Matches(parse_filter("rotterdam"))
    seen = [0]

    async def watch() -> None:
        while True:
            seen.append(matches.seen)
            await asyncio.sleep(0)

    watching = asyncio.create_task(watch())
    await matches.update(events)
    watching.cancel()
    assert matches.seen == 20_000
    assert 500 < len(matches.indices) < 2_000
    seen.append(matches.seen)
    assert max(later - earlier for earlier, later in pairwise(seen)) <= 2_000  # between two turns of the loop
