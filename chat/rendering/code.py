"""Code blocks: colours by Pygments, a header with the language and a copy button."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from time import thread_time
from typing import Final, NamedTuple

from pygments.lexer import Lexer
from pygments.lexers import get_all_lexers, get_lexer_by_name
from pygments.token import Comment, Error, Generic, Keyword, Literal, Name, Number, Operator, String
from pygments.util import ClassNotFound

__all__ = [
    "CODE_BEGINS",
    "LINES_PER_CHUNK",
    "MAX_HIGHLIGHTED",
    "Colouring",
    "Waiting",
    "code_block",
    "code_chunks",
    "code_close",
    "code_lines",
    "code_open",
    "escape_text",
    "language_of",
]

MAX_HIGHLIGHTED = 20_000
"""Characters; longer code stays plain (a lexer takes about a millisecond per kilobyte)."""

COLOURED_AT_ONCE = 2_000
"""Characters; longer code of a text that grows gets its colours afterwards, a few milliseconds' worth at a time."""

_MOST_SECONDS = 0.25  # of CPU, for one block

_LOOKED_AT_THE_CLOCK = 32  # tokens; reading that clock takes as long as a token does

LINES_PER_CHUNK = 100
"""After each so many lines a new chunk begins, which a browser lays out by itself."""

TokenType = tuple[str, ...]
"""What Pygments says of a piece of code: a tuple of names, ("Name", "Function"), that begins with those above it."""

# One class for what looks the same; what looks like the text around it has none. Fewer elements, fewer bytes.
_CLASSES: dict[TokenType, str] = {
    Comment: "c",
    Comment.Preproc: "k",
    Error: "",
    Generic.Deleted: "gd",
    Generic.Emph: "ge",
    Generic.Heading: "gh",
    Generic.Inserted: "gi",
    Generic.Prompt: "c",
    Generic.Strong: "gh",
    Generic.Subheading: "gh",
    Keyword: "k",
    Keyword.Constant: "m",
    Keyword.Type: "t",
    Literal: "m",
    Literal.String: "s",
    Name.Attribute: "a",
    Name.Builtin: "b",
    Name.Class: "f",
    Name.Constant: "m",
    Name.Decorator: "d",
    Name.Exception: "t",
    Name.Function: "f",
    Name.Namespace: "t",
    Name.Tag: "k",
    Name.Variable: "a",
    Number: "m",
    Operator.Word: "k",
    String: "s",
    String.Escape: "e",
    String.Interpol: "e",
    String.Regex: "e",
}

_LABELS = {
    "bash": "Bash", "c": "C", "console": "Console", "cpp": "C++", "cs": "C#", "csharp": "C#", "css": "CSS",
    "diff": "Diff",
    "go": "Go", "html": "HTML", "http": "HTTP", "java": "Java", "javascript": "JavaScript", "js": "JavaScript",
    "json": "JSON", "jsx": "JSX", "kotlin": "Kotlin", "latex": "LaTeX", "makefile": "Makefile", "markdown": "Markdown",
    "md": "Markdown", "php": "PHP", "py": "Python", "python": "Python", "rb": "Ruby", "ruby": "Ruby", "rs": "Rust",
    "rust": "Rust", "scss": "SCSS", "sh": "Shell", "shell": "Shell", "sql": "SQL", "swift": "Swift", "toml": "TOML",
    "ts": "TypeScript", "tsx": "TSX", "typescript": "TypeScript", "xml": "XML", "yaml": "YAML", "yml": "YAML",
}  # fmt: skip


