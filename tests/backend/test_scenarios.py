"""Every scenario, through the server, held against the rules a stream must keep."""

from __future__ import annotations

import base64
from collections import Counter
from io import BytesIO
from typing import Any

import pytest
from chatkit.types import ThreadStreamEvent
from PIL import Image, ImageChops, ImageStat
from pydantic import TypeAdapter

from chat.backend.offers import START_PROMPTS, ScenarioOffer
from chat.backend.scenarios import SCENARIOS
from chat.backend.scenarios.chronicle import chronicle, chronicle_of_size
from chat.backend.scenarios.image import lighthouse, previews
from chat.backend.script import Scenario
from chat.rendering.icons import icon
from tests.backend.conftest import Talk

_EVENT: TypeAdapter[Any] = TypeAdapter(ThreadStreamEvent)
_FAILING = {"failure", "crash"}

every_scenario = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)


async def events_of(talk: Talk, scenario: Scenario) -> list[dict[str, Any]]:
    prompt = "Write 20 kB" if scenario.name == "sized_answer" else scenario.prompt
    return [event.json for event in await talk.say(prompt)]


@every_scenario
async def test_a_stream_keeps_the_rules(talk: Talk, scenario: Scenario) -> None:
    events = await events_of(talk, scenario)
    thread_id = events[0]["thread"]["id"]

    # It opens like this, and there is no second thread or user message.
    assert [event["type"] for event in events[:3]] == ["thread.created", "thread.item.done", "stream_options"]
    assert events[1]["item"]["type"] == "user_message"
    assert Counter(event["type"] for event in events)["thread.created"] == 1

    added: list[str] = []
    done: list[str] = []
    text: dict[tuple[str, int], str] = {}
    for event in events:
        _EVENT.validate_python(event)
        match event["type"]:
            case "thread.item.added":
                assert event["item"]["id"] not in added + done
                added.append(event["item"]["id"])
            case "thread.item.updated":
                assert event["item_id"] in added, "an update before its item"
                assert event["item_id"] not in done, "an update after the end"
                update = event["update"]
                if update["type"] == "assistant_message.content_part.text_delta":
                    place = (event["item_id"], update["content_index"])
                    text[place] = text.get(place, "") + update["delta"]
                elif update["type"] == "assistant_message.content_part.done":
                    assert update["content"]["text"] == text[event["item_id"], update["content_index"]]
            case "thread.item.done":
                item = event["item"]
                assert item["id"] not in done, "done twice"
                done.append(item["id"])
                if item["type"] == "assistant_message":
                    for index, part in enumerate(item["content"]):
                        assert part["text"] == text[item["id"], index]
            case "thread.updated" | "thread.created":
                assert event["thread"]["id"] == thread_id
                assert event["thread"]["items"]["data"] == []
        if item := event.get("item"):
            assert item["thread_id"] == thread_id
            assert "hidden" not in item["type"]
            assert "__fake_id__" not in item["id"]
    assert set(added) <= set(done), "an item that is never done"
    after_error = (
        [event["type"] for event in events][[e["type"] for e in events].index("error") :]
        if any(event["type"] == "error" for event in events)
        else []
    )
    assert set(after_error) <= {"error", "thread.updated"}
    assert bool(after_error) == (scenario.name in _FAILING)
    assert len(done) > 1 or after_error, "no answer"


@every_scenario
async def test_what_is_stored_is_what_was_streamed(talk: Talk, scenario: Scenario) -> None:
    await events_of(talk, scenario)

    assert talk.streamed() == await talk.items()
    assert [item.status for item in talk.state.visible_items()] == ["done"] * len(talk.state.visible_items())


@every_scenario
async def test_a_second_turn_uses_no_id_again(talk: Talk, scenario: Scenario) -> None:
    if scenario.name in ("locked", "closed"):
        pytest.skip("takes no second message")
    await events_of(talk, scenario)
    await events_of(talk, scenario)

    ids = [item["id"] for item in await talk.items()]
    assert len(ids) == len(set(ids))
    assert talk.streamed() == await talk.items()


@every_scenario
async def test_the_first_turn_names_the_thread(talk: Talk, scenario: Scenario) -> None:
    await events_of(talk, scenario)

    assert talk.state.title == scenario.title
    assert (await talk.ask("threads.list"))["data"][0]["title"] == scenario.title


