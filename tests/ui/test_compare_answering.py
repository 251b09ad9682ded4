"""What the official widget asks of its page goes to the host, in the words of the widget's declarations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from chat.host.profile_file import ProfileFile
from chat.host.profile_host import ProfileHost
from chat.ui.compare.answering import Given, answer, answered, options_for

PROFILE = """
entities = [{"id": "u1", "title": "Ada", "group": "People", "data": {"role": "analyst"}}]
commands = [
    {"id": "hi", "label": "Say hi", "text": "Hi!"},
    {"id": "who", "label": "Who", "entity": {"id": "u1", "title": "Ada"}},
    {"id": "more", "label": "More", "menu": [{"id": "hi", "label": "Say hi"}]},
]
def on_client_tool(name, params):
    if name == "mine": return {"got": params}
    if name == "broken": return {}["nothing"]
def on_action(action, item):
    if action["type"] == "forward": return {"type": "on", "payload": {"of": item["id"]}}
def preview_entity(entity): return {"type": "Card", "children": [], "id": entity.data["role"]}
"""


@pytest.fixture
def host(tmp_path: Path) -> ProfileHost:
    path = tmp_path / "mine.py"
    path.write_text(PROFILE, "utf-8")
    file = ProfileFile(path)
    file.load()
    return ProfileHost(file=file)


ASKED: list[tuple[str, Any, Given]] = [
    ("onClientTool", {"name": "mine", "params": {"a": 1}}, Given(True, {"got": {"a": 1}})),
    ("onClientTool", {"name": "another", "params": {}}, Given(False)),
    ("widgets.onAction", {"action": {"type": "local"}, "item": {"id": "w1"}}, Given(True)),
    (
        "widgets.onAction",
        {"action": {"type": "forward"}, "item": {"id": "w1"}},
        Given(True, None, ("sendCustomAction", ({"type": "on", "payload": {"of": "w1"}}, "w1"))),
    ),
    (
        "entities.onTagSearch",
        {"query": "ad"},
        Given(True, [{"id": "u1", "title": "Ada", "group": "People", "data": {"role": "analyst"}}]),
    ),
    (
        "entities.onRequestPreview",
        {"id": "u1", "title": "Ada", "data": {"role": "analyst"}},
        Given(True, {"preview": {"type": "Card", "children": [], "id": "analyst"}}),
    ),
    ("commands.onSearch", {"query": "say"}, Given(True, [{"id": "hi", "label": "Say hi"}])),
    ("commands.onSelect", {"id": "hi", "label": "Say hi"}, Given(True, None, ("setComposerValue", ({"text": "Hi!"},)))),
    ("commands.onSelect", {"id": "who", "label": "Who"}, Given(True, {"entity": {"id": "u1", "title": "Ada"}})),
    ("commands.onSelect", {"id": "more", "label": "More"}, Given(True, {"menu": [{"id": "hi", "label": "Say hi"}]})),
    ("something.else", {}, Given(False)),
]


@pytest.mark.parametrize(("name", "value", "given"), ASKED, ids=lambda value: value if isinstance(value, str) else "")
async def test_the_host_answers_the_functions_of_the_widgets_page(
    name: str, value: Any, given: Given, host: ProfileHost
) -> None:
    assert await answer(host, name, value) == given


async def test_a_function_that_fails_is_told_with_its_line_and_the_person_is_asked(host: ProfileHost) -> None:
    found = await answer(host, "onClientTool", {"name": "broken", "params": {}})
    assert not found.handled
    assert found.words.startswith("on_client_tool of your profile failed (line 10): KeyError")


async def test_what_is_no_entity_is_said_and_answered_with_nothing(host: ProfileHost) -> None:
    found = await answer(host, "entities.onRequestPreview", 3)
    assert (found.handled, found.value) == (True, None)
    assert "expected" in found.words


def test_menus_are_there_for_which_somebody_answers_unless_the_options_forbid_them(host: ProfileHost) -> None:
    nobody = ProfileHost()
    assert answered(nobody.settings) == ["widgets.onAction"]
    assert options_for({"locale": "de"}, nobody.settings) == {"locale": "de"}
    assert "entities.onTagSearch" in answered(host.settings)
    assert options_for({}, host.settings) == {"commands": {"enabled": True}}
    assert options_for({"commands": {"enabled": False}}, host.settings) == {"commands": {"enabled": False}}
