"""The thread as it was after any number of events is what these events alone would have made."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat.client import ChatKitClient
from chat.conversation import time_travel
from chat.conversation.conversation import Conversation
from chat.conversation.recorded import RecordedThread
from chat.conversation.relayed import RelayedThread
from chat.conversation.shown_thread import ShownThread
from chat.conversation.time_travel import PastThread
from chat.exchanges import Exchange, read_events
from chat.exchanges.importing import import_exchanges
from chat.protocol import ThreadState, end_stream, fold
from tests.checks.examples import FAILING
from tests.checks.streams import (
    OPTIONS,
    answer,
    assistant_item,
    done,
    exchange,
    later_turn,
    sse,
    tool_call,
    turn,
    user_item,
)
from tests.protocol.test_properties import common, stories

DATA = Path(__file__).parent.parent / "data"
BODIES = {path.stem: path.read_bytes() for path in sorted(DATA.glob("*.txt"))}
CASES = {f"{path.parent.name}/{path.name}": path.read_bytes() for path in sorted((DATA / "cases").glob("*/*.*"))}


async def recorded(*exchanges: Exchange) -> RecordedThread:
    thread = RecordedThread("session.jsonl")
    await thread.replay(exchanges)
    return thread


def looks(thread: ShownThread) -> list[Any]:
    """What a reader sees, but for the keys of the entries."""
    seen = []
    for entry in thread.transcript.entries:
        shown = entry.json(thread.render_context())
        texts = [(part, frozen + tail) for part, frozen, tail in shown.pop("texts")]
        seen.append({**shown, "key": "", "texts": texts})
    return seen


async def walked(source: ShownThread, position: int) -> PastThread:
    """The thread at a position to which somebody has gone step by step from the beginning."""
    past = PastThread(source)
    for step in range(position):
        await past.go(step + 1)
    return past


async def same_everywhere(source: ShownThread, positions: Sequence[int] | None = None) -> None:
    past = PastThread(source)
    total = past.steps.total
    await past.go(total)
    for position in positions if positions is not None else [*range(total, -1, -3), *range(0, total + 1, 5)]:
        await past.go(position)
        alone = await walked(source, position)
        assert past.state.snapshot() == alone.state.snapshot(), position
        assert past.state.drawn_count == alone.state.drawn_count
        assert looks(past) == looks(alone), position


def folded(events: Sequence[Any], *, over: bool) -> dict[str, Any]:
    state = ThreadState()
    for event in events:
        fold(state, event)
    if over:
        end_stream(state)
    return state.snapshot()


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkpoint every few steps, so that short streams have many."""
    monkeypatch.setattr(time_travel, "EVERY", 4)


