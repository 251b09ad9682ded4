"""What absurd answers cost the client, the page and `check`: memory, and the longest that the event loop is held."""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import resource
import time
from collections.abc import Awaitable, Callable
from multiprocessing.connection import Connection as Pipe

from chat.checks.run import Plan, check
from chat.client import ChatKitClient, Connection
from chat.conversation.conversation import Conversation
from chat.errors import WorkbenchError
from tests.faults.server import CREATED, DONE, FAULTS, Call, served

MB = 2**20
MOST_MB = 400
MOST_MS = 150
"""Of processor time in one go; the aim is 100, and a machine may be slow."""


async def json_of_texts(call: Call) -> None:
    await call.head(kind="application/json")
    await call.write(b'{"data":[')
    for _ in range(100):
        await call.write(b'"' + b"x" * MB + b'",')


async def json_of_values(call: Call) -> None:
    await call.head(kind="application/json")
    await call.write(b'{"data":[' + b'{"a":1,"b":[]},' * 500_000 + b'1],"has_more":false}')


async def page_of_wrong_entries(call: Call) -> None:
    await call.head(kind="application/json")
    thread = b'{"id":"thr_1","created_at":"2026-01-01T00:00:00Z","status":{"type":"active"},"metadata":{},"items":'
    await call.write(thread + b'{"data":[' + b"1," * 99_900 + b'1],"has_more":false}}')


async def page_of_html(call: Call) -> None:
    await call.head(kind="text/html")
    for _ in range(100):
        await call.write(b"<p>x</p>\n" * (MB // 9))


async def one_long_event(call: Call) -> None:
    await call.head()
    await call.write(CREATED + b'data: {"type":"progress_update","text":"')
    for _ in range(50):
        await call.write(b"x" * MB)
    await call.write(b'"}\n\n' + DONE)


async def many_long_events(call: Call) -> None:
    await call.head()
    await call.write(CREATED)
    for _ in range(14):
        await call.write(b'data: {"type":"progress_update","text":"' + b"x" * 7 * MB + b'"}\n\n')


async def many_deltas(call: Call) -> None:
    await call.head()
    await call.write(CREATED + BEGUN)
    for _ in range(60):
        await call.write(DELTA * (MB // len(DELTA)))
    await call.write(DONE)


BEGUN = (
    b'data: {"type":"thread.item.added","item":{"id":"msg_1","thread_id":"thr_1","created_at":"2026-01-01T00:00:00Z",'
    b'"type":"assistant_message","content":[{"type":"output_text","text":"","annotations":[]}]}}\n\n'
)
DELTA = (
    b'data: {"type":"thread.item.updated","item_id":"msg_1",'
    b'"update":{"type":"assistant_message.content_part.text_delta","content_index":0,"delta":"word "}}\n\n'
)
ANSWERS = (
    json_of_texts,
    json_of_values,
    page_of_wrong_entries,
    page_of_html,
    one_long_event,
    many_long_events,
    many_deltas,
    FAULTS["gzip_bomb"],
)


async def in_client(url: str) -> None:
    try:
        await ChatKitClient(Connection(url)).get_thread("thr_1")
    except WorkbenchError as error:
        str(error)


async def in_page(url: str) -> None:
    conversation = Conversation(ChatKitClient(Connection(url)))
    await conversation.send("Hi")
    await conversation.wait()


async def in_check(url: str) -> None:
    await check(Plan(Connection(url), timeout=5))


def serve(answer: Callable[[Call], Awaitable[None]], pipe: Pipe) -> None:
    async def main() -> None:
        FAULTS[answer.__name__] = answer
        async with served(answer.__name__) as url:
            pipe.send(url)
            await asyncio.sleep(600)

    asyncio.run(main())


async def watched(work: Awaitable[None]) -> float:
    """The most processor time between two turns of the loop meanwhile, in ms."""
    longest = 0.0

    async def tick() -> None:
        nonlocal longest
        last = time.thread_time()
        while True:
            await asyncio.sleep(0.002)
            now = time.thread_time()
            longest, last = max(longest, now - last), now

    ticking = asyncio.create_task(tick())
    await work
    await asyncio.sleep(0.01)  # what it did last has held the loop as well
    ticking.cancel()
    return longest * 1000


def most_memory() -> float:
    """Of this process, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(use: Callable[[str], Awaitable[None]], url: str, pipe: Pipe) -> None:
    """Sends the most memory, and for how long the loop was held."""
    gc.freeze()  # as the commands do after their imports
    held = asyncio.run(watched(use(url)))
    pipe.send((most_memory(), held))


def run() -> None:
    processes = multiprocessing.get_context("spawn")
    missed = []
    for answer in ANSWERS:
        ours, theirs = processes.Pipe()
        server = processes.Process(target=serve, args=(answer, theirs), daemon=True)
        server.start()
        url = ours.recv()
        figures = []
        for use in (in_client, in_page, in_check):
            process = processes.Process(target=measure, args=(use, url, theirs), daemon=True)
            process.start()
            memory, held = ours.recv()
            process.join()
            figures.append(f"{use.__name__[3:]} {memory:4.0f} MB {held:4.0f} ms")
            missed += [f"{answer.__name__}: {figures[-1]}"] * (memory > MOST_MB or held > MOST_MS)
        server.terminate()
        print(f"  {answer.__name__:23}{'   '.join(figures)}", flush=True)
    assert not missed, f"more than {MOST_MB} MB, or the loop held for more than {MOST_MS} ms: {missed}"
