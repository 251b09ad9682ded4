"""Recordings in the page: what is kept, the list of it, and that no secret gets into the data folder."""

import json
import secrets
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from chat.exchanges import Exchange, Recording, import_exchanges, read_recording, write_recording
from chat.exchanges.recording import dumps, dumps_recording
from chat.recordings import Library
from tests.browser.conftest import (
    TOAST,
    Foreign,
    Workbench,
    assistant_item,
    click_saying,
    thread,
    until,
    user_item,
)
from tests.conftest import Running, Start, start_workbench
from tests.recordings.conftest import ERROR, threads, turn

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A workbench for the tests that bring the recordings they list."""
    running = start_workbench(tmp_path_factory.mktemp("shelf") / "data")
    yield running
    running.stop()


@pytest.fixture
def shelf(lasting: Running) -> Path:
    """Its folder of recordings, in which there is none."""
    folder = lasting.data / "recordings"
    for path in folder.glob("*.jsonl"):
        path.unlink()
    return folder


@pytest.fixture(scope="module")
def lasting_app(lasting: Running, lasting_context: BrowserContext) -> Workbench:
    return Workbench(lasting_context.new_page(), lasting.url).open()


@pytest.fixture
def app(lasting_app: Workbench) -> Workbench:
    """A page of it that tests share: they leave nothing but what they have opened."""
    return lasting_app.at_home()


@pytest.fixture
def library(start: Start, tmp_path: Path) -> Library:
    """The library of a workbench that is not started yet."""
    return Library(tmp_path / "data" / "recordings")


def opened(context: BrowserContext, running: Running) -> Workbench:
    return listed(Workbench(context.new_page(), running.url).open())


def listed(app: Workbench) -> Workbench:
    """The page with the list of recordings."""
    app.page.get_by_test_id("open-recordings").click()
    expect(app.page.get_by_test_id("recordings")).to_be_visible()
    return app


def rows(page: Page) -> Locator:
    return page.get_by_test_id("recording-row")


def row(page: Page, words: str) -> Locator:
    return rows(page).filter(has_text=words)


def recorded(running: Running) -> list[Recording]:
    """What is on disk: of a file that begins just now, nothing is."""
    paths = sorted((running.data / "recordings").glob("*.jsonl"))
    return [read_recording(path) for path in paths if b"\n" in path.read_bytes()]


def dropped(page: Page, name: str, data: bytes) -> None:
    """Drop a file on the list."""
    transfer = page.evaluate_handle(
        "([name, text]) => { const all = new DataTransfer(); all.items.add(new File([text], name)); return all; }",
        [name, data.decode()],
    )
    page.locator(".recordings").dispatch_event("drop", {"dataTransfer": transfer})


# --- the list --------------------------------------------------------------------------------------------------------


def test_a_recording_is_found_opened_renamed_and_deleted(shelf: Path, app: Workbench) -> None:
    write_recording(Recording([threads(), turn(broken=True)], [ERROR], source="the relay"), shelf / "broken.jsonl")
    write_recording(Recording([threads()], name="Only a list"), shelf / "list.jsonl")
    page = listed(app).page
    expect(rows(page)).to_have_count(2)
    page.get_by_test_id("search-recordings").fill("to do")
    expect(rows(page)).to_have_count(1)
    expect(page.get_by_test_id("recording-count")).to_have_text("1 of 2")
    broken = row(page, "What is to do?")
    expect(broken).to_contain_text("1 turn")
    expect(broken.locator(".ex-found.is-error")).to_have_text("1")
    broken.get_by_test_id("rename-recording").click()
    page.get_by_test_id("recording-name").fill("It broke")
    page.get_by_test_id("recording-name").press("Enter")
    page.get_by_test_id("search-recordings").fill("")
    expect(row(page, "It broke")).to_contain_text("What is to do?")
    row(page, "Only a list").get_by_test_id("delete-recording").click()
    expect(rows(page)).to_have_count(1)
    page.get_by_test_id("restore-recording").click()
    expect(rows(page)).to_have_count(2)
    row(page, "It broke").locator(".rec-turns").click()  # anywhere in the row, as on its name
    expect(page.get_by_test_id("recordings")).to_have_count(0)
    expect(page.get_by_test_id("recording")).to_contain_text("It broke")
    expect(page.locator("[data-testid=item][data-item-type=assistant_message]")).to_contain_text("Orders")
    expect(page.get_by_text("told its page")).to_be_visible()


def test_a_name_that_is_being_typed_stays_while_the_list_is_read_again(shelf: Path, app: Workbench) -> None:
    write_recording(Recording([threads()], name="Only a list"), shelf / "list.jsonl")
    page = listed(app).page
    row(page, "Only a list").get_by_test_id("rename-recording").click()
    field = page.get_by_test_id("recording-name")
    field.fill("Half of a na")
    dropped(page, "another.jsonl", dumps_recording(Recording([threads()])))
    expect(rows(page)).to_have_count(2)
    field.press_sequentially("me")
    field.press("Enter")
    expect(row(page, "Half of a name")).to_be_visible()


@pytest.mark.parametrize("form", ["jsonl", "har", "curl", "html"])
def test_a_recording_is_saved_in_every_form(form: str, shelf: Path, app: Workbench) -> None:
    session = Recording([threads(), turn()], [ERROR], "The day it broke")
    write_recording(session, shelf / "session.jsonl")
    page = listed(app).page
    rows(page).get_by_test_id("export-recording").click()
    with page.expect_download() as download:
        rows(page).get_by_test_id(f"export-{form}").click()
    ending = {"curl": "sh"}.get(form, form)
    assert download.value.suggested_filename == f"The-day-it-broke.{ending}"
    data = Path(download.value.path()).read_bytes()
    if form in ("jsonl", "har"):
        again = import_exchanges(data, form)
        assert [one.chunks for one in again.exchanges] == [one.chunks for one in session.exchanges]
        assert again.host_events == (ERROR,)
    else:
        assert data.count(b"curl -sS" if form == "curl" else b'class="exchange"') == 2


def test_files_are_kept_when_they_are_dropped_and_text_when_it_is_pasted(shelf: Path, app: Workbench) -> None:
    page = listed(app).page
    expect(page.get_by_test_id("no-recordings")).to_be_visible()
    dropped(page, "session.jsonl", dumps_recording(Recording([threads(), turn()], name="From a colleague")))
    expect(row(page, "From a colleague")).to_contain_text("session.jsonl")
    dropped(page, "answer.txt", b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: [DONE]\n\n")
    expect(row(page, "answer")).to_be_visible()
    page.evaluate(
        """() => { const all = new DataTransfer(); all.setData("text", 'data: {"type":"thread.created"}\\n\\n');
        document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: all, bubbles: true })); }"""
    )
    expect(row(page, "pasted text")).to_be_visible()
    dropped(page, "photo.gz", b"\x1f\x00\x01\x02\x03\x04\x05")
    expect(page.get_by_test_id("recordings-problem")).to_contain_text("is not text")
    expect(rows(page)).to_have_count(3)


def test_what_was_refused_stays_said_while_the_list_is_read_again_by_itself(shelf: Path, app: Workbench) -> None:
    page = listed(app).page
    read = []

    def unfinished(route: Route) -> None:
        if route.request.method != "GET":
            route.continue_()
            return
        answer = route.fetch()
        read.append(answer)
        route.fulfill(response=answer, json={**answer.json(), "left": 1})

    page.route("**/workbench/recordings", unfinished)
    dropped(page, "photo.gz", b"\x1f\x00\x01\x02\x03\x04\x05")
    problem = page.get_by_test_id("recordings-problem")
    expect(problem).to_contain_text("is not text")
    read.clear()
    until(page, lambda: len(read) > 2)
    expect(problem).to_contain_text("is not text")
    page.unroute_all(behavior="wait")


def test_a_damaged_file_is_listed_with_the_reason(shelf: Path, app: Workbench) -> None:
    (shelf / "mine.jsonl").write_bytes(dumps(threads()).split(b"\n")[0] + b"\n{oh\n")
    page = listed(app).page
    expect(row(page, "mine")).to_contain_text("damaged at line 2")
    expect(row(page, "mine").get_by_test_id("open-recording")).to_be_disabled()
    with page.expect_download() as download:
        row(page, "mine").get_by_test_id("export-recording").click()
    assert Path(download.value.path()).read_bytes().endswith(b"{oh\n")


def test_limits_are_shown_and_set(library: Library, start: Start, context: BrowserContext) -> None:
    library.close()
    page = opened(context, start()).page
    expect(page.get_by_test_id("recording-limits")).to_contain_text("of 500 MB used")
    page.get_by_test_id("change-limits").click()
    page.get_by_test_id("limit-megabytes").fill("20")
    page.get_by_test_id("limit-days").fill("7")
    page.get_by_test_id("set-limits").click()
    expect(page.get_by_test_id("recording-limits")).to_contain_text("of 20 MB used")
    expect(page.get_by_test_id("recording-limits")).to_contain_text("after 7 days")


def test_of_many_recordings_those_in_sight_are_drawn(library: Library, start: Start, context: BrowserContext) -> None:
    for number in range(150):
        made = threads()
        (library.folder / f"one-{number}.jsonl").write_bytes(
            dumps_recording(Recording([made], name=f"Number {number:03}"))
        )
    while library.look():
        pass
    library.close()
    page = opened(context, start()).page
    expect(page.get_by_test_id("recording-count")).to_have_text("150")
    assert 10 < rows(page).count() <= 100
    page.get_by_test_id("search-recordings").fill("number 42")
    expect(rows(page)).to_have_count(2)  # 042, 142
    page.get_by_test_id("search-recordings").fill("")
    rows(page).last.scroll_into_view_if_needed()
    page.wait_for_function("document.querySelectorAll('[data-testid=recording-row]').length > 100")


# --- what is kept ----------------------------------------------------------------------------------------------------


def test_what_is_shown_and_one_exchange_are_kept_by_hand(
    shelf: Path, lasting: Running, app: Workbench, foreign: Foreign
) -> None:
    app.connect(foreign.url)
    foreign.answers["Hi"] = [
        {"type": "thread.created", "thread": thread("thr_1")},
        {"type": "thread.item.done", "item": user_item("thr_1", "u1", "Hi")},
        {"type": "thread.item.done", "item": assistant_item("thr_1", "a1", "Hello.")},
    ]
    app.ask("Hi")
    click_saying(app.page.get_by_test_id("keep-session"), "Kept as it is now: see Recordings.", TOAST)
    app.page.get_by_test_id("keep-exchange").click()
    expect(app.page.get_by_test_id("keep-exchange")).to_have_attribute("title", "Kept: see Recordings")
    app.page.get_by_test_id("open-recordings").click()
    expect(rows(app.page)).to_have_count(2)
    sizes = sorted(len(one.exchanges) for one in recorded(lasting))
    assert sizes[0] == 1
    assert sizes[1] >= 2


def test_everything_that_passes_is_kept_without_a_single_secret(
    start: Start, context: BrowserContext, foreign: Foreign
) -> None:
    """Secrets in a header, a cookie, the query and the metadata come back in the answer, whole and in pieces."""
    hidden = {name: secrets.token_urlsafe(24) for name in ("header", "cookie", "query", "metadata", "shape")}
    shaped = f"sk-proj-{hidden['shape']}"
    running = start("--rate", "0")
    app = Workbench(context.new_page(), running.url).open()
    page = app.page
    url = f"{foreign.url}?key={hidden['query']}"
    echoed = json.dumps([hidden["header"], hidden["cookie"], hidden["query"], hidden["metadata"], shaped])
    done = {"type": "thread.item.done", "item": assistant_item("thr_1", "a1", f"You sent {echoed}")}
    pieces: list[Any] = []
    for begin in range(0, len(echoed), 7):
        update = {"type": "assistant_message.content_part.text_delta", "content_index": 0}
        change = {**update, "delta": echoed[begin : begin + 7]}
        pieces.append({"type": "thread.item.updated", "item_id": "a1", "update": change})
    whole = f"data: {json.dumps(done)}\n\n".encode()
    cut = [part for begin in range(0, len(whole), 11) for part in (whole[begin : begin + 11], 0.001)]
    foreign.answers["Hi"] = [
        {"type": "thread.created", "thread": thread("thr_1", f"About {shaped}")},
        {"type": "thread.item.done", "item": user_item("thr_1", "u1", "Hi")},
        {"type": "thread.item.added", "item": assistant_item("thr_1", "a1", "")},
        *pieces,
        *cut,
    ]
    page.get_by_test_id("connection-url").fill(url)
    page.get_by_test_id("connection-url").press("Enter")
    expect(page.locator("[data-testid=connection-state].ok")).to_be_visible()
    page.get_by_test_id("connection-settings").click()
    dialog = page.get_by_test_id("connection-dialog")
    for number, (name, value) in enumerate(
        (("X-Tenant", hidden["header"]), ("Cookie", f"sid={hidden['cookie']}; theme=dark"))
    ):
        if number:
            dialog.get_by_text("Add a header").click()
        dialog.get_by_label("Header name").nth(number).fill(name)
        dialog.get_by_label("Header value").nth(number).fill(value)
    dialog.get_by_label("Request metadata").fill(json.dumps({"session": {"api_key": hidden["metadata"]}}))
    page.get_by_test_id("profile-keep").check()
    page.get_by_test_id("connect").click()
    expect(page.get_by_test_id("keeping")).to_be_visible()
    foreign.requests.clear()
    app.ask("Hi")
    assert any(hidden["cookie"] in headers.get("cookie", "") for headers, _ in foreign.requests), "they were sent"

    def streams() -> list[Exchange]:
        found = [one for all_ in recorded(running) for one in all_.exchanges]
        return [one for one in found if one.expects_stream and one.outcome == "complete"]

    until(page, streams)  # what came last is on disk a moment later
    (stream,) = streams()
    assert b"You sent" in stream.body
    page.get_by_test_id("open-recordings").click()
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text("Recording")
    running.stop()
    for path in running.data.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            for name, secret in hidden.items():
                assert secret.encode() not in data, f"the {name} is in {path.relative_to(running.data)}"


def test_after_the_switch_is_off_nothing_more_is_kept(start: Start, context: BrowserContext, foreign: Foreign) -> None:
    running = start("--rate", "0")
    app = Workbench(context.new_page(), running.url).open()
    app.connect(foreign.url)
    expect(app.page.get_by_test_id("keeping")).to_be_hidden()
    for keep in (True, False):
        app.page.get_by_test_id("connection-settings").click()
        app.page.get_by_test_id("profile-keep").set_checked(keep)
        app.page.get_by_test_id("connect").click()
        expect(app.page.get_by_test_id("keeping")).to_be_visible(visible=keep)
        expect(app.page.locator("[data-testid=connection-state].ok")).to_be_visible()

    def asked() -> list[int]:
        return [len(one.exchanges) for one in recorded(running)]

    until(app.page, lambda: asked() == [1])
    app.page.reload()
    expect(app.page.locator("[data-testid=connection-state].ok")).to_be_visible()
    assert asked() == [1]


# --- through the relay -----------------------------------------------------------------------------------------------


def watched(app: Workbench, foreign: Foreign) -> str:
    """The relay's address of the foreign backend, which the page watches."""
    app.page.get_by_test_id("open-watch").click()
    address = app.page.get_by_test_id("relay-address").inner_text()
    app.page.get_by_test_id("close-watch").click()
    expect(app.page.get_by_test_id("watch")).to_have_count(0)
    return address


