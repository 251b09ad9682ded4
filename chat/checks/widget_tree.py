"""A widget as its updates leave it (protocol facts, 3.10), for comparing with the widget its item ends as."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

__all__ = ["Text", "WidgetTree", "components", "texts"]

Node = dict[str, Any]
_TEXT_TYPES = frozenset({"Text", "Markdown", "Title", "Caption"})
_DEEPEST = 200


class Text(NamedTuple):
    """A text component of a widget: where it stands and what it says."""

    path: str
    id: str
    value: str
    under_transition: bool


def components(widget: Any) -> Iterator[tuple[str, Node, bool]]:
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
        for path, node, moving in components(widget)
        if node.get("type") in _TEXT_TYPES
    }


class WidgetTree:
    """The widget of one item while it streams. A delta costs its length, a component its size."""

    def __init__(self, widget: Any) -> None:
        self._set_root(widget)

    def _set_root(self, widget: Any) -> None:
        self._root = _as_json(widget)
        self._by_id: dict[str, Node] = {}
        self._pieces: dict[int, list[str]] = {}
        self._index(self._root)

    def _index(self, top: Node) -> None:
        for _, node, _ in components(top):
            identity = node.get("id")
            if isinstance(identity, str):
                self._by_id.setdefault(identity, node)

    def take(self, update: Any) -> None:
        """Take a typed widget update in; one for an unknown component changes nothing."""
        if update.type == "widget.root.updated":
            self._set_root(update.widget)
            return
        node = self._by_id.get(update.component_id)
        if node is None:
            return
        if update.type == "widget.streaming_text.value_delta":
            self._pieces.setdefault(id(node), [str(node.get("value") or "")]).append(update.delta)
        else:
            for _, gone, _ in components(node):
                identity = gone.get("id")
                if isinstance(identity, str) and self._by_id.get(identity) is gone:
                    del self._by_id[identity]
                self._pieces.pop(id(gone), None)
            node.clear()
            node.update(_as_json(update.component))
            self._index(node)

    def texts(self) -> dict[str, Text]:
        """The text components by path, as streamed so far."""
        found = {}
        for path, node, moving in components(self._root):
            if node.get("type") in _TEXT_TYPES:
                pieces = self._pieces.get(id(node))
                value = "".join(pieces) if pieces is not None else str(node.get("value") or "")
                found[path] = Text(path, str(node.get("id") or ""), value, moving)
        return found


def _as_json(widget: Any) -> Node:
    dumped = widget.model_dump(exclude_none=True) if hasattr(widget, "model_dump") else widget
    return dumped if isinstance(dumped, dict) else {}
