"""
The stage: a page on the second origin that hosts the official widget, and hands its events to a session.

The widget's script comes from a CDN and is trusted with nothing of the workbench: the stage is another origin, where no
launch token is, and who knows a session's key there may do what a front end may do. Of other pages only the workbench
may frame it, and only the stage itself may report events.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from assets import ASSETS
from chat.client import Connection
from chat.exchanges.host_events import HostEvent
from chat.host.options.snippets import SCRIPT_ADDRESS
from chat.own_failures import FAILURE_HEADER

from .trouble import READY_WITHIN

__all__ = ["Stage", "StagedSession", "stage_policy"]

CDN: Final = "https://cdn.platform.openai.com/deployments/chatkit/"
ANSWERED_WITHIN: Final = 120
"""Seconds in which a person may answer for the page, say a client tool call; then `{}` is the answer."""
LARGEST_REPORT: Final = 1_000_000
"""Bytes of events in one request."""
_LONGEST_NAME: Final = 200
_SKEW: Final = timedelta(seconds=2)


class StagedSession(Protocol):
    """What the stage asks of a session."""

    @property
    def connection(self) -> Connection:
        """Where its requests go."""

    def take_host_event(self, event: HostEvent) -> None:
        """The widget has told its page something."""


class Stage:
    """
    The routes of the stage, and with which options it shows each session's widget.

    `session` finds a session by its key. `workbench_port` is where the page is that may frame it, under the same host.
    `relay_path` is the path of a session's address on the relay, with `{key}` in it; `lost` says by which status and
    header the relay tells that it got no answer.
    """

    def __init__(
        self,
        session: Callable[[str], StagedSession | None],
        workbench_port: int,
        *,
        relay_path: str = "/relay/{key}/chatkit",
        lost: tuple[int, str] = (424, FAILURE_HEADER),
        ready_within: float = READY_WITHIN,
    ) -> None:
        self._session = session
        self._workbench_port = workbench_port
        self._relay_path = relay_path
        self._lost = lost
        self._ready_within = ready_within
        self._options: dict[str, Mapping[str, Any]] = {}
        self._answered: dict[str, Sequence[str]] = {}

    def set(self, key: str, options: Mapping[str, Any], answered: Sequence[str] = ()) -> None:
        """With these options the widget comes up when the stage of the session is loaded the next time. What it asks
        of the functions that are `answered`, by their names, is put to the workbench."""
        self._options[key] = options
        self._answered[key] = answered

    def forget(self, key: str) -> None:
        """The session is over."""
        self._options.pop(key, None)
        self._answered.pop(key, None)

    def routes(self) -> list[Route]:
        """What the second origin serves of it."""
        return [
            Route("/stage/{key}", self._page),
            Route("/stage/{key}/host-events", self._host_events, methods=["POST"]),
        ]

    # --- the page -----------------------------------------------------------------------------------------------------

    async def _page(self, request: Request) -> Response:
        key = request.path_params["key"]
        session = self._session(key)
        if session is None:
            return _refusal(404, "The workbench does not have this session any more: open the compare page anew.")
        options = self._options.get(key, {})
        workbench = f"http://{_host_name(request)}:{self._workbench_port}"
        config = {
            "relay": self._relay_path.format(key=key),
            "events": f"/stage/{key}/host-events",
            "workbench": workbench,
            "options": options,
            "answered": list(self._answered.get(key, ())),
            "theme": "dark" if request.query_params.get("theme") == "dark" else "light",
            "script": SCRIPT_ADDRESS,
            "lost": {"status": self._lost[0], "header": self._lost[1]},
            "patience": ANSWERED_WITHIN * 1000,
            "wait": self._ready_within * 1000,
        }
        policy = stage_policy(workbench, _upload_origins(session.connection, options, workbench))
        return HTMLResponse(
            _document(config),
            headers={
                "Content-Security-Policy": policy,
                "Cache-Control": "no-store",
                "Referrer-Policy": "no-referrer",
                "X-Content-Type-Options": "nosniff",
            },
        )

    # --- what the widget tells ----------------------------------------------------------------------------------------

    async def _host_events(self, request: Request) -> Response:
        received = datetime.now(UTC)
        session = self._session(request.path_params["key"])
        if session is None:
            return _refusal(404, "The workbench does not have this session any more.")
        if urlsplit(request.headers.get("origin", "")).netloc.lower() != request.headers.get("host", "").lower():
            return _refusal(403, "Only the stage itself reports events.")
        body = bytearray()
        async for piece in request.stream():
            body += piece
            if len(body) > LARGEST_REPORT:
                return _refusal(413, f"At most {LARGEST_REPORT} bytes of events in one request.")
        try:
            events = _read(json.loads(body), received)
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as problem:
            return _refusal(400, f"These are no events: {type(problem).__name__}.")
        secrets = session.connection.secrets
        for event in events:
            session.take_host_event(event._replace(name=secrets.text(event.name), detail=secrets.value(event.detail)))
        return Response(status_code=204)


def _read(report: dict[str, Any], received: datetime) -> list[HostEvent]:
    """The events of a report, by our clock: a browser on another machine may have one that goes wrong."""
    late = received - _time(report["sent"])
    correction = late if not timedelta() <= late <= _SKEW else timedelta()
    return [
        HostEvent(_time(event["at"]) + correction, str(event["name"])[:_LONGEST_NAME], event.get("detail"))
        for event in report["events"]
    ]


def _time(milliseconds: float) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def stage_policy(workbench: str, uploads: Sequence[str] = ()) -> str:
    """
    The content security policy of a page that hosts the widget, as it was watched to be enough (docs/widget.md).

    `workbench` alone may frame it; to `uploads` attachments may be sent.
    """
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src 'unsafe-inline' {CDN}",
            "style-src 'unsafe-inline'",
            " ".join(["connect-src 'self'", *uploads]),
            f"frame-src {CDN}",
            f"frame-ancestors {workbench}",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


def _upload_origins(connection: Connection, options: Mapping[str, Any], workbench: str) -> list[str]:
    """Where attachments go: to the backend's own host, or where the options say. Never to the workbench's page."""
    api = options.get("api")
    strategy = api.get("uploadStrategy") if isinstance(api, Mapping) else None
    direct = strategy.get("uploadUrl") if isinstance(strategy, Mapping) else None
    found = [_origin(connection.url), _origin(direct) if isinstance(direct, str) else ""]
    port = urlsplit(workbench).port
    return [one for one in dict.fromkeys(found) if one and urlsplit(one).port != port]


def _origin(url: str) -> str:
    """`scheme://host:port`, "" for what is none: safe to stand in a policy."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    plain = host and all(c.isascii() and (c.isalnum() or c in "-.:") for c in host)
    if parts.scheme not in ("http", "https") or not plain:
        return ""
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{f':{port}' if port else ''}"


def _host_name(request: Request) -> str:
    """The name by which the browser knows this machine, which the second origin has let in."""
    name = request.url.hostname or "127.0.0.1"
    return f"[{name}]" if ":" in name else name


def _document(config: Mapping[str, Any]) -> str:
    folder = ASSETS / "stage"
    # a `<` in a text could end the element that holds it, or begin a comment
    written = json.dumps(config).replace("<", "\\u003c")
    script = (folder / "stage.js").read_text("utf-8")
    return (folder / "stage.html").read_text("utf-8").replace("{{ script }}", script).replace("{{ config }}", written)


def _refusal(status: int, message: str) -> Response:
    return JSONResponse({"message": message}, status, headers={"Cache-Control": "no-store"})
