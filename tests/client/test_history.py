"""Opening a stored thread on backends that page well, oddly, and never to an end (protocol facts, 3.6)."""

import asyncio
import inspect
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from chat.client import ChatKitClient, Connection
from chat.client import history as rules
from chat.errors import Failed, InvalidAnswer
from tests.checks.streams import exchange
from tests.client.conftest import Backend, Call, StartBackend
from tests.work import others_beside

WHEN = "2026-01-01T00:00:00"


def item(number: object, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"msg_{number}",
        "thread_id": "thr_1",
        "created_at": WHEN,
        "type": "assistant_message",
        "content": [{"type": "output_text", "text": str(number)}],
        **changes,
    }


def page(*numbers: object, after: str | None = None, has_more: bool | None = None) -> dict[str, Any]:
    found = {
        "data": [item(number) for number in numbers],
        "has_more": after is not None if has_more is None else has_more,
    }
    return found | ({"after": after} if after is not None else {})


@pytest.fixture
def stored(backend: StartBackend) -> Callable[..., Awaitable[Any]]:
    """`await stored(first, cursor=page, …)`: a backend that answers with these pages, by their cursors."""

    async def start(first: Any, pages: Any) -> tuple[ChatKitClient, Backend]:
        async def answer(call: Call) -> None:
            request = json.loads(call.body)
            params = request["params"]
            if request["type"] == "threads.get_by_id":
                found = {"id": "thr_1", "created_at": WHEN, "title": "T", "items": first}
            else:
                assert params["order"] == ("asc" if "after" in params else "desc")
                found = pages(params["after"]) if callable(pages) else pages[params.get("after")]
                found = await found if inspect.isawaitable(found) else found
            if isinstance(found, bytes):
                await call.answer(found, "500 Internal Server Error", "text/plain")
            else:
                await call.answer(json.dumps(found).encode())

        server = await backend(answer)
        return ChatKitClient(Connection(server.url)), server

    return start


def numbers(loaded: Any) -> list[int]:
    return [int(item.id.removeprefix("msg_")) for item in loaded.items]


async def test_pages_follow_their_cursors(stored: Callable[..., Awaitable[Any]]) -> None:
    client, server = await stored(page(1, 2, after="a"), {"a": page(3, 4, after="b"), "b": page(5)})
    loaded = await client.load_thread("thr_1")
    assert numbers(loaded) == [1, 2, 3, 4, 5]
    assert loaded.thread.title == "T"
    assert loaded.problems == []
    assert len(loaded.exchanges) == len(server.calls) == 3


async def test_an_empty_page_with_more_after_it_is_legal(stored: Callable[..., Awaitable[Any]]) -> None:
    client, _ = await stored(page(after="a"), {"a": page(after="b"), "b": page(1)})
    loaded = await client.load_thread("thr_1")
    assert numbers(loaded) == [1]
    assert loaded.problems == []


async def test_a_repeated_cursor_is_stopped_and_reported(stored: Callable[..., Awaitable[Any]]) -> None:
    client, server = await stored(page(1, after="a"), {"a": page(2, after="b"), "b": page(3, after="a")})
    loaded = await client.load_thread("thr_1")
    assert numbers(loaded) == [1, 2, 3]
    assert [(problem.path, problem.got) for problem in loaded.problems] == [
        ("pages[2].after", "'a' for the second time")
    ]
    assert len(server.calls) == 3


