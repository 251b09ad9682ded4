"""The library: what is listed, what stays, and what goes."""

from __future__ import annotations

import os
import stat
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from chat.exchanges import Exchange, Recording
from chat.exchanges.recording import dumps, dumps_recording
from chat.recordings import Library, Limits, Listed, NoSuchRecording
from tests.work import counted

from .conftest import AT, threads, turn


def caught_up(library: Library) -> list[Listed]:
    while library.look():
        pass
    return library.list()


def only(library: Library) -> Listed:
    (found,) = caught_up(library)
    return found


def put(library: Library, name: str, data: bytes, days_old: float = 0) -> Path:
    """A file that lies in the folder, last written so long ago."""
    path = library.folder / f"{name}.jsonl"
    path.write_bytes(data)
    written = time.time() - days_old * 86_400
    os.utime(path, (written, written))
    return path


def padded(size: int) -> bytes:
    """A recording of about `size` bytes."""
    made = Exchange(replace(threads().request, body=b" " * size))
    made.end("complete")
    return dumps(made)


def test_a_recording_is_listed_with_what_is_in_it(library: Library, session: Recording) -> None:
    key = library.add(session)
    found = only(library)
    assert found.key == key
    assert found.name == "The day it broke"
    assert found.title == "What is to do?"
    assert found.backend == "http://127.0.0.1:8000/chatkit"
    assert found.begun == AT.timestamp()
    assert (found.turns, found.exchanges, found.host_events) == (1, 2, 3)
    assert (found.errors, found.kept, found.source, found.damaged) == (0, True, "the relay", "")
    assert found.size == (library.folder / f"{key}.jsonl").stat().st_size


def test_findings_are_counted_by_level(library: Library) -> None:
    library.add(Recording([turn(broken=True)]))
    assert only(library).errors == 1


def test_what_was_kept_comes_back(library: Library, session: Recording) -> None:
    found = library.read(library.add(session))
    assert [one.body for one in found.exchanges] == [one.body for one in session.exchanges]
    assert list(found.host_events) == list(session.host_events)


def test_only_the_owner_can_read(library: Library, session: Recording) -> None:
    library.add(session)
    library.limits = Limits(days=7)
    caught_up(library)
    assert stat.S_IMODE(library.folder.stat().st_mode) == 0o700
    for path in library.folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path.name


def test_the_newest_comes_first(library: Library) -> None:
    keys = [library.add(Recording([threads(AT + timedelta(hours=hour))])) for hour in (2, 0, 1)]
    assert [one.key for one in caught_up(library)] == [keys[0], keys[2], keys[1]]


