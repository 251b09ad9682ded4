"""One table: what each fault of the network comes to in the client, behind the relay, on the page, and in `check`.

What the largest of them cost in memory and time, measures `make bench ARGS=bounds`.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

import pytest

from chat.checks.reports import exit_code
from chat.checks.run import Plan, check, select
from chat.client import ChatKitClient, Connection
from chat.conversation.conversation import Conversation
from chat.errors import WorkbenchError
from chat.exchanges import Exchange, read_events
from tests.faults.server import FAULTS, served
from tests.relay.conftest import Relaying, relaying

__all__ = ["relaying"]

LIMIT = 12 * 2**20
PATIENCE = 120
"""Seconds after which something hangs; nothing here takes more than a few."""


@dataclass(frozen=True)
class Row:
    """What is expected of a fault."""

    outcome: str
    words: str = ""
    """Part of what is said of it; "" when the answer came whole."""
    events: int = 0
    """Events that are kept."""
    page: str = ""
    """Part of what the page says, where that is another thing: an answer that came whole may be none."""
    status: int | None = 200
    check: tuple[str, ...] = ()
    """Rules that `check` finds broken; none where it says that nobody can be reached."""


TABLE = {
    "latency": Row("complete", events=4, check=("lifecycle/user-message-missing",)),
    "jitter": Row("complete", events=4, check=("lifecycle/user-message-missing",)),
    "bandwidth": Row("complete", events=4, check=("lifecycle/user-message-missing",)),
    "slicer": Row("complete", events=4, check=("lifecycle/user-message-missing",)),
    "slow_close": Row("complete", events=4, check=("lifecycle/user-message-missing",)),
    "timeout": Row("timeout", "took the request and then said nothing", status=None, check=("transport/never-ends",)),
    "reset_peer": Row("truncated", "The answer broke off", 1, check=("transport/truncated",)),
    "limit_data": Row("truncated", "The answer broke off", 4, check=("transport/truncated",)),
    "heartbeat_stop": Row("timeout", "The answer went silent", 1, check=("transport/never-ends",)),
    "endless_comments": Row("timeout", "Nothing but comments came for 0.4 s", 1, check=("transport/never-ends",)),
    "drip": Row("timeout", "Nothing but comments came for 0.4 s", 2, check=("transport/never-ends",)),
    "truncated_json": Row("complete", events=2, check=("transport/json-body",)),
    "wrong_type": Row("complete", page="instead of a stream of events", check=("endpoint/not-chatkit",)),
    "bad_chunk": Row("truncated", "The answer broke off", 1, check=("transport/truncated",)),
    "bad_gzip": Row("garbled", "The body is not gzip data", check=("transport/truncated",)),
    "cut_gzip": Row("truncated", "ends in the middle of its gzip data", 4, check=("transport/truncated",)),
    "header_bomb": Row(
        "garbled", "does not end: more than 100 kB of headers", status=None, check=("transport/truncated",)
    ),
    "huge_header": Row(
        "garbled", "does not end: more than 100 kB of headers", status=None, check=("transport/truncated",)
    ),
    "double_content_length": Row(
        "garbled", "its Content-Length cannot be trusted", status=None, check=("transport/truncated",)
    ),
    "no_http": Row("garbled", "does not speak HTTP", status=None, check=("transport/truncated",)),
    "gzip_bomb": Row("oversized", "cut the answer off after 12,582,912 bytes"),
    "giant_event": Row("complete", events=3),
    "many_values": Row("complete", events=3),
    "giant_json": Row("oversized", "cut the answer off after 12,582,912 bytes"),
    "redirect": Row("complete", page="redirects to", status=307, check=("endpoint/not-chatkit",)),
    "crash": Row("complete", page="The backend failed", status=500, check=("transport/retried",)),
    "closed": Row("unanswered", "closed the connection without an answer", status=None, check=("transport/no-answer",)),
    "silent_tls": Row("unreachable", "never answered the TLS handshake", status=None),
}
NAMES = sorted(TABLE)


def waits(row: Row) -> bool:
    """Whether somebody loses patience: nobody does with what is only slow, however slow this machine is."""
    return row.outcome in ("timeout", "unreachable")


def connection(name: str, url: str) -> Connection:
    patient = Connection(url, body_limit=LIMIT, quiet_timeout=0.4 if name in ("endless_comments", "drip") else 60)
    return replace(patient, connect_timeout=0.4, read_timeout=0.6) if waits(TABLE[name]) else patient


def test_every_fault_has_its_row() -> None:
    assert set(TABLE) == {*FAULTS, "silent_tls"}


@pytest.mark.parametrize("name", NAMES)
async def test_the_page_says_what_happened_and_keeps_what_came(name: str) -> None:
    row = TABLE[name]
    async with asyncio.timeout(PATIENCE), served(name) as url:
        conversation = Conversation(ChatKitClient(connection(name, url)))
        await conversation.send("Hi")
        await conversation.wait()
    exchange = conversation.exchanges[0]
    assert (exchange.outcome, exchange.status) == (row.outcome, row.status)
    assert row.words in (exchange.failure or "")
    assert (exchange.failure is None) == (not row.words)
    assert len(read_events(exchange)) == len(conversation.events(exchange.id)) == row.events
    assert sum(len(chunk.data) for chunk in exchange.chunks) <= LIMIT + 2**16, "and a piece of what came at once"
    said = " ".join(entry.html or "" for entry in conversation.transcript.entries if entry.kind == "error")
    assert (row.page or row.words).replace("'", "&#x27;") in said, said
    if row.events == 4 and row.outcome == "complete":
        assert conversation.state.items["a1"].text(0) == "Hello"


@pytest.mark.parametrize("name", NAMES)
async def test_an_operation_that_answers_json_raises_the_same_words(name: str) -> None:
    row = TABLE[name]
    async with asyncio.timeout(PATIENCE), served(name) as url:
        client = ChatKitClient(connection(name, url))
        with pytest.raises(WorkbenchError) as caught:
            await client.get_thread("thr_1")
    error = caught.value
    side = {"redirect": "your request", "gzip_bomb": "the workbench", "giant_json": "the workbench"}
    assert error.whose == side.get(name, "your backend"), "a limit of ours is nobody's fault"
    assert error.exchange is not None
    assert (error.exchange.outcome, error.exchange.status) == (row.outcome, row.status)
    assert row.words in str(error)
    assert error.exchange.size <= LIMIT + 2**16


@pytest.mark.parametrize("name", [name for name in NAMES if name != "silent_tls"])
async def test_the_relay_passes_it_on_as_it_is(name: str, relaying: Relaying) -> None:
    row = TABLE[name]
    async with asyncio.timeout(PATIENCE), served(name) as url:
        session = relaying.open(url, splits=False)
        client = ChatKitClient(connection(name, relaying.at(session)))
        theirs = await client.raw({"type": "threads.create", "params": {}})
        ours: Exchange = session.exchanges[0]
        async with asyncio.timeout(20):
            while ours.running:  # noqa: ASYNC110 - it is told nobody but the session
                await asyncio.sleep(0.005)
    came = read_events(theirs)
    assert len(came) == row.events
    if row.outcome == "complete":
        assert [event.raw for event in came] == [event.raw for event in read_events(ours)]
    if row.outcome in ("complete", "truncated"):
        assert (theirs.outcome, theirs.status) == (row.outcome, row.status)
        assert (ours.outcome, ours.status) == (row.outcome, row.status)
    elif row.status is None and row.outcome != "timeout":
        assert theirs.status == 424
        assert row.words in theirs.body.decode()


@pytest.mark.parametrize("name", NAMES)
async def test_check_ends_in_red_and_says_it(name: str) -> None:
    row = TABLE[name]
    rules = select(only=("transport", "lifecycle", "endpoint"))
    async with asyncio.timeout(PATIENCE), served(name) as url:
        settings = replace(connection(name, url), body_limit=2**20)
        plan = Plan(settings, timeout=0.3 if waits(row) else 20, rule_ids=rules, max_turns=1)
        report = await check(plan)
    failed = {one.id for one in report.checks if one.status == "failed"}
    assert failed >= set(row.check)
    assert exit_code(report) != 0
    said = str([one.failure for one in report.exchanges])
    assert row.words.split(":")[0] in said or any(words in said for words in WITH_OTHER_LIMITS.get(name, ()))
    assert max((one.size for one in report.exchanges), default=0) <= 2**20 + 2**16
    assert sum(one.size for one in report.exchanges) <= 64 * 2**20


WITH_OTHER_LIMITS = {
    "timeout": ("said nothing for 0.3 s",),
    "drip": ("Nothing but comments came for 0.6 s", "had no end after"),
    "endless_comments": ("Nothing but comments came for 0.6 s", "had no end after"),
    "gzip_bomb": ("cut the answer off after 1,048,576 bytes",),
    "giant_json": ("cut the answer off after 1,048,576 bytes",),
}
"""What `check` says of the same with a shorter patience."""
