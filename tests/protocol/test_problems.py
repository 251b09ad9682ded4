import json
from typing import Any

import pytest

from chat.protocol import decode_body

ITEM = {"id": "i", "thread_id": "t", "created_at": "2026-11-20T09:44:53"}


def problems(event: Any) -> list[tuple[str, str, str]]:
    (decoded,) = decode_body(b"data: " + json.dumps(event).encode() + b"\n\n")
    return [(problem.path, problem.expected, problem.got) for problem in decoded.problems]


def item(**fields: Any) -> dict[str, Any]:
    return {"type": "thread.item.done", "item": {**ITEM, **fields}}


def update(**fields: Any) -> dict[str, Any]:
    return {"type": "thread.item.updated", "item_id": "i", "update": fields}


@pytest.mark.parametrize(
    ("event", "path", "got"),
    [
        ({"type": "response.created"}, "$.type", 'the text "response.created"'),
        ({"id": 1}, "$.type", "nothing"),
        ({"type": None}, "$.type", "null"),
        (item(type="hologram"), "$.item.type", 'the text "hologram"'),
        (item(), "$.item.type", "nothing"),
        (update(type="assistant_message.sung"), "$.update.type", 'the text "assistant_message.sung"'),
    ],
)
def test_an_unknown_type_is_one_problem_that_names_the_known_ones(event: Any, path: str, got: str) -> None:
    ((found_path, expected, found_got),) = problems(event)
    assert (found_path, found_got) == (path, got)
    assert "'" in expected


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (
            {"type": "thread.created", "thread": {"id": "123"}},
            [
                ("$.thread.created_at", "a date and time", "nothing"),
                ("$.thread.items", "an object (Page)", "nothing"),
            ],
        ),
        (
            update(type="assistant_message.content_part.text_delta", content_index=0),
            [("$.update.delta", "text", "nothing")],
        ),
        (
            item(type="assistant_message", content=[{"type": "text", "text": "hi"}]),
            [("$.item.content[0].type", "'output_text'", 'the text "text"')],
        ),
        (
            item(type="user_message", content=[]),
            [("$.item.inference_options", "an object (InferenceOptions)", "nothing")],
        ),
        (item(type="task", task={"type": "thought"}), [("$.item.task.content", "text", "nothing")]),
        (
            item(type="task", task={"type": "file", "sources": [{"type": "file", "title": "a"}]}),
            [("$.item.task.sources[0].filename", "text", "nothing")],
        ),
        (
            item(type="workflow", workflow={"type": "custom", "tasks": [{"type": "dance"}]}),
            [
                (
                    "$.item.workflow.tasks[0].type",
                    "'custom', 'file', 'image', 'thought' or 'web_search'",
                    'the text "dance"',
                )
            ],
        ),
        (
            item(type="widget", widget={"type": "Sheet"}),
            [("$.item.widget.type", "'Basic', 'Card' or 'ListView'", 'the text "Sheet"')],
        ),
        (
            item(type="widget", widget={"type": "Card", "children": [{"value": "x"}]}),
            [("$.item.widget.children[0].type", "text", "nothing")],
        ),
        (
            {"type": "progress_update", "text": "a", "icon": "nonesuch"},
            [("$.icon", "an icon name of the protocol, 'vendor:…' or 'lucide:…'", 'the text "nonesuch"')],
        ),
        (
            {"type": "stream_options", "stream_options": {"allow_cancel": "maybe"}},
            [("$.stream_options.allow_cancel", "true or false", 'the text "maybe"')],
        ),
        (
            {"type": "client_effect", "name": 4, "data": []},
            [("$.name", "text", "the number 4"), ("$.data", "an object", "an empty list")],
        ),
        ({"type": "thread.item.updated", "item_id": "i"}, None),
        ([1, 2], [("$", "a JSON object with a type", "a list of 2")]),
    ],
)
def test_what_is_wrong_is_said_for_the_branch_that_was_meant_and_for_no_other(event: Any, expected: Any) -> None:
    found = problems(event)
    if expected is None:
        assert [path for path, _, _ in found] == ["$.update"]
    else:
        assert found == expected


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ({"type": "url", "title": "t"}, "url"),
        ({"type": "file", "title": "t"}, "filename"),
        ({"type": "entity", "title": "t"}, "id"),
        ({"type": "video", "title": "t"}, "type"),
        ({"title": "t", "url": 5}, "url"),
    ],
)
def test_a_source_is_judged_as_the_kind_it_says_it_is(source: dict[str, Any], path: str) -> None:
    content = [{"type": "output_text", "text": "", "annotations": [{"type": "annotation", "source": source}]}]
    found = problems(item(type="assistant_message", content=content))
    assert [p for p, _, _ in found] == [f"$.item.content[0].annotations[0].source.{path}"]


def test_a_thousand_faults_become_at_most_twenty_problems() -> None:
    tasks = [{"type": "thought"}] * 1_000
    assert len(problems(item(type="workflow", workflow={"type": "custom", "tasks": tasks}))) == 20


def test_what_was_got_is_told_in_a_few_words() -> None:
    found = problems({"type": "notice", "level": "x" * 500, "message": {"a": 1, "b": 2}, "title": [1, 2, 3]})
    assert [got for _, _, got in found] == [
        'the text "' + "x" * 59 + '…"',
        "an object with a, b",
        "a list of 3",
    ]
