"""One run against one backend: what sends.

Every request goes out once, on a connection of its own, with a deadline. Every answer is kept as an exchange and
examined by the passive rules. What comes of it is remembered in `Notes`; when to give up is for `Patience` to say.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from chat.checks.case import ThreadHistory
from chat.checks.probes.answer import Answer
from chat.checks.probes.credentials import Identity, Jars, connection_of
from chat.checks.probes.notes import Notes
from chat.checks.probes.patience import Patience
from chat.checks.probes.plan import Headers, Plan
from chat.checks.probes.reading import Judged, read
from chat.checks.probes.sightings import CouldNotRun
from chat.client import ChatKitClient
from chat.errors import BadProfile, WorkbenchError
from chat.exchanges import Exchange, write
from chat.exchanges.secrets import Secrets
from chat.protocol import ThreadState

__all__ = ["Visit"]

_CLEAN_UP_SECONDS = 5.0


class Visit:
    """What probes get: it sends what they ask for, and has what is known so far.

    `on_exchange` is called with each exchange when it has ended.
    """

    def __init__(self, plan: Plan, on_exchange: Callable[[Exchange], None] | None = None) -> None:
        self.plan = plan
        self.notes = Notes()
        self.jars = Jars()
        self.patience = Patience(plan.timeout)
        self.turns = 0
        """Requests so far that an agent had to answer."""
        self.origin_sent = False
        """Whether requests carry the `Origin` header, as a browser's do."""
        self._on_exchange = on_exchange

    @property
    def secrets(self) -> Secrets:
        """Everything that must not stand in the report."""
        return self.plan.secrets | self.jars.secrets

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
        answer, examined = await read(exchange, judged, history, state)
        self.notes.examined.append(examined)
        if judged == "usual":
            self.notes.note_unsupported(answer)
        return answer

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
            self.patience.need_alive()
        begun: list[Exchange] = []
        client = ChatKitClient(connection_of(self.plan, identity, self.jars), begun.append)
        seconds = _CLEAN_UP_SECONDS if cleaning_up else None
        task = asyncio.ensure_future(self._sent(send, client))
        try:
            while not task.done():
                sent = bool(begun)
                limit = self.patience.seconds_for(begun[0]) if sent else 0.1
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
            if isinstance(problem := task.exception(), BadProfile):  # as the backend's requests are not, so is no other
                raise self.patience.stop(problem.message) from problem
            task.result()
            raise CouldNotRun("nothing was sent")
        if elsewhere:
            self.notes.elsewhere.add(begun[0].id)
        elif not cleaning_up:
            self.patience.judge(begun[0], first=len(self.notes.exchanges) == 1)
        return begun[0]

    async def _sent(self, send: Callable[[ChatKitClient], Awaitable[Any]], client: ChatKitClient) -> None:
        try:
            await send(client)
        except WorkbenchError as error:
            if error.exchange is None:  # nothing was sent
                raise
        finally:
            await client.aclose()

    def take_turn(self) -> None:
        """Count a request that an agent has to answer. Raises `CouldNotRun` when there are no more."""
        if self.turns >= self.plan.max_turns:
            raise CouldNotRun(f"it needs more than the {self.plan.max_turns} turns of --max-turns")
        self.turns += 1

    def _keep(self, exchange: Exchange) -> None:
        self.notes.exchanges.append(exchange)
        self.patience.count(exchange)
        if self.plan.save is not None:
            name = exchange.request.operation or exchange.request.method
            safe = "".join(c if c.isalnum() or c in "._-" else "_" for c in name)[:60]
            write(exchange, self.plan.save / f"{len(self.notes.exchanges):03}-{safe}.jsonl")
        if self._on_exchange is not None:
            self._on_exchange(exchange)
