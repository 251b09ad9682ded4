"""One run against one backend: what was sent, what came back, what was made there, and when to give up.

Every request goes out once, on a connection of its own, with a deadline. Every answer is kept as an exchange and
examined by the passive rules. The run ends early, with the reason in words, when the backend is gone, when it leaves
too many requests without an end, or when time is up: what was not judged by then could not run.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal

from chat.checks.case import ThreadHistory
from chat.checks.examination import Examination
from chat.checks.examined import Examined
from chat.checks.findings import Finding
from chat.checks.probes.answer import Answer
from chat.checks.probes.credentials import mangled
from chat.checks.probes.probe import CouldNotRun, Stopped
from chat.checks.probes.threads import OwnThread
from chat.client import ChatKitClient, Connection
from chat.errors import WorkbenchError
from chat.exchanges import STREAMING_OPERATIONS, Exchange, read_events, write
from chat.exchanges.redaction import is_secret_name
from chat.exchanges.secrets import Secrets
from chat.protocol import ThreadState, end_stream, fold

__all__ = ["Identity", "Judged", "Plan", "Visit"]

Headers = tuple[tuple[str, str], ...]
Identity = Literal["own", "second", "mangled", "nobody"]
"""Whose credentials go along: those given, another user's, the given ones with a wrong signature, or none."""

Judged = Literal["usual", "refusal", "nonsense"]
"""How the passive rules look at an answer: as always; as one where a refusal is right, so that its status is nobody's
fault; or as one to something that no widget sends."""

_WHERE_REFUSAL_IS_RIGHT = (
    "framing/*",
    "vocabulary/*",
    "schema/*",
    "transport/no-message",
    "transport/json-body",
    "transport/compressed",
)
_TO_NONSENSE = ("framing/*", "vocabulary/*", "schema/*")

_MOST_SILENCES = 3
_MOST_LOST_IN_A_ROW = 3
_MOST_BYTES_OF_ONE_ANSWER = 16 * 2**20
_MOST_BYTES = 128 * 2**20
_STREAM_TIMEOUTS = 5
_RUN_TIMEOUTS = 20
_CONNECT_SECONDS = 10.0
_CLEAN_UP_SECONDS = 5.0


@dataclass(frozen=True)
class Plan:
    """What to check and how. `timeout` is in seconds; the whole run takes at most 20 times as long, and a moment."""

    connection: Connection
    second_headers: Headers = field(default=(), repr=False)
    """Another user's credentials; none when empty."""
    message: str = "Hello! Please answer in one short sentence."
    """What is said to the agent."""
    origin: str | None = None
    """The origin of the page that will embed the widget, like https://your-site.example."""
    timeout: float = 30.0
    """The longest silence before an answer and within one; a JSON answer has to end in this time, a stream in 5 times
    as long."""
    max_turns: int = 10
    """The most requests that an agent may have to answer."""
    rule_ids: frozenset[str] | None = None
    """The rules to judge; None for all of them."""
    save: Path | None = None
    """Folder for recordings of everything sent, without the secrets."""

    @property
    def secrets(self) -> Secrets:
        """Both users' secrets: an answer to the one may hold the other's."""
        return self.connection.secrets | Secrets.of(self.second_headers)

    def wants(self, rule_id: str) -> bool:
        """Whether this rule is to be judged."""
        return self.rule_ids is None or rule_id in self.rule_ids


