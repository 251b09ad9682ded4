"""Plays and compares for another process, which speaks JSON lines: the pytest plugin, in a backend's own tests.

A line in, like `{"do": "play", "session": 1, "verb": "send", "value": "Hello"}`, is answered by one line out:
`{"answer": …}`, or `{"error": {"message": …, "expected": …, "got": …, "advice": …, "whose": …}}`. Requests are done one
after the other.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from pydantic import ValidationError

from chat.checks import CATALOGUE, Examined
from chat.checks.reports.junit import check_text
from chat.checks.run import Plan, check
from chat.checks.threads import examine_all
from chat.client import ChatKitClient, Connection
from chat.client.cookies import CookieJar
from chat.diff import Options, diff
from chat.diff.reports import write
from chat.errors import UnusableInput, WorkbenchError
from chat.exchanges import Exchange
from chat.exchanges.recording import Recording, read_recording, write_recording
from chat.script.player import Played, Player
from chat.script.steps import step_of

__all__ = ["drive"]

Request = Mapping[str, Any]


@dataclass
class _Session:
    player: Player
    name: str


async def drive(lines: IO[str], answers: IO[str]) -> None:
    """Answer requests until there are no more."""
    driver = _Driver()
    try:
        while line := await asyncio.to_thread(lines.readline):
            answers.write(json.dumps(await driver.answer(line), ensure_ascii=True) + "\n")
            answers.flush()
    finally:
        for session in driver.sessions.values():
            await session.player.aclose()


class _Driver:
    def __init__(self) -> None:
        self.sessions: dict[int, _Session] = {}
        self._opened = 0
        self._done: dict[str, Callable[[Request], Awaitable[Any]]] = {
            "open": self._open,
            "play": self._play,
            "close": self._close,
            "diff": self._diff,
            "save": self._save,
            "rules": self._rules,
            "check": self._check,
        }

    async def answer(self, line: str) -> dict[str, Any]:
        try:
            request = json.loads(line)
            return {"answer": await self._done[request["do"]](request)}
        except WorkbenchError as error:
            said = {"expected": error.expected, "got": error.got, "advice": error.advice, "whose": error.whose}
            return {"error": {"message": error.message, **said}}
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(map(str, first["loc"]))
            return {
                "error": {"message": f"{place}: {first['msg']}" if place else first["msg"], "whose": "your request"}
            }
        except Exception as error:  # whoever asked must get an answer
            return {"error": {"message": f"{type(error).__name__}: {error}", "whose": "the workbench"}}

    async def _open(self, request: Request) -> Any:
        player = Player(
            ChatKitClient(_connection(request)), request.get("client_tools"), Path(request.get("folder", "."))
        )
        self._opened += 1
        self.sessions[self._opened] = _Session(player, str(request.get("name", "")))
        return {"session": self._opened}

    async def _play(self, request: Request) -> Any:
        player = self.sessions[request["session"]].player
        begin = len(player.exchanges)
        played = await player.play(step_of(request["verb"], request.get("value"), request.get("stop_after")))
        examined = examine_all(player.exchanges)[begin:]
        return {
            "first": begin,
            "last": len(player.exchanges),
            "thread": player.state.id,
            "title": player.state.title,
            "events": [event.json if event.json is not None else event.raw for event in played.events],
            "items": [player.state.items[item_id].json for item_id in played.item_ids],
            "thread_items": [item.json for item in player.state.items.values()],
            "exchanges": [_exchange(one) for one in examined],
            "findings": [_finding(one) for exchange in examined for one in exchange.findings],
            "failure": _failure(played),
        }

    async def _close(self, request: Request) -> Any:
        await self.sessions.pop(request["session"]).player.aclose()

    async def _diff(self, request: Request) -> Any:
        path = Path(request["golden"])
        ignore = frozenset(request.get("ignore", ()))
        options = Options(bool(request.get("deltas")), bool(request.get("shape")), ignore)
        try:
            golden = read_recording(path)
        except OSError as problem:
            raise UnusableInput(f"{path} cannot be read: {problem.strerror or problem}.") from problem
        found = diff(golden, self._recording(request), options, names=(path.name, "this run"))
        return {"alike": found.alike, "text": write(found)}

    async def _save(self, request: Request) -> Any:
        path = Path(request["path"])
        try:
            os.makedirs(path.parent, exist_ok=True)
            write_recording(self._recording(request), path)
        except OSError as problem:
            raise UnusableInput(f"{path} cannot be written: {problem.strerror or problem}.") from problem

    def _recording(self, request: Request) -> Recording:
        session = self.sessions[request["session"]]
        exchanges = session.player.exchanges[request.get("first", 0) : request.get("last")]
        return Recording(exchanges, name=session.name, source="pytest")

    async def _rules(self, request: Request) -> Any:
        return [{"id": rule.id, "level": str(rule.level), "title": rule.title} for rule in CATALOGUE.values()]

    async def _check(self, request: Request) -> Any:
        connection = _connection(request)
        messages: Sequence[str] = request.get("messages") or ()
        more: dict[str, Any] = {"message": messages[0], "more_messages": tuple(messages[1:])} if messages else {}
        second = tuple((str(name), str(value)) for name, value in request.get("second_headers") or ())
        plan = Plan(connection, second, max_turns=14 + 4 * max(0, len(messages) - 1), **more)
        report = await check(plan)
        checks = [
            {
                "id": one.id,
                "status": one.status,
                "level": str(one.level),
                "headline": one.headline,
                "text": check_text(one) if one.status == "failed" else one.got,
            }
            for one in report.checks
        ]
        return {"checks": checks, "stopped": report.stopped_because}


def _connection(request: Request) -> Connection:
    headers = tuple((str(name), str(value)) for name, value in request.get("headers") or ())
    return Connection(request["url"], headers, read_timeout=float(request.get("timeout", 60)), cookies=CookieJar())


def _exchange(examined: Examined) -> dict[str, Any]:
    exchange: Exchange = examined.exchange
    return {
        "operation": exchange.request.operation,
        "request": exchange.request.document,
        "status": exchange.status,
        "headers": [list(pair) for pair in exchange.headers],
        "outcome": exchange.outcome,
        "failure": exchange.failure,
        "body": exchange.body.decode("utf-8", "replace"),
        "first_event_ms": examined.events[0].at_ns / 1e6 if examined.events else None,
        "total_ms": None if exchange.ended_at_ns is None else exchange.ended_at_ns / 1e6,
    }


def _finding(finding: Any) -> dict[str, Any]:
    return {
        "rule": finding.rule_id,
        "level": str(finding.level),
        "headline": finding.headline,
        "expected": finding.expected,
        "got": finding.got,
        "fix": finding.fix,
    }


def _failure(played: Played) -> str | None:
    return None if played.failure is None else played.failure.message
