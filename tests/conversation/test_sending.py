"""What a message carries besides its text, and files and recordings on their way, over HTTP."""

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from chatkit.types import ChatKitReq, UserMessageTagContent, UserMessageTextContent
from pydantic import TypeAdapter

from chat.client import ChatKitClient, Connection
from chat.conversation.conversation import Conversation
from chat.errors import BadConnection, Rejected
from chat.host.host import NoHost
from chat.host.options_settings import settings_of
from chat.host.settings import Attachments, Settings
from tests.conversation.conversation_backend import CREATED, Backend, done, entries, question

REQUEST: TypeAdapter[Any] = TypeAdapter(ChatKitReq)
FILE = {"type": "file", "id": "att_1", "name": "notes.txt", "mime_type": "text/plain"}
ADA = UserMessageTagContent(id="u1", text="Ada", group="People", data={"role": "analyst", "none": None})


@pytest.fixture(autouse=True)
def every_request_is_a_valid_one(backend: Backend) -> Iterator[None]:
    yield
    assert backend.requests
    for body in backend.requests:
        REQUEST.validate_python(body)


class Settled(NoHost):
    def __init__(self, settings: Settings) -> None:
        self.settings = settings


def hosted(backend: Backend, settings: Settings) -> Conversation:
    return Conversation(ChatKitClient(Connection(backend.url)), host=Settled(settings))


async def test_a_message_is_sent_with_its_tags_in_order_and_all_that_was_chosen(
    backend: Backend, conversation: Conversation
) -> None:
    parts = (UserMessageTextContent(text="Ask "), ADA, UserMessageTextContent(text=" about it"))
    backend.answers["threads.create"] = [CREATED]
    await conversation.send("", [("att_1", "a.txt")], "a passage", tool="search", model="fast", parts=parts)
    await conversation.wait()
    sent = backend.requests[0]["params"]["input"]
    assert [part["type"] for part in sent["content"]] == ["input_text", "input_tag", "input_text"]
    assert sent["content"][1]["data"] == {"role": "analyst", "none": None}
    assert sent["content"][1]["group"] == "People"
    assert sent["quoted_text"] == "a passage"
    assert sent["attachments"] == ["att_1"]
    assert sent["inference_options"] == {"tool_choice": {"id": "search"}, "model": "fast"}
    (pending,) = entries(conversation, "pending")
    html = pending.html or ""
    assert 'class="user-tag"' in html
    assert "a passage" in html
    assert "Tool search · Model fast" in html


async def test_a_message_of_tags_that_is_stored_all_the_same_is_known_by_its_words(
    backend: Backend, conversation: Conversation
) -> None:
    """Its words are those of all its parts: a store that shows them has it."""
    backend.answers["threads.create"] = [CREATED]
    stored = question("Ask Ada")
    backend.answers["threads.get_by_id"] = {
        "id": "thr_1",
        "created_at": stored["created_at"],
        "status": {"type": "active"},
        "items": {"data": [stored], "has_more": False},
    }
    await conversation.send("", parts=(UserMessageTextContent(text="Ask "), ADA))
    await conversation.wait()
    assert entries(conversation, "pending")
    await conversation.reload()
    await conversation.wait()
    assert not entries(conversation, "pending")


async def test_what_was_taken_back_still_has_its_tags(backend: Backend, conversation: Conversation) -> None:
    backend.answers["threads.create"] = 500
    await conversation.send("", parts=(UserMessageTextContent(text="Ask "), ADA), tool="search")
    await conversation.wait()
    (pending,) = entries(conversation, "pending")
    draft = conversation.take_back(pending.key)
    assert draft is not None
    assert (draft.content[1], draft.tool, draft.said) == (ADA, "search", "Ask Ada")


