"""Playing takes the steps in their time, or faster, and shortens what is long."""

from __future__ import annotations

import asyncio
import time

import pytest

from chat.conversation import player as playing
from chat.conversation.player import AT_ONCE, Player
from chat.conversation.recorded import RecordedThread
from chat.conversation.time_travel import PastThread
from tests.checks.streams import exchange, spread, turn

MS = 1_000_000


async def a_player(step_ms: int) -> tuple[PastThread, Player, list[tuple[float, int]]]:
    """One turn whose events come every so many milliseconds, its player, and where it was when."""
    thread = RecordedThread("session.jsonl")
    await thread.replay([exchange(spread(turn(), start_ns=step_ms * MS, step_ns=step_ms * MS))])
    past, moves, begin = PastThread(thread), list[tuple[float, int]](), time.monotonic()
    return past, Player(past, lambda: moves.append((time.monotonic() - begin, past.position))), moves


async def over(player: Player) -> None:
    while player.playing:  # noqa: ASYNC110 - it tells nobody but its owner
        await asyncio.sleep(0.005)


async def test_events_come_in_their_time_divided_by_the_speed() -> None:
    past, player, moves = await a_player(100)
    player.speed = 4
    player.play(past.steps.total)
    await over(player)
    assert past.position == past.steps.total == 9
    assert [position for _, position in moves[:4]] == [0, 1, 2, 3]
    assert all(at >= position * 0.025 for at, position in moves)


async def test_at_once_waits_for_nothing() -> None:
    past, player, _ = await a_player(3_600_000)
    player.speed = AT_ONCE
    player.play(past.steps.total)
    await over(player)
    assert past.position == past.steps.total


async def test_a_long_silence_is_shortened_and_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(playing, "LONGEST_SILENCE", 0.01)
    past, player, _ = await a_player(60_000)
    player.play(past.steps.total)
    await asyncio.sleep(0)
    assert player.silence == 60
    await over(player)
    assert (past.position, player.silence) == (past.steps.total, 0)


async def test_it_halts_where_it_is_and_goes_on_from_there_at_another_speed() -> None:
    past, player, _ = await a_player(1_900)
    player.play(past.steps.total)
    await asyncio.sleep(0)
    player.pause()
    assert not player.playing
    assert past.position == 0
    player.play(past.steps.total)
    player.speed = AT_ONCE
    player.play(5)
    await over(player)
    assert past.position == 5
