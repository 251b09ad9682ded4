"""What passes is written while it passes, each owner's into a recording of its own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from chat.exchanges import Chunk, Exchange, HostEvent, Recording
from chat.exchanges.secrets import Secrets
from chat.recordings import Keeper, Library
from chat.recordings import keeper as module

from .conftest import AT, ERROR, threads, turn


async def until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline, "it did not come"
        await asyncio.sleep(0.01)


def live() -> Exchange:
    whole = turn()
    made = Exchange(whole.request)
    made.status, made.headers, made.headers_at_ns = 200, whole.headers, 40_000_000
    return made


def kept(library: Library) -> list[Recording]:
    return [library.read(one.key) for one in library.list()]


async def test_what_came_is_on_disk_while_it_runs(library: Library) -> None:
    keeper, exchange, whole = Keeper(library), live(), turn()
    keeper.passes("profile", exchange, source="this page")
    key = keeper.key("profile")
    assert key is not None
    assert library.growing() == {key}
    exchange.chunks += whole.chunks[:10]
    await until(lambda: len(library.read(key).exchanges[0].chunks) >= 8)  # the end may be half a secret, and waits
    assert library.read(key).exchanges[0].chunks == whole.chunks[: len(library.read(key).exchanges[0].chunks)]
    assert library.read(key).exchanges[0].outcome == "interrupted"
    exchange.chunks += whole.chunks[10:]
    exchange.end("complete")
    await until(lambda: library.read(key).exchanges[0].outcome == "complete")
    assert library.read(key).exchanges[0].body == whole.body
    keeper.close()
    assert library.growing() == frozenset()


async def test_each_owner_has_a_recording_of_its_own_and_goes_on_with_it(library: Library) -> None:
    keeper = Keeper(library)
    for owner in ("one", "two", "one"):
        keeper.passes(owner, threads(), source="this page")
    keeper.heard("two", ERROR, source="the relay")
    keeper.close()
    assert sorted(len(one.exchanges) for one in kept(library)) == [1, 2]
    assert [len(one.host_events) for one in kept(library) if len(one.exchanges) == 1] == [1]


async def test_after_a_long_silence_another_recording_is_begun(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = Keeper(library)
    keeper.passes("one", threads(), source="this page")
    await until(lambda: keeper._task is not None and keeper._task.done())
    monkeypatch.setattr(module, "_SILENCE", -1)
    assert keeper.key("one") is None
    keeper.passes("one", threads(), source="this page")
    keeper.close()
    assert [len(one.exchanges) for one in kept(library)] == [1, 1]


async def test_after_the_end_nothing_more_is_written(library: Library) -> None:
    keeper, exchange = Keeper(library), live()
    keeper.passes("one", exchange, source="this page")
    exchange.chunks.append(Chunk(1, b"data: 1\n\n"))
    keeper.end("one")
    exchange.chunks.append(Chunk(2, b"data: 2\n\n"))
    exchange.end("complete")
    await until(lambda: keeper._task is None or keeper._task.done())
    (recording,) = kept(library)
    assert recording.exchanges[0].body == b"data: 1\n\n"
    assert recording.exchanges[0].outcome == "interrupted"
    assert keeper.key("one") is None


async def test_what_is_deleted_or_renamed_while_it_grows(library: Library) -> None:
    keeper = Keeper(library)
    keeper.passes("one", threads(), source="this page")
    key = keeper.key("one")
    assert key
    library.rename(key, "Mine")
    keeper.passes("one", threads(), source="this page")
    await until(lambda: len(library.read(key).exchanges) == 2)
    assert library.read(key).name == "Mine"
    library.delete(key)
    keeper.passes("one", threads(), source="this page")
    keeper.close()
    assert [len(one.exchanges) for one in kept(library)] == [1]


async def test_the_secrets_of_a_connection_are_masked_in_what_the_widget_tells(library: Library) -> None:
    keeper = Keeper(library)
    secrets = Secrets.of([("X-Tenant", "correct horse battery")])
    told = HostEvent(AT, "chatkit.log", {"data": {"correct horse battery": "with correct horse battery"}})
    keeper.heard("one", told, source="the relay", secrets=secrets)
    keeper.close()
    assert b"correct horse" not in b"".join(path.read_bytes() for path in library.folder.glob("*.jsonl"))


async def test_a_disk_that_is_full_ends_the_recording_and_is_told_once(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    keeper, exchange = Keeper(library, told.append), live()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    keeper.passes("one", exchange, source="this page")
    key = keeper.key("one")
    monkeypatch.setattr("chat.exchanges.recorder.Recorder.update", full)
    await until(lambda: told)
    assert told == ["What passes is no longer kept: No space left on device."]
    assert keeper.key("one") is None
    monkeypatch.undo()
    keeper.passes("one", threads(), source="this page")
    assert keeper.key("one") not in (None, key)
    keeper.close()
    exchange.end("complete")


async def test_a_large_body_is_written_without_holding_up_the_rest(library: Library) -> None:
    keeper, exchange = Keeper(library), live()
    exchange.chunks = [Chunk(number, b"x" * 100_000 + b"\n") for number in range(200)]
    sizes = set()
    keeper.passes("one", exchange, source="this page")
    exchange.end("complete")
    key = keeper.key("one")
    while keeper._task is not None and not keeper._task.done():
        await asyncio.sleep(0)
        sizes.add(sum(path.stat().st_size for path in library.folder.glob("*.jsonl")))
    assert len(sizes) > 15, "others had their turn after each megabyte"
    keeper.close()
    assert key
    assert len(library.read(key).exchanges[0].body) == 200 * 100_001


async def test_where_no_file_can_be_made_it_is_told(library: Library, tmp_path: Path) -> None:
    told: list[str] = []
    keeper = Keeper(library, told.append)
    library.folder.rename(tmp_path / "elsewhere")
    keeper.passes("one", threads(), source="this page")
    assert told
    assert "No such file or directory" in told[0]
    (tmp_path / "elsewhere").rename(library.folder)
