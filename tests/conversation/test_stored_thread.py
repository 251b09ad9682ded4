"""Opening a stored thread: the end of a long one first, the rest in its place, whatever is done meanwhile."""

import asyncio
import random
from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from chat.client import ChatKitClient, Connection
from chat.conversation.conversation import Busy, Conversation
from chat.conversation.recorded import RecordedThread
from chat.conversation.shown_thread import ShownThread
from chat.conversation.transcript import PAGE
from chat.protocol import ThreadState, load_thread
from tests.conversation.conversation_backend import (
    HEAD,
    STOPPABLE,
    THREAD,
    Backend,
    answer,
    done,
    entries,
    question,
    until,
)
from tests.conversation.test_conversation_transcript import Screen


def messages(count: int) -> list[dict[str, Any]]:
    """Questions and answers in turn, an answer at the end of an even number of them."""
    return [(answer if i % 2 else question)(f"Message {i}", f"m{i}") for i in range(count)]


class Stored:
    """What a backend has of one thread, and how it pages: cursors are the ids of items, hidden ones too."""

    def __init__(self, backend: Backend, items: Sequence[dict[str, Any]], hidden: Iterable[str] = ()) -> None:
        self.items = list(items)
        self.hidden = set(hidden)
        self.first = 20
        self.most = 100
        self.gate: asyncio.Event | None = None
        """What ascending pages wait for."""
        self.newest: Any = None
        """What is answered when the end is asked for; a page of it when None."""
        self.thread: dict[str, Any] = THREAD
        self.asked: list[tuple[str, str | None]] = []
        backend.answers["threads.get_by_id"] = lambda _: {**self.thread, "items": self.page(self.first, "asc", None)}
        backend.answers["items.list"] = self.list

    async def list(self, params: dict[str, Any]) -> Any:
        order, after = params["order"], params.get("after")
        self.asked.append((order, after))
        if order == "desc" and self.newest is not None:
            return await self.newest() if callable(self.newest) else self.newest
        if order == "asc" and self.gate is not None:
            await self.gate.wait()
        return self.page(min(params["limit"], self.most), order, after)

    def page(self, limit: int, order: str, after: str | None) -> dict[str, Any]:
        items = self.items if order == "asc" else self.items[::-1]
        start = next((i + 1 for i, item in enumerate(items) if item["id"] == after), 0)
        page = items[start : start + limit]
        more = start + limit < len(items)
        shown = [item for item in page if item["id"] not in self.hidden]
        return {"data": shown, "has_more": more, "after": page[-1]["id"] if more else None}


class Window:
    """A page that shows the conversation and has scrolled nowhere yet."""

    def __init__(self, conversation: Conversation) -> None:
        self.conversation = conversation
        snapshot = conversation.audience.join(self)
        self.screen = Screen(snapshot)
        self.edge, self.older = snapshot["edge"], snapshot["older"]
        self.removed: list[str] = []

    def show(self, n: int, ops: Sequence[list[Any]]) -> None:
        self.screen.frame(n, [op for op in ops if op[0] not in ("running", "tail")])
        for name, *args in ops:
            if name in ("edge", "older"):
                setattr(self, name, args[0])
            elif name == "remove":
                self.removed += args

    def scroll_up(self) -> bool:
        """Fetch what is above; whether there is more."""
        page = self.conversation.audience.page(self.screen.order[0])
        for entry in reversed(page["entries"]):
            self.screen.add(entry, self.screen.order[0])
        self.older = page["older"]
        return bool(page["older"])

    def items(self) -> list[str]:
        """Ids of the items from the first to the last, after scrolling up to the first."""
        self.conversation.audience.now()
        while self.screen.order and self.scroll_up():
            pass
        return [item for key in self.screen.order if (item := self.screen.entries[key]["item"])]


def ids(conversation: ShownThread) -> list[str]:
    return list(conversation.state.items)


async def opened(conversation: Conversation) -> asyncio.Task[None]:
    """Load the thread until its end is there."""
    loading = asyncio.create_task(conversation.load("thr_1"))
    await until(lambda: not conversation.loading and conversation.state.items)
    return loading


# --- the end first ----------------------------------------------------------------------------------------------------


