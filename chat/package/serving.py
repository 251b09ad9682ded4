"""A backend's ASGI app, served in this process: it streams, and it hears when the client has gone."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Any

__all__ = ["ServedApp"]

_PATIENCE = 30.0


class ServedApp:
    """
    An ASGI app on a free port of 127.0.0.1, in a thread with an event loop of its own, as Starlette's TestClient does
    it; startup and shutdown run as in production. Raises RuntimeError when the app does not start.
    """

    def __init__(self, app: Callable[..., Any]) -> None:
        import uvicorn

        self.app = app
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, log_level="warning", ws="none", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, name="chatkit backend", daemon=True)
        self._over = threading.Event()
        self._thread.start()
        waited = 0.0
        while not self._server.started and not self._over.wait(0.01):
            waited += 0.01
            if waited > _PATIENCE:
                self.stop()
                raise RuntimeError(f"The app did not start within {_PATIENCE:.0f} s.")
        if not self._server.started:
            raise RuntimeError("The app did not start: its startup failed, see the log above.")

    @property
    def address(self) -> str:
        """Like http://127.0.0.1:4711"""
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def stop(self) -> None:
        """Shut the app down; what still streams is broken off."""
        self._server.should_exit = True
        self._thread.join(_PATIENCE)
        self._socket.close()

    def _run(self) -> None:
        try:
            self._server.run(sockets=[self._socket])
        except SystemExit:  # how uvicorn says that the startup failed
            pass
        finally:
            self._over.set()