@pytest.mark.parametrize("name", BODIES)
async def test_a_stream_at_event_n_is_its_first_n_events_folded(name: str) -> None:
    one = exchange(BODIES[name], "threads.create")
    events, past = read_events(one), PastThread(await recorded(one))
    assert past.steps.total == len(events)
    for position in [*range(len(events), -1, -1), len(events) // 2, len(events), 1]:
        await past.go(position)
        assert past.state.snapshot() == folded(events[:position], over=position == len(events))


@pytest.mark.parametrize("name", BODIES)
async def test_a_jump_shows_what_going_there_step_by_step_shows(name: str) -> None:
    await same_everywhere(await recorded(exchange(BODIES[name], "threads.create")))


@pytest.mark.parametrize("name", CASES)
async def test_a_jump_in_a_whole_session_shows_what_going_there_does(name: str) -> None:
    imported = import_exchanges(CASES[name], name)
    await same_everywhere(await recorded(*imported.exchanges))


@pytest.mark.parametrize("rule_id", FAILING)
async def test_a_jump_among_broken_answers_shows_what_going_there_does(rule_id: str) -> None:
    await same_everywhere(await recorded(*(example() for example in FAILING[rule_id])))


@settings(common, max_examples=common.max_examples // 10)
@given(stories, st.randoms(use_true_random=False))
def test_any_story_at_any_of_its_events_is_what_came_before(story: list[Any], random: Any) -> None:
    async def jumps() -> None:
        one = exchange(sse(*story), "threads.create")
        events, past = read_events(one), PastThread(await recorded(one))
        for _ in range(8):
            position = random.randrange(len(events) + 1)
            await past.go(position)
            assert past.state.snapshot() == folded(events[:position], over=position == len(events))

    asyncio.run(jumps())


async def test_a_retry_and_a_tool_output_change_the_thread_though_no_event_says_so() -> None:
    asked = exchange(turn(done(tool_call())), "threads.create")
    given = exchange(later_turn(), "threads.add_client_tool_output", result={"ok": True})
    again = exchange(sse(OPTIONS, *answer("Once more", "msg_9")), "threads.retry_after_item", item_id="msg_user")
    past = PastThread(await recorded(asked, given, again))
    await past.go(4)
    assert past.state.items["call_item"].json["status"] == "pending"
    await past.go(5)
    assert past.state.items["call_item"].json["status"] == "completed"
    await past.go(past.steps.total)
    assert list(past.state.items) == ["msg_user", "msg_9"]
    await past.go(4)
    assert past.state.items["call_item"].json["status"] == "pending"


async def test_what_comes_meanwhile_makes_more_steps_and_moves_nobody() -> None:
    one, other = exchange(turn(), "threads.create"), exchange(later_turn(), "threads.add_user_message")
    source = await recorded(one)
    past = PastThread(source)
    await past.go(3)
    before, total = looks(past), past.steps.total
    await source.replay([other])
    past.refresh()
    assert past.steps.total == total + len(read_events(other))
    assert (past.position, looks(past)) == (3, before)
    await past.go(past.steps.total)
    assert past.state.snapshot() == source.state.snapshot()


async def test_of_two_answers_at_once_the_first_may_go_on_and_the_reader_stays_at_the_same_event() -> None:
    first, second = exchange(turn(), "threads.create"), exchange(later_turn(), "threads.add_user_message")
    whole = read_events(first)
    source = await recorded(second)
    source.exchanges.insert(0, first)
    first.outcome = "pending"
    source._events[first.id] = events = list(whole[:3])
    past = PastThread(source)
    await past.go(past.steps.total - 1)
    at = past.moment.event
    events += whole[3:]
    first.outcome = "complete"
    past.refresh()
    assert past.moment.event is at
    assert past.moment.number == 2
    await past.go(len(whole))
    assert past.state.snapshot() == folded(whole, over=True)


async def test_the_eye_says_what_the_widget_shows_so_far_and_of_what_is_to_come_that_it_is() -> None:
    one, other = exchange(turn(), "threads.create"), exchange(later_turn(), "threads.add_user_message")
    past = PastThread(await recorded(one, other))
    await past.go(2)
    views = [past.view(of.id) for of in (one, other)]
    assert [view and (view.behaviour, view.shows) for view in views] == [
        ("Reads 2 events.", "the user's message and nothing after it so far"),
        ("Has not sent it yet at this moment.", ""),
    ]
    await past.go(past.steps.total)
    diagnosis = past.source.diagnoses.get(one.id)
    assert diagnosis is not None
    assert past.view(one.id) == diagnosis.view
    assert past.view("another") is None


async def test_a_later_jump_takes_the_place_of_one_that_is_on_its_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time_travel, "_SLICE", 0.0)
    past = PastThread(await recorded(exchange(turn(), "threads.create")))
    await asyncio.gather(past.go(9), past.go(2))
    assert past.position == 2
    assert looks(past) == looks(await walked(past.source, 2))


async def test_a_file_and_a_failure_are_steps_like_any_other() -> None:
    page = {"data": [user_item(), assistant_item("msg_1", "Hello")], "has_more": False}
    listed = exchange(json.dumps(page).encode(), "items.list", order="asc")
    failed = exchange(b'{"message":"no"}', "threads.add_user_message", status=500, content_type="application/json")
    past = PastThread(await recorded(listed, failed))
    assert past.steps.total == 2
    await past.go(1)
    assert list(past.state.items) == ["msg_user", "msg_1"]
    assert past.moment.event is None
    await past.go(2)
    assert past.moment.exchange is failed
    assert past.transcript.entries[-1].kind == "blank"


async def test_of_a_front_end_one_thread_is_shown_at_a_time_and_the_others_as_it_had_left_them() -> None:
    def other(body: bytes, operation: str = "threads.create") -> Exchange:
        return exchange(body.replace(b"thr_1", b"thr_2").replace(b"msg_", b"two_"), operation, thread_id="thr_2")

    first, second = exchange(turn()), other(turn())
    second.request = exchange(turn()).request
    back = exchange(sse(done(user_item("msg_9")), OPTIONS), "threads.add_user_message")
    traffic = _Traffic([first, second, back])
    source = RelayedThread("app")
    source.follow(traffic)
    await source.caught_up()
    past = PastThread(source)
    await past.go(past.steps.total)
    assert past.state.snapshot() == source.state.snapshot()
    assert [list(past.state.items), past.thread_id] == [["msg_user", "msg_1", "msg_9"], "thr_1"]
    moments = (
        (9, ["msg_user", "msg_1"]),
        (11, ["two_user"]),
        (18, ["two_user", "two_1"]),
        (3, ["msg_user"]),
    )
    for position, shown in moments:
        await past.go(position)
        assert list(past.state.items) == shown, position
    await same_everywhere(source)
    source.close()


class _Traffic:
    """A front end's exchanges, all of which are over."""

    def __init__(self, exchanges: list[Exchange]) -> None:
        self.exchanges = exchanges

    def failure(self, exchange_id: str) -> None:
        return None

    def on_exchange(self, listener: Any) -> Any:
        return lambda: None

    on_data = on_exchange


async def test_the_past_of_a_live_conversation_ends_in_its_present(embedded: Conversation) -> None:
    for message in ("Hello there", "Which time zone is my browser in?"):
        await embedded.send(message)
        await embedded.wait()
    call = next(item for item in embedded.state.items.values() if item.type == "client_tool_call")
    await embedded.submit_tool_output(call.id, {"zone": "Europe/Paris"})
    await embedded.wait()
    await embedded.retry()
    await embedded.wait()
    past = PastThread(embedded)
    await past.go(past.steps.total)
    assert past.state.snapshot() == embedded.state.snapshot()
    assert [one["html"] for one in looks(past)] == [one["html"] for one in looks(embedded)]


async def test_the_past_of_a_thread_that_was_loaded_ends_in_its_present_too(embedded: Conversation) -> None:
    await embedded.send("Hello there")
    await embedded.wait()
    for _ in range(12):
        await embedded.send("Is there anything I should know?")
        await embedded.wait()
    opened = Conversation(ChatKitClient(embedded.client.connection))
    await opened.load(embedded.thread_id or "")
    await opened.wait()
    await opened.send("And now?")
    await opened.wait()
    past = PastThread(opened)
    await past.go(past.steps.total)
    assert past.state.snapshot()["items"] == opened.state.snapshot()["items"]
    await past.go(1)
    assert past.moment.exchange is not None
    assert past.moment.exchange.request.operation == "threads.get_by_id"
