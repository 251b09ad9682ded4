"""Whether the process serves: `/healthz`."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

__all__ = ["healthz"]


def healthz() -> Route:
    """The route. It answers as soon as anything does."""
    return Route("/healthz", _answer, methods=["GET"])


async def _answer(_: Request) -> Response:
    return JSONResponse({"status": "ok"})
