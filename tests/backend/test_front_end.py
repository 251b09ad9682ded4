"""What a front end can send, and what a page around it is asked: each has a scenario that shows it came."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from chat.backend.offers import (
    DEFAULT_MODEL,
    HOST_OPTIONS,
    OFFERED_COMMANDS,
    OFFERED_ENTITIES,
    REAL_MODEL_OPTIONS,
    direct_upload,
)
from chat.backend.scenarios import SCENARIOS, scenario_for
from chat.backend.scenarios.every_component import COMPONENTS, asked_component
from chat.backend.script import Cue
from chat.host.options import read_options
from chat.host.options_settings import settings_of
from chat.protocol.vocabulary import WIDGET_COMPONENT_TYPES
from tests.backend.conftest import Embedded, Talk

Embed = Callable[..., Embedded]


def types_in(tree: Any) -> set[str]:
    """The types of all components of a widget's JSON."""
    if isinstance(tree, list):
        return {name for child in tree for name in types_in(child)}
    if not isinstance(tree, dict):
        return set()
    return ({tree["type"]} if "type" in tree else set()) | types_in(tree.get("children"))


async def test_every_component_that_there_is_is_shown(talk: Talk) -> None:
    await talk.say("Show me every component")

    widgets = [item["widget"] for item in talk.streamed() if item["type"] == "widget"]
    assert {name for tree in widgets for name in types_in(tree)} == WIDGET_COMPONENT_TYPES
    assert len(widgets) == len(COMPONENTS)


@pytest.mark.parametrize("name", COMPONENTS)
async def test_a_component_can_be_asked_for_alone(talk: Talk, name: str) -> None:
    await talk.say(f"show me the {name.lower()} component, please")

    widgets = [item["widget"] for item in talk.streamed() if item["type"] == "widget"]
    assert len(widgets) == 1
    assert name in types_in(widgets[0])
    assert asked_component("show me a component") is None


async def test_what_was_sent_is_told_back(embed: Embed, talk: Talk) -> None:
    embedded = embed()
    talk.server = embedded.server
    async with embedded.client() as client:
        uploaded = await client.post(
            "/chatkit/attachments", files={"file": ("a `note`.txt", b"lamp oil", "text/plain")}
        )
    await talk.say(
        "",
        content=[
            {"type": "input_text", "text": "Repeat what I sent"},
            {
                "type": "input_tag",
                "id": "entity_keeper",
                "text": "Margaret Ness",
                "group": "People",
                "data": {"from": "1901", "told": ["<b>"]},
                "interactive": True,
            },
        ],
        attachments=[uploaded.json()["id"]],
        quoted_text="the keeper must not sleep",
        inference_options={"tool_choice": {"id": "received"}, "model": "scripted-careful"},
    )

    told = talk.texts()[0]
    assert "**Text:** `Repeat what I sent@Margaret Ness`" in told
    assert "**Quoted:** `the keeper must not sleep`" in told
    assert '**Tag** `Margaret Ness`: id `entity_keeper`, of the group `People`, data `{"from": "1901", ' in told
    assert "It can be clicked." in told
    assert "**File** `a 'note'.txt`: `text/plain`, id `atc_" in told
    assert "**Tool:** `received`" in told
    assert "**Model:** `scripted-careful`" in told
    assert len(talk.texts()) == 1


async def test_of_the_model_that_is_sent_when_nobody_has_chosen_one_nothing_is_said(talk: Talk) -> None:
    await talk.say("hm", inference_options={"model": DEFAULT_MODEL})

    assert "You asked for" not in "".join(talk.texts())


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"tool_choice": {"id": "research"}}, "You asked for the tool `research`."),
        ({"model": "scripted-careful"}, "You asked for the model `scripted-careful`, whose part"),
        (
            {"tool_choice": {"id": "fly"}, "model": "m"},
            "the tool `fly`, which this assistant does not have, and the model `m`",
        ),
    ],
)
async def test_an_answer_says_which_tool_and_model_were_asked_for(talk: Talk, options: Any, said: str) -> None:
    await talk.say("hm", inference_options=options)

    assert said in talk.texts()[-1]


