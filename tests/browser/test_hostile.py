"""A hostile backend gets its texts onto the page, streamed and stored, and nothing of them runs, loads or covers."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Foreign, Workbench, assistant_item, thread, user_item
from tests.data.xss import ADDRESSES, HOST, PAYLOADS

pytestmark = pytest.mark.browser

STAMP = "2026-01-01T00:00:00"
AFTER = "THE END"


def added(text: str, item_id: str) -> list[dict[str, Any]]:
    """An assistant's message streamed in pieces of seven characters, so that every half of a payload is shown once."""
    item = {**assistant_item("thr_1", item_id, ""), "content": []}
    update = {"type": "assistant_message.content_part.text_delta", "content_index": 0}
    deltas = [{**update, "delta": text[at : at + 7]} for at in range(0, len(text), 7)]
    streamed = [{"type": "thread.item.updated", "item_id": item_id, "update": delta} for delta in deltas]
    return [
        {"type": "thread.item.added", "item": item},
        *streamed,
        {"type": "thread.item.done", "item": assistant_item("thr_1", item_id, text)},
    ]


def head(item_id: str, kind: str) -> dict[str, Any]:
    return {"id": item_id, "thread_id": "thr_1", "created_at": STAMP, "type": kind}


def cited(item_id: str) -> dict[str, Any]:
    sources = [
        {"type": "url", "title": text, "url": address} for text, address in zip(PAYLOADS, ADDRESSES, strict=False)
    ]
    sources += [{"type": "file", "title": text, "filename": text} for text in PAYLOADS]
    sources += [{"type": "entity", "id": text, "title": text, "label": text, "icon": "lucide:x"} for text in PAYLOADS]
    annotations = [{"type": "annotation", "source": source, "index": 4} for source in sources]
    content = [{"type": "output_text", "text": "Cited.", "annotations": annotations}]
    return {**head(item_id, "assistant_message"), "content": content}


def widget(item_id: str) -> dict[str, Any]:
    texts = [{"type": kind, "value": text} for text in PAYLOADS for kind in ("Text", "Markdown", "Title")]
    images = [
        {"type": "Image", "src": address, "alt": text} for text, address in zip(PAYLOADS, ADDRESSES, strict=False)
    ]
    return {**head(item_id, "widget"), "widget": {"type": "Card", "children": [*texts, *images]}}


def workflow(item_id: str) -> dict[str, Any]:
    tasks = [{"type": "custom", "title": text, "content": text} for text in PAYLOADS]
    return {**head(item_id, "workflow"), "workflow": {"type": "custom", "tasks": tasks, "expanded": True}}


def tool(item_id: str) -> dict[str, Any]:
    arguments = dict.fromkeys(PAYLOADS, "x")
    return {
        **head(item_id, "client_tool_call"),
        "call_id": "c",
        "name": PAYLOADS[0],
        "arguments": arguments,
        "status": "completed",
    }


def stream() -> list[dict[str, Any]]:
    answers = [event for n, text in enumerate(PAYLOADS) for event in added(f"{text}\n\n[link]({text})", f"a{n}")]
    links = "\n\n".join(f"[x]({address}) ![x]({address}) <{address}> {address}" for address in ADDRESSES)
    items = [cited("c1"), widget("w1"), workflow("f1"), tool("t1"), {**head("z1", PAYLOADS[1]), "x": PAYLOADS[0]}]
    return [
        {"type": "thread.created", "thread": thread("thr_1", PAYLOADS[0])},
        {"type": "thread.item.done", "item": user_item("thr_1", "u1", "\n".join(PAYLOADS))},
        *answers,
        *added(links, "links"),
        *({"type": "thread.item.done", "item": item} for item in items),
        *({"type": "notice", "level": "danger", "title": text, "message": text} for text in PAYLOADS),
        *({"type": "progress_update", "text": text} for text in PAYLOADS),
        *({"type": text, "html": text} for text in PAYLOADS),
        {"type": "client_effect", "name": PAYLOADS[0], "data": {"x": PAYLOADS[0]}},
        *added(AFTER, "end"),
        {"type": "error", "message": PAYLOADS[2], "allow_retry": True},
    ]


def test_nothing_a_hostile_backend_sends_runs_loads_or_covers_the_page(app: Workbench, foreign: Foreign) -> None:
    asked: list[str] = []
    app.page.on("request", lambda request: asked.append(request.url) if HOST in request.url else None)
    app.page.on("dialog", lambda dialog: asked.append(f"dialog {dialog.message}"))
    foreign.threads = [thread(f"thr_{n}", text) for n, text in enumerate(PAYLOADS)]
    foreign.items["thr_1"] = [
        cited("c1"),
        widget("w1"),
        workflow("f1"),
        assistant_item("thr_1", "a1", "\n\n".join(PAYLOADS)),
    ]
    foreign.answers[""] = stream()
    app.connect(foreign.url)
    expect(app.threads).to_have_count(len(PAYLOADS))

    app.say("Do your worst")
    expect(app.page.locator("[data-item-id=end]")).to_contain_text(AFTER, timeout=60_000)
    app.idle()
    app.events.last.click()
    for tab in ("Request", "Response", "Timing", "State"):
        app.page.get_by_role("tab", name=tab).click()
    app.page.reload()
    expect(app.items.first).to_be_visible()

    assert app.page.evaluate("window.__xss") is None
    assert asked == []
    assert (
        app.page.evaluate(
            "document.querySelectorAll('.conversation-pane :is(script, iframe, object, embed, base)').length"
        )
        == 0
    )
    # nothing lies over the page: what is in its middle still belongs to the conversation
    assert app.page.evaluate("!!document.elementFromPoint(innerWidth / 2, innerHeight / 2).closest('.pane-middle')")
