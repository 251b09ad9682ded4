"""Folding the finished part of a block that stays open: long tables, lists, code and paragraphs.

A fold keeps the HTML and the source of what is finished, and a *stand-in*: the shortest source behind which the rest
parses as it would behind the whole (a table's two head lines, a fence's opening line, one letter of a paragraph,
nothing for a list). Where the rest shows that the stand-in does not hold (a list turns out loose, a paragraph becomes
a heading), the block is taken whole again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from markdown_it.common.utils import unescapeAll
from markdown_it.token import Token

from ..code import (
    CODE_BEGINS,
    LINES_PER_CHUNK,
    MAX_HIGHLIGHTED,
    Waiting,
    code_chunks,
    code_close,
    code_lines,
    code_open,
    escape_text,
    language_of,
)
from ..markdown import parser, render_tokens

__all__ = ["Fold", "Step", "breaks", "fold_further", "inside", "line_start"]

Kind = Literal["fence", "table", "list", "paragraph"]
_KINDS: dict[str, Kind] = {
    "fence": "fence",
    "table_open": "table",
    "bullet_list_open": "list",
    "ordered_list_open": "list",
    "paragraph_open": "paragraph",
}
_BODY = "<tbody>\n"
_TABLE_END = "</tbody>\n</table></div>\n"
_CHUNK = "<span class=lines>"


@dataclass
class Fold:
    """The finished part of the block at the beginning of the tail."""

    kind: Kind
    opening: str  # type and markup of the block's first token
    stand_in: str
    loose: bool = False  # lists: paragraphs are drawn as such
    source: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    length: int = 0  # characters of source
    waiting: list[Waiting] = field(default_factory=list)  # code in `html` that is to be coloured


class Step(NamedTuple):
    """A fold that was begun or goes on."""

    fold: Fold
    at: int  # where in the parsed text the rest begins
    html: str  # what was added to the fold
    covers: int  # characters of the block's HTML which that stands for


def line_start(text: str, line: int) -> int:
    """Where line number `line` begins; the end of the text for lines behind it."""
    at = 0
    for _ in range(line):
        at = text.find("\n", at) + 1
        if at == 0:
            return len(text)
    return at


def _opening(token: Token) -> str:
    # The kind of bullet counts: another one begins another list.
    return f"{token.type} {token.markup if token.type.endswith('list_open') else ''}"


def _level_two_paragraphs(tokens: Sequence[Token]) -> list[Token]:
    """The paragraphs directly inside the items of the list at the beginning."""
    found = []
    for token in tokens[1:]:
        if token.level == 0:
            break
        if token.level == 2 and token.type in ("paragraph_open", "paragraph_close"):
            found.append(token)
    return found


def breaks(fold: Fold, tokens: Sequence[Token], *, closed: bool) -> bool:
    """Whether the block must be taken whole again. A loose list's later paragraphs are made visible on the way."""
    if not tokens or _opening(tokens[0]) != fold.opening:
        return True
    if fold.kind == "fence":
        return closed and fold.length <= MAX_HIGHLIGHTED + 200  # coloured as a whole, once
    if fold.kind == "list":
        paragraphs = _level_two_paragraphs(tokens)
        if not fold.loose:
            return any(not token.hidden for token in paragraphs)
        for token in paragraphs:
            token.hidden = False
    return False


def inside(fold: Fold | None, html: str) -> str:
    """The HTML of a block behind its stand-in, without that of the stand-in."""
    if fold is None or not html:
        return html
    if fold.kind == "fence":
        start = html.index(CODE_BEGINS) + len(CODE_BEGINS)
        end = html.index(code_close(), start)
        first = html.find(_CHUNK, start, end)
        chunk = html[start : first if first >= 0 else end]
        wrapped = f"{_CHUNK}{chunk}</span>" if chunk else ""
        return wrapped + (html[first:] if first >= 0 else html[end:])
    if fold.kind == "table":
        body = html.find(_BODY)
        end = html.index("</table></div>\n")
        if 0 <= body < end:
            return html[body + len(_BODY) :]
        return _TABLE_END + html[end + len("</table></div>\n") :]
    if fold.kind == "list":
        return html[html.index("\n") + 1 :]
    return html[len("<p>") + len(fold.stand_in) :]


def fold_further(fold: Fold | None, tokens: Sequence[Token], text: str, env: dict[str, Any], html: str) -> Step | None:
    """Fold what is finished of the one open block `tokens`, whose source is `text` (stand-in included).

    `html` is the block's HTML behind the fold so far; None when nothing can be folded now.
    """
    kind = _KINDS.get(tokens[0].type)
    if kind is None or not tokens[0].map:
        return None
    # Leading blank lines would shift every line number: the block begins where its first token does.
    begin = line_start(text, tokens[0].map[0])
    found = _FOLDERS[kind](fold, tokens, text, begin, env)
    if found is None:
        return None
    at, plain, piece, stand_in = found
    if not html.startswith(plain):
        return None
    source = text[len(fold.stand_in) if fold else 0 : at]
    if fold is None:
        fold = Fold(kind, _opening(tokens[0]), stand_in)
        if kind == "list":
            paragraphs = _level_two_paragraphs(tokens)
            fold.loose = any(not token.hidden for token in paragraphs)
    fold.source.append(source)
    fold.html.append(piece)
    fold.waiting += env["waiting"]
    fold.length += len(source)
    return Step(fold, at, piece, len(plain))


