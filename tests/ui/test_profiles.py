"""Profiles survive a restart; what is secret does not, unless the reader asked for it."""

import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from chat.ui.profiles import EMBEDDED, Profile, Profiles
from chat.ui.shown_profile import shown_metadata, typed_metadata, typed_url, untyped_problem

HERE = "http://127.0.0.1:8080/chatkit"
SECRET = ("Authorization", "Bearer very-secret-value")


def kept(profiles: Profiles, url: str, **fields: Any) -> Profile:
    """A new profile whose backend has answered."""
    profiles.answered(made := profiles.create(url, **fields))
    return made


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "profiles.json"


def test_the_embedded_backend_is_always_there_at_the_address_of_this_launch(file: Path) -> None:
    assert [(profile.id, profile.url) for profile in Profiles(file, HERE)] == [(EMBEDDED, HERE)]


def test_a_profile_comes_back_after_a_restart(file: Path) -> None:
    made = kept(
        Profiles(file, HERE), "http://127.0.0.1:9/chatkit", locale="de", metadata={"tenant": "acme"}, as_widget=True
    )
    assert Profiles(file, HERE).get(made.id) == made


def test_header_values_are_forgotten_and_their_names_asked_for_again(file: Path) -> None:
    made = kept(Profiles(file, HERE), "http://127.0.0.1:9/chatkit", headers=(SECRET,))
    assert made.missing == ()
    assert b"very-secret" not in file.read_bytes()
    again = Profiles(file, HERE).get(made.id)
    assert again is not None
    assert again.missing == ("Authorization",)


URL = "https://ada:hunter2-hunter2@host.example/chatkit?api_key=query-secret-1&v=2&tenant=acme%2Csons"
METADATA = {"tenant": "acme", "api_key": "metadata-secret-1", "user": {"password": 12345678}, "names": ["ada"]}


def test_secrets_in_the_address_and_the_metadata_are_forgotten_and_their_names_asked_for_again(file: Path) -> None:
    made = kept(Profiles(file, HERE), URL, metadata=METADATA)
    assert made.name == "ada:••••@host.example/chatkit?api_key=••••&v=2&tenant=••••"
    written = file.read_text()
    assert not any(secret in written for secret in ("hunter2", "query-secret", "sons", "metadata-secret", "12345678"))
    again = Profiles(file, HERE).get(made.id)
    assert again is not None
    assert again.url == "https://host.example/chatkit?api_key=&v=2&tenant="
    assert again.metadata == {"tenant": "acme", "api_key": "", "user": {"password": None}, "names": ["ada"]}
    assert again.missing == (
        "user name and password",
        "?api_key",
        "?tenant",
        "metadata.api_key",
        "metadata.user.password",
    )
    assert made.missing == ()


def test_secrets_in_the_address_and_the_metadata_are_kept_for_who_asks_for_it(file: Path) -> None:
    made = kept(Profiles(file, HERE), URL, metadata=METADATA, remember=True)
    assert Profiles(file, HERE).get(made.id) == made
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_backend_whose_path_is_a_secret_is_in_use_but_not_kept(file: Path) -> None:
    profiles = Profiles(file, HERE)
    made = kept(profiles, "https://host.example/hooks/sk-0123456789abcdef0123/chatkit")
    assert profiles.get(made.id) == made
    assert "0123456789" not in file.read_text()


def test_the_whole_address_of_a_kept_backend_brings_its_profile_back(file: Path) -> None:
    made = kept(Profiles(file, HERE), URL, locale="de")
    again = Profiles(file, HERE)
    assert again.at(URL) == replace(made, name=made.name)
    assert again.at(URL).missing == ()
    assert again.at(URL.replace("v=2", "v=3")).id != made.id


def test_a_form_shows_no_secret_and_takes_back_what_was_not_touched() -> None:
    profile = Profile("one", "One", URL, metadata=METADATA)
    assert typed_url(profile, profile.shown_url) == URL
    assert typed_url(profile, profile.shown_url.replace("api_key=••••", "api_key=new")) == URL.replace(
        "query-secret-1", "new"
    )
    shown = shown_metadata(METADATA)
    assert shown == {
        "tenant": "acme",
        "api_key": "••••et-1",
        "user": {"password": "••••"},
        "names": ["ada"],
    }
    assert typed_metadata(shown, METADATA) == METADATA
    assert typed_metadata({**shown, "tenant": "other"}, METADATA) == {**METADATA, "tenant": "other"}
    assert untyped_problem(typed_url(profile, "https://ada:••••@other.example/chatkit")) is not None


