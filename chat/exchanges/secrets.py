"""
The secrets of a connection: the one place that knows them, and that takes them out of whatever comes in.

**What is a secret.** Every value that was configured or sent as a credential: of every header that the user set (the
token without its scheme, the cookies one by one, the password of Basic credentials), of every parameter of the URL's
query, its password, and what stands in the metadata under a secret's name or has a secret's shape. How random a text
is would be guesswork, so the rule is plain: a value counts from eight characters on, unless its header is one that
describes content or the browser (`Accept-Language`, `Content-Type`, `Origin`, `User-Agent`, a version), or it is a
media type, a web address or one of a few common words. Shorter values are masked in their own place and nowhere else:
masking "1" or "en" wherever they stand would leave nothing to read.

**Where they are masked.** In a body, when its bytes arrive (`chat.exchanges.arriving`), not at each of the outputs:
recordings, reports, evidence, the page, copies and messages are all made from exchanges, and what no exchange holds
none of them can let out, the next one included. The mask has the length of what it covers, is plain text for JSON,
URLs, HTML and Markdown, and is the same for the same value: places in bytes stay, what is shown is what is judged, and
ids that hold a masked value still differ. Before something goes back to the backend as it came (an id, a cursor, the
payload of an action, an upload's address), `restored` puts the value back.

**In which forms.** As it is, in JSON's escapes (also twice over), percent-encoded, HTML-escaped, and as a stretch of
any base64. Not: hashed, in hexadecimal, reversed, spaced out, or in pieces that a backend keeps apart.
"""

from __future__ import annotations

import base64
import binascii
import html
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote, unquote, unquote_plus, urlsplit

from chat.exchanges.redaction import (
    MASK,
    is_secret_name,
    mask,
    redact_header,
    redact_text,
    redact_url,
    secrets_by_shape,
    split_scheme,
)

__all__ = ["NONE", "Form", "Secrets", "bare_url", "is_worth_masking", "plain_beginning", "stand_in"]

_SHORTEST = 8
_LONG = 16
_MOST = 300
"""Values of one connection, or of one imported file: more than that nobody configures."""

_NEVER = frozenset(
    (
        "accept",
        "accept-charset",
        "accept-encoding",
        "accept-language",
        "cache-control",
        "content-encoding",
        "content-language",
        "content-type",
        "date",
        "dnt",
        "host",
        "origin",
        "pragma",
        "te",
        "upgrade-insecure-requests",
        "user-agent",
        "x-requested-with",
    )
)
_COMMON = frozenset(
    (
        "anonymous",
        "development",
        "disabled",
        "enabled",
        "gzip, deflate",
        "keep-alive",
        "localhost",
        "max-age=0",
        "no-cache",
        "no-store",
        "nosniff",
        "production",
        "same-origin",
        "staging",
        "undefined",
        "xmlhttprequest",
    )
)
_MEDIA_TYPE = re.compile(
    r"(?:application|audio|font|image|message|model|multipart|text|video|\*)/[\w.+*-]+\s*(?:[;,].*)?"
)
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_BREAKS = re.compile(r"[\r\n]+")
_STRUCTURE = re.compile(r"[\s,;:=\"'{}\[\]]+")
_PLAIN = re.compile(rb"[A-Za-z0-9._~-]+")
# The digits of an escape like `%22` are none of the number's.
_NO_DIGIT_BEFORE = rb"(?:(?<![0-9])|(?<=%[0-9A-Fa-f]{2})|(?<=\\u[0-9A-Fa-f]{4}))"
_HTML = {"&": b"&amp;", "<": b"&lt;", ">": b"&gt;", '"': b"&(?:quot|#34|#[xX]22);", "'": b"&(?:apos|#39|#[xX]27);"}

Headers = tuple[tuple[str, str], ...]


class Form(NamedTuple):
    """A secret in one of the ways in which it may be written."""

    number: int
    """Which secret, from 1."""
    needle: bytes
    """Bytes that stand in it however it is escaped; b"" when there are none."""
    pattern: re.Pattern[bytes]


