"""Frames keep any window in step with the thread, whatever it missed."""

import asyncio
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat.conversation.audience import MOST_UNSHOWN, Audience
from chat.conversation.entry import Entry
from chat.conversation.transcript import MOST_ADDED, PAGE, Transcript
from chat.protocol import ThreadState, decode_body, fold, fold_run, load_thread, runs, truncate_after
from chat.rendering import RenderContext, render_markdown
from tests.work import in_no_time

DATA = Path(__file__).parent.parent / "data"
STREAMS = sorted(path.name for path in DATA.glob("good-*.txt"))


def utf16(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")


class Screen:
    """What a window does with frames and snapshots, without a browser."""

    def __init__(self, snapshot: dict[str, Any]) -> None:
        self.n = -1
        self.order: list[str] = []
        self.entries: dict[str, dict[str, Any]] = {}
        self.tail, self.running = "", False
        self.reset(snapshot)

    def reset(self, snapshot: dict[str, Any]) -> None:
        for entry in snapshot["entries"]:
            self.entries[entry["key"]] = self.held(entry)
        self.order = list(snapshot["order"])
        self.n, self.tail, self.running = snapshot["n"], snapshot["tail"], snapshot["running"]

    def held(self, entry: dict[str, Any]) -> dict[str, Any]:
        return {**entry, "texts": {part: [frozen, tail] for part, frozen, tail in entry["texts"]}, "slots": {}}

    def frame(self, n: int, ops: Iterable[list[Any]]) -> None:
        if n <= self.n:
            return
        assert n == self.n + 1, "a frame was missed: a window asks for a snapshot then"
        self.n = n
        for name, *args in ops:
            getattr(self, name, lambda *_: None)(*args)

    def add(self, entry: dict[str, Any], below: str | None) -> None:
        assert below is None or below in self.order
        self.order.insert(self.order.index(below) if below else len(self.order), entry["key"])
        self.entries[entry["key"]] = self.held(entry)

    def entry(self, entry: dict[str, Any]) -> None:
        self.entries[entry["key"]] = self.held(entry)

    def remove(self, key: str) -> None:
        if key in self.order:
            self.order.remove(key)
            del self.entries[key]

    def text(self, key: str, part: int, keep: int, add: str, freeze: int) -> None:
        frozen, tail = self.entries[key]["texts"][part] if keep >= 0 else ("", "")
        new = (utf16(tail)[: 2 * max(keep, 0)] + utf16(add)).decode("utf-16-le", "surrogatepass")
        cut = utf16(new)[: 2 * freeze].decode("utf-16-le", "surrogatepass")
        self.entries[key]["texts"][part] = [frozen + cut, new[len(cut) :]]

    def colour(self, key: str, part: int, chunk: int, html: str, done: bool) -> None:
        frozen, tail = self.entries[key]["texts"][part]
        begin = frozen.index("<code>") + len("<code>")
        end = frozen.index("</code>", begin)
        chunks = frozen[begin:end].split("<span class=lines>")
        chunks[chunk] = html + ("</span>" if chunk else "")
        rest = frozen[end:].replace("<i class=uncoloured hidden></i>", "") if done else frozen[end:]
        self.entries[key]["texts"][part] = [frozen[:begin] + "<span class=lines>".join(chunks) + rest, tail]

    def slot(self, key: str, name: str, html: str) -> None:
        self.entries[key]["slots"][name] = html

    def dress(self, dress: dict[str, Any]) -> None:
        self.entries[dress["key"]].update(dress)

    def seen(self) -> list[Any]:
        """Everything but HTML around texts, which slots have changed in place."""
        names = ("key", "kind", "item", "status", "note", "mark", "actions", "texts")
        return [{name: self.entries[key][name] for name in names} for key in self.order]


def new_transcript() -> Transcript:
    return Transcript(RenderContext)


def same(screen: Screen, transcript: Transcript) -> None:
    fresh = Screen(transcript.snapshot())
    assert screen.order[-len(fresh.order) :] == fresh.order
    assert screen.seen()[-len(fresh.order) :] == fresh.seen()
    assert (screen.n, screen.tail, screen.running) == (fresh.n, fresh.tail, fresh.running)


def event(data: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(data)}\n\n".encode()


HEAD = {"thread_id": "thr_1", "created_at": "2026-01-01T00:00:00"}


def answer(item_id: str, *texts: str) -> dict[str, Any]:
    content = [{"type": "output_text", "text": text, "annotations": []} for text in texts]
    return {**HEAD, "id": item_id, "type": "assistant_message", "content": content}


def question(item_id: str, text: str) -> dict[str, Any]:
    content = [{"type": "input_text", "text": text}]
    return {
        **HEAD,
        "id": item_id,
        "type": "user_message",
        "content": content,
        "attachments": [],
        "inference_options": {},
    }


def added(item: dict[str, Any]) -> bytes:
    return event({"type": "thread.item.added", "item": item})


def done(item: dict[str, Any]) -> bytes:
    return event({"type": "thread.item.done", "item": item})


def delta(item_id: str, text: str, part: int = 0) -> bytes:
    update = {"type": "assistant_message.content_part.text_delta", "content_index": part, "delta": text}
    return event({"type": "thread.item.updated", "item_id": item_id, "update": update})


def take(transcript: Transcript, state: ThreadState, body: bytes) -> None:
    for one in decode_body(body):
        for change in fold(state, one):
            transcript.apply(state, change)


def items(transcript: Transcript, keys: list[str]) -> list[str | None]:
    entries = map(transcript.entry, keys)
    return [entry.state.id if entry and entry.state else None for entry in entries]


def thread_of(count: int) -> tuple[Transcript, ThreadState]:
    items = [(question if i % 2 == 0 else answer)(f"item_{i}", f"Message {i}") for i in range(count)]
    thread = {
        "id": "thr_1",
        "created_at": HEAD["created_at"],
        "status": {"type": "active"},
        "items": {"data": items, "has_more": False},
    }
    state, transcript = ThreadState(), new_transcript()
    load_thread(state, thread)
    transcript.rebuild(state)
    transcript.frame()
    return transcript, state


@pytest.mark.parametrize("name", STREAMS)
@pytest.mark.parametrize("every", [1, 7, 1000])
def test_a_window_that_sees_every_frame_ends_where_a_new_one_begins(name: str, every: int) -> None:
    transcript, state = new_transcript(), ThreadState()
    screen = Screen(transcript.snapshot())
    for index, one in enumerate(decode_body((DATA / name).read_bytes())):
        for change in fold(state, one):
            transcript.apply(state, change)
        if index % every == 0 and (ops := transcript.frame()):
            screen.frame(transcript.n, ops)
    if ops := transcript.frame():
        screen.frame(transcript.n, ops)
    assert screen.order
    same(screen, transcript)


def test_a_window_that_missed_frames_gets_only_what_changed_since() -> None:
    transcript, state = thread_of(10)
    screen = Screen(transcript.snapshot())
    take(transcript, state, added(answer("new", "")) + delta("new", "Hello"))
    transcript.frame()
    take(transcript, state, delta("new", " again"))
    transcript.frame()
    snapshot = transcript.snapshot(screen.n, screen.order[0])
    assert [entry["item"] for entry in snapshot["entries"]] == ["new"]
    assert len(snapshot["order"]) == 11
    screen.reset(snapshot)
    same(screen, transcript)


def test_frames_bring_the_colours_of_long_code_after_its_answer_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chat.rendering.growing.waiting_code._SLICE", 0)
    transcript, state = thread_of(2)
    screen, text = Screen(transcript.snapshot()), "```python\n" + "late = 'colours'\n" * 250 + "```\n"
    take(transcript, state, added(answer("new", "")) + delta("new", text) + done(answer("new", text)))
    names: list[str] = []
    while (ops := transcript.frame()) or transcript.colouring:
        if ops:
            screen.frame(transcript.n, ops)
            same(screen, transcript)
            names += [name for name, *_ in ops]
    (key,) = (key for key, entry in screen.entries.items() if entry["item"] == "new")
    assert names.count("colour") == 3
    assert screen.entries[key]["texts"] == {0: [render_markdown(text), ""]}


def test_who_watches_gets_the_colours_although_nothing_else_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chat.rendering.growing.waiting_code._SLICE", 0)
    transcript, state = thread_of(2)
    audience, text = Audience(transcript, lambda: None), "```python\n" + "soon = 'coloured'\n" * 250 + "```\n"

    class Window:
        def show(self, n: int, ops: Iterable[list[Any]]) -> None:
            screen.frame(n, ops)

    async def watch() -> None:
        audience.windows.add(Window())
        take(transcript, state, added(answer("new", "")) + delta("new", text) + done(answer("new", text)))
        audience.soon()
        await asyncio.sleep(60)

    screen = Screen(transcript.snapshot())
    in_no_time(watch)
    (texts,) = (entry["texts"] for entry in screen.entries.values() if entry["item"] == "new")
    assert texts == {0: [render_markdown(text), ""]}


def test_a_frame_without_news_has_no_number() -> None:
    transcript, _ = thread_of(2)
    before = transcript.n
    assert transcript.frame() == []
    assert transcript.n == before


def test_a_snapshot_holds_the_newest_entries_and_pages_the_rest_in_order() -> None:
    transcript, _ = thread_of(100)
    snapshot = transcript.snapshot()
    keys = snapshot["order"]
    assert len(keys) == PAGE
    assert snapshot["older"]
    while True:
        page = transcript.page(keys[0])
        keys = [entry["key"] for entry in page["entries"]] + keys
        if not page["older"]:
            break
    assert items(transcript, keys) == [f"item_{i}" for i in range(100)]


def test_opening_a_long_thread_renders_what_is_on_screen_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    rendered: list[str] = []
    original = Entry._render

    def counting(self: Entry, context: RenderContext) -> str:
        rendered.append(self.key)
        return original(self, context)

    monkeypatch.setattr(Entry, "_render", counting)
    transcript, _ = thread_of(2000)
    transcript.snapshot()
    assert len(rendered) == PAGE
    transcript.snapshot()
    assert len(rendered) == PAGE, "finished entries are rendered once"


def test_a_delta_sends_its_own_size_and_not_the_text_before_it() -> None:
    transcript, state = thread_of(0)
    take(transcript, state, added(answer("a", "")) + delta("a", "word " * 2000))
    transcript.frame()
    sizes = []
    for _ in range(20):
        take(transcript, state, delta("a", "more "))
        sizes.append(len(json.dumps(transcript.frame())))
    assert max(sizes) < 200


def test_the_end_of_an_answer_that_brings_the_same_text_does_not_redraw_it() -> None:
    transcript, state = thread_of(0)
    take(transcript, state, added(answer("a", "")) + delta("a", "Hello **you**"))
    transcript.frame()
    take(transcript, state, done(answer("a", "Hello **you**")))
    assert {op for op, *_ in transcript.frame()} <= {"text", "slot", "dress"}


@pytest.mark.parametrize("before", [b"", added({**HEAD, "id": "a", "type": "assistant_message", "content": []})])
def test_a_delta_without_its_part_or_item_is_shown_once(before: bytes) -> None:
    transcript, state = new_transcript(), ThreadState()
    screen = Screen(transcript.snapshot())
    for body in (before, delta("a", "AA"), delta("a", "BB")):
        take(transcript, state, body)
        ops = transcript.frame()
        screen.frame(transcript.n, ops)
    (entry,) = screen.entries.values()
    assert "".join(entry["texts"][0]).strip() == "<p>AABB</p>"
    take(transcript, state, done(answer("a", "AABB!")))
    ops = transcript.frame()
    screen.frame(transcript.n, ops)
    (entry,) = screen.entries.values()
    assert "".join(entry["texts"][0]).strip() == "<p>AABB!</p>"


def test_a_text_that_changes_at_the_end_is_drawn_anew() -> None:
    transcript, state = thread_of(0)
    take(transcript, state, added(answer("a", "")) + delta("a", "Hello"))
    screen = Screen((transcript.frame(), transcript.snapshot())[1])
    take(transcript, state, done(answer("a", "Goodbye")))
    screen.frame(transcript.n + 1, transcript.frame())
    ((_, [frozen, tail]),) = screen.entries[screen.order[-1]]["texts"].items()
    assert "Goodbye" in frozen + tail
    assert "Hello" not in frozen + tail
    same(screen, transcript)


def test_retrying_takes_away_what_stands_below_the_message() -> None:
    transcript, state = thread_of(4)
    screen = Screen(transcript.snapshot())
    note = transcript.note("error", "it broke", label="Error")
    screen.frame(transcript.n + 1, transcript.frame())
    assert screen.order[-1] == note.key
    for change in truncate_after(state, "item_2"):
        transcript.apply(state, change)
    entry = transcript.item("item_2")
    assert entry
    transcript.remove_notes_after(entry)
    screen.frame(transcript.n + 1, transcript.frame())
    assert items(transcript, screen.order) == ["item_0", "item_1", "item_2"]
    same(screen, transcript)


def test_several_new_entries_in_one_frame_keep_their_order() -> None:
    transcript, state = thread_of(1)
    screen = Screen(transcript.snapshot())
    take(transcript, state, b"".join(done(answer(f"new_{i}", "x")) for i in range(5)))
    transcript.note("remark", "below", label="Remark")
    screen.frame(transcript.n + 1, transcript.frame())
    assert items(transcript, screen.order) == ["item_0", *(f"new_{i}" for i in range(5)), None]


def test_half_a_character_from_a_backend_does_not_stop_the_frame() -> None:
    transcript, state = thread_of(0)
    title = {**question("u", "\ud83d alone"), "id": "bad \ud800 id"}
    take(transcript, state, done(title))
    text = json.dumps(transcript.frame(), ensure_ascii=False)
    assert text.encode()


PIECES = st.sampled_from(
    [
        "# Head\n",
        "\n",
        "text ",
        "**bold",
        "** ",
        "- item\n",
        "```py\n",
        "x = 1\n",
        "```\n",
        "| a | b |\n",
        "|--|--|\n",
        "👍 ",
        "é",
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(PIECES, st.booleans(), st.booleans()), max_size=40))
def test_windows_that_miss_any_frames_agree_with_those_that_see_all(steps: list[tuple[str, bool, bool]]) -> None:
    transcript, state = thread_of(1)
    always, sometimes = Screen(transcript.snapshot()), Screen(transcript.snapshot())
    take(transcript, state, added(answer("a", "")))
    for text, send, miss in [*steps, ("end", True, True)]:
        take(transcript, state, delta("a", text))
        if not send:
            continue
        ops = transcript.frame()
        always.frame(transcript.n, ops)
        if miss:
            sometimes.reset(transcript.snapshot(sometimes.n, sometimes.order[0]))
        elif transcript.n == sometimes.n + 1:
            sometimes.frame(transcript.n, ops)
    assert always.seen() == sometimes.seen()
    same(always, transcript)


def test_an_answer_among_more_entries_than_a_frame_brings_has_its_text_in_the_snapshot() -> None:
    transcript, state = new_transcript(), ThreadState()
    events = [event({"type": "thread.created", "thread": {"id": "thr_1", **HEAD, "status": {"type": "active"}}})]
    events += [event({"type": "thread.item.done", "item": question(f"u{n}", "Hi")}) for n in range(MOST_ADDED)]
    delta = {"type": "assistant_message.content_part.text_delta", "content_index": 0, "delta": "THE END"}
    events += [
        event({"type": "thread.item.added", "item": answer("a1")}),
        event({"type": "thread.item.updated", "item_id": "a1", "update": delta}),
        event({"type": "thread.item.done", "item": answer("a1", "THE END")}),
    ]
    for one in decode_body(b"".join(events)):
        for change in fold(state, one):
            transcript.apply(state, change)
    assert transcript.frame() == [["anew"]]
    assert "THE END" in "".join(transcript.snapshot()["entries"][-1]["texts"][0][1:])


async def test_text_that_comes_faster_than_frames_go_is_shown_in_pieces() -> None:
    transcript, state = thread_of(1)
    audience = Audience(transcript, lambda: None)
    frames: list[int] = []

    class Window:
        def show(self, n: int, ops: Iterable[list[Any]]) -> None:
            frames.append(len(str(ops)))

    take(transcript, state, added(answer("a", "")))
    audience.windows.add(Window())
    for _ in range(100):  # the loop has no turn meanwhile, and so no timer
        take(transcript, state, delta("a", "four words of text. " * 100))
        audience.soon()
    audience.cancel()
    assert len(frames) == 4  # of 42,000 characters each; the rest waits
    assert max(frames) < 2 * MOST_UNSHOWN


# --- what comes in one go ---------------------------------------------------------------------------------------------


def seen_of(body: bytes) -> str:
    """The last entry, of a body that has come in one go."""
    transcript, state = new_transcript(), ThreadState()
    for run in runs(decode_body(body)):
        for change in fold_run(state, run):
            transcript.apply(state, change)
    transcript.frame()
    entry = transcript.snapshot()["entries"][-1]
    return "".join((entry["html"], *(text for _, *texts in entry["texts"] for text in texts)))


@pytest.mark.parametrize("begun", [added(answer("a")), b""], ids=["begun without a part", "never added"])
def test_an_answer_whose_first_words_come_together_says_each_once(begun: bytes) -> None:
    letters = b"".join(delta("a", letter) for letter in "Said once.")
    assert "<p>Said once.</p>" in seen_of(begun + letters)


def test_two_parts_that_grow_by_turns_say_their_words_once() -> None:
    letters = b"".join(delta("a", letter, part) for letter in "Said once." for part in (0, 1))
    assert seen_of(added(answer("a")) + letters).count("<p>Said once.</p>") == 2


@pytest.mark.parametrize("component", ["Text", "Markdown"])
def test_a_widget_whose_first_words_come_together_says_each_once(component: str) -> None:
    text = {"type": component, "id": "t", "value": "", "streaming": True}
    card = {**HEAD, "id": "w", "type": "widget", "widget": {"type": "Card", "children": [text]}}
    update = {"type": "widget.streaming_text.value_delta", "component_id": "t", "done": False}
    updated = {"type": "thread.item.updated", "item_id": "w"}
    letters = [event({**updated, "update": {**update, "delta": letter}}) for letter in "Said once."]
    seen = re.findall(r">([^<>\n]+)<", seen_of(added(card) + b"".join(letters)))
    assert set(seen) == {"Said once."}
