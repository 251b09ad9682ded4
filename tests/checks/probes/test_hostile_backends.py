"""Backends that die, hang, drip, answer garbage: the run comes to its end in time, and says what it met."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chat.checks.reports import Report, exit_code
from chat.checks.run import Plan, check
from chat.client import Connection
from tests.checks.probes.broken import ADA, WantsToken, bearer
from tests.checks.probes.tiny import Tiny, served
from tests.conftest import free_port

MOST = 2**20
PATIENCE = 120
"""Seconds after which a run hangs; these take a few."""
Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def raw_server(answer: Answer) -> AsyncIterator[str]:
    """A server that reads each request's head and part of its body, and answers with bytes of the test's own."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            await answer(writer)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/chatkit"
    finally:
        server.close()


async def checked(url: str, timeout: float = 1.0, **plan: object) -> Report:
    return await check(Plan(Connection(url), timeout=timeout, **plan))  # type: ignore[arg-type]


def ids(report: Report, status: str) -> set[str]:
    return {one.id for one in report.checks if one.status == status}


async def test_nobody_there_is_said_at_once() -> None:
    report = await checked(f"http://127.0.0.1:{free_port()}/chatkit")
    assert report.stopped == "unreachable"
    assert exit_code(report) == 4
    assert len(report.exchanges) == 1
    assert not ids(report, "passed")


async def test_credentials_that_are_refused_are_said_at_once() -> None:
    async with served(WantsToken()) as url:
        report = await check(Plan(Connection(url, bearer("wrong-0123456789abcdef")), timeout=5))
        assert report.stopped == "refused"
        assert exit_code(report) == 5
        assert "sign in first" in report.stopped_because
        accepted = await check(Plan(Connection(url, bearer(ADA)), timeout=5))
    assert not accepted.stopped


