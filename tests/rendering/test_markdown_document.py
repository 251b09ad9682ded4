"""A text that grows: whatever the pieces, the browser ends with what the whole text gives, and holds what we think."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chat.rendering import ImagePolicy, MarkdownDocument, Patch, code, render_markdown
from chat.rendering.growing import Colours, folding, waiting_code
from chat.rendering.growing import markdown_document as document_module
from tests.rendering.specimens import MARKDOWN_TOUR
from tests.work import counted

UNCOLOURED = "<i class=uncoloured hidden></i>"
LINES = "<span class=lines>"


class Reader:
    """What the browser does with patches, counting as it counts."""

    def __init__(self) -> None:
        self.frozen = b""
        self.tail = b""

    def apply(self, patch: Patch) -> None:
        if patch.keep < 0:
            self.frozen = self.tail = b""
        keep = max(patch.keep, 0) * 2
        assert keep <= len(self.tail)
        tail = self.tail[:keep] + patch.add.encode("utf-16-le")
        assert patch.freeze * 2 <= len(tail)
        self.frozen += tail[: patch.freeze * 2]
        self.tail = tail[patch.freeze * 2 :]

    def colour(self, colours: Colours) -> None:
        """The first block that waits gets the colours of a hundred lines."""
        html = self.frozen.decode("utf-16-le")
        end = html.index(f"</code></pre>{UNCOLOURED}</div>")
        begin = html.rindex(code.CODE_BEGINS, 0, end) + len(code.CODE_BEGINS)
        chunks = html[begin:end].split(LINES)
        chunks = [chunks[0], *(chunk.removesuffix("</span>") for chunk in chunks[1:])]
        assert chunks[colours.chunk] != colours.html or colours.done, "nothing is sent twice"
        chunks[colours.chunk] = colours.html
        after = html[end:].replace(UNCOLOURED, "", 1) if colours.done else html[end:]
        lines = chunks[0] + "".join(f"{LINES}{chunk}</span>" for chunk in chunks[1:])
        self.frozen = (html[:begin] + lines + after).encode("utf-16-le")

    @property
    def html(self) -> tuple[str, str]:
        return self.frozen.decode("utf-16-le"), self.tail.decode("utf-16-le")


def stream(text: str, sizes: Callable[[], int], every: Callable[[], bool] = lambda: True) -> MarkdownDocument:
    """Feed `text` piece by piece; at every step the reader holds what the document says, at the end the whole."""
    code._colouring.cache_clear()
    growing, reader = MarkdownDocument(), Reader()
    at = 0
    while at < len(text):
        size = sizes()
        growing.feed(text[at : at + size])
        at += size
        if every():
            patch = growing.advance()
            if patch:
                reader.apply(patch)
            if colours := growing.colour():
                reader.colour(colours)
            assert reader.html == growing.html()
            folded = "".join(growing._fold.source) if growing._fold else ""
            assert growing.source.endswith(folded + growing._rest), "fold and rest are the end of the source"
    patch = growing.advance(final=True)
    if patch:
        reader.apply(patch)
    assert reader.html == growing.html()
    assert growing.html()[1] == ""
    while growing.colouring:
        if colours := growing.colour():
            reader.colour(colours)
            assert reader.html == growing.html()
    assert growing.html() == (render_markdown(text), "")
    assert growing.advance() is None
    assert growing.advance(final=True) is None
    return growing


NASTY = {
    "tour": MARKDOWN_TOUR,
    "line ends": "a\r\n\r\nb\rc\r\n- d\r- e\r\n\r\n```\r\nf\r\n```\r\n",
    "emoji": "# 😀 é\n\n😀" * 20 + "\n\n| 😀 | b |\n|---|---|\n| 👩‍👩‍👧 | `😀` |\n",
    "late reference": "[a] and [b][a] and ![i][a]\n\n- [a]\n\n```\n[a]\n```\n\n[a]: https://example.com 'T'\n",
    "reference in a list": "[a]\n\n- x\n- [a]: https://example.com\n- y\n",
    "half a reference": "[a]\n\ntext\n\n[a]: https://exam",
    "table splits a paragraph": "one\ntwo | three\n---|---\nfour | five\nsix\n\nseven",
    "table in a list": "- x | y\n---|---\n- a\n- | b | c |\n  |---|---|\n  | 1 | 2 |\n",
    "setext": "para\ngraph\n===\nmore\n---\n" + "words and words " * 40 + "\n---\n",
    "loose late": "- a\n- b\n" * 40 + "\n- c\n- d\n",
    "list kinds": "- a\n* b\n+ c\n1. d\n2) e\n- [ ] f\n- [x] g\n",
    "open fence": "text\n```python\n" + "x = 1\n" * 250,
    "fence in a list": "- a\n  ```js\n  let x = 1;\n  ```\n- b\n\n  ```py\n  y\n",
    "fence that only seems closed": "~~~~\n~~~\n```\n~~~~ x\nreally\n~~~~\nafter\n",
    "quotes": "> a\nb\n> - c\n> ```\n> d\ne\n>\n> f\n",
    "mathematics": "$$\na\n\n- b\n$$\n\\[ x\n+ y \\]\n$ 5 $x$ \\(y\\) $$z$$\n$$\nopen",
    "code with a late reference": "[a]\n\n```py\n" + "x = 'a'\n" * 9 + "```\n\n[a]: https://example.com\n",
    "code, and a reference": "```py\n" + "x = 'a'\n" * 9 + "```\n\n[a]: https://example.com\n\n[a]\n",
    "the same code twice": ("```py\n" + "x = 'a'\n" * 9 + "```\n") * 2 + "- a\n\n  ```py\n" + "  x = 'a'\n" * 9,
    "code that is text": "```python\n" + "word\n" * 10 + "```\n" + "end",
    "halves": "a\ud83d\ude00b\ud83d \ude00\x00",
    "marks": "*a **b *c* d** _e_ ~~f~~ `g`` h` ``i` j`` [k](l) ![m](n) <o> &amp; &#65; \\* \\",
    "blank": "\n\n \n\t\n",
    "nothing": "",
}


@pytest.mark.parametrize("name", NASTY)
@pytest.mark.parametrize("size", [1, 2, 3, 7, 50, 100_000])
def test_any_pieces_end_as_the_whole(name: str, size: int) -> None:
    stream(NASTY[name], lambda: size)


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fold at once and colour late, so that short texts meet what long ones do."""

    monkeypatch.setattr(document_module, "_FOLD_FROM", 40)
    monkeypatch.setattr(folding, "LINES_PER_CHUNK", 3)
    monkeypatch.setattr(code, "LINES_PER_CHUNK", 3)
    monkeypatch.setattr(code, "COLOURED_AT_ONCE", 10)
    monkeypatch.setattr(code, "_LOOKED_AT_THE_CLOCK", 2)
    monkeypatch.setattr(waiting_code, "_SLICE", 0)


