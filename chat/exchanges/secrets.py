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
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import parse_qsl, unquote, unquote_plus, urlsplit

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
from chat.exchanges.spellings import SHORTEST, Form, as_bytes, forms, longest, spellings, stand_in

__all__ = ["NONE", "Secrets", "bare_url", "is_worth_masking"]

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
Headers = tuple[tuple[str, str], ...]


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
        return self.mask(as_bytes(text)).decode("utf-8", "surrogatepass") if self else text

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
        return {stand_in(number, as_bytes(secret)).decode(): secret for number, secret in enumerate(self.values, 1)}

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
            for spelling in spellings(secret):
                found.setdefault(spelling, number)
        return tuple((number, spelling) for spelling, number in found.items())

    @cached_property
    def reach(self) -> int:
        """Bytes that a secret may take up in the longest of its forms."""
        return max(map(longest, self.values), default=0)


@lru_cache(maxsize=256)
def _forms(number: int, secret: str) -> tuple[Form, ...]:
    """The forms of one secret: where a cookie changes with each answer, the others' are not worked out again."""
    return tuple(forms(number, secret))


NONE = Secrets()


def is_worth_masking(value: str) -> bool:
    """Whether a value is to be masked wherever it stands."""
    return (
        len(value) >= SHORTEST
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
