"""The composer with a host page behind it, and on a backend of which nobody knows anything: what it sends."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chatkit.types import ChatKitReq
from playwright.sync_api import BrowserContext, FilePayload, Locator, Route, expect
from pydantic import TypeAdapter

from tests.browser.conftest import Foreign, Workbench, assistant_item, thread, until, user_item
from tests.conftest import ROOT, Running, start_workbench

pytestmark = pytest.mark.browser

REQUEST: TypeAdapter[Any] = TypeAdapter(ChatKitReq)
GIVE = """([kind, place, files]) => {
    const data = new DataTransfer();
    for (const [name, type, bytes] of files) data.items.add(new File([new Uint8Array(bytes)], name, { type }));
    const options = { bubbles: true, cancelable: true };
    const made = kind === "paste"
        ? new ClipboardEvent(kind, { ...options, clipboardData: data })
        : new DragEvent(kind, { ...options, dataTransfer: data });
    place.dispatchEvent(made);
}"""
REFUSE = """() => {
    navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("no", "NotAllowedError"); };
}"""


AWAY = """(away) => { // as on a page that is neither https nor this machine's own
    for (const [object, name, value] of [[window, "isSecureContext", false], [navigator, "mediaDevices", undefined]])
        if (away) Object.defineProperty(object, name, { value, configurable: true });
        else delete object[name];
}"""
AGAIN = """async () => { // before what was cancelled has said that it has ended
    const button = (name) => document.querySelector(`[data-testid=${name}]`);
    button("dictation-cancel").click();
    while (!button("dictate")) await null;
    button("dictate").click();
}"""
LATE = """() => { // the browser asks the person, who answers when `window.allow` is called
    const { mediaDevices } = navigator;
    window.streams = [];
    const asked = [];
    mediaDevices.getUserMedia = () => new Promise((allowed) => asked.push(allowed));
    window.allow = async () => {
        delete mediaDevices.getUserMedia;
        for (const allowed of asked) {
            window.streams.push(await mediaDevices.getUserMedia({ audio: true }));
            allowed(window.streams.at(-1));
        }
    };
}"""
LISTENING = "() => window.streams.map((one) => one.getTracks().some(({ readyState }) => readyState === 'live'))"
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000030000000208020000001216f14d000000104944415478da633851a101"
    "410c70160058340871b1dd71cb0000000049454e44ae426082"
)
"""A PNG of 3 × 2 pixels."""


@pytest.fixture(scope="module")
def hosted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A workbench whose host page is `tests.host.catalogue`."""
    program = (sys.executable, "-m", "tests.browser.hosted")
    running = start_workbench(tmp_path_factory.mktemp("hosted") / "data", program=program, folder=ROOT)
    yield running
    running.stop()


def reply(number: int) -> list[Any]:
    """The events that answer a message; items of another number are other items."""
    return [
        {"type": "thread.created", "thread": thread("thr_1")},
        {"type": "thread.item.done", "item": user_item("thr_1", f"u{number}", "said")},
        {"type": "thread.item.done", "item": assistant_item("thr_1", f"a{number}", "The lamp oil is low.")},
    ]


@pytest.fixture
def backend(foreign: Foreign) -> Iterator[Foreign]:
    """Takes every message; whatever it was asked was a request that the SDK takes."""
    foreign.answers[""] = reply(1)
    yield foreign
    for _, body in foreign.requests:
        REQUEST.validate_python(body)


@pytest.fixture(scope="module")
def window(warm_context: BrowserContext, hosted: Running) -> Iterator[Workbench]:
    """One page of it for all tests: each talks to a backend of its own there."""
    page = warm_context.new_page()
    yield Workbench(page, hosted.url).open()
    page.close()


@pytest.fixture
def at(window: Workbench, backend: Foreign) -> Workbench:
    window.begin().connect(backend.url)
    expect(window.page.get_by_role("heading", name="What can I look up?")).to_be_visible()
    return window