async def test_what_is_chosen_is_said_once_though_a_client_tool_comes_between(talk: Talk) -> None:
    await talk.say("Which time zone is my browser in?", inference_options={"model": "m"})
    await talk.stream("threads.add_client_tool_output", thread_id=talk.thread_id, result="Europe/Oslo")

    assert sum("You asked for" in text for text in talk.texts()) == 1


async def test_two_client_tools_of_one_turn_come_one_after_the_other(talk: Talk) -> None:
    await talk.say("Delete what is selected on my page")
    first = talk.streamed()[-1]
    await talk.stream("threads.add_client_tool_output", thread_id=talk.thread_id, result={"order": 1042})
    second = (await talk.items())[-1]
    assert (first["name"], second["name"]) == ("get_selected_order", "confirm_deletion")
    assert second["status"] == "pending"
    assert second["arguments"]["what"] == "{'order': 1042}"

    await talk.stream("threads.add_client_tool_output", thread_id=talk.thread_id, result="no")

    assert "answered `no`" in talk.texts()[-1]
    assert [item["status"] for item in await talk.items() if item["type"] == "client_tool_call"] == ["completed"] * 2


async def the_card(talk: Talk) -> dict[str, Any]:
    await talk.say("Show me every kind of action")
    card: dict[str, Any] = next(item for item in talk.streamed() if item["type"] == "widget")
    return card


def actions_in(tree: Any) -> list[dict[str, Any]]:
    """The actions of a widget's JSON."""
    if isinstance(tree, list):
        return [action for child in tree for action in actions_in(child)]
    if not isinstance(tree, dict):
        return []
    own = [tree[name] for name in ("onClickAction", "onChangeAction") if name in tree]
    return own + actions_in(tree.get("children"))


async def test_a_card_has_actions_of_every_kind_and_each_is_answered(talk: Talk) -> None:
    card = await the_card(talk)
    actions = actions_in(card["widget"])

    assert {action.get("loadingBehavior") for action in actions} >= {"auto", "self", "container", "none"}
    assert {action.get("handler") for action in actions} >= {"client", "server"}
    for action in actions:
        sent = {"type": action["type"], **({"payload": action["payload"]} if "payload" in action else {})}
        where = {"thread_id": talk.thread_id, "item_id": card["id"], "action": sent}
        if action.get("streaming") is False:
            updated = (await talk.ask("threads.sync_custom_action", **where))["updated_item"]["widget"]
            assert updated["children"][3]["value"] == "Counted without a stream: 1"
            continue
        before = len(talk.texts())
        await talk.stream("threads.custom_action", **where)
        assert len(talk.texts()) == before + 1
    assert any("Your page sent `action.page` on" in text for text in talk.texts())


async def test_an_action_of_the_page_itself_is_told_back(talk: Talk) -> None:
    await talk.say("hello")
    action = {"type": "page.refresh", "payload": {"rows": 3}}
    await talk.stream("threads.custom_action", thread_id=talk.thread_id, action=action)

    assert talk.texts()[-1] == 'Your page sent the action `page.refresh`, with `{"rows": 3}`. No widget sent it.'


async def test_sources_of_every_kind_with_all_that_they_can_say(talk: Talk) -> None:
    await talk.say("Cite every kind of source")

    part = talk.streamed()[-1]["content"][0]
    sources = [annotation["source"] for annotation in part["annotations"]]
    assert {source["type"] for source in sources} == {"url", "file", "entity"}
    keeper = next(source for source in sources if source.get("id") == "entity_keeper")
    assert (keeper["inline_label"], keeper["icon"], keeper.get("interactive", False)) == ("M. Ness", "profile", False)
    vane = next(source for source in sources if source.get("id") == "entity_skerry_vane")
    assert "inline_label" not in vane
    assert vane["interactive"] is True
    page = next(source for source in sources if source["type"] == "url")
    assert page["attribution"] == "Wikipedia"
    assert page["timestamp"] == "2026-03-02"
    indices = [annotation["index"] for annotation in part["annotations"]]
    assert len(set(indices)) == len(indices) - 1  # two at one place


