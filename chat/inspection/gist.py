"""One line that says what an event does, its family (for its colour) and its short label.

Everything here is total: any JSON, of any shape, and no JSON at all, gives a line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, Final

from chat.protocol import Event

__all__ = ["FAMILIES", "clean", "family", "gist", "label", "one_line", "update_type"]

FAMILIES: Final = ("thread", "item", "text", "widget", "workflow", "stream", "error", "unknown")

_LONGEST: Final = 160
"""Characters of a gist: as much as the widest pane shows of it."""

_FAMILY_OF: Final = {
    "thread.created": "thread",
    "thread.updated": "thread",
    "thread.item.added": "item",
    "thread.item.updated": "item",
    "thread.item.done": "item",
    "thread.item.removed": "item",
    "thread.item.replaced": "item",
    "stream_options": "stream",
    "progress_update": "stream",
    "client_effect": "stream",
    "notice": "stream",
    "error": "error",
}
_FAMILY_OF_UPDATE: Final = (
    ("assistant_message.content_part.", "text"),
    ("widget.", "widget"),
    ("workflow.", "workflow"),
    ("generated_image.", "item"),
)
_LABELS: Final = (
    ("thread.", "item."),
    ("assistant_message.content_", "part.added"),
    ("assistant_message.content_", "part.done"),
    ("assistant_message.content_part.", ""),
    ("widget.streaming_text.", ""),
    ("widget.", ""),
    ("workflow.", ""),
    ("generated_", "image."),
)
_PLAIN_UPDATE = re.compile(
    r'\s*\{\s*"type"\s*:\s*"thread\.item\.updated"\s*,\s*"item_id"\s*:\s*"[^"\\]*"\s*,'
    r'\s*"update"\s*:\s*\{\s*"type"\s*:\s*"([a-z_.]+)"'
)
"""An item update as the SDK writes it, up to the type of the update."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def family(event: Event) -> str:
    """One of `FAMILIES`. It comes from the type alone: an invalid `thread.item.added` is still of the item family."""
    if event.type == "thread.item.updated":
        kind = update_type(event)
        return next((name for prefix, name in _FAMILY_OF_UPDATE if kind.startswith(prefix)), "item")
    return _FAMILY_OF.get(event.type, "unknown")


def label(event: Event) -> tuple[str, str]:
    """The type as a row shows it, in two pieces: what a wide row may add in front, and what tells the events apart.

    For an item update it is the type of the update, which tells more.
    """
    kind = update_type(event) or event.type
    if not kind:
        return "", "(no type)"
    for start, tail in _LABELS:
        if kind.startswith(start + tail):
            return start.rpartition("assistant_message.")[2], one_line(kind[len(start) :], 80)
    return "", one_line(kind, 80)


def update_type(event: Event) -> str:
    """The type of the update inside a `thread.item.updated`; "" for any other event."""
    if event.type != "thread.item.updated":
        return ""
    plain = _PLAIN_UPDATE.match(event.raw)  # without parsing the JSON of every delta
    if plain:
        return plain[1]
    return _text(_dict(_dict(event.json).get("update")).get("type"))


def gist(event: Event) -> str:
    """What the event does, in one line."""
    data = event.json
    if not isinstance(data, dict):
        return one_line(event.raw) if event.raw.strip() else "no data"
    write = _UPDATES.get(update_type(event)) if event.type == "thread.item.updated" else _EVENTS.get(event.type)
    if write is None:
        return one_line(json.dumps(data, ensure_ascii=False))
    return one_line(write(data))


def one_line(text: str, longest: int = _LONGEST) -> str:
    """The text without line breaks, control or direction-changing characters, cut to `longest` characters."""
    cut = text[: longest + 1]
    line = clean(_CONTROL.sub(_visible, cut))
    return line if len(text) <= longest else line[: longest - 1] + "…"


