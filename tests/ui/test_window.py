"""What a window asks of the backend, and when; and what is left of a window that nobody looks at."""

import asyncio
import gc
import json
import weakref
from pathlib import Path
from typing import Any

import pytest
from nicegui import Client, core
from nicegui.page import page

from chat.ui.address import Place
from chat.ui.page import build_page
from chat.ui.profiles import Profiles
from chat.ui.window import Window
from chat.ui.workbench import Workbench
from tests.conversation.conversation_backend import THREAD, Backend, answer, question, until

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
    window.reached(None, "Connected · 0 threads")
    assert "http://" in pane._words.text
    window.use(window.profile)
    window.reached(None, "Connected · 0 threads")
    assert pane._words.text == "Connected · 0 threads"
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
    await window.rename("thr_1", "Another")
    assert window.title.text == "Another"
    for threads in lists:
        assert threads.titles() == [("thr_1", "Another")]
    state = window.source.state()
    assert state is not None
    assert (state.title, state.snapshot()["thread"]["title"]) == ("Another", "Another")
    for one in (client, other_client):
        one.delete()


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
