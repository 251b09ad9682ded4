"""
The second origin: a listener beside the page's, for what must not share the page's origin.

The official widget's script comes from elsewhere, and a foreign front end calls the relay: neither may come near the
launch token. It is a bare application on a server of its own in the same event loop, without the page's middleware,
which compresses answers and mends those that break off.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Iterator, Sequence

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from chat.guard import HostGuard
from chat.hosts import for_browsers

__all__ = ["StageOrigin"]


class StageOrigin:
    """
    Listens on `host` from the beginning, serves `routes` from `start` to `stop`.

    `port` 0 takes a free one. Raises OSError when the port cannot be had. Foreign `Host`s are refused here; which page
    may call is the routes' own business.
    """

    def __init__(self, host: str, port: int, routes: Sequence[BaseRoute] = ()) -> None:
        self._socket = _listening(host, port)
        self.port: int = self._socket.getsockname()[1]
        self.address = f"http://{for_browsers(host)}:{self.port}"
        """Like http://127.0.0.1:8081."""
        self._application = Starlette(routes=list(routes))
        self._guarded = HostGuard(self._application, host)
        self._server: _Server | None = None
        self._task: asyncio.Task[None] | None = None

    def add(self, *routes: BaseRoute) -> None:
        """More routes."""
        self._application.router.routes.extend(routes)

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """What is served."""
        return self._application.routes

    async def start(self) -> None:
        """Serve; returns when requests are answered."""
        logging.getLogger("uvicorn.error").addFilter(_unless_left_unfinished)
        config = uvicorn.Config(
            self._guarded,
            lifespan="off",
            ws="none",
            log_config=None,  # the page's server has the same loggers
            access_log=False,
            server_header=False,  # an answer that is passed on has the backend's
            date_header=False,
            timeout_graceful_shutdown=1,
        )
        self._server = _Server(config)
        self._task = asyncio.create_task(self._server.serve(sockets=[self._socket]), name="stage origin")
        listening = asyncio.create_task(self._server.listening.wait())
        await asyncio.wait({listening, self._task}, return_when=asyncio.FIRST_COMPLETED)
        listening.cancel()

    async def stop(self) -> None:
        """Take no more requests, and end what still runs after a second."""
        if self._server is not None and self._task is not None:
            self._server.should_exit = True
            await asyncio.wait({self._task})
        self._socket.close()


class _Server(uvicorn.Server):
    """One that leaves Ctrl+C to the page's, and says when it has begun."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _unless_left_unfinished(record: logging.LogRecord) -> bool:
    """The relay leaves an answer unfinished where the backend's broke off: that is how it is passed on."""
    return "without completing response" not in record.getMessage()


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(2048)
    except BaseException:
        listening.close()
        raise
    listening.setblocking(False)
    return listening
