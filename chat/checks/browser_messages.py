"""What browsers write into the console by themselves where the page gets nothing: Chromium, Firefox and Safari."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from chat.checks.middleware import middleware_for

__all__ = ["BROWSERS", "CDN_REFUSED", "GENERAL", "Explain"]

Explain = Callable[[re.Match[str]], tuple[str, str, str]]
"""(headline, expected, fix) of a message."""

_CHECK = "# python app.py check URL --origin https://the-page.example"
CDN_REFUSED = (
    r"cdn\.platform\.openai\.com/[^\n]{0,300}?(?:net::ERR_\w+|Content Security Policy)"
    r"|Content-Security-Policy: [^\n]{0,200}?cdn\.platform\.openai\.com"
)
"""That the widget's script or frame was kept back: Chromium and Safari, Firefox."""

_NETWORK = {
    "ERR_CONNECTION_REFUSED": ("nothing listens at this address", "# start the server, and mind the port"),
    "ERR_NAME_NOT_RESOLVED": ("there is no such host", "# mend the host in `api.url`"),
    "ERR_ADDRESS_UNREACHABLE": ("the host cannot be reached", "# mend the host in `api.url`"),
    "ERR_SSL_PROTOCOL_ERROR": ("https is spoken to a port of http", '# api: { url: "http://localhost:8000/chatkit" }'),
    "ERR_BLOCKED_BY_CLIENT": ("an extension of this browser keeps it back", "# try without extensions"),
    "ERR_INCOMPLETE_CHUNKED_ENCODING": (
        "the connection broke in the middle of the answer",
        "# the server's log has the exception that was raised after the 200 had been sent",
    ),
    "ERR_EMPTY_RESPONSE": ("the server closed the connection without an answer", "# look at the server's log"),
    "ERR_CONNECTION_RESET": ("the server closed the connection without an answer", "# look at the server's log"),
    "ERR_TIMED_OUT": ("no answer came in time", "# is the host right, and does a firewall let it through?"),
}
_CERTIFICATE = (
    "the browser does not trust its certificate",
    "# give it a certificate that browsers trust, or use http",
)
_NOT_SAID = ("the browser says no more", _CHECK)


def _address(url: str) -> str:
    return url.strip("'\"“”‘’.,;)")[:200]


def _origin(url: str) -> str:
    parts = urlsplit(_address(url))
    return f"{parts.scheme}://{parts.netloc}"


def _kept_back(because: str, origin: str = "") -> tuple[str, str, str]:
    of = f"`{origin}`" if origin else "the origin of the page"
    return (
        f"The browser keeps the backend's answer from the page: {' '.join(because.split())[:160]}",
        f"CORS headers for {of} on every answer, to OPTIONS too",
        middleware_for(origin),
    )


def _firefox(said: re.Match[str]) -> tuple[str, str, str]:
    if "did not succeed" in said[2]:
        return _unreachable(_address(said[1]), ("nothing listens there, or its certificate is not trusted", _CHECK))
    return _kept_back(said[2])


def _unreachable(url: str, why: tuple[str, str]) -> tuple[str, str, str]:
    return f"The browser gets no answer from `{url}`: {why[0]}", "an answer of the backend", why[1]


def _network(said: re.Match[str]) -> tuple[str, str, str]:
    code = said[2]
    why = _CERTIFICATE if code.startswith("ERR_CERT_") else _NETWORK.get(code, _NOT_SAID)
    return _unreachable(_address(said[1]), (f"{why[0]} ({code})", why[1]))


def _policy(said: re.Match[str]) -> tuple[str, str, str]:
    url = _address(next(group for group in said.groups() if group))
    return (
        f"A content security policy of the page forbids requests to `{url}`",
        f"`{_origin(url)}` in the policy's `connect-src`",
        f"# Content-Security-Policy: connect-src 'self' {_origin(url)}",
    )


def _insecure(said: re.Match[str]) -> tuple[str, str, str]:
    url = _address(next(group for group in said.groups() if group))
    return (
        f"The page is under https and asks for `{url}` under http: the browser sends nothing",
        "a backend under https",
        f'# api: {{ url: "{url.replace("http:", "https:", 1)}" }}, or the page under http while you develop',
    )