@every_scenario
async def test_no_widget_has_components_the_sdk_does_not_know(talk: Talk, scenario: Scenario) -> None:
    await events_of(talk, scenario)
    page = await talk.server.store.load_thread_items(talk.thread_id or "", None, 50, "asc", talk.context)

    def check(component: Any) -> None:
        if component.type == "Table":  # of the widget's own declarations alone
            return
        if component.type == "Basic":  # the SDK types nothing below it
            return
        assert "Dynamic" not in type(component).__name__, component
        children = getattr(component, "children", None) or []
        for child in children if isinstance(children, list) else [children]:
            check(child)

    for item in page.data:
        if item.type == "widget":
            check(item.widget)


def test_the_start_screen_offers_what_the_scenarios_say() -> None:
    offered = [one for one in SCENARIOS if one.on_start_screen]
    assert list(START_PROMPTS) == [ScenarioOffer(one.label, one.prompt, one.icon) for one in offered]


def test_every_start_prompt_has_an_icon_and_texts_of_its_own() -> None:
    assert len(START_PROMPTS) == 15
    assert len({prompt.label for prompt in START_PROMPTS}) == len({prompt.prompt for prompt in START_PROMPTS}) == 15
    for prompt in START_PROMPTS:
        assert "<path" in str(icon(prompt.icon)) or "<circle" in str(icon(prompt.icon))


async def test_the_workflow_has_tasks_of_every_kind_and_a_summary(talk: Talk) -> None:
    await talk.say("Think hard: why can a small lamp be seen twenty miles away?")

    workflow = talk.streamed()[1]["workflow"]
    assert workflow["type"] == "reasoning"
    assert [task["type"] for task in workflow["tasks"]] == [
        "thought",
        "web_search",
        "file",
        "custom",
        "image",
        "thought",
    ]
    assert all(task["status_indicator"] in ("none", "complete") for task in workflow["tasks"])
    assert len(workflow["tasks"][1]["sources"]) == 3
    assert workflow["summary"] == {"duration": 0}


async def test_tasks_are_seen_under_way_before_they_are_complete(talk: Talk) -> None:
    events = await talk.say("Think hard: why can a small lamp be seen twenty miles away?")

    searches = [
        (event.json["update"]["type"], event.json["update"]["task"]["status_indicator"])
        for event in events
        if event.type == "thread.item.updated" and event.json["update"].get("task", {}).get("type") == "web_search"
    ]
    assert searches == [("workflow.task.added", "loading"), ("workflow.task.updated", "complete")]


async def test_citations_are_there_again_when_the_message_is_done(talk: Talk) -> None:
    events = await talk.say("Who invented the lighthouse lens? Give me your sources")

    added = [e.json["update"] for e in events if e.type == "thread.item.updated" and "annotation" in e.json["update"]]
    final = talk.streamed()[-1]["content"][0]
    assert [update["annotation_index"] for update in added] == [0, 1, 2, 3, 4]
    assert [update["annotation"] for update in added] == final["annotations"]
    assert Counter(a["source"]["type"] for a in final["annotations"]) == {"url": 2, "file": 2, "entity": 1}
    for annotation in final["annotations"]:
        assert final["text"][: annotation["index"]].endswith(
            ("in 1822.", "the day.", "with reflectors", "*Cape Tarn*", "a reading lamp.")
        )


async def test_a_picture_comes_out_sharper_and_sharper(talk: Talk) -> None:
    events = await talk.say("Draw me a lighthouse at dusk")

    updates = [e.json["update"] for e in events if e.type == "thread.item.updated" and "image" in e.json["update"]]
    assert [update["progress"] for update in updates] == [0.25, 0.5, 0.75]
    final = talk.streamed()[1]["image"]["url"]
    pictures = [decoded(update["image"]["url"]) for update in updates] + [decoded(final)]
    assert {picture.size for picture in pictures} == {(960, 640)}
    finest = pictures[-1]
    distances = [distance(picture, finest) for picture in pictures]
    assert distances == sorted(distances, reverse=True)
    assert distances[-1] == 0


