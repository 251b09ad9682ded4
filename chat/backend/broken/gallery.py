"""All broken backends, as one ASGI application."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import partial

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from chat.backend.broken.exhibit import Exhibit, broken_in, exhibit_of
from chat.backend.broken.faults import (
    auth,
    cors,
    endpoint,
    errors,
    framing,
    identity,
    inputs,
    lifecycle,
    paging,
    persistence,
    schema,
    time,
    titles,
    tools,
    transport,
    uploads,
    vocabulary,
    widgets,
)
from chat.backend.broken.good import GoodBackend
from chat.backend.broken.outermost import answer_first
from chat.backend.broken.visitors import WINDOW_HEADER, Visitors
from chat.backend.broken.wire import BrokeOnPurpose
from chat.guard import HostGuard, foreign_page

__all__ = ["BROKEN", "GALLERY", "Gallery"]

_SECTIONS = (
    endpoint,
    transport,
    framing,
    vocabulary,
    schema,
    lifecycle,
    identity,
    persistence,
    paging,
    errors,
    auth,
    cors,
    tools,
    widgets,
    uploads,
    inputs,
    time,
    titles,
)

BROKEN: tuple[type[GoodBackend], ...] = tuple(backend for section in _SECTIONS for backend in broken_in(section))
"""Every broken backend, in the order of the rules."""

GALLERY: tuple[Exhibit, ...] = tuple(exhibit_of(backend) for backend in BROKEN)
"""What can go wrong, for the page that lists it."""

_ROOT = "/broken/"
_FOR_ANY_PAGE = "cors"
"""The section whose faults only pages of other origins see."""
_FASTEST = 15.0
"""Words per second: what goes wrong is to be watched."""


class Gallery:
    """The backends under `/broken/<rule id>/chatkit`. Each visitor has one of its own, until it has long stayed away.

    A visitor is a window of the page, by the header `X-Gallery-Window`, or whoever sends none. Pages of other origins
    are refused, except those that are allowed by name. The entries about origins must talk to any page: it is a visitor
    of its own and reads what it has said itself.
    """

    def __init__(self, rate: float | None = _FASTEST) -> None:
        """`rate` is in words per second, at most 15; None is as fast as it is read, for tests."""
        pause = 0.0 if rate is None else 1 / min(rate, _FASTEST)
        self._visitors = {exhibit_of(backend).rule_id: Visitors(partial(backend, pause)) for backend in BROKEN}
        self._allowed_origins: frozenset[str] = frozenset()
        self._server_log = logging.getLogger("uvicorn.error")
        self._server_log.addFilter(_by_mistake)

    def mount(self, app: FastAPI, allowed_origins: Iterable[str] = ()) -> None:
        """Add the routes. Middleware of the application may mend what is to be broken: see `stand_before`.

        `allowed_origins` are those of other sites' pages that may talk to every entry, as a widget beside ours does.
        """
        self._allowed_origins = frozenset(allowed_origins)
        app.router.routes.append(Route(f"{_ROOT}{{place:path}}", self))

    def stand_before(self, app: FastAPI, host: str) -> None:
        """Answer before the middleware of an application that has begun to run, which would mend what is broken.

        `host` is that of the `HostGuard`, which is passed over as well.
        """
        answer_first(app, _ROOT, HostGuard(self, host))

    def close(self) -> None:
        """Give back what was taken of the server's log."""
        self._server_log.removeFilter(_by_mistake)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        section, _, rest = scope["path"].removeprefix(_ROOT).partition("/")
        name, _, place = rest.partition("/")
        headers = Headers(scope=scope)
        page = foreign_page(headers)
        if page in self._allowed_origins:
            page = ""
        visitors = self._visitors.get(f"{section}/{name}")
        if page and not (visitors and section == _FOR_ANY_PAGE):
            refusal = JSONResponse({"message": f"Pages of {page} may not talk to the gallery."}, 403)
        elif visitors is None:
            refusal = JSONResponse({"message": "The gallery has no such backend."}, 404)
        else:
            backend = visitors.backend_of(page or headers.get(WINDOW_HEADER, ""))
            return await backend({**scope, "path_params": {"place": place}}, receive, send)
        await refusal(scope, receive, send)


def _by_mistake(record: logging.LogRecord) -> bool:
    """Whether a failure in the server's log was none on purpose."""
    error = record.exc_info[1] if record.exc_info else None
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return not isinstance(error, BrokeOnPurpose)
