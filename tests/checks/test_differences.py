"""What counts as a difference between a streamed item and the stored one, and what does not."""

from typing import Any

import pytest

from chat.checks.differences import differences

STAMP = "2026-11-20T10:00:00"


def message(**more: Any) -> Any:
    part = {"type": "output_text", "text": "All is well.", "annotations": []}
    item = {"type": "assistant_message", "id": "msg_1", "thread_id": "thr_1", "created_at": STAMP, "content": [part]}
    return item | more


def asked(**more: Any) -> Any:
    content = [{"type": "input_text", "text": "Is it?"}]
    item = {"type": "user_message", "id": "msg_0", "thread_id": "thr_1", "created_at": STAMP, "content": content}
    return item | {"inference_options": {}} | more


def paths(streamed: Any, stored: Any) -> list[str]:
    return [difference.path for difference in differences(streamed, stored)]


@pytest.mark.parametrize(
    ("streamed", "stored"),
    [
        (message(), message()),
        (message(), message(created_at="2026-11-20T10:00:00.250000")),
        (message(), message(created_at="2026-11-20T08:00:00Z")),
        (message(), message(created_at="2026-11-20T15:30:01+05:30")),
        (message(content=[{"type": "output_text", "text": "x", "annotations": []}]), message(content=[{"text": "x"}])),
        (asked(), asked(attachments=[], quoted_text=None)),
        (asked(inference_options={"model": None}), asked()),
        (message(), message(user_id=7, _version=3)),
        (message(thread_id="thr_1"), message(thread_id="thr_2")),
    ],
)
def test_what_may_differ_is_no_difference(streamed: Any, stored: Any) -> None:
    assert paths(streamed, stored) == []
    assert paths(stored, streamed) == []


@pytest.mark.parametrize(
    ("streamed", "stored", "path"),
    [
        (message(), message(content=[]), "$.content[0]"),
        (message(), message(created_at="2026-11-20T10:40:00"), "$.created_at"),
        (message(), asked(), "$.type"),
        (asked(), asked(quoted_text="it"), "$.quoted_text"),
        (asked(), asked(inference_options={"model": "small"}), "$.inference_options.model"),
    ],
)
def test_what_a_user_would_see_is_a_difference_with_its_path(streamed: Any, stored: Any, path: str) -> None:
    assert path in paths(streamed, stored)


def test_an_attachment_may_lose_its_descriptor_and_be_signed_anew() -> None:
    file = {"type": "image", "id": "atc_1", "name": "a.png", "mime_type": "image/png"}
    before = file | {"preview_url": "https://files.example/a?token=1", "upload_descriptor": None}
    after = file | {"preview_url": "https://files.example/a?token=2", "thread_id": "thr_1", "metadata": {"a": 1}}
    assert paths(asked(attachments=[before]), asked(attachments=[after])) == []
    assert paths(asked(attachments=[before]), asked(attachments=[after | {"name": "b.png"}])) == [
        "$.attachments[0].name"
    ]


def test_an_image_may_be_signed_anew_or_get_an_address_when_it_is_stored() -> None:
    def drawn(url: str) -> Any:
        image = {"id": "i", "url": url}
        return {"type": "generated_image", "id": "g", "thread_id": "t", "created_at": STAMP, "image": image}

    assert paths(drawn("data:image/png;base64,AA"), drawn("https://files.example/a.png")) == []
    assert paths(drawn("https://files.example/a?token=1"), drawn("https://files.example/a?token=2")) == []
    assert paths(drawn("https://files.example/a.png"), drawn("https://files.example/b.png")) == ["$.image.url"]


def test_fields_of_a_widget_that_the_sdk_does_not_know_count() -> None:
    def card(border: Any) -> Any:
        text = {"type": "Text", "value": "x"}
        return {
            "type": "widget",
            "id": "w",
            "thread_id": "t",
            "created_at": STAMP,
            "widget": {"type": "Card", "children": [text], "border": border},
        }

    assert paths(card(1), card(1)) == []
    assert paths(card(1), card(2)) == ["$.widget.border"]


def test_long_texts_are_shown_where_they_begin_to_differ() -> None:
    long = "The same words again and again. " * 40
    shown = str(differences(message(text=1, content=[{"text": long}]), message(content=[{"text": long + "End"}]))[0])
    assert "End" in shown
    assert len(shown) < 400


def test_hostile_items_are_compared_all_the_same() -> None:
    deep: object = "bottom"
    for _ in range(400):
        deep = {"a": [deep]}
    assert differences({"id": "x", "deep": deep}, {"id": "x", "deep": deep}) == []
    assert differences({"id": "x", "deep": deep}, {"id": "x", "deep": [deep]}) != []
    assert len(differences({str(n): n for n in range(500)}, {"id": "x"})) == 20
