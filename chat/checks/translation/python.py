"""Events as Python to type: with the SDK's types, pieces of text in a loop."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from itertools import groupby
from typing import Any

from chatkit import types as sdk
from pydantic import AnyUrl, BaseModel

__all__ = ["module", "respond"]

_WIDTH = 100
_DELTA = sdk.AssistantMessageContentPartTextDelta


class _Printer:
    """Prints models as the calls that make them, and remembers which names they need."""

    def __init__(self, names: dict[str, str]) -> None:
        self.imports: set[str] = set()
        self.widgets = False
        self._names = names
        """Expressions for the values of fields, e.g. `thread_id` → `thread.id`."""

    def value(self, value: Any, field: str = "") -> str:
        if field in self._names:
            return self._names[field]
        if isinstance(value, BaseModel):
            return self.model(value)
        if isinstance(value, datetime):
            return "now"
        if isinstance(value, Enum):
            self.imports.add(type(value).__name__) if hasattr(sdk, type(value).__name__) else None
            return f"{type(value).__name__}.{value.name}"
        if isinstance(value, AnyUrl):
            return repr(str(value))
        if isinstance(value, list):
            return "[" + ", ".join(self.value(entry) for entry in value) + "]"
        return repr(value)

    def model(self, model: BaseModel) -> str:
        cls = type(model)
        name = cls.__name__.partition("[")[0]
        if getattr(sdk, name, None) is None:
            # widgets: as the JSON they are
            self.widgets = True
            return f"DynamicWidgetRoot.model_validate({model.model_dump(mode='json', exclude_none=True)!r})"
        self.imports.add(name)
        arguments = []
        for field, info in cls.model_fields.items():
            value = getattr(model, field)
            if field == "type" or (not info.is_required() and value == info.get_default(call_default_factory=True)):
                continue
            arguments.append(f"{field}={self.value(value, field)}")
        return f"{name}({', '.join(arguments)})"

    def import_lines(self) -> list[str]:
        names = sorted(self.imports)
        lines = ["from chatkit.types import (", *(f"    {name}," for name in names), ")"] if names else []
        if self.widgets:
            lines.append("from chatkit.widgets import DynamicWidgetRoot")
        return lines


def module(events: Sequence[Any]) -> str:
    """A module whose `events()` yields these events and whose `body()` frames them for a StreamingResponse."""
    printer = _Printer({})
    lines = _statements(events, printer, "    ")
    printer.imports.add("ThreadStreamEvent")
    return "\n".join(
        [
            "from collections.abc import Iterator",
            "from datetime import datetime, timezone",
            "",
            *printer.import_lines(),
            "",
            "",
            "def events() -> Iterator[ThreadStreamEvent]:",
            "    now = datetime.now(timezone.utc)",
            *lines,
            "",
            "",
            "def body() -> Iterator[bytes]:",
            "    for event in events():",
            '        yield b"data: " + event.model_dump_json(exclude_none=True, by_alias=True).encode() + b"\\n\\n"',
            "",
            "",
            "# in the FastAPI route:",
            '# return StreamingResponse(body(), media_type="text/event-stream")',
            "",
        ]
    )


def respond(events: Sequence[Any]) -> str:
    """A `ChatKitServer` whose `respond` yields the assistant's part of these events."""
    answer = [event for event in events if not _sent_by_the_server(event)]
    printer = _Printer({"thread_id": "thread.id"})
    lines = _statements(answer, printer, "        ") or ["        return", "        yield"]
    needs_now = any("now" in line for line in lines)
    return "\n".join(
        [
            "from datetime import datetime, timezone",
            "",
            "from chatkit.server import ChatKitServer",
            *printer.import_lines(),
            "",
            "",
            "class Server(ChatKitServer):",
            "    async def respond(self, thread, input_user_message, context):",
            *(["        now = datetime.now(timezone.utc)"] if needs_now else []),
            *lines,
            "",
        ]
    )


def _sent_by_the_server(event: Any) -> bool:
    if event.type in ("thread.created", "thread.updated", "stream_options"):
        return True
    return bool(event.type == "thread.item.done" and event.item.type == "user_message")


def _statements(events: Sequence[Any], printer: _Printer, indent: str) -> list[str]:
    lines: list[str] = []
    for key, group in groupby(events, _delta_key):
        run = list(group)
        if key is None or len(run) == 1:
            for event in run:
                lines.extend(_yield(event, printer, indent))
            continue
        item_id, part = key
        printer.imports.update({"ThreadItemUpdatedEvent", _DELTA.__name__})
        lines.append(f"{indent}for delta in [")
        lines.extend(f"{indent}    {event.update.delta!r}," for event in run)
        lines.append(f"{indent}]:")
        lines.append(f"{indent}    yield ThreadItemUpdatedEvent(")
        lines.append(f"{indent}        item_id={item_id!r},")
        lines.append(f"{indent}        update={_DELTA.__name__}(content_index={part}, delta=delta),")
        lines.append(f"{indent}    )")
    return lines


def _delta_key(event: Any) -> tuple[str, int] | None:
    if event.type == "thread.item.updated" and isinstance(event.update, _DELTA):
        return event.item_id, event.update.content_index
    return None


def _yield(event: Any, printer: _Printer, indent: str) -> list[str]:
    call = printer.model(event)
    line = f"{indent}yield {call}"
    if len(line) <= _WIDTH:
        return [line]
    name, _, arguments = call.partition("(")
    fields = [
        f"{indent}    {field}={printer.value(getattr(event, field), field)},"
        for field in type(event).model_fields
        if field != "type" and f"{field}=" in arguments
    ]
    return [f"{indent}yield {name}(", *fields, f"{indent})"]
