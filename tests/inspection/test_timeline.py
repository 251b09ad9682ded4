"""Arrivals gathered into columns."""

from types import ModuleType

from chat.inspection.timeline import timeline


def test_every_event_is_in_the_column_of_its_time(demo: ModuleType) -> None:
    source = demo.Source()
    exchange = source.begin("threads.create", {})
    for n, at_ms in enumerate((0, 10, 11, 99)):
        source.feed(exchange, demo.delta(n), at_ms * demo.MS)
    source.feed(exchange, demo.sse({"type": "token"}), 100 * demo.MS)
    source.end(exchange, 100 * demo.MS)
    picture = timeline(exchange, source.events(exchange.id), columns=10)
    assert picture["span"] == 100 * demo.MS
    assert [bar[:4] for bar in picture["bars"]] == [[0, 1, 1, 0], [1, 2, 2, 0], [9, 2, 1, 1]]
    assert [bar[5] for bar in picture["bars"]] == [0, 1, 3]
    assert sum(bar[4] for bar in picture["bars"]) == len(exchange.body)


def test_without_events_there_is_still_an_axis(demo: ModuleType) -> None:
    source = demo.Source()
    exchange = source.begin("threads.create", {})
    picture = timeline(exchange, [])
    assert picture["bars"] == []
    assert picture["span"] > 0
