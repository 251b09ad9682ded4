"""A widget as JSON that grows: its components by id, and streamed text in pieces.

JSON and not the SDK's types, because those drop what they do not know (a card's border), and people must see it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

__all__ = ["WidgetTree", "components", "copy_json"]


def copy_json(value: Any, twins: dict[int, dict[str, Any]] | None = None) -> Any:
    """A deep copy of JSON data, however deeply it is nested. `twins` gets the copy of each object, by its `id()`."""
    box: list[Any] = [None]
    todo: list[tuple[Any, Any, Any]] = [(value, box, 0)]
    while todo:
        value, place, key = todo.pop()
        copied: Any = value
        if isinstance(value, dict):
            copied = dict.fromkeys(value)
            if twins is not None:
                twins[id(value)] = copied
            todo += [(inner, copied, name) for name, inner in value.items()]
        elif isinstance(value, list):
            copied = [None] * len(value)
            todo += [(inner, copied, index) for index, inner in enumerate(value)]
        place[key] = copied
    return box[0]


def components(root: Any) -> Iterator[dict[str, Any]]:
    """The root and every component below it, as they stand in the document.

    Protocol facts, 3.10: `children` is a list, or one object (under `Transition`, and where a template says so).
    """
    todo = [root]
    while todo:
        node = todo.pop()
        if isinstance(node, dict):
            yield node
            children = node.get("children")
            if isinstance(children, list):
                todo.extend(reversed(children))
            else:
                todo.append(children)


class WidgetTree:
    """One widget. It owns its JSON; text components gather their text in pieces until somebody looks."""

    def __init__(self, root: dict[str, Any]) -> None:
        self._root = root
        self._index: dict[str, dict[str, Any]] | None = None
        self._ambiguous = False  # an id occurs twice: the first component has it
        self._pieces: dict[str, list[str]] = {}

    def copy(self) -> WidgetTree:
        """Another one with the same components and texts, which changes by itself."""
        twins: dict[int, dict[str, Any]] = {}
        other = WidgetTree(copy_json(self.root, twins))
        if self._index is not None:  # not made anew: of an id that occurs twice, another component might then have it
            other._index = {component_id: twins[id(node)] for component_id, node in self._index.items()}
        other._ambiguous = self._ambiguous
        other._pieces = {component_id: list(pieces) for component_id, pieces in self._pieces.items()}
        return other

    @property
    def root(self) -> dict[str, Any]:
        """The root, with all text that has arrived. The tree goes on changing it: copy what must stay."""
        for component_id in self._pieces:
            self.text(component_id)
        return self._root

    def replace_root(self, root: dict[str, Any]) -> None:
        """Become another widget."""
        self._root = root
        self._index = None
        self._pieces.clear()

    def text(self, component_id: str) -> str | None:
        """The text of a component; None when there is no such component, or it has no text."""
        node = self._by_id().get(component_id)
        if node is None:
            return None
        pieces = self._pieces.get(component_id)
        if pieces is not None and len(pieces) > 1:
            pieces[:] = [node_text := "".join(pieces)]
            node["value"] = node_text
        value = node.get("value")
        return value if isinstance(value, str) else None

    def append(self, component_id: str, delta: str) -> bool:
        """Add text to a component; False when there is no such component, or its value is no text."""
        pieces = self._pieces.get(component_id)
        if pieces is None:
            node = self._by_id().get(component_id)
            value = None if node is None else node.get("value")
            if node is None or not isinstance(value, str | None):
                return False
            pieces = self._pieces[component_id] = [value or ""]
        pieces.append(delta)
        return True

    def replace(self, component_id: str, component: dict[str, Any]) -> bool:
        """Put another component, which the tree then owns, in the place of this one; False when there is no such."""
        index = self._by_id()
        node = index.get(component_id)
        if node is None:
            return False
        for old in list(components(node)):
            old_id = old.get("id")
            if isinstance(old_id, str) and index.get(old_id) is old:
                del index[old_id]
                self._pieces.pop(old_id, None)
        # In place, so that nothing has to know the parent.
        node.clear()
        node.update(component)
        if self._ambiguous:
            self._index = None
        else:
            self._add(node, index)
        return True

    def _by_id(self) -> dict[str, dict[str, Any]]:
        """Components by id; built when it is first needed, so that a delta costs no walk through the tree."""
        if self._index is None:
            self._ambiguous = False
            self._index = {}
            self._add(self._root, self._index)
        return self._index

    def _add(self, root: dict[str, Any], index: dict[str, dict[str, Any]]) -> None:
        for node in components(root):
            component_id = node.get("id")
            if isinstance(component_id, str) and index.setdefault(component_id, node) is not node:
                self._ambiguous = True
