"""
Connections for httpcore that know when each piece of an answer arrived.

The time is taken when the event loop hands a piece over, not when somebody has found time to read it: what a slow
reader sees late has still come in time. And a stream in a rush is read every few milliseconds instead of at each piece,
all that waits as one, which is what most of reading it would cost.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, cast

import aiohappyeyeballs
import httpcore

from chat.client.joining import LONGEST_FRAME, Joining
from chat.hosts import Address, address_of

__all__ = ["ARRIVED_AT", "AT_ONCE", "PARTS", "SILENT_TLS", "AddressRefused", "Network", "Permits", "Resolve", "look_up"]

Resolve = Callable[[str, int], Awaitable[Sequence[aiohappyeyeballs.AddrInfoType]]]
"""Gives the addresses of a host and port, as `getaddrinfo` does; raises OSError when there are none."""

Permits = Callable[[Address], Awaitable[bool]]
"""Says whether an address may be connected to."""

SILENT_TLS = "the TLS handshake was not answered"
"""What the exception says when a connection was made, and the other side said nothing on it."""
ARRIVED_AT = "arrived_at"
"""Name of a stream's extra information: when the last of what was read came, in `time.monotonic_ns`."""
PARTS = "parts"
"""Name of another: the `Part`s of the body in what was read last, where several that waited are read as one."""

_FALL_BACK = 0.25
"""Seconds after which the next address of a name is tried beside the first."""
_HIGH_WATER = 2**20
"""Bytes that may wait to be read before the backend is made to wait."""
DRAWING = 0.03
"""Seconds between two looks at a stream in a rush: nobody sees more than that of what is drawn."""
AT_ONCE = 0.0
"""Each piece is read when it comes: for whoever passes it on."""
_RUSH = 20
"""So many waits in a row that were each shorter than the pace are a rush; a JSON answer is over by then."""


class AddressRefused(Exception):
    """A host was not connected to, as none of its addresses may be. It passes through httpcore as it is."""


async def look_up(host: str, port: int) -> Sequence[aiohappyeyeballs.AddrInfoType]:
    """The addresses that the system knows. Raises OSError."""
    if address_of(host) is not None:  # nobody is asked, so no thread has to wait for an answer
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    return await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)


