"""A relay that listens, in front of backends that write exactly the bytes a test wants."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from chat.client import Connection
from chat.relay.origin import StageOrigin
from chat.relay.registry import Relay
from chat.relay.relay import relay_route
from chat.relay.session import RelaySession
from tests.client.conftest import Call, StartBackend, Until, backend, parrot, until, unused_port

__all__ = ["Call", "Relaying", "StartBackend", "Until", "backend", "parrot", "until", "unused_port"]

CREATE = b'{"type":"threads.create","params":{"input":{"content":[{"type":"input_text","text":"Hi"}]}}}'


@dataclass
class Relaying:
    """A relay on a port of its own."""

    origin: StageOrigin
    relay: Relay
    http: httpx.AsyncClient
    """Connects without proxies, and retries nothing."""

    def open(self, url: str, headers: tuple[tuple[str, str], ...] = (), **options: Any) -> RelaySession:
        return self.relay.open(Connection(url, headers), "test", **options)

    def at(self, session: RelaySession) -> str:
        return self.relay.address_of(session)

    async def post(self, session: RelaySession, body: bytes = CREATE, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.http.post(self.at(session), content=body, headers=named)


@pytest.fixture
async def relaying() -> AsyncIterator[Relaying]:
    origin = StageOrigin("127.0.0.1", 0)
    relay = Relay(origin.address, "http://127.0.0.1:1", ("/chatkit", "/broken"))
    origin.add(relay_route(relay))
    await origin.start()
    async with httpx.AsyncClient(trust_env=False, verify=False, timeout=20) as http:
        yield Relaying(origin, relay, http)
    for session in relay.sessions:
        relay.close(session.key)
    await origin.stop()