def decoded(url: str) -> Image.Image:
    kind, data = url.split(",", 1)
    assert kind == "data:image/jpeg;base64"
    return Image.open(BytesIO(base64.b64decode(data))).convert("L")


def distance(one: Image.Image, other: Image.Image) -> float:
    return ImageStat.Stat(ImageChops.difference(one, other)).sum[0]


def test_pictures_are_drawn_once() -> None:
    assert lighthouse() is lighthouse()
    assert previews() is previews()


async def test_text_in_a_widget_grows_by_deltas(talk: Talk) -> None:
    events = await talk.say("Summarise the last meeting in a card")

    deltas = [e.json["update"] for e in events if e.type == "thread.item.updated" and "delta" in e.json["update"]]
    grown = "".join(d["delta"] for d in deltas if d.get("component_id") == "summary")
    components = {child.get("id"): child for child in talk.streamed()[1]["widget"]["children"]}
    assert components["summary"]["value"] == grown != ""
    assert components["summary"]["streaming"] is False


async def test_rows_of_a_list_change_one_by_one(talk: Talk) -> None:
    events = await talk.say("What is the team working on?")

    changed = [
        e.json["update"]["component_id"]
        for e in events
        if e.type == "thread.item.updated" and e.json["update"]["type"] == "widget.component.updated"
    ]
    assert changed == ["task-guide", "task-dates", "task-pricing", "task-backup", "task-support"]


async def test_effects_notices_and_progress_are_events_of_their_own(talk: Talk) -> None:
    await talk.say("Highlight order 1042 on my page")
    await talk.say("Is there anything I should know?")
    progress = await talk.say("Check the stock against the open orders")

    assert [effect.name for effect in talk.state.effects] == ["highlight"]
    assert [notice.level for notice in talk.state.notices] == ["info", "warning"]
    assert next(e.json["text"] for e in progress if e.type == "progress_update") == "Reading 3 warehouses…"
    assert "task" in {item["type"] for item in talk.streamed()}


def test_a_chronicle_is_long_varied_and_always_the_same() -> None:
    text = chronicle(3000)

    assert 3000 <= len(text.split()) < 3500
    assert text == chronicle(3000)
    sentences = [sentence for sentence in text.replace("\n", " ").split(". ") if len(sentence) > 40]
    assert len(set(sentences)) > 0.85 * len(sentences)
    assert "{" not in text


@pytest.mark.parametrize("size", [1, 999, 20_000, 400_000])
def test_a_chronicle_has_the_size_that_was_asked(size: int) -> None:
    assert len(chronicle_of_size(size).encode()) == size


@pytest.mark.parametrize(
    ("prompt", "size"), [("Write 20 kB", 20_000), ("long answer of 30 kB", 30_000), ("0.05 MB please", 50_000)]
)
async def test_an_answer_has_the_size_that_was_asked(talk: Talk, prompt: str, size: int) -> None:
    await talk.say(prompt)

    assert len(talk.texts()[0].encode()) == size


async def test_a_text_nobody_understands_gets_a_list_of_what_there_is(talk: Talk) -> None:
    await talk.say("colourless green `ideas` <b>sleep</b>")

    assert "scripted assistant" in talk.texts()[0]
    assert "`colourless green 'ideas' <b>sleep</b>`" in talk.texts()[0]
    assert all(prompt.prompt in talk.texts()[0] for prompt in START_PROMPTS)
    assert talk.state.title == "Colourless green `ideas` <b>sleep</b>"


async def test_tags_quotes_and_attachments_are_understood(talk: Talk) -> None:
    await talk.say(
        "hm",
        content=[
            {"type": "input_text", "text": "hm "},
            {"type": "input_tag", "id": "t1", "text": "Cape Tarn", "data": {"built": 1871}, "group": "lights"},
        ],
        quoted_text="the keeper must not sleep",
    )

    assert "`hm @Cape Tarn`" in talk.texts()[0]
    assert "You quoted `the keeper must not sleep`" in talk.texts()[0]


async def test_the_tool_chosen_in_the_composer_is_used(talk: Talk) -> None:
    await talk.say("anything", inference_options={"tool_choice": {"id": "post_notice"}})

    assert len(talk.state.notices) == 2