async def test_images_of_every_type_and_shape(talk: Talk) -> None:
    await talk.say("Show me images of every kind")

    urls = [item["image"]["url"] for item in talk.streamed() if item["type"] == "generated_image"]
    assert [url.partition(";")[0] for url in urls] == [
        "data:image/png",
        "data:image/jpeg",
        "data:image/gif",
        "data:image/webp",
        "data:image/svg+xml",
    ]


async def test_workflows_with_no_time_some_time_words_and_an_open_one(talk: Talk) -> None:
    await talk.say("Show me workflows of every kind")

    workflows = [item["workflow"] for item in talk.streamed() if item["type"] == "workflow"]
    assert [workflow["summary"] for workflow in workflows] == [
        {"duration": 0},
        {"duration": 127},
        {"title": "Looked at the lamp", "icon": "lightbulb"},
        {"title": "Stays open"},
    ]
    assert [workflow.get("expanded", False) for workflow in workflows] == [False, False, False, True]


async def test_notices_of_every_level_and_effects(talk: Talk) -> None:
    await talk.say("Send every kind of notice and effect")

    assert [notice.level for notice in talk.state.notices] == ["info", "warning", "danger"]
    assert [(effect.name, dict(effect.data)) for effect in talk.state.effects] == [
        ("refresh", {}),
        ("show_order", {"order": 1042, "lines": [{"article": "lamp oil"}]}),
    ]


async def test_links_into_the_page_are_in_the_text_and_in_a_widget(talk: Talk) -> None:
    await talk.say("Show me links into my page")

    assert "(chatkit-link://order?id=1042&tab=history)" in talk.texts()[0]
    assert any("chatkit-link://" in str(item) for item in talk.streamed() if item["type"] == "widget")


async def test_a_closed_thread_takes_no_more(talk: Talk) -> None:
    await talk.say("Close this thread")
    assert talk.state.status == "closed"

    await talk.say("Still there?")

    assert talk.state.errors[-1].message == talk.state.status_reason


async def test_a_file_can_be_sent_as_a_form(embed: Embed) -> None:
    path = httpx.URL(direct_upload("http://127.0.0.1:8080/chatkit/")["api"]["uploadStrategy"]["uploadUrl"]).path
    async with embed().client() as client:
        answer = await client.post(path, files={"file": ("a.txt", b"lamp oil", "text/plain")})

    assert answer.status_code == 200
    assert answer.json()["name"] == "a.txt"
    assert "upload_descriptor" not in answer.json()


def test_what_the_host_offers_is_as_declared_and_there() -> None:
    assert not read_options(json.dumps(HOST_OPTIONS)).problems
    settings = settings_of(HOST_OPTIONS)
    assert settings.dictation
    assert [model.id for model in settings.models if model.default] == ["scripted"]
    for tool in settings.tools:
        scenario = scenario_for(Cue(text="anything", wanted=tool.id))
        assert scenario.name == tool.id or tool.id in [each.name for each in scenario.tools]
    assert {entity["id"] for entity in OFFERED_ENTITIES} == {"entity_cape_tarn", "entity_skerry_vane", "entity_keeper"}
    for command in OFFERED_COMMANDS:
        assert command["description"] in [scenario.prompt for scenario in SCENARIOS]


def test_where_a_real_model_answers_the_host_offers_what_it_has_and_speaks_of_no_script() -> None:
    assert not read_options(json.dumps(REAL_MODEL_OPTIONS)).problems
    settings = settings_of(REAL_MODEL_OPTIONS)
    assert not settings.models
    assert not settings.dictation
    tools = {tool.name for scenario in SCENARIOS for tool in scenario.tools}
    assert [tool.id for tool in settings.tools] == ["research"]
    assert {tool.id for tool in settings.tools} <= tools
    assert "script" not in json.dumps(REAL_MODEL_OPTIONS).lower()
