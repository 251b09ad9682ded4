"""
Secrets out of headers, URLs and bodies: by the name they stand under, and by their shape.

What is masked keeps a hint, so that two different tokens can be told apart: the last four characters, when the secret
is long enough (16 characters) to spare them. Masking twice changes nothing more. Every pattern here is anchored at the
beginning of a run of token characters, so that hostile text costs no more than its length.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import quote, unquote_plus

__all__ = [
    "MASK",
    "is_secret_name",
    "mask",
    "redact_body",
    "redact_header",
    "redact_headers",
    "redact_text",
    "redact_url",
    "redact_value",
    "secrets_by_shape",
    "split_scheme",
]

MASK = "••••"
_LONG_ENOUGH = 16
_HINT = 4

# Words that make a name that of a secret; matched against the parts of the name: "X-Api-Key" has x, api, key.
_SECRET_WORDS = frozenset(
    (
        "auth",
        "authorization",
        "token",
        "secret",
        "password",
        "passwd",
        "pwd",
        "apikey",
        "key",
        "cookie",
        "session",
        "sessionid",
        "sid",
        "signature",
        "sig",
        "jwt",
        "credential",
        "credentials",
        "assertion",
        "csrf",
        "xsrf",
        "accesstoken",
        "authtoken",
        "idtoken",
        "refreshtoken",
        "clientsecret",
    )
)
_HARMLESS_NAMES = frozenset(
    ("idempotency-key", "x-idempotency-key", "surrogate-key", "sec-websocket-key", "key-id", "kid")
)
_HARMLESS_PREFIXES = ("access-control-", "x-ratelimit-", "ratelimit-")

# Each alternative begins where no token character stands before it (the look-behind in front of them all).
_SHAPES = "|".join(
    (
        r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*",  # JSON web tokens
        r"(?:sk|rk|pk|ek|sess|whsec)[-_][A-Za-z0-9_-]{16,}",  # OpenAI, Anthropic, Stripe, ChatKit client secrets
        r"gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,}",
        r"hf_[A-Za-z0-9]{20,}|npm_[A-Za-z0-9]{20,}|pypi-[A-Za-z0-9_-]{20,}",
        r"AIza[A-Za-z0-9_-]{30,}|ya29\.[A-Za-z0-9_-]{16,}|(?:AKIA|ASIA)[A-Z0-9]{16}",
        r"xox[abeoprs]-[A-Za-z0-9-]{10,}",
    )
)
_NOT_INSIDE = r"(?<![A-Za-z0-9_-])"
_BEARER = r"(?i:bearer)[ \t]{1,4}(?=[^\s\"'\\,;]{0,4096}[0-9])[A-Za-z0-9._~+/=-]{12,}"
_PRIVATE_KEY = r"-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,20}PRIVATE KEY-----|\Z)"
_PATTERN = f"{_NOT_INSIDE}(?:{_BEARER}|{_SHAPES})|{_PRIVATE_KEY}"
_IN_TEXT = re.compile(_PATTERN)
_IN_BYTES = re.compile(_PATTERN.encode())

_NAME_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
_QUERY_BREAK = re.compile(r"([&;#?])")
_USERINFO = re.compile(r"(?<=://)[^/?#\s@]*(?:@[^/?#\s@]*)*@")
_SCHEME = re.compile(r"(Bearer|Basic|Token|Digest|ApiKey|Negotiate|DPoP)\s+(.+)", re.IGNORECASE | re.DOTALL)


def mask(secret: str) -> str:
    """The marker for a secret, with its last four characters when it is long enough; a marker stays as it is."""
    if not secret or secret.startswith(MASK):
        return secret
    return MASK + secret[-_HINT:] if len(secret) >= _LONG_ENOUGH else MASK


@lru_cache(maxsize=1024)
def is_secret_name(name: str) -> bool:
    """Whether what stands under this name (of a header, a query parameter, a form field) is a secret."""
    lower = name.strip().lower()
    if lower in _HARMLESS_NAMES or lower.startswith(_HARMLESS_PREFIXES):
        return False
    parts = [part.lower() for part in _NAME_PARTS.findall(name)]
    if any(part in _SECRET_WORDS for part in parts):
        return True
    joined = "".join(parts)
    return joined.endswith(("apikey", "token", "secret", "password"))


def redact_headers(headers: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The headers with secrets masked."""
    return tuple((name, redact_header(name, value)) for name, value in headers)


