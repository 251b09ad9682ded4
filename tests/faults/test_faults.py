"""One table: what each fault of the network comes to in the client, behind the relay, on the page, and in `check`."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest

from chat.checks.reports import exit_code
from chat.checks.run import Plan, check, select
from chat.client import ChatKitClient, Connection
from chat.conversation.conversation import Conversation
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


TABLE = {
    "latency": Row("complete", events=4),
    "jitter": Row("complete", events=4),
    "bandwidth": Row("complete", events=4),
    "slicer": Row("complete", events=4),
    "slow_close": Row("complete", events=4),
    "timeout": Row("timeout", "took the request and then said nothing", status=None),
    "reset_peer": Row("truncated", "The answer broke off", 1),
    "limit_data": Row("truncated", "The answer broke off", 4),
    "heartbeat_stop": Row("timeout", "The answer went silent", 1),
    "endless_comments": Row("timeout", "Nothing but comments came for 0.4 s", 1),
    "drip": Row("timeout", "Nothing but comments came for 0.4 s", 2),
    "truncated_json": Row("complete", events=2),
    "wrong_type": Row("complete", page="instead of a stream of events"),
    "bad_chunk": Row("truncated", "The answer broke off", 1),
    "bad_gzip": Row("garbled", "The body is not gzip data"),
    "cut_gzip": Row("truncated", "ends in the middle of its gzip data", 4),
    "header_bomb": Row("garbled", "does not end: more than 100 kB of headers", status=None),
    "huge_header": Row("garbled", "does not end: more than 100 kB of headers", status=None),
    "double_content_length": Row("garbled", "its Content-Length cannot be trusted", status=None),
    "no_http": Row("garbled", "does not speak HTTP", status=None),
    "gzip_bomb": Row("oversized", "cut off after 12,582,912 bytes"),
    "giant_event": Row("complete", events=3),
    "many_values": Row("complete", events=3),
    "giant_json": Row("oversized", "cut off after 12,582,912 bytes"),
    "redirect": Row("complete", page="redirects to", status=307),
    "crash": Row("complete", page="The backend failed", status=500),
    "closed": Row("unanswered", "closed the connection without an answer", status=None),
    "silent_tls": Row("unreachable", "never answered the TLS handshake", status=None),
}
NAMES = sorted(TABLE)


def connection(url: str, **options: Any) -> Connection:
    settings = {"connect_timeout": 0.4, "read_timeout": 0.6, "body_limit": LIMIT}
    return Connection(url, **{**settings, **options})


def patience(name: str) -> float:
    return 0.4 if name in ("endless_comments", "drip") else 60


def test_every_fault_has_its_row() -> None:
    assert set(TABLE) == {*FAULTS, "silent_tls"}


@pytest.mark.parametrize("name", NAMES)
async def test_the_page_says_what_happened_and_keeps_what_came(name: str) -> None:
    row = TABLE[name]
    async with asyncio.timeout(PATIENCE), served(name) as url:
        conversation = Conversation(ChatKitClient(connection(url, quiet_timeout=patience(name))))
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


@pytest.mark.parametrize("name", [name for name in NAMES if name != "silent_tls"])
async def test_the_relay_passes_it_on_as_it_is(name: str, relaying: Relaying) -> None:
    row = TABLE[name]
    async with asyncio.timeout(PATIENCE), served(name) as url:
        session = relaying.open(url, splits=False)
        client = ChatKitClient(connection(relaying.at(session), quiet_timeout=patience(name)))
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


IN_CHECK = {
    "slicer": (),
    "endless_comments": ("transport/never-ends",),
    "drip": ("transport/never-ends",),
    "gzip_bomb": ("transport/never-ends",),
    "cut_gzip": ("transport/truncated",),
    "double_content_length": ("transport/truncated",),
    "silent_tls": (),
}


@pytest.mark.parametrize("name", IN_CHECK)
async def test_check_ends_and_says_it(name: str) -> None:
    rules = select(only=("transport", "lifecycle"))
    async with asyncio.timeout(PATIENCE), served(name) as url:
        plan = Plan(connection(url, body_limit=2**20), timeout=0.3, rule_ids=rules, max_turns=2)
        report = await check(plan)
    failed = {one.id for one in report.checks if one.status == "failed"}
    assert failed >= set(IN_CHECK[name])
    assert exit_code(report) != 0 or name == "slicer"
    assert (TABLE[name].words.split(":")[0] in str([one.failure for one in report.exchanges])) or name in SAID_OTHERWISE
    assert max(one.size for one in report.exchanges) <= 2**20 + 2**16


SAID_OTHERWISE = ("endless_comments", "drip", "gzip_bomb", "slicer")
"""Other limits, so other numbers."""
