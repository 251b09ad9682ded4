"""The conversation in the browser: following, long threads, cuts of the network, reloads, what goes wrong."""

import asyncio
import itertools
import re
import threading
import time
from collections.abc import Iterator, Sequence

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Foreign, Workbench, assistant_item, thread, user_item
from tests.conftest import Running, next_copy

pytestmark = pytest.mark.browser

WORDS = [f"word{i}" for i in range(200)]
NUMBERS = itertools.count(1)
"""Of threads: the workbench that the tests share remembers those it has seen."""


def turn(
    text_pieces: Sequence[str | threading.Event], *, pause: float = 0.0, thread_id: str = "", item_id: str = "a1"
) -> list[object]:
    """A healthy turn in a new thread that streams these pieces; where an event stands, it is waited for."""
    thread_id = thread_id or f"thr_{next(NUMBERS)}"
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
        if isinstance(piece, threading.Event):
            events.append(piece)
            continue
        events.append({"type": "thread.item.updated", "item_id": item_id, "update": {**update, "delta": piece}})
        if pause:
            events.append(pause)
    text = "".join(piece for piece in text_pieces if isinstance(piece, str))
    events.append({"type": "thread.item.done", "item": assistant_item(thread_id, item_id, text)})
    return events


def stored(count: int, thread_id: str) -> list[dict[str, object]]:
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
def foreign(lasting_foreign: Foreign) -> Foreign:
    lasting_foreign.forget()
    return lasting_foreign


@pytest.fixture(scope="module")
def lasting_at(lasting_context: BrowserContext, workbench: Running, profile: str) -> Workbench:
    return Workbench(lasting_context.new_page(), workbench.url).open(f"/?profile={profile}")


@pytest.fixture
def at(lasting_at: Workbench, foreign: Foreign) -> Workbench:
    """A new conversation with the foreign backend, in a page that the tests share: they leave no more than a thread."""
    lasting_at.begin()
    lasting_at.page.wait_for_url(lambda url: "thread=" not in url)
    return lasting_at


@pytest.fixture
def thread_id() -> str:
    """Of a thread that nobody has opened yet."""
    return f"thr_{next(NUMBERS)}"


def open_thread(at: Workbench, thread_id: str) -> None:
    at.page.goto(f"{at.page.url}&thread={thread_id}")


def words_shown(page: Page) -> list[str]:
    text = page.evaluate("document.querySelector('[data-item-type=assistant_message] .entry-body')?.textContent ?? ''")
    return re.findall(r"word\d+", text)


def until_shown(page: Page, word: str) -> None:
    """Wait for a word of the answer: the inspector has it too, and maybe before."""
    body = "document.querySelector('[data-item-type=assistant_message] .entry-body')"
    page.wait_for_function(f"(word) => {body}?.textContent.includes(word)", arg=word)


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


@pytest.fixture(scope="module")
def lasting_cable(workbench: Running) -> Iterator[Cable]:
    cable = Cable(int(workbench.url.rsplit(":", 1)[1]))
    yield cable
    cable.close()


@pytest.fixture
def cable(lasting_cable: Cable) -> Iterator[Cable]:
    yield lasting_cable
    lasting_cable.mend()


# --- cuts and reloads -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["silence", "cut"])
def test_a_cut_of_three_seconds_in_mid_stream_loses_no_text(
    how: str, cable: Cable, context: BrowserContext, foreign: Foreign, profile: str
) -> None:
    words = [f"{word} " for word in WORDS[:60]]
    unseen, rest = threading.Event(), threading.Event()
    foreign.answers["Go"] = turn([*words[:20], unseen, *words[20:40], rest, *words[40:]], pause=0.02)
    app = Workbench(context.new_page(), f"http://127.0.0.1:{cable.port}").open(f"/?profile={profile}")
    app.say("Go")
    until_shown(app.page, "word19")
    app.page.evaluate("window.untouched = true")
    getattr(cable, how)()
    unseen.set()
    app.page.wait_for_timeout(3000)
    assert words_shown(app.page) == WORDS[:20], "the line was not really cut"
    cable.mend()
    rest.set()
    expect(app.answer).to_have_attribute("data-status", "done", timeout=60_000)
    assert words_shown(app.page) == WORDS[:60]
    assert app.page.evaluate("window.untouched"), "the page was not loaded again"


