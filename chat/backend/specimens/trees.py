"""Widgets as JSON, written short."""

from __future__ import annotations

from typing import Any

__all__ = ["Tree", "act", "box", "card", "col", "part", "row", "text"]

Tree = dict[str, Any]


def part(type: str, *children: Tree, **props: Any) -> Tree:
    """A component; without `children` when there are none."""
    return {"type": type, **props, **({"children": list(children)} if children else {})}


def text(value: str, **props: Any) -> Tree:
    return part("Text", value=value, **props)


def col(*children: Tree, **props: Any) -> Tree:
    return part("Col", *children, **{"gap": 2, **props})


def row(*children: Tree, **props: Any) -> Tree:
    return part("Row", *children, **{"gap": 2, "align": "center", **props})


def box(label: str, **props: Any) -> Tree:
    """A box that says what is special about it."""
    return part("Box", text(label, size="sm"), **{"padding": 2, "radius": "md", **props})


def card(*children: Tree, **props: Any) -> Tree:
    return part("Card", *children, **{"size": "md", **props})


def act(name: str, **more: Any) -> Tree:
    """An action, which the embedded backend answers by saying what came."""
    return {"type": f"specimen.{name}", "payload": {"from": name}, **more}
