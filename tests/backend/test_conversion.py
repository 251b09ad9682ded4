"""Stored items as a model is told of them."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from chatkit.store import NotFoundError
from chatkit.types import (
    AssistantMessageContent,
    AssistantMessageItem,
    FileAttachment,
    HiddenContextItem,
    InferenceOptions,
    ThreadItem,
    UserMessageItem,
    UserMessageTagContent,
    UserMessageTextContent,
)

from chat.backend.context import RequestContext
from chat.backend.conversion import History

_COMMON: dict[str, Any] = {"thread_id": "thr_1", "created_at": datetime(2026, 1, 1)}


class Contents:
    """Attachments in a dict."""

    def __init__(self, **contents: bytes) -> None:
        self.contents = contents

    async def read_content(self, attachment_id: str, context: RequestContext) -> bytes:
        if attachment_id not in self.contents:
            raise NotFoundError(attachment_id)
        return self.contents[attachment_id]


def user(*content: Any, **fields: Any) -> UserMessageItem:
    return UserMessageItem(id="msg_1", content=list(content), inference_options=InferenceOptions(), **_COMMON, **fields)


def file(id: str, mime_type: str) -> FileAttachment:
    return FileAttachment(id=id, name=f"{id}.file", mime_type=mime_type)


async def told(*items: ThreadItem, contents: Contents | None = None) -> list[Any]:
    return await History(RequestContext(), contents).to_agent_input(list(items))


async def test_a_tag_is_named_in_the_text_and_explained_beside_it() -> None:
    tag = UserMessageTagContent(id="lt_1", text="Cape Tarn", data={"built": 1871}, group="lights")
    message, context = await told(user(UserMessageTextContent(text="How old is "), tag))

    assert message["content"][0]["text"] == "How old is @Cape Tarn"
    assert '{"built": 1871}' in context["content"][1]["text"]
    assert "lt_1" in context["content"][1]["text"]


async def test_quoted_text_is_told() -> None:
    quoted = await told(user(UserMessageTextContent(text="Why?"), quoted_text="the keeper must not sleep"))

    assert "the keeper must not sleep" in json.dumps(quoted)


async def test_an_answer_is_told_as_text_every_kind_of_model_takes() -> None:
    parts = [AssistantMessageContent(text="One."), AssistantMessageContent(text="Two.")]
    assert await told(AssistantMessageItem(id="msg_2", content=parts, **_COMMON)) == [
        {"role": "assistant", "content": "One.\n\nTwo."}
    ]


async def test_hidden_context_is_told() -> None:
    hidden = HiddenContextItem(id="msg_3", content="The user booked a flight.", **_COMMON)

    assert "The user booked a flight." in json.dumps(await told(hidden))


async def test_files_are_told_by_their_kind() -> None:
    contents = Contents(text="Grüße".encode(), pdf=b"%PDF", image=b"\x89PNG", other=b"\0\1")
    message = user(
        UserMessageTextContent(text="Read these."),
        attachments=[
            file("text", "text/plain"),
            file("pdf", "application/pdf"),
            file("image", "image/png"),
            file("other", "application/zip"),
            file("gone", "text/plain"),
        ],
    )
    [told_message] = await told(message, contents=contents)
    kinds = [part["type"] for part in told_message["content"]]

    assert kinds == ["input_text", "input_text", "input_file", "input_image", "input_text", "input_text"]
    assert "Grüße" in told_message["content"][1]["text"]
    assert told_message["content"][2]["file_data"] == "data:application/pdf;base64,JVBERg=="
    assert "cannot be read" in told_message["content"][4]["text"]
    assert "missing" in told_message["content"][5]["text"]