@dataclass(frozen=True)
class Secrets:
    """
    Values that must not be seen, in the order in which they were found.

    Falsy when there are none; `|` has those of both, the first one's first. `repr` says only how many.
    """

    values: tuple[str, ...] = ()

    @classmethod
    def of(cls, headers: Iterable[tuple[str, str]], url: str = "", metadata: Any = None) -> Secrets:
        """The secrets of a connection: what the user set as headers, URL and metadata."""
        found: list[str] = []
        for name, value in headers:
            found += _in_header(name, value)
        found += _in_url(url)
        found += _in_metadata(metadata)
        return cls._from(found)

    @classmethod
    def named(cls, headers: Iterable[tuple[str, str]], url: str = "", metadata: Any = None) -> Secrets:
        """
        The secrets of an exchange that others made: what stands under a secret's name, and long cookies.

        A browser sends much that is none, and nobody says which.
        """
        found: list[str] = []
        for name, value in headers:
            cookies = value.partition(";")[0] if name.lower() == "set-cookie" else value
            if name.lower() in ("cookie", "set-cookie"):
                for cookie in cookies.split(";"):
                    of, _, content = cookie.strip().partition("=")
                    if is_secret_name(of) or len(content) >= _LONG:
                        found += _in_header("cookie", cookie)
            elif is_secret_name(name):
                found += _in_header(name, value)
        found += _in_url(url, is_secret_name)
        found += _in_metadata(metadata)
        return cls._from(found)

    @classmethod
    def _from(cls, found: Iterable[str]) -> Secrets:
        lines = (line.strip() for value in found for line in _BREAKS.split(value))
        texts = (text for line in lines for text in ([line] if _is_one_text(line) else _STRUCTURE.split(line)))
        return cls(tuple(dict.fromkeys(filter(is_worth_masking, texts)))[:_MOST])

    def __bool__(self) -> bool:
        return bool(self.values)

    def __or__(self, other: Secrets) -> Secrets:
        return Secrets(tuple(dict.fromkeys(self.values + other.values))) if self and other else self or other

    def __repr__(self) -> str:
        return f"Secrets({len(self.values)} values)"

    # Masking

    def mask(self, data: bytes) -> bytes:
        """The bytes with every secret masked, in place: their length and every offset stay."""
        for form in self.forms:
            if form.needle in data:
                data = form.pattern.sub(lambda match, number=form.number: stand_in(number, match[0]), data)  # type: ignore[misc]
        return data

    def text(self, text: str) -> str:
        """The text with every secret masked, and with what has the shape of one."""
        return redact_text(self.known(text))

    def known(self, text: str) -> str:
        """The text with every secret masked, and with the rest as it is: for what a person reads in a conversation."""
        return self.mask(_raw(text)).decode("utf-8", "surrogatepass") if self else text

    def value(self, value: Any) -> Any:
        """A JSON value with every secret masked in its texts and keys."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self.text(str(key)): self.value(entry) for key, entry in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(entry) for entry in value]
        return value

    def url(self, url: str) -> str:
        """The URL with every secret masked; those in its query and its userinfo by the marker that copies know."""
        known = frozenset(self.values)
        return self.text(redact_url(url, lambda name, value: unquote_plus(value) in known))

    def headers(self, pairs: Iterable[tuple[str, str]], own: Iterable[str] = ()) -> Headers:
        """Headers with every secret masked. Of those named `own`, which the user set, nothing of the value is left."""
        names = {name.lower() for name in own}
        return tuple((name, self._header(name, value, name.lower() in names)) for name, value in pairs)

    def _header(self, name: str, value: str, own: bool) -> str:
        if own and not _is_never(name) and not is_secret_name(name):
            return mask(value.strip())
        if name.lower() in ("location", "content-location", "referer", "link"):
            return self.url(value)
        return self.text(redact_header(name, value))

    # And back

    def restored(self, value: Any) -> Any:
        """A JSON value that came masked from the backend, as the backend knows it: for what is sent back to it."""
        if isinstance(value, str):
            for masked, secret in self._behind.items():
                value = value.replace(masked, secret)
            return value
        if isinstance(value, Mapping):
            return {self.restored(key): self.restored(entry) for key, entry in value.items()}
        if isinstance(value, list | tuple):
            return [self.restored(entry) for entry in value]
        return value

    @cached_property
    def _behind(self) -> dict[str, str]:
        return {stand_in(number, _raw(secret)).decode(): secret for number, secret in enumerate(self.values, 1)}

    # How they are found

    @cached_property
    def forms(self) -> tuple[Form, ...]:
        """Every form of every secret, the longest secrets first: one may be a part of another."""
        numbered = sorted(enumerate(self.values, 1), key=lambda pair: len(pair[1]), reverse=True)
        return tuple(form for number, secret in numbered for form in _forms(number, secret))

    @cached_property
    def spellings(self) -> tuple[tuple[int, bytes], ...]:
        """(number, bytes) of the usual forms, without escapes: by these, secrets in pieces are found."""
        found: dict[bytes, int] = {}
        for number, secret in enumerate(self.values, 1):
            percent = quote(secret, safe="", errors="surrogatepass")
            texts = (secret, percent, quote(percent), html.escape(secret), json.dumps(secret, ensure_ascii=False)[1:-1])
            for spelling in (*map(_raw, texts), *_in_base64(_raw(secret))):
                found.setdefault(spelling, number)
        return tuple((number, spelling) for spelling, number in found.items())

    @cached_property
    def reach(self) -> int:
        """Bytes that a secret may take up in the longest of its forms."""
        return max(map(_longest, self.values), default=0)


NONE = Secrets()


def is_worth_masking(value: str) -> bool:
    """Whether a value is to be masked wherever it stands."""
    return (
        len(value) >= _SHORTEST
        and MASK not in value
        and value.lower() not in _COMMON
        and not _MEDIA_TYPE.fullmatch(value)
        and not _ADDRESS.match(value)
    )


def bare_url(url: str) -> tuple[str, tuple[str, ...]]:
    """The URL with neither userinfo nor the values of secret parameters, and the names of what was taken out."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url, ()
    taken: list[str] = []
    userinfo, _, place = parts.netloc.rpartition("@")
    if userinfo:
        taken.append("user name and password")

    def bare(pair: str) -> str:
        name, equals, value = pair.partition("=")
        plain = unquote_plus(value)
        if not value or not (is_secret_name(unquote_plus(name)) or is_worth_masking(plain)):
            return pair
        taken.append(f"?{unquote_plus(name)}")
        return name + equals

    query = "&".join(map(bare, parts.query.split("&")))
    return parts._replace(netloc=place, query=query, fragment="").geturl(), tuple(taken)


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
    word = b"masked" if room >= _SHORTEST else b"hid"
    return kept + (word + b"%02d" % number + b"x" * room)[:room]


