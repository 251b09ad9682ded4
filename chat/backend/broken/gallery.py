"""All broken backends, as one ASGI application."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from fastapi import FastAPI
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from chat.backend.broken.entry import Entry, broken_in, entry_of
from chat.backend.broken.faults import (
    auth,
    cors,
    endpoint,
    errors,
    framing,
    identity,
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
from chat.backend.broken.wire import BrokeOnPurpose

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
    time,
    titles,
)

BROKEN: tuple[type[GoodBackend], ...] = tuple(backend for section in _SECTIONS for backend in broken_in(section))
"""Every broken backend, in the order of the rules."""

GALLERY: tuple[Entry, ...] = tuple(entry_of(backend) for backend in BROKEN)
"""What can go wrong, for the page that lists it."""

_ROOT = "/broken/"
_FASTEST = 15.0
"""Words per second: what goes wrong is to be watched."""


class Gallery:
    """One backend of each kind, under `/broken/<rule id>/chatkit`, with what was said to it.

    Pages of any origin may talk to them, as the rules about origins need: nothing secret is said here.
    """

    def __init__(self, rate: float | None = _FASTEST) -> None:
        """`rate` is in words per second, at most 15; None is as fast as it is read, for tests."""
        pause = 0.0 if rate is None else 1 / min(rate, _FASTEST)
        self._backends = {entry_of(backend).rule_id: backend(pause) for backend in BROKEN}
        self._server_log = logging.getLogger("uvicorn.error")
        self._server_log.addFilter(_by_mistake)

    def mount(self, app: FastAPI) -> None:
        """Add the routes. Middleware of the application may mend what is to be broken: see `stand_before`."""
        app.router.routes.append(Route(f"{_ROOT}{{place:path}}", self))

    def stand_before(self, app: FastAPI, allowed_hosts: Sequence[str]) -> None:
        """Answer before the middleware of an application that has begun to run, which would mend what is broken.

        `allowed_hosts` are those of `TrustedHostMiddleware`, which is passed over as well.
        """
        answer_first(app, _ROOT, TrustedHostMiddleware(self, allowed_hosts))

    def close(self) -> None:
        """Give back what was taken of the server's log."""
        self._server_log.removeFilter(_by_mistake)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        section, _, rest = scope["path"].removeprefix(_ROOT).partition("/")
        name, _, place = rest.partition("/")
        backend = self._backends.get(f"{section}/{name}")
        if backend is None:
            refusal = JSONResponse({"message": "The gallery has no such backend."}, 404)
            return await refusal(scope, receive, send)
        await backend({**scope, "path_params": {"place": place}}, receive, send)


def _by_mistake(record: logging.LogRecord) -> bool:
    """Whether a failure in the server's log was none on purpose."""
    error = record.exc_info[1] if record.exc_info else None
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return not isinstance(error, BrokeOnPurpose)