async def test_the_end_is_there_while_the_backend_still_holds_back_the_rest(
    backend: Backend, conversation: Conversation
) -> None:
    stored = Stored(backend, messages(2000))
    stored.gate = asyncio.Event()
    window = Window(conversation)
    loading = await opened(conversation)
    conversation.audience.now()
    assert ids(conversation) == [f"m{i}" for i in range(1960, 2000)]
    assert [window.screen.entries[key]["item"] for key in window.screen.order] == ids(conversation)
    assert (window.edge, window.older) == ("loading", False)
    assert (Window(conversation).edge, conversation.transcript.edge) == ("loading", "loading")
    assert not conversation.composer.empty
    assert not loading.done()
    at_first = list(window.screen.order)
    stored.gate.set()
    await loading
    conversation.audience.now()
    assert (window.edge, window.older) == ("", True)
    assert (window.screen.order, window.removed) == (at_first, []), "what the reader sees is not touched"
    assert ids(conversation) == window.items() == [f"m{i}" for i in range(2000)]
    assert stored.asked[0] == ("desc", None)
    assert [order for order, _ in stored.asked[1:]] == ["asc"] * 20


async def test_a_thread_of_one_page_is_not_asked_for_its_end(backend: Backend, conversation: Conversation) -> None:
    stored = Stored(backend, messages(20))
    await conversation.load("thr_1")
    assert (ids(conversation), stored.asked) == ([f"m{i}" for i in range(20)], [])


async def refused() -> int:
    return 500


@pytest.mark.parametrize(
    "newest",
    [
        refused,
        b"not JSON",
        {"data": [], "has_more": True, "after": "x"},
        {"data": messages(40), "has_more": True, "after": "m39"},
        {"data": [{"type": "assistant_message"}], "has_more": False},
        {"data": [None, 3], "has_more": False},
        {"data": [messages(300)[299]] * 2, "has_more": True, "after": "x"},
    ],
    ids=["failed", "no JSON", "empty", "order ignored", "no ids", "no items", "twice"],
)
async def test_an_end_that_cannot_be_one_costs_nothing_but_its_request(
    newest: Any, backend: Backend, conversation: Conversation
) -> None:
    stored = Stored(backend, messages(300))
    stored.newest = newest
    edges: list[str] = []
    conversation.on_change(lambda *_: edges.append(conversation.transcript.edge))
    await conversation.load("thr_1")
    assert ids(conversation) == Window(conversation).items() == [f"m{i}" for i in range(300)]
    assert set(edges) == {""}, "no end was shown"
    assert entries(conversation, "error") == []


