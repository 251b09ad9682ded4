"""A Markdown text that grows, and the patches that keep a browser in step with it.

**The parts.** The source, and the HTML with it, is in three parts, one behind the other; any may be empty:

    source:    frozen       | fold.source | rest           (`source` is the three of them, and what is fed and waits)
    HTML:      frozen       | fold.html   | rest_html
    browser:   frozen       | ------- tail --------

- *Frozen*: blocks that no further text can change. A block is closed, and frozen, as soon as another one begins on a
  complete line. What is frozen is neither parsed nor sent again, but for 3, and for colours: long code is frozen
  without them, with a mark, and `colour` puts them in a few milliseconds' worth at a time.
- *Fold*: the finished part of the one block that stays open for long: rows of a table of 100 kB, items of a list, lines
  of code, sentences of a paragraph. They are rendered once (`folding`).
- *Rest*: what may still change, parsed and rendered anew at each step. So each step costs what is new, whatever the
  size of the text.

**What holds** after every `advance`:

1. The browser that has applied every patch holds exactly `html()`: (frozen, fold.html + rest_html). A patch speaks of
   the tail as it was before: keep its beginning, put something behind it, then move its beginning to what is frozen.
2. `rest_html` is what rendering the rest gives, had the text ended here, but for the last few characters that could
   yet become something else (`_undecided`). Behind a fold the rest is parsed with a *stand-in* before it, and the
   HTML of that is taken off again (`inside`).
3. Frozen HTML and `fold.html` are what the finished whole begins with, whatever comes. Two things can prove this wrong,
   and both are looked for. The rest may show that the stand-in does not hold (`breaks`): the fold is then taken back
   into the rest, and its HTML is still in the tail, where it may change. And a link may be defined behind its use:
   one comparison at the end replaces everything where that changed a frozen block (`_settle_references`).
4. At the end all is frozen, and is what `render_markdown` makes of the whole text as soon as no code waits for colours.

**Why HTML may be cut by index.** It is our own renderer's, never foreign text: whatever comes from outside stands in it
with `<`, `>` and `&` escaped, so a tag found in it is one that we have written. There are four kinds of cuts:

- Between top-level blocks. These are rendered one after the other and know nothing of one another but the link
  references, so the HTML of two runs of tokens is that of all of them, cut in two (`_freeze`).
- Behind the HTML of a stand-in: the block is the first one, so the first of its own tags is the place (`inside`).
- Behind the finished part of a block: the fold renders that part by itself and is given up unless the block's HTML
  begins with precisely this (`fold_further`). What is cut off is what was compared.
- Where the old and the new tail part (`_common_beginning`). Any place would do for the string; the place is moved
  back out of a tag or a character reference, so that a browser can insert the new part without parsing the old again.

Indices here count characters; only a `Patch` counts UTF-16 units, as JavaScript does.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from markdown_it.token import Token

from ..code import Waiting
from ..context import NO_IMAGES, ImagePolicy
from ..markdown import environment, parser, readable, render_tokens
from .folding import Fold, breaks, fold_further, inside, line_start
from .waiting_code import Colours, WaitingCode

__all__ = ["MarkdownDocument", "Patch", "units"]

_FOLD_FROM = 1_000  # characters of open tail


class Patch(NamedTuple):
    """Keep the first `keep` units of the tail's HTML and append `add`; then the first `freeze` units are final.

    All in UTF-16 code units, as JavaScript counts. `keep` is -1 when everything, frozen or not, is replaced.
    A cut never falls inside a tag or a character reference. What is dropped behind it is often nothing but closing
    tags that `add` ends with again: then a browser may insert the new part in front of them, in place.
    """

    keep: int
    add: str
    freeze: int


def units(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


class MarkdownDocument:
    """One growing text. `feed` it, then `advance` on a tick, and `colour` while it is `colouring`."""

    def __init__(self, images: ImagePolicy = NO_IMAGES) -> None:
        self.images = images
        self.final = False
        self._fed: list[str] = []
        self._half = ""  # half of a line end or of a character, until its other half has come
        self._source: list[str] = []
        self._frozen: list[str] = []
        self._references: dict[str, Any] = {}  # link definitions in what is frozen or folded
        self._fold: Fold | None = None
        self._fold_units = 0
        self._fold_from = _FOLD_FROM  # source behind the fold that makes folding worth while
        self._refolds = 2  # a block that had to be unfolded more often stays so
        self._rest = ""  # source behind the fold
        self._rest_html = ""
        self._waiting: deque[tuple[int, WaitingCode]] = deque()  # code to be coloured, and its place in `_frozen`

    def copy(self) -> MarkdownDocument:
        """Another one that is where this one is, and grows by itself: what is frozen is shared."""
        other = MarkdownDocument(self.images)
        other.final, other._half = self.final, self._half
        other._fed, other._source, other._frozen = list(self._fed), list(self._source), list(self._frozen)
        other._references, other._refolds = dict(self._references), self._refolds
        if (fold := self._fold) is not None:
            other._fold = replace(fold, source=list(fold.source), html=list(fold.html), waiting=list(fold.waiting))
        other._fold_units, other._fold_from = self._fold_units, self._fold_from
        other._rest, other._rest_html = self._rest, self._rest_html
        other._waiting = deque((place, code.copy()) for place, code in self._waiting)
        return other

    @property
    def source(self) -> str:
        """All text so far, with line feeds as line ends."""
        return "".join(self._source) + "".join(self._fed)

    def html(self) -> tuple[str, str]:
        """(frozen, tail) as the browser should hold them now."""
        folded = "".join(self._fold.html) if self._fold else ""
        return "".join(self._frozen), folded + self._rest_html

    def feed(self, text: str) -> None:
        """Append `text`; nothing is rendered before `advance`."""
        text = self._half + text
        self._half = ""
        if text and (text[-1] == "\r" or "\ud800" <= text[-1] <= "\udbff"):
            text, self._half = text[:-1], text[-1]
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        if text:
            self._fed.append(readable(text))

    def advance(self, final: bool = False) -> Patch | None:
        """Render what was fed since the last time; None when nothing changes. `final`: no more text will come."""
        if self.final or not (self._fed or final):
            return None
        if final and self._half:
            self._fed.append("\n" if self._half == "\r" else "\ufffd")
            self._half = ""
        new = "".join(self._fed)
        self._fed.clear()
        self._source.append(new)
        self._rest += new
        self.final = final
        patch = self._step()
        if final and self._references:
            patch = self._settle_references(patch)
        return patch

    @property
    def settled(self) -> bool:
        """Whether it stays as it is."""
        return self.final and not self._waiting

    @property
    def colouring(self) -> bool:
        """Whether code waits for its colours, which `colour` brings."""
        return bool(self._waiting)

    def colour(self) -> Colours | None:
        """Go on colouring the first block that waits for it, for a few milliseconds; None when nothing changes."""
        if not self._waiting:
            return None
        place, code = self._waiting[0]
        colours = code.go_on()
        if colours is not None:
            self._frozen[place] = code.html
            if colours.done:
                self._waiting.popleft()
        return colours

    def _step(self) -> Patch | None:
        """Parse the open tail, freeze what is closed, fold what is finished."""
        old = self._rest_html
        hidden = 0 if self.final else _undecided(self._rest, in_table=bool(self._fold and self._fold.kind == "table"))
        tokens, env, text = self._parse(hidden)
        cut, line = self._closed(tokens, text)
        if self._fold and breaks(self._fold, tokens, closed=cut > 0):
            old = "".join(self._fold.html) + old
            self._unfold()
            tokens, env, text = self._parse(hidden)
            cut, line = self._closed(tokens, text)

        before, closed = self._fold_units, ""
        if cut or self.final:
            closed = self._freeze(tokens[:cut], line, text, hidden, env)
            now = render_tokens(tokens[cut:], env)
        else:
            now = inside(self._fold, render_tokens(tokens, env))
        folded = ""
        if not cut and len(self._rest) >= self._fold_from and not self.final:
            folded, now = self._fold_further(tokens, hidden, env, now)
        self._rest_html = now

        now = closed + folded + now
        keep = _common_beginning(old, now)
        if not cut and keep == len(old) == len(now):
            return None
        return Patch(before + units(old[:keep]), now[keep:], before + units(closed) if cut else 0)

    def _parse(self, hidden: int) -> tuple[list[Token], dict[str, Any], str]:
        """Tokens of the open tail, without its last `hidden` characters; their environment; what was parsed."""
        text = self._rest[: len(self._rest) - hidden]
        if self._fold:
            text = self._fold.stand_in + text
        # A copy: a definition that is half typed must not stick.
        env = environment(self.images, finished=False, references=dict(self._references), waiting=[])
        return parser().parse(text, env), env, text

    def _closed(self, tokens: Sequence[Token], text: str) -> tuple[int, int]:
        """How many tokens belong to closed blocks, and the line of `text` where what is open begins."""
        if self.final:
            return len(tokens), text.count("\n") + 1
        partial = text.count("\n")  # number of the line that is not complete
        if tokens and _is_closed_fence(tokens[-1], partial):
            assert tokens[-1].map
            return len(tokens), tokens[-1].map[1]
        for index in range(len(tokens) - 1, 0, -1):
            token = tokens[index]
            if token.level or token.nesting < 0 or not token.map:
                continue
            # A table is one only when its second line is complete too.
            if token.map[0] + (token.type == "table_open") < partial:
                return index, token.map[0]
        return 0, 0

    def _freeze(self, tokens: Sequence[Token], line: int, text: str, hidden: int, env: dict[str, Any]) -> str:
        """Make the closed blocks final; returns their HTML behind the fold, if there was one."""
        at = line_start(text, line)
        references: dict[str, Any] = env["references"]
        sure = {
            label: entry for label, entry in references.items() if label in self._references or _begins(entry) < line
        }
        if len(sure) < len(references):
            # The open tail defines a link that may not be meant so: the closed blocks must not know it yet.
            tokens = parser().parse(text[:at], environment(self.images, finished=True, references=dict(sure)))
        self._references = sure
        env = {**env, "finished": True}
        fold = self._fold
        if fold and fold.kind == "fence":
            html = inside(fold, render_tokens(tokens[:1], {**env, "finished": False})) + render_tokens(tokens[1:], env)
        else:
            html = inside(fold, render_tokens(tokens, env))
        if fold:
            self._keep("".join(fold.html) + html, fold.waiting + env["waiting"])
        else:
            self._keep(html, env["waiting"])
        self._rest = text[at:] + self._rest[len(self._rest) - hidden :]
        self._forget_fold()
        self._refolds = 2
        return html

    def _keep(self, html: str, waiting: Sequence[Waiting]) -> None:
        """Add to what is frozen; code that waits for its colours is a piece of its own, which changes."""
        at = 0
        for one in waiting:
            code = WaitingCode(one)
            begin = html.index(code.html, at)
            self._waiting.append((len(self._frozen) + 1, code))
            self._frozen += (html[at:begin], code.html)
            at = begin + len(code.html)
        self._frozen.append(html[at:])

    def _fold_further(self, tokens: Sequence[Token], hidden: int, env: dict[str, Any], html: str) -> tuple[str, str]:
        """Fold what is finished of the one block that is open: (HTML of that, HTML of the rest)."""
        text = (self._fold.stand_in if self._fold else "") + self._rest[: len(self._rest) - hidden]
        one = sum(token.level == 0 and token.nesting >= 0 for token in tokens) == 1
        step = fold_further(self._fold, tokens, text, env, html) if one and self._refolds else None
        if step is None:
            self._fold_from = max(_FOLD_FROM, len(self._rest) * 3 // 2)
            return "", html
        line = text.count("\n", 0, step.at)
        for label, entry in env["references"].items():
            if _begins(entry) < line:
                self._references.setdefault(label, entry)
        self._fold = step.fold
        self._fold_units += units(step.html)
        self._fold_from = _FOLD_FROM
        self._rest = text[step.at :] + self._rest[len(self._rest) - hidden :]
        return step.html, html[step.covers :]

    def _unfold(self) -> None:
        """Take the block as a whole again."""
        assert self._fold
        self._rest = "".join(self._fold.source) + self._rest
        self._forget_fold()
        self._refolds -= 1

    def _forget_fold(self) -> None:
        self._fold = None
        self._fold_units = 0
        self._fold_from = _FOLD_FROM

    def _settle_references(self, patch: Patch | None) -> Patch | None:
        """At the end: a link defined late may change blocks that were frozen before."""
        env = environment(self.images, finished=True)
        whole = render_tokens(parser().parse("".join(self._source), env), env)
        frozen = list(self._frozen)
        for place, code in self._waiting:
            frozen[place] = code.coloured
        if whole == "".join(frozen):
            return patch
        self._frozen = [whole]
        self._waiting.clear()
        return Patch(-1, whole, units(whole))


def _begins(reference: dict[str, Any]) -> int:
    lines = reference.get("map")
    return lines[0] if lines else 0


def _is_closed_fence(token: Token, partial: int) -> bool:
    if token.type != "fence" or token.level or not token.map or token.map[1] > partial:
        return False
    return token.content.count("\n") == token.map[1] - token.map[0] - 2


# What ends in these is not shown before more has come, so that nothing flickers: a line of marks only (a heading,
# a rule, a list, a fence?), a table's line, a link's address, marks at the end.
_UNDECIDED = re.compile(
    r"""(?: (?:^|(?<=\n)) (?: [ \t]* (?: [-=*+_~`\#>|:.$\\ \t]{1,80} | \d{1,9}[.)]?[ \t]* | (?:```|~~~)[^\n`]{0,80} )
                       | \|[^\n]{0,500} | (?<!\|\n)(?<!\|[ ]\n) \|[^\n]{0,500}\n[|:\- \t]{0,200} )
          | !?\[[^\[\]\n]{0,200} (?: \] (?: \([^()\s]{0,1000} )? )?
          | [*_~`$!\\<&]{1,3}
        )\Z""",
    re.VERBOSE,
)


def _undecided(text: str, *, in_table: bool = False) -> int:
    """How many characters at the end wait for more before they are shown."""
    window = text[-1_300:]
    if in_table:
        window = "|\n" + window  # the line before, which is folded, was a row
    start = max(window.find("\n"), 0) if len(text) > 1_300 and not in_table else 0
    match = _UNDECIDED.search(window, start)
    return min(len(window) - match.start(), len(text)) if match else 0


def _common_beginning(old: str, new: str) -> int:
    """How much of `new` is `old`, cut neither inside a tag nor inside a character reference."""
    most = min(len(old), len(new))
    if old[:most] == new[:most]:
        keep = most
    else:
        keep, end = 0, most
        while end - keep > 1:
            middle = (keep + end) // 2
            if old[keep:middle] == new[keep:middle]:
                keep = middle
            else:
                end = middle
    if keep == len(old) == len(new):
        return keep
    tag = new.rfind("<", 0, keep)
    if tag > new.rfind(">", 0, keep):
        return tag
    reference = new.rfind("&", max(0, keep - 10), keep)
    return reference if reference > new.rfind(";", 0, keep) and reference >= 0 else keep