@asynccontextmanager
async def mortal(url: str, life: int) -> AsyncIterator[str]:
    """What answers at `url`, for so many connections; then nobody listens any more, and the last one is cut."""
    port = int(url.split(":")[2].split("/")[0])
    connections = count(1)

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = next(connections)
        if number > life:
            server.close()
        there, back = await asyncio.open_connection("127.0.0.1", port)
        ways = [asyncio.create_task(pour(reader, back))]
        if number <= life:
            ways.append(asyncio.create_task(pour(there, writer)))
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED, timeout=None if number <= life else 0.02)
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        back.close()
        writer.close()

    async def pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(2**16):
            writer.write(piece)
            await writer.drain()

    server = await asyncio.start_server(pass_on, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/chatkit"
    finally:
        server.close()


@pytest.mark.parametrize("life", [1, 2, 4, 9, 20, 45])
async def test_a_backend_that_dies_in_the_middle_of_the_run_is_the_finding(life: int) -> None:
    async with asyncio.timeout(PATIENCE), served(Tiny()) as url, mortal(url, life) as address:
        report = await checked(address)
    assert exit_code(report) == 1
    errors = {one.id for one in report.by_status("failed") if one.level == "error"}
    # A connection that is being accepted while the server closes is never answered, nor closed.
    assert errors - {"transport/never-ends"}
    assert errors <= {"transport/never-ends", "transport/truncated", "transport/no-answer"}
    assert len(ids(report, "could-not-run")) > 2
    assert any("went away" in remark or "stopped answering" in remark for remark in report.remarks)


async def test_a_backend_that_is_gone_in_the_middle_of_the_run_is_the_finding_and_what_it_keeps_is_said() -> None:
    started = asyncio.Event()

    class Tells(Tiny):
        async def answer(self, request: Any) -> Any:
            if started.is_set():  # nothing is answered any more: the server is on its way out
                await asyncio.Event().wait()
            return await super().answer(request)

        def threads_add_user_message(self, params: Any) -> Any:
            started.set()
            return super().threads_add_user_message(params)

    backend = Tells()
    async with served(backend) as url:
        run = asyncio.create_task(checked(url))
        await started.wait()
    report = await run
    assert "transport/truncated" in ids(report, "failed")
    assert ids(report, "could-not-run")
    assert any("Left behind" in remark and next(iter(backend.threads)) in remark for remark in report.remarks)


async def test_a_backend_that_never_answers_ends_the_run_soon() -> None:
    async def silence(writer: Any) -> None:
        await asyncio.sleep(30)

    async with asyncio.timeout(PATIENCE), raw_server(silence) as url:
        report = await checked(url, timeout=0.3)
    assert "transport/never-ends" in ids(report, "failed")
    assert not report.by_status("passed") or "persistence/not-stored" not in ids(report, "passed")
    assert exit_code(report) in (1, 3)


async def test_a_backend_that_drips_for_ever_is_stopped() -> None:
    async def drip(writer: Any) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
        while True:
            writer.write(b": still here\n\n")
            await writer.drain()
            await asyncio.sleep(0.05)

    async with asyncio.timeout(PATIENCE), raw_server(drip) as url:
        report = await checked(url, timeout=0.2)
    assert "transport/never-ends" in ids(report, "failed")


async def test_one_operation_that_hangs_does_not_end_the_run() -> None:
    class HangsOnce(Tiny):
        async def answer(self, request: Any) -> Any:
            if b"items.feedback" in await request.body():
                await asyncio.sleep(30)
            return await super().answer(request)

    async with served(HangsOnce()) as url:
        report = await checked(url, timeout=0.5)
    assert "transport/never-ends" in ids(report, "failed")
    assert "persistence/delete-leaves-thread" in ids(report, "passed")


async def test_an_endless_answer_is_cut_off() -> None:
    async def flood(writer: Any) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
        while True:
            writer.write(b'{"data":' + b"[" * 2**16)
            await writer.drain()

    async with asyncio.timeout(PATIENCE), raw_server(flood) as url:
        report = await check(Plan(Connection(url, body_limit=MOST), timeout=0.5))
    assert max(exchange.size for exchange in report.exchanges) < MOST + 2**17
    assert exit_code(report) == 1


KINDS = (b"text/event-stream", b"application/json", b"text/html", b"")
BODIES = st.one_of(
    st.binary(max_size=300),
    st.lists(st.sampled_from([b"data: ", b"{", b"}", b"\n\n", b'"type":', b'"error"', b"null", b"[", b"\xff"])).map(
        b"".join
    ),
    st.sampled_from(
        [
            b"[" * 5000,
            b'data: {"type":"thread.created","thread":{"id":1}}\n\n',
            b'data: {"type":"thread.created","thread":{"id":"t","created_at":"2026-01-01","items":{"data":[{}]}}}\n\n',
            b'{"id":"t","items":{"data":[{"id":[]},null,7],"has_more":"yes","after":{}}}',
            b'{"data":[{"id":"t"}],"has_more":true,"after":"x"}',
        ]
    ),
)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.sampled_from([200, 200, 204, 302, 404, 500, 999]), st.sampled_from(KINDS), BODIES)))
def test_random_bytes_never_crash_or_hang_the_run(answers: Any) -> None:
    async def run() -> Report:
        turns = count()

        async def answer(writer: Any) -> None:
            status, kind, body = answers[next(turns) % len(answers)] if answers else (200, b"", b"")
            head = b"HTTP/1.1 %d Whatever\r\n" % status + (b"Content-Type: " + kind + b"\r\n" if kind else b"")
            writer.write(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)

        async with raw_server(answer) as url:
            return await checked(url, timeout=0.5, origin="https://shop.example")

    report = asyncio.run(asyncio.wait_for(run(), 30))
    assert report.checks
    mistakes = [one.got for one in report.checks if "mistake" in one.got]
    assert mistakes == []


async def test_bytes_that_are_not_http_are_the_finding() -> None:
    async def nonsense(writer: Any) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.9\r\n")

    async with raw_server(nonsense) as url:
        report = await checked(url)
    assert exit_code(report) == 1
    assert {"transport/truncated", "transport/no-answer"} & set(ids(report, "failed"))


async def test_stopping_the_run_deletes_what_was_made() -> None:
    reached = asyncio.Event()

    class Slow(Tiny):
        async def answer(self, request: Any) -> Any:
            if b"threads.add_user_message" in await request.body():
                reached.set()
                await asyncio.sleep(30)
            return await super().answer(request)

    backend = Slow()
    async with served(backend) as url:
        run = asyncio.create_task(checked(url, timeout=20))
        await reached.wait()
        assert backend.threads
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run
        assert backend.threads == {}
