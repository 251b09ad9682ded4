"""
What validating the components of a widget costs, before anybody does it.

The SDK's type of a component is a union of two of which both are tried, again in each component. One that stands in
sixty others is validated sixty times, and what is wrong with it is said more than a thousand times: a few kilobytes
hold everything up for minutes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic_core import from_json

__all__ = ["too_deep", "with_few_wrong"]

_FEW = 40
"""Components that stand in others: so many may be as deep as they like."""
_DEEP = 8
"""Levels that cost nothing worth counting."""
_MOST = 30_000
"""The squares of the levels of all deeper ones: eleven chains of twenty, one of forty."""
_MOST_WRONG = 2_500
"""The squares of the levels of all wrong ones that are validated: what is wrong with each costs as much."""
_RIGHT = {"type": "Divider"}


def too_deep(text: str | bytes) -> bool:
    """Whether so many components of a document stand so deep in others that it cannot be validated in time."""
    count = text.count(b'"children"') if isinstance(text, bytes) else text.count('"children"')
    if count <= _FEW:
        return False
    try:
        tree = from_json(text)
    except ValueError:
        return False  # no JSON, or deeper than anybody reads
    cost = 0
    for node, level in _nodes(tree):
        cost += level * level if level > _DEEP and isinstance(node, dict) else 0
        if cost > _MOST:
            return True
    return False


def with_few_wrong(tree: Any) -> Any | None:
    """
    The same JSON with the first of its wrong components, and right ones in place of nearly all others; None where only
    few are wrong. What stays is as wrong as before, and stands where it stood.
    """
    cost = 0
    for node, level in _nodes(tree):
        cost += sum(map(_is_wrong, _children(node))) * (level + 1) ** 2
        if cost > _MOST_WRONG:
            return _pruned(tree, 0, [_MOST_WRONG])
    return None


def _nodes(tree: Any) -> Iterator[tuple[Any, int]]:
    """Every object and list, and in how many components it stands."""
    todo = [(tree, 0)]
    while todo:
        node, level = todo.pop()
        yield node, level
        if isinstance(node, dict):
            todo += [
                (inner, level + (key == "children")) for key, inner in node.items() if isinstance(inner, dict | list)
            ]
        elif isinstance(node, list):
            todo += [(inner, level) for inner in node if isinstance(inner, dict | list)]


def _children(node: Any) -> list[Any]:
    children = node.get("children") if isinstance(node, dict) else None
    return children if isinstance(children, list) else []


def _is_wrong(component: Any) -> bool:
    """Whether it is surely none: everything that names its type may be one."""
    return not isinstance(component, dict) or not isinstance(component.get("type"), str)


def _pruned(node: Any, level: int, left: list[int]) -> Any:
    """A copy of it; `left` is what the wrong components that come next may cost."""
    if isinstance(node, list):
        return [_pruned(inner, level, left) if isinstance(inner, dict | list) else inner for inner in node]
    copied = {}
    for key, inner in node.items():
        if key == "children" and isinstance(inner, list):
            copied[key] = [_child(one, level + 1, left) for one in inner]
        else:
            copied[key] = _pruned(inner, level, left) if isinstance(inner, dict | list) else inner
    return copied


def _child(child: Any, level: int, left: list[int]) -> Any:
    """The component, if it is one of the first wrong ones or holds one; a right one in place of all others."""
    before = left[0]
    if before <= 0:
        return _RIGHT
    if _is_wrong(child):
        left[0] -= level * level
        return child
    copied = _pruned(child, level, left)
    return copied if left[0] < before else _RIGHT