def test_a_cut_that_outlasts_the_stream_shows_all_of_it_afterwards(
    cable: Cable, context: BrowserContext, foreign: Foreign, profile: str
) -> None:
    words, rest = [f"{word} " for word in WORDS[:40]], threading.Event()
    foreign.answers["Go"] = turn([*words[:20], rest, *words[20:]], pause=0.02)
    app = Workbench(context.new_page(), f"http://127.0.0.1:{cable.port}").open(f"/?profile={profile}")
    app.say("Go")
    until_shown(app.page, "word19")
    cable.cut()
    rest.set()
    assert foreign.ended.wait(30)
    assert words_shown(app.page) == WORDS[:20], "the line was not really cut"
    cable.mend()
    expect(app.answer).to_have_attribute("data-status", "done", timeout=60_000)
    assert words_shown(app.page) == WORDS[:40]


def test_a_reload_in_mid_stream_goes_on_where_it_was(at: Workbench, foreign: Foreign) -> None:
    words, rest = [f"{word} " for word in WORDS[:40]], threading.Event()
    foreign.answers["Go"] = turn([*words[:20], rest, *words[20:]], pause=0.02)
    at.say("Go")
    until_shown(at.page, "word19")
    at.page.reload()
    until_shown(at.page, "word19")
    expect(at.answer).to_have_attribute("data-status", "streaming")
    expect(at.page.get_by_test_id("stop")).to_be_visible()
    assert words_shown(at.page) == WORDS[:20]
    rest.set()
    expect(at.answer).to_have_attribute("data-status", "done", timeout=30_000)
    assert words_shown(at.page) == WORDS[:40]
    assert foreign.operations().count("threads.create") == 1


def test_two_windows_see_the_same_stream(at: Workbench, foreign: Foreign, context: BrowserContext) -> None:
    words, rest = [f"{word} " for word in WORDS[:40]], threading.Event()
    foreign.answers["Go"] = turn([*words[:20], rest, *words[20:]], pause=0.02)
    at.say("Go")
    until_shown(at.page, "word19")
    at.page.wait_for_url(re.compile("thread="))
    second = context.new_page()
    second.goto(at.page.url)
    until_shown(second, "word19")
    answer = second.locator("[data-item-type=assistant_message]")
    expect(answer).to_have_attribute("data-status", "streaming")
    rest.set()
    expect(answer).to_have_attribute("data-status", "done", timeout=30_000)
    expect(at.answer).to_have_attribute("data-status", "done", timeout=30_000)
    assert words_shown(at.page) == words_shown(second) == WORDS[:40]


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
def held(foreign: Foreign, thread_id: str) -> Iterator[threading.Event]:
    """The backend has 300 messages in a thread, and holds back all pages but the first and the last until told."""
    foreign.items[thread_id] = stored(300, thread_id)
    foreign.threads = [thread(thread_id, "A long thread")]
    foreign.gate = threading.Event()
    yield foreign.gate
    foreign.gate.set()


@pytest.mark.parametrize("how", ["address", "click"])
def test_a_thread_that_was_never_open_shows_its_end_before_the_backend_has_said_the_rest(
    how: str, at: Workbench, held: threading.Event, thread_id: str
) -> None:
    if how == "address":
        open_thread(at, thread_id)
    else:
        at.page.reload()
        at.threads.filter(has_text="A long thread").click()
    expect(at.page.locator('[data-item-id="item_299"]')).to_be_visible()
    assert shown_items(at.page) == [f"item_{i}" for i in range(260, 300)]
    at.page.wait_for_function(f"{GAP} < 5")
    edge = at.page.get_by_test_id("older-messages")
    to_the_top(at.page)
    expect(edge).to_have_text("Older messages are still being loaded")
    oldest = at.page.locator('[data-item-id="item_260"]')
    place = oldest.bounding_box()
    assert place
    held.set()
    expect(at.page.locator('[data-item-id="item_259"]')).to_have_count(1)
    moved = oldest.bounding_box()
    assert moved
    assert abs(moved["y"] - place["y"]) <= 1, "what the reader sees stays where it is"
    assert at.page.get_by_test_id("error").count() == 0