def sent(at: Workbench, backend: Foreign) -> dict[str, Any]:
    """The input of the message that has just gone, when its answer is there. The next one will have another answer."""
    expect(at.page.locator(f"[data-item-id={backend.answers[''][-1]['item']['id']}]")).to_be_visible()
    expect(at.composer).to_have_value("")
    at.idle()
    messages = [body for _, body in backend.requests if body["type"] in ("threads.create", "threads.add_user_message")]
    backend.answers[""] = reply(len(messages) + 1)
    found: dict[str, Any] = messages[-1]["params"]["input"]
    return found


def offers(at: Workbench) -> Locator:
    return at.page.get_by_test_id("offer")


def menu(at: Workbench, entry: str) -> None:
    at.page.get_by_test_id("composer-menu").click()
    at.page.get_by_role("menu").get_by_text(entry).click()


# What the offers say for a moment only; `offersSaid` returns it and ends this.
HEAR_OFFERS = """() => {
    const said = [];
    const hear = () => said.push(document.querySelector("[data-testid=offers]")?.textContent ?? "");
    const watch = new MutationObserver(hear);
    watch.observe(document.body, { subtree: true, childList: true, characterData: true });
    window.offersSaid = () => (watch.disconnect(), said);
}"""


def test_somebody_is_mentioned(at: Workbench, backend: Foreign) -> None:
    tags = at.page.get_by_test_id("composer-tag")
    at.page.evaluate(HEAR_OFFERS)
    at.composer.press_sequentially("Ask @s")
    at.composer.press_sequentially("o")  # what "s" finds comes after this, and is not shown
    expect(at.page.get_by_test_id("offers")).to_contain_text("Nothing found for “so”")
    assert any("Searching…" in said for said in at.page.evaluate("window.offersSaid()"))
    at.composer.press("Backspace")
    at.composer.press("Backspace")
    expect(offers(at)).to_have_text(["Ada Lovelace", "Grace Hopper", "Order 1042"])
    expect(at.page.get_by_test_id("offers")).to_contain_text("People")
    at.composer.press("ArrowDown")
    expect(at.page.locator("[role=option][aria-selected=true]")).to_have_text("Grace Hopper")
    at.composer.press("Escape")
    expect(offers(at)).to_have_count(0)
    at.composer.press("Backspace")
    at.composer.press_sequentially("@ada")
    expect(offers(at)).to_have_text(["Ada Lovelace"])
    at.composer.press("Enter")
    expect(at.composer).to_have_value("Ask @Ada Lovelace ")
    expect(tags).to_have_text(["@Ada Lovelace"])

    at.composer.press("Backspace")
    at.composer.press("Backspace")
    expect(at.composer).to_have_value("Ask ")
    at.composer.press("Control+z")
    expect(tags).to_have_text(["@Ada Lovelace"])
    at.composer.press("End")
    at.composer.press_sequentially(" and @grace")
    expect(offers(at)).to_have_count(1)
    offers(at).click()
    at.page.reload()
    expect(tags).to_have_text(["@Ada Lovelace", "@Grace Hopper"])
    at.composer.press("Enter")
    content = sent(at, backend)["content"]
    assert content == [
        {"type": "input_text", "text": "Ask "},
        {
            "type": "input_tag",
            "id": "u1",
            "text": "Ada Lovelace",
            "group": "People",
            "interactive": True,
            "data": {"role": "analyst"},
        },
        {"type": "input_text", "text": " and "},
        {"type": "input_tag", "id": "u2", "text": "Grace Hopper", "group": "People", "interactive": False, "data": {}},
    ]

    at.composer.press_sequentially("@boom")
    expect(at.page.get_by_role("alert")).to_have_text("search_entities failed: KeyError: 'index' (my_profile.py:12)")
    at.composer.press("ControlOrMeta+a")
    at.composer.press("Delete")
    at.composer.press("ArrowUp")
    expect(tags).to_have_text(["@Ada Lovelace", "@Grace Hopper"])