def escape_text(text: str) -> str:
    """Escaped for the inside of an element (not of an attribute); quotes stay as they are, which saves bytes."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@cache
def _known_languages() -> frozenset[str]:
    return frozenset(alias for _, aliases, _, _ in get_all_lexers(plugins=False) for alias in aliases)


@lru_cache(maxsize=64)
def _lexer(language: str) -> Lexer | None:
    # An unknown name would make Pygments search the installed packages, each time.
    if language not in _known_languages():
        return None
    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


@cache
def _class(kind: TokenType) -> str:
    for length in range(len(kind), 0, -1):
        if kind[:length] in _CLASSES:
            return _CLASSES[kind[:length]]
    return ""


class Colouring:
    """The colours of one block of code, worked out a little at a time."""

    def __init__(self, code: str, lexer: Lexer) -> None:
        self.code = code
        self.done = False
        self.chunks: list[str] = []
        """Escaped HTML of its lines by the hundred, as far as it is there."""
        self._tokens = lexer.get_tokens(code)
        self._class = ""
        self._gathered: list[str] = []  # of this class, one behind the other
        self._html: list[str] = []  # of the chunk that has begun
        self._lines = 0
        self._took = 0.0

    def work(self, seconds: float) -> None:
        """Go on for about so many seconds of CPU. Code (a trap?) that takes too long in all is done without colours."""
        begin = thread_time()
        stop = begin + min(seconds, _MOST_SECONDS - self._took)
        for number, (kind, text) in enumerate(self._tokens, 1):
            name = _class(kind)
            if name != self._class and text.strip():  # blanks take the class of what is before them
                self._close_piece()
                self._class = name
            self._gathered.append(text)
            if not number % _LOOKED_AT_THE_CLOCK and thread_time() > stop:
                break
        else:
            self._close_piece()
            if any(self._html) or not self.chunks:
                self._close_chunk()
            self.done = True
        self._took += thread_time() - begin
        if not self.done and self._took > _MOST_SECONDS:
            self.chunks, self.done = code_chunks(escape_text(self.code)), True

    def whole(self) -> list[str]:
        """All of its chunks."""
        while not self.done:
            self.work(_MOST_SECONDS)
        return self.chunks

    def _close_piece(self) -> None:
        """Neighbours of the same class are one element on each line, so chunks can be cut between any two lines."""
        text = "".join(self._gathered)
        self._gathered.clear()
        body = text.rstrip() if self._class else ""
        opening = f"<span class={self._class}>"
        coloured = (f"{opening}{escape_text(line)}</span>" if line else "" for line in body.split("\n"))
        first, *others = ("\n".join(coloured) + escape_text(text[len(body) :])).split("\n")
        self._html.append(first)
        for line in others:
            self._html.append("\n")
            self._lines += 1
            if self._lines == LINES_PER_CHUNK:
                self._close_chunk()
            self._html.append(line)

    def _close_chunk(self) -> None:
        self.chunks.append("".join(self._html))
        self._html.clear()
        self._lines = 0


@lru_cache(maxsize=64)
def _colouring(code: str, language: str) -> Colouring | None:
    """Its colours, as far as anybody has worked them out; None when there is no lexer."""
    lexer = _lexer(language)
    return Colouring(code, lexer) if lexer else None


def code_chunks(html: str) -> list[str]:
    """Lines of escaped code by the hundred; a last line that is empty is none."""
    if html.count("\n") < LINES_PER_CHUNK:
        return [html]
    lines = html.split("\n")
    chunks = ["\n".join(lines[at : at + LINES_PER_CHUNK]) + "\n" for at in range(0, len(lines), LINES_PER_CHUNK)]
    chunks[-1] = chunks[-1][:-1]
    return [chunk for chunk in chunks if chunk]


def code_lines(chunks: Sequence[str]) -> str:
    """Lines of escaped code with each hundred after the first in a chunk of its own."""
    return chunks[0] + "".join(f"<span class=lines>{chunk}</span>" for chunk in chunks[1:])


CODE_BEGINS: Final = "<pre tabindex=0><code>"
"""What comes right before the code. Long lines are scrolled to by keyboard too."""


def code_open(language: str) -> str:
    """What comes before the first line: header, copy button."""
    label = _LABELS.get(language.lower(), language[:40])
    return (
        f"<div class=code><div class=code-head><span>{escape_text(label)}</span>"
        '<button type=button class=copy data-action=\'{"do":"copy-code"}\'>Copy</button></div>'
        f"{CODE_BEGINS}"
    )


def code_close(*, waiting: bool = False) -> str:
    """What comes after the last line. `waiting`: with the mark of a block that is to get its colours yet."""
    return f"</code></pre>{'<i class=uncoloured hidden></i>' if waiting else ''}</div>\n"


_FIRST_WORD = re.compile(r"[^\s{]+")


def language_of(info: str) -> str:
    """The language in a fence's info string, "" when there is none."""
    match = _FIRST_WORD.search(info)
    return match[0] if match else ""


class Waiting(NamedTuple):
    """A block of code that is drawn without its colours, and has the mark of that."""

    language: str
    colouring: Colouring


def code_block(code: str, language: str, *, highlight: bool, later: list[Waiting] | None = None) -> str:
    """
    A whole code block. `highlight` False while the code still grows: it is coloured once, when it is finished; what
    would take long is left plain then, when there is a list `later` to put it in.
    """
    colouring = _colouring(code, language.lower()) if highlight and language and len(code) <= MAX_HIGHLIGHTED else None
    if colouring is None:
        return code_open(language) + code_lines(code_chunks(escape_text(code))) + code_close()
    if later is not None and not colouring.done and len(code) > COLOURED_AT_ONCE:
        later.append(Waiting(language, colouring))
        return code_open(language) + code_lines(code_chunks(escape_text(code))) + code_close(waiting=True)
    return code_open(language) + code_lines(colouring.whole()) + code_close()
