"""An item's widget, or the item, as text to copy: JSON, and Python of the SDK's classes."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel

from chat.protocol.vocabulary import WIDGET_ROOT_TYPES

from .pasted import ITEM_ID, Pasted

__all__ = ["printed_json", "printed_python"]

_WIDTH = 100
_OF_AN_ITEM = ("id", "thread_id", "created_at")


def _content(pasted: Pasted) -> Any:
    if pasted.kind == "widget":
        return pasted.widget
    if pasted.item.get("id") == ITEM_ID:
        return {name: value for name, value in pasted.item.items() if name not in _OF_AN_ITEM}
    return pasted.item


def printed_json(pasted: Pasted) -> str:
    """The widget, or the item when that is what it is."""
    return json.dumps(_content(pasted), ensure_ascii=False, indent=2)


def printed_python(pasted: Pasted) -> str:
    """The same as calls of the SDK's classes; what they do not have is a dict."""
    return "\n".join(_lines(_content(pasted), "", ""))


def _class_of(value: Any) -> str:
    """What makes the value: a class of the SDK's; for a widget that its classes cannot say, what takes everything."""
    from chatkit import types

    kind = value.get("type") if isinstance(value, dict) else None
    if not isinstance(kind, str):
        return ""
    if kind in WIDGET_ROOT_TYPES:
        return kind if _has_classes(value) else "DynamicWidgetRoot.model_validate"
    if _model(kind) is not None:
        return kind if _has_classes(value) else ""
    name = "".join(word.capitalize() for word in kind.split("_")) + "Item"
    return name if getattr(types, name, None) is not None else ""


def _model(kind: Any) -> type[BaseModel] | None:
    from chatkit import widgets

    found = getattr(widgets, kind, None) if isinstance(kind, str) else None
    return found if "type" in getattr(found, "model_fields", {}) else None


def _has_classes(component: Any) -> bool:
    """Whether a component and all in it has a class, and no props but those of its class."""
    if isinstance(component, list):
        return all(map(_has_classes, component))
    model = _model(component.get("type")) if isinstance(component, dict) else None
    return (
        model is not None
        and set(component) <= set(model.model_fields)
        and _has_classes(component.get("children") or [])
    )


def _lines(value: Any, indent: str, before: str, *, plain: bool = False) -> list[str]:
    """`plain`: inside of what is made from JSON, where nothing is a call."""
    name = "" if plain else _class_of(value)
    if name and "." not in name:
        inside = [(f"{key}=", child) for key, child in value.items() if key != "type"]
        opening, closing = f"{name}(", ")"
    elif isinstance(value, dict) and value:
        inside = [(f"{key!r}: ", child) for key, child in value.items()]
        opening, closing = ("DynamicWidgetRoot.model_validate({", "})") if name else ("{", "}")
    elif isinstance(value, list) and value:
        inside, opening, closing = [("", child) for child in value], "[", "]"
    else:
        return [f"{indent}{before}{value!r}"]
    deeper = indent + "    "
    lines = [_lines(child, deeper, label, plain=plain or "." in name) for label, child in inside]
    flat = f"{before}{opening}{', '.join(line[0].strip() for line in lines)}{closing}"
    if all(len(line) == 1 for line in lines) and len(indent) + len(flat) < _WIDTH:
        return [indent + flat]
    body = [line if number < len(part) - 1 else f"{line}," for part in lines for number, line in enumerate(part)]
    return [f"{indent}{before}{opening}", *body, f"{indent}{closing}"]
