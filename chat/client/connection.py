"""Where a backend is and what is sent along with every request."""

from __future__ import annotations

import base64
import re
import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import unquote

import httpx

from chat.client.computed import NOTHING, Added, Computed
from chat.client.cookies import CookieJar
from chat.client.learned import Learned
from chat.errors import BadConnection
from chat.exchanges import Exchange
from chat.exchanges.exchange import is_event_stream
from chat.exchanges.redaction import redact_text, redact_url
from chat.exchanges.secrets import NONE, Secrets
from chat.protocol.lenient_json import LONGEST_DOCUMENT

__all__ = ["Connection"]

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HOST = re.compile(rb"[A-Za-z0-9._:-]+")
_BREAKS = re.compile(r"[\r\n\0]")


@dataclass(frozen=True)
class Connection:
    """
    A backend's address and what goes with every request to it.

    Raises `BadConnection` when it cannot be used: not an http(s) URL, or a header that HTTP cannot carry. A user name
    and password in the URL are sent as Basic credentials, unless the headers have an `Authorization` of their own.
    `repr` shows no secrets.
    """

    url: str
    headers: tuple[tuple[str, str], ...] = ()
    """Sent with every request to this backend, instead of the workbench's own of the same name."""
    locale: str = "en"
    """Sent as `Accept-Language`."""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    """Sent as `metadata` in the body of every request, when there is any."""
    as_widget: bool = False
    """Whether each request looks as the official widget's does."""
    frame_id: str = field(default_factory=lambda: str(uuid.uuid4()), compare=False)
    """What the widget calls its frame, when `as_widget`."""
    connect_timeout: float = 10
    """Seconds."""
    read_timeout: float | None = 120
    """Longest silence, in seconds, before the answer and between its chunks; None waits for ever."""
    quiet_timeout: float | None = 600
    """Seconds that an answer may go on without saying anything: with nothing but comments, or, where it is no stream of
    events, without coming to its end; None waits for ever."""
    body_limit: int = 128 * 2**20
    """Bytes of a stream of events, decoded, after which it is cut off."""
    document_limit: int = LONGEST_DOCUMENT
    """The same of every other answer."""
    also_secret: Secrets = NONE
    """What else this backend may answer and nobody shall see: another user's credentials."""
    cookies: CookieJar | None = field(default=None, compare=False)
    """Where the cookies are kept that the backend sets, to be sent back to it; None keeps and sends none."""
    computed: Computed | None = field(default=None, compare=False, repr=False)
    """What works out headers and metadata anew for each request; None: nothing does."""
    learned: Learned | None = field(default=None, compare=False, repr=False)
    """What was secret in requests that somebody typed: nobody shall see it in any other either."""
    added: Added = field(default=NOTHING, compare=False, repr=False)
    """What was worked out for the one request that this is for (`for_request`)."""
    typed: tuple[tuple[str, str], ...] = field(default=(), compare=False, repr=False)
    """Headers that somebody typed for the one request that this is for (`once`): they stand over all others."""
    left_out: frozenset[str] = field(default=frozenset(), compare=False, repr=False)
    """Names, in lowercase, of the headers that this one request goes without."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "url", _checked_url(self.url))
        object.__setattr__(self, "headers", tuple(_checked_header(*pair) for pair in _pairs(self.headers)))
        if _BREAKS.search(self.locale) or not self.locale.isascii():
            raise BadConnection("The locale cannot be sent as Accept-Language.", expected="like en or pt-BR")

    def __repr__(self) -> str:
        names = [name for name, _ in self.headers]
        headers = self.secrets.headers(self.headers, own=names)
        return f"Connection({self.shown_url!r}, headers={headers!r}, locale={self.locale!r})"

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port."""
        return origin_of(_parsed(self.url))

    @property
    def secrets(self) -> Secrets:
        """What must never be shown or written, wherever it turns up. More with each secret cookie that is set, and with
        each secret that is worked out for a request."""
        known = self._configured
        if self.computed is not None:
            known = _together(known, self.computed.secrets)
        if self.cookies is not None:
            known = _together(known, self.cookies.secrets)
        if self.learned is not None:
            known = _together(known, self.learned.secrets)
        # the last, so that the masks of the others are the same as in every other request's answer
        return _together(known, Secrets.of(self.typed)) if self.typed else known

    @cached_property
    def _configured(self) -> Secrets:
        return self.also_secret | Secrets.of(self.own_headers(), self.url, self.metadata)

    @property
    def shown_url(self) -> str:
        """The URL without its secrets."""
        return self.secrets.url(self.url)

    def bare_url(self) -> httpx.URL:
        """The URL to send to: without userinfo and fragment."""
        return _bare(self.url)

    def request_headers(self, defaults: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """The defaults that are not replaced, then this connection's own, then those of this one request."""
        found = list(defaults)
        for pairs in (self.own_headers(), self.added.headers, self.typed):
            names = {name.lower() for name, _ in pairs}
            found = [*(pair for pair in found if pair[0].lower() not in names), *pairs]
        return [pair for pair in found if pair[0].lower() not in self.left_out]

    @property
    def own_names(self) -> list[str]:
        """Names of the headers that are not the workbench's own."""
        return [name for name, _ in (*self.headers, *self.added.headers, *self.typed)]

    def limit_of(self, exchange: Exchange) -> int:
        """Bytes of its answer, the head of which has come, after which that is cut off."""
        return self.body_limit if is_event_stream(exchange) else min(self.body_limit, self.document_limit)

    @property
    def sent_metadata(self) -> dict[str, Any]:
        """The `metadata` of this one request."""
        return {**self.metadata, **self.added.metadata}

    async def for_request(self, operation: str, body: Mapping[str, Any]) -> Connection:
        """
        The connection with what is worked out for this one request. Raises `WorkbenchError` when that fails: the
        request must then not be sent.
        """
        if self.computed is None:
            return self
        added = await self.computed.ask(operation, body)
        checked = tuple(_checked_header(*pair) for pair in added.headers)
        return replace(self, added=Added(checked, added.metadata))

    def once(self, headers: Iterable[tuple[str, str]], without: Collection[str] = ()) -> Connection:
        """
        The connection for one request with other headers: these, in place of those of the same name, and none of those
        `without`. Their values are secrets as its own are. Raises `BadConnection` for what HTTP cannot carry.
        """
        typed = tuple(_checked_header(*pair) for pair in headers)
        return replace(self, typed=typed, left_out=frozenset(name.strip().lower() for name in without))

    def learn(self, metadata: Any) -> None:
        """A request is sent that somebody typed, with this metadata in it: what is secret in it is so from now on."""
        if self.learned is not None:
            self.learned.learn(Secrets.of(self.typed, metadata=metadata))

    def own_headers(self) -> list[tuple[str, str]]:
        """Its headers, and the one that user and password in its URL become."""
        own = list(self.headers)
        names = {name.lower() for name, _ in own}
        url = _parsed(self.url)
        if url.userinfo and "authorization" not in names:
            own.append(("Authorization", f"Basic {_basic(url)}"))
        return own


@lru_cache(maxsize=64)
def _together(one: Secrets, other: Secrets) -> Secrets:
    """Both, as one object: what it knows of its values is worked out once."""
    return one | other


@lru_cache(maxsize=64)
def _parsed(text: str) -> httpx.URL:
    """The URL, which every request asks for several times: to parse it takes a fifth of a millisecond."""
    return httpx.URL(text)


@lru_cache(maxsize=64)
def _bare(text: str) -> httpx.URL:
    return _parsed(text).copy_with(username=None, password=None, fragment=None)


def origin_of(url: httpx.URL) -> tuple[str, str, int]:
    """Scheme, host and port of a URL."""
    return url.scheme, url.host, url.port or (443 if url.scheme == "https" else 80)


def _basic(url: httpx.URL) -> str:
    user, _, password = url.userinfo.decode("ascii", "replace").partition(":")
    return base64.b64encode(f"{unquote(user)}:{unquote(password)}".encode()).decode()


def _checked_url(text: str) -> str:
    text = text.strip()
    shown = redact_url(text)[:200]
    if not text:
        raise BadConnection("There is no URL.", expected="a URL like http://127.0.0.1:8000/chatkit")
    try:
        url = _parsed(text)
    except (httpx.InvalidURL, ValueError) as error:
        raise BadConnection(f"{shown} is not a URL: {redact_text(str(error))}", got=shown) from None
    if url.scheme not in ("http", "https") or not _HOST.fullmatch(url.raw_host):
        raise BadConnection(
            f"{shown} is not the URL of a ChatKit backend.",
            expected="a URL that begins with http:// or https:// and names a host",
            got=shown,
            advice=f"Did you mean http://{shown}?" if "://" not in text else "",
        )
    if url.port == 0 or (url.port or 1) > 65535:
        raise BadConnection(f"{shown} has a port that does not exist.", expected="1 to 65535", got=str(url.port))
    return text


def _pairs(headers: Any) -> Iterable[tuple[str, str]]:
    return headers.items() if isinstance(headers, Mapping) else headers


def _checked_header(name: str, value: str) -> tuple[str, str]:
    name, value = name.strip(), value.strip()
    if not _HEADER_NAME.fullmatch(name):
        raise BadConnection(
            f"{name[:80]!r} is not the name of a header.",
            expected="letters, digits and dashes, like Authorization",
            got=repr(name[:80]),
        )
    if name.lower() in ("content-length", "transfer-encoding", "connection"):
        raise BadConnection(f"{name} is written by the workbench itself.", advice=f"Take {name} out of the headers.")
    if _BREAKS.search(value):
        raise BadConnection(f"The value of {name} has a line break in it.", advice="Paste it again, on one line.")
    strange = next((character for character in value if ord(character) > 255), None)
    if strange is not None:
        raise BadConnection(
            f"The value of {name} has the character {strange!r}, which a header cannot carry.",
            expected="ASCII characters",
            got=repr(strange),
            advice="It often comes from copying a shortened or typeset text: copy the value from its source.",
        )
    return name, value