def test_a_tag_tells_what_stands_behind_it_where_it_is_typed_and_where_it_was_sent(
    at: Workbench, backend: Foreign
) -> None:
    message = user_item("thr_1", "u1", "")
    tag = {"type": "input_tag", "id": "u1", "text": "Ada Lovelace", "data": {"role": "analyst"}, "interactive": True}
    backend.answers[""][1] = {"type": "thread.item.done", "item": {**message, "content": [tag]}}
    card = at.page.get_by_test_id("tag-card").and_(at.page.locator(":visible"))
    at.composer.press_sequentially("@ada")
    expect(offers(at)).to_have_count(1)
    at.composer.press("Enter")
    box = at.page.get_by_test_id("composer-tag").bounding_box()
    assert box is not None
    at.page.mouse.move(box["x"] + 10, box["y"] + 6)
    expect(card).to_contain_text("Ada Lovelace has written <b>notes</b>")
    expect(card).to_contain_text("analyst")
    at.page.mouse.move(4, 4)
    expect(card).to_have_count(0)
    at.composer.press("Enter")
    chip = at.page.get_by_test_id("message-tag")
    expect(chip).to_have_text("Ada Lovelace")
    at.idle()
    chip.focus()
    chip.press("Enter")
    expect(card).to_contain_text("Ada Lovelace has written <b>notes</b>")
    expect(card.get_by_role("button", name="Open")).to_be_disabled()
    at.page.keyboard.press("Escape")
    expect(card).to_have_count(0)


def test_a_command_puts_in_text_opens_a_menu_and_does_what_the_composer_can(at: Workbench, backend: Foreign) -> None:
    at.composer.press_sequentially("/")
    expect(offers(at).get_by_text("Greeting", exact=True)).to_be_visible()
    expect(at.page.get_by_test_id("offers")).to_contain_text("Composer")
    at.composer.press_sequentially("gree")
    expect(offers(at)).to_have_count(1)
    at.composer.press("Tab")
    expect(at.composer).to_have_value("Good morning, ")
    at.composer.press_sequentially("/cite")
    expect(offers(at)).to_have_count(1)
    at.composer.press("Enter")
    expect(offers(at)).to_have_text(["Ada Lovelace", "Grace Hopper"])
    at.composer.press_sequentially("grace")
    expect(offers(at)).to_have_text(["Grace Hopper"])
    at.composer.press("Enter")
    expect(at.composer).to_have_value("Good morning, @Grace Hopper ")
    at.composer.press_sequentially("/deep")
    expect(offers(at)).to_have_text(["Deep research"])
    at.composer.press("Enter")
    expect(at.page.get_by_test_id("tool-chip")).to_have_text("Research")
    expect(at.composer).to_have_value("Good morning, @Grace Hopper ")
    at.composer.press_sequentially("a/b")  # no command: in the middle of a word
    expect(offers(at)).to_have_count(0)
    at.composer.press("Enter")
    message = sent(at, backend)
    assert [part["text"] for part in message["content"]] == ["Good morning, ", "Grace Hopper", " a/b"]
    assert message["content"][1]["data"] == {"from": "menu"}
    assert message["inference_options"] == {"tool_choice": {"id": "deep"}, "model": "fast"}