def plain_beginning(found: bytes) -> int:
    """How many of the first two bytes are never escaped."""
    plain = _PLAIN.match(found[:2])
    return plain.end() if plain else 0


# What is secret


def _is_never(name: str) -> bool:
    lower = name.strip().lower()
    return lower in _NEVER or lower.startswith("sec-") or lower.endswith("version")


def _is_one_text(value: str) -> bool:
    """Whether it may be looked for as a whole: bare numbers and what has quotes in it could match JSON's own signs."""
    return value.isdigit() or ('"' not in value and any(character.isalpha() for character in value))


def _in_header(name: str, value: str) -> Iterator[str]:
    lower, value = name.strip().lower(), value.strip()
    if lower == "cookie":
        for cookie in value.split(";"):
            content = cookie.partition("=")[2].strip().strip('"')
            yield content
            yield unquote(content)
    elif lower == "referer" or _ADDRESS.match(value):
        yield from _in_url(value)
    elif not _is_never(lower):
        scheme, token = split_scheme(value)
        yield token
        if scheme.lower() == "basic":
            yield from _of_basic(token)
        elif is_secret_name(lower):
            yield token.rpartition(" ")[2]
            yield from (part for part in _STRUCTURE.split(token) if len(part) >= _LONG)


def _of_basic(token: str) -> Iterator[str]:
    try:
        user, _, password = base64.b64decode(token, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return
    yield password or user


def _in_url(url: str, counts: Callable[[str], bool] = lambda name: True) -> Iterator[str]:
    try:
        parts = urlsplit(url)
        password, user = parts.password, parts.username
    except ValueError:
        return
    yield unquote(password or user or "")
    for name, value in parse_qsl(parts.query) + parse_qsl(parts.fragment):
        if counts(name):
            yield value
    yield from secrets_by_shape(unquote(parts.path))


def _in_metadata(value: Any, secret: bool = False) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, entry in value.items():
            yield from _in_metadata(entry, secret or is_secret_name(str(name)))
    elif isinstance(value, list | tuple):
        for entry in value:
            yield from _in_metadata(entry, secret)
    elif isinstance(value, str):
        if secret:
            yield split_scheme(value.strip())[1]
        yield from secrets_by_shape(value)
    elif secret and isinstance(value, int):
        yield str(value)


# How it may be written


def _forms(number: int, secret: str) -> Iterator[Form]:
    if secret.isdigit():
        yield Form(number, _raw(secret), re.compile(_NO_DIGIT_BEFORE + _raw(secret) + rb"(?![0-9])"))
    else:
        yield _form(number, secret, _escaped)
    for stretch in _in_base64(_raw(secret)):
        yield _form(number, stretch.decode(), _escaped_base64)


def _form(number: int, text: str, escaped: Callable[[str, str], bytes]) -> Form:
    pattern = b"".join(escaped(character, before) for before, character in zip(" " + text, text, strict=False))
    # Only what is never escaped may be looked for as it is.
    runs = [run[0] for run in _PLAIN.finditer(_raw(text)) if escaped is _escaped or run[0].isalnum()]
    return Form(number, max(runs, key=len, default=b""), re.compile(pattern))


def _escaped(character: str, before: str) -> bytes:
    """A pattern for one character in every escape; `before` is the one before it."""
    raw = _raw(character)
    if _PLAIN.fullmatch(raw):
        return re.escape(raw)
    if character == "\\":
        return b"" if before == "\\" else rb"(?:\\u005[Cc]|\\|%(?:25)?5[Cc])+"
    choices = [re.escape(raw)]
    if raw.isascii():
        # JSON in JSON: `\"` becomes `\\\"`. After a backslash of the text itself they are all taken already.
        choices = [(b"" if before == "\\" else rb"\\*") + choices[0]]
    else:
        if ord(character) < 256:
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


def _longest(secret: str) -> int:
    """Bytes of the longest form: escapes like `%25XX` for every byte that may be escaped, or base64."""
    raw = _raw(secret)
    plain = sum(len(run[0]) for run in _PLAIN.finditer(raw))
    return max(plain + 12 * (len(raw) - plain), 2 * len(raw) + 8)


def _raw(text: str) -> bytes:
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
