"""Bodies and exchanges for the tests of the rules, built in the fewest words."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from chat.exchanges import STREAMING_OPERATIONS, Chunk, Exchange, Request

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
STAMP = "2026-11-20T10:00:00Z"
THREAD = "thr_1"
SECOND = 1_000_000_000
STREAM = "text/event-stream"

Json = dict[str, Any]


def sse(*events: Json | str) -> bytes:
    """A body: each event as one `data:` block, text as it is."""
    return b"".join(
        event.encode() if isinstance(event, str) else b"data: " + json.dumps(event).encode() + b"\n\n"
        for event in events
    )


def data(text: str) -> str:
    """A block with this data, JSON or not."""
    return f"data: {text}\n\n"


def thread_created(id: str = THREAD, **more: Any) -> Json:
    items = {"data": [], "has_more": False}
    return {"type": "thread.created", "thread": {"id": id, "created_at": STAMP, "items": items, **more}}


def thread_updated(**more: Any) -> Json:
    return {**thread_created(**more), "type": "thread.updated"}


def item(type: str, id: str, **more: Any) -> Json:
    return {"type": type, "id": id, "thread_id": THREAD, "created_at": STAMP, **more}


def user_item(id: str = "msg_user", text: str = "list my tasks", **more: Any) -> Json:
    content = [{"type": "input_text", "text": text}]
    return item("user_message", id, content=content, inference_options={}, **more)


def assistant_item(id: str = "msg_1", *texts: str, **more: Any) -> Json:
    content = [{"type": "output_text", "text": text, "annotations": []} for text in texts]
    return item("assistant_message", id, content=content, **more)


def tool_call(id: str = "call_item", status: str = "pending") -> Json:
    return item("client_tool_call", id, call_id="call_1", name="get_selection", arguments={}, status=status)


def widget_item(id: str, widget: Any) -> Json:
    return item("widget", id, widget=widget)


def card(*children: Any) -> Json:
    return {"type": "Card", "children": list(children)}


def added(item: Json) -> Json:
    return {"type": "thread.item.added", "item": item}


def done(item: Json) -> Json:
    return {"type": "thread.item.done", "item": item}


def replaced(item: Json) -> Json:
    return {"type": "thread.item.replaced", "item": item}


def removed(item_id: str) -> Json:
    return {"type": "thread.item.removed", "item_id": item_id}


def updated(item_id: str, type: str, **update: Any) -> Json:
    return {"type": "thread.item.updated", "item_id": item_id, "update": {"type": type, **update}}


def delta(text: str, item_id: str = "msg_1", part: int = 0) -> Json:
    return updated(item_id, "assistant_message.content_part.text_delta", content_index=part, delta=text)


def part_done(text: str, item_id: str = "msg_1", part: int = 0) -> Json:
    content = {"type": "output_text", "text": text, "annotations": []}
    return updated(item_id, "assistant_message.content_part.done", content_index=part, content=content)


def widget_delta(text: str, component: str, item_id: str = "wid_1") -> Json:
    return updated(item_id, "widget.streaming_text.value_delta", component_id=component, delta=text, done=False)


def user_done() -> Json:
    return done(user_item())


OPTIONS: Json = {"type": "stream_options", "stream_options": {"allow_cancel": True}}


def error(message: str | None = "It broke.", **more: Any) -> Json:
    return {"type": "error", **({"message": message} if message else {}), **more}


def answer(text: str = "Hello", item_id: str = "msg_1") -> list[Json]:
    """An assistant message that streams in two pieces."""
    half = len(text) // 2
    return [
        added(assistant_item(item_id)),
        updated(
            item_id,
            "assistant_message.content_part.added",
            content_index=0,
            content={"type": "output_text", "text": "", "annotations": []},
        ),
        delta(text[:half], item_id),
        delta(text[half:], item_id),
        part_done(text, item_id),
        done(assistant_item(item_id, text)),
    ]


def turn(*middle: Json | str) -> bytes:
    """A first turn with these events as its answer; without any, a healthy one."""
    return sse(thread_created(), user_done(), OPTIONS, *(middle or answer()))


def later_turn(*middle: Json | str) -> bytes:
    """A turn of a thread that is there already."""
    return sse(user_done(), OPTIONS, *(middle or answer()))


def request_of(operation: str, **params: Any) -> bytes:
    """A ChatKit request's body."""
    return json.dumps({"type": operation, "params": params}).encode()


USER_INPUT: Json = {
    "content": [{"type": "input_text", "text": "list my tasks"}],
    "attachments": [],
    "inference_options": {},
}


def exchange(
    body: bytes | list[tuple[int, bytes]] = b"",
    operation: str = "threads.create",
    *,
    status: int | None = 200,
    reason: str = "OK",
    content_type: str | None = None,
    headers: tuple[tuple[str, str], ...] = (),
    outcome: Any = "complete",
    failure: str | None = None,
    ended_at_ns: int | None = None,
    token_expires_at: datetime | None = None,
    sent: bytes | None = None,
    url: str = "http://127.0.0.1/chatkit",
    **params: Any,
) -> Exchange:
    """A finished exchange. `body`: bytes, or (nanoseconds, bytes) chunks; `params` are the request's."""
    streaming = operation in STREAMING_OPERATIONS
    if content_type is None:
        content_type = STREAM if streaming else "application/json"
    if operation in ("threads.create", "threads.add_user_message"):
        params = {"input": USER_INPUT, **params}
    if operation not in ("", "threads.create", "threads.list"):
        params = {"thread_id": THREAD, **params}
    if sent is None:
        sent = request_of(operation, **params) if operation else b""
    request = Request("POST", url, (), sent, operation, streaming, token_expires_at=token_expires_at)
    made = Exchange(request, started_at=NOW)
    made.chunks = [Chunk(*chunk) for chunk in ([(1_000_000, body)] if isinstance(body, bytes) else body)]
    made.outcome, made.failure = outcome, failure
    if status is not None:
        made.status, made.reason, made.headers_at_ns = status, reason, 500_000
        made.headers = (*((("content-type", content_type),) if content_type else ()), *headers)
    made.ended_at_ns = ended_at_ns if ended_at_ns is not None else made.chunks[-1].at_ns if made.chunks else 0
    return made


def pasted(body: bytes) -> Exchange:
    """A body that somebody pasted: no request, no status, no headers, no times."""
    made = Exchange(Request("POST", "", ()), started_at=NOW)
    made.chunks, made.outcome = [Chunk(0, body)], "complete"
    return made


def spread(body: bytes, *, start_ns: int, step_ns: int) -> list[tuple[int, bytes]]:
    """The body's blocks as chunks that come one by one."""
    blocks = [block + b"\n\n" for block in body.split(b"\n\n") if block]
    return [(start_ns + index * step_ns, block) for index, block in enumerate(blocks)]
