"""Markdown as answers use it."""

import json
import re
from html import unescape

import pytest
from markupsafe import Markup

from chat.rendering import ImagePolicy, RenderContext, render_markdown
from chat.rendering.code import LINES_PER_CHUNK, MAX_HIGHLIGHTED, code_block
from chat.rendering.markdown import blocked_image
from chat.rendering.widgets import render_widget
from tests.work import counted, ends


def text(html: str) -> str:
    return re.sub(r"<[^>]*>", "", html).strip()


def test_raw_html_is_shown_as_text() -> None:
    assert render_markdown("<b onclick=x>hi</b>") == "<p>&lt;b onclick=x&gt;hi&lt;/b&gt;</p>\n"


def test_links_open_elsewhere_and_tell_nothing() -> None:
    html = render_markdown('[a](https://example.com/x "T")')
    assert '<a href="https://example.com/x" title="T" target="_blank" rel="noopener noreferrer nofollow">a</a>' in html


def test_a_deeplink_is_a_button_that_tells_the_page_and_leads_nowhere() -> None:
    html = render_markdown("[the order](chatkit-link://order/42?id=1042&tab=a%20%22b)")
    assert "href" not in html
    assert 'role="button" tabindex="0"' in html
    told = json.loads(unescape(re.search(r'data-action="([^"]*)"', html)[1]))  # type: ignore[index]
    assert told == {"do": "deeplink", "name": "order", "data": {"id": "1042", "tab": 'a "b'}}


@pytest.mark.parametrize("address", ["chatkit-link://", "/relative", "#here", "ftp://x.org/a"])
def test_links_that_may_not_be_followed_are_text_with_their_address(address: str) -> None:
    html = render_markdown(f"[a]({address})")
    assert "<a" not in html
    assert f'<span class="link-off" title="{address}">a</span>' in html


@pytest.mark.parametrize(
    ("source", "address"),
    [
        ("see https://example.com/a_b?c=d.", "https://example.com/a_b?c=d"),
        ("(https://example.com/a)", "https://example.com/a"),
        ("https://example.com/a(b)!", "https://example.com/a(b)"),
        ("**https://example.com/x**", "https://example.com/x"),
        ("<https://example.com/y>", "https://example.com/y"),
    ],
)
def test_bare_addresses_become_links(source: str, address: str) -> None:
    html = render_markdown(source)
    assert f'href="{address}"' in html
    assert html.count("<a ") == 1


@pytest.mark.parametrize(
    "source", ["`https://example.com`", "xhttps://example.com", "https://", "[x https://a.b](https://c.d)"]
)
def test_what_only_looks_like_an_address_does_not(source: str) -> None:
    assert 'href="https://example.com' not in render_markdown(source)
    assert 'href="https://a.b' not in render_markdown(source)


def test_an_external_image_is_a_chip_with_its_host_and_an_offer() -> None:
    html = render_markdown("![a **chart**](https://cdn.example.net/c.png?secret=1)")
    assert "<img" not in html
    assert ">a chart</a><small>cdn.example.net</small>" in html
    assert "show-image" in html


def test_an_allowed_image_is_shown() -> None:
    html = render_markdown("![c](https://cdn.example.net/c.png)", images=ImagePolicy(("cdn.example.net",)))
    assert '<img class="md-image" src="https://cdn.example.net/c.png" alt="c"' in html
    assert "no-referrer" in html


def test_tables_scroll_within_themselves_and_keep_their_alignment() -> None:
    html = render_markdown("| a | b |\n|:-:|--:|\n| 1 | *2* |")
    assert html.startswith("<div class=table tabindex=0><table>")
    assert '<td style="text-align:right"><em>2</em></td>' in html


def test_task_lists_have_boxes() -> None:
    html = render_markdown("- [x] done\n- [ ] open\n- plain")
    assert '<li class="task-item"><input type=checkbox disabled aria-label="done" checked> done</li>' in html
    assert '<li class="task-item"><input type=checkbox disabled aria-label="not done"> open</li>' in html
    assert "<li>plain</li>" in html


def test_strikethrough() -> None:
    assert render_markdown("~~no~~") == "<p><s>no</s></p>\n"


def test_code_has_a_header_a_copy_button_and_colors() -> None:
    html = render_markdown("```python\ndef f(): return '<b>'\n```")
    assert "<span>Python</span>" in html
    assert 'data-action=\'{"do":"copy-code"}\'' in html
    assert "<span class=k>def</span> <span class=f>f</span>" in html
    assert "<span class=s>'&lt;b&gt;'</span>" in html
    assert text(html).endswith("def f(): return '&lt;b&gt;'")


def test_an_unknown_language_is_shown_plain_with_its_name() -> None:
    html = render_markdown("```frobnicate x=1\n<a & b>\n```")
    assert "<span>frobnicate</span>" in html
    assert "<pre tabindex=0><code>&lt;a &amp; b&gt;\n</code></pre>" in html


def test_long_code_is_plain_and_in_chunks_of_lines() -> None:
    lines = [f"value_{n} = {n}" for n in range(3000)]
    html = code_block("\n".join(lines) + "\n", "python", highlight=True)
    assert len("\n".join(lines)) > MAX_HIGHLIGHTED
    assert "<span class=m>" not in html
    assert html.count("<span class=lines>") == 3000 / LINES_PER_CHUNK - 1
    assert text(html[html.index("<pre ") :]).split("\n") == lines


