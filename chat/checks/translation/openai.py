"""What events of other OpenAI interfaces mean: Responses and Realtime, Conversations, Assistants, Chat Completions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chatkit.types import Annotation, FileSource, URLSource

from chat.checks.repair import text_of, texts_of
from chat.checks.translation.writing import (
    Annotated,
    Began,
    Ended,
    Meaning,
    Piece,
    Progress,
    ThreadIs,
    UserSaid,
    WentWrong,
    Whole,
)

__all__ = ["assistants", "chat_completions", "responses"]

Document = dict[str, Any]

_DELTAS = frozenset(
    {
        "response.output_text.delta",
        "response.text.delta",
        "response.refusal.delta",
        "response.audio_transcript.delta",
        "response.output_audio_transcript.delta",
    }
)
_WHOLES = frozenset(
    {
        "response.output_text.done",
        "response.text.done",
        "response.audio_transcript.done",
        "response.output_audio_transcript.done",
    }
)
_DOING = {
    "reasoning": "Thinking…",
    "web_search_call": "Searching the web…",
    "file_search_call": "Searching files…",
    "code_interpreter_call": "Running code…",
    "image_generation_call": "Drawing…",
    "computer_call": "Using the computer…",
    "mcp_call": "Calling a tool…",
}


def responses(name: str, document: Document) -> Iterator[Meaning]:
    """Events of the Responses, Realtime and Conversations APIs."""
    item = _dict(document.get("item"))
    if name in _DELTAS:
        yield Piece(text_of(document.get("delta")), _index(document), _id(document, "item_id"))
    elif name in _WHOLES:
        text = text_of(document.get("text")) or text_of(document.get("transcript"))
        yield Whole(text, _index(document), _id(document, "item_id"))
    elif name == "response.content_part.done":
        text = text_of(document.get("part"))
        if text:
            yield Whole(text, _index(document), _id(document, "item_id"))
    elif name == "response.output_text.annotation.added":
        annotation = _annotation(_dict(document.get("annotation")))
        if annotation is not None:
            yield Annotated(annotation, _index(document), _id(document, "item_id"))
    elif name == "response.output_item.added":
        yield from _item_began(item)
    elif name in ("response.output_item.done", "conversation.item.done"):
        yield from _item_ended(item)
    elif name in ("conversation.item.created", "conversation.item.added"):
        if item.get("role") == "assistant" and not text_of(item.get("content")):
            yield Began(_id(item, "id"))
        else:
            yield from _item_ended(item)
    elif name == "conversation.item.input_audio_transcription.completed":
        yield UserSaid(text_of(document.get("transcript")), _id(document, "item_id"))
    elif name == "conversation.created":
        found = _id(_dict(document.get("conversation")), "id")
        if found:
            yield ThreadIs(found)
    elif name in ("response.completed", "response.done", "response.incomplete", "response.failed"):
        response = _dict(document.get("response"))
        for output in _list(response.get("output")):
            yield from _item_ended(_dict(output))
        yield Ended()
        error = _dict(response.get("error")) or _dict(_dict(response.get("status_details")).get("error"))
        if name == "response.failed" or error:
            yield WentWrong(text_of(error.get("message")))


def _item_began(item: Document) -> Iterator[Meaning]:
    kind = item.get("type")
    if kind == "message" or item.get("role") == "assistant":
        yield Began(_id(item, "id"))
    elif kind in ("function_call", "custom_tool_call"):
        yield Progress(f"Calling {item.get('name') or 'a tool'}…")
    elif kind in _DOING:
        yield Progress(_DOING[str(kind)])


def _item_ended(item: Document) -> Iterator[Meaning]:
    role = item.get("role")
    if role == "user":
        yield UserSaid("".join(texts_of(item.get("content"))), _id(item, "id"))
    elif role == "assistant" or (item.get("type") == "message" and role is None):
        yield Ended(tuple(texts_of(item.get("content"))), _id(item, "id"))


def _annotation(found: Document) -> Annotation | None:
    end = found.get("end_index")
    index = end if isinstance(end, int) else None
    if isinstance(found.get("url"), str):
        return Annotation(
            source=URLSource(title=str(found.get("title") or found["url"]), url=found["url"]), index=index
        )
    name = found.get("filename") or found.get("file_id")
    if isinstance(name, str):
        return Annotation(source=FileSource(title=name, filename=name), index=index)
    return None


def assistants(name: str, document: Document) -> Iterator[Meaning]:
    """Events of the Assistants API; `name` is the `event:` line's where there is one."""
    kind = str(document.get("object") or "")
    message = _dict(document.get("message")) or document
    role = message.get("role")
    if kind == "thread" or name == "thread.run.created":
        found = _id(document, "thread_id") or (_id(document, "id") if kind == "thread" else None)
        if found:
            yield ThreadIs(found)
    elif name.endswith(".delta") or kind == "thread.message.delta":
        delta = _dict(document.get("delta"))
        for part in _list(delta.get("content")) or [delta or document]:
            inner = _dict(part)
            yield Piece(text_of(inner or part), _index(inner, "index"), _id(document, "id"))
    elif role == "user":
        yield UserSaid("".join(texts_of(message.get("content"))), _id(message, "id"))
    elif name.endswith((".completed", ".done", ".incomplete")) and name.startswith("thread.message"):
        yield Ended(tuple(texts_of(message.get("content"))), _id(message, "id"))
    elif name.startswith("thread.message"):
        texts = texts_of(message.get("content"))
        if any(texts) and message.get("status") in (None, "completed"):
            yield Ended(tuple(texts), _id(message, "id"))
        else:
            yield Began(_id(message, "id"))
    elif name in ("thread.run.failed", "thread.run.expired", "thread.run.cancelled"):
        yield WentWrong(text_of(_dict(document.get("last_error")).get("message")))


def chat_completions(name: str, document: Document) -> Iterator[Meaning]:
    """Chunks, or one whole answer, of Chat Completions; the first choice only."""
    identity = _id(document, "id")
    for choice in _list(document.get("choices"))[:1]:
        found = _dict(choice)
        delta = _dict(found.get("delta"))
        if delta.get("role") == "assistant":
            yield Began(identity)
        for call in _list(delta.get("tool_calls")):
            called = _dict(_dict(call).get("function")).get("name")
            if called:
                yield Progress(f"Calling {called}…")
        text = text_of(delta.get("content"))
        if text:
            yield Piece(text, 0, identity)
        message = _dict(found.get("message"))
        if message:
            yield Ended((text_of(message.get("content")),), identity)
        elif found.get("finish_reason") not in (None, "tool_calls", "function_call"):
            yield Ended((), identity)
    if document.get("error"):
        yield WentWrong(text_of(document["error"]))


def _dict(value: Any) -> Document:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _index(document: Document, key: str = "content_index") -> int:
    index = document.get(key, 0)
    return index if isinstance(index, int) and 0 <= index < 100 else 0


def _id(document: Document, key: str) -> str | None:
    value = document.get(key)
    return value if isinstance(value, str) and value else None
