"""What was pasted into the playground: a widget, an item or an event, as JSON or as Python."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from chat.protocol.vocabulary import EVENT_TYPES, ITEM_TYPES, WIDGET_COMPONENT_TYPES

from .python_text import NotComputed, python_value

__all__ = ["ITEM_ID", "Language", "NotRead", "Pasted", "read_pasted"]

ITEM_ID = "item_playground"
THREAD_ID = "thr_playground"
_STAMP = "2026-01-01T00:00:00"
_PARTS = frozenset({"Table", "Table.Row", "Table.Cell"})

Kind = Literal["widget", "item", "event"]
Language = Literal["JSON", "Python"]


class NotRead(Exception):
    """The text is nothing that can be shown: the message says why, `line` where (0 when nobody can say)."""

    def __init__(self, words: str, line: int = 0) -> None:
        super().__init__(words)
        self.line = line


@dataclass(frozen=True)
class Pasted:
    """What a text was read as. `item` is the whole item that is shown of it, as JSON."""

    kind: Kind
    language: Language
    document: Any
    """What was written."""
    item: dict[str, Any]

    @property
    def widget(self) -> Any:
        """The root of the widget, when it is one."""
        return self.item.get("widget") if self.item.get("type") == "widget" else None


def read_pasted(text: str) -> Pasted:
    """
    Read what somebody has typed or pasted.

    Raises:
        NotRead: it is neither JSON nor Python of one value, or nothing that is shown in a thread.
    """
    text = text.strip()
    if not text:
        raise NotRead("Paste the JSON of a widget, an item or an event, or Python: Card(children=[…]).")
    document, language = _parsed(text)
    if isinstance(document, str):  # JSON in a string of JSON
        document, language = _parsed(document)
    kind, item = _item(document)
    return Pasted(kind, language, document, item)


def _parsed(text: str) -> tuple[Any, Language]:
    lines = [line[5:].strip() for line in text.splitlines() if line.startswith("data:")]
    if lines:  # from a stream: the last event that carries an item
        text = next((line for line in reversed(lines) if '"item"' in line), lines[-1])
    try:
        return json.loads(text), "JSON"
    except RecursionError:
        raise NotRead("This is nested too deeply.") from None
    except ValueError as error:
        problem = error
    try:
        return python_value(text), "Python"
    except NotComputed as error:
        raise NotRead(
            f"{error} Python is read here, not run: paste what it prints (widget.model_dump_json())."
        ) from None
    except SyntaxError as error:
        if text[:1] in "{[" or not isinstance(error.lineno, int):
            said = (
                f"{problem.msg[:1].lower()}{problem.msg[1:]}"
                if isinstance(problem, json.JSONDecodeError)
                else "no JSON"
            )
            line = problem.lineno if isinstance(problem, json.JSONDecodeError) else 0
            column = f", column {problem.colno}" if isinstance(problem, json.JSONDecodeError) else ""
            raise NotRead(f"This is not quite JSON: {said} (line {line}{column}).", line) from None
        raise NotRead(f"This is neither JSON nor Python: {error.msg} (line {error.lineno}).", error.lineno) from None


def _item(document: Any) -> tuple[Kind, dict[str, Any]]:
    if not isinstance(document, dict):
        raise NotRead(f"This is {_called(document)}. A widget is one object with a `type`, like a Card.")
    kind = document.get("type")
    if kind in EVENT_TYPES:
        return "event", _carried(document)
    if kind in ITEM_TYPES or isinstance(document.get("widget"), dict):
        return "item", {"type": "widget", **_head(), **document}
    if kind is None and "template" in document and "jsonSchema" in document:
        raise NotRead(
            "This is a .widget template. Paste what it builds: print(template.build(data).model_dump_json())."
        )
    if kind is None and isinstance(document.get("items"), dict | list):
        raise NotRead("This is a whole thread. Paste one of its items, or explain the answer on the first page.")
    root = document
    if kind in WIDGET_COMPONENT_TYPES - {"Card", "ListView", "Basic"} or kind in _PARTS:
        # a component by itself: on a surface, as it would stand in a widget
        root = _wrapped(document, str(kind))
    return "widget", {"type": "widget", **_head(), "widget": root}


def _wrapped(component: dict[str, Any], kind: str) -> dict[str, Any]:
    if kind == "ListViewItem":
        return {"type": "ListView", "children": [component]}
    if kind == "Table.Cell":
        component, kind = {"type": "Table.Row", "children": [component]}, "Table.Row"
    if kind == "Table.Row":
        component = {"type": "Table", "children": [component]}
    return {"type": "Card", "children": [component]}


def _carried(event: dict[str, Any]) -> dict[str, Any]:
    """The item of an event, or what an update brings as an item."""
    if isinstance(event.get("item"), dict):
        return {**_head(), **event["item"]}
    update = event.get("update")
    if isinstance(update, dict) and isinstance(update.get("widget"), dict):
        return {"type": "widget", **_head(), "widget": update["widget"]}
    if isinstance(update, dict) and isinstance(update.get("component"), dict):
        component = update["component"]
        return {"type": "widget", **_head(), "widget": _wrapped(component, str(component.get("type")))}
    raise NotRead(
        f"A `{event['type']}` event brings nothing that is shown by itself: paste the item that it belongs to."
    )


def _head() -> dict[str, Any]:
    return {"id": ITEM_ID, "thread_id": THREAD_ID, "created_at": _STAMP}


def _called(value: Any) -> str:
    names = ((bool, "a truth value"), (str, "a text"), (list, "a list"), (type(None), "null"))
    return next((name for kind, name in names if isinstance(value, kind)), "a number")
