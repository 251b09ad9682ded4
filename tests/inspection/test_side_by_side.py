"""What passed and what was told, in rows for the timeline; predictions that are compared again as more is known."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from chat.checks.agreement import Agreement
from chat.conversation.relayed import RelayedThread
from chat.errors import WorkbenchError
from chat.exchanges import Exchange, HostEvent, Request
from chat.inspection.side_by_side import SideBySide
from chat.listening import Listeners
from tests.work import counted

STAMP = "2026-01-01T00:00:00Z"
ITEM = {"thread_id": "thr_1", "created_at": STAMP}
CREATED = {"type": "thread.created", "thread": {"id": "thr_1", "created_at": STAMP}}
USER = {
    **ITEM,
    "type": "user_message",
    "id": "u1",
    "content": [{"type": "input_text", "text": "Hi"}],
    "attachments": [],
    "inference_options": {},
}
ANSWER = {**ITEM, "type": "assistant_message", "id": "a1", "content": []}
TURN: list[dict[str, Any]] = [
    CREATED,
    {"type": "thread.item.done", "item": USER},
    {"type": "thread.item.added", "item": ANSWER},
]
UPDATE = "assistant_message.content_part"
PART = {"type": "output_text", "text": "", "annotations": []}


def delta(text: str) -> dict[str, Any]:
    update = {"type": f"{UPDATE}.text_delta", "content_index": 0, "delta": text}
    return {"type": "thread.item.updated", "item_id": "a1", "update": update}


ADDED = {
    "type": "thread.item.updated",
    "item_id": "a1",
    "update": {"type": f"{UPDATE}.added", "content_index": 0, "content": PART},
}


class Traffic:
    """A session whose exchanges and host events a test makes up."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        self.host_events: list[HostEvent] = []
        self._exchange = Listeners[[Any, Exchange]]()
        self._data = Listeners[[Any, Exchange]]()
        self._host = Listeners[[Any, HostEvent]]()

    def on_exchange(self, listener: Callable[[Any, Exchange], None]) -> Callable[[], None]:
        return self._exchange.add(listener)

    def on_data(self, listener: Callable[[Any, Exchange], None]) -> Callable[[], None]:
        return self._data.add(listener)

    def on_host_event(self, listener: Callable[[Any, HostEvent], None]) -> Callable[[], None]:
        return self._host.add(listener)

    def failure(self, exchange_id: str) -> WorkbenchError | None:
        return None

    def begin(self, operation: str = "threads.create") -> Exchange:
        body = json.dumps(
            {"type": operation, "params": {"input": {"content": [], "attachments": [], "inference_options": {}}}}
        ).encode()
        request = Request("POST", "http://127.0.0.1:9/chatkit", (), body, operation, True, len(body))
        exchange = Exchange(request, status=200, headers=(("content-type", "text/event-stream"),))
        exchange.start()
        self.exchanges.append(exchange)
        self._exchange.tell(self, exchange)
        return exchange

    def stream(self, exchange: Exchange, events: Sequence[dict[str, Any]]) -> None:
        for event in events:
            exchange.add(exchange.now_ns(), f"data: {json.dumps(event)}\n\n".encode())
        self._data.tell(self, exchange)

    def end(self, exchange: Exchange) -> None:
        exchange.end("complete")
        self._exchange.tell(self, exchange)

    def tell(self, event_name: str, /, **detail: Any) -> None:
        event = HostEvent(datetime.now(UTC), event_name, detail or None)
        self.host_events.append(event)
        self._host.tell(self, event)


@pytest.fixture
def traffic() -> Traffic:
    return Traffic()


def watched(traffic: Traffic, holds: Callable[[], bool] = lambda: False) -> SideBySide:
    thread = RelayedThread("test")
    side = SideBySide(traffic, thread, holds)
    thread.follow(traffic)
    return side


async def caught_up(side: SideBySide) -> None:
    assert isinstance(side.thread, RelayedThread)
    await side.thread.caught_up()


async def rows(side: SideBySide, count: int) -> None:
    there = asyncio.Event()
    unlisten = side.on_rows(lambda: there.set() if side.count >= count else None)
    await asyncio.wait_for(there.wait(), 60)
    unlisten()


async def agreement(side: SideBySide, wanted: bool | None) -> Agreement:
    for _ in range(500):
        for one in side.agreements.values():
            if one.agrees is wanted:
                return one
        await asyncio.sleep(0.01)
    raise AssertionError([(one.operation, one.agrees, one.claims) for one in side.agreements.values()])