PIECES = [
    "# h\n", "text *em* ", "**b**", "`c`", "``` py\n", "```\n", "~~~\n", "def f(): pass\n", "- a\n", "- b\n\n", "* c\n",
    "1. x\n", "2. y\n", "  - n\n", "    code\n", "\n", "\n\n", "| a | b |\n", "|---|---|\n", "| 1 | *2* |\n", "---\n",
    "===\n", "> q\n", ">\n", "[a]: http://x.y\n", "[a]", "[a][b] ", "![i](http://h/i.png)", "😀", "\r\n", "\r", "é",
    "$x$ ", "$$\n", "$$ y $$\n", "\\(z\\) ", "\\[\nq\n\\]\n", "<b>", "&amp; &#", "\\", "*", "_", "~~", "[", "]", "(",
    ")", "http://e.com/a ", "word ", "word, ", "some plain words. ", "- [x] t\n", "- [ ] u\n", "5$ ", "\t", "- x | y\n",
    "1) z\n", "\ud83d", "\ude00", "\x00", "***", "- - -\n", "end.\n", "   ", "+ p\n", "- ```js\n  x\n  ```\n",
    "\n  p\n",
]  # fmt: skip

documents = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)
long_blocks = st.one_of(
    st.tuples(
        st.just("| a | b |\n|---|---|\n"),
        st.lists(st.sampled_from(["| 1 | 2 |\n", "| *x* |\n", "| `y` | [a] |\n"]), max_size=30),
    ),
    st.tuples(
        st.just("- first\n"),
        st.lists(st.sampled_from(["- item\n", "- [x] t\n", "\n- loose\n", "  more\n"]), max_size=30),
    ),
    st.tuples(st.just("```py\n"), st.lists(st.sampled_from(["a = 1\n", "\n", "'''x\n"]), max_size=40)),
    st.tuples(
        st.just("Begin. "),
        st.lists(st.sampled_from(["some plain words. ", "and *more*, ", "line\n", "a | b\n"]), max_size=40),
    ),
).map(lambda block: block[0] + "".join(block[1]))


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=documents, seed=st.integers(0, 2**32))
def test_random_documents_end_as_the_whole(text: str, seed: int) -> None:
    pick = random.Random(seed)
    stream(text, lambda: pick.choice([1, 1, 3, 4, 10, 50]), lambda: pick.random() < 0.7)