async def test_pages_without_end_and_without_news_are_stopped_and_reported(
    stored: Callable[..., Awaitable[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MOST_PAGES_WITHOUT_NEWS", 7)
    client, server = await stored(page(1, after="0"), lambda after: page(after=str(int(after) + 1)))
    loaded = await client.load_thread("thr_1")
    assert numbers(loaded) == [1]
    assert len(server.calls) == 8
    assert loaded.problems[0].path == "pages[7].has_more"


async def test_pages_without_end_are_stopped_and_reported(
    stored: Callable[..., Awaitable[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MOST_PAGES", 5)
    client, server = await stored(page(1, after="2"), lambda after: page(int(after), after=str(int(after) + 1)))
    loaded = await client.load_thread("thr_1")
    assert numbers(loaded) == [1, 2, 3, 4, 5]
    assert len(server.calls) == 5
    assert len(loaded.problems) == 1


async def test_duplicates_are_dropped_and_reported(stored: Callable[..., Awaitable[Any]]) -> None:
    client, _ = await stored(page(1, 2, after="a"), {"a": page(2, 3)})
    loaded = await client.load_thread("thr_1")
    assert numbers(loaded) == [1, 2, 3]
    assert [(problem.path, problem.got) for problem in loaded.problems] == [("pages[1].data[0].id", "msg_2 again")]


async def test_more_without_a_cursor_is_reported(stored: Callable[..., Awaitable[Any]]) -> None:
    client, server = await stored(page(1, has_more=True), {})
    loaded = await client.load_thread("thr_1")
    assert numbers(loaded) == [1]
    assert loaded.problems[0].got == "has_more: true without after"
    assert len(server.calls) == 1


async def test_an_item_that_does_not_validate_is_kept_as_json_and_reported(
    stored: Callable[..., Awaitable[Any]],
) -> None:
    strange = item(2, type="hologram")
    client, _ = await stored({"data": [item(1), strange, "text", item(3)], "has_more": False}, {})
    loaded = await client.load_thread("thr_1")
    assert numbers(loaded) == [1, 3]
    assert loaded.raw_items == [item(1), strange, item(3)]
    assert [problem.path for problem in loaded.problems] == ["pages[0].data[1].type", "pages[0].data[2]"]


async def test_a_later_page_that_fails_leaves_what_came_before(stored: Callable[..., Awaitable[Any]]) -> None:
    client, _ = await stored(page(1, after="a"), {"a": b"boom"})
    loaded = await client.load_thread("thr_1")
    assert numbers(loaded) == [1]
    assert isinstance(loaded.failure, Failed)
    assert len(loaded.exchanges) == 2


async def test_another_thread_than_asked_for_is_reported(stored: Callable[..., Awaitable[Any]]) -> None:
    client, _ = await stored(page(1), {})
    loaded = await client.load_thread("thr_2")
    assert [(problem.path, problem.got) for problem in loaded.problems] == [("pages[0].id", "thr_1")]


async def test_a_walk_that_was_cancelled_goes_on_where_it_was(stored: Callable[..., Awaitable[Any]]) -> None:
    held, released = asyncio.Event(), asyncio.Event()

    async def second(after: str) -> dict[str, Any]:
        held.set()
        await released.wait()
        return page(3, after="b")

    client, server = await stored(page(1, 2, after="a"), lambda after: second(after) if after == "a" else page(4))
    walk = client.walk_thread("thr_1")
    await walk.begin()
    reading = asyncio.create_task(walk.go_on())
    await held.wait()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    released.set()
    loaded = await walk.go_on()
    assert (numbers(loaded), loaded.whole) == ([1, 2, 3, 4], True)
    asked = [json.loads(call.body)["params"].get("after") for call in server.calls]
    assert asked == [None, "a", "a", "b"]


async def test_the_newest_items_come_in_one_request_and_leave_the_walk_alone(
    stored: Callable[..., Awaitable[Any]],
) -> None:
    client, server = await stored(page(1, 2, after="a"), {None: page(4, 3, 2, after="c"), "a": page(3, 4)})
    walk = client.walk_thread("thr_1")
    await walk.begin()
    assert [one["id"] for one in await walk.newest(3)] == ["msg_2", "msg_3", "msg_4"]
    assert json.loads(server.calls[-1].body)["params"] == {"thread_id": "thr_1", "limit": 3, "order": "desc"}
    loaded = await walk.go_on()
    assert (numbers(loaded), loaded.problems) == ([1, 2, 3, 4], [])


@pytest.mark.parametrize(
    "answer",
    [
        page(1, 2, 3, after="c"),
        page(9, 1, after="c"),
        page(4, 4),
        page(after="c"),
        {"data": "nothing"},
        {"data": [{"type": "assistant_message"}]},
        b"boom",
    ],
    ids=["ascending", "overlaps wrongly", "twice", "empty", "no list", "no ids", "failed"],
)
async def test_what_cannot_be_the_end_is_not_taken_for_it(stored: Callable[..., Awaitable[Any]], answer: Any) -> None:
    client, _ = await stored(page(1, 2, after="a"), {None: answer, "a": page(3)})
    walk = client.walk_thread("thr_1")
    await walk.begin()
    assert await walk.newest(40) == []
    assert numbers(await walk.go_on()) == [1, 2, 3]


async def test_a_walk_says_whether_it_came_to_the_end(stored: Callable[..., Awaitable[Any]]) -> None:
    client, _ = await stored(page(1, after="a"), {"a": page(2, after="a")})
    loaded = await client.load_thread("thr_1")
    assert (loaded.whole, loaded.broken_off) == (False, loaded.problems[-1])
    client, _ = await stored(page(1, after="a"), {"a": b"boom"})
    assert not (await client.load_thread("thr_1")).whole


async def test_a_thread_without_items_is_not_one(stored: Callable[..., Awaitable[Any]]) -> None:
    client, _ = await stored(None, {})
    with pytest.raises(InvalidAnswer) as caught:
        await client.load_thread("thr_1")
    assert caught.value.problems[0].path == "$.items"


async def test_a_page_of_very_many_items_is_read_by_turns_with_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chat.steps._SLICE", 0.0)
    found = {"id": "thr_1", "created_at": WHEN, "title": "T", "items": page(*range(1_000))}

    async def get() -> Any:
        return found, exchange(json.dumps(found).encode(), "threads.get_by_id")

    client = ChatKitClient(Connection("http://localhost:9/chatkit"))
    monkeypatch.setattr(client, "_json", lambda operation: get())
    with others_beside() as turns:
        loaded = await client.load_thread("thr_1")
    assert len(loaded.items) == 1_000
    assert turns.count >= 1_000


async def test_of_very_many_wrong_entries_a_thousand_are_told(stored: Callable[..., Awaitable[Any]]) -> None:
    client, _ = await stored({"data": [1] * 3_000, "has_more": False}, {})
    loaded = await client.load_thread("thr_1")
    assert len(loaded.problems) == 1_000
    assert loaded.problems[-1].path == "pages[0].data[999]"
