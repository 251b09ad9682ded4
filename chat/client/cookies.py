"""The cookies that a backend sets: kept in memory, sent back as a browser would, and secrets like any credentials.

What a cookie is good for (domain, path, `Secure`, how long) is judged by `http.cookiejar`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from http.cookiejar import Cookie, DefaultCookiePolicy
from http.cookiejar import CookieJar as Store
from typing import Any
from urllib.parse import urlsplit

import httpx

from chat.exchanges.redaction import is_secret_name
from chat.exchanges.secrets import NONE, Secrets
from chat.hosts import is_this_machine

__all__ = ["CookieJar"]

_LONG = 16
_LARGEST = 4096
"""Characters of one cookie, as in browsers."""
_MOST = 50
_MOST_SECRETS = 20
_ID = re.compile(r"[a-z]{2,8}_[A-Za-z0-9-]+")
"""What ids of threads and items look like. A cookie may hold one, and it stands in every answer."""


class CookieJar:
    """
    The cookies of one user of one backend. Never written to disk; `repr` shows no values.

    `secrets` only grows until `clear`: an answer may still hold a value that was replaced since.
    """

    def __init__(self) -> None:
        self._cookies = httpx.Cookies(Store(_Policy(self)))
        self._values: list[str] = []
        self.secrets: Secrets = NONE
        """The values that must not be seen: of cookies that are called so, or kept from scripts, or are long."""

    def __repr__(self) -> str:
        return f"CookieJar({', '.join(self.names)})"

    def __len__(self) -> int:
        return len(self._cookies.jar)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the cookies that are kept, those that have expired left out."""
        return tuple(dict.fromkeys(cookie.name for cookie in self._cookies.jar if not cookie.is_expired()))

    def has(self, cookie: Cookie) -> bool:
        """Whether there is one of this name from the same place."""
        return any(
            (known.name, known.domain, known.path) == (cookie.name, cookie.domain, cookie.path)
            for known in self._cookies.jar
        )

    def clear(self) -> None:
        """Forget every cookie. Their values stay secrets: what was answered is still there."""
        self._cookies.jar.clear()

    def take(self, request: httpx.Request, status: int, headers: Iterable[tuple[bytes, bytes]]) -> None:
        """Keep what the answer to this request sets."""
        pairs = [(name, value) for name, value in headers if name.lower() == b"set-cookie"]
        if pairs:
            self._cookies.extract_cookies(httpx.Response(status, headers=pairs, request=request))
            self._learn()

    def put_into(self, request: httpx.Request) -> None:
        """Send the cookies along that belong to this request; of two with one name, ours is newer than a header's."""
        if not len(self):
            return
        bare = httpx.Request(request.method, request.url)
        self._cookies.set_cookie_header(bare)
        ours = bare.headers.get("cookie", "")
        if not ours:
            return
        names = {_name(pair) for pair in ours.encode("ascii").split(b";")}
        given = [pair for name, value in request.headers.raw if name.lower() == b"cookie" for pair in value.split(b";")]
        kept = [pair.strip() for pair in given if pair.strip() and _name(pair) not in names]
        others = [(name, value) for name, value in request.headers.raw if name.lower() != b"cookie"]
        request.headers = httpx.Headers([*others, (b"Cookie", b"; ".join([*kept, ours.encode("ascii")]))])

    def _learn(self) -> None:
        now = [value for cookie in self._cookies.jar if _is_secret(cookie) for value in _values(cookie)]
        for value in now:
            if value in self._values:
                continue
            # Numbers of masks are places in this list: a new value takes the place of one that is out of use.
            stale = next((place for place, old in enumerate(self._values) if old not in now), None)
            if len(self._values) < _MOST_SECRETS or stale is None:
                self._values.append(value)
            else:
                self._values[stale] = value
        self.secrets = Secrets(tuple(self._values))


class _Policy(DefaultCookiePolicy):
    """As a browser's, with bounds for what a hostile backend may leave here."""

    def __init__(self, jar: CookieJar) -> None:
        super().__init__()
        self._jar = jar

    def set_ok(self, cookie: Cookie, request: Any) -> bool:
        """Whether to keep the cookie."""
        text = f"{cookie.name}={cookie.value or ''}"
        sendable = text.isascii() and text.isprintable() and len(text) <= _LARGEST
        room = len(self._jar) < _MOST or self._jar.has(cookie)
        return sendable and room and super().set_ok(cookie, request)

    def return_ok_secure(self, cookie: Cookie, request: Any) -> bool:
        """Whether `Secure` lets the cookie be sent: browsers trust this machine without TLS."""
        host = urlsplit(request.full_url).hostname or ""
        return is_this_machine(host) or bool(super().return_ok_secure(cookie, request))


def _name(pair: bytes) -> bytes:
    return pair.partition(b"=")[0].strip()


def _is_secret(cookie: Cookie) -> bool:
    kept_from_scripts = any(map(cookie.has_nonstandard_attr, ("HttpOnly", "httponly", "HTTPOnly")))
    if is_secret_name(cookie.name) or kept_from_scripts:
        return True
    value = cookie.value or ""
    return len(value) >= _LONG and not _ID.fullmatch(value)


def _values(cookie: Cookie) -> tuple[str, ...]:
    return Secrets.of([("Cookie", f"{cookie.name}={cookie.value or ''}")]).values
