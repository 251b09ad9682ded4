"""Hostile text in a real browser: nothing runs, nothing is loaded, nothing covers the page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, Page

from chat.rendering import MarkdownDocument, RenderContext, render_error, render_item, render_notice
from tests.data.xss import ADDRESSES, HOST, PAYLOADS, STYLES
from tests.rendering.specimens import state, widget

CONTEXT = RenderContext(thread_id="thr_1", allowed_image_origins=("https://example.com", "*.example.com"))
ALLOWED_SCHEMES = ("http://", "https://", "mailto:", "tel:")

LOOK = """() => {
  const bad = [];
  const forbidden = "script,iframe,object,embed,link,meta,base,style,frame,applet,portal";
  for (const element of document.querySelectorAll("#stage *")) {
    const where = element.closest("[data-case]").dataset.case + " " + element.localName;
    if (element.matches(forbidden)) bad.push(["element", where]);
    for (const { name, value } of element.attributes) {
      if (name.startsWith("on") || ["srcdoc", "action", "formaction", "xlink:href", "ping", "srcset"].includes(name))
        bad.push([name, where]);
      if (name === "style" && /url|expression|image-set|position|@import|behavior|z-index|javascript/i.test(value))
        bad.push([name, where]);
      if (name === "href" && !ALLOWED.some((scheme) => element.href.startsWith(scheme))) bad.push([name, where]);
    }
    if (element.localName === "a" && (element.target !== "_blank" || !element.rel.includes("noopener")))
      bad.push(["rel", where]);
    if (element.hasAttribute("style")) {
      if (element.offsetWidth > 2400) bad.push(["size", where]);
      if (["fixed", "sticky"].includes(getComputedStyle(element).position)) bad.push(["position", where]);
    }
    for (const kind of ["click", "mouseover", "focus", "toggle", "error"])
      if (!(kind === "click" && element.matches("a, a *"))) element.dispatchEvent(new Event(kind));
  }
  return bad;
}""".replace("ALLOWED", repr(list(ALLOWED_SCHEMES)))


def _components(p: str, address: str, style: str) -> Iterator[dict[str, Any]]:
    act = {"type": p, "payload": {p: p}, "handler": p}
    looks = dict.fromkeys(
        (
            "color",
            "background",
            "width",
            "height",
            "size",
            "gap",
            "padding",
            "margin",
            "radius",
            "flex",
            "aspectRatio",
            "align",
            "justify",
            "wrap",
            "weight",
            "textAlign",
            "minWidth",
            "maxHeight",
            "spacing",
            "variant",
            "direction",
            "theme",
            "fit",
            "position",
        ),
        style,
    )
    borders = {"border": {"size": 1, "color": style, "style": style, "top": style}}
    sides = {
        "padding": {"x": style, "top": style},
        "margin": {"left": style},
        "background": {"light": style, "dark": style},
    }
    options = [{"value": p, "label": p, "description": p}]
    yield {"type": "Box", **looks, **borders, "children": [{"type": "Text", "value": p, "id": p, **looks}]}
    yield {"type": "Row", **looks, **sides, "children": {"type": "Title", "value": p, **looks}}
    for kind in ("Caption", "Markdown", "Text"):
        yield {"type": kind, "value": p, "id": p, **looks}
    yield {"type": "Badge", "label": p, **looks}
    yield {"type": "Label", "value": p, "fieldName": p, **looks}
    yield {"type": "Button", "label": p, "iconStart": p, "iconEnd": p, "onClickAction": act, **looks}
    yield {"type": "Icon", "name": p, **looks}
    yield {"type": "Image", "alt": p, **looks, "src": address}
    yield {"type": "Divider", **looks}
    yield {"type": "Spacer", "minSize": style}
    yield {
        "type": "Select",
        "name": p,
        "placeholder": p,
        "defaultValue": p,
        "options": options,
        "onChangeAction": act,
        **looks,
    }
    yield {"type": "RadioGroup", "name": p, "ariaLabel": p, "defaultValue": p, "options": options, **looks}
    yield {"type": "Input", "name": p, "placeholder": p, "defaultValue": p, "pattern": p, "inputType": p, **looks}
    yield {"type": "Textarea", "name": p, "placeholder": p, "defaultValue": p, "rows": p, **looks}
    yield {"type": "DatePicker", "name": p, "placeholder": p, "defaultValue": p, "min": p, **looks}
    yield {"type": "Checkbox", "name": p, "label": p, "onChangeAction": act, **looks}
    yield {
        "type": "Chart",
        "data": [{"x": p, "y": 3, p: p}],
        "xAxis": {"dataKey": "x", "labels": {p: p}},
        "showLegend": True,
        "series": [{"type": "bar", "dataKey": "y", "label": p, "color": style}, {"type": p, "dataKey": p, "label": p}],
        **looks,
    }
    yield {
        "type": "Table",
        "children": [
            {
                "type": "Table.Row",
                "header": p,
                "children": [
                    {
                        "type": "Table.Cell",
                        "colSpan": p,
                        "vAlign": style,
                        "children": [{"type": "Text", "value": p}],
                        **looks,
                    }
                ],
            }
        ],
    }
    yield {"type": p, "value": p}
    yield {"type": "Form", "onSubmitAction": act, **looks, "children": [{"type": "Button", "submit": True, "label": p}]}


def _rendered(p: str, address: str = "https://example.com/", style: str = "red") -> Iterator[tuple[str, str]]:
    """(what it is, HTML) with `p` in every text field, `address` in every address, `style` in every style prop."""
    more = {"description": p, "timestamp": p, "group": p}
    sources = [
        {"type": "url", "title": p, "url": address, "attribution": p, **more},
        {"type": "file", "title": p, "filename": p, **more},
        {"type": "entity", "title": p, "id": p, "label": p, "inline_label": p, "icon": "lucide:" + p, **more},
        {"type": "url", "title": "", "url": p},
    ]
    notes = [
        {"type": "annotation", "index": at, "source": source}
        for at, source in zip((3, 9, 9999, None), sources, strict=True)
    ]
    tasks = [
        {"type": "custom", "title": p, "content": p, "icon": "vendor:" + p},
        {"type": "web_search", "title": p, "title_query": p, "queries": [p], "sources": [sources[0]]},
        {"type": "thought", "title": p, "content": p},
        {"type": "file", "title": p, "sources": [sources[1]]},
        {"type": "image", "title": p},
        {"type": p},
    ]
    questions = [
        {"type": "multiple_choice", "id": p, "question": p, "options": [{"value": p}]},
        {"type": "freeform", "id": p, "question": p, "description": p, "answer": {"values": [p]}},
    ]
    user = {
        "content": [
            {"type": "input_text", "text": p},
            {"type": "input_tag", "id": p, "text": p, "data": {}, "group": p},
        ],
        "attachments": [{"type": "file", "id": p, "name": p, "mime_type": p}],
        "quoted_text": p,
        "inference_options": {},
    }
    call = {"type": "client_tool_call", "call_id": p, "name": p, "arguments": {p: p}}
    markdown = f"{p}\n\nafter [it]({address}) ![image]({address}) {p}"
    items: list[dict[str, Any]] = [
        {"type": "user_message", **user},
        {"type": "assistant_message", "content": [{"type": "output_text", "text": markdown, "annotations": notes}]},
        {"type": "assistant_message", "content": [{"type": p, "text": p}]},
        {"type": "workflow", "workflow": {"type": "custom", "tasks": tasks, "summary": {"title": p}, "expanded": True}},
        {"type": "task", "task": tasks[1]},
        {**call, "status": "pending"},
        {**call, "status": "completed", "output": p},
        {"type": "structured_input", "inputs": questions},
        {"type": "structured_input", "status": "answered", "inputs": questions},
        {"type": "generated_image", "image": {"id": p, "url": address}},
        {"type": p, "value": p},
    ]
    for item in items:
        yield str(item["type"])[:30], render_item(state(item), CONTEXT)
    document = MarkdownDocument(CONTEXT.images)
    document.feed(markdown)
    document.advance()
    yield "growing text", "".join(document.html())
    status = {"text": p, "icon": p, "favicon": address}
    inside = list(_components(p, address, style))
    roots: list[dict[str, Any]] = [
        {
            "type": "Card",
            "asForm": True,
            "status": status,
            "background": style,
            "size": style,
            "children": inside,
            "confirm": {"label": p, "action": {"type": p}},
            "cancel": {"label": p, "action": {"type": p}},
        },
        {
            "type": "ListView",
            "status": status,
            "children": [{"type": "ListViewItem", "gap": style, "children": inside[:4]}],
        },
        {"type": "Basic", "padding": style, "children": inside},
    ]
    for root in roots:
        yield f"widget {root['type']}", render_item(widget(root), CONTEXT)
    yield "notice", render_notice(p, p, markdown)
    yield "error", render_error(p, p, True)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    tab = browser.new_page()
    yield tab
    tab.close()


def _show(page: Page, cases: list[tuple[str, str]], *, by_script: bool) -> tuple[list[Any], list[str]]:
    """Insert the HTML as the page does, or as a parser reads it, and look for what happened."""
    asked: list[str] = []
    dialogs: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", dismiss)
    page.route("**/*", lambda route: route.abort())
    html = "".join(
        f'<div data-case="{number} {kind.replace(chr(34), "")[:20]}" hidden>{inner}</div>'.replace(" hidden>", ">")
        for number, (kind, inner) in enumerate(cases)
    )
    if by_script:
        page.set_content('<!doctype html><body><div id="stage"></div>')
        page.evaluate("html => { document.getElementById('stage').innerHTML = html }", html)
    else:
        page.set_content(f'<!doctype html><body><div id="stage">{html}</div>', wait_until="domcontentloaded")
    bad = page.evaluate(LOOK)
    page.evaluate("() => new Promise(resolve => setTimeout(resolve, 50))")  # what was set off has had its turn
    if page.evaluate("window.__xss !== undefined"):
        bad.append(["ran", "window.__xss"])
    if dialogs:
        bad.append(["dialog", dialogs])
    # Images of the one allowed origin may be asked for, and so may bitmap data.
    loaded = [url for url in asked if not url.startswith(("about:", "data:image/", "https://example.com/"))]
    return bad, loaded


def test_there_are_more_than_forty_payloads() -> None:
    assert len(set(PAYLOADS)) >= 40
    assert len(set(ADDRESSES)) >= 20


@pytest.mark.browser
@pytest.mark.parametrize("by_script", [True, False], ids=["inserted", "parsed"])
def test_no_payload_runs_in_any_text_field(page: Page, by_script: bool) -> None:
    cases = [case for payload in PAYLOADS for case in _rendered(payload)]
    assert _show(page, cases, by_script=by_script) == ([], [])


@pytest.mark.browser
@pytest.mark.parametrize("by_script", [True, False], ids=["inserted", "parsed"])
def test_no_address_is_loaded_or_followed(page: Page, by_script: bool) -> None:
    cases = [case for address in ADDRESSES for case in _rendered("text", address=address)]
    bad, loaded = _show(page, cases, by_script=by_script)
    assert (bad, loaded) == ([], [])
    assert not page.locator(f'img[src*="{HOST}"]').count()


@pytest.mark.browser
@pytest.mark.parametrize("by_script", [True, False], ids=["inserted", "parsed"])
def test_no_style_prop_loads_or_covers(page: Page, by_script: bool) -> None:
    cases = [case for style in STYLES for case in _rendered("text", style=style)]
    assert _show(page, cases, by_script=by_script) == ([], [])


@pytest.mark.browser
def test_the_look_itself_sees_what_it_must_see(page: Page) -> None:
    bad, loaded = _show(
        page,
        [("bad", f'<img src="https://{HOST}/a.png" onerror="window.__xss=1"><p style="position:fixed">x</p>')],
        by_script=True,
    )
    assert {kind for kind, _ in bad} >= {"onerror", "style", "position", "ran"}
    assert loaded == [f"https://{HOST}/a.png"]
