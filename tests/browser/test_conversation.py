"""The conversation in the browser: following, long threads, cuts of the network, reloads, what goes wrong."""

import asyncio
import re
import threading
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Foreign, Workbench, assistant_item, thread, user_item
from tests.conftest import Running, next_copy

pytestmark = pytest.mark.browser

WORDS = [f"word{i}" for i in range(4000)]


def turn(text_pieces: list[str], *, pause: float = 0.0, thread_id: str = "thr_1", item_id: str = "a1") -> list[object]:
    """A healthy turn that streams these pieces."""
    update = {"type": "assistant_message.content_part.text_delta", "content_index": 0}
    part = {"type": "output_text", "text": "", "annotations": []}
    events: list[object] = [
        {"type": "thread.created", "thread": thread(thread_id)},
        {"type": "thread.item.done", "item": user_item(thread_id, f"u_{item_id}", "Go")},
        {"type": "stream_options", "stream_options": {"allow_cancel": True}},
        {"type": "thread.item.added", "item": {**assistant_item(thread_id, item_id, ""), "content": []}},
        {
            "type": "thread.item.updated",
            "item_id": item_id,
            "update": {"type": "assistant_message.content_part.added", "content_index": 0, "content": part},
        },
    ]
    for piece in text_pieces:
        events.append({"type": "thread.item.updated", "item_id": item_id, "update": {**update, "delta": piece}})
        if pause:
            events.append(pause)
    events.append({"type": "thread.item.done", "item": assistant_item(thread_id, item_id, "".join(text_pieces))})
    return events


def stored(count: int, thread_id: str = "thr_1") -> list[dict[str, object]]:
    """Items of different heights, questions and answers in turn."""
    return [
        user_item(thread_id, f"item_{i}", f"Question {i}")
        if i % 2 == 0
        else assistant_item(
            thread_id, f"item_{i}", f"Answer {i}\n\n" + f"A sentence of answer {i}. " * (1 + i % 13 * 5)
        )
        for i in range(count)
    ]


@pytest.fixture
def at(app: Workbench, foreign: Foreign) -> Workbench:
    """The page, pointed at the foreign backend."""
    app.connect(foreign.url)
    expect(app.page).to_have_url(re.compile("profile="))
    return app


def open_thread(at: Workbench, thread_id: str) -> None:
    at.page.goto(f"{at.page.url}&thread={thread_id}")


def words_shown(page: Page) -> list[str]:
    text = page.evaluate("document.querySelector('[data-item-type=assistant_message] .entry-body')?.textContent ?? ''")
    return re.findall(r"word\d+", text)


