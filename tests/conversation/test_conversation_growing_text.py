"""The browser's side of a growing text ends, after any patches, as if it had been parsed at once."""

import json
import random
from base64 import b64encode

import pytest
from playwright.sync_api import Browser, Page

from assets import ASSETS
from chat.rendering import MarkdownDocument

pytestmark = pytest.mark.browser

PIECES = [
    *(
        "# A heading\n",
        "\n",
        "\n\n",
        "plain words ",
        "**bold** ",
        "*half",
        "_",
        "`code` ",
        "[link](https://example.org) ",
    ),
    *("- item\n", "  - nested\n", "1. one\n", "> quote\n", "| a | b |\n", "|---|--:|\n", "| 1 | 2 |\n", "```python\n"),
    *("def f(x):\n    return x\n", "```\n", "    indented\n", "&amp; < > \" '", "👍🏽 ", "é", "<b>raw</b> ", "$x^2$ "),
    *("---\n", "- [ ] task\n", "line  \nbreak\n"),
]


@pytest.fixture(scope="module")
def page(browser: Browser) -> Page:
    page = browser.new_page()
    modules = (ASSETS / "conversation").glob("*.js")
    imports = {path.stem: f"data:text/javascript;base64,{b64encode(path.read_bytes()).decode()}" for path in modules}
    page.add_script_tag(type="importmap", content=json.dumps({"imports": imports}))
    page.add_script_tag(type="module", content='import * as all from "growing_text";\nObject.assign(window, all);')
    page.wait_for_function("!!window.GrowingText")
    return page


def patches(pieces: list[str]) -> tuple[list[list[object]], str]:
    document = MarkdownDocument()
    given: list[list[object]] = []
    for piece in pieces:
        document.feed(piece)
        if (patch := document.advance()) is not None:
            given.append(["patch", *patch])
        if (colours := document.colour()) is not None:
            given.append(["colour", *colours])
    if (patch := document.advance(final=True)) is not None:
        given.append(["patch", *patch])
    while document.colouring:
        if (colours := document.colour()) is not None:
            given.append(["colour", *colours])
    return given, "".join(document.html())


APPLY = """([given, html]) => {
    const holder = document.createElement("div");
    const text = new GrowingText(holder, "", "");
    for (const [name, ...values] of given) text[name](...values);
    const grown = document.createElement("div");
    for (const chunk of text.chunks.querySelectorAll(".md-chunk")) grown.append(...chunk.cloneNode(true).childNodes);
    grown.append(...text.tail.cloneNode(true).childNodes);
    const once = document.createElement("div");
    once.innerHTML = html;
    grown.normalize();
    once.normalize();
    return [grown.innerHTML, once.innerHTML];
}"""


def test_random_documents_in_random_pieces(page: Page) -> None:
    for seed in range(150):
        chance = random.Random(seed)
        text = "".join(chance.choice(PIECES) for _ in range(chance.randrange(1, 60)))
        step = chance.choice([1, 4, 17, 90])
        given, html = patches([text[at : at + step] for at in range(0, len(text), step)])
        grown, once = page.evaluate(APPLY, [given, html])
        assert grown == once, (seed, text)


def test_long_code_gets_its_colours_where_it_stands(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chat.rendering.growing.waiting_code._SLICE", 0)
    lines = "".join(f"def value_{i}(): return 'in colour'\n" for i in range(250))
    inside = "  let x = 1; // again\n" * 130
    text = f"Before\n\n```python\n{lines}```\n\n- in a list\n\n  ```js\n{inside}\nAfter\n"
    given, html = patches([text[at : at + 500] for at in range(0, len(text), 500)])
    assert [values[0] for name, *values in given if name == "colour"] == [0, 1, 2, 0, 1]
    grown, once = page.evaluate(APPLY, [given, html])
    assert grown == once
    assert "uncoloured" not in once


@pytest.mark.parametrize(
    "block",
    [
        "| a | b |\n|---|---|\n" + "".join(f"| cell {i} | **{i}** |\n" for i in range(3000)),
        "".join(f"- entry number {i} with *some* text\n" for i in range(3000)),
        "```python\n" + "".join(f"value_{i} = {i}  # a line of code\n" for i in range(3000)) + "```\n",
        "one paragraph that never ends, " * 3000,
    ],
    ids=["table", "list", "code", "paragraph"],
)
def test_a_block_that_stays_open_for_long_is_extended_in_place(page: Page, block: str) -> None:
    given, html = patches([block[at : at + 500] for at in range(0, len(block), 500)])
    grown, once = page.evaluate(APPLY, [given, html])
    assert grown == once
    made_anew = page.evaluate(
        """(given) => {
            const text = new GrowingText(document.createElement("div"), "", "");
            let anew = 0;
            const setter = Object.getOwnPropertyDescriptor(Element.prototype, "innerHTML").set;
            Object.defineProperty(text.tail, "innerHTML", {
                set(html) { anew += html.length; setter.call(this, html); } });
            for (const [name, ...values] of given) text[name](...values);
            return anew;
        }""",
        given,
    )
    assert made_anew < 3 * len(html), "the tail must not be parsed again from its beginning at each patch"