def test_a_message_can_be_sent_before_the_rest_of_a_thread_is_there(
    at: Workbench, foreign: Foreign, held: threading.Event, thread_id: str
) -> None:
    answer = turn(["Here it is"], thread_id=thread_id)
    foreign.answers["Go"] = [event for event in answer if "thread.created" not in str(event)]
    open_thread(at, thread_id)
    expect(at.page.locator('[data-item-id="item_299"]')).to_be_visible()
    at.say("Go")
    expect(at.answer).to_contain_text("Here it is")
    expect(at.answer).to_have_attribute("data-status", "done")
    foreign.items[thread_id] += [user_item(thread_id, "u_a1", "Go"), assistant_item(thread_id, "a1", "Here it is")]
    to_the_top(at.page)  # before there is more above it
    held.set()
    expect(at.page.locator('[data-item-id="item_259"]')).to_have_count(1)
    expected = [f"item_{i}" for i in range(300)] + ["u_a1", "a1"]
    shown = shown_items(at.page)
    assert shown == expected[-len(shown) :]
    assert foreign.operations().count("threads.add_user_message") == 1


def test_older_messages_that_cannot_be_had_are_said_to_be_missing(
    at: Workbench, foreign: Foreign, held: threading.Event, thread_id: str
) -> None:
    open_thread(at, thread_id)
    expect(at.page.locator('[data-item-id="item_299"]')).to_be_visible()
    foreign.status = 500
    held.set()
    expect(at.page.get_by_test_id("error")).to_contain_text("The database is on fire.")
    to_the_top(at.page)
    expect(at.page.get_by_test_id("older-messages")).to_have_text("Older messages could not be loaded")
    foreign.status = 200
    at.page.get_by_role("button", name="Load again").click()
    expect(at.page.get_by_test_id("error")).to_have_count(0)
    expect(at.page.locator('[data-item-id="item_299"]')).to_be_visible()


def test_a_thread_that_ends_with_a_question_offers_to_try_again(
    at: Workbench, foreign: Foreign, thread_id: str
) -> None:
    foreign.items[thread_id] = stored(3, thread_id)
    foreign.answers[""] = [event for event in turn(["Here it is"], thread_id=thread_id) if thread_id in str(event)][3:]
    open_thread(at, thread_id)
    expect(at.page.get_by_text("No answer was stored.")).to_be_visible()
    at.page.locator(".entry-remark").get_by_test_id("retry").click()
    expect(at.answer).to_contain_text("Here it is")
    expect(at.page.get_by_text("No answer was stored.")).to_have_count(0)
    (asked,) = (body["params"] for _, body in foreign.requests if body["type"] == "threads.retry_after_item")
    assert asked == {"thread_id": thread_id, "item_id": "item_2"}


def test_scrolling_up_loads_older_messages_without_a_jump(at: Workbench, foreign: Foreign, thread_id: str) -> None:
    foreign.items[thread_id] = stored(100, thread_id)
    open_thread(at, thread_id)
    expect(at.page.locator('[data-item-id="item_99"]')).to_be_visible(timeout=30_000)
    assert len(shown_items(at.page)) == 40
    box = at.page.locator(".conversation-scroll").bounding_box()
    assert box
    at.page.mouse.move(box["x"] + 300, box["y"] + 300)
    # what the reader looks at moves by what was scrolled, and by nothing else
    at.page.evaluate("""() => {
        const scroll = document.querySelector('.conversation-scroll');
        window.looked = false;
        window.jumps = [];
        let mark = null, top = 0;
        const look = () => {
            if (mark && mark.isConnected) {
                const now = mark.getBoundingClientRect().top;
                // one wheel step is 300 px; a page of older messages would be thousands
                if (Math.abs(now - top) > 700) window.jumps.push(now - top);
            }
            const at = document.elementFromPoint(innerWidth / 2, innerHeight / 2)?.closest('.entry');
            if (at) { mark = at; top = at.getBoundingClientRect().top; }
            if (!window.looked) requestAnimationFrame(look);
        };
        look();
    }""")
    deadline = time.monotonic() + 120
    while "item_0" not in shown_items(at.page) and time.monotonic() < deadline:
        at.page.mouse.wheel(0, -300)
        at.drawn()
    assert shown_items(at.page) == [f"item_{i}" for i in range(100)]
    assert at.page.evaluate("window.looked = true, window.jumps") == []