def redact_header(name: str, value: str) -> str:
    """One header's value with its secrets masked: schemes, cookie names and attributes stay readable."""
    lower = name.strip().lower()
    if lower == "cookie":
        return "; ".join(_mask_cookie(part.strip()) for part in value.split(";"))
    if lower == "set-cookie":
        cookie, semicolon, attributes = value.partition(";")
        return _mask_cookie(cookie) + semicolon + attributes
    if is_secret_name(lower):
        scheme, token = split_scheme(value.strip())
        # The end of Basic credentials is the end of a password.
        hidden = MASK if scheme.lower() == "basic" else mask(token)
        return f"{scheme} {hidden}" if scheme else hidden
    if lower in ("location", "content-location", "referer", "origin", "link"):
        return redact_url(value)
    return redact_text(value)


def split_scheme(value: str) -> tuple[str, str]:
    """The scheme of credentials, like Bearer, and the rest; "" and the value when it names none that is known."""
    scheme = _SCHEME.fullmatch(value)
    return (scheme[1], scheme[2]) if scheme else ("", value)


def secrets_by_shape(text: str) -> Iterator[str]:
    """What has the shape of a secret in a text, without the word Bearer before it."""
    for match in _IN_TEXT.finditer(text):
        yield split_scheme(match[0])[1]


def redact_text(text: str) -> str:
    """The text with everything masked that has the shape of a secret."""
    return _IN_TEXT.sub(_mask_match, text)


def redact_url(url: str, also: Callable[[str, str], bool] = lambda name, value: False) -> str:
    """
    The URL with its userinfo masked, and the query and fragment parameters that are secret by name or by shape.

    `also` says of others, by name and value as they stand there, whether they are. Works on any text: what is not a
    URL is treated as one as far as it goes.
    """
    url = _USERINFO.sub(_mask_userinfo, url)
    before, mark, rest = _split_at_query(url)
    if mark:
        rest = "".join(_mask_pair(pair, also) for pair in _QUERY_BREAK.split(rest))
    return redact_text(before + mark + rest)


def redact_body(body: bytes) -> bytes:
    """
    The body with everything masked that has the shape of a secret, in place: its length and every offset stay.

    The first three and, when it is long enough, the last four characters are kept and the rest become `*`.
    """
    return _IN_BYTES.sub(_star_match, body)


def redact_value(value: Any) -> Any:
    """A JSON value with everything masked in its texts that has the shape of a secret, lengths kept as in bodies."""
    if isinstance(value, str):
        if _IN_TEXT.search(value) is None:
            return value
        return redact_body(value.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")
    if isinstance(value, dict):
        return {key: redact_value(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [redact_value(entry) for entry in value]
    return value


def _mask_match(match: re.Match[str]) -> str:
    text = match[0]
    if text.startswith("-----BEGIN"):
        return MASK
    if text[:6].lower() == "bearer":
        scheme, _, token = text.partition(" " if " " in text else "\t")
        return f"{scheme} {mask(token.strip())}"
    return mask(text)


def _star_match(match: re.Match[bytes]) -> bytes:
    text = match[0]
    keep = 7 if text[:6].lower() == b"bearer" else 3
    hint = text[-_HINT:] if len(text) - keep >= _LONG_ENOUGH else b""
    return text[:keep] + b"*" * (len(text) - keep - len(hint)) + hint


def _mask_cookie(cookie: str) -> str:
    name, equals, value = cookie.partition("=")
    return name + equals + mask(value) if equals else mask(cookie)


def _mask_userinfo(match: re.Match[str]) -> str:
    user, colon, password = match[0][:-1].partition(":")
    # A user name with a password is a name; alone it is as likely a token.
    return f"{user}:{MASK}@" if colon and password else f"{mask(user)}@"


def _mask_pair(pair: str, also: Callable[[str, str], bool]) -> str:
    name, _, value = pair.partition("=")
    if not value or value.startswith((MASK, quote(MASK))):
        return pair
    if name == "code" or is_secret_name(unquote_plus(name)) or also(name, value):
        return f"{name}={mask(value)}"
    return pair


def _split_at_query(url: str) -> tuple[str, str, str]:
    places = [place for place in (url.find("?"), url.find("#")) if place >= 0]
    if not places:
        return url, "", ""
    at = min(places)
    return url[:at], url[at], url[at + 1 :]
