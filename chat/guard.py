"""What protects the workbench from other web pages: checks of `Host` and `Origin`, and a content security policy.

A tool on a loopback port is reachable from every page open in the user's browser. `TrustedHostMiddleware` stops
DNS rebinding, `OriginGuard` stops pages of other origins (NiceGUI's Socket.IO accepts any), and `security_policy` is
the second wall behind the escaping of hostile text.
"""

from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["OriginGuard", "PageHeaders", "security_policy"]


def security_policy(image_origins: Iterable[str] = ()) -> str:
    """The page's Content-Security-Policy. Images come from here, from `data:`, and from `image_origins` (scheme://host).

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
            "frame-src 'none'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )


class OriginGuard:
    """Refuses requests and web sockets that come from a page of another origin, but for `open_paths`.

    `open_paths` are path prefixes which look after their own callers (the embedded backend has CORS rules of its own).
    """

    def __init__(self, app: ASGIApp, open_paths: tuple[str, ...]) -> None:
        self.app = app
        self.open_paths = open_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or scope["path"].startswith(self.open_paths):
            return await self.app(scope, receive, send)
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        # "null" is the origin of sandboxed frames and local files: a foreign page like any other
        if origin is None or urlsplit(origin).netloc == headers.get("host"):
            return await self.app(scope, receive, send)
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": "foreign origin"})
            return None
        refusal = JSONResponse({"message": f"Requests from pages of {origin} are refused: this is a local tool."}, 403)
        return await refusal(scope, receive, send)


class PageHeaders:
    """Puts the content security policy and its companions on every HTML page.

    `image_origins()` is asked for each page, since the reader may have allowed another one meanwhile.
    """

    def __init__(self, app: ASGIApp, image_origins: Callable[[], Iterable[str]]) -> None:
        self.app = app
        self.image_origins = image_origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("Referrer-Policy", "no-referrer")
                if headers.get("content-type", "").startswith("text/html"):
                    headers.setdefault("Content-Security-Policy", security_policy(self.image_origins()))
                    headers["Cache-Control"] = "no-store"
            await send(message)

        return await self.app(scope, receive, with_headers)
