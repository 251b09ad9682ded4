"""What an event or item that does not validate was meant to be: the same, with the fields the protocol asks for.

Nothing is invented but what carries no meaning (times, empty lists) and ids that are missing altogether.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chatkit.types import ThreadItem, ThreadStreamEvent
from pydantic import TypeAdapter, ValidationError

from chat.protocol.vocabulary import EVENT_TYPES, ITEM_TYPES

__all__ = ["event", "item", "text_of", "texts_of"]

_EVENT: TypeAdapter[Any] = TypeAdapter(ThreadStreamEvent)
_ITEM: TypeAdapter[Any] = TypeAdapter(ThreadItem)
_TEXT_KEYS = (
    "text",
    "delta",
    "value",
    "content",
    "token",
    "chunk",
    "message",
    "answer",
    "response",
    "output",
    "data",
    "parts",
)
_DEEPEST = 6
_UPDATE = "assistant_message.content_part."

Document = dict[str, Any]


def event(document: Any, *, now: datetime, thread_id: str = "thr_1") -> Document | None:
    """The event as valid JSON, None when that cannot be told. `now` and `thread_id` fill what is missing."""
    if not isinstance(document, dict) or document.get("type") not in EVENT_TYPES:
        return None
    kind = document["type"]
    fixed: Document = {**document}
    if kind in ("thread.created", "thread.updated"):
        fixed["thread"] = _thread(document.get("thread"), document, now, thread_id)
    elif kind in ("thread.item.added", "thread.item.done", "thread.item.replaced"):
        bare = {key: value for key, value in document.items() if key != "type"}
        meant = item(document.get("item", bare), now=now, thread_id=thread_id)
        fixed["item"] = meant
    elif kind == "thread.item.updated":
        update = document.get("update")
        fixed["item_id"] = _identity(document.get("item_id") or document.get("id"), "msg_1")
        fixed["update"] = _update(update if isinstance(update, dict) else document)
    elif kind == "thread.item.removed":
        inner = document.get("item")
        fixed["item_id"] = _identity(document.get("item_id") or document.get("id") or _get(inner, "id"), "msg_1")
    elif kind == "stream_options":
        allow = document.get("allow_cancel", _get(document.get("stream_options"), "allow_cancel"))
        fixed["stream_options"] = {"allow_cancel": allow if isinstance(allow, bool) else True}
    elif kind == "notice":
        fixed["level"] = document.get("level") if document.get("level") in ("info", "warning", "danger") else "info"
        fixed["message"] = text_of(document)
    elif kind == "progress_update":
        fixed["text"] = text_of(document) or str(document.get("status") or "")
        fixed.pop("icon", None)
    elif kind == "error":
        message = document.get("message")
        allow_retry = document.get("allow_retry")
        fixed = {
            "type": "error",
            "code": "custom",
            "message": message if isinstance(message, str) else text_of(document),
            "allow_retry": allow_retry if isinstance(allow_retry, bool) else False,
        }
    elif kind == "client_effect":
        fixed["data"] = document.get("data") if isinstance(document.get("data"), dict) else {}
    return _valid(_EVENT, fixed)


def item(document: Any, *, now: datetime, thread_id: str = "thr_1", item_id: str = "msg_1") -> Document | None:
    """The thread item as valid JSON, None when it cannot be told what was meant. Messages of other vocabularies too."""
    if not isinstance(document, dict):
        return None
    kind = _item_type(document)
    if kind is None:
        return None
    fixed: Document = {
        **document,
        "type": kind,
        "id": _identity(document.get("id") or document.get("item_id") or document.get("message_id"), item_id),
        "thread_id": _identity(document.get("thread_id"), thread_id),
        "created_at": _time(document.get("created_at"), now),
    }
    content = document.get("content", document.get("text", document.get("message")))
    if kind == "user_message":
        fixed["content"] = [_user_part(part) for part in _parts(content)]
        fixed["attachments"] = [a for a in document.get("attachments") or [] if isinstance(a, dict)]
        options = document.get("inference_options")
        fixed["inference_options"] = options if isinstance(options, dict) else {}
    elif kind == "assistant_message":
        fixed["content"] = [_assistant_part(part) for part in _parts(content)]
    elif kind == "client_tool_call":
        fixed["call_id"] = _identity(document.get("call_id"), fixed["id"])
        fixed["arguments"] = _arguments(document.get("arguments"))
        if fixed.get("status") not in ("pending", "completed"):
            fixed["status"] = "pending"
    return _valid(_ITEM, fixed)


def text_of(value: Any, depth: int = 0) -> str:
    """The text in a foreign value: a text itself, or what stands under the usual names inside."""
    if isinstance(value, str):
        return value
    if depth > _DEEPEST:
        return ""
    if isinstance(value, list):
        return "".join(text_of(part, depth + 1) for part in value)
    if isinstance(value, dict):
        for key in _TEXT_KEYS:
            found = text_of(value.get(key), depth + 1)
            if found:
                return found
    return ""


def texts_of(content: Any) -> list[str]:
    """The texts of a message's content: one for each part."""
    return [text_of(part) for part in _parts(content)]