@dataclass
class Visit:
    """The state of one run."""

    plan: Plan
    on_exchange: Callable[[Exchange], None] | None = None
    """Called with each exchange when it has ended."""
    exchanges: list[Exchange] = field(default_factory=list)
    examined: list[Examined] = field(default_factory=list)
    """Every exchange with what the passive rules found, in the order in which they ended."""
    turns: int = 0
    """Requests so far that an agent had to answer."""
    stopped: str = ""
    """Why the run was given up, "" when it was not."""
    unreachable: bool = False
    """Whether there was no backend from the beginning."""
    refused: bool = False
    """Whether the backend refuses the credentials given."""
    attachments: dict[str, str] = field(default_factory=dict)
    """Names of the attachments made by this run that are still there, by id."""
    left: list[str] = field(default_factory=list)
    """What this run made and could not delete, in words."""
    origin_sent: bool = False
    """Whether requests carry the `Origin` header, as a browser's do."""
    threads: list[OwnThread] = field(default_factory=list)
    """The threads made by this run, the first of them the one that most probes look at."""
    no_thread: str = ""
    """Why `threads.create` brought no thread, "" when it did or was not sent."""
    elsewhere: set[str] = field(default_factory=set)
    """Ids of exchanges with others than the backend."""
    open_to_all: bool = False
    """Whether the thread can be read without credentials."""
    optional: list[Answer] = field(default_factory=list)
    """Answers to operations that a backend may leave out."""
    unreliable: str = ""
    """Why what is stored cannot be relied on, "" when it can."""
    unsupported: dict[str, str] = field(default_factory=dict)
    """Operations that the backend says it does not know, with its answer."""
    _began: float = field(default_factory=time.monotonic)
    _silences: int = 0
    _lost: int = 0
    _bytes: int = 0

    # Sending

    async def ask(
        self,
        operation: str,
        params: Mapping[str, Any],
        *,
        identity: Identity = "own",
        judged: Judged = "usual",
        history: ThreadHistory | None = None,
        state: ThreadState | None = None,
    ) -> Answer:
        """
        Send an operation and read its answer to the end. `state` and `history` are those of its thread, for streams.

        Raises `Stopped` when the run is given up; whatever was answered is in the answer.
        """
        body = {"type": operation, "params": dict(params)}
        metadata = self.plan.connection.metadata
        if metadata:
            body["metadata"] = dict(metadata)
        return await self.send(body, identity=identity, judged=judged, history=history, state=state)

    async def send(
        self,
        body: bytes | dict[str, Any],
        *,
        identity: Identity = "own",
        method: str = "POST",
        headers: Headers = (),
        judged: Judged = "usual",
        history: ThreadHistory | None = None,
        state: ThreadState | None = None,
    ) -> Answer:
        """Send anything, as `ask` does."""
        if self.origin_sent and self.plan.origin and method == "POST":
            headers = (*headers, ("Origin", self.plan.origin))
        exchange = await self.perform(
            lambda client: client.raw(body, method=method, headers=headers), identity=identity
        )
        return self._read(exchange, judged, history, state)

    async def perform(
        self,
        send: Callable[[ChatKitClient], Awaitable[Any]],
        *,
        identity: Identity = "own",
        elsewhere: bool = False,
        cleaning_up: bool = False,
    ) -> Exchange:
        """
        Let `send` make one request: to the backend, or to `elsewhere`, which says nothing about the backend's health.

        Raises `Stopped`, and what `send` raises before anything is sent.
        """
        if not cleaning_up:
            self.need_alive()
        begun: list[Exchange] = []
        client = ChatKitClient(self.connection(identity), begun.append)
        seconds = _CLEAN_UP_SECONDS if cleaning_up else None
        task = asyncio.ensure_future(self._sent(send, client))
        try:
            while not task.done():
                sent = bool(begun)
                limit = self._limit(begun[0]) if sent else 0.1
                if seconds is not None:
                    limit = min(limit, seconds)
                done, _ = await asyncio.wait({task}, timeout=limit)
                if not done and sent:
                    begun[0].end("timeout", f"The answer had no end after {limit:.3g} s.")
                    break
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait({task})
            for exchange in begun:
                exchange.end("cancelled", "Closed from this side.")
                self._keep(exchange)
        if not begun:
            task.result()
            raise CouldNotRun("nothing was sent")
        if elsewhere:
            self.elsewhere.add(begun[0].id)
        elif not cleaning_up:
            self._note_health(begun[0])
        return begun[0]

    async def _sent(self, send: Callable[[ChatKitClient], Awaitable[Any]], client: ChatKitClient) -> None:
        try:
            await send(client)
        except WorkbenchError as error:
            if error.exchange is None:  # nothing was sent
                raise
        finally:
            await client.aclose()

    def connection(self, identity: Identity) -> Connection:
        """The connection with somebody's credentials."""
        connection = replace(
            self.plan.connection,
            connect_timeout=min(_CONNECT_SECONDS, self.plan.timeout),
            read_timeout=self.plan.timeout,
            body_limit=_MOST_BYTES_OF_ONE_ANSWER,
            also_secret=self.plan.secrets,
        )
        if identity == "own":
            return connection
        others = tuple(pair for pair in connection.headers if not is_secret_name(pair[0]))
        if identity == "second":
            names = {name.lower() for name, _ in self.plan.second_headers}
            others = tuple(pair for pair in others if pair[0].lower() not in names) + self.plan.second_headers
        elif identity == "mangled":
            others = tuple(
                (name, mangled(value) if is_secret_name(name) else value) for name, value in connection.headers
            )
        return replace(connection, headers=others, url=str(connection.bare_url()))

    def note_optional(self, answer: Answer) -> None:
        """Remember the answer to an operation that may be left out; 400 may be about what was in the request."""
        self.optional.append(answer)
        if answer.unsupported and answer.status != 400:
            self.unsupported.setdefault(answer.operation, answer.words)

    # Turns

    def take_turn(self) -> None:
        """Count a request that an agent has to answer. Raises `CouldNotRun` when there are no more."""
        if self.turns >= self.plan.max_turns:
            raise CouldNotRun(f"it needs more than the {self.plan.max_turns} turns of --max-turns")
        self.turns += 1

    # Giving up

    def stop(self, why: str) -> Stopped:
        """Give the run up. Returns the exception to raise."""
        if not self.stopped:
            self.stopped = why
        return Stopped(self.stopped)

    def need_alive(self) -> None:
        """Raise `Stopped` when the run was given up, or has to be."""
        if self.stopped:
            raise Stopped(self.stopped)
        if time.monotonic() - self._began > self.plan.timeout * _RUN_TIMEOUTS:
            raise self.stop(f"the run took longer than {self.plan.timeout * _RUN_TIMEOUTS:.0f} s (20 × --timeout)")
        if self._bytes > _MOST_BYTES:
            raise self.stop(f"the backend's answers have more than {_MOST_BYTES // 2**20} MB together")

    def _note_health(self, exchange: Exchange) -> None:
        outcome = exchange.outcome
        self._silences += outcome == "timeout"
        self._lost = self._lost + 1 if outcome in ("unreachable", "unanswered") else 0
        if outcome == "unreachable" and len(self.exchanges) == 1:
            self.unreachable = True
            self.stop(f"the backend cannot be reached: {exchange.failure}")
        elif outcome == "unreachable" and self._lost >= 2:
            self.stop(f"the backend went away during the run: {exchange.failure}")
        elif self._lost >= _MOST_LOST_IN_A_ROW:
            self.stop(f"the backend stopped answering: {exchange.failure}")
        elif self._silences >= _MOST_SILENCES:
            self.stop(f"the backend left {self._silences} requests without an end: {exchange.failure}")

    def _limit(self, exchange: Exchange) -> float:
        """Seconds that this exchange may still take."""
        streaming = exchange.request.operation in STREAMING_OPERATIONS
        allowed = self.plan.timeout * (_STREAM_TIMEOUTS if streaming else 1) + 0.05
        return max(0.001, allowed - exchange.now_ns() / 1e9)

    # Keeping

    def _keep(self, exchange: Exchange) -> None:
        self.exchanges.append(exchange)
        self._bytes += sum(len(chunk.data) for chunk in exchange.chunks)
        if self.plan.save is not None:
            name = exchange.request.operation or exchange.request.method
            safe = "".join(c if c.isalnum() or c in "._-" else "_" for c in name)[:60]
            write(exchange, self.plan.save / f"{len(self.exchanges):03}-{safe}.jsonl")
        if self.on_exchange is not None:
            self.on_exchange(exchange)

    def look_at(self, exchange: Exchange) -> None:
        """Take an exchange into the report that is no operation of ChatKit's."""
        self.examined.append(Examined(exchange, (), (), {}, ThreadState()))

    def _read(
        self, exchange: Exchange, judged: Judged, history: ThreadHistory | None, state: ThreadState | None
    ) -> Answer:
        state = ThreadState() if state is None else state
        events = read_events(exchange)
        answer = Answer(exchange, events)
        if judged == "usual" and answer.unsupported and answer.operation:
            self.unsupported.setdefault(answer.operation, answer.words)
        if answer.unsupported and answer.operation != "threads.create":
            judged = "refusal" if judged == "usual" else judged
        examination = Examination(exchange, history)
        for event in events:
            examination.feed(event)
            if answer.status < 300:
                fold(state, event)
        end_stream(state)
        findings = tuple(found for found in examination.finish() if _counts(found, judged, answer))
        self.examined.append(Examined(exchange, events, findings, examination.could_not_run, state))
        return answer


def _counts(finding: Finding, judged: Judged, answer: Answer) -> bool:
    if judged == "usual":
        return True
    if finding.rule_id == "transport/no-message" and answer.status >= 500:
        return False  # a crash is what the probe names
    wanted: Sequence[str] = _WHERE_REFUSAL_IS_RIGHT if judged == "refusal" else _TO_NONSENSE
    return any(fnmatchcase(finding.rule_id, pattern) for pattern in wanted)
