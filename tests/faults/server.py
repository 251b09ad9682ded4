"""A server that speaks in bytes and breaks in one named way: toxiproxy's words where it has one."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
import ssl
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache

__all__ = ["FAULTS", "Call", "fault", "served"]

ITEM = {"id": "a1", "thread_id": "thr_1", "created_at": "2026-01-01T00:00:00", "type": "assistant_message"}
THREAD = {"id": "thr_1", "created_at": "2026-01-01T00:00:00", "status": {"type": "active"}}


def event(document: object) -> bytes:
    return f"data: {json.dumps(document)}\n\n".encode()


def said(text: str) -> bytes:
    return event({"type": "progress_update", "text": text})


CREATED = event({"type": "thread.created", "thread": {**THREAD, "items": {"data": [], "has_more": False}}})
DONE = event(
    {
        "type": "thread.item.done",
        "item": {**ITEM, "content": [{"type": "output_text", "text": "Hello", "annotations": []}]},
    }
)
GOOD = CREATED + said("one") + said("two") + DONE


@dataclass
class Call:
    """One connection that is answered."""

    writer: asyncio.StreamWriter
    gone: asyncio.Event

    async def write(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def head(self, *lines: str, status: str = "200 OK", kind: str = "text/event-stream") -> None:
        text = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Type: {kind}", "Connection: close", *lines])
        await self.write(text.encode() + b"\r\n\r\n")

    async def chunk(self, data: bytes) -> None:
        await self.write(b"%x\r\n%s\r\n" % (len(data), data))

    async def hang(self) -> None:
        """Say nothing more, until the other side has gone."""
        await self.gone.wait()

    def reset(self) -> None:
        sock: socket.socket = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        self.writer.transport.abort()


Fault = Callable[[Call], Awaitable[None]]
FAULTS: dict[str, Fault] = {}


def fault(answer: Fault) -> Fault:
    FAULTS[answer.__name__] = answer
    return answer


# --- slow, and whole all the same -------------------------------------------------------------------------------------


@fault
async def latency(call: Call) -> None:
    await asyncio.sleep(0.1)
    await call.head()
    await call.write(GOOD)


@fault
async def jitter(call: Call) -> None:
    await call.head()
    for at, part in enumerate(GOOD.split(b"\n\n")[:-1]):
        await asyncio.sleep(0.03 if at % 2 else 0)
        await call.write(part + b"\n\n")


@fault
async def bandwidth(call: Call) -> None:
    await call.head()
    for at in range(0, len(GOOD), 100):
        await call.write(GOOD[at : at + 100])
        await asyncio.sleep(0.005)


@fault
async def slicer(call: Call) -> None:
    await call.head()
    for at in range(len(GOOD)):
        await call.write(GOOD[at : at + 1])
        await asyncio.sleep(0)


@fault
async def slow_close(call: Call) -> None:
    await call.head("Transfer-Encoding: chunked")
    await call.chunk(GOOD)
    await asyncio.sleep(0.1)
    await call.write(b"0\r\n\r\n")


# --- an end that comes too early, or not at all -----------------------------------------------------------------------


@fault
async def timeout(call: Call) -> None:
    await call.hang()


@fault
async def reset_peer(call: Call) -> None:
    await call.head("Transfer-Encoding: chunked")
    await call.chunk(CREATED)
    await asyncio.sleep(0.02)
    call.reset()


@fault
async def limit_data(call: Call) -> None:
    await call.head(f"Content-Length: {len(GOOD)}")
    await call.write(GOOD[:-20])


@fault
async def heartbeat_stop(call: Call) -> None:
    await call.head("Transfer-Encoding: chunked")
    await call.chunk(CREATED)
    await call.chunk(b": ping\n\n")
    await call.hang()


@fault
async def endless_comments(call: Call) -> None:
    await call.head()
    await call.write(CREATED)
    while not call.gone.is_set():
        await call.write(b": still here\n\n" * 50)
        await asyncio.sleep(0.005)


@fault
async def drip(call: Call) -> None:
    await call.head()
    await call.write(CREATED + b"data: ")
    while not call.gone.is_set():
        await call.write(b"x")
        await asyncio.sleep(0.02)


# --- bytes that are not what they say ---------------------------------------------------------------------------------


@fault
async def truncated_json(call: Call) -> None:
    await call.head()
    await call.write(CREATED + b'data: {"type":"thread.item.done","item":{"id":\n\n')


@fault
async def wrong_type(call: Call) -> None:
    await call.head(kind="text/html")
    await call.write(b"<html><title>Sign in</title></html>")


@fault
async def bad_chunk(call: Call) -> None:
    await call.head("Transfer-Encoding: chunked")
    await call.chunk(CREATED)
    await call.write(b"zz\r\nno number\r\n")


@fault
async def bad_gzip(call: Call) -> None:
    await call.head("Content-Encoding: gzip")
    await call.write(b"this is no gzip at all")


@fault
async def cut_gzip(call: Call) -> None:
    packed = gzip.compress(GOOD)
    await call.head("Content-Encoding: gzip", f"Content-Length: {len(packed) - 6}")
    await call.write(packed[:-6])


@fault
async def header_bomb(call: Call) -> None:
    await call.head(*(f"Set-Cookie: c{number}={'x' * 90}" for number in range(2_000)))
    await call.write(GOOD)


@fault
async def huge_header(call: Call) -> None:
    await call.head(f"X-Trace: {'x' * 300_000}")
    await call.write(GOOD)


@fault
async def double_content_length(call: Call) -> None:
    await call.head(f"Content-Length: {len(GOOD)}", f"Content-Length: {len(GOOD) + 1}")
    await call.write(GOOD)


@fault
async def no_http(call: Call) -> None:
    await call.write(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")


# --- too much ---------------------------------------------------------------------------------------------------------


@fault
async def gzip_bomb(call: Call) -> None:
    await call.head("Content-Encoding: gzip")
    await call.write(_bomb())


@fault
async def giant_event(call: Call) -> None:
    await call.head()
    await call.write(CREATED + b'data: {"type":"progress_update","text":"')
    for _ in range(9):
        await call.write(b"x" * 2**20)
    await call.write(b'"}\n\n' + DONE)


@fault
async def many_values(call: Call) -> None:
    await call.head()
    await call.write(CREATED + b'data: {"type":"progress_update","text":[' + b"[]," * 2**20 + b"[]]}\n\n" + DONE)


@fault
async def giant_json(call: Call) -> None:
    await call.head(kind="application/json")
    await call.write(b'{"data":[')
    for _ in range(20):
        await call.write(b'"' + b"x" * 2**20 + b'",')
    await call.write(b'""],"has_more":false}')


# --- elsewhere --------------------------------------------------------------------------------------------------------


@fault
async def redirect(call: Call) -> None:
    await call.head("Location: /elsewhere", "Content-Length: 0", status="307 Temporary Redirect")


@fault
async def crash(call: Call) -> None:
    await call.head("Content-Length: 21", status="500 Internal Server Error", kind="text/plain")
    await call.write(b"Internal Server Error")


@fault
async def closed(call: Call) -> None:
    call.writer.close()


@cache
def _bomb() -> bytes:
    """300 MB of a line that does not end, in 300 kB."""
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    packed = packer.compress(b"data: ")
    for _ in range(300):
        packed += packer.compress(b"x" * 2**20)
    return packed + packer.flush()


@asynccontextmanager
async def served(name: str, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """A backend that answers every request with this fault; `silent_tls` takes connections and says nothing on them."""
    answer = FAULTS.get(name)
    if name == gzip_bomb.__name__:
        _bomb()  # takes longer than some wait for an answer

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        call = Call(writer, asyncio.Event())
        watching = asyncio.create_task(watch(reader, call.gone))
        try:
            if answer is None:
                await call.hang()
            else:
                await asyncio.sleep(0.01)  # the request has come
                await answer(call)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()
            watching.cancel()

    async def watch(reader: asyncio.StreamReader, gone: asyncio.Event) -> None:
        try:
            while await reader.read(2**16):
                pass
        except OSError:
            pass
        gone.set()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    scheme = "https" if answer is None else "http"
    try:
        yield f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}/chatkit"
    finally:
        server.close()