def test_coloring_keeps_every_character() -> None:
    code = "\n\n  x = '''a\n\n b'''  \n\t# <&>\n\n"
    html = code_block(code, "python", highlight=True)
    body = html[html.index("<code>") + 6 : html.index("</code>")]
    assert re.sub(r"<[^>]*>", "", body).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == code


def test_code_that_traps_a_lexer_is_given_up_in_time() -> None:
    html = code_block("s{" * 9000, "perl", highlight=True)
    assert "<span class=s>" not in html
    assert "s{s{" in html


def test_a_few_bytes_do_not_become_megabytes_of_cells() -> None:
    wide = "|a" * 60 + "\n" + "|-" * 60 + "\n" + "|\n" * 5000
    assert len(render_markdown(wide)) < 400_000
    assert "<table" not in render_markdown("|a" * 500 + "\n" + "|-" * 500 + "\n|b")


def marks(*places: tuple[int, int]) -> list[tuple[int, int, Markup]]:
    return [(at, number, Markup("<sup>{}</sup>").format(number)) for at, number in places]


@pytest.mark.parametrize(
    ("text", "index", "shown"),
    [
        ("It is so. And so.", 9, "It is so.<sup>1</sup> And so."),
        ("It is so. And so.", 10, "It is so.<sup>1</sup> And so."),
        ("It is so. And so.", 4, "It i<sup>1</sup>s so. And so."),
        ("It is so. And so.", 17, "It is so. And so.<sup>1</sup>"),
        ("It is so. And so.", 18, "It is so. And so."),
        ("It is so. And so.", 0, "It is so. And so."),
        ("It is so. And so.", -1, "It is so. And so."),
        ("\U0001f600\U0001f600 yes. No.", 9, "\U0001f600\U0001f600 yes.<sup>1</sup> No."),
        ("\U0001f600 yes. No.", 11, "\U0001f600 yes. No.<sup>1</sup>"),
        ("\U0001f600 yes. No.", 12, "\U0001f600 yes. No."),
        ("see x_y(z) now", 6, "see x_y(z)<sup>1</sup> now"),
    ],
    ids=range(11),
)
def test_citations_stand_where_the_official_widget_sets_them(text: str, index: int, shown: str) -> None:
    assert render_markdown(text, citations=marks((index, 1))) == f"<p>{shown}</p>\n"


def test_citations_of_one_place_stand_in_their_order() -> None:
    html = render_markdown("So. Yes.", citations=marks((3, 2), (3, 1), (8, 3)))
    assert html == "<p>So.<sup>1</sup><sup>2</sup> Yes.<sup>3</sup></p>\n"


def test_inside_a_link_a_citation_is_no_link_of_its_own() -> None:
    html = render_markdown("a [two words](https://example.com) b", citations=[(4, 1, Markup("<a>1</a>"))])
    assert '<sup class="cite" data-source="1"><span>1</span></sup> words</a>' in html


@pytest.mark.parametrize(
    "source",
    [
        "[a](https://example.com/abc)",
        "https://example.com/a,b",
        "`some code`",
        "```\ncode\n```",
        "| a | b |\n|---|---|\n| c | d |",
        "$x^2$",
        "12. twelve\n13. thirteen",
        "- a **b** c",
    ],
)
def test_citations_never_break_what_they_stand_in(source: str) -> None:
    plain = render_markdown(source)
    for at in range(len(source) + 1):
        html = render_markdown(source, citations=marks((at, 1)))
        html = html.replace("<sup>1</sup>", "").replace('<sup class="cite" data-source="1"><span>1</span></sup>', "")
        assert html.replace(" ", "") == plain.replace(" ", "")


def test_marks_of_ours_in_a_text_of_others_are_no_citations() -> None:
    html = render_markdown("a\ufdd01\ufdd1 b", citations=marks((6, 1)))
    assert html.count("<sup>") == 1
    assert "\ufdd0" not in html


def test_halves_of_characters_and_nul_are_replaced() -> None:
    html = render_markdown("a \ud83d b \x00 c \ud83d\ude00")
    assert html == "<p>a \ufffd b \ufffd c \U0001f600</p>\n"
    html.encode()


@pytest.mark.parametrize(
    "nasty",
    [
        "[" * 20_000,
        "![" * 10_000,
        "*a " * 7_000,
        "$a " * 7_000,
        "\\(" * 9_000,
        "http://a." * 3_000,
        "> " * 5_000,
        "`" * 20_000,
    ],
)
def test_nasty_texts_are_affordable(nasty: str) -> None:
    with ends(), counted() as half:
        render_markdown(nasty[: len(nasty) // 4])
    with ends(), counted() as whole:
        render_markdown(nasty[: len(nasty) // 2])
    assert whole.calls < 2.5 * half.calls + 1_000, (half.calls, whole.calls)


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("data:image/tiff;base64,Qk0=", "data of a kind that is not shown here"),
        ("/files/a.png", "no web address: not shown here"),
    ],
)
def test_an_image_that_never_shows_says_why(address: str, why: str) -> None:
    assert f"<small>{why}</small>" in blocked_image(address, "Plan")


def test_an_svg_is_an_image_and_never_markup() -> None:
    svg = "data:image/svg+xml,<svg onload='alert(1)'/>"
    html = str(render_widget({"type": "Card", "children": [{"type": "Image", "src": svg}]}, RenderContext()))
    assert '<img src="data:image/svg+xml,&lt;svg onload=&#39;alert(1)&#39;/&gt;"' in html
    assert "<svg" not in html
