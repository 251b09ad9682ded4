"""Playing takes the steps in their time, or faster, and shortens what is long."""

from __future__ import annotations

import asyncio

import pytest

from chat.conversation import player as playing
from chat.conversation.player import AT_ONCE, Player
from chat.conversation.recorded import RecordedThread
from chat.conversation.time_travel import PastThread
from tests.checks.streams import exchange, spread, turn
from tests.work import in_no_time

MS = 1_000_000


Moves = list[tuple[float, int]]


async def a_player(step_ms: int) -> tuple[PastThread, Player, Moves]:
    """One turn whose events come every so many milliseconds, its player, and where it was when."""
    thread = RecordedThread("session.jsonl")
    await thread.replay([exchange(spread(turn(), start_ns=step_ms * MS, step_ns=step_ms * MS))])
    past, moves, clock = PastThread(thread), Moves(), asyncio.get_running_loop().time
    begin = clock()
    return past, Player(past, lambda: moves.append((clock() - begin, past.position))), moves


async def over(player: Player) -> None:
    while player.playing:  # noqa: ASYNC110 - it tells nobody but its owner
        await asyncio.sleep(0.005)


def test_events_come_in_their_time_divided_by_the_speed() -> None:
    async def played() -> tuple[PastThread, Moves]:
        past, player, moves = await a_player(100)
        player.speed = 4
        player.play(past.steps.total)
        await over(player)
        return past, moves

    (past, moves), _ = in_no_time(played)
    assert past.position == past.steps.total == 9
    assert [position for _, position in moves[:4]] == [0, 1, 2, 3]
    first = {position: at for at, position in reversed(moves)}
    assert [first[position] for position in range(1, 9)] == pytest.approx([n * 0.025 for n in range(1, 9)], abs=0.001)


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