async def test_requests_events_ends_and_what_was_told_are_rows(traffic: Traffic) -> None:
    side = watched(traffic)
    exchange = traffic.begin()
    traffic.stream(exchange, TURN)
    await caught_up(side)
    traffic.tell("chatkit.thread.change", threadId="thr_1")
    traffic.end(exchange)
    await caught_up(side)
    traffic.tell("chatkit.log", name="composer.ready")
    rows = sorted(side.rows, key=lambda row: row["t"])
    assert [(row["k"], row["y"]) for row in rows] == [
        ("request", "threads.create"),
        ("wire", "thread.created"),
        ("wire", "thread.item.done"),
        ("wire", "thread.item.added"),
        ("host", "chatkit.thread.change"),
        ("request", "end"),
        ("host", "chatkit.log"),
    ]
    assert {row["o"] for row in rows if row["k"] != "host"} == {1}
    assert rows[-1]["l"] == "chatkit.log · composer.ready"
    assert json.loads(rows[4]["d"]) == {"threadId": "thr_1"}
    assert [row["id"] for row in side.rows_after(3)] == [4, 5, 6, 7]
    assert side.rows_after(7) == []
    side.close()


async def test_what_is_held_has_the_time_at_which_it_was_let_go(traffic: Traffic) -> None:
    side = watched(traffic, lambda: True)
    exchange = traffic.begin()
    await caught_up(side)
    traffic.tell("chatkit.response.start")
    exchange.add(0, f"data: {json.dumps(CREATED)}\n\n".encode())
    traffic.stream(exchange, [])
    await caught_up(side)
    created = next(row for row in side.rows if row["y"] == "thread.created")
    told = next(row for row in side.rows if row["k"] == "host")
    assert created["t"] >= told["t"]
    side.close()


async def test_the_oldest_rows_go_when_there_are_too_many(traffic: Traffic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chat.inspection.side_by_side.MOST_ROWS", 10)
    side = watched(traffic)
    for _ in range(25):
        traffic.tell("chatkit.log", name="click")
    assert len(side.rows) <= 11
    assert side.rows[-1]["id"] == side.count == 25
    assert side.rows_after(0) == side.rows
    side.close()


async def test_an_invalid_event_and_an_error_are_marked(traffic: Traffic) -> None:
    side = watched(traffic)
    traffic.stream(traffic.begin(), [{"type": "thread.nonsense"}])
    traffic.tell("chatkit.error", error={"message": "\ud800"})
    await caught_up(side)
    assert [row.get("bad") for row in side.rows if row["k"] in ("wire", "host")] == [True, True]
    json.dumps(side.rows, ensure_ascii=False).encode()  # nothing in it that no encoder takes
    side.close()


async def test_a_prediction_is_compared_again_when_more_is_told(traffic: Traffic) -> None:
    side = watched(traffic)
    exchange = traffic.begin()
    traffic.stream(exchange, [*TURN, ADDED, delta("Hello")])
    traffic.end(exchange)
    assert (await agreement(side, None)).exchange_id == exchange.id
    traffic.tell("chatkit.thread.change", threadId="thr_1")
    traffic.tell("chatkit.response.end")
    assert (await agreement(side, True)).exchange_id == exchange.id
    traffic.tell("chatkit.error", error={"message": "A surprise"})
    assert (await agreement(side, False)).exchange_id == exchange.id
    case = side.case(exchange.id)
    assert case is not None
    assert case.exchanges == [exchange]
    assert [event.name for event in case.host_events][-1] == "chatkit.error"
    assert "chatkit.error: predicted never, happened once" in case.name
    assert side.case("unknown") is None
    side.close()


async def test_six_thousand_events_cost_their_number(traffic: Traffic) -> None:
    side = watched(traffic)
    exchange = traffic.begin()
    deltas = [delta("word ") for _ in range(6_000)]
    with counted() as first:
        traffic.stream(exchange, [*TURN, ADDED, *deltas[: len(deltas) // 2]])
        await rows(side, 3_000)
    with counted() as second:
        traffic.stream(exchange, deltas[len(deltas) // 2 :])
        await rows(side, 6_000)
    assert 0 < second.ours < 1.5 * first.ours, (first.ours, second.ours)
    traffic.end(exchange)
    await caught_up(side)
    assert side.count == 6_000 + len(TURN) + 1 + 2
    assert len(side.rows) == side.count
    assert len({row["m"] for row in side.rows if "m" in row}) == 1
    traffic.tell("chatkit.response.end")
    traffic.tell("chatkit.thread.change", threadId="thr_1")
    assert (await agreement(side, True)).exchange_id == exchange.id
    side.close()
