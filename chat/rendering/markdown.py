"""Markdown to HTML that is safe to insert: CommonMark with tables, task lists, strikethrough, bare links and LaTeX.

Raw HTML is shown as text. Links and images pass the rules of `addresses`. Code and formulas are drawn by `code`
and `math`, tables are bounded by `tables`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import unescapeAll
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup

from .addresses import LINK_ATTRIBUTES, deeplink, host_of, image_source, is_external_image, link_target
from .code import code_block, escape_text, language_of
from .context import NO_IMAGES, ImagePolicy
from .math import math_rules, mathml
from .tables import table_rules

__all__ = [
    "CITATION",
    "blocked_image",
    "environment",
    "markdown_beside",
    "parser",
    "readable",
    "render_markdown",
    "render_tokens",
]

CITATION = ("\ufdd0", "\ufdd1")
"""Noncharacters that enclose a citation's number inside a source text; `readable` removes them from others' text."""

_CITATION = re.compile(f"{CITATION[0]}(\\d{{1,4}}){CITATION[1]}")
_UNREADABLE = re.compile("[\ud800-\udfff\ufdd0-\ufdef\x00]")


def readable(text: str) -> str:
    """`text` as it can be sent and shown: halves of characters joined or replaced, no NUL, no citation marks."""
    if text.isascii() and "\x00" not in text:
        return text
    if not _UNREADABLE.search(text):
        return text
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _UNREADABLE.sub("\ufffd", text)


class _ContentRenderer(RendererHTML):
    """The renderer; what it may do with images and code is in the environment (`environment`)."""

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        token = tokens[idx]
        text = self.renderInlineAsText(token.children or [], options, env)
        return _image(str(token.attrGet("src") or ""), _CITATION.sub("", text), env["images"])

    def code_inline(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return f"<code>{escape_text(_CITATION.sub('', tokens[idx].content))}</code>"

    def code_block(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return code_block(_CITATION.sub("", tokens[idx].content), "", highlight=False)

    def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        token = tokens[idx]
        info = _CITATION.sub("", unescapeAll(token.info)) if token.info else ""
        code = _CITATION.sub("", token.content)
        return code_block(code, language_of(info), highlight=env["finished"], later=env.get("waiting"))

    def text(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return escape_text(tokens[idx].content)

    def bullet_list_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        # No class for lists of tasks: whether a list holds one is not known before its last item.
        return "<ul>\n"

    def ordered_list_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        start = tokens[idx].attrGet("start")
        return "<ol>\n" if start is None else f'<ol start="{int(start)}">\n'

    def list_item_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        token = tokens[idx]
        if token.meta and "checked" in token.meta:
            token.attrs = {"class": "task-item"}
            done = token.meta["checked"]
            named = "done" if done else "not done"
            box = f'<input type=checkbox disabled aria-label="{named}"{" checked" if done else ""}> '
            return self.renderToken(tokens, idx, options, env) + box
        return self.renderToken(tokens, idx, options, env)

    def table_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return "<div class=table tabindex=0><table>\n"

    def table_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return "</table></div>\n"

    def math_inline(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        token = tokens[idx]
        html = mathml(_CITATION.sub("", token.content), display=token.markup in ("$$", "\\["))
        return html.rstrip("\n").replace("<div", "<span").replace("</div>", "</span>")

    def math_block(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        token = tokens[idx]
        content = _CITATION.sub("", token.content)
        if not token.meta["closed"]:
            return f"<pre class=math-source tabindex=0><code>{escape_text(content.strip())}</code></pre>\n"
        return mathml(content, display=True)

    def citation(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        number = int(tokens[idx].content)
        mark = env.get("citations", {}).get(number, "")
        if mark and tokens[idx].meta.get("linked"):  # HTML has no links inside links
            return str(Markup('<sup class="cite" data-source="{}"><span>{}</span></sup>').format(number, number))
        return str(mark)


def _image(address: str, text: str, policy: ImagePolicy) -> str:
    source = image_source(address, policy)
    if source:
        return str(
            Markup('<img class="md-image" src="{}" alt="{}" loading="lazy" referrerpolicy="no-referrer">').format(
                source, text
            )
        )
    return blocked_image(address, text)


def blocked_image(address: str, text: str) -> str:
    """
    A chip in place of an image that may not be loaded (yet): its text, its host, and an offer to show it; or why it
    cannot be shown.
    """
    if not is_external_image(address):
        why = _never_shown(address)
        note = Markup("<small>{}</small>").format(why) if why else ""
        return str(
            Markup('<span class="image-off" title="{}">{}{}</span>').format(address[:300], text or "image", note)
        )
    return str(
        Markup(
            '<span class="image-off"><a href="{}" target="_blank" rel="{}">{}</a><small>{}</small>'
            '<button type="button" data-action="{}">Show image</button></span>'
        ).format(
            address,
            LINK_ATTRIBUTES["rel"],
            text or "image",
            host_of(address),
            json.dumps({"do": "show-image", "url": address}),
        )
    )


def _never_shown(address: str) -> str:
    start = address[:40].lower()
    if start.startswith("data:"):
        return "data of a kind that is not shown here"
    return "no web address: not shown here" if start else ""


_WEB_SCHEME = re.compile(r"https?$", re.IGNORECASE)
_MAX_BARE_LINK = 2_000
_WEB_REST = re.compile(
    r"://[^\s<>\"'`\\|/?#:@\x00-\x20\x7f-\x9f\u2028\u2029\ufdd0-\ufdef]{1,255}(?::\d{1,5})?"
    r"(?:[/?#][^\s<>\"'`\\|\x00-\x20\x7f-\x9f\u2028\u2029\ufdd0-\ufdef]{0,2000})?"
)


def _bare_link(state: StateInline, silent: bool) -> bool:
    """`https://…` in running text; the scheme before the colon is already in `pending`."""
    if state.linkLevel or not state.src.startswith("://", state.pos):
        return False
    scheme = _WEB_SCHEME.search(state.pending[-5:])
    rest = _WEB_REST.match(state.src, state.pos, state.posMax)
    if not scheme or not rest or len(rest[0]) > _MAX_BARE_LINK:
        return False
    length = len(scheme[0])
    before = state.pending[-length - 1 : -length] or (state.src[state.pos - length - 1] if state.pos > length else " ")
    if before.isalnum():
        return False
    tail = rest[0].rstrip("?!.,:;*_~")
    while tail.endswith((")", "]", "}")):
        opening = {")": "(", "]": "[", "}": "{"}[tail[-1]]
        if tail.count(opening) >= tail.count(tail[-1]):
            break
        tail = tail[:-1].rstrip("?!.,:;*_~")
    address = state.md.normalizeLink(scheme[0] + tail)
    if not link_target(address):
        return False
    if not silent:
        state.pending = state.pending[:-length]
        token = state.push("link_open", "a", 1)
        token.attrs = {"href": address}
        token.markup = token.info = "auto"
        token = state.push("text", "", 0)
        token.content = scheme[0] + tail
        token = state.push("link_close", "a", -1)
        token.markup = token.info = "auto"
    state.pos += len(tail)
    return True


def _citation(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != CITATION[0]:
        return False
    match = _CITATION.match(state.src, state.pos)
    if not match:
        return False
    if not silent:
        token = state.push("citation", "sup", 0)
        token.content = match[1]
        token.meta = {"linked": state.linkLevel > 0}
    state.pos = match.end()
    return True


def _judge_links(state: StateCore) -> None:
    """Followable links get their attributes; the others become text that says where it would have led."""
    for block in state.tokens:
        if block.type != "inline" or not block.children:
            continue
        inert = False
        for token in block.children:
            if token.type == "link_open":
                href = str(token.attrGet("href") or "")
                inert = link_target(href) is None
                if inert and (told := deeplink(href)) is not None:
                    # nothing is followed: a button, which tells what the page around the widget would be told
                    token.tag = "span"
                    token.attrs = {
                        "class": "link-deep",
                        "role": "button",
                        "tabindex": "0",
                        "title": f"Leads nowhere: tells your page “{told[0]}”",
                        "data-action": json.dumps({"do": "deeplink", "name": told[0], "data": told[1]}),
                    }
                elif inert:
                    token.tag = "span"
                    token.attrs = {"class": "link-off", "title": _CITATION.sub("", href)[:300]}
                else:
                    token.attrs = {**token.attrs, **LINK_ATTRIBUTES}
                    if "title" in token.attrs:
                        token.attrs["title"] = _CITATION.sub("", str(token.attrs["title"]))
            elif token.type == "link_close" and inert:
                token.tag = "span"


@cache
def parser() -> MarkdownIt:
    """The one parser; it keeps nothing between texts."""
    markdown = MarkdownIt(
        "commonmark", {"html": False, "tasklists": True, "xhtmlOut": False}, renderer_cls=_ContentRenderer
    )
    markdown.enable(["table", "strikethrough"])
    markdown.disable(["html_block", "html_inline"])
    table_rules(markdown)
    math_rules(markdown)
    markdown.inline.ruler.push("bare_link", _bare_link)
    markdown.inline.add_terminator_char(CITATION[0])
    markdown.inline.ruler.push("citation", _citation)
    markdown.core.ruler.push("judge_links", _judge_links)
    return markdown


def environment(images: ImagePolicy, *, finished: bool, **more: Any) -> dict[str, Any]:
    """What the renderer goes by. `finished` False: the text still grows, so its code is not coloured yet."""
    return {"references": {}, "images": images, "finished": finished, **more}


def render_tokens(tokens: Sequence[Token], env: dict[str, Any]) -> str:
    """HTML of parsed blocks."""
    return str(parser().renderer.render(tokens, parser().options, env))


def render_markdown(
    text: str, *, images: ImagePolicy = NO_IMAGES, citations: Sequence[tuple[int, int, Markup]] = ()
) -> str:
    """HTML of a whole text. `citations` are marks to set: (position in UTF-16 units, number, the mark's HTML)."""
    text = readable(text)
    env = environment(images, finished=True)
    if citations:
        env["citations"] = {number: mark for _, number, mark in citations}
        text = _with_citations(text, citations)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return render_tokens(parser().parse(text, env), env)


_AT_ONCE = 10_000
"""Characters of Markdown that are rendered in one go; what grows is rendered in pieces (`growing`)."""


def markdown_beside(text: str, images: ImagePolicy) -> str:
    """HTML of a text beside the messages, where nobody writes long ones: the rest of such a one is shown as it came."""
    if len(text) <= _AT_ONCE:
        return render_markdown(text, images=images)
    cut = text.rfind("\n", 1, _AT_ONCE) + 1 or _AT_ONCE
    return render_markdown(text[:cut], images=images) + code_block(readable(text[cut:]), "", highlight=False)


_LINE_OF_MARKS = re.compile(r"[\s|:\-=*_`~+>#]*|\s*\d{1,9}[.)]?")
_PLAIN_WORD = re.compile(r"[^\W_](?:[^\W_]|[.,;:!?%'’)(-])*")
"""A word that is text to Markdown, however it is cut: no address, no emphasis, no code, no formula."""


def _with_citations(text: str, citations: Sequence[tuple[int, int, Markup]]) -> str:
    """
    The text with marks, where the official widget sets them: at the index, which counts UTF-16 units, also inside a
    word. In what is more than a word (an address, a link, code) a mark stands behind it. One at the beginning, or
    beyond the end, is not set.
    """
    wanted = sorted(citations)
    places = _characters(text, [position for position, _, _ in wanted])
    out, last = [], 0
    for place, (_, number, _) in zip(places, wanted, strict=True):
        if not 0 < place <= len(text):
            continue
        at = max(_between_words(text, place), last)
        while at > last and (text[at - 1].isspace() or text[at - 1] == "|"):
            at -= 1  # inside a table's cell, not between two
        line = text[text.rfind("\n", 0, at) + 1 : at]
        if _LINE_OF_MARKS.fullmatch(line):
            continue
        out.append(text[last:at])
        out.append(f"{CITATION[0]}{number}{CITATION[1]}")
        last = at
    out.append(text[last:])
    return "".join(out)


def _between_words(text: str, at: int) -> int:
    """`at`, or the end of what must not be cut there."""
    if text[at - 1].isspace():
        return at
    begin = end = at
    while begin and not text[begin - 1].isspace():
        begin -= 1
    while end < len(text) and not text[end].isspace():
        end += 1
    return at if _PLAIN_WORD.fullmatch(text, begin, end) else end


def _characters(text: str, positions: Sequence[int]) -> list[int]:
    """Places in `text` of rising positions in UTF-16 units; one beyond its end for each that lies there."""
    if text.isascii():
        return list(positions)
    places: list[int] = []
    at = units = 0
    for position in positions:
        while units < position and at < len(text):
            units += 2 if text[at] > "\uffff" else 1
            at += 1
        places.append(at if units >= position > 0 else 0 if position <= 0 else len(text) + 1)
    return places