def _parts(content: Any) -> list[Any]:
    if content is None:
        return []
    return content if isinstance(content, list) else [content]


def _user_part(part: Any) -> Document:
    if isinstance(part, dict) and part.get("type") == "input_tag":
        return {**part, "data": part.get("data") or {}}
    return {"type": "input_text", "text": text_of(part)}


def _assistant_part(part: Any) -> Document:
    annotations = part.get("annotations") if isinstance(part, dict) else None
    kept = (
        [a for a in annotations if isinstance(a, dict) and a.get("type") == "annotation"]
        if isinstance(annotations, list)
        else []
    )
    return {"type": "output_text", "text": text_of(part), "annotations": kept}


def _item_type(document: Mapping[str, Any]) -> str | None:
    kind = document.get("type")
    if kind in ITEM_TYPES:
        return str(kind)
    role = document.get("role") or document.get("sender") or document.get("author")
    if role in ("user", "human"):
        return "user_message"
    if role in ("assistant", "ai", "bot", "model"):
        return "assistant_message"
    named = str(kind or document.get("object") or "")
    if named.endswith("user_message"):
        return "user_message"
    if named.endswith("assistant_message"):
        return "assistant_message"
    return None


def _update(update: Document) -> Document:
    kind = str(update.get("type") or "")
    fixed = {**update}
    if kind.startswith(_UPDATE) or kind not in _KNOWN_UPDATE_PREFIXES:
        name = kind.rpartition(".")[2]
        if "delta" in name or kind == "thread.item.updated":
            return {"type": f"{_UPDATE}text_delta", "content_index": _index(update), "delta": text_of(update)}
        if name in ("added", "done"):
            part = update.get("content", update.get("part"))
            content = _assistant_part(part if part is not None else update)
            return {"type": f"{_UPDATE}{name}", "content_index": _index(update), "content": content}
    return fixed


_KNOWN_UPDATE_PREFIXES = frozenset(
    {
        "widget.streaming_text.value_delta",
        "widget.component.updated",
        "widget.root.updated",
        "workflow.task.added",
        "workflow.task.updated",
        "generated_image.updated",
    }
)


def _index(update: Mapping[str, Any]) -> int:
    index = update.get("content_index", update.get("index", 0))
    return index if isinstance(index, int) and 0 <= index < 1000 else 0


def _thread(thread: Any, document: Document, now: datetime, thread_id: str) -> Document:
    given = thread if isinstance(thread, dict) else {}
    fixed = {
        **given,
        "id": _identity(given.get("id") or document.get("thread_id") or document.get("id") or thread, thread_id),
        "created_at": _time(given.get("created_at"), now),
        "items": given["items"] if isinstance(given.get("items"), dict) else {"data": [], "has_more": False},
    }
    if not isinstance(given.get("status"), dict):
        fixed["status"] = {"type": "active"}
    if not isinstance(given.get("metadata"), dict):
        fixed.pop("metadata", None)
    if not isinstance(given.get("title"), str):
        fixed.pop("title", None)
    return fixed


def _identity(value: Any, otherwise: str) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int)) or value == "":
        return otherwise
    return str(value)


def _time(value: Any, now: datetime) -> Any:
    try:
        return TypeAdapter(datetime).validate_python(value).isoformat()
    except ValidationError:
        return now.isoformat()


def _arguments(value: Any) -> Document:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return {}
    return value if isinstance(value, dict) else {}


def _get(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None


def _valid(adapter: TypeAdapter[Any], document: Document) -> Document | None:
    try:
        typed = adapter.validate_python(document)
        dumped = adapter.dump_python(typed, mode="json", exclude_none=True, by_alias=True)
    except (ValidationError, ValueError, RecursionError):
        return None
    return dumped if isinstance(dumped, dict) else None
