"""Components that arrange others: Box, Row, Col, Form, Spacer, Divider, Transition."""

from __future__ import annotations

from markupsafe import Markup

from ..html import tag, void
from .registry import Node, Scene, children, draws, flag, one_of, widget_action
from .styles import BORDERS, box, declarations, length, spacing, theme_color


@draws("Box", "Row", "Col")
def _box(node: Node, scene: Scene) -> Markup:
    fixed = {"Row": "row", "Col": "col"}.get(str(node["type"]))
    direction = fixed or one_of(node, "direction", ("row", "col"), "col")
    return tag("div", children(node, scene), class_=f"w-{direction}", style=declarations(box(node)))


@draws("Form")
def _form(node: Node, scene: Scene) -> Markup:
    direction = one_of(node, "direction", ("row", "col"), "col")
    style = declarations(box(node))
    if scene.in_form:  # HTML has no forms inside forms
        return tag("div", children(node, scene), class_=f"w-{direction}", style=style)
    inside = children(node, scene.inside(in_form=True))
    action = widget_action(node.get("onSubmitAction"))
    return tag("form", inside, class_=f"w-form w-{direction}", style=style, data_action=action)


@draws("Spacer")
def _spacer(node: Node, scene: Scene) -> Markup:
    least = spacing(node.get("minSize"))  # along the direction of its container, whichever that is
    return tag("div", class_="w-spacer", style=declarations([("flex", f"1 0 {least}" if least else None)]))


@draws("Divider")
def _divider(node: Node, scene: Scene) -> Markup:
    gap = spacing(node.get("spacing"))
    style = declarations(
        [
            ("border-color", theme_color(node.get("color"), BORDERS)),
            ("border-top-width", length(node.get("size"))),
            ("margin-top", gap),
            ("margin-bottom", gap),
        ]
    )
    return void("hr", class_="w-divider is-flush" if flag(node, "flush") else "w-divider", style=style)


@draws("Transition")
def _transition(node: Node, scene: Scene) -> Markup:
    return tag("div", children(node, scene), class_="w-transition")
