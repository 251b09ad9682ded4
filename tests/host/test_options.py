"""The widget's options as somebody types them: what is wrong is named with its path, and what was meant."""

import json
import re

import pytest

from chat.host.options import PRESETS, element_snippet, react_snippet, read_options


def only_problem(text: str) -> tuple[str, str, str, str]:
    (problem,) = read_options(text).problems
    return problem.path, problem.expected, problem.got, problem.advice


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_a_preset_is_as_declared(preset: object) -> None:
    assert isinstance(preset, type(PRESETS[0]))
    read = read_options(json.dumps(preset.options))
    assert read.options == preset.options
    assert read.problems == []


def test_nothing_typed_is_no_options() -> None:
    assert read_options("  \n") == ({}, [])


@pytest.mark.parametrize(
    ("options", "path", "said"),
    [
        ('{"startscreen": {}}', "startscreen", "Did you mean `startScreen`?"),
        ('{"history": {"show_delete": true}}', "history.show_delete", "Did you mean `showDelete`?"),
        ('{"theme": {"radius": "pil"}}', "theme.radius", 'Did you mean "pill"?'),
        ('{"locale": "de_DE"}', "locale", 'Did you mean "de-DE"?'),
        ('{"header": {"enabled": "true"}}', "header.enabled", "Without the quotes."),
        ('{"header": {"leftAction": {"icon": "hom"}}}', "header.leftAction.icon", 'Did you mean "home"?'),
        ('{"onClientTool": "run"}', "onClientTool", "the stage supplies it"),
        ('{"entities": {"onTagSearch": 1}}', "entities.onTagSearch", "the stage supplies it"),
        ('{"api": {"url": "https://example.com"}}', "api.url", "Leave it out"),
        ('{"api": {"getClientSecret": "x"}}', "api.getClientSecret", "leave it out"),
        ('{"composer": {"models": [{"id": "a", "label": 1}]}}', "composer.models[0].label", ""),
        ('{"composer": {"attachments": {"maxSize": {"image/*": "5"}, "enabled": true}}}', None, "Without the quotes."),
    ],
)
def test_what_is_wrong_is_named_with_its_path_and_what_was_meant(options: str, path: str | None, said: str) -> None:
    found, expected, got, advice = only_problem(options)
    assert found == (path or 'composer.attachments.maxSize["image/*"]')
    assert expected
    assert got
    assert said in advice


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ('{"composer": {"attachments": {}}}', "composer.attachments.enabled"),
        ('{"disclaimer": {}}', "disclaimer.text"),
        ('{"commands": {}}', "commands.enabled"),
        ('{"startScreen": {"prompts": [{"label": "Hi"}]}}', "startScreen.prompts[0].prompt"),
        ('{"api": {"uploadStrategy": {"type": "direct"}}}', "api.uploadStrategy.uploadUrl"),
        ('{"api": {"uploadStrategy": {}}}', "api.uploadStrategy.type"),
    ],
)
def test_what_is_missing_is_named(options: str, path: str) -> None:
    assert only_problem(options)[::2] == (path, "nothing")


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ('{"theme": "blue"}', "theme"),
        ('{"theme": {"colorScheme": "blue"}}', "theme.colorScheme"),
        ('{"theme": {"color": {"accent": {"primary": "red", "level": true}}}}', "theme.color.accent.level"),
        ('{"theme": {"typography": {"baseSize": 13}}}', "theme.typography.baseSize"),
        ('{"initialThread": 3}', "initialThread"),
        ('{"startScreen": {"prompts": [{"label": "", "prompt": [{"type": "text"}]}]}}', None),
        ("[]", "options"),
        ("3", "options"),
    ],
)
def test_a_value_of_another_kind_is_named(options: str, path: str | None) -> None:
    assert only_problem(options)[0] == (path or "startScreen.prompts[0].prompt[0].type")


def test_either_form_of_an_option_may_be_used() -> None:
    for options in (
        {"theme": "dark"},
        {"theme": {"colorScheme": "dark", "color": {"grayscale": {"hue": 0, "tint": 0, "shade": -4}}}},
        {"initialThread": None},
        {"initialThread": "thr_1"},
        {"composer": {"attachments": {"enabled": True, "maxSize": {"": 1}}, "tools": [], "models": []}},
        {"composer": {"tools": [{"id": "a", "label": "A", "icon": "lucide:zap"}]}},
    ):
        assert read_options(json.dumps(options)) == (options, [])


@pytest.mark.parametrize(
    ("text", "where", "said"),
    [
        ('{"history": {},}', "line 1, column 16", "comma before a closing brace"),
        ("{'history': {}}", "line 1, column 2", "double quotes"),
        ('{\n  "history": {}\n  "header": {}\n}', "line 3, column 3", "comma is missing"),
        ('{"history": {}, "history": {}}', "history", "Remove one"),
        ('{"composer": {"maxCount": NaN}}', "options", "no such number"),
        ("[" * 100_000, "options", ""),
        ('{"frameTitle": "' + "x" * 200_000 + '"}', "options", ""),
    ],
)
def test_what_is_no_json_says_where_and_why(text: str, where: str, said: str) -> None:
    read = read_options(text)
    assert read.options is None
    (problem,) = read.problems
    assert problem.path == where
    assert said in problem.advice


def test_many_problems_are_all_named_and_cost_their_number() -> None:
    wrong = {"startScreen": {"prompts": [{"label": number} for number in range(3000)]}}
    assert len(read_options(json.dumps(wrong)).problems) == 6000


@pytest.mark.parametrize("write", [element_snippet, react_snippet])
@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_an_export_has_every_option_and_a_stub_of_every_function(write: object, preset: object) -> None:
    assert callable(write)
    assert isinstance(preset, type(PRESETS[0]))
    code = write(preset.options, "https://shop.example/chatkit")
    assert 'url: "https://shop.example/chatkit"' in code
    assert 'domainKey: "local-dev"' in code
    for key in preset.options:
        assert re.search(rf"^    {key}: ", code, re.MULTILINE), key
    wanted = {"onClientTool", "onAction"}
    if "entities" in preset.options:
        wanted |= {"onTagSearch", "onRequestPreview", "onSearch", "onSelect"}
        assert code.count("onClick: () => ") == 2
        assert 'type: "two_phase"' in code
    for name in wanted:
        assert f"{name}: async (" in code, name


def test_a_text_cannot_end_the_script_that_holds_it() -> None:
    code = element_snippet({"frameTitle": "</script><script>alert(1)</script>"}, "https://shop.example/chatkit")
    assert code.count("</script>") == 2, "the loader's and the page's own"