def test_tools_and_models_go_with_a_message(at: Workbench, backend: Foreign) -> None:
    tool, model = at.page.get_by_test_id("tool-chip"), at.page.get_by_test_id("model-picker")
    at.page.get_by_test_id("pinned-tool").click()
    expect(tool).to_have_text("Docs")
    expect(at.composer).to_have_attribute("placeholder", "Search for…")
    at.say("one")
    assert sent(at, backend)["inference_options"] == {"tool_choice": {"id": "docs"}, "model": "fast"}
    expect(tool).to_have_count(0)  # it was for one message
    menu(at, "Deep research")
    model.click()
    legacy = at.page.get_by_role("menuitemradio", name="Legacy")
    expect(legacy).to_have_attribute("aria-disabled", "true")
    expect(at.page.get_by_role("menuitemradio", name="Fast")).to_have_attribute("aria-checked", "true")
    expect(at.page.get_by_role("menuitemradio", name="Fast")).to_be_focused()
    at.page.keyboard.press("ArrowDown")
    at.page.keyboard.press("Enter")
    expect(model).to_have_text("Thorough")
    expect(at.composer).to_be_focused()
    at.say("two")
    assert sent(at, backend)["inference_options"] == {"tool_choice": {"id": "deep"}, "model": "slow"}
    at.page.reload()
    expect(tool).to_have_text("Research")  # it stays until it is taken away
    tool.get_by_role("button").click()
    at.say("three")
    assert sent(at, backend)["inference_options"] == {"model": "slow"}
    disclaimer = at.page.get_by_test_id("disclaimer")
    expect(disclaimer.get_by_role("link", name="terms")).to_have_attribute("href", "https://terms.example/")
    at.new_thread()
    at.page.get_by_test_id("start-prompt").nth(1).click()
    assert [part["type"] for part in sent(at, backend)["content"]] == ["input_text", "input_tag"]


def test_what_is_written_while_a_message_goes_stays_for_the_next(at: Workbench, backend: Foreign) -> None:
    going: list[Route] = []
    at.page.route("**/messages", lambda route: going.append(route))
    at.composer.fill("one")
    at.composer.press("Enter")
    until(at.page, lambda: going)
    at.composer.press_sequentially(" two @ada")
    expect(offers(at)).to_have_count(1)
    at.composer.press("Enter")
    expect(at.composer).to_have_value("one two @Ada Lovelace ")
    going[0].continue_()
    at.page.unroute("**/messages")
    expect(at.composer).to_have_value("two @Ada Lovelace ")
    expect(at.page.locator("[data-item-id=a1]")).to_be_visible()
    at.idle()
    backend.answers[""] = reply(2)
    at.composer.press("Enter")
    first, tag, *_ = sent(at, backend)["content"]
    assert (first["text"], tag["id"]) == ("two ", "u1")


def test_on_any_backend_tools_models_tags_and_quotes_are_tried_by_hand(app: Workbench, backend: Foreign) -> None:
    app.connect(backend.url)
    app.composer.press_sequentially("Mail a@b.example or @ada, /now")
    expect(offers(app)).to_have_count(0)
    menu(app, "by hand")
    at = app.page.get_by_test_id
    at("hand-tool").fill("search")
    at("hand-model").fill("gpt-x")
    at("hand-apply").click()
    expect(at("tool-chip")).to_have_text("search")
    menu(app, "by hand")
    at("hand-tag-text").fill("Order 7")
    at("hand-tag-id").fill("o7")
    at("hand-tag-data").fill("[1]")
    at("hand-tag-insert").click()
    expect(at("by-hand").get_by_role("alert")).to_contain_text("The data of a tag is an object")
    at("hand-tag-data").fill('{"kind": "order"}')
    at("hand-tag-insert").click()
    expect(app.composer).to_have_value("Mail a@b.example or @ada, /now @Order 7 ")
    app.composer.press("Enter")
    message = sent(app, backend)
    assert message["content"][1]["data"] == {"kind": "order"}
    assert message["inference_options"] == {"tool_choice": {"id": "search"}, "model": "gpt-x"}

    app.composer.press_sequentially("half a thought")
    app.answer.locator("p").first.select_text()
    at("quote-selection").click()
    expect(at("quote")).to_have_text("The lamp oil is low.")
    app.composer.press("Enter")
    message = sent(app, backend)
    assert message["quoted_text"] == "The lamp oil is low."
    expect(at("quote")).to_have_count(0)

    app.composer.press_sequentially("draft")
    app.composer.press("Home")
    app.composer.press("ArrowUp")
    expect(app.composer).to_have_value("half a thought")
    app.composer.press("ArrowUp")
    expect(at("composer-tag")).to_have_text("@Order 7")
    app.composer.press("ArrowDown")
    app.composer.press("ArrowDown")
    expect(app.composer).to_have_value("draft")