# --- following --------------------------------------------------------------------------------------------------------

GAP = """(() => {
    const scroll = document.querySelector('.conversation-scroll');
    return scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight;
})()"""


def test_it_follows_the_end_only_while_the_reader_is_there(at: Workbench, foreign: Foreign) -> None:
    lines, more, rest = [f"{word}\n\n" for word in WORDS[:120]], threading.Event(), threading.Event()
    foreign.answers["Go"] = turn([*lines[:60], more, *lines[60:90], rest, *lines[90:]], pause=0.01)
    at.say("Go")
    until_shown(at.page, "word59")
    at.page.wait_for_function(f"{GAP} < 60")
    box = at.page.locator(".conversation-scroll").bounding_box()
    assert box
    at.page.mouse.move(box["x"] + 300, box["y"] + 300)
    at.page.mouse.wheel(0, -500)
    latest = at.page.get_by_role("button", name="Jump to the latest message")
    expect(latest).to_be_visible()
    at.page.wait_for_function(f"{GAP} >= 500")  # the wheel has come to rest
    top = at.page.evaluate("document.querySelector('.conversation-scroll').scrollTop")
    more.set()
    until_shown(at.page, "word89")
    assert at.page.evaluate("document.querySelector('.conversation-scroll').scrollTop") == top
    latest.click()
    expect(latest).to_be_hidden()
    at.page.wait_for_function(f"{GAP} < 60")
    rest.set()
    until_shown(at.page, "word119")
    at.page.wait_for_function(f"{GAP} < 60")


WATCH_PLACES = """() => {
    window.looked = false;
    window.places = {};
    const look = () => {
        const body = document.querySelector('[data-item-type=assistant_message] .entry-body');
        for (const block of body?.querySelectorAll('h2, h3, p, li, td, .code, hr') ?? []) {
            const name = block.tagName + ':' + (block.tagName === 'HR' ? '' : block.textContent.slice(0, 8));
            (window.places[name] ??= new Set()).add(Math.round(block.getBoundingClientRect().top));
        }
        if (!window.looked) requestAnimationFrame(look);
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
    places = at.page.evaluate(
        "window.looked = true, Object.entries(window.places).map(([name, tops]) => [name, [...tops]])"
    )
    assert len(places) > 12
    moved = {name: tops for name, tops in places if max(tops) - min(tops) > 1}
    assert moved == {}


# --- what goes wrong --------------------------------------------------------------------------------------------------


def test_a_message_that_could_not_be_sent_can_be_sent_again_by_a_click_and_only_so(
    app: Workbench, foreign: Foreign, nobody: str
) -> None:
    app.connect(foreign.url.replace("/api/chatkit", "/nowhere"))
    app.connect(nobody)
    app.page.get_by_test_id("send-anyway").click()
    app.composer.fill("Go")
    expect(app.page.get_by_test_id("send")).to_be_enabled()
    app.composer.press("Enter")
    error = app.page.get_by_test_id("error")
    expect(error).to_contain_text("your backend")
    expect(app.page.get_by_test_id("pending")).to_contain_text("Not sent")
    app.page.get_by_role("button", name="Edit").click()
    expect(app.composer).to_have_value("Go")
    expect(app.page.get_by_test_id("pending")).to_have_count(0)


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
    at.ask("Go")
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
