"""ChatKit backends on this machine, found by asking: one page of threads from each address that is common for them.

Only ever at a person's request: what listens on a port of this machine may be anything. Nothing of the reader's goes
along, neither headers nor metadata nor cookies, and what is asked for changes nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from chat.client.client import ChatKitClient
from chat.client.connection import Connection
from chat.errors import InvalidAnswer, Refused, WorkbenchError

__all__ = ["PATHS", "PORTS", "Nearby", "look_nearby"]

PORTS: Final = (8000, 8001, 8002, 8003, 8080, 8787, 3000, 4000, 5000, 9000)
PATHS: Final = ("/chatkit", "/api/chatkit", "/support/chatkit")
_KNOCK: Final = 0.5
"""Seconds for a connection on the loopback."""
_ANSWER: Final = 3.0
"""Seconds for an answer."""
_LONGEST: Final = 1 << 20
"""Bytes of an answer."""


@dataclass(frozen=True)
class Nearby:
    """An address that may be one's backend, and what is known of it. `certainty`: `seen` has answered as ChatKit."""

    url: str
    words: str
    certainty: Literal["seen", "likely", "unknown"]


async def look_nearby(
    own_ports: Collection[int] = (), *, ports: Sequence[int] = PORTS, paths: Sequence[str] = PATHS
) -> list[Nearby]:
    """Ask for one page of threads at every address; `own_ports` are the workbench's, which are left out."""
    asked = [port for port in dict.fromkeys(ports) if port not in own_ports]
    found = await asyncio.gather(*(_look_at(port, paths) for port in asked))
    sure = [one for at_port in found for one in at_port]
    return sorted(sure, key=lambda one: ("seen", "likely", "unknown").index(one.certainty))


async def _look_at(port: int, paths: Sequence[str]) -> list[Nearby]:
    host = await _listening(port)
    if host is None:
        return []
    answers = [await _ask(f"http://{host}:{port}{path}") for path in paths]
    found = [one for one in answers if one is not None]
    spoken = [one for one in found if one.certainty != "unknown"]
    # who refuses one path and answers at another refuses what is not there as well
    return spoken or found[:1]


async def _listening(port: int) -> str | None:
    """How to call the server on this port; None when there is none."""
    for host, name in (("127.0.0.1", "127.0.0.1"), ("::1", "localhost")):
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(_KNOCK):
                _, writer = await asyncio.open_connection(host, port)
            writer.close()
            return name
    return None


async def _ask(url: str) -> Nearby | None:
    client = ChatKitClient(Connection(url, connect_timeout=_KNOCK, read_timeout=_ANSWER, body_limit=_LONGEST))
    try:
        async with asyncio.timeout(_ANSWER):
            page = await client.list_threads(limit=20)
    except Refused as refused:
        return Nearby(url, f"answers {refused.status}: it wants credentials, and may be a ChatKit backend", "unknown")
    except InvalidAnswer:
        return Nearby(url, "answers with a list of threads that has faults", "likely")
    except (WorkbenchError, TimeoutError):
        return None
    count = len(page.data)
    threads = f"{count}{'+' if page.has_more else ''} thread{'' if count == 1 and not page.has_more else 's'}"
    return Nearby(url, f"answers as ChatKit: {threads}", "seen")