def test_what_goes_through_the_relay_is_kept_without_the_front_end_s_secrets(
    start: Start, context: BrowserContext, foreign: Foreign
) -> None:
    hidden = {name: secrets.token_urlsafe(24) for name in ("Authorization", "X-Api-Key", "Cookie")}
    running = start("--rate", "0")
    app = Workbench(context.new_page(), running.url).open()
    app.connect(foreign.url)
    app.page.get_by_test_id("connection-settings").click()
    app.page.get_by_test_id("profile-keep").check()
    app.page.get_by_test_id("connect").click()
    expect(app.page.get_by_test_id("keeping")).to_be_visible()
    address = watched(app, foreign)
    said = f"You sent {' and '.join(hidden.values())}."
    whole = (
        f"data: {json.dumps({'type': 'thread.item.done', 'item': assistant_item('thr_1', 'a1', said)})}\n\n".encode()
    )
    foreign.answers["Hi"] = [
        {"type": "thread.created", "thread": thread("thr_1")},
        {"type": "thread.item.done", "item": user_item("thr_1", "u1", "Hi")},
        *(part for begin in range(0, len(whole), 9) for part in (whole[begin : begin + 9], 0.001)),
    ]
    headers = {**hidden, "Authorization": f"Bearer {hidden['Authorization']}", "Cookie": f"sid={hidden['Cookie']}"}
    message = {"content": [{"type": "input_text", "text": "Hi"}], "attachments": [], "inference_options": {}}
    body = {"type": "threads.create", "params": {"input": message}}
    answer = httpx.post(address, json=body, headers=headers, trust_env=False, timeout=30)
    assert hidden["X-Api-Key"] in answer.text, "the front end gets what the backend sent"

    def kept() -> bool:
        relayed = [exchange for one in recorded(running) if "relay" in one.source for exchange in one.exchanges]
        return any(exchange.outcome == "complete" for exchange in relayed)

    until(app.page, kept)
    click_saying(app.page.get_by_test_id("keep-session"), "Kept as it is now: see Recordings.", TOAST)
    relayed = [one for one in recorded(running) if one.source == "the relay"]
    assert [one.exchanges[0].request.text for one in relayed] == ["Hi", "Hi"]
    assert sorted(one.kept for one in relayed) == [False, True]
    running.stop()
    for path in running.data.rglob("*"):
        for name, secret in hidden.items() if path.is_file() else ():
            assert secret.encode() not in path.read_bytes(), f"{name} is in {path.name}"


