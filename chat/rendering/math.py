r"""LaTeX in Markdown: `$…$`, `$$…$$`, `\(…\)`, `\[…\]`, shown as MathML, which browsers draw themselves.

Whether a line begins a block of mathematics is decided by that line alone, as with fences, so that a text which
arrives in pieces never changes its mind about blocks that were finished. Every search is bounded.
"""

from __future__ import annotations

import re
from functools import lru_cache

import nh3
from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

from .code import escape_text

__all__ = ["math_rules", "mathml"]

_MAX_INLINE = 1_000
_MAX_TEX = 4_000
_MAX_DEPTH = 60

_TAGS = frozenset(
    name
    for line in (
        "math mrow mi mn mo ms mtext mspace msup msub msubsup mover munder munderover mmultiscripts mprescripts none",
        "mfrac msqrt mroot mtable mtr mtd mstyle mpadded mphantom menclose",
    )
    for name in line.split()
)
# No href, style, class, id, on…: nothing that acts or reaches outside the formula.
_ATTRIBUTES = frozenset(
    name
    for line in (
        "display displaystyle scriptlevel mathvariant mathcolor stretchy fence form separator accent accentunder",
        "largeop movablelimits symmetric lspace rspace minsize maxsize linethickness columnalign rowalign",
        "columnspacing rowspacing columnlines rowlines notation depth height width voffset",
    )
    for name in line.split()
)
_VALUE = re.compile(r"[A-Za-z0-9#.,%+\- ]{0,80}")
_CLEANER = nh3.Cleaner(
    tags=set(_TAGS),
    attributes={tag: set(_ATTRIBUTES) for tag in _TAGS},
    attribute_filter=lambda tag, name, value: value if _VALUE.fullmatch(value) else None,
    url_schemes=set(),
    link_rel=None,
)
_XMLNS = ' xmlns="http://www.w3.org/1998/Math/MathML"'


@lru_cache(maxsize=512)
def _convert(tex: str, display: bool) -> str:
    if len(tex) > _MAX_TEX or tex.count("{") > 40 * _MAX_DEPTH or tex.count(r"\left") > _MAX_DEPTH:
        return ""
    try:
        html = convert(tex, display="block" if display else "inline")
    except Exception:  # the converter raises whatever comes up inside it; the source is shown instead
        return ""
    html = _CLEANER.clean(html.replace(_XMLNS, "", 1))
    return html if html.startswith("<math") else ""


def mathml(tex: str, *, display: bool) -> str:
    """The formula as sanitised MathML, or its source when it is not understood."""
    tex = tex.strip()
    html = _convert(tex, display)
    if display:
        return (
            f"<div class=math tabindex=0>{html}</div>\n"
            if html
            else f"<pre class=math-source tabindex=0><code>{escape_text(tex)}</code></pre>\n"
        )
    return html or f"<code class=math-source>{escape_text(tex)}</code>"


def _close_inline(source: str, opening: str, start: int, end: int) -> int:
    """Where the formula that began before `start` closes, -1 for never."""
    closing = {"\\(": "\\)", "\\[": "\\]"}.get(opening, opening)
    at = start
    while True:
        at = source.find(closing, at, min(end, start + _MAX_INLINE))
        if at < 0:
            return -1
        if opening in ("\\(", "\\["):
            return at
        escaped = at - len(source[start:at].rstrip("\\")) - start
        if escaped % 2 == 0:
            return at
        at += len(closing)


def _inline(state: StateInline, silent: bool) -> bool:
    source, position, end = state.src, state.pos, state.posMax
    character = source[position]
    if character == "$":
        opening = "$$" if source.startswith("$$", position) else "$"
    elif character == "\\" and source[position + 1 : position + 2] in ("(", "["):
        opening = source[position : position + 2]
    else:
        return False
    start = position + len(opening)
    if opening == "$":
        # Prices are no formulas: "$5 and $10", "US$5", "5$ or 10$".
        before = source[position - 1] if position else " "
        if start >= end or source[start].isspace() or before.isalnum() or before == "$":
            return False
    close = _close_inline(source, opening, start, end)
    if close <= start:
        return False
    if opening == "$$" and "$" in (source[start], source[close + 2 : close + 3]):
        return False
    if opening == "$":
        after = source[close + 1] if close + 1 < end else " "
        if source[close - 1].isspace() or after.isalnum() or after == "$":
            return False
    if not source[start:close].strip():
        return False
    if not silent:
        token = state.push("math_inline", "math", 0)
        token.content = source[start:close]
        token.markup = opening
    state.pos = close + len(opening)
    return True


def _block(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    if state.is_code_block(start_line):
        return False
    begin = state.bMarks[start_line] + state.tShift[start_line]
    first = state.src[begin : state.eMarks[start_line]].rstrip()
    opening = first[:2]
    if opening not in ("$$", "\\["):
        return False
    closing = "$$" if opening == "$$" else "\\]"
    inner = first[2:]
    close = inner.find(closing)
    if close >= 0:
        if close + 2 != len(inner) or not inner[:close].strip():
            return False  # a formula inside a sentence
        content, line, closed = inner[:close], start_line + 1, True
    elif opening == "$$" and inner:
        return False
    else:
        if silent:
            return True
        lines, line, closed = [inner], start_line + 1, False
        while line < end_line and not closed:
            text = state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].rstrip()
            if not text or state.sCount[line] < state.blkIndent:
                break
            line += 1
            closed = text.endswith(closing)
            lines.append(text[: -len(closing)] if closed else text)
        content = "\n".join(lines)
    if silent:
        return True
    state.line = line
    token = state.push("math_block", "math", 0)
    token.block = True
    token.content = content
    token.map = [start_line, line]
    token.markup = opening
    token.meta = {"closed": closed}
    return True


def math_rules(parser: MarkdownIt) -> None:
    """Teach `parser` the four ways of writing mathematics."""
    parser.inline.ruler.before("escape", "math_inline", _inline)
    parser.block.ruler.before("fence", "math_block", _block, {"alt": ["paragraph", "reference", "blockquote", "list"]})
