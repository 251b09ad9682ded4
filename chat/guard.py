"""What protects the workbench from other web pages: who it is called, who calls, and a content security policy.

A tool on a loopback port is reachable from every page open in the user's browser. `HostGuard` stops DNS rebinding,
`OriginGuard` stops pages of other origins (NiceGUI's Socket.IO accepts any), and `security_policy` is the second wall
behind the escaping of hostile text.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chat.hosts import address_of, is_loopback

__all__ = ["HostGuard", "OriginGuard", "PageHeaders", "foreign_page", "security_policy"]

_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?")


def security_policy(image_origins: Iterable[str] = (), frame_origin: str = "") -> str:
    """The page's Content-Security-Policy. Images come from here, from `data:`, and from `image_origins` (scheme://host);
    frames from `frame_origin` alone, or from nowhere.

    NiceGUI compiles its templates in the browser, hence `'unsafe-inline' 'unsafe-eval'` for scripts.
    """
    images = " ".join(["'self'", "data:", "blob:", *sorted(image_origins)])
    return "; ".join(
        [
            "default-src 'self'",
            "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
            "style-src 'self' 'unsafe-inline'",
            f"img-src {images}",
            "font-src 'self' data:",
            "connect-src 'self'",
            "frame-src " + (frame_origin or "'none'"),
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )


def foreign_page(headers: Headers) -> str:
    """The web page of another origin that a request comes from, as far as the browser says; "" when there is none.

    `Origin` comes with everything a script sends, and names the page. `Sec-Fetch-Site` comes with what has no `Origin`:
    images, frames, links, `fetch` without CORS. Another port of this machine is the same site, and another origin.
    """
    origin = headers.get("origin")
    # "null" is the origin of sandboxed frames and local files: a foreign page like any other
    if origin is not None and urlsplit(origin).netloc.lower() != headers.get("host", "").lower():
        return origin
    return "another site" if headers.get("sec-fetch-site", "none") not in ("none", "same-origin") else ""


class HostGuard:
    """Refuses requests that call the workbench by a name that is not its own.

    A page of evil.example whose name has come to stand for this machine is, to the browser, the workbench itself
    (DNS rebinding); what it cannot do is send another `Host`. On a loopback address only the names of the loopback are
    ours. Where other machines may come in, so is any address, the name that was given as `host`, and any name without a
    dot, as containers and home networks have them: none of these can be had by an attacker.
    """

    def __init__(self, app: ASGIApp, host: str) -> None:
        """`host` is what the server listens on."""
        self.app = app
        self._host = host.lower()
        self._exposed = not is_loopback(host)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self.app(scope, receive, send)
        named = Headers(scope=scope).getlist("host")
        matched = _HOST.fullmatch(named[0]) if len(named) == 1 else None
        if matched is not None and self._ours(matched[1].lower()):
            return await self.app(scope, receive, send)
        await _refuse(scope, receive, send, 400, "The workbench is not known by this name. Open it by its address.")

    def _ours(self, name: str) -> bool:
        if is_loopback(name) or name.strip("[]") == self._host:
            return True
        return self._exposed and (address_of(name) is not None or "." not in name)


class OriginGuard:
    """Refuses requests and web sockets that come from a page of another origin, but for `open_paths`.

    `open_paths` look after their own callers, with everything below them (the embedded backend has CORS rules of its
    own). `pages` may be linked to: a browser that goes there from another page is let in, a frame or a script is not.
    """

    def __init__(self, app: ASGIApp, open_paths: tuple[str, ...], pages: tuple[str, ...] = ("/",)) -> None:
        self.app = app
        self.open_paths = open_paths
        self.pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or self._open(scope["path"]):
            return await self.app(scope, receive, send)
        headers = Headers(scope=scope)
        page = foreign_page(headers)
        if not page or (scope["path"] in self.pages and _is_followed_link(scope, headers)):
            return await self.app(scope, receive, send)
        await _refuse(scope, receive, send, 403, f"Requests from pages of {page} are refused: this is a local tool.")

    def _open(self, path: str) -> bool:
        return any(path == one or path.startswith(f"{one}/") for one in self.open_paths)


def _is_followed_link(scope: Scope, headers: Headers) -> bool:
    """Whether a tab of the browser is going to a page by a link of another, which sees nothing of what comes back."""
    return (
        scope["type"] == "http"
        and scope["method"] in ("GET", "HEAD")
        and "origin" not in headers
        and headers.get("sec-fetch-mode") == "navigate"
        and headers.get("sec-fetch-dest") == "document"
    )


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int, message: str) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008, "reason": "foreign origin"})
    else:
        await JSONResponse({"message": message}, status)(scope, receive, send)


class PageHeaders:
    """Puts the content security policy and its companions on every HTML page.

    `image_origins()` is asked for each page, since the reader may have allowed another one meanwhile. `framing` says by
    its path which page may frame what is on another port of its own host; every other may frame nothing.
    """

    def __init__(
        self, app: ASGIApp, image_origins: Callable[[], Iterable[str]], framing: Mapping[str, int] | None = None
    ) -> None:
        self.app = app
        self.image_origins = image_origins
        self.framing = framing or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        port = self.framing.get(scope["path"])
        framed = "" if port is None else _on_port(Headers(scope=scope).get("host", ""), port)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("Referrer-Policy", "no-referrer")
                if headers.get("content-type", "").startswith("text/html"):
                    headers.setdefault("Content-Security-Policy", security_policy(self.image_origins(), framed))
                    headers["Cache-Control"] = "no-store"
            await send(message)

        return await self.app(scope, receive, with_headers)


def _on_port(host: str, port: int) -> str:
    """The origin of another port under the name of a `Host` that has been let in; "" for any other."""
    matched = _HOST.fullmatch(host)
    return f"http://{matched[1]}:{port}" if matched else ""
