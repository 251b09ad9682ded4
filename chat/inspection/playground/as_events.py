"""An item as the events that would bring it, so that it is folded and drawn as what a backend sends."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from typing import Any

from chat.protocol import Event, EventDecoder

__all__ = ["events_of", "replaced"]

Json = dict[str, Any]
_TEXTS = ("Text", "Markdown")
_PIECES = re.compile(r"\s*\S+\s*")
_STEPS = 6


def events_of(item: Json) -> list[Event]:
    """The item as it would be streamed: its texts grow, its tasks come one by one."""
    return decoded(_streamed(item))


def replaced(item: Json, *, known: bool) -> list[Event]:
    """The item at once; `known`: in place of the one with its id."""
    return decoded([{"type": "thread.item.replaced" if known else "thread.item.done", "item": item}])


def decoded(documents: list[Json]) -> list[Event]:
    """Events of these documents, as they come from the wire."""
    decoder = EventDecoder()
    body = b"".join(b"data: " + json.dumps(document).encode() + b"\n\n" for document in documents)
    return [*decoder.feed(body, 0), *decoder.close()]


def _streamed(item: Json) -> list[Json]:
    begun = copy.deepcopy(item)
    updates = list(_updates(begun))
    id_ = str(item.get("id") or "")
    brought = [{"type": "thread.item.updated", "item_id": id_, "update": update} for update in updates]
    return [{"type": "thread.item.added", "item": begun}, *brought, {"type": "thread.item.done", "item": item}]


def _updates(item: Json) -> Iterator[Json]:
    """What brings the item, from how it begins; takes that out of `item`."""
    match item.get("type"):
        case "assistant_message":
            yield from _of_a_message(item)
        case "widget":
            yield from _of_a_widget(item.get("widget"))
        case "workflow" if isinstance(item.get("workflow"), dict):
            tasks = item["workflow"].get("tasks")
            item["workflow"] = {**item["workflow"], "tasks": [], "summary": None}
            for index, task in enumerate(tasks if isinstance(tasks, list) else ()):
                yield {"type": "workflow.task.added", "task_index": index, "task": task}
        case "generated_image" if isinstance(item.get("image"), dict):
            image = item.pop("image")
            for step in range(_STEPS):
                yield {"type": "generated_image.updated", "image": image, "progress": step / _STEPS}


def _of_a_message(item: Json) -> Iterator[Json]:
    parts, item["content"] = item.get("content"), []
    for index, part in enumerate(parts if isinstance(parts, list) else ()):
        text = part.get("text") if isinstance(part, dict) else None
        if not isinstance(text, str):
            continue
        kind = "assistant_message.content_part"
        empty = {"type": "output_text", "text": "", "annotations": []}
        yield {"type": f"{kind}.added", "content_index": index, "content": empty}
        for piece in _PIECES.findall(text):
            yield {"type": f"{kind}.text_delta", "content_index": index, "delta": piece}
        yield {"type": f"{kind}.done", "content_index": index, "content": part}


def _of_a_widget(root: Any) -> Iterator[Json]:
    texts = list(_growing(root))
    marked = [node for node in texts if node.get("streaming")] or texts
    whole = [(node, str(node["value"])) for node in marked]
    for number, (node, _) in enumerate(whole):
        node["value"] = ""
        node.setdefault("id", f"streamed-{number}")
    for node, text in whole:
        delta = {"type": "widget.streaming_text.value_delta", "component_id": node["id"], "done": False}
        yield from ({**delta, "delta": piece} for piece in _PIECES.findall(text))


def _growing(node: Any) -> Iterator[Json]:
    if isinstance(node, list):
        for child in node:
            yield from _growing(child)
    elif isinstance(node, dict):
        if node.get("type") in _TEXTS and isinstance(node.get("value"), str) and not node.get("editable"):
            yield node
        yield from _growing(node.get("children"))
