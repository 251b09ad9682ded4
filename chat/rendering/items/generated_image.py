"""
A generated image: a box from the beginning, previews that sharpen, the image; the box has the image's own proportions
as soon as they are known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from chat.rendering.icons import icon

from ..addresses import image_source
from ..context import RenderContext
from ..html import labelled_json, tag, void
from ..image_sizes import image_size
from ..markdown import blocked_image
from .registry import draws_item, draws_slot

if TYPE_CHECKING:
    from chat.protocol import ItemState


@draws_slot("image")
def _image(state: ItemState, context: RenderContext, number: int = 0) -> Markup:
    progress = state.progress
    if progress is not None:
        progress = min(max(progress, 0.0), 1.0) if progress == progress else 0.0
    # It may never be done (protocol facts, 3.12): with full progress, or in a thread that was loaded, it is finished.
    running = state.status == "streaming" and progress != 1.0
    picture, size = state.image, None
    if picture is None:
        body = tag(
            "div",
            icon("image", 28),
            tag("span", "Creating the image…" if running else "No image came"),
            class_="image-empty",
        )
    else:
        source = image_source(picture.url, context.images)
        if source:
            size = image_size(source)
            body = void(
                "img",
                src=source,
                alt="Generated image",
                width=str(size[0]) if size else None,
                height=str(size[1]) if size else None,
                decoding="sync",
                referrerpolicy="no-referrer",
            )
        else:
            body = tag("div", Markup(blocked_image(picture.url, "Generated image")), class_="image-empty")
    bar = None
    if running:
        share = 0.04 if progress is None else max(progress, 0.04)
        bar = tag(
            "div",
            tag("i", style=f"width:{share * 100:.0f}%"),
            class_="image-bar",
            role="progressbar",
            aria_valuenow=None if progress is None else f"{progress * 100:.0f}",
            aria_label="Progress",
        )
    clear = 1.0 if not running else (progress or 0.0)
    kind = "image-box is-running" if running else "image-box"
    ratio = f";--ratio:{size[0] / size[1]:.4f}" if size else ""
    return tag("div", body, bar, class_=kind, style=f"--clear:{clear:.2f}{ratio}")


@draws_item("generated_image")
def _generated_image(state: ItemState, context: RenderContext) -> Markup:
    if state.item is None and state.image is None:
        return labelled_json("A generated image that does not fit the protocol's types", "", state.json, opened=True)
    return tag("div", _image(state, context), data_slot="image", class_="image-slot")
