"""Icon and Image."""

from __future__ import annotations

from markupsafe import Markup

from chat.rendering.icons import chatkit_icon, is_chatkit_icon

from ..addresses import image_source
from ..html import tag, void
from ..markdown import blocked_image
from .registry import Node, Scene, draws, flag, one_of, string
from .styles import SURFACES, color, declarations, radius, sides, sizes, theme_color

_PIXELS = {"xs": 12, "sm": 14, "md": 16, "lg": 20, "xl": 24, "2xl": 32, "3xl": 40}
_FITS = ("cover", "contain", "fill", "scale-down", "none")
_PLACES = ("top left", "top", "top right", "left", "center", "right", "bottom left", "bottom", "bottom right")


@draws("Icon")
def _icon(node: Node, scene: Scene) -> Markup:
    pixels = _PIXELS.get(str(node.get("size")), 16)
    style = declarations([("color", color(node.get("color")))])
    name = string(node, "name", 80)
    odd = None if is_chatkit_icon(name) else f"No icon is called “{name}”: the official widget shows nothing here"
    kind = "w-icon is-unknown" if odd else "w-icon"
    return tag("span", chatkit_icon(name, pixels), class_=kind, style=style, title=odd)


@draws("Image")
def _image(node: Node, scene: Scene) -> Markup:
    address, alt = string(node, "src", 2_000_000), string(node, "alt", 500)
    frame = declarations(
        [
            *sizes(node),
            *sides("margin", node.get("margin")),
            ("border-radius", radius(node.get("radius"))),
            ("background", theme_color(node.get("background"), SURFACES)),
        ]
    )
    kind = "w-image" + "".join(f" is-{name}" for name in ("frame", "flush") if flag(node, name))
    source = image_source(address, scene.context.images)
    if source is None:
        chip = blocked_image(address[:8_000], alt)
        return tag("div", Markup(chip), class_=kind + " is-off", style=frame)
    fit = declarations(
        [
            ("object-fit", one_of(node, "fit", _FITS) or None),
            ("object-position", one_of(node, "position", _PLACES) or None),
        ]
    )
    picture = void("img", src=source, alt=alt, style=fit, loading="lazy", referrerpolicy="no-referrer")
    return tag("div", picture, class_=kind, style=frame)
