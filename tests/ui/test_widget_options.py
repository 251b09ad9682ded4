"""The options of the widget, as they were typed for each profile, over a restart."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chat.host.profile_values import Supplied
from chat.ui.host_parts import HostParts
from chat.ui.profiles import Profiles
from chat.ui.widget_options import WidgetOptions
from chat.ui.workbench import Workbench


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "widget-options.json"


def test_they_are_kept_as_they_were_typed_by_profile(path: Path) -> None:
    options = WidgetOptions(path)
    assert options.text("p1") == ""
    options.keep("p1", '{\n  "theme": "dark"\n}')
    options.keep("p2", '{"startscreen": 1}')
    again = WidgetOptions(path)
    assert again.text("p1") == '{\n  "theme": "dark"\n}'
    assert again.text("p2") == '{"startscreen": 1}', "wrong ones as well: they are still to be mended"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_what_has_the_shape_of_a_secret_does_not_reach_the_file(path: Path) -> None:
    secret = "sk-proj-0123456789abcdefghij"
    options = WidgetOptions(path)
    options.keep("p1", json.dumps({"frameTitle": secret}))
    assert secret not in path.read_text("utf-8")
    assert secret in options.text("p1"), "until the workbench ends it is as it was typed"


@pytest.mark.parametrize("damage", ["", "[]", '{"options": 3}', "{"])
def test_a_damaged_file_is_kept_aside(damage: str, path: Path) -> None:
    path.write_text(damage, "utf-8")
    options = WidgetOptions(path)
    assert options.text("p1") == ""
    assert path.with_suffix(".damaged.json").read_text("utf-8") == damage
    options.keep("p1", "{}")
    assert WidgetOptions(path).text("p1") == "{}"


def test_what_cannot_be_written_is_known_all_the_same(tmp_path: Path) -> None:
    options = WidgetOptions(tmp_path / "no folder" / "widget-options.json")
    with pytest.raises(OSError, match="No such file"):
        options.keep("p1", "{}")
    assert options.text("p1") == "{}"


def test_who_answers_for_a_profile_has_the_options_that_were_typed_for_it(path: Path, tmp_path: Path) -> None:
    profiles = Profiles(tmp_path / "profiles.json", "http://127.0.0.1:8080/chatkit")
    workbench = Workbench(profiles, profiles.embedded.id, hosts=HostParts(profiles.get, WidgetOptions(path)))
    host = workbench.host_of(profiles.embedded)
    assert host.settings.greeting == ""
    heard = []
    end = host.on_change(lambda: heard.append(host.settings.greeting))
    workbench.hosts.options.keep("embedded", '{"startScreen": {"greeting": "Hello"}}')
    workbench.hosts.options.keep("another", '{"startScreen": {"greeting": "Not yours"}}')
    assert heard == ["Hello"]
    end()
    workbench.hosts.options.keep("embedded", "{")
    assert heard == ["Hello"]
    assert host.settings.greeting == "", "what is no JSON says nothing"


async def test_images_of_the_domains_that_a_profile_names_are_loaded_at_once(tmp_path: Path) -> None:
    profiles = Profiles(tmp_path / "profiles.json", "http://127.0.0.1:8080/chatkit")
    hosts = HostParts(profiles.get)
    hosts.give("embedded", otherwise=Supplied(image_domains=("cdn.example.com",)))
    workbench = Workbench(profiles, profiles.embedded.id, hosts=hosts)
    assert "https://cdn.example.com" in workbench.image_origins(), "the page may load them"
    conversation = workbench.new_conversation(profiles.embedded)
    assert "https://cdn.example.com" in conversation.render_context().allowed_image_origins, "and they are drawn"
    other = workbench.new_conversation(profiles.create("http://127.0.0.1:9/chatkit"))
    assert "https://cdn.example.com" not in other.render_context().allowed_image_origins, "of that connection only"