def test_what_came_is_still_there_when_the_workbench_was_killed(
    start: Start, context: BrowserContext, foreign: Foreign, tmp_path: Path
) -> None:
    running = start("--rate", "0")
    app = Workbench(context.new_page(), running.url).open()
    app.connect(foreign.url)
    app.page.get_by_test_id("connection-settings").click()
    app.page.get_by_test_id("profile-keep").check()
    app.page.get_by_test_id("connect").click()
    expect(app.page.get_by_test_id("keeping")).to_be_visible()
    foreign.answers["Hi"] = [
        {"type": "thread.created", "thread": thread("thr_1")},
        {"type": "thread.item.done", "item": user_item("thr_1", "u1", "Hi")},
        60.0,
    ]
    app.say("Hi")

    def came() -> bool:
        return any(
            one.request.text == "Hi" and len(one.chunks) == 2 for all_ in recorded(running) for one in all_.exchanges
        )

    until(app.page, came)  # it is written while it comes
    running.stop(signal.SIGKILL)
    app.page.close()  # it would find the next one, which is at the same port, and ask for its threads
    page = opened(context, start("--rate", "0")).page
    expect(rows(page)).to_contain_text("Hi")
    page.get_by_test_id("open-recording").click()
    expect(page.locator("[data-item-type=user_message]")).to_contain_text("Hi")
    expect(page.locator(".inspector").get_by_text("interrupted").first).to_be_visible()
