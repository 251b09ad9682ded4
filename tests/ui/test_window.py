"""What a window asks of the backend, and when; and what is left of a window that nobody looks at."""

import asyncio
import gc
import json
import threading
import weakref
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from nicegui import Client, core
from nicegui.page import page

from chat.exchanges.recording import Recording
from chat.ui.address import Place
from chat.ui.bridge import KIND
from chat.ui.page import build_page
from chat.ui.profiles import Profiles
from chat.ui.window import Window
from chat.ui.workbench import Workbench
from tests.conversation.conversation_backend import CREATED, THREAD, Backend, answer, done, question, until

LIST = {"data": [], "has_more": False}
MODELS = [{"id": "slow", "label": "Slow"}, {"id": "old", "label": "Old", "disabled": True}]
STORED = {**THREAD, "title": "Stored", "items": {"data": [question("Hi"), answer("Stored words")], "has_more": False}}


@pytest.fixture
async def workbench(backend: Backend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workbench:
    monkeypatch.setattr(core, "loop", asyncio.get_running_loop())  # which only ui.run sets, and this too
    monkeypatch.setattr(core.app.config, "message_history_length", 1000, raising=False)
    backend.answers = {"threads.list": LIST, "threads.get_by_id": STORED}
    profiles = Profiles(tmp_path / "profiles.json", backend.url)
    return Workbench(profiles, profiles.embedded.id)


def fetch(workbench: Workbench, thread_id: str = "") -> tuple[Client, Window]:
    """What a GET of the page makes, before a browser has connected."""
    client = Client(page("/", reconnect_timeout=30))
    with client:
        window = Window(workbench, workbench.profiles.embedded)
        build_page(window, Place(window.profile.id, thread_id))
    return client, window


def connect(client: Client) -> None:
    """The browser's socket has shaken hands: for the first time, or again after a cut."""
    client.tab_id = "tab"
    for handler in client.connect_handlers:
        client.safe_invoke(handler)


async def settled(backend: Backend) -> list[str]:
    """Every operation that was asked for; whatever was to be sent has been."""
    for _ in range(20):
        await asyncio.sleep(0)
    await asyncio.sleep(0.05)
    return backend.operations


async def test_a_page_that_was_only_fetched_asks_nothing(workbench: Workbench, backend: Backend) -> None:
    pages = [fetch(workbench), fetch(workbench, "thr_1")]
    assert await settled(backend) == []
    for client, _ in pages:
        client.delete()
    assert await settled(backend) == [], "nor does it when it goes"


async def test_it_asks_when_it_connects_and_not_again_when_it_comes_back(
    workbench: Workbench, backend: Backend
) -> None:
    client, window = fetch(workbench, "thr_1")
    connect(client)
    await until(lambda: window.thread.thread_id == "thr_1" and len(backend.operations) == 2)
    client.tab_id = None
    connect(client)
    assert sorted(await settled(backend)) == ["threads.get_by_id", "threads.list"]
    client.delete()


async def test_why_an_address_is_refused_outlasts_an_answer_that_was_on_its_way(workbench: Workbench) -> None:
    client, window = fetch(workbench)
    pane = window.connection
    pane.go("localhost:8000/chatkit")
    window.listing.reached(None, "Connected · 0 threads")
    assert "http://" in pane._words.text
    window.use(window.profile)
    window.listing.reached(None, "Connected · 0 threads")
    assert pane._words.text == "Connected · 0 threads"
    client.delete()


async def test_of_another_backend_nothing_is_said_at_once_that_is_of_the_one_before(
    workbench: Workbench, backend: Backend
) -> None:
    client, window = fetch(workbench)
    connect(client)
    state = window.connection._state
    await until(lambda: "ok" in state.classes)
    window.use(workbench.profiles.at(backend.url + "/elsewhere"))
    assert state.props["data-url"].endswith("/elsewhere")
    assert "busy" in state.classes
    client.delete()


async def test_nothing_is_said_of_a_stored_thread_before_it_is_loaded(workbench: Workbench) -> None:
    client, window = fetch(workbench, "thr_1")
    assert window.thread.loading
    assert not window.thread.composer.empty, "no start screen"
    client.delete()


async def test_a_thread_that_was_deleted_meanwhile_is_not_asked_for(workbench: Workbench, backend: Backend) -> None:
    client, _ = fetch(workbench, "thr_1")
    workbench.forget_thread(workbench.profiles.embedded.id, "thr_1")
    connect(client)
    await until(lambda: backend.operations)
    assert await settled(backend) == ["threads.list"]
    client.delete()


async def test_pages_that_never_connect_are_gone_with_all_they_held(workbench: Workbench) -> None:
    pages = [fetch(workbench, "thr_1" if number % 2 else "") for number in range(60)]
    held: list[weakref.ref[Any]] = [weakref.ref(window) for _, window in pages]
    held += [weakref.ref(window.thread) for _, window in pages]
    ids = [window.thread.id for _, window in pages]
    pages.clear()
    Client.prune_instances(client_age_threshold=-1)
    assert workbench.windows == set()
    assert [one for one in ids if workbench.shown(one)] == []
    await until(lambda: gc.collect() >= 0 and not any(one() for one in held))


async def test_a_thread_that_was_shown_is_still_at_hand_after_its_page(workbench: Workbench) -> None:
    client, window = fetch(workbench, "thr_1")
    connect(client)
    await until(lambda: window.thread.thread_id == "thr_1" and not window.thread.loading)
    conversation = window.thread
    client.delete()
    assert workbench.live_conversation(workbench.profiles.embedded, "thr_1") is conversation


async def test_a_renamed_thread_has_its_title_in_the_head_the_list_and_the_state(
    workbench: Workbench, backend: Backend
) -> None:
    backend.answers["threads.list"] = {"data": [{**STORED, "items": LIST}], "has_more": False}
    backend.answers["threads.update"] = lambda params: {**STORED, "title": params["title"]}
    (client, window), (other_client, other) = fetch(workbench, "thr_1"), fetch(workbench)
    for one in (client, other_client):
        connect(one)
    lists = window.threads, other.threads
    await until(lambda: window.title.text == "Stored" and all(threads.titles() for threads in lists))
    await window.listing.rename("thr_1", "Another")
    assert window.title.text == "Another"
    for threads in lists:
        assert threads.titles() == [("thr_1", "Another")]
    state = window.source.state()
    assert state is not None
    assert (state.title, state.snapshot()["thread"]["title"]) == ("Another", "Another")
    for one in (client, other_client):
        one.delete()


async def test_what_was_told_of_the_list_of_threads_stays_so_while_it_waits(
    workbench: Workbench, backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend.answers["threads.list"] = {"data": [{**STORED, "items": LIST}], "has_more": True, "after": "thr_1"}
    client, window = fetch(workbench)
    waiting: list[dict[str, Any]] = []
    monkeypatch.setattr(client.outbox, "enqueue_message", lambda kind, data, _: waiting.append(data | {"kind": kind}))
    connect(client)
    await until(lambda: window.threads.titles())
    told = [data for data in waiting if data["kind"] == KIND and data["to"] == window.threads.html_id]
    states = [(data["call"], data["args"][-1]["busy"], data["args"][-1]["more"]) for data in told]
    assert states == [("reset", True, False), ("append", False, True)], "an empty list would ask for more at once"
    client.delete()


async def test_the_palette_has_what_the_host_page_offers(workbench: Workbench, backend: Backend) -> None:
    options = {"composer": {"tools": [{"id": "maps", "label": "Maps", "icon": "maps"}], "models": MODELS}}
    workbench.hosts.options.keep(workbench.profiles.embedded.id, json.dumps(options))
    client, window = fetch(workbench)
    connect(client)
    await settled(backend)
    offered = {command.id: command for command in await window.commands.available()}
    assert offered["tool:maps"].title == "Maps"
    assert "model:slow" in offered
    assert "model:old" not in offered, "it cannot be chosen"


def addresses(client: Client) -> list[str]:
    """The queries that the page's browser is told to have, in order, from now on."""
    told: list[str] = []

    def run(code: str, **_: Any) -> None:
        if "history." in code:
            told.append(json.loads(code.rpartition(" + ")[2].removesuffix(")")))

    client.run_javascript = run  # type: ignore[method-assign, assignment]
    return told


async def test_what_a_link_leads_to_is_no_part_of_the_address_of_a_thread_that_is_opened_meanwhile(
    workbench: Workbench, backend: Backend
) -> None:
    client, window = fetch(workbench, "thr_1")
    told = addresses(client)
    window.links.go_to("?thread=thr_1&exchange=some&event=3")
    window.open_thread("thr_2")
    window.links.follow()
    await until(lambda: not window.thread.loading)
    await settled(backend)
    assert told[0] == "?thread=thr_2"
    assert not any("exchange" in query for query in told)
    client.delete()


async def test_a_recording_whose_link_was_left_before_it_was_read_does_not_come_up(workbench: Workbench) -> None:
    client, window = fetch(workbench)
    told, reading, asked = addresses(client), threading.Event(), threading.Event()

    def read(key: str) -> Recording:
        asked.set()
        reading.wait(10)
        return Recording([], name="Late")

    library = SimpleNamespace(read=read, list=list)
    workbench.keeping = cast(Any, SimpleNamespace(library=library))
    window.links.go_to("?recording=20260101-000000-late")
    await until(asked.is_set)
    thread = window.new_thread()
    reading.set()
    await until(lambda: not any(task.get_name() == "linked recording" for task in asyncio.all_tasks()))
    assert window.thread is thread
    assert told == [""]
    client.delete()


async def test_the_page_is_told_of_threads_answers_and_tools_as_the_widgets_page_is(
    workbench: Workbench, backend: Backend
) -> None:
    client, window = fetch(workbench)
    backend.answers["threads.create"] = [CREATED, done(question("Hi")), done(answer("Hello"))]
    conversation = window.conversation
    assert conversation is not None
    await conversation.send("Hi")
    await conversation.wait()
    events = window.host_events.shown
    assert [(one.name, one.detail) for one in events] == [
        ("chatkit.response.start", None),
        ("chatkit.thread.change", {"threadId": "thr_1"}),
        ("chatkit.response.end", None),
    ]
    window.told.tool_is("maps")
    assert (events[-1].name, events[-1].detail) == ("chatkit.tool.change", {"toolId": "maps"})
    backend.answers["threads.add_user_message"] = [done(question("More", "u2")), asyncio.Event()]
    await conversation.send("More")
    await until(lambda: "u2" in conversation.state.items)
    window.new_thread()
    assert [one.name for one in events[-2:]] == ["chatkit.response.start", "chatkit.response.end"], "it was left"
    assert [one.detail for one in window.host_events.shown] == [{"threadId": None}]
    conversation.stop()
    await conversation.wait()
    client.delete()


@pytest.mark.parametrize(("status", "ends"), [(200, True), (404, False)])
async def test_the_page_is_told_that_an_opened_thread_is_read(
    workbench: Workbench, backend: Backend, status: int, ends: bool
) -> None:
    client, window = fetch(workbench)
    connect(client)
    page = {"data": [question("Hi")], "has_more": False}
    backend.answers["threads.get_by_id"] = {**THREAD, "items": page} if status == 200 else status
    conversation = window.open_thread("thr_1")
    await until(lambda: not conversation.loading)
    events = window.host_events.shown
    told = ["chatkit.thread.change", "chatkit.thread.load.start", *["chatkit.thread.load.end"] * ends]
    await until(lambda: len(events) >= len(told))
    assert [(one.name, one.detail) for one in events] == [(name, {"threadId": "thr_1"}) for name in told]
    client.delete()


async def test_after_a_failure_no_end_is_told(workbench: Workbench, backend: Backend) -> None:
    client, window = fetch(workbench)
    backend.answers["threads.create"] = 500
    conversation = window.conversation
    assert conversation is not None
    await conversation.send("Hi")
    await conversation.wait()
    assert [one.name for one in window.host_events.shown] == ["chatkit.response.start"]
    client.delete()
