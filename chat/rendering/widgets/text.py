"""Components that are text: Text, Title, Caption, Label, Markdown, Badge."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from ..html import tag, text_of, void
from ..markdown import markdown_beside
from .entry import entry_attributes
from .registry import Node, Scene, draws, flag, one_of, string, whole
from .styles import color, declarations, length

_SIZES = ("3xs", "2xs", "xs", "sm", "md", "lg", "xl", "2xl", "3xl", "4xl", "5xl")
_WEIGHTS = {"normal": "400", "medium": "500", "semibold": "600", "bold": "700"}


def _typography(node: Node) -> str | None:
    most, least = whole(node, "maxLines", 50), whole(node, "minLines", 50)
    alignment = one_of(node, "textAlign", ("start", "center", "end"))
    weight = node.get("weight")
    return declarations(
        [
            ("color", color(node.get("color"))),
            ("font-weight", _WEIGHTS.get(weight) if isinstance(weight, str) else None),
            ("text-align", alignment or None),
            ("width", length(node.get("width"))),
            ("font-style", "italic" if flag(node, "italic") else None),
            ("text-decoration", "line-through" if flag(node, "lineThrough") else None),
            ("-webkit-line-clamp", str(most) if most else None),
            ("min-height", f"{least}lh" if least else None),
        ]
    )


def _classes(node: Node, kind: str, size: str) -> str:
    cut = " is-truncated" if flag(node, "truncate") else " is-clamped" if whole(node, "maxLines", 50) else ""
    return f"{kind} t-{one_of(node, 'size', _SIZES, size)}{cut}"


def _id(node: Node) -> str | None:
    value = node.get("id")
    return value if isinstance(value, str) and value else None


@draws("Text")
def _text(node: Node, scene: Scene) -> Markup:
    editable = node.get("editable")
    if isinstance(editable, Mapping):
        return _editable(node, editable, scene)
    return tag(
        "div",
        string(node, "value", 400_000),
        class_=_classes(node, "w-text", "md"),
        style=_typography(node),
        data_component_id=_id(node),
    )


def _editable(node: Node, editable: Node, scene: Scene) -> Markup:
    return void(
        "input",
        type="text",
        class_=_classes(node, "w-text w-editable", "md"),
        style=_typography(node),
        name=text_of(editable.get("name"), 200),
        value=string(node, "value"),
        placeholder=string(editable, "placeholder", 500),
        pattern=string(editable, "pattern", 500),
        required=flag(editable, "required"),
        disabled=not scene.context.interactive,
        aria_label=string(editable, "placeholder", 500) or text_of(editable.get("name"), 200),
        **entry_attributes(editable),
    )


@draws("Title")
def _title(node: Node, scene: Scene) -> Markup:
    return tag(
        "div",
        string(node, "value"),
        class_=_classes(node, "w-title", "md"),
        style=_typography(node),
        role="heading",
        aria_level="3",
        data_component_id=_id(node),
    )


@draws("Caption")
def _caption(node: Node, scene: Scene) -> Markup:
    return tag(
        "div",
        string(node, "value"),
        class_=_classes(node, "w-caption", "md"),
        style=_typography(node),
        data_component_id=_id(node),
    )


@draws("Label")
def _label(node: Node, scene: Scene) -> Markup:
    return tag(
        "label",
        string(node, "value"),
        class_=_classes(node, "w-label", "sm"),
        style=_typography(node),
        data_for=string(node, "fieldName", 200),
        data_component_id=_id(node),
    )


@draws("Markdown")
def _markdown(node: Node, scene: Scene) -> Markup:
    html = Markup(markdown_beside(string(node, "value", 400_000), scene.context.images))
    return tag("div", html, class_="markdown w-markdown", data_component_id=_id(node))


@draws("Badge")
def _badge(node: Node, scene: Scene) -> Markup:
    tone = one_of(node, "color", ("secondary", "success", "danger", "warning", "info", "discovery"), "secondary")
    variant = one_of(node, "variant", ("solid", "soft", "outline"), "soft")
    size = one_of(node, "size", ("sm", "md", "lg"), "sm")
    pill = " is-pill" if node.get("pill") is not False else ""
    return tag("span", string(node, "label", 200), class_=f"w-badge {variant}-{tone} b-{size}{pill}")
