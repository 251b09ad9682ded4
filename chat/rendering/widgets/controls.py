"""Button."""

from __future__ import annotations

from markupsafe import Markup

from chat.rendering.icons import chatkit_icon

from ..html import tag
from .registry import Node, Scene, draws, flag, one_of, string, widget_action

SIZES = ("3xs", "2xs", "xs", "sm", "md", "lg", "xl", "2xl", "3xl")
VARIANTS = ("solid", "soft", "outline", "ghost")
_COLORS = ("primary", "secondary", "info", "discovery", "success", "caution", "warning", "danger")
_ICON_PIXELS = {"sm": 14, "md": 16, "lg": 18, "xl": 20, "2xl": 24}


@draws("Button")
def _button(node: Node, scene: Scene) -> Markup:
    preset = one_of(node, "style", ("primary", "secondary"), "secondary")
    tone = one_of(node, "color", _COLORS, preset)
    variant = one_of(
        node, "variant", VARIANTS, "solid" if tone == "primary" else "outline" if tone == "secondary" else "solid"
    )
    pixels = _ICON_PIXELS.get(str(node.get("iconSize")), 16)
    label = string(node, "label", 200)
    start, end = string(node, "iconStart", 80), string(node, "iconEnd", 80)
    kinds = [f"w-button {variant}-{tone} c-{one_of(node, 'size', SIZES, 'lg')}"]
    kinds += [name for prop, name in (("pill", "is-pill"), ("block", "is-block")) if flag(node, prop)]
    if flag(node, "uniform") or not label:
        kinds.append("is-uniform")
    action = widget_action(node.get("onClickAction"))
    submits = flag(node, "submit") and scene.in_form
    return tag(
        "button",
        chatkit_icon(start, pixels) if start else None,
        label or None,
        chatkit_icon(end, pixels) if end else None,
        type="submit" if submits else "button",
        class_=" ".join(kinds),
        data_action=action,
        disabled=flag(node, "disabled") or not scene.context.interactive,
        aria_label=None if label else start or end or "Button",
    )