def clean(text: str) -> str:
    """The text without lone surrogates, which a JSON string may smuggle in and no encoder takes."""
    return text.encode("utf-8", "replace").decode()


def _visible(match: re.Match[str]) -> str:
    character = match[0]
    if character == "\n":
        return "⏎"
    if character == "\t":
        return "⇥"
    return chr(0x2400 + ord(character)) if character < " " else "�"


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _quoted(value: Any, longest: int = 100) -> str:
    return f"“{one_line(_text(value), longest)}”" if _text(value) else ""


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


# ── events ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _thread(verb: str) -> Callable[[dict[str, Any]], str]:
    def write(data: dict[str, Any]) -> str:
        thread = _dict(data.get("thread"))
        status = _dict(thread.get("status"))
        kind = _text(status.get("type"))
        return _joined(
            "thread",
            _text(thread.get("id")),
            verb,
            _quoted(thread.get("title")),
            f"· {_joined(kind, _quoted(status.get('reason')))}" if kind not in ("", "active") else "",
        )

    return write


def _item(verb: str) -> Callable[[dict[str, Any]], str]:
    def write(data: dict[str, Any]) -> str:
        item = _dict(data.get("item"))
        content = _content(item)
        head = _joined(_text(item.get("type")) or "item", _text(item.get("id")), verb)
        return f"{head}: {content}" if content else head

    return write


def _content(item: dict[str, Any]) -> str:
    kind = _text(item.get("type"))
    write = _CONTENT_OF.get(kind)
    return write(item) if write else ""


def _message(item: dict[str, Any]) -> str:
    parts = (_text(_dict(part).get("text")) for part in _list(item.get("content"))[:8])
    attachments = len(_list(item.get("attachments")))
    return _joined(_quoted("".join(part[:200] for part in parts)), f"+{attachments} attached" if attachments else "")


def _tool_call(item: dict[str, Any]) -> str:
    arguments = ", ".join(str(name) for name in _dict(item.get("arguments")))
    return _joined(f"{_text(item.get('name'))}({arguments})", _text(item.get("status")))


def _workflow(item: dict[str, Any]) -> str:
    workflow = _dict(item.get("workflow"))
    return _joined(
        _count(len(_list(workflow.get("tasks"))), "task"), _quoted(_dict(workflow.get("summary")).get("title"))
    )


def _task_text(task: dict[str, Any]) -> str:
    words = task.get("title") or task.get("title_query") or task.get("content")
    state = _text(task.get("status_indicator"))
    return _joined(_text(task.get("type")), _quoted(words), state if state not in ("", "none") else "")


def _questions(item: dict[str, Any]) -> str:
    inputs = _list(item.get("inputs"))
    first = _quoted(_dict(inputs[0]).get("question")) if inputs else ""
    return _joined(_text(item.get("status")), first, f"+{len(inputs) - 1} more" if len(inputs) > 1 else "")


_CONTENT_OF: Final[dict[str, Callable[[dict[str, Any]], str]]] = {
    "user_message": _message,
    "assistant_message": _message,
    "client_tool_call": _tool_call,
    "widget": lambda item: _text(_dict(item.get("widget")).get("type")),
    "generated_image": lambda item: (
        _joined("image", _text(_dict(item.get("image")).get("id"))) if item.get("image") else ""
    ),
    "structured_input": _questions,
    "workflow": _workflow,
    "task": lambda item: _task_text(_dict(item.get("task"))),
}


def _stream_options(data: dict[str, Any]) -> str:
    allowed = _dict(data.get("stream_options")).get("allow_cancel")
    return "cancel allowed" if allowed is True else "cancel not allowed" if allowed is False else "no allow_cancel"


def _error(data: dict[str, Any]) -> str:
    what = _text(data.get("message")) or _text(data.get("code")) or "no message and no code"
    return f"Error: {what}" + (" · retry offered" if data.get("allow_retry") is True else "")


