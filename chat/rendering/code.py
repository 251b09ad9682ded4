"""Code blocks: colours by Pygments, a header with the language and a copy button."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from time import thread_time
from typing import Final

from pygments.lexer import Lexer
from pygments.lexers import get_all_lexers, get_lexer_by_name
from pygments.token import Comment, Error, Generic, Keyword, Literal, Name, Number, Operator, String
from pygments.util import ClassNotFound

__all__ = [
    "CODE_BEGINS",
    "LINES_PER_CHUNK",
    "MAX_HIGHLIGHTED",
    "code_block",
    "code_close",
    "code_lines",
    "code_open",
    "escape_text",
    "language_of",
]

MAX_HIGHLIGHTED = 20_000
"""Characters; longer code stays plain (a lexer takes about a millisecond per kilobyte)."""

_MOST_SECONDS = 0.25  # of CPU, for one block

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


def _pieces(code: str, lexer: Lexer) -> Iterator[tuple[str, str]]:
    """(class, text) pairs; neighbours of the same class are one, blanks take the class of what is before them."""
    last = ""
    gathered: list[str] = []
    stop = thread_time() + _MOST_SECONDS
    for kind, text in lexer.get_tokens(code):
        if thread_time() > stop:
            raise _TooSlow
        name = _class(kind)
        if name != last and text.strip():
            if gathered:
                yield last, "".join(gathered)
                gathered.clear()
            last = name
        gathered.append(text)
    if gathered:
        yield last, "".join(gathered)


@lru_cache(maxsize=64)
def _highlighted(code: str, language: str) -> str | None:
    """Colored and escaped; None when there is no lexer, or when the code (a trap?) takes it too long."""
    lexer = _lexer(language)
    try:
        return _spans(code, lexer) if lexer else None
    except _TooSlow:
        return None


class _TooSlow(Exception):
    pass


def _spans(code: str, lexer: Lexer) -> str:
    out = []
    for name, text in _pieces(code, lexer):
        if name == "":
            out.append(escape_text(text))
            continue
        body = text.rstrip()
        for number, line in enumerate(body.split("\n")):
            if number:
                out.append("\n")  # an element never spans lines, so chunks can be cut between any two
            if line:
                out.append(f"<span class={name}>{escape_text(line)}</span>")
        out.append(text[len(body) :])
    return "".join(out)


def code_lines(html: str) -> str:
    """Lines of escaped code with each hundred after the first in a chunk of its own."""
    if html.count("\n") < LINES_PER_CHUNK:
        return html
    lines = html.split("\n")
    chunks = ["\n".join(lines[at : at + LINES_PER_CHUNK]) + "\n" for at in range(0, len(lines), LINES_PER_CHUNK)]
    chunks[-1] = chunks[-1][:-1]
    return chunks[0] + "".join(f"<span class=lines>{chunk}</span>" for chunk in chunks[1:] if chunk)


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


def code_close() -> str:
    """What comes after the last line."""
    return "</code></pre></div>\n"


_FIRST_WORD = re.compile(r"[^\s{]+")


def language_of(info: str) -> str:
    """The language in a fence's info string, "" when there is none."""
    match = _FIRST_WORD.search(info)
    return match[0] if match else ""


def code_block(code: str, language: str, *, highlight: bool) -> str:
    """A whole code block. `highlight` False while the code still grows: it is coloured once, when it is finished."""
    body = _highlighted(code, language.lower()) if highlight and language and len(code) <= MAX_HIGHLIGHTED else None
    if body is None:
        body = escape_text(code)
    return code_open(language) + code_lines(body) + code_close()
