"""Fields of a JSON document that its typed form does not have."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

__all__ = ["extra_fields"]

_DEEPEST = 12
_MOST = 20
# Widgets are judged by their components; `metadata`, `data` and `arguments` may hold anything and are no models.
_NOT_ENTERED = frozenset({"widget", "component"})


def extra_fields(value: Any, document: Any) -> list[str]:
    """Paths (`$.item.status`) of the fields in `document` that were ignored when it became `value`; at most 20."""
    found: list[str] = []
    _compare(value, document, "$", found, 0)
    return found


def _compare(value: Any, document: Any, path: str, found: list[str], depth: int) -> None:
    if depth > _DEEPEST or len(found) >= _MOST:
        return
    if isinstance(value, BaseModel) and isinstance(document, dict):
        fields = type(value).model_fields
        for name, inner in document.items():
            if name not in fields:
                if len(found) < _MOST:
                    found.append(f"{path}.{name}")
            elif name not in _NOT_ENTERED:
                _compare(getattr(value, name, None), inner, f"{path}.{name}", found, depth + 1)
    elif isinstance(value, list) and isinstance(document, list):
        for index, (one, other) in enumerate(zip(value, document, strict=False)):
            _compare(one, other, f"{path}[{index}]", found, depth + 1)