class Network(httpcore.AsyncNetworkBackend):
    """Opens TCP connections."""

    def __init__(self, resolve: Resolve = look_up, permits: Permits | None = None, pace: float = DRAWING) -> None:
        """
        A name is looked up once, with `resolve`, and only addresses that `permits` says yes to are connected to.

        `pace` is in seconds between two looks at a stream in a rush.
        """
        self.pace = pace
        self._resolve = resolve
        self._permits = permits

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to the first of the host's addresses that answers and is permitted.

        Raises httpcore's ConnectTimeout and ConnectError, and AddressRefused.
        """
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout):
                addresses = [found for found in await self._resolve(host, port) if await self._permitted(found)]
                if not addresses:
                    raise AddressRefused(f"No address of {host} may be connected to.")
                connected = await aiohappyeyeballs.start_connection(addresses, happy_eyeballs_delay=_FALL_BACK)
                connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                transport, arrivals = await loop.create_connection(_Arrivals, sock=connected)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(str(error)) from error
        except (OSError, RuntimeError, UnicodeError) as error:
            raise httpcore.ConnectError(str(error)) from error
        return _Stream(transport, arrivals, self.pace)

    async def _permitted(self, found: aiohappyeyeballs.AddrInfoType) -> bool:
        address = address_of(str(found[4][0]))
        return self._permits is None or (address is not None and await self._permits(address))


class _Arrivals(asyncio.Protocol):
    """What has come on a connection and was not read yet."""

    def __init__(self) -> None:
        self.pieces: deque[tuple[int, bytes]] = deque()
        self.ended = False
        self.error: Exception | None = None
        self.changed = asyncio.Event()
        self.writable = asyncio.Event()
        self.writable.set()
        self._waiting = 0
        self._transport: asyncio.Transport | None = None

    def take(self, most: int) -> tuple[int, bytes]:
        """The oldest piece, or its first `most` bytes, with its time."""
        at, data = self.pieces.popleft()
        if len(data) > most:
            self.pieces.appendleft((at, data[most:]))
            data = data[:most]
        before, self._waiting = self._waiting, self._waiting - len(data)
        if before > _HIGH_WATER >= self._waiting and self._transport is not None:
            self._transport.resume_reading()
        return at, data

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are none by their class

    def data_received(self, data: bytes) -> None:
        self.pieces.append((time.monotonic_ns(), data))
        before, self._waiting = self._waiting, self._waiting + len(data)
        if before <= _HIGH_WATER < self._waiting and self._transport is not None:
            self._transport.pause_reading()
        self.changed.set()

    def eof_received(self) -> bool:
        self.ended = True
        self.changed.set()
        return False

    def pause_writing(self) -> None:
        self.writable.clear()

    def resume_writing(self) -> None:
        self.writable.set()

    def connection_lost(self, error: Exception | None) -> None:
        self.ended = True
        self.error = error
        self.changed.set()
        self.writable.set()


class _Stream(httpcore.AsyncNetworkStream):
    """One connection."""

    def __init__(self, transport: asyncio.Transport, arrivals: _Arrivals, pace: float) -> None:
        self._transport = transport
        self._pace = pace
        self._arrivals = arrivals
        self._arrived_at = time.monotonic_ns()
        self._joining = Joining()
        self._looked_at = 0.0
        self._quick = 0

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """The next piece; b"" at the end. Raises httpcore's ReadTimeout, ReadError."""
        arrivals, joining = self._arrivals, self._joining
        while True:
            if not arrivals.pieces and not arrivals.ended:
                await self._wait(timeout)
            room = max_bytes - LONGEST_FRAME
            while arrivals.pieces and room > 0:
                self._arrived_at, data = arrivals.take(room)
                joining.take(self._arrived_at, data)
                room = room - len(data) if joining.joins else 0
            if (given := joining.give()) or (arrivals.ended and not arrivals.pieces and (given := joining.rest())):
                return given
            if arrivals.ended and not arrivals.pieces:
                break
        if arrivals.error is not None:
            raise httpcore.ReadError(str(arrivals.error)) from arrivals.error
        return b""

    async def _wait(self, timeout: float | None) -> None:
        changed = self._arrivals.changed
        changed.clear()
        try:
            async with asyncio.timeout(timeout):
                await changed.wait()
        except TimeoutError as error:
            raise httpcore.ReadTimeout(str(error)) from error
        now = time.monotonic()
        early = self._looked_at + self._pace - now
        self._quick = self._quick + 1 if early > 0 else 0
        if self._quick > _RUSH:
            await asyncio.sleep(early)
            now += early
        self._looked_at = now

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send. Raises httpcore's WriteTimeout, WriteError."""
        if not buffer:
            return
        arrivals = self._arrivals
        if self._transport.is_closing():
            raise httpcore.WriteError(str(arrivals.error or "the connection is closed")) from arrivals.error
        self._transport.write(buffer)
        try:
            async with asyncio.timeout(timeout):
                await arrivals.writable.wait()
        except TimeoutError as error:
            raise httpcore.WriteTimeout(str(error)) from error
        if arrivals.error is not None:
            raise httpcore.WriteError(str(arrivals.error)) from arrivals.error

    async def aclose(self) -> None:
        """Close at once: what the backend has not taken yet is dropped."""
        if self._transport.get_write_buffer_size():
            self._transport.abort()
        else:
            self._transport.close()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        """The same connection, encrypted. Raises httpcore's ConnectTimeout, ConnectError."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout):
                transport = await loop.start_tls(
                    self._transport, self._arrivals, ssl_context, server_hostname=server_hostname
                )
        except TimeoutError as error:
            self._transport.abort()
            raise httpcore.ConnectTimeout(SILENT_TLS) from error
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        assert transport is not None
        self._arrivals.connection_made(transport)
        return _Stream(transport, self._arrivals, self._pace)

    def get_extra_info(self, info: str) -> Any:
        """`ARRIVED_AT`, `PARTS`, what httpcore asks for, and what asyncio's transports tell."""
        if info == ARRIVED_AT:
            return self._arrived_at
        if info == PARTS:
            return self._joining.parts
        if info == "is_readable":
            return bool(self._arrivals.pieces) or self._arrivals.ended
        return self._transport.get_extra_info(info)