def test_files_are_held_to_the_limits_and_a_refusal_says_whose_it_is(
    at: Workbench, backend: Foreign, tmp_path: Path
) -> None:
    described = {"type": "file", "id": "att_1", "name": "notes.txt", "mime_type": "text/plain"}
    storage = backend.url.replace("/api/chatkit", "/files")
    chips = at.page.get_by_test_id("attachment")

    def attach(name: str, size: int) -> None:
        (tmp_path / name).write_bytes(b"x" * size)
        at.page.get_by_test_id("file-input").set_input_files(tmp_path / name)

    assert at.page.get_by_test_id("file-input").get_attribute("accept") == "image/*,text/plain,.png,.jpg,.txt"
    attach("big.png", 101)
    expect(chips).to_contain_text("up to 100 bytes for image/png")
    attach("big.jpg", 1001)
    expect(chips.last).to_contain_text("up to 1000 bytes for image/*")
    attach("tool.exe", 1)
    expect(chips.last).to_contain_text("does not take")
    attach("fourth.txt", 1)
    expect(chips.last).to_contain_text("at most 3 files")
    assert "attachments.create" not in backend.operations()
    for name in ("big.png", "big.jpg", "tool.exe", "fourth.txt"):
        at.page.get_by_role("button", name=f"Remove {name}").click()

    backend.documents["attachments.create"] = described
    backend.documents["attachments.delete"] = {}
    attach("notes.txt", 10)
    expect(chips).to_contain_text("upload_descriptor")
    expect(chips).to_contain_text("AttachmentStore.create_attachment()")
    described["upload_descriptor"] = {"url": f"{storage}/full", "method": "PUT", "headers": {}}  # type: ignore[assignment]
    chips.get_by_test_id("retry-upload").click()
    expect(chips).to_contain_text("507")
    expect(chips).to_contain_text("The bucket is full.")
    until(at.page, lambda: backend.operations().count("attachments.delete") == 1)
    described["upload_descriptor"]["url"] = f"{storage}/good"  # type: ignore[index]
    chips.get_by_test_id("retry-upload").click()
    expect(chips).to_have_attribute("data-status", "done")
    at.say("Read it")
    assert sent(at, backend)["attachments"] == ["att_1"]
    expect(chips).to_have_count(0)
    attach("other.txt", 5)
    expect(chips).to_have_attribute("data-status", "done")
    with at.page.expect_response("**/uploads?*"):
        at.page.get_by_role("button", name="Remove other.txt").click()
    assert backend.requests[-1][1] == {"type": "attachments.delete", "params": {"attachment_id": "att_1"}}


def test_files_are_dropped_and_pasted_with_a_thumbnail_and_show_how_far_they_are(app: Workbench) -> None:
    chips, box = app.page.get_by_test_id("attachment"), app.page.locator(".composer")

    def give(kind: str, place: Locator, *files: tuple[str, str, bytes]) -> None:
        handle = place.element_handle()
        app.page.evaluate(GIVE, [kind, handle, [(name, mime_type, list(data)) for name, mime_type, data in files]])

    give("dragover", box, ("a.png", "image/png", b""))
    expect(box).to_have_class(re.compile("is-dragging"))
    give("drop", box, ("dropped.png", "image/png", PICTURE), ("notes.txt", "text/plain", b"some notes"))
    expect(box).not_to_have_class(re.compile("is-dragging"))
    give("paste", app.composer, ("image.png", "image/png", PICTURE))
    expect(chips.locator("b")).to_have_text(["dropped.png", "notes.txt", "image.png"])
    thumbnails = chips.locator("img")
    expect(thumbnails).to_have_count(2)
    for place in (0, 1):
        expect(thumbnails.nth(place)).to_have_js_property("naturalWidth", 3)
    give("drop", box, ("false.png", "image/png", b"no picture"))  # it has no thumbnail, and the store says why not
    expect(chips.last).to_contain_text("The file store rejects the request: 400 Bad Request – false.png is called")
    expect(chips.last).to_contain_text("It was sent the file's bytes, with its own type.")
    expect(thumbnails).to_have_count(2)
    app.page.get_by_role("button", name="Remove false.png").click()
    expect(app.composer).to_have_value("")

    devtools = app.page.context.new_cdp_session(app.page)
    line = {"offline": False, "latency": 0, "downloadThroughput": -1}
    devtools.send("Network.enable")
    devtools.send("Network.emulateNetworkConditions", {**line, "uploadThroughput": 6_000})
    large: FilePayload = {"name": "large.txt", "mimeType": "text/plain", "buffer": b"x" * 300_000}
    app.page.get_by_test_id("file-input").set_input_files(large)
    expect(chips.last.locator("small")).to_have_text(re.compile(r"^[1-9]\d? %$"))
    expect(chips.last.locator(".composer-file-bar")).to_have_attribute("style", re.compile(r"width: [1-9]"))
    expect(app.page.get_by_test_id("send")).to_be_disabled()
    devtools.send("Network.emulateNetworkConditions", {**line, "uploadThroughput": -1})
    expect(chips.last).to_have_attribute("data-status", "done")
    app.composer.press("Enter")  # files alone are a message
    sent = app.page.locator("[data-item-type=user_message]")
    expect(sent).to_contain_text("notes.txt")
    expect(sent.locator("img")).to_have_count(2)
    assert sent.locator("img").evaluate_all("(all) => all.map((one) => one.alt)") == ["dropped.png", "image.png"]
    app.idle()