async def test_a_secret_is_hidden_in_what_is_shown_of_a_message_and_sent_as_it_was_typed(backend: Backend) -> None:
    secret = "sk-not-to-be-seen-4711"
    conversation = Conversation(
        ChatKitClient(Connection(backend.url, headers=(("Authorization", f"Bearer {secret}"),)))
    )
    backend.answers["threads.create"] = [CREATED]
    tag = UserMessageTagContent(id="x", text=secret, group=secret, data={"key": secret})
    await conversation.send("", [("a", secret)], secret, tool=secret, model=secret, parts=(tag,))
    await conversation.wait()
    (pending,) = entries(conversation, "pending")
    assert secret not in (pending.html or "")
    assert backend.requests[0]["params"]["input"]["content"][0]["text"] == secret


async def test_an_attachment_without_a_descriptor_is_the_backends_fault_and_can_still_be_deleted(
    backend: Backend, conversation: Conversation
) -> None:
    backend.answers["attachments.create"] = {**FILE, "upload_url": "http://elsewhere/"}
    attached = await conversation.upload("notes.txt", "text/plain", b"some notes")
    assert attached.attachment.id == "att_1"
    failure = attached.failure
    assert failure is not None
    assert failure.whose == "your backend"
    assert "upload_descriptor" in str(failure)
    assert "AttachmentStore.create_attachment" in failure.advice
    await conversation.discard("att_1")
    assert backend.operations == ["attachments.create", "attachments.delete"]


async def test_a_storage_that_refuses_is_quoted_with_its_status(backend: Backend, conversation: Conversation) -> None:
    target = backend.url.replace("/chatkit", "/refusing/notes")
    backend.answers["attachments.create"] = {**FILE, "upload_descriptor": {"url": target, "method": "PUT"}}
    attached = await conversation.upload("notes.txt", "text/plain", b"some notes")
    assert isinstance(attached.failure, Rejected)
    assert (attached.failure.status, attached.failure.said) == (413, "The bucket takes 3 bytes.")
    assert "413" in str(attached.failure)


async def test_a_direct_upload_goes_where_the_options_say(backend: Backend) -> None:
    direct = {"api": {"url": "/", "uploadStrategy": {"type": "direct", "uploadUrl": "/direct"}}}
    conversation = hosted(backend, settings_of(direct))
    attached = await conversation.upload("notes.txt", "text/plain", b"some notes")
    assert (attached.attachment.id, attached.failure) == ("att_direct", None)
    assert b"some notes" in backend.uploads[0]
    assert b'name="file"; filename="notes.txt"' in backend.uploads[0]
    await conversation.discard("att_direct")
    assert backend.operations == ["attachments.delete"], "nothing is created first"


async def test_direct_uploads_to_nowhere_are_the_options_fault(backend: Backend) -> None:
    conversation = hosted(backend, Settings(attachments=Attachments(strategy="direct")))
    with pytest.raises(BadConnection, match="do not say where"):
        await conversation.upload("notes.txt", "text/plain", b"some notes")
    await conversation.discard("att_1")  # there has to be some request


async def test_a_recording_is_written_down_by_the_backend(backend: Backend, conversation: Conversation) -> None:
    backend.answers["input.transcribe"] = {"text": "Good evening"}
    assert await conversation.transcribe(b"\x00\x01", "audio/webm;codecs=opus") == "Good evening"
    params = backend.requests[0]["params"]
    assert base64.b64decode(params["audio_base64"]) == b"\x00\x01"
    assert params["mime_type"] == "audio/webm;codecs=opus"
    assert [exchange.request.operation for exchange in conversation.exchanges] == ["input.transcribe"]


async def test_a_composer_can_be_held_and_is_told_so(backend: Backend, conversation: Conversation) -> None:
    told = []
    conversation.on_state(lambda one: told.append(one.composer.held))
    conversation.hold("backend", "Nothing listens at this address")
    conversation.hold("backend", "Nothing listens at this address")
    conversation.hold("tool", "Waiting for a tool")
    conversation.hold("backend", "")
    conversation.hold("tool", "")
    assert told == ["Nothing listens at this address", "Waiting for a tool", ""], "each lets go of what it has held"
    backend.answers["threads.create"] = [CREATED, done(question("Hi"))]
    await conversation.send("Hi")
    await conversation.wait()