@pytest.mark.parametrize("name", [name for name, text in NASTY.items() if "```" in text])
@pytest.mark.parametrize("size", [2, 50, 100_000])
def test_code_that_is_coloured_late_ends_as_the_whole(eager: None, name: str, size: int) -> None:
    stream(NASTY[name], lambda: size)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(block=long_blocks, rest=documents, seed=st.integers(0, 2**32))
def test_folded_blocks_end_as_the_whole(eager: None, block: str, rest: str, seed: int) -> None:
    pick = random.Random(seed)
    stream(block + rest, lambda: pick.choice([1, 3, 4, 10]), lambda: pick.random() < 0.7)


def test_closed_blocks_are_frozen_while_the_text_grows() -> None:
    growing = MarkdownDocument()
    growing.feed("# One\n\nTwo\n\nThree\n\nFour")
    growing.advance()
    frozen, tail = growing.html()
    assert frozen == "<h1>One</h1>\n<p>Two</p>\n"  # "Four" begins on a line that is not complete yet
    assert tail.startswith("<p>Three</p>")


def test_code_is_colored_once_when_its_fence_closes() -> None:
    growing = MarkdownDocument()
    growing.feed("```python\ndef f(): pass\n")
    growing.advance()
    assert "class=k" not in "".join(growing.html())
    growing.feed("```\n")
    patch = growing.advance()
    assert patch is not None
    assert patch.freeze
    assert "<span class=k>def</span>" in growing.html()[0]