class _Found(NamedTuple):
    at: int  # where in the text the rest begins
    plain: str  # HTML of what is before it as it is shown now
    html: str  # and as it will stay: code has its colours
    stand_in: str


def _fold_fence(
    fold: Fold | None, tokens: Sequence[Token], text: str, begin: int, env: dict[str, Any]
) -> _Found | None:
    token = tokens[0]
    assert token.map
    first = token.map[0] + 1
    complete = text.count("\n") - first
    count = complete - complete % LINES_PER_CHUNK
    if count <= 0:
        return None
    head = text[begin : line_start(text, first)]
    at = line_start(text, first + count)
    lines = "\n".join(token.content.split("\n", count)[:count]) + "\n"
    html = code_lines(code_chunks(escape_text(lines)))
    if fold is None:
        html = code_open(language_of(unescapeAll(token.info))) + html
    else:
        html = inside(fold, f"{CODE_BEGINS}{html}{code_close()}").removesuffix(code_close())
    return _Found(at, html, html, head)


def _fold_table(
    fold: Fold | None, tokens: Sequence[Token], text: str, begin: int, env: dict[str, Any]
) -> _Found | None:
    assert tokens[0].map
    partial = text.count("\n")
    body = tokens[0].map[0] + 2
    last = 0
    for index, token in enumerate(tokens):
        if token.type == "tr_close" and (opened := _row_line(tokens, index)) >= body:
            if opened >= partial:
                break
            last = index + 1
            end = opened + 1
    if not last:
        return None
    head = text[begin : line_start(text, body)]
    columns = sum(token.type == "th_close" for token in tokens)
    rows = text[len(head) + begin : line_start(text, end)].splitlines()
    if any(row.count("|") < columns - 1 for row in rows):
        return None  # a table with many missing cells is cut off somewhere: only the whole can tell where
    html = inside(fold, render_tokens(tokens[:last], env) + "</table></div>\n").removesuffix("</table></div>\n")
    return _Found(line_start(text, end), html, html, head)


def _row_line(tokens: Sequence[Token], index: int) -> int:
    while tokens[index].type != "tr_open":
        index -= 1
    line = tokens[index].map
    return line[0] if line else -1


def _fold_list(fold: Fold | None, tokens: Sequence[Token], text: str, begin: int, env: dict[str, Any]) -> _Found | None:
    partial = text.count("\n")
    last = None
    for index, token in enumerate(tokens):
        if token.type == "list_item_open" and token.level == 1 and token.map and token.map[0] < partial:
            last = index
    if last is None or last <= 1:
        return None
    line = tokens[last].map
    assert line
    plain = html = inside(fold, render_tokens(tokens[:last], env))
    if any(token.type == "fence" for token in tokens[:last]):
        html = inside(fold, render_tokens(tokens[:last], {**env, "finished": True}))
    return _Found(line_start(text, line[0]), plain, html, "")


_ENDS_WELL = re.compile(r"[\w.,;:!?)]")
_LOOK_BACK = 1_100  # a formula in a sentence is shorter


def _fold_paragraph(
    fold: Fold | None, tokens: Sequence[Token], text: str, begin: int, env: dict[str, Any]
) -> _Found | None:
    size = len(text) - begin
    for share in (0.9, 0.6, 0.3):
        at = _paragraph_cut(text, begin, begin + int(size * share))
        if at is None:
            continue
        part = dict(env, references=dict(env["references"]))
        finished = parser().parse(text[begin:at], part)
        if len(finished) != 3 or finished[0].type != "paragraph_open" or not _all_paired(finished[1], text, at):
            continue
        html = inside(fold, render_tokens(finished, part)).removesuffix("</p>\n")
        return _Found(at, html, html, "x")
    return None


def _paragraph_cut(text: str, begin: int, upto: int) -> int | None:
    """A place before `upto` where the paragraph may be cut: the blank or line end that the rest begins with."""
    last_line = text.rfind("\n", begin, text.rfind("\n", begin) if "\n" in text[begin:] else begin)
    at = upto
    for _ in range(40):
        at = max(text.rfind(" ", begin, at), text.rfind("\n", begin, at))
        if at <= begin + 1:
            return None
        if not _ENDS_WELL.match(text[at - 1]):
            continue
        if text[at] == "\n":
            if at <= last_line:  # a table may still begin with the line before the last
                return at
        elif text[at + 1].isalnum() and "|" not in text[text.rfind("\n", 0, at) + 1 : at]:
            return at
    return None


def _all_paired(inline: Token, text: str, at: int) -> bool:
    """Whether nothing in the finished part waits for a partner that may come later."""
    if "\\" in text[max(0, at - _LOOK_BACK) : at]:
        return False
    for token in inline.children or []:
        if token.type != "text":
            continue
        content = token.content
        if "`" in content or "[" in content or "$" in content:
            return False
        for mark in re.finditer(r"[*_~]+", content):
            around = content[mark.start() - 1 : mark.start()] + content[mark.end() : mark.end() + 1]
            if len(around) != 2 or not around.isspace():
                return False
    return True


_FOLDERS = {"fence": _fold_fence, "table": _fold_table, "list": _fold_list, "paragraph": _fold_paragraph}