def _status(said: re.Match[str]) -> tuple[str, str, str]:
    url, status = _address(said[1] or said[3]), int(said[2] or said[4])
    why = "nothing that takes a POST stands there" if status == 405 else ""
    if status == 404:
        why = "nothing stands there, or the backend does not know the thread"
    return (
        f"`{url}` answers with status {status}" + (f": {why}" if why else ""),
        "200 from the backend",
        "# use the address of your ChatKit route, most often /chatkit or /api/chatkit: python app.py check URL"
        if why
        else "# the body of the answer and the server's log say why: python app.py check URL",
    )


def _fixed(headline: str, expected: str, fix: str) -> Explain:
    return lambda said: (headline, expected, fix)


_URL = r"(https?://(?![^/\s]{0,100}\bopenai\.com)[^\s'\"”]{1,300})"

BROWSERS: tuple[tuple[str, re.Pattern[str], Explain], ...] = (
    (
        "local network",
        re.compile(r"(?:more-private|to access the) [^\n]{0,40}address space"),
        _fixed(
            "The browser does not let a page of the public network ask a server of the local one",
            "the user's leave, or both on one network",
            "# while you develop: open the page from localhost, too; else give the backend a public address",
        ),
    ),
    (
        "cors",
        re.compile(
            rf"Same Origin Policy disallows reading the remote resource at {_URL} ?\.? ?\(Reason: ([^\n)]{{1,300}})"
        ),
        _firefox,
    ),
    (
        "cors",
        re.compile(
            r"(?:Origin (https?://\S{1,200}) is not allowed by Access-Control-Allow-Origin"
            r"|Request header field \S{1,80} is not allowed by Access-Control-Allow-Headers"
            r"|Preflight response is not successful)[^\n]{0,60}"
        ),
        lambda said: _kept_back(said[0], said[1] or ""),
    ),
    (
        "policy",
        re.compile(
            rf"Refused to connect to '?{_URL}[^\n]{{0,60}}?(?:Content Security Policy|connect-src)"
            rf"|Connecting to '{_URL}' violates the following Content Security Policy"
            rf"|\(connect-src\) at {_URL}"
        ),
        _policy,
    ),
    (
        "insecure",
        re.compile(
            rf"Mixed Content: [^\n]{{0,300}}?insecure [\w ]{{1,40}} '{_URL}"
            rf"|Blocked loading mixed active content [“\"']?{_URL}"
            rf"|requested insecure content from {_URL}"
        ),
        _insecure,
    ),
    ("network", re.compile(rf"(?:POST|GET|OPTIONS|Fetch|XHRPOST) {_URL} net::(ERR_\w{{1,60}})"), _network),
    (
        "status",
        re.compile(rf"POST {_URL} ([45]\d\d)\b|(?:XHR)?POST\s{{0,4}}{_URL}\s{{0,4}}\[HTTP/[\d.]+ ([45]\d\d)"),
        _status,
    ),
    (
        "element",
        re.compile(r"setOptions is not a function|(?:ChatKit|chatkit\.js)[^\n]{0,40} not (?:been )?loaded"),
        _fixed(
            "The widget's script has not loaded, or not yet, when the page sets its options",
            "chatkit.js from cdn.platform.openai.com, and then the options",
            "# in the page, before `setOptions`: await customElements.whenDefined('openai-chatkit')",
        ),
    ),
)
"""What each says by itself: kind, pattern, meaning."""

GENERAL: tuple[tuple[str, re.Pattern[str], Explain], ...] = (
    (
        "no answer",
        re.compile(
            r"TypeError: (?:Failed to fetch|NetworkError when attempting to fetch resource|Load failed)"
            r"|due to access control checks"
        ),
        _fixed(
            "A request of the page got no answer that it may read: the server is not there, or CORS keeps it back",
            "an answer, with CORS headers for the origin of the page",
            f"# the check says which of the two it is:\n{_CHECK}",
        ),
    ),
)
"""What says little, and is left out beside what says more."""
