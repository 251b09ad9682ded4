"""Table, Table.Row, Table.Cell: known to the official widget, not to the Python package."""

from __future__ import annotations

from markupsafe import Markup

from ..html import tag
from .registry import Node, Scene, children, draws, flag, one_of, whole
from .styles import declarations, length, sides

_VERTICAL = {"start": "top", "center": "middle", "end": "bottom", "top": "top", "middle": "middle", "bottom": "bottom",
             "baseline": "baseline"}  # fmt: skip
_COLUMN = {"xs": "4rem", "sm": "7rem", "md": "11rem", "lg": "16rem", "xl": "22rem"}


@draws("Table")
def _table(node: Node, scene: Scene) -> Markup:
    return tag("div", tag("table", tag("tbody", children(node, scene))), class_="table w-table", tabindex="0")


@draws("Table.Row")
def _row(node: Node, scene: Scene) -> Markup:
    header = flag(node, "header")
    return tag("tr", children(node, scene, in_head=header), class_="w-head" if header else None)


def _span(node: Node, name: str) -> str | None:
    cells = whole(node, name, 100)
    return str(cells) if cells > 1 else None


@draws("Table.Cell")
def _cell(node: Node, scene: Scene) -> Markup:
    given = length(node.get("width"))
    width = given or _COLUMN.get(str(node.get("colSize")))
    vertical = node.get("vAlign")
    style = declarations(
        [
            ("width", width),
            ("min-width", given if given and not given.endswith("%") else None),
            *sides("padding", node.get("padding")),
            ("text-align", one_of(node, "align", ("start", "center", "end")) or None),
            ("vertical-align", _VERTICAL.get(vertical) if isinstance(vertical, str) else None),
        ]
    )
    spans = {"colspan": _span(node, "colSpan"), "rowspan": _span(node, "rowSpan")}
    if scene.in_head:
        return tag("th", children(node, scene), style=style, scope="col", **spans)
    return tag("td", children(node, scene), style=style, **spans)
