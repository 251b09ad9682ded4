"""Every item type, as the browser gets it."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any, get_args

import pytest
from chatkit.types import ThreadItem

from chat.protocol.state import ItemState
from chat.rendering import RenderContext, render_error, render_item, render_notice, render_slot
from chat.rendering.items.registry import ITEMS
from tests.rendering import specimens
from tests.rendering.specimens import state

CONTEXT = RenderContext(thread_id="thr_1")
SHOWN = dict(specimens.items())


def html(name: str, context: RenderContext = CONTEXT) -> str:
    return render_item(SHOWN[name], context)


def words(markup: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", markup)).split())


def actions(markup: str) -> list[dict[str, Any]]:
    return [json.loads(unescape(found)) for found in re.findall(r'data-action="([^"]*)"', markup)]


def test_every_item_type_of_the_protocol_has_a_renderer() -> None:
    union = get_args(ThreadItem)[0]
    types = {member.model_fields["type"].default for member in get_args(union)}
    assert len(types) == 11
    assert types == set(ITEMS)


@pytest.mark.parametrize("item_type", ["end_of_turn", "hidden_context_item", "sdk_hidden_context"])
def test_what_must_not_show_draws_nothing(item_type: str) -> None:
    assert render_item(state({"type": item_type, "content": "secret"}), CONTEXT) == ""
    assert render_slot(state({"type": item_type, "content": "secret"}), "tasks", CONTEXT) == ""


def test_the_users_text_is_no_markdown() -> None:
    shown = html("user message")
    assert "Is this *really* so?\n  Ask" in shown
    assert "&lt;b&gt;please&lt;/b&gt;" in shown
    assert "Priya" in shown
    assert "user-quote" in shown
    assert "trace.jsonl" in shown
    assert "files.example.net" not in shown  # an image from outside is a chip


def test_an_answer_has_a_holder_for_each_part_and_a_slot_for_its_sources() -> None:
    answer = state(
        {
            "type": "assistant_message",
            "content": [
                {"type": "output_text", "text": "one", "annotations": []},
                {"type": "output_text", "text": "two", "annotations": []},
            ],
        }
    )
    shown = render_item(answer, CONTEXT)
    assert '<div class="markdown" data-part="0"><p>one</p>' in shown
    assert '<div class="markdown" data-part="1"><p>two</p>' in shown
    assert 'data-slot="sources-0"' in shown
    assert 'data-slot="sources-1"' in shown


def test_the_holders_are_empty_while_the_answer_streams() -> None:
    answer = state(
        {"type": "assistant_message", "content": [{"type": "output_text", "text": "one", "annotations": []}]},
        "streaming",
    )
    assert '<div class="markdown" data-part="0"></div>' in render_item(answer, CONTEXT)


def test_sources_are_listed_once_and_cited_where_they_belong() -> None:
    shown = html("assistant message, cited")
    assert 'UTF-8.<sup class="cite" data-source="1"><a href="https://html.spec.whatwg.org/' in shown
    assert "4 sources" in words(shown)
    assert shown.count('class="source source-url"') == 2
    assert shown.count('class="source source-file"') == 1
    assert shown.count('class="source source-entity"') == 1
    assert 'href="https://html.spec.whatwg.org/multipage/server-sent-events.html"' in shown
    assert render_slot(SHOWN["assistant message, cited"], "sources-0", CONTEXT) in shown


def test_a_citation_opens_its_source_or_tells_of_it_and_an_entity_goes_by_its_own_label() -> None:
    sources = [
        {"type": "url", "title": "Docs", "url": "https://docs.example/a"},
        {"type": "url", "title": "Evil", "url": "javascript:alert(1)"},
        {"type": "file", "title": "Notes", "filename": "notes.md"},
        {
            "type": "entity",
            "id": "p1",
            "title": "Priya",
            "inline_label": "@priya",
            "interactive": True,
            "data": {"a": "b"},
        },
        {"type": "entity", "id": "p2", "title": "Tom", "icon": "user"},
    ]
    notes = [{"type": "annotation", "index": 2, "source": source} for source in sources]
    part = {"type": "output_text", "text": "So it is.", "annotations": notes}
    shown = render_item(state({"type": "assistant_message", "content": [part]}), CONTEXT)
    marks = re.findall(r'<sup class="(cite[^"]*)" data-source="(\d)"><(\w+)', shown)
    assert marks == [
        ("cite", "1", "a"),
        ("cite", "2", "button"),
        ("cite", "3", "button"),
        ("cite is-entity is-interactive", "4", "button"),
        ("cite is-entity", "5", "button"),
    ]
    assert ">@priya</button>" in shown
    assert '<svg class="icon" width="12"' in shown.split('data-source="5"')[1]
    told = [one for one in actions(shown) if one["do"] == "entity-click"]
    assert told[0]["entity"] == {"id": "p1", "title": "Priya", "data": {"a": "b"}, "interactive": True}
    assert re.findall('href="([^"]*)"', shown) == ["https://docs.example/a"] * 2


def test_a_workflow_folds_and_lists_its_tasks() -> None:
    shown = html("workflow, expanded")
    assert "<details" in shown
    assert re.search(r'<details class="workflow" open>', shown)
    for kind in ("custom", "web_search", "thought", "file", "image"):
        assert f'data-task="{kind}"' in shown
    assert "Looked into the stalled stream" in shown
    assert "Unknown task" in shown
    assert "quantum" in shown


def test_reasoning_says_how_long_it_took() -> None:
    shown = html("workflow, reasoning")
    assert "Thought for 3 s" in words(shown)
    assert "open" not in shown.split("<summary")[0]


def test_what_took_no_time_is_said_in_words_and_what_was_cut_off_stands_still() -> None:
    loading = {"type": "custom", "title": "Loading", "status_indicator": "loading"}
    flow = {"type": "reasoning", "tasks": [loading]}
    at_once = render_item(state({"type": "workflow", "workflow": {**flow, "summary": {"duration": 0}}}), CONTEXT)
    assert "Thought for less than a second" in words(at_once)
    cut = render_item(state({"type": "workflow", "workflow": {**flow, "type": "custom"}}), CONTEXT)
    assert "Worked for a while" in words(cut)
    assert words(cut).endswith("Done")
    assert 'class="spin"' not in cut
    assert 'class="spin"' in render_item(state({"type": "workflow", "workflow": flow}, "streaming"), CONTEXT)


def test_a_running_workflow_shows_its_last_task_and_the_slot_holds_it_all() -> None:
    running = SHOWN["workflow, running"]
    assert "Checking the headers" in words(html("workflow, running").split("</summary>")[0])
    assert html("workflow, running") == f'<div data-slot="tasks">{render_slot(running, "tasks", CONTEXT)}</div>'


def test_a_pending_tool_call_can_be_answered_and_a_completed_one_not() -> None:
    pending = html("client tool call, pending")
    assert 'name="output"' in pending
    assert {"do": "tool-output"} in actions(pending)
    completed = html("client tool call, completed")
    assert "<form" not in completed
    assert "nodes" in completed


def test_questions_can_be_answered_or_skipped() -> None:
    shown = html("structured input, pending")
    assert shown.count('type="checkbox" name="q1"') == 4  # three options and an answer of one's own
    assert shown.count('type="radio" name="q2"') == 4
    assert '<textarea name="q3"' in shown
    assert actions(shown) == [{"do": "structured-input", "skip": True}, {"do": "structured-input"}]


def test_answered_questions_show_their_answers() -> None:
    shown = html("structured input, answered")
    assert "<form" not in shown
    assert "Our demo laptop" in shown
    assert "Skipped" in shown


def test_a_generated_image_keeps_its_place_from_the_beginning() -> None:
    for name in ("none yet", "preview", "external"):
        assert "image-box" in html(f"generated image, {name}")
    assert "width:50%" in html("generated image, preview")
    assert "is-running" not in html("generated image")
    assert "<img" in html("generated image")


def test_a_generated_image_has_its_own_proportions_and_may_be_an_svg() -> None:
    wide = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 300 100'></svg>"
    shown = render_item(state({"type": "generated_image", "image": {"id": "i", "url": wide}}), CONTEXT)
    assert "--ratio:3.0000" in shown
    assert ' width="300" height="100"' in shown
    assert "--ratio:1.3333" in html("generated image, preview")


def test_an_image_from_outside_waits_for_the_reader() -> None:
    shown = html("generated image, external")
    assert "<img" not in shown
    assert actions(shown) == [{"do": "show-image", "url": "https://img.example.net/1.png"}]
    allowed = RenderContext(allowed_image_origins=("img.example.net",))
    assert "<img" in html("generated image, external", allowed)
    wanted = RenderContext(shown_images=frozenset({"https://img.example.net/1.png"}))
    assert "<img" in html("generated image, external", wanted)


def test_unknown_and_invalid_items_show_their_json_with_a_label() -> None:
    shown = html("unknown item")
    assert "Unknown item type hologram" in words(shown)
    assert "beams" in shown
    assert "does not fit the protocol" in html("invalid item")


def test_unknown_pieces_are_shown_beside_what_is_understood() -> None:
    note = {"type": "annotation", "index": None, "source": {"type": "rumour", "title": "x"}}
    shown = render_item(
        state(
            {
                "type": "assistant_message",
                "content": [
                    {"type": "output_text", "text": "known", "annotations": [note]},
                    {"type": "output_smell", "smell": "rose"},
                ],
            }
        ),
        CONTEXT,
    )
    assert "<p>known</p>" in shown
    assert "rumour" in shown
    assert "output_smell" in shown


def test_nothing_can_be_pressed_where_nothing_is_interactive() -> None:
    still = RenderContext(interactive=False)
    for item in (SHOWN["client tool call, pending"], SHOWN["structured input, pending"]):
        for control in re.findall(r"<(?:button|input|textarea)[^>]*>", render_item(item, still)):
            assert "disabled" in control or "copy" in control


@pytest.mark.parametrize("name", list(SHOWN))
def test_every_action_is_json_and_every_slot_can_be_drawn_again(name: str) -> None:
    shown = html(name)
    assert all("do" in action for action in actions(shown))
    for slot in re.findall(r'data-slot="([^"]*)"', shown):
        assert render_slot(SHOWN[name], slot, CONTEXT) in shown
    assert render_slot(SHOWN[name], "no-such-slot", CONTEXT) == ""
    assert render_slot(SHOWN[name], "sources-99", CONTEXT) == ""


def test_a_notice_is_markdown_and_says_how_serious_it_is() -> None:
    shown = render_notice("warning", "Soon", "[Upgrade](https://example.com) **now**")
    assert "notice-warning" in shown
    assert "<strong>now</strong>" in shown
    assert "Soon" in shown


def test_an_error_has_words_even_for_a_bare_code() -> None:
    assert "The backend failed" in render_error(None, "stream.error", False)
    assert "overloaded" in render_error("overloaded", "custom", True)
    assert "newly.invented" in render_error(None, "newly.invented", False)


def test_odd_values_of_progress_do_no_harm() -> None:
    for progress in (-1.0, 2.0, float("nan"), float("inf")):
        item: ItemState = state({"type": "generated_image"}, "streaming", progress)
        assert "image-box" in render_item(item, CONTEXT)


VERY_MANY = 700
ANNOTATION: dict[str, Any] = {
    "type": "annotation",
    "index": 1,
    "source": {"type": "url", "title": "T", "url": "https://a.example/"},
}


@pytest.mark.parametrize(
    ("item", "what", "drawn"),
    [
        (
            {
                "type": "workflow",
                "workflow": {"type": "custom", "tasks": [{"type": "custom", "title": "x"}] * VERY_MANY},
            },
            'class="task task-',
            500,
        ),
        (
            {"type": "workflow", "workflow": {"type": "custom", "tasks": [1] * VERY_MANY}},
            "Unknown task",
            500,
        ),
        (
            {
                "type": "user_message",
                "content": [{"type": "input_text", "text": "x"}],
                "attachments": [{"type": "file", "id": "a", "name": "n", "mime_type": "a/b"}] * VERY_MANY,
                "inference_options": {},
            },
            'class="file-chip"',
            500,
        ),
        (
            {
                "type": "assistant_message",
                "content": [{"type": "output_text", "text": "x", "annotations": []}] * VERY_MANY,
            },
            'class="markdown"',
            500,
        ),
        (
            {
                "type": "assistant_message",
                "content": [
                    {
                        "type": "output_text",
                        "text": "x",
                        "annotations": [
                            {**ANNOTATION, "source": {**ANNOTATION["source"], "url": f"https://a.example/{n}"}}
                            for n in range(VERY_MANY)
                        ],
                    }
                ],
            },
            'class="source source-url"',
            500,
        ),
    ],
    ids=["tasks", "wrong tasks", "attachments", "parts", "sources"],
)
def test_of_very_many_things_in_a_row_the_first_are_drawn_and_the_others_counted(
    item: dict[str, Any], what: str, drawn: int
) -> None:
    shown = render_item(state(item), CONTEXT)
    assert shown.count(what) == drawn
    assert f"{VERY_MANY - drawn} more: too many to be drawn" in shown


def test_of_very_many_annotations_that_nobody_knows_the_first_are_shown() -> None:
    part = {"type": "output_text", "text": "x", "annotations": [1] * VERY_MANY}
    shown = render_item(state({"type": "assistant_message", "content": [part]}), CONTEXT)
    assert shown.count("Unknown annotation") == 50
    assert "200 more: too many to be drawn" in shown


def test_of_a_very_long_notice_the_rest_is_shown_as_it_came() -> None:
    shown = render_notice("info", None, "**word** and more\n" * 1_000)
    assert shown.count("<strong>word</strong>") == 10_000 // len("**word** and more\n")
    assert shown.count("word") == 1_000
    assert render_notice("info", None, "**word** and more\n" * 500).count("<strong>") == 500