async def test_an_end_that_does_not_come_is_not_waited_for(
    backend: Backend, conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chat.client.history.PATIENCE", 0.1)
    stored, never = Stored(backend, messages(100)), asyncio.Event()
    stored.newest = never.wait
    await conversation.load("thr_1")
    assert ids(conversation) == [f"m{i}" for i in range(100)]
    never.set()


# --- a whole walk is what counts --------------------------------------------------------------------------------------


def odd_backend(chance: random.Random, backend: Backend) -> Stored:
    """A backend that pages as the protocol allows in ascending order, and in descending order as it likes."""
    count = chance.choice([0, 1, 19, 20, 21, 25, 41, 60, 61, 119, 120, 121, 300])
    items = messages(count)
    for item in chance.sample(items, k=count // 20):
        item["type"] = chance.choice(["end_of_turn", "hologram", "task", "hidden_context_item"])
    hidden = {item["id"] for item in items if chance.random() < chance.choice([0, 0, 0.3, 0.9])}
    stored = Stored(backend, items, hidden)
    stored.first, stored.most = chance.choice([1, 5, 20]), chance.choice([1, 7, 40, 100])
    right = stored.page(PAGE, "desc", None)
    data = right["data"]
    others = [answer("From elsewhere", f"x{i}") for i in range(5)]
    stored.newest = chance.choice(
        [
            None,
            None,
            None,
            refused,
            stored.page(PAGE, "asc", None),
            {**right, "data": data[::-1]},
            {**right, "data": chance.sample(data, k=len(data))},
            {**right, "data": data[::2]},
            {**right, "data": data[3:]},
            {**right, "data": [{**item, "content": []} for item in data]},
            {**right, "data": others + data},
            {**right, "data": others},
        ]
    )
    return stored


@pytest.mark.parametrize("seed", range(60))
async def test_what_is_shown_in_the_end_is_what_the_whole_walk_gives(
    seed: int, backend: Backend, conversation: Conversation
) -> None:
    chance = random.Random(seed)
    odd_backend(chance, backend)
    walked = await ChatKitClient(Connection(backend.url)).load_thread("thr_1")
    expected = ThreadState()
    thread = walked.thread.model_dump(mode="json")
    load_thread(expected, {**thread, "items": {"data": walked.raw_items, "has_more": False}})
    early, late = Window(conversation), None
    loading = asyncio.create_task(conversation.load("thr_1"))
    while not loading.done():
        await asyncio.sleep(0)
        if conversation.state.items and late is None:
            late = Window(conversation)
            if chance.random() < 0.5 and late.screen.order:
                late.scroll_up()
    await loading
    assert conversation.state.snapshot() == expected.snapshot()
    assert conversation.state.drawn_count == expected.drawn_count
    visible = [item.id for item in expected.visible_items()]
    for window in filter(None, (early, late, Window(conversation))):
        assert window.items() == visible
    assert conversation.transcript.edge == ""
    sources = {entry.state.id: entry.source() for entry in conversation.transcript.entries if entry.state}
    fresh = Conversation(conversation.client)
    fresh.transcript.rebuild(expected)
    assert sources == {entry.state.id: entry.source() for entry in fresh.transcript.entries if entry.state}


# --- what cannot be read ----------------------------------------------------------------------------------------------


async def test_the_end_stays_when_a_page_above_it_fails(backend: Backend, conversation: Conversation) -> None:
    stored = Stored(backend, messages(500))
    pages = stored.list

    async def fails_in_the_middle(params: dict[str, Any]) -> Any:
        return 500 if params.get("after") == "m119" else await pages(params)

    backend.answers["items.list"] = fails_in_the_middle
    window = Window(conversation)
    await conversation.load("thr_1")
    assert ids(conversation) == window.items() == [f"m{i}" for i in range(460, 500)]
    assert (window.edge, window.older) == ("missing", False)
    (error,) = entries(conversation, "error")
    assert [action["do"] for action in error.actions] == ["reload"]
    backend.answers["items.list"] = pages
    await conversation.load("thr_1")
    assert ids(conversation) == window.items() == [f"m{i}" for i in range(500)]
    assert (window.edge, entries(conversation, "error")) == ("", [])


async def test_nothing_is_missing_when_only_a_page_of_the_end_fails(
    backend: Backend, conversation: Conversation
) -> None:
    stored = Stored(backend, messages(150))
    stored.most = 30
    pages = stored.list

    async def fails_at_the_end(params: dict[str, Any]) -> Any:
        return 500 if params.get("after") == "m139" else await pages(params)

    backend.answers["items.list"] = fails_at_the_end
    await conversation.load("thr_1")
    assert ids(conversation) == [f"m{i}" for i in range(150)]
    assert conversation.transcript.edge == ""
    assert len(entries(conversation, "error")) == 1


async def test_pages_that_go_round_in_a_circle_are_said_and_the_end_stays(
    backend: Backend, conversation: Conversation
) -> None:
    stored = Stored(backend, messages(500))
    pages = stored.list

    async def circle(params: dict[str, Any]) -> Any:
        page = await pages(params)
        return {**page, "after": "m19"} if params.get("after") == "m119" else page

    backend.answers["items.list"] = circle
    await conversation.load("thr_1")
    assert ids(conversation) == [f"m{i}" for i in range(460, 500)]
    assert conversation.transcript.edge == "missing"
    (remark,) = entries(conversation, "remark")
    assert "for the second time" in (remark.html or "")


# --- what is done meanwhile -------------------------------------------------------------------------------------------


async def test_a_message_sent_meanwhile_goes_first_and_the_rest_follows_its_answer(
    backend: Backend, conversation: Conversation
) -> None:
    stored, typing = Stored(backend, messages(500)), asyncio.Event()
    stored.gate = asyncio.Event()
    said = [question("More", "u_new"), answer("Much more", "a_new")]
    backend.answers["threads.add_user_message"] = [done(said[0]), STOPPABLE, typing, done(said[1])]
    window = Window(conversation)
    loading = await opened(conversation)
    await until(lambda: len(stored.asked) == 2)
    await conversation.send("More")
    await loading
    await until(lambda: "u_new" in conversation.state.items)
    stored.items += said
    stored.gate.set()
    typing.set()
    await conversation.wait()
    await until(lambda: conversation.transcript.edge == "")
    expected = [f"m{i}" for i in range(500)] + ["u_new", "a_new"]
    assert ids(conversation) == window.items() == expected
    assert conversation.state.drawn_count == len(expected)
    assert window.removed != [], "the pending message went"
    assert [exchange.outcome for exchange in conversation.exchanges].count("cancelled") == 1
    operations = [exchange.request.operation for exchange in conversation.exchanges]
    turn = operations.index("threads.add_user_message")
    assert operations[:turn] == ["threads.get_by_id", "items.list", "items.list"]
    assert set(operations[turn + 1 :]) == {"items.list"}
    wrong = [finding.rule_id for one in conversation.exchanges for finding in _findings(conversation, one.id)]
    assert [rule for rule in wrong if not rule.startswith("time/")] == []


def _findings(conversation: Conversation, exchange_id: str) -> Any:
    diagnosis = conversation.diagnoses.get(exchange_id)
    assert diagnosis is not None
    return diagnosis.findings


async def test_what_a_retry_has_taken_away_does_not_come_back(backend: Backend, conversation: Conversation) -> None:
    stored = Stored(backend, messages(200))
    stored.gate = asyncio.Event()
    window = Window(conversation)
    loading = await opened(conversation)

    def again(params: dict[str, Any]) -> list[Any]:
        place = [item["id"] for item in stored.items].index(params["item_id"])
        stored.items[place + 1 :] = [answer("Another answer", "a_new")]
        return [done(stored.items[-1])]

    backend.answers["threads.retry_after_item"] = again
    await conversation.retry("m181")
    await loading
    stored.gate.set()
    await conversation.wait()
    await until(lambda: conversation.transcript.edge == "")
    assert ids(conversation) == window.items() == [*[f"m{i}" for i in range(181)], "a_new"]


async def test_an_unsent_message_and_an_error_keep_their_place_below_the_end(
    backend: Backend, conversation: Conversation
) -> None:
    stored = Stored(backend, messages(200))
    stored.gate = asyncio.Event()
    backend.answers["threads.add_user_message"] = 500
    loading = await opened(conversation)
    await conversation.send("More")
    await loading
    await conversation.wait()
    stored.gate.set()
    await until(lambda: conversation.transcript.edge == "")
    kinds = [entry.kind for entry in conversation.transcript.entries]
    assert kinds[199:202] == ["assistant_message", "pending", "error"]
    assert ids(conversation) == [f"m{i}" for i in range(200)]


async def test_a_new_title_is_not_lost(backend: Backend, conversation: Conversation) -> None:
    stored = Stored(backend, messages(200))
    stored.gate = asyncio.Event()
    loading = await opened(conversation)
    conversation.rename("New")
    stored.gate.set()
    await loading
    assert (conversation.title, len(conversation.state.items)) == ("New", 200)
    assert conversation.state.snapshot()["thread"]["title"] == "New"


async def test_nothing_is_sent_into_a_thread_of_which_nothing_is_there_yet(
    backend: Backend, conversation: Conversation
) -> None:
    gate = asyncio.Event()

    async def later(_: dict[str, Any]) -> dict[str, Any]:
        await gate.wait()
        return {**THREAD, "items": {"data": messages(2), "has_more": False}}

    backend.answers["threads.get_by_id"] = later
    loading = asyncio.create_task(conversation.load("thr_1"))
    await until(lambda: conversation.loading)
    with pytest.raises(Busy, match="loaded"):
        await conversation.send("Hi")
    gate.set()
    await loading
    assert backend.operations == ["threads.get_by_id"]


async def test_a_conversation_that_is_closed_reads_no_more(backend: Backend, conversation: Conversation) -> None:
    stored = Stored(backend, messages(500))
    stored.gate = asyncio.Event()
    loading = await opened(conversation)
    await until(lambda: len(stored.asked) == 2)
    conversation.close()
    await loading
    assert conversation.exchanges[-1].outcome == "cancelled"
    stored.gate.set()
    assert len(conversation.state.items) == PAGE


async def test_a_widget_action_meanwhile_is_not_undone(backend: Backend, conversation: Conversation) -> None:
    stored = Stored(backend, messages(200))
    stored.gate = asyncio.Event()
    backend.answers["threads.sync_custom_action"] = {"updated_item": answer("Updated", "m199")}
    loading = await opened(conversation)
    await conversation.widget_action("m199", {"type": "tick", "streaming": False})
    stored.gate.set()
    await loading
    assert conversation.state.items["m199"].text(0) == "Updated"
    assert ids(conversation) == [f"m{i}" for i in range(200)]


# --- recordings and findings ------------------------------------------------------------------------------------------


async def test_a_recording_of_it_shows_the_same(backend: Backend, conversation: Conversation) -> None:
    Stored(backend, messages(300))
    await conversation.load("thr_1")
    recorded = RecordedThread("recording.jsonl")
    await recorded.replay(conversation.exchanges)
    assert ids(recorded) == [f"m{i}" for i in range(300)]
    assert recorded.state.drawn_count == 300


async def test_the_embedded_backend_raises_no_alarm(embedded: Conversation) -> None:
    for _ in range(13):
        await embedded.send("Show me a form")
        await embedded.wait()
    again = Conversation(embedded.client)
    await again.load(str(embedded.thread_id))
    assert ids(again) == ids(embedded)
    await again.retry()
    await again.wait()
    await again.send("Thank you")
    await again.wait()
    assert [exchange.outcome for exchange in again.exchanges] == ["complete"] * len(again.exchanges)
    orders = [
        b'"desc"' in exchange.request.body for exchange in again.exchanges if exchange.request.operation == "items.list"
    ]
    assert orders == [True, False]
    assert [finding for one in again.exchanges for finding in _findings(again, one.id)] == []


# --- a question without an answer -------------------------------------------------------------------------------------


async def test_a_thread_that_ends_with_the_users_message_can_be_tried_again(
    backend: Backend, conversation: Conversation
) -> None:
    stored = Stored(backend, messages(3))
    backend.answers["threads.retry_after_item"] = [done(answer("Here it is", "a_new"))]
    await conversation.load("thr_1")
    (offer,) = entries(conversation, "remark")
    assert "No answer was stored" in (offer.html or "")
    assert [action["do"] for action in offer.actions] == ["retry"]
    assert stored.asked == []
    await conversation.retry()
    await conversation.wait()
    assert backend.requests[-1]["params"] == {"thread_id": "thr_1", "item_id": "m2"}
    assert entries(conversation, "remark") == []
    assert ids(conversation) == ["m0", "m1", "m2", "a_new"]


async def test_of_a_long_thread_that_is_offered_at_once_and_once(backend: Backend, conversation: Conversation) -> None:
    stored = Stored(backend, messages(201))
    stored.gate = asyncio.Event()
    loading = await opened(conversation)
    assert len(entries(conversation, "remark")) == 1
    stored.gate.set()
    await loading
    assert len(entries(conversation, "remark")) == 1
    assert conversation.transcript.entries[-1].kind == "remark"


async def test_another_message_takes_the_offer_away(backend: Backend, conversation: Conversation) -> None:
    stored = Stored(backend, messages(201))
    stored.gate = asyncio.Event()
    backend.answers["threads.add_user_message"] = [done(question("Hello?", "u_new"))]
    loading = await opened(conversation)
    await conversation.send("Hello?")
    assert entries(conversation, "remark") == []
    await loading
    await conversation.wait()
    stored.gate.set()
    await until(lambda: conversation.transcript.edge == "")
    assert all("No answer" not in (entry.html or "") for entry in entries(conversation, "remark"))


@pytest.mark.parametrize(
    ("items", "thread"),
    [
        (messages(4), THREAD),
        ([], THREAD),
        ([*messages(3), {**HEAD, "id": "end", "type": "end_of_turn"}], THREAD),
        (messages(3), {**THREAD, "status": {"type": "locked", "reason": "Closed for the night"}}),
    ],
    ids=["answered", "empty", "turn ended", "locked"],
)
async def test_nothing_is_offered_where_nothing_is_missing_or_nothing_may_be_asked(
    items: list[Any], thread: dict[str, Any], backend: Backend, conversation: Conversation
) -> None:
    Stored(backend, items).thread = thread
    await conversation.load("thr_1")
    assert entries(conversation, "remark") == []