CODE = "def f(): return 'x'  # why\n" * 350
AFTER = "```\n\nAfter it.\n\nAnd more"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock of the processor that goes on by a millisecond whenever it is looked at; no colours are there yet."""
    code._colouring.cache_clear()
    monkeypatch.setattr(code, "thread_time", map((0.001).__mul__, itertools.count()).__next__)


def closed(text: str) -> tuple[MarkdownDocument, Reader]:
    growing, reader = MarkdownDocument(), Reader()
    growing.feed(text)
    if patch := growing.advance():
        reader.apply(patch)
    return growing, reader


def begin_to_colour(growing: MarkdownDocument, reader: Reader) -> None:
    while growing.colouring:
        if colours := growing.colour():
            return reader.colour(colours)


def coloured(growing: MarkdownDocument, reader: Reader) -> list[Colours | None]:
    steps = []
    while growing.colouring:
        steps.append(growing.colour())
        if (colours := steps[-1]) is not None:
            reader.colour(colours)
        assert reader.html == growing.html()
    return steps


def test_long_code_is_there_at_once_and_its_colours_follow_in_small_steps(clock: None) -> None:
    growing, reader = closed("```python\n" + CODE + AFTER)
    frozen, tail = reader.html
    assert frozen.count("return 'x'") == 350
    assert "<span class=k>" not in frozen
    assert "After it." in tail
    steps = coloured(growing, reader)
    assert len(steps) > 20, "a step takes the tokens of five milliseconds"
    chunks = [colours.chunk for colours in steps if colours]
    assert chunks == [0, 1, 2, 3]
    assert steps[0] is None
    growing.advance(final=True)
    assert growing.html()[0] == render_markdown("```python\n" + CODE + AFTER)


def test_what_comes_after_the_code_is_shown_while_the_colours_come(clock: None) -> None:
    growing, reader = closed("```python\n" + CODE + "```\n")
    for number in range(5):
        growing.feed(f"Word {number}. ")
        if patch := growing.advance():
            reader.apply(patch)
        growing.colour()
        assert growing.colouring
        assert f"Word {number}." in reader.html[1]


def test_code_that_takes_a_lexer_too_long_loses_the_colours_that_it_had(
    clock: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    growing, reader = closed("```python\n" + CODE + AFTER)
    begin_to_colour(growing, reader)
    monkeypatch.setattr(code, "_MOST_SECONDS", 0.01)
    coloured(growing, reader)
    assert "<span class=k>" not in reader.html[0]
    assert UNCOLOURED not in reader.html[0]
    assert reader.html[0].count("return 'x'") == 350


def test_a_copy_goes_on_with_the_colours_by_itself(clock: None) -> None:
    growing, reader = closed("```python\n" + CODE + AFTER)
    begin_to_colour(growing, reader)
    copy, held = growing.copy(), Reader()
    held.frozen, held.tail = reader.frozen, reader.tail
    coloured(growing, reader)
    assert copy.html() != growing.html()
    assert [colours.chunk for colours in coloured(copy, held) if colours] == [1, 2, 3]
    assert copy.html() == growing.html()


def test_a_list_on_its_way_does_not_flash_as_a_heading() -> None:
    growing = MarkdownDocument()
    growing.feed("These are they:\n-")
    growing.advance()
    assert "<h2>" not in "".join(growing.html())
    growing.feed(" one\n")
    growing.advance()
    assert "<li>one</li>" in "".join(growing.html())


def test_a_table_on_its_way_does_not_flash_as_text() -> None:
    growing, shown = MarkdownDocument(), []
    for character in "Look:\n\n| a | b |\n|---|---|\n| 1 | 2 |\n":
        growing.feed(character)
        growing.advance()
        shown.append("".join(growing.html()))
    assert not any("|" in html for html in shown)
    assert "<td>1</td>" in shown[-1]


def test_what_is_held_back_is_shown_at_the_end() -> None:
    growing = MarkdownDocument()
    growing.feed("a\n\n|")
    growing.advance()
    growing.advance(final=True)
    assert growing.html()[0] == "<p>a</p>\n<p>|</p>\n"


def test_a_patch_never_cuts_inside_a_tag_or_a_reference() -> None:
    growing, reader = MarkdownDocument(), Reader()
    for at in range(0, len(MARKDOWN_TOUR), 3):
        growing.feed(MARKDOWN_TOUR[at : at + 3])
        patch = growing.advance()
        if patch is None:
            continue
        kept = reader.tail[: patch.keep * 2].decode("utf-16-le")
        assert kept.rfind("<") <= kept.rfind(">")
        assert "&" not in kept[-8:] or kept.rfind(";") > kept.rfind("&")
        reader.apply(patch)


def test_images_follow_the_rule_of_the_document() -> None:
    growing = MarkdownDocument(ImagePolicy(("cdn.example",)))
    growing.feed("![a](https://cdn.example/a.png) ![b](https://other.example/b.png)")
    growing.advance(final=True)
    html = growing.html()[0]
    assert 'src="https://cdn.example/a.png"' in html
    assert 'src="https://other.example' not in html


GIANTS = {
    "table": "| a | b |\n|---|---|\n" + "| some cell | 12345 |\n" * 2_500,
    "code": "```python\n" + "value = compute(1, 2, 3)\n" * 4_500,
    "list": "- one item of a long list\n" * 2_000,
    "paragraph": "One sentence of a paragraph without an end. " * 2_400,
    "lines": "one line of a paragraph without an end\n" * 2_600,
}


@pytest.mark.parametrize("name", GIANTS)
def test_a_hundred_kilobytes_in_one_block_cost_what_is_new(name: str) -> None:
    growing, text, steps = MarkdownDocument(), GIANTS[name], []
    for at in range(0, len(text), 400):
        growing.feed(text[at : at + 400])
        with counted() as work:
            growing.advance()
        steps.append(work.calls)
    early, late = sum(steps[40:80]), sum(steps[-40:])
    assert late < early * 2, (early, late)
    growing.advance(final=True)
    assert growing.html() == (render_markdown(text), "")


def test_lengths_are_those_of_javascript() -> None:
    assert document_module.units("a😀é") == 4
