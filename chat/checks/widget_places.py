"""Where the components of a widget stand, for rules that name the place and compare texts by it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

__all__ = ["Text", "places", "texts"]

_TEXT_TYPES = frozenset({"Text", "Markdown", "Title", "Caption"})
_DEEPEST = 200


class Text(NamedTuple):
    """A text component of a widget: where it stands and what it says."""

    path: str
    id: str
    value: str
    under_transition: bool


def places(widget: Any) -> Iterator[tuple[str, dict[str, Any], bool]]:
    """(path, component, whether under a Transition) of a widget's JSON: the root and everything below it, top first."""
    todo: list[tuple[str, Any, bool, int]] = [("$", widget, False, 0)]
    while todo:
        path, node, moving, depth = todo.pop()
        if not isinstance(node, dict) or depth > _DEEPEST:
            continue
        yield path, node, moving
        inside = moving or node.get("type") == "Transition"
        children = node.get("children")
        if isinstance(children, dict):
            todo.append((f"{path}.children", children, inside, depth + 1))
        elif isinstance(children, list):
            for index in range(len(children) - 1, -1, -1):
                todo.append((f"{path}.children[{index}]", children[index], inside, depth + 1))


def texts(widget: Any) -> dict[str, Text]:
    """The text components of a widget's JSON by path."""
    return {
        path: Text(path, str(node.get("id") or ""), str(node.get("value") or ""), moving)
        for path, node, moving in places(widget)
        if node.get("type") in _TEXT_TYPES
    }
