"""Profiles survive a restart; what is secret does not, unless the reader asked for it."""

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from chat.ui.profiles import EMBEDDED, Profiles

HERE = "http://127.0.0.1:8080/chatkit"
SECRET = ("Authorization", "Bearer very-secret-value")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "profiles.json"


def test_the_embedded_backend_is_always_there_at_the_address_of_this_launch(file: Path) -> None:
    assert [(profile.id, profile.url) for profile in Profiles(file, HERE)] == [(EMBEDDED, HERE)]


def test_a_profile_comes_back_after_a_restart(file: Path) -> None:
    made = Profiles(file, HERE).create("http://127.0.0.1:9/chatkit", locale="de", metadata={"tenant": "acme"})
    assert Profiles(file, HERE).get(made.id) == made


def test_header_values_are_forgotten_and_their_names_asked_for_again(file: Path) -> None:
    made = Profiles(file, HERE).create("http://127.0.0.1:9/chatkit", headers=(SECRET,))
    assert made.missing == ()
    assert b"very-secret" not in file.read_bytes()
    again = Profiles(file, HERE).get(made.id)
    assert again is not None
    assert again.missing == ("Authorization",)


def test_header_values_are_kept_for_who_asks_for_it(file: Path) -> None:
    made = Profiles(file, HERE).create("http://127.0.0.1:9/chatkit", headers=(SECRET,), remember=True)
    assert Profiles(file, HERE).get(made.id) == made


def test_the_file_is_for_its_owner_only(file: Path) -> None:
    Profiles(file, HERE).create("http://127.0.0.1:9/chatkit", headers=(SECRET,), remember=True)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_the_profile_used_last_comes_first_after_the_embedded_one(file: Path) -> None:
    profiles = Profiles(file, HERE)
    one, two = profiles.create("http://127.0.0.1:1/"), profiles.create("http://127.0.0.1:2/")
    assert [profile.id for profile in profiles] == [EMBEDDED, two.id, one.id]
    profiles.put(replace(one, name="renamed"))
    assert [profile.id for profile in profiles] == [EMBEDDED, one.id, two.id]


def test_a_damaged_file_is_kept_aside_and_said(file: Path) -> None:
    file.parent.mkdir()
    file.write_text('{"profiles": [{"id": 1')
    profiles = Profiles(file, HERE)
    assert profiles.damaged is not None
    assert file.with_suffix(".damaged.json").exists()
    assert len(list(profiles)) == 1


def test_forgetting_a_profile_removes_it_from_the_file(file: Path) -> None:
    profiles = Profiles(file, HERE)
    made = profiles.create("http://127.0.0.1:9/chatkit")
    profiles.forget(made.id)
    assert Profiles(file, HERE).get(made.id) is None
