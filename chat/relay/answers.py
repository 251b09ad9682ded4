"""What the relay and a replay put into every answer of theirs, leave out of those they pass on, and say themselves."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response

from chat.errors import WorkbenchError
from chat.own_failures import FAILURE_HEADER

__all__ = ["NOT_BACK", "failure_answer", "preflight", "readable"]

NOT_BACK = frozenset(
    (
        "alt-svc",
        "clear-site-data",
        "connection",
        "content-length",
        "cross-origin-resource-policy",
        "keep-alive",
        "location",
        "nel",
        "proxy-authenticate",
        "proxy-connection",
        "refresh",
        "report-to",
        "reporting-endpoints",
        "set-cookie",
        "strict-transport-security",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        FAILURE_HEADER,
    )
)
"""Headers of answers that speak of the backend's site or of its connection, and would be taken for this origin's; and
what only the relay itself may say."""


def readable(asked: Headers, exposed: Iterable[str] = (FAILURE_HEADER,)) -> dict[str, str]:
    """What lets the front end's page read an answer, and keeps one from being a page of this origin."""
    headers = {
        "Access-Control-Allow-Origin": asked.get("origin", "*"),
        "Access-Control-Expose-Headers": ", ".join(exposed),
        "Vary": "Origin",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
    }
    if "origin" in asked:
        headers["Access-Control-Allow-Credentials"] = "true"
    return headers


def preflight(asked: Headers) -> dict[str, str]:
    """What lets any page send what ChatKit sends: a front end of somebody else's is what these addresses are for."""
    headers = {"Access-Control-Allow-Methods": "POST, OPTIONS", "Access-Control-Max-Age": "600"}
    if wanted := asked.get("access-control-request-headers"):
        headers["Access-Control-Allow-Headers"] = wanted
    if asked.get("access-control-request-private-network") == "true":
        headers["Access-Control-Allow-Private-Network"] = "true"
    return headers


def failure_answer(
    status: int, kind: str, message: str, advice: str = "", error: WorkbenchError | None = None
) -> Response:
    """An answer of the workbench's own: what is wrong, whose fault it is, what to do. Empty fields are left out."""
    document = {"message": message, "whose": "your request", "advice": advice}
    if error is not None:
        document |= {"whose": error.whose, "expected": error.expected, "got": error.got, "advice": error.advice}
    document = {name: value for name, value in document.items() if value}
    return JSONResponse(document, status, headers={FAILURE_HEADER: kind, "Cache-Control": "no-store"})