def test_what_is_dictated_is_written_down_where_the_caret_is(at: Workbench, backend: Foreign, tmp_path: Path) -> None:
    dictation = at.page.get_by_test_id("dictation")
    at.page.evaluate(REFUSE)
    at.page.get_by_test_id("dictate").click()
    expect(at.page.get_by_test_id("composer-problem")).to_contain_text("allow it beside the address")
    at.page.evaluate("() => { delete navigator.mediaDevices.getUserMedia; }")
    at.page.evaluate(AWAY, True)
    at.page.get_by_test_id("dictate").click()
    expect(at.page.get_by_test_id("composer-problem")).to_contain_text("open the workbench at 127.0.0.1")
    at.page.evaluate(AWAY, False)
    backend.documents["input.transcribe"] = {"text": "good evening"}
    at.composer.fill("Say it.")
    at.composer.press("ArrowLeft")
    at.page.get_by_test_id("dictate").click()
    expect(dictation).to_have_attribute("data-state", "recording")
    at.page.evaluate(AGAIN)
    expect(dictation.get_by_role("timer")).to_have_text(re.compile("^0:(0[1-9]|[1-5][0-9])$"))
    at.page.get_by_test_id("dictation-done").click()
    expect(at.composer).to_have_value("Say it good evening .")
    (params,) = [body["params"] for _, body in backend.requests if body["type"] == "input.transcribe"]
    assert params["mime_type"] == "audio/webm;codecs=opus"
    assert len(params["audio_base64"]) > 1000

    del backend.documents["input.transcribe"]
    (tmp_path / "said.mp3").write_bytes(b"ID3")
    at.page.get_by_test_id("audio-input").set_input_files(tmp_path / "said.mp3")
    expect(at.page.get_by_test_id("composer-problem")).to_contain_text("input.transcribe is not implemented here.")
    assert backend.requests[-1][1]["params"]["mime_type"] == "audio/mpeg"


def test_one_microphone_is_open_at_most_and_none_after_all_was_cancelled(at: Workbench) -> None:
    dictation = at.page.get_by_test_id("dictation")
    at.page.evaluate(LATE)
    at.page.get_by_test_id("dictate").click()
    expect(dictation).to_have_attribute("data-state", "asking")
    at.page.evaluate(AGAIN)
    at.page.evaluate("window.allow()")
    expect(dictation).to_have_attribute("data-state", "recording")
    assert at.page.evaluate(LISTENING) == [False, True]
    at.page.get_by_test_id("dictation-cancel").click()
    expect(dictation).to_have_count(0)
    assert at.page.evaluate(LISTENING) == [False, False]