def test_header_values_are_kept_for_who_asks_for_it(file: Path) -> None:
    made = kept(Profiles(file, HERE), "http://127.0.0.1:9/chatkit", headers=(SECRET,), remember=True)
    assert Profiles(file, HERE).get(made.id) == made


def test_the_file_is_for_its_owner_only(file: Path) -> None:
    kept(Profiles(file, HERE), "http://127.0.0.1:9/chatkit", headers=(SECRET,), remember=True)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_the_profile_used_last_comes_first_after_the_embedded_one(file: Path) -> None:
    profiles = Profiles(file, HERE)
    one, two = kept(profiles, "http://127.0.0.1:1/"), kept(profiles, "http://127.0.0.1:2/")
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
    made = kept(profiles, "http://127.0.0.1:9/chatkit")
    profiles.forget(made.id)
    assert Profiles(file, HERE).get(made.id) is None


def test_a_backend_that_has_never_answered_is_in_use_but_not_kept(file: Path) -> None:
    profiles = Profiles(file, HERE)
    mistyped = profiles.at("http://127.0.0.1:8O00/chatkit")
    assert profiles.get(mistyped.id) == mistyped
    assert profiles.at(mistyped.url) == mistyped
    assert [profile.id for profile in profiles] == [EMBEDDED]
    assert not file.exists()


def test_a_backend_is_kept_from_its_first_answer_on(file: Path) -> None:
    profiles = Profiles(file, HERE)
    made = profiles.at("http://127.0.0.1:9/chatkit")
    profiles.answered(made)
    assert profiles.get(made.id) == made
    assert list(Profiles(file, HERE)) == list(profiles)
    assert [profile.id for profile in profiles] == [EMBEDDED, made.id]


def test_a_new_address_of_a_kept_profile_counts_once_it_has_answered(file: Path) -> None:
    profiles = Profiles(file, HERE)
    made = kept(profiles, "http://127.0.0.1:9/chatkit")
    moved = profiles.put(replace(made, url="http://127.0.0.1:10/chatkit"))
    profiles.answered(made)  # an answer of the old address that comes late
    assert profiles.get(made.id) == moved
    assert Profiles(file, HERE).get(made.id) == made
    profiles.answered(moved)
    assert Profiles(file, HERE).get(made.id) == moved


def test_going_back_to_the_kept_address_ends_the_trial_of_another(file: Path) -> None:
    profiles = Profiles(file, HERE)
    made = kept(profiles, "http://127.0.0.1:9/chatkit")
    profiles.put(replace(made, url="http://127.0.0.1:10/chatkit"))
    profiles.put(made)
    assert profiles.get(made.id) == made


def test_a_lent_profile_is_never_kept(file: Path) -> None:
    profiles = Profiles(file, HERE)
    lent = profiles.lend(Profile("broken:one", "One", "http://127.0.0.1:8080/broken/one/chatkit"))
    profiles.answered(lent)
    assert profiles.get(lent.id) == lent
    assert not file.exists()


def test_cookies_stay_with_their_backend_until_the_reader_is_somebody_else(file: Path) -> None:
    profiles = Profiles(file, HERE)
    made = kept(profiles, "http://127.0.0.1:9/chatkit")
    request = httpx.Request("POST", made.url)
    made.cookies.take(request, 200, [(b"Set-Cookie", b"session=abcdefgh-12345678")])
    renamed = profiles.put(replace(made, name="Another name"))
    assert renamed.connection().cookies is made.cookies
    assert renamed.cookies.names == ("session",)
    assert b"abcdefgh" not in file.read_bytes()
    assert profiles.put(replace(made, headers=(SECRET,))).cookies.names == ()


def test_whether_turns_are_compared_with_the_store_is_kept(file: Path) -> None:
    made = kept(Profiles(file, HERE), "http://127.0.0.1:9/chatkit", compare=True)
    again = Profiles(file, HERE).get(made.id)
    assert again is not None
    assert again.compare
    assert not Profiles(file, HERE).embedded.compare
