"""Events as Python to type: with the SDK's types, pieces of text in a loop."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from itertools import groupby
from typing import Any

from chatkit import types as sdk
from pydantic import AnyUrl, BaseModel

__all__ = ["delta_key", "module", "respond", "statement"]

_WIDTH = 100
_DELTA = sdk.AssistantMessageContentPartTextDelta
_MODULE = """from collections.abc import Iterator
from datetime import datetime, timezone

{imports}


def events() -> Iterator[ThreadStreamEvent]:
    now = datetime.now(timezone.utc)
{statements}


def body() -> Iterator[bytes]:
    for event in events():
        yield b"data: " + event.model_dump_json(exclude_none=True, by_alias=True).encode() + b"\\n\\n"


# in the FastAPI route:
# return StreamingResponse(body(), media_type="text/event-stream")
"""
_RESPOND = """from datetime import datetime

from chatkit.server import ChatKitServer
{imports}


class Server(ChatKitServer):
    async def respond(self, thread, input_user_message, context):
        now = datetime.now()  # without a zone, as the SDK's own times are: one kind throughout
{statements}
"""


class _Code:
    """An expression in lines; `Call` knows how to break itself over several."""

    def __init__(self, opening: str, inner: list[tuple[str, _Code | str]], closing: str) -> None:
        self.opening, self.inner, self.closing = opening, inner, closing

    def flat(self) -> str:
        """In one line."""
        return self.opening + ", ".join(f"{label}{_flat(value)}" for label, value in self.inner) + self.closing

    def lines(self, indent: str, before: str = "", after: str = "") -> list[str]:
        """In one line when it fits in, else broken at every argument."""
        flat = f"{indent}{before}{self.flat()}{after}"
        if len(flat) <= _WIDTH or not self.inner:
            return [flat]
        broken = [f"{indent}{before}{self.opening}"]
        for label, value in self.inner:
            if isinstance(value, _Code):
                broken += value.lines(indent + "    ", label, ",")
            else:
                broken.append(f"{indent}    {label}{value},")
        return [*broken, f"{indent}{self.closing}{after}"]


def _flat(value: _Code | str) -> str:
    return value if isinstance(value, str) else value.flat()


class _Printer:
    """Prints models as the calls that make them, and remembers which names they need."""

    def __init__(self, names: dict[str, str]) -> None:
        """`names`: expressions for the values of fields, e.g. `thread_id` → `thread.id`."""
        self._imports: set[str] = set()
        self._widgets = False
        self._names = names

    def value(self, value: Any, field: str = "") -> _Code | str:
        """The expression for a field's value."""
        if field in self._names:
            return self._names[field]
        if isinstance(value, BaseModel):
            return self.model(value)
        if isinstance(value, datetime):
            return "now"
        if isinstance(value, Enum):
            return repr(value.value)
        if isinstance(value, AnyUrl):
            return repr(str(value))
        if isinstance(value, list):
            return _Code("[", [("", self.value(entry)) for entry in value], "]")
        return repr(value)

    def model(self, model: BaseModel) -> _Code:
        """The call that makes a model, without the fields that have their default."""
        cls = type(model)
        name = cls.__name__.partition("[")[0]
        if getattr(sdk, name, None) is None:
            self._widgets = True  # a component of a widget: the JSON it is
            document = model.model_dump(mode="json", exclude_none=True)
            return _Code("DynamicWidgetRoot.model_validate(", [("", repr(document))], ")")
        arguments = []
        for field, info in cls.model_fields.items():
            value = getattr(model, field)
            if info.is_required() or (field != "type" and value != info.get_default(call_default_factory=True)):
                arguments.append((f"{field}=", self.value(value, field)))
        return self.call(name, arguments)

    def call(self, name: str, arguments: list[tuple[str, _Code | str]]) -> _Code:
        """A call of one of the SDK's types."""
        self._imports.add(name)
        return _Code(f"{name}(", arguments, ")")

    def imports(self, *more: str) -> str:
        """The import statements for what was printed."""
        names = sorted(self._imports | set(more))
        lines = ["from chatkit.types import (", *(f"    {name}," for name in names), ")"] if names else []
        if self._widgets:
            lines.append("from chatkit.widgets import DynamicWidgetRoot")
        return "\n".join(lines)


def module(events: Sequence[Any]) -> str:
    """A module whose `events()` yields these events and whose `body()` frames them for a StreamingResponse."""
    printer = _Printer({})
    statements = "\n".join(_statements(events, printer, "    "))
    return _MODULE.format(imports=printer.imports("ThreadStreamEvent"), statements=statements)


def statement(event: Any) -> str:
    """The statement that yields one event, in few lines: an item or a thread of it is only named."""
    for name in ("item", "thread"):
        carried = getattr(event, name, None)
        if carried is not None:
            return f"yield {type(event).__name__}({name}={name})  # {name}: {type(carried).__name__}"
    return "\n".join(_Printer({}).model(event).lines("", "yield "))


def respond(events: Sequence[Any]) -> str:
    """A `ChatKitServer` whose `respond` yields the assistant's part of these events."""
    printer = _Printer({"thread_id": "thread.id"})
    answer = [event for event in events if not _sent_by_the_server(event)]
    statements = _statements(answer, printer, "        ") or ["        return", "        yield"]
    return _RESPOND.format(imports=printer.imports(), statements="\n".join(statements))


def _sent_by_the_server(event: Any) -> bool:
    if event.type in ("thread.created", "thread.updated", "stream_options"):
        return True
    return bool(event.type == "thread.item.done" and event.item.type == "user_message")


def _statements(events: Sequence[Any], printer: _Printer, indent: str) -> list[str]:
    lines: list[str] = []
    for key, group in groupby(events, delta_key):
        run = list(group)
        if key is None or len(run) == 1:
            for event in run:
                lines += printer.model(event).lines(indent, "yield ")
        else:
            item_id, part = key
            update = printer.call(_DELTA.__name__, [("content_index=", str(part)), ("delta=", "delta")])
            event = printer.call("ThreadItemUpdatedEvent", [("item_id=", repr(item_id)), ("update=", update)])
            deltas = _Code("[", [("", repr(event.update.delta)) for event in run], "]")
            lines += deltas.lines(indent, "for delta in ", ":")
            lines += event.lines(indent + "    ", "yield ")
    return lines


def delta_key(event: Any) -> tuple[str, int] | None:
    """(item, part) of a text delta, None for other events."""
    if event.type == "thread.item.updated" and isinstance(event.update, _DELTA):
        return event.item_id, event.update.content_index
    return None
