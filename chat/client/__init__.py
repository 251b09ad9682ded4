"""The client: connections, requests, streams, uploads. It sends; nothing is ever sent twice."""

from chat.client.client import ChatKitClient
from chat.client.connection import Connection
from chat.client.cookies import CookieJar
from chat.client.history import Cursor, LoadedThread, ThreadWalk
from chat.client.stream import EventStream

__all__ = ["ChatKitClient", "Connection", "CookieJar", "Cursor", "EventStream", "LoadedThread", "ThreadWalk"]
