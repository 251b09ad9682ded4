"""What an event or item that does not validate was meant to be: the same, with the fields the protocol asks for.

Nothing is invented but what carries no meaning (times, empty lists) and ids that are missing altogether; what was said
stays as it was said.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from chatkit.icons import IconName
from pydantic import TypeAdapter, ValidationError

from chat.protocol.adapters import adapter, event_adapter, item_adapter
from chat.protocol.vocabulary import EVENT_TYPES, ITEM_TYPES

__all__ = ["WENT_WRONG", "event", "item", "text_of", "texts_of"]

WENT_WRONG = "Something went wrong."
"""What an error says that has no text."""
_ERROR_KEYS = ("message", "error_message", "error", "detail", "reason")
_LEVELS = {"warn": "warning", "error": "danger", "critical": "danger", "fatal": "danger"}
_RETRY_KEYS = ("allow_retry", "allowRetry", "retryable", "retry")
_COMPLETED = ("completed", "complete", "done", "finished", "success")
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
    "reply",
    "result",
    "completion",
    "generated_text",
    "candidates",
)
_DEEPEST = 6
_UPDATE = "assistant_message.content_part."

Document = dict[str, Any]


def event(
    document: Any, *, now: datetime, thread_id: str = "thr_1", item_id: str = "msg_1", streamed: Sequence[str] = ()
) -> Document | None:
    """
    The event as valid JSON, None when that cannot be told.

    `now`, `thread_id` and `item_id` fill what is missing, `streamed` the text of a message that says none of its own:
    what its deltas said, part by part.
    """
    if not isinstance(document, dict) or document.get("type") not in EVENT_TYPES:
        return None
    kind = document["type"]
    fixed: Document = {**document}
    if kind in ("thread.created", "thread.updated"):
        fixed["thread"] = _thread(document.get("thread"), document, now, thread_id)
    elif kind in ("thread.item.added", "thread.item.done", "thread.item.replaced"):
        bare = {key: value for key, value in document.items() if key != "type"}
        meant = item(document.get("item", bare), now=now, thread_id=thread_id, item_id=item_id)
        if meant is not None and meant["type"] == "assistant_message" and kind != "thread.item.added":
            _say(meant, streamed)
        fixed["item"] = meant
    elif kind == "thread.item.updated":
        update = document.get("update")
        fixed["item_id"] = _identity(document.get("item_id") or document.get("id"), item_id)
        fixed["update"] = _update(update if isinstance(update, dict) else document)
    elif kind == "thread.item.removed":
        inner = document.get("item")
        fixed["item_id"] = _identity(document.get("item_id") or document.get("id") or _get(inner, "id"), item_id)
    elif kind == "stream_options":
        allow = document.get("allow_cancel", _get(document.get("stream_options"), "allow_cancel"))
        fixed["stream_options"] = {"allow_cancel": _bool(allow, True)}
    elif kind == "notice":
        level = str(document.get("level")).lower()
        level = _LEVELS.get(level, level)
        fixed["level"] = level if level in ("info", "warning", "danger") else "info"
        fixed["message"] = _text(document, "message")
    elif kind == "progress_update":
        fixed["text"] = _text(document, "text") or str(document.get("status") or "")
        if not _fits(adapter(IconName | None), document.get("icon")):
            del fixed["icon"]
    elif kind == "error":
        fixed = _error(document)
    elif kind == "client_effect":
        fixed["data"] = _arguments(document.get("data"))
    return _valid(event_adapter(), fixed)


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
            over = fixed.get("status") in _COMPLETED or fixed.get("output") is not None
            fixed["status"] = "completed" if over else "pending"
    return _valid(item_adapter(), fixed)


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


def _say(message: Document, streamed: Sequence[str]) -> None:
    """Give a message that says nothing the text that was streamed for it."""
    if any(part["text"] for part in message["content"]):
        return
    for index, text in enumerate(streamed):
        if index < len(message["content"]):
            message["content"][index]["text"] = text
        else:
            message["content"].append({"type": "output_text", "text": text, "annotations": []})


def _error(document: Document) -> Document:
    """The error with its text; one without any says at least its code."""
    text = next(filter(None, (text_of(document.get(key)) for key in _ERROR_KEYS)), "") or text_of(document)
    retry = next((document[key] for key in _RETRY_KEYS if key in document), None)
    if not text.strip():
        code = document.get("code")
        text = WENT_WRONG + (f" ({code})" if isinstance(code, str | int) and code != "custom" else "")
    return {"type": "error", "code": "custom", "message": text, "allow_retry": _bool(retry, False)}


def _text(document: Document, key: str) -> str:
    said = document.get(key)
    return said if isinstance(said, str) else text_of(document)


def _fits(validator: TypeAdapter[Any], value: Any) -> bool:
    try:
        validator.validate_python(value)
    except ValidationError:
        return False
    return True


def _bool(value: Any, otherwise: bool) -> bool:
    try:
        return bool(adapter(bool).validate_python(value))
    except ValidationError:
        return otherwise


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
    status = given.get("status")
    if not isinstance(status, dict):
        fixed["status"] = {"type": status if status in ("active", "locked", "closed") else "active"}
    if not isinstance(given.get("metadata"), dict):
        fixed.pop("metadata", None)
    if not isinstance(given.get("title"), str):
        fixed["title"] = _identity(given.get("title"), "") or None
    return fixed


def _identity(value: Any, otherwise: str) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int)) or value == "":
        return otherwise
    return str(value)


def _time(value: Any, now: datetime) -> Any:
    try:
        return adapter(datetime).validate_python(value).isoformat()
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


def _valid(validator: TypeAdapter[Any], document: Document) -> Document | None:
    try:
        typed = validator.validate_python(document)
        dumped = validator.dump_python(typed, mode="json", exclude_none=True, by_alias=True)
    except (ValidationError, ValueError, RecursionError):
        return None
    return dumped if isinstance(dumped, dict) else None
