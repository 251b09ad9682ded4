"""What the command line and a Python profile say of a connection, as the page has it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from chat.errors import BadProfile
from chat.ui.host_parts import HostParts
from chat.ui.profiles import Profile, Profiles
from chat.ui.starting import first_connection


@dataclass(frozen=True)
class Asked:
    """The command line, with a profile that says all of it."""

    profile: Path
    backend: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    config: Path | None = None


@pytest.fixture
def profiles(tmp_path: Path) -> Profiles:
    return Profiles(tmp_path / "profiles.json", "http://127.0.0.1:1/chatkit")


def begun(source: str, profiles: Profiles, folder: Path) -> tuple[Profile, HostParts]:
    path = folder / "shop.py"
    path.write_text(f"url = 'http://127.0.0.1:2/chatkit'\n{source}", "utf-8")
    hosts = HostParts(profiles.get)
    found = profiles.get(first_connection(Asked(path), profiles, hosts, {}))
    assert found is not None
    return found, hosts


def test_a_profile_names_its_backend_and_says_how_requests_look(profiles: Profiles, tmp_path: Path) -> None:
    profile, hosts = begun("name, as_widget, locale = 'Shop', True, 'de-DE'\n", profiles, tmp_path)
    assert profile.name == "Shop"
    connection = hosts.connection(profile)
    assert (connection.as_widget, connection.locale) == (True, "de-DE")
    assert hosts.connection(replace(profile, locale="fr")).locale == "fr", "what the reader has chosen stands over it"


async def test_of_what_passes_the_relay_only_headers_are_worked_out(profiles: Profiles, tmp_path: Path) -> None:
    functions = (
        "def headers(request): return {'Authorization': 'Bearer minted-4711'}\ndef metadata(request): return 1 / 0\n"
    )
    profile, hosts = begun(functions, profiles, tmp_path)
    relayed = await hosts.relayed(profile).for_request("threads.list", {})
    assert dict(relayed.added.headers) == {"Authorization": "Bearer minted-4711"}
    assert "4711" not in hosts.connection(profile).secrets.text("minted-4711"), "its secrets are the connection's"
    with pytest.raises(BadProfile):
        await hosts.connection(profile).for_request("threads.list", {})


def test_without_these_names_it_is_as_it_was(profiles: Profiles, tmp_path: Path) -> None:
    profile, hosts = begun("greeting = 'Hi'\n", profiles, tmp_path)
    assert profile.name == "127.0.0.1:2/chatkit"
    connection = hosts.connection(profile)
    assert (connection.as_widget, connection.locale) == (False, "en")
