"""The sessions of the relay that a workbench opens for its profiles."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from chat.errors import BadConnection
from chat.relay.registry import Relay
from chat.ui.profiles import Profiles
from chat.ui.workbench import Workbench

URL = "http://127.0.0.1:9/chatkit"


@pytest.fixture
def workbench(tmp_path: Path) -> Workbench:
    profiles = Profiles(tmp_path / "profiles.json", "http://127.0.0.1:8080/chatkit")
    relay = Relay("http://127.0.0.1:8081", "http://127.0.0.1:8080", ("/chatkit", "/broken"))
    return Workbench(profiles, profiles.embedded.id, relay=relay, stage="http://127.0.0.1:8081")


def test_a_backend_has_one_address_however_often_it_is_asked_for(workbench: Workbench) -> None:
    profile = workbench.profiles.at(URL)
    session = workbench.watch(profile)
    assert workbench.watch(profile) is session
    assert workbench.watch(workbench.profiles.embedded) is not session
    assert workbench.relay.address_of(session) == f"http://127.0.0.1:8081/relay/{session.key}/chatkit"
    assert workbench.watched(session.key) == (session, profile)
    assert workbench.watched("guessed") is None


def test_other_credentials_go_out_at_once_and_the_address_stays(workbench: Workbench) -> None:
    profile = workbench.profiles.at(URL, (("Authorization", "Bearer the-first"),))
    session = workbench.watch(profile)
    front_end = session.of_front_end((("chatkit-frame-instance-id", "one"),))
    changed = workbench.profiles.put(replace(profile, headers=(("Authorization", "Bearer the-second"),)))
    workbench.credentials_are(changed)
    assert front_end.connection_of(()).headers == (("Authorization", "Bearer the-second"),)
    assert workbench.watch(changed) is session


def test_another_address_of_a_profile_is_another_session(workbench: Workbench) -> None:
    profile = workbench.profiles.at(URL)
    session = workbench.watch(profile)
    assert workbench.watch(replace(profile, url="http://127.0.0.1:10/chatkit")) is not session


def test_what_may_not_be_relayed_to_is_refused(workbench: Workbench) -> None:
    for url in ("http://169.254.169.254/chatkit", "http://127.0.0.1:8081/chatkit", "http://127.0.0.1:8080/"):
        with pytest.raises(BadConnection):
            workbench.watch(workbench.profiles.at(url))
