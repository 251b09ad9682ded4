"""A valid request of each of the sixteen operations, to send by hand (protocol facts, section 1)."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chat.client.connection import Connection
from chat.exchanges import STREAMING_OPERATIONS, Request

__all__ = ["OPERATIONS", "Names", "sample"]


@dataclass(frozen=True)
class Names:
    """What a request is about. Left as they are, they are placeholders."""

    thread: str = "THREAD_ID"
    item: str = "ITEM_ID"
    attachment: str = "ATTACHMENT_ID"
    message: str = "Hello!"
    title: str = "A new title"
    action: Mapping[str, Any] = field(default_factory=lambda: {"type": "ACTION_TYPE", "payload": {}})
    """Of a widget: its type and payload."""
    answers: Mapping[str, Any] = field(default_factory=dict)
    """To the questions of a structured input, by their ids; without any it is skipped."""


def _message(names: Names) -> dict[str, Any]:
    content = [{"type": "input_text", "text": names.message}]
    return {"content": content, "attachments": [], "inference_options": {}}


def _action(names: Names) -> dict[str, Any]:
    return {"thread_id": names.thread, "item_id": names.item, "action": dict(names.action)}


def _silence() -> str:
    """A hundredth of a second of silence, as a WAV file in base64."""
    samples = b"\x80" * 80
    fields = (b"fmt ", 16, 1, 1, 8000, 8000, 1, 8, b"data", len(samples))
    head = b"RIFF" + struct.pack("<I", 36 + len(samples)) + b"WAVE" + struct.pack("<4sIHHIIHH4sI", *fields)
    return base64.b64encode(head + samples).decode()


OPERATIONS: Mapping[str, Callable[[Names], dict[str, Any]]] = {
    "threads.create": lambda names: {"input": _message(names)},
    "threads.add_user_message": lambda names: {"thread_id": names.thread, "input": _message(names)},
    "threads.add_client_tool_output": lambda names: {"thread_id": names.thread, "result": {}},
    "threads.add_structured_input": lambda names: {
        "thread_id": names.thread,
        "item_id": names.item,
        "input": {"status": "answered" if names.answers else "skipped", "answers": dict(names.answers)},
    },
    "threads.retry_after_item": lambda names: {"thread_id": names.thread, "item_id": names.item},
    "threads.custom_action": _action,
    "threads.sync_custom_action": _action,
    "threads.get_by_id": lambda names: {"thread_id": names.thread},
    "threads.list": lambda names: {"limit": 20, "order": "desc"},
    "threads.update": lambda names: {"thread_id": names.thread, "title": names.title},
    "threads.delete": lambda names: {"thread_id": names.thread},
    "items.list": lambda names: {"thread_id": names.thread, "limit": 20, "order": "desc"},
    "items.feedback": lambda names: {"thread_id": names.thread, "item_ids": [names.item], "kind": "positive"},
    "attachments.create": lambda names: {"name": "notes.txt", "size": 5, "mime_type": "text/plain"},
    "attachments.delete": lambda names: {"attachment_id": names.attachment},
    "input.transcribe": lambda names: {"audio_base64": _silence(), "mime_type": "audio/wav"},
}
"""The params of each operation."""


def sample(operation: str, connection: Connection, names: Names) -> Request:
    """The request, with the connection's secrets masked. Raises KeyError for an operation that does not exist."""
    body: dict[str, Any] = {"type": operation, "params": OPERATIONS[operation](names)}
    streaming = operation in STREAMING_OPERATIONS
    defaults = [
        ("Accept", "text/event-stream" if streaming else "application/json"),
        ("Content-Type", "application/json"),
    ]
    own = [name for name, _ in connection.headers]
    headers = connection.secrets.headers(connection.request_headers(defaults), own)
    data = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return Request(
        "POST", connection.shown_url, headers, data, operation=operation, streaming=streaming, body_size=len(data)
    )