def _notice(data: dict[str, Any]) -> str:
    words = " – ".join(filter(None, (_text(data.get("title")), _text(data.get("message")))))
    return f"{_text(data.get('level')).capitalize() or 'Notice'}: {words}"


_EVENTS: Final[dict[str, Callable[[dict[str, Any]], str]]] = {
    "thread.created": _thread("created"),
    "thread.updated": _thread("updated"),
    "thread.item.added": _item("added"),
    "thread.item.done": _item("done"),
    "thread.item.replaced": _item("replaced"),
    "thread.item.removed": lambda data: f"{_text(data.get('item_id')) or 'item'} removed",
    "stream_options": _stream_options,
    "progress_update": lambda data: _quoted(data.get("text"), _LONGEST) or "no text",
    "client_effect": lambda data: f"{_text(data.get('name'))}({', '.join(map(str, _dict(data.get('data'))))})",
    "error": _error,
    "notice": _notice,
}


# ── updates inside thread.item.updated ──────────────────────────────────────────────────────────────────────────────


def _update(write: Callable[[dict[str, Any]], str]) -> Callable[[dict[str, Any]], str]:
    return lambda data: write(_dict(data.get("update")))


def _part(update: dict[str, Any]) -> str:
    index = update.get("content_index")
    return f"part {index if isinstance(index, int) else '?'}"


def _text_delta(update: dict[str, Any]) -> str:
    added = f"+“{one_line(_text(update.get('delta')), 120)}”"
    return added if update.get("content_index") == 0 else f"{added} in {_part(update)}"


def _part_done(update: dict[str, Any]) -> str:
    length = len(_text(_dict(update.get("content")).get("text")))
    return f"{_part(update)} done, {_count(length, 'character')}"


def _part_added(update: dict[str, Any]) -> str:
    return _joined(_part(update), "added", _quoted(_dict(update.get("content")).get("text")))


def _annotation(update: dict[str, Any]) -> str:
    source = _dict(_dict(update.get("annotation")).get("source"))
    name = source.get("title") or source.get("filename") or source.get("url")
    return _joined(_text(source.get("type")) or "source", _quoted(name), "cited in", _part(update))


def _value_delta(update: dict[str, Any]) -> str:
    added = f"+“{one_line(_text(update.get('delta')), 120)}” in {_text(update.get('component_id')) or '?'}"
    return f"{added}, done" if update.get("done") is True else added


def _component(update: dict[str, Any]) -> str:
    return _joined(_text(_dict(update.get("component")).get("type")), _text(update.get("component_id")), "replaced")


def _task(verb: str) -> Callable[[dict[str, Any]], str]:
    def write(update: dict[str, Any]) -> str:
        index = update.get("task_index")
        head = f"task {index if isinstance(index, int) else '?'} {verb}"
        content = _task_text(_dict(update.get("task")))
        return f"{head}: {content}" if content else head

    return write


def _image(update: dict[str, Any]) -> str:
    progress = update.get("progress")
    done = f"{progress:.0%}" if isinstance(progress, int | float) and abs(progress) < 1e9 else ""
    return _joined("image", _text(_dict(update.get("image")).get("id")), done)


_UPDATES: Final[dict[str, Callable[[dict[str, Any]], str]]] = {
    "assistant_message.content_part.added": _update(_part_added),
    "assistant_message.content_part.text_delta": _update(_text_delta),
    "assistant_message.content_part.annotation_added": _update(_annotation),
    "assistant_message.content_part.done": _update(_part_done),
    "widget.streaming_text.value_delta": _update(_value_delta),
    "widget.component.updated": _update(_component),
    "widget.root.updated": _update(
        lambda update: f"{_text(_dict(update.get('widget')).get('type'))} root replaced".strip()
    ),
    "workflow.task.added": _update(_task("added")),
    "workflow.task.updated": _update(_task("updated")),
    "generated_image.updated": _update(_image),
}
