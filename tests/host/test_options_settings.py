"""What the widget's options mean for parts of our own."""

from __future__ import annotations

from typing import Any

import pytest

from chat.host.options import PRESETS
from chat.host.options.declared import EDITABLE
from chat.host.options_settings import merged, settings_of
from chat.host.settings import Attachments, Model, Prompt, Settings, Tool

WHOLE: dict[str, Any] = {
    "locale": "de-DE",
    "api": {"uploadStrategy": {"type": "direct", "uploadUrl": "https://files.example/up"}},
    "startScreen": {
        "greeting": "Good morning",
        "prompts": [
            {"label": "Hours", "prompt": "When are you open?", "icon": "clock"},
            {
                "label": "About Ada",
                "prompt": [
                    {"type": "input_text", "text": "Who is "},
                    {"type": "input_tag", "id": "p1", "text": "Ada", "data": {"kind": "person"}},
                ],
            },
        ],
    },
    "composer": {
        "placeholder": "Ask the shop",
        "attachments": {
            "enabled": True,
            "maxCount": 3,
            "maxSize": {"image/*": 100, "application/pdf": 2000},
            "accept": {"image/*": [".png", ".jpg"]},
        },
        "tools": [
            {
                "id": "search",
                "label": "Search the web",
                "icon": "search",
                "shortLabel": "Search",
                "placeholderOverride": "Search for",
                "pinned": True,
                "persistent": True,
            }
        ],
        "models": [
            {"id": "fast", "label": "Fast", "default": True},
            {"id": "slow", "label": "Slow", "description": "Thinks", "disabled": True},
        ],
        "dictation": {"enabled": True},
    },
    "disclaimer": {"text": "May be wrong.", "highContrast": True},
    "threadItemActions": {"feedback": False, "retry": False},
    "history": {"showDelete": False, "showRename": False},
    "entities": {"showComposerMenu": True},
    "commands": {"enabled": True},
    "thread": {"autoScroll": False},
}


def test_every_option_that_means_something_to_us_is_read() -> None:
    assert not list(EDITABLE.problems(WHOLE, ""))
    tag = {"type": "input_tag", "id": "p1", "text": "Ada", "data": {"kind": "person"}}
    assert settings_of(WHOLE, answers_entities=True) == Settings(
        greeting="Good morning",
        prompts=(
            Prompt("Hours", "When are you open?", "clock"),
            Prompt("About Ada", "Who is Ada", parts=({"type": "input_text", "text": "Who is "}, tag)),
        ),
        placeholder="Ask the shop",
        disclaimer="May be wrong.",
        disclaimer_high_contrast=True,
        tools=(Tool("search", "Search the web", "search", "Search", "Search for", pinned=True, persistent=True),),
        models=(Model("fast", "Fast", default=True), Model("slow", "Slow", "Thinks", disabled=True)),
        attachments=Attachments(
            strategy="direct",
            upload_url="https://files.example/up",
            max_size={"image/*": 100, "application/pdf": 2000},
            max_count=3,
            accept={"image/*": (".png", ".jpg")},
        ),
        dictation=True,
        commands=True,
        entities=True,
        feedback=False,
        retry=False,
        auto_scroll=False,
        show_delete=False,
        show_rename=False,
        locale="de-DE",
    )


def test_what_is_not_said_is_as_the_page_is_without_options() -> None:
    assert settings_of({}) == Settings()
    assert settings_of({}).prompts is None
    assert settings_of({"startScreen": {"prompts": []}}).prompts == (), "none is wanted"


def test_menus_are_there_when_somebody_answers_and_nobody_forbids_them() -> None:
    assert settings_of({}, answers_entities=True, answers_commands=True).entities
    assert settings_of({}, answers_commands=True).commands
    assert settings_of({"entities": {"showComposerMenu": False}}, answers_entities=True).entities, "about a button"
    assert not settings_of({"commands": {"enabled": False}}, answers_commands=True).commands
    assert not settings_of({"entities": {"showComposerMenu": True}}).entities, "nobody would answer"


@pytest.mark.parametrize("wrong", [None, 3, "x", [], [3], {"a": 1}, True])
def test_what_is_not_as_declared_counts_as_not_said(wrong: Any) -> None:
    def replaced(value: Any) -> Any:
        return {key: replaced(entry) for key, entry in value.items()} if isinstance(value, dict) else wrong

    read = settings_of(replaced(WHOLE))
    assert read.tools == ()
    assert read.attachments.strategy == "two_phase"
    assert read.locale == ""
    for key in WHOLE:
        settings_of({key: wrong})


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_presets_are_read(preset: Any) -> None:
    settings_of(preset.options)


def test_a_later_place_stands_over_an_earlier_one_key_by_key() -> None:
    below = {"composer": {"placeholder": "a", "tools": [1, 2]}, "locale": "de"}
    over = {"composer": {"tools": [3]}, "locale": "fr"}
    assert merged(below, over) == {"composer": {"placeholder": "a", "tools": [3]}, "locale": "fr"}
    assert below["composer"] == {"placeholder": "a", "tools": [1, 2]}, "nobody's own is changed"
