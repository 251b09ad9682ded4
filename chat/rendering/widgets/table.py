"""Table, Table.Row, Table.Cell: known to the official widget, not to the Python package."""

from __future__ import annotations

from markupsafe import Markup

from ..html import tag
from .registry import Node, Scene, children, draws, flag, one_of
from .styles import declarations, length, sides

_VERTICAL = {"start": "top", "center": "middle", "end": "bottom", "top": "top", "middle": "middle", "bottom": "bottom",
             "baseline": "baseline"}  # fmt: skip
_COLUMN = {"sm": "6rem", "md": "10rem", "lg": "16rem", "xl": "22rem", "min": "1%", "auto": "auto"}


@draws("Table")
def _table(node: Node, scene: Scene) -> Markup:
    return tag("div", tag("table", tag("tbody", children(node, scene))), class_="table w-table")


@draws("Table.Row")
def _row(node: Node, scene: Scene) -> Markup:
    return tag("tr", children(node, scene), class_="w-head" if flag(node, "header") else None)


def _span(node: Node, name: str) -> str | None:
    value = node.get(name)
    return str(min(value, 100)) if isinstance(value, int) and not isinstance(value, bool) and value > 1 else None


@draws("Table.Cell")
def _cell(node: Node, scene: Scene) -> Markup:
    width = node.get("width") if node.get("width") is not None else _COLUMN.get(str(node.get("colSize")))
    vertical = node.get("vAlign")
    style = declarations(
        [
            ("width", length(width)),
            *sides("padding", node.get("padding")),
            ("text-align", one_of(node, "align", ("start", "center", "end")) or None),
            ("vertical-align", _VERTICAL.get(vertical) if isinstance(vertical, str) else None),
        ]
    )
    return tag("td", children(node, scene), style=style, colspan=_span(node, "colSpan"), rowspan=_span(node, "rowSpan"))
