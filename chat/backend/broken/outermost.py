"""A private door: an application that answers before the middleware of the one it is in.

Why: Starlette's `BaseHTTPMiddleware`, which NiceGUI puts around everything when it starts, brings a body that broke off
to a clean end. What the gallery breaks on purpose would arrive whole; and each piece of what the embedded backend
streams would pass through six queues. NiceGUI adds it after we have added ours and starts the server itself, so there
is no public place outside of it: what Starlette calls `middleware_stack` is exchanged, which it makes when the
application begins to run. If a version of it keeps that elsewhere, nothing is exchanged, the gallery's answers end too
well and streams cost more; `tests/backend/broken/test_outermost.py` says so.
"""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["answer_first"]


def answer_first(app: Starlette, root: str, answer: ASGIApp) -> bool:
    """Let `answer` have the requests for paths that begin with `root`, before any middleware of `app`.

    `app` has begun to run. False: this version of Starlette has no such place, and nothing was changed.
    """
    behind: ASGIApp | None = getattr(app, "middleware_stack", None)
    if behind is None:
        return False

    async def either(scope: Scope, receive: Receive, send: Send) -> None:
        ours = scope["type"] == "http" and scope["path"].startswith(root)
        await (answer if ours else behind)(scope, receive, send)

    app.middleware_stack = either
    return True