class Cable:
    """A line between browser and server that can be pulled: silent (nothing passes) or cut (connections break)."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._writers: set[asyncio.StreamWriter] = set()
        self._refusing = False
        started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(started)))
        self._thread.start()
        assert started.wait(5)

    async def _serve(self, started: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        self._open, self._ended = asyncio.Event(), asyncio.Event()
        self._open.set()
        async with await asyncio.start_server(self._connected, "127.0.0.1", 0) as server:
            self.port = server.sockets[0].getsockname()[1]
            started.set()
            await self._ended.wait()
            self._abort()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refusing:
            writer.transport.abort()
            return
        upstream_reader, upstream = await asyncio.open_connection("127.0.0.1", self._target)
        self._writers |= {writer, upstream}
        await asyncio.gather(self._pipe(reader, upstream), self._pipe(upstream_reader, writer), return_exceptions=True)
        self._writers -= {writer, upstream}

    async def _pipe(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            await self._open.wait()
            writer.write(data)
            await writer.drain()
        writer.close()

    def _abort(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    def silence(self) -> None:
        self._loop.call_soon_threadsafe(self._open.clear)

    def cut(self) -> None:
        self._refusing = True
        self._loop.call_soon_threadsafe(self._abort)

    def mend(self) -> None:
        self._refusing = False
        self._loop.call_soon_threadsafe(self._open.set)

    def close(self) -> None:
        self.mend()
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(10)


@pytest.fixture
def cable(workbench: Running) -> Iterator[Cable]:
    cable = Cable(int(workbench.url.rsplit(":", 1)[1]))
    yield cable
    cable.close()


# --- cuts and reloads -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["silence", "cut"])
def test_a_cut_of_three_seconds_in_mid_stream_loses_no_text(
    how: str, cable: Cable, context: BrowserContext, foreign: Foreign
) -> None:
    foreign.answers["Go"] = turn([f"{word} " for word in WORDS[:450]], pause=0.012)
    app = Workbench(context.new_page(), f"http://127.0.0.1:{cable.port}").open()
    app.connect(foreign.url)
    app.say("Go")
    app.page.wait_for_function("document.body.innerText.includes('word50 ')")
    app.page.evaluate("window.untouched = true")
    getattr(cable, how)()
    before = len(words_shown(app.page))
    app.page.wait_for_timeout(3000)
    assert len(words_shown(app.page)) < before + 60, "the line was not really cut"
    cable.mend()
    expect(app.answer).to_have_attribute("data-status", "done", timeout=60_000)
    assert words_shown(app.page) == WORDS[:450]
    assert app.page.evaluate("window.untouched"), "the page was not loaded again"


def test_a_cut_that_outlasts_the_stream_shows_all_of_it_afterwards(
    cable: Cable, context: BrowserContext, foreign: Foreign
) -> None:
    foreign.answers["Go"] = turn([f"{word} " for word in WORDS[:300]], pause=0.012)
    app = Workbench(context.new_page(), f"http://127.0.0.1:{cable.port}").open()
    app.connect(foreign.url)
    app.say("Go")
    app.page.wait_for_function("document.body.innerText.includes('word50 ')")
    cable.cut()
    assert foreign.ended.wait(30)
    assert len(words_shown(app.page)) < 300, "the line was not really cut"
    cable.mend()
    expect(app.answer).to_have_attribute("data-status", "done", timeout=60_000)
    assert words_shown(app.page) == WORDS[:300]


def test_a_reload_in_mid_stream_goes_on_where_it_was(at: Workbench, foreign: Foreign) -> None:
    foreign.answers["Go"] = turn([f"{word} " for word in WORDS[:300]], pause=0.012)
    at.say("Go")
    at.page.wait_for_function("document.body.innerText.includes('word50 ')")
    at.page.reload()
    at.page.wait_for_function("document.body.innerText.includes('word60 ')")
    expect(at.answer).to_have_attribute("data-status", "streaming")
    expect(at.page.get_by_test_id("stop")).to_be_visible()
    expect(at.answer).to_have_attribute("data-status", "done", timeout=30_000)
    assert words_shown(at.page) == WORDS[:300]
    assert foreign.operations().count("threads.create") == 1


def test_two_windows_see_the_same_stream(at: Workbench, foreign: Foreign, context: BrowserContext) -> None:
    foreign.answers["Go"] = turn([f"{word} " for word in WORDS[:300]], pause=0.012)
    at.say("Go")
    at.page.wait_for_function("document.body.innerText.includes('word50 ')")
    second = context.new_page()
    second.goto(at.page.url)
    expect(second.locator("[data-item-type=assistant_message]")).to_have_attribute(
        "data-status", "done", timeout=30_000
    )
    expect(at.answer).to_have_attribute("data-status", "done", timeout=30_000)
    assert words_shown(at.page) == words_shown(second) == WORDS[:300]


# --- long threads -----------------------------------------------------------------------------------------------------


def to_the_top(page: Page) -> None:
    """Scroll up as a reader does, to the first message that is there."""
    page.locator(".conversation-scroll").focus()
    page.keyboard.press("Home")
    page.wait_for_function("document.querySelector('.conversation-scroll').scrollTop === 0")


def shown_items(page: Page) -> list[str]:
    ids: list[str] = page.evaluate("[...document.querySelectorAll('[data-testid=item]')].map((e) => e.dataset.itemId)")
    return ids


@pytest.fixture
def held(foreign: Foreign) -> Iterator[threading.Event]:
    """The backend has 2,000 messages in a thread, and holds back all pages but the first and the last until told."""
    foreign.items["thr_1"] = stored(2000)
    foreign.threads = [thread("thr_1", "A long thread")]
    foreign.gate = threading.Event()
    yield foreign.gate
    foreign.gate.set()


@pytest.mark.parametrize("how", ["address", "click"])
def test_a_thread_that_was_never_open_shows_its_end_before_the_backend_has_said_the_rest(
    how: str, at: Workbench, held: threading.Event
) -> None:
    if how == "address":
        open_thread(at, "thr_1")
    else:
        at.page.reload()
        at.threads.filter(has_text="A long thread").click()
    expect(at.page.locator('[data-item-id="item_1999"]')).to_be_visible()
    assert shown_items(at.page) == [f"item_{i}" for i in range(1960, 2000)]
    assert at.page.evaluate(GAP) < 5
    edge = at.page.get_by_test_id("older-messages")
    to_the_top(at.page)
    expect(edge).to_have_text("Older messages are still being loaded")
    oldest = at.page.locator('[data-item-id="item_1960"]')
    place = oldest.bounding_box()
    assert place
    held.set()
    expect(at.page.locator('[data-item-id="item_1959"]')).to_have_count(1)
    moved = oldest.bounding_box()
    assert moved
    assert abs(moved["y"] - place["y"]) <= 1, "what the reader sees stays where it is"
    assert at.page.get_by_test_id("error").count() == 0


def test_a_message_can_be_sent_before_the_rest_of_a_thread_is_there(
    at: Workbench, foreign: Foreign, held: threading.Event
) -> None:
    foreign.answers["Go"] = [event for event in turn(["Here it is"]) if "thread.created" not in str(event)]
    open_thread(at, "thr_1")
    expect(at.page.locator('[data-item-id="item_1999"]')).to_be_visible()
    at.say("Go")
    expect(at.answer).to_have_attribute("data-status", "done")
    expect(at.answer).to_contain_text("Here it is")
    foreign.items["thr_1"] += [user_item("thr_1", "u_a1", "Go"), assistant_item("thr_1", "a1", "Here it is")]
    held.set()
    to_the_top(at.page)
    expect(at.page.locator('[data-item-id="item_1959"]')).to_have_count(1)
    expected = [f"item_{i}" for i in range(2000)] + ["u_a1", "a1"]
    shown = shown_items(at.page)
    assert shown == expected[-len(shown) :]
    assert foreign.operations().count("threads.add_user_message") == 1


def test_older_messages_that_cannot_be_had_are_said_to_be_missing(
    at: Workbench, foreign: Foreign, held: threading.Event
) -> None:
    open_thread(at, "thr_1")
    expect(at.page.locator('[data-item-id="item_1999"]')).to_be_visible()
    foreign.status = 500
    held.set()
    expect(at.page.get_by_test_id("error")).to_contain_text("The database is on fire.")
    to_the_top(at.page)
    expect(at.page.get_by_test_id("older-messages")).to_have_text("Older messages could not be loaded")
    foreign.status = 200
    at.page.get_by_role("button", name="Load again").click()
    expect(at.page.get_by_test_id("error")).to_have_count(0)
    expect(at.page.locator('[data-item-id="item_1999"]')).to_be_visible()


def test_a_thread_that_ends_with_a_question_offers_to_try_again(at: Workbench, foreign: Foreign) -> None:
    foreign.items["thr_1"] = stored(3)
    foreign.answers[""] = [event for event in turn(["Here it is"]) if "thr_1" in str(event)][3:]
    open_thread(at, "thr_1")
    expect(at.page.get_by_text("No answer was stored.")).to_be_visible()
    at.page.locator(".entry-remark").get_by_test_id("retry").click()
    expect(at.answer).to_contain_text("Here it is")
    expect(at.page.get_by_text("No answer was stored.")).to_have_count(0)
    assert foreign.requests[-1][1]["params"] == {"thread_id": "thr_1", "item_id": "item_2"}


def test_scrolling_up_loads_older_messages_without_a_jump(at: Workbench, foreign: Foreign) -> None:
    foreign.items["thr_1"] = stored(200)
    open_thread(at, "thr_1")
    expect(at.page.locator('[data-item-id="item_199"]')).to_be_visible(timeout=30_000)
    box = at.page.locator(".conversation-scroll").bounding_box()
    assert box
    at.page.mouse.move(box["x"] + 300, box["y"] + 300)
    # what the reader looks at moves by what was scrolled, and by nothing else
    at.page.evaluate("""() => {
        const scroll = document.querySelector('.conversation-scroll');
        window.jumps = [];
        let mark = null, top = 0;
        const look = () => {
            if (mark && mark.isConnected) {
                const now = mark.getBoundingClientRect().top;
                // one wheel step is 120 px; a page of older messages would be thousands
                if (Math.abs(now - top) > 700) window.jumps.push(now - top);
            }
            const at = document.elementFromPoint(innerWidth / 2, innerHeight / 2)?.closest('.entry');
            if (at) { mark = at; top = at.getBoundingClientRect().top; }
            requestAnimationFrame(look);
        };
        look();
    }""")
    for _ in range(300):
        at.page.mouse.wheel(0, -120)
        at.page.wait_for_timeout(8)
        if at.page.locator('[data-item-id="item_0"]').count():
            break
    deadline = time.monotonic() + 30
    while not at.page.locator('[data-item-id="item_0"]').count() and time.monotonic() < deadline:
        at.page.mouse.wheel(0, -600)
        at.page.wait_for_timeout(20)
    expect(at.page.locator('[data-item-id="item_0"]')).to_have_count(1)
    ids = at.page.evaluate("[...document.querySelectorAll('[data-testid=item]')].map((e) => e.dataset.itemId)")
    assert ids == [f"item_{i}" for i in range(200)]
    assert at.page.evaluate("window.jumps") == []


# --- following --------------------------------------------------------------------------------------------------------

GAP = """(() => {
    const scroll = document.querySelector('.conversation-scroll');
    return scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight;
})()"""


def test_it_follows_the_end_only_while_the_reader_is_there(at: Workbench, foreign: Foreign) -> None:
    lines = [f"{word}\n\n" for word in WORDS[:400]]
    foreign.answers["Go"] = turn(lines, pause=0.012)
    at.say("Go")
    at.page.wait_for_function("document.body.innerText.includes('word60')")
    assert at.page.evaluate(GAP) < 60
    box = at.page.locator(".conversation-scroll").bounding_box()
    assert box
    at.page.mouse.move(box["x"] + 300, box["y"] + 300)
    at.page.mouse.wheel(0, -500)
    latest = at.page.get_by_role("button", name="Jump to the latest message")
    expect(latest).to_be_visible()
    top = at.page.evaluate("document.querySelector('.conversation-scroll').scrollTop")
    shown = len(words_shown(at.page))
    at.page.wait_for_function(f"document.body.innerText.includes('word{shown + 60}')")
    assert at.page.evaluate("document.querySelector('.conversation-scroll').scrollTop") == top
    latest.click()
    expect(latest).to_be_hidden()
    at.page.wait_for_function(f"document.body.innerText.includes('word{shown + 100}')")
    assert at.page.evaluate(GAP) < 60


WATCH_PLACES = """() => {
    window.places = {};
    const look = () => {
        const body = document.querySelector('[data-item-type=assistant_message] .entry-body');
        for (const block of body?.querySelectorAll('h2, h3, p, li, td, .code, hr') ?? []) {
            const name = block.tagName + ':' + (block.tagName === 'HR' ? '' : block.textContent.slice(0, 8));
            (window.places[name] ??= new Set()).add(Math.round(block.getBoundingClientRect().top));
        }
        requestAnimationFrame(look);
    };
    look();
}"""


def test_nothing_that_was_shown_moves_while_an_answer_grows(at: Workbench, foreign: Foreign) -> None:
    pieces = [
        "Some text to begin with.\n\n",
        "## A heading",
        " that grows\n\n",
        "Text below it.\n\n",
        "- one\n",
        "- two\n\n",
        "---\n\n",
        "### Smaller\n\n",
        "| a | b |\n|---|---|\n| cell 1 | x |\n",
        "| cell 2 | y |\n\n",
        "```py\nx = 1\n",
        "```\n\n",
        "## The last heading\n\n",
        "The end.",
    ]
    foreign.answers["Go"] = turn(pieces, pause=0.15)
    at.page.evaluate(WATCH_PLACES)
    at.say("Go")
    expect(at.answer).to_have_attribute("data-status", "done", timeout=30_000)
    at.page.wait_for_timeout(200)
    places = at.page.evaluate("Object.entries(window.places).map(([name, tops]) => [name, [...tops]])")
    assert len(places) > 12
    moved = {name: tops for name, tops in places if max(tops) - min(tops) > 1}
    assert moved == {}


# --- what goes wrong --------------------------------------------------------------------------------------------------


def test_a_message_that_could_not_be_sent_can_be_sent_again_by_a_click_and_only_so(
    at: Workbench, foreign: Foreign, nobody: str
) -> None:
    at.connect(foreign.url.replace("/api/chatkit", "/nowhere"))
    at.connect(nobody)
    at.page.get_by_test_id("send-anyway").click()
    at.say("Go")
    error = at.page.get_by_test_id("error")
    expect(error).to_contain_text("your backend")
    expect(at.page.get_by_test_id("pending")).to_contain_text("Not sent")
    at.page.get_by_role("button", name="Edit").click()
    expect(at.composer).to_have_value("Go")
    expect(at.page.get_by_test_id("pending")).to_have_count(0)


def test_a_message_that_never_comes_back_is_marked(at: Workbench, foreign: Foreign) -> None:
    foreign.answers["Go"] = [event for event in turn(["Hello"]) if "user_message" not in str(event)]
    at.say("Go")
    pending = at.page.get_by_test_id("pending")
    expect(pending).to_have_attribute("data-mark", "unconfirmed")
    expect(pending).to_contain_text("vanishes")
    expect(at.answer).to_contain_text("Hello")


def test_an_answer_cut_off_in_the_middle_stays_and_is_marked_failed(at: Workbench, foreign: Foreign) -> None:
    foreign.answers["Go"] = turn(["Half an answer"])[:-1]
    at.say("Go")
    expect(at.answer).to_have_attribute("data-status", "failed")
    expect(at.answer).to_contain_text("Half an answer")
    expect(at.answer).to_contain_text("thread.item.done")


def test_a_refused_request_says_so_in_the_conversation(at: Workbench, foreign: Foreign) -> None:
    foreign.status = 500
    at.say("Go")
    expect(at.page.get_by_test_id("error")).to_contain_text("The database is on fire.")
    assert foreign.operations().count("threads.create") == 1, "a send is never repeated"


# --- buttons ----------------------------------------------------------------------------------------------------------


def test_copying_gives_the_source_and_not_the_html(at: Workbench, foreign: Foreign) -> None:
    source = "# Head\n\nSome **bold** words\n\n```py\nx = 1\n```\n"
    foreign.answers["Go"] = turn([source])
    at.say("Go")
    expect(at.answer).to_have_attribute("data-status", "done")
    at.answer.get_by_role("button", name="Copy", exact=True).last.click()
    assert next_copy(at.page) == source
    at.answer.locator(".code button").click()
    assert next_copy(at.page).strip() == "x = 1"


def test_enter_sends_and_shift_enter_breaks_the_line(at: Workbench, foreign: Foreign) -> None:
    foreign.answers[""] = turn(["Hello"])
    at.composer.press_sequentially("one")
    at.composer.press("Shift+Enter")
    at.composer.press_sequentially("two")
    expect(at.composer).to_have_value("one\ntwo")
    at.composer.press("Enter")
    expect(at.answer).to_contain_text("Hello")
    sent = foreign.requests[-1][1]["params"]["input"]["content"][0]["text"]
    assert sent == "one\ntwo"
    expect(at.composer).to_have_value("")


def test_a_draft_survives_a_reload(at: Workbench) -> None:
    at.composer.fill("half a thought")
    at.page.reload()
    expect(at.composer).to_have_value("half a thought")
