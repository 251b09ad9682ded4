"""The words of a command line that somebody copied: as a POSIX shell takes them apart, or Windows' cmd."""

from __future__ import annotations

import re
from dataclasses import dataclass

from chat.exchanges.redaction import MASK

__all__ = ["ShellWords", "shell_words"]

_OPERATORS = ("&&", "||", "|", ";", "&", ">", "<", "\n")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "v": "\v"}
_NUMBER = re.compile(r"x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([0-7]{1,3})")
_SLASHES = re.compile(r"\\+")
_VARIABLE = re.compile(r"\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)[^}]*\})")


@dataclass(frozen=True)
class ShellWords:
    """
    The first command's words. `rest` is what follows it (a pipe, another command); `variables` are the names of the
    shell's variables in it, whose values only that shell knows: in the words, a mask stands for each.
    """

    words: tuple[str, ...]
    rest: str = ""
    variables: tuple[str, ...] = ()
    unclosed: str = ""
    """The quote that is opened and not closed, "" when there is none."""


def shell_words(text: str) -> ShellWords:
    """Take a command line apart. One of cmd's is known by its `^`."""
    if re.search(r'\^"|\^\s*\r?\n', text):
        return _of_cmd(text)
    return _Posix(text).read()


class _Posix:
    def __init__(self, text: str) -> None:
        self._text = text.replace("\r\n", "\n")
        self._place = 0
        self._words: list[str] = []
        self._pieces: list[str] | None = None
        self._variables: dict[str, None] = {}
        self._unclosed = ""

    def read(self) -> ShellWords:
        """Every word up to the end of the command."""
        text = self._text
        while self._place < len(text):
            sign = text[self._place]
            if self._operator(sign):
                break
            if sign.isspace():
                self._end_word()
                self._place += 1
            elif sign == "#" and self._pieces is None:
                end = text.find("\n", self._place)
                self._place = len(text) if end < 0 else end
            else:
                self._pieces = [] if self._pieces is None else self._pieces
                self._take(sign)
        self._end_word()
        rest = text[self._place :].strip()
        return ShellWords(tuple(self._words), rest, tuple(self._variables), self._unclosed)

    def _operator(self, sign: str) -> bool:
        """Whether the command ends here. Blank lines and comments before it are none of it."""
        if sign == "\n":
            return bool(self._words) or self._pieces is not None
        return any(self._text.startswith(one, self._place) for one in _OPERATORS if one != "\n")

    def _end_word(self) -> None:
        if self._pieces is not None:
            self._words.append("".join(self._pieces))
            self._pieces = None

    def _add(self, piece: str) -> None:
        assert self._pieces is not None
        self._pieces.append(piece)

    def _take(self, sign: str) -> None:
        text, place = self._text, self._place
        if sign == "\\":
            following = text[place + 1 : place + 2]
            if following == "\n" and self._pieces == []:
                self._pieces = None
            elif following != "\n":
                self._add(following)
            self._place += 2
        elif sign == "'":
            self._quoted("'", place + 1)
        elif text.startswith("$'", place):
            self._ansi(place + 2)
        elif sign == '"' or text.startswith('$"', place):
            self._double(place + 1 + (sign == "$"))
        elif sign == "$" and (variable := _VARIABLE.match(text, place)):
            self._variable(variable)
        else:
            self._add(sign)
            self._place += 1

    def _quoted(self, quote: str, begin: int) -> None:
        end = self._text.find(quote, begin)
        if end < 0:
            self._unclosed, end = quote, len(self._text)
        self._add(self._text[begin:end])
        self._place = end + 1

    def _double(self, place: int) -> None:
        text = self._text
        while place < len(text) and text[place] != '"':
            if text[place] == "\\" and text[place + 1 : place + 2] in ('"', "\\", "$", "`", "\n"):
                self._add("" if text[place + 1] == "\n" else text[place + 1])
                place += 2
            elif variable := _VARIABLE.match(text, place):
                self._variable(variable)
                place = self._place
            else:
                self._add(text[place])
                place += 1
        if place >= len(text):
            self._unclosed = '"'
        self._place = place + 1

    def _ansi(self, place: int) -> None:
        """`$'…'`, as browsers copy what has a quote or a line break in it."""
        text = self._text
        while place < len(text) and text[place] != "'":
            if text[place] != "\\":
                self._add(text[place])
                place += 1
            elif number := _NUMBER.match(text, place + 1):
                digits = next(group for group in number.groups() if group)
                value = int(digits, 8 if number[4] else 16)
                self._add(chr(value) if value < 0x110000 else "\ufffd")
                place = number.end()
            else:
                following = text[place + 1 : place + 2]
                self._add(_ESCAPES.get(following, following))
                place += 2
        if place >= len(text):
            self._unclosed = "$'"
        self._place = place + 1

    def _variable(self, found: re.Match[str]) -> None:
        self._variables[found[1] or found[2]] = None
        self._add(MASK)
        self._place = found.end()


def _of_cmd(text: str) -> ShellWords:
    """cmd takes the `^` away first; the program then splits what is left by Windows' rules."""
    plain: list[str] = []
    place = 0
    rest = ""
    text = text.replace("\r\n", "\n").strip()
    while place < len(text):
        sign = text[place]
        if sign == "^" and place + 1 < len(text):
            following = text[place + 1]
            # a line break after it is dropped; one more after that is a real one
            if following == "\n":
                real = text[place + 2 : place + 3] == "\n"
                plain.append("\n" if real else " ")
                place += 3 if real else 2
                continue
            plain.append(following)
            place += 2
        elif sign == "\n" or sign in "&|":
            rest = text[place:].strip()
            break
        else:
            plain.append(sign)
            place += 1
    words, unclosed = _argv("".join(plain))
    return ShellWords(tuple(words), rest, (), unclosed)


def _argv(text: str) -> tuple[list[str], str]:
    words: list[str] = []
    word: list[str] | None = None
    quoted = False
    place = 0
    while place < len(text):
        run = _SLASHES.match(text, place)
        slashes = len(run[0]) if run else 0
        sign = text[place + slashes : place + slashes + 1]
        if slashes and sign == '"':
            word = [] if word is None else word
            word.append("\\" * (slashes // 2) + ('"' if slashes % 2 else ""))
            place += slashes + slashes % 2
        elif slashes:
            word = [] if word is None else word
            # Windows leaves these alone, but browsers double every one when they copy a command
            word.append("\\" * (slashes // 2 + slashes % 2))
            place += slashes
        elif sign == '"':
            word = [] if word is None else word
            if quoted and text[place + 1 : place + 2] == '"':
                word.append('"')
                place += 1
            else:
                quoted = not quoted
            place += 1
        elif sign.isspace() and not quoted:
            if word is not None:
                words.append("".join(word))
            word = None
            place += 1
        else:
            word = [] if word is None else word
            word.append(sign)
            place += 1
    if word is not None:
        words.append("".join(word))
    return words, '"' if quoted else ""
