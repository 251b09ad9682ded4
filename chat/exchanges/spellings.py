"""How a secret may be written in a body, and what stands for it there."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple
from urllib.parse import quote

__all__ = ["SHORTEST", "Form", "as_bytes", "forms", "longest", "plain_beginning", "spellings", "stand_in"]

SHORTEST = 8
"""Characters of a secret that is looked for: shorter ones are in every text."""

_PLAIN = re.compile(rb"[A-Za-z0-9._~-]+")
# The digits of an escape like `%22` are none of the number's.
_NO_DIGIT_BEFORE = rb"(?:(?<![0-9])|(?<=%[0-9A-Fa-f]{2})|(?<=\\u[0-9A-Fa-f]{4}))"
_HTML = {"&": b"&amp;", "<": b"&lt;", ">": b"&gt;", '"': b"&(?:quot|#34|#[xX]22);", "'": b"&(?:apos|#39|#[xX]27);"}


class Form(NamedTuple):
    """A secret in one of the ways in which it may be written."""

    number: int
    """Which secret, from 1."""
    needle: bytes
    """Bytes that stand in it however it is escaped; b"" when there are none."""
    pattern: re.Pattern[bytes]


def stand_in(number: int, found: bytes) -> bytes:
    """
    What stands for a secret, as long as it is: its number, after its first two characters where those are plain.

    In a stream the first two may be out before anybody can know: the whole text must then not say otherwise. A number
    stays one, which it has to where it stands bare in JSON.
    """
    if found.isdigit():
        return found[:2] + b"9" * (len(found) - 2)
    kept = found[: plain_beginning(found)]
    room = len(found) - len(kept)
    word = b"masked" if room >= SHORTEST else b"hid"
    return kept + (word + b"%02d" % number + b"x" * room)[:room]


def plain_beginning(found: bytes) -> int:
    """How many of the first two bytes are never escaped."""
    plain = _PLAIN.match(found[:2])
    return plain.end() if plain else 0


def spellings(secret: str) -> Iterator[bytes]:
    """The usual forms of a secret, without the escapes of the JSON around it."""
    percent = quote(secret, safe="", errors="surrogatepass")
    texts = (secret, percent, quote(percent), html.escape(secret), json.dumps(secret, ensure_ascii=False)[1:-1])
    yield from map(as_bytes, texts)
    yield from _in_base64(as_bytes(secret))


def forms(number: int, secret: str) -> Iterator[Form]:
    """Every form in which this secret is looked for."""
    if secret.isdigit():
        yield Form(number, as_bytes(secret), re.compile(_NO_DIGIT_BEFORE + as_bytes(secret) + rb"(?![0-9])"))
    else:
        yield _form(number, secret, _escaped)
    for stretch in _in_base64(as_bytes(secret)):
        yield _form(number, stretch.decode(), _escaped_base64)


def _form(number: int, text: str, escaped: Callable[[str, str], bytes]) -> Form:
    pattern = b"".join(escaped(character, before) for before, character in zip(" " + text, text, strict=False))
    # Only what is never escaped may be looked for as it is.
    runs = [run[0] for run in _PLAIN.finditer(as_bytes(text)) if escaped is _escaped or run[0].isalnum()]
    return Form(number, max(runs, key=len, default=b""), re.compile(pattern))


def _escaped(character: str, before: str) -> bytes:
    """A pattern for one character in every escape; `before` is the one before it."""
    raw = as_bytes(character)
    if _PLAIN.fullmatch(raw):
        return re.escape(raw)
    if character == "\\":
        return b"" if before == "\\" else rb"(?:\\u005[Cc]|\\|%(?:25)?5[Cc])+"
    choices = [re.escape(raw)]
    if raw.isascii():
        # JSON in JSON: `\"` becomes `\\\"`. After a backslash of the text itself they are all taken already.
        choices = [(b"" if before == "\\" else rb"\\*") + choices[0]]
    elif ord(character) < 256:
        # As it was sent, but not as a part of some other character's UTF-8.
        choices.append(rb"(?<![\xc2-\xf4])" + re.escape(character.encode("latin-1")))
    choices.append(rb"\\*" + b"".join(_ignoring_case(b"\\u%04x" % unit) for unit in _utf16(character)))
    choices.append(b"".join(rb"%(?:25)?" + _ignoring_case(b"%02x" % byte) for byte in raw))
    if character in _HTML:
        choices.append(_HTML[character])
    if character == " ":
        choices.append(rb"\+")
    return b"(?:" + b"|".join(choices) + b")"


def _escaped_base64(character: str, before: str) -> bytes:
    match character:
        case "+":
            return rb"(?:[+-]|%2[Bb])"
        case "/":
            return rb"(?:\\*/|_|%2[Ff])"
    return character.encode()


def longest(secret: str) -> int:
    """Bytes of the longest form: escapes like `%25XX` for every byte that may be escaped, or base64."""
    raw = as_bytes(secret)
    plain = sum(len(run[0]) for run in _PLAIN.finditer(raw))
    return max(plain + 12 * (len(raw) - plain), 2 * len(raw) + 8)


def as_bytes(text: str) -> bytes:
    """The text in UTF-8, a lone surrogate as what it is."""
    return text.encode("utf-8", "surrogatepass")


def _ignoring_case(escape: bytes) -> bytes:
    return b"".join(
        b"[%c%c]" % (byte, byte - 32) if 97 <= byte <= 102 else re.escape(bytes((byte,))) for byte in escape
    )


def _utf16(character: str) -> Iterator[int]:
    units = character.encode("utf-16-be", "surrogatepass")
    for place in range(0, len(units), 2):
        yield int.from_bytes(units[place : place + 2], "big")


def _in_base64(raw: bytes) -> Iterator[bytes]:
    """What of a base64 text is sure, wherever in it these bytes stand: at one of three places in a group."""
    for before in range(3):
        text = base64.b64encode(b"\0" * before + raw).rstrip(b"=")
        begin = (0, 2, 3)[before]
        whole = (before + len(raw)) * 8 // 6
        yield text[begin:whole]
