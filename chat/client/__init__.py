"""The client: connections, requests, streams, uploads. It sends; nothing is ever sent twice."""

from typing import TYPE_CHECKING

from chat.on_demand import on_demand

if TYPE_CHECKING:
    from chat.client.client import ChatKitClient
    from chat.client.connection import Connection
    from chat.client.cookies import CookieJar
    from chat.client.history import Cursor, LoadedThread, ThreadWalk
    from chat.client.stream import EventStream

__all__ = ["ChatKitClient", "Connection", "CookieJar", "Cursor", "EventStream", "LoadedThread", "ThreadWalk"]

__getattr__ = on_demand(
    __name__,
    {
        "client": "ChatKitClient",
        "connection": "Connection",
        "cookies": "CookieJar",
        "history": "Cursor LoadedThread ThreadWalk",
        "stream": "EventStream",
    },
)