def test_opening_the_list_again_reads_no_file(
    library: Library, session: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.add(session)
    caught_up(library)
    library.close()
    again = Library(library.folder)
    monkeypatch.setattr("chat.recordings.library.look_into", None)
    assert again.look() == 0
    assert [one.name for one in again.list()] == ["The day it broke"]
    again.close()


@pytest.mark.parametrize("damage", ["gone", "garbage", "another version"])
def test_an_index_that_is_lost_or_stale_is_made_anew(library: Library, session: Recording, damage: str) -> None:
    library.add(session)
    caught_up(library)
    library.close()
    index = library.folder / ".index.sqlite"
    match damage:
        case "gone":
            index.unlink()
        case "garbage":
            index.write_bytes(b"this is no database" * 1000)
        case _:
            import sqlite3

            with sqlite3.connect(index) as database:
                database.execute("update made_by set version = 'another'")
            database.close()
    again = Library(library.folder)
    assert [one.name for one in caught_up(again)] == ["The day it broke"]
    again.close()


def test_files_that_somebody_put_there_are_listed_and_those_that_changed_are_read_again(library: Library) -> None:
    path = put(library, "mine", dumps(threads()))
    assert only(library).exchanges == 1
    path.write_bytes(dumps(threads()) + dumps(turn()))
    assert only(library).exchanges == 2
    path.unlink()
    assert caught_up(library) == []


def test_a_damaged_file_is_listed_with_the_reason_and_never_dropped(library: Library) -> None:
    lines = dumps(turn()).split(b"\n")
    put(library, "damaged", b"\n".join([lines[0], b"{oh", *lines[1:]]), days_old=400)
    put(library, "empty", b"", days_old=400)
    put(library, "newer", lines[0].replace(b'"version":1', b'"version":7') + b"\n", days_old=400)
    found = {one.key: one.damaged for one in caught_up(library)}
    assert "damaged at line 2" in found["damaged"]
    assert "is empty" in found["empty"]
    assert "Update the workbench." in found["newer"]
    library.limits = Limits(days=1)
    library.sweep()
    assert len(library.list()) == 3


def test_a_name_is_in_the_file_and_known_at_once(library: Library) -> None:
    key = library.add(Recording([turn()]))
    caught_up(library)
    library.rename(key, "  Before\nthe upgrade ")
    (found,) = library.list()
    assert (found.name, found.looked_into, found.turns) == ("Before the upgrade", True, 1)
    assert library.read(key).name == "Before the upgrade"
    library.rename(key, "")
    assert library.list()[0].name == ""


def test_what_is_deleted_can_be_restored_until_the_end(library: Library, session: Recording) -> None:
    key = library.add(session)
    library.delete(key)
    assert library.list() == []
    library.restore(key)
    assert [one.key for one in library.list()] == [key]
    library.delete(key)
    library.close()
    again = Library(library.folder)
    with pytest.raises(NoSuchRecording):
        again.restore(key)
    again.close()


@pytest.mark.parametrize("key", ["", "..", "../profiles", "a/b", ".index", "nothing", "x" * 300, "a\0b"])
def test_only_recordings_can_be_named(library: Library, key: str) -> None:
    for act in (library.read, library.bytes, library.delete, library.restore, library.keep):
        with pytest.raises(NoSuchRecording):
            act(key)


def test_a_link_that_leads_out_of_the_folder_is_not_listed(library: Library, tmp_path: Path) -> None:
    (tmp_path / "other.jsonl").write_bytes(dumps(threads()))
    (library.folder / "link.jsonl").symlink_to(tmp_path / "other.jsonl")
    assert library.list() == []


# Limits


def test_what_is_too_old_goes_and_what_was_named_or_kept_stays(library: Library) -> None:
    for name in ("old", "named", "kept"):
        put(library, name, dumps(threads()))
    caught_up(library)
    library.rename("named", "Mine")
    library.keep("kept")
    now = time.time() + 31 * 86_400
    put(library, "young", dumps(threads()), days_old=-30)
    caught_up(library)
    assert library.sweep(now) == ["old"]
    assert {one.key for one in library.list()} == {"named", "kept", "young"}
    library.keep("kept", False)
    assert library.sweep(now + 31 * 86_400) == ["kept", "young"]


def test_over_the_size_the_oldest_goes_first(library: Library) -> None:
    for days in (3, 1, 2):
        put(library, f"of-{days}", padded(4_000_000), days_old=days)
    caught_up(library)
    library.limits = Limits(bytes=10_000_000)
    library.sweep()
    assert {one.key for one in library.list()} == {"of-1", "of-2"}


def test_limits_are_kept_over_a_restart_and_those_that_make_no_sense_are_refused(library: Library) -> None:
    library.limits = Limits(bytes=20_000_000, days=3)
    library.close()
    again = Library(library.folder)
    assert again.limits == Limits(bytes=20_000_000, days=3)
    again.close()
    for wrong in ({"bytes": 5}, {"days": 0}, {"days": 10**6}):
        with pytest.raises(ValueError, match="must be from"):
            Limits(**wrong)


def test_a_file_that_nobody_has_looked_into_is_looked_into_before_it_goes(library: Library) -> None:
    """It may have a name, or be damaged."""
    put(library, "unknown", dumps(threads()), days_old=400)
    put(library, "named", dumps_recording(Recording([threads()], name="Mine")), days_old=400)
    put(library, "damaged", b"{oh", days_old=400)
    assert library.sweep() == ["unknown"]
    assert {one.key for one in library.list()} == {"named", "damaged"}


def test_recordings_are_listed_without_being_read(library: Library) -> None:
    data = dumps(threads())
    for number in range(200):
        (library.folder / f"one-{number}.jsonl").write_bytes(data)
    caught_up(library)
    with counted() as work:
        assert len(library.list()) == 200
    assert work.calls < 60 * 200
    assert not work.opened, "no recording is read"
