"""Every operation of the protocol, one method each."""

from __future__ import annotations

from collections.abc import Callable

from chat.client.connection import Connection
from chat.exchanges import Exchange

__all__ = ["ChatKitClient"]


class ChatKitClient:
    """Speaks to one backend."""

    def __init__(self, connection: Connection, on_exchange: Callable[[Exchange], None] | None = None) -> None:
        self.connection = connection
        self.on_exchange = on_exchange
